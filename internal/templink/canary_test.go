package templink_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

// canary is an access token that looks different in a URL, in JSON and in HTML.
const canary = "cAn4ry/tok+en&=17"

// spellings are those in which a server could echo a secret.
func spellings(secret string) []string {
	quoted, _ := json.Marshal(secret)
	return []string{secret, url.QueryEscape(secret), url.PathEscape(secret), strings.Trim(string(quoted), `"`), strings.ReplaceAll(secret, "/", `\/`)}
}

// strange is a link that only leaks tell of: it is nobody's, and has no business anywhere.
const strange = "https://app.wawp.net/temp-qr/c4nary0000000000000000000000000000000000000000000000000000000000"

// leaks are the faults that could bring the access token or a link to light, each for one request.
func leaks(endpoint string) []wawptest.Fault {
	echo := strings.Join(append(spellings(canary), append(spellings(strange), fmt.Sprint(token(strange)))...), " ")
	encoded, _ := json.Marshal(echo)
	complaint := fmt.Sprintf(`{"code":%s,"message":%s,"error":%s,"link":%s}`, encoded, encoded, encoded, encoded)
	faults := []wawptest.Fault{
		{Drop: true},
		{Cut: true},
		{Status: 302, Header: http.Header{"Location": {"https://elsewhere.test/temp-qr/x?access_token=" + url.QueryEscape(canary)}}},
		{Reshape: wawptest.Set("link", "https://app.wawp.net/temp-qr/"+canary)},
		{Reshape: wawptest.Set("link", map[string]any{"token": canary})},
		{Reshape: wawptest.Set("link", strange+" is what you look for")},
		{Reshape: wawptest.Set("expires_at", echo)},
		{Reshape: wawptest.Set("config", map[string]any{"metadata": map[string]any{"access_token": canary, "link": canary}})},
	}
	for _, status := range []int{200, 400, 401, 403, 404, 429, 500} {
		faults = append(faults, wawptest.Fault{Status: status, Body: complaint}, wawptest.Fault{Status: status, Body: "<html>" + echo + "</html>"})
	}
	for i := range faults {
		faults[i].Match, faults[i].Times = endpoint, 1
	}
	return faults
}

// TestAccSecretsNeverShow is promise P4: the life of many links, under every fault and at the highest log level. The access
// token is nowhere, and a link is where Terraform keeps the state of its resource; what the ephemeral resource gives is nowhere.
func TestAccSecretsNeverShow(t *testing.T) {
	t.Parallel()
	acctest.SameOnEveryCLI(t)
	needEphemeral(t)
	w := acctest.New(t, wawptest.Config{Token: canary})
	n := len(leaks(get))
	ids := func(prefix string) (all []string) {
		for i := range n {
			s := w.Add(wawptest.Session{InstanceID: fmt.Sprintf("%s%04d", prefix, i), Status: scan})
			all = append(all, s.InstanceID)
		}
		return all
	}
	kept, given := ids("3EB0BCB2"), ids("5056E800")
	configure := func(turn int) string {
		return once + fmt.Sprintf(`
			resource "wawp_session_temp_link" "x" {
				count       = %d
				instance_id = format("3EB0BCB2%%04d", count.index)
				triggers    = { turn = %d }
			}
			ephemeral "wawp_session_temp_link" "x" {
				count       = %d
				instance_id = format("5056E800%%04d", count.index)
			}
			resource "terraform_data" "x" {
				count            = %d
				triggers_replace = %d
				provisioner "local-exec" {
					command     = "echo got $LINK"
					environment = { LINK = ephemeral.wawp_session_temp_link.x[count.index].link }
				}
			}`, n, turn, n, n, turn)
	}
	cli := w.CLI(t, configure(1))
	cli.Env = append(cli.Env, "TF_LOG=TRACE", "TF_LOG_PATH="+filepath.Join(cli.Dir, "trace.log"))
	run := func(name string, arguments ...string) {
		said, _ := cli.Run(append(arguments, "-no-color")...)
		if err := os.WriteFile(filepath.Join(cli.Dir, name+".out"), []byte(said), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	inject := func(endpoints ...string) {
		w.ClearFaults()
		for _, endpoint := range endpoints {
			for _, fault := range leaks(endpoint) {
				w.Inject(fault)
			}
		}
	}
	resources, opened := "-target=wawp_session_temp_link.x", "-target=terraform_data.x"
	inject(post)
	run("create", "apply", "-auto-approve", resources)
	w.ClearFaults()
	run("create-rest", "apply", "-auto-approve", resources)
	if len(cli.State()) != n {
		t.Fatalf("%d of %d links are in the state", len(cli.State()), n)
	}
	for i, endpoint := range []string{get, info, post} {
		for _, session := range given {
			w.ExpireLink(session)
		}
		inject(endpoint)
		run(fmt.Sprint("open-", i), "plan", opened)
	}
	inject(get) // where there are links to be found
	run("open-again", "plan", opened)
	w.ClearFaults()
	run("opened", "apply", "-auto-approve", opened)
	if len(cli.State()) != 2*n {
		t.Fatalf("%d of %d resources are in the state", len(cli.State()), 2*n)
	}
	inject(get)
	run("refresh", "apply", "-auto-approve", "-refresh-only")
	w.ClearFaults()
	cli.Configure(configure(2))
	run("replace-plan", "plan", "-out=replace.tfplan")
	inject(post, revoke)
	run("replace", "apply", "replace.tfplan")
	inject(get, revoke)
	run("destroy", "destroy", "-auto-approve", "-refresh=false")
	w.ClearFaults()
	run("last-plan", "plan", "-out=last.tfplan")

	log, err := os.ReadFile(filepath.Join(cli.Dir, "trace.log"))
	if err != nil {
		t.Fatal(err)
	}
	contains(t, string(log), "@module=wawp.wawp", "path=/v2/session/temp-link") // else there was nothing to find

	var inState, nowhere []string
	for i := range n {
		inState, nowhere = append(inState, w.Links(kept[i])...), append(nowhere, w.Links(given[i])...)
	}
	if len(nowhere) < n || len(inState) < n {
		t.Errorf("only %d and %d links were made", len(inState), len(nowhere))
	}
	nowhere = append(nowhere, spellings(canary)...)
	for _, link := range nowhere[:n] {
		nowhere = append(nowhere, fmt.Sprint(token(link)))
	}
	nowhere = append(nowhere, fmt.Sprint(token(strange)), strings.ReplaceAll(strange, "/", `\/`))
	search(t, cli.Dir, inState, nowhere)
}

// search looks for secrets in every file below a directory, and in the files within saved plans. Some may be in the state:
// Terraform keeps it in its file, in a backup, and in a saved plan, together with the planned values.
func search(t *testing.T, dir string, inState, nowhere []string) {
	t.Helper()
	found := 0
	acctest.Search(t, dir, func(file string, content []byte) {
		isState := strings.HasPrefix(file, "terraform.tfstate") || strings.Contains(file, ".tfplan/")
		for _, secret := range inState {
			switch {
			case !bytes.Contains(content, []byte(fmt.Sprint(token(secret)))):
			case isState:
				found++
			default:
				t.Errorf("%s holds a link", file)
			}
		}
		for _, secret := range nowhere {
			if at := bytes.Index(content, []byte(secret)); at >= 0 {
				t.Errorf("%s holds %s: ...%s...", file, secret, content[max(0, at-200):min(len(content), at+100)])
			}
		}
	})
	if found == 0 {
		t.Error("the search finds nothing even where the links are")
	}
}

package templink_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

// canary is an access token that looks different in a URL, in JSON and in HTML.
const canary = "cAn4ry/tok+en&=17"

// secretSpellings are those in which a server could echo a secret.
func secretSpellings(secret string) []string {
	quoted, _ := json.Marshal(secret)
	return []string{
		secret, url.QueryEscape(secret), url.PathEscape(secret), strings.Trim(string(quoted), `"`),
		strings.ReplaceAll(secret, "/", `\/`),
	}
}

// foreignLink is a link that only the leak faults contain. It must show nowhere.
const foreignLink = "https://app.wawp.net/temp-qr/c4nary0000000000000000000000000000000000000000000000000000000000"

// leakFaults are the faults that could bring the access token or a link to light.
func leakFaults() []wawptest.Fault {
	echo := strings.Join(
		append(secretSpellings(canary), append(secretSpellings(foreignLink),
			fmt.Sprint(linkToken(foreignLink)))...), " ")
	encoded, _ := json.Marshal(echo)
	complaint := fmt.Sprintf(`{"code":%s,"message":%s,"error":%s,"link":%s}`, encoded, encoded, encoded, encoded)
	faults := []wawptest.Fault{
		{Drop: true},
		{Cut: true},
		{Status: 302, Header: http.Header{"Location": {"https://elsewhere.test/temp-qr/x?access_token=" +
			url.QueryEscape(canary)}}},
		{Reshape: wawptest.Set("link", "https://app.wawp.net/temp-qr/"+canary)},
		{Reshape: wawptest.Set("link", map[string]any{"token": canary})},
		{Reshape: wawptest.Set("link", foreignLink+" is what you look for")},
		{Reshape: wawptest.Set("expires_at", echo)},
		{Reshape: wawptest.Set("config", map[string]any{"metadata": map[string]any{
			"access_token": canary,
			"link":         canary,
		}})},
	}
	for _, status := range []int{200, 400, 401, 403, 404, 429, 500} {
		faults = append(faults, wawptest.Fault{Status: status, Body: complaint},
			wawptest.Fault{Status: status, Body: "<html>" + echo + "</html>"})
	}
	return faults
}

// TestAccSecretsNeverShow is promise P4: the life of many links at the highest log level, one under each fault of each
// endpoint. The access token is nowhere, and a link is where Terraform keeps the state of its resource; what the
// ephemeral resource gives is nowhere.
func TestAccSecretsNeverShow(t *testing.T) {
	t.Parallel()
	acctest.Require(t, "1.10", "1.11")
	w := acctest.New(t, wawptest.Config{Token: canary})
	faults := map[string]wawptest.Fault{} // by endpoint and session
	w.ChooseFaults(func(r wawptest.Request) wawptest.Fault {
		return faults[r.Method+" "+r.Path+r.Query.Get("instance_id")]
	})
	sessions := func(prefix string, endpoints ...string) (all []string) {
		for _, endpoint := range endpoints {
			for _, fault := range leakFaults() {
				s := w.Add(wawptest.Session{InstanceID: fmt.Sprintf("%s%04d", prefix, len(all)), Status: scan})
				all, faults[endpoint+s.InstanceID] = append(all, s.InstanceID), fault
			}
		}
		return all
	}
	n := len(leakFaults())
	stored, given := sessions("3EB0BCB2", post, get, revoke), sessions("5056E800", get, info, post)
	for _, session := range given[:n] {
		w.NewLink(session) // to be found
	}
	handedOut := w.Add(wawptest.Session{InstanceID: "77E411AA0001", Status: scan}).InstanceID
	configure := func(turn, opened int) string {
		return noRetries + fmt.Sprintf(`
			resource "wawp_session_temp_link" "x" {
				count       = %d
				instance_id = format("3EB0BCB2%%04d", count.index)
				triggers    = { turn = %d }
			}
			ephemeral "wawp_session_temp_link" "x" {
				instance_id = %q
			}
			resource "terraform_data" "x" {
				provisioner "local-exec" {
					command     = "echo got $LINK"
					environment = { LINK = ephemeral.wawp_session_temp_link.x.link }
				}
			}
			ephemeral "wawp_session_temp_link" "y" {
				count       = %d
				instance_id = format("5056E800%%04d", count.index)
			}
			resource "terraform_data" "y" {
				count = %[4]d
				provisioner "local-exec" {
					command     = "echo got $LINK"
					environment = { LINK = ephemeral.wawp_session_temp_link.y[count.index].link }
				}
			}`, len(stored), turn, handedOut, opened)
	}
	cli := w.CLI(t, configure(1, 0))
	cli.Env = append(cli.Env, "TF_LOG=TRACE", "TF_LOG_PATH="+filepath.Join(cli.Dir, "trace.log"))
	run := func(name string, arguments ...string) {
		output, _ := cli.Run(append([]string{arguments[0], "-no-color", "-parallelism=40"}, arguments[1:]...)...)
		if err := os.WriteFile(filepath.Join(cli.Dir, name+".out"), []byte(output), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	run("create", "apply", "-auto-approve")
	run("refresh", "apply", "-auto-approve", "-refresh-only")
	if made := len(cli.State()); made <= 2*n {
		t.Fatalf("%d resources are in the state", made)
	}
	cli.Configure(configure(1, len(given)))
	run("open", "plan", "-refresh=false")
	cli.Configure(configure(2, 0))
	run("replace-plan", "plan", "-refresh=false", "-out=replace.tfplan")
	run("replace", "apply", "replace.tfplan")
	for _, endpoint := range []string{get, post, revoke, info} {
		if asked := w.Count(endpoint); asked < n {
			t.Errorf("%s was asked only %d times", endpoint, asked)
		}
	}

	log, err := os.ReadFile(filepath.Join(cli.Dir, "trace.log"))
	if err != nil {
		t.Fatal(err)
	}
	// else there was nothing to find
	acctest.Contains(t, string(log), "@module=wawp.wawp", "path=/v2/session/temp-link")

	inState := map[any]bool{} // by token; those of no state are false
	for i := range stored {
		for _, link := range w.Links(stored[i]) {
			inState[linkToken(link)] = true
		}
		for _, link := range append(w.Links(given[i]), w.Links(handedOut)...) {
			inState[linkToken(link)] = false
		}
	}
	if len(inState) < 4*n {
		t.Errorf("only %d links were made", len(inState))
	}
	searchSecrets(t, cli.Dir, inState, append(secretSpellings(canary), fmt.Sprint(linkToken(foreignLink)),
		strings.ReplaceAll(foreignLink, "/", `\/`)))
}

// tokens are what links end with.
var tokens = regexp.MustCompile(`[0-9a-f]{64}`)

// searchSecrets looks for secrets in every file below a directory, and in the files within saved plans. Some links may
// be in the state: Terraform keeps it in its file, in a backup, and in a saved plan, together with the planned values.
func searchSecrets(t *testing.T, dir string, inState map[any]bool, nowhere []string) {
	t.Helper()
	found := 0
	acctest.SearchFiles(t, dir, func(file string, content []byte) {
		isState := strings.HasPrefix(file, "terraform.tfstate") || strings.Contains(file, ".tfplan/")
		for _, digits := range tokens.FindAll(content, -1) {
			stored, isLink := inState[string(digits)]
			switch {
			case stored && isState:
				found++
			case isLink:
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

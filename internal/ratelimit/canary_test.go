package ratelimit_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

// canary is a token that looks different in a URL, in JSON and in HTML.
const canary = "cAn4ry/tok+en&=17"

// spellings are those in which a server could echo the token.
func spellings() []string {
	quoted, _ := json.Marshal(canary)
	return []string{canary, url.QueryEscape(canary), url.PathEscape(canary), strings.Trim(string(quoted), `"`)}
}

// leaks are the faults that could bring the token to light, each for one request.
func leaks(endpoint string) []wawptest.Fault {
	echo := strings.Join(spellings(), " ")
	encoded, _ := json.Marshal(echo)
	complaint := fmt.Sprintf(`{"code":%s,"message":%s,"error":%s}`, encoded, encoded, encoded)
	faults := []wawptest.Fault{
		{Drop: true},
		{Cut: true},
		{Status: 302, Header: http.Header{"Location": {"https://elsewhere.test/?access_token=" + url.QueryEscape(canary)}}},
		{Reshape: wawptest.Set("policy", map[string]any{"slug": echo})},
		{Reshape: wawptest.Set("current_policy", echo)},
		{Reshape: wawptest.Set("policies", []any{echo, map[string]any{"slug": canary, "available": true}})},
		{Reshape: wawptest.Set("config", map[string]any{"metadata": map[string]any{"access_token": canary, "policy": canary}})},
	}
	for _, status := range []int{200, 400, 401, 403, 404, 429, 500} {
		faults = append(faults, wawptest.Fault{Status: status, Body: complaint}, wawptest.Fault{Status: status, Body: "<html>" + echo + "</html>"})
	}
	for i := range faults {
		faults[i].Match, faults[i].Times = endpoint, 1
	}
	return faults
}

// TestAccTokenNeverShows is promise P4: the life of many policies, under every fault and at the highest log level.
func TestAccTokenNeverShows(t *testing.T) {
	t.Parallel()
	acctest.SameOnEveryCLI(t)
	w := acctest.New(t, wawptest.Config{Token: canary})
	n := len(leaks(get))
	for i := range n {
		w.Add(wawptest.Session{InstanceID: fmt.Sprintf("3EB0BCB2%04d", i)})
	}
	configure := func(slug string) string {
		return once + fmt.Sprintf("resource \"wawp_session_rate_limit\" \"x\" {\n  count       = %d\n"+
			"  instance_id = format(\"3EB0BCB2%%04d\", count.index)\n  policy      = %q\n}\n", n, slug)
	}
	cli := w.CLI(t, configure(strict))
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
	distort := func() { // what is read succeeds, and is kept
		w.ClearFaults()
		for _, fault := range leaks(get) {
			if fault.Reshape != nil {
				w.Inject(fault)
			}
		}
	}
	inject(set, get) // what is refused is followed by a read
	run("create", "apply", "-auto-approve")
	w.ClearFaults()
	run("create-rest", "apply", "-auto-approve")
	if len(cli.State()) != n {
		t.Fatalf("%d of %d policies are in the state", len(cli.State()), n)
	}
	inject(get)
	run("refresh", "apply", "-auto-approve", "-refresh-only")
	distort()
	run("refresh-distorted", "apply", "-auto-approve", "-refresh-only")
	contains(t, fmt.Sprint(cli.State()), "(redacted)") // else there was nothing to find
	inject(set)
	cli.Configure(configure(standard))
	run("update-plan", "plan", "-out=update.tfplan")
	run("update", "apply", "update.tfplan")
	run("destroy", "destroy", "-auto-approve", "-refresh=false")
	cli.Configure(once + fmt.Sprintf("data \"wawp_session_rate_limit_policies\" \"x\" {\n  count       = %d\n"+
		"  instance_id = format(\"3EB0BCB2%%04d\", count.index)\n}\n", n))
	inject(get)
	run("data", "apply", "-auto-approve")
	distort()
	run("data-distorted", "apply", "-auto-approve")
	state, err := os.ReadFile(filepath.Join(cli.Dir, "terraform.tfstate"))
	if err != nil {
		t.Fatal(err)
	}
	contains(t, strings.ReplaceAll(string(state), ": ", ":"), `"slug":"(redacted)"`, `"current_policy":"(redacted)`) // OpenTofu 1.11 writes no spaces

	log, err := os.ReadFile(filepath.Join(cli.Dir, "trace.log"))
	if err != nil {
		t.Fatal(err)
	}
	contains(t, string(log), "@module=wawp.wawp", "path=/v2/session/rate-limit") // else there was nothing to find
	if searched := search(t, cli.Dir); searched < 10 {
		t.Errorf("only %d files were searched", searched)
	}
}

// search looks for the canary in every file below a directory, and in the files within saved plans.
func search(t *testing.T, dir string) int {
	t.Helper()
	searched := 0
	look := func(name string, content []byte) {
		searched++
		for _, spelling := range spellings() {
			if at := bytes.Index(content, []byte(spelling)); at >= 0 {
				t.Errorf("%s holds the token as %s: ...%s...", name, spelling, content[max(0, at-200):min(len(content), at+100)])
			}
		}
	}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		look(path, content)
		archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
		if err != nil {
			return nil //nolint:nilerr // not a saved plan
		}
		for _, file := range archive.File {
			reader, err := file.Open()
			if err != nil {
				return err
			}
			inner, err := io.ReadAll(reader)
			if err != nil {
				return err
			}
			look(path+" "+file.Name, inner)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return searched
}

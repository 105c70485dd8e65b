package session_test

import (
	"bytes"
	"encoding/base64"
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

// canary is a token that looks different in a URL, in JSON and in HTML.
const canary = "cAn4ry/tok+en&=17"

// echo is a server that tells the token in every field, in each spelling.
func echo() string {
	quoted, _ := json.Marshal(canary)
	return strings.Join([]string{canary, url.QueryEscape(canary), url.PathEscape(canary), strings.Trim(string(quoted), `"`)}, " ")
}

// leaks are the faults of an endpoint that could bring the token to light, each taking one request.
func leaks(endpoint string) []wawptest.Fault {
	encoded, _ := json.Marshal(echo())
	complaint := fmt.Sprintf(`{"code":%s,"message":%s,"error":%s}`, encoded, encoded, encoded)
	faults := []wawptest.Fault{
		{Drop: true},
		{Cut: true},
		{Status: 204},
		{Reshape: wawptest.Set("session_name", echo())},
		{Reshape: wawptest.Set("config", map[string]any{"metadata": map[string]any{"access_token": canary, "user_email": canary}})},
		{Status: 302, Header: http.Header{"Location": {"https://elsewhere.test/?access_token=" + url.QueryEscape(canary)}}},
	}
	for _, status := range []int{200, 400, 401, 403, 404, 410, 429, 500, 502} {
		faults = append(faults,
			wawptest.Fault{Status: status, Body: complaint, Header: http.Header{"Retry-After": {"100"}}},
			wawptest.Fault{Status: status, Body: "<html>" + echo() + "</html>"})
	}
	for i := range faults {
		faults[i].Match, faults[i].Times = endpoint, 1
	}
	return faults
}

// TestAccTokenNeverShows is promise P4: a whole life of many sessions, under every fault and at the highest log level.
func TestAccTokenNeverShows(t *testing.T) {
	t.Parallel()
	acctest.SameOnEveryCLI(t)
	for name, configuration := range map[string]string{
		"from the environment": "",
		"from an ephemeral variable": "variable \"token\" {\n  type      = string\n  ephemeral = true\n  sensitive = true\n}\n" +
			"provider \"wawp\" {\n  access_token    = var.token\n  max_retries     = 0\n  request_timeout = \"5s\"\n}\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.New(t, wawptest.Config{Token: canary})
			if configuration == "" {
				configuration = once
			}
			n := len(leaks(info))
			cli := w.CLI(t, configuration+fmt.Sprintf(`
				variable "state" { default = null }
				resource "wawp_session" "x" {
					count         = %d
					desired_state = var.state
					timeouts      = { update = "1s" }
				}`, n))
			cli.Env = append(cli.Env, "TF_LOG=TRACE", "TF_LOG_PATH="+filepath.Join(cli.Dir, "trace.log"), "TF_VAR_token="+canary)

			run := func(name string, arguments ...string) {
				said, _ := cli.Run(append(arguments, "-no-color")...)
				if err := os.WriteFile(filepath.Join(cli.Dir, name+".out"), []byte(said), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			inject := func(endpoint string) {
				w.ClearFaults()
				for _, fault := range leaks(endpoint) {
					w.Inject(fault)
				}
			}
			inject(create)
			run("create", "apply", "-auto-approve")
			w.ClearFaults()
			run("create-rest", "apply", "-auto-approve")
			if len(cli.State()) != n {
				t.Fatalf("%d of %d sessions are in the state", len(cli.State()), n)
			}
			inject(info)
			run("refresh", "apply", "-auto-approve", "-refresh-only")
			for _, endpoint := range []string{start, stop, remove} {
				inject(endpoint)
				arguments := map[string][]string{
					start: {"-var=state=started", "-out=start.tfplan"}, stop: {"-var=state=stopped", "-out=stop.tfplan"}, remove: {"-destroy", "-out=remove.tfplan"},
				}[endpoint]
				run(filepath.Base(endpoint)+"-plan", append([]string{"plan"}, arguments...)...)
				run(filepath.Base(endpoint), "apply", strings.TrimPrefix(arguments[1], "-out="))
			}
			if len(cli.State()) == 0 {
				t.Error("nothing is left to search in the state: the faults did not take hold")
			}
			log, err := os.ReadFile(filepath.Join(cli.Dir, "trace.log"))
			if err != nil {
				t.Fatal(err)
			}
			acctest.Contains(t, string(log), "@module=wawp.wawp", "path=/v2/session/create", "created a Wawp session") // else there was nothing to find
			if searched := search(t, cli.Dir); searched < 15 {
				t.Errorf("only %d files were searched", searched)
			}
		})
	}
}

// search looks for the canary in every file below a directory, and returns how many there are.
func search(t *testing.T, dir string) int {
	t.Helper()
	searched := 0
	acctest.Search(t, dir, func(name string, content []byte) {
		searched++
		for _, spelling := range append(strings.Fields(echo()), base64.StdEncoding.EncodeToString([]byte(canary))) {
			if at := bytes.Index(content, []byte(spelling)); at >= 0 {
				t.Errorf("%s holds the token as %s: ...%s...", name, spelling, content[max(0, at-200):min(len(content), at+100)])
			}
		}
	})
	return searched
}

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

// echoedToken returns the token in each spelling in which a server could echo it.
func echoedToken() string {
	quoted, _ := json.Marshal(canary)
	return strings.Join([]string{
		canary, url.QueryEscape(canary), url.PathEscape(canary),
		strings.Trim(string(quoted), `"`),
	}, " ")
}

// leakFaults are the faults of an endpoint that could bring the token to light, each taking one request.
func leakFaults(endpoint string) []wawptest.Fault {
	encoded, _ := json.Marshal(echoedToken())
	complaint := fmt.Sprintf(`{"code":%s,"message":%s,"error":%s}`, encoded, encoded, encoded)
	faults := []wawptest.Fault{
		{Drop: true},
		{Cut: true},
		{Status: 204},
		{Reshape: wawptest.Set("session_name", echoedToken())},
		{Reshape: wawptest.Set("config", map[string]any{"metadata": map[string]any{
			"access_token": canary,
			"user_email":   canary,
		}})},
		{Status: 302, Header: http.Header{"Location": {"https://elsewhere.test/?access_token=" +
			url.QueryEscape(canary)}}},
	}
	for _, status := range []int{200, 400, 401, 403, 404, 410, 429, 500, 502} {
		faults = append(faults,
			wawptest.Fault{Status: status, Body: complaint, Header: http.Header{"Retry-After": {"100"}}},
			wawptest.Fault{Status: status, Body: "<html>" + echoedToken() + "</html>"})
	}
	for i := range faults {
		faults[i].Match, faults[i].Times = endpoint, 1
	}
	return faults
}

// recordOutput returns a function that runs the CLI at the highest log level, and writes its output into its directory.
func recordOutput(t *testing.T, cli *acctest.CLI) (run func(name, command string, arguments ...string)) {
	t.Helper()
	cli.Env = append(cli.Env, "TF_LOG=TRACE", "TF_LOG_PATH="+filepath.Join(cli.Dir, "trace.log"))
	return func(name, command string, arguments ...string) {
		t.Helper()
		output, _ := cli.Run(append([]string{command, "-no-color"}, arguments...)...)
		if err := os.WriteFile(filepath.Join(cli.Dir, name+".out"), []byte(output), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// TestAccTokenNeverShows is promise P4: a whole life of many sessions, under every fault and at the highest log level.
func TestAccTokenNeverShows(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{Token: canary})
	n := len(leakFaults(info))
	faults := map[string]wawptest.Fault{} // by endpoint and session
	cli := w.CLI(t, noRetries+fmt.Sprintf(`
		variable "state" { default = null }
		resource "wawp_session" "x" {
			count         = %d
			desired_state = var.state
			timeouts      = { update = "300ms" }
		}`, 3*n))
	run := recordOutput(t, cli)
	for _, fault := range leakFaults(create) {
		w.Inject(fault)
	}
	run("create", "apply", "-auto-approve", "-parallelism=40")
	made := cli.State()
	if len(made) < 2*n || len(made) == 3*n {
		t.Fatalf("%d of %d sessions are in the state, after %d faults", len(made), 3*n, n)
	}
	for i := range n {
		one, another := fmt.Sprint(made[i].Attributes["instance_id"]), fmt.Sprint(made[n+i].Attributes["instance_id"])
		for _, request := range []string{start + one, remove + one, stop + another} {
			faults[request] = leakFaults("")[i]
		}
	}
	w.ChooseFaults(func(r wawptest.Request) wawptest.Fault {
		return faults[r.Method+" "+r.Path+r.Query.Get("instance_id")]
	})
	run("start-plan", "plan", "-var=state=started", "-refresh=false", "-out=start.tfplan")
	run("start", "apply", "-parallelism=40", "start.tfplan")
	run("stop", "apply", "-var=state=stopped", "-refresh=false", "-auto-approve", "-parallelism=40")
	for i, s := range cli.State()[:n] {
		faults[info+fmt.Sprint(s.Attributes["instance_id"])] = leakFaults("")[i]
	}
	run("refresh", "apply", "-refresh-only", "-auto-approve", "-parallelism=40")
	run("remove", "destroy", "-refresh=false", "-auto-approve", "-parallelism=40")
	if len(cli.State()) == 0 {
		t.Error("nothing is left to search in the state: the faults did not take hold")
	}
	for _, endpoint := range []string{create, start, stop, info, remove} {
		if asked := w.Count(endpoint); asked < n {
			t.Errorf("%s was asked only %d times", endpoint, asked)
		}
	}
	log, err := os.ReadFile(filepath.Join(cli.Dir, "trace.log"))
	if err != nil {
		t.Fatal(err)
	}
	// else there was nothing to find
	acctest.Contains(t, string(log), "@module=wawp.wawp", "path=/v2/session/create", "created a Wawp session")
	if searched := searchCanary(t, cli.Dir); searched < 15 {
		t.Errorf("only %d files were searched", searched)
	}
}

// TestAccTokenOfAnEphemeralVariable: a token from an ephemeral variable is in no plan.
func TestAccTokenOfAnEphemeralVariable(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{Token: canary})
	cli := w.CLI(t, `
		variable "token" {
			type      = string
			ephemeral = true
			sensitive = true
		}
		provider "wawp" { access_token = var.token }
	`+minimalConfig)
	cli.Env = append(cli.Env, "WAWP_ACCESS_TOKEN=", "TF_VAR_token="+canary)
	run := recordOutput(t, cli)
	run("plan", "plan", "-out=x.tfplan")
	run("apply", "apply", "x.tfplan")
	checkRecorded(t, w, cli, 1)
	searchCanary(t, cli.Dir)
}

// searchCanary looks for the canary in every file below a directory, and returns how many there are.
func searchCanary(t *testing.T, dir string) int {
	t.Helper()
	searched := 0
	acctest.SearchFiles(t, dir, func(name string, content []byte) {
		searched++
		for _, spelling := range append(strings.Fields(echoedToken()),
			base64.StdEncoding.EncodeToString([]byte(canary))) {
			if at := bytes.Index(content, []byte(spelling)); at >= 0 {
				t.Errorf("%s holds the token as %s: ...%s...", name, spelling,
					content[max(0, at-200):min(len(content), at+100)])
			}
		}
	})
	return searched
}

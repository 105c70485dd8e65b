package ratelimit_test

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

// canary is a token that looks different in a URL, in JSON and in HTML.
const canary = "cAn4ry/tok+en&=17"

// tokenSpellings are those in which a server could echo the token.
func tokenSpellings() []string {
	quoted, _ := json.Marshal(canary)
	return []string{canary, url.QueryEscape(canary), url.PathEscape(canary), strings.Trim(string(quoted), `"`)}
}

// leakFaults are the faults that could bring the token to light, each for one request.
func leakFaults(endpoint string) []wawptest.Fault {
	echo := strings.Join(tokenSpellings(), " ")
	encoded, _ := json.Marshal(echo)
	complaint := fmt.Sprintf(`{"code":%s,"message":%s,"error":%s}`, encoded, encoded, encoded)
	faults := []wawptest.Fault{
		{Drop: true},
		{Cut: true},
		{Status: 302, Header: http.Header{"Location": {"https://elsewhere.test/?access_token=" +
			url.QueryEscape(canary)}}},
		{Reshape: wawptest.Set("policy", map[string]any{"slug": echo})},
		{Reshape: wawptest.Set("current_policy", echo)},
		{Reshape: wawptest.Set("policies", []any{echo, map[string]any{"slug": canary, "available": true}})},
		{Reshape: wawptest.Set("config", map[string]any{"metadata": map[string]any{
			"access_token": canary,
			"policy":       canary,
		}})},
	}
	for _, status := range []int{200, 400, 401, 403, 404, 429, 500} {
		faults = append(faults, wawptest.Fault{Status: status, Body: complaint},
			wawptest.Fault{Status: status, Body: "<html>" + echo + "</html>"})
	}
	for i := range faults {
		faults[i].Match, faults[i].Times = endpoint, 1
	}
	return faults
}

// newLeakWorld returns a world with a session for each leak fault. inject adds all leak faults of endpoints; distort
// adds only those with which a read succeeds.
func newLeakWorld(t *testing.T) (w *acctest.World, n int, inject func(endpoints ...string), distort func()) {
	t.Helper()
	w = acctest.New(t, wawptest.Config{Token: canary})
	n = len(leakFaults(get))
	for i := range n {
		w.Add(wawptest.Session{InstanceID: fmt.Sprintf("3EB0BCB2%04d", i)})
	}
	inject = func(endpoints ...string) {
		w.ClearFaults()
		for _, endpoint := range endpoints {
			for _, fault := range leakFaults(endpoint) {
				w.Inject(fault)
			}
		}
	}
	distort = func() {
		w.ClearFaults()
		for _, fault := range leakFaults(get) {
			if fault.Reshape != nil {
				w.Inject(fault)
			}
		}
	}
	return w, n, inject, distort
}

// policiesConfig configures the policy of each session.
func policiesConfig(n int, slug string) string {
	return noRetries + fmt.Sprintf("resource \"wawp_session_rate_limit\" \"x\" {\n"+
		"  count       = %d\n"+
		"  instance_id = format(\"3EB0BCB2%%04d\", count.index)\n"+
		"  policy      = %q\n"+
		"}\n", n, slug)
}

// dataSourcesConfig reads the policies of each session.
func dataSourcesConfig(n int) string {
	return noRetries + fmt.Sprintf("data \"wawp_session_rate_limit_policies\" \"x\" {\n"+
		"  count       = %d\n"+
		"  instance_id = format(\"3EB0BCB2%%04d\", count.index)\n"+
		"}\n", n)
}

// TestTokenNeverShows is promise P4, for what Terraform prints and stores: the life of many policies, under every
// fault.
func TestTokenNeverShows(t *testing.T) {
	t.Parallel()
	w, n, inject, distort := newLeakWorld(t)
	tf := w.Terraform(t, policiesConfig(n, strict))
	run := func(command string, options ...string) {
		output, _ := tf.Run(command, options...)
		acctest.NotContains(t, output+fmt.Sprint(tf.State()), tokenSpellings()...)
	}
	inject(set, get) // what is refused is followed by a read
	run("apply")
	w.ClearFaults()
	run("apply")
	if len(tf.State()) != n {
		t.Fatalf("%d of %d policies are in the state", len(tf.State()), n)
	}
	inject(get)
	run("refresh")
	distort()
	run("refresh")
	acctest.Contains(t, fmt.Sprint(tf.State()), "(redacted)") // else there was nothing to find
	inject(set)
	tf.Configure(policiesConfig(n, standard))
	run("apply")
	run("destroy", "-refresh=false")
	tf.Configure(dataSourcesConfig(n))
	inject(get)
	run("apply")
}

// TestAccTokenNeverShows is promise P4, for all that a CLI prints, logs at the highest level, and writes.
func TestAccTokenNeverShows(t *testing.T) {
	t.Parallel()
	w, n, inject, distort := newLeakWorld(t)
	cli := w.CLI(t, policiesConfig(n, strict))
	cli.Env = append(cli.Env, "TF_LOG=TRACE", "TF_LOG_PATH="+filepath.Join(cli.Dir, "trace.log"))
	run := func(name string, arguments ...string) {
		output, _ := cli.Run(append(arguments, "-no-color")...)
		if err := os.WriteFile(filepath.Join(cli.Dir, name+".out"), []byte(output), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	inject(set, get)
	run("create", "apply", "-auto-approve")
	w.ClearFaults()
	run("create-rest", "apply", "-auto-approve")
	if len(cli.State()) != n {
		t.Fatalf("%d of %d policies are in the state", len(cli.State()), n)
	}
	distort()
	run("refresh", "apply", "-auto-approve", "-refresh-only")
	acctest.Contains(t, fmt.Sprint(cli.State()), "(redacted)") // else there was nothing to find
	cli.Configure(policiesConfig(n, standard))
	run("update-plan", "plan", "-out=update.tfplan")
	inject(set)
	run("update", "apply", "update.tfplan")
	cli.Configure(dataSourcesConfig(n))
	distort()
	run("data", "apply", "-auto-approve", "-refresh=false")
	state, err := os.ReadFile(filepath.Join(cli.Dir, "terraform.tfstate"))
	if err != nil {
		t.Fatal(err)
	}
	// OpenTofu 1.11 writes no spaces
	acctest.Contains(t, strings.ReplaceAll(string(state), ": ", ":"), `"slug":"(redacted)"`,
		`"current_policy":"(redacted)`)

	log, err := os.ReadFile(filepath.Join(cli.Dir, "trace.log"))
	if err != nil {
		t.Fatal(err)
	}
	// else there was nothing to find
	acctest.Contains(t, string(log), "@module=wawp.wawp", "path=/v2/session/rate-limit")
	searched := 0
	acctest.SearchFiles(t, cli.Dir, func(name string, content []byte) {
		searched++
		for _, spelling := range tokenSpellings() {
			if at := bytes.Index(content, []byte(spelling)); at >= 0 {
				t.Errorf("%s holds the token as %s: ...%s...", name, spelling,
					content[max(0, at-200):min(len(content), at+100)])
			}
		}
	})
	if searched < 10 {
		t.Errorf("only %d files were searched", searched)
	}
}

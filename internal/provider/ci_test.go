package provider_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

// TestAccCIExamplesRun runs the commands of each pipeline of the guide, one after the other, as its jobs would: with an
// installed provider, a state elsewhere, and nobody to ask.
func TestAccCIExamplesRun(t *testing.T) {
	t.Parallel()
	files := exampleFiles(t, "TestAccCIExamplesRun")
	command := regexp.MustCompile(`terraform ((?:init|plan|apply) .*)`)
	for pipeline, content := range files {
		if filepath.Ext(pipeline) != ".yml" {
			continue
		}
		t.Run(filepath.Base(pipeline), func(t *testing.T) {
			t.Parallel()
			w := acctest.New(t, wawptest.Config{})
			parsed := "\noutput \"parsed\" {\n  value = length(yamldecode(file(\"pipeline.yml\")))\n}\n"
			cli := w.CLI(t, files["guides/running-in-ci/main.tf"]+parsed)
			write(t, filepath.Join(cli.Dir, "pipeline.yml"), content)
			installable(t, cli)
			state := remoteState(t)
			cli.Env = append(cli.Env, "TF_INPUT=0",
				"TF_HTTP_ADDRESS="+state, "TF_HTTP_LOCK_ADDRESS="+state+"/lock",
				"TF_HTTP_UNLOCK_ADDRESS="+state+"/lock")
			cli.OK("init") // on somebody's laptop: it writes the lock file, which the pipelines need
			for _, found := range command.FindAllStringSubmatch(content, -1) {
				cli.OK(strings.Fields(found[1])...)
			}
			if sessions := w.Sessions(); len(sessions) != 1 {
				t.Errorf("%d sessions were made", len(sessions))
			}
			if said := cli.OK("output"); !strings.Contains(said, w.Sessions()[0].InstanceID) {
				t.Errorf("the state does not know the session:\n%s", said)
			}
		})
	}
}

// TestAccCountsOfAPlan runs what the guide shows for a public repository: nothing of a session is printed but its type.
func TestAccCountsOfAPlan(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("jq"); err != nil {
		t.Skip("NOT TESTED: counts.sh, because jq is not at hand")
	}
	w := acctest.New(t, wawptest.Config{})
	cli := w.CLI(t, "resource \"wawp_session\" \"x\" {\n  count = 2\n}\n")
	said, code := runScript(t, cli, exampleFiles(t, "TestAccCIExamplesRun")["guides/running-in-ci/counts.sh"])
	if code != 0 || strings.Join(strings.Fields(said), " ") != "2 create: wawp_session" {
		t.Errorf("it ends with %d, and prints %q", code, said)
	}
}

// runScript runs a script, which finds the CLI as terraform, and returns all that it printed and its exit code.
func runScript(t *testing.T, cli *acctest.CLI, script string, environment ...string) (string, int) {
	t.Helper()
	bin := t.TempDir()
	if err := os.Symlink(cli.Command().Path, filepath.Join(bin, "terraform")); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "bash", "-c", script)
	cmd.Dir, cmd.Env = cli.Dir, append(append(cli.Env, "PATH="+bin+":"+os.Getenv("PATH")), environment...)
	said, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return string(said), cmd.ProcessState.ExitCode()
}

// installable has init find the provider in a directory, where a CLI for users finds it in the registry.
func installable(t *testing.T, cli *acctest.CLI) {
	t.Helper()
	at := slices.IndexFunc(cli.Env, func(variable string) bool {
		return strings.HasPrefix(variable,
			"TF_CLI_CONFIG_FILE=")
	})
	rc := strings.TrimPrefix(cli.Env[at], "TF_CLI_CONFIG_FILE=")
	built := regexp.MustCompile(`"wawp/wawp" *= *"(.*)"`).FindStringSubmatch(string(read(t, rc)))
	mirror := t.TempDir()
	for _, host := range []string{"registry.terraform.io", "registry.opentofu.org"} {
		dir := filepath.Join(mirror, host, "wawp", "wawp", "1.0.0", runtime.GOOS+"_"+runtime.GOARCH)
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		name := "terraform-provider-wawp"
		if err := os.Link(filepath.Join(built[1], name), filepath.Join(dir, name+"_v1.0.0")); err != nil {
			t.Fatal(err)
		}
	}
	write(t, rc, fmt.Sprintf("provider_installation {\n  filesystem_mirror {\n    path = %q\n  }\n}\n", mirror))
}

// remoteState keeps one state, as backend "http" wants it, and returns its address.
func remoteState(t *testing.T) string {
	t.Helper()
	var (
		mu     sync.Mutex
		state  []byte
		locked bool
	)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		switch r.Method {
		case "LOCK":
			if locked {
				w.WriteHeader(http.StatusLocked)
			}
			locked = true
		case "UNLOCK":
			locked = false
		case http.MethodPost:
			state, _ = io.ReadAll(r.Body)
		case http.MethodGet:
			if state == nil {
				w.WriteHeader(http.StatusNotFound)
			}
			_, _ = w.Write(state)
		}
	}))
	t.Cleanup(server.Close)
	return server.URL
}

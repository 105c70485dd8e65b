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

// TestAccCIPipelineExamples runs the commands of each pipeline of the guide in their order, as its jobs do: with an
// installed provider, a remote state, and no terminal.
func TestAccCIPipelineExamples(t *testing.T) {
	t.Parallel()
	files := exampleFiles(t, "TestAccCIPipelineExamples")
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
			writeFile(t, filepath.Join(cli.Dir, "pipeline.yml"), content)
			installProvider(t, cli)
			state := remoteState(t)
			cli.Env = append(cli.Env, "TF_INPUT=0",
				"TF_HTTP_ADDRESS="+state, "TF_HTTP_LOCK_ADDRESS="+state+"/lock",
				"TF_HTTP_UNLOCK_ADDRESS="+state+"/lock")
			cli.OK("init") // as on a laptop: it writes the lock file that the pipelines need
			for _, found := range command.FindAllStringSubmatch(content, -1) {
				cli.OK(strings.Fields(found[1])...)
			}
			if sessions := w.Sessions(); len(sessions) != 1 {
				t.Errorf("%d sessions were made", len(sessions))
			}
			if output := cli.OK("output"); !strings.Contains(output, w.Sessions()[0].InstanceID) {
				t.Errorf("the state does not know the session:\n%s", output)
			}
		})
	}
}

// TestAccPlanCountsScript runs the script of the guide for public repositories. Its output has the types of the
// sessions' resources, and nothing else of them.
func TestAccPlanCountsScript(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("jq"); err != nil {
		t.Skip("NOT TESTED: counts.sh, because jq is not at hand")
	}
	w := acctest.New(t, wawptest.Config{})
	cli := w.CLI(t, "resource \"wawp_session\" \"x\" {\n  count = 2\n}\n")
	output, code := runScript(t, cli, exampleFiles(t, "TestAccCIPipelineExamples")["guides/running-in-ci/counts.sh"])
	if code != 0 || strings.Join(strings.Fields(output), " ") != "2 create: wawp_session" {
		t.Errorf("it ends with %d, and prints %q", code, output)
	}
}

// runScript runs a script that finds the CLI as terraform on PATH. It returns the output and the exit code.
func runScript(t *testing.T, cli *acctest.CLI, script string, environment ...string) (string, int) {
	t.Helper()
	bin := t.TempDir()
	if err := os.Symlink(cli.Command().Path, filepath.Join(bin, "terraform")); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "bash", "-c", script)
	cmd.Dir, cmd.Env = cli.Dir, append(append(cli.Env, "PATH="+bin+":"+os.Getenv("PATH")), environment...)
	output, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return string(output), cmd.ProcessState.ExitCode()
}

// installProvider puts the provider into a filesystem mirror, where init finds it as it finds it in the registry.
func installProvider(t *testing.T, cli *acctest.CLI) {
	t.Helper()
	at := slices.IndexFunc(cli.Env, func(variable string) bool {
		return strings.HasPrefix(variable,
			"TF_CLI_CONFIG_FILE=")
	})
	rc := strings.TrimPrefix(cli.Env[at], "TF_CLI_CONFIG_FILE=")
	built := regexp.MustCompile(`"wawp/wawp" *= *"(.*)"`).FindStringSubmatch(string(readFile(t, rc)))
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
	writeFile(t, rc, fmt.Sprintf("provider_installation {\n  filesystem_mirror {\n    path = %q\n  }\n}\n", mirror))
}

// remoteState serves one state for the backend "http", and returns its address.
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

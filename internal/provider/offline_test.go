package provider_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

// TestAccOfflineTestingModuleExample runs the mocked tests of the module without an API, and its other tests with the
// simulated API.
func TestAccOfflineTestingModuleExample(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{Paid: true})
	cli := w.CLI(t, "")
	copyExample(t, cli, "guides/testing-offline/module")
	cli.Env = append(cli.Env, "WAWP_ACCESS_TOKEN=")
	if output := cli.OK("test", "-no-color"); !strings.Contains(output, "Success! 2 passed, 0 failed.") {
		t.Errorf("it does not pass:\n%s", output)
	}
	if n := w.Count(""); n != 0 {
		t.Errorf("%d requests were made", n)
	}

	file := filepath.Join(cli.Dir, "simulated/team.tftest.hcl")
	replacements := strings.NewReplacer("http://127.0.0.1:8765", w.Server.URL, "simulated", w.Token)
	writeFile(t, file, replacements.Replace(string(readFile(t, file))))
	if output := cli.OK("test", "-test-directory=simulated", "-no-color"); !strings.Contains(output,
		"Success! 2 passed, 0 failed.") {
		t.Errorf("it does not pass:\n%s", output)
	}
	if w.Count("POST /v2/session/create") != 1 || len(w.Sessions()) != 0 {
		t.Errorf("%d sessions were made, and %d are left", w.Count("POST /v2/session/create"), len(w.Sessions()))
	}
}

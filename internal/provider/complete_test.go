package provider_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

// copyExample replaces the configuration of a CLI with an example.
func copyExample(t *testing.T, cli *acctest.CLI, dir string) {
	t.Helper()
	removeFile(t, filepath.Join(cli.Dir, "main.tf"))
	if err := os.CopyFS(cli.Dir, os.DirFS(filepath.Join(root, "examples", dir))); err != nil {
		t.Fatal(err)
	}
}

// TestAccCompleteExample applies the complete example unchanged.
func TestAccCompleteExample(t *testing.T) {
	t.Parallel()
	const secret = "only-for-this-test"
	w := acctest.New(t, wawptest.Config{Paid: true})
	cli := w.CLI(t, "")
	copyExample(t, cli, "complete")
	if output := cli.Fails("plan", "-no-color"); !strings.Contains(output, "needs its secret here") {
		t.Errorf("a plan without the secret says:\n%s", output)
	}
	cli.Env = append(cli.Env, `TF_VAR_webhook_secrets={"support/crm"="`+secret+`"}`)

	cli.OK("plan", "-out=plan", "-no-color")
	// the one allowed is about dev_overrides
	if output := cli.OK("apply", "-no-color", "plan"); strings.Count(output, "Warning: ") > 1 {
		t.Errorf("it warns:\n%s", output)
	}
	cli.OK("plan", "-detailed-exitcode") // succeeds if there is nothing to change

	if !slices.ContainsFunc(w.Requests(), func(r wawptest.Request) bool { return r.Body["hmac"] == secret }) {
		t.Error("the secret was not sent")
	}
	acctest.SearchFiles(t, cli.Dir, func(name string, content []byte) {
		if strings.Contains(string(content), secret) && !strings.HasSuffix(name, ".tftest.hcl") {
			t.Errorf("the secret is in %s", name)
		}
	})
	if output := cli.Fails("destroy", "-auto-approve", "-no-color"); strings.Count(output,
		"is protected from deletion") != 2 {
		t.Errorf("both protected sessions are named:\n%s", output)
	}
	cli.Env = append(cli.Env, "WAWP_ALLOW_DESTROY=1")
	cli.OK("destroy", "-auto-approve")
}

// TestAccCompleteExampleOwnTests runs terraform test in the complete example, without a token and without an API.
func TestAccCompleteExampleOwnTests(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{})
	cli := w.CLI(t, "")
	copyExample(t, cli, "complete")
	cli.Env = append(cli.Env, "WAWP_ACCESS_TOKEN=")
	if output := cli.OK("test", "-no-color"); !strings.Contains(output, "Success! 7 passed, 0 failed.") {
		t.Errorf("it does not pass:\n%s", output)
	}
	if n := w.Count(""); n != 0 {
		t.Errorf("%d requests were made", n)
	}
}

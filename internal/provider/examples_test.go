package provider_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

const examples = "../../examples"

// TestAccExamplesArePlanned plans every example as it stands, against an account that has the instance that they name. An
// import-*.tf is planned together with the rest of its directory, but without the other imports.
func TestAccExamplesArePlanned(t *testing.T) {
	t.Parallel()
	planned := 0
	err := filepath.WalkDir(examples, func(dir string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() {
			return err
		}
		files, err := filepath.Glob(filepath.Join(dir, "*.tf"))
		if err != nil {
			return err
		}
		var body string
		imports := map[string]string{}
		for _, file := range files {
			content, err := os.ReadFile(file)
			if err != nil {
				return err
			}
			if name := filepath.Base(file); strings.HasPrefix(name, "import-") {
				imports[name] = string(content)
			} else {
				body += string(content) + "\n"
			}
		}
		name := strings.TrimPrefix(dir, examples+"/")
		if body != "" {
			planned++
			planExample(t, name, body, "")
		}
		for file, block := range imports {
			planned++
			planExample(t, name+"/"+file, body+block, block)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if planned < 7 {
		t.Errorf("only %d examples were found", planned)
	}
}

func planExample(t *testing.T, name, configuration, imports string) {
	t.Helper()
	t.Run(name, func(t *testing.T) {
		t.Parallel()
		if strings.Contains(imports, "identity") {
			acctest.Require(t, "1.12", "1.12")
		}
		if strings.Contains(configuration, "\naction \"") {
			acctest.Require(t, "1.14", "")
		}
		w := exampleWorld(t)
		cli := w.CLI(t, configuration)
		cli.Env = append(cli.Env, "TF_VAR_wawp_access_token="+w.Token, "TF_VAR_webhook_secret=s3cret")
		said := cli.OK("plan", "-no-color")
		if imports != "" && !strings.Contains(said, "1 to import") {
			t.Errorf("nothing is imported:\n%s", said)
		}
		if invocations := regexp.MustCompile(`-invoke=\S+`).FindAllString(configuration, -1); len(invocations) > 0 {
			cli.OK("apply", "-auto-approve") // an action is invoked on what exists
			for _, invocation := range invocations {
				if said := cli.OK("plan", invocation, "-no-color"); !strings.Contains(said, "Actions: 1 to invoke") {
					t.Errorf("%s invokes nothing:\n%s", invocation, said)
				}
			}
		}
	})
}

// exampleWorld is an account that has what the examples name.
func exampleWorld(t *testing.T) *acctest.World {
	t.Helper()
	w := acctest.New(t, wawptest.Config{Paid: true, PairAfter: time.Millisecond})
	w.Add(wawptest.Session{InstanceID: "3EB0BCB2E3D4", Status: "WORKING", Me: &wawptest.Me{ID: "201012345678@c.us"}})
	w.NewLink("3EB0BCB2E3D4")
	w.SetWebhook("3EB0BCB2E3D4", wawptest.Webhook{URL: "https://crm.example.com/hooks/wawp", Events: []string{"message"}, Active: true})
	return w
}

// TestAccQueryExamplesRun runs the query files, which Terraform before 1.14 cannot read.
func TestAccQueryExamplesRun(t *testing.T) {
	t.Parallel()
	acctest.Require(t, "1.14", "")
	files, err := filepath.Glob(examples + "/list-resources/*/*.tfquery.hcl")
	if err != nil || len(files) == 0 {
		t.Fatal("no query files", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(filepath.Dir(file)), func(t *testing.T) {
			t.Parallel()
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			cli := exampleWorld(t).CLI(t, "provider \"wawp\" {}\n")
			if err := os.WriteFile(filepath.Join(cli.Dir, "main.tfquery.hcl"), content, 0o600); err != nil {
				t.Fatal(err)
			}
			if said := cli.OK("query", "-no-color"); !strings.Contains(said, "https://crm.example.com/hooks/wawp") {
				t.Errorf("the query finds nothing:\n%s", said)
			}
		})
	}
}

func TestAccExamplesAreFormatted(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{})
	absolute, err := filepath.Abs(examples)
	if err != nil {
		t.Fatal(err)
	}
	cli := w.CLI(t, "")
	if said, code := cli.Run("fmt", "-check", "-diff", "-recursive", absolute); code != 0 {
		t.Errorf("run make fmt:\n%s", said)
	}
}

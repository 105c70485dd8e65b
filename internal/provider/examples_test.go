package provider_test

import (
	"fmt"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

// testsOfExamples names the tests of examples that are more than a configuration to plan, by file or by directory.
var testsOfExamples = map[string]string{
	"complete":             "TestAccCompleteExample",
	"guides/running-in-ci": "TestAccCIPipelineExamples",

	"guides/around-a-destroy":       "TestAccActionsAroundADestroy",
	"guides/moving-from-curl":       "TestAccMovingFromCurlExample",
	"guides/testing-offline/module": "TestAccOfflineTestingModuleExample",
	"guides/webhooks/receivers":     "TestWebhookReceiverExamples",

	"guides/watching-sessions":                    "TestAccWatchScriptReportsSession",
	"guides/watching-sessions/alert.py":           "TestAlertReceiverExample",
	"guides/watching-sessions/github-actions.yml": "TestAccParseJSONAndYAMLExamples",
	"guides/watching-sessions/look.sh":            "TestAccMonitoringOutputAndScript",
	"guides/watching-sessions/message":            "TestAccWatchScriptSendsMessage",
	"guides/watching-sessions/monitor.tf":         "TestAccMonitoringOutputAndScript",
	"guides/watching-sessions/strict.tf":          "TestAccPostconditionRequiresWorkingSession",
	"guides/watching-sessions/tell.sh":            "TestAccWatchScriptSendsMessage",
	"guides/watching-sessions/webhook.tf":         "TestAccSessionStatusWebhookExample",
}

// testOfExample returns the name of the test that runs a file under examples/, "" if there is none.
func testOfExample(file string) string {
	for at := file; at != "."; at = path.Dir(at) {
		if test, ok := testsOfExamples[at]; ok {
			return test
		}
	}
	switch {
	case strings.HasSuffix(file, ".tf"):
		return "TestAccPlanExamples"
	case strings.HasSuffix(file, ".tfquery.hcl"):
		return "TestAccQueryExamples"
	case strings.HasSuffix(file, "/import.sh"):
		return "TestAccImportExamples"
	case strings.HasSuffix(file, ".json"), strings.HasSuffix(file, ".yml"), strings.HasSuffix(file, ".yaml"):
		return "TestAccParseJSONAndYAMLExamples"
	case strings.HasSuffix(file, ".tfrc"):
		return "TestAccCLIConfigExamples"
	}
	return ""
}

// exampleFiles returns the content of the files under examples/ that a test runs, by path.
func exampleFiles(t *testing.T, test string) map[string]string {
	t.Helper()
	files := map[string]string{}
	for file, content := range filesBelow(t, "examples") {
		if testOfExample(file) == test {
			files[file] = content
		}
	}
	if len(files) == 0 {
		t.Error("there is no such file")
	}
	return files
}

// TestEveryExampleHasATest finds files under examples/ that no test runs.
func TestEveryExampleHasATest(t *testing.T) {
	t.Parallel()
	var code strings.Builder
	for file, content := range filesBelow(t, "internal") {
		if strings.HasSuffix(file, "_test.go") {
			code.WriteString(content)
		}
	}
	for file := range filesBelow(t, "examples") {
		test := testOfExample(file)
		switch {
		case test != "" && !strings.Contains(code.String(), "\nfunc "+test+"(t *testing.T)"):
			t.Errorf("examples/%s: there is no %s", file, test)
		case test == "" && path.Base(file) != "README.md":
			t.Errorf("examples/%s: no test runs it: name one in testOfExample or testsOfExamples", file)
		}
	}
}

// TestExamplesRequireVersions: each directory requires a version of the CLI and of the provider once, as linters ask.
// Where a page does not show that block, it is in a file of its own.
func TestExamplesRequireVersions(t *testing.T) {
	t.Parallel()
	all := map[string]string{}
	for file, content := range filesBelow(t, "examples") {
		if strings.HasSuffix(file, ".tf") {
			all[path.Dir(file)] += content + "\n"
		}
	}
	versions := regexp.MustCompile(`required_version = ">= 1\.(\d+)"\n\n  required_providers \{\n` +
		`    wawp = \{\n      source  = "wawp/wawp"\n      version = ">= [0-9.]+"\n`)
	for dir, content := range all {
		found := versions.FindAllStringSubmatch(content, -1)
		if len(found) != 1 || strings.Count(content, "required_providers") != 1 {
			t.Errorf("examples/%s says %d times what it needs", dir, len(found))
		} else if actions := strings.Contains(content, "\naction \""); actions && found[0][1] < "14" {
			t.Errorf("examples/%s has actions, and asks for Terraform 1.%s", dir, found[0][1])
		}
	}
	if len(all) < 25 {
		t.Errorf("only %d directories were found", len(all))
	}
}

// TestSnippetsAreExamples: each snippet on a page is a whole file under examples/. Commands and output are no snippets.
func TestSnippetsAreExamples(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, content := range filesBelow(t, "examples") {
		known[strings.TrimSpace(content)] = true
	}
	pages := filesBelow(t, "docs")
	pages["../README.md"] = string(readFile(t, root+"/README.md"))
	found := 0
	for page, text := range pages {
		for _, s := range snippets(text) {
			switch s.language {
			case "":
				t.Errorf("docs/%s: a block has no language. What is printed is text, and a command is shell:\n%s", page,
					s.content)
			case "shell", "text":
			default:
				found++
				if !known[s.content] {
					t.Errorf("docs/%s: a snippet is no file under examples/:\n%s", page, s.content)
				}
			}
		}
	}
	if found < 30 {
		t.Errorf("only %d snippets were found", found)
	}
}

// snippet is a fenced block of a page.
type snippet struct{ language, content string }

// snippets returns the fenced blocks of a page.
func snippets(page string) []snippet {
	var found []snippet
	var block *snippet
	var indent string
	for line := range strings.Lines(page) {
		marks := strings.TrimSpace(line)
		switch {
		case block == nil && strings.HasPrefix(marks, "```"):
			indent, _, _ = strings.Cut(line, "`")
			block = &snippet{language: strings.TrimLeft(marks, "`")}
		case block != nil && marks == "```":
			block.content = strings.TrimSpace(block.content)
			found, block = append(found, *block), nil
		case block != nil:
			block.content += strings.TrimPrefix(line, indent)
		}
	}
	return found
}

// TestAccPlanExamples plans every example unchanged, with an account that has the instance in it. A file import-*.tf is
// planned with the rest of its directory, but without the other imports.
func TestAccPlanExamples(t *testing.T) {
	t.Parallel()
	files := exampleFiles(t, "TestAccPlanExamples")
	planned := map[string]bool{}
	for file := range files {
		dir, name := path.Split(file)
		if strings.HasPrefix(name, "import-") {
			planExample(t, file, joinedConfig(files, dir)+files[file], files[file])
		} else if !planned[dir] {
			planned[dir] = true
			planExample(t, path.Clean(dir), joinedConfig(files, dir), "")
		}
	}
}

// joinedConfig joins the files of a directory, without its imports.
func joinedConfig(files map[string]string, dir string) string {
	var all string
	for file, content := range files {
		if at, name := path.Split(file); at == dir && strings.HasSuffix(name, ".tf") &&
			!strings.HasPrefix(name, "import-") {
			all += content + "\n"
		}
	}
	return all
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
		cli := exampleCLI(t, configuration)
		invocations := regexp.MustCompile(`-invoke=\S+`).FindAllString(configuration, -1)
		if len(invocations) == 0 {
			if output := cli.OK("plan", "-no-color"); imports != "" {
				acctest.Contains(t, output, "1 to import")
			}
			return
		}
		cli.OK("apply", "-auto-approve") // an action needs a session that exists
		for _, invocation := range invocations {
			acctest.Contains(t, cli.OK("plan", invocation, "-no-color"), "Actions: 1 to invoke")
		}
	})
}

// exampleCLI returns a CLI with a configuration, and an account that has the objects that the examples name.
func exampleCLI(t *testing.T, configuration string) *acctest.CLI {
	t.Helper()
	w := acctest.New(t, wawptest.Config{Paid: true, PairAfter: time.Millisecond})
	w.Add(wawptest.Session{InstanceID: "3EB0BCB2E3D4", Status: "WORKING", Me: &wawptest.Me{ID: "201012345678@c.us"}})
	w.NewLink("3EB0BCB2E3D4")
	w.SetWebhook("3EB0BCB2E3D4", wawptest.Webhook{
		URL:    "https://crm.example.com/hooks/wawp",
		Events: []string{"message"}, Active: true,
	})
	cli := w.AttachedCLI(t, configuration)
	cli.Env = append(cli.Env, "TF_VAR_wawp_access_token="+w.Token, "TF_VAR_webhook_secret=s3cret")
	return cli
}

// TestAccImportExamples runs the import commands.
func TestAccImportExamples(t *testing.T) {
	t.Parallel()
	planned := exampleFiles(t, "TestAccPlanExamples")
	for file, command := range exampleFiles(t, "TestAccImportExamples") {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			words := strings.Fields(strings.ReplaceAll(command, "'", ""))
			if len(words) != 4 || words[0] != "terraform" || words[1] != "import" {
				t.Fatalf("this is no import: %q", words)
			}
			dir, _ := path.Split(file)
			cli := exampleCLI(t, joinedConfig(planned, dir))
			cli.OK(words[1:]...)
			_, name, _ := strings.Cut(words[2], ".")
			if !slices.ContainsFunc(cli.State(), func(i acctest.Instance) bool { return i.Name == name }) {
				t.Errorf("%s is not in the state: %v", name, cli.State())
			}
		})
	}
}

// TestAccQueryExamples runs the query files, which need Terraform 1.14.
func TestAccQueryExamples(t *testing.T) {
	t.Parallel()
	acctest.Require(t, "1.14", "")
	for file, content := range exampleFiles(t, "TestAccQueryExamples") {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			cli := exampleCLI(t, "provider \"wawp\" {}\n")
			writeFile(t, filepath.Join(cli.Dir, "main.tfquery.hcl"), content)
			if output := cli.OK("query", "-no-color"); !strings.Contains(output, "https://crm.example.com/hooks/wawp") {
				t.Errorf("the query finds nothing:\n%s", output)
			}
		})
	}
}

// TestAccParseJSONAndYAMLExamples parses the examples in JSON and YAML with the CLI.
func TestAccParseJSONAndYAMLExamples(t *testing.T) {
	t.Parallel()
	cli := exampleCLI(t, "")
	var outputs string
	for file, content := range exampleFiles(t, "TestAccParseJSONAndYAMLExamples") {
		decode := map[bool]string{true: "jsondecode", false: "yamldecode"}[path.Ext(file) == ".json"]
		name := strings.NewReplacer("/", "-", ".", "-").Replace(file)
		writeFile(t, filepath.Join(cli.Dir, name), content)
		outputs += fmt.Sprintf("output %q {\n  value = length(keys(%s(file(%q))))\n}\n", name, decode, name)
	}
	cli.Configure(outputs)
	cli.OK("plan", "-no-color")
}

// TestAccCLIConfigExamples plans with each example of a CLI configuration file, after it has replaced the path of the
// provider.
func TestAccCLIConfigExamples(t *testing.T) {
	t.Parallel()
	for file, content := range exampleFiles(t, "TestAccCLIConfigExamples") {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			cli := acctest.New(t, wawptest.Config{}).CLI(t, "resource \"wawp_session\" \"support\" {}\n")
			at := slices.IndexFunc(cli.Env, func(variable string) bool {
				return strings.HasPrefix(variable,
					"TF_CLI_CONFIG_FILE=")
			})
			rc := strings.TrimPrefix(cli.Env[at], "TF_CLI_CONFIG_FILE=")
			provided := string(readFile(t, rc))
			override := regexp.MustCompile(`"wawp/wawp" *= *"(.*)"`)
			adapted := override.ReplaceAllString(content, override.FindString(provided))
			if adapted == content {
				t.Fatalf("it does not name the provider:\n%s", content)
			}
			writeFile(t, rc, adapted)
			cli.OK("plan", "-no-color")
		})
	}
}

// TestExamplesDoNotOutputStatus: a status changes by itself, so an output of it would be a change in the next plan
// (promise P5). Tests of a module, and examples that watch a session, may read it.
func TestExamplesDoNotOutputStatus(t *testing.T) {
	t.Parallel()
	status := regexp.MustCompile(`wawp_session\.\w+(\[[^]]*\])?\.status\b`)
	for file, content := range filesBelow(t, "examples") {
		looks := strings.HasSuffix(file, ".tftest.hcl") || strings.HasPrefix(file, "guides/watching-sessions/")
		if found := status.FindString(content); found != "" && !looks {
			t.Errorf("examples/%s has %s", file, found)
		}
	}
}

func TestAccExamplesAreFormatted(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{})
	absolute, err := filepath.Abs(filepath.Join(root, "examples"))
	if err != nil {
		t.Fatal(err)
	}
	cli := w.AttachedCLI(t, "")
	if output, code := cli.Run("fmt", "-check", "-diff", "-recursive", absolute); code != 0 {
		t.Errorf("run make fmt:\n%s", output)
	}
}

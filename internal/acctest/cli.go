package acctest

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/hashicorp/go-version"
)

// providerBuild is the program of the provider, which all tests of a package share, or the error of its build.
var providerBuild struct {
	once sync.Once
	dir  string
	err  error
}

// foundCLI is the CLI that acceptance tests run: its path, its name ("Terraform" or "OpenTofu"), and its version.
var foundCLI struct{ path, name, version string }

// Main runs the tests of a package, and returns the exit code. It keeps the CLIs that tests start from asking for new
// versions, and hides the user's own CLI configuration and account from the tests.
func Main(m *testing.M) int {
	dir, err := os.MkdirTemp("", "wawp-acctest-")
	if err != nil {
		panic(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	providerBuild.dir = dir
	for _, variable := range os.Environ() {
		if name, _, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "WAWP_") {
			err = errors.Join(err, os.Unsetenv(name))
		}
	}
	empty := filepath.Join(dir, "empty.tfrc")
	err = errors.Join(err, os.WriteFile(empty, nil, 0o600), os.Setenv("TF_CLI_CONFIG_FILE", empty),
		os.Setenv("CHECKPOINT_DISABLE", "1"))
	if os.Getenv("TF_ACC") != "" {
		err = errors.Join(err, findCLI())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if signal.Ignored(syscall.SIGHUP) { // nohup ignores SIGHUP, and a CLI would inherit that
		signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP)
	}
	return m.Run()
}

// findCLI finds the CLI and its version.
func findCLI() error {
	path, err := lookUpCLI()
	if err != nil {
		return err
	}
	output, err := exec.CommandContext(context.Background(), path, "version").Output()
	line, _, _ := strings.Cut(string(output), "\n")
	name, number, ok := strings.Cut(line, " v")
	if err == nil && !ok {
		err = fmt.Errorf("it says %q", line)
	}
	if err != nil {
		return fmt.Errorf("%s does not tell its version: %w", path, err)
	}
	foundCLI.path, foundCLI.name, foundCLI.version = path, name, number
	return nil
}

// lookUpCLI returns the path of the CLI: that in TF_ACC_TERRAFORM_PATH, or on PATH, or the one that `make bin/tofu`
// builds.
func lookUpCLI() (string, error) {
	if path := os.Getenv("TF_ACC_TERRAFORM_PATH"); path != "" {
		return exec.LookPath(path)
	}
	for _, name := range []string{"terraform", "tofu", "../../bin/tofu"} {
		if path, err := exec.LookPath(name); err == nil {
			return filepath.Abs(path)
		}
	}
	return "",
		errors.New("no terraform or tofu on PATH or in TF_ACC_TERRAFORM_PATH: install one, or run `make bin/tofu`")
}

// providerDir builds the provider once, and returns the directory of its program.
func providerDir(t testing.TB) string {
	t.Helper()
	providerBuild.once.Do(func() {
		output := filepath.Join(providerBuild.dir, "terraform-provider-wawp")
		build := exec.CommandContext(context.Background(), "go", "build", "-o", output,
			"github.com/wawp/terraform-provider-wawp")
		if output, err := build.CombinedOutput(); err != nil {
			providerBuild.err = fmt.Errorf("building the provider: %w\n%s", err, output)
		}
	})
	if providerBuild.err != nil {
		t.Fatal(providerBuild.err)
	}
	return providerBuild.dir
}

// Binary returns the path of the provider's program.
func Binary(t testing.TB) string {
	t.Helper()
	return filepath.Join(providerDir(t), "terraform-provider-wawp")
}

// executable returns the path of the CLI. It skips the test unless TF_ACC is set.
func executable(t testing.TB) string {
	t.Helper()
	if os.Getenv("TF_ACC") == "" {
		t.Skip("needs a CLI: `make testacc` runs it")
	}
	return foundCLI.path
}

// CLIAtLeast reports whether the CLI has at least these versions. "" means that no release has the feature.
func CLIAtLeast(terraform, openTofu string) bool {
	least := terraform
	if foundCLI.name == "OpenTofu" {
		least = openTofu
	}
	return least != "" &&
		version.Must(version.NewVersion(foundCLI.version)).GreaterThanOrEqual(version.Must(version.NewVersion(least)))
}

// Require skips a test that needs a newer CLI (see [CLIAtLeast]), and says how to run it.
func Require(t testing.TB, terraform, openTofu string) {
	t.Helper()
	executable(t)
	if !CLIAtLeast(terraform, openTofu) {
		needs := "Terraform " + terraform
		if openTofu != "" {
			needs += " or OpenTofu " + openTofu
		}
		t.Skipf("needs %s, or newer; this is %s %s. To run it: TF_ACC_TERRAFORM_PATH=/path/to/newer/cli make testacc",
			needs, foundCLI.name, foundCLI.version)
	}
}

// CLI is a directory with a configuration, in which a real CLI runs with the real provider.
type CLI struct {
	Dir string
	// Env is the environment of the CLI. It inherits nothing else.
	Env []string

	t    testing.TB
	path string
}

// CLI makes such a directory. The provider finds the account's address and token in the environment.
func (w *World) CLI(t testing.TB, configuration string) *CLI {
	t.Helper()
	c := &CLI{Dir: t.TempDir(), t: t, path: executable(t)}
	home := t.TempDir()
	rc := filepath.Join(home, "cli.tfrc")
	c.write(rc, fmt.Sprintf("provider_installation {\n  dev_overrides {\n    \"wawp/wawp\" = %q\n  }\n  direct {}\n}\n",
		providerDir(t)))
	c.Env = []string{
		"HOME=" + home, "TMPDIR=" + os.TempDir(), "PATH=" + os.Getenv("PATH"), "GOGC=" + os.Getenv("GOGC"),
		"TF_CLI_CONFIG_FILE=" + rc, "TF_IN_AUTOMATION=1", "CHECKPOINT_DISABLE=1",
		"WAWP_BASE_URL=" + w.Server.URL, "WAWP_ACCESS_TOKEN=" + w.Token,
	}
	c.Configure(configuration)
	return c
}

// Configure replaces the configuration. It adds the source of the provider, if the configuration lacks it.
func (c *CLI) Configure(configuration string) {
	c.t.Helper()
	if !strings.Contains(configuration, "required_providers") {
		configuration = requiredProviders + configuration
	}
	c.write(filepath.Join(c.Dir, "main.tf"), configuration)
}

func (c *CLI) write(path, content string) {
	c.t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		c.t.Fatal(err)
	}
}

// Command prepares a run of the CLI.
func (c *CLI) Command(arguments ...string) *exec.Cmd {
	cmd := exec.CommandContext(c.t.Context(), c.path, arguments...)
	cmd.Dir, cmd.Env = c.Dir, c.Env
	return cmd
}

// Run runs the CLI, and returns its output and its exit code.
func (c *CLI) Run(arguments ...string) (string, int) {
	c.t.Helper()
	output, err := c.Command(arguments...).CombinedOutput()
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		return string(output), exit.ExitCode()
	case err != nil:
		c.t.Fatal(err)
	}
	return string(output), 0
}

// OK runs the CLI, which must succeed, and returns its output with lines joined.
func (c *CLI) OK(arguments ...string) string {
	c.t.Helper()
	output, code := c.Run(arguments...)
	if code != 0 {
		c.t.Fatalf("%s ended with %d:\n%s", strings.Join(arguments, " "), code, output)
	}
	return Unwrap(output)
}

// Fails runs the CLI, which must fail, and returns its output with lines joined.
func (c *CLI) Fails(arguments ...string) string {
	c.t.Helper()
	output, code := c.Run(arguments...)
	if code == 0 {
		c.t.Fatalf("%s succeeded:\n%s", strings.Join(arguments, " "), output)
	}
	return Unwrap(output)
}

// Unwrap joins the lines of a diagnostic, which the CLI wraps and frames.
func Unwrap(output string) string {
	return strings.Join(strings.Fields(strings.NewReplacer("│", " ", "╷", " ", "╵", " ").Replace(output)), " ")
}

// SearchFiles calls look for every file below a directory, and for every file inside saved plans, which are archives.
func SearchFiles(t testing.TB, dir string, look func(name string, content []byte)) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		look(entry.Name(), content)
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
			look(entry.Name()+"/"+file.Name, inner)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Instance is an object of a resource in the state.
type Instance struct {
	Type       string
	Name       string
	Key        any    // of count (a number) or for_each (a string), else nil
	Deposed    string // the key of an object that was replaced and is still to be destroyed, else ""
	Status     string // "tainted", else ""
	Attributes map[string]any
	Private    []byte
}

// State returns the objects in the state.
func (c *CLI) State() []Instance {
	c.t.Helper()
	var state struct {
		Resources []struct {
			Mode, Type, Name string
			Instances        []struct {
				Key             any `json:"index_key"`
				Deposed, Status string
				Attributes      map[string]any
				Private         []byte
			}
		}
	}
	content, err := os.ReadFile(filepath.Join(c.Dir, "terraform.tfstate"))
	if err == nil {
		err = json.NewDecoder(bytes.NewReader(content)).Decode(&state)
	}
	// The CLI makes an empty file before it writes its first state.
	if err != nil && !errors.Is(err, os.ErrNotExist) && !errors.Is(err, io.EOF) {
		c.t.Fatal(err)
	}
	var all []Instance
	for _, r := range state.Resources {
		for _, i := range r.Instances {
			if r.Mode == "managed" {
				all = append(all, Instance{r.Type, r.Name, i.Key, i.Deposed, i.Status, i.Attributes, i.Private})
			}
		}
	}
	return all
}

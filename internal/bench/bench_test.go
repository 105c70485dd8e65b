//go:build unix

// Package bench measures time, CPU, memory, requests and connections of the provider. A real CLI creates, plans,
// changes and destroys sessions at the simulated API, whose answers have a latency. The same run measures the floor: as
// many of Terraform's built-in terraform_data, which needs neither a provider process nor a request. If the variable
// LIMIT is the path of another provider's program that serves wawp_session, the run measures that, too. BENCHMARKS.md
// says how to run it, and how to read the output.
package bench

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

const (
	latency     = 20 * time.Millisecond // of each answer
	parallelism = 10                    // the CLI's default of -parallelism
)

// command is a command of the CLI to measure.
type command struct {
	name               string
	arguments          []string
	afterApply         bool // the resources exist
	changesArgument    bool // one argument of each resource changes
	requestsPerSession int  // that the provider makes for each session
}

var (
	apply    = []string{"apply", "-auto-approve"}
	commands = []command{
		{name: "apply", arguments: apply, requestsPerSession: 1},
		{name: "plan", arguments: []string{"plan"}, afterApply: true, requestsPerSession: 1},
		{name: "change", arguments: apply, afterApply: true, changesArgument: true, requestsPerSession: 4},
		{name: "destroy", arguments: []string{"destroy", "-auto-approve"}, afterApply: true, requestsPerSession: 2},
	}
)

// subject is what the command is measured on: a provider and a resource.
type subject struct {
	name            string
	provider        string // the directory of its program; "" for terraform_data
	resource        string
	changedArgument string // the argument that a change adds; "" if it cannot change
}

func BenchmarkSessions(b *testing.B) {
	cli := findCLI(b)
	subjects := []subject{{"floor", "", "terraform_data", "input = true"}}
	if path := os.Getenv("LIMIT"); path != "" {
		subjects = append(subjects, subject{"limit", providerDir(b, path), "wawp_session", ""})
	}
	subjects = append(subjects, subject{"provider", buildProvider(b), "wawp_session", `desired_state = "started"`})

	for _, n := range []int{1, 200, 1000} {
		for _, c := range commands {
			for _, s := range subjects {
				if !c.changesArgument || s.changedArgument != "" {
					b.Run(fmt.Sprintf("%s/n=%d/by=%s", c.name, n, s.name),
						func(b *testing.B) { measure(b, cli, c, s, n) })
				}
			}
		}
	}
}

// measure fails if a command makes another number of requests than it needs, or has more connections open than two for
// each parallel resource: one that is kept for later requests, and one that carries a single request that must not be
// sent twice.
func measure(b *testing.B, cli string, c command, s subject, n int) {
	b.Helper()
	var cpu time.Duration
	var peak int64
	var connections int
	for b.Loop() {
		b.StopTimer()
		w := workspace{cli: cli, dir: b.TempDir(), api: wawptest.New(wawptest.Config{Latency: latency}), subject: s}
		if c.afterApply {
			w.run(b, n, false, apply)
		}
		w.api.ResetRequests()
		b.StartTimer()

		var state *os.ProcessState
		state, connections = w.run(b, n, c.changesArgument, c.arguments)
		if made := w.api.Count(""); s.provider != "" &&
			(made != n*c.requestsPerSession || connections > 2*parallelism) {
			b.Fatalf("%d requests over %d connections, want %d over at most %d", made, connections,
				n*c.requestsPerSession,
				2*parallelism)
		}
		cpu += state.UserTime() + state.SystemTime()
		peak = max(peak, peakMemory(state))
	}
	b.ReportMetric(cpu.Seconds()/float64(b.N), "cpu-sec/op")
	b.ReportMetric(float64(peak), "peak-B")
	if s.provider != "" {
		b.ReportMetric(float64(n*c.requestsPerSession), "requests/op")
		b.ReportMetric(float64(connections), "connections")
	}
}

// workspace is a directory of a CLI with its configuration and state, and the account that it works on.
type workspace struct {
	cli, dir string
	api      *wawptest.API
	subject
}

const overrides = `provider_installation {
  dev_overrides {
    "wawp/wawp" = %q
  }
  direct {}
}
`

const configuration = `terraform {
  required_providers {
    wawp = { source = "wawp/wawp" }
  }
}

provider "wawp" {
  base_url     = %q
  access_token = %q
}
`

// run configures n resources and runs a command, which must succeed. It returns the state of the process, and the
// highest number of connections. The CPU time includes that of the providers, because the CLI waits for them. The API
// listens at an address for this run alone, so that its connections can be counted.
func (w *workspace) run(b *testing.B, n int, changed bool, arguments []string) (*os.ProcessState, int) {
	b.Helper()
	server, err := wawptest.Listen(w.api)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = server.Close() }()
	var main, argument string
	if w.provider != "" {
		main = fmt.Sprintf(configuration, server.URL, wawptest.DefaultToken)
	}
	if changed {
		argument = w.changedArgument
	}
	main += fmt.Sprintf("resource %q \"x\" {\n  count = %d\n  %s\n}\n", w.resource, n, argument)
	rc := filepath.Join(w.dir, "cli.tfrc")
	if err := errors.Join(
		os.WriteFile(filepath.Join(w.dir, "main.tf"), []byte(main), 0o600),
		os.WriteFile(rc, fmt.Appendf(nil, overrides, w.provider), 0o600),
	); err != nil {
		b.Fatal(err)
	}
	cmd := exec.CommandContext(b.Context(), w.cli, arguments...)
	cmd.Dir = w.dir
	cmd.Env = []string{
		"HOME=" + w.dir, "PATH=" + os.Getenv("PATH"), "TMPDIR=" + os.TempDir(),
		"TF_CLI_CONFIG_FILE=" + rc, "TF_IN_AUTOMATION=1", "CHECKPOINT_DISABLE=1",
	}
	if output, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("%s: %v\n%s", strings.Join(arguments, " "), err, output)
	}
	return cmd.ProcessState, server.MaxOpen()
}

// peakMemory returns the peak memory, in bytes, of the largest process among the CLI and its providers.
func peakMemory(state *os.ProcessState) int64 {
	usage, ok := state.SysUsage().(*syscall.Rusage)
	switch {
	case !ok:
		return 0
	case runtime.GOOS == "darwin":
		return usage.Maxrss
	}
	return usage.Maxrss << 10 // Linux reports kilobytes, macOS bytes
}

// findCLI returns the path of the CLI, and prints its version in a form that benchstat reads.
func findCLI(b *testing.B) string {
	b.Helper()
	path := ""
	for _, name := range []string{os.Getenv("TF_ACC_TERRAFORM_PATH"), "terraform", "tofu", "../../bin/tofu"} {
		found, err := exec.LookPath(name)
		if path == "" && err == nil {
			path = found
		}
	}
	if path == "" {
		b.Fatal("neither terraform nor tofu is on PATH, nor one in TF_ACC_TERRAFORM_PATH or bin/")
	}
	output, err := exec.CommandContext(b.Context(), path, "version").Output()
	if err != nil {
		b.Fatal(err)
	}
	version, _, _ := strings.Cut(string(output), "\n")
	fmt.Fprintf(os.Stdout, "cli: %s\n", version)
	return path
}

// buildProvider builds the provider as it is released.
func buildProvider(b *testing.B) string {
	b.Helper()
	dir := b.TempDir()
	cmd := exec.CommandContext(b.Context(), "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", dir, "../..")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if output, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, output)
	}
	return dir
}

// providerDir returns a directory in which the CLI finds another provider's program under this provider's name.
func providerDir(b *testing.B, path string) string {
	b.Helper()
	path, err := filepath.Abs(path)
	if err != nil {
		b.Fatal(err)
	}
	dir := b.TempDir()
	if err := os.Symlink(path, filepath.Join(dir, "terraform-provider-wawp")); err != nil {
		b.Fatal(err)
	}
	return dir
}

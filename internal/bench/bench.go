package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

// The names of the programs in the directory of a bench: each is a meter, which runs the real one and writes down its cost.
const (
	cliName      = "cli"
	providerName = "terraform-provider-wawp"
)

// bench is a directory in which a CLI runs with the provider, each under a meter.
type bench struct {
	dir string
	env []string
}

// newBench fills a directory: two meters, what they run, and the configuration that lets the CLI find the provider.
func newBench(dir, bin, cli string) (*bench, error) {
	bin, err := filepath.Abs(bin)
	if err != nil {
		return nil, err
	}
	meter, err := os.ReadFile(filepath.Join(bin, "meter")) //nolint:gosec // which `make bench` has built
	if err != nil {
		return nil, err
	}
	rc, config := filepath.Join(dir, "cli.tfrc"), "provider_installation {\n  dev_overrides {\n    \"wawp/wawp\" = %q\n  }\n  direct {}\n}\n"
	err = errors.Join(
		os.WriteFile(rc, fmt.Appendf(nil, config, dir), 0o600),
		os.WriteFile(filepath.Join(dir, cliName), meter, 0o700),      //nolint:gosec // a program
		os.WriteFile(filepath.Join(dir, providerName), meter, 0o700), //nolint:gosec // a program
		os.Symlink(cli, filepath.Join(dir, cliName+".real")),
		os.Symlink(filepath.Join(bin, providerName), filepath.Join(dir, providerName+".real")),
	)
	return &bench{dir: dir, env: []string{
		"HOME=" + dir, "TMPDIR=" + dir, "PATH=" + os.Getenv("PATH"), "TF_CLI_CONFIG_FILE=" + rc,
		"TF_IN_AUTOMATION=1", "CHECKPOINT_DISABLE=1", "WAWP_ACCESS_TOKEN=" + wawptest.DefaultToken,
	}}, err
}

// configure replaces the configuration.
func (b *bench) configure(configuration string) error {
	return os.WriteFile(filepath.Join(b.dir, "main.tf"), []byte(configuration), 0o600)
}

// sample is what one command cost.
type sample struct {
	wall          time.Duration
	cli, provider cost
	connections   int // open at once, at most
}

// cost is what a program used: all its runs together, and the largest peak of them.
type cost struct {
	cpu  time.Duration
	peak int64 // bytes of memory
}

// command runs the CLI against an API, for the time of this command at an address of its own, so that its connections can be
// counted. It must succeed.
func (b *bench) command(ctx context.Context, api *wawptest.API, arguments ...string) (sample, error) {
	server, err := wawptest.Listen(api)
	if err != nil {
		return sample{}, err
	}
	defer func() { _ = server.Close() }()
	for _, name := range []string{cliName, providerName} {
		_ = os.Remove(b.usage(name)) // there is none before the first command
	}
	cmd := exec.CommandContext(ctx, filepath.Join(b.dir, cliName), arguments...) //nolint:gosec // the meter
	cmd.Dir, cmd.Env = b.dir, append(b.env, "WAWP_BASE_URL="+server.URL)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	began := time.Now()
	said, err := cmd.CombinedOutput()
	wall := time.Since(began)
	if err != nil {
		return sample{}, fmt.Errorf("%s: %w\n%s", strings.Join(arguments, " "), err, said)
	}
	s := sample{wall: wall, cli: b.cost(cliName), provider: b.cost(providerName), connections: server.MaxOpen()}
	s.cli.cpu -= s.provider.cpu // the CLI's includes that of the children it has waited for
	return s, nil
}

func (b *bench) usage(name string) string { return filepath.Join(b.dir, name+".usage") }

// cost adds up what a meter has written. A program that was not started has cost nothing.
func (b *bench) cost(name string) cost {
	var all cost
	written, _ := os.ReadFile(b.usage(name))
	for line := range bytes.Lines(written) {
		var microseconds, peak int64
		_, _ = fmt.Sscan(string(line), &microseconds, &peak) // the meter's own line
		all.cpu += time.Duration(microseconds) * time.Microsecond
		all.peak = max(all.peak, peak)
	}
	return all
}

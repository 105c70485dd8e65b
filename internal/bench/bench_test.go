//go:build unix

package main

import (
	"cmp"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

func TestMain(m *testing.M) { os.Exit(acctest.Main(m)) }

const (
	meter    = "github.com/wawp/terraform-provider-wawp/internal/bench/meter"
	provider = "github.com/wawp/terraform-provider-wawp"
)

// programs builds what a bench runs, and returns where it is.
func programs(t *testing.T, packages ...string) string {
	t.Helper()
	dir := t.TempDir()
	build := exec.CommandContext(t.Context(), "go", append([]string{"build", "-o", dir + "/"}, packages...)...)
	if said, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	return dir
}

func cli(t *testing.T) string {
	t.Helper()
	acctest.Require(t, "1.0.0", "1.6.0")
	path, err := exec.LookPath(cmp.Or(os.Getenv("TF_ACC_TERRAFORM_PATH"), "terraform"))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// TestAccBench takes a few sessions through the measurement, which fails if a command makes one request more than it needs, or
// has more connections open than Terraform works on resources.
func TestAccBench(t *testing.T) {
	t.Parallel()
	acctest.SameOnEveryCLI(t)
	b, err := newBench(t.TempDir(), programs(t, meter, provider), cli(t))
	if err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	if err := b.start(t.Context(), &said, 1); err != nil {
		t.Fatal(err)
	}
	r, err := b.measure(t.Context(), 12, 1)
	if err != nil {
		t.Fatal(err)
	}
	r.print(&said)
	lines := strings.Split(strings.TrimSpace(said.String()), "\n")
	if rows := lines[len(lines)-len(steps):]; !strings.HasPrefix(rows[0], "| 12 | apply | ") || !strings.HasPrefix(rows[3], "| 12 | destroy | ") {
		t.Errorf("it printed:\n%s", said.String())
	}
	for _, name := range []string{cliName, providerName} { // of the floor, which has no provider
		if used := b.cost(name); (used.cpu > 0 && used.peak > 0) != (name == cliName) {
			t.Errorf("%s used %s and %d bytes", name, used.cpu, used.peak)
		}
	}
}

// TestAccManySessions is `make many` with few of them.
func TestAccManySessions(t *testing.T) {
	t.Parallel()
	acctest.SameOnEveryCLI(t)
	b, err := newBench(t.TempDir(), programs(t, meter, provider), cli(t))
	if err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	if err := (proof{sessions: 20, rate: 1000, seed: 1}).run(t.Context(), b, &said); err != nil {
		t.Fatal(err)
	}
	if strings.Count(said.String(), "20 sessions with two webhooks each") != 3 {
		t.Errorf("it printed:\n%s", said.String())
	}
}

func TestMedian(t *testing.T) {
	t.Parallel()
	for want, figures := range map[int][]int{1: {1}, 2: {3, 2, 1}, 5: {9, 5, 5, 1, 7}} {
		if got := median(figures, func(n int) int { return n }); got != want {
			t.Errorf("the median of %v is %d, want %d", figures, got, want)
		}
	}
}

func TestNetwork(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]time.Duration{1: 40 * time.Millisecond, 10: 40 * time.Millisecond, 11: 80 * time.Millisecond, 200: 800 * time.Millisecond} {
		if got := (step{requests: 2}).network(n); got != want {
			t.Errorf("%d sessions take %s, want %s", n, got, want)
		}
	}
}

// TestPaced judges requests that arrived at a steady rate, but for a burst or a pause.
func TestPaced(t *testing.T) {
	t.Parallel()
	start := time.Now()
	steady := func(perSecond, seconds int) []wawptest.Request {
		var requests []wawptest.Request
		for i := range perSecond * seconds {
			requests = append(requests, wawptest.Request{Time: start.Add(time.Duration(i) * time.Second / time.Duration(perSecond))})
		}
		return requests
	}
	late := func(requests []wawptest.Request, pause time.Duration) []wawptest.Request {
		for i := len(requests) / 2; i < len(requests); i++ {
			requests[i].Time = requests[i].Time.Add(pause)
		}
		return requests
	}
	for name, test := range map[string]struct {
		requests   []wawptest.Request
		want, slow bool // slow is what is wanted where Terraform itself is slow
	}{
		"as allowed":             {steady(20, 60), true, true},
		"too slow":               {steady(18, 60), false, false},
		"too fast":               {steady(22, 60), false, false},
		"slow for a moment":      {late(steady(20, 60), time.Second), true, true},
		"slow for long":          {late(steady(20, 60), 6*time.Second), false, true},
		"too fast, then nothing": {late(steady(22, 60), 6*time.Second), false, false},
		"too short to tell":      {steady(40, 8), true, true},
	} {
		for slow, want := range map[bool]bool{false: test.want, true: test.slow} {
			if err := (proof{rate: 20}).paced(&strings.Builder{}, errand{slow: slow}, test.requests); (err == nil) != want {
				t.Errorf("%s (slow: %t): %v", name, slow, err)
			}
		}
	}
}

func TestMeter(t *testing.T) {
	t.Parallel()
	dir := programs(t, meter)
	x := filepath.Join(dir, "x")
	err := errors.Join(
		os.Rename(filepath.Join(dir, "meter"), x),
		os.WriteFile(x+".real", []byte("#!/bin/sh\ncat\nexit $1\n"), 0o700),
	)
	if err != nil {
		t.Fatal(err)
	}
	run := exec.CommandContext(t.Context(), x, "7")
	run.Stdin = strings.NewReader("passed on")
	said, err := run.Output()
	if string(said) != "passed on" || run.ProcessState.ExitCode() != 7 {
		t.Errorf("it printed %q and ended with %d (%v)", said, run.ProcessState.ExitCode(), err)
	}
	if used := (&bench{dir: dir}).cost("x"); used.peak == 0 {
		t.Error("it wrote down nothing")
	}
}

//go:build linux

package chaos_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
)

// The kinds of disruptions of a run of the CLI.
const (
	noDisruption     = ""
	ctrlC            = "Ctrl-C"
	sigterm          = "SIGTERM to the group"
	ctrlCTwice       = "Ctrl-C twice"
	providerKilled   = "kill of the provider"
	cliKilled        = "kill of the CLI"
	hangup           = "SIGHUP to the group"       // as when a terminal is closed
	changedMeanwhile = "a change in the dashboard" // ends no process
)

// disruption is a signal, a kill or a change in the dashboard, and the request at whose arrival it comes. The zero
// value is none.
type disruption struct {
	kind         string
	atRequest    int
	actsFirst    bool // the API carries out the request before the disruption
	waitsForStop bool // the API answers the request only after the CLI has asked the provider to stop
}

// newDisruption draws a disruption, most often none. size is about how many requests there will be.
func newDisruption(rng *rand.Rand, size int) disruption {
	if !chance(rng, 45) {
		return disruption{}
	}
	kind := pick(rng, []string{
		ctrlC, ctrlC, sigterm, sigterm, ctrlCTwice, providerKilled, cliKilled, cliKilled,
		hangup, changedMeanwhile, changedMeanwhile,
	})
	return disruption{kind, 1 + rng.IntN(size), chance(rng, 50), chance(rng, 50)}
}

func (d disruption) String() string {
	if d.kind == noDisruption {
		return "to its end"
	}
	return fmt.Sprintf("%s at request %d", d.kind, d.atRequest)
}

// endsCLIAtOnce reports whether the CLI ends at once. The provider then deletes the sessions that it creates, because
// nobody can record them.
func endsCLIAtOnce(kind string) bool {
	return kind == ctrlCTwice || kind == cliKilled || kind == hangup
}

// killsAProcess reports whether the CLI or the provider ends at once.
func killsAProcess(kind string) bool { return endsCLIAtOnce(kind) || kind == providerKilled }

// inject sends the signals of the disruption to the CLI, which leads the process group, or to the provider. It reports
// whether they were delivered.
func (d disruption) inject(ctx context.Context, group int, printed *acctest.Transcript) bool {
	signal := syscall.SIGINT
	switch d.kind {
	case sigterm:
		signal = syscall.SIGTERM
		fallthrough
	case ctrlC:
		delivered := syscall.Kill(-group, signal) == nil
		if d.waitsForStop {
			_ = printed.WaitFor(ctx, `Stopping operation\.\.\.`)
		}
		return delivered
	case ctrlCTwice:
		_ = syscall.Kill(-group, syscall.SIGINT)
		return printed.WaitFor(ctx, "Interrupt received") == nil && syscall.Kill(-group, syscall.SIGINT) == nil
	case cliKilled, hangup:
		target, signal := group, syscall.SIGKILL
		if d.kind == hangup {
			target, signal = -group, syscall.SIGHUP
		}
		delivered := syscall.Kill(target, signal) == nil
		for delivered && ctx.Err() == nil && slices.Contains(livingProcesses(group), group) {
			<-time.After(time.Millisecond) // it takes a moment to die
		}
		return delivered
	}
	killed := false
	for _, pid := range livingProcesses(group) {
		if pid != group {
			killed = syscall.Kill(pid, syscall.SIGKILL) == nil || killed
		}
	}
	return killed
}

// livingProcesses returns the ids of the processes of a group that are alive. A process whose first thread has ended is
// alive as long as it has other threads: its children do not notice its end before.
func livingProcesses(group int) []int {
	var all []int
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range stats {
		content, _ := os.ReadFile(path) // fails if the process has just ended
		fields := strings.Fields(string(content[bytes.LastIndexByte(content, ')')+1:]))
		threads, _ := os.ReadDir(filepath.Join(filepath.Dir(path), "task"))
		isDead := len(fields) > 0 && fields[0] == "Z" && len(threads) < 2
		if len(fields) > 2 && !isDead && fields[2] == strconv.Itoa(group) {
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
			all = append(all, pid)
		}
	}
	return all
}

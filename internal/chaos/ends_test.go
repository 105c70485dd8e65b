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

// The ends that a run of the CLI can be given.
const (
	byItself         = ""
	ctrlC            = "Ctrl-C"
	terminated       = "SIGTERM to the group"
	ctrlCTwice       = "Ctrl-C twice"
	providerKilled   = "kill of the provider"
	cliKilled        = "kill of the CLI"
	hungUp           = "SIGHUP to the group"       // as from a terminal that is closed
	changedMeanwhile = "a change in the dashboard" // which is no end, but comes at a request, too
)

// end is a violent end, and the request at whose arrival it comes. The zero value is none.
type end struct {
	kind  string
	at    int
	acted bool // the request is carried out before
	told  bool // it is answered only when the provider was told of an interruption
}

// newEnd is mostly none. size is about how many requests there will be.
func newEnd(rng *rand.Rand, size int) end {
	if !chance(rng, 45) {
		return end{}
	}
	kind := pick(rng, []string{
		ctrlC, ctrlC, terminated, terminated, ctrlCTwice, providerKilled, cliKilled, cliKilled,
		hungUp, changedMeanwhile, changedMeanwhile,
	})
	return end{kind, 1 + rng.IntN(size), chance(rng, 50), chance(rng, 50)}
}

func (e end) String() string {
	if e.kind == byItself {
		return "to its end"
	}
	return fmt.Sprintf("%s at request %d", e.kind, e.at)
}

// endsCLI says whether Terraform ends at once, so that the provider deletes what it makes: nobody can record it.
func endsCLI(kind string) bool { return kind == ctrlCTwice || kind == cliKilled || kind == hungUp }

// kills says whether something ends at once.
func kills(kind string) bool { return endsCLI(kind) || kind == providerKilled }

// strike ends the CLI, which leads a process group, or the provider in it. It reports whether it did.
func (e end) strike(ctx context.Context, group int, printed *acctest.Transcript) bool {
	signal := syscall.SIGINT
	switch e.kind {
	case terminated:
		signal = syscall.SIGTERM
		fallthrough
	case ctrlC:
		struck := syscall.Kill(-group, signal) == nil
		if e.told {
			_ = printed.WaitFor(ctx, `Stopping operation\.\.\.`)
		}
		return struck
	case ctrlCTwice:
		_ = syscall.Kill(-group, syscall.SIGINT)
		return printed.WaitFor(ctx, "Interrupt received") == nil && syscall.Kill(-group, syscall.SIGINT) == nil
	case cliKilled, hungUp:
		target, signal := group, syscall.SIGKILL
		if e.kind == hungUp {
			target, signal = -group, syscall.SIGHUP
		}
		struck := syscall.Kill(target, signal) == nil
		for struck && ctx.Err() == nil && slices.Contains(members(group), group) {
			<-time.After(time.Millisecond) // it takes a moment to die
		}
		return struck
	}
	killed := false
	for _, pid := range members(group) {
		if pid != group {
			killed = syscall.Kill(pid, syscall.SIGKILL) == nil || killed
		}
	}
	return killed
}

// members are the processes of a group that are alive: a process whose first thread has ended is, as long as it has
// others, and its children do not notice its end before.
func members(group int) []int {
	var all []int
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range stats {
		content, _ := os.ReadFile(path) // it may have ended meanwhile
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

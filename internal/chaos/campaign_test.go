//go:build linux

package chaos_test

import (
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
)

func TestMain(m *testing.M) { os.Exit(acctest.Main(m)) }

var (
	seedFlag = flag.Uint64("chaos.seed", 0, "repeat the run of this seed")
	forFlag  = flag.Duration("chaos.for", 0, "begin runs of new seeds for so long")
)

// shortCampaignSeeds are the seeds of a campaign without flags. Their runs are small, and together they have every kind
// of disruption.
var shortCampaignSeeds = []uint64{15, 43, 47, 59, 77}

// TestChaos makes one run for each seed, with a worker for each processor.
func TestChaos(t *testing.T) {
	t.Parallel()
	acctest.Require(t, "1.11", "1.11")
	f, interrupted := &figures{counts: map[string]map[string]int{}}, interruption(t)
	seeds := seeds(interrupted, *seedFlag, *forFlag)
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for seed := range seeds {
				t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) { newRun(t, interrupted, seed, f).runAll() })
			}
		})
	}
	workers.Wait()
	t.Log(f)
}

// interruption returns a channel that Ctrl-C or SIGTERM closes. The test must end its CLIs itself: they run in process
// groups of their own, which such a signal does not reach.
func interruption(t *testing.T) <-chan struct{} {
	t.Helper()
	ctx, stop := signal.NotifyContext(t.Context(), syscall.SIGINT, syscall.SIGTERM)
	t.Cleanup(stop)
	return ctx.Done()
}

// seeds sends the seed that a flag asks for, or new seeds until a time is over, or those of the short campaign.
func seeds(interrupted <-chan struct{}, one uint64, during time.Duration) <-chan uint64 {
	all := make(chan uint64)
	go func() {
		defer close(all)
		switch {
		case one != 0:
			all <- one
		case during != 0:
			for over := time.After(during); ; {
				select {
				case <-over:
					return
				case <-interrupted:
					return
				case all <- 1 + rand.Uint64N(1e9):
				}
			}
		default:
			for _, seed := range shortCampaignSeeds {
				all <- seed
			}
		}
	}()
	return all
}

// figures counts events, by group and name.
type figures struct {
	mu     sync.Mutex
	counts map[string]map[string]int
}

func (f *figures) add(group, name string, n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.counts[group] == nil {
		f.counts[group] = map[string]int{}
	}
	f.counts[group][name] += n
}

func (f *figures) String() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	b := &strings.Builder{}
	for _, group := range slices.Sorted(maps.Keys(f.counts)) {
		sum := 0
		for _, n := range f.counts[group] {
			sum += n
		}
		fmt.Fprintf(b, "\n%s: %d\n", group, sum)
		for _, name := range slices.Sorted(maps.Keys(f.counts[group])) {
			fmt.Fprintf(b, "  %6d %s\n", f.counts[group][name], name)
		}
	}
	return b.String()
}

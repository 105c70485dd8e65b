// Package parent watches the Terraform process that started this one. Once that has ended, nobody records what the
// provider makes.
package parent

import (
	"context"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"
)

var (
	parentID = os.Getppid() // the id of the process that started this one
	watched  atomic.Bool    // Watch was called
	ended    atomic.Bool    // Terraform has ended the connection: see End
	underWay atomic.Int64   // how many holds there are: see Hold
)

// Watch begins to watch the parent process, each interval.
//
// While Terraform lives, Watch ignores SIGTERM and SIGHUP, because Terraform decides when the provider ends, and
// supervisors and terminals signal the whole process group. go-plugin ignores SIGINT for the same reason. Once
// Terraform has ended, both signals end the process, and the process also ends by itself when nothing is under way.
//
// On Windows a process keeps the id of a parent that has ended, so Watch never notices the end there.
func Watch(interval time.Duration) {
	watched.Store(true)
	signal.Ignore(syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		for !hasEnded() {
			<-time.After(interval)
		}
		signals := make(chan os.Signal, 1)
		signal.Notify(signals, syscall.SIGTERM, syscall.SIGHUP)
		for underWay.Load() > 0 {
			select {
			case <-signals:
				os.Exit(1)
			case <-time.After(interval):
			}
		}
		os.Exit(0)
	}()
}

// endDelay is how long IsGone waits for the process of Terraform to end after the context of a request has ended.
const endDelay = 250 * time.Millisecond

// IsGone says whether Terraform can no longer record anything: it has ended, or it has ended the connection. If the
// context of its request has ended, that may be the first sign, so IsGone looks for the others during endDelay.
func IsGone(ctx context.Context) bool {
	for since := time.Now(); watched.Load() && !hasEnded() && ctx.Err() != nil && time.Since(since) < endDelay; {
		<-time.After(endDelay / 25)
	}
	return hasEnded()
}

func hasEnded() bool { return ended.Load() || watched.Load() && os.Getppid() != parentID }

// Hold keeps the process from ending until release is called. Use it around what must be finished. It also ignores
// SIGPIPE, because a log to a Terraform that has ended would end the process.
func Hold() (release func()) {
	signal.Ignore(syscall.SIGPIPE)
	underWay.Add(1)
	return func() { underWay.Add(-1) }
}

// End notes that Terraform has ended the connection, and waits until nothing is under way. Terraform (go-plugin) kills
// the process after 2 s.
func End() {
	ended.Store(true)
	for underWay.Load() > 0 {
		<-time.After(10 * time.Millisecond)
	}
}

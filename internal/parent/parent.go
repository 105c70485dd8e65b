// Package parent knows whether the Terraform that started this process is still there: if not, nobody records what is
// made.
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
	started  = os.Getppid() // the id of the process that started this one
	watched  atomic.Bool
	ended    atomic.Bool
	underWay atomic.Int64
)

// Watch begins to watch the parent. Supervisors and terminals signal a whole process group: as long as Terraform lives,
// it decides when the provider ends, so SIGTERM and SIGHUP are ignored (go-plugin does the same for SIGINT). Once it
// has ended, they are heeded, and the process ends by itself when nothing is under way. Windows keeps the id of a
// parent that has ended: there nothing is noticed.
func Watch(interval time.Duration) {
	watched.Store(true)
	signal.Ignore(syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		for !isGone() {
			<-time.After(interval)
		}
		heeded := make(chan os.Signal, 1)
		signal.Notify(heeded, syscall.SIGTERM, syscall.SIGHUP)
		for underWay.Load() > 0 {
			select {
			case <-heeded:
				os.Exit(1)
			case <-time.After(interval):
			}
		}
		os.Exit(0)
	}()
}

// doubt is how long the end of the connection may be seen before the end of the process.
const doubt = 250 * time.Millisecond

// IsGone says whether Terraform can record nothing any more: it has ended, or has ended the connection. That the
// context of its request has ended may be the first sign of it: then it looks for a moment.
func IsGone(ctx context.Context) bool {
	for since := time.Now(); watched.Load() && !isGone() && ctx.Err() != nil && time.Since(since) < doubt; {
		<-time.After(doubt / 25)
	}
	return isGone()
}

func isGone() bool { return ended.Load() || watched.Load() && os.Getppid() != started }

// Hold keeps the process until release is called, because something is under way that must come to its end. What it
// logs to a Terraform that has ended does not end it either.
func Hold() (release func()) {
	signal.Ignore(syscall.SIGPIPE)
	underWay.Add(1)
	return func() { underWay.Add(-1) }
}

// End notes that Terraform has ended the connection, and waits until nothing is under way. Terraform kills the process
// 2 s later.
func End() {
	ended.Store(true)
	for underWay.Load() > 0 {
		<-time.After(10 * time.Millisecond)
	}
}

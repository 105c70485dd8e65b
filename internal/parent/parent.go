// Package parent knows whether the Terraform that started this process is still there: if not, nobody records what is made.
package parent

import (
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"
)

var (
	started  atomic.Int64 // the id of the process that started this one; 0: nobody watches
	ended    atomic.Bool
	underWay atomic.Int64
)

// Watch begins to watch the parent. Supervisors and terminals signal a whole process group: as long as Terraform lives, it decides when
// the provider ends, so SIGTERM and SIGHUP are ignored (go-plugin does the same for SIGINT), and so is a broken pipe to it. Once it has
// ended, they are heeded, and the process ends by itself when nothing is under way. Windows keeps the id of a parent that has ended: there
// nothing is noticed.
func Watch(interval time.Duration) {
	started.Store(int64(os.Getppid()))
	signal.Ignore(syscall.SIGTERM, syscall.SIGHUP, syscall.SIGPIPE)
	go func() {
		for range time.Tick(interval) {
			if !IsGone() {
				continue
			}
			signal.Reset(syscall.SIGTERM, syscall.SIGHUP)
			if underWay.Load() == 0 {
				os.Exit(0)
			}
		}
	}()
}

// IsGone says whether Terraform can record nothing any more: it has ended, or has ended the connection.
func IsGone() bool {
	return ended.Load() || started.Load() != 0 && int64(os.Getppid()) != started.Load()
}

// Hold keeps the process until release is called, because something is under way that must come to its end.
func Hold() (release func()) {
	underWay.Add(1)
	return func() { underWay.Add(-1) }
}

// End notes that Terraform has ended the connection, and waits until nothing is under way. Terraform kills the process 2 s later.
func End() {
	ended.Store(true)
	for underWay.Load() > 0 {
		<-time.After(10 * time.Millisecond)
	}
}

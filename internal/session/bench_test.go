package session_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

// BenchmarkTwoHundredSessions creates, plans and destroys 200 sessions over a network of 20 ms, with Terraform's default
// parallelism. It counts the requests of each command, and the most connections that were open at once.
func BenchmarkTwoHundredSessions(b *testing.B) {
	for _, answer := range []string{"status in the answer to create", "no status in the answer to create"} {
		b.Run(answer, func(b *testing.B) {
			for range b.N {
				w := acctest.New(b, wawptest.Config{Latency: 20 * time.Millisecond})
				if answer != "status in the answer to create" {
					w.Inject(wawptest.Fault{Match: create, Reshape: wawptest.Without("status")})
				}
				cli := w.CLI(b, `resource "wawp_session" "x" { count = 200 }`)
				for _, run := range []struct {
					name      string
					arguments []string
				}{
					{"apply", []string{"apply", "-auto-approve"}},
					{"plan", []string{"plan"}},
					{"destroy", []string{"destroy", "-auto-approve"}},
				} {
					w.ResetRequests()
					began := time.Now()
					cli.OK(run.arguments...)
					b.ReportMetric(time.Since(began).Seconds(), run.name+"-s")
					b.ReportMetric(float64(w.Count("")), run.name+"-requests")
				}
				b.ReportMetric(float64(w.Server.MaxOpen()), "connections")
				b.ReportMetric(0, "ns/op") // of no use here
			}
		})
	}
}

// TestAccNothingIsAskedForTwice is promise P8, on fewer sessions than the benchmark has.
func TestAccNothingIsAskedForTwice(t *testing.T) {
	t.Parallel()
	const n = 12
	w := acctest.New(t, wawptest.Config{Latency: time.Millisecond})
	cli := w.CLI(t, fmt.Sprintf(`resource "wawp_session" "x" { count = %d }`, n))
	cli.OK("apply", "-auto-approve")
	counts(t, w, map[string]int{create: n})
	cli.OK("plan")
	counts(t, w, map[string]int{info: n})
	cli.OK("destroy", "-auto-approve")
	counts(t, w, map[string]int{info: n, remove: n})

	w.Inject(wawptest.Fault{Match: create, Reshape: wawptest.Without("status")})
	cli.OK("apply", "-auto-approve")
	counts(t, w, map[string]int{create: n, info: n})
	if open := w.Server.MaxOpen(); open > 10 {
		t.Errorf("%d connections were open at once", open)
	}
}

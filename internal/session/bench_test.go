package session_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

// BenchmarkTwoHundredSessions creates, plans and destroys 200 sessions over a network of 20 ms, with Terraform's default
// parallelism. It counts the requests of each command, and the most connections that were open at once, and fails if there
// were more than are needed; seconds are only told.
func BenchmarkTwoHundredSessions(b *testing.B) {
	for answer, creating := range map[string]int{"status in the answer to create": 200, "no status in the answer to create": 400} {
		b.Run(answer, func(b *testing.B) {
			for range b.N {
				w := acctest.New(b, wawptest.Config{Latency: 20 * time.Millisecond})
				if creating == 400 {
					w.Inject(wawptest.Fault{Match: create, Reshape: wawptest.Without("status")})
				}
				cli := w.CLI(b, `resource "wawp_session" "x" { count = 200 }`)
				for _, run := range []struct {
					name      string
					arguments []string
					most      int
				}{
					{"apply", []string{"apply", "-auto-approve"}, creating},
					{"plan", []string{"plan"}, 200},
					{"destroy", []string{"destroy", "-auto-approve"}, 400},
				} {
					w.ResetRequests()
					began := time.Now()
					cli.OK(run.arguments...)
					b.ReportMetric(time.Since(began).Seconds(), run.name+"-s")
					b.ReportMetric(float64(w.Count("")), run.name+"-requests")
					if w.Count("") > run.most || w.Server.MaxOpen() > 10 {
						b.Errorf("%s made %d requests over %d connections, want at most %d over 10", run.name, w.Count(""), w.Server.MaxOpen(), run.most)
					}
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

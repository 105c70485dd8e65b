package session_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

// TestNoDuplicateRequests is promise P8: the requests of every command are counted.
func TestNoDuplicateRequests(t *testing.T) {
	t.Parallel()
	const n = 3
	w := acctest.New(t, wawptest.Config{})
	tf := w.Terraform(t, sessionsConfig(n, ""))
	tf.OK("apply")
	w.CheckRequests(t, map[string]int{create: n})
	tf.OK("plan")
	w.CheckRequests(t, map[string]int{info: n})
	tf.Configure(sessionsConfig(n, "deletion_protection = false"))
	tf.OK("apply")
	w.CheckRequests(t, map[string]int{info: n})
	tf.Configure(sessionsConfig(n, `desired_state = "started"`))
	tf.OK("apply")
	w.CheckRequests(t, map[string]int{info: 3 * n, start: n}) // refresh, look, start, look
	tf.OK("destroy")                                          // refresh, look
	w.CheckRequests(t, map[string]int{info: 2 * n, remove: n})

	tf.Configure(sessionsConfig(n, ""))
	tf.OK("apply")
	w.CheckRequests(t, map[string]int{create: n})
	tf.OK("destroy") // STOPPED
	w.CheckRequests(t, map[string]int{info: n, remove: n})

	w.Inject(wawptest.Fault{Match: create, Reshape: wawptest.Without("status")})
	tf.Configure(sessionsConfig(n, ""))
	tf.OK("apply")
	w.CheckRequests(t, map[string]int{create: n, info: n})
}

// TestAccFewConnections is promise P8, too: with all that a CLI does at once, requests are as few, and -parallelism
// bounds the connections.
func TestAccFewConnections(t *testing.T) {
	t.Parallel()
	const n = 40
	w := acctest.New(t, wawptest.Config{Latency: 5 * time.Millisecond})
	w.CLI(t, sessionsConfig(n, "")).OK("apply", "-auto-approve", "-parallelism=40")
	w.CheckRequests(t, map[string]int{create: n})
	if open := w.Server.MaxOpen(); open > 40 { // -parallelism is the bound
		t.Errorf("%d connections were open at once", open)
	}
}

func sessionsConfig(n int, argument string) string {
	return fmt.Sprintf("resource \"wawp_session\" \"x\" {\n  count = %d\n  %s\n}\n", n, argument)
}

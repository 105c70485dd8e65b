package session_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

// TestAccNothingIsAskedForTwice is promise P8: the requests of every command are counted, and the connections open at once.
func TestAccNothingIsAskedForTwice(t *testing.T) {
	t.Parallel()
	const n = 12
	w := acctest.New(t, wawptest.Config{Latency: time.Millisecond})
	sessions := func(argument string) string {
		return fmt.Sprintf("resource \"wawp_session\" \"x\" {\n  count = %d\n  %s\n}\n", n, argument)
	}
	cli := w.CLI(t, sessions(""))
	cli.OK("apply", "-auto-approve")
	w.Asked(t, map[string]int{create: n})
	cli.OK("plan")
	w.Asked(t, map[string]int{info: n})
	cli.Configure(sessions("deletion_protection = false"))
	cli.OK("apply", "-auto-approve")
	w.Asked(t, map[string]int{info: n})
	cli.Configure(sessions(`desired_state = "started"`))
	cli.OK("apply", "-auto-approve")
	w.Asked(t, map[string]int{info: 3 * n, start: n}) // refresh, look, start, look
	cli.OK("destroy", "-auto-approve")
	w.Asked(t, map[string]int{info: n, remove: n})

	w.Inject(wawptest.Fault{Match: create, Reshape: wawptest.Without("status")})
	cli.Configure(sessions(""))
	cli.OK("apply", "-auto-approve")
	w.Asked(t, map[string]int{create: n, info: n})
	if open := w.Server.MaxOpen(); open > 10 {
		t.Errorf("%d connections were open at once", open)
	}
}

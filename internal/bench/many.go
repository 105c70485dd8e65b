package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

// refusals is the part of the requests that is refused with 429.
const refusals = 0.05

// proof is that many sessions, with two webhooks each, are created, planned and destroyed without an error, although the API
// refuses requests at random, and that requests_per_second holds all the while.
type proof struct {
	sessions int
	rate     float64 // requests_per_second
	seed     uint64  // decides which requests are refused
}

// errand is one command of the proof.
type errand struct {
	name        string
	arguments   []string
	least, most int  // requests for each session that are not refused: reads of the same webhooks may share one
	left        int  // sessions at Wawp afterwards
	slow        bool // Terraform itself is slower than the rate: on two cores it deletes some 11 of so many objects in a second
}

func (p proof) errands() []errand {
	return []errand{
		{"apply", []string{"apply", "-auto-approve"}, 5, 5, p.sessions, false},
		{"plan", []string{"plan", "-detailed-exitcode"}, 2, 3, p.sessions, false}, // fails if there is a change
		{"destroy", []string{"destroy", "-auto-approve"}, 5, 6, 0, true},
	}
}

// A session with its webhooks is a module, so that Terraform need not look through all sessions for each webhook.
const (
	root = "terraform {\n  required_providers {\n    wawp = { source = \"wawp/wawp\" }\n  }\n}\n\n" +
		"provider \"wawp\" {\n  requests_per_second = %g\n}\n\nmodule \"session\" {\n  source = \"./session\"\n  count  = %d\n}\n"
	module = "terraform {\n  required_providers {\n    wawp = { source = \"wawp/wawp\" }\n  }\n}\n\n" +
		"resource \"wawp_session\" \"x\" {}\n\nresource \"wawp_session_webhook\" \"x\" {\n  count       = 2\n" +
		"  instance_id = wawp_session.x.instance_id\n  url         = \"https://example.com/${count.index}\"\n  events      = [\"message\"]\n}\n"
)

func (p proof) run(ctx context.Context, b *bench, stdout io.Writer) error {
	dir := filepath.Join(b.dir, "session")
	err := errors.Join(
		os.Mkdir(dir, 0o700),
		os.WriteFile(filepath.Join(dir, "main.tf"), []byte(module), 0o600),
		b.configure(fmt.Sprintf(root, p.rate, p.sessions)),
	)
	if err != nil {
		return err
	}
	api := wawptest.New(wawptest.Config{Latency: latency, Paid: true})
	if _, err := b.command(ctx, api, "get"); err != nil {
		return err
	}
	var faults []error
	random := rand.New(rand.NewPCG(p.seed, 0)) //nolint:gosec // it is to be the same each time
	for _, e := range p.errands() {
		p.refuse(api, e.most*p.sessions, random)
		api.ResetRequests()
		s, err := b.command(ctx, api, e.arguments...)
		if err != nil {
			return err
		}
		api.ClearFaults()
		faults = append(faults, p.check(stdout, e, s, api))
	}
	return errors.Join(faults...)
}

// refuse lets a part of the next so many requests be refused, every other time with a Retry-After.
func (p proof) refuse(api *wawptest.API, requests int, random *rand.Rand) {
	for i := range int(refusals * float64(requests)) {
		fault := wawptest.Fault{
			Skip: random.IntN(requests), Times: 1,
			Status: http.StatusTooManyRequests, Body: `{"code":"too_many_requests","message":"Slow down."}`,
		}
		if i%2 == 0 {
			fault.Header = http.Header{"Retry-After": {"1"}}
		}
		api.Inject(fault)
	}
}

// check tells how a command went, and fails where that is not as it should be.
func (p proof) check(stdout io.Writer, e errand, s sample, api *wawptest.API) error {
	requests, refused := api.Requests(), 0
	for _, r := range requests {
		if r.Status == http.StatusTooManyRequests {
			refused++
		}
	}
	fmt.Fprintf(stdout, "%s: %d sessions with two webhooks each, %.0f s, %d requests, %d of them refused, over %d connections\n",
		e.name, p.sessions, s.wall.Seconds(), len(requests), refused, s.connections)
	done, left := len(requests)-refused, len(api.Sessions())
	switch {
	case refused == 0:
		return fmt.Errorf("%s: no request was refused, so nothing is proved", e.name)
	case done < e.least*p.sessions || done > e.most*p.sessions:
		return fmt.Errorf("%s: %d requests, want %d to %d", e.name, done, e.least*p.sessions, e.most*p.sessions)
	case s.connections > parallelism:
		return fmt.Errorf("%s: %d connections at once, want at most %d", e.name, s.connections, parallelism)
	case left != e.left:
		return fmt.Errorf("%s left %d sessions, want %d", e.name, left, e.left)
	}
	return p.paced(stdout, e, requests)
}

const (
	// tolerance is how far a rate may be off.
	tolerance = 0.05
	// window is over how long a rate is taken at least: a shorter time tells none.
	window = 10 * time.Second
)

// paced measures the rate at which the requests of a command arrived, over the whole of it and over the busiest window. Both are to be
// what is allowed; where Terraform asks more slowly, the busiest window alone. The last hundredth does not count: it is retries of
// stragglers.
func (p proof) paced(stdout io.Writer, e errand, requests []wawptest.Request) error {
	var arrivals []time.Time
	for _, r := range requests {
		arrivals = append(arrivals, r.Time)
	}
	arrivals = arrivals[:len(arrivals)-len(arrivals)/100]
	lasted := arrivals[len(arrivals)-1].Sub(arrivals[0])
	if lasted < window {
		return nil
	}
	mean, most := float64(len(arrivals)-1)/lasted.Seconds(), busiest(arrivals)
	fmt.Fprintf(stdout, "%s: %.2f requests per second over %.0f s, at most %.2f in any %s, where %g are allowed\n",
		e.name, mean, lasted.Seconds(), most, window, p.rate)
	if math.Abs(most/p.rate-1) > tolerance || mean/p.rate-1 > tolerance || !e.slow && mean/p.rate-1 < -tolerance {
		return fmt.Errorf("%s: the rate is off by more than %g %%", e.name, 100*tolerance)
	}
	return nil
}

// busiest returns the rate in the busiest window.
func busiest(arrivals []time.Time) float64 {
	most, first := 0, 0
	for last, t := range arrivals {
		for t.Sub(arrivals[first]) > window {
			first++
		}
		most = max(most, last-first)
	}
	return float64(most) / window.Seconds()
}

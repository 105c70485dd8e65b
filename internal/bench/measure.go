package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

const (
	// latency is that of the simulated network: how long each request takes.
	latency = 20 * time.Millisecond
	// parallelism is on how many resources Terraform works at once, by default.
	parallelism = 10
)

// step is one command of a measurement.
type step struct {
	name      string
	arguments []string
	changed   bool // one attribute of each session is another one than before
	requests  int  // made for each session
}

var steps = []step{
	{"apply", []string{"apply", "-auto-approve"}, false, 1},
	{"plan", []string{"plan"}, false, 1},
	{"change", []string{"apply", "-auto-approve"}, true, 4},
	{"destroy", []string{"destroy", "-auto-approve"}, true, 2},
}

// sessions is a configuration of n sessions. The change is one that the API is asked for.
func sessions(n int, changed bool) string {
	argument := ""
	if changed {
		argument = "\n  desired_state = \"started\""
	}
	return fmt.Sprintf("terraform {\n  required_providers {\n    wawp = { source = \"wawp/wawp\" }\n  }\n}\n\n"+
		"resource \"wawp_session\" \"x\" {\n  count = %d%s\n}\n", n, argument)
}

// builtIn is a configuration of n resources that Terraform has itself.
func builtIn(n int, changed bool) string {
	return fmt.Sprintf("resource \"terraform_data\" \"x\" {\n  count = %d\n  input = %t\n}\n", n, changed)
}

// result is what the steps cost with n sessions, and with the same number of built-in resources: the medians, by step.
type result struct {
	n           int
	ours, floor []sample
}

// measure takes n sessions, and the same number of built-in resources, through all steps.
func (b *bench) measure(ctx context.Context, n, runs int) (result, error) {
	ours, floor := make([][]sample, len(steps)), make([][]sample, len(steps))
	for i := range runs {
		fmt.Fprintf(os.Stderr, "%d sessions, run %d of %d\n", n, i+1, runs)
		api := wawptest.New(wawptest.Config{Latency: latency})
		for i, step := range steps {
			s, err := b.step(ctx, api, step, sessions(n, step.changed))
			if err != nil {
				return result{}, err
			}
			if made := api.Count(""); made != n*step.requests || s.connections > parallelism {
				return result{}, fmt.Errorf("%s: %d requests over %d connections, want %d over at most %d", step.name, made, s.connections,
					n*step.requests, parallelism)
			}
			ours[i] = append(ours[i], s)
		}
		for i, step := range steps {
			s, err := b.step(ctx, api, step, builtIn(n, step.changed))
			if err != nil {
				return result{}, err
			}
			floor[i] = append(floor[i], s)
		}
	}
	r := result{n: n}
	for i := range steps {
		r.ours, r.floor = append(r.ours, middle(ours[i])), append(r.floor, middle(floor[i]))
	}
	return r, nil
}

func (b *bench) step(ctx context.Context, api *wawptest.API, s step, configuration string) (sample, error) {
	api.ResetRequests()
	if err := b.configure(configuration); err != nil {
		return sample{}, err
	}
	return b.command(ctx, api, s.arguments...)
}

// network is the time that the requests of a step take if nothing else does.
func (s step) network(n int) time.Duration {
	inTurn := (n + parallelism - 1) / parallelism
	return time.Duration(inTurn*s.requests) * latency
}

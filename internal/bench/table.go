package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"time"
)

const header = `| sessions | command | seconds | floor + network | ours over that | requests | connections |
|--:|---|--:|--:|--:|--:|--:|`

// print writes a line of the first table for each step.
func (r result) print(stdout io.Writer) {
	for i, step := range steps {
		ours, floor := r.ours[i], r.floor[i]
		fmt.Fprintf(stdout, "| %d | %s | %.2f | %.2f + %.2f | **%.2f** | %d | %d |\n", r.n, step.name,
			ours.wall.Seconds(), floor.wall.Seconds(), step.network(r.n).Seconds(), ours.wall.Seconds()/r.least(i).Seconds(),
			r.n*step.requests, ours.connections)
	}
}

// printCosts writes the table of what else the steps took.
func printCosts(stdout io.Writer, results []result) {
	fmt.Fprint(stdout, `
| sessions | command | CPU s: provider | CLI | floor's CLI | peak MB: provider | CLI | floor's CLI |
|--:|---|--:|--:|--:|--:|--:|--:|
`)
	for _, r := range results {
		for i, step := range steps {
			ours, floor := r.ours[i], r.floor[i]
			fmt.Fprintf(stdout, "| %d | %s | %.2f | %.2f | %.2f | %d | %d | %d |\n", r.n, step.name,
				ours.provider.cpu.Seconds(), ours.cli.cpu.Seconds(), floor.cli.cpu.Seconds(),
				ours.provider.peak>>20, ours.cli.peak>>20, floor.cli.peak>>20)
		}
	}
}

// least is the shortest that a step could take.
func (r result) least(step int) time.Duration { return r.floor[step].wall + steps[step].network(r.n) }

// printGrowth compares how the times grow with the number of sessions.
func printGrowth(stdout io.Writer, results []result) {
	if len(results) < 2 {
		return
	}
	fmt.Fprint(stdout, `
| sessions | command | times as long | floor | floor + network |
|--:|---|--:|--:|--:|
`)
	for i := 1; i < len(results); i++ {
		from, to := results[i-1], results[i]
		for i, step := range steps {
			fmt.Fprintf(stdout, "| %d to %d | %s | %.1f | %.1f | %.1f |\n", from.n, to.n, step.name,
				times(from.ours[i].wall, to.ours[i].wall), times(from.floor[i].wall, to.floor[i].wall), times(from.least(i), to.least(i)))
		}
	}
}

func times(from, to time.Duration) float64 { return to.Seconds() / from.Seconds() }

// middle returns the median of each figure.
func middle(samples []sample) sample {
	return sample{
		wall:        median(samples, func(s sample) time.Duration { return s.wall }),
		cli:         cost{median(samples, func(s sample) time.Duration { return s.cli.cpu }), median(samples, func(s sample) int64 { return s.cli.peak })},
		provider:    cost{median(samples, func(s sample) time.Duration { return s.provider.cpu }), median(samples, func(s sample) int64 { return s.provider.peak })},
		connections: slices.MaxFunc(samples, func(a, b sample) int { return a.connections - b.connections }).connections,
	}
}

// median returns the middle one of the figures.
func median[S any, F cmp.Ordered](samples []S, figure func(S) F) F {
	figures := make([]F, len(samples))
	for i, s := range samples {
		figures[i] = figure(s)
	}
	slices.Sort(figures)
	return figures[len(figures)/2]
}

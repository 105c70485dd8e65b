package main

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

const header = `| sessions | command | seconds | floor + network | ours over that | CPU s: provider | CPU s: CLI | CPU s: floor's CLI | peak MB: provider | peak MB: CLI | peak MB: floor's CLI | requests | connections |
|--:|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|`

// row is a line of the table, in Markdown.
func row(n int, s step, ours, floor sample) string {
	least := floor.wall + s.network(n)
	return fmt.Sprintf("| %d | %s | %.2f | %.2f + %.2f | **%.2f** | %.2f | %.2f | %.2f | %d | %d | %d | %d | %d |", n, s.name,
		ours.wall.Seconds(), floor.wall.Seconds(), s.network(n).Seconds(), ours.wall.Seconds()/least.Seconds(),
		ours.provider.cpu.Seconds(), ours.cli.cpu.Seconds(), floor.cli.cpu.Seconds(),
		ours.provider.peak>>20, ours.cli.peak>>20, floor.cli.peak>>20, n*s.requests, ours.connections)
}

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

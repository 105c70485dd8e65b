package main

import (
	"math"
	"runtime/debug"
	"testing"
)

func TestTheEnvironmentDecidesHowOftenToCollect(t *testing.T) {
	for name, test := range map[string]struct {
		gogc, limit string
		wantPercent int
		wantLimit   int64
	}{
		"by default":    {"", "", 400, 256 << 20},
		"in one's way":  {"50", "1GiB", 100, math.MaxInt64},
		"within limits": {"", "1GiB", 400, math.MaxInt64},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("GOGC", test.gogc)
			t.Setenv("GOMEMLIMIT", test.limit)
			percent, limit := debug.SetGCPercent(100), debug.SetMemoryLimit(math.MaxInt64)
			collectLess()
			if got := debug.SetGCPercent(percent); got != test.wantPercent {
				t.Errorf("GOGC is %d, want %d", got, test.wantPercent)
			}
			if got := debug.SetMemoryLimit(limit); got != test.wantLimit {
				t.Errorf("GOMEMLIMIT is %d, want %d", got, test.wantLimit)
			}
		})
	}
}

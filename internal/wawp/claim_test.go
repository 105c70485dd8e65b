package wawp

import (
	"sync"
	"sync/atomic"
	"testing"
)

func TestClaim(t *testing.T) {
	t.Parallel()
	c := New(Options{AccessToken: testToken})
	if c.IsClaimed("a") || !c.Claim("a") || !c.IsClaimed("a") || c.Claim("a") {
		t.Error("a claim is not noted, or is not the first")
	}
	if c.IsClaimed("b") || New(Options{}).IsClaimed("a") {
		t.Error("a claim is that of something else, too")
	}
}

func TestClaimUnless(t *testing.T) {
	t.Parallel()
	c := New(Options{AccessToken: testToken})
	for range 2 {
		if !c.ClaimUnless("a", "b") || !c.IsClaimed("a") {
			t.Error("what nothing stands against is not claimed")
		}
	}
	if c.ClaimUnless("b", "a") || c.IsClaimed("b") {
		t.Error("both are claimed")
	}
}

// TestConcurrentClaimsHaveOneWinner has claims that exclude each other.
func TestConcurrentClaimsHaveOneWinner(t *testing.T) {
	t.Parallel()
	c := New(Options{AccessToken: testToken})
	var first, a, b atomic.Int32
	var all sync.WaitGroup
	for n := range 100 {
		all.Go(func() {
			if c.Claim("it") {
				first.Add(1)
			}
			if n%2 == 0 && c.ClaimUnless("a", "b") {
				a.Add(1)
			}
			if n%2 == 1 && c.ClaimUnless("b", "a") {
				b.Add(1)
			}
		})
	}
	all.Wait()
	if first.Load() != 1 || a.Load()+b.Load() != 50 || a.Load()*b.Load() != 0 {
		t.Errorf("%d are the first, %d have a and %d have b", first.Load(), a.Load(), b.Load())
	}
}

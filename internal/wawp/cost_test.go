//go:build !race && !mutation

package wawp

import (
	"encoding/json"
	"runtime"
	"testing"
)

// This test is not for the race detector, which makes pools forget what they hold, so that what is allocated says
// nothing; nor for the mutation tester, which would run it for seconds with each mutant.

// TestHostileAnswersCostLittleTimeAndMemory would take minutes without the bounds.
func TestHostileAnswersCostLittleTimeAndMemory(t *testing.T) { //nolint:paralleltest // others allocate, too
	requests := []request{
		sessionRequests[0], sessionRequests[0], sessionRequests[1], webhookRequests[0],
		tempLinkRequests[0],
	}
	for name, body := range costlyAnswers() {
		asked := requests
		if !json.Valid([]byte(body)) { // of which only create reads more than the beginning
			asked = requests[:2]
		}
		for i, r := range asked {
			a := &fixedTransport{status: 200, body: body, requests: map[string]int{}}
			if i == 0 {
				a.status = 404 // which is read for a code and a message, whatever was asked
			}
			c := client(t, "http://"+fuzzedHost, func(o *Options) { o.MaxRetries, o.Transport = 0, a })
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_ = r.ask(t, t.Context(), c)
			runtime.ReadMemStats(&after)
			if used := (after.TotalAlloc - before.TotalAlloc) >> 20; used > 32 {
				t.Errorf("%s, HTTP %d, for %s: %d MiB were allocated", name, a.status, r.operation, used)
			}
		}
	}
}

package wawp

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// TestRetryTable is promise P7, endpoint by endpoint.
func TestRetryTable(t *testing.T) {
	t.Parallel()
	endings := map[string]ending{
		"not sent": {err: errors.New("connection refused")},
		"reset":    {err: errors.New("connection reset"), sent: true},
		"timeout":  {err: context.DeadlineExceeded, sent: true},
	}
	for _, status := range []int{200, 201, 204, 301, 308, 400, 401, 403, 404, 408, 409, 410, 422, 429, 500, 501, 502, 503, 504} {
		endings[fmt.Sprint(status)] = ending{answer: answer{status: status}, sent: true}
	}
	refused := []string{"not sent", "429"}
	harmless := append([]string{"reset", "timeout", "502", "503", "504"}, refused...)
	reads := append([]string{"500"}, harmless...)

	for op, want := range map[operation][]string{
		createSession:   refused,
		startSession:    refused,
		restartSession:  refused,
		logoutSession:   refused,
		stopSession:     harmless,
		deleteSession:   harmless,
		getSession:      reads,
		getRateLimit:    reads,
		setRateLimit:    harmless,
		listWebhooks:    reads,
		setWebhook:      refused, // SetWebhook looks itself before it sends it again
		updateWebhook:   harmless,
		deleteWebhook:   harmless,
		getQRCode:       reads,
		requestCode:     refused,
		getTempLink:     reads,
		createTempLink:  refused,
		revokeTempLinks: harmless,
		sendText:        refused,
	} {
		for name, end := range endings {
			if got := op.repeat.after(end); got != slices.Contains(want, name) {
				t.Errorf("%s after %s: retried = %t", op, name, got)
			}
		}
	}
}

func TestHopelessAttemptsAreNotRepeated(t *testing.T) {
	t.Parallel()
	for _, err := range []error{&tls.CertificateVerificationError{Err: errors.New("unknown authority")}, ErrNoTurn} {
		if repeatRead.after(ending{err: err}) {
			t.Errorf("retried after: %s", err)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"":                              0,
		"7":                             7 * time.Second,
		" 7 ":                           7 * time.Second,
		"-7":                            0,
		"soon":                          0,
		"99999999999999":                1 << 31 * time.Second,
		"99999999999999999999":          1 << 31 * time.Second, // more than fits into 64 bits
		"Fri, 02 Jan 2026 03:05:05 GMT": time.Minute,
		"Fri, 02 Jan 2026 03:00:00 GMT": 0,
	} {
		if got := retryAfter(http.Header{"Retry-After": {value}}, now); got != want {
			t.Errorf("Retry-After %q is %s, want %s", value, got, want)
		}
	}
}

func TestPausesGrowAndVary(t *testing.T) {
	t.Parallel()
	c := client(t, "http://127.0.0.1:1", func(o *Options) { o.RetryWait = time.Second })
	for retry, longest := range map[int]time.Duration{0: time.Second, 1: 2 * time.Second, 5: 32 * time.Second, 6: time.Minute, 100: time.Minute} {
		seen := map[time.Duration]bool{}
		for range 100 {
			pause := c.backoff(retry)
			if seen[pause] = true; pause < longest/2 || pause > longest {
				t.Errorf("the pause before retry %d is %s, want at most %s, and half of it at least", retry, pause, longest)
			}
		}
		if len(seen) == 1 {
			t.Errorf("the pause before retry %d is always the same", retry)
		}
	}
}

func TestRetryAfterIsWaitedForIfItIsBearable(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		asked string
		left  time.Duration // 0: no deadline
		waits bool
	}{
		{"", time.Second, true},
		{"7", 0, true},
		{"60", 0, true},
		{"61", 0, false},
		{"7", time.Hour, true},
		{"7", 5 * time.Second, false},
	} {
		ctx, cancel := context.WithCancel(context.Background())
		if test.left > 0 {
			ctx, cancel = context.WithTimeout(context.Background(), test.left)
		}
		l := &line{client: client(t, "http://127.0.0.1:1"), last: ending{answer: answer{status: 429, header: http.Header{"Retry-After": {test.asked}}}}}
		if got, _ := l.again(ctx, nil, nil); got != test.waits {
			t.Errorf("Retry-After %q with %s left: %t", test.asked, test.left, got)
		}
		if want, _ := time.ParseDuration(test.asked + "s"); want > 0 && l.pause(0, 0, 0, nil) != want {
			t.Errorf("Retry-After %q: the pause is %s", test.asked, l.pause(0, 0, 0, nil))
		}
		cancel()
	}
}

func TestRetriesEndInAnAnswerOrInTheLastError(t *testing.T) {
	t.Parallel()
	described := `{"name":"wawp-1","status":"WORKING"}`
	for _, test := range []struct {
		name     string
		replies  []http.HandlerFunc
		requests int
		status   int // of the error; 0: no error
	}{
		{"after faults", []http.HandlerFunc{answers(500, ""), answers(502, "<html>"), resets, cutsOff, answers(200, described)}, 5, 0},
		{"after 429", []http.HandlerFunc{answers(429, "", "Retry-After", "0"), answers(200, described)}, 2, 0},
		{"in vain", []http.HandlerFunc{answers(503, `{"code":"x","message":"y"}`)}, 5, 503},
		{"not after a refusal", []http.HandlerFunc{answers(403, "")}, 1, 403},
		{"not when asked to come back later", []http.HandlerFunc{answers(429, "", "Retry-After", "61")}, 1, 429},
		{"not when asked to come back after the deadline", []http.HandlerFunc{answers(503, "", "Retry-After", "59")}, 1, 503},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, test.replies...)
			ctx, cancel := context.WithTimeout(context.Background(), 50*time.Second)
			defer cancel()
			_, err := client(t, s.URL).GetSession(ctx, "A1")
			var e *Error
			if got := errors.As(err, &e); got != (test.status != 0) || got && e.Status != test.status {
				t.Errorf("error: %v, want status %d", err, test.status)
			}
			if s.count() != test.requests {
				t.Errorf("%d requests, want %d", s.count(), test.requests)
			}
			if e != nil && e.Attempts != test.requests {
				t.Errorf("the error counts %d attempts, want %d", e.Attempts, test.requests)
			}
		})
	}
}

func TestErrorSaysWhenToComeBack(t *testing.T) {
	t.Parallel()
	s := serve(t, answers(429, "", "Retry-After", "90"))
	_, err := client(t, s.URL).CreateSession(context.Background())
	var e *Error
	if !errors.As(err, &e) || e.RetryAfter != 90*time.Second || MayHaveActed(err) {
		t.Errorf("error: %#v", err)
	}
}

// TestRequestsPerSecondHoldsThroughRefusals has ten workers create 200 sessions, each answered after 20 ms, while every 20th attempt is
// refused, every other time with a Retry-After. Time is simulated.
func TestRequestsPerSecondHoldsThroughRefusals(t *testing.T) {
	t.Parallel()
	const sessions, workers, refused, interval = 200, 10, 10, time.Second / 16
	synctest.Test(t, func(t *testing.T) {
		api := &refusing{every: 20}
		c := New(Options{Transport: api, MaxRetries: 4, RequestsPerSecond: float64(time.Second / interval)})
		work := make(chan int)
		var group sync.WaitGroup
		for range workers {
			group.Go(func() {
				for range work {
					if _, err := c.CreateSession(t.Context()); err != nil {
						t.Error(err)
					}
				}
			})
		}
		for i := range sessions {
			work <- i
		}
		close(work)
		group.Wait()

		if len(api.arrived) != sessions+refused {
			t.Fatalf("%d attempts, want %d, and a retry of each that was refused: %d", len(api.arrived), sessions, refused)
		}
		for i, at := range api.arrived[1:] {
			pause := at.Sub(api.arrived[i]).Round(time.Microsecond)
			if stragglers := sessions - workers; pause < interval || pause > interval && i < stragglers {
				t.Errorf("attempt %d came %s after the one before, want %s", i+2, pause, interval)
			}
		}
	})
}

// refusing creates sessions, but for every so many attempts, which it refuses.
type refusing struct {
	every   int
	mu      sync.Mutex
	arrived []time.Time
}

func (r *refusing) RoundTrip(request *http.Request) (*http.Response, error) {
	r.mu.Lock()
	r.arrived = append(r.arrived, time.Now())
	n := len(r.arrived)
	r.mu.Unlock()
	w := httptest.NewRecorder()
	switch {
	case n%(2*r.every) == 0:
		answers(429, "", "Retry-After", "1")(w, request)
	case n%r.every == 0:
		answers(429, "")(w, request)
	default:
		answers(201, fmt.Sprintf(`{"instance_id":"A%d","status":"STOPPED"}`, n))(w, request)
	}
	return w.Result(), sleep(request.Context(), 20*time.Millisecond)
}

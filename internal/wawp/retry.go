package wawp

import (
	"context"
	"crypto/tls"
	"errors"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// longestPause is the longest pause before a retry, and the longest Retry-After that is waited for.
const longestPause = 60 * time.Second

// repeat says after which endings an operation may be sent again. Each level includes the ones before it.
type repeat int

const (
	// repeatRefused: only what surely did not happen, because it was not sent or was refused with 429.
	repeatRefused repeat = iota
	// repeatHarmless: also after 502, 503, 504, a reset or a timeout, for operations that can be done twice.
	repeatHarmless
	// repeatRead: also after 500, for operations that change nothing.
	repeatRead
)

// after decides whether an attempt that ended so may be followed by another.
func (r repeat) after(e ending) bool {
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.As(e.err, &certificate), errors.Is(e.err, ErrNoTurn):
		return false // the next time would end the same
	case e.err != nil && !e.sent, e.status == http.StatusTooManyRequests:
		return true
	case e.err != nil:
		return r >= repeatHarmless
	case e.status == http.StatusBadGateway, e.status == http.StatusServiceUnavailable, e.status == http.StatusGatewayTimeout:
		return r >= repeatHarmless
	case e.status == http.StatusInternalServerError:
		return r >= repeatRead
	}
	return false
}

// again implements [retryablehttp.CheckRetry].
func (l *line) again(ctx context.Context, _ *http.Response, _ error) (bool, error) {
	return ctx.Err() == nil && l.op.repeat.after(l.last) && l.worthWaiting(ctx), nil
}

// worthWaiting says whether the server asked for a pause, if any, that is bearable and ends before the deadline.
func (l *line) worthWaiting(ctx context.Context) bool {
	wait := retryAfter(l.last.header, time.Now())
	deadline, bounded := ctx.Deadline()
	return wait <= longestPause && (!bounded || wait < time.Until(deadline))
}

// pause implements [retryablehttp.Backoff]: as long as the server asked, else exponential with jitter.
func (l *line) pause(_, _ time.Duration, retry int, _ *http.Response) time.Duration {
	if wait := retryAfter(l.last.header, time.Now()); wait > 0 {
		return wait
	}
	return l.client.backoff(retry)
}

// backoff is the pause before a retry (0 for the first): twice as long each time, with jitter.
func (c *Client) backoff(retry int) time.Duration {
	longest := min(c.retryWait<<min(retry, 16), longestPause)
	return longest/2 + rand.N(longest/2+1) //nolint:gosec // spreads retries, guards nothing
}

// sleep pauses, or returns the error with which ctx ended.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// retryAfter reads the Retry-After header, in seconds or as a date; 0 means there is none.
func retryAfter(header http.Header, now time.Time) time.Duration {
	value := strings.TrimSpace(header.Get("Retry-After"))
	if seconds, err := strconv.ParseInt(value, 10, 64); err == nil || errors.Is(err, strconv.ErrRange) {
		return time.Duration(min(max(0, seconds), 1<<31)) * time.Second
	}
	if date, err := http.ParseTime(value); err == nil {
		return max(0, date.Sub(now))
	}
	return 0
}

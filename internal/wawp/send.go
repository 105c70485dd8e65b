package wawp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"strings"
	"sync"
	"time"
)

// This file sends requests: when an attempt may be dropped, and after which ends another one follows. No URL leaves it, because the
// access token is in it.

// maxBody is how much of an answer is read, in bytes. The largest known answer, a QR image, is a few kilobytes.
const maxBody = 1 << 20

// longestPause is the longest pause before a retry, and the longest Retry-After that is waited for.
const longestPause = 60 * time.Second

// Reasons for which a request had no answer, which errors.Is finds in an [Error].
var (
	// ErrNoTurn ends a request whose turn, by RequestsPerSecond, would come after its caller's deadline.
	ErrNoTurn = errors.New("its turn (requests_per_second) would have come after the deadline")
	// ErrTimeout ends an attempt that had no answer within RequestTimeout.
	ErrTimeout = errors.New("request_timeout")

	errNotBuilt = errors.New("it could not be built")
	errTooLong  = errors.New("the answer is longer than 1 MiB")
)

// repeat says after which kinds of end an operation is sent again. Each level includes the ones before it.
type repeat int

const (
	// repeatUndone: only after what surely was not done. Such a request has a connection of its own: on one that was kept open, and
	// that the server closes at that moment, nobody can tell whether it arrived.
	repeatUndone repeat = iota
	// repeatHarmless: also after a gateway's fault and without an answer, for what can be done twice.
	repeatHarmless
	// repeatRead: also after a fault of the server, for what changes nothing.
	repeatRead
)

func (r repeat) after(k Kind) bool {
	switch k {
	case NotSent, TooManyRequests:
		return true
	case GatewayFault, NoAnswer:
		return r >= repeatHarmless
	case ServerFault:
		return r >= repeatRead
	}
	return false
}

// answer is what came back, as far as it was read.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// ending is how an attempt ended: with an answer, or with an error, and perhaps a part of an answer.
type ending struct {
	answer
	err  error
	sent bool // the request may have reached the server
}

// send makes attempts until one succeeds, or none may follow. It returns the last answer, as far as it was read, and an [*Error].
func (c *Client) send(ctx context.Context, op operation, build func(context.Context) (*http.Request, error), redact redactor) (answer, error) {
	for number := 1; ; number++ {
		end, started := ending{err: ErrNoTurn}, time.Now()
		switch err := c.limiter.Wait(ctx); {
		case err == nil:
			end = c.attempt(ctx, op, build)
			c.log(ctx, describe(op, redact, end, number, time.Since(started)))
		case ctx.Err() != nil:
			end.err = fmt.Errorf("it was called off before it was sent: %w", ctx.Err())
		}
		kind := classify(end)
		if kind == 0 {
			return end.answer, nil
		}
		e := c.newError(op, redact, kind, end, number)
		if !op.repeat.after(kind) || number > c.maxRetries || !worthWaiting(ctx, e.RetryAfter) {
			return end.answer, e
		}
		pause := e.RetryAfter
		if pause == 0 {
			pause = c.backoff(number - 1)
		}
		if err := sleep(ctx, pause); err != nil {
			e.interruption = err
			return end.answer, e
		}
	}
}

// attempt sends a request once, and reads the answer to its end.
func (c *Client) attempt(caller context.Context, op operation, build func(context.Context) (*http.Request, error)) ending {
	ctx, h := newHold(caller, op.keep, c.timeout)
	defer h.release()
	request, err := build(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { h.connected() }}))
	if err != nil {
		return ending{err: errNotBuilt}
	}
	if request.Body != nil {
		request.Body = &guarded{request.Body, h}
	}
	transport := c.transport
	if op.repeat == repeatUndone {
		transport = c.single
	}
	response, err := transport.RoundTrip(request)
	if err != nil {
		return ending{err: h.cause(ctx, err), sent: h.sent()}
	}
	defer response.Body.Close()
	end := ending{answer: answer{status: response.StatusCode, header: response.Header}, sent: true}
	if response.StatusCode == http.StatusSwitchingProtocols { // its body is the bare connection: no context ends a read of that
		end.err = errors.New("the server switched to another protocol")
		return end
	}
	end.body, err = io.ReadAll(io.LimitReader(response.Body, maxBody+1))
	switch {
	case response.StatusCode/100 != 2: // of a refusal the status is enough
	case err != nil:
		end.err = fmt.Errorf("the answer broke off: %w", h.cause(ctx, err))
	case len(end.body) > maxBody:
		end.err = errTooLong
	}
	return end
}

// hold decides until when an attempt can be called off. Before it has a connection nothing can have been sent, and it ends with its
// caller. Afterwards it has a time of its own to be answered, and that of an operation that must be kept ignores its caller.
type hold struct {
	keep    bool
	timeout time.Duration
	cancel  context.CancelCauseFunc
	stop    func() bool // stops to listen to the caller

	mu        sync.Mutex
	gotConn   bool
	calledOff error
}

func newHold(caller context.Context, keep bool, timeout time.Duration) (context.Context, *hold) {
	ctx, cancel := context.WithCancelCause(context.WithoutCancel(caller))
	h := &hold{keep: keep, timeout: timeout, cancel: cancel}
	h.stop = context.AfterFunc(caller, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		if !h.gotConn || !keep {
			h.calledOff = caller.Err()
			cancel(h.calledOff)
		}
	})
	return ctx, h
}

// connected begins the time of the request: a wait for a connection is none of its own.
func (h *hold) connected() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.gotConn { // a kept connection was closed, and net/http takes another one
		return
	}
	h.gotConn = true
	time.AfterFunc(h.timeout, func() { h.cancel(ErrTimeout) })
}

func (h *hold) release() {
	h.stop()
	h.cancel(nil)
}

// sent says whether the request may have reached the server: whether a connection was got, after which nobody can tell.
func (h *hold) sent() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.gotConn && (h.calledOff == nil || !h.keep)
}

// cause returns why an attempt had no whole answer. The errors of a transport hold no URL, unlike those of [http.Client].
func (h *hold) cause(ctx context.Context, err error) error {
	switch why := context.Cause(ctx); {
	case why == nil:
		return network{err}
	case errors.Is(why, ErrTimeout):
		return fmt.Errorf("no answer came within %s (%w)", h.timeout, ErrTimeout)
	default:
		return fmt.Errorf("it was called off: %w", why)
	}
}

// network is an error that came while there was time left. errors.Is looks no deeper: net's own timeout, that of a dial for
// example, would pass for [context.DeadlineExceeded].
type network struct{ error }

func (n network) As(target any) bool { return errors.As(n.error, target) }

// guarded is a body that cannot be read once its request was called off: a connection that comes at that very moment sends nothing.
type guarded struct {
	io.ReadCloser
	hold *hold
}

func (g *guarded) Read(p []byte) (int, error) {
	g.hold.mu.Lock()
	defer g.hold.mu.Unlock()
	if g.hold.calledOff != nil {
		return 0, g.hold.calledOff
	}
	return g.ReadCloser.Read(p)
}

// worthWaiting says whether a pause that the server asked for is bearable, and ends before the deadline.
func worthWaiting(ctx context.Context, pause time.Duration) bool {
	deadline, bounded := ctx.Deadline()
	return ctx.Err() == nil && pause <= longestPause && (!bounded || pause < time.Until(deadline))
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

// retryAfter reads the Retry-After header, in seconds or as a date, which counts from the answer's own Date; 0 means there is none.
func retryAfter(header http.Header, now time.Time) time.Duration {
	value := strings.TrimSpace(header.Get("Retry-After"))
	if seconds, err := strconv.ParseInt(value, 10, 64); err == nil || errors.Is(err, strconv.ErrRange) {
		return time.Duration(min(max(0, seconds), 1<<31)) * time.Second
	}
	if sent, err := http.ParseTime(header.Get("Date")); err == nil {
		now = sent
	}
	if date, err := http.ParseTime(value); err == nil {
		return max(0, date.Sub(now))
	}
	return 0
}

// Attempt is what may be told of one attempt: nothing in it is secret.
type Attempt struct {
	Method   string
	Path     string
	Status   int    // 0: no answer
	Code     string // the code of an error answer, if it had one
	Err      string // why there was no answer
	Number   int    // 1 for the first attempt of a request
	Duration time.Duration
}

func describe(op operation, redact redactor, end ending, number int, took time.Duration) Attempt {
	a := Attempt{Method: op.method, Path: op.path, Status: end.status, Number: number, Duration: took}
	if end.err != nil {
		a.Err = redact.line(end.err.Error())
	} else if end.status/100 != 2 {
		a.Code = redact.line(parse(end.body).complaint().code)
	}
	return a
}

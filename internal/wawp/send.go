package wawp

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// This file sends requests. It decides when an attempt may be canceled, and whether another attempt follows. No URL
// leaves this file, because each URL has the access token in its query (API.md 1).

const (
	// maxBody is how many bytes of an answer are read. The largest known answer, a QR image, has a few kilobytes.
	maxBody = 1 << 20
	// maxHeader is how many bytes of the header of an answer are read.
	maxHeader = 256 << 10
	// longestPause is the longest pause before a retry. A longer Retry-After ends the retries.
	longestPause = 60 * time.Second
	// longestDial bounds the making of a connection, from the DNS lookup to the TLS handshake.
	longestDial = 30 * time.Second
)

// Reasons why a request had no answer. errors.Is finds them in an [Error].
var (
	// ErrNoTurn ends a request that RequestsPerSecond would send only after the deadline of its caller.
	ErrNoTurn = errors.New("its turn (requests_per_second) would have come after the deadline")
	// ErrTimeout ends an attempt without an answer within RequestTimeout.
	ErrTimeout = errors.New("request_timeout")

	errNoConnection = errors.New("no connection was made")
	errNotBuilt     = errors.New("it could not be built: a header, the path, or the address of a proxy is not valid")
	errTooLong      = errors.New("the answer is longer than 1 MiB")
	errBroken       = errors.New("the connection ended, or what came back is not HTTP")
	errCanceled     = errors.New("it was canceled")
)

// retryPolicy says after which kinds of failure an operation is sent again. Each policy includes the ones before it.
type retryPolicy int

const (
	// retryNotDone sends again only what the server surely has not done. Each attempt has a connection of its own: if a
	// server closes a reused connection at that moment, nobody can tell whether the request arrived.
	retryNotDone retryPolicy = iota
	// retryIdempotent sends again also after a fault of a gateway, and without an answer. It is for operations that can
	// be done twice.
	retryIdempotent
	// retryRead sends again also after a fault of the server. It is for operations that change nothing.
	retryRead
)

// after says whether another attempt may follow one that failed with a kind.
func (r retryPolicy) after(k Kind) bool {
	switch k {
	case NotSent, TooManyRequests:
		return true
	case GatewayFault, NoAnswer:
		return r >= retryIdempotent
	case ServerFault:
		return r >= retryRead
	}
	return false
}

// answer is the answer of the server, as far as it was read.
type answer struct {
	status int
	header http.Header
	body   []byte

	attempts int // how often the request was sent
}

// outcome is how an attempt ended: with an answer, or with an error and perhaps a part of an answer.
type outcome struct {
	answer
	err  error
	sent bool // the request may have reached the server
}

// call carries out an operation on an instance; the id is "" for an operation on the account. It makes attempts until
// one succeeds or no further attempt is allowed. It returns the last answer, as far as it was read, and an [*Error]
// unless that answer is a success.
func (c *Client) call(ctx context.Context, op operation, instanceID string, parameters fields) (answer, error) {
	if instanceID == "" && !op.account {
		return answer{}, &Error{Op: op.String(), Kind: Unsendable, text: "no instance id was given"}
	}
	mayHaveActed := false
	for attempts := 0; ; {
		if err := c.pace(ctx); err != nil {
			end := outcome{err: err}
			return answer{}, newError(op, c.redact, classify(end), end, attempts)
		}
		attempts++
		started := time.Now()
		end := c.attempt(ctx, op, instanceID, parameters)
		record := Attempt{
			Method: op.method, Path: op.path, InstanceID: c.redact.line(instanceID),
			Status: end.status, Number: attempts, Duration: time.Since(started),
		}
		kind := classify(end)
		if kind == "" {
			c.Claim(instanceKey(instanceID)) // the instance exists: a later create that returns its id made nothing
			c.options.Log(ctx, record)
			end.attempts = attempts
			return end.answer, nil
		}
		redact := c.redactorFor(instanceID, parameters)
		e := newError(op, redact, kind, end, attempts)
		e.MayHaveActed = mayHaveActed
		mayHaveActed = mayHaveActed || kind.OutcomeUnknown()
		if target, err := c.options.BaseURL.Parse(end.header.Get("Location")); kind == Redirect && err == nil {
			e.Redirect = redact.line(origin(target))
		}
		again := op.retry.after(kind) && attempts <= c.options.MaxRetries && worthWaiting(ctx, e.RetryAfter)
		if again {
			record.Pause = cmp.Or(e.RetryAfter, c.backoff(attempts-1))
		}
		record.Kind, record.Err = kind, e.text
		if end.status/100 != 2 { // the code of a success may be a pairing code (API.md 4)
			record.Code, record.Message = e.Code, e.Message
		}
		c.options.Log(ctx, record)
		if !again {
			return end.answer, e
		}
		e.interruption = sleep(ctx, record.Pause)
		if e.interruption != nil {
			return end.answer, e
		}
	}
}

// pace waits until RequestsPerSecond lets the next attempt through.
func (c *Client) pace(ctx context.Context) error {
	err := c.limiter.Wait(ctx)
	switch {
	case err != nil && ctx.Err() != nil:
		return fmt.Errorf("it was canceled before it was sent: %w", ctx.Err())
	case err != nil:
		return ErrNoTurn
	}
	return nil
}

// The phases of an attempt.
const (
	connecting int32 = iota // there is no connection yet, so nothing was sent
	connected               // there is a connection, so the request may have arrived
	canceled                // canceled while connecting: a connection that comes now sends nothing
)

// attempt sends a request once, and reads the answer to its end.
//
// While it connects, it ends with its caller's context, or after dialTimeout. Once it is connected, RequestTimeout
// bounds it. From then on an operation with mustFinish ignores the end of its caller's context.
func (c *Client) attempt(caller context.Context, op operation, instanceID string, parameters fields) outcome {
	ctx, cancel := context.WithCancelCause(context.WithoutCancel(caller))
	defer cancel(nil)
	// Both timers, timeout and dial, run only once they are reset.
	timeout := time.AfterFunc(math.MaxInt64, func() { cancel(ErrTimeout) })
	defer timeout.Stop()
	var phase atomic.Int32
	defer context.AfterFunc(caller, func() {
		if !op.mustFinish || phase.CompareAndSwap(connecting, canceled) {
			cancel(caller.Err())
		}
	})()
	dial := time.AfterFunc(math.MaxInt64, func() {
		if phase.CompareAndSwap(connecting, canceled) {
			cancel(errNoConnection)
		}
	})
	defer dial.Stop()
	startDial := sync.OnceFunc(func() { dial.Reset(c.dialTimeout()) })
	isBuilt := false // net/http asks for a connection only if it accepts the request
	request, err := c.request(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn:      func(string) { isBuilt = true },
		DNSStart:     func(httptrace.DNSStartInfo) { startDial() },
		ConnectStart: func(string, string) { startDial() },
		GotConn: func(httptrace.GotConnInfo) {
			// net/http may replace a reused connection that was closed, and call this again. The time runs already.
			if phase.CompareAndSwap(connecting, connected) {
				timeout.Reset(c.options.RequestTimeout)
			}
		},
	}), op, instanceID, parameters)
	if err != nil {
		return outcome{err: errNotBuilt}
	}
	if request.Body != nil {
		request.Body = cancelableBody{request.Body, &phase}
	}
	transport := c.options.Transport
	if op.retry == retryNotDone {
		transport = c.single
	}
	response, err := transport.RoundTrip(request)
	sent := phase.Load() == connected
	switch {
	case err != nil && ctx.Err() == nil && !isBuilt && !sent:
		return outcome{err: errNotBuilt}
	case err != nil:
		return outcome{err: c.reason(ctx, err, sent), sent: sent}
	}
	defer response.Body.Close()
	return c.read(ctx, response)
}

// dialTimeout bounds the making of a connection.
func (c *Client) dialTimeout() time.Duration { return min(c.options.RequestTimeout, longestDial) }

// read reads the body of an answer, as far as it comes.
func (c *Client) read(ctx context.Context, response *http.Response) outcome {
	end := outcome{answer: answer{status: response.StatusCode, header: response.Header}, sent: true}
	// After status 101 the body is the connection itself, and no context ends a read of that.
	if response.StatusCode == http.StatusSwitchingProtocols {
		end.err = errors.New("the server switched to another protocol")
		return end
	}
	var err error
	end.body, err = io.ReadAll(io.LimitReader(response.Body, maxBody+1))
	// Some servers compress answers although nobody asked for it.
	if packed, err := gzip.NewReader(bytes.NewReader(end.body)); err == nil {
		end.body, _ = io.ReadAll(io.LimitReader(packed, maxBody+1)) // a decoder notices if it is not whole
	}
	switch {
	case response.StatusCode/100 != 2: // the status of a failure is enough, even if its body is not whole
	case err != nil:
		end.err = fmt.Errorf("the answer broke off: %w", c.reason(ctx, err, true))
	case len(end.body) > maxBody:
		end.err = errTooLong
	}
	return end
}

// reason says why there is no whole answer.
func (c *Client) reason(ctx context.Context, err error, sent bool) error {
	switch why := context.Cause(ctx); {
	case errors.Is(why, ErrTimeout):
		return fmt.Errorf("no answer came within %s (%w)", c.options.RequestTimeout, ErrTimeout)
	case errors.Is(why, errNoConnection):
		return fmt.Errorf("%w within %s", errNoConnection, c.dialTimeout())
	case why != nil:
		return fmt.Errorf("%w: %w", errCanceled, why)
	}
	return networkError{err, sent}
}

// networkError is an error of the network that no timeout or cancellation of this package has caused. It hides its
// cause from errors.Is, because the timeouts of package net, such as that of a dial, match [context.DeadlineExceeded].
type networkError struct {
	error
	sent bool
}

// Error returns the text of the cause, unless net/http may quote a part of the answer there: then it returns that of
// errBroken.
func (n networkError) Error() string {
	var broken *net.OpError
	if !n.sent || errors.As(n.error, &broken) || errors.Is(n.error, io.EOF) || errors.Is(n.error, io.ErrUnexpectedEOF) {
		return n.error.Error()
	}
	return errBroken.Error()
}

func (n networkError) As(target any) bool { return errors.As(n.error, target) }

// cancelableBody is the body of a request. Once the request is canceled, the body cannot be read: a connection that is
// made at that very moment then sends nothing.
type cancelableBody struct {
	io.ReadCloser
	phase *atomic.Int32
}

func (b cancelableBody) Read(p []byte) (int, error) {
	if b.phase.Load() == canceled {
		return 0, errCanceled
	}
	return b.ReadCloser.Read(p)
}

// worthWaiting says whether a pause is at most longestPause and ends before the deadline.
func worthWaiting(ctx context.Context, pause time.Duration) bool {
	deadline, bounded := ctx.Deadline()
	return ctx.Err() == nil && pause <= longestPause && (!bounded || pause < time.Until(deadline))
}

// backoff returns the pause before a retry, counted from 0. It doubles each time, with jitter.
func (c *Client) backoff(retry int) time.Duration {
	longest := min(c.options.RetryWait<<min(retry, 16), longestPause)
	return longest/2 + rand.N(longest/2+1) //nolint:gosec // spreads retries, guards nothing
}

// sleep pauses. If ctx ends first, it returns the error of ctx.
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

// retryAfter reads the Retry-After header, which has seconds or a date. It returns 0 if there is none.
func retryAfter(header http.Header, now time.Time) time.Duration {
	value := strings.TrimSpace(header.Get("Retry-After"))
	if seconds, err := strconv.ParseInt(value, 10, 64); err == nil || errors.Is(err, strconv.ErrRange) {
		return time.Duration(min(max(0, seconds), 1<<31)) * time.Second
	}
	if date, err := http.ParseTime(value); err == nil {
		return max(0, date.Sub(sentAt(header, now)))
	}
	return 0
}

// sentAt returns when an answer was sent, by the clock of the server. Other dates in the answer go by the same clock.
// Without a Date header it returns now.
func sentAt(header http.Header, now time.Time) time.Time {
	if sent, err := http.ParseTime(header.Get("Date")); err == nil {
		return sent
	}
	return now
}

// Attempt describes one attempt for a log. Nothing in it is secret.
type Attempt struct {
	Method     string
	Path       string
	InstanceID string // "" for an operation on the account
	Status     int    // 0: no answer
	Number     int    // 1 for the first attempt of a request
	Duration   time.Duration

	// These are set if the attempt failed:

	Kind    Kind          // what the failure means; it decides whether another attempt follows
	Code    string        // the API's code, if the answer had one
	Message string        // the API's message, if the answer had one
	Err     string        // why there was no whole answer
	Pause   time.Duration // the pause before the next attempt; 0 if there is none
}

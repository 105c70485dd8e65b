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

// This file sends requests: when an attempt may be called off, and after which ends another one follows. No URL leaves
// it, because the access token is in it.

const (
	// maxBody is how much of an answer is read, in bytes. The largest known answer, a QR image, is a few kilobytes.
	maxBody = 1 << 20
	// maxHeader is how much of the header of an answer is read, in bytes.
	maxHeader = 256 << 10
	// longestPause is the longest pause before a retry, and the longest Retry-After that is waited for.
	longestPause = 60 * time.Second
	// longestDial is how long a connection may take at most, from the look for its host to its last handshake.
	longestDial = 30 * time.Second
)

// Reasons for which a request had no answer, which errors.Is finds in an [Error].
var (
	// ErrNoTurn ends a request whose turn, by RequestsPerSecond, would come after its caller's deadline.
	ErrNoTurn = errors.New("its turn (requests_per_second) would have come after the deadline")
	// ErrTimeout ends an attempt that had no answer within RequestTimeout.
	ErrTimeout = errors.New("request_timeout")

	errNoConnection = errors.New("no connection was made")
	errNotBuilt     = errors.New("it could not be built: a header, or the address of a proxy, is not valid")
	errTooLong      = errors.New("the answer is longer than 1 MiB")
	errBroken       = errors.New("the connection ended, or what came back is not HTTP")
	errCalledOff    = errors.New("it was called off")
)

// repeat says after which kinds of end an operation is sent again. Each level includes the ones before it.
type repeat int

const (
	// repeatUndone: only after what surely was not done. Such a request has a connection of its own: on one that was
	// kept open, and that the server closes at that moment, nobody can tell whether it arrived.
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

// outcome is how an attempt ended: with an answer, or with an error, and perhaps a part of an answer.
type outcome struct {
	answer
	err  error
	sent bool // the request may have reached the server
}

// call carries out an operation on an instance ("" for none): it makes attempts until one succeeds, or none may follow.
// It returns the last answer, as far as it was read, and an [*Error] unless that is a success.
func (c *Client) call(ctx context.Context, op operation, instanceID string, parameters fields) (answer, error) {
	if instanceID == "" && !op.account {
		return answer{}, &Error{Op: op.String(), Kind: Unsendable, text: "no instance id was given"}
	}
	for attempts := 0; ; {
		if err := c.pace(ctx); err != nil {
			end := outcome{err: err}
			return answer{}, newError(op, c.redact, classify(end), end, attempts)
		}
		attempts++
		started := time.Now()
		end := c.attempt(ctx, op, instanceID, parameters)
		told := Attempt{
			Method: op.method, Path: op.path, InstanceID: c.redact.line(instanceID),
			Status: end.status, Number: attempts, Duration: time.Since(started),
		}
		kind := classify(end)
		if kind == "" {
			c.Claim(instanceKey(instanceID))
			c.options.Log(ctx, told)
			return end.answer, nil
		}
		redact := c.redactorFor(instanceID, parameters)
		e := newError(op, redact, kind, end, attempts)
		if target, err := c.options.BaseURL.Parse(end.header.Get("Location")); kind == Redirect && err == nil {
			e.Redirect = redact.line(origin(target))
		}
		again := op.repeat.after(kind) && attempts <= c.options.MaxRetries && worthWaiting(ctx, e.RetryAfter)
		if again {
			told.Pause = cmp.Or(e.RetryAfter, c.backoff(attempts-1))
		}
		if told.Kind, told.Err = kind, e.text; end.status/100 != 2 { // the code of a success may be a pairing code
			told.Code, told.Message = e.Code, e.Message
		}
		c.options.Log(ctx, told)
		if !again {
			return end.answer, e
		}
		if e.interruption = sleep(ctx, told.Pause); e.interruption != nil {
			return end.answer, e
		}
	}
}

// pace waits for the turn of an attempt, by RequestsPerSecond.
func (c *Client) pace(ctx context.Context) error {
	err := c.limiter.Wait(ctx)
	switch {
	case err != nil && ctx.Err() != nil:
		return fmt.Errorf("it was called off before it was sent: %w", ctx.Err())
	case err != nil:
		return ErrNoTurn
	}
	return nil
}

// The phases of an attempt.
const (
	waiting   int32 = iota // for a connection: nothing was sent
	connected              // the request may have arrived
	calledOff              // before there was a connection: one that comes now sends nothing
)

// attempt sends a request once, and reads the answer to its end. Until it has a connection it ends with its caller, or
// once the making of one takes too long. From then on it has a time of its own to be answered, and that of an operation
// that must be kept ignores its caller.
func (c *Client) attempt(caller context.Context, op operation, instanceID string, parameters fields) outcome {
	ctx, cancel := context.WithCancelCause(context.WithoutCancel(caller))
	defer cancel(nil)
	timeout := time.AfterFunc(math.MaxInt64, func() { cancel(ErrTimeout) })
	defer timeout.Stop()
	var phase atomic.Int32
	defer context.AfterFunc(caller, func() {
		if !op.keep || phase.CompareAndSwap(waiting, calledOff) {
			cancel(caller.Err())
		}
	})()
	dial := time.AfterFunc(math.MaxInt64, func() {
		if phase.CompareAndSwap(waiting, calledOff) {
			cancel(errNoConnection)
		}
	})
	defer dial.Stop()
	dials := sync.OnceFunc(func() { dial.Reset(c.dialTimeout()) })
	sendable := false
	request, err := c.request(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn:      func(string) { sendable = true },
		DNSStart:     func(httptrace.DNSStartInfo) { dials() },
		ConnectStart: func(string, string) { dials() },
		GotConn: func(httptrace.GotConnInfo) {
			// not, if a kept connection was closed, and this is the next one
			if phase.CompareAndSwap(waiting, connected) {
				timeout.Reset(c.options.RequestTimeout)
			}
		},
	}), op, instanceID, parameters)
	if err != nil {
		return outcome{err: errNotBuilt}
	}
	if request.Body != nil {
		request.Body = guarded{request.Body, &phase}
	}
	transport := c.options.Transport
	if op.repeat == repeatUndone {
		transport = c.single
	}
	response, err := transport.RoundTrip(request)
	switch sent := phase.Load() == connected; {
	case err != nil && ctx.Err() == nil && !sendable && !sent:
		return outcome{err: errNotBuilt}
	case err != nil:
		return outcome{err: c.reason(ctx, err, sent), sent: sent}
	}
	defer response.Body.Close()
	return c.read(ctx, response)
}

// dialTimeout is how long a connection may take.
func (c *Client) dialTimeout() time.Duration { return min(c.options.RequestTimeout, longestDial) }

// read reads an answer, as far as it comes.
func (c *Client) read(ctx context.Context, response *http.Response) outcome {
	end := outcome{answer: answer{status: response.StatusCode, header: response.Header}, sent: true}
	// its body is the bare connection: no context ends a read of that
	if response.StatusCode == http.StatusSwitchingProtocols {
		end.err = errors.New("the server switched to another protocol")
		return end
	}
	var err error
	end.body, err = io.ReadAll(io.LimitReader(response.Body, maxBody+1))
	if packed, none := gzip.NewReader(bytes.NewReader(end.body)); none == nil { // some compress unasked
		end.body, _ = io.ReadAll(io.LimitReader(packed, maxBody+1)) // whether that is whole, a decoder sees
	}
	switch {
	case response.StatusCode/100 != 2: // of a refusal the status is enough
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
		return fmt.Errorf("%w: %w", errCalledOff, why)
	}
	return network{err, sent}
}

// network is an error that came while there was time left. errors.Is looks no deeper: net's own timeout, that of a dial
// for example, would pass for [context.DeadlineExceeded].
type network struct {
	error
	sent bool
}

// Error returns the text of the error, unless net/http may quote in it what it could not read of an answer.
func (n network) Error() string {
	var broken *net.OpError
	if !n.sent || errors.As(n.error, &broken) || errors.Is(n.error, io.EOF) || errors.Is(n.error, io.ErrUnexpectedEOF) {
		return n.error.Error()
	}
	return errBroken.Error()
}

func (n network) As(target any) bool { return errors.As(n.error, target) }

// guarded is a body that cannot be read once its request was called off: a connection that comes at that very moment
// sends nothing.
type guarded struct {
	io.ReadCloser
	phase *atomic.Int32
}

func (g guarded) Read(p []byte) (int, error) {
	if g.phase.Load() == calledOff {
		return 0, errCalledOff
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
	longest := min(c.options.RetryWait<<min(retry, 16), longestPause)
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
		return max(0, date.Sub(sentAt(header, now)))
	}
	return 0
}

// sentAt returns when an answer was sent, by the clock of its server, which other dates in it are of, too; now, if it
// does not say.
func sentAt(header http.Header, now time.Time) time.Time {
	if sent, err := http.ParseTime(header.Get("Date")); err == nil {
		return sent
	}
	return now
}

// Attempt is what may be told of one attempt: nothing in it is secret.
type Attempt struct {
	Method     string
	Path       string
	InstanceID string // "" for an operation on the account
	Status     int    // 0: no answer
	Number     int    // 1 for the first attempt of a request
	Duration   time.Duration

	// Of one that failed:

	Kind    Kind          // what its end means, which decides whether another one follows
	Code    string        // the API's code, if the answer had one
	Message string        // what the API said
	Err     string        // why there was no whole answer
	Pause   time.Duration // before another one follows; 0: none does
}

package wawp

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"sync"
	"time"
)

// maxBody is how much of an answer is read, in bytes. The largest known answer, a QR image, is a few kilobytes.
const maxBody = 1 << 20

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

// answer is what came back, whole.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// ending is how an attempt ended: with an answer, or with an error.
type ending struct {
	answer
	err  error
	sent bool // the request may have reached the server
}

// Reasons for which a request had no answer, which errors.Is finds in an [Error].
var (
	// ErrNoTurn ends a request whose turn, by RequestsPerSecond, would come after its caller's deadline.
	ErrNoTurn = errors.New("its turn (requests_per_second) would have come after the deadline")
	// ErrTimeout ends an attempt that took longer than RequestTimeout.
	ErrTimeout = errors.New("request_timeout")
)

// line is the transport of one request: every attempt of it passes through RoundTrip. It remembers how the last one ended,
// because an error of net/http quotes the URL, which holds the token, and must not travel further.
type line struct {
	client *Client
	op     operation
	redact redactor
	number int
	last   ending
}

// RoundTrip waits for the limiter, makes one attempt and reads its answer to the end.
func (l *line) RoundTrip(request *http.Request) (*http.Response, error) {
	ctx := request.Context()
	if err := l.client.limiter.Wait(ctx); err != nil {
		l.last = ending{err: ErrNoTurn}
		if ctx.Err() != nil {
			l.last.err = fmt.Errorf("it was called off before it was sent: %w", ctx.Err())
		}
		return nil, l.last.err
	}
	l.number++
	started := time.Now()
	l.last = l.attempt(request)
	l.client.log(ctx, l.describe(time.Since(started)))
	if l.last.err != nil {
		return nil, l.last.err
	}
	return &http.Response{
		StatusCode: l.last.status,
		Header:     l.last.header,
		Body:       io.NopCloser(bytes.NewReader(nil)),
		Request:    request,
	}, nil
}

func (l *line) attempt(request *http.Request) ending {
	caller, hold := request.Context(), &hold{}
	ctx, done := hold.context(caller, l.client.timeout, l.op.keep)
	defer done()
	request = request.WithContext(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { hold.connected() },
	}))
	hold.guard(request)

	response, err := l.client.transport.RoundTrip(request)
	if err != nil {
		return ending{err: l.cause(caller, ctx, hold, err), sent: hold.sent()}
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusSwitchingProtocols { // its body is the bare connection: no context ends a read of that
		return ending{err: errors.New("the server switched to another protocol"), sent: true}
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxBody))
	end := ending{answer: answer{response.StatusCode, response.Header, body}, sent: true}
	if err != nil && response.StatusCode/100 == 2 {
		// A success that broke off cannot be believed; of a refusal the status is enough.
		end.err = fmt.Errorf("the answer broke off: %w", l.cause(caller, ctx, hold, err))
	}
	return end
}

// cause returns why an attempt had no answer. The errors of a transport hold no URL of the request, unlike those of
// [http.Client].
func (l *line) cause(caller, attempt context.Context, hold *hold, err error) error {
	kept := l.op.keep && hold.sent()
	switch {
	case attempt.Err() == nil:
		return network{err}
	case caller.Err() != nil && !kept:
		return fmt.Errorf("it was called off: %w", caller.Err())
	}
	return fmt.Errorf("no answer came within %s (%w)", l.client.timeout, ErrTimeout)
}

// network is an error that came while there was time left. errors.Is looks no deeper: net's own timeout, that of a dial for
// example, would pass for [context.DeadlineExceeded].
type network struct{ error }

func (n network) As(target any) bool { return errors.As(n.error, target) }

func (l *line) describe(took time.Duration) Attempt {
	a := Attempt{Method: l.op.method, Path: l.op.path, Status: l.last.status, Number: l.number, Duration: took}
	if l.last.err != nil {
		a.Err = l.redact.quote(l.last.err.Error())
	} else if l.last.status/100 != 2 {
		a.Code = l.redact.quote(parse(l.last.body).complaint().code)
	}
	return a
}

// conclude turns the end of the last attempt into the result of the request. err is what the retries ended with; it adds
// something only when they were interrupted between two attempts.
func (l *line) conclude(err error) (answer, error) {
	if l.last.err == nil && l.last.status/100 == 2 {
		return l.last.answer, nil
	}
	e := l.newError()
	for _, interruption := range []error{context.Canceled, context.DeadlineExceeded} {
		if l.last.err == nil && errors.Is(err, interruption) {
			e.cause = interruption
		}
	}
	return answer{}, e
}

// hold decides until when an attempt can be called off. Before it has a connection nothing can have been sent, and it
// ends with its caller. Afterwards the attempt of an operation that must be kept runs on to its answer or its timeout.
type hold struct {
	mu        sync.Mutex
	gotConn   bool
	calledOff error
}

// context returns the context of the attempt, and what to call when it is over.
func (h *hold) context(caller context.Context, timeout time.Duration, keep bool) (context.Context, func()) {
	if !keep {
		return context.WithTimeout(caller, timeout)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(caller), timeout)
	stop := context.AfterFunc(caller, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		if !h.gotConn {
			h.calledOff = caller.Err()
			cancel()
		}
	})
	return ctx, func() { stop(); cancel() }
}

func (h *hold) connected() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.gotConn = true
}

// sent says whether the request may have reached the server: whether a connection was got, after which nobody can tell.
func (h *hold) sent() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.gotConn && h.calledOff == nil
}

// guard closes the gap between "called off" and "connected": a connection that comes at that very moment finds a body that
// cannot be read, and net/http sends nothing.
func (h *hold) guard(request *http.Request) {
	if request.Body == nil || request.GetBody == nil {
		return
	}
	open := request.GetBody
	request.Body = &guarded{ReadCloser: request.Body, hold: h}
	request.GetBody = func() (io.ReadCloser, error) {
		body, err := open()
		return &guarded{ReadCloser: body, hold: h}, err
	}
}

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

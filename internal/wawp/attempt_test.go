package wawp

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// TestCreateIsSentOnceWhenItMayHaveActed is promise P2.
func TestCreateIsSentOnceWhenItMayHaveActed(t *testing.T) {
	t.Parallel()
	for name, reply := range map[string]http.HandlerFunc{
		"500":                answers(500, `{"code":"internal","message":"oops"}`),
		"502":                answers(502, "<html>Bad Gateway</html>"),
		"503":                answers(503, "", "Retry-After", "0"),
		"504":                answers(504, ""),
		"408":                answers(408, ""),
		"reset":              resets,
		"timeout":            stalls,
		"empty":              answers(201, ""),
		"no content":         answers(204, ""),
		"cut off":            cutsOff,
		"cut in the JSON":    answers(201, `{"instance_id":"3EB0`),
		"HTML":               answers(200, "<html>Sign in</html>"),
		"no id":              answers(201, `{"session_name":"wawp-1","status":"STOPPED"}`),
		"blank id":           answers(201, `{"instance_id":" "}`),
		"error in disguise":  answers(200, `{"code":"server_not_found","message":"No server"}`),
		"an array":           answers(201, `[]`),
		"two objects":        answers(201, `{"instance_id":"A"}{"instance_id":"B"}`),
		"error after status": answers(200, `{"status":500,"error":"Internal","message":"oops"}`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, reply)
			c := client(t, s.URL, func(o *Options) { o.RequestTimeout = 200 * time.Millisecond })
			_, err := c.CreateSession(context.Background())
			if !MayHaveActed(err) {
				t.Errorf("the error does not say that it may have acted: %v", err)
			}
			if s.count() != 1 {
				t.Errorf("%d requests, want 1", s.count())
			}
		})
	}
}

func TestCreateThatIsRefusedMadeNothing(t *testing.T) {
	t.Parallel()
	for _, status := range []int{301, 302, 307, 308, 400, 401, 403, 404, 405, 409, 422} {
		s := serve(t, answers(status, `{"code":"no","message":"No."}`, "Location", "https://elsewhere.example/v2/session/create"))
		_, err := client(t, s.URL).CreateSession(context.Background())
		if err == nil || MayHaveActed(err) || s.count() != 1 {
			t.Errorf("HTTP %d: error %v, may have acted: %t, %d requests", status, err, MayHaveActed(err), s.count())
		}
	}
}

func TestCreateIsSentAgainAfterWhatSurelyMadeNothing(t *testing.T) {
	t.Parallel()
	create := answers(201, `{"instance_id":"A1"}`)
	overTLS := func(t *testing.T, s *server) (string, *http.Transport) {
		t.Helper()
		secure := httptest.NewTLSServer(http.HandlerFunc(s.handle))
		t.Cleanup(secure.Close)
		roots := x509.NewCertPool()
		roots.AddCert(secure.Certificate())
		return secure.URL, newTransport(roots)
	}
	for _, test := range []struct {
		name     string
		replies  []http.HandlerFunc
		dial     func(dialer) dialer // nil: dial as always
		secure   bool
		requests int // that arrive
	}{
		{"429", []http.HandlerFunc{answers(429, "", "Retry-After", "0"), create}, nil, false, 2},
		{"a failed dial", []http.HandlerFunc{create}, failFirst, false, 1},
		{"a failed TLS handshake", []http.HandlerFunc{create}, hangUpFirst, true, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, test.replies...)
			address, transport := s.URL, newTransport(nil)
			if test.secure {
				address, transport = overTLS(t, s)
			}
			if test.dial != nil {
				transport.DialContext = test.dial(transport.DialContext)
			}
			session, err := client(t, address, func(o *Options) { o.Transport = transport }).CreateSession(context.Background())
			if err != nil || session.InstanceID != "A1" || s.count() != test.requests {
				t.Errorf("%v, %v, %d requests arrived, want %d", session, err, s.count(), test.requests)
			}
		})
	}
}

type dialer = func(context.Context, string, string) (net.Conn, error)

// failFirst is a dialer that fails once.
func failFirst(next dialer) dialer {
	var failed atomic.Bool
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		if failed.CompareAndSwap(false, true) {
			return nil, errors.New("no route to host")
		}
		return next(ctx, network, address)
	}
}

// hangUpFirst is a dialer whose first connection is closed by its other end.
func hangUpFirst(next dialer) dialer {
	var hungUp atomic.Bool
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		if hungUp.CompareAndSwap(false, true) {
			here, there := net.Pipe()
			return here, there.Close()
		}
		return next(ctx, network, address)
	}
}

func TestProxyThatRefusesTheTunnelMeansNotSent(t *testing.T) {
	t.Parallel()
	proxy := serve(t, answers(502, ""))
	proxyURL, _ := url.Parse(proxy.URL)
	tr := newTransport(nil)
	tr.Proxy = http.ProxyURL(proxyURL)
	_, err := client(t, "https://api.wawp.test", func(o *Options) { o.Transport = tr; o.MaxRetries = 2 }).CreateSession(context.Background())
	if err == nil || MayHaveActed(err) {
		t.Errorf("may have acted: %t, error: %v", MayHaveActed(err), err)
	}
	if proxy.count() != 3 {
		t.Errorf("%d attempts, want 3", proxy.count())
	}
}

func TestCreateOnTheWireIgnoresCancellation(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		cancel() // Ctrl-C while the request is under way
		select {
		case <-r.Context().Done():
		case <-time.After(50 * time.Millisecond):
			answers(201, `{"instance_id":"A1"}`)(w, r)
		}
	})
	session, err := client(t, s.URL).CreateSession(ctx)
	if err != nil || session.InstanceID != "A1" {
		t.Errorf("the answer was lost: %v", err)
	}
}

func TestCreateThatOutlivesItsCallerSaysThatItTimedOut(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		cancel()
		dawdles(201, `{"instance_id":"A1"}`)(w, r)
	})
	_, err := client(t, s.URL, func(o *Options) { o.RequestTimeout = 100 * time.Millisecond }).CreateSession(ctx)
	if !errors.Is(err, ErrTimeout) || !MayHaveActed(err) {
		t.Errorf("error %v, may have acted: %t", err, MayHaveActed(err))
	}
}

func TestEachAttemptHasItsTimeout(t *testing.T) {
	t.Parallel()
	s := serve(t, dawdles(200, `{"status":"WORKING"}`), answers(200, `{"status":"WORKING"}`))
	_, err := client(t, s.URL, func(o *Options) { o.RequestTimeout = time.Second }).GetSession(context.Background(), "A1")
	if err != nil || s.count() != 2 {
		t.Errorf("error %v after %d requests, want an answer to the second", err, s.count())
	}
}

// TestTimeoutOfADialIsNotThatOfTheCaller: who reads that the time is over would raise a timeout, and not look at the network.
func TestTimeoutOfADialIsNotThatOfTheCaller(t *testing.T) {
	t.Parallel()
	transport := newTransport(nil)
	transport.DialContext = (&net.Dialer{Deadline: time.Unix(1, 0)}).DialContext
	_, err := client(t, "http://127.0.0.1:1", func(o *Options) { o.Transport = transport }).GetSession(context.Background(), "A1")
	if err == nil || !strings.Contains(err.Error(), "i/o timeout") || errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error: %v; the caller's time is over: %t", err, errors.Is(err, context.DeadlineExceeded))
	}
}

// TestSwitchOfProtocolsIsNotReadOn: net/http hands over such a connection as the body, and no context ends a read of it.
func TestSwitchOfProtocolsIsNotReadOn(t *testing.T) {
	t.Parallel()
	over := make(chan struct{})
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
			_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n")
			<-over
			_ = conn.Close()
		}
	})
	ended := make(chan error, 1)
	go func() {
		_, err := client(t, s.URL, func(o *Options) { o.RequestTimeout = time.Second }).GetSession(context.Background(), "A1")
		ended <- err
	}()
	select {
	case err := <-ended:
		if err == nil || !strings.Contains(err.Error(), "another protocol") {
			t.Errorf("error: %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Error("it is still read")
	}
	close(over)
}

func TestOtherRequestsOnTheWireAreCalledOff(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		cancel()
		dawdles(200, `{"status":"WORKING"}`)(w, r)
	})
	_, err := client(t, s.URL).GetSession(ctx, "A1")
	if !errors.Is(err, context.Canceled) || s.count() != 1 {
		t.Errorf("error %v after %d requests, want a cancellation after 1", err, s.count())
	}
}

// TestCancellationBeforeTheWireSendsNothing looks at each place where a create waits before it is sent.
func TestCancellationBeforeTheWireSendsNothing(t *testing.T) {
	t.Parallel()
	t.Run("already cancelled", func(t *testing.T) {
		t.Parallel()
		s := serve(t, answers(201, `{"instance_id":"A1"}`))
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_, err := client(t, s.URL).CreateSession(ctx)
		checkNotSent(t, s, 0, err)
	})
	t.Run("limiter", func(t *testing.T) {
		t.Parallel()
		s := serve(t, answers(201, `{"instance_id":"A1"}`))
		c := client(t, s.URL, func(o *Options) { o.RequestsPerSecond = 0.1 })
		if _, err := c.CreateSession(context.Background()); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		time.AfterFunc(20*time.Millisecond, cancel)
		_, err := c.CreateSession(ctx)
		checkNotSent(t, s, 1, err)

		short, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_, err = c.CreateSession(short)
		if s.count() != 1 || !errors.Is(err, ErrNoTurn) {
			t.Errorf("a turn after the deadline: %v, %d requests", err, s.count())
		}
	})
	t.Run("back-off", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(context.Background())
		s := serve(t, func(w http.ResponseWriter, r *http.Request) {
			answers(429, "", "Retry-After", "5")(w, r)
			time.AfterFunc(20*time.Millisecond, cancel)
		}, answers(201, `{"instance_id":"A1"}`))
		_, err := client(t, s.URL).CreateSession(ctx)
		checkNotSent(t, s, 1, err)
	})
	t.Run("dial", func(t *testing.T) {
		t.Parallel()
		s := serve(t, answers(201, `{"instance_id":"A1"}`))
		ctx, cancel := context.WithCancel(context.Background())
		tr := newTransport(nil)
		tr.DialContext = func(dialing context.Context, _, _ string) (net.Conn, error) {
			cancel()
			<-dialing.Done()
			return nil, dialing.Err()
		}
		c := client(t, s.URL, func(o *Options) { o.Transport, o.RequestTimeout = tr, time.Hour })
		done := make(chan error, 1)
		go func() {
			_, err := c.CreateSession(ctx)
			done <- err
		}()
		select {
		case err := <-done:
			checkNotSent(t, s, 0, err)
		case <-time.After(20 * time.Second):
			t.Error("the dial goes on")
		}
	})
}

func checkNotSent(t *testing.T, s *server, requests int, err error) {
	t.Helper()
	if !errors.Is(err, context.Canceled) || MayHaveActed(err) {
		t.Errorf("error %v, may have acted: %t; want a cancellation that made nothing", err, MayHaveActed(err))
	}
	if s.count() != requests {
		t.Errorf("%d requests arrived, want %d", s.count(), requests)
	}
}

// racing is a transport in which the connection comes at the very moment of the cancellation, just after it.
type racing struct {
	cancel context.CancelFunc
	sent   atomic.Bool
}

func (r *racing) RoundTrip(request *http.Request) (*http.Response, error) {
	r.cancel()
	<-request.Context().Done()
	httptrace.ContextClientTrace(request.Context()).GotConn(httptrace.GotConnInfo{})
	if _, err := io.ReadAll(request.Body); err != nil {
		return nil, err
	}
	r.sent.Store(true)
	return nil, request.Context().Err()
}

func TestConnectionAfterCancellationSendsNothing(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	transport := &racing{cancel: cancel}
	_, err := client(t, "http://127.0.0.1:1", func(o *Options) { o.Transport = transport }).CreateSession(ctx)
	if transport.sent.Load() || MayHaveActed(err) || err == nil {
		t.Errorf("sent: %t, error: %v", transport.sent.Load(), err)
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	elsewhere := serve(t, answers(200, `{"instance_id":"A1","status":"WORKING"}`))
	for _, status := range []int{301, 302, 303, 307, 308} {
		s := serve(t, answers(status, "", "Location", elsewhere.URL+"/v2/session/create?access_token="+url.QueryEscape(testToken)))
		c := client(t, s.URL)
		_, created := c.CreateSession(context.Background())
		_, read := c.GetSession(context.Background(), "A1")
		for _, err := range []error{created, read} {
			var e *Error
			if !errors.As(err, &e) || e.Redirect != elsewhere.URL {
				t.Errorf("HTTP %d: error %v", status, err)
			}
		}
		if elsewhere.count() != 0 || s.count() != 2 {
			t.Errorf("HTTP %d: %d requests followed, %d sent", status, elsewhere.count(), s.count())
		}
	}
}

func TestLogTellsEachAttempt(t *testing.T) {
	t.Parallel()
	s := serve(t, answers(502, ""), resets, answers(404, `{"code":"invalid_instance","message":"gone"}`))
	var log []Attempt
	c := client(t, s.URL, func(o *Options) { o.Log = func(_ context.Context, a Attempt) { log = append(log, a) } })
	_, _ = c.GetSession(context.Background(), "A1")
	if len(log) != 3 || log[0].Status != 502 || log[1].Err == "" || log[2].Number != 3 || log[2].Code != "invalid_instance" ||
		log[2].Method != http.MethodPost || log[2].Path != "/v2/session/info" {
		t.Errorf("log: %+v", log)
	}
}

func TestConnectionsAreKeptAndFew(t *testing.T) {
	t.Parallel()
	var opened atomic.Int32
	s := httptest.NewUnstartedServer(answers(200, `{"status":"WORKING"}`))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened.Add(1)
		}
	}
	s.Start()
	t.Cleanup(s.Close)
	c := client(t, s.URL)
	done := make(chan error)
	for range 4 * maxConnections {
		go func() {
			_, err := c.GetSession(context.Background(), "A1")
			done <- err
		}()
	}
	for range 4 * maxConnections {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if n := opened.Load(); n > maxConnections {
		t.Errorf("%d connections were opened, want at most %d", n, maxConnections)
	}
}

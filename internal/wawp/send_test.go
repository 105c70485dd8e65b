package wawp

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// callsSentOnce are the operations that may do something else when they are sent twice, each with a call of it.
var callsSentOnce = map[operation]func(context.Context, *Client) error{
	createSession:  func(ctx context.Context, c *Client) error { _, err := c.CreateSession(ctx); return err },
	startSession:   func(ctx context.Context, c *Client) error { _, err := c.StartSession(ctx, "A1"); return err },
	restartSession: func(ctx context.Context, c *Client) error { _, err := c.RestartSession(ctx, "A1"); return err },
	logoutSession:  func(ctx context.Context, c *Client) error { _, err := c.LogoutSession(ctx, "A1"); return err },
	requestCode: func(ctx context.Context, c *Client) error {
		_, err := c.RequestPairingCode(ctx, "A1", "201145202826")
		return err
	},
	createTempLink: func(ctx context.Context, c *Client) error { _, err := c.CreateTempLink(ctx, "A1"); return err },
	setWebhook: func(ctx context.Context, c *Client) error {
		return c.SetWebhook(ctx, "A1", Webhook{URL: "https://a.test", Events: []string{"m"}}, "")
	},
	sendText: func(ctx context.Context, c *Client) error {
		_, err := c.SendText(ctx, "A1", aChat, "hello")
		return err
	},
}

// goodAnswer is an answer with which each of them succeeds.
const goodAnswer = `{"instance_id":"A1","status":"STARTING","code":"ABCD-1234","link":"` + linkAddress + `","id":"77"}`

var created atomic.Int32

// newGoodAnswer returns [goodAnswer] with the id of a new session.
func newGoodAnswer() string {
	return strings.Replace(goodAnswer, "A1", fmt.Sprintf("A%d", 100+created.Add(1)), 1)
}

// TestCreateIsNotRetriedWhenItsOutcomeIsUnknown tests promise P2.
func TestCreateIsNotRetriedWhenItsOutcomeIsUnknown(t *testing.T) {
	t.Parallel()
	for name, reply := range map[string]http.HandlerFunc{
		"500":                response(500, `{"code":"internal","message":"oops"}`),
		"502":                response(502, "<html>Bad Gateway</html>"),
		"503":                response(503, "", "Retry-After", "0"),
		"504":                response(504, ""),
		"408":                response(408, ""),
		"reset":              connectionReset,
		"timeout":            noResponse,
		"empty":              response(201, ""),
		"no content":         response(204, ""),
		"cut off":            truncatedResponse,
		"cut in the JSON":    response(201, `{"instance_id":"3EB0`),
		"HTML":               response(200, "<html>Sign in</html>"),
		"no id":              response(201, `{"session_name":"wawp-1","status":"STOPPED"}`),
		"blank id":           response(201, `{"instance_id":" "}`),
		"no form of an id":   response(201, `{"instance_id":"A1; rm -rf /"}`),
		"error in disguise":  response(200, `{"code":"server_not_found","message":"No server"}`),
		"another session's":  response(200, `{"success":false,"sessions":[{"instance_id":"A1"}]}`),
		"an array":           response(201, `[]`),
		"two objects":        response(201, `{"instance_id":"A"}{"instance_id":"B"}`),
		"error after status": response(200, `{"status":500,"error":"Internal","message":"oops"}`),
		"no HTTP":            rawResponse("220 mail.example ESMTP\r\n"),
		"endless":            response(201, strings.Repeat(" ", maxBody)+`{"instance_id":"A1"}`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, reply)
			c := client(t, s.URL, func(o *Options) { o.RequestTimeout = 200 * time.Millisecond })
			session, err := c.CreateSession(context.Background())
			if !OutcomeUnknown(err) || session.InstanceID != "" {
				t.Errorf("the error does not say that it may have acted: %v, %+v", err, session)
			}
			if s.count() != 1 {
				t.Errorf("%d requests, want 1", s.count())
			}
		})
	}
}

func TestRefusedCreateHasNoUnknownOutcome(t *testing.T) {
	t.Parallel()
	for _, status := range []int{301, 302, 307, 308, 400, 401, 403, 404, 405, 409, 410, 422} {
		s := serve(t, response(status, `{"code":"no","message":"No.","instance_id":"A1"}`, "Location",
			"https://elsewhere.example/v2/session/create"))
		session, err := client(t, s.URL).CreateSession(context.Background())
		if err == nil || OutcomeUnknown(err) || s.count() != 1 || session.InstanceID != "" {
			t.Errorf("HTTP %d: %+v, error %v, may have acted: %t, %d requests", status, session, err,
				OutcomeUnknown(err),
				s.count())
		}
	}
}

func TestCreateIsRetriedWhenItSurelyMadeNothing(t *testing.T) {
	t.Parallel()
	create := response(201, `{"instance_id":"A1"}`)
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
		{"429", []http.HandlerFunc{response(429, "", "Retry-After", "0"), create}, nil, false, 2},
		{"a failed dial", []http.HandlerFunc{create}, dialerFailingOnce, false, 1},
		{"a failed TLS handshake", []http.HandlerFunc{create}, dialerHangingUpOnce, true, 1},
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
			session, err := client(t, address,
				func(o *Options) { o.Transport = transport }).CreateSession(context.Background())
			if err != nil || session.InstanceID != "A1" || s.count() != test.requests {
				t.Errorf("%v, %v, %d requests arrived, want %d", session, err, s.count(), test.requests)
			}
		})
	}
}

type dialer = func(context.Context, string, string) (net.Conn, error)

// dialerFailingOnce returns a dialer that fails once.
func dialerFailingOnce(next dialer) dialer {
	var failed atomic.Bool
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		if failed.CompareAndSwap(false, true) {
			return nil, errors.New("no route to host")
		}
		return next(ctx, network, address)
	}
}

// dialerHangingUpOnce returns a dialer whose first connection is closed by the server.
func dialerHangingUpOnce(next dialer) dialer {
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
	proxy := serve(t, response(502, ""))
	proxyURL, _ := url.Parse(proxy.URL)
	tr := newTransport(nil)
	tr.Proxy = http.ProxyURL(proxyURL)
	_, err := client(t, "https://api.wawp.test",
		func(o *Options) { o.Transport = tr; o.MaxRetries = 2 }).CreateSession(context.Background())
	if KindOf(err) != NotSent {
		t.Errorf("kind %v, error: %v", KindOf(err), err)
	}
	if proxy.count() != 3 {
		t.Errorf("%d attempts, want 3", proxy.count())
	}
}

// TestCreateIsNotRetriedByNetHTTP has a server that would speak HTTP/2, and ends each stream with an error once
// the request has arrived. For one of these errors, net/http sends the request again by itself.
func TestCreateIsNotRetriedByNetHTTP(t *testing.T) {
	t.Parallel()
	var requests atomic.Int32
	count := func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		connectionReset(w, r)
	}
	s := httptest.NewUnstartedServer(http.HandlerFunc(count))
	s.TLS = &tls.Config{NextProtos: []string{"h2", "http/1.1"}}
	s.Config.TLSNextProto = map[string]func(*http.Server, *tls.Conn, http.Handler){
		"h2": func(_ *http.Server, conn *tls.Conn, _ http.Handler) { refuseStreams(conn, &requests) },
	}
	s.StartTLS()
	t.Cleanup(s.Close)
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	c := client(t, s.URL, func(o *Options) { o.RootCAs, o.MaxRetries = roots, 0 })
	if _, err := c.CreateSession(context.Background()); !OutcomeUnknown(err) {
		t.Errorf("the error does not say that it may have acted: %v", err)
	}
	if n := requests.Load(); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
}

// refuseStreams speaks as much of HTTP/2 as it takes to count two requests, and to end each with RST_STREAM,
// PROTOCOL_ERROR.
func refuseStreams(conn *tls.Conn, requests *atomic.Int32) {
	const settings, headers, data, reset, protocolError, endStream = 4, 1, 0, 3, 1, 1
	frame := func(kind, flags byte, stream uint32, payload ...byte) {
		head := binary.BigEndian.AppendUint32([]byte{0, 0, byte(len(payload)), kind, flags}, stream)
		_, _ = conn.Write(append(head, payload...))
	}
	preface := make([]byte, len("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"))
	_, _ = io.ReadFull(conn, preface)
	frame(settings, 0, 0)
	for requests.Load() < 2 {
		head := make([]byte, 9)
		if _, err := io.ReadFull(conn, head); err != nil {
			return
		}
		if _, err := io.CopyN(io.Discard, conn, int64(binary.BigEndian.Uint32(slices.Concat([]byte{0},
			head[:3])))); err != nil {
			return
		}
		if isRequest := head[3] == headers || head[3] == data; isRequest && head[4]&endStream != 0 {
			requests.Add(1)
			frame(reset, 0, binary.BigEndian.Uint32(head[5:]), 0, 0, 0, protocolError)
		}
	}
}

// TestNonIdempotentRequestsUseNewConnections: the server keeps each connection open after a request, and drops it when
// the next one arrives. Nobody could tell what became of that.
func TestNonIdempotentRequestsUseNewConnections(t *testing.T) {
	t.Parallel()
	for op, call := range callsSentOnce {
		s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			if conn, kept, err := http.NewResponseController(w).Hijack(); err == nil {
				body := newGoodAnswer()
				_, _ = fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
				_, _ = kept.ReadByte()
				_ = conn.Close()
			}
		})
		c := client(t, s.URL)
		for n := range 12 {
			if err := call(context.Background(), c); err != nil {
				t.Errorf("%s, request %d: %v", op, n+1, err)
			}
		}
		if s.count() != 12 {
			t.Errorf("%s: %d requests, want 12", op, s.count())
		}
	}
}

func TestReadsReuseConnections(t *testing.T) {
	t.Parallel()
	const atOnce = keptConnections
	var opened atomic.Int32
	s := httptest.NewUnstartedServer(responseWhenAllArrived(atOnce, response(200, `{"status":"WORKING"}`)))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened.Add(1)
		}
	}
	s.Start()
	t.Cleanup(s.Close)
	c := client(t, s.URL)
	for range 3 {
		checkAll(t, atOnce, func() error { _, err := c.GetSession(context.Background(), "A1"); return err })
	}
	if n := opened.Load(); n != atOnce {
		t.Errorf("%d connections were opened, want %d", n, atOnce)
	}
}

// TestNoRequestWaitsForAConnection has a server that answers only when all requests have arrived.
func TestNoRequestWaitsForAConnection(t *testing.T) {
	t.Parallel()
	const atOnce = 64
	for name, call := range map[string]func(*Client) error{
		"create": func(c *Client) error { _, err := c.CreateSession(context.Background()); return err },
		"read":   func(c *Client) error { _, err := c.GetSession(context.Background(), "A1"); return err },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, responseWhenAllArrived(atOnce, func(w http.ResponseWriter, r *http.Request) {
				response(200, newGoodAnswer())(w, r)
			}))
			c := client(t, s.URL)
			checkAll(t, atOnce, func() error { return call(c) })
		})
	}
}

// responseWhenAllArrived answers once atOnce requests have arrived.
func responseWhenAllArrived(atOnce int, reply http.HandlerFunc) http.HandlerFunc {
	var mu sync.Mutex
	waiting, all := 0, make(chan struct{})
	return func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		here := all
		if waiting++; waiting == atOnce {
			waiting, all = 0, make(chan struct{})
			close(here)
		}
		mu.Unlock()
		select {
		case <-here:
			reply(w, r)
		case <-time.After(20 * time.Second):
			response(400, `{"message":"the others did not come"}`)(w, r)
		}
	}
}

func checkAll(t *testing.T, n int, call func() error) {
	t.Helper()
	var calls sync.WaitGroup
	for range n {
		calls.Go(func() {
			if err := call(); err != nil {
				t.Error(err)
			}
		})
	}
	calls.Wait()
}

// TestDialTimeoutMeansNotSent has proxies and servers that accept a connection, and then send nothing.
func TestDialTimeoutMeansNotSent(t *testing.T) {
	t.Parallel()
	silent, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = silent.Close() })
	for name, test := range map[string]struct{ address, proxy string }{
		"a SOCKS5 proxy":           {"http://api.wawp.test", "socks5://" + silent.Addr().String()},
		"a proxy with a tunnel":    {"https://api.wawp.test", "http://" + silent.Addr().String()},
		"a server's TLS handshake": {"https://" + silent.Addr().String(), ""},
		"a proxy's TLS handshake":  {"https://api.wawp.test", "https://" + silent.Addr().String()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			proxy, _ := url.Parse(test.proxy)
			transport := newTransport(nil)
			transport.Proxy = nil
			if test.proxy != "" {
				transport.Proxy = http.ProxyURL(proxy)
			}
			ended := make(chan error, 1)
			go func() {
				_, err := client(t, test.address, func(o *Options) {
					o.Transport, o.RequestTimeout, o.MaxRetries = transport, 50*time.Millisecond, 1
				}).CreateSession(context.Background())
				ended <- err
			}()
			select {
			case err := <-ended:
				if KindOf(err) != NotSent || !strings.Contains(err.Error(),
					"no connection was made within 50ms (after 2 attempts)") {
					t.Errorf("%v (%v)", err, KindOf(err))
				}
			case <-time.After(20 * time.Second):
				t.Error("it is still waited for")
			}
		})
	}
}

// TestDialTimeoutIsAtMost30Seconds also expects the timeout of a request, if that is shorter. It runs in synctest.
func TestDialTimeoutIsAtMost30Seconds(t *testing.T) {
	t.Parallel()
	for timeout, want := range map[time.Duration]time.Duration{
		3 * time.Second: 3 * time.Second,
		time.Hour:       30 * time.Second,
	} {
		for took, inTime := range map[time.Duration]bool{want - 1: true, want + 1: false} {
			synctest.Test(t, func(t *testing.T) {
				transport := pipeTransport(func(conn net.Conn) {
					_ = sleep(context.Background(), timeout-1) // the request has all of its time
					_, _ = io.WriteString(conn,
						"HTTP/1.1 201 Created\r\nContent-Length: 20\r\n\r\n"+`{"instance_id":"A1"}`)
				})
				next := transport.DialContext
				transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
					httptrace.ContextClientTrace(ctx).DNSStart(httptrace.DNSStartInfo{})
					_ = sleep(ctx, took/2)
					httptrace.ContextClientTrace(ctx).ConnectStart(network, address)
					_ = sleep(ctx, took-took/2)
					return next(ctx, network, address)
				}
				c := client(t, "http://api.wawp.test", func(o *Options) {
					o.Transport, o.RequestTimeout,
						o.MaxRetries = transport, timeout, 0
				})
				started := time.Now()
				_, err := c.CreateSession(t.Context())
				if inTime != (err == nil) || !inTime && (KindOf(err) != NotSent || time.Since(started) != want) {
					t.Errorf("a dial of %s, with %s for a request: %v after %s", took, timeout, err,
						time.Since(started))
				}
				transport.CloseIdleConnections()
				synctest.Wait()
			})
		}
	}
}

// TestRequestTimeoutStartsAtTheConnection expects that the wait for a connection is not part of it. It runs in
// synctest.
func TestRequestTimeoutStartsAtTheConnection(t *testing.T) {
	t.Parallel()
	const timeout = time.Minute
	answer := func(conn net.Conn) {
		body := newGoodAnswer()
		_, _ = fmt.Fprintf(conn, "HTTP/1.1 201 Created\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", len(body),
			body)
	}
	t.Run("a wait", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			c := client(t, "http://api.wawp.test", func(o *Options) {
				transport := pipeTransport(answer)
				next := transport.DialContext
				transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
					if err := sleep(ctx, 10*timeout); err != nil {
						return nil, err
					}
					return next(ctx, network, address)
				}
				o.Transport, o.RequestTimeout = transport, timeout
			})
			if session, err := c.CreateSession(t.Context()); err != nil || session.InstanceID == "" {
				t.Errorf("%+v, %v", session, err)
			}
		})
	})
	t.Run("a queue", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			c := client(t, "http://api.wawp.test", func(o *Options) {
				transport := pipeTransport(func(conn net.Conn) {
					_ = sleep(context.Background(), timeout-1) // each takes nearly all of its time
					answer(conn)
				})
				transport.MaxConnsPerHost = 1
				o.Transport, o.RequestTimeout = transport, timeout
			})
			checkAll(t, 5, func() error { _, err := c.CreateSession(t.Context()); return err })
		})
	})
	t.Run("silence", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			c := client(t, "http://api.wawp.test", func(o *Options) {
				o.Transport, o.RequestTimeout = pipeTransport(func(conn net.Conn) {
					_,
						_ = conn.Read(make([]byte, 1))
				}),
					timeout
			})
			started := time.Now()
			_, err := c.CreateSession(t.Context())
			if took := time.Since(started); took != timeout || !errors.Is(err, ErrTimeout) || !OutcomeUnknown(err) ||
				!strings.Contains(err.Error(), "1m0s") {
				t.Errorf("after %s: %v", took, err)
			}
		})
	})
}

// pipeTransport returns a transport whose connections lead to a server that reads a request, answers it as it is
// told, and closes the connection.
func pipeTransport(reply func(net.Conn)) *http.Transport {
	transport := newTransport(nil)
	transport.DialContext = func(context.Context, string, string) (net.Conn, error) {
		here, there := net.Pipe()
		go func() {
			defer there.Close()
			if request, err := http.ReadRequest(bufio.NewReader(there)); err == nil {
				_, _ = io.Copy(io.Discard, request.Body)
				reply(there)
			}
		}()
		return here, nil
	}
	return transport
}

func TestCreateIgnoresCancellationOnceSent(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		cancel() // Ctrl-C while the request is under way
		select {
		case <-r.Context().Done():
		case <-time.After(50 * time.Millisecond):
			response(201, `{"instance_id":"A1"}`)(w, r)
		}
	})
	session, err := client(t, s.URL).CreateSession(ctx)
	if err != nil || session.InstanceID != "A1" {
		t.Errorf("the answer was lost: %v", err)
	}
}

// TestCreateIgnoresTheDeadlineOnceSent has a deadline of the caller.
func TestCreateIgnoresTheDeadlineOnceSent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := client(t, "http://api.wawp.test", func(o *Options) {
			o.Transport = pipeTransport(func(conn net.Conn) {
				_ = sleep(context.Background(), 30*time.Second)
				_, _ = io.WriteString(conn, "HTTP/1.1 201 Created\r\nContent-Length: 20\r\n\r\n"+`{"instance_id":"A1"}`)
			})
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if session, err := c.CreateSession(ctx); err != nil || session.InstanceID != "A1" {
			t.Errorf("the answer was lost: %v", err)
		}
	})
}

func TestCreateAfterTheDeadlineReportsRequestTimeout(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		cancel()
		slowResponse(201, `{"instance_id":"A1"}`)(w, r)
	})
	_, err := client(t, s.URL, func(o *Options) { o.RequestTimeout = 100 * time.Millisecond }).CreateSession(ctx)
	if !errors.Is(err, ErrTimeout) || errors.Is(err, context.Canceled) || !OutcomeUnknown(err) {
		t.Errorf("error %v, may have acted: %t", err, OutcomeUnknown(err))
	}
}

func TestEachAttemptHasItsTimeout(t *testing.T) {
	t.Parallel()
	s := serve(t, slowResponse(200, `{"status":"WORKING"}`), response(200, `{"status":"WORKING"}`))
	_, err := client(t, s.URL, func(o *Options) { o.RequestTimeout = time.Second }).GetSession(context.Background(),
		"A1")
	if err != nil || s.count() != 2 {
		t.Errorf("error %v after %d requests, want an answer to the second", err, s.count())
	}
}

// TestDialErrorIsNotDeadlineExceeded matters for the diagnostic: if the time were over, a person would raise a timeout,
// and not look at the network.
func TestDialErrorIsNotDeadlineExceeded(t *testing.T) {
	t.Parallel()
	transport := newTransport(nil)
	transport.DialContext = (&net.Dialer{Deadline: time.Unix(1, 0)}).DialContext
	_, err := client(t, "http://127.0.0.1:1",
		func(o *Options) { o.Transport = transport }).GetSession(context.Background(), "A1")
	if err == nil || !strings.Contains(err.Error(), "i/o timeout") || errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error: %v; the caller's time is over: %t", err, errors.Is(err, context.DeadlineExceeded))
	}
}

// TestSwitchingProtocolsBodyIsNotRead has the connection itself as the body. No context ends a read of it.
func TestSwitchingProtocolsBodyIsNotRead(t *testing.T) {
	t.Parallel()
	over := make(chan struct{})
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
			_, _ = io.WriteString(conn,
				"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n")
			<-over
			_ = conn.Close()
		}
	})
	ended := make(chan error, 1)
	go func() {
		_, err := client(t, s.URL, func(o *Options) { o.RequestTimeout = time.Second }).GetSession(context.Background(),
			"A1")
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

// TestOtherRequestsAreCanceledOnceSent expects an unknown outcome of requests that change something.
func TestOtherRequestsAreCanceledOnceSent(t *testing.T) {
	t.Parallel()
	for name, call := range map[string]func(context.Context, *Client) error{
		"info":  func(ctx context.Context, c *Client) error { _, err := c.GetSession(ctx, "A1"); return err },
		"start": callsSentOnce[startSession],
	} {
		ctx, cancel := context.WithCancel(context.Background())
		s := serve(t, func(w http.ResponseWriter, r *http.Request) {
			cancel()
			slowResponse(200, `{"status":"WORKING"}`)(w, r)
		})
		err := call(ctx, client(t, s.URL))
		if !errors.Is(err, context.Canceled) || !OutcomeUnknown(err) || s.count() != 1 {
			t.Errorf("%s: error %v after %d requests, want a cancellation after 1", name, err, s.count())
		}
	}
}

// TestCancellationBeforeTheConnectionSendsNothing cancels a create at each place where it waits before it is sent.
func TestCancellationBeforeTheConnectionSendsNothing(t *testing.T) {
	t.Parallel()
	t.Run("already cancelled", func(t *testing.T) {
		t.Parallel()
		s := serve(t, response(201, `{"instance_id":"A1"}`))
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_, err := client(t, s.URL).CreateSession(ctx)
		checkNotSent(t, s, 0, err)
	})
	t.Run("limiter", func(t *testing.T) {
		t.Parallel()
		s := serve(t, response(201, `{"instance_id":"A1"}`))
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
		if s.count() != 1 || !errors.Is(err, ErrNoTurn) || KindOf(err) != Unsendable {
			t.Errorf("a turn after the deadline: %v, %d requests", err, s.count())
		}
	})
	t.Run("back-off", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(context.Background())
		s := serve(t, func(w http.ResponseWriter, r *http.Request) {
			response(429, "", "Retry-After", "5")(w, r)
			time.AfterFunc(20*time.Millisecond, cancel)
		}, response(201, `{"instance_id":"A1"}`))
		_, err := client(t, s.URL).CreateSession(ctx)
		checkNotSent(t, s, 1, err)
		if KindOf(err) != TooManyRequests || !strings.HasSuffix(err.Error(),
			"HTTP 429; the retries were then interrupted") {
			t.Errorf("error: %v", err)
		}
	})
	t.Run("dial", func(t *testing.T) {
		t.Parallel()
		s := serve(t, response(201, `{"instance_id":"A1"}`))
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
	if !errors.Is(err, context.Canceled) || OutcomeUnknown(err) {
		t.Errorf("error %v, may have acted: %t; want a cancellation that made nothing", err, OutcomeUnknown(err))
	}
	if s.count() != requests {
		t.Errorf("%d requests arrived, want %d", s.count(), requests)
	}
}

// cancelingTransport is a transport whose connection comes at the moment of the cancellation: just after it, or just
// before.
type cancelingTransport struct {
	cancel context.CancelFunc
	before bool
	sent   atomic.Bool
}

func (r *cancelingTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	trace := httptrace.ContextClientTrace(request.Context())
	if r.before {
		trace.GotConn(httptrace.GotConnInfo{})
	}
	r.cancel()
	if !r.before {
		<-request.Context().Done()
		trace.GotConn(httptrace.GotConnInfo{})
	}
	if _, err := io.ReadAll(request.Body); err != nil {
		return nil, err
	}
	r.sent.Store(true)
	if err := request.Context().Err(); err != nil {
		return nil, err
	}
	return handlerTransport(response(201, `{"instance_id":"A1"}`)).RoundTrip(request)
}

func TestConnectionAfterCancellationSendsNothing(t *testing.T) {
	t.Parallel()
	for op, call := range callsSentOnce {
		if !op.mustFinish {
			continue
		}
		ctx, cancel := context.WithCancel(context.Background())
		transport := &cancelingTransport{cancel: cancel}
		err := call(ctx, client(t, "http://127.0.0.1:1", func(o *Options) { o.Transport = transport }))
		if transport.sent.Load() || KindOf(err) != Unsendable || !errors.Is(err, context.Canceled) {
			t.Errorf("%s: sent: %t, kind %v, error: %v", op, transport.sent.Load(), KindOf(err), err)
		}
	}
}

func TestCancellationAfterTheConnectionIsIgnored(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	transport := &cancelingTransport{cancel: cancel, before: true}
	session, err := client(t, "http://127.0.0.1:1", func(o *Options) { o.Transport = transport }).CreateSession(ctx)
	if err != nil || session.InstanceID != "A1" {
		t.Errorf("%+v, %v", session, err)
	}
}

// TestUnsendableRequestIsNotRetried also expects that the error does not show the password of a proxy.
func TestUnsendableRequestIsNotRetried(t *testing.T) {
	t.Parallel()
	s := serve(t, response(200, goodAnswer))
	proxyError := &url.Error{Op: "parse", URL: "http://user:hunter2@proxy.test:%zz", Err: errors.New("invalid port")}
	for name, adjust := range map[string]func(*Options){
		"a header with a control character": func(o *Options) { o.UserAgent = "agent\x00" },
		"a proxy that is no address": func(o *Options) {
			transport := newTransport(nil)
			transport.Proxy = func(*http.Request) (*url.URL, error) { return nil, proxyError }
			o.Transport = transport
		},
		"a certificate that is not trusted": func(o *Options) {
			secure := httptest.NewTLSServer(http.HandlerFunc(s.handle))
			t.Cleanup(secure.Close)
			o.BaseURL, _ = url.Parse(secure.URL)
		},
	} {
		var log []Attempt
		c := client(t, s.URL, adjust, func(o *Options) {
			o.Log = func(_ context.Context, a Attempt) {
				log = append(log,
					a)
			}
		})
		_, err := c.GetSession(context.Background(), "A1")
		if KindOf(err) != Unsendable || s.count() != 0 || len(log) != 1 {
			t.Errorf("%s: %v (%v) after %d attempts, %d requests", name, err, KindOf(err), len(log), s.count())
		}
		if shown := fmt.Sprintf("%v %+v %+v", err, err, log); strings.Contains(shown, "hunter2") {
			t.Errorf("%s: %s", name, shown)
		}
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	elsewhere := serve(t, response(200, `{"instance_id":"A1","status":"WORKING"}`))
	for _, status := range []int{301, 302, 303, 307, 308} {
		s := serve(t, response(status, "", "Location",
			elsewhere.URL+"/v2/session/create?access_token="+url.QueryEscape(testToken)))
		c := client(t, s.URL)
		_, created := c.CreateSession(context.Background())
		_, read := c.GetSession(context.Background(), "A1")
		for _, err := range []error{created, read} {
			var e *Error
			if !errors.As(err, &e) || e.Kind != Redirect || e.Redirect != elsewhere.URL {
				t.Errorf("HTTP %d: error %v", status, err)
			}
		}
		if elsewhere.count() != 0 || s.count() != 2 {
			t.Errorf("HTTP %d: %d requests followed, %d sent", status, elsewhere.count(), s.count())
		}
	}
}

// TestLogOfAttempts expects the instance, the answer, its kind and the pause before the next attempt.
func TestLogOfAttempts(t *testing.T) {
	t.Parallel()
	s := serve(t, response(502, ""), connectionReset, truncatedResponse,
		response(429, `{"code":"slow_down","message":"Not so `+testToken+`."}`),
		response(404, `{"code":"invalid_instance","message":"gone"}`),
		response(200, `{"status":"WORKING","code":"ABCD-1234","message":"x"}`))
	var log []Attempt
	c := client(t, s.URL, func(o *Options) { o.Log = func(_ context.Context, a Attempt) { log = append(log, a) } })
	_, _ = c.GetSession(context.Background(), "A1")
	_, _ = c.GetSession(context.Background(), "B2")
	for i, want := range []Attempt{
		{InstanceID: "A1", Number: 1, Status: 502, Kind: GatewayFault},
		{InstanceID: "A1", Number: 2, Kind: NoAnswer},
		{InstanceID: "A1", Number: 3, Status: 201, Kind: NoAnswer},
		{
			InstanceID: "A1", Number: 4, Status: 429, Kind: TooManyRequests, Code: "slow_down",
			Message: "Not so (redacted).",
		},
		{InstanceID: "A1", Number: 5, Status: 404, Kind: NoSuchInstance, Code: "invalid_instance", Message: "gone"},
		{InstanceID: "B2", Number: 1, Status: 200},
	} {
		if i >= len(log) {
			t.Fatalf("there are %d lines: %+v", len(log), log)
		}
		got := log[i]
		if isAgain := i < 4; (got.Pause > 0) != isAgain || (got.Err != "") != (want.Kind == NoAnswer) {
			t.Errorf("%+v: it is sent again: want %t", got, isAgain)
		}
		want.Method, want.Path, want.Err, want.Duration, want.Pause = http.MethodPost, "/v2/session/info", got.Err,
			got.Duration, got.Pause
		if got != want {
			t.Errorf("the log has %+v, want %+v", got, want)
		}
	}
}

// TestRetryTable tests promise P7, endpoint by endpoint.
func TestRetryTable(t *testing.T) {
	t.Parallel()
	endings := map[string]outcome{
		"cannot be sent": {err: ErrNoTurn},
		"not sent":       {err: errors.New("connection refused")},
		"reset":          {err: errors.New("connection reset"), sent: true},
		"timeout":        {err: ErrTimeout, sent: true},
		"too long":       {err: errTooLong, sent: true, answer: answer{status: 200}},
		"broke off":      {err: io.ErrUnexpectedEOF, sent: true, answer: answer{status: 200}},
	}
	for _, status := range []int{
		200, 201, 204, 301, 308, 400, 401, 403, 404, 405, 408, 409, 410, 422, 429, 500, 501,
		502, 503, 504,
	} {
		endings[fmt.Sprint(status)] = outcome{answer: answer{status: status}, sent: true}
	}
	undone := []string{"not sent", "429"}
	harmless := append([]string{"reset", "timeout", "broke off", "408", "502", "503", "504"}, undone...)
	reads := append([]string{"500", "501"}, harmless...)

	for op, want := range map[operation][]string{
		createSession:   undone,
		startSession:    undone,
		restartSession:  undone,
		logoutSession:   undone,
		stopSession:     harmless,
		deleteSession:   harmless,
		getSession:      reads,
		getRateLimit:    reads,
		setRateLimit:    harmless,
		listWebhooks:    reads,
		setWebhook:      undone, // SetWebhook looks itself before it sends it again
		updateWebhook:   harmless,
		deleteWebhook:   harmless,
		getQRCode:       reads,
		requestCode:     undone,
		getTempLink:     reads,
		createTempLink:  undone,
		revokeTempLinks: harmless,
		sendText:        undone,
	} {
		for name, end := range endings {
			if got := op.retry.after(classify(end)); got != slices.Contains(want, name) {
				t.Errorf("%s after %s: retried = %t", op, name, got)
			}
		}
		if _, listed := callsSentOnce[op]; listed != (op.retry == retryNotDone) || op.mustFinish && !listed {
			t.Errorf("%s: sent once: %t, kept: %t, listed: %t", op, op.retry == retryNotDone, op.mustFinish, listed)
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
	// A date counts from when the server sent it, by its own clock.
	for date, want := range map[string]time.Duration{
		"Fri, 02 Jan 2026 02:05:05 GMT": time.Hour,
		"Fri, 02 Jan 2026 04:05:05 GMT": 0,
		"today":                         time.Minute,
	} {
		header := http.Header{"Retry-After": {"Fri, 02 Jan 2026 03:05:05 GMT"}, "Date": {date}}
		if got := retryAfter(header, now); got != want {
			t.Errorf("Retry-After, of an answer of %s, is %s, want %s", date, got, want)
		}
	}
}

func TestPausesGrowAndVary(t *testing.T) {
	t.Parallel()
	c := client(t, "http://127.0.0.1:1", func(o *Options) { o.RetryWait = time.Second })
	for retry, longest := range map[int]time.Duration{
		0: time.Second, 1: 2 * time.Second, 5: 32 * time.Second,
		6: time.Minute, 100: time.Minute,
	} {
		seen := map[time.Duration]bool{}
		for range 100 {
			pause := c.backoff(retry)
			seen[pause] = true
			if pause < longest/2 || pause > longest {
				t.Errorf("the pause before retry %d is %s, want at most %s, and half of it at least", retry, pause,
					longest)
			}
		}
		if len(seen) == 1 {
			t.Errorf("the pause before retry %d is always the same", retry)
		}
	}
}

// TestPauseIsAsLongAsTheServerAsks expects growing pauses if the server does not ask. It runs in synctest.
func TestPauseIsAsLongAsTheServerAsks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := client(t, "http://api.wawp.test", func(o *Options) {
			o.RetryWait = time.Second
			o.Transport = handlerTransport(responsesInTurn(response(429, "", "Retry-After", "60"), response(503, ""),
				response(503, ""),
				response(200, goodAnswer)))
		})
		started := time.Now()
		_, err := c.GetSession(t.Context(), "A1")
		// 60 + 1 to 2 + 2 to 4
		if took := time.Since(started); err != nil || took < 63*time.Second || took > 66*time.Second {
			t.Errorf("it took %s: %v", took, err)
		}
	})
}

func TestRetryAfterOver60SecondsEndsTheRetries(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		asked time.Duration
		left  time.Duration // 0: no deadline
		waits bool
	}{
		{0, time.Second, true},
		{7 * time.Second, 0, true},
		{60 * time.Second, 0, true},
		{61 * time.Second, 0, false},
		{7 * time.Second, time.Hour, true},
		{7 * time.Second, 5 * time.Second, false},
	} {
		ctx, cancel := context.WithCancel(context.Background())
		if test.left > 0 {
			ctx, cancel = context.WithTimeout(context.Background(), test.left)
		}
		if got := worthWaiting(ctx, test.asked); got != test.waits {
			t.Errorf("Retry-After %s with %s left: %t", test.asked, test.left, got)
		}
		if cancel(); worthWaiting(ctx, 0) {
			t.Error("a caller that has gone is waited for")
		}
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
		{"after faults", []http.HandlerFunc{
			response(500, ""), response(502, "<html>"), connectionReset, truncatedResponse,
			response(200, described),
		}, 5, 0},
		{"after 429", []http.HandlerFunc{response(429, "", "Retry-After", "0"), response(200, described)}, 2, 0},
		{"in vain", []http.HandlerFunc{response(503, `{"code":"x","message":"y"}`)}, 5, 503},
		{"not after a refusal", []http.HandlerFunc{response(403, "")}, 1, 403},
		{"not after an endless answer", []http.HandlerFunc{response(200, strings.Repeat(" ", maxBody+1))}, 1, 200},
		{"not when asked to come back later", []http.HandlerFunc{response(429, "", "Retry-After", "61")}, 1, 429},
		{
			"not when asked to come back after the deadline",
			[]http.HandlerFunc{response(503, "", "Retry-After", "59")},
			1,
			503,
		},
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

func TestErrorHasRetryAfter(t *testing.T) {
	t.Parallel()
	s := serve(t, response(429, "", "Retry-After", "90"))
	_, err := client(t, s.URL).CreateSession(context.Background())
	var e *Error
	if !errors.As(err, &e) || e.RetryAfter != 90*time.Second || OutcomeUnknown(err) {
		t.Errorf("error: %#v", err)
	}
}

// TestRequestsPerSecondHoldsThroughRefusals has ten workers create 200 sessions, each answered after 20 ms, while every
// 20th attempt is refused, every other time with a Retry-After. Time is simulated.
func TestRequestsPerSecondHoldsThroughRefusals(t *testing.T) {
	t.Parallel()
	const sessions, workers, refused, interval = 200, 10, 10, time.Second / 16
	synctest.Test(t, func(t *testing.T) {
		api := &rateLimitedTransport{every: 20}
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
			t.Fatalf("%d attempts, want %d, and a retry of each that was refused: %d", len(api.arrived), sessions,
				refused)
		}
		for i, at := range api.arrived[1:] {
			pause := at.Sub(api.arrived[i]).Round(time.Microsecond)
			if stragglers := sessions - workers; pause < interval || pause > interval && i < stragglers {
				t.Errorf("attempt %d came %s after the one before, want %s", i+2, pause, interval)
			}
		}
	})
}

// rateLimitedTransport creates sessions. It refuses every so many attempts with a 429.
type rateLimitedTransport struct {
	every   int
	mu      sync.Mutex
	arrived []time.Time
}

func (r *rateLimitedTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	r.mu.Lock()
	r.arrived = append(r.arrived, time.Now())
	n := len(r.arrived)
	r.mu.Unlock()
	w := httptest.NewRecorder()
	switch {
	case n%(2*r.every) == 0:
		response(429, "", "Retry-After", "1")(w, request)
	case n%r.every == 0:
		response(429, "")(w, request)
	default:
		response(201, fmt.Sprintf(`{"instance_id":"A%d","status":"STOPPED"}`, n))(w, request)
	}
	return w.Result(), sleep(request.Context(), 20*time.Millisecond)
}

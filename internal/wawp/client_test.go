package wawp

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

const testToken = "can+ary/tok=en&14"

// server is a scripted API: it answers each request with the next of its replies, and the last one for ever.
type server struct {
	*httptest.Server
	mu       sync.Mutex
	replies  []http.HandlerFunc
	requests []recorded
}

type recorded struct {
	method string
	url    url.URL
	header http.Header
	body   string
}

func serve(t *testing.T, replies ...http.HandlerFunc) *server {
	t.Helper()
	s := &server{replies: replies}
	s.Server = httptest.NewServer(http.HandlerFunc(s.handle))
	t.Cleanup(s.Close)
	return s
}

func (s *server) handle(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	s.requests = append(s.requests, recorded{r.Method, *r.URL, r.Header.Clone(), string(body)})
	reply := s.replies[min(len(s.requests), len(s.replies))-1]
	s.mu.Unlock()
	reply(w, r)
}

func (s *server) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.requests)
}

func response(status int, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// connectionReset closes the connection without an answer.
func connectionReset(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

// rawResponse sends a text that need not be HTTP.
func rawResponse(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
			_, _ = io.WriteString(conn, text)
			_ = conn.Close()
		}
	}
}

// truncatedResponse declares a longer body than it sends.
func truncatedResponse(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Length", "1000")
	w.WriteHeader(http.StatusCreated)
	_, _ = io.WriteString(w, `{"instance_id":"3EB0`)
}

// noResponse sends nothing until the client has gone.
func noResponse(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

// slowResponse answers after 5 s, when a client with a timeout has gone.
func slowResponse(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-time.After(5 * time.Second):
			response(status, body)(w, r)
		}
	}
}

// handlerTransport is a transport without a network: a handler answers each request.
type handlerTransport http.HandlerFunc

func (h handlerTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	httptrace.ContextClientTrace(r.Context()).GotConn(httptrace.GotConnInfo{})
	recorder, incoming := httptest.NewRecorder(), *r
	if r.Body == nil {
		incoming.Body = http.NoBody
	}
	h(recorder, &incoming)
	return recorder.Result(), nil
}

// responsesInTurn answers each request with the next reply, and then always with the last one.
func responsesInTurn(replies ...http.HandlerFunc) http.HandlerFunc {
	return (&server{replies: replies}).handle
}

// client returns a quick client of a server at address.
func client(t *testing.T, address string, adjust ...func(*Options)) *Client {
	t.Helper()
	base, err := ParseBaseURL(address)
	if err != nil {
		t.Fatal(err)
	}
	o := Options{
		AccessToken: testToken, BaseURL: base, UserAgent: "test-agent", MaxRetries: 4,
		PollInterval: time.Millisecond, RetryWait: time.Millisecond, SecondLook: time.Millisecond,
	}
	for _, a := range adjust {
		a(&o)
	}
	return New(o)
}

func TestDefaultsAreAsDocumented(t *testing.T) {
	t.Parallel()
	c := New(Options{})
	if c.options.PollInterval != 3*time.Second || c.options.SecondLook != 5*time.Second ||
		c.options.RequestTimeout != time.Minute || DefaultMaxRetries != 4 {
		t.Errorf("poll %s, second look %s, request %s, %d retries", c.options.PollInterval, c.options.SecondLook,
			c.options.RequestTimeout, DefaultMaxRetries)
	}
	if idle := newTransport(nil).IdleConnTimeout; idle != 30*time.Second {
		t.Errorf("idle connections are kept for %s", idle)
	}
	if c.options.BaseURL.String() != DefaultBaseURL {
		t.Errorf("the address is %s", c.options.BaseURL)
	}
}

func TestAccountMarkDiffersByTokenAndAddress(t *testing.T) {
	t.Parallel()
	account := func(token, address string) string {
		return client(t, address, func(o *Options) { o.AccessToken = token }).AccountMark()
	}
	first := account("token", "https://a.test")
	if len(first) != 4 || first != account("token", "https://a.test/") {
		t.Errorf("the account is %q, and then %q", first, account("token", "https://a.test/"))
	}
	if first == account("other", "https://a.test") || first == account("token", "https://b.test") ||
		first == account("token", "https://a.test/prefix") {
		t.Error("another token, or address, is the same account")
	}
}

func TestRequestCarriesCredentialsAsDocumented(t *testing.T) {
	t.Parallel()
	s := serve(t, response(200, `{"status":"STOPPED"}`))
	c := client(t, s.URL+"/prefix/")
	ctx := context.Background()

	for _, call := range []struct {
		name   string
		do     func() error
		method string
		path   string
		query  string // keys
		body   string // keys
	}{
		{
			"create", func() error { _, err := c.CreateSession(ctx); return err }, "POST", "/v2/session/create",
			"access_token", "access_token",
		},
		{
			"info", func() error { _, err := c.GetSession(ctx, "A1"); return err }, "POST", "/v2/session/info",
			"access_token instance_id", "access_token instance_id",
		},
		{
			"start", func() error { _, err := c.StartSession(ctx, "A1"); return err }, "POST", "/v2/session/start",
			"access_token instance_id", "access_token instance_id",
		},
		{
			"stop", func() error { _, err := c.StopSession(ctx, "A1"); return err }, "POST", "/v2/session/stop",
			"access_token instance_id", "access_token instance_id",
		},
		{
			"restart", func() error { _, err := c.RestartSession(ctx, "A1"); return err }, "POST",
			"/v2/session/restart",
			"access_token instance_id", "access_token instance_id",
		},
		{
			"logout", func() error { _, err := c.LogoutSession(ctx, "A1"); return err }, "POST", "/v2/session/logout",
			"access_token instance_id", "access_token instance_id",
		},
		{
			"delete", func() error { return c.DeleteSession(ctx, "A1") }, "DELETE", "/v2/session/delete",
			"access_token instance_id", "",
		},
		{
			"rate limit", func() error { _, err := c.GetRateLimit(ctx, "A1"); return err }, "GET",
			"/v2/session/rate-limit", "access_token instance_id", "",
		},
	} {
		before := s.count()
		_ = call.do()
		if s.count() != before+1 {
			t.Fatalf("%s: %d requests, want 1", call.name, s.count()-before)
		}
		r := s.requests[before]
		if r.method != call.method || r.url.Path != "/prefix"+call.path {
			t.Errorf("%s: sent %s %s", call.name, r.method, r.url.Path)
		}
		query := map[string]string{}
		for key, values := range r.url.Query() {
			query[key] = strings.Join(values, ",")
		}
		checkCredentials(t, call.name+" query", query, call.query)
		body := map[string]string{}
		if r.body != "" {
			if err := json.Unmarshal([]byte(r.body), &body); err != nil {
				t.Errorf("%s: body is not JSON: %s", call.name, err)
			}
		}
		checkCredentials(t, call.name+" body", body, call.body)
		for header, want := range map[string]string{
			"Accept": "application/json", "Content-Type": "application/json", "User-Agent": "test-agent",
			"Idempotency-Key": "",
		} {
			if got := r.header.Get(header); got != want {
				t.Errorf("%s: header %s is %q, want %q", call.name, header, got, want)
			}
		}
	}
}

func checkCredentials(t *testing.T, where string, got map[string]string, want string) {
	t.Helper()
	keys := strings.Fields(want)
	if len(got) != len(keys) {
		t.Errorf("%s has %d keys, want %d", where, len(got), len(keys))
	}
	for _, key := range keys {
		if value := map[string]string{"access_token": testToken, "instance_id": "A1"}[key]; got[key] != value {
			t.Errorf("%s: %s is wrong", where, key)
		}
	}
}

func TestParseBaseURL(t *testing.T) {
	t.Parallel()
	for _, in := range []string{
		"https://api.wawp.test/100%", "https://api%zz.wawp.test",
		"https://api.wawp.test/?a=%",
	} {
		if _, err := ParseBaseURL(in); err == nil || !strings.Contains(err.Error(), "% that does not begin an escape") {
			t.Errorf("ParseBaseURL(%q): %v", in, err)
		}
	}
	for in, want := range map[string]string{
		"https://api.wawp.net":            "https://api.wawp.net",
		" http://127.0.0.1:8080/ ":        "http://127.0.0.1:8080",
		"https://proxy.example/wawp/api/": "https://proxy.example/wawp/api",
		"https://proxy.example/a%2Fb/":    "https://proxy.example/a%2Fb",
	} {
		if u, err := ParseBaseURL(in); err != nil || u.String() != want {
			t.Errorf("ParseBaseURL(%q) = %v, %v; want %s", in, u, err, want)
		}
	}
	for _, in := range []string{
		"", "api.wawp.net", "ftp://api.wawp.net", "https://", "https://:443", "https://user:hunter2@api.wawp.net",
		"https://user:hunter2@a b",
		"https://api.wawp.net?a=b", "https://api.wawp.net?", "https://api.wawp.net#f", "https://a b", "http://[::1",
		"https://[::1%253\x8f]", "https://api.wawp.net/v2", "https://api.wawp.net/v2/",
	} {
		_, err := ParseBaseURL(in)
		if err == nil {
			t.Errorf("ParseBaseURL(%q) accepts it", in)
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("ParseBaseURL(%q) quotes the password: %s", in, err)
		}
	}
}

// TestParseBaseURLReportsABadEscape has escapes in each part of a URL. The error must not quote them.
func TestParseBaseURLReportsABadEscape(t *testing.T) {
	t.Parallel()
	for _, in := range []string{
		"https://api.wawp.net/100%", "https://api.wawp.net/%zz", "https://a%zz.example",
		"https://user:hunter2%@api.wawp.net", "http://[::1%25%zz]",
	} {
		if _, err := ParseBaseURL(in); err == nil || !strings.Contains(err.Error(),
			"a % that does not begin an escape") || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("ParseBaseURL(%q): %v", in, err)
		}
	}
}

// TestBaseURLIsInASCII refuses names that only look like another one.
func TestBaseURLIsInASCII(t *testing.T) {
	t.Parallel()
	for in, says := range map[string]string{
		"https://api.w\u0430wp.net":        "write it as api.xn--wwp-6cd.net",
		"https://api.w%D0%B0wp.net:8443/x": "write it as api.xn--wwp-6cd.net:8443",
		"https://bücher.example":           "write it as xn--bcher-kva.example",
		"https://ａｐｉ.wawp.net":             "write it as api.wawp.net",
		"https://\u200d.example":           "its host is not a valid name or IP address",
		"https://a'b.example":              "its host is not a valid name or IP address",
	} {
		if _, err := ParseBaseURL(in); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("ParseBaseURL(%q): %v", in, err)
		}
	}
	for _, in := range []string{
		"https://xn--bcher-kva.example", "https://wawp_mock:8080", "http://[::1]:80",
		"http://[fe80::1%25eth0]", "https://API.wawp.net.",
	} {
		if _, err := ParseBaseURL(in); err != nil {
			t.Errorf("ParseBaseURL(%q): %v", in, err)
		}
	}
}

// TestHostOfARedirectIsInASCII also refuses text that is not a host.
func TestHostOfARedirectIsInASCII(t *testing.T) {
	t.Parallel()
	for location, want := range map[string]string{
		"https://elsewhere.example/login?a=b": "https://elsewhere.example",
		"https://w\u0430wp.net/":              "https://xn--wwp-6cd.net",
		"//b\u00fccher.example:81":            "http://xn--bcher-kva.example:81",
		"https://user:hunter2@a.example":      "https://a.example", "javascript://a.example/": unreadableOrigin,
		"https://a.example\u202e/": unreadableOrigin,
		"https://run'curl.example": unreadableOrigin,
	} {
		s := serve(t, response(302, "", "Location", location))
		_, err := client(t, s.URL).GetSession(t.Context(), "A1")
		if e := (*Error)(nil); !errors.As(err, &e) || e.Redirect != want {
			t.Errorf("%s: %v", location, err)
		}
	}
}

// TestEndlessHeaderIsRefused bounds the header. net/http alone would read 10 MiB of it.
func TestEndlessHeaderIsRefused(t *testing.T) {
	t.Parallel()
	for size, want := range map[int]Kind{maxHeader / 2: "", maxHeader: NoAnswer, 8 << 20: NoAnswer} {
		s := serve(t, response(200, `{"status":"WORKING"}`, "X-Long", strings.Repeat("x", size)))
		c := client(t, s.URL, func(o *Options) { o.MaxRetries = 0 })
		if _, err := c.GetSession(t.Context(), "A1"); KindOf(err) != want {
			t.Errorf("%d bytes: %v", size, err)
		}
		if _, err := c.StartSession(t.Context(), "A1"); KindOf(err) != want { // over a connection of its own
			t.Errorf("%d bytes: %v", size, err)
		}
	}
}

// TestParametersInThePath expects them escaped, and only in the path. None may lead to another endpoint.
func TestParametersInThePath(t *testing.T) {
	t.Parallel()
	c := client(t, "https://api.example/prefix")
	get := operation{method: http.MethodGet, path: "/v2/labels/{id}"}
	for id, want := range map[string]string{
		"7": "/prefix/v2/labels/7", "a/../b?c%#": "/prefix/v2/labels/a%2F..%2Fb%3Fc%25%23",
		"{id}": "/prefix/v2/labels/%7Bid%7D", "": "", ".": "", "..": "",
	} {
		r, err := c.request(t.Context(), get, "A1", fields{"id": id, "color": 3})
		if (err != nil) != (want == "") {
			t.Errorf("%q: %v", id, err)
		}
		if err == nil && (r.URL.EscapedPath() != want || r.URL.Query().Has("id") || r.URL.Query().Get("color") != "3") {
			t.Errorf("%q: the request is for %s", id, r.URL)
		}
	}
}

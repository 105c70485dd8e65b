package wawptest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

// The endpoints that tests call most.
const (
	createSession = "POST /v2/session/create"
	sessionInfo   = "POST /v2/session/info"
	startSession  = "POST /v2/session/start"
	sendText      = "POST /v2/send/text"
)

// simulation is a served API, and a client that sends requests in their documented form.
type simulation struct {
	*API
	t      *testing.T
	server *Server
	client *http.Client
}

func newSimulation(t *testing.T, config Config) *simulation {
	t.Helper()
	api := New(config)
	server, err := Listen(api)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		_ = server.Close()
	})
	client := &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
	return &simulation{API: api, t: t, server: server, client: client}
}

// request makes the documented request for an endpoint like "POST /v2/session/info". Further parameters go into the
// body, if there is one, else into the query.
func (s *simulation) request(ctx context.Context, endpoint, id string, params ...object) *http.Request {
	s.t.Helper()
	method, path, _ := strings.Cut(endpoint, " ")
	withBody := method == http.MethodPost || method == http.MethodPatch
	query, body := url.Values{accessToken: {s.config.Token}}, object{accessToken: s.config.Token}
	if id != "" {
		query.Set(instanceID, id)
		body[instanceID] = id
	}
	if endpoint == sendText {
		body = object{}
	}
	for _, given := range params {
		for key, value := range given {
			if filled := strings.ReplaceAll(path, "{"+key+"}", fmt.Sprint(value)); filled != path {
				path = filled
				continue
			}
			body[key] = value
			if !withBody {
				query.Set(key, value.(string))
			}
		}
	}
	encoded, err := json.Marshal(body)
	if err != nil {
		s.t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(ctx, method, s.server.URL+path+"?"+query.Encode(), nil)
	if err != nil {
		s.t.Fatal(err)
	}
	if withBody {
		setBody(r, string(encoded))
		r.Header.Set("Content-Type", jsonType)
	}
	return r
}

// send returns the answer and its body. The error is that of the connection.
func (s *simulation) send(r *http.Request) (*http.Response, string, error) {
	response, err := s.client.Do(r)
	if err != nil {
		return nil, "", err
	}
	body, err := io.ReadAll(response.Body)
	return response, string(body), errors.Join(err, response.Body.Close())
}

// call sends the documented request, and returns status and JSON object of the answer.
func (s *simulation) call(endpoint, id string, params ...object) (int, object) {
	s.t.Helper()
	return s.sendForObject(s.request(s.t.Context(), endpoint, id, params...))
}

// sendForObject sends a request, and returns status and JSON object of the answer.
func (s *simulation) sendForObject(r *http.Request) (int, object) {
	s.t.Helper()
	response, body, err := s.send(r)
	if err != nil {
		s.t.Fatalf("%s %s: %v", r.Method, r.URL.Path, err)
	}
	var decoded object
	if err := json.Unmarshal([]byte(body), &decoded); err != nil {
		s.t.Fatalf("%s %s: answer %q: %v", r.Method, r.URL.Path, body, err)
	}
	return response.StatusCode, decoded
}

// startRequest sends the documented request in the background. The channel gets its error.
func (s *simulation) startRequest(ctx context.Context, endpoint, id string, params ...object) <-chan error {
	s.t.Helper()
	r := s.request(ctx, endpoint, id, params...)
	done := make(chan error, 1)
	go func() {
		_, _, err := s.send(r)
		done <- err
	}()
	return done
}

// awaitRequests waits until n matching requests have arrived.
func (s *simulation) awaitRequests(match string, n int) {
	s.t.Helper()
	if err := s.WaitFor(s.t.Context(), match, n); err != nil {
		s.t.Fatal(err)
	}
}

// status returns the status of a session, which must exist.
func (s *simulation) status(id string) string {
	s.t.Helper()
	session, ok := s.Session(id)
	if !ok {
		s.t.Fatalf("there is no session %s", id)
	}
	return session.Status
}

func setBody(r *http.Request, body string) {
	r.Body, r.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
}

func setQuery(r *http.Request, key string, values ...string) {
	query := r.URL.Query()
	delete(query, key)
	if len(values) > 0 {
		query[key] = values
	}
	r.URL.RawQuery = query.Encode()
}

// clock is a clock that a test sets.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// checkPanics runs a function that must panic.
func checkPanics(t *testing.T, what func()) {
	t.Helper()
	defer func() {
		if recover() == nil {
			t.Error("it did not panic")
		}
	}()
	what()
}

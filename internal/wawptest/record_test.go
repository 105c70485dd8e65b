package wawptest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

func TestRequests(t *testing.T) {
	t.Parallel()
	clock := &clock{now: time.Unix(1_700_000_000, 0)}
	s := newSimulation(t, Config{Now: clock.Now})
	id := s.Add(Session{}).InstanceID
	s.call(sessionInfo, id)
	clock.Advance(3 * time.Second)
	s.call("GET /v2/session/nothing", id)

	requests := s.Requests()
	if len(requests) != 2 {
		t.Fatalf("recorded: %v", requests)
	}
	first, second := requests[0], requests[1]
	if first.Method != http.MethodPost || first.Path != "/v2/session/info" || first.Status != 200 ||
		second.Status != 404 {
		t.Errorf("recorded: %v", requests)
	}
	if second.Time.Sub(first.Time) != 3*time.Second {
		t.Errorf("recorded at %v and %v", first.Time, second.Time)
	}
	if first.Query.Get(instanceID) != id || first.Header.Get("Content-Type") != jsonType {
		t.Errorf("query %v, header %v", first.Query, first.Header)
	}
	if want := (object{accessToken: DefaultToken, instanceID: id}); !reflect.DeepEqual(first.Body, want) ||
		second.Body != nil {
		t.Errorf("bodies %v and %v", first.Body, second.Body)
	}
}

func TestRequestStringHasNoToken(t *testing.T) {
	t.Parallel()
	s := newSimulation(t, Config{})
	s.call(createSession, "")
	for _, format := range []string{"%v", "%+v", "%s"} {
		if printed := fmt.Sprintf(format, s.Requests()); strings.Contains(printed, DefaultToken) ||
			!strings.Contains(printed, createSession+" -> 201") {
			t.Errorf("%s: %s", format, printed)
		}
	}
}

func TestCount(t *testing.T) {
	t.Parallel()
	s := newSimulation(t, Config{})
	id := s.Add(Session{}).InstanceID
	s.call(sessionInfo, id)
	s.call(sessionInfo, id)
	s.call(getLink, id)
	s.call(newLink, id)
	for match, want := range map[string]int{"": 4, sessionInfo: 2, getLink: 1, "/v2/session/temp-link": 0, "POST": 0} {
		if got := s.Count(match); got != want {
			t.Errorf("%q: %d, want %d", match, got, want)
		}
	}
	s.ResetRequests()
	if s.Count("") != 0 || len(s.Requests()) != 0 {
		t.Error("not forgotten")
	}
}

func TestWaitFor(t *testing.T) {
	t.Parallel()
	t.Run("what has arrived", func(t *testing.T) {
		t.Parallel()
		s := newSimulation(t, Config{})
		s.call(createSession, "")
		ended, end := context.WithCancel(t.Context())
		end()
		if err := s.WaitFor(ended, createSession, 1); err != nil {
			t.Error(err)
		}
	})
	t.Run("what is yet to arrive", func(t *testing.T) {
		t.Parallel()
		s := newSimulation(t, Config{})
		id := s.Add(Session{}).InstanceID
		waited := make(chan error, 1)
		go func() { waited <- s.WaitFor(t.Context(), createSession, 2) }()
		s.call(createSession, "")
		s.call(sessionInfo, id)
		select {
		case err := <-waited:
			t.Fatalf("it did not wait: %v", err)
		default:
		}
		s.call(createSession, "")
		if err := <-waited; err != nil {
			t.Error(err)
		}
	})
	t.Run("what does not arrive", func(t *testing.T) {
		t.Parallel()
		s := newSimulation(t, Config{})
		s.call(createSession, "")
		ctx, end := context.WithCancel(t.Context())
		waited := make(chan error, 1)
		go func() { waited <- s.WaitFor(ctx, createSession, 2) }()
		end()
		err := <-waited
		if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "1 of 2") {
			t.Errorf("got %v", err)
		}
	})
}

func TestUnansweredRequestHasNoStatus(t *testing.T) {
	t.Parallel()
	s := newSimulation(t, Config{})
	release := make(chan struct{})
	s.Inject(Fault{Hold: release})
	done := s.startRequest(t.Context(), createSession, "")
	s.awaitRequests(createSession, 1)
	if r := s.Requests()[0]; r.Status != 0 {
		t.Errorf("recorded: %v", r)
	}
	close(release)
	if err := <-done; err != nil || s.Requests()[0].Status != http.StatusCreated {
		t.Errorf("recorded: %v, %v", s.Requests()[0], err)
	}
}

// TestAbandonedRequestHasNoStatus: if the client leaves while it sends, the request is not carried out. If it leaves
// before the answer, nothing is answered.
func TestAbandonedRequestHasNoStatus(t *testing.T) {
	t.Parallel()
	s := newSimulation(t, Config{})
	cut := s.request(t.Context(), createSession, "")
	cut.Body = io.NopCloser(iotest.ErrReader(io.ErrUnexpectedEOF))
	s.ServeHTTP(httptest.NewRecorder(), cut)
	if r := s.Requests()[0]; r.Status != 0 || len(s.Sessions()) != 0 {
		t.Errorf("of half a request: %v, sessions %v", r, s.Sessions())
	}
	gone, leave := context.WithCancel(t.Context())
	leave()
	s.ServeHTTP(httptest.NewRecorder(), s.request(gone, createSession, ""))
	if r := s.Requests()[1]; r.Status != 0 || len(s.Sessions()) != 1 {
		t.Errorf("without a client: %v, sessions %v", r, s.Sessions())
	}
}

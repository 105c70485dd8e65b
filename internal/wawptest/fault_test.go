package wawptest

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"runtime"
	"slices"
	"syscall"
	"testing"
)

// TestFaultSelectsRequests checks which requests fail if two endpoints of a session are called in turn.
func TestFaultSelectsRequests(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		faults []Fault
		want   []int
	}{
		"none":     {nil, []int{200, 200, 200, 200, 200, 200}},
		"all":      {[]Fault{{Status: 503}}, []int{503, 503, 503, 503, 503, 503}},
		"matching": {[]Fault{{Match: sessionInfo, Status: 503}}, []int{503, 200, 503, 200, 503, 200}},
		"method matters": {
			[]Fault{{Match: "PATCH /v2/session/info", Status: 503}},
			[]int{200, 200, 200, 200, 200, 200},
		},
		"times":          {[]Fault{{Status: 503, Times: 2}}, []int{503, 503, 200, 200, 200, 200}},
		"skip":           {[]Fault{{Status: 503, Skip: 2}}, []int{200, 200, 503, 503, 503, 503}},
		"skip, times":    {[]Fault{{Status: 503, Skip: 1, Times: 2}}, []int{200, 503, 503, 200, 200, 200}},
		"skip, matching": {[]Fault{{Match: sessionInfo, Status: 503, Skip: 1}}, []int{200, 200, 503, 200, 503, 200}},
		"every":          {[]Fault{{Status: 503, Every: 3}}, []int{200, 200, 503, 200, 200, 503}},
		"every one":      {[]Fault{{Status: 503, Every: 1, Times: 1}}, []int{503, 200, 200, 200, 200, 200}},
		"every, times":   {[]Fault{{Status: 503, Every: 2, Times: 2}}, []int{200, 503, 200, 503, 200, 200}},
		"every, skip":    {[]Fault{{Status: 503, Every: 2, Skip: 1}}, []int{200, 200, 503, 200, 503, 200}},
		"in turn": {
			[]Fault{{Status: 429, Times: 1}, {Status: 503, Times: 2}},
			[]int{429, 503, 503, 200, 200, 200},
		},
		"side by side": {
			[]Fault{{Status: 429, Match: sessionInfo}, {Status: 503}},
			[]int{429, 503, 429, 503, 429, 503},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSimulation(t, Config{})
			id := s.Add(Session{}).InstanceID
			for _, f := range test.faults {
				f.Body = "{}"
				s.Inject(f)
			}
			var got []int
			for range 3 {
				for _, endpoint := range []string{sessionInfo, "GET /v2/session/rate-limit"} {
					status, _ := s.call(endpoint, id)
					got = append(got, status)
				}
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
			s.ClearFaults()
			if status, _ := s.call(sessionInfo, id); status != http.StatusOK {
				t.Errorf("after ClearFaults: %d", status)
			}
		})
	}
}

func TestFaultCannedAnswers(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		fault       Fault
		status      int
		body        string
		contentType string
		sessions    int
	}{
		"status":          {Fault{Status: 500}, 500, "", jsonType, 0},
		"status and body": {Fault{Status: 403, Body: `{"code":"x"}`}, 403, `{"code":"x"}`, jsonType, 0},
		"body":            {Fault{Body: `{"code":"x"}`}, 200, `{"code":"x"}`, jsonType, 0},
		"no content":      {Fault{Status: 204}, 204, "", jsonType, 0},
		"not JSON": {
			Fault{Status: 502, Body: "<html>", Header: http.Header{"Content-Type": {"text/html"}}},
			502, "<html>", "text/html", 0,
		},
		"done all the same": {Fault{Status: 502, Act: true}, 502, "", jsonType, 1},
		"header without case": {
			Fault{Status: 502, Header: http.Header{"content-type": {"text/plain"}}},
			502, "",
			"text/plain", 0,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSimulation(t, Config{})
			s.Inject(test.fault)
			response, body, err := s.send(s.request(t.Context(), createSession, ""))
			if err != nil {
				t.Fatal(err)
			}
			if response.StatusCode != test.status || body != test.body ||
				response.Header.Get("Content-Type") != test.contentType {
				t.Errorf("got %d %v %q", response.StatusCode, response.Header, body)
			}
			if requests := s.Requests(); len(requests) != 1 || requests[0].Status != test.status {
				t.Errorf("recorded: %v", requests)
			}
			if got := len(s.Sessions()); got != test.sessions {
				t.Errorf("%d sessions, want %d", got, test.sessions)
			}
		})
	}
}

func TestFaultHeader(t *testing.T) {
	t.Parallel()
	s := newSimulation(t, Config{})
	s.Inject(Fault{Status: 429, Header: http.Header{"Retry-After": {"7"}}, Times: 1})
	s.Inject(Fault{Status: 308, Header: http.Header{"Location": {"https://elsewhere.invalid/"}}, Times: 1})
	s.Inject(Fault{Header: http.Header{"X-Extra": {"1"}}})
	for _, want := range []struct {
		status     int
		key, value string
	}{{429, "Retry-After", "7"}, {308, "Location", "https://elsewhere.invalid/"}, {201, "X-Extra", "1"}} {
		response, _, err := s.send(s.request(t.Context(), createSession, ""))
		if err != nil || response.StatusCode != want.status || response.Header.Get(want.key) != want.value {
			t.Errorf("got %v, %v, want %v", response, err, want)
		}
	}
}

func TestFaultDrop(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault    Fault
		sessions int
	}{
		"before the deed": {Fault{Drop: true}, 0},
		"after the deed":  {Fault{Drop: true, Act: true}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSimulation(t, Config{})
			s.Inject(test.fault)
			if _, _, err := s.send(s.request(t.Context(), createSession, "")); !errors.Is(err, syscall.ECONNRESET) {
				t.Errorf("got %v, want a reset", err)
			}
			if got := len(s.Sessions()); got != test.sessions {
				t.Errorf("%d sessions, want %d", got, test.sessions)
			}
			if requests := s.Requests(); len(requests) != 1 || requests[0].Status != 0 {
				t.Errorf("recorded: %v", requests)
			}
		})
	}
	t.Run("where connections cannot be taken over", func(t *testing.T) {
		t.Parallel()
		checkPanics(t, func() { drop(httptest.NewRecorder()) })
	})
}

func TestFaultCut(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault    Fault
		status   int
		sessions int
	}{
		"the real answer": {Fault{Cut: true}, 201, 1},
		"a canned answer": {Fault{Cut: true, Status: 200, Body: `{"code":"x"}`}, 200, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSimulation(t, Config{})
			s.Inject(test.fault)
			response, body, err := s.send(s.request(t.Context(), createSession, ""))
			if !errors.Is(err, io.ErrUnexpectedEOF) || response.StatusCode != test.status {
				t.Fatalf("got %v, %v", response, err)
			}
			if body == "" || int64(len(body)) >= response.ContentLength || json.Valid([]byte(body)) {
				t.Errorf("got %q of %d", body, response.ContentLength)
			}
			if got := len(s.Sessions()); got != test.sessions {
				t.Errorf("%d sessions, want %d", got, test.sessions)
			}
		})
	}
}

func TestFaultRewrite(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault    Fault
		whole    bool
		sessions int
	}{
		"the real answer": {Fault{}, true, 1},
		"a canned answer": {Fault{Body: `{"code":"x"}`}, true, 0},
		"cut off":         {Fault{Header: http.Header{"Content-Length": {"1000"}}}, false, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSimulation(t, Config{})
			test.fault.Rewrite = func(body []byte) []byte { return append([]byte("// "), body[:7]...) }
			s.Inject(test.fault)
			_, body, err := s.send(s.request(t.Context(), createSession, ""))
			if len(body) != 10 || body[:5] != `// {"` || (err == nil) != test.whole ||
				len(s.Sessions()) != test.sessions {
				t.Errorf("got %q, %v, and %d sessions", body, err, len(s.Sessions()))
			}
		})
	}
}

func TestFaultHold(t *testing.T) {
	t.Parallel()
	t.Run("until released", func(t *testing.T) {
		t.Parallel()
		s := newSimulation(t, Config{})
		release := make(chan struct{})
		s.Inject(Fault{Hold: release, Times: 1})
		done := s.startRequest(t.Context(), createSession, "")
		s.awaitRequests(createSession, 1)
		s.ClearFaults() // has no effect on a request that has arrived
		if sessions := s.Sessions(); len(sessions) != 0 {
			t.Errorf("done while held: %v", sessions)
		}
		close(release)
		if err := <-done; err != nil || len(s.Sessions()) != 1 || s.Requests()[0].Status != http.StatusCreated {
			t.Errorf("after the release: %v, %v, %v", err, s.Sessions(), s.Requests())
		}
	})
	t.Run("until the client leaves", func(t *testing.T) {
		t.Parallel()
		api := New(Config{})
		ended := make(chan struct{})
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			defer close(ended)
			api.ServeHTTP(w, r)
		}))
		t.Cleanup(server.Close)
		s := &simulation{API: api, t: t, server: &Server{URL: server.URL}, client: server.Client()}
		s.Inject(Fault{Hold: make(chan struct{})})
		ctx, leave := context.WithCancel(t.Context())
		done := s.startRequest(ctx, createSession, "")
		s.awaitRequests(createSession, 1)
		leave()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		<-ended
		if len(s.Sessions()) != 0 || s.Requests()[0].Status != 0 {
			t.Errorf("sessions %v, requests %v", s.Sessions(), s.Requests())
		}
	})
	t.Run("then a canned answer", func(t *testing.T) {
		t.Parallel()
		s := newSimulation(t, Config{})
		release := make(chan struct{})
		close(release)
		s.Inject(Fault{Hold: release, Status: 500, Body: "{}"})
		if status, _ := s.call(createSession, ""); status != 500 || len(s.Sessions()) != 0 {
			t.Errorf("got %d, sessions %v", status, s.Sessions())
		}
	})
}

func TestFaultWithhold(t *testing.T) {
	t.Parallel()
	s := newSimulation(t, Config{})
	s.Inject(Fault{Withhold: make(chan struct{}), Times: 1})
	ctx, leave := context.WithCancel(t.Context())
	lost := s.startRequest(ctx, createSession, "")
	s.awaitRequests(createSession, 1)
	for len(s.Sessions()) == 0 { // it is carried out before its answer
		runtime.Gosched()
	}
	leave()
	if err := <-lost; !errors.Is(err, context.Canceled) || s.Requests()[0].Status != 0 {
		t.Errorf("got %v, requests %v", err, s.Requests())
	}
	release := make(chan struct{})
	s.Inject(Fault{Withhold: release, Times: 1})
	requestEnd := s.startRequest(t.Context(), createSession, "")
	close(release)
	if err := <-requestEnd; err != nil || s.Requests()[1].Status != http.StatusCreated {
		t.Errorf("after the release: %v, %v", err, s.Requests())
	}
}

// TestChooseFaults: injected faults come first. The function is called for each of the other requests, in order.
func TestChooseFaults(t *testing.T) {
	t.Parallel()
	s := newSimulation(t, Config{})
	var chosenFor []string
	s.ChooseFaults(func(r Request) Fault {
		chosenFor = append(chosenFor, r.Method+" "+r.Path)
		if len(chosenFor) == 2 {
			return Fault{Status: 503, Body: "{}"}
		}
		return Fault{}
	})
	s.Inject(Fault{Match: sessionInfo, Status: 500, Body: "{}"})
	var got []int
	for _, endpoint := range []string{createSession, sessionInfo, createSession, createSession} {
		status, _ := s.call(endpoint, "")
		got = append(got, status)
	}
	if want := []int{201, 500, 503, 201}; !slices.Equal(got, want) ||
		!slices.Equal(chosenFor, []string{createSession, createSession, createSession}) {
		t.Errorf("got %v, want %v; told of %v", got, want, chosenFor)
	}
	s.ChooseFaults(nil)
	if status, _ := s.call(createSession, ""); status != http.StatusCreated || len(chosenFor) != 3 {
		t.Errorf("afterwards: %d; told of %v", status, chosenFor)
	}
}

func TestFaultReshape(t *testing.T) {
	t.Parallel()
	session := Session{InstanceID: "3EB0BCB2E3D4", Name: "wawp-84729105", Status: statusScan}
	info := `{"name":"wawp-84729105","status":"SCAN_QR_CODE","config":{"webhooks":{},"proxy":null}}`
	tests := map[string]struct {
		fault  Fault
		status int
		want   string
	}{
		"wrap":       {Fault{Reshape: Wrap("data")}, 200, `{"data":` + info + `}`},
		"wrap twice": {Fault{Reshape: Wrap("config", "metadata")}, 200, `{"config":{"metadata":` + info + `}}`},
		"rename": {
			Fault{Reshape: Rename("name", "sessionName")},
			200,
			`{"sessionName":"wawp-84729105","status":"SCAN_QR_CODE","config":{"webhooks":{},"proxy":null}}`,
		},
		"rename of what is not there": {
			Fault{Reshape: Rename("nothing", "something")}, 200, info,
		},
		"without": {Fault{Reshape: Without("config", "name")}, 200, `{"status":"SCAN_QR_CODE"}`},
		"set": {
			Fault{Reshape: Set("config", nil)},
			200,
			`{"name":"wawp-84729105","status":"SCAN_QR_CODE","config":null}`,
		},
		"status": {Fault{Reshape: Without("config", "name"), Status: 202}, 202, `{"status":"SCAN_QR_CODE"}`},
		"another kind of JSON": {
			Fault{Reshape: func(answer map[string]any) any { return []any{answer["status"]} }}, 200, `["SCAN_QR_CODE"]`,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSimulation(t, Config{})
			s.Add(session)
			s.Inject(test.fault)
			response, body, err := s.send(s.request(t.Context(), sessionInfo, session.InstanceID))
			if err != nil {
				t.Fatal(err)
			}
			var got, want any
			if err := errors.Join(json.Unmarshal([]byte(body), &got),
				json.Unmarshal([]byte(test.want), &want)); err != nil {
				t.Fatal(err)
			}
			if response.StatusCode != test.status || !reflect.DeepEqual(got, want) {
				t.Errorf("got %d %s, want %d %s", response.StatusCode, body, test.status, test.want)
			}
		})
	}
	t.Run("errors pass as they are", func(t *testing.T) {
		t.Parallel()
		s := newSimulation(t, Config{})
		s.Inject(Fault{Reshape: Wrap("data"), Status: 202})
		if status, answer := s.call(sessionInfo, "unknown"); status != 404 || answer["code"] != "invalid_instance" {
			t.Errorf("got %d %v", status, answer)
		}
	})
	t.Run("does what is asked for", func(t *testing.T) {
		t.Parallel()
		s := newSimulation(t, Config{})
		s.Inject(Fault{Reshape: Without("status")})
		if status, answer := s.call(createSession, ""); status != 201 || len(answer) != 3 || len(s.Sessions()) != 1 {
			t.Errorf("got %d %v", status, answer)
		}
	})
}

package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

// waitFor waits for a condition that another goroutine or process makes true.
func waitFor(t *testing.T, is func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for range 12_000 { // Counted, because a busy machine may stand still for longer than any time that is allowed.
		if is() {
			return
		}
		<-tick.C
	}
	t.Fatal("it does not come")
}

func TestWalk(t *testing.T) {
	t.Parallel()
	p, api := simulate(t, wawptest.Config{Paid: true})
	other := api.Add(wawptest.Session{Status: "WORKING"})
	p.expect(0)
	var got []string
	for _, r := range api.Requests() {
		got = append(got, r.String())
	}
	want := strings.Split(`POST /v2/session/create -> 201
POST /v2/session/info -> 200
GET /v2/session/rate-limit -> 200
POST /v2/session/start -> 200
POST /v2/session/info -> 200
POST /v2/auth/qr -> 200
POST /v2/auth/qr-image -> 200
GET /v2/session/temp-link -> 200
POST /v2/session/temp-link -> 200
GET /v2/session/temp-link -> 200
DELETE /v2/session/temp-link -> 200
GET /v2/session/webhook -> 200
POST /v2/session/stop -> 200
POST /v2/session/info -> 200
DELETE /v2/session/delete -> 200
POST /v2/session/info -> 401
POST /v2/session/info -> 404
GET /v2/session/rate-limit -> 404
POST /v2/session/nonsense -> 404`, "\n")
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("it asked\n%s", strings.Join(got, "\n"))
	}
	if left := api.Sessions(); len(left) != 1 || left[0].InstanceID != other.InstanceID || left[0].Status != "WORKING" {
		t.Errorf("left %v", left)
	}
	if p.stderr.String() != "" || len(p.fixture().Calls) != len(want) {
		t.Errorf("it said %q and wrote %v", p.stderr, p.fixture())
	}
}

// A session takes a while to start; one that never does ends the wait, not the walk.
func TestWaitForStart(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		config wawptest.Config
		fault  wawptest.Fault
		looks  int // of the wait
		state  string
	}{
		"at once":         {looks: 1, state: "SCAN_QR_CODE"},
		"later":           {config: wawptest.Config{BootTime: 20 * time.Millisecond}, state: "SCAN_QR_CODE"},
		"never":           {config: wawptest.Config{BootTime: time.Hour}, looks: mostLooks, state: "still STARTING after a minute"},
		"after a failure": {fault: wawptest.Fault{Match: sessionInfo, Skip: 1, Times: 2, Status: 502}, looks: 3, state: "SCAN_QR_CODE"},
		"after a drop":    {fault: wawptest.Fault{Match: sessionInfo, Skip: 1, Times: 1, Drop: true}, looks: 2, state: "SCAN_QR_CODE"},
		"refused":         {fault: wawptest.Fault{Match: sessionInfo, Skip: 1, Times: 1, Status: 400, Body: "{}"}, looks: 1},
		"wrapped":         {fault: wawptest.Fault{Match: sessionInfo, Reshape: wawptest.Wrap("data")}, looks: 1, state: "SCAN_QR_CODE"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, api := simulate(t, test.config)
			if test.fault.Match != "" {
				api.Inject(test.fault)
			}
			p.pause = 3 * time.Millisecond
			p.expect(0)
			others := 4
			if looks := api.Count(sessionInfo) - others; looks < 1 || test.looks > 0 && looks != test.looks {
				t.Errorf("it looked %d times", looks)
			}
			if line := "In which state is the session once it has started? " + test.state + "\n"; p.printed(line) != (test.state != "") {
				t.Errorf("it says\n%s", p.stdout)
			}
			if len(p.fixture().Calls) != 1+len(steps) {
				t.Errorf("it wrote %v", p.fixture())
			}
		})
	}
}

// Whatever a step answers, the next one is taken, and the session is deleted.
func TestFailuresOfSteps(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]wawptest.Fault{
		"500":          {Status: 500, Body: `{"code":"x","message":"y"}`},
		"401":          {Status: 401, Body: `{}`},
		"HTML":         {Status: 502, Body: "<html>", Header: http.Header{"Content-Type": {"text/html"}}},
		"redirect":     {Status: 301, Header: http.Header{"Location": {"https://elsewhere.invalid/"}}},
		"reset":        {Drop: true},
		"broken off":   {Cut: true},
		"no body":      {Status: 204},
		"an odd state": {Reshape: wawptest.Set("status", "SLEEPING")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, api := simulate(t, wawptest.Config{Paid: true})
			faulty := map[string]bool{create.endpoint: true, "DELETE /v2/session/delete": true} // Not these two.
			for _, s := range steps {
				if fault.Match = s.endpoint; !faulty[s.endpoint] {
					api.Inject(fault)
				}
				faulty[s.endpoint] = true
			}
			p.run()
			if len(api.Sessions()) != 0 || api.Count("POST /v2/session/nonsense") != 1 {
				t.Errorf("left %v, asked %v", api.Sessions(), api.Requests())
			}
		})
	}
}

func TestFailuresOfCreate(t *testing.T) {
	t.Parallel()
	const mayExist, noneMade = "A session may exist now", "No session was created"
	for name, test := range map[string]struct {
		fault wawptest.Fault
		says  []string
		not   string
	}{
		"quota":            {wawptest.Fault{Status: 403, Body: `{"code":"quota_reached","message":"T0k3nC4n4ry9x"}`}, []string{noneMade, "403, {code: string, message: string} (quota_reached)", "quota may be used up"}, mayExist},
		"wrong token":      {wawptest.Fault{Status: 401, Body: `{"code":"T0k3nC4n4ry9x","message":"y"}`}, []string{noneMade, "(an unknown code, no. 1)", "WAWP_ACCESS_TOKEN"}, mayExist},
		"too many":         {wawptest.Fault{Status: 429}, []string{noneMade, "429"}, mayExist},
		"redirect":         {wawptest.Fault{Status: 308}, []string{noneMade, "308"}, mayExist},
		"502":              {wawptest.Fault{Status: 502, Act: true}, []string{mayExist, "dashboard", "UTC"}, noneMade},
		"reset":            {wawptest.Fault{Drop: true, Act: true}, []string{mayExist, "the connection broke"}, noneMade},
		"broken off":       {wawptest.Fault{Cut: true}, []string{mayExist, "the connection broke"}, noneMade},
		"no id":            {wawptest.Fault{Reshape: wawptest.Rename("instance_id", "uuid")}, []string{mayExist, "no instance id", `"uuid": "string"`}, noneMade},
		"the token as id":  {wawptest.Fault{Reshape: wawptest.Set("instance_id", token)}, []string{mayExist, `"instance_id": "string"`}, noneMade},
		"no body":          {wawptest.Fault{Status: 204, Act: true}, []string{mayExist, `"empty"`}, noneMade},
		"error in success": {wawptest.Fault{Status: 200, Body: `{"code":"x","message":"y"}`}, []string{mayExist, `"message": "string"`}, noneMade},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, api := simulate(t, wawptest.Config{})
			test.fault.Match = create.endpoint
			api.Inject(test.fault)
			p.expect(1)
			for _, says := range test.says {
				if !p.printed(says) {
					t.Errorf("it does not say %q:\n%s%s", says, p.stdout, p.stderr)
				}
			}
			if p.printed(test.not) || strings.Contains(p.everything(), token) {
				t.Errorf("it says\n%s", p.everything())
			}
			if _, err := os.Stat(p.file); err == nil || p.printed("Settled") || api.Count("") != 1 {
				t.Errorf("it wrote a file or asked more: %v, %s", api.Requests(), p.stdout)
			}
		})
	}
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := newProbe(t, "http://"+listener.Addr().String())
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	p.expect(1)
	if !p.printed("No session was created: the server could not be reached.") || p.printed("Settled") {
		t.Errorf("it says\n%s", p.everything())
	}
}

// The session is deleted after a signal at any step, also if that takes a few attempts.
func TestInterruptions(t *testing.T) {
	t.Parallel()
	for _, s := range append([]step{create}, steps...) {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			p, api := simulate(t, wawptest.Config{})
			asked := 0
			at := index(s.name)
			p.via(func(r *http.Request, next http.RoundTripper) (*http.Response, error) {
				if asked++; asked == at+1 {
					p.interrupt()
					switch s.name {
					case stepCreate:
						<-r.Context().Done() // it is called off; otherwise the session could be made before that
					case stepDelete:
						return nil, r.Context().Err()
					}
				}
				return next.RoundTrip(r)
			})
			api.Inject(wawptest.Fault{Match: "DELETE /v2/session/delete", Times: 2, Status: 503})
			p.expect(1)
			ended := map[bool]string{true: "No session was created", false: "The session is deleted."}[s.name == stepCreate]
			if len(api.Sessions()) != 0 || !p.printed("Stopping.") || !p.printed(ended) {
				t.Errorf("left %v, said %s", api.Sessions(), p.stderr)
			}
			if asks := api.Count("") - api.Count("DELETE /v2/session/delete"); asks > at+1 {
				t.Errorf("it went on: %v", api.Requests())
			}
		})
	}
}

// index returns at which place a step comes.
func index(name string) int {
	for i, s := range steps {
		if s.name == name {
			return i + 1
		}
	}
	return 0
}

// The session is deleted if the program has a bug, too, and what it panicked with is not shown.
func TestPanics(t *testing.T) {
	t.Parallel()
	var nothing map[string]int
	for name, test := range map[string]struct {
		at    string
		cause func()
		says  string
	}{
		"in a step":           {stepQR, func() { panic("S3cr3t") }, "a panic with a value of type string"},
		"of the runtime":      {stepRateLimit, func() { nothing["a"] = 1 }, "assignment to entry in nil map"},
		"in delete":           {stepDelete, func() { panic(errors.New("S3cr3t")) }, "a panic with a value of type"},
		"in create, answered": {stepCreate, func() { panic("S3cr3t") }, "A session may exist now"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, api := simulate(t, wawptest.Config{})
			asked := 0
			p.via(func(r *http.Request, next http.RoundTripper) (*http.Response, error) {
				if asked++; asked == index(test.at)+1 {
					test.cause()
				}
				return next.RoundTrip(r)
			})
			p.expect(1)
			if len(api.Sessions()) != 0 || !p.printed(test.says) || p.printed("S3cr3t") || !p.printed("bug") {
				t.Errorf("left %v, said %s", api.Sessions(), p.stderr)
			}
		})
	}
}

// A session that cannot be deleted is the only reason to show an id.
func TestLeftBehind(t *testing.T) {
	t.Parallel()
	const remove = "DELETE /v2/session/delete"
	for name, prepare := range map[string]func(*probe, *wawptest.API){
		"refused":   func(_ *probe, api *wawptest.API) { api.Inject(wawptest.Fault{Match: remove, Status: 403, Body: `{}`}) },
		"failed":    func(_ *probe, api *wawptest.API) { api.Inject(wawptest.Fault{Match: remove, Status: 502}) },
		"disguised": func(_ *probe, api *wawptest.API) { api.Inject(wawptest.Fault{Match: remove, Body: `{"error":"no"}`}) },
		"no route": func(_ *probe, api *wawptest.API) {
			api.Inject(wawptest.Fault{Match: remove, Status: 404, Body: `{"code":"rest_no_route","message":"No route"}`})
		},
		"still there": func(_ *probe, api *wawptest.API) {
			api.Inject(wawptest.Fault{Match: remove, Body: `{"status":"DELETED"}`})
		},
		"after Ctrl-C": func(p *probe, api *wawptest.API) {
			api.Inject(wawptest.Fault{Match: remove, Drop: true})
			p.via(func(r *http.Request, next http.RoundTripper) (*http.Response, error) {
				if strings.HasSuffix(r.URL.Path, "/start") {
					p.interrupt()
				}
				return next.RoundTrip(r)
			})
		},
		"a bug in deletion": func(p *probe, _ *wawptest.API) {
			p.via(func(r *http.Request, next http.RoundTripper) (*http.Response, error) {
				if r.Method == http.MethodDelete && strings.HasSuffix(r.URL.Path, "/delete") {
					panic("S3cr3t")
				}
				return next.RoundTrip(r)
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, api := simulate(t, wawptest.Config{})
			prepare(p, api)
			code := p.run()
			id := api.Sessions()[0].InstanceID
			for _, says := range []string{"!!!", `Its instance id is "` + id + `"`, "the Wawp dashboard", "instance_id=" + id, "$WAWP_ACCESS_TOKEN"} {
				if !strings.Contains(p.stderr.String(), says) {
					t.Errorf("it does not say %q: %s", says, p.stderr)
				}
			}
			if code != 1 || strings.Contains(p.everything(), token) || p.printed("S3cr3t") {
				t.Errorf("exit code %d; %s", code, p.everything())
			}
		})
	}
}

// A step that hangs does not hang the walk for ever: its context has a deadline. What the client sends has a time of its own once it is
// connected.
func TestDeadlines(t *testing.T) {
	t.Parallel()
	p, api := simulate(t, wawptest.Config{})
	p.via(func(r *http.Request, next http.RoundTripper) (*http.Response, error) {
		byClient := r.Method == http.MethodDelete || strings.HasSuffix(r.URL.Path, "/create")
		if _, bounded := r.Context().Deadline(); !bounded && !byClient {
			t.Errorf("%s %s has no deadline", r.Method, r.URL.Path)
		}
		if strings.HasSuffix(r.URL.Path, "/qr") {
			return nil, context.DeadlineExceeded
		}
		return next.RoundTrip(r)
	})
	p.expect(0)
	if !p.printed("no answer came in time") || len(api.Sessions()) != 0 {
		t.Errorf("it says %s", p.everything())
	}
}

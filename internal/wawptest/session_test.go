package wawptest

import (
	"encoding/json"
	"net/http"
	"reflect"
	"regexp"
	"testing"
	"time"
)

func TestCreate(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"": statusStopped, statusStopped: statusStopped,
		statusStarting: statusStarting,
	} {
		t.Run(given, func(t *testing.T) {
			t.Parallel()
			s := newSimulation(t, Config{Created: given})
			status, created := s.call(createSession, "")
			id, _ := created["instance_id"].(string)
			name, _ := created["session_name"].(string)
			server, _ := created["server_name"].(string)
			if status != http.StatusCreated || len(created) != 4 || created["status"] != want {
				t.Errorf("got %d %v", status, created)
			}
			if !regexp.MustCompile(`^[0-9A-F]{12}$`).MatchString(id) ||
				!regexp.MustCompile(`^wawp-\d{8}$`).MatchString(name) || server == "" {
				t.Errorf("id %q, name %q, server %q", id, name, server)
			}
			session, ok := s.Session(id)
			if !ok || session.InstanceID != id || session.Name != name || session.ServerName != server ||
				session.Me != nil {
				t.Errorf("the dashboard shows %+v, %v", session, ok)
			}
		})
	}
}

func TestQuota(t *testing.T) {
	t.Parallel()
	s := newSimulation(t, Config{Quota: 2})
	s.call(createSession, "")
	_, second := s.call(createSession, "")
	status, answer := s.call(createSession, "")
	if status != http.StatusForbidden || answer["code"] != "quota_reached" || len(s.Sessions()) != 2 {
		t.Errorf("beyond the quota: %d %v", status, answer)
	}
	id, _ := second[instanceID].(string)
	s.call("DELETE /v2/session/delete", id)
	if status, _ := s.call(createSession, ""); status != http.StatusCreated {
		t.Errorf("after a delete: %d", status)
	}
}

// TestStatusMachine checks the HTTP status of each endpoint in each status of a session, and the status that follows.
func TestStatusMachine(t *testing.T) {
	t.Parallel()
	me := &Me{ID: "201012345678@c.us", PushName: "John Doe"}
	tests := []struct {
		from     string
		me       *Me
		do       string
		answer   int
		says     string // the status in the answer, or the code of a refusal
		at, then string // what the session is, and what it is after booting
		keeps    bool   // the phone stays linked
	}{
		{statusStopped, nil, "start", 200, statusStarting, statusStarting, statusScan, false},
		{statusStopped, me, "start", 200, statusStarting, statusStarting, statusWorking, true},
		{statusStarting, nil, "start", 409, "protocol_conflict", statusStarting, statusScan, false},
		{statusScan, nil, "start", 409, "protocol_conflict", statusScan, statusScan, false},
		{statusWorking, me, "start", 409, "protocol_conflict", statusWorking, statusWorking, true},
		{statusFailed, nil, "start", 409, "protocol_conflict", statusFailed, statusFailed, false},
		{statusStopped, me, "stop", 200, statusStopped, statusStopped, statusStopped, true},
		{statusStarting, nil, "stop", 200, statusStopped, statusStopped, statusStopped, false},
		{statusScan, nil, "stop", 200, statusStopped, statusStopped, statusStopped, false},
		{statusWorking, me, "stop", 200, statusStopped, statusStopped, statusStopped, true},
		{statusFailed, nil, "stop", 200, statusStopped, statusStopped, statusStopped, false},
		{statusStopped, me, "restart", 200, statusStarting, statusStarting, statusWorking, true},
		{statusStarting, me, "restart", 200, statusStarting, statusStarting, statusWorking, true},
		{statusScan, nil, "restart", 200, statusStarting, statusStarting, statusScan, false},
		{statusWorking, me, "restart", 200, statusStarting, statusStarting, statusWorking, true},
		{statusFailed, nil, "restart", 200, statusStarting, statusStarting, statusScan, false},
		{statusWorking, me, "logout", 200, statusScan, statusScan, statusScan, false},
		{statusScan, nil, "logout", 400, "not_connected", statusScan, statusScan, false},
		{statusStopped, me, "logout", 400, "not_connected", statusStopped, statusStopped, true},
		{statusFailed, nil, "logout", 400, "not_connected", statusFailed, statusFailed, false},
	}
	for _, test := range tests {
		name := test.do + " " + test.from
		if test.me != nil {
			name += " paired"
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock := &clock{}
			s := newSimulation(t, Config{Now: clock.Now, BootTime: time.Minute})
			id := s.Add(Session{Status: test.from, Me: test.me}).InstanceID
			status, answer := s.call("POST /v2/session/"+test.do, id)
			if status != test.answer || answer["status"] != test.says && answer["code"] != test.says {
				t.Errorf("got %d %v, want %d %s", status, answer, test.answer, test.says)
			}
			clock.Advance(time.Minute - time.Nanosecond)
			if at := s.status(id); at != test.at {
				t.Errorf("it is %s, want %s", at, test.at)
			}
			clock.Advance(time.Nanosecond)
			session, _ := s.Session(id)
			if session.Status != test.then || (session.Me != nil) != test.keeps {
				t.Errorf("it becomes %+v, want %s, paired %v", session, test.then, test.keeps)
			}
		})
	}
}

// TestStartingWithoutBootTime: without a BootTime, STARTING ends at the next request.
func TestStartingWithoutBootTime(t *testing.T) {
	t.Parallel()
	s := newSimulation(t, Config{Created: statusStarting})
	_, created := s.call(createSession, "")
	id, _ := created[instanceID].(string)
	if _, info := s.call(sessionInfo, id); info["status"] != statusScan {
		t.Errorf("after create: %v", info)
	}
	s.call("POST /v2/session/restart", id)
	if sessions := s.Sessions(); sessions[0].Status != statusScan {
		t.Errorf("after restart: %v", sessions)
	}
	s.call("POST /v2/session/restart", id)
	s.Pair(id, "201012345678", "John Doe") // Needs SCAN_QR_CODE.
	if sessions := s.Sessions(); sessions[0].Status != statusWorking {
		t.Errorf("after the scan: %v", sessions)
	}
}

// TestHang: STARTING lasts for the given time. A restart ends it, and then takes BootTime.
func TestKeepStarting(t *testing.T) {
	t.Parallel()
	clock := &clock{}
	s := newSimulation(t, Config{Now: clock.Now, BootTime: time.Second})
	id := s.Add(Session{Status: statusWorking, Me: &Me{ID: "201012345678@c.us"}}).InstanceID
	after := func(d time.Duration, want string) {
		t.Helper()
		clock.Advance(d)
		if at := s.status(id); at != want {
			t.Errorf("it is %s, want %s", at, want)
		}
	}
	s.KeepStarting(id, time.Minute)
	after(time.Minute-time.Nanosecond, statusStarting)
	after(time.Nanosecond, statusWorking)
	s.KeepStarting(id, time.Hour)
	after(time.Minute, statusStarting)
	s.call("POST /v2/session/restart", id)
	after(time.Second, statusWorking)
}

// TestDocumentedBodies checks the answers that Wawp's documentation shows.
func TestDocumentedBodies(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ status, endpoint, want string }{
		"working": {
			statusWorking,
			sessionInfo,
			`{"name":"wawp-84729105","status":"WORKING","config":{"webhooks":{},"proxy":null},` +
				`"me":{"id":"201012345678@c.us","pushName":"John Doe"}}`,
		},
		"not running": {
			statusStopped, sessionInfo,
			`{"name":"wawp-84729105","status":"STOPPED","config":{"webhooks":{},"proxy":null}}`,
		},
		"stop": {
			statusWorking, "POST /v2/session/stop",
			`{"name":"wawp-84729105","status":"STOPPED","config":{"webhooks":{},"proxy":null}}`,
		},
		"logout": {
			statusWorking, "POST /v2/session/logout",
			`{"name":"wawp-84729105","status":"SCAN_QR_CODE","instance_id":"3EB0BCB2E3D4"}`,
		},
		"delete": {
			statusWorking, "DELETE /v2/session/delete",
			`{"name":"wawp-84729105","status":"DELETED","instance_id":"3EB0BCB2E3D4"}`,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSimulation(t, Config{})
			s.Add(Session{
				InstanceID: "3EB0BCB2E3D4", Name: "wawp-84729105", Status: test.status,
				Me: &Me{ID: "201012345678@c.us", PushName: "John Doe"},
			})
			var want object
			if err := json.Unmarshal([]byte(test.want), &want); err != nil {
				t.Fatal(err)
			}
			if status, got := s.call(test.endpoint, "3EB0BCB2E3D4"); status != http.StatusOK ||
				!reflect.DeepEqual(got, want) {
				t.Errorf("got %d %v, want %v", status, got, want)
			}
		})
	}
}

func TestDeletedSessionIsNotFound(t *testing.T) {
	t.Parallel()
	ways := map[string]func(*simulation, string){
		"deleted":       func(s *simulation, id string) { s.call("DELETE /v2/session/delete", id) },
		"removed":       func(s *simulation, id string) { s.Remove(id) },
		"removed twice": func(s *simulation, id string) { s.Remove(id); s.Remove(id) },
	}
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSimulation(t, Config{})
			other, id := s.Add(Session{}), s.Add(Session{}).InstanceID
			way(s, id)
			for _, endpoint := range []string{
				sessionInfo, startSession, "DELETE /v2/session/delete",
				"GET /v2/session/rate-limit",
			} {
				if status, answer := s.call(endpoint, id); status != http.StatusNotFound ||
					answer["code"] != "invalid_instance" {
					t.Errorf("%s: %d %v", endpoint, status, answer)
				}
			}
			if _, ok := s.Session(id); ok || !reflect.DeepEqual(s.Sessions(), []Session{other}) {
				t.Errorf("the dashboard shows %v", s.Sessions())
			}
		})
	}
}

func TestAdd(t *testing.T) {
	t.Parallel()
	api := New(Config{})
	given := Session{InstanceID: "A", Name: "b", ServerName: "c", Status: "PAUSED", Me: &Me{ID: "1@c.us"}}
	if added := api.Add(given); !reflect.DeepEqual(added, given) {
		t.Errorf("got %+v, want %+v", added, given)
	}
	given.Me.PushName = "changed by the caller"
	first, second := api.Add(Session{}), api.Add(Session{})
	if first.InstanceID == second.InstanceID || first.Name == second.Name || first.Status != statusStopped ||
		first.ServerName == "" {
		t.Errorf("got %+v and %+v", first, second)
	}
	sessions := api.Sessions()
	if len(sessions) != 3 || sessions[0].InstanceID != "A" || sessions[2] != second {
		t.Errorf("not in order of creation: %+v", sessions)
	}
	sessions[0].Me.ID = "changed by the caller"
	if added, _ := api.Session("A"); *added.Me != (Me{ID: "1@c.us"}) {
		t.Errorf("the caller changed the session: %+v", *added.Me)
	}
}

func TestPairAndUnpair(t *testing.T) {
	t.Parallel()
	api := New(Config{})
	id := api.Add(Session{Status: statusScan}).InstanceID
	api.Pair(id, "201012345678", "John Doe")
	paired, _ := api.Session(id)
	if paired.Status != statusWorking || *paired.Me != (Me{ID: "201012345678@c.us", PushName: "John Doe"}) {
		t.Errorf("paired: %+v", paired)
	}
	api.SetStatus(id, statusStopped)
	if stopped, _ := api.Session(id); stopped.Status != statusStopped || stopped.Me == nil {
		t.Errorf("status set: %+v", stopped)
	}
	api.Unpair(id)
	if unpaired, _ := api.Session(id); unpaired.Status != statusFailed || unpaired.Me != nil {
		t.Errorf("unpaired: %+v", unpaired)
	}
}

// TestPairAfter checks which requests make a phone pair, and which do not.
func TestPairAfter(t *testing.T) {
	t.Parallel()
	number := object{"phone_number": "491711234567"}
	for name, test := range map[string]struct {
		endpoint string
		params   object
		want     Me // zero is no phone
	}{
		"QR code":         {getCode, nil, Me{"201145202826@c.us", "Support"}},
		"pairing code":    {requestCode, number, Me{"491711234567@c.us", "Support"}},
		"new link":        {newLink, nil, Me{"201145202826@c.us", "Support"}},
		"link":            {getLink, nil, Me{"201145202826@c.us", "Support"}},
		"no pairing code": {requestCode, nil, Me{}},
		"no link":         {revokeLink, nil, Me{}},
		"none of them":    {sessionInfo, nil, Me{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock := &clock{}
			s := newSimulation(t, Config{Now: clock.Now, PairAfter: time.Minute})
			id := s.Add(Session{Status: statusScan}).InstanceID
			if test.endpoint == getLink {
				s.NewLink(id)
			}
			s.call(test.endpoint, id, test.params)
			if test.endpoint == revokeLink {
				s.call(getLink, id)
			}
			clock.Advance(time.Minute - time.Nanosecond)
			if s.status(id) != statusScan {
				t.Errorf("too early: %s", s.status(id))
			}
			clock.Advance(time.Nanosecond)
			session, _ := s.Session(id)
			var me Me
			if session.Me != nil {
				me = *session.Me
			}
			if paired := session.Status == statusWorking; me != test.want || paired != (test.want != Me{}) {
				t.Errorf("it is %s, paired with %+v, want %+v", session.Status, me, test.want)
			}
		})
	}
}

// TestPairAfterTheFirstCode: in each SCAN_QR_CODE, one phone pairs, counted from the first code.
func TestPairAfterTheFirstCode(t *testing.T) {
	t.Parallel()
	clock := &clock{}
	s := newSimulation(t, Config{Now: clock.Now, PairAfter: time.Minute})
	id := s.Add(Session{Status: statusStopped}).InstanceID
	after := func(d time.Duration, want string) {
		t.Helper()
		clock.Advance(d)
		if got := s.status(id); got != want {
			t.Errorf("it is %s, want %s", got, want)
		}
	}
	s.call(newLink, id)
	after(time.Hour, statusStopped)
	s.NewLink(id)
	s.call(getLink, id)
	s.call(startSession, id)
	after(time.Hour, statusScan) // before SCAN_QR_CODE, there is no code
	s.call(getCode, id)
	after(40*time.Second, statusScan)
	s.call(requestCode, id, object{"phone_number": "491711234567"})
	after(20*time.Second, statusWorking)
	if session, _ := s.Session(id); session.Me.ID != "491711234567@c.us" {
		t.Errorf("paired with %+v", *session.Me)
	}
	if status, answer := s.call(getCode, id); status != http.StatusBadRequest || answer["code"] != "qr_not_available" {
		t.Errorf("there is a code still: %d %v", status, answer)
	}
	s.call("POST /v2/session/logout", id)
	after(time.Hour, statusScan)
	s.call(getCode, id)
	after(40*time.Second, statusScan)
	s.call("POST /v2/session/restart", id)
	after(time.Hour, statusScan)
	s.call(getCode, id)
	after(40*time.Second, statusScan)
	s.call("POST /v2/session/stop", id)
	after(time.Hour, statusStopped)
	s.call(startSession, id)
	s.call(getCode, id)
	after(time.Minute, statusWorking)
	if session, _ := s.Session(id); session.Me.ID != "201145202826@c.us" {
		t.Errorf("paired with %+v", *session.Me)
	}
}

func TestNoPhonePairsByDefault(t *testing.T) {
	t.Parallel()
	clock := &clock{}
	s := newSimulation(t, Config{Now: clock.Now})
	id := s.Add(Session{Status: statusScan}).InstanceID
	s.call(getCode, id)
	clock.Advance(24 * time.Hour)
	if s.status(id) != statusScan {
		t.Errorf("it is %s", s.status(id))
	}
}

func TestMisusePanics(t *testing.T) {
	t.Parallel()
	mistakes := map[string]func(*API, string){
		"scan without a code":         func(a *API, id string) { a.Pair(id, "1", "") },
		"scan of an unknown session":  func(a *API, _ string) { a.Pair("?", "1", "") },
		"unlink of an unknown one":    func(a *API, _ string) { a.Unpair("?") },
		"status of an unknown one":    func(a *API, _ string) { a.SetStatus("?", statusWorking) },
		"policy of an unknown one":    func(a *API, _ string) { a.SetPolicy("?", "strict") },
		"webhook of an unknown one":   func(a *API, _ string) { a.SetWebhook("?", Webhook{}) },
		"removal at an unknown one":   func(a *API, _ string) { a.RemoveWebhook("?", "") },
		"system webhook of none":      func(a *API, _ string) { a.SystemWebhook("?") },
		"link of an unknown one":      func(a *API, _ string) { a.NewLink("?") },
		"expiry at an unknown one":    func(a *API, _ string) { a.ExpireLink("?") },
		"answer that is not any JSON": reshapeIntoFunc,
	}
	for name, mistake := range mistakes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := New(Config{})
			id := api.Add(Session{}).InstanceID
			checkPanics(t, func() { mistake(api, id) })
			api.Sessions() // deadlocks if the API is still locked
		})
	}
}

func reshapeIntoFunc(*API, string) {
	fault := Fault{Reshape: func(map[string]any) any { return func() {} }}
	fault.answer(func() answer { return reply(http.StatusOK, object{}) })
}

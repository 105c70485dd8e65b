package wawptest

import (
	"net/http"
	"reflect"
	"slices"
	"testing"
	"time"
)

const (
	getPolicy   = "GET /v2/session/rate-limit"
	logout      = "POST /v2/session/logout"
	stopSession = "POST /v2/session/stop"
)

// TestFaultFlap: each session/info shows one status of the flap, and then the status of the session. The dashboard
// shows only the latter.
func TestFaultFlap(t *testing.T) {
	t.Parallel()
	s := newSimulation(t, Config{})
	id := s.Add(Session{Status: statusWorking, Me: &Me{ID: "201012345678@c.us"}}).InstanceID
	s.Inject(Fault{Match: sessionInfo, Times: 1, Flap: []string{statusStopped, statusStarting, statusScan}})
	var looks []string
	for range 5 {
		_, info := s.call(sessionInfo, id)
		status, _ := info["status"].(string)
		looks = append(looks, status)
		if (info["me"] != nil) != (status == statusWorking) {
			t.Errorf("%s: me is %v", status, info["me"])
		}
		if at := s.status(id); at != statusWorking {
			t.Errorf("the dashboard shows %s while it is %s", at, status)
		}
		if status == statusStarting {
			if code, answer := s.call(logout, id); code != http.StatusBadRequest {
				t.Errorf("a logout while it is about to be %s: %d %v", statusScan, code, answer)
			}
		}
	}
	if want := []string{statusStopped, statusStarting, statusScan, statusWorking, statusWorking}; !slices.Equal(looks,
		want) {
		t.Errorf("it was %v, want %v", looks, want)
	}
}

// TestStatusChangeEndsFlap checks what ends a flap, and which status session/info shows then.
func TestStatusChangeEndsFlap(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		from string
		end  func(*simulation, string)
		then string
	}{
		"looks": {statusWorking, func(s *simulation,
			id string,
		) {
			s.call(sessionInfo, id)
			s.call(sessionInfo, id)
		}, statusWorking},
		"a request": {statusWorking, func(s *simulation, id string) { s.call(stopSession, id) }, statusStopped},
		"the dashboard": {
			statusScan, func(s *simulation, id string) { s.Pair(id, "201012345678", "") },
			statusWorking,
		},
		"a change of more": {statusFailed, func(s *simulation, id string) { s.SetPolicy(id, "strict") }, statusFailed},
		"no more faults":   {statusWorking, func(s *simulation, _ string) { s.ClearFaults() }, statusWorking},
		"an engine is off": {statusStopped, func(*simulation, string) {}, statusStopped},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSimulation(t, Config{})
			id := s.Add(Session{Status: test.from, Me: &Me{}}).InstanceID
			s.Inject(Fault{Match: getPolicy, Times: 1, Flap: []string{statusScan, statusStarting}})
			s.call(getPolicy, id)
			test.end(s, id)
			if _, info := s.call(sessionInfo, id); info["status"] != test.then {
				t.Errorf("it is %v, want %s", info["status"], test.then)
			}
		})
	}
}

// TestFlapIsNotInterrupted: during a flap, no other flap begins and no phone pairs.
func TestFlapIsNotInterrupted(t *testing.T) {
	t.Parallel()
	s := newSimulation(t, Config{PairAfter: time.Nanosecond})
	id := s.Add(Session{Status: statusFailed}).InstanceID
	s.Inject(Fault{Match: sessionInfo, Flap: []string{statusScan, statusStarting}})
	_, first := s.call(sessionInfo, id)
	_, second := s.call(sessionInfo, id)
	if first["status"] != statusScan || second["status"] != statusStarting || s.status(id) != statusFailed {
		t.Errorf("it was %v and %v, and is %s", first["status"], second["status"], s.status(id))
	}
}

// TestPairingCodeUnlinksPhone: a pairing code for a session that passes through SCAN_QR_CODE unlinks its phone.
func TestPairingCodeUnlinksPhone(t *testing.T) {
	t.Parallel()
	s := newSimulation(t, Config{})
	id := s.Add(Session{Status: statusWorking, Me: &Me{}}).InstanceID
	s.Inject(Fault{Times: 1, Flap: []string{statusScan}})
	s.call("POST /v2/auth/request-code", id, object{"phone_number": "201012345678"})
	if session, _ := s.Session(id); session.Me != nil || session.Status != statusScan {
		t.Errorf("it is %+v", session)
	}
}

// TestFaultAge: an old answer shows the session as it was, or as it began.
func TestFaultAge(t *testing.T) {
	t.Parallel()
	clock := &clock{now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	s := newSimulation(t, Config{Now: clock.Now})
	id := s.Add(Session{}).InstanceID
	for _, policy := range []string{"strict", "unlimited"} {
		clock.Advance(10 * time.Second)
		s.SetPolicy(id, policy)
	}
	clock.Advance(10 * time.Second)
	for age, want := range map[time.Duration]string{
		0: "unlimited", 10 * time.Second: "unlimited",
		15 * time.Second: "strict", time.Hour: defaultPolicy,
	} {
		s.Inject(Fault{Times: 1, Age: age})
		if _, answer := s.call(getPolicy, id); answer["current_policy"] != want {
			t.Errorf("%s ago: %v, want %s", age, answer["current_policy"], want)
		}
	}
	if now := s.Policy(id); now != "unlimited" {
		t.Errorf("it has become %s", now)
	}
}

// TestAgeOfEachObject: each object of a GET has former versions, after a request and after a change in the dashboard.
func TestAgeOfEachObject(t *testing.T) {
	t.Parallel()
	clock := &clock{now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	s := newSimulation(t, Config{Now: clock.Now, Paid: true})
	id := s.Add(Session{}).InstanceID
	before := map[string]object{}
	gets := []string{getPolicy, getLink, "GET /v2/session/webhook"}
	for _, get := range gets {
		_, before[get] = s.call(get, id)
	}
	clock.Advance(time.Second)
	s.call("PATCH /v2/session/rate-limit", id, object{"policy_slug": "strict"})
	s.call(newLink, id)
	s.call("POST /v2/webhook/set", id, object{"url": "https://example.com", "events": []string{"message"}})
	for _, get := range gets {
		_, now := s.call(get, id)
		s.Inject(Fault{Times: 1, Age: time.Nanosecond})
		_, old := s.call(get, id)
		if !reflect.DeepEqual(old, before[get]) || reflect.DeepEqual(now, old) {
			t.Errorf("%s: %v a moment ago, want %v; now %v", get, old, before[get], now)
		}
	}
}

// TestDeletedWhileLinked: a phone goes on listing a session that was deleted while it was linked.
func TestDeletedWhileLinked(t *testing.T) {
	t.Parallel()
	s := newSimulation(t, Config{})
	linked := func() string { return s.Add(Session{Status: statusWorking, Me: &Me{}}).InstanceID }
	byRequest, inDashboard, unlinked, existing := linked(), linked(), linked(), linked()
	s.call("DELETE /v2/session/delete", byRequest)
	s.Remove(inDashboard)
	s.call(logout, unlinked)
	s.call("DELETE /v2/session/delete", unlinked)
	var ids []string
	for _, session := range s.DeletedWhileLinked() {
		ids = append(ids, session.InstanceID)
	}
	if !slices.Equal(ids, []string{byRequest, inDashboard}) {
		t.Errorf("got %v, want %s and %s, not %s", ids, byRequest, inDashboard, existing)
	}
}

// TestRequestDone: Done is set even if a fault changed the answer.
func TestRequestDone(t *testing.T) {
	t.Parallel()
	s := newSimulation(t, Config{})
	id := s.Add(Session{Status: statusWorking, Me: &Me{}}).InstanceID
	s.Inject(Fault{Times: 1, Status: 500, Body: "{}", Act: true})
	s.Inject(Fault{Times: 1, Status: 500, Body: "{}", Skip: 1})
	for range 3 {
		s.call(logout, id)
	}
	s.call(sessionInfo, "unknown")
	got := s.Requests()
	for i, want := range []struct {
		done  bool
		shown string
	}{{true, statusWorking}, {false, statusScan}, {false, ""}, {false, ""}} {
		if got[i].CarriedOut != want.done || got[i].SessionStatus != want.shown {
			t.Errorf("%d: done %v, shown %q, want %+v", i, got[i].CarriedOut, got[i].SessionStatus, want)
		}
	}
}

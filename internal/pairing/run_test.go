package pairing

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wawp/terraform-provider-wawp/internal/wawp"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

const (
	id      = "3EB0BCB2E3D4"
	getQR   = "POST /v2/auth/qr"
	askCode = "POST /v2/auth/request-code"
	start   = "POST /v2/session/start"
	restart = "POST /v2/session/restart"
	info    = "POST /v2/session/info"
)

// How many looks in a row must show a status until it counts: SCAN_QR_CODE, other transient statuses, and the one
// before a start whose answer was lost.
const scanLooks, settledLooks, lostStartLooks = 3, 6, 21

// fixture is a pairingRun with a session of the simulated API. Only advanceClock moves its clock.
type fixture struct {
	*wawptest.API
	pairingRun *pairingRun
	reported   []string
	last       wawp.Look

	mu  sync.Mutex
	now time.Time
}

func newFixture(t *testing.T, config wawptest.Config, session wawptest.Session, number string) *fixture {
	t.Helper()
	s := &fixture{now: time.Date(2026, 11, 23, 12, 0, 1, 0, time.UTC)}
	config.Now = s.clock
	s.API = wawptest.New(config)
	server, err := wawptest.Listen(s.API)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	base, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	session.InstanceID = id
	s.Add(session)
	client := wawp.New(wawp.Options{
		AccessToken: wawptest.DefaultToken, BaseURL: base, PollInterval: time.Millisecond,
		RetryWait: time.Millisecond,
	})
	s.pairingRun = &pairingRun{
		client: client, id: id, number: number, now: s.clock,
		report: func(m string) { s.reported = append(s.reported, m) },
	}
	return s
}

func (s *fixture) clock() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

func (s *fixture) advanceClock(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(d)
}

// look lets the pairingRun look at the session n times, and stops at the end or at an error.
func (s *fixture) look(t *testing.T, n int) (done bool, err error) {
	t.Helper()
	for range n {
		now, err := s.pairingRun.client.GetSession(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if now.Status != s.last.Status {
			s.last.Row = 0
		}
		s.last = wawp.Look{Session: now, Row: s.last.Row + 1}
		if done, err := s.pairingRun.look(t.Context(), s.last); done || err != nil {
			return done, err
		}
	}
	return false, nil
}

// checkWaits looks n times, and fails if that is the end.
func (s *fixture) checkWaits(t *testing.T, n int) {
	t.Helper()
	if done, err := s.look(t, n); done || err != nil {
		t.Fatalf("the pairingRun ended: %v, %v\n%s", done, err, strings.Join(s.reported, "\n"))
	}
}

// waitForPhone waits until a phone is linked, and returns the message about it.
func (s *fixture) waitForPhone(t *testing.T) string {
	t.Helper()
	seen, err := watchForPhone(t.Context(), s.pairingRun.client, id,
		func(l wawp.Look) (bool, error) { return s.pairingRun.look(t.Context(), l) })
	if err != nil {
		t.Fatalf("the pairingRun did not end: %v\n%s", err, strings.Join(s.reported, "\n"))
	}
	return linkedTo(seen)
}

// drawnCodes returns how many QR codes were drawn.
func (s *fixture) drawnCodes() int {
	return strings.Count(strings.Join(s.reported, ""), "Scan this")
}

func (s *fixture) checkRequests(t *testing.T, endpoint string, n int) {
	t.Helper()
	if got := s.Count(endpoint); got != n {
		t.Errorf("%s was asked %d times, want %d", endpoint, got, n)
	}
}

// TestAdviceIsBelowTheCode: a terminal of 24 lines shows the advice. Code and advice fit into the 40 lines that it asks
// for.
func TestAdviceIsBelowTheCode(t *testing.T) {
	t.Parallel()
	s := newFixture(t, wawptest.Config{}, wawptest.Session{Status: "SCAN_QR_CODE"}, "")
	s.checkWaits(t, 1)
	message := s.reported[0]
	at := strings.LastIndex(message, resetColours) + len(resetColours)
	code, advice := message[:at], message[at:]
	for _, phrase := range []string{
		"comes in 29 seconds", "40 lines high", "70 columns wide", "font\nsmaller", "wawp_session_temp_link",
		"phone_number",
	} {
		if !strings.Contains(advice, phrase) || strings.Contains(code, phrase) {
			t.Errorf("%q does not stand below the code:\n%s", phrase, advice)
		}
	}
	lines := strings.Split(advice, "\n")[1:]
	for _, line := range lines {
		if len(line) > 70 {
			t.Errorf("a window of 70 columns breaks %q", line)
		}
	}
	if n := strings.Count(code, blackOnWhite) + len(lines); n > 38 {
		t.Errorf("the code and the advice take %d lines, and what Terraform adds takes two more", n)
	}
}

func TestPairingRunDrawsAnExpiredCodeAgain(t *testing.T) {
	t.Parallel()
	s := newFixture(t, wawptest.Config{}, wawptest.Session{Status: "SCAN_QR_CODE"}, "")
	s.checkWaits(t, 5)
	if s.drawnCodes() != 1 {
		t.Errorf("%d codes were drawn", s.drawnCodes())
	}
	s.checkRequests(t, getQR, 1)

	s.advanceClock(28 * time.Second) // the code lives until the half minute, which is 29 s away
	s.checkWaits(t, 3)
	s.checkRequests(t, getQR, 1)
	s.advanceClock(2 * time.Second)
	s.checkWaits(t, 3)
	s.checkRequests(t, getQR, 2)
	if s.drawnCodes() != 2 {
		t.Errorf("%d codes were drawn", s.drawnCodes())
	}

	s.Pair(id, "201145202826", "Support")
	if last := s.waitForPhone(t); last != "The phone of \"Support\" (201145202826@c.us) is linked to the session "+
		id+"." {
		t.Errorf("at last it says %q", last)
	}
	if len(s.QRCodes(id)) != 2 {
		t.Errorf("%d codes were handed out", len(s.QRCodes(id)))
	}
}

// TestPairingRunWithAWrongClock: if this machine's clock is ahead of Wawp's, a code that seems expired is requested
// again after a while, and drawn only if it is a new one.
func TestPairingRunWithAWrongClock(t *testing.T) {
	t.Parallel()
	for name, expiry := range map[string]any{"long past": 1000000000000, "far away": 99999999999999, "not told": nil} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newFixture(t, wawptest.Config{}, wawptest.Session{Status: "SCAN_QR_CODE"}, "")
			value := "2@first"
			reshape := func(map[string]any) any { return map[string]any{"value": value, "expiry": expiry} }
			s.Inject(wawptest.Fault{Match: getQR, Reshape: reshape})
			s.checkWaits(t, 5)
			s.checkRequests(t, getQR, 1)
			s.advanceClock(maxDisplayTime)
			s.checkWaits(t, 5)
			s.checkRequests(t, getQR, 2)
			if s.drawnCodes() != 1 {
				t.Errorf("the same code was drawn %d times", s.drawnCodes())
			}
			value = "2@second"
			s.advanceClock(maxDisplayTime)
			s.checkWaits(t, 5)
			s.checkRequests(t, getQR, 3)
			if s.drawnCodes() != 2 {
				t.Errorf("%d codes were drawn", s.drawnCodes())
			}
		})
	}
}

func TestPairingRunStartsOrRestartsTheSession(t *testing.T) {
	t.Parallel()
	for status, test := range map[string]struct {
		starts, restarts int
		says             string
	}{
		"STOPPED":      {1, 0, "STOPPED: starting it"},
		"FAILED":       {0, 1, "FAILED: restarting it"},
		"STARTING":     {0, 0, ""},
		"SCAN_QR_CODE": {0, 0, ""},
	} {
		t.Run(status, func(t *testing.T) {
			t.Parallel()
			s := newFixture(t, wawptest.Config{}, wawptest.Session{Status: status}, "")
			s.checkWaits(t, 5)
			s.checkRequests(t, start, test.starts)
			s.checkRequests(t, restart, test.restarts)
			if all := strings.Join(s.reported, "\n"); s.drawnCodes() != 1 || !strings.Contains(all, test.says) {
				t.Errorf("it says:\n%s", all)
			}
		})
	}
}

// TestPairingRunWaitsWhileStarting: the status before a start may still show for a while, and STARTING is reported
// once.
func TestPairingRunWaitsWhileStarting(t *testing.T) {
	t.Parallel()
	for status, endpoint := range map[string]string{"STOPPED": start, "FAILED": restart} {
		for name, fault := range map[string]wawptest.Fault{
			"the answer is empty":             {Act: true, Status: 204},
			"the answer tells the old status": {Reshape: wawptest.Set("status", status)},
		} {
			t.Run(status+", "+name, func(t *testing.T) {
				t.Parallel()
				s := newFixture(t, wawptest.Config{BootTime: time.Minute}, wawptest.Session{Status: status}, "")
				fault.Match = endpoint
				s.Inject(fault)
				s.checkWaits(t, 1)
				s.Inject(wawptest.Fault{Match: info, Times: 3, Reshape: wawptest.Set("status", status)})
				s.checkWaits(t, 10)
				s.checkRequests(t, endpoint, 1)
				if len(s.reported) != 2 || !strings.Contains(s.reported[1], "STARTING") {
					t.Errorf("it says %q", s.reported)
				}
				s.advanceClock(time.Minute)
				s.checkWaits(t, scanLooks)
				if s.drawnCodes() != 1 {
					t.Errorf("%d codes were drawn", s.drawnCodes())
				}
			})
		}
	}
}

func TestPairingRunGivesUp(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		status string // before
		later  string // once a code was drawn
		want   error
	}{
		"stopped again":                 {"STOPPED", "STOPPED", errStoppedAgain},
		"failed again":                  {"FAILED", "FAILED", errFailedAgain},
		"stopped meanwhile: starts it":  {"SCAN_QR_CODE", "STOPPED", nil},
		"not scanned in time: restarts": {"SCAN_QR_CODE", "FAILED", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newFixture(t, wawptest.Config{}, wawptest.Session{Status: test.status}, "")
			s.checkWaits(t, 5)
			s.SetStatus(id, test.later)
			if done, err := s.look(t, settledLooks+scanLooks); done || !errors.Is(err, test.want) {
				t.Errorf("the end is %v, %v", done, err)
			}
			if test.want == nil && s.drawnCodes() != 2 {
				t.Errorf("%d codes were drawn: %q", s.drawnCodes(), s.reported)
			}
		})
	}
}

func TestPairingRunReportsALinkedPhone(t *testing.T) {
	t.Parallel()
	for want, me := range map[string]*wawptest.Me{
		"The phone of \"Eve[31m\" (201145202826@c.us) is linked to the session " + id + ".": {
			ID:       "201145202826@c.us",
			PushName: "Eve\x1b[31m",
		},
		"The phone of 1@lid is linked to the session " + id + ".": {ID: "1@lid"},
	} {
		s := newFixture(t, wawptest.Config{}, wawptest.Session{Status: "WORKING", Me: me}, "")
		if last := s.waitForPhone(t); last != want || len(s.reported) != 0 {
			t.Errorf("it says %q, %q", s.reported, last)
		}
		s.checkRequests(t, "", 1)
	}

	s := newFixture(t, wawptest.Config{}, wawptest.Session{
		Status: "WORKING",
		Me:     &wawptest.Me{ID: "201145202826@c.us"},
	}, "")
	s.Inject(wawptest.Fault{Match: info, Times: 2, Reshape: wawptest.Without("me")})
	s.waitForPhone(t)
	s.checkRequests(t, info, 3)
	s.Inject(wawptest.Fault{Match: info, Reshape: wawptest.Without("me")})
	if last := s.waitForPhone(t); last != "A phone is linked to the session "+id+". Wawp does not report whose." {
		t.Errorf("it says %q", last)
	}
}

func TestPairingRunWithAPhoneNumber(t *testing.T) {
	t.Parallel()
	s := newFixture(t, wawptest.Config{BootTime: time.Minute}, wawptest.Session{Status: "SCAN_QR_CODE"}, "201145202826")
	s.checkWaits(t, 5)
	s.advanceClock(10 * time.Minute)
	s.checkWaits(t, 5)
	s.checkRequests(t, askCode, 1) // another one would make the first useless
	s.checkRequests(t, getQR, 0)
	if len(s.reported) != 1 || !strings.Contains(s.reported[0], "\n    "+s.PairingCodes(id)[0]+"\n") ||
		!strings.Contains(s.reported[0], "Link with phone number") {
		t.Errorf("it says %q", s.reported)
	}

	s.SetStatus(id, "STARTING") // somebody restarts it: the code is void
	s.checkWaits(t, 2)
	s.advanceClock(time.Minute)
	s.checkWaits(t, scanLooks-1)
	s.checkRequests(t, askCode, 1)
	s.checkWaits(t, 1)
	s.checkRequests(t, askCode, 2)

	s.Pair(id, "201145202826", "Support")
	s.waitForPhone(t)
}

func TestPairingRunErrors(t *testing.T) {
	t.Parallel()
	refused := `{"code":"qr_not_available","message":"Not now."}`
	for name, test := range map[string]struct {
		status string
		fault  wawptest.Fault
		goesOn bool
	}{
		"no code yet": {
			"SCAN_QR_CODE",
			wawptest.Fault{Match: getQR, Times: 2, Status: 400, Body: refused},
			true,
		},
		"code broken":   {"SCAN_QR_CODE", wawptest.Fault{Match: getQR, Times: 2, Status: 500}, true},
		"code not told": {"SCAN_QR_CODE", wawptest.Fault{Match: getQR, Times: 2, Body: "{}"}, true},
		"code refused":  {"SCAN_QR_CODE", wawptest.Fault{Match: getQR, Status: 401}, false},
		"code answered by a 404": {
			"SCAN_QR_CODE",
			wawptest.Fault{Match: getQR, Times: 2, Status: 404, Body: `{"code":"invalid_instance","message":"x"}`},
			true,
		},
		"code too long": {
			"SCAN_QR_CODE",
			wawptest.Fault{Match: getQR, Body: `{"value":"2@` + strings.Repeat("x", 3000) + `"}`},
			false,
		},
		"code refused as a 404": {
			"SCAN_QR_CODE",
			wawptest.Fault{Match: getQR, Times: 2, Status: 404, Body: refused},
			true,
		},
		"start is refused": {"STOPPED", wawptest.Fault{
			Match: start, Status: 400,
			Body: `{"code":"server_not_found","message":"No server has room."}`,
		}, false},
		"restart is refused": {"FAILED", wawptest.Fault{
			Match: restart, Status: 400,
			Body: `{"code":"server_not_found","message":"No server has room."}`,
		}, false},
		"a stale look after a start": {"STOPPED", wawptest.Fault{
			Match: info, Skip: 1, Times: settledLooks + 1,
			Reshape: wawptest.Set("status", "STOPPED"),
		}, true},
		"a stale look after a restart": {"FAILED", wawptest.Fault{
			Match: info, Skip: 1, Times: 3,
			Reshape: wawptest.Set("status", "FAILED"),
		}, true},
		"no status told": {
			"SCAN_QR_CODE",
			wawptest.Fault{Match: info, Times: 2, Reshape: wawptest.Without("status")},
			true,
		},
		"started by another": {"STOPPED", wawptest.Fault{
			Match: start, Times: 1, Act: true, Status: 409,
			Body: refused,
		}, true},
		"start is lost":               {"STOPPED", wawptest.Fault{Match: start, Drop: true}, false},
		"restart is lost":             {"FAILED", wawptest.Fault{Match: restart, Drop: true}, false},
		"answer to a start is lost":   {"STOPPED", wawptest.Fault{Match: start, Act: true, Drop: true}, true},
		"answer to a restart is lost": {"FAILED", wawptest.Fault{Match: restart, Act: true, Drop: true}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newFixture(t, wawptest.Config{}, wawptest.Session{Status: test.status}, "")
			s.Inject(test.fault)
			done, err := s.look(t, lostStartLooks+scanLooks)
			if done || (err == nil) != test.goesOn {
				t.Fatalf("the end is %v, %v", done, err)
			}
			if test.goesOn && s.drawnCodes() != 1 {
				t.Errorf("%d codes were drawn", s.drawnCodes())
			}
			if strings.Contains(name, "is refused") && (err == nil ||
				!strings.Contains(err.Error(), "No server has room.")) {
				t.Errorf("the end is %v", err)
			}
		})
	}
}

// TestPairingRunRetriesAfterFaultsOfLaterCodes: as after faults of its looks.
func TestPairingRunRetriesAfterFaultsOfLaterCodes(t *testing.T) {
	t.Parallel()
	s := newFixture(t, wawptest.Config{}, wawptest.Session{Status: "SCAN_QR_CODE"}, "")
	s.checkWaits(t, 2)
	s.Inject(wawptest.Fault{Match: getQR, Times: 3, Status: 503})
	s.advanceClock(30 * time.Second)
	s.checkWaits(t, 6)
	if s.drawnCodes() != 2 {
		t.Errorf("%d codes were drawn", s.drawnCodes())
	}
}

// TestPairingRunRetriesARefusedPairingCode: for a while, because a phone may have been linked at that moment, or the
// engine is not ready.
func TestPairingRunRetriesARefusedPairingCode(t *testing.T) {
	t.Parallel()
	const number = "201145202826"
	refusal := wawptest.Fault{
		Match: askCode, Times: maxRefusals - 1, Status: 400,
		Body: `{"code":"not_ready","message":"Not now."}`,
	}
	s := newFixture(t, wawptest.Config{}, wawptest.Session{Status: "SCAN_QR_CODE"}, number)
	s.Inject(refusal)
	s.checkWaits(t, scanLooks+2*maxRefusals)
	s.checkRequests(t, askCode, maxRefusals)
	if len(s.PairingCodes(id)) != 1 || s.pairingRun.lastRefusal != nil {
		t.Errorf("%d codes were told, and what is left is %v", len(s.PairingCodes(id)), s.pairingRun.lastRefusal)
	}

	s = newFixture(t, wawptest.Config{}, wawptest.Session{Status: "SCAN_QR_CODE"}, number)
	refusal.Times = 0
	s.Inject(refusal)
	s.checkWaits(t, scanLooks+2*maxRefusals-3)
	s.SetStatus(id, "STARTING") // and SCAN_QR_CODE, as it boots at once: nothing of before counts
	injectStatuses(s, "STARTING")
	s.checkWaits(t, 1+scanLooks+2*maxRefusals-3)
	if done, err := s.look(t, 3); done || err == nil || !strings.Contains(err.Error(), "Not now.") {
		t.Errorf("the end is %v, %v", done, err)
	}
	s.checkRequests(t, askCode, 2*maxRefusals-1)
	if len(s.reported) != 2 { // STARTING, and the refusal
		t.Errorf("it says %q", s.reported)
	}

	s = newFixture(t, wawptest.Config{}, wawptest.Session{Status: "SCAN_QR_CODE"}, number)
	s.Inject(wawptest.Fault{Match: askCode, Status: 503, Body: `{"code":"maintenance","message":"Down until noon."}`})
	s.checkWaits(t, 50)
}

// injectStatuses makes session/info report these statuses, one after the other, and then the real one.
func injectStatuses(s *fixture, statuses ...string) {
	for _, status := range statuses {
		s.Inject(wawptest.Fault{Match: info, Times: 1, Reshape: wawptest.Set("status", status)})
	}
}

// TestRefusalsAreReportedAtOnce: progress has each reason once, and the final error has the last one.
func TestRefusalsAreReportedAtOnce(t *testing.T) {
	t.Parallel()
	for number, endpoint := range map[string]string{"": getQR, "201145202826": askCode} {
		t.Run(endpoint, func(t *testing.T) {
			t.Parallel()
			s := newFixture(t, wawptest.Config{}, wawptest.Session{Status: "SCAN_QR_CODE"}, number)
			for i, message := range []string{
				"Not registered on WhatsApp.", "Try again in 20 s.",
				"Try again in 10 s.",
			} {
				s.Inject(wawptest.Fault{Match: endpoint, Times: 1 + i%2, Status: 503, Body: `{"code":"no","message":"` +
					message + `"}`})
			}
			late, cancel := context.WithTimeout(t.Context(), 0)
			defer cancel()
			s.checkWaits(t, map[string]int{getQR: 4, askCode: scanLooks + 6}[endpoint])
			if len(s.reported) != 2 || !strings.Contains(s.reported[0], "Not registered on WhatsApp.") ||
				!strings.Contains(s.reported[1], "Try again in 20 s.") {
				t.Errorf("it says %q", s.reported)
			}
			if err := s.pairingRun.cause(late, late.Err()); err == nil || !strings.Contains(err.Error(), "Try again "+
				"in") {
				t.Errorf("the end is %v", err)
			}
			s.checkWaits(t, 6)
			if err := s.pairingRun.cause(late, late.Err()); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("once there is a code, the end is %v", err)
			}
		})
	}
}

// TestPairingRunIgnoresTransientStatuses: the statuses during a restart do not end the run, and cause no second
// restart.
func TestPairingRunIgnoresTransientStatuses(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		status           string
		statuses         string // reported by session/info before the real status
		starts, restarts int
	}{
		"STOPPED in its own restart": {
			"FAILED",
			"FAILED,STOPPED,STOPPED,STOPPED,STOPPED,STOPPED,STOPPED,STOPPED,STARTING", 0, 1,
		},
		"old answers after its own restart": {"FAILED", "FAILED,STARTING,FAILED,FAILED,STARTING,FAILED", 0, 1},
		"STOPPED after its own start":       {"STOPPED", "STOPPED,STARTING,STOPPED,STOPPED,STARTING", 1, 0},
		"STOPPED once it waits":             {"SCAN_QR_CODE", "SCAN_QR_CODE,STOPPED,STOPPED,STARTING", 0, 0},
		"STOPPED again": {
			"STOPPED",
			"STOPPED,SCAN_QR_CODE,SCAN_QR_CODE,SCAN_QR_CODE,STOPPED,STOPPED,STARTING", 1, 0,
		},
		"FAILED once it waits": {"SCAN_QR_CODE", "SCAN_QR_CODE,FAILED,FAILED,STARTING", 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newFixture(t, wawptest.Config{}, wawptest.Session{Status: test.status}, "")
			injectStatuses(s, strings.Split(test.statuses, ",")...)
			s.checkWaits(t, len(strings.Split(test.statuses, ","))+scanLooks)
			s.checkRequests(t, start, test.starts)
			s.checkRequests(t, restart, test.restarts)
			if s.drawnCodes() == 0 || s.pairingRun.shownCode == "" {
				t.Errorf("no code is shown: %q", s.reported)
			}
		})
	}
}

// TestNoCodeIsRequestedAtATransientScan: a request for a code may unlink the phone to which the session is connecting.
func TestNoCodeIsRequestedAtATransientScan(t *testing.T) {
	t.Parallel()
	linked := &wawptest.Me{ID: "201145202826@c.us"}
	for name, test := range map[string]struct{ status, number string }{
		"after a start": {"STOPPED", ""}, "after a restart": {"FAILED", ""},
		"by number":               {"SCAN_QR_CODE", "201145202826"},
		"by number after a start": {"STOPPED", "201145202826"}, "by number after a restart": {"FAILED", "201145202826"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newFixture(t, wawptest.Config{}, wawptest.Session{Status: test.status, Me: linked}, test.number)
			if test.status == "SCAN_QR_CODE" {
				s.SetStatus(id, "WORKING")
				injectStatuses(s, "STARTING", "SCAN_QR_CODE", "STARTING", "SCAN_QR_CODE", "SCAN_QR_CODE")
			} else {
				injectStatuses(s, test.status, "STARTING", "SCAN_QR_CODE", "SCAN_QR_CODE")
			}
			s.waitForPhone(t)
			s.checkRequests(t, getQR, 0)
			s.checkRequests(t, askCode, 0)
		})
	}
}

// TestWaitContinuesAfterTransientFaults: only the timeout ends the wait, unless the session was never found.
func TestWaitContinuesAfterTransientFaults(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault  wawptest.Fault
		lasts  bool // for as long as there is time
		passes bool // it is outlasted for some looks
	}{
		"broken":          {wawptest.Fault{Status: 503}, true, true},
		"no answer":       {wawptest.Fault{Drop: true}, true, true},
		"a web page":      {wawptest.Fault{Body: "<html>"}, true, true},
		"invalid_session": {wawptest.Fault{Status: 404, Body: `{"code":"invalid_session","message":"x"}`}, false, true},
		"gone": {
			wawptest.Fault{Status: 404, Body: `{"code":"invalid_instance","message":"x"}`},
			false,
			true,
		},
		"a proxy's 404": {wawptest.Fault{Status: 404, Body: "nginx"}, false, true},
		"a conflict":    {wawptest.Fault{Status: 409}, false, true},
		"wrong token":   {wawptest.Fault{Status: 401}, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, seen := range []bool{false, true} {
				for _, looks := range []int{settledLooks - 1, 2 * settledLooks} {
					s := newFixture(t, wawptest.Config{}, wawptest.Session{Status: "SCAN_QR_CODE"}, "")
					test.fault.Match, test.fault.Skip, test.fault.Times = info, map[bool]int{true: 1}[seen], looks
					s.Inject(test.fault)
					reports := 0
					_, err := watchForPhone(t.Context(), s.pairingRun.client, id, func(l wawp.Look) (bool, error) {
						if l.Err == nil {
							reports++
						}
						return reports == 2, nil
					})
					if want := test.passes && (seen || test.lasts || looks < settledLooks); (err == nil) != want {
						t.Errorf("after %d looks in vain, seen before: %t, the end is %v", looks, seen, err)
					}
				}
			}
		})
	}

	s := newFixture(t, wawptest.Config{}, wawptest.Session{Status: "SCAN_QR_CODE"}, "")
	s.Inject(wawptest.Fault{
		Match: info, Skip: 1, Status: 503,
		Body: `{"code":"maintenance","message":"Down until noon."}`,
	})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		_ = s.WaitFor(t.Context(), info, 3)
		cancel()
	}()
	seen, err := watchForPhone(ctx, s.pairingRun.client, id, func(wawp.Look) (bool, error) { return false, nil })
	if seen.Status != "SCAN_QR_CODE" || err == nil || !strings.Contains(err.Error(), "Down until noon.") {
		t.Errorf("the end is %+v, %v", seen, err)
	}
	s.ClearFaults()
	s.SetStatus(id, "WORKING")
	late, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	t.Cleanup(cancel)
	if seen, err := watchForPhone(late, s.pairingRun.client, id,
		func(wawp.Look) (bool, error) { return false, nil }); err != nil ||
		seen.Status != "WORKING" {
		t.Errorf("the end is %+v, %v", seen, err)
	}
}

// TestActionDiagnostics checks the diagnostic for each end of the action.
func TestActionDiagnostics(t *testing.T) {
	t.Parallel()
	interrupted, cancel := context.WithCancel(context.Background())
	cancel()
	late, cancel := context.WithTimeout(context.Background(), 0)
	t.Cleanup(cancel)
	seen := func(status string) wawp.Session { return wawp.Session{InstanceID: id, Status: status} }
	linked := func(number string) wawp.Session {
		return wawp.Session{
			InstanceID: id, Status: "WORKING",
			Account: &wawp.Account{ChatID: number + "@x", PhoneNumber: number},
		}
	}
	for name, test := range map[string]struct {
		ctx  context.Context
		seen wawp.Session
		err  error
		want []string
	}{
		"interrupted": {
			interrupted, seen("SCAN_QR_CODE"), context.Canceled,
			[]string{"interrupted", id, "SCAN_QR_CODE", "invoke the action again"},
		},
		"timed out": {
			late, seen("FAILED"), context.DeadlineExceeded,
			[]string{"within 10m0s", "FAILED", "wawp_session_restart", "invoke the action again"},
		},
		"stuck": {
			late, seen("STARTING"), context.DeadlineExceeded,
			[]string{"STARTING lasts longer than 60 s"},
		},
		"never seen": {late, seen(""), context.DeadlineExceeded, []string{"status was not known"}},
		"request": {
			context.Background(), seen(""),
			&wawp.Error{Op: "POST x", Kind: wawp.ServerFault, Status: 500},
			[]string{"POST x: HTTP 500", "invoke the action again"},
		},
		"no turn": {
			context.Background(), seen("SCAN_QR_CODE"), wawp.ErrNoTurn,
			[]string{"within 10m0s", "SCAN_QR_CODE"},
		},
		"after a fault": {
			late, seen("SCAN_QR_CODE"),
			&wawp.Error{Op: "POST x", Kind: wawp.GatewayFault, Status: 503, Message: "Down until noon."},
			[]string{"within 10m0s", "SCAN_QR_CODE", "The last answer: POST x", "Down until noon."},
		},
		"another phone": {
			context.Background(), linked("1"), nil,
			[]string{"has the number 1, not 2", "wawp_session_logout"},
		},
		"hidden phone": {context.Background(), linked(""), nil, []string{"does not report its number"}},
		"untold phone": {context.Background(), seen("WORKING"), nil, []string{"does not report its number"}},
		"stopped again": {
			context.Background(), seen("STOPPED"), errStoppedAgain,
			[]string{"was stopped while it waited"},
		},
		"failed again": {
			context.Background(), seen("FAILED"), errFailedAgain,
			[]string{"is FAILED after a restart", "wawp_session_logout"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := notInvoked(test.ctx, "2", test.seen, defaultWaitTimeout, test.err)
			for _, phrase := range test.want {
				if !strings.Contains(d.Summary()+" "+d.Detail(), phrase) {
					t.Errorf("%q is not in: %s: %s", phrase, d.Summary(), d.Detail())
				}
			}
		})
	}
	for number, s := range map[string]wawp.Session{"": seen("WORKING"), "2": linked("2")} {
		if d := notInvoked(interrupted, number, s, 0, nil); d != nil {
			t.Errorf("an end without an error is %v", d)
		}
	}
}

package wawp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// engine is a server with one session. looks are its answers to session/info, one after the other; the last one stays.
// answers are its answers to other requests. A word is a status of the session, a number an HTTP status, a dash an
// answer without a status, and "page" a web page.
type engine struct {
	looks   []string
	answers []string
	sent    []string // what was asked beside looks
	looked  int
}

func (e *engine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	next := &e.answers
	if r.URL.Path == "/v2/session/info" {
		e.looked++
		next = &e.looks
	} else {
		e.sent = append(e.sent, strings.TrimPrefix(r.URL.Path, "/v2/session/"))
	}
	word := (*next)[0]
	if len(*next) > 1 {
		*next = (*next)[1:]
	}
	status, body := http.StatusOK, fmt.Sprintf(`{"name":"wawp-1","status":%q}`, word)
	switch {
	case word == "-":
		body = `{"name":"wawp-1"}`
	case word == "page":
		body = "<html>"
	case word == "404":
		status, body = 404, `{"code":"invalid_instance","message":"gone"}`
	case strings.Trim(word, "0123456789") == "":
		_, _ = fmt.Sscan(word, &status)
		body = `{"code":"no","message":"No."}`
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

// engineClient returns a client with the default pauses, for a test in synctest, and the engine that answers it.
func engineClient(t *testing.T, looks, answers string) (*Client, *engine) {
	t.Helper()
	e := &engine{looks: strings.Fields(looks), answers: strings.Fields(answers)}
	return client(t, "http://api.wawp.test", func(o *Options) {
		o.PollInterval, o.MaxRetries, o.Transport = 0, 0, handlerTransport(e.ServeHTTP)
	}), e
}

// waitTimeout is how long the waits of these tests last.
const waitTimeout = 119 * time.Second

// row repeats a word.
func row(n int, word string) string { return strings.Repeat(word+" ", n) }

// TestStatusCountsOnceItHasLasted has a row for each way in which a wait for a settled session ends, and when.
func TestStatusCountsOnceItHasLasted(t *testing.T) {
	t.Parallel()
	for looks, test := range map[string]struct {
		settles bool
		status  string // at the end
		after   time.Duration
		kind    Kind // of the error; "": it is that of the context
	}{
		"WORKING":                              {true, "WORKING", 0, ""},
		"SCAN_QR_CODE":                         {true, "SCAN_QR_CODE", 6 * time.Second, ""},
		"STOPPED":                              {true, "STOPPED", 15 * time.Second, ""},
		"FAILED":                               {true, "FAILED", 15 * time.Second, ""},
		"RESTING":                              {true, "RESTING", 15 * time.Second, ""},
		"STARTING":                             {false, "STARTING", waitTimeout, ""},
		"-":                                    {false, "", waitTimeout, ""},
		"STOPPED WORKING":                      {true, "WORKING", 3 * time.Second, ""},
		row(5, "STOPPED") + "STARTING STOPPED": {true, "STOPPED", 33 * time.Second, ""},
		row(5, "STOPPED") + "404 STOPPED":      {true, "STOPPED", 33 * time.Second, ""},
		row(5, "STOPPED") + "500 STOPPED":      {true, "STOPPED", 18 * time.Second, ""},
		row(5, "STOPPED") + "page STOPPED":     {true, "STOPPED", 18 * time.Second, ""},
		row(5, "STOPPED") + "- STOPPED":        {true, "STOPPED", 33 * time.Second, ""},
		row(2, "SCAN_QR_CODE") + "STARTING SCAN_QR_CODE SCAN_QR_CODE WORKING": {true, "WORKING", 15 * time.Second, ""},

		"500":                      {false, "", waitTimeout, ServerFault},
		"503":                      {false, "", waitTimeout, GatewayFault},
		"429":                      {false, "", waitTimeout, TooManyRequests},
		"page":                     {false, "", waitTimeout, Unreadable},
		row(30, "504") + "WORKING": {true, "WORKING", 90 * time.Second, ""},
		"404":                      {false, "", 15 * time.Second, NoSuchInstance},
		"409":                      {false, "", 15 * time.Second, Conflict},
		row(5, "404") + "WORKING":  {true, "WORKING", 15 * time.Second, ""},
		"401":                      {false, "", 0, Unauthorized},
		"403":                      {false, "", 0, Refused},

		"STARTING 404":                           {false, "STARTING", waitTimeout, NoSuchInstance},
		"STARTING " + row(30, "404") + "WORKING": {true, "WORKING", 93 * time.Second, ""},
		"STARTING 401":                           {false, "STARTING", 3 * time.Second, Unauthorized},
		"STARTING 500 401":                       {false, "STARTING", 6 * time.Second, Unauthorized},
	} {
		t.Run(looks, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c, _ := engineClient(t, looks, "404")
				ctx, cancel := context.WithTimeout(t.Context(), waitTimeout)
				defer cancel()
				began := time.Now()
				last, err := c.WatchSession(ctx, "A1", func(l Look) (bool, error) {
					return l.Err == nil && l.Settled(),
						nil
				})
				if (err == nil) != test.settles || last.Status != test.status || last.InstanceID != "A1" ||
					time.Since(began) != test.after {
					t.Errorf("%+v, %v after %s", last, err, time.Since(began))
				}
				if KindOf(err) != test.kind || !test.settles && test.kind == "" &&
					!errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("the end is %v", err)
				}
			})
		})
	}
}

// TestWatchEndsWhenLookIsDone expects that look also gets failures.
func TestWatchEndsWhenLookIsDone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, _ := engineClient(t, "STARTING 404 404 500 404 WORKING", "404")
		enough := errors.New("enough")
		var seen []string
		_, err := c.WatchSession(t.Context(), "A1", func(l Look) (bool, error) {
			seen = append(seen, fmt.Sprint(l.Status, KindOf(l.Err), l.Row))
			if l.Status == StatusWorking {
				return false, enough
			}
			return false, nil
		})
		want := []string{
			"STARTING1", "no such instance1", "no such instance2", "server fault0", "no such instance3",
			"WORKING1",
		}
		if !errors.Is(err, enough) || !slices.Equal(seen, want) {
			t.Errorf("%v: %q", err, seen)
		}
	})
}

// TestWatchReturnsTheLastStatus: a look without a status does not hide the one before.
func TestWatchReturnsTheLastStatus(t *testing.T) {
	t.Parallel()
	for looks, want := range map[string]string{"WORKING -": "WORKING", "- -": "", "- STARTING": "STARTING"} {
		synctest.Test(t, func(t *testing.T) {
			c, _ := engineClient(t, looks, "404")
			n := 0
			last, err := c.WatchSession(t.Context(), "A1", func(Look) (bool, error) {
				n++
				return n == 2, nil
			})
			if err != nil || last.Status != want || last.Name != "wawp-1" {
				t.Errorf("%s: %+v, %v", looks, last, err)
			}
		})
	}
}

// TestChangeIsJudgedByTheStatusAfterIt has a row for each way in which a start, stop or restart goes.
func TestChangeIsJudgedByTheStatusAfterIt(t *testing.T) {
	t.Parallel()
	const fresh = true
	for _, test := range []struct {
		change   *Change
		answer   string
		looks    string
		unlinked bool
		happens  bool
		after    time.Duration
		kind     Kind // of the failure
	}{
		{Start(), "STARTING", "STARTING WORKING", false, true, 3 * time.Second, ""},
		{Start(), "-", "STOPPED STOPPED STARTING WORKING", false, true, 9 * time.Second, ""},
		// never while it is under way
		{Start(), "-", row(30, "STOPPED") + "WORKING", false, true, 90 * time.Second, ""},
		{Start(), "-", "SCAN_QR_CODE SCAN_QR_CODE WORKING", false, true, 6 * time.Second, ""},
		{Start(), "-", "SCAN_QR_CODE", false, true, 6 * time.Second, ""},
		{Start(), "-", "STARTING SCAN_QR_CODE WORKING", fresh, true, 3 * time.Second, ""},
		{Start(), "-", "FAILED FAILED WORKING", false, true, 6 * time.Second, ""},
		{Start(), "-", "FAILED", false, true, 15 * time.Second, ""},
		{Start(), "-", row(10, "404") + "WORKING", false, true, 30 * time.Second, ""},
		{Start(), "-", "STARTING", false, false, waitTimeout, ""},
		{Start(), "409", "STOPPED STOPPED STARTING WORKING", false, true, 9 * time.Second, ""},
		{Start(), "409", "STOPPED", false, false, 15 * time.Second, Conflict},
		{Start(), "404", "404 404 404 STOPPED", false, false, 24 * time.Second, NoSuchInstance},
		{Start(), "404", "404 404 404 STARTING WORKING", false, true, 12 * time.Second, ""},
		{Start(), "504", row(20, "STOPPED") + "STARTING WORKING", false, true, 63 * time.Second, ""},
		{Start(), "504", "STOPPED", false, false, time.Minute, GatewayFault},
		{Start(), "504", "STARTING", false, false, waitTimeout, ""}, // it took hold
		{Start(), "page", "500 500 WORKING", false, true, 6 * time.Second, ""},
		{Start(), "DONE", "STOPPED", false, false, waitTimeout, ""},
		{Start(), "DONE", "STOPPED BOOTING WORKING", false, true, 6 * time.Second, ""},
		{Start(), "412", "STARTING WORKING", false, true, 3 * time.Second, ""},
		{Start(), "403", "STOPPED STOPPED STARTING WORKING", false, true, 9 * time.Second, ""},
		{Start(), "403", "STOPPED", false, false, 15 * time.Second, Refused},
		{Start(), "301", "STOPPED", false, false, 0, Redirect},
		{Start(), "401", "STOPPED", false, false, 0, Unauthorized},
		{Start(), "429", "STOPPED", false, false, 0, TooManyRequests},

		{Stop(StatusWorking), "STOPPED", "STOPPED", false, true, 0, ""},
		{Stop(StatusWorking), "STOPPED", "- STOPPED", false, true, 3 * time.Second, ""},
		{Stop(StatusWorking), "-", "WORKING WORKING STOPPED", false, true, 6 * time.Second, ""},
		// of a restart
		{Stop(StatusWorking), "409", "WORKING STOPPED STOPPED WORKING", false, false, 21 * time.Second, Conflict},
		{Stop(StatusWorking), "409", "WORKING STOPPED", false, true, 18 * time.Second, ""},
		{Stop(StatusWorking), "500", "WORKING", false, false, time.Minute, ServerFault},
		{Stop(StatusWorking), "423", "STOPPED", false, true, 15 * time.Second, ""},
		{Stop(StatusWorking), "504", row(30, "STOPPING") + "STOPPED", false, true, 105 * time.Second, ""},
		{Stop(StatusWorking), "504", "STOPPING", false, false, waitTimeout, ""}, // it is under way
		{Stop(StatusWorking), "504", "STARTING SCAN_QR_CODE", false, false, time.Minute, GatewayFault},

		{Restart(StatusWorking), "STARTING", "WORKING", false, true, 0, ""},
		{
			Restart(StatusWorking), "-", "WORKING STOPPED STOPPED STARTING SCAN_QR_CODE STARTING WORKING", false, true,
			18 * time.Second, "",
		},
		{Restart(StatusWorking), "-", "WORKING", false, false, waitTimeout, ""},
		{Restart(StatusWorking), "RESTARTED", "WORKING", false, false, waitTimeout, ""},
		{Restart(StatusWorking), "502", "WORKING STARTING WORKING", false, true, 6 * time.Second, ""},
		{Restart(StatusWorking), "502", "WORKING", false, false, time.Minute, GatewayFault},
		{Restart(StatusFailed), "STARTING", "FAILED FAILED STARTING WORKING", false, true, 9 * time.Second, ""},
	} {
		t.Run(test.change.Name+" "+test.answer+" "+test.looks, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c, e := engineClient(t, test.looks, test.answer)
				ctx, cancel := context.WithTimeout(t.Context(), waitTimeout)
				defer cancel()
				began, change := time.Now(), test.change
				change.Unlinked = test.unlinked
				_, err := c.Make(ctx, change, Look{Session: Session{InstanceID: "A1", Status: StatusStopped}}, nil)
				if (err == nil) != test.happens || time.Since(began) != test.after ||
					KindOf(change.Failure) != test.kind {
					t.Errorf("%v after %s, the failure is %v", err, time.Since(began), change.Failure)
				}
				if !slices.Equal(e.sent, []string{change.Name}) {
					t.Errorf("it was sent: %v", e.sent)
				}
			})
		})
	}
}

// TestBootWaitsForTheEngine expects no request to start it, and no look if it has booted.
func TestBootWaitsForTheEngine(t *testing.T) {
	t.Parallel()
	for status, looks := range map[string]int{StatusWorking: 0, StatusStarting: 1} {
		synctest.Test(t, func(t *testing.T) {
			c, e := engineClient(t, "WORKING", "404")
			told := 0
			last, err := c.Make(t.Context(), Boot(), Look{Session: Session{InstanceID: "A1", Status: status}, Row: 1},
				func(Look) { told++ })
			if err != nil || last.Status != StatusWorking || e.looked != looks || len(e.sent) != 0 || told != 0 {
				t.Errorf("%+v, %v after %d looks, of which %d were told, and %v", last, err, e.looked, told, e.sent)
			}
		})
	}
}

// TestUnlinkWaitsUntilNoPhoneIsLinked has a row for each way in which a logout goes.
func TestUnlinkWaitsUntilNoPhoneIsLinked(t *testing.T) {
	t.Parallel()
	const asking = true
	for _, test := range []struct {
		asking   bool
		answers  string
		looks    string
		unlinks  bool
		accepted bool
		sent     int
		after    time.Duration
		kind     Kind
	}{
		{asking, "SCAN_QR_CODE", "WORKING", true, true, 1, 0, ""},
		{asking, "STOPPED", "WORKING", true, true, 1, 0, ""},
		{asking, "-", "WORKING - SCAN_QR_CODE", true, true, 1, 6 * time.Second, ""},
		{asking, "FAILED", "WORKING", true, true, 1, 0, ""},
		{asking, "DONE", "WORKING", false, true, 1, waitTimeout, ""},
		{asking, "LOGGED_OUT", "WORKING WORKING SCAN_QR_CODE", true, true, 1, 6 * time.Second, ""},
		// of session/info any word counts
		{asking, "completed", "WORKING LOGGED_OUT", true, true, 1, 3 * time.Second, ""},
		{asking, "STARTING", "STARTING STOPPED", true, true, 1, 3 * time.Second, ""},
		{asking, "WORKING", "WORKING", false, true, 1, waitTimeout, ""},
		{asking, "-", "404 500 SCAN_QR_CODE", true, true, 1, 6 * time.Second, ""},

		{!asking, "SCAN_QR_CODE", "WORKING", true, true, 1, 0, ""},
		{!asking, "SCAN_QR_CODE", "STARTING STARTING WORKING", true, true, 1, 6 * time.Second, ""},
		{!asking, "SCAN_QR_CODE", "STARTING SCAN_QR_CODE SCAN_QR_CODE WORKING", true, true, 1, 9 * time.Second, ""},
		{!asking, "SCAN_QR_CODE", "STOPPED STOPPED STARTING WORKING", true, true, 1, 9 * time.Second, ""},
		{!asking, "-", "SCAN_QR_CODE", true, false, 0, 6 * time.Second, ""},
		{!asking, "409", "STOPPED", false, false, 1, 15 * time.Second, Conflict},
		{!asking, "-", "STOPPED", true, true, 1, 18 * time.Second, ""},
		{!asking, "-", "STARTING", false, false, 0, waitTimeout, ""},

		{asking, "400 SCAN_QR_CODE", "STARTING WORKING", true, true, 2, 18 * time.Second, ""},
		{asking, "409 SCAN_QR_CODE", "WORKING", true, true, 2, 15 * time.Second, ""},
		{asking, "404 SCAN_QR_CODE", "404 404 WORKING", true, true, 2, 21 * time.Second, ""},
		{asking, "429 SCAN_QR_CODE", "WORKING", true, true, 2, 15 * time.Second, ""},
		{asking, "400", "WORKING", false, false, 2, 15 * time.Second, BadRequest},
		{asking, "400", "FAILED", false, false, 2, 15 * time.Second, BadRequest},
		{asking, "400", "SCAN_QR_CODE SCAN_QR_CODE STARTING WORKING", false, false, 2, 24 * time.Second, BadRequest},
		{asking, "400", "SCAN_QR_CODE", true, false, 1, 6 * time.Second, ""},
		{asking, "400", "STARTING", false, false, 1, waitTimeout, BadRequest},
		{asking, "404", "404", false, false, 1, 15 * time.Second, NoSuchInstance},
		{asking, "400", "404", false, false, 1, 15 * time.Second, NoSuchInstance},
		{asking, "400", "WORKING 401", false, false, 1, 3 * time.Second, Unauthorized},
		{asking, "404", "WORKING 404", false, false, 1, 18 * time.Second, NoSuchInstance},
		{asking, "403", "WORKING", false, false, 2, 15 * time.Second, Refused},
		{asking, "423 SCAN_QR_CODE", "WORKING", true, true, 2, 15 * time.Second, ""},
		{asking, "412", "SCAN_QR_CODE", true, false, 1, 6 * time.Second, ""},
		{asking, "401", "WORKING", false, false, 1, 0, Unauthorized},

		{asking, "504", "WORKING WORKING SCAN_QR_CODE", true, true, 1, 12 * time.Second, ""},
		{asking, "504", "WORKING", false, false, 1, 15 * time.Second, GatewayFault},
		{asking, "page", "STOPPED", false, false, 1, 15 * time.Second, Unreadable},
	} {
		t.Run(test.answers+" "+test.looks, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c, e := engineClient(t, test.looks, test.answers)
				ctx, cancel := context.WithTimeout(t.Context(), waitTimeout)
				defer cancel()
				began := time.Now()
				asked := 0
				u, err := c.Unlink(ctx, "A1", test.asking, func(_ Session, asking bool) {
					if asking {
						asked++
					}
				})
				if (err == nil) != test.unlinks || KindOf(err) != test.kind || u.Accepted != test.accepted ||
					time.Since(began) != test.after {
					t.Errorf("%+v, %v after %s", u.Session, err, time.Since(began))
				}
				if len(e.sent) != test.sent || u.Sent != (test.sent > 0) || asked != test.sent ||
					c.IsUnlinked("A1") != test.unlinks {
					t.Errorf("it was sent: %v, told: %d, and claimed: %t", e.sent, asked, c.IsUnlinked("A1"))
				}
			})
		})
	}
}

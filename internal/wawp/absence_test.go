package wawp

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// What session/info and session/rate-limit may answer.
var (
	noInstance   = answers(404, `{"code":"invalid_instance","message":"No."}`)
	noSession    = answers(404, `{"code":"invalid_session","message":"No."}`)
	foreign404   = answers(404, "<html>404</html>")
	describes    = answers(200, `{"name":"wawp-1","status":"WORKING"}`)
	policy       = answers(200, `{"current_policy":"strict"}`)
	refuses      = answers(403, "")
	faults       = answers(500, "")
	isUnreadable = answers(200, "<html>")
)

// long is what is known of a session that was described, by the same account.
var long = Known{Described: true}

// TestFind is promise P3: after the error of a first look, which requests follow, and what all of them prove. Each row
// has the kind of the first error, and the answers to session/info and session/rate-limit after the pause; nil means
// that it is not asked.
func TestFind(t *testing.T) {
	t.Parallel()
	other := Known{Described: true, OtherAccount: true}
	paired := Known{Described: true, Paired: true}
	young, old := Known{Made: time.Now()}, Known{Made: time.Now().Add(-knownEverywhere - time.Second)}
	own := &Error{Kind: NoSuchInstance, Status: 404}
	dropped, droppedConflict := &Error{Kind: InvalidSession, Status: 404}, &Error{Kind: InvalidSession, Status: 409}
	for name, test := range map[string]struct {
		known        Known
		err          error
		info, policy http.HandlerFunc
		want         Verdict
		reason       string
	}{
		"all three agree": {
			long, own, noInstance, noInstance, Absent,
			"session/info and session/rate-limit both answer",
		},
		"all three agree, paired":        {paired, own, noInstance, noInstance, Absent, ""},
		"nobody has described it, 2 min": {old, own, noInstance, noInstance, Absent, ""},
		"nobody knows when it was made":  {Known{}, own, noInstance, noInstance, Absent, ""},
		"it was just made":               {young, own, nil, nil, Unclear, "less than 2 minutes ago"},
		"just made, and described": {
			Known{Described: true, Made: time.Now()},
			own, noInstance, noInstance,
			Absent, "",
		},
		"another account": {other, own, nil, nil, Unclear, "another one than before"},
		"another account, 401": {
			other, &Error{Kind: Unauthorized, Status: 401}, nil, nil, Broken,
			"the request failed",
		},
		"the 404 passed":        {long, own, describes, nil, Present, "session/info describes it"},
		"the 404 passed, 2 min": {old, own, describes, nil, Present, ""},
		"info: foreign":         {long, own, foreign404, nil, Unclear, "something that does not know it"},
		"info: a fault":         {long, own, faults, nil, Unclear, "session/info does not confirm it"},
		"info: 401": {
			long, own, answers(401, ""), nil, Unclear,
			"session/info does not confirm it",
		},
		"info: unreadable":              {long, own, isUnreadable, nil, Unclear, "could not be understood"},
		"info: invalid_session":         {long, own, noSession, noInstance, Absent, ""},
		"info: invalid_session, paired": {paired, own, noSession, nil, Unclear, "lost its phone"},
		"policy: can be read": {
			long, own, noInstance, policy, Unclear,
			"sending policy can still be read",
		},
		"policy: foreign": {
			long, own, noInstance, foreign404, Unclear,
			"sending policy does not confirm it",
		},
		"policy: a code that nobody knows": {
			long, own, noInstance,
			answers(404, `{"code":"server_not_found","message":"Session not found"}`), Unclear,
			"policy does not confirm",
		},
		"policy: refused": {
			long, own, noInstance, refuses, Unclear,
			"sending policy does not confirm it",
		},
		"policy: a fault": {
			long, own, noInstance, faults, Unclear,
			"sending policy does not confirm it",
		},
		"policy: unreadable": {
			long, own, noInstance, isUnreadable, Unclear,
			"sending policy does not confirm it",
		},
		"policy: invalid_session, paired": {
			paired, own, noInstance, noSession, Unclear,
			"sending policy does not confirm it",
		},
		"invalid_session, all agree":       {long, dropped, noSession, noSession, Absent, ""},
		"invalid_session, it passed":       {long, dropped, describes, nil, Present, ""},
		"invalid_session, paired":          {paired, dropped, nil, nil, Unclear, "lost its phone"},
		"invalid_session, another account": {other, dropped, nil, nil, Unclear, "another one than before"},
		"invalid_session, just made":       {young, dropped, nil, nil, Unclear, "less than 2 minutes ago"},
		"invalid_session, no 404":          {long, droppedConflict, nil, nil, Unclear, "no 404"},
		"invalid_session, no 404 at second": {
			long, dropped, answers(409, `{"code":"invalid_session","message":"No."}`),
			nil, Unclear, "no 404",
		},
		"foreign 404": {
			long, &Error{Kind: NotFound, Status: 404}, nil, nil, Unclear,
			"something that does not know it",
		},
		"unreadable": {
			long, &Error{Kind: Unreadable, Status: 200}, nil, nil, Unclear,
			"could not be understood",
		},
		"410": {
			long, &Error{Kind: Refused, Status: 410}, nil, nil, Broken,
			"the request failed",
		},
		"a lapsed plan": {
			long, &Error{Kind: SubscriptionRequired, Status: 403}, nil, nil, Broken,
			"the request failed",
		},
		"a fault": {
			long, &Error{Kind: ServerFault, Status: 500}, nil, nil, Broken,
			"the request failed",
		},
		"no answer":        {long, &Error{Kind: NoAnswer}, nil, nil, Broken, "the request failed"},
		"some other error": {long, errors.New("other"), nil, nil, Broken, "the request failed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, c := looked(t, test.info, test.policy)
			found := c.Find(context.Background(), "A1", test.known, test.err)
			if found.Verdict != test.want || found.Reason == "" || !strings.Contains(found.Reason, test.reason) {
				t.Errorf("verdict %d (%s), want %d (%s)", found.Verdict, found.Reason, test.want, test.reason)
			}
			if described := found.Session.Status == StatusWorking; described != (test.want == Present) {
				t.Errorf("the session is %+v", found.Session)
			}
			checkAsked(t, s, test.info, test.policy)
		})
	}
}

// looked returns a client without retries of a server that gives these answers to session/info and session/rate-limit.
func looked(t *testing.T, info, policy http.HandlerFunc) (*server, *Client) {
	t.Helper()
	var replies []http.HandlerFunc
	for _, reply := range []http.HandlerFunc{info, policy, answers(418, "")} {
		if reply != nil {
			replies = append(replies, reply)
		}
	}
	s := serve(t, replies...)
	return s, client(t, s.URL, func(o *Options) { o.MaxRetries, o.SecondLook = 0, time.Millisecond })
}

func checkAsked(t *testing.T, s *server, info, policy http.HandlerFunc) {
	t.Helper()
	var want []string
	if info != nil {
		want = append(want, getSession.String())
	}
	if policy != nil {
		want = append(want, getRateLimit.String())
	}
	checkSent(t, s, want...)
}

func checkSent(t *testing.T, s *server, want ...string) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	var sent []string
	for _, r := range s.requests {
		sent = append(sent, r.method+" "+r.url.Path)
	}
	if strings.Join(sent, ", ") != strings.Join(want, ", ") {
		t.Errorf("sent %s, want %s", sent, want)
	}
}

// TestAbsenceCostsThreeRequestsAndOnePause of 5 s, which lies between the first request and the second. The time is
// synctest's.
func TestAbsenceCostsThreeRequestsAndOnePause(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		started := time.Now()
		var at []string
		s := &server{replies: []http.HandlerFunc{noInstance}}
		c := client(t, "http://api.wawp.test", func(o *Options) {
			o.Transport = handled(func(w http.ResponseWriter, r *http.Request) {
				at = append(at, time.Since(started).String())
				s.handle(w, r)
			})
		})
		_, err := c.GetSession(t.Context(), "A1")
		if found := c.Find(t.Context(), "A1", long, err); found.Verdict != Absent {
			t.Errorf("found %+v", found)
		}
		checkSent(t, s, getSession.String(), getSession.String(), getRateLimit.String())
		if got := strings.Join(at, " "); got != "0s 5s 5s" {
			t.Errorf("sent at %s", got)
		}
	})
}

// TestSessionIsYoungForTwoMinutes, and no longer. The time is synctest's.
func TestSessionIsYoungForTwoMinutes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := client(t, "http://api.wawp.test", func(o *Options) { o.Transport = handled(noInstance) })
		known := Known{Made: time.Now()}
		for _, test := range []struct {
			wait time.Duration
			want Verdict
		}{{2*time.Minute - 1, Unclear}, {1, Absent}} {
			if err := sleep(t.Context(), test.wait); err != nil {
				t.Fatal(err)
			}
			if found := c.Find(t.Context(), "A1", known, &Error{
				Kind:   NoSuchInstance,
				Status: 404,
			}); found.Verdict != test.want {
				t.Errorf("%s after it was made: %+v", time.Since(known.Made), found)
			}
		}
	})
}

// TestInterruptedSecondLookProvesNothing, and ends at once.
func TestInterruptedSecondLookProvesNothing(t *testing.T) {
	t.Parallel()
	s := serve(t, noInstance)
	c := client(t, s.URL, func(o *Options) { o.SecondLook = time.Hour })
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(20*time.Millisecond, cancel)
	if found := c.Find(ctx, "A1", long, &Error{Kind: NoSuchInstance, Status: 404}); found.Verdict != Broken ||
		!strings.Contains(found.Reason, "interrupted") {
		t.Errorf("found %+v", found)
	}
	checkSent(t, s)

	ctx, cancel = context.WithCancel(context.Background())
	s = serve(t, noInstance)
	c = client(t, s.URL, func(o *Options) {
		o.SecondLook = time.Hour
		o.Log = func(context.Context, Attempt) { cancel() } // it is called once the answer has been read
	})
	found, err := c.RemoveSession(ctx, "A1", long)
	if found.Verdict != Broken || KindOf(err) != NoSuchInstance {
		t.Errorf("found %+v, %v", found, err)
	}
	checkSent(t, s, deleteSession.String())
}

// TestRemoveSession: what follows the answer to DELETE, and what all of that proves. D is DELETE, I session/info, P
// session/rate-limit.
func TestRemoveSession(t *testing.T) {
	t.Parallel()
	gone := answers(200, `{"message":"Deleted"}`)
	code := func(status int) http.HandlerFunc {
		return answers(status, `{"code":"invalid_session","message":"No."}`)
	}
	never := Known{Made: time.Now()}
	noRoute := answers(404, `{"code":"rest_no_route","message":"No route was found."}`)
	noServer := answers(404, `{"code":"server_not_found","message":"No."}`)
	gone410 := answers(410, `{"code":"invalid_instance","message":"Gone."}`)
	for name, test := range map[string]struct {
		known   Known
		replies []http.HandlerFunc
		sent    string
		want    Verdict
		kind    Kind // of the error
	}{
		"deleted":                  {long, []http.HandlerFunc{gone}, "D", Absent, ""},
		"deleted, another account": {Known{OtherAccount: true}, []http.HandlerFunc{gone}, "D", Absent, ""},
		"no such instance, confirmed": {
			long,
			[]http.HandlerFunc{noInstance, noInstance},
			"D I", Absent,
			NoSuchInstance,
		},
		"no such instance, 2 min": {
			Known{Made: time.Now().Add(-time.Hour)},
			[]http.HandlerFunc{noInstance, noInstance},
			"D I", Absent, NoSuchInstance,
		},
		"no such instance, just made": {
			Known{Made: time.Now()},
			[]http.HandlerFunc{noInstance, noInstance},
			"D I", Unclear, NoSuchInstance,
		},
		"no such instance, another account": {
			Known{Described: true, OtherAccount: true},
			[]http.HandlerFunc{noInstance, noInstance},
			"D I", Unclear, NoSuchInstance,
		},
		"no such instance, it passed": {
			long,
			[]http.HandlerFunc{noInstance, describes, gone},
			"D I D", Absent,
			"",
		},
		"no such instance, again": {
			long,
			[]http.HandlerFunc{noInstance, describes, noInstance},
			"D I D",
			Present, NoSuchInstance,
		},
		"no such instance, then a fault": {
			long,
			[]http.HandlerFunc{noInstance, describes, faults},
			"D I D",
			Present, ServerFault,
		},
		"no such instance, info foreign": {
			long,
			[]http.HandlerFunc{noInstance, foreign404},
			"D I", Unclear,
			NoSuchInstance,
		},
		"no such instance, info fails": {
			long,
			[]http.HandlerFunc{noInstance, faults},
			"D I", Unclear,
			NoSuchInstance,
		},
		"no such instance, info drops": {
			long,
			[]http.HandlerFunc{noInstance, noSession},
			"D I", Absent,
			NoSuchInstance,
		},
		"no such instance, info drops it": {
			Known{Described: true, Paired: true},
			[]http.HandlerFunc{noInstance, noSession},
			"D I", Unclear, NoSuchInstance,
		},
		"another 404, described": {
			long,
			[]http.HandlerFunc{foreign404, describes},
			"D I", Present,
			NotFound,
		},
		"another 404, absent": {
			long,
			[]http.HandlerFunc{foreign404, noInstance, noInstance},
			"D I P",
			Absent, NotFound,
		},
		"another 404, policy there": {
			long,
			[]http.HandlerFunc{foreign404, noInstance, policy},
			"D I P",
			Unclear, NotFound,
		},
		"another 404 everywhere":       {long, []http.HandlerFunc{foreign404}, "D I", Unclear, NotFound},
		"only create, never described": {never, []http.HandlerFunc{noRoute}, "D I P", Forgotten, NotFound},
		"only create, as web pages":    {never, []http.HandlerFunc{foreign404}, "D I P", Forgotten, NotFound},
		"only create, with 405": {
			never,
			[]http.HandlerFunc{answers(405, `{"code":"405"}`), noRoute, foreign404},
			"D I P", Forgotten, NotFound,
		},
		"only create, another account": {
			Known{OtherAccount: true},
			[]http.HandlerFunc{noRoute},
			"D I", Unclear,
			NotFound,
		},
		"only create, described": {long, []http.HandlerFunc{noRoute}, "D I", Unclear, NotFound},
		"only create, and a policy": {
			never,
			[]http.HandlerFunc{noRoute, noRoute, policy},
			"D I P", Unclear,
			NotFound,
		},
		"only create, and info":         {never, []http.HandlerFunc{noRoute, describes}, "D I", Present, NotFound},
		"only create, info fails":       {never, []http.HandlerFunc{noRoute, faults}, "D I", Unclear, NotFound},
		"another code, never described": {never, []http.HandlerFunc{noServer}, "D I", Unclear, NotFound},
		"another code, then no route":   {never, []http.HandlerFunc{noServer, noRoute}, "D I", Unclear, NotFound},
		"no route, then another code":   {never, []http.HandlerFunc{noRoute, noServer}, "D I", Unclear, NotFound},
		"no route twice, then another code": {
			never,
			[]http.HandlerFunc{noRoute, noRoute, noServer},
			"D I P", Unclear,
			NotFound,
		},
		"410, then no route": {never, []http.HandlerFunc{gone410, noRoute}, "D I", Unclear, Refused},
		"a code that nobody knows": {long, []http.HandlerFunc{answers(404,
			`{"code":"tenant_not_found","message":"Session not found"}`), describes}, "D I", Present, NotFound},
		"405": {
			long,
			[]http.HandlerFunc{answers(405, ""), describes},
			"D I", Present,
			NotFound,
		},
		"410, described": {long, []http.HandlerFunc{gone410, describes}, "D I", Present, Refused},
		"410, absent": {
			long,
			[]http.HandlerFunc{gone410, noInstance, noInstance},
			"D I P",
			Absent, Refused,
		},
		"410 everywhere": {long, []http.HandlerFunc{gone410}, "D I", Unclear, Refused},
		"invalid_session, described": {
			long,
			[]http.HandlerFunc{noSession, describes},
			"D I", Present,
			InvalidSession,
		},
		"invalid_session, absent": {
			long,
			[]http.HandlerFunc{noSession, noInstance, noInstance},
			"D I P",
			Absent, InvalidSession,
		},
		"invalid_session, policy there": {
			long,
			[]http.HandlerFunc{noSession, noInstance, policy},
			"D I P",
			Unclear, InvalidSession,
		},
		"invalid_session 400, absent": {
			long,
			[]http.HandlerFunc{code(400), noInstance, noInstance},
			"D I P",
			Absent, InvalidSession,
		},
		"invalid_session 400 everywhere": {long, []http.HandlerFunc{code(400)}, "D I", Unclear, InvalidSession},
		"invalid_session 403, described": {
			long,
			[]http.HandlerFunc{code(403), describes},
			"D I", Present,
			InvalidSession,
		},
		"invalid_session 409, described": {
			long,
			[]http.HandlerFunc{code(409), describes},
			"D I", Present,
			InvalidSession,
		},
		"invalid_session 410, other account": {
			Known{Described: true, OtherAccount: true},
			[]http.HandlerFunc{code(410), noInstance, noInstance},
			"D I", Unclear, InvalidSession,
		},
		"invalid_session 422, policy there": {
			long,
			[]http.HandlerFunc{code(422), noInstance, policy},
			"D I P",
			Unclear, InvalidSession,
		},
		"401": {long, []http.HandlerFunc{answers(401, "")}, "D", Broken, Unauthorized},
		"403": {long, []http.HandlerFunc{refuses}, "D", Broken, Refused},
		"409": {long, []http.HandlerFunc{answers(409, "")}, "D", Broken, Conflict},
		"500": {long, []http.HandlerFunc{faults}, "D", Broken, ServerFault},
		"a success that is an error": {
			long,
			[]http.HandlerFunc{answers(200, `{"success":false}`)},
			"D", Broken,
			Unreadable,
		},
		"no answer": {long, []http.HandlerFunc{resets}, "D", Broken, NoAnswer},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, test.replies...)
			c := client(t, s.URL, func(o *Options) { o.MaxRetries, o.SecondLook = 0, time.Millisecond })
			found, err := c.RemoveSession(context.Background(), "A1", test.known)
			if found.Verdict != test.want || KindOf(err) != test.kind || (err == nil) != (test.kind == "") {
				t.Errorf("verdict %d (%s), want %d; error %v", found.Verdict, found.Reason, test.want, err)
			}
			if found.Verdict != Absent && found.Reason == "" {
				t.Error("no reason is given")
			}
			var want []string
			for _, letter := range strings.Fields(test.sent) {
				want = append(want, map[string]operation{
					"D": deleteSession, "I": getSession,
					"P": getRateLimit,
				}[letter].String())
			}
			checkSent(t, s, want...)
		})
	}
}

// TestRemovalIsConfirmedAfterThePause of 5 s. The time is synctest's.
func TestRemovalIsConfirmedAfterThePause(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &server{replies: []http.HandlerFunc{noInstance}}
		c := client(t, "http://api.wawp.test", func(o *Options) { o.Transport = handled(s.handle) })
		started := time.Now()
		if found, _ := c.RemoveSession(t.Context(), "A1", long); found.Verdict != Absent ||
			time.Since(started) != 5*time.Second {
			t.Errorf("found %+v after %s", found, time.Since(started))
		}
		checkSent(t, s, deleteSession.String(), getSession.String())
	})
}

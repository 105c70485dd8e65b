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
	noInstanceResponse     = response(404, `{"code":"invalid_instance","message":"No."}`)
	invalidSessionResponse = response(404, `{"code":"invalid_session","message":"No."}`)
	html404Response        = response(404, "<html>404</html>")
	sessionResponse        = response(200, `{"name":"wawp-1","status":"WORKING"}`)
	policyResponse         = response(200, `{"current_policy":"strict"}`)
	forbiddenResponse      = response(403, "")
	serverErrorResponse    = response(500, "")
	htmlResponse           = response(200, "<html>")
)

// describedSession is what is known of a session that was described, by the same account.
var describedSession = Known{Described: true}

// TestFind tests promise P3. Each row has the error of the first request, and the answers to session/info and
// session/rate-limit after the pause; nil means that there is no such request.
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
			describedSession, own, noInstanceResponse, noInstanceResponse, Absent,
			"POST /v2/session/info and GET /v2/session/rate-limit both answer",
		},
		"all three agree, paired":        {paired, own, noInstanceResponse, noInstanceResponse, Absent, ""},
		"nobody has described it, 2 min": {old, own, noInstanceResponse, noInstanceResponse, Absent, ""},
		"nobody knows when it was made":  {Known{}, own, noInstanceResponse, noInstanceResponse, Absent, ""},
		"it was just made":               {young, own, nil, nil, Unclear, "less than 2 minutes ago"},
		"just made, and described": {
			Known{Described: true, Made: time.Now()},
			own, noInstanceResponse, noInstanceResponse,
			Absent, "",
		},
		"another account": {other, own, nil, nil, Unclear, "another one than before"},
		"another account, 401": {
			other, &Error{Kind: Unauthorized, Status: 401}, nil, nil, NotJudged,
			"the request failed",
		},
		"the 404 passed":        {describedSession, own, sessionResponse, nil, Present, "session/info describes it"},
		"the 404 passed, 2 min": {old, own, sessionResponse, nil, Present, ""},
		"info: foreign":         {describedSession, own, html404Response, nil, Unclear, "does not name the session"},
		"info: a fault": {
			describedSession, own, serverErrorResponse, nil, Unclear,
			"session/info does not confirm it",
		},
		"info: 401": {
			describedSession, own, response(401, ""), nil, Unclear,
			"session/info does not confirm it",
		},
		"info: unreadable": {describedSession, own, htmlResponse, nil, Unclear, "could not be understood"},
		"info: invalid_session": {
			describedSession, own, invalidSessionResponse, noInstanceResponse, Absent,
			"",
		},
		"info: invalid_session, paired": {paired, own, invalidSessionResponse, nil, Unclear, "lost its phone"},
		"policy: can be read": {
			describedSession, own, noInstanceResponse, policyResponse, Unclear,
			"sending policy can still be read",
		},
		"policy: foreign": {
			describedSession, own, noInstanceResponse, html404Response, Unclear,
			"sending policy does not confirm it",
		},
		"policy: a code that nobody knows": {
			describedSession, own, noInstanceResponse,
			response(404, `{"code":"server_not_found","message":"Session not found"}`), Unclear,
			"policy does not confirm",
		},
		"policy: refused": {
			describedSession, own, noInstanceResponse, forbiddenResponse, Unclear,
			"sending policy does not confirm it",
		},
		"policy: a fault": {
			describedSession, own, noInstanceResponse, serverErrorResponse, Unclear,
			"sending policy does not confirm it",
		},
		"policy: unreadable": {
			describedSession, own, noInstanceResponse, htmlResponse, Unclear,
			"sending policy does not confirm it",
		},
		"policy: invalid_session, paired": {
			paired, own, noInstanceResponse, invalidSessionResponse, Unclear,
			"sending policy does not confirm it",
		},
		"invalid_session, all agree": {
			describedSession, dropped, invalidSessionResponse, invalidSessionResponse,
			Absent, "",
		},
		"invalid_session, it passed":       {describedSession, dropped, sessionResponse, nil, Present, ""},
		"invalid_session, paired":          {paired, dropped, nil, nil, Unclear, "lost its phone"},
		"invalid_session, another account": {other, dropped, nil, nil, Unclear, "another one than before"},
		"invalid_session, just made":       {young, dropped, nil, nil, Unclear, "less than 2 minutes ago"},
		"invalid_session, no 404": {
			describedSession, droppedConflict, nil, nil, Unclear,
			"another status than 404",
		},
		"invalid_session, no 404 at second": {
			describedSession, dropped, response(409, `{"code":"invalid_session","message":"No."}`),
			nil, Unclear, "another status than 404",
		},
		"foreign 404": {
			describedSession, &Error{Kind: NotFound, Status: 404}, nil, nil, Unclear,
			"does not name the session",
		},
		"unreadable": {
			describedSession, &Error{Kind: Unreadable, Status: 200}, nil, nil, Unclear,
			"could not be understood",
		},
		"410": {
			describedSession, &Error{Kind: Refused, Status: 410}, nil, nil, NotJudged,
			"the request failed",
		},
		"a lapsed plan": {
			describedSession, &Error{Kind: SubscriptionRequired, Status: 403}, nil, nil, NotJudged,
			"the request failed",
		},
		"a fault": {
			describedSession, &Error{Kind: ServerFault, Status: 500}, nil, nil, NotJudged,
			"the request failed",
		},
		"no answer":        {describedSession, &Error{Kind: NoAnswer}, nil, nil, NotJudged, "the request failed"},
		"some other error": {describedSession, errors.New("other"), nil, nil, NotJudged, "the request failed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, c := serverAfterLook(t, test.info, test.policy)
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

// serverAfterLook returns a server with these answers to session/info and session/rate-limit, and a client of it that
// makes no retries.
func serverAfterLook(t *testing.T, info, policy http.HandlerFunc) (*server, *Client) {
	t.Helper()
	var replies []http.HandlerFunc
	for _, reply := range []http.HandlerFunc{info, policy, response(418, "")} {
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

// TestAbsenceTakesThreeRequestsAndOnePause expects a pause of 5 s between the first request and the second. It runs in
// synctest.
func TestAbsenceTakesThreeRequestsAndOnePause(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		started := time.Now()
		var at []string
		s := &server{replies: []http.HandlerFunc{noInstanceResponse}}
		c := client(t, "http://api.wawp.test", func(o *Options) {
			o.SecondLook = defaultSecondLook
			o.Transport = handlerTransport(func(w http.ResponseWriter, r *http.Request) {
				at = append(at, time.Since(started).String())
				s.handle(w, r)
			})
		})
		_, err := c.GetSession(t.Context(), "A1")
		if found := c.Find(t.Context(), "A1", describedSession, err); found.Verdict != Absent {
			t.Errorf("found %+v", found)
		}
		checkSent(t, s, getSession.String(), getSession.String(), getRateLimit.String())
		if got := strings.Join(at, " "); got != "0s 5s 5s" {
			t.Errorf("sent at %s", got)
		}
	})
}

// TestLookAfterALostAnswerComesAfterAPause: before that, the answer to a GET may be from before the request. It runs in
// synctest.
func TestLookAfterALostAnswerComesAfterAPause(t *testing.T) {
	t.Parallel()
	link := response(200, `{"link":"https://app.wawp.net/temp-qr/new"}`)
	list := response(200, `{"webhooks":[{"url":"https://a.test"}]}`)
	for name, test := range map[string]struct {
		answer, look http.HandlerFunc
		do           func(context.Context, *Client) error
	}{
		"webhook": {response(504, ""), list, func(ctx context.Context, c *Client) error {
			return c.SetWebhook(ctx, "A1", Webhook{URL: "https://a.test"}, "")
		}},
		"temporary link": {response(200, `{"success":true}`), link, func(ctx context.Context, c *Client) error {
			_, err := c.CreateTempLink(ctx, "A1")
			return err
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &server{replies: []http.HandlerFunc{test.answer, test.look}}
				c := client(t, "http://api.wawp.test", func(o *Options) {
					o.Transport, o.SecondLook = handlerTransport(s.handle), defaultSecondLook
				})
				started := time.Now()
				if err := test.do(t.Context(), c); err != nil || time.Since(started) != 5*time.Second ||
					s.count() != 2 {
					t.Errorf("%d requests within %s, %v", s.count(), time.Since(started), err)
				}
			})
		})
	}
}

// TestNewSessionIsNeverAbsentForTwoMinutes runs in synctest.
func TestNewSessionIsNeverAbsentForTwoMinutes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := client(t, "http://api.wawp.test", func(o *Options) { o.Transport = handlerTransport(noInstanceResponse) })
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

// TestInterruptedSecondLookProvesNothing also expects that the pause ends at once.
func TestInterruptedSecondLookProvesNothing(t *testing.T) {
	t.Parallel()
	s := serve(t, noInstanceResponse)
	c := client(t, s.URL, func(o *Options) { o.SecondLook = time.Hour })
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(20*time.Millisecond, cancel)
	gone := &Error{Kind: NoSuchInstance, Status: 404}
	if found := c.Find(ctx, "A1", describedSession, gone); found.Verdict != NotJudged ||
		!strings.Contains(found.Reason, "interrupted") {
		t.Errorf("found %+v", found)
	}
	checkSent(t, s)

	ctx, cancel = context.WithCancel(context.Background())
	s = serve(t, noInstanceResponse)
	c = client(t, s.URL, func(o *Options) {
		o.SecondLook = time.Hour
		o.Log = func(context.Context, Attempt) { cancel() } // it is called once the answer has been read
	})
	found, err := c.RemoveSession(ctx, "A1", describedSession)
	if found.Verdict != NotJudged || KindOf(err) != NoSuchInstance {
		t.Errorf("found %+v, %v", found, err)
	}
	checkSent(t, s, deleteSession.String())
}

// TestRemoveSession: what follows the answer to DELETE, and what all of that proves. D is DELETE, I session/info, P
// session/rate-limit.
func TestRemoveSession(t *testing.T) {
	t.Parallel()
	gone := response(200, `{"message":"Deleted"}`)
	code := func(status int) http.HandlerFunc {
		return response(status, `{"code":"invalid_session","message":"No."}`)
	}
	never := Known{Made: time.Now()}
	noRoute := response(404, `{"code":"rest_no_route","message":"No route was found."}`)
	noServer := response(404, `{"code":"server_not_found","message":"No."}`)
	gone410 := response(410, `{"code":"invalid_instance","message":"Gone."}`)
	for name, test := range map[string]struct {
		known   Known
		replies []http.HandlerFunc
		sent    string
		want    Verdict
		kind    Kind // of the error
	}{
		"deleted":                  {describedSession, []http.HandlerFunc{gone}, "D", Absent, ""},
		"deleted, another account": {Known{OtherAccount: true}, []http.HandlerFunc{gone}, "D", Absent, ""},
		"no such instance, confirmed": {
			describedSession,
			[]http.HandlerFunc{noInstanceResponse, noInstanceResponse},
			"D I", Absent,
			NoSuchInstance,
		},
		"no such instance, 2 min": {
			Known{Made: time.Now().Add(-time.Hour)},
			[]http.HandlerFunc{noInstanceResponse, noInstanceResponse},
			"D I", Absent, NoSuchInstance,
		},
		"no such instance, just made": {
			Known{Made: time.Now()},
			[]http.HandlerFunc{noInstanceResponse, noInstanceResponse},
			"D I", Unclear, NoSuchInstance,
		},
		"no such instance, another account": {
			Known{Described: true, OtherAccount: true},
			[]http.HandlerFunc{noInstanceResponse, noInstanceResponse},
			"D I", Unclear, NoSuchInstance,
		},
		"no such instance, it passed": {
			describedSession,
			[]http.HandlerFunc{noInstanceResponse, sessionResponse, gone},
			"D I D", Absent,
			"",
		},
		"no such instance, again": {
			describedSession,
			[]http.HandlerFunc{noInstanceResponse, sessionResponse, noInstanceResponse},
			"D I D",
			Present, NoSuchInstance,
		},
		"no such instance, then a fault": {
			describedSession,
			[]http.HandlerFunc{noInstanceResponse, sessionResponse, serverErrorResponse},
			"D I D",
			Present, ServerFault,
		},
		"no such instance, info foreign": {
			describedSession,
			[]http.HandlerFunc{noInstanceResponse, html404Response},
			"D I", Unclear,
			NoSuchInstance,
		},
		"no such instance, info fails": {
			describedSession,
			[]http.HandlerFunc{noInstanceResponse, serverErrorResponse},
			"D I", Unclear,
			NoSuchInstance,
		},
		"no such instance, info drops": {
			describedSession,
			[]http.HandlerFunc{noInstanceResponse, invalidSessionResponse},
			"D I", Absent,
			NoSuchInstance,
		},
		"no such instance, info drops it": {
			Known{Described: true, Paired: true},
			[]http.HandlerFunc{noInstanceResponse, invalidSessionResponse},
			"D I", Unclear, NoSuchInstance,
		},
		"another 404, described": {
			describedSession,
			[]http.HandlerFunc{html404Response, sessionResponse},
			"D I", Present,
			NotFound,
		},
		"another 404, absent": {
			describedSession,
			[]http.HandlerFunc{html404Response, noInstanceResponse, noInstanceResponse},
			"D I P",
			Absent, NotFound,
		},
		"another 404, policy there": {
			describedSession,
			[]http.HandlerFunc{html404Response, noInstanceResponse, policyResponse},
			"D I P",
			Unclear, NotFound,
		},
		"another 404 everywhere": {
			describedSession,
			[]http.HandlerFunc{html404Response},
			"D I", Unclear,
			NotFound,
		},
		"only create, never described": {never, []http.HandlerFunc{noRoute}, "D I P", NoEndpoint, NotFound},
		"only create, as web pages":    {never, []http.HandlerFunc{html404Response}, "D I P", NoEndpoint, NotFound},
		"only create, with 405": {
			never,
			[]http.HandlerFunc{response(405, `{"code":"405"}`), noRoute, html404Response},
			"D I P", NoEndpoint, NotFound,
		},
		"only create, another account": {
			Known{OtherAccount: true},
			[]http.HandlerFunc{noRoute},
			"D I", Unclear,
			NotFound,
		},
		"only create, described": {describedSession, []http.HandlerFunc{noRoute}, "D I", Unclear, NotFound},
		"only create, and a policy": {
			never,
			[]http.HandlerFunc{noRoute, noRoute, policyResponse},
			"D I P", Unclear,
			NotFound,
		},
		"only create, and info": {
			never,
			[]http.HandlerFunc{noRoute, sessionResponse},
			"D I", Present,
			NotFound,
		},
		"only create, info fails": {
			never,
			[]http.HandlerFunc{noRoute, serverErrorResponse},
			"D I", Unclear,
			NotFound,
		},
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
		"a code that nobody knows": {describedSession, []http.HandlerFunc{response(404,
			`{"code":"tenant_not_found","message":"Session not found"}`), sessionResponse}, "D I", Present, NotFound},
		"405": {
			describedSession,
			[]http.HandlerFunc{response(405, ""), sessionResponse},
			"D I", Present,
			NotFound,
		},
		"410, described": {describedSession, []http.HandlerFunc{gone410, sessionResponse}, "D I", Present, Refused},
		"410, absent": {
			describedSession,
			[]http.HandlerFunc{gone410, noInstanceResponse, noInstanceResponse},
			"D I P",
			Absent, Refused,
		},
		"410 everywhere": {describedSession, []http.HandlerFunc{gone410}, "D I", Unclear, Refused},
		"invalid_session, described": {
			describedSession,
			[]http.HandlerFunc{invalidSessionResponse, sessionResponse},
			"D I", Present,
			InvalidSession,
		},
		"invalid_session, absent": {
			describedSession,
			[]http.HandlerFunc{invalidSessionResponse, noInstanceResponse, noInstanceResponse},
			"D I P",
			Absent, InvalidSession,
		},
		"invalid_session, policy there": {
			describedSession,
			[]http.HandlerFunc{invalidSessionResponse, noInstanceResponse, policyResponse},
			"D I P",
			Unclear, InvalidSession,
		},
		"invalid_session 400, absent": {
			describedSession,
			[]http.HandlerFunc{code(400), noInstanceResponse, noInstanceResponse},
			"D I P",
			Absent, InvalidSession,
		},
		"invalid_session 400 everywhere": {
			describedSession,
			[]http.HandlerFunc{code(400)},
			"D I", Unclear,
			InvalidSession,
		},
		"invalid_session 403, described": {
			describedSession,
			[]http.HandlerFunc{code(403), sessionResponse},
			"D I", Present,
			InvalidSession,
		},
		"invalid_session 409, described": {
			describedSession,
			[]http.HandlerFunc{code(409), sessionResponse},
			"D I", Present,
			InvalidSession,
		},
		"invalid_session 410, other account": {
			Known{Described: true, OtherAccount: true},
			[]http.HandlerFunc{code(410), noInstanceResponse, noInstanceResponse},
			"D I", Unclear, InvalidSession,
		},
		"invalid_session 422, policy there": {
			describedSession,
			[]http.HandlerFunc{code(422), noInstanceResponse, policyResponse},
			"D I P",
			Unclear, InvalidSession,
		},
		"401": {describedSession, []http.HandlerFunc{response(401, "")}, "D", NotJudged, Unauthorized},
		"403": {describedSession, []http.HandlerFunc{forbiddenResponse}, "D", NotJudged, Refused},
		"409": {describedSession, []http.HandlerFunc{response(409, "")}, "D", NotJudged, Conflict},
		"500": {describedSession, []http.HandlerFunc{serverErrorResponse}, "D", NotJudged, ServerFault},
		"a success that is an error": {
			describedSession,
			[]http.HandlerFunc{response(200, `{"success":false}`)},
			"D", NotJudged,
			Unreadable,
		},
		"no answer": {describedSession, []http.HandlerFunc{connectionReset}, "D", NotJudged, NoAnswer},
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

// TestRemovalIsConfirmedAfterThePause expects a pause of 5 s. It runs in synctest.
func TestRemovalIsConfirmedAfterThePause(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &server{replies: []http.HandlerFunc{noInstanceResponse}}
		c := client(t, "http://api.wawp.test", func(o *Options) {
			o.Transport, o.SecondLook = handlerTransport(s.handle), defaultSecondLook
		})
		started := time.Now()
		if found, _ := c.RemoveSession(t.Context(), "A1", describedSession); found.Verdict != Absent ||
			time.Since(started) != 5*time.Second {
			t.Errorf("found %+v after %s", found, time.Since(started))
		}
		checkSent(t, s, deleteSession.String(), getSession.String())
	})
}

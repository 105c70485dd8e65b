package templink_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

// noRetries is a provider block without retries: the tests are about what follows the last attempt.
const noRetries = "provider \"wawp\" {\n  max_retries     = 0\n  request_timeout = \"2s\"\n}\n\n"

// Answers about sessions that do not exist: of a server that is not Wawp, and of Wawp.
const (
	foreignAnswer  = "404 page not found"
	noSuchInstance = `{"code":"invalid_instance","message":"The instance was deleted."}`
	invalidSession = `{"code":"invalid_session","message":"The session is invalid."}`
)

// reshape is a distortion of an answer.
type reshape = func(map[string]any) any

// chain chains distortions.
func chain(each ...reshape) reshape {
	return func(answer map[string]any) any {
		var result any = answer
		for _, one := range each {
			result = one(result.(map[string]any))
		}
		return result
	}
}

// editKey returns a distortion of what an answer has under a key, unless that is null.
func editKey(key string, change func(string) any) reshape {
	return func(answer map[string]any) any {
		if value, ok := answer[key].(string); ok {
			answer[key] = change(value)
		}
		return answer
	}
}

// linkToken returns the last part of a link.
func linkToken(link string) any { return link[strings.LastIndex(link, "/")+1:] }

// nestUnder wraps the result of a change into an object, under a key.
func nestUnder(key string, change func(string) any) func(string) any {
	return func(value string) any { return map[string]any{key: change(value), "id": 7} }
}

func unchanged(value string) any { return value }

// rewriteDate writes the time of an answer in another way.
func rewriteDate(format func(time.Time) any) reshape {
	return editKey("expires_at", func(value string) any {
		at, _ := time.Parse(time.RFC3339, value)
		return format(at)
	})
}

// answerForms are those in which the API may write its answers.
func answerForms() map[string]reshape {
	inside := func(answer map[string]any) any {
		link := map[string]any{"url": answer["link"], "expires_at": answer["expires_at"]}
		return map[string]any{"link": link}
	}
	return map[string]reshape{
		"wrapped":       wawptest.Wrap("data"),
		"wrapped twice": wawptest.Wrap("data", "session"),
		"result":        wawptest.Wrap("result"),
		"with a status": chain(wawptest.Set("status", "success"), wawptest.Set("code", "success"),
			wawptest.Set("message", "Done.")),
		"token":             editKey("link", linkToken),
		"object, url":       editKey("link", nestUnder("url", unchanged)),
		"object, link":      editKey("link", nestUnder("link", unchanged)),
		"object, token":     editKey("link", nestUnder("token", linkToken)),
		"all in the object": inside,
		"camel case":        chain(wawptest.Rename("link", "tempLink"), wawptest.Rename("expires_at", "expiresAt")),
		"expires":           wawptest.Rename("expires_at", "expires"),
		"expiry, Unix time": chain(rewriteDate(func(at time.Time) any { return at.Unix() }),
			wawptest.Rename("expires_at", "expiry")),
		"milliseconds":   rewriteDate(func(at time.Time) any { return at.UnixMilli() }),
		"number as text": rewriteDate(func(at time.Time) any { return fmt.Sprint(at.Unix()) }),
		"as a database":  rewriteDate(func(at time.Time) any { return at.Format(time.DateTime) }),
	}
}

// TestAnswersInOtherForms is promise P6, as a user sees it: the link is found, its end shows, the plan is quiet.
func TestAnswersInOtherForms(t *testing.T) {
	t.Parallel()
	for name, form := range answerForms() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, wawptest.Config{Now: newClock().Now})
			w.Inject(wawptest.Fault{Reshape: form})
			tf := w.Terraform(t, linkConfig())
			check := func(n int, expired bool) {
				t.Helper()
				if s, made := onlyResource(t, tf), w.Links(id); len(made) < n || s["link"] != made[n-1] ||
					s["expired"] != expired || s["expires_at"] != "2026-01-31T12:00:00Z" {
					t.Errorf("the state is %v, the links were %v", s, made)
				}
			}
			tf.OK("apply")
			check(1, false)
			acctest.Contains(t, tf.OK("plan"), "No changes.")
			w.ExpireLink(id)
			tf.OK("refresh")
			check(1, true)
			w.NewLink(id)
			tf.Forget(address)
			tf.OK("import", address, id)
			check(2, false)
			if n := w.Count(post); n != 1 || w.Count(revoke) != 0 {
				t.Errorf("%d links were made", n)
			}
		})
	}
}

// TestAnswersToAnotherMethodInAnotherForm: POST and GET may spell the same link differently.
func TestAnswersToAnotherMethodInAnotherForm(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{Now: newClock().Now})
	w.Inject(wawptest.Fault{Match: post, Reshape: editKey("link", func(link string) any {
		return strings.Replace(link, "https://app.", "https://www.", 1) + "/"
	})})
	w.Inject(wawptest.Fault{Match: get, Reshape: editKey("link", linkToken)})
	tf := w.Terraform(t, linkConfig())
	tf.OK("apply")
	acctest.Contains(t, tf.OK("plan"), "No changes.")
	tf.OK("refresh")
	if s := onlyResource(t, tf); s["expired"] != false || s["link"] == w.Links(id)[0] {
		t.Errorf("the state is %v", s)
	}
	tf.OK("destroy")
	if validLink(t, w) != "" {
		t.Error("the link was not revoked")
	}
}

// TestIncompleteAnswers has POST leave something out.
func TestIncompleteAnswers(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault wawptest.Fault
		want  map[string]int
	}{
		"empty": {wawptest.Fault{Act: true, Status: 204}, map[string]int{post: 1, get: 1}},
		"OK":    {wawptest.Fault{Act: true, Body: "OK"}, map[string]int{post: 1, get: 1}},
		"a message": {
			wawptest.Fault{Act: true, Status: 201, Body: `{"success":true,"message":"Link created."}`},
			map[string]int{post: 1, get: 1},
		},
		"no expiry": {wawptest.Fault{Reshape: wawptest.Without("expires_at")}, map[string]int{post: 1}},
		"no date":   {wawptest.Fault{Reshape: wawptest.Set("expires_at", "soon")}, map[string]int{post: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, wawptest.Config{})
			test.fault.Match = post
			w.Inject(test.fault)
			tf := w.Terraform(t, linkConfig())
			earliest := time.Now().Add(30 * time.Minute).Truncate(time.Second)
			tf.OK("apply")
			w.CheckRequests(t, test.want)
			s := onlyResource(t, tf)
			at, err := time.Parse(time.RFC3339, fmt.Sprint(s["expires_at"]))
			if err != nil || at.Before(earliest) || at.After(time.Now().Add(30*time.Minute)) {
				t.Errorf("the link expires at %v, %v", s["expires_at"], err)
			}
			if s["link"] != w.Links(id)[0] || s["expired"] != false {
				t.Errorf("the state is %v", s)
			}
			acctest.Contains(t, tf.OK("plan"), "No changes.")

			w.Inject(wawptest.Fault{Match: get, Reshape: wawptest.Without("expires_at")})
			tf.OK("refresh")
			if now := onlyResource(t, tf); now["expires_at"] != s["expires_at"] {
				t.Errorf("the link expires at %v, which was %v", now["expires_at"], s["expires_at"])
			}
		})
	}
}

// TestNotMade: a create that fails is not repeated, and its diagnostic says whether there may be a link.
func TestNotMade(t *testing.T) {
	t.Parallel()
	const perhaps, summary = "There may be a new link", "Error: Wawp temporary link was not made"
	for name, test := range map[string]struct {
		fault wawptest.Fault
		says  []string
	}{
		"no such session": {
			wawptest.Fault{Status: 404, Body: noSuchInstance},
			[]string{"Error: Wawp knows no session " + id, "because there is no such session", "deleted"},
		},
		"foreign 404": {wawptest.Fault{Status: 404, Body: foreignAnswer}, []string{summary, "Check base_url"}},
		"needs no scan": {
			wawptest.Fault{Status: 409, Body: `{"code":"already_connected","message":"Connected."}`},
			[]string{summary, "Connected.", scan, `desired_state = "started"`},
		},
		"400": {
			wawptest.Fault{Status: 400, Body: `{"code":"bad","message":"No."}`},
			[]string{summary, "HTTP 400 (bad)", scan},
		},
		"401": {
			wawptest.Fault{Status: 401, Body: `{"code":"invalid_access_token","message":"Who?"}`},
			[]string{"Error: Wawp did not accept the access token", "Who?", "WAWP_ACCESS_TOKEN"},
		},
		"403": {
			wawptest.Fault{Status: 403, Body: `{"code":"subscription_required","message":"Pay."}`},
			[]string{"Error: The Wawp account has no active paid plan", "Pay.", "Upgrade it in"},
		},
		"429": {wawptest.Fault{Status: 429}, []string{summary, "HTTP 429"}},
		"500": {wawptest.Fault{Status: 500, Act: true}, []string{summary, "HTTP 500", perhaps}},
		"502": {wawptest.Fault{Status: 502, Act: true}, []string{summary, "HTTP 502", perhaps}},
		"no answer": {
			wawptest.Fault{Drop: true, Act: true},
			[]string{summary, "the request was sent, but", perhaps},
		},
		"half an answer": {wawptest.Fault{Cut: true}, []string{summary, "broke off", perhaps}},
		"a hotel's page": {
			wawptest.Fault{Body: "<html>Sign in</html>"},
			[]string{summary, "the answer holds no link", perhaps},
		},
		"in disguise": {
			wawptest.Fault{Body: invalidSession},
			[]string{summary, "the answer holds no link (invalid_session)"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, wawptest.Config{})
			test.fault.Match, test.fault.Times = post, 1
			w.Inject(test.fault)
			provider := ""
			if test.fault.Status == 429 {
				provider = noRetries // it is tried again, because it surely made nothing
			}
			tf := w.Terraform(t, provider+linkConfig())
			acctest.Contains(t, tf.Fails("apply"), test.says...)
			w.CheckRequests(t, map[string]int{post: 1})
			if len(tf.State()) != 0 {
				t.Errorf("the state holds %v", tf.State())
			}
			acctest.Contains(t, tf.OK("apply"), "1 added")
			if link := validLink(t, w); link != onlyResource(t, tf)["link"] {
				t.Errorf("%q is valid", link)
			}
		})
	}
	t.Run("made without a word, and not there", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, wawptest.Config{})
		w.Inject(wawptest.Fault{Match: post, Status: 204})
		tf := w.Terraform(t, linkConfig())
		acctest.Contains(t, tf.Fails("apply"), summary, "the answer holds no link", perhaps)
		w.CheckRequests(t, map[string]int{post: 1, get: 1})
	})
}

// TestUnreadableLinkKeepsTheState is promise P3 for every answer that proves no absence.
func TestUnreadableLinkKeepsTheState(t *testing.T) {
	t.Parallel()
	described := wawptest.Fault{Skip: 1000}
	gone := wawptest.Fault{Status: 404, Body: noSuchInstance}
	for name, test := range map[string]struct {
		get, info wawptest.Fault
		fails     bool // else it warns
	}{
		"info answers":          {gone, described, false},
		"info is broken":        {gone, wawptest.Fault{Status: 503}, false},
		"info is refused":       {gone, wawptest.Fault{Status: 401, Body: noSuchInstance}, false},
		"info is foreign":       {gone, wawptest.Fault{Status: 404, Body: foreignAnswer}, false},
		"info: invalid_session": {gone, wawptest.Fault{Status: 404, Body: invalidSession}, false},
		"info is HTML":          {gone, wawptest.Fault{Body: "<html>"}, false},
		"invalid_session":       {wawptest.Fault{Status: 404, Body: invalidSession}, gone, false},
		"a proxy's 404":         {wawptest.Fault{Status: 404, Body: foreignAnswer}, gone, false},
		"an unknown route": {
			wawptest.Fault{Status: 404, Body: `{"code":"rest_no_route","message":"No route"}`},
			gone, false,
		},
		"an HTML page":            {wawptest.Fault{Body: "<html>Sign in</html>"}, gone, false},
		"an error in disguise":    {wawptest.Fault{Body: noSuchInstance}, gone, false},
		"an answer without sense": {wawptest.Fault{Body: `{"success":true}`}, gone, false},
		"an empty answer":         {wawptest.Fault{Status: 204}, gone, false},
		"no scan needed": {
			wawptest.Fault{Status: 409, Body: `{"code":"already_connected","message":"No."}`},
			gone, false,
		},
		"401":       {wawptest.Fault{Status: 401, Body: noSuchInstance}, gone, true},
		"403":       {wawptest.Fault{Status: 403, Body: noSuchInstance}, gone, true},
		"500":       {wawptest.Fault{Status: 500, Body: noSuchInstance}, gone, true},
		"no answer": {wawptest.Fault{Drop: true}, gone, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, wawptest.Config{})
			tf := w.Terraform(t, noRetries+linkConfig())
			tf.OK("apply")
			before := fmt.Sprint(tf.State())
			test.get.Match, test.info.Match = get, info
			w.Inject(test.get)
			w.Inject(test.info)
			if test.fails {
				acctest.Contains(t, tf.Fails("refresh"), "Error: "+acctest.Summary(test.get,
					"Wawp temporary link could not be read"), id)
			} else {
				acctest.Contains(t, tf.OK("refresh"),
					"Warning: Wawp temporary link could not be checked and stays in the state", id,
					"terraform state rm")
			}
			if got := fmt.Sprint(tf.State()); got != before {
				t.Errorf("the state was %s and is %s", before, got)
			}
		})
	}
}

func TestSessionDeletedInTheDashboard(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{})
	tf := w.Terraform(t, linkConfig())
	tf.OK("apply")
	w.Remove(id)
	w.ResetRequests()
	acctest.Contains(t, tf.OK("plan"), "Warning: Wawp temporary link is gone", id,
		"1 to add, 0 to change, 0 to destroy")
	w.CheckRequests(t, map[string]int{get: 1, info: 1, "GET /v2/session/rate-limit": 1})
	output := tf.Fails("apply")
	acctest.Contains(t, output, "Error: Wawp knows no session "+id, `with AttributeName("instance_id")`)
}

// TestRevocationThatIsRefused: the link of a session that needs no scan is removed from the state, with a warning.
func TestRevocationThatIsRefused(t *testing.T) {
	t.Parallel()
	for _, endpoint := range []string{"", revoke} {
		t.Run(endpoint, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, wawptest.Config{})
			tf := w.Terraform(t, noRetries+linkConfig())
			tf.OK("apply")
			w.Inject(wawptest.Fault{Match: endpoint, Status: 409, Body: `{"code":"already_connected","message":"No."}`})
			acctest.Contains(t, tf.OK("destroy", "-refresh=false"), "Warning: Wawp temporary link was not revoked",
				"expires by itself")
			if w.Count(revoke) != 1 {
				t.Errorf("the requests were %v", w.Requests())
			}
		})
	}
}

// TestNotRevoked: a link that may still be valid stays in the state.
func TestNotRevoked(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]wawptest.Fault{
		"read: 401":          {Match: get, Status: 401, Body: noSuchInstance},
		"read: 500":          {Match: get, Status: 500, Body: noSuchInstance},
		"read: foreign 404":  {Match: get, Status: 404, Body: foreignAnswer},
		"read: unreadable":   {Match: get, Body: "<html>"},
		"read: no answer":    {Match: get, Drop: true},
		"revoke: 403":        {Match: revoke, Status: 403, Body: noSuchInstance},
		"revoke: 500":        {Match: revoke, Status: 500, Body: noSuchInstance},
		"revoke: foreign":    {Match: revoke, Status: 404, Body: foreignAnswer},
		"revoke: no answer":  {Match: revoke, Drop: true},
		"revoke: unreadable": {Match: revoke, Body: "<html>"},
		"revoke: disguise":   {Match: revoke, Body: noSuchInstance},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, wawptest.Config{})
			tf := w.Terraform(t, noRetries+linkConfig())
			tf.OK("apply")
			w.Inject(fault)
			acctest.Contains(t, tf.Fails("destroy", "-refresh=false"),
				"Error: "+acctest.Summary(fault, "Wawp temporary link was not revoked"), id, "stays in the state")
			if link := validLink(t, w); link == "" || link != onlyResource(t, tf)["link"] {
				t.Errorf("%q is valid, and in the state %v", link, onlyResource(t, tf)["link"])
			}
			tf.OK("destroy")
			if validLink(t, w) != "" {
				t.Error("the link is still valid")
			}
		})
	}
}

// TestRevocationWithoutAnAnswer: Wawp revokes the link, but its answer does not show that.
func TestRevocationWithoutAnAnswer(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault wawptest.Fault
		want  map[string]int
	}{
		"empty": {wawptest.Fault{Status: 204}, map[string]int{get: 1, revoke: 1}},
		"unreadable": {
			wawptest.Fault{Body: `{"code":"links_revoked","message":"All links were revoked."}`},
			map[string]int{get: 2, revoke: 1},
		},
		"502":       {wawptest.Fault{Status: 502}, map[string]int{get: 1, revoke: 2}},
		"no answer": {wawptest.Fault{Drop: true}, map[string]int{get: 1, revoke: 2}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, wawptest.Config{})
			tf := w.Terraform(t, linkConfig())
			tf.OK("apply")
			w.ResetRequests()
			test.fault.Match, test.fault.Act, test.fault.Times = revoke, true, 1
			w.Inject(test.fault)
			tf.OK("destroy", "-refresh=false")
			w.CheckRequests(t, test.want)
			if validLink(t, w) != "" {
				t.Error("the link is still valid")
			}
		})
	}
}

// TestStaleRead: an answer that is older than the link shows in the state, and the next refresh corrects it.
func TestStaleRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{})
	w.Inject(wawptest.Fault{Match: get, Times: 1, Body: `{"link":null}`})
	tf := w.Terraform(t, linkConfig())
	tf.OK("apply")
	for _, expired := range []bool{true, false} {
		tf.OK("refresh")
		if s := onlyResource(t, tf); s["expired"] != expired || s["link"] != w.Links(id)[0] {
			t.Errorf("the state is %v", s)
		}
	}
}

// TestUnknownConfiguration uses a provider whose configuration is known only after an apply.
func TestUnknownConfiguration(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{})
	tf := w.Terraform(t, linkConfig())
	tf.OK("apply")
	w.ResetRequests()
	tf.Unknown = true
	acctest.Contains(t, tf.OK("plan"), "Warning: The provider's configuration is not known yet", "No changes.")
	tf.Configure(ephemeralConfig(quoted))
	acctest.Contains(t, tf.Fails("plan"), "Error: The provider's configuration is not known yet")
	tf.Configure(strings.Replace(linkConfig(), `"x"`, `"y"`, 1))
	acctest.Contains(t, tf.Fails("import", "wawp_session_temp_link.y", id),
		"Error: The provider's configuration is not known yet")
	w.CheckRequests(t, nil)
	if len(tf.State()) != 1 {
		t.Errorf("the state holds %v", tf.State())
	}
}

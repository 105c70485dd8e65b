package webhook_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
	"github.com/wawp/terraform-provider-wawp/internal/wawp"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

// Answers to a deletion and to a list.
const (
	unknownHook = `{"code":"webhook_not_found","message":"The session has no webhook with this URL."}`
	unknownID   = `{"code":"session_not_found","message":"There is no such session."}`
	webPage     = "<html>404 page not found</html>"
	emptyList   = `{"webhooks":[]}`
)

// TestDeletionLooksTwice: an engine that restarts does not know a webhook for some seconds, and lists none. Only a
// webhook that is missing from two lists, some seconds apart, is taken for gone.
func TestDeletionLooksTwice(t *testing.T) {
	t.Parallel()
	deletions := func(status, times int, body string) wawptest.Fault {
		return wawptest.Fault{Match: remove, Status: status, Body: body, Times: times}
	}
	lists := func(status, skip, times int, body string) wawptest.Fault {
		return wawptest.Fault{Match: list, Status: status, Body: body, Skip: skip, Times: times}
	}
	for name, test := range map[string]struct {
		faults          []wawptest.Fault
		gone, inState   bool // it was deleted outside; stays in the state
		removals, looks int
		says            string
	}{
		"both pass, Wawp's own": {[]wawptest.Fault{
			deletions(404, 1, unknownHook),
			lists(200, 0, 1, emptyList),
		}, false, false, 2, 2, ""},
		"both pass, a proxy's": {
			[]wawptest.Fault{deletions(404, 1, webPage), lists(200, 0, 1, emptyList)},
			false, false, 2, 2, "",
		},
		"both pass, the session's": {[]wawptest.Fault{
			deletions(404, 1, unknownID),
			lists(200, 0, 1, `{"webhooks":null}`),
		}, false, false, 2, 2, ""},
		"both pass, 405": {
			[]wawptest.Fault{deletions(405, 1, webPage), lists(200, 0, 1, emptyList)},
			false, false, 2, 2, "",
		},
		"the 404 passes":       {[]wawptest.Fault{deletions(404, 1, unknownHook)}, false, false, 2, 1, ""},
		"the 404 passes later": {[]wawptest.Fault{deletions(404, 2, unknownHook)}, false, false, 3, 2, ""},
		"the 404 does not pass": {
			[]wawptest.Fault{deletions(404, 0, unknownHook)},
			false, true, 3, 2,
			"could not be deleted",
		},
		"it is gone":                {nil, true, false, 1, 2, ""},
		"it is gone, a proxy's 404": {[]wawptest.Fault{deletions(404, 0, webPage)}, true, false, 1, 2, ""},
		"no list, a proxy's": {
			[]wawptest.Fault{deletions(404, 0, webPage), lists(404, 0, 0, webPage)},
			false, true, 1, 1, "could not be deleted",
		},
		"no list that can be read": {
			[]wawptest.Fault{deletions(404, 0, webPage), lists(200, 0, 0, webPage)},
			false, true, 1, 1, "could not be deleted",
		},
		"no second list, a proxy's": {[]wawptest.Fault{
			deletions(404, 0, webPage), lists(200, 0, 1, emptyList),
			lists(404, 0, 0, webPage),
		}, false, true, 1, 2, "could not be deleted"},
		"no second list, a fault": {[]wawptest.Fault{
			deletions(404, 0, unknownHook),
			lists(200, 0, 1, emptyList), lists(500, 0, 0, "{}"),
		}, false, true, 1, 2, "HTTP 500"},
		"no second list that can be read": {[]wawptest.Fault{
			deletions(404, 0, unknownHook),
			lists(200, 0, 1, emptyList), lists(200, 0, 0, "{}"),
		}, false, true, 1, 2, "lists no webhooks"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, wawptest.Config{})
			tf := w.Terraform(t, "provider \"wawp\" {\n  max_retries = 0\n}\n"+webhookConfig())
			tf.OK("apply")
			if test.gone {
				w.RemoveWebhook(id, target)
			}
			for _, fault := range test.faults {
				w.Inject(fault)
			}
			w.ResetRequests()
			output, ok := tf.Run("destroy", "-refresh=false")
			output = acctest.Unwrap(output)
			acctest.Contains(t, output, test.says)
			w.CheckRequests(t, map[string]int{remove: test.removals, list: test.looks})
			if left := len(tf.State()); ok == test.inState || (left == 1) != test.inState {
				t.Errorf("success: %t; %d webhooks are in the state:\n%s", ok, left, output)
			}
			if left := len(w.Webhooks(id)); (left == 1) != test.inState {
				t.Errorf("Wawp has %d webhooks", left)
			}
			if test.inState {
				return
			}
			acctest.NotContains(t, output, "Warning")
		})
	}
}

// TestInterruptedLookProvesNothing: a deletion that is interrupted before its second look fails.
func TestInterruptedLookProvesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{})
	tf := w.Terraform(t, webhookConfig(`timeouts = { delete = "200ms" }`),
		func(o *wawp.Options) { o.SecondLook = time.Hour })
	tf.OK("apply")
	w.Inject(wawptest.Fault{Match: remove, Status: 404, Body: unknownHook})
	w.Inject(wawptest.Fault{Match: list, Body: emptyList})
	acctest.Contains(t, tf.Fails("destroy", "-refresh=false"), "Error: Wawp webhook could not be deleted",
		"timeouts attribute")
	if len(tf.State()) != 1 {
		t.Error("it left the state")
	}
}

// TestDeletionsLookAtTheSameTime: the pause of a deletion does not block other webhooks of the session.
func TestDeletionsLookAtTheSameTime(t *testing.T) {
	t.Parallel()
	const n = 5
	w := newWorld(t, wawptest.Config{})
	tf := w.Terraform(t, webhooksConfig(n, `["message"]`),
		func(o *wawp.Options) { o.SecondLook = 50 * time.Millisecond })
	tf.OK("apply")
	for _, h := range w.Webhooks(id) {
		w.RemoveWebhook(id, h.URL)
	}
	w.ResetRequests()
	tf.OK("destroy", "-refresh=false")
	var order strings.Builder
	for _, r := range w.Requests() {
		order.WriteString(map[string]string{http.MethodDelete: "D", http.MethodGet: "L"}[r.Method])
	}
	if got := order.String(); len(got) != n*len("DLL") || got == strings.Repeat("DLL", n) {
		t.Errorf("the requests were %s", got)
	}
}

// TestChangeLooksTwice: a webhook that Wawp does not know for some seconds is still changed.
func TestChangeLooksTwice(t *testing.T) {
	t.Parallel()
	for name, argument := range map[string]string{"a change": "enabled = false", "a secret is removed": ""} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, wawptest.Config{})
			tf := w.Terraform(t, webhookConfig(`hmac_secret = "s3cret"`))
			tf.OK("apply")
			want := w.Webhooks(id)[0]
			if argument != "" {
				argument, want.Active = argument+"\n  hmac_secret = \"s3cret\"", false
			} else {
				want.Secret = ""
			}
			for _, match := range []string{update, remove} {
				w.Inject(wawptest.Fault{Match: match, Times: 1, Status: 404, Body: unknownHook})
			}
			w.Inject(wawptest.Fault{Match: list, Times: 1, Body: emptyList})
			tf.Configure(webhookConfig(argument))
			acctest.Contains(t, tf.OK("apply", "-refresh=false"), "0 added, 1 changed, 0 destroyed")
			checkStored(t, w, want)
			acctest.Contains(t, tf.OK("plan"), "No changes.")
		})
	}
}

// TestAnotherAccountListsNone: that a webhook is missing from the list of another account, or at another address,
// proves nothing.
func TestAnotherAccountListsNone(t *testing.T) {
	t.Parallel()
	const doubt = "the access token, or the address, is another one than before"
	w, other := newWorld(t, wawptest.Config{}), newWorld(t, wawptest.Config{Token: "t0ken-of-somebody-else"})
	tf := w.Terraform(t, webhookConfig(`hmac_secret = "s3cret"`))
	tf.OK("apply")
	before := tf.State()
	tf.BaseURL, tf.Token = other.Server.URL, other.Token
	acctest.Contains(t, tf.OK("apply", "-refresh-only"),
		"Warning: Wawp webhook could not be checked and stays in the state", doubt)
	acctest.Contains(t, tf.OK("plan"), "Warning: Wawp webhook could not be checked", "No changes.")
	acctest.Contains(t, tf.Fails("destroy"), "Error: Wawp webhook could not be deleted", doubt, "terraform state rm")
	tf.Configure(webhookConfig())
	acctest.Contains(t, tf.Fails("apply"), "Error: Wawp webhook could not be changed")
	if after := tf.State(); len(after) != 1 || len(before) != 1 ||
		string(after[0].Private) != string(before[0].Private) {
		t.Errorf("the state was %v and is %v", before, after)
	}
	if len(w.Webhooks(id)) != 1 || len(other.Webhooks(id)) != 0 {
		t.Errorf("Wawp has %v, and for the other account %v", w.Webhooks(id), other.Webhooks(id))
	}
	tf.BaseURL, tf.Token = w.Server.URL, w.Token
	tf.OK("destroy")
}

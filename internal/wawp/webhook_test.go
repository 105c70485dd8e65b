package wawp

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

var yes, no = true, false

func TestWebhooksAreReadInEveryForm(t *testing.T) {
	t.Parallel()
	one := []Webhook{{URL: "https://a.test", Events: []string{"m", "n"}, Enabled: &yes, Retries: &Retries{2, 15}}}
	off := []Webhook{{URL: "https://a.test", Events: []string{"m"}, Enabled: &no}}
	bare, empty := []Webhook{{URL: "https://a.test"}}, []Webhook{{URL: "https://a.test", Events: []string{}}}
	for body, want := range map[string][]Webhook{
		`{"webhooks":[{"url":"https://a.test","events":["n","m","n"],"is_active":1,"retries":{"delay":2,` +
			`"attempts":15}}]}`: one,
		`{"data":{"webhooks":[{"url":"https://a.test","events":["m","n"],"is_active":"true","retries":{"delay":"2",` +
			`"attempts":"15"}}]}}`: one,
		`{"webhooks":{"x":{"url":"https://a.test","events":["m","n"],"active":true,"retries":{"delaySeconds":2,` +
			`"attempts":15}}}}`: one,
		`{"webhooks":[{"url":"https://a.test","events":["m"],` +
			`"isActive":false}]}`: off,
		`{"webhooks":[{"url":"https://a.test","events":["m"],` +
			`"enabled":"0"}]}`: off,
		`{"webhooks":[{"url":"https://app.wawp.net/api/webhook/x","events":["m"]},{"url":"https://a.test",` +
			`"events":["m"],"active":0}]}`: off,
		`{"webhooks":[{"url":"https://a.test","name":"what is told says nothing of events, state or ` +
			`retries"}]}`: bare,
		`{"webhooks":[{"url":"https://a.test","events":[],"name":"no events at ` +
			`all"}]}`: empty,
		`{"webhooks":[{"url":"https://s.test"}],` +
			`"systemConfig":{"url":"https://s.test"}}`: nil,
		`{"webhooks":null}`: nil,
		`{"webhooks":[]}`:   nil,
		`{"webhooks":{}}`:   nil,
	} {
		s := serve(t, response(200, body))
		got, err := client(t, s.URL).ListWebhooks(context.Background(), "A1")
		if err != nil || len(got)+len(want) > 0 && !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v", body, got, err)
		}
	}
	for _, body := range []string{
		"", "{}", "[]", `{"webhooks":"none"}`, "<html>", `{"code":"x","message":"y"}`,
		`{"webhooks":["https://a.test"]}`,
		`{"webhooks":[{"webhook_url":"https://a.test"}]}`, `{"webhooks":{"url":"https://a.test","events":["m"]}}`,
		`{"success":false,"code":"x","message":"y","webhooks":[]}`,
	} {
		s := serve(t, response(200, body))
		if got, err := client(t, s.URL).ListWebhooks(context.Background(), "A1"); KindOf(err) != Unreadable {
			t.Errorf("%s: %v, %v", body, got, err)
		}
	}
}

func TestWebhookWritesSendTheDocumentedParameters(t *testing.T) {
	t.Parallel()
	s := serve(t, response(200, ""))
	c, ctx := client(t, s.URL), context.Background()
	hook := Webhook{URL: "https://a.test/?x=1&y", Events: []string{"m"}, Enabled: &yes, Retries: &Retries{3, 4}}
	secret := "s"
	for _, do := range []func() error{
		func() error { return c.SetWebhook(ctx, "A1", hook, "s") },
		func() error { return c.SetWebhook(ctx, "A1", Webhook{URL: hook.URL, Events: []string{"m"}}, "") },
		func() error {
			return c.UpdateWebhook(ctx, "A1", hook.URL, WebhookChange{Enabled: &no, Secret: &secret})
		},
		func() error { return c.DeleteWebhook(ctx, "A1", hook.URL) },
	} {
		if err := do(); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{
		`{"events":["m"],"hmac":"s","is_active":1,"retries":{"attempts":4,"delay":3},` +
			`"url":"https://a.test/?x=1\u0026y"}`,
		`{"events":["m"],"url":"https://a.test/?x=1\u0026y"}`,
		`{"hmac":"s","is_active":0,"url":"https://a.test/?x=1\u0026y"}`,
		``,
	}
	for i, r := range s.requests {
		var body map[string]any
		_ = json.Unmarshal([]byte(r.body), &body)
		delete(body, "access_token")
		delete(body, "instance_id")
		got, _ := json.Marshal(body)
		if r.body != "" && string(got) != want[i] || r.body == "" && want[i] != "" {
			t.Errorf("%s %s: sent %s, want %s", r.method, r.url.Path, got, want[i])
		}
	}
	if got := s.requests[3].url.Query().Get("url"); got != hook.URL {
		t.Errorf("delete names %q", got)
	}
}

// TestSetWebhookReadsBeforeARetry tests promise P7 for webhooks.
func TestSetWebhookReadsBeforeARetry(t *testing.T) {
	t.Parallel()
	there := response(200, `{"webhooks":[{"url":"https://a.test","events":["m"],"is_active":1}]}`)
	other := response(200, `{"webhooks":[{"url":"https://a.test","events":["x"],"is_active":1}]}`)
	none := response(200, `{"webhooks":[]}`)
	for name, test := range map[string]struct {
		replies []http.HandlerFunc
		methods string
		fails   bool
	}{
		"it is there": {[]http.HandlerFunc{connectionReset, there}, "POST GET", false},
		"it is not there": {
			[]http.HandlerFunc{response(502, ""), none, response(200, "")},
			"POST GET POST",
			false,
		},
		"another one is there": {
			[]http.HandlerFunc{response(502, ""), other, response(200, "")},
			"POST GET POST",
			false,
		},
		"nobody can tell": {[]http.HandlerFunc{response(502, ""), response(403, "")}, "POST GET", true},
		"it was refused":  {[]http.HandlerFunc{response(403, "")}, "POST", true},
		"an error in disguise": {
			[]http.HandlerFunc{response(200, `{"code":"x","message":"y"}`), there},
			"POST GET",
			false,
		},
		"it is never there": {[]http.HandlerFunc{
			response(502, ""), none, response(502, ""), none, response(502, ""),
			none,
		}, "POST GET POST GET POST GET", true},
		"a fault of Wawp's own": {[]http.HandlerFunc{response(500, ""), none}, "POST GET", true},
		"a refusal in disguise": {
			[]http.HandlerFunc{response(200, `{"code":"x","message":"y"}`), none},
			"POST GET",
			true,
		},
		"retries are not told": {[]http.HandlerFunc{
			response(504, ""),
			response(200, `{"webhooks":[{"url":"https://a.test"}]}`),
		}, "POST GET", false},
		"refused, the next time": {
			[]http.HandlerFunc{response(502, ""), none, response(422, "")},
			"POST GET POST",
			true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, test.replies...)
			c := client(t, s.URL, func(o *Options) { o.MaxRetries = 2 })
			err := c.SetWebhook(context.Background(), "A1",
				Webhook{URL: "https://a.test", Events: []string{"m"}, Enabled: &yes}, "")
			var methods []string
			for _, r := range s.requests {
				methods = append(methods, r.method)
			}
			if (err != nil) != test.fails || strings.Join(methods, " ") != test.methods {
				t.Errorf("%v after %v", err, methods)
			}
		})
	}
}

func TestSetWebhookIgnoresCancellationOnceSent(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		cancel() // Ctrl-C while the request is under way
		select {
		case <-r.Context().Done():
		case <-time.After(50 * time.Millisecond):
			response(200, `{"success":true}`)(w, r)
		}
	})
	if err := client(t, s.URL).SetWebhook(ctx, "A1", Webhook{URL: "https://a.test", Events: []string{"m"}},
		""); err != nil || s.count() != 1 {
		t.Errorf("the answer was lost: %v, %d requests", err, s.count())
	}
}

func TestConcurrentWebhookReadsShareARequest(t *testing.T) {
	t.Parallel()
	arrived, release := make(chan struct{}), make(chan struct{})
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		close(arrived)
		<-release
		response(200, `{"webhooks":[]}`)(w, r)
	}, response(200, `{"webhooks":[{"url":"https://a.test","events":["m"]}]}`))
	c := client(t, s.URL)

	first, leave := context.WithCancel(context.Background())
	left := make(chan error, 1)
	go func() {
		_, err := c.ListWebhooks(first, "A1")
		left <- err
	}()
	<-arrived
	var others, begun sync.WaitGroup
	begun.Add(5)
	for range 5 {
		others.Go(func() {
			begun.Done()
			if hooks, err := c.ListWebhooks(context.Background(), "A1"); err != nil {
				t.Errorf("%v, %v", hooks, err)
			}
		})
	}
	leave() // the first caller goes at once, and does not take the others with it
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Errorf("the caller that left got %v", err)
	}
	begun.Wait()
	<-time.After(50 * time.Millisecond) // the last of them has asked by now
	close(release)
	others.Wait()
	if n := s.count(); n > 2 {
		t.Errorf("%d requests for six callers at once", n)
	}
	if hooks, err := c.ListWebhooks(context.Background(), "A1"); err != nil || len(hooks) != 1 {
		t.Errorf("an answer was kept: %v, %v", hooks, err)
	}
}

// panicTransport is a transport that panics, as a bug would.
type panicTransport struct{}

func (panicTransport) RoundTrip(*http.Request) (*http.Response, error) { panic("a bug") }

func TestPanicInASharedReadIsAnError(t *testing.T) {
	t.Parallel()
	c := client(t, "http://127.0.0.1:1", func(o *Options) { o.Transport = panicTransport{} })
	if _, err := c.ListWebhooks(context.Background(), "A1"); err == nil || !strings.Contains(err.Error(), "crashed") {
		t.Errorf("error %v", err)
	}
}

func TestWebhookReadAfterAWriteIsNotShared(t *testing.T) {
	t.Parallel()
	arrived, release := make(chan struct{}), make(chan struct{})
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		close(arrived)
		<-release
		response(200, `{"webhooks":[]}`)(w, r)
	}, response(200, `{"webhooks":[{"url":"https://a.test"}]}`))
	c := client(t, s.URL)
	before := make(chan error, 1)
	go func() {
		_, err := c.ListWebhooks(context.Background(), "A1")
		before <- err
	}()
	<-arrived
	unlock, err := c.LockWebhooks(context.Background(), "A1")
	if err != nil {
		t.Fatal(err)
	}
	unlock()
	if hooks, err := c.ListWebhooks(context.Background(), "A1"); err != nil || len(hooks) != 1 {
		t.Errorf("the answer is from before the write: %v, %v", hooks, err)
	}
	close(release)
	if err := <-before; err != nil {
		t.Error(err)
	}
}

func TestLockWebhooksIsExclusive(t *testing.T) {
	t.Parallel()
	c, ctx := client(t, "http://127.0.0.1:1"), context.Background()
	unlock, err := c.LockWebhooks(ctx, "A1")
	if err != nil {
		t.Fatal(err)
	}
	if other, err := c.LockWebhooks(ctx, "B2"); err != nil {
		t.Errorf("another session has to wait: %v", err)
	} else {
		other()
	}
	short, cancel := context.WithTimeout(ctx, 10*time.Millisecond)
	defer cancel()
	if _, err := c.LockWebhooks(short, "A1"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the wait for a turn ended with %v", err)
	}
	unlock()
	unlock, err = c.LockWebhooks(ctx, "A1")
	if err != nil {
		t.Errorf("the turn was not given on: %v", err)
	}
	unlock()
}

func TestFindWebhook(t *testing.T) {
	t.Parallel()
	hooks := []Webhook{
		{URL: "https://A.test:443/x/"},
		{URL: "https://Root.test/"},
		{URL: "https://a.test/x"},
		{URL: "https://b.test/X"},
	}
	for address, want := range map[string]string{
		"https://a.test/x":      "https://a.test/x",
		"https://a.test/x/":     "https://A.test:443/x/",
		"https://a.test/x//":    "",
		"https://b.test/X/":     "", // another address
		"https://root.test":     "https://Root.test/",
		"https://b.test:443/X":  "https://b.test/X",
		"https://b.test/x":      "",
		"https://b.test/X?y":    "",
		"https://c.test/":       "",
		"https://b.test:8443/X": "",
	} {
		if got, ok := FindWebhook(hooks, address); got.URL != want || ok != (want != "") {
			t.Errorf("%s: found %q", address, got.URL)
		}
	}
}

func TestWebhookMatches(t *testing.T) {
	t.Parallel()
	have := Webhook{Events: []string{"a", "b"}, Enabled: &yes, Retries: &Retries{2, 15}}
	for differs, want := range map[string]Webhook{
		"":                       {Events: []string{"b", "a", "b"}, Enabled: &yes},
		"retries":                {Events: []string{"b", "a"}, Enabled: &yes, Retries: &Retries{2, 1}},
		"events":                 {Events: []string{"a"}, Retries: &Retries{2, 15}},
		"enabled":                {Events: []string{"a", "b"}, Enabled: &no},
		"events enabled retries": {Events: []string{"c"}, Enabled: &no, Retries: &Retries{}},
	} {
		if got := strings.Join(have.Differs(want), " "); got != differs || have.Matches(want) != (differs == "") {
			t.Errorf("differs in %q, want %q", got, differs)
		}
	}
	if !(Webhook{}).Matches(have) {
		t.Error("what was not told contradicts")
	}
}

func TestSystemWebhook(t *testing.T) {
	t.Parallel()
	for _, address := range []string{
		"https://app.wawp.net/api/webhook/x", "https://APP.wawp.net/api/webhook/x",
		"https://app.wawp.net./api/webhook/x",
	} {
		if !IsSystemWebhook(address) {
			t.Errorf("%s is not known", address)
		}
	}
	if slices.ContainsFunc([]string{"https://app.wawp.net/", "https://a.test/api/webhook/x", "::"}, IsSystemWebhook) {
		t.Error("another address passes for the system webhook")
	}
}

func TestWebhookSecretIsRedactedInErrors(t *testing.T) {
	t.Parallel()
	for _, status := range []int{200, 422, 500} {
		s := serve(t, response(status, `{"code":"bad","message":"hmac hush/hush is too short"}`))
		c := client(t, s.URL, func(o *Options) { o.MaxRetries = 0 })
		err := c.SetWebhook(context.Background(), "A1", Webhook{URL: "https://a.test", Events: []string{"m"}},
			"hush/hush")
		if err == nil || strings.Contains(err.Error(), "hush") {
			t.Errorf("HTTP %d: %v", status, err)
		}
	}
}

func TestWebhookSecretDoesNotRedactErrorCodes(t *testing.T) {
	t.Parallel()
	s := serve(t, response(403, `{"code":"subscription_required","message":"Pay."}`))
	err := client(t, s.URL).SetWebhook(context.Background(), "A1",
		Webhook{URL: "https://a.test", Events: []string{"m"}}, "required")
	if KindOf(err) != SubscriptionRequired {
		t.Errorf("%v", err)
	}
}

// TestWebhookWithAnUnreadableURLIsAnError has URLs that cannot be shown as a whole. Each could be the one that is
// looked for.
func TestWebhookWithAnUnreadableURLIsAnError(t *testing.T) {
	t.Parallel()
	for _, address := range []string{
		`https://a.test/\u0000`, `https://a.test/\u001b[2J`, `https://a.test/\n\"No changes.\"`,
		`https://a.test/\u202e`,
		`https://a.test/\u009b`,
		`https://a.test/` + strings.Repeat("x", wholeLength), `\u0007`, "", " ",
	} {
		s := serve(t, response(200, `{"webhooks":[{"url":"https://b.test"},{"url":"`+address+`"}]}`))
		hooks, err := client(t, s.URL).ListWebhooks(t.Context(), "A1")
		if KindOf(err) != Unreadable || hooks != nil || !strings.Contains(err.Error(), "a webhook without a url") ||
			!isHarmless(err.Error()) {
			t.Errorf("%s: %v, %v", address, hooks, err)
		}
	}
	for _, address := range []string{"https://a.test/" + strings.Repeat("x", 1000), "https://a.test/می\u200cخواهم"} {
		s := serve(t, response(200, `{"webhooks":[{"url":"`+address+`"}]}`))
		if hooks, err := client(t, s.URL).ListWebhooks(t.Context(), "A1"); err != nil || hooks[0].URL != address ||
			!IsReadable(address) {
			t.Errorf("%s: %v, %v", address, hooks, err)
		}
	}
}

// TestOriginIsInASCII expects scheme and host only.
func TestOriginIsInASCII(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"https://example.com/secret?a=b":        "https://example.com",
		"https://user:hunter2@example.com:8443": "https://example.com:8443",
		"https://bücher.example/x":              "https://xn--bcher-kva.example",
		"https://w\u0430wp.net":                 "https://xn--wwp-6cd.net",
		"http://[::1]:80/x":                     "http://[::1]:80",
		"https://a'b.example":                   unreadableOrigin, "javascript://a.example": unreadableOrigin,
		"https:a.example": unreadableOrigin, "": unreadableOrigin,
		"https://%zz": unreadableOrigin,
	} {
		if got := (Webhook{URL: address}).Origin(); got != want {
			t.Errorf("%s is at %s", address, got)
		}
	}
}

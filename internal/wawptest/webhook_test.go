package wawptest

import (
	"maps"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"testing"
	"time"
)

const (
	setHook    = "POST /v2/webhook/set"
	updateHook = "PATCH /v2/webhook/update"
	deleteHook = "DELETE /v2/webhook/delete"
	getHooks   = "GET /v2/session/webhook"

	hook = "https://example.com/hook"
)

// customWebhook returns a webhook in which nothing has its default.
func customWebhook() Webhook {
	return Webhook{URL: hook, Events: []string{"call.received", "message"}, Delay: 5, Attempts: 3, Secret: "s3cr3t"}
}

// TestWriteWebhook checks each parameter of set and update, for a webhook that exists.
func TestWriteWebhook(t *testing.T) {
	t.Parallel()
	events := []any{"session.status", "message", "message"}
	sorted := []string{"message", "session.status"}
	changed := func(change func(*Webhook)) Webhook {
		w := customWebhook()
		change(&w)
		return w
	}
	tests := map[string]struct {
		endpoint string
		params   object
		want     Webhook // without a URL: the request is refused
		code     string
	}{
		"set, least": {setHook, object{"events": events}, Webhook{hook, sorted, true, 2, 15, ""}, ""},
		"set, all": {setHook, object{
			"events": events, "is_active": 0,
			"retries": object{"delay": 1, "attempts": 0}, "hmac": "h",
		}, Webhook{hook, sorted, false, 1, 0, "h"}, ""},
		"set, half of retries": {
			setHook,
			object{"events": events, "retries": object{"delay": 7}},
			Webhook{hook, sorted, true, 7, 15, ""},
			"",
		},
		"update, nothing": {updateHook, object{}, customWebhook(), ""},
		"update, events": {
			updateHook,
			object{"events": events},
			changed(func(w *Webhook) { w.Events = sorted }),
			"",
		},
		"update, active": {updateHook, object{"is_active": 1}, changed(func(w *Webhook) { w.Active = true }), ""},
		"update, retries": {
			updateHook,
			object{"retries": object{"attempts": 9}},
			changed(func(w *Webhook) { w.Attempts = 9 }), "",
		},
		"update, secret":       {updateHook, object{"hmac": "h"}, changed(func(w *Webhook) { w.Secret = "h" }), ""},
		"set, no events":       {setHook, object{}, Webhook{}, "missing_param"},
		"empty list of events": {setHook, object{"events": []any{}}, Webhook{}, "invalid_param"},
		"update, no event":     {updateHook, object{"events": []any{}}, Webhook{}, "invalid_param"},
		"empty event":          {setHook, object{"events": []any{""}}, Webhook{}, "invalid_param"},
		"text for events":      {setHook, object{"events": "message"}, Webhook{}, "invalid_param"},
		"boolean for active":   {updateHook, object{"is_active": true}, Webhook{}, "invalid_param"},
		"text for active":      {updateHook, object{"is_active": "1"}, Webhook{}, "invalid_param"},
		"list for active":      {updateHook, object{"is_active": []any{}}, Webhook{}, "invalid_param"},
		"number for active":    {updateHook, object{"is_active": 2}, Webhook{}, "invalid_param"},
		"negative delay":       {updateHook, object{"retries": object{"delay": -1}}, Webhook{}, "invalid_param"},
		"half an attempt":      {updateHook, object{"retries": object{"attempts": 0.5}}, Webhook{}, "invalid_param"},
		"unknown retry":        {updateHook, object{"retries": object{"delaySeconds": 1}}, Webhook{}, "invalid_param"},
		"number for retries":   {updateHook, object{"retries": 3}, Webhook{}, "invalid_param"},
		"empty secret":         {updateHook, object{"hmac": ""}, Webhook{}, "invalid_param"},
		"null as secret":       {updateHook, object{"hmac": nil}, Webhook{}, "invalid_param"},
		"unknown parameter":    {updateHook, object{"enabled": true}, Webhook{}, "unknown_param"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSimulation(t, Config{Paid: true, Secrets: "shown"})
			id := s.Add(Session{}).InstanceID
			s.SetWebhook(id, Webhook{URL: hook + "/before", Events: []string{"message"}})
			s.SetWebhook(id, customWebhook())
			s.SetWebhook(id, Webhook{URL: hook + "/after", Events: []string{"message"}})
			before := s.Webhooks(id)

			status, answer := s.call(test.endpoint, id, object{"url": hook}, test.params)
			if test.code != "" {
				if status != http.StatusBadRequest || answer["code"] != test.code ||
					!reflect.DeepEqual(s.Webhooks(id), before) {
					t.Errorf("got %d %v, webhooks %v", status, answer, s.Webhooks(id))
				}
				return
			}
			want := []Webhook{before[0], test.want, before[2]}
			if got := s.Webhooks(id); status != http.StatusOK || !reflect.DeepEqual(got, want) {
				t.Errorf("got %d %v, webhooks %+v, want %+v", status, answer, got, want)
			}
			_, read := s.call(getHooks, id)
			if hooks, _ := read["webhooks"].([]any); !reflect.DeepEqual(hooks[1], answer["webhook"]) {
				t.Errorf("the answer %v is not what GET shows: %v", answer, hooks)
			}
		})
	}
}

func TestSetWebhookAppends(t *testing.T) {
	t.Parallel()
	s := newSimulation(t, Config{Paid: true})
	id, other := s.Add(Session{}).InstanceID, s.Add(Session{}).InstanceID
	urls := []string{hook, hook + "/", "https://EXAMPLE.com/hook", "https://b.example:8443/?a=b"}
	for _, url := range urls {
		s.call(setHook, id, object{"url": url, "events": []any{"message"}})
	}
	var got []string
	for _, w := range s.Webhooks(id) {
		got = append(got, w.URL)
	}
	if !slices.Equal(got, urls) || s.Webhooks(other) != nil || s.Webhooks("?") != nil {
		t.Errorf("got %q, the other session %v", got, s.Webhooks(other))
	}
}

func TestWebhookURL(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		url  any
		code string
	}{
		"http":     {"http://example.com/hook", "invalid_url"},
		"no host":  {"https:///hook", "invalid_url"},
		"no URL":   {"https://exa mple.com", "invalid_url"},
		"relative": {"/hook", "invalid_url"},
		"number":   {1, "invalid_url"},
		"empty":    {"", "invalid_url"},
		"null":     {nil, "missing_param"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSimulation(t, Config{Paid: true})
			id := s.Add(Session{}).InstanceID
			params := object{"url": test.url, "events": []any{"message"}}
			status, answer := s.call(setHook, id, params)
			if status != http.StatusBadRequest || answer["code"] != test.code || len(s.Webhooks(id)) != 0 {
				t.Errorf("got %d %v", status, answer)
			}
		})
	}
}

func TestDeleteWebhook(t *testing.T) {
	t.Parallel()
	s := newSimulation(t, Config{Paid: true})
	id := s.Add(Session{}).InstanceID
	s.SetWebhook(id, customWebhook())
	status, answer := s.call(deleteHook, id, object{"url": hook})
	if status != http.StatusOK || answer["success"] != true || s.Webhooks(id) != nil {
		t.Errorf("got %d %v, left %v", status, answer, s.Webhooks(id))
	}
}

func TestUnknownWebhook(t *testing.T) {
	t.Parallel()
	s := newSimulation(t, Config{Paid: true})
	id := s.Add(Session{}).InstanceID
	s.SetWebhook(id, customWebhook())
	for _, endpoint := range []string{updateHook, deleteHook} {
		status, answer := s.call(endpoint, id, object{"url": hook + "/"})
		if message, _ := answer["message"].(string); status != http.StatusNotFound ||
			answer["code"] != "webhook_not_found" || message == "" {
			t.Errorf("%s: %d %v", endpoint, status, answer)
		}
	}
	for _, endpoint := range []string{updateHook, deleteHook} {
		if status, answer := s.call(endpoint, id); status != http.StatusBadRequest ||
			answer["code"] != "missing_param" {
			t.Errorf("%s without a URL: %d %v", endpoint, status, answer)
		}
	}
	if got := s.Webhooks(id); !reflect.DeepEqual(got, []Webhook{customWebhook()}) {
		t.Errorf("webhooks: %v", got)
	}
}

func TestReadWebhooks(t *testing.T) {
	t.Parallel()
	hidden := object{
		"url": hook, "events": []any{"call.received", "message"}, "is_active": 0.0,
		"retries": object{"delay": 5.0, "attempts": 3.0},
	}
	with := func(secret string) object {
		w := maps.Clone(hidden)
		w["hmac"] = secret
		return w
	}
	for name, test := range map[string]struct {
		secrets string
		want    object
	}{
		"hidden": {"", hidden},
		"masked": {"masked", with("********")},
		"shown":  {"shown", with("s3cr3t")},
	} {
		for _, listed := range []bool{false, true} {
			t.Run(name+" "+strconv.FormatBool(listed), func(t *testing.T) {
				t.Parallel()
				s := newSimulation(t, Config{Paid: true, Secrets: test.secrets, SystemListed: listed})
				id := s.Add(Session{}).InstanceID
				system := object{
					"url": s.SystemWebhook(id).URL, "events": []any{"message", "session.status"}, "is_active": 1.0,
					"retries": object{"delay": 2.0, "attempts": 15.0},
				}
				want := []any{}
				if listed {
					want = append(want, system)
				}
				if _, got := s.call(getHooks, id); !reflect.DeepEqual(got,
					object{"webhooks": want, "systemConfig": system}) {
					t.Errorf("without any: %v", got)
				}
				s.SetWebhook(id, customWebhook())
				want = append(want, test.want)
				status, got := s.call(getHooks, id)
				if status != http.StatusOK || !reflect.DeepEqual(got,
					object{"webhooks": want, "systemConfig": system}) {
					t.Errorf("got %d %v", status, got)
				}
			})
		}
	}
}

func TestWebhookWithoutEvents(t *testing.T) {
	t.Parallel()
	s := newSimulation(t, Config{Paid: true})
	id := s.Add(Session{}).InstanceID
	s.SetWebhook(id, Webhook{URL: hook})
	_, answer := s.call(getHooks, id)
	hooks, _ := answer["webhooks"].([]any)
	if len(hooks) != 1 || !reflect.DeepEqual(hooks[0].(object)["events"], []any{}) {
		t.Errorf("got %v", answer)
	}
}

func TestSystemWebhook(t *testing.T) {
	t.Parallel()
	s := newSimulation(t, Config{Paid: true})
	id, other := s.Add(Session{}).InstanceID, s.Add(Session{}).InstanceID
	system := s.SystemWebhook(id)
	if !regexp.MustCompile(`^https://app\.wawp\.net/api/webhook/[0-9A-Za-z]{64}$`).MatchString(system.URL) ||
		system.URL == s.SystemWebhook(other).URL {
		t.Errorf("its URL is %s", system.URL)
	}
	if status, answer := s.call(deleteHook, id, object{"url": system.URL}); status != http.StatusForbidden ||
		answer["code"] != "system_webhook" {
		t.Errorf("deleted: %d %v", status, answer)
	}
	s.RemoveWebhook(id, system.URL)
	if got := s.SystemWebhook(id); !reflect.DeepEqual(got, system) {
		t.Errorf("removed: %v", got)
	}
	status, answer := s.call(updateHook, id, object{"url": system.URL, "is_active": 0})
	if got := s.SystemWebhook(id); status != http.StatusOK || got.Active || len(s.Webhooks(id)) != 0 {
		t.Errorf("disabled: %d %v, it is %v", status, answer, got)
	}
}

// TestWebhooksNeedPlan: an account without an active plan cannot read its webhooks. They are unchanged once it has a
// plan.
func TestWebhooksNeedPlan(t *testing.T) {
	t.Parallel()
	s := newSimulation(t, Config{})
	id := s.Add(Session{}).InstanceID
	checkRefused := func() {
		t.Helper()
		for _, endpoint := range []string{setHook, updateHook, deleteHook, getHooks} {
			status, answer := s.call(endpoint, id)
			if message, _ := answer["message"].(string); status != http.StatusForbidden ||
				answer["code"] != "subscription_required" || message == "" {
				t.Errorf("%s: %d %v", endpoint, status, answer)
			}
		}
	}
	checkRefused()
	s.SetPaid(true)
	s.call(setHook, id, object{"url": hook, "events": []any{"message"}})
	s.SetPaid(false)
	checkRefused()
	s.SetPaid(true)
	_, answer := s.call(getHooks, id)
	if hooks, _ := answer["webhooks"].([]any); len(hooks) != 1 {
		t.Errorf("got %v", answer)
	}
	if status, answer := s.call(getHooks, "?"); status != http.StatusNotFound || answer["code"] != "invalid_instance" {
		t.Errorf("unknown session: %d %v", status, answer)
	}
}

func TestDashboardWebhooks(t *testing.T) {
	t.Parallel()
	api := New(Config{})
	id := api.Add(Session{}).InstanceID
	given := Webhook{URL: hook, Events: []string{"session.status", "message"}}
	api.SetWebhook(id, given)
	given.Events[0] = "changed by the caller"
	got := api.Webhooks(id)
	want := []Webhook{{URL: hook, Events: []string{"message", "session.status"}}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	got[0].Events[0] = "changed by the caller"
	if again := api.Webhooks(id); !reflect.DeepEqual(again, want) {
		t.Errorf("the caller changed %+v", again)
	}
	api.RemoveWebhook(id, hook+"/")
	api.RemoveWebhook(id, hook)
	if left := api.Webhooks(id); left != nil {
		t.Errorf("left: %v", left)
	}
}

// TestWriteRace: requests that have read the same list overwrite each other. The last one to write wins.
func TestWriteRace(t *testing.T) {
	t.Parallel()
	writers := map[string]struct {
		endpoint string
		params   object
		want     []string // URLs, if it is the last to write
	}{
		"set": {
			setHook,
			object{"url": hook + "/new", "events": []any{"message"}},
			[]string{hook, hook + "/other", hook + "/new"},
		},
		"update": {updateHook, object{"url": hook, "is_active": 1}, []string{hook, hook + "/other"}},
		"delete": {deleteHook, object{"url": hook}, []string{hook + "/other"}},
	}
	for name, writer := range writers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSimulation(t, Config{Paid: true, WriteRace: time.Hour})
			id := s.Add(Session{}).InstanceID
			s.SetWebhook(id, customWebhook())
			s.SetWebhook(id, Webhook{URL: hook + "/other"})
			read, write := make(chan time.Duration), make(chan struct{})
			s.pause = func(d time.Duration) { read <- d; <-write }

			done := s.startRequest(t.Context(), writer.endpoint, id, writer.params)
			if d := <-read; d != time.Hour {
				t.Errorf("it waits for %v", d)
			}
			s.SetWebhook(id, Webhook{URL: hook + "/lost"}) // would block if the API were locked
			close(write)
			if err := <-done; err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, w := range s.Webhooks(id) {
				got = append(got, w.URL)
			}
			if !slices.Equal(got, writer.want) {
				t.Errorf("got %q, want %q", got, writer.want)
			}
		})
	}
	t.Run("takes its time", func(t *testing.T) {
		t.Parallel()
		s := newSimulation(t, Config{Paid: true, WriteRace: 20 * time.Millisecond})
		id := s.Add(Session{}).InstanceID
		begin := time.Now()
		s.call(setHook, id, object{"url": hook, "events": []any{"message"}})
		if took := time.Since(begin); took < 20*time.Millisecond || len(s.Webhooks(id)) != 1 {
			t.Errorf("it took %v", took)
		}
	})
	t.Run("off", func(t *testing.T) {
		t.Parallel()
		s := newSimulation(t, Config{Paid: true})
		s.pause = func(time.Duration) { t.Error("it waits") }
		s.call(setHook, s.Add(Session{}).InstanceID, object{"url": hook, "events": []any{"message"}})
	})
}

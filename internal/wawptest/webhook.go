package wawptest

import (
	"math"
	"net/http"
	"net/url"
	"slices"
)

// Webhook is a webhook as the dashboard shows it.
type Webhook struct {
	URL      string
	Events   []string // in alphabetical order
	Active   bool
	Delay    int // seconds between attempts
	Attempts int
	Secret   string // "" is none
}

// webhook is a webhook with what only the server knows.
type webhook struct {
	Webhook
	system bool // Wawp itself listens on it
}

// Webhooks returns a session's webhooks without the system webhook, in order of creation; nil if there is no such
// session.
func (a *API) Webhooks(id string) []Webhook {
	a.mu.Lock()
	defer a.mu.Unlock()
	s := a.find(id)
	if s == nil {
		return nil
	}
	var own []Webhook
	for _, w := range s.webhooks {
		if !w.system {
			own = append(own, w.view())
		}
	}
	return own
}

// SystemWebhook returns the webhook that Wawp itself listens on. Its URL is a secret. It panics if there is no such
// session.
func (a *API) SystemWebhook(id string) Webhook {
	var system Webhook
	a.change(id, func(s *session) {
		system = s.webhooks[slices.IndexFunc(s.webhooks, func(w webhook) bool { return w.system })].view()
	})
	return system
}

// SetWebhook makes a webhook, or replaces the one with its URL. It panics if there is no such session.
func (a *API) SetWebhook(id string, w Webhook) {
	w = w.view()
	slices.Sort(w.Events)
	a.change(id, func(s *session) { s.webhooks = upsert(slices.Clone(s.webhooks), w) })
}

// RemoveWebhook removes a webhook, if it exists and is not the system webhook. It panics if there is no such session.
func (a *API) RemoveWebhook(id, url string) {
	a.change(id, func(s *session) {
		s.webhooks = slices.DeleteFunc(slices.Clone(s.webhooks),
			func(w webhook) bool { return w.URL == url && !w.system })
	})
}

// view returns a copy that shares nothing with the webhook.
func (w Webhook) view() Webhook {
	w.Events = slices.Clone(w.Events)
	return w
}

// newWebhook returns a webhook with the documented defaults, see internal/wawp/API.md, section 5.
func newWebhook(url string) Webhook {
	return Webhook{URL: url, Active: true, Delay: 2, Attempts: 15}
}

func newSystemWebhook() webhook {
	w := newWebhook("https://app.wawp.net/api/webhook/" + randomToken())
	w.Events = []string{"message", "session.status"}
	return webhook{w, true}
}

// webhookIndex returns the index of a URL in a list, or -1. URLs are compared byte by byte.
func webhookIndex(list []webhook, url any) int {
	return slices.IndexFunc(list, func(w webhook) bool { return w.URL == url })
}

// upsert replaces the webhook with the same URL, or appends one.
func upsert(list []webhook, w Webhook) []webhook {
	if i := webhookIndex(list, w.URL); i >= 0 {
		list[i].Webhook = w
		return list
	}
	return append(list, webhook{Webhook: w})
}

var webhookParams = []string{"url", "events", "is_active", "retries", "hmac"}

var webhookEndpoints = map[string]endpoint{
	"POST /v2/webhook/set":      {do: (*API).setWebhook, paid: true, params: webhookParams},
	"PATCH /v2/webhook/update":  {do: (*API).updateWebhook, paid: true, params: webhookParams},
	"DELETE /v2/webhook/delete": {do: (*API).deleteWebhook, paid: true, params: []string{"url"}},
	"GET /v2/session/webhook":   {do: (*API).listWebhooks, paid: true},
}

// setWebhook replaces a whole webhook: parameters that are left out get their defaults, and a secret is removed.
func (a *API) setWebhook(c call) answer {
	for _, key := range []string{"url", "events"} {
		if c.Body[key] == nil {
			return *complain("missing_param", "The parameter %q is required.", key)
		}
	}
	address, _ := c.Body["url"].(string)
	if u, err := url.Parse(address); err != nil || u.Scheme != "https" || u.Host == "" {
		return *complain("invalid_url", "The parameter %q must be an https URL.", "url")
	}
	w := newWebhook(address)
	if complaint := w.read(c.Body); complaint != nil {
		return *complaint
	}
	a.saveWebhooks(c.session, upsert(slices.Clone(c.session.webhooks), w))
	return reply(http.StatusOK, object{"success": true, "webhook": a.webhookObject(w)})
}

// updateWebhook changes a webhook: parameters that are left out keep their values.
func (a *API) updateWebhook(c call) answer {
	list := slices.Clone(c.session.webhooks)
	i, refusal := findWebhook(list, c.Body["url"])
	if refusal != nil {
		return *refusal
	}
	if complaint := list[i].read(c.Body); complaint != nil {
		return *complaint
	}
	w := list[i].Webhook
	a.saveWebhooks(c.session, list)
	return reply(http.StatusOK, object{"success": true, "webhook": a.webhookObject(w)})
}

func (a *API) deleteWebhook(c call) answer {
	list := slices.Clone(c.session.webhooks)
	i, refusal := findWebhook(list, c.Query.Get("url"))
	if refusal != nil {
		return *refusal
	}
	if list[i].system {
		return refuse(http.StatusForbidden, "system_webhook", "The system webhook cannot be deleted, only disabled.")
	}
	a.saveWebhooks(c.session, slices.Delete(list, i, i+1))
	return reply(http.StatusOK, object{"success": true})
}

// findWebhook returns the index of the webhook that a request names.
func findWebhook(list []webhook, url any) (int, *answer) {
	if url == nil || url == "" {
		return -1, complain("missing_param", "The parameter %q is required.", "url")
	}
	i := webhookIndex(list, url)
	if i < 0 {
		refusal := refuse(http.StatusNotFound, "webhook_not_found", "The session has no webhook with this URL.")
		return i, &refusal
	}
	return i, nil
}

// saveWebhooks writes a list that the request read before. As at Wawp (internal/wawp/API.md, section 5), nothing
// prevents other changes in between.
func (a *API) saveWebhooks(s *session, list []webhook) {
	if a.config.WriteRace > 0 {
		a.mu.Unlock()
		a.pause(a.config.WriteRace)
		a.mu.Lock()
	}
	s.webhooks = list
}

func (a *API) listWebhooks(c call) answer {
	own, system := []object{}, object{}
	for _, w := range c.session.webhooks {
		if w.system {
			system = a.webhookObject(w.Webhook)
		}
		if !w.system || a.config.SystemListed {
			own = append(own, a.webhookObject(w.Webhook))
		}
	}
	return reply(http.StatusOK, object{"webhooks": own, "systemConfig": system})
}

// webhookObject is a webhook in the answers.
func (a *API) webhookObject(w Webhook) object {
	active := 0
	if w.Active {
		active = 1
	}
	shown := object{
		"url":       w.URL,
		"events":    append([]string{}, w.Events...), // Never null.
		"is_active": active,
		"retries":   object{"delay": w.Delay, "attempts": w.Attempts},
	}
	if w.Secret == "" {
		return shown
	}
	switch a.config.Secrets {
	case "masked":
		shown["hmac"] = "********"
	case "shown":
		shown["hmac"] = w.Secret
	}
	return shown
}

// read sets the parameters that are given.
func (w *Webhook) read(params object) *answer {
	for _, p := range []struct {
		key, form string
		read      func(any) bool
	}{
		{"events", "a list of at least one name", w.readEvents},
		{"is_active", "1 or 0", w.readActive},
		{"retries", "an object of whole numbers", w.readRetries},
		{"hmac", "text", w.readSecret},
	} {
		if value, given := params[p.key]; given && !p.read(value) {
			return complain("invalid_param", "The parameter %q must be %s.", p.key, p.form)
		}
	}
	return nil
}

func (w *Webhook) readEvents(value any) bool {
	names, _ := value.([]any)
	var events []string
	for _, name := range names {
		name, _ := name.(string)
		if name == "" {
			return false
		}
		events = append(events, name)
	}
	slices.Sort(events)
	w.Events = slices.Compact(events)
	return len(events) > 0
}

func (w *Webhook) readActive(value any) bool {
	switch value {
	case 1.0:
		w.Active = true
	case 0.0:
		w.Active = false
	default:
		return false
	}
	return true
}

func (w *Webhook) readRetries(value any) bool {
	retries, ok := value.(object)
	for key, value := range retries {
		number, isNumber := value.(float64)
		whole := isNumber && number >= 0 && number == math.Trunc(number)
		switch {
		case whole && key == "delay":
			w.Delay = int(number)
		case whole && key == "attempts":
			w.Attempts = int(number)
		default:
			return false
		}
	}
	return ok
}

func (w *Webhook) readSecret(value any) bool {
	secret, _ := value.(string)
	w.Secret = secret
	return secret != ""
}

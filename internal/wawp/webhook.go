package wawp

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// longestSharedRead bounds a read of webhooks that several callers share, whatever time each of them has.
const longestSharedRead = 5 * time.Minute

var (
	listWebhooks  = operation{method: http.MethodGet, path: "/v2/session/webhook", retry: retryRead}
	setWebhook    = operation{method: http.MethodPost, path: "/v2/webhook/set", retry: retryNotDone, mustFinish: true}
	updateWebhook = operation{method: http.MethodPatch, path: "/v2/webhook/update", retry: retryIdempotent}
	deleteWebhook = operation{method: http.MethodDelete, path: "/v2/webhook/delete", retry: retryIdempotent}
)

// DefaultRetries is what Wawp gives a webhook for which none were set (documentation of webhook/set).
var DefaultRetries = Retries{DelaySeconds: 2, Attempts: 15}

// Webhook is an address to which Wawp posts the events of a session. Its URL is its key: there is no id. What is nil
// was not told, or is left to Wawp.
type Webhook struct {
	URL     string
	Events  []string // sorted
	Enabled *bool
	Retries *Retries
}

// Retries says how Wawp repeats a delivery that failed.
type Retries struct {
	DelaySeconds int64
	Attempts     int64
}

// WebhookChange holds what is to change of a webhook; what is nil is kept.
type WebhookChange struct {
	Events  []string
	Enabled *bool
	Retries *Retries
	Secret  *string
}

// IsEmpty says whether nothing is to change.
func (w WebhookChange) IsEmpty() bool {
	return w.Events == nil && w.Enabled == nil && w.Retries == nil && w.Secret == nil
}

// ListWebhooks reads the webhooks of a session, sorted by URL. Wawp's own system webhook is not one of them: its
// address is a secret. Callers that ask at the same time share one request; nothing is kept beyond it. No error shows
// more than the host of the addresses that are looked for.
func (c *Client) ListWebhooks(ctx context.Context, id string, addresses ...string) ([]Webhook, error) {
	c.hide(id, addresses...)
	shared := c.reads.DoChan(id, func() (hooks any, err error) {
		defer func() {
			if recover() != nil { // in a goroutine of its own, where no caller could survive it
				err = &Error{
					Op: listWebhooks.String(), Kind: Unreadable,
					text: "the provider crashed: this is a bug, please report it",
				}
			}
		}()
		// The first caller's end must not be the others' error.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), longestSharedRead)
		defer cancel()
		return c.ListWebhooksAlone(ctx, id)
	})
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case result := <-shared:
		hooks, _ := result.Val.([]Webhook)
		return slices.Clone(hooks), result.Err
	}
}

// ListWebhooksAlone is [Client.ListWebhooks] with a request of its own: for who writes, and must know how things stand
// now.
func (c *Client) ListWebhooksAlone(ctx context.Context, id string, addresses ...string) ([]Webhook, error) {
	c.hide(id, addresses...)
	a, err := c.call(ctx, listWebhooks, id, nil)
	if err != nil {
		return nil, err
	}
	d := parse(a.body)
	list, ok := d.list("webhooks")
	if !ok || d.failed() {
		return nil, newUnreadable(listWebhooks, a, c.redactorFor(id, nil), "the answer lists no webhooks")
	}
	system := document{layers: []map[string]any{d.object("systemConfig")}}.text("url")
	var hooks []Webhook
	for _, item := range list {
		hook := c.webhook(item)
		if hook.URL == "" { // what cannot be read could be the one that is looked for
			return nil, newUnreadable(listWebhooks, a, c.redactorFor(id, nil),
				"the answer lists a webhook without a url that can be read")
		}
		if hook.URL != system && !IsSystemWebhook(hook.URL) {
			hooks = append(hooks, hook)
		}
	}
	slices.SortFunc(hooks, func(a, b Webhook) int { return strings.Compare(a.URL, b.URL) })
	return hooks, nil
}

// webhook reads one webhook. A secret in it is passed over: whether it is the whole one or a mask cannot be told.
func (c *Client) webhook(item map[string]any) Webhook {
	d := document{layers: []map[string]any{item}}
	hook := Webhook{URL: c.redact.whole(d.text("url"))}
	for _, key := range []string{"is_active", "isActive", "active", "enabled"} {
		if on, ok := flag(item[key]); ok {
			hook.Enabled = &on
		}
	}
	events, told := item["events"].([]any)
	if told {
		hook.Events = []string{}
	}
	for _, event := range events {
		if name := c.redact.value(text(event)); name != "" {
			hook.Events = append(hook.Events, name)
		}
	}
	slices.Sort(hook.Events)
	hook.Events = slices.Compact(hook.Events)
	hook.Retries = retries(d.object("retries"))
	return hook
}

func retries(o map[string]any) *Retries {
	attempts, known := integer(o["attempts"])
	for _, key := range []string{"delay", "delaySeconds", "delay_seconds"} {
		if delay, ok := integer(o[key]); ok && known {
			return &Retries{DelaySeconds: delay, Attempts: attempts}
		}
	}
	return nil
}

// SetWebhook makes a webhook, or changes the one on its URL; secret may be "". Once sent it ignores the end of ctx.
// After an ambiguous end it looks whether it is there, and only if not, and no answer came from Wawp, sends it again.
// Hold [Client.LockWebhooks] meanwhile.
func (c *Client) SetWebhook(ctx context.Context, id string, hook Webhook, secret string) error {
	parameters := fields{"url": hook.URL, "events": hook.Events}
	if hook.Enabled != nil {
		parameters["is_active"] = number(*hook.Enabled)
	}
	if hook.Retries != nil {
		parameters["retries"] = hook.Retries.fields()
	}
	if secret != "" {
		parameters["hmac"] = secret
	}
	for attempt := 0; ; attempt++ {
		err := c.change(ctx, setWebhook, id, parameters)
		if !OutcomeUnknown(err) {
			return err
		}
		hooks, lookErr := c.ListWebhooksAlone(ctx, id)
		if there, ok := FindWebhook(hooks, hook.URL); ok && there.Matches(hook) {
			return nil
		}
		if lookErr != nil || !hasNoAnswer(KindOf(err)) || attempt == c.options.MaxRetries ||
			sleep(ctx, c.backoff(attempt)) != nil {
			return err
		}
	}
}

// hasNoAnswer says whether a request was sent, and no answer of Wawp's own came back: that of a gateway, or none.
func hasNoAnswer(k Kind) bool { return k == NoAnswer || k == GatewayFault }

// UpdateWebhook changes the webhook on a URL. Hold [Client.LockWebhooks] meanwhile.
func (c *Client) UpdateWebhook(ctx context.Context, id, address string, change WebhookChange) error {
	parameters := fields{"url": address}
	if change.Events != nil {
		parameters["events"] = change.Events
	}
	if change.Enabled != nil {
		parameters["is_active"] = number(*change.Enabled)
	}
	if change.Retries != nil {
		parameters["retries"] = change.Retries.fields()
	}
	if change.Secret != nil {
		parameters["hmac"] = *change.Secret
	}
	return c.change(ctx, updateWebhook, id, parameters)
}

// DeleteWebhook deletes the webhook on a URL. Hold [Client.LockWebhooks] meanwhile.
func (c *Client) DeleteWebhook(ctx context.Context, id, address string) error {
	return c.change(ctx, deleteWebhook, id, fields{"url": address})
}

// change carries out an operation of whose answer only the success matters.
func (c *Client) change(ctx context.Context, op operation, id string, parameters fields) error {
	a, err := c.call(ctx, op, id, parameters)
	if err != nil {
		return err
	}
	if d := parse(a.body); d.failed() {
		return newUnreadable(op, a, c.redactorFor(id, parameters), "the answer is an error")
	}
	return nil
}

// LockWebhooks waits until nobody else in this process writes to the webhooks of a session, and returns how to let the
// next one do so. Wawp keeps them in one list: two writes at once can undo each other.
func (c *Client) LockWebhooks(ctx context.Context, id string) (unlock func(), err error) {
	done, err := c.lock(ctx, id)
	if err != nil {
		return nil, err
	}
	return func() {
		c.reads.Forget(id) // a read that is under way may have missed the write
		done()
	}, nil
}

// lock waits until nobody else in this process writes to something, and returns how to let the next one do so.
func (c *Client) lock(ctx context.Context, what string) (done func(), err error) {
	c.mu.Lock()
	turn, ok := c.writes[what]
	if !ok {
		turn = make(chan struct{}, 1)
		c.writes[what] = turn
	}
	c.mu.Unlock()
	select {
	case turn <- struct{}{}:
		return func() { <-turn }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Matches says whether a webhook is as another one wants it, as far as both tell.
func (w Webhook) Matches(want Webhook) bool {
	return len(w.Differs(want)) == 0
}

// Differs names what is not as another webhook wants it.
func (w Webhook) Differs(want Webhook) []string {
	var names []string
	events := slices.Compact(slices.Sorted(slices.Values(want.Events)))
	if w.Events != nil && !slices.Equal(w.Events, events) {
		names = append(names, "events")
	}
	if w.Enabled != nil && want.Enabled != nil && *w.Enabled != *want.Enabled {
		names = append(names, "enabled")
	}
	if w.Retries != nil && want.Retries != nil && *w.Retries != *want.Retries {
		names = append(names, "retries")
	}
	return names
}

// FindWebhook returns the webhook on a URL: the same to the letter, or else one that differs only in what means nothing
// in a URL, because Wawp may have written it in its own way.
func FindWebhook(hooks []Webhook, address string) (Webhook, bool) {
	for _, canonical := range []func(string) string{strings.Clone, canonicalURL} {
		for _, hook := range hooks {
			if canonical(hook.URL) == canonical(address) {
				return hook, true
			}
		}
	}
	return Webhook{}, false
}

// canonicalURL writes a URL without what means nothing: the case of the host, the default port, the slash of an empty
// path.
func canonicalURL(s string) string {
	u, err := url.Parse(s)
	if err != nil {
		return s
	}
	u.Host = strings.TrimSuffix(strings.ToLower(u.Host), ":443")
	if u.Path == "/" {
		u.Path = ""
	}
	return u.String()
}

// Resembles says whether a URL may be the same address as that of the webhook in a spelling that means something else
// by the letter: other escapes, another case, a slash at the end.
func (w Webhook) Resembles(address string) bool { return loose(w.URL) == loose(address) }

func loose(s string) string {
	u, err := url.Parse(s)
	if err != nil {
		return s
	}
	return strings.ToLower(u.Hostname() + "/" + strings.Trim(u.Path, "/") + "?" + u.RawQuery)
}

// Key names a webhook of a session for [Client.Claim]: the same for all spellings of its URL.
func (w Webhook) Key(id string) string { return "webhook " + id + " " + canonicalURL(w.URL) }

// Origin is what may be told of the URL of a webhook, whose path and query often are its secret: scheme and host.
func (w Webhook) Origin() string {
	u, err := url.Parse(w.URL)
	if err != nil {
		return unreadableOrigin
	}
	return origin(u)
}

// IsReadable says whether a webhook on an address could be read back: an answer with characters that nobody sees, or
// without end, counts as none.
func IsReadable(address string) bool { return redactor{}.whole(address) != "" }

// IsSystemWebhook says whether an address is that of Wawp's own webhook, which belongs to nobody else and whose last
// part is a token (documentation of webhook/delete).
func IsSystemWebhook(address string) bool {
	u, err := url.Parse(address)
	return err == nil && strings.EqualFold(u.Hostname(), "app.wawp.net") && strings.HasPrefix(u.Path, "/api/webhook/")
}

func (r Retries) fields() fields { return fields{"delay": r.DelaySeconds, "attempts": r.Attempts} }

// number writes a boolean as the parameter tables do.
func number(b bool) int {
	if b {
		return 1
	}
	return 0
}

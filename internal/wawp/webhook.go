package wawp

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// longestSharedRead bounds a read of webhooks that several callers share. The deadlines of the callers do not.
const longestSharedRead = 5 * time.Minute

var (
	listWebhooks  = operation{method: http.MethodGet, path: "/v2/session/webhook", retry: retryRead}
	setWebhook    = operation{method: http.MethodPost, path: "/v2/webhook/set", retry: retryNotDone, mustFinish: true}
	updateWebhook = operation{method: http.MethodPatch, path: "/v2/webhook/update", retry: retryIdempotent}
	deleteWebhook = operation{method: http.MethodDelete, path: "/v2/webhook/delete", retry: retryIdempotent}
)

// DefaultRetries are the retries of a webhook that was set without any (API.md 5).
var DefaultRetries = Retries{DelaySeconds: 2, Attempts: 15}

// Webhook is an address to which Wawp posts the events of a session. Its URL is its key, because there is no id. In an
// answer, nil means that the field was not shown; in a request, that it is left to Wawp.
type Webhook struct {
	URL     string
	Events  []string // sorted
	Enabled *bool
	Retries *Retries
}

// Retries says how Wawp retries a failed delivery.
type Retries struct {
	DelaySeconds int64
	Attempts     int64
}

// WebhookChange is a change of a webhook. A field that is nil stays as it is.
type WebhookChange struct {
	Events  []string
	Enabled *bool
	Retries *Retries
	Secret  *string
}

// IsEmpty says whether every field stays as it is.
func (w WebhookChange) IsEmpty() bool {
	return w.Events == nil && w.Enabled == nil && w.Retries == nil && w.Secret == nil
}

// ListWebhooks reads the webhooks of a session, sorted by URL. It leaves out Wawp's own system webhook, because that
// address is a secret (API.md 5). Calls at the same time share one request; there is no cache beyond that. addresses
// are those that the caller looks for: no error shows more of them than their hosts.
func (c *Client) ListWebhooks(ctx context.Context, id string, addresses ...string) ([]Webhook, error) {
	c.hide(id, addresses...)
	shared := c.reads.DoChan(id, func() (hooks any, err error) {
		defer func() {
			if recover() != nil { // this is a goroutine of its own, so no caller could recover
				err = &Error{
					Op: listWebhooks.String(), Kind: Unreadable,
					text: "the provider crashed: this is a bug, please report it",
				}
			}
		}()
		// If the first caller's context ends, the others still need the answer.
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

// ListWebhooksAlone is [Client.ListWebhooks] with a request of its own. Use it around a write, when the answer must not
// be older than the call.
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
		if hook.URL == "" { // it could be the one that the caller looks for
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

// webhook reads one webhook. It ignores the secret, because that may be masked (API.md 5).
func (c *Client) webhook(item map[string]any) Webhook {
	d := document{layers: []map[string]any{item}}
	hook := Webhook{URL: c.redact.whole(d.text("url"))}
	for _, key := range []string{"is_active", "isActive", "active", "enabled"} {
		if on, ok := flag(item[key]); ok {
			hook.Enabled = &on
		}
	}
	events, found := item["events"].([]any)
	if found {
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

// retries reads the retries of a webhook; nil if there are none.
func retries(o map[string]any) *Retries {
	attempts, known := integer(o["attempts"])
	for _, key := range []string{"delay", "delaySeconds", "delay_seconds"} {
		if delay, ok := integer(o[key]); ok && known {
			return &Retries{DelaySeconds: delay, Attempts: attempts}
		}
	}
	return nil
}

// SetWebhook makes a webhook, or changes the one on its URL. secret may be "". Once the request is on its way, it
// ignores the end of ctx. If the outcome is unknown, SetWebhook looks after a pause whether the webhook is there as
// wanted. It sends the request again only if it is not, and no answer came from Wawp itself. The caller must hold
// [Client.LockWebhooks].
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
		if c.Pause(ctx) != nil { // before, the list may be some seconds old (API.md 1)
			return err
		}
		hooks, lookErr := c.ListWebhooksAlone(ctx, id)
		if there, ok := FindWebhook(hooks, hook.URL); ok && there.Matches(hook) {
			return nil
		}
		if lookErr != nil || !hasNoAnswer(KindOf(err)) || attempt == c.options.MaxRetries {
			return err
		}
	}
}

// hasNoAnswer says whether a request was sent and got no answer from Wawp itself: none at all, or that of a gateway.
func hasNoAnswer(k Kind) bool { return k == NoAnswer || k == GatewayFault }

// UpdateWebhook changes the webhook on a URL. The caller must hold [Client.LockWebhooks].
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

// DeleteWebhook deletes the webhook on a URL. The caller must hold [Client.LockWebhooks].
func (c *Client) DeleteWebhook(ctx context.Context, id, address string) error {
	c.Claim(deletedKey(id, Webhook{URL: address})) // an answer that is lost does not show whether it was deleted
	return c.change(ctx, deleteWebhook, id, fields{"url": address})
}

// HasDeletedWebhook says whether this client may have deleted a webhook with the same URL.
func (c *Client) HasDeletedWebhook(id string, hook Webhook) bool {
	return c.IsClaimed(deletedKey(id, hook))
}

func deletedKey(id string, hook Webhook) string { return "deleted " + hook.Key(id) }

// change carries out an operation. It ignores the answer, unless that is an error.
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

// LockWebhooks locks the webhooks of a session against other writes of this process. Wawp keeps them in one list, so
// two writes at once can undo each other (API.md 5).
func (c *Client) LockWebhooks(ctx context.Context, id string) (unlock func(), err error) {
	release, err := c.lock(ctx, "webhooks of "+id)
	if err != nil {
		return nil, err
	}
	return func() {
		c.reads.Forget(id) // a shared read that is under way may have missed the write
		release()
	}, nil
}

// lock locks the object with a key against other writes of this process. Unlike a mutex it ends with ctx.
func (c *Client) lock(ctx context.Context, key string) (unlock func(), err error) {
	c.mu.Lock()
	held, ok := c.writes[key]
	if !ok {
		held = make(chan struct{}, 1)
		c.writes[key] = held
	}
	c.mu.Unlock()
	select {
	case held <- struct{}{}:
		return func() { <-held }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Matches says whether a webhook is as wanted, in the fields that both have.
func (w Webhook) Matches(want Webhook) bool {
	return len(w.Differs(want)) == 0
}

// Differs names the fields that are not as wanted.
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

// FindWebhook returns the webhook on a URL. If none has exactly this URL, it returns one whose URL means the same,
// because Wawp may have changed the spelling.
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

// canonicalURL returns the same spelling for all URLs that mean the same: it ignores the case of the host, the default
// port, and the slash of an empty path.
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

// Resembles says whether a URL may be meant as the URL of the webhook, although it strictly means another address. It
// ignores scheme, user, port and fragment, escapes, case, and slashes around the path.
func (w Webhook) Resembles(address string) bool { return loose(w.URL) == loose(address) }

func loose(s string) string {
	u, err := url.Parse(s)
	if err != nil {
		return s
	}
	return strings.ToLower(u.Hostname() + "/" + strings.Trim(u.Path, "/") + "?" + u.RawQuery)
}

// Key names a webhook of a session for [Client.Claim]. It is the same for all spellings of the URL.
func (w Webhook) Key(id string) string { return "webhook " + id + " " + canonicalURL(w.URL) }

// Origin returns scheme and host of the URL of a webhook. The rest is not shown, because it often is the secret of the
// receiver.
func (w Webhook) Origin() string {
	u, err := url.Parse(w.URL)
	if err != nil {
		return unreadableOrigin
	}
	return origin(u)
}

// IsReadable says whether a webhook on an address could be read back. It could not if the address is too long, or has
// invisible characters.
func IsReadable(address string) bool { return redactor{}.whole(address) != "" }

// QuotesToken says whether an address has the access token in it. It could not be read back, because the client redacts
// the token in every answer.
func (c *Client) QuotesToken(address string) bool {
	return IsReadable(address) && c.redact.whole(address) != address
}

// IsSystemWebhook says whether an address is that of Wawp's own webhook. Its last part is a token (API.md 5).
func IsSystemWebhook(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	host := strings.TrimSuffix(u.Hostname(), ".")
	return strings.EqualFold(host, "app.wawp.net") && strings.HasPrefix(u.Path, "/api/webhook/")
}

func (r Retries) fields() fields { return fields{"delay": r.DelaySeconds, "attempts": r.Attempts} }

// number writes a boolean as Wawp documents it: 1 or 0 (API.md 5).
func number(b bool) int {
	if b {
		return 1
	}
	return 0
}

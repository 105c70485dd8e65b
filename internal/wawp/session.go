package wawp

import (
	"cmp"
	"context"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// The documented statuses of a session (API.md 3). Wawp may send others.
const (
	StatusStopped  = "STOPPED"      // the engine is off
	StatusStarting = "STARTING"     // the engine boots; after 60 s Wawp advises a restart
	StatusScan     = "SCAN_QR_CODE" // the session waits for a person with a phone
	StatusWorking  = "WORKING"      // a phone is linked
	StatusFailed   = "FAILED"       // the link was lost, or the engine is broken
)

var (
	createSession = operation{
		method: http.MethodPost, path: "/v2/session/create", retry: retryNotDone, mustFinish: true,
		account: true,
	}
	getSession     = operation{method: http.MethodPost, path: "/v2/session/info", retry: retryRead}
	startSession   = operation{method: http.MethodPost, path: "/v2/session/start", retry: retryNotDone}
	stopSession    = operation{method: http.MethodPost, path: "/v2/session/stop", retry: retryIdempotent}
	restartSession = operation{method: http.MethodPost, path: "/v2/session/restart", retry: retryNotDone}
	logoutSession  = operation{method: http.MethodPost, path: "/v2/session/logout", retry: retryNotDone}
	deleteSession  = operation{method: http.MethodDelete, path: "/v2/session/delete", retry: retryIdempotent}
)

// Session is one instance of the account, as far as an answer describes it. Every field but InstanceID may be empty.
type Session struct {
	InstanceID string
	Name       string
	ServerName string
	// Status is one of the statuses above, or another word, in upper case.
	Status string
	// Account is the WhatsApp account of the linked phone. nil means that no phone is linked, or that the answer does
	// not say.
	Account *Account
}

// Account is a WhatsApp account.
type Account struct {
	ChatID      string // such as 201234567890@c.us
	PhoneNumber string // digits only; "" if the chat id hides it
	PushName    string // the name that its owner chose; may be empty
}

// CreateSession makes a new instance, which counts against the account's quota. The request is sent again only if the
// server surely has made nothing. Once it is on its way, it ignores the end of ctx.
//
// An error can come with a session: then the answer is a success that has the id, and the error says what is wrong with
// it. After any other error for which [OutcomeUnknown] is true, an instance may exist, and no endpoint can list it
// (API.md 3).
func (c *Client) CreateSession(ctx context.Context) (Session, error) {
	a, err := c.call(ctx, createSession, "", nil)
	if err != nil && a.status/100 != 2 { // a success that broke off may still have the id
		return Session{}, err
	}
	unreadable := func(why string) error { return newUnreadable(createSession, a, c.redact, why) }
	d := parse(a.body)
	isWhole := len(d.layers) > 0
	found := d
	if !isWhole {
		found = salvage(a.body)
	}
	id := found.instanceID()
	switch {
	case id == "":
		return Session{}, cmp.Or(err, unreadable("the answer holds no instance_id"))
	case found.failed(): // an error may well name another session
		return Session{}, cmp.Or(err, unreadable("the answer is an error, beside an instance_id"))
	case !IsInstanceID(id) || id != c.redact.value(id): // it may be the access token, sent back
		return Session{}, cmp.Or(err, unreadable("the answer holds an instance_id that is none: "+id))
	case !c.Claim(instanceKey(id)):
		return Session{}, unreadable("the answer holds the instance_id of a session that was there before: " + id)
	case !isWhole && err == nil:
		err = unreadable("the answer is not whole, or has something around it")
	}
	return c.session(d, id), err
}

// IsInstanceID says whether a text has the form of the id of an instance. The form is wide on purpose: the documented
// 12 letters and digits are not all that exists (API.md 1).
func IsInstanceID(id string) bool { return idForm.MatchString(id) }

var idForm = regexp.MustCompile(`^[A-Za-z0-9._:@-]{1,128}$`)

// GetSession reads a session. The endpoint is a POST that changes nothing.
func (c *Client) GetSession(ctx context.Context, id string) (Session, error) {
	a, err := c.call(ctx, getSession, id, nil)
	if err != nil {
		return Session{}, err
	}
	d := parse(a.body)
	if !describesSession(d) {
		return Session{}, newUnreadable(getSession, a, c.redact, "the answer does not describe a session")
	}
	return c.session(d, id), nil
}

// StartSession boots the engine. Wawp allows it only while the session is STOPPED (API.md 3).
func (c *Client) StartSession(ctx context.Context, id string) (Session, error) {
	return c.act(ctx, startSession, id)
}

// StopSession turns the engine off. The phone stays linked.
func (c *Client) StopSession(ctx context.Context, id string) (Session, error) {
	return c.act(ctx, stopSession, id)
}

// RestartSession stops and starts the engine. Wawp advises one restart if a session is FAILED.
func (c *Client) RestartSession(ctx context.Context, id string) (Session, error) {
	return c.act(ctx, restartSession, id)
}

// LogoutSession unlinks the phone. The instance stays.
func (c *Client) LogoutSession(ctx context.Context, id string) (Session, error) {
	return c.act(ctx, logoutSession, id)
}

// DeleteSession deletes the instance for good. Log out first, or the phone keeps the device in its list (API.md 3).
func (c *Client) DeleteSession(ctx context.Context, id string) error {
	_, err := c.act(ctx, deleteSession, id)
	return err
}

// GetSessionAgain pauses, then reads a session. A status that does not last passes during the pause.
func (c *Client) GetSessionAgain(ctx context.Context, id string) (Session, error) {
	if err := c.Pause(ctx); err != nil {
		return Session{}, err
	}
	return c.GetSession(ctx, id)
}

// Pause pauses before a second look, for as long as SecondLook says.
func (c *Client) Pause(ctx context.Context) error { return sleep(ctx, c.options.SecondLook) }

// act carries out an operation whose answer may be empty, and returns the session as far as the answer describes it.
func (c *Client) act(ctx context.Context, op operation, id string) (Session, error) {
	a, err := c.call(ctx, op, id, nil)
	if err != nil {
		return Session{}, err
	}
	d := parse(a.body)
	if !describesSession(d) && d.failed() {
		return Session{}, newUnreadable(op, a, c.redact, "the answer is an error")
	}
	return c.session(d, id), nil
}

// describesSession says whether an answer describes a session. If the answer is an error, a name alone, or a status
// alone, is not enough.
func describesSession(d document) bool {
	if d.object("me") != nil || d.instanceID() != "" {
		return true
	}
	named, hasStatus := d.text("session_name", "sessionName", "name") != "", status(d) != ""
	if d.failed() {
		return named && hasStatus
	}
	return named || hasStatus
}

// session returns the session that an answer describes, as far as it does.
func (c *Client) session(d document, id string) Session {
	return Session{
		InstanceID: id,
		Name:       c.redact.value(d.text("session_name", "sessionName", "name")),
		ServerName: c.redact.value(d.text("server_name", "serverName")),
		Status:     strings.ToUpper(c.redact.value(status(d))),
		Account:    c.account(d.object("me")),
	}
}

// status returns the status of the session in an answer; "" if there is none. It passes over the status of an envelope,
// which says how the request went: a number, or one of the words below (API.md 2).
func status(d document) string {
	words := []string{"SUCCESS", "OK", "ERROR", "FAIL", "QUEUED", "ACCEPTED", "PENDING", "SCHEDULED", "TRUE", "FALSE"}
	for _, layer := range d.layers {
		s, _ := layer["status"].(string)
		s = strings.TrimSpace(s)
		if s != "" && !slices.Contains(words, strings.ToUpper(s)) && strings.Trim(s, "0123456789") != "" {
			return s
		}
	}
	return ""
}

// account returns the account in the "me" of an answer; nil if there is none.
func (c *Client) account(me map[string]any) *Account {
	chatID := text(me["id"])
	if id, ok := me["id"].(map[string]any); ok {
		chatID = text(id["_serialized"])
	}
	if chatID == "" {
		return nil
	}
	a := &Account{ChatID: NormalChatID(c.redact.value(chatID))}
	for _, key := range []string{"pushName", "push_name", "name"} {
		if a.PushName == "" {
			a.PushName = c.redact.value(text(me[key]))
		}
	}
	user, server, _ := strings.Cut(a.ChatID, "@")
	if user != "" && strings.Trim(user, "0123456789") == "" && (server == "" || server == "c.us") {
		a.PhoneNumber, a.ChatID = user, ChatID(user)
	}
	return a
}

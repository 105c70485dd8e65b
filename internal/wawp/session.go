package wawp

import (
	"cmp"
	"context"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// The documented states of a session, all upper case. The set is open: Wawp may send others.
const (
	StatusStopped  = "STOPPED"      // the engine is off
	StatusStarting = "STARTING"     // the engine boots; Wawp advises a restart after 60 s of it
	StatusScan     = "SCAN_QR_CODE" // it waits for a person with a phone
	StatusWorking  = "WORKING"      // a phone is linked
	StatusFailed   = "FAILED"       // the link was lost, or the engine is broken
)

var (
	createSession = operation{
		method: http.MethodPost, path: "/v2/session/create", repeat: repeatUndone, keep: true,
		account: true,
	}
	getSession     = operation{method: http.MethodPost, path: "/v2/session/info", repeat: repeatRead}
	startSession   = operation{method: http.MethodPost, path: "/v2/session/start", repeat: repeatUndone}
	stopSession    = operation{method: http.MethodPost, path: "/v2/session/stop", repeat: repeatHarmless}
	restartSession = operation{method: http.MethodPost, path: "/v2/session/restart", repeat: repeatUndone}
	logoutSession  = operation{method: http.MethodPost, path: "/v2/session/logout", repeat: repeatUndone}
	deleteSession  = operation{method: http.MethodDelete, path: "/v2/session/delete", repeat: repeatHarmless}
)

// Session is one instance of the account, as far as an answer told. Every field but InstanceID may be empty.
type Session struct {
	InstanceID string
	Name       string
	ServerName string
	// Status is one of the states above or a word that is not known yet, in upper case.
	Status string
	// Account is the WhatsApp account of the linked phone; nil means none is linked, or none was told.
	Account *Account
}

// Account is a WhatsApp account.
type Account struct {
	ChatID      string // such as 201234567890@c.us
	PhoneNumber string // digits only; "" where the chat id hides it
	PushName    string // the name its owner chose; may be empty
}

// CreateSession makes a new instance, which counts against the account's quota. It is sent once, but for refusals that
// surely made nothing; once sent it ignores the end of ctx. Whatever was read of a success, and holds the id, is
// enough: the error then says what is wrong with the answer, and the session has its id. After any other error of which
// [OutcomeUnknown] is true an instance may exist that no endpoint can list.
func (c *Client) CreateSession(ctx context.Context) (Session, error) {
	a, err := c.call(ctx, createSession, "", nil)
	if err != nil && a.status/100 != 2 {
		return Session{}, err
	}
	unreadable := func(why string) error { return newUnreadable(createSession, a, c.redact, why) }
	d := parse(a.body)
	told, isWhole := d, len(d.layers) > 0
	if !isWhole {
		told = salvage(a.body)
	}
	id := told.instanceID()
	switch {
	case id == "":
		return Session{}, cmp.Or(err, unreadable("the answer holds no instance_id"))
	case told.failed(): // an error may well name another session
		return Session{}, cmp.Or(err, unreadable("the answer is an error, beside an instance_id"))
	case !IsInstanceID(id) || id != c.redact.value(id): // an echo of the token is no id
		return Session{}, cmp.Or(err, unreadable("the answer holds an instance_id that is none: "+id))
	case !c.Claim(instanceKey(id)):
		return Session{}, unreadable("the answer holds the instance_id of a session that was there before: " + id)
	case !isWhole && err == nil:
		err = unreadable("the answer is not whole, or has something around it")
	}
	return c.session(d, id), err
}

// IsInstanceID says whether a text has the form of the id of an instance (documentation of session/create: 12 letters
// and digits; others exist).
func IsInstanceID(id string) bool { return idForm.MatchString(id) }

var idForm = regexp.MustCompile(`^[A-Za-z0-9._:@-]{1,128}$`)

// GetSession reads a session. The endpoint is a POST that changes nothing.
func (c *Client) GetSession(ctx context.Context, id string) (Session, error) {
	a, err := c.call(ctx, getSession, id, nil)
	if err != nil {
		return Session{}, err
	}
	d := parse(a.body)
	if !tellsSession(d) {
		return Session{}, newUnreadable(getSession, a, c.redact, "the answer does not describe a session")
	}
	return c.session(d, id), nil
}

// StartSession boots the engine. Wawp allows it only while the session is STOPPED: look first.
func (c *Client) StartSession(ctx context.Context, id string) (Session, error) {
	return c.act(ctx, startSession, id)
}

// StopSession turns the engine off. The phone stays linked.
func (c *Client) StopSession(ctx context.Context, id string) (Session, error) {
	return c.act(ctx, stopSession, id)
}

// RestartSession stops and starts the engine. Wawp advises it once for a session that is FAILED.
func (c *Client) RestartSession(ctx context.Context, id string) (Session, error) {
	return c.act(ctx, restartSession, id)
}

// LogoutSession unlinks the phone. The instance stays.
func (c *Client) LogoutSession(ctx context.Context, id string) (Session, error) {
	return c.act(ctx, logoutSession, id)
}

// DeleteSession deletes the instance for good. The phone is not told: log out first.
func (c *Client) DeleteSession(ctx context.Context, id string) error {
	_, err := c.act(ctx, deleteSession, id)
	return err
}

// GetSessionAgain reads a session a while after another read, long enough for a passing state to have passed.
func (c *Client) GetSessionAgain(ctx context.Context, id string) (Session, error) {
	if err := c.Pause(ctx); err != nil {
		return Session{}, err
	}
	return c.GetSession(ctx, id)
}

// Pause waits for as long as a passing state takes, before a second look.
func (c *Client) Pause(ctx context.Context) error { return sleep(ctx, c.options.SecondLook) }

// act carries out an operation whose answer may be empty, and returns what it tells of the session.
func (c *Client) act(ctx context.Context, op operation, id string) (Session, error) {
	a, err := c.call(ctx, op, id, nil)
	if err != nil {
		return Session{}, err
	}
	d := parse(a.body)
	if !tellsSession(d) && d.failed() {
		return Session{}, newUnreadable(op, a, c.redact, "the answer is an error")
	}
	return c.session(d, id), nil
}

// tellsSession says whether an answer describes a session. Beside an error, a name or a word for a status is not
// enough.
func tellsSession(d document) bool {
	if d.object("me") != nil || d.instanceID() != "" {
		return true
	}
	named, hasStatus := d.text("session_name", "sessionName", "name") != "", status(d) != ""
	if d.failed() {
		return named && hasStatus
	}
	return named || hasStatus
}

func (c *Client) session(d document, id string) Session {
	return Session{
		InstanceID: id,
		Name:       c.redact.value(d.text("session_name", "sessionName", "name")),
		ServerName: c.redact.value(d.text("server_name", "serverName")),
		Status:     strings.ToUpper(c.redact.value(status(d))),
		Account:    c.account(d.object("me")),
	}
}

// status finds the state of the session. Envelopes have a status of their own, which says how the request went: a
// number, or one of these words.
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

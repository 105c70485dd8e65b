package wawptest

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Message is a text message that was sent.
type Message struct {
	InstanceID string // of the session that sent it
	ChatID     string // like "201012345678@c.us"
	Text       string
}

// Messages returns the messages that were sent or queued, of all sessions, in order.
func (a *API) Messages() []Message {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.messages)
}

var messageEndpoints = map[string]endpoint{
	"POST /v2/send/text": {do: (*API).sendText, bareBody: true, params: []string{"chatId", "message"}},
}

// sendText sends a message. For a FAILED session it answers as if there were no session: see internal/wawp/API.md,
// section 8.
func (a *API) sendText(c call) answer {
	m, complaint := readMessage(c)
	switch {
	case complaint != nil:
		return *complaint
	case c.session.Status == statusFailed:
		return refuse(http.StatusNotFound, "invalid_session", "The session is invalid.")
	case c.session.Status != statusWorking:
		return c.session.notConnected()
	}
	a.messages = append(a.messages, m)
	if a.config.Queue {
		return reply(http.StatusAccepted, object{"status": "queued", "job_id": randomToken()})
	}
	return a.messageAnswer(m)
}

var chatID = regexp.MustCompile(`^[0-9]+@(c\.us|g\.us|newsletter|lid)$`)

func readMessage(c call) (Message, *answer) {
	m := Message{InstanceID: c.session.InstanceID}
	for _, p := range []struct {
		key, form string
		value     *string
		isValid   func(string) bool
	}{
		{"chatId", "digits and @c.us, @g.us, @newsletter or @lid", &m.ChatID, chatID.MatchString},
		{"message", "1 to 4096 characters", &m.Text, func(text string) bool {
			return text != "" &&
				utf8.RuneCountInString(text) <= 4096
		}},
	} {
		given := c.Body[p.key]
		text, _ := given.(string)
		switch {
		case given == nil:
			return m, complain("missing_param", "The parameter %q is required.", p.key)
		case !p.isValid(text):
			return m, complain("invalid_param", "The parameter %q must be %s.", p.key, p.form)
		}
		*p.value = text
	}
	return m, nil
}

// messageAnswer is the answer to a message: WhatsApp's own object of it.
func (a *API) messageAnswer(m Message) answer {
	key := "3EB0" + strings.ToUpper(randomToken()[:18])
	id := "true_" + m.ChatID + "_" + key
	return reply(http.StatusOK, object{"_data": object{
		"id":   object{"fromMe": true, "remote": m.ChatID, "id": key, "_serialized": id},
		"type": "chat",
		"body": m.Text,
		"to":   m.ChatID,
		"t":    a.config.Now().Unix(),
		"ack":  1,
	}})
}

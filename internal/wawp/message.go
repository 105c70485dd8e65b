package wawp

import (
	"cmp"
	"context"
	"net/http"
	"strconv"
	"strings"
)

var sendText = operation{
	method: http.MethodPost, path: "/v2/send/text", retry: retryNotDone, mustFinish: true,
	bareBody: true,
}

// Sent says what happened to a message, as far as the answer says (API.md 8).
type Sent struct {
	// MessageID is WhatsApp's id of the message; "" if the answer does not have it.
	MessageID string
	// JobID is Wawp's id of a message that it sends later; "" if the answer does not have it.
	JobID string
	// Queued says that Wawp sends the message later, when the session's sending policy allows it.
	Queued bool
	// Told says whether the answer says anything of the message. It is false for an empty success.
	Told bool
}

// SendText sends a text message to a chat. The request is sent again only if the server surely has sent nothing. Once
// it is on its way, it ignores the end of ctx. After an error for which [OutcomeUnknown] is true, the message may
// have been sent. No error quotes the text, unless it is shorter than 12 bytes.
func (c *Client) SendText(ctx context.Context, instanceID, chatID, message string) (Sent, error) {
	parameters := fields{"chatId": chatID, "message": message}
	a, err := c.call(ctx, sendText, instanceID, parameters)
	if err != nil {
		return Sent{}, err
	}
	return readSent(a, c.redactorFor(instanceID, parameters))
}

// readSent reads an answer whose status says success. Its body may say otherwise.
func readSent(a answer, redact redactor) (Sent, error) {
	d := parse(a.body)
	if d.blank || d.empty {
		return Sent{}, nil
	}
	var r report
	if len(d.layers) > 0 {
		r.read(d.layers[0])
	}
	switch {
	case r.upstreamFault, (r.failed || r.unsent) && r.hasMessage:
		return Sent{}, newUnreadable(sendText, a, redact, "the answer tells of a fault")
	case r.queued && !r.failed && !r.hasMessage:
		return Sent{JobID: redact.value(cmp.Or(r.jobID, r.messageID)), Queued: true, Told: true}, nil
	case r.failed, r.unsent, r.complains && !r.sent && !r.hasMessage:
		e := newUnreadable(sendText, a, redact, "the answer says that the message was not sent")
		e.Kind = refused(strings.ToLower(e.Code), Refused)
		return Sent{}, e
	case r.sent, r.hasMessage, r.messageID != "":
		return Sent{MessageID: redact.value(r.messageID), Told: true}, nil
	}
	return Sent{}, newUnreadable(sendText, a, redact, "the answer does not say whether the message was sent")
}

// report is what all parts of an answer say of a message.
type report struct {
	messageID, jobID string

	hasMessage    bool // the answer has the message itself, in one of WhatsApp's forms
	sent          bool // the message was sent
	queued        bool // the message is sent later
	unsent        bool // the message was not sent, or not yet
	failed        bool // the message was not sent, because of an error
	upstreamFault bool // the request failed behind Wawp, so nobody can tell whether the message was sent
	complains     bool // there is a code with a message, as in an error

	parts int // how many parts were read
}

// read adds what a part of the answer says, and then the parts within it.
func (r *report) read(part map[string]any) {
	r.parts++
	if r.parts > maxLayers {
		return
	}
	for _, name := range []string{"sent", "success", "ok", "status"} {
		if on, ok := flag(part[name]); ok {
			r.sent, r.unsent = r.sent || on, r.unsent || !on
		}
	}
	for _, name := range []string{"status", "code", "upstream_status"} {
		r.judge(text(part[name]))
	}
	for _, name := range []string{"error", "errors"} {
		r.failed = r.failed || isSet(part[name])
	}
	upstream := "wawp_upstream_error"
	if isSet(part[upstream]) || text(part["code"]) == upstream || text(part["error"]) == upstream {
		r.upstreamFault = true
	}
	r.complains = r.complains || text(part["code"]) != "" && text(part["message"]) != ""

	queued, _ := flag(part["queued"])
	r.jobID = cmp.Or(r.jobID, text(field(part, "job_id")))
	r.queued = r.queued || queued || r.jobID != ""
	r.messageID = cmp.Or(r.messageID, text(field(part, "message_id")), text(part["id"]))
	for _, name := range []string{"id", "key"} {
		if id, ok := part[name].(map[string]any); ok {
			r.hasMessage = true
			r.messageID = cmp.Or(r.messageID, text(id["_serialized"]), text(id["id"]))
		}
	}
	for _, name := range []string{"_data", "data", "result", "response", "message"} {
		if inner, ok := part[name].(map[string]any); ok {
			r.hasMessage = r.hasMessage || name == "_data"
			r.read(inner)
		}
	}
}

// judge adds what a status or a code says: a word, or the number of an HTTP status.
func (r *report) judge(word string) {
	number, _ := strconv.Atoi(word)
	switch strings.ToLower(word) {
	case "success", "ok", "sent":
		r.sent = true
	case "queued", "accepted", "pending", "scheduled":
		r.queued = true
	case "error", "fail", "failed", "failure", "rejected":
		r.failed = true
	}
	switch number / 100 {
	case 2:
		r.sent = true
	case 4:
		r.failed = true
	case 5:
		r.upstreamFault = true
	}
}

// isSet says whether a value is present and not empty, zero or false.
func isSet(v any) bool {
	switch v := v.(type) {
	case nil:
		return false
	case map[string]any:
		return len(v) > 0
	case []any:
		return len(v) > 0
	}
	on, isFlag := flag(v)
	return on || !isFlag && text(v) != ""
}

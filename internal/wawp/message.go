package wawp

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

var sendText = operation{
	method: http.MethodPost, path: "/v2/send/text", retry: retryNotDone, mustFinish: true,
	bareBody: true,
}

// Sent is what became of a message, as far as the answer told.
type Sent struct {
	// MessageID is WhatsApp's id of the message; "" where it was not told.
	MessageID string
	// JobID is Wawp's id of a message that it sends later; "" where it was not told.
	JobID string
	// Queued says that Wawp sends the message later, as the session's sending policy allows.
	Queued bool
	// Told is false if Wawp accepted the message without a word.
	Told bool
}

// SendText sends a text message to a chat. It is sent once, but for refusals that surely sent nothing; once the request
// is on its way it ignores the end of ctx. After an error of which [OutcomeUnknown] is true the message may have been
// sent. No error holds the text.
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
	if d.blank || slices.Contains([]string{"{}", "[]", "null"}, string(a.body)) {
		return Sent{}, nil
	}
	var r report
	if len(d.layers) > 0 {
		r.read(d.layers[0])
	}
	switch {
	case r.lost, (r.failed || r.unsent) && r.hasMessage:
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

// report is what an answer says of a message, in whichever of its parts.
type report struct {
	messageID, jobID string

	hasMessage bool // the message itself is in the answer, in one of WhatsApp's forms
	sent       bool
	queued     bool
	unsent     bool // not sent, or not yet
	failed     bool // and why may be told
	lost       bool // it failed behind Wawp, where nobody can tell whether the message was sent
	complains  bool // a code and a message, as errors have

	parts int // that were read
}

// read adds what a part of the answer says, and the parts within it.
func (r *report) read(part map[string]any) {
	if r.parts++; r.parts > maxLayers {
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
	r.lost = r.lost || isSet(part[upstream]) || text(part["code"]) == upstream || text(part["error"]) == upstream
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
		r.lost = true
	}
}

// isSet says whether there is something under the name of an error.
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

package wawp

import (
	"errors"
	"fmt"
	"mime"
	"regexp"
	"strings"
	"time"
)

// Error is the only error that operations return. Its text holds neither the URL nor the token, and of a body nothing
// but the API's own code and message.
type Error struct {
	// Op is what was attempted: the method and path of the endpoint.
	Op string
	// Kind is what it means.
	Kind Kind
	// Status is the HTTP status of the last answer; 0 means that there was none.
	Status int
	// Code is Wawp's own word for the error, where the answer had one.
	Code string
	// Message is what Wawp said, fit to be shown; "" where the answer was not the API's.
	Message string
	// RetryAfter is how long the server asked to wait; 0 means it did not say.
	RetryAfter time.Duration
	// Redirect is where a redirect pointed, which was not followed: scheme and host.
	Redirect string
	// Attempts is how often the request was sent.
	Attempts int

	text         string // why there was no answer, or none that could be understood
	body         string // what the answer was, if it was not the API's: media type and length
	cause        error  // why there was no answer
	interruption error  // what ended the retries
}

// newError describes an attempt that did not end well.
func newError(op operation, redact redactor, kind Kind, end outcome, attempts int) *Error {
	said := parse(end.body).apiError()
	if op.secret && end.status/100 == 2 {
		said = apiError{}
	}
	e := &Error{
		Op: op.String(), Kind: kind, Status: end.status, Code: redact.line(said.code),
		Message:    redact.line(said.message),
		RetryAfter: retryAfter(end.header, time.Now()), Attempts: attempts, cause: end.err,
	}
	if end.err != nil {
		e.text = redact.line(end.err.Error())
	}
	if len(end.body) > 0 && said == (apiError{}) {
		media, _, err := mime.ParseMediaType(end.header.Get("Content-Type"))
		if err != nil {
			media = "of no media type"
		}
		e.body = fmt.Sprintf("%s, %d bytes", redact.line(media), len(end.body))
		if len(end.body) > maxBody {
			e.body = redact.line(media) + ", longer than 1 MiB"
		}
	}
	return e
}

// newUnreadable describes an answer whose status says success and whose body does not.
func newUnreadable(op operation, a answer, redact redactor, why string) *Error {
	return newError(op, redact, Unreadable, outcome{answer: a, err: errors.New(why)}, 1)
}

// Error says what was attempted, and what came of it.
func (e *Error) Error() string { return e.Op + ": " + e.Answer() }

// Answer says what came of the attempt, in one sentence without a full stop.
func (e *Error) Answer() string {
	var b strings.Builder
	switch {
	case e.Status == 0 && e.Kind.OutcomeUnknown():
		fmt.Fprintf(&b, "the request was sent, but %s", e.text)
	case e.Status == 0:
		fmt.Fprintf(&b, "the request did not reach the server: %s", e.text)
	case e.text != "":
		fmt.Fprintf(&b, "HTTP %d, but %s", e.Status, e.text)
	default:
		fmt.Fprintf(&b, "HTTP %d", e.Status)
	}
	if e.Redirect != "" {
		fmt.Fprintf(&b, ", a redirect to %s, which is not followed", e.Redirect)
	}
	if what := e.body + quoted(e.Code, bareCode.MatchString(e.Code)); what != "" {
		fmt.Fprintf(&b, " (%s)", what)
	}
	if e.Message != "" {
		b.WriteString(": " + quoted(e.Message, false))
	}
	if e.Attempts > 1 {
		fmt.Fprintf(&b, " (after %d attempts)", e.Attempts)
	}
	if e.interruption != nil {
		b.WriteString("; the retries were then interrupted")
	}
	return b.String()
}

// Is says whether a target is the error's kind, or what kept the request from an answer: context.Canceled, among
// others.
func (e *Error) Is(target error) bool {
	return target == e.Kind || errors.Is(e.cause, target) || errors.Is(e.interruption, target)
}

// IsAbout says whether a 404 is about something that a noun names, and not about its endpoint, whose path holds it.
func (e *Error) IsAbout(noun string) bool {
	said := strings.ToLower(e.Code + " " + e.Message)
	isNamed := regexp.MustCompile(`(^|[^a-z])` + noun + `s?([^a-z]|$)`).MatchString(said)
	return e.Kind == NotFound && isNamed && !ofARoute.MatchString(said)
}

var ofARoute = regexp.MustCompile(`/|route|endpoint|handler|url`)

// As finds the cause, of which the text is not shown: net/http quotes there what it cannot read.
func (e *Error) As(target any) bool { return e.cause != nil && errors.As(e.cause, target) }

// bareCode is a code that can be told from the words around it.
var bareCode = regexp.MustCompile(`^[A-Za-z0-9_.-]+$`)

// quoted returns what a server said, in quotation marks that it cannot end, unless it is bare.
func quoted(said string, bare bool) string {
	if said == "" || bare {
		return said
	}
	return `"` + strings.ReplaceAll(said, `"`, "'") + `"`
}

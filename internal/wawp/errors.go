package wawp

import (
	"errors"
	"fmt"
	"mime"
	"regexp"
	"strings"
	"time"
)

// Error is the error of a request. (A wait or a lock that ctx ends returns the error of ctx.) Its text has neither the
// URL nor the access token in it. Of a body it quotes only the API's code and message, and the instance id of a create.
type Error struct {
	// Op is the operation: the method and path of the endpoint.
	Op string
	// Kind is what the error means.
	Kind Kind
	// Status is the HTTP status of the last answer; 0 means that there was none.
	Status int
	// Code is the API's code for the error; "" if the answer has none.
	Code string
	// Message is the API's message, fit to be shown; "" if the answer has none.
	Message string
	// RetryAfter is how long the server asked to wait; 0 means that it did not ask.
	RetryAfter time.Duration
	// Redirect is scheme and host of the target of a redirect, which was not followed.
	Redirect string
	// Attempts is how often the request was sent.
	Attempts int
	// MayHaveActed says that an attempt before the last one may have been carried out.
	MayHaveActed bool

	text         string // why there was no answer, or why the answer could not be understood
	body         string // media type and length of an answer that has neither code nor message
	cause        error  // why there was no answer
	interruption error  // what ended the retries
}

// newError returns the error of an attempt that failed.
func newError(op operation, redact redactor, kind Kind, end outcome, attempts int) *Error {
	fromAPI := parse(end.body).apiError()
	if op.secret && end.status/100 == 2 {
		fromAPI = apiError{}
	}
	e := &Error{
		Op: op.String(), Kind: kind, Status: end.status, Code: redact.line(fromAPI.code),
		Message:    redact.line(fromAPI.message),
		RetryAfter: retryAfter(end.header, time.Now()), Attempts: attempts, cause: end.err,
	}
	if end.err != nil {
		e.text = redact.line(end.err.Error())
	}
	if len(end.body) > 0 && fromAPI == (apiError{}) {
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

// newUnreadable returns the error of an answer whose status says success, but whose body does not.
func newUnreadable(op operation, a answer, redact redactor, why string) *Error {
	return newError(op, redact, Unreadable, outcome{answer: a, err: errors.New(why)}, a.attempts)
}

// Error says what was attempted, and how it ended.
func (e *Error) Error() string { return e.Op + ": " + e.Answer() }

// Answer says how the attempt ended, in one sentence without a full stop.
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

// Is says whether a target is the error's kind, or the reason why there was no answer, such as context.Canceled.
func (e *Error) Is(target error) bool {
	return target == e.Kind || errors.Is(e.cause, target) || errors.Is(e.interruption, target)
}

// IsAbout says whether a 404 is about the object that a noun names, such as "link". A 404 about the route of an
// endpoint is not, although its path has the noun in it.
func (e *Error) IsAbout(noun string) bool {
	words := strings.ToLower(e.Code + " " + e.Message)
	isNamed := regexp.MustCompile(`(^|[^a-z])` + noun + `s?([^a-z]|$)`).MatchString(words)
	return e.Kind == NotFound && isNamed && !aboutRoute.MatchString(words)
}

// aboutRoute matches a message about the route of an endpoint.
var aboutRoute = regexp.MustCompile(`/|route|endpoint|handler|url`)

// As finds the cause. The cause is not wrapped, because its text is not to be shown: net/http may quote an answer
// there.
func (e *Error) As(target any) bool { return e.cause != nil && errors.As(e.cause, target) }

// bareCode matches a code that needs no quotation marks.
var bareCode = regexp.MustCompile(`^[A-Za-z0-9_.-]+$`)

// quoted returns a server's text in quotation marks, which the text cannot end. With bare, it returns the text as it
// is.
func quoted(text string, bare bool) string {
	if text == "" || bare {
		return text
	}
	return `"` + strings.ReplaceAll(text, `"`, "'") + `"`
}

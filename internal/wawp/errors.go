package wawp

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Codes of Wawp's error answers that have a meaning of their own. The set is open.
const (
	codeQuotaReached   = "quota_reached"   // create: the account may have no more instances
	codeInvalidSession = "invalid_session" // gone, or only the phone dropped: sources differ
	codeNoSubscription = "subscription_required"
	codeNoQRCode       = "qr_not_available" // auth: the session does not wait for a scan
)

// Error is the only error that operations return. Its text holds neither the URL nor the token.
type Error struct {
	// Op is what was attempted: the method and path of the endpoint.
	Op string
	// Status is the HTTP status of the last answer; 0 means that there was none.
	Status int
	// Code is Wawp's own word for the error, where the answer had one.
	Code string
	// Message is what Wawp said, or the beginning of an answer that is not Wawp's, fit to be shown.
	Message string
	// RetryAfter is how long the server asked to wait; 0 means it did not say.
	RetryAfter time.Duration
	// Redirect is where a redirect pointed, which was not followed: scheme and host.
	Redirect string
	// Attempts is how often the request was sent.
	Attempts int

	known string // the code, if it is one of those above
	own   bool   // the answer is a JSON object of the API's own, and not of its router
	sent  bool   // the request may have reached the server
	cause error  // why there was no answer, or why the retries stopped
	text  string
}

// newError describes a request whose last attempt did not end well.
func (l *line) newError() *Error {
	end := l.last
	e := &Error{Op: l.op.String(), Status: end.status, Attempts: l.number, sent: end.sent, cause: end.err}
	if end.err != nil {
		e.text = l.redact.quote(end.err.Error())
		e.cause = &reason{e.text, end.err}
		return e
	}
	e.RetryAfter = retryAfter(end.header, time.Now())
	e.describe(l.redact, end.answer)
	if end.status/100 == 3 {
		if target, err := l.client.baseURL.Parse(end.header.Get("Location")); err == nil {
			e.Redirect = l.redact.quote(target.Scheme + "://" + target.Host)
		}
	}
	return e
}

// reason is why there was no answer, in words that can be shown: those of net/http quote an answer that it cannot read.
// errors.Is and errors.As find in it what it was.
type reason struct {
	text string
	is   error
}

func (r *reason) Error() string        { return r.text }
func (r *reason) Is(target error) bool { return errors.Is(r.is, target) }
func (r *reason) As(target any) bool   { return errors.As(r.is, target) }

// newUnreadable describes an answer whose status says success and whose body does not.
func newUnreadable(op operation, a answer, redact redactor, missing string) *Error {
	e := &Error{Op: op.String(), Status: a.status, sent: true, text: missing, Attempts: 1}
	e.describe(redact, a)
	return e
}

func (e *Error) describe(redact redactor, a answer) {
	said := parse(a.body).complaint()
	e.own = said.own
	e.Code = redact.quote(said.code)
	for _, known := range []string{codeQuotaReached, codeInvalidSession, codeNoSubscription, codeNoQRCode} {
		if strings.EqualFold(said.code, known) { // before a secret that looks like a part of it is blotted out
			e.known = known
		}
	}
	e.Message = redact.quote(cmp.Or(said.message, string(a.body)))
}

// Error says what was attempted, and what came of it.
func (e *Error) Error() string { return e.Op + ": " + e.Answer() }

// Answer says what came of the attempt, in one sentence without a full stop.
func (e *Error) Answer() string {
	var b strings.Builder
	switch {
	case e.Status == 0 && e.sent:
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
	if e.Code != "" {
		fmt.Fprintf(&b, " (%s)", e.Code)
	}
	if e.Message != "" {
		fmt.Fprintf(&b, ": \"%s\"", e.Message) // made fit to be shown before
	}
	if e.Attempts > 1 {
		fmt.Fprintf(&b, " (after %d attempts)", e.Attempts)
	}
	if e.Status != 0 && e.text == "" && e.cause != nil {
		b.WriteString("; the retries were then interrupted")
	}
	return b.String()
}

// Unwrap returns what kept the request from an answer: errors.Is finds context.Canceled there, among others.
func (e *Error) Unwrap() error { return e.cause }

// MayHaveActed says whether the server may have done what it was asked, although the answer does not show it: it is never
// true of a request that was not sent, or was refused.
func MayHaveActed(err error) bool {
	return is(err, func(e *Error) bool {
		return e.sent && (e.Status == 0 || e.Status/100 == 2 || e.Status/100 == 5 || e.Status == http.StatusRequestTimeout)
	})
}

// wasLost says whether the request was sent, and no answer of Wawp's own came back: that of a gateway, or none.
func wasLost(err error) bool {
	return is(err, func(e *Error) bool {
		return e.sent && (e.Status == 0 || e.Status == http.StatusBadGateway || e.Status == http.StatusServiceUnavailable ||
			e.Status == http.StatusGatewayTimeout)
	})
}

// IsNotFound says whether Wawp itself answered that there is no such thing. The 404 of a proxy, or of a route that the
// server does not have, is not meant: see [IsNotOffered].
func IsNotFound(err error) bool {
	return is(err, func(e *Error) bool { return e.Status == http.StatusNotFound && e.own && e.known != codeNoQRCode })
}

// IsNotOffered says whether the server, or something in front of it, does not know the endpoint.
func IsNotOffered(err error) bool {
	return is(err, func(e *Error) bool {
		return e.Status == http.StatusNotFound && !e.own || e.Status == http.StatusMethodNotAllowed
	})
}

// IsInvalidSession says whether the code of the error is invalid_session: the session is gone, or only its phone is.
func IsInvalidSession(err error) bool {
	return is(err, func(e *Error) bool { return e.known == codeInvalidSession })
}

// IsMoot says whether what was asked for makes no sense in the state that the session is in, or for a session that is gone:
// a logout where no phone is linked, for example. Which status Wawp gives that is not documented.
func IsMoot(err error) bool {
	return IsNotFound(err) || is(err, func(e *Error) bool {
		return e.Status == http.StatusBadRequest || e.Status == http.StatusConflict || e.Status == http.StatusUnprocessableEntity
	})
}

// IsUnreadable says whether the status was a success, and the body could not be understood.
func IsUnreadable(err error) bool {
	return is(err, func(e *Error) bool { return e.Status/100 == 2 })
}

// IsQuotaReached says whether the account may have no more instances.
func IsQuotaReached(err error) bool {
	return is(err, func(e *Error) bool {
		byMessage := e.Code == "" && strings.Contains(strings.ToLower(e.Message), "quota")
		return e.Status == http.StatusForbidden && (e.known == codeQuotaReached || byMessage)
	})
}

// IsSubscriptionRequired says whether Wawp wants an active plan for what was asked.
func IsSubscriptionRequired(err error) bool {
	return is(err, func(e *Error) bool {
		return e.Status == http.StatusForbidden && e.known == codeNoSubscription
	})
}

// IsNoCode says whether there is no QR or pairing code, because the session does not wait for a scan, or is gone. Which status
// Wawp gives that is not documented.
func IsNoCode(err error) bool {
	return IsMoot(err) || is(err, func(e *Error) bool { return e.known == codeNoQRCode })
}

// MayPass says whether a later look at the same may well succeed: there was no answer, or a fault of the server or of something
// in front of it, or one of which nobody knows whether it lasts.
func MayPass(err error) bool {
	return is(err, func(e *Error) bool {
		return e.Status == 0 || e.Status/100 == 2 || e.Status/100 == 5 || e.Status == http.StatusTooManyRequests || e.known == codeInvalidSession
	})
}

func is(err error, what func(*Error) bool) bool {
	var e *Error
	return errors.As(err, &e) && what(e)
}

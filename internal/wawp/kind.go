package wawp

import (
	"context"
	"crypto/tls"
	"errors"
	"net/http"
	"slices"
	"strings"
)

// Kind is what the end of a request means. Each end has exactly one kind, which [classify] gives it. errors.Is finds the kind of an
// [Error]: errors.Is(err, wawp.NoSuchInstance).
type Kind int

// The kinds, and what is known after each of them.
const (
	// Unsendable: it was not sent, and would not be the next time: a certificate that is not trusted, a turn that comes too late.
	Unsendable Kind = iota + 1
	// NotSent: it surely did not reach the server.
	NotSent
	// TooManyRequests: 429. Nothing was done.
	TooManyRequests
	// Unauthorized: 401. The access token is not accepted.
	Unauthorized
	// QuotaReached: 403. The account may have no more instances.
	QuotaReached
	// SubscriptionRequired: 403. The account has no paid plan.
	SubscriptionRequired
	// Conflict: 409, 422, or no QR code. It makes no sense in the state that the session is in.
	Conflict
	// NoSuchInstance: a 404 that can only mean that there is no instance of this id.
	NoSuchInstance
	// InvalidSession: the code invalid_session. The instance is gone, or only its phone is: sources differ.
	InvalidSession
	// NotFound: any other 404, and 405: something else is missing, or something else than the API answers.
	NotFound
	// BadRequest: 400. Something is missing or wrong, perhaps the state of the session.
	BadRequest
	// Refused: any other 4xx. Nothing was done.
	Refused
	// Redirect: 3xx, which is never followed.
	Redirect
	// ServerFault: a 5xx of the API itself. It may have acted.
	ServerFault
	// GatewayFault: 502, 503, 504 and 408. Something in front of the API gave up. It may have acted.
	GatewayFault
	// NoAnswer: it was sent, and no whole answer came. It may have acted.
	NoAnswer
	// Unreadable: 2xx, and the body is an error or cannot be understood. It may have acted.
	Unreadable
)

var kinds = map[Kind]string{
	Unsendable: "cannot be sent", NotSent: "not sent", TooManyRequests: "too many requests", Unauthorized: "unauthorized",
	QuotaReached: "quota reached", SubscriptionRequired: "subscription required", Conflict: "conflict",
	NoSuchInstance: "no such instance", InvalidSession: "invalid session", NotFound: "not found", BadRequest: "bad request",
	Refused: "refused", Redirect: "redirect", ServerFault: "server fault", GatewayFault: "gateway fault", NoAnswer: "no answer",
	Unreadable: "unreadable",
}

// Error names the kind. It makes a kind a target of errors.Is.
func (k Kind) Error() string { return kinds[k] }

// MayHaveActed says whether the server may have done what it was asked, although the answer does not show it.
func (k Kind) MayHaveActed() bool {
	return slices.Contains([]Kind{ServerFault, GatewayFault, NoAnswer, Unreadable}, k)
}

// MayPass says whether the same request may well succeed a little later: because of a fault, or because engines answer so for some seconds
// while they restart.
func (k Kind) MayPass() bool {
	return k.MayHaveActed() || slices.Contains([]Kind{NotSent, TooManyRequests, InvalidSession}, k)
}

// Untimely says whether the request may only have come at the wrong moment: the session is not in the status that it takes. Which answer
// Wawp gives then is not documented.
func (k Kind) Untimely() bool { return k == Conflict || k == BadRequest }

// Missing says whether there seems to be no such session, which is no proof: see [Client.Find].
func (k Kind) Missing() bool { return k == NoSuchInstance || k == InvalidSession }

// KindOf returns the kind of an error; 0 for none, and for an error that is not one of this package.
func KindOf(err error) Kind {
	var e *Error
	if !errors.As(err, &e) {
		return 0
	}
	return e.Kind
}

// MayHaveActed is [Kind.MayHaveActed] of the kind of an error.
func MayHaveActed(err error) bool { return KindOf(err).MayHaveActed() }

// classify gives the end of an attempt its meaning. 0 is a success.
func classify(end ending) Kind {
	said := parse(end.body).complaint()
	said.code = strings.ToLower(said.code)
	switch {
	case errors.Is(end.err, errTooLong):
		return Unreadable
	case end.err != nil && end.sent:
		return NoAnswer
	case end.err != nil:
		return unsent(end.err)
	case end.status == http.StatusNotFound, end.status == http.StatusMethodNotAllowed:
		return missing(end.status, said)
	}
	switch end.status {
	case http.StatusUnauthorized:
		return Unauthorized
	case http.StatusForbidden:
		return forbidden(said)
	case http.StatusTooManyRequests:
		return TooManyRequests
	case http.StatusRequestTimeout, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return GatewayFault
	}
	switch end.status / 100 {
	case 2:
		return 0
	case 3:
		return Redirect
	case 4:
		return refused(end.status, said)
	case 5:
		return ServerFault
	}
	return Unreadable // no status that HTTP has
}

func unsent(err error) Kind {
	var certificate *tls.CertificateVerificationError
	if errors.As(err, &certificate) || errors.Is(err, ErrNoTurn) || errors.Is(err, errNotBuilt) || errors.Is(err, context.Canceled) {
		return Unsendable
	}
	return NotSent
}

// Codes of Wawp's error answers that have a meaning of their own. The set is open.
const (
	codeQuotaReached   = "quota_reached"
	codeNoSubscription = "subscription_required"
	codeInvalidSession = "invalid_session"
	codeNoQRCode       = "qr_not_available"
)

// missing tells the 404 of an instance from that of anything else. A code decides where there is one. not_found, or none, leave it to
// the message, which must name an instance or a session, and no route (wawp-api: a gateway, a web framework and the server behind
// Wawp answer 404, too).
func missing(status int, said complaint) Kind {
	switch said.code {
	case codeInvalidSession:
		return InvalidSession
	case codeNoQRCode:
		return Conflict
	case "invalid_instance", "instance_not_found", "session_not_found":
		return NoSuchInstance
	case "", "not_found", "notfound":
		if status == http.StatusNotFound && said.namesInstance() {
			return NoSuchInstance
		}
	}
	return NotFound
}

func forbidden(said complaint) Kind {
	switch {
	case said.code == codeQuotaReached, said.code == "" && strings.Contains(strings.ToLower(said.message), "quota"):
		return QuotaReached
	case said.code == codeNoSubscription:
		return SubscriptionRequired
	}
	return Refused
}

func refused(status int, said complaint) Kind {
	switch {
	case said.code == codeInvalidSession:
		return InvalidSession
	case status == http.StatusConflict, status == http.StatusUnprocessableEntity, said.code == codeNoQRCode:
		return Conflict
	case status == http.StatusBadRequest:
		return BadRequest
	}
	return Refused
}

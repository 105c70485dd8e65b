package wawp

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// Kind is what the end of a request means. Each end has exactly one kind, which [classify] gives it; "" is a success.
// errors.Is finds the kind of an [Error]: errors.Is(err, wawp.NoSuchInstance).
type Kind string

// The kinds, and what is known after each of them. After the first two, the request surely did not reach the server;
// after the next ones, the server has done nothing; after the last four, it may have acted.
const (
	// Unsendable is what could not be sent the next time either: a certificate is not trusted, or its turn comes too
	// late.
	Unsendable Kind = "cannot be sent"
	// NotSent is what did not reach the server, but may the next time.
	NotSent Kind = "not sent"

	// BadRequest is a 400: something is missing or wrong, perhaps the state of the session.
	BadRequest Kind = "bad request"
	// Unauthorized is a 401: the access token is not accepted.
	Unauthorized Kind = "unauthorized"
	// QuotaReached is a 403: the account may have no more instances.
	QuotaReached Kind = "quota reached"
	// SubscriptionRequired is a 403: the account has no paid plan.
	SubscriptionRequired Kind = "subscription required"
	// NoSuchInstance is a 404 that can only mean that there is no instance of this id.
	NoSuchInstance Kind = "no such instance"
	// NotFound is any other 404, and a 405: something else is missing, or this is not the API.
	NotFound Kind = "not found"
	// InvalidSession is the code invalid_session: the instance is gone, or only its phone (sources differ).
	InvalidSession Kind = "invalid session"
	// Conflict is a 409, a 422, or no QR code: the session is in a status in which it makes no sense.
	Conflict Kind = "conflict"
	// TooManyRequests is a 429.
	TooManyRequests Kind = "too many requests"
	// Refused is any other 4xx.
	Refused Kind = "refused"
	// Redirect is a 3xx, which is never followed.
	Redirect Kind = "redirect"

	// ServerFault is a 5xx of the API itself.
	ServerFault Kind = "server fault"
	// GatewayFault is a 502, 503, 504 or 408: something in front of the API gave up.
	GatewayFault Kind = "gateway fault"
	// NoAnswer is what was sent, and got no whole answer.
	NoAnswer Kind = "no answer"
	// Unreadable is a 2xx whose body is an error or cannot be understood.
	Unreadable Kind = "unreadable"
)

// Error makes a kind a target of errors.Is.
func (k Kind) Error() string { return string(k) }

// OutcomeUnknown says whether the server may have done what it was asked, although the answer does not show it.
func (k Kind) OutcomeUnknown() bool {
	return slices.Contains([]Kind{ServerFault, GatewayFault, NoAnswer, Unreadable}, k)
}

// IsTransient says whether the same request may well succeed a little later: because of a fault, because the session is
// in another status by then, or because engines answer so for some seconds while they restart.
func (k Kind) IsTransient() bool {
	return k.OutcomeUnknown() || k.Untimely() || k.Missing() || k == NotFound || k == NotSent || k == TooManyRequests
}

// Untimely says whether the request may only have come at the wrong moment: the session is not in the status that it
// takes. Which answer Wawp gives then is not documented.
func (k Kind) Untimely() bool { return k == Conflict || k == BadRequest }

// Missing says whether there seems to be no such session, which is no proof: see [Client.Find].
func (k Kind) Missing() bool { return k == NoSuchInstance || k == InvalidSession }

// KindOf returns the kind of an error; "" for none, and for an error that is not one of this package.
func KindOf(err error) Kind {
	if e := (*Error)(nil); errors.As(err, &e) {
		return e.Kind
	}
	return ""
}

// OutcomeUnknown is [Kind.OutcomeUnknown] of the kind of an error.
func OutcomeUnknown(err error) bool { return KindOf(err).OutcomeUnknown() }

// classify gives the end of an attempt its meaning.
func classify(end outcome) Kind {
	if end.err != nil {
		return unanswered(end)
	}
	if end.status/100 == 2 {
		return "" // a decoder judges its body
	}
	body := parse(end.body)
	said := body.apiError()
	code := strings.ToLower(said.code)
	switch end.status {
	case http.StatusBadRequest:
		return refused(code, BadRequest)
	case http.StatusUnauthorized:
		return Unauthorized
	case http.StatusForbidden:
		return forbidden(code, said.message)
	case http.StatusNotFound:
		return missing(body)
	case http.StatusMethodNotAllowed:
		return refused(code, NotFound)
	case http.StatusConflict, http.StatusUnprocessableEntity:
		return refused(code, Conflict)
	case http.StatusTooManyRequests:
		return TooManyRequests
	case http.StatusRequestTimeout, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return GatewayFault
	}
	switch end.status / 100 {
	case 3:
		return Redirect
	case 4:
		return refused(code, Refused)
	case 5:
		return ServerFault
	}
	return Unreadable // no status that HTTP has
}

func unanswered(end outcome) Kind {
	if !end.sent {
		return unsent(end.err)
	}
	if errors.Is(end.err, errTooLong) {
		return Unreadable
	}
	return NoAnswer
}

func unsent(err error) Kind {
	var certificate *tls.CertificateVerificationError
	if errors.As(err, &certificate) || errors.Is(err, ErrNoTurn) || errors.Is(err, errNotBuilt) ||
		errors.Is(err, context.Canceled) {
		return Unsendable
	}
	return NotSent
}

// refused returns the kind of a refusal: that of a code which means the same with every status, or another.
func refused(code string, otherwise Kind) Kind {
	switch code {
	case "invalid_session":
		return InvalidSession
	case "qr_not_available":
		return Conflict
	}
	return otherwise
}

func forbidden(code, message string) Kind {
	switch code {
	case "quota_reached":
		return QuotaReached
	case "subscription_required":
		return SubscriptionRequired
	case "":
		if strings.Contains(strings.ToLower(message), "quota") {
			return QuotaReached
		}
	}
	return refused(code, Refused)
}

// missing tells the 404 of an instance from that of anything else: a gateway, a web framework and the server behind
// Wawp answer 404, too, and so may Wawp, for a link or a policy (wawp-api). All codes in the body, wherever they are,
// must mean the same; if it holds none but not_found, all its messages, of which each must say that there is no such
// instance, or session, and not a word more.
func missing(body document) Kind {
	var kind Kind
	for _, said := range body.statements() {
		means := refused(said, NotFound)
		if saysNoSuchInstance.MatchString(strings.Join(strings.Fields(nameless.ReplaceAllString(said, "")), " ")) {
			means = NoSuchInstance
		}
		if kind = cmp.Or(kind, means); kind != means {
			return NotFound
		}
	}
	return cmp.Or(kind, NotFound)
}

// nameless finds what a sentence can do without: punctuation, and the id or the name of an instance.
var nameless = regexp.MustCompile(`["'’.:,!]|\b([0-9a-f]{8,}|wawp-[0-9]+)\b`)

// denial is a code, or a sentence in small letters, that says of an instance, or a session, that there is none.
var saysNoSuchInstance = func() *regexp.Regexp {
	const (
		code   = `invalid_instance|(instance|session)_not_found`
		it     = `((the|this|that|given|requested|specified|provided|whatsapp|wawp) )*(instance|session)( id)?`
		withID = ` with ((this|that|the|given|provided) )*id`
		gone   = `(((was|is|could) )?not (be )?found|does(nt| not) exist|no longer exists|(is )?unknown|` +
			`((was|is|has been) )?deleted)`
		found = `( (was )?found| exists|` + withID + `)`
	)
	return regexp.MustCompile(`^(` + code + `|` +
		it + `(` + withID + `)? (is (likely )?incorrect or (` + it + ` )?)?` + gone + `( or ` + gone + `)*|` +
		`(no such|unknown) ` + it + found + `*|no ` + it + found + `+)$`)
}()

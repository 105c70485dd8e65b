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

// Kind is what the end of a request means. [classify] gives each end exactly one kind; "" is a success. errors.Is finds
// the kind of an [Error]: errors.Is(err, wawp.NoSuchInstance).
type Kind string

// The kinds, in three groups. With the first two, the request surely did not reach the server. With the next ones, the
// server surely has done nothing. With the last four, it may have acted.
const (
	// Unsendable is a request that cannot be sent, now or later: a certificate is not trusted, or its turn comes too
	// late.
	Unsendable Kind = "cannot be sent"
	// NotSent is a request that did not reach the server, but may do so the next time.
	NotSent Kind = "not sent"

	// BadRequest is a 400: a parameter is missing or wrong, or perhaps the session has the wrong status.
	BadRequest Kind = "bad request"
	// Unauthorized is a 401: the access token is not accepted.
	Unauthorized Kind = "unauthorized"
	// QuotaReached is a 403: the account may have no more instances.
	QuotaReached Kind = "quota reached"
	// SubscriptionRequired is a 403: the account has no paid plan.
	SubscriptionRequired Kind = "subscription required"
	// NoSuchInstance is a 404 that can only mean that there is no instance with this id.
	NoSuchInstance Kind = "no such instance"
	// NotFound is any other 404, or a 405: something else is missing, or this is not the API.
	NotFound Kind = "not found"
	// InvalidSession is the code invalid_session: the instance is gone, or only its phone (API.md 2).
	InvalidSession Kind = "invalid session"
	// Conflict is a 409, a 422, or the code qr_not_available: the request does not fit the status of the session.
	Conflict Kind = "conflict"
	// TooManyRequests is a 429.
	TooManyRequests Kind = "too many requests"
	// Refused is any other 4xx, or a 2xx that says that a message was not sent.
	Refused Kind = "refused"
	// Redirect is a 3xx, which is never followed.
	Redirect Kind = "redirect"

	// ServerFault is a 5xx of the API itself.
	ServerFault Kind = "server fault"
	// GatewayFault is a 502, 503, 504 or 408: a proxy in front of the API gave up.
	GatewayFault Kind = "gateway fault"
	// NoAnswer is a request that was sent and got no whole answer.
	NoAnswer Kind = "no answer"
	// Unreadable is a 2xx whose body is an error or cannot be understood.
	Unreadable Kind = "unreadable"
)

// Error makes a kind a target of errors.Is.
func (k Kind) Error() string { return string(k) }

// OutcomeUnknown says whether the server may have carried out the request, although its answer does not show that.
func (k Kind) OutcomeUnknown() bool {
	return slices.Contains([]Kind{ServerFault, GatewayFault, NoAnswer, Unreadable}, k)
}

// IsTransient says whether the same request may well succeed a little later: a fault may have passed, the session may
// be in another status, or an engine may have restarted (API.md 3).
func (k Kind) IsTransient() bool {
	return k.OutcomeUnknown() || k.Untimely() || k.Missing() || k == NotFound || k == NotSent || k == TooManyRequests
}

// Untimely says whether the request may have come at the wrong moment, because the session is not in the status that
// the request needs. How Wawp answers then is not documented (API.md 9).
func (k Kind) Untimely() bool { return k == Conflict || k == BadRequest }

// Missing says whether there seems to be no such session. It is no proof: see [Client.Find].
func (k Kind) Missing() bool { return k == NoSuchInstance || k == InvalidSession }

// KindOf returns the kind of an error. It returns "" for nil, and for an error that is not from this package.
func KindOf(err error) Kind {
	if e := (*Error)(nil); errors.As(err, &e) {
		return e.Kind
	}
	return ""
}

// OutcomeUnknown says the same of an error as [Kind.OutcomeUnknown] says of its kind.
func OutcomeUnknown(err error) bool { return KindOf(err).OutcomeUnknown() }

// classify returns the kind of an outcome; "" for a success.
func classify(end outcome) Kind {
	if end.err != nil {
		return unanswered(end)
	}
	if end.status/100 == 2 {
		return "" // a decoder judges its body
	}
	body := parse(end.body)
	e := body.apiError()
	code := strings.ToLower(e.code)
	switch end.status {
	case http.StatusBadRequest:
		return refused(code, BadRequest)
	case http.StatusUnauthorized:
		return Unauthorized
	case http.StatusForbidden:
		return forbidden(code, e.message)
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
	return Unreadable // not a status of HTTP
}

// unanswered returns the kind of an outcome without a whole answer.
func unanswered(end outcome) Kind {
	if !end.sent {
		return unsent(end.err)
	}
	if errors.Is(end.err, errTooLong) {
		return Unreadable
	}
	return NoAnswer
}

// unsent returns the kind of a request that did not reach the server.
func unsent(err error) Kind {
	var certificate *tls.CertificateVerificationError
	if errors.As(err, &certificate) || errors.Is(err, ErrNoTurn) || errors.Is(err, errNotBuilt) ||
		errors.Is(err, context.Canceled) {
		return Unsendable
	}
	return NotSent
}

// refused returns the kind of a refusal. Some codes mean the same with every HTTP status; with any other code, the kind
// is otherwise.
func refused(code string, otherwise Kind) Kind {
	switch code {
	case "invalid_session":
		return InvalidSession
	case "qr_not_available":
		return Conflict
	}
	return otherwise
}

// forbidden returns the kind of a 403.
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

// missing returns the kind of a 404. It tells the 404 of an instance from that of a link, a policy, a proxy or a web
// framework (API.md 2). The kind is NotFound unless all statements of the body mean the same. The statements are its
// codes, at any depth; if there is no code but not_found, they are its messages. A message means NoSuchInstance only if
// it says nothing else.
func missing(body document) Kind {
	var kind Kind
	for _, statement := range body.statements() {
		means := refused(statement, NotFound)
		if saysNoSuchInstance.MatchString(strings.Join(strings.Fields(fillers.ReplaceAllString(statement, "")), " ")) {
			means = NoSuchInstance
		}
		kind = cmp.Or(kind, means)
		if kind != means {
			return NotFound
		}
	}
	return cmp.Or(kind, NotFound)
}

// fillers matches parts of a message that do not change its meaning: punctuation, and the id or name of an instance.
var fillers = regexp.MustCompile(`["'’.:,!]|\b([0-9a-f]{8,}|wawp-[0-9]+)\b`)

// saysNoSuchInstance matches a code, or a sentence in lower case, that says that there is no such instance or session.
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

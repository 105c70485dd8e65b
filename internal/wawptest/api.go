// Package wawptest is a simulated Wawp API: an http.Handler with state, for tests and for trying the provider. It
// refuses requests that are not in the documented form, simulates faults of servers and networks, and records its
// requests.
//
// Each object of the API has a file with its endpoints. internal/wawp/API.md says where the facts come from, and
// which of them are guesses.
package wawptest

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// DefaultToken is the access token that is accepted if Config names no other.
const DefaultToken = "wawptest-token"

// Config is the kind of account and of server that the API simulates. The zero value is an account without an active
// plan and without a quota, on a server that answers at once.
type Config struct {
	// Token is the access token that is accepted; default DefaultToken.
	Token string
	// Quota is the most instances that the account may have; 0 is no limit.
	Quota int
	// Paid gives the account an active plan, and with it webhooks and the paid rate limit policies; SetPaid changes it.
	Paid bool
	// Now is the clock for everything except Latency and WriteRace; default time.Now.
	Now func() time.Time
	// BootTime is how long a session stays STARTING, by the clock. Then it becomes WORKING, if a phone is linked, or
	// SCAN_QR_CODE. By default that happens at the next request.
	BootTime time.Duration
	// PairAfter is the time, by the clock, from the first QR code, pairing code or link of a session in SCAN_QR_CODE
	// until a phone pairs with it by itself; default never.
	PairAfter time.Duration
	// Latency is the real time between carrying out a request and answering it; default none.
	Latency time.Duration
	// WriteRace is the real time between reading and writing the list of webhooks in a request that changes it. The
	// request overwrites changes that others make meanwhile. Default none: writes follow each other.
	WriteRace time.Duration
	// Secrets says how the answers show the secret of a webhook: "" not at all, "masked" or "shown".
	Secrets string
	// SystemListed also lists the system webhook among the session's webhooks.
	SystemListed bool
	// Queue makes the answers to messages say that they are queued, not sent.
	Queue bool
	// Created is the status of a new session: "STOPPED" (default) or "STARTING".
	Created string
	// Endpoints are the only endpoints that exist, like "POST /v2/session/create". The others answer like an unknown
	// route. nil means all endpoints.
	Endpoints []string
}

// API is the simulated API of one account. It is an http.Handler and safe for concurrent use.
type API struct {
	config Config
	pause  func(time.Duration) // waits for Config.WriteRace

	mu       sync.Mutex // guards what follows
	paid     bool       // whether the account has an active plan
	sessions []*session // in order of creation
	messages []Message  // in order of sending
	faults   []*fault   // in order of injection
	choose   func(Request) Fault
	requests []*Request // in order of arrival
	arrived  chan struct{}

	deletedWhileLinked []Session // in order of deletion

	qrCodes, pairingCodes, links issuedSecrets
}

// New returns an account without sessions.
func New(config Config) *API {
	config.Token = cmp.Or(config.Token, DefaultToken)
	config.Created = cmp.Or(config.Created, statusStopped)
	if config.Now == nil {
		config.Now = time.Now
	}
	return &API{
		config:  config,
		pause:   func(d time.Duration) { <-time.After(d) },
		paid:    config.Paid,
		arrived: make(chan struct{}),

		qrCodes: issuedSecrets{}, pairingCodes: issuedSecrets{}, links: issuedSecrets{},
	}
}

// SetPaid begins or ends an active plan. Without one, webhooks and policies stay as they are, but webhooks cannot be
// read or changed.
func (a *API) SetPaid(paid bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.paid = paid
}

// SetToken replaces the access token of the account.
func (a *API) SetToken(token string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.config.Token = token
}

// ServeHTTP records a request, then answers it as the API would, or as an injected Fault says.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	request, fault, whole := a.arrive(r)
	if !whole || fault.Hold != nil && !await(r.Context(), fault.Hold) {
		return
	}
	result := fault.answer(func() answer { return a.act(request, fault) })
	if fault.Withhold != nil && !await(r.Context(), fault.Withhold) {
		return
	}
	if a.config.Latency > 0 && !await(r.Context(), time.After(a.config.Latency)) {
		return
	}
	if fault.Drop {
		drop(w)
		return
	}
	if r.Context().Err() != nil {
		return // the client has gone
	}
	a.answered(request, result.status)
	w.Header().Set("Date", a.config.Now().UTC().Format(http.TimeFormat))
	result.write(w, fault.Cut)
}

// await waits for a channel, and reports whether the client is still there.
func await[T any](ctx context.Context, ready <-chan T) bool {
	select {
	case <-ready:
	case <-ctx.Done():
	}
	return ctx.Err() == nil
}

// objects are the objects of the API, each with those of its endpoints that the provider calls, by method and path. A
// path may have parameters in braces, such as /v2/labels/{id}: see call.values.
var objects = []map[string]endpoint{
	sessionEndpoints, authEndpoints, rateLimitEndpoints, tempLinkEndpoints, webhookEndpoints, messageEndpoints,
}

// endpoint is one method and path of the API.
type endpoint struct {
	account  bool // is about the account, not a session: takes no instance_id
	paid     bool // is for accounts with an active plan
	bareBody bool // takes the credentials in the query only, even with a body
	// documented parameters beside the credentials: in the body where there is one, else in the query
	params []string
	do     func(*API, call) answer // called with the API locked
}

// call is a request that has passed every check.
type call struct {
	*Request
	session *session          // the one it is about; nil for an endpoint of the account
	values  map[string]string // the values of the parameters in the path
}

// act carries out a request, and returns the answer of the API. It applies the parts of the fault that concern the
// session: Flap and Age.
func (a *API) act(r *Request, fault Fault) answer {
	e, values, ok := a.route(r)
	if !ok {
		return reply(http.StatusNotFound, object{
			"code":    "rest_no_route",
			"message": "No route was found matching the URL and request method.",
			"data":    object{"status": http.StatusNotFound},
		})
	}
	if complaint := e.check(r); complaint != nil {
		return *complaint
	}

	a.mu.Lock()
	defer a.mu.Unlock()
	if r.Query.Get(accessToken) != a.config.Token {
		return refuse(http.StatusUnauthorized, "invalid_access_token", "The access token is invalid.")
	}
	if e.account {
		return a.carryOut(e, call{Request: r, values: values})
	}
	s := a.find(r.Query.Get(instanceID))
	if s == nil {
		return refuse(http.StatusNotFound, "invalid_instance",
			"The instance ID is incorrect or the instance was deleted.")
	}
	if e.paid && !a.paid {
		return needsPlan("This feature needs an active plan.")
	}
	s.beginFlap(fault.Flap)
	r.SessionStatus = s.Status
	if r.Method == http.MethodGet {
		s = s.versionAt(a.config.Now().Add(-fault.Age))
	} else {
		s.saveVersion(a.config.Now())
	}
	return a.carryOut(e, call{Request: r, session: s, values: values})
}

// carryOut runs an endpoint, and notes whether the API did what the request asks for.
func (a *API) carryOut(e endpoint, c call) answer {
	result := e.do(a, c)
	c.CarriedOut = result.status < 300
	return result
}

// route finds the endpoint that a request is for, and the values of the parameters in its path.
func (a *API) route(r *Request) (endpoint, map[string]string, bool) {
	for _, endpoints := range objects {
		for name, e := range endpoints {
			values, ok := match(name, r.Method+" "+r.Path)
			if ok && (a.config.Endpoints == nil || slices.Contains(a.config.Endpoints, name)) {
				return e, values, true
			}
		}
	}
	return endpoint{}, nil, false
}

// match says whether a method and path are those of an endpoint, and returns the values of the parameters in its path.
func match(endpoint, name string) (map[string]string, bool) {
	want, got, values := strings.Split(endpoint, "/"), strings.Split(name, "/"), map[string]string{}
	for i, segment := range want {
		switch isParameter := strings.HasPrefix(segment, "{"); {
		case len(got) != len(want), !isParameter && got[i] != segment, got[i] == "":
			return nil, false
		case isParameter:
			values[strings.Trim(segment, "{}")] = got[i]
		}
	}
	return values, true
}

// The names of the credentials, in the query and in a body.
const (
	accessToken = "access_token"
	instanceID  = "instance_id"
)

// check refuses a request that is not in its documented form (internal/wawp/API.md, section 1), in details that the
// real API may accept, too. A client that deviates fails here first. It returns nil if the request is in order.
func (e endpoint) check(r *Request) *answer {
	credentials := []string{accessToken, instanceID}
	if e.account {
		credentials = credentials[:1]
	}
	withBody := r.Method == http.MethodPost || r.Method == http.MethodPatch
	inQuery, inBody := credentials, slices.Concat(credentials, e.params)
	switch {
	case e.bareBody:
		inBody = e.params
	case !withBody:
		inQuery, inBody = inBody, inQuery
	}

	// net/http sends a request with this header again by itself, which must not happen to a create.
	if _, ok := r.Header["Idempotency-Key"]; ok {
		return complain("unexpected_header", "The header Idempotency-Key is not supported.")
	}
	for key, values := range r.Query {
		if !slices.Contains(inQuery, key) {
			return complain("unknown_param", "The query parameter %q is not known.", key)
		}
		if len(values) > 1 {
			return complain("repeated_param", "The query parameter %q is repeated.", key)
		}
	}
	if withBody && !r.saysJSON() {
		unsupported := refuse(http.StatusUnsupportedMediaType, "unsupported_media_type",
			"The body must be "+jsonType+".")
		return &unsupported
	}
	if withBody && r.Body == nil {
		return complain("invalid_json", "The body must be a JSON object.")
	}
	for key, value := range r.Body {
		if !slices.Contains(inBody, key) {
			return complain("unknown_param", "The parameter %q of the body is not known.", key)
		}
		if r.Query.Has(key) && value != r.Query.Get(key) {
			return complain("param_mismatch", "The parameter %q differs between query and body.", key)
		}
	}
	for _, key := range credentials {
		if r.Query.Get(key) == "" || withBody && !e.bareBody && r.Body[key] == nil {
			return complain("missing_param", "The parameter %q is required.", key)
		}
	}
	return nil
}

const jsonType = "application/json"

func (r Request) saysJSON() bool {
	mediaType, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return mediaType == jsonType
}

// object is a JSON object.
type object = map[string]any

// answer is an HTTP answer.
type answer struct {
	status      int
	contentType string // "" is none
	header      http.Header
	body        []byte
}

// reply is an answer with a JSON body.
func reply(status int, body any) answer {
	return answer{status: status, contentType: jsonType, body: encode(body)}
}

// encode returns a value as JSON. It panics if the value is not one, which is a mistake of a test.
func encode(body any) []byte {
	encoded, err := json.Marshal(body)
	if err != nil {
		panic(fmt.Sprintf("wawptest: an answer that is not JSON: %v", err))
	}
	return encoded
}

// refuse is an error in the API's own form (internal/wawp/API.md, section 2).
func refuse(status int, code, message string) answer {
	return reply(status, object{"code": code, "message": message})
}

// needsPlan refuses a request that needs an active plan.
func needsPlan(message string) answer {
	return refuse(http.StatusForbidden, "subscription_required", message)
}

// complain refuses a malformed request.
func complain(code, format string, args ...any) *answer {
	complaint := refuse(http.StatusBadRequest, code, fmt.Sprintf(format, args...))
	return &complaint
}

// write sends the answer. If cut, it declares the full length but sends the first half, and net/http ends the
// connection.
func (a answer) write(w http.ResponseWriter, cut bool) {
	w.Header()["Content-Type"] = nil // net/http must not guess one
	if a.contentType != "" {
		w.Header().Set("Content-Type", a.contentType)
	}
	for key, values := range a.header {
		w.Header()[http.CanonicalHeaderKey(key)] = values
	}
	if cut {
		w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
		a.body = a.body[:len(a.body)/2]
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body) // Fails only if the client has gone.
}

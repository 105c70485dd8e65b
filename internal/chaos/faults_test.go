//go:build linux

package chaos_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

// The operations of the API, as faults and rules name them.
const (
	opCreate      = "POST /v2/session/create"
	opInfo        = "POST /v2/session/info"
	opStart       = "POST /v2/session/start"
	opStop        = "POST /v2/session/stop"
	opRestart     = "POST /v2/session/restart"
	opLogout      = "POST /v2/session/logout"
	opDelete      = "DELETE /v2/session/delete"
	opGetPolicy   = "GET /v2/session/rate-limit"
	opSetPolicy   = "PATCH /v2/session/rate-limit"
	opGetLink     = "GET /v2/session/temp-link"
	opMakeLink    = "POST /v2/session/temp-link"
	opRevokeLinks = "DELETE /v2/session/temp-link"
	opListHooks   = "GET /v2/session/webhook"
	opSetHook     = "POST /v2/webhook/set"
	opUpdateHook  = "PATCH /v2/webhook/update"
	opDeleteHook  = "DELETE /v2/webhook/delete"
	opQR          = "POST /v2/auth/qr"
	opCode        = "POST /v2/auth/request-code"
	opSend        = "POST /v2/send/text"
)

var operations = []string{
	opCreate, opInfo, opStart, opStop, opRestart, opLogout, opDelete, opGetPolicy, opSetPolicy, opGetLink, opMakeLink,
	opRevokeLinks,
	opListHooks, opSetHook, opUpdateHook, opDeleteHook, opQR, opCode, opSend,
}

// createOutcome says whether a create with a fault made a session.
type createOutcome int

const (
	maybeCreated  createOutcome = iota // the client cannot know
	refusedForNow                      // no session was made, and the create may be sent again
	notCreated                         // no session was made
	createdWithID                      // a session was made, and the answer has its id
)

// fault is a way in which a request fails. make returns the fault for the simulated API; the body of an error repeats
// echo, which holds the token.
type fault struct {
	name    string
	outcome createOutcome
	make    func(echo string) wawptest.Fault
}

// The faults that a faultPlan names.
const (
	slowAnswer       = "slow"
	transientAbsence = "404 that passes"
	unknownRoute     = "404 of another route"
	staleAnswer      = "an old answer from a cache"
	flapPrefix       = "flap: " // followed by the statuses
)

// The durations of transient faults. They are shorter than the provider's pause before a second look, so the provider
// must outlast them.
const (
	absenceDuration = 2 * time.Second // for which an instance is unknown, as while a server restarts
	staleAnswerAge  = 4 * time.Second // of the answer to a GET
)

var faults = append([]fault{
	{"dropped, not carried out", maybeCreated, func(string) wawptest.Fault { return wawptest.Fault{Drop: true} }},
	{"dropped, carried out", maybeCreated, func(string) wawptest.Fault {
		return wawptest.Fault{Drop: true, Act: true}
	}},
	{
		"stalled, not carried out", maybeCreated,
		func(string) wawptest.Fault { return wawptest.Fault{Hold: make(chan struct{})} },
	},
	{
		"stalled, carried out", maybeCreated,
		func(string) wawptest.Fault { return wawptest.Fault{Withhold: make(chan struct{})} },
	},
	{slowAnswer, createdWithID, func(string) wawptest.Fault {
		return wawptest.Fault{Withhold: closedAfter(time.Second)}
	}},
	{"429", refusedForNow, func(echo string) wawptest.Fault { return apiError(429, echo) }},
	{"429 for 1 s", refusedForNow, func(echo string) wawptest.Fault {
		return withRetryAfter(apiError(429, echo), "1")
	}},
	{
		"429 for 1 h",
		refusedForNow,
		func(echo string) wawptest.Fault { return withRetryAfter(apiError(429, echo), "3600") },
	},
	{"500", maybeCreated, func(echo string) wawptest.Fault { return apiError(500, echo) }},
	{"500 after", maybeCreated, func(echo string) wawptest.Fault { return withEffect(apiError(500, echo)) }},
	{"502 in HTML", maybeCreated, func(echo string) wawptest.Fault { return htmlError(502, echo) }},
	{"502 in HTML after", maybeCreated, func(echo string) wawptest.Fault { return withEffect(htmlError(502, echo)) }},
	{"503", maybeCreated, func(echo string) wawptest.Fault { return apiError(503, echo) }},
	{"503 after", maybeCreated, func(echo string) wawptest.Fault { return withEffect(apiError(503, echo)) }},
	{"301", notCreated, func(echo string) wawptest.Fault { return redirect(301, echo) }},
	{"308", notCreated, func(echo string) wawptest.Fault { return redirect(308, echo) }},
	{"401", notCreated, func(echo string) wawptest.Fault { return apiError(401, echo) }},
	{"409", notCreated, func(echo string) wawptest.Fault { return apiError(409, echo) }},
	{"422", notCreated, func(echo string) wawptest.Fault { return apiError(422, echo) }},
	{"404 of another server", notCreated, func(echo string) wawptest.Fault { return htmlError(404, echo) }},
	{
		unknownRoute,
		notCreated,
		func(string) wawptest.Fault { return notFoundError("rest_no_route", "No route was found.") },
	},
	{
		transientAbsence,
		notCreated,
		func(string) wawptest.Fault { return notFoundError("invalid_instance", "The instance was deleted.") },
	},
	{"an error as 200", maybeCreated, func(echo string) wawptest.Fault { return apiError(200, echo) }},
	{"empty body", maybeCreated, func(string) wawptest.Fault { return wawptest.Fault{Status: 200, Act: true} }},
	{"204", maybeCreated, func(string) wawptest.Fault { return wawptest.Fault{Status: 204, Act: true} }},
	{"true for values", maybeCreated, func(string) wawptest.Fault {
		return valueReshape(func(any) any { return true })
	}},
	{
		"lists for values", maybeCreated,
		func(string) wawptest.Fault { return valueReshape(func(value any) any { return []any{value} }) },
	},
	{"null for values", maybeCreated, func(string) wawptest.Fault {
		return valueReshape(func(any) any { return nil })
	}},
	{"a list for the object", createdWithID, func(string) wawptest.Fault {
		return wawptest.Fault{Reshape: func(answer map[string]any) any { return []any{answer} }}
	}},
	{
		"wrapped in data", createdWithID,
		func(string) wawptest.Fault { return wawptest.Fault{Reshape: wawptest.Wrap("data")} },
	},
	{"wrapped twice", createdWithID, func(string) wawptest.Fault {
		return wawptest.Fault{Reshape: wawptest.Wrap("result",
			"session")}
	}},
	{"camel case", createdWithID, func(string) wawptest.Fault {
		return wawptest.Fault{Reshape: wawptest.Rename("instance_id", "instanceId")}
	}},
	{"the token in config", createdWithID, func(echo string) wawptest.Fault {
		return wawptest.Fault{Reshape: wawptest.Set("config",
			map[string]any{"metadata": map[string]any{"access_token": echo}})}
	}},
	{"text around the JSON", createdWithID, func(string) wawptest.Fault {
		return bodyRewrite(func(body string) string {
			return "\ufeff\ufeff<b>Notice</b>: Undefined index {0}\n" + body + "\x00\x00"
		})
	}},
	{"wrong Content-Encoding", createdWithID, func(string) wawptest.Fault {
		return wawptest.Fault{Header: http.Header{"Content-Encoding": {"gzip"}}}
	}},
	{staleAnswer, createdWithID, func(string) wawptest.Fault { return wawptest.Fault{Age: staleAnswerAge} }},
}, slices.Concat(flapFaults(), truncationFaults(), unrelated404Faults())...)

// flapFaults are sessions that show other statuses for a few requests, one status a request. No status lasts for so
// many requests that the provider may believe it.
func flapFaults() []fault {
	var all []fault
	for _, statuses := range []string{
		"STARTING", "STARTING STARTING STARTING", "STOPPED STOPPED STARTING", "STOPPED STOPPED STOPPED STOPPED",
		"SCAN_QR_CODE",
		"STARTING SCAN_QR_CODE", "STOPPED STARTING SCAN_QR_CODE STARTING",
	} {
		all = append(all, fault{flapPrefix + statuses, createdWithID, func(string) wawptest.Fault {
			return wawptest.Fault{Flap: strings.Fields(statuses)}
		}})
	}
	return all
}

func (f *fault) isFlap() bool { return f != nil && strings.HasPrefix(f.name, flapPrefix) }

// appliesTo reports whether an operation can have the fault: only a GET has a cached answer, and a create has no
// session that flaps.
func (f *fault) appliesTo(op string) bool {
	return (f.name != staleAnswer || strings.HasPrefix(op, http.MethodGet)) && (!f.isFlap() || op != opCreate)
}

// truncationFaults are answers that end early, at each place that matters. An answer that is cut behind the id still
// has the id.
func truncationFaults() []fault {
	var all []fault
	for _, n := range []int{
		0, 1, 20, len(`{"instance_id":"3EB0BCB2E3D4`), len(`{"instance_id":"3EB0BCB2E3D4"`), 50,
		90,
	} {
		outcome := maybeCreated
		if n >= len(`{"instance_id":"3EB0BCB2E3D4"`) {
			outcome = createdWithID
		}
		all = append(all, fault{fmt.Sprintf("cut off after %d bytes", n), outcome, func(string) wawptest.Fault {
			f := bodyRewrite(func(body string) string { return body[:min(n, len(body))] })
			f.Header = http.Header{"Content-Length": {"100000"}}
			return f
		}})
	}
	return all
}

// unrelated404Faults are 404s in the API's own form that are about something else than the instance. Some say so in
// their code, others in their message. See internal/wawp/API.md, section 2.
func unrelated404Faults() []fault {
	var all []fault
	for _, code := range []string{
		"server_not_found", "ResourceNotFound", "tenant_not_found", "wawp_upstream_error",
		"of_tomorrow",
	} {
		all = append(all, fault{
			"404 " + code, notCreated,
			func(string) wawptest.Fault { return notFoundError(code, "The session was not found.") },
		})
	}
	for _, message := range []string{
		"No handler for session/info", "Class SessionController does not exist",
		"Your login session has expired",
	} {
		for _, code := range []string{"not_found", ""} {
			name := fmt.Sprintf("404 %s: %s", cmp.Or(code, "without a code"), message)
			all = append(all, fault{
				name, notCreated,
				func(string) wawptest.Fault { return notFoundError(code, message) },
			})
		}
	}
	return all
}

// notFoundError is a 404 in the API's own form; an empty code is left out.
func notFoundError(code, message string) wawptest.Fault {
	fields := map[string]string{"code": code, "message": message}
	if code == "" {
		delete(fields, "code")
	}
	body, _ := json.Marshal(fields)
	return wawptest.Fault{Status: 404, Body: string(body)}
}

// closedAfter returns a channel that is closed after a time.
func closedAfter(d time.Duration) <-chan struct{} {
	over := make(chan struct{})
	time.AfterFunc(d, func() { close(over) })
	return over
}

// bodyRewrite changes the body of an answer.
func bodyRewrite(change func(string) string) wawptest.Fault {
	return wawptest.Fault{Rewrite: func(body []byte) []byte { return []byte(change(string(body))) }}
}

// apiError is an error in the API's own form.
func apiError(status int, echo string) wawptest.Fault {
	body, _ := json.Marshal(map[string]any{"code": "wawp_upstream_error", "message": "It failed: " + echo})
	return wawptest.Fault{Status: status, Body: string(body)}
}

// htmlError is an error page of a proxy.
func htmlError(status int, echo string) wawptest.Fault {
	return wawptest.Fault{
		Status: status, Body: "<html><body>" + echo + "</body></html>",
		Header: http.Header{"Content-Type": {"text/html"}},
	}
}

func redirect(status int, echo string) wawptest.Fault {
	f := htmlError(status, echo)
	f.Header.Set("Location", "https://elsewhere.test/v2?access_token="+url.QueryEscape(echo))
	return f
}

// withRetryAfter adds the header Retry-After, in seconds.
func withRetryAfter(f wawptest.Fault, retryAfter string) wawptest.Fault {
	f.Header = http.Header{"Retry-After": {retryAfter}}
	return f
}

// withEffect makes the API carry out the request before it answers with the fault.
func withEffect(f wawptest.Fault) wawptest.Fault {
	f.Act = true
	return f
}

// valueReshape changes every value of a successful answer.
func valueReshape(change func(any) any) wawptest.Fault {
	return wawptest.Fault{Reshape: func(answer map[string]any) any {
		for key, value := range answer {
			answer[key] = change(value)
		}
		return answer
	}}
}

// faultPlan says which requests of a step fail, and how. The zero value has no faults.
type faultPlan struct {
	seed      uint64
	step      int
	percent   int      // how many of 100 requests fail
	maxFaults int      // how many requests fail at most
	only      string   // the operation that fails; "" is every operation
	kinds     []string // the names of the faults
	dropsIdle bool     // the server closes idle connections
}

const (
	defaultMaxFaults = 25 // limits the time that a step takes
	allButCreate     = "all but " + opCreate
)

// newFaultPlan draws a plan: no faults, or all kinds of faults, or one kind on one operation or on all.
func newFaultPlan(rng *rand.Rand, seed uint64, step int) faultPlan {
	p := faultPlan{seed: seed, step: step, maxFaults: defaultMaxFaults, dropsIdle: chance(rng, 15)}
	switch n := rng.IntN(100); {
	case n < 15:
	case n < 42:
		p.percent, p.kinds = 5+rng.IntN(35), faultNames(faults)
	case n < 47:
		p.percent, p.maxFaults, p.only, p.kinds = 100, 1000, opCreate, []string{slowAnswer}
	case n < 52:
		p.percent, p.maxFaults, p.only, p.kinds = 100, 1000, allButCreate, []string{unknownRoute}
	case n < 58:
		p.percent, p.maxFaults, p.kinds = 30+rng.IntN(71), 1000, []string{transientAbsence}
	case n < 70:
		p.percent, p.maxFaults, p.kinds = 30+rng.IntN(71), 1000, faultNames(flapFaults())
	case n < 76:
		p.percent, p.maxFaults, p.kinds = 30+rng.IntN(71), 1000, []string{staleAnswer}
	default:
		p.percent = 30 + rng.IntN(71)
		p.only, p.kinds = pick(rng, operations), []string{pick(rng, faults).name}
		if chance(rng, 50) {
			p.only = pick(rng, operations[:3]) // on which most depends
		}
	}
	return p
}

func (p faultPlan) String() string {
	description := "no faults"
	if p.percent > 0 {
		what := map[int]string{1: p.kinds[0], len(flapFaults()): "sessions flap"}[len(p.kinds)]
		description = fmt.Sprintf("%d %% of %s: %s", p.percent, cmp.Or(p.only, "all requests"),
			cmp.Or(what, "any fault"))
	}
	if p.dropsIdle {
		description += ", connections are dropped"
	}
	return description
}

// offersCreateOnly reports whether the server knows no route but that of a create.
func (p faultPlan) offersCreateOnly() bool {
	return p.only == allButCreate && slices.Equal(p.kinds, []string{unknownRoute})
}

// at returns the fault of the nth request for an operation, nil for none. The result depends on the plan, the operation
// and nth alone, so the order in which parallel requests arrive changes little.
func (p faultPlan) at(op string, nth int) *fault {
	if p.percent == 0 || p.only == allButCreate && op == opCreate || p.only != "" && p.only != allButCreate &&
		p.only != op {
		return nil
	}
	hash := fnv.New64a()
	fmt.Fprint(hash, p.seed, "/", p.step, "/", op, "/", nth)
	rng := rand.New(rand.NewPCG(p.seed, hash.Sum64()))
	if rng.IntN(100) >= p.percent {
		return nil
	}
	if f := faultByName(pick(rng, p.kinds)); f.appliesTo(op) {
		return f
	}
	return nil
}

func faultNames(all []fault) []string {
	var names []string
	for _, f := range all {
		names = append(names, f.name)
	}
	return names
}

func faultByName(name string) *fault {
	return &faults[slices.IndexFunc(faults, func(f fault) bool { return f.name == name })]
}

// apiRequest is a request that arrived at the simulated API, and its result.
type apiRequest struct {
	op                   string
	id                   string // of the instance
	url                  string // of the webhook
	fault                *fault // nil is none
	status               int
	sessionStatus        string // the status of the session when the request arrived
	carriedOut           bool   // the API did what the request asks for; its answer may say otherwise
	answeredAtDisruption bool   // its answer came at most stateWriteDelay before disruptedAt
}

// undoneObject returns the name (see [realObject]) of the object that the request deletes, revokes or unlinks; "" is
// none.
func (r apiRequest) undoneObject() string {
	switch r.op {
	case opDelete:
		return r.id
	case opLogout:
		return phoneName(r.id)
	case opDeleteHook:
		return webhookName(r.id, r.url)
	}
	return ""
}

// faultRun chooses the faults of one run of the CLI, and records its requests.
type faultRun struct {
	plan              faultPlan
	echo              string
	disruption        disruption
	disruptionReached chan struct{}        // closed when the request arrives at which the disruption comes
	disruptionOver    chan struct{}        // closed after the disruption; that request is answered then
	requestCount      map[string]int       // by operation
	absentUntil       map[string]time.Time // by instance: when the API knows it again
	flapped           map[string]bool      // by instance
	requests          []apiRequest
	faultCount        int
	disruptedAt       time.Time // when the signals had been delivered, and a killed CLI had ended; else zero
}

// stateWriteDelay is how long the CLI may take to write a result into its state.
const stateWriteDelay = time.Second

func newFaultRun(plan faultPlan, d disruption, echo string) *faultRun {
	return &faultRun{
		plan: plan, disruption: d, echo: echo,
		disruptionReached: make(chan struct{}), disruptionOver: make(chan struct{}),
		requestCount: map[string]int{}, absentUntil: map[string]time.Time{},
		flapped: map[string]bool{},
	}
}

// choose implements the callback of [wawptest.API.ChooseFaults].
func (fr *faultRun) choose(r wawptest.Request) wawptest.Fault {
	op := r.Method + " " + r.Path
	fr.requestCount[op]++
	request := apiRequest{op: op, id: r.Query.Get("instance_id"), url: r.Query.Get("url")}
	var chosen wawptest.Fault
	if f := fr.limitFault(request.id, fr.plan.at(op, fr.requestCount[op])); f != nil &&
		fr.faultCount < fr.plan.maxFaults {
		fr.faultCount++
		request.fault, chosen = f, f.make(fr.echo)
	}
	fr.requests = append(fr.requests, request)
	if len(fr.requests) == fr.disruption.atRequest {
		close(fr.disruptionReached)
		if fr.disruption.actsFirst {
			chosen.Withhold = cmp.Or(chosen.Withhold, (<-chan struct{})(fr.disruptionOver))
		} else {
			chosen.Hold = cmp.Or(chosen.Hold, (<-chan struct{})(fr.disruptionOver))
		}
	}
	return chosen
}

// limitFault returns the fault of a request for an instance, given the one that the plan chose. In a step, an instance
// is absent for at most one interval, in which all requests get the 404, and it flaps at most once.
func (fr *faultRun) limitFault(id string, f *fault) *fault {
	until, wasAbsent := fr.absentUntil[id]
	switch isAbsence := f != nil && f.name == transientAbsence; {
	case wasAbsent && time.Now().Before(until):
		return faultByName(transientAbsence)
	case isAbsence && wasAbsent:
		return nil
	case isAbsence:
		fr.absentUntil[id] = time.Now().Add(absenceDuration)
	case f.isFlap() && fr.flapped[id]:
		return nil
	case f.isFlap():
		fr.flapped[id] = true
	}
	return f
}

// answeredRequests returns the requests with the statuses of their answers, which recorded has in the same order.
func (fr *faultRun) answeredRequests(recorded []wawptest.Request) []apiRequest {
	for i := range fr.requests {
		answer := recorded[i].AnsweredAt
		fr.requests[i].status = recorded[i].Status
		fr.requests[i].sessionStatus = recorded[i].SessionStatus
		fr.requests[i].carriedOut = recorded[i].CarriedOut
		fr.requests[i].answeredAtDisruption = !answer.IsZero() && answer.Before(fr.disruptedAt) &&
			answer.After(fr.disruptedAt.Add(-stateWriteDelay))
	}
	return fr.requests
}

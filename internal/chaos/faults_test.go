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

// effect is what becomes of a create that fails in a way.
type effect int

const (
	unknown  effect = iota // nobody can tell
	refused                // nothing was made, and it may be sent again
	notMade                // nothing was made
	answered               // it was made, and the answer tells the id
)

// fault is a way in which a request fails. make is given a text that tells the token, for the faults that say
// something.
type fault struct {
	name   string
	create effect
	make   func(echo string) wawptest.Fault
}

// Faults that some weathers are about.
const (
	slow    = "slow"
	passing = "404 that passes"
	noRoute = "404 of another route"
	cached  = "an old answer from a cache"
	flap    = "flap: " // and the statuses
)

// What the provider has to outlast is over within the pause before a second look.
const (
	passesIn = 2 * time.Second // how long an instance is not known, as while a server restarts
	oldest   = 4 * time.Second // how old the answer to a GET is
)

var faults = append([]fault{
	{"dropped before", unknown, func(string) wawptest.Fault { return wawptest.Fault{Drop: true} }},
	{"dropped after", unknown, func(string) wawptest.Fault { return wawptest.Fault{Drop: true, Act: true} }},
	{"stalled before", unknown, func(string) wawptest.Fault { return wawptest.Fault{Hold: make(chan struct{})} }},
	{"stalled after", unknown, func(string) wawptest.Fault { return wawptest.Fault{Withhold: make(chan struct{})} }},
	{slow, answered, func(string) wawptest.Fault { return wawptest.Fault{Withhold: after(time.Second)} }},
	{"429", refused, func(echo string) wawptest.Fault { return complaint(429, echo) }},
	{"429 for 1 s", refused, func(echo string) wawptest.Fault { return later(complaint(429, echo), "1") }},
	{"429 for 1 h", refused, func(echo string) wawptest.Fault { return later(complaint(429, echo), "3600") }},
	{"500", unknown, func(echo string) wawptest.Fault { return complaint(500, echo) }},
	{"500 after", unknown, func(echo string) wawptest.Fault { return done(complaint(500, echo)) }},
	{"502 in HTML", unknown, func(echo string) wawptest.Fault { return page(502, echo) }},
	{"502 in HTML after", unknown, func(echo string) wawptest.Fault { return done(page(502, echo)) }},
	{"503", unknown, func(echo string) wawptest.Fault { return complaint(503, echo) }},
	{"503 after", unknown, func(echo string) wawptest.Fault { return done(complaint(503, echo)) }},
	{"301", notMade, func(echo string) wawptest.Fault { return redirect(301, echo) }},
	{"308", notMade, func(echo string) wawptest.Fault { return redirect(308, echo) }},
	{"401", notMade, func(echo string) wawptest.Fault { return complaint(401, echo) }},
	{"409", notMade, func(echo string) wawptest.Fault { return complaint(409, echo) }},
	{"422", notMade, func(echo string) wawptest.Fault { return complaint(422, echo) }},
	{"404 of another server", notMade, func(echo string) wawptest.Fault { return page(404, echo) }},
	{noRoute, notMade, func(string) wawptest.Fault { return missing("rest_no_route", "No route was found.") }},
	{passing, notMade, func(string) wawptest.Fault { return missing("invalid_instance", "The instance was deleted.") }},
	{"an error as 200", unknown, func(echo string) wawptest.Fault { return complaint(200, echo) }},
	{"empty body", unknown, func(string) wawptest.Fault { return wawptest.Fault{Status: 200, Act: true} }},
	{"204", unknown, func(string) wawptest.Fault { return wawptest.Fault{Status: 204, Act: true} }},
	{"true for values", unknown, func(string) wawptest.Fault { return reshaped(func(any) any { return true }) }},
	{
		"lists for values", unknown,
		func(string) wawptest.Fault { return reshaped(func(value any) any { return []any{value} }) },
	},
	{"null for values", unknown, func(string) wawptest.Fault { return reshaped(func(any) any { return nil }) }},
	{"a list for the object", answered, func(string) wawptest.Fault {
		return wawptest.Fault{Reshape: func(answer map[string]any) any { return []any{answer} }}
	}},
	{
		"wrapped in data", answered,
		func(string) wawptest.Fault { return wawptest.Fault{Reshape: wawptest.Wrap("data")} },
	},
	{"wrapped twice", answered, func(string) wawptest.Fault {
		return wawptest.Fault{Reshape: wawptest.Wrap("result",
			"session")}
	}},
	{"camel case", answered, func(string) wawptest.Fault {
		return wawptest.Fault{Reshape: wawptest.Rename("instance_id", "instanceId")}
	}},
	{"the token told", answered, func(echo string) wawptest.Fault {
		return wawptest.Fault{Reshape: wawptest.Set("config",
			map[string]any{"metadata": map[string]any{"access_token": echo}})}
	}},
	{"something around it", answered, func(string) wawptest.Fault {
		return rewritten(func(body string) string {
			return "\ufeff\ufeff<b>Notice</b>: Undefined index {0}\n" + body + "\x00\x00"
		})
	}},
	{"not as it is encoded", answered, func(string) wawptest.Fault {
		return wawptest.Fault{Header: http.Header{"Content-Encoding": {"gzip"}}}
	}},
	{cached, answered, func(string) wawptest.Fault { return wawptest.Fault{Age: oldest} }},
}, slices.Concat(flaps(), cuts(), otherWords())...)

// flaps are sessions that pass through other statuses, one for each look. No status comes so often in a row that the
// provider has to believe it.
func flaps() []fault {
	var all []fault
	for _, statuses := range []string{
		"STARTING", "STARTING STARTING STARTING", "STOPPED STOPPED STARTING", "STOPPED STOPPED STOPPED STOPPED",
		"SCAN_QR_CODE",
		"STARTING SCAN_QR_CODE", "STOPPED STARTING SCAN_QR_CODE STARTING",
	} {
		all = append(all, fault{flap + statuses, answered, func(string) wawptest.Fault {
			return wawptest.Fault{Flap: strings.Fields(statuses)}
		}})
	}
	return all
}

func (f *fault) isFlap() bool { return f != nil && strings.HasPrefix(f.name, flap) }

// fits says whether there can be such a fault of an operation.
func (f *fault) fits(op string) bool {
	return (f.name != cached || strings.HasPrefix(op, http.MethodGet)) && (!f.isFlap() || op != opCreate)
}

// cuts are answers that break off anywhere. What is cut behind the id tells it.
func cuts() []fault {
	var all []fault
	for _, n := range []int{
		0, 1, 20, len(`{"instance_id":"3EB0BCB2E3D4`), len(`{"instance_id":"3EB0BCB2E3D4"`), 50,
		90,
	} {
		does := unknown
		if n >= len(`{"instance_id":"3EB0BCB2E3D4"`) {
			does = answered
		}
		all = append(all, fault{fmt.Sprintf("cut off after %d bytes", n), does, func(string) wawptest.Fault {
			f := rewritten(func(body string) string { return body[:min(n, len(body))] })
			f.Header = http.Header{"Content-Length": {"100000"}}
			return f
		}})
	}
	return all
}

// otherWords are 404s of the API itself that speak of something else than the instance: by their code, whatever the
// message says, or by the message.
func otherWords() []fault {
	var all []fault
	for _, code := range []string{
		"server_not_found", "ResourceNotFound", "tenant_not_found", "wawp_upstream_error",
		"of_tomorrow",
	} {
		all = append(all, fault{
			"404 " + code, notMade,
			func(string) wawptest.Fault { return missing(code, "The session was not found.") },
		})
	}
	for _, message := range []string{
		"No handler for session/info", "Class SessionController does not exist",
		"Your login session has expired",
	} {
		for _, code := range []string{"not_found", ""} {
			name := fmt.Sprintf("404 %s: %s", cmp.Or(code, "without a code"), message)
			all = append(all, fault{name, notMade, func(string) wawptest.Fault { return missing(code, message) }})
		}
	}
	return all
}

func missing(code, message string) wawptest.Fault {
	said := map[string]string{"code": code, "message": message}
	if code == "" {
		delete(said, "code")
	}
	body, _ := json.Marshal(said)
	return wawptest.Fault{Status: 404, Body: string(body)}
}

func after(d time.Duration) <-chan struct{} {
	over := make(chan struct{})
	time.AfterFunc(d, func() { close(over) })
	return over
}

func rewritten(change func(string) string) wawptest.Fault {
	return wawptest.Fault{Rewrite: func(body []byte) []byte { return []byte(change(string(body))) }}
}

// complaint is an error in the API's own form.
func complaint(status int, echo string) wawptest.Fault {
	body, _ := json.Marshal(map[string]any{"code": "wawp_upstream_error", "message": "It failed: " + echo})
	return wawptest.Fault{Status: status, Body: string(body)}
}

// page is an error of a server in between.
func page(status int, echo string) wawptest.Fault {
	return wawptest.Fault{
		Status: status, Body: "<html><body>" + echo + "</body></html>",
		Header: http.Header{"Content-Type": {"text/html"}},
	}
}

func redirect(status int, echo string) wawptest.Fault {
	f := page(status, echo)
	f.Header.Set("Location", "https://elsewhere.test/v2?access_token="+url.QueryEscape(echo))
	return f
}

func later(f wawptest.Fault, retryAfter string) wawptest.Fault {
	f.Header = http.Header{"Retry-After": {retryAfter}}
	return f
}

// done has the request do what it asks for all the same.
func done(f wawptest.Fault) wawptest.Fault {
	f.Act = true
	return f
}

// reshaped changes every value of a successful answer.
func reshaped(change func(any) any) wawptest.Fault {
	return wawptest.Fault{Reshape: func(answer map[string]any) any {
		for key, value := range answer {
			answer[key] = change(value)
		}
		return answer
	}}
}

// faultPlan says which requests of a step fail, and how. The zero value is calm.
type faultPlan struct {
	seed    uint64
	step    int
	percent int      // of the requests fail
	most    int      // so many fail
	only    string   // fails, "" is every operation
	kinds   []string // by name
	drops   bool     // the server drops connections that are kept
}

const (
	mostFaults   = 25 // bounds the time that a step takes
	allButCreate = "all but " + opCreate
)

// newWeather is calm, or mixed, or one kind of fault on one operation or on many.
func newWeather(rng *rand.Rand, seed uint64, step int) faultPlan {
	w := faultPlan{seed: seed, step: step, most: mostFaults, drops: chance(rng, 15)}
	switch n := rng.IntN(100); {
	case n < 15:
	case n < 42:
		w.percent, w.kinds = 5+rng.IntN(35), names(faults)
	case n < 47:
		w.percent, w.most, w.only, w.kinds = 100, 1000, opCreate, []string{slow}
	case n < 52:
		w.percent, w.most, w.only, w.kinds = 100, 1000, allButCreate, []string{noRoute}
	case n < 58:
		w.percent, w.most, w.kinds = 30+rng.IntN(71), 1000, []string{passing}
	case n < 70:
		w.percent, w.most, w.kinds = 30+rng.IntN(71), 1000, names(flaps())
	case n < 76:
		w.percent, w.most, w.kinds = 30+rng.IntN(71), 1000, []string{cached}
	default:
		w.percent = 30 + rng.IntN(71)
		w.only, w.kinds = pick(rng, operations), []string{pick(rng, faults).name}
		if chance(rng, 50) {
			w.only = pick(rng, operations[:3]) // on which most depends
		}
	}
	return w
}

func (w faultPlan) String() string {
	said := "calm"
	if w.percent > 0 {
		what := map[int]string{1: w.kinds[0], len(flaps()): "sessions flap"}[len(w.kinds)]
		said = fmt.Sprintf("%d %% of %s: %s", w.percent, cmp.Or(w.only, "all requests"), cmp.Or(what, "any fault"))
	}
	if w.drops {
		said += ", connections are dropped"
	}
	return said
}

// offersCreateOnly says whether the server offers nothing but to create sessions.
func (w faultPlan) offersCreateOnly() bool {
	return w.only == allButCreate && slices.Equal(w.kinds, []string{noRoute})
}

// at returns the fault of the nth request for an operation, nil for none. It depends on nothing else, so that the order
// in which parallel requests arrive changes little.
func (w faultPlan) at(op string, nth int) *fault {
	if w.percent == 0 || w.only == allButCreate && op == opCreate || w.only != "" && w.only != allButCreate &&
		w.only != op {
		return nil
	}
	hash := fnv.New64a()
	fmt.Fprint(hash, w.seed, "/", w.step, "/", op, "/", nth)
	rng := rand.New(rand.NewPCG(w.seed, hash.Sum64()))
	if rng.IntN(100) >= w.percent {
		return nil
	}
	if f := named(pick(rng, w.kinds)); f.fits(op) {
		return f
	}
	return nil
}

func names(all []fault) []string {
	var names []string
	for _, f := range all {
		names = append(names, f.name)
	}
	return names
}

func named(name string) *fault {
	return &faults[slices.IndexFunc(faults, func(f fault) bool { return f.name == name })]
}

// sent is a request that arrived, and what became of it.
type sent struct {
	op     string
	id     string // of the instance
	url    string // of the webhook
	fault  *fault // nil: it was answered as it should be
	status int
	shown  string // the status that its session was in
	done   bool   // what it asks for was done, whatever was answered
	late   bool   // it was answered while Terraform died, or right before
}

// undoes is the [thing] that it is to undo; "" is none.
func (s sent) undoes() string {
	switch s.op {
	case opDelete:
		return s.id
	case opLogout:
		return phoneOf(s.id)
	case opDeleteHook:
		return hookOf(s.id, s.url)
	}
	return ""
}

// faultRun chooses the faults of one step, and keeps account of its requests.
type faultRun struct {
	faultPlan faultPlan
	echo      string
	end       end
	reached   chan struct{} // closed when the request at which to end it has arrived,
	released  chan struct{} // which is answered once this is closed
	nth       map[string]int
	back      map[string]time.Time // when an instance is known again
	flapped   map[string]bool      // instances
	all       []sent
	hits      int
	dead      time.Time // when Terraform was killed and had ended
}

// rightBefore is within what time Terraform writes what it was told into its state.
const rightBefore = time.Second

func newFaultRun(w faultPlan, e end, echo string) *faultRun {
	return &faultRun{
		faultPlan: w, end: e, echo: echo, reached: make(chan struct{}), released: make(chan struct{}),
		nth: map[string]int{}, back: map[string]time.Time{},
		flapped: map[string]bool{},
	}
}

// choose is for [wawptest.API.Choose].
func (s *faultRun) choose(r wawptest.Request) wawptest.Fault {
	op := r.Method + " " + r.Path
	s.nth[op]++
	request := sent{op: op, id: r.Query.Get("instance_id"), url: r.Query.Get("url")}
	var chosen wawptest.Fault
	if f := s.pass(request.id, s.faultPlan.at(op, s.nth[op])); f != nil && s.hits < s.faultPlan.most {
		s.hits++
		request.fault, chosen = f, f.make(s.echo)
	}
	s.all = append(s.all, request)
	if len(s.all) == s.end.at {
		close(s.reached)
		if s.end.acted {
			chosen.Withhold = cmp.Or(chosen.Withhold, (<-chan struct{})(s.released))
		} else {
			chosen.Hold = cmp.Or(chosen.Hold, (<-chan struct{})(s.released))
		}
	}
	return chosen
}

// pass lets an instance be unknown to all requests for a while, and flap, once each in a step.
func (s *faultRun) pass(id string, f *fault) *fault {
	back, begun := s.back[id]
	switch isPassing := f != nil && f.name == passing; {
	case begun && time.Now().Before(back):
		return named(passing)
	case isPassing && begun:
		return nil
	case isPassing:
		s.back[id] = time.Now().Add(passesIn)
	case f.isFlap() && s.flapped[id]:
		return nil
	case f.isFlap():
		s.flapped[id] = true
	}
	return f
}

// requests are those that arrived, with the statuses that were answered.
func (s *faultRun) requests(recorded []wawptest.Request) []sent {
	for i := range s.all {
		answer := recorded[i].Answer
		s.all[i].status, s.all[i].shown, s.all[i].done = recorded[i].Status, recorded[i].Shown, recorded[i].Done
		s.all[i].late = !answer.IsZero() && answer.Before(s.dead) && answer.After(s.dead.Add(-rightBefore))
	}
	return s.all
}

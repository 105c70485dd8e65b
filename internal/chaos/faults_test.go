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
	"strings"

	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

// The operations of the API, as faults and rules name them.
const (
	opCreate      = "POST /v2/session/create"
	opInfo        = "POST /v2/session/info"
	opStart       = "POST /v2/session/start"
	opStop        = "POST /v2/session/stop"
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
)

var operations = []string{
	opCreate, opInfo, opStart, opStop, opLogout, opDelete, opGetPolicy, opSetPolicy, opGetLink, opMakeLink, opRevokeLinks,
	opListHooks, opSetHook, opUpdateHook, opDeleteHook,
}

// fault is a way in which a request fails. make is given a text that tells the token, for the faults that say something.
type fault struct {
	name    string
	refused bool // surely nothing was done, so a create may be sent again
	make    func(echo string) wawptest.Fault
}

var faults = []fault{
	{name: "dropped before", make: func(string) wawptest.Fault { return wawptest.Fault{Drop: true} }},
	{name: "dropped after", make: func(string) wawptest.Fault { return wawptest.Fault{Drop: true, Act: true} }},
	{name: "stalled before", make: func(string) wawptest.Fault { return wawptest.Fault{Hold: make(chan struct{})} }},
	{name: "stalled after", make: func(string) wawptest.Fault { return wawptest.Fault{Withhold: make(chan struct{})} }},
	{name: "429", refused: true, make: func(echo string) wawptest.Fault { return complaint(429, echo) }},
	{name: "429 for 1 s", refused: true, make: func(echo string) wawptest.Fault { return later(complaint(429, echo), "1") }},
	{name: "429 for 1 h", refused: true, make: func(echo string) wawptest.Fault { return later(complaint(429, echo), "3600") }},
	{name: "500", make: func(echo string) wawptest.Fault { return complaint(500, echo) }},
	{name: "500 after", make: func(echo string) wawptest.Fault { return done(complaint(500, echo)) }},
	{name: "502 in HTML", make: func(echo string) wawptest.Fault { return page(502, echo) }},
	{name: "502 in HTML after", make: func(echo string) wawptest.Fault { return done(page(502, echo)) }},
	{name: "503", make: func(echo string) wawptest.Fault { return complaint(503, echo) }},
	{name: "503 after", make: func(echo string) wawptest.Fault { return done(complaint(503, echo)) }},
	{name: "301", make: func(echo string) wawptest.Fault { return redirect(301, echo) }},
	{name: "308", make: func(echo string) wawptest.Fault { return redirect(308, echo) }},
	{name: "401", make: func(echo string) wawptest.Fault { return complaint(401, echo) }},
	{name: "404 of another server", make: func(echo string) wawptest.Fault { return page(404, echo) }},
	{name: "404 of another route", make: func(string) wawptest.Fault {
		return wawptest.Fault{Status: 404, Body: `{"code":"rest_no_route","message":"No route was found."}`}
	}},
	{name: "an error as 200", make: func(echo string) wawptest.Fault { return complaint(200, echo) }},
	{name: "empty body", make: func(string) wawptest.Fault { return wawptest.Fault{Status: 200, Act: true} }},
	{name: "204", make: func(string) wawptest.Fault { return wawptest.Fault{Status: 204, Act: true} }},
	{name: "cut off", make: func(string) wawptest.Fault { return wawptest.Fault{Cut: true} }},
	{name: "half a JSON", make: func(string) wawptest.Fault {
		return wawptest.Fault{Status: 200, Act: true, Body: `{"instance_id":"3EB0`}
	}},
	{name: "true for values", make: func(string) wawptest.Fault { return reshaped(func(any) any { return true }) }},
	{name: "lists for values", make: func(string) wawptest.Fault { return reshaped(func(value any) any { return []any{value} }) }},
	{name: "null for values", make: func(string) wawptest.Fault { return reshaped(func(any) any { return nil }) }},
	{name: "a list for the object", make: func(string) wawptest.Fault {
		return wawptest.Fault{Reshape: func(answer map[string]any) any { return []any{answer} }}
	}},
	{name: "wrapped in data", make: func(string) wawptest.Fault { return wawptest.Fault{Reshape: wawptest.Wrap("data")} }},
	{name: "wrapped twice", make: func(string) wawptest.Fault { return wawptest.Fault{Reshape: wawptest.Wrap("result", "session")} }},
	{name: "camel case", make: func(string) wawptest.Fault {
		return wawptest.Fault{Reshape: wawptest.Rename("instance_id", "instanceId")}
	}},
	{name: "the token told", make: func(echo string) wawptest.Fault {
		return wawptest.Fault{Reshape: wawptest.Set("config", map[string]any{"metadata": map[string]any{"access_token": echo}})}
	}},
}

// complaint is an error in the API's own form.
func complaint(status int, echo string) wawptest.Fault {
	body, _ := json.Marshal(map[string]any{"code": "wawp_upstream_error", "message": "It failed: " + echo})
	return wawptest.Fault{Status: status, Body: string(body)}
}

// page is an error of a server in between.
func page(status int, echo string) wawptest.Fault {
	return wawptest.Fault{Status: status, Body: "<html><body>" + echo + "</body></html>", Header: http.Header{"Content-Type": {"text/html"}}}
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

// weather says which requests of a step fail, and how. The zero value is calm.
type weather struct {
	seed    uint64
	step    int
	percent int      // of the requests fail
	most    int      // so many fail
	only    string   // fails, "" is every operation
	kinds   []string // by name
}

// mostFaults bounds the time that a step takes.
const mostFaults = 25

// newWeather is calm, or mixed, or one kind of fault on one operation.
func newWeather(rng *rand.Rand, seed uint64, step int) weather {
	w := weather{seed: seed, step: step, most: mostFaults}
	switch n := rng.IntN(100); {
	case n < 15:
	case n < 60:
		w.percent = 5 + rng.IntN(35)
		for _, f := range faults {
			w.kinds = append(w.kinds, f.name)
		}
	default:
		w.percent = 30 + rng.IntN(71)
		w.only, w.kinds = pick(rng, operations), []string{pick(rng, faults).name}
		if chance(rng, 50) {
			w.only = pick(rng, operations[:3]) // on which most depends
		}
	}
	return w
}

func (w weather) String() string {
	switch {
	case w.percent == 0:
		return "calm"
	case w.only == "":
		return fmt.Sprintf("%d %% of all requests fail", w.percent)
	}
	return fmt.Sprintf("%d %% of %s: %s", w.percent, w.only, strings.Join(w.kinds, ", "))
}

// at returns the fault of the nth request for an operation, nil for none. It depends on nothing else, so that the order in
// which parallel requests arrive changes little.
func (w weather) at(op string, nth int) *fault {
	if w.percent == 0 || w.only != "" && w.only != op {
		return nil
	}
	hash := fnv.New64a()
	fmt.Fprint(hash, w.seed, "/", w.step, "/", op, "/", nth)
	rng := rand.New(rand.NewPCG(w.seed, hash.Sum64()))
	if rng.IntN(100) >= w.percent {
		return nil
	}
	name := pick(rng, w.kinds)
	for i := range faults {
		if faults[i].name == name {
			return &faults[i]
		}
	}
	return nil
}

// sent is a request that arrived, and what became of it.
type sent struct {
	op     string
	id     string // of the instance
	fault  *fault // nil: it was answered as it should be
	status int
}

// storm chooses the faults of one step, and keeps account of its requests.
type storm struct {
	weather  weather
	echo     string
	end      end
	reached  chan struct{} // closed when the request at which to end it has arrived,
	released chan struct{} // which is answered once this is closed
	nth      map[string]int
	all      []sent
	hits     int
}

func newStorm(w weather, e end, echo string) *storm {
	return &storm{weather: w, end: e, echo: echo, reached: make(chan struct{}), released: make(chan struct{}), nth: map[string]int{}}
}

// choose is for [wawptest.API.Choose].
func (s *storm) choose(r wawptest.Request) wawptest.Fault {
	op := r.Method + " " + r.Path
	s.nth[op]++
	request := sent{op: op, id: r.Query.Get("instance_id")}
	var chosen wawptest.Fault
	if f := s.weather.at(op, s.nth[op]); f != nil && s.hits < s.weather.most {
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

// requests are those that arrived, with the statuses that were answered.
func (s *storm) requests(recorded []wawptest.Request) []sent {
	for i := range s.all {
		s.all[i].status = recorded[i].Status
	}
	return s.all
}

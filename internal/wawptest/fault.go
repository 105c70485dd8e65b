package wawptest

import (
	"cmp"
	"encoding/json"
	"net"
	"net/http"
	"time"
)

// Fault makes requests fail. Which ones: Match, Skip, Times and Every. How: by a canned answer (Status, Body) or none
// at all (Drop), by a distorted answer (Cut, Reshape, Rewrite), by an old one (Age), late (Hold, Withhold), or by a
// session that flaps (Flap). Header goes with any of them.
type Fault struct {
	// Match is the method and path of the requests that it is for, like "POST /v2/session/create"; "" is all.
	Match string
	// Skip is how many matching requests pass first.
	Skip int
	// Times is how many requests fail then; 0 is all from then on.
	Times int
	// Every makes only each n-th matching request fail; 0 and 1 are each.
	Every int

	// Hold, if not nil, makes a request wait until it is closed, before anything is done. A client that leaves
	// meanwhile has asked for nothing.
	Hold <-chan struct{}
	// Withhold, if not nil, makes the answer wait until it is closed, after everything was done. A client that leaves
	// meanwhile has got what it asked for, and does not know.
	Withhold <-chan struct{}
	// Act makes a request that gets a canned answer or none do what it asks for all the same. Others always do.
	Act bool
	// Status is that of a canned answer (default 200, if there is a Body), and replaces that of a reshaped one.
	Status int
	// Header is added to the answer. Content-Type is application/json by default.
	Header http.Header
	// Body is the canned answer, sent as it is.
	Body string
	// Drop resets the connection in place of an answer.
	Drop bool
	// Cut ends the connection in the middle of the answer's body.
	Cut bool
	// Reshape turns a successful answer into what is sent in its place; errors pass as they are.
	Reshape func(answer map[string]any) any
	// Flap has the session of a request pass through these statuses, from before anything is done: one for each look at
	// it (session/info), then it is what it was. In between it behaves as in each of them. A change of its status ends
	// that, and an engine that does not run, or boots, does not flap.
	Flap []string
	// Age makes the answer to a GET that of so long ago, by the clock, as from a cache.
	Age time.Duration
	// Rewrite turns the body of an answer, whichever it is, into what is sent in its place. With a Content-Length in
	// Header that is larger, the connection ends after it.
	Rewrite func(body []byte) []byte
}

// Inject adds a fault. If several match a request, the first one due takes it, and the later ones do not count it:
// faults with Times follow each other.
func (a *API) Inject(f Fault) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.faults = append(a.faults, &fault{Fault: f})
}

// Choose lets a function choose the fault of each request that no injected one takes; the zero Fault is none. It is
// told of one request at a time, in the order in which Requests returns them, and must not call the API. nil ends that.
func (a *API) Choose(choose func(Request) Fault) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.choose = choose
}

// ClearFaults ends all injected faults, except for requests that have already arrived, and all flaps of sessions.
func (a *API) ClearFaults() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.faults = nil
	for _, s := range a.sessions {
		s.endFlap()
	}
}

// fault counts what a Fault has seen and taken.
type fault struct {
	Fault
	seen, taken int
}

// due reports whether the fault takes a request.
func (f *fault) due(r *Request) bool {
	if !r.matches(f.Match) || f.Times > 0 && f.taken == f.Times {
		return false
	}
	f.seen++
	if f.seen <= f.Skip || (f.seen-f.Skip)%max(f.Every, 1) != 0 {
		return false
	}
	f.taken++
	return true
}

// answer returns what is sent in place of the normal answer, which act makes. The zero Fault changes nothing.
func (f Fault) answer(act func() answer) answer {
	canned := f.Drop || f.Reshape == nil && (f.Status != 0 || f.Body != "")
	var result answer
	if !canned || f.Act {
		result = act()
	}
	switch {
	case canned:
		result = answer{status: cmp.Or(f.Status, http.StatusOK), contentType: jsonType, body: []byte(f.Body)}
	case f.Reshape != nil && result.status < 300:
		body := object{}
		_ = json.Unmarshal(result.body, &body) // The API's own answers are all objects.
		result = reply(cmp.Or(f.Status, result.status), f.Reshape(body))
	}
	if f.Rewrite != nil {
		result.body = f.Rewrite(result.body)
	}
	result.header = f.Header
	return result
}

// drop ends the connection without an answer: by a reset, where it is a plain one.
func drop(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // How a handler ends a connection that cannot be taken over.
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

// Wrap returns a Reshape that puts the answer under a key, in an object under the next key, and so on.
func Wrap(keys ...string) func(map[string]any) any {
	return func(answer map[string]any) any {
		for i := len(keys) - 1; i >= 0; i-- {
			answer = object{keys[i]: answer}
		}
		return answer
	}
}

// Rename returns a Reshape that moves a value to another key.
func Rename(from, to string) func(map[string]any) any {
	return func(answer map[string]any) any {
		if value, ok := answer[from]; ok {
			delete(answer, from)
			answer[to] = value
		}
		return answer
	}
}

// Without returns a Reshape that leaves keys out.
func Without(keys ...string) func(map[string]any) any {
	return func(answer map[string]any) any {
		for _, key := range keys {
			delete(answer, key)
		}
		return answer
	}
}

// Set returns a Reshape that sets a key: Set("config", ...) can echo a token where an older generation of the API did.
func Set(key string, value any) func(map[string]any) any {
	return func(answer map[string]any) any {
		answer[key] = value
		return answer
	}
}

package wawptest

import (
	"cmp"
	"encoding/json"
	"net"
	"net/http"
	"time"
)

// Fault makes requests fail. Match, Skip, Times and Every select the requests. The other fields say how they fail: a
// canned answer (Status, Body), no answer (Drop), a distorted answer (Cut, Reshape, Rewrite), an old answer (Age), a
// late answer (Hold, Withhold), or a session that flaps (Flap). Header can be combined with any of them.
type Fault struct {
	// Match is the method and path of the requests, like "POST /v2/session/create"; "" is all.
	Match string
	// Skip is how many matching requests succeed first.
	Skip int
	// Times is how many requests fail after that; 0 is all.
	Times int
	// Every makes only each n-th matching request fail; 0 and 1 make each fail.
	Every int

	// Hold, if not nil, delays a request until the channel is closed. If the client leaves before, the request is not
	// carried out.
	Hold <-chan struct{}
	// Withhold, if not nil, delays the answer until the channel is closed. If the client leaves before, the request was
	// carried out, but the client does not know.
	Withhold <-chan struct{}
	// Act carries out a request that gets a canned answer or none. Requests with other faults are always carried out.
	Act bool
	// Status is the status of a canned answer (default 200, if there is a Body), or of a reshaped one.
	Status int
	// Header is added to the answer. Content-Type is application/json by default.
	Header http.Header
	// Body is the body of a canned answer.
	Body string
	// Drop resets the connection in place of an answer.
	Drop bool
	// Cut ends the connection in the middle of the answer's body.
	Cut bool
	// Reshape changes the body of a successful answer. Errors stay as they are.
	Reshape func(answer map[string]any) any
	// Flap makes the session of a request pass through these statuses, and then return to its own. It begins before the
	// request is carried out. Each session/info shows one status, and the session behaves accordingly. A change of the
	// session ends the flap. A session that is STOPPED or STARTING does not flap.
	Flap []string
	// Age makes the answer to a GET that old, by the clock, as from a cache.
	Age time.Duration
	// Rewrite changes the body of any answer. If Header has a larger Content-Length, the connection ends after the
	// body.
	Rewrite func(body []byte) []byte
}

// Inject adds a fault. If several match a request, the first one that is due takes it, and the later ones do not count
// it. So faults with Times follow each other.
func (a *API) Inject(f Fault) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.faults = append(a.faults, &fault{Fault: f})
}

// ChooseFaults sets a function that chooses the fault of each request that no injected fault takes. The zero Fault is
// none. The function is called for one request at a time, in the order of Requests. It must not call the API. nil
// removes the function.
func (a *API) ChooseFaults(choose func(Request) Fault) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.choose = choose
}

// ClearFaults removes all injected faults and ends all flaps. Faults of requests that have arrived stay.
func (a *API) ClearFaults() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.faults = nil
	for _, s := range a.sessions {
		s.endFlap()
	}
}

// fault is a Fault with the counts of requests that it has seen and taken.
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

// answer returns the answer with the fault. act carries out the request, and returns the answer without a fault.
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

// drop ends the connection without an answer, with a TCP reset if possible.
func drop(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // ends a connection that cannot be hijacked
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

// Set returns a Reshape that sets a key. Set("config", ...) can repeat a token, as older versions of the API did.
func Set(key string, value any) func(map[string]any) any {
	return func(answer map[string]any) any {
		answer[key] = value
		return answer
	}
}

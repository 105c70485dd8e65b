package wawptest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// Request is a request that arrived.
type Request struct {
	Time       time.Time // of arrival, by the clock of Config
	Method     string
	Path       string
	Query      url.Values
	Header     http.Header
	Body       map[string]any // nil if it was not a JSON object
	Status     int            // of the answer; 0 if there is none yet
	AnsweredAt time.Time      // when it was answered, by the clock of Config; zero if it is not
	// SessionStatus is the status of the session when the request was carried out; "" if there is no session, or it was
	// not.
	SessionStatus string
	CarriedOut    bool // the API did what the request asks for; a fault may have changed the answer
}

// String leaves out the query, the header and the body, because they hold the token.
func (r Request) String() string {
	return fmt.Sprintf("%s %s -> %d", r.Method, r.Path, r.Status)
}

// matches reports whether the request is for a method and path, like "POST /v2/session/create"; "" is all.
func (r Request) matches(match string) bool {
	return match == "" || match == r.Method+" "+r.Path
}

// Requests returns the recorded requests, in order of arrival. The maps in them are shared: do not change them.
func (a *API) Requests() []Request {
	a.mu.Lock()
	defer a.mu.Unlock()
	requests := make([]Request, len(a.requests))
	for i, r := range a.requests {
		requests[i] = *r
	}
	return requests
}

// Count returns how many requests arrived for a method and path, like "POST /v2/session/create"; "" counts all.
func (a *API) Count(match string) int {
	count, _ := a.count(match)
	return count
}

// ResetRequests removes all recorded requests.
func (a *API) ResetRequests() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.requests = nil
}

// WaitFor returns when at least n matching requests (as for Count) have arrived, or with an error when ctx ends. The
// requests need not be answered.
func (a *API) WaitFor(ctx context.Context, match string, n int) error {
	for {
		count, arrived := a.count(match)
		if count >= n {
			return nil
		}
		select {
		case <-arrived:
		case <-ctx.Done():
			return fmt.Errorf("%d of %d requests %q arrived: %w", count, n, match, ctx.Err())
		}
	}
}

// count returns the count, and a channel that is closed when the next request arrives.
func (a *API) count(match string) (int, <-chan struct{}) {
	a.mu.Lock()
	defer a.mu.Unlock()
	count := 0
	for _, r := range a.requests {
		if r.matches(match) {
			count++
		}
	}
	return count, a.arrived
}

// arrive records a request and decides which fault takes it, in one step: a test that has seen it arrive may change the
// faults without an effect on it. It reports whether the whole request arrived. If the client left before, the request
// is not carried out.
func (a *API) arrive(r *http.Request) (*Request, Fault, bool) {
	request := &Request{
		Time:   a.config.Now(),
		Method: r.Method,
		Path:   r.URL.Path,
		Query:  r.URL.Query(),
		Header: r.Header.Clone(),
	}
	// The body is read to its end, so that the server notices when the client leaves. If it is no object, Body is nil.
	body, err := io.ReadAll(r.Body)
	_ = json.Unmarshal(body, &request.Body)

	a.mu.Lock()
	defer a.mu.Unlock()
	a.requests = append(a.requests, request)
	close(a.arrived)
	a.arrived = make(chan struct{})
	for _, f := range a.faults {
		if f.due(request) {
			return request, f.Fault, err == nil
		}
	}
	if a.choose != nil {
		return request, a.choose(*request), err == nil
	}
	return request, Fault{}, err == nil
}

// answered records the status of the answer.
func (a *API) answered(r *Request, status int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	r.Status, r.AnsweredAt = status, a.config.Now()
}

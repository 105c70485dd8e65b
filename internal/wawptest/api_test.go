package wawptest

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestUndocumentedRequestsAreRefused(t *testing.T) {
	t.Parallel()
	const getPolicy, deleteSession = "GET /v2/session/rate-limit", "DELETE /v2/session/delete"
	tests := map[string]struct {
		endpoint string
		change   func(*http.Request)
		status   int
		code     string
	}{
		"documented POST":   {sessionInfo, func(*http.Request) {}, 200, ""},
		"documented GET":    {getPolicy, func(*http.Request) {}, 200, ""},
		"documented DELETE": {deleteSession, func(*http.Request) {}, 200, ""},
		"charset":           {sessionInfo, header("Content-Type", "application/json; charset=utf-8"), 200, ""},
		"no token in query": {sessionInfo, query(accessToken), 400, "missing_param"},
		"no token in GET":   {getPolicy, query(accessToken), 400, "missing_param"},
		"empty token":       {getPolicy, query(accessToken, ""), 400, "missing_param"},
		"no id in query":    {sessionInfo, query(instanceID), 400, "missing_param"},
		"no token in body":  {sessionInfo, body(`{"instance_id":"0123456789AB"}`), 400, "missing_param"},
		"no id in body":     {sessionInfo, body(`{"access_token":"wawptest-token"}`), 400, "missing_param"},
		"wrong token":       {getPolicy, query(accessToken, "another"), 401, "invalid_access_token"},
		"another token in body": {
			sessionInfo, body(`{"access_token":"b","instance_id":"0123456789AB"}`), 400,
			"param_mismatch",
		},
		"another id in body": {
			sessionInfo, body(`{"access_token":"wawptest-token","instance_id":"B"}`), 400,
			"param_mismatch",
		},
		"number for an id in body": {
			sessionInfo, body(`{"access_token":"wawptest-token","instance_id":1}`), 400,
			"param_mismatch",
		},
		"object for an id in body": {
			sessionInfo, body(`{"access_token":"wawptest-token","instance_id":{}}`), 400,
			"param_mismatch",
		},
		"no body":       {sessionInfo, body(""), 400, "invalid_json"},
		"array as body": {sessionInfo, body("[]"), 400, "invalid_json"},
		"null as body":  {sessionInfo, body("null"), 400, "invalid_json"},
		"form as body": {
			sessionInfo, header("Content-Type", "application/x-www-form-urlencoded"), 415,
			"unsupported_media_type",
		},
		"no content type": {sessionInfo, header("Content-Type", ""), 415, "unsupported_media_type"},
		"unknown key in body": {
			sessionInfo,
			body(`{"access_token":"wawptest-token","instance_id":"0123456789AB","a":1}`), 400, "unknown_param",
		},
		"key of another in body": {
			sessionInfo,
			body(`{"access_token":"wawptest-token","instance_id":"0123456789AB","url":"u"}`), 400, "unknown_param",
		},
		"unknown query key":    {getPolicy, query("verbose", "1"), 400, "unknown_param"},
		"query key of another": {getPolicy, query("url", hook), 400, "unknown_param"},
		"parameter in the query": {
			"PATCH /v2/session/rate-limit", query("policy_slug", "strict"), 400,
			"unknown_param",
		},
		"parameter in a body": {
			"DELETE /v2/webhook/delete", body(`{"url":"` + hook + `"}`), 400,
			"unknown_param",
		},
		"id for create":      {createSession, query(instanceID, "0123456789AB"), 400, "unknown_param"},
		"repeated query key": {getPolicy, query(accessToken, DefaultToken, DefaultToken), 400, "repeated_param"},
		"idempotency key":    {createSession, header("Idempotency-Key", "1"), 400, "unexpected_header"},
		"empty idempotency key": {
			createSession,
			func(r *http.Request) { r.Header["Idempotency-Key"] = []string{""} }, 400, "unexpected_header",
		},
		"unknown instance": {getPolicy, query(instanceID, "BA9876543210"), 404, "invalid_instance"},
		"unknown path": {
			getPolicy, func(r *http.Request) { r.URL.Path = "/v2/status" }, 404,
			"rest_no_route",
		},
		"trailing slash": {getPolicy, func(r *http.Request) { r.URL.Path += "/" }, 404, "rest_no_route"},
		"method that is not there": {
			createSession, func(r *http.Request) { r.Method = http.MethodGet }, 404,
			"rest_no_route",
		},
		"unknown path, wrong token": {"GET /v2/status", query(accessToken, "another"), 404, "rest_no_route"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSimulation(t, Config{})
			id := s.Add(Session{InstanceID: "0123456789AB"}).InstanceID
			if test.endpoint == createSession {
				id = ""
			}
			r := s.request(t.Context(), test.endpoint, id)
			test.change(r)
			response, text, err := s.send(r)
			if err != nil {
				t.Fatal(err)
			}
			var answer struct{ Code, Message string }
			if err := json.Unmarshal([]byte(text), &answer); err != nil {
				t.Fatal(err)
			}
			if response.StatusCode != test.status || answer.Code != test.code {
				t.Errorf("got %d %s, want %d %q", response.StatusCode, text, test.status, test.code)
			}
			if test.status >= 400 && answer.Message == "" {
				t.Error("an error without a message")
			}
			if strings.Contains(text, DefaultToken) {
				t.Error("the answer holds the token")
			}
			if test.status >= 400 && len(s.Sessions()) != 1 {
				t.Error("a refused request did something")
			}
		})
	}
}

func header(key, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(key, value) }
}

func query(key string, values ...string) func(*http.Request) {
	return func(r *http.Request) { setQuery(r, key, values...) }
}

func body(text string) func(*http.Request) {
	return func(r *http.Request) { setBody(r, text) }
}

func TestEveryEndpoint(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		status string // that the session has to have; "" is STOPPED
		params object
	}{
		"DELETE /v2/session/delete":    {},
		"DELETE /v2/session/temp-link": {},
		"DELETE /v2/webhook/delete":    {"", object{"url": hook}},
		"GET /v2/session/rate-limit":   {},
		"GET /v2/session/temp-link":    {},
		"GET /v2/session/webhook":      {},
		"PATCH /v2/session/rate-limit": {"", object{"policy_slug": "strict"}},
		"PATCH /v2/webhook/update":     {"", object{"url": hook}},
		"POST /v2/auth/qr":             {statusScan, nil},
		"POST /v2/auth/request-code":   {statusScan, object{"phone_number": "201145202826"}},
		"POST /v2/send/text":           {statusWorking, object{"chatId": "201012345678@c.us", "message": "Hello"}},
		"POST /v2/session/create":      {},
		"POST /v2/session/info":        {},
		"POST /v2/session/logout":      {statusWorking, nil},
		"POST /v2/session/restart":     {},
		"POST /v2/session/start":       {},
		"POST /v2/session/stop":        {},
		"POST /v2/session/temp-link":   {},
		"POST /v2/webhook/set":         {"", object{"url": hook, "events": []any{"message"}}},
	}
	var got []string
	for _, endpoints := range objects {
		for name := range endpoints {
			got = append(got, name)
		}
	}
	slices.Sort(got)
	if want := slices.Sorted(maps.Keys(tests)); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSimulation(t, Config{Token: "T0k3nT0k3n", Paid: true})
			id := ""
			if name != createSession {
				id = s.Add(Session{Status: test.status}).InstanceID
				s.SetWebhook(id, Webhook{URL: hook, Events: []string{"message"}})
			}
			response, text, err := s.send(s.request(t.Context(), name, id, test.params))
			if err != nil {
				t.Fatal(err)
			}
			if response.StatusCode/100 != 2 || response.Header.Get("Content-Type") != jsonType {
				t.Errorf("got %s, %v: %s", response.Status, response.Header, text)
			}
			if strings.Contains(text, "T0k3nT0k3n") {
				t.Error("the answer holds the token")
			}
		})
	}
}

func TestConfigLimitsEndpoints(t *testing.T) {
	t.Parallel()
	s := newSimulation(t, Config{Endpoints: []string{createSession}})
	status, created := s.call(createSession, "")
	if status != http.StatusCreated {
		t.Errorf("create: %d", status)
	}
	id, _ := created[instanceID].(string)
	status, answer := s.call(sessionInfo, id)
	if status != http.StatusNotFound || answer["code"] != "rest_no_route" {
		t.Errorf("info: %d %v", status, answer)
	}
	data, _ := answer["data"].(object)
	if data["status"] != 404.0 || answer["message"] != "No route was found matching the URL and request method." {
		t.Errorf("not the answer for an unknown route: %v", answer)
	}
}

// TestServesAsProxy: a proxy gets the whole URL in the request line.
func TestServesAsProxy(t *testing.T) {
	t.Parallel()
	s := newSimulation(t, Config{})
	proxy, err := url.Parse(s.server.URL)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{Proxy: http.ProxyURL(proxy)}
	defer transport.CloseIdleConnections()
	s.client.Transport = transport

	r := s.request(t.Context(), createSession, "")
	r.URL.Host, r.Host = "api.wawp.invalid", "api.wawp.invalid"
	response, text, err := s.send(r)
	if err != nil || response.StatusCode != http.StatusCreated {
		t.Errorf("got %v, %s, %v", response, text, err)
	}
}

// TestAnswersHaveDateHeader: the date is that of the account's clock, like all dates in answers.
func TestAnswersHaveDateHeader(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 31, 11, 30, 0, 0, time.FixedZone("", 3600))
	s := newSimulation(t, Config{Now: func() time.Time { return now }})
	answer, err := s.client.Do(s.request(t.Context(), sessionInfo, s.Add(Session{}).InstanceID))
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	if date := answer.Header.Get("Date"); date != "Sat, 31 Jan 2026 10:30:00 GMT" {
		t.Errorf("the answer is of %s", date)
	}
}

func TestLatency(t *testing.T) {
	t.Parallel()
	t.Run("delays", func(t *testing.T) {
		t.Parallel()
		s := newSimulation(t, Config{Latency: 20 * time.Millisecond})
		begin := time.Now()
		s.call(createSession, "")
		if took := time.Since(begin); took < 20*time.Millisecond {
			t.Errorf("it took %v", took)
		}
	})
	t.Run("ends with the client, after the deed", func(t *testing.T) {
		t.Parallel()
		ended := make(chan struct{})
		api := New(Config{Latency: time.Hour})
		s := newSimulation(t, Config{})
		ctx, leave := context.WithCancel(t.Context())
		r := s.request(ctx, createSession, "")
		go func() {
			defer close(ended)
			api.ServeHTTP(nil, r)
		}()
		if err := api.WaitFor(t.Context(), createSession, 1); err != nil {
			t.Fatal(err)
		}
		leave()
		<-ended
		if len(api.Sessions()) != 1 || api.Requests()[0].Status != 0 {
			t.Errorf("sessions %v, requests %v", api.Sessions(), api.Requests())
		}
	})
}

func TestConcurrentRequests(t *testing.T) {
	t.Parallel()
	s := newSimulation(t, Config{Quota: 30})
	var group sync.WaitGroup
	for range 40 {
		group.Go(func() {
			if status, created := s.call(createSession, ""); status == http.StatusCreated {
				id, _ := created[instanceID].(string)
				s.call(startSession, id)
				s.call(sessionInfo, id)
				s.Sessions()
				s.Requests()
			}
		})
	}
	group.Wait()
	if sessions, creates := len(s.Sessions()), s.Count(createSession); sessions != 30 || creates != 40 {
		t.Errorf("%d sessions, %d creates", sessions, creates)
	}
}

// TestEveryEndpointIsInTheCoverageGuide includes endpoints that the provider does not call.
func TestEveryEndpointIsInTheCoverageGuide(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile("../../templates/guides/api-coverage.md.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	all := []string{ // those that are documented, and not simulated
		"GET /v2/session/start", "GET /v2/session/stop", "GET /v2/session/restart", "GET /v2/session/logout",
		"GET /v2/session/info",
		"GET /v2/session/me", "POST /v2/session/webhook", "GET /v2/auth/qr", "GET /v2/auth/qr-image",
		"POST /v2/auth/qr-image",
		"GET /v2/send/text",
	}
	for _, endpoints := range objects {
		all = slices.AppendSeq(all, maps.Keys(endpoints))
	}
	for _, endpoint := range all {
		method, path, _ := strings.Cut(endpoint, " ")
		if !strings.Contains(string(guide), "\n| "+method+" | `"+path+"` | ") {
			t.Errorf("%s is not in the guide", endpoint)
		}
	}
}

func TestMatch(t *testing.T) {
	t.Parallel()
	const label = "GET /v2/labels/{id}"
	for name, want := range map[string]string{
		"GET /v2/labels/7": "7", "POST /v2/labels/7": "",
		"GET /v2/labels": "", "GET /v2/labels/": "", "GET /v2/x/7": "",
		"GET /v2/labels/7/chats": "",
	} {
		if values, ok := match(label, name); ok != (want != "") || values["id"] != want {
			t.Errorf("%s: %v, %t", name, values, ok)
		}
	}
}

package wawptest

import (
	"encoding/json"
	"net/http"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"
)

// How the forms of a real API are honoured.
func TestForms(t *testing.T) {
	t.Parallel()
	const rateLimit = "GET /v2/session/rate-limit"
	tests := map[string]struct {
		endpoint string
		form     string
		want     string // see random
	}{
		"renamed and wrapped":      {createSession, `{"data":{"instanceId":"string","sessionName":"string","serverName":"string"}}`, `{"data":{"instanceId":"ID","sessionName":"NAME","serverName":"server-1"}}`},
		"wrapped twice":            {createSession, `{"config":{"metadata":{"instance_id":"string"}}}`, `{"config":{"metadata":{"instance_id":"ID"}}}`},
		"an envelope":              {createSession, `{"status":"number","success":"boolean","code":"string","data":{"status":"string"}}`, `{"status":202,"success":true,"code":"success","data":{"status":"STOPPED"}}`},
		"a key left out":           {sessionInfo, `{"status":"string"}`, `{"status":"WORKING"}`},
		"nothing left":             {sessionInfo, `{}`, `{}`},
		"beyond the own answer":    {sessionInfo, `{"instance_id":"string","server_name":"string","name":"string"}`, `{"instance_id":"ID","server_name":"server-1","name":"NAME"}`},
		"made up":                  {sessionInfo, `{"a":"string","b":"number","c":"boolean","d":"null","e":["number","string"],"f":{"g":"string"},"h":[]}`, `{"a":"string","b":0,"c":false,"d":null,"e":[0,"string"],"f":{"g":"string"},"h":[]}`},
		"the account":              {sessionInfo, `{"data":{"me":{"id":"string","push_name":"string","lid":"string"}}}`, `{"data":{"me":{"id":"201012345678@c.us","push_name":"John Doe","lid":"string"}}}`},
		"the account's name":       {sessionInfo, `{"name":"string","me":{"jid":"string","name":"string"}}`, `{"name":"NAME","me":{"jid":"201012345678@c.us","name":"John Doe"}}`},
		"the account's id":         {sessionInfo, `{"me":{"id":{"_serialized":"string","server":"string"}}}`, `{"me":{"id":{"_serialized":"201012345678@c.us","server":"string"}}}`},
		"nobody, then":             {sessionInfo, `{"me":"null"}`, `{"me":{"id":"201012345678@c.us","pushName":"John Doe"}}`},
		"null for good":            {sessionInfo, `{"server_name":"null","status":"null"}`, `{"server_name":null,"status":null}`},
		"a list for an object":     {sessionInfo, `{"config":{"webhooks":[],"proxy":"string"}}`, `{"config":{"webhooks":[],"proxy":null}}`},
		"no text of this type":     {sessionInfo, `{"status":"boolean"}`, `{"status":true}`}, // that of HTTP
		"hexadecimal id as number": {sessionInfo, `{"instance_id":"number"}`, `{"instance_id":0}`},
		"policy under another key": {rateLimit, `{"policy":"string","hasActivePlan":"number"}`, `{"policy":"standard_policy","hasActivePlan":1}`},
		"the session's status":     {rateLimit, `{"status":"string"}`, `{"status":"WORKING"}`},
		"policy as object":         {rateLimit, `{"current":{"slug":"string","title":"string"}}`, `{"current":{"slug":"standard_policy","title":"string"}}`},
		"policies by slug":         {rateLimit, `{"policies":{"strict":{"available":"string"},"unlimited":{"limits":{"group_daily_cap":"string"}},"gold":{"available":"boolean"}}}`, `{"policies":{"strict":{"available":"true"},"unlimited":{"limits":{"group_daily_cap":"0"}},"gold":{"available":false}}}`},
		"elements of two kinds":    {rateLimit, `{"policies":["string",{"slug":"string"}]}`, `{"policies":[{"slug":"strict"},{"slug":"standard_policy"},{"slug":"high_throughput"},{"slug":"unlimited"}]}`},
		"free policies as objects": {rateLimit, `{"free_policies":[{"slug":"string","price":"number"}]}`, `{"free_policies":[{"slug":"strict","price":0},{"slug":"standard_policy","price":0}]}`},
		"link as object":           {getLink, `{"link":{"url":"string","expires":"string"}}`, `{"link":{"url":"LINK","expires":"1970-01-01T00:30:00Z"}}`},
		"expiry as number":         {newLink, `{"data":{"link":"string","expiry":"number"}}`, `{"data":{"link":"LINK","expiry":1800}}`},
		"no link, then":            {getLink, `{"link":"null"}`, `{"link":"LINK"}`},
		"no link now":              {revokeLink + ";" + getLink, `{"url":"string","expires_at":"string"}`, `{"url":null,"expires_at":null}`},
		"webhooks":                 {getHooks, `{"webhooks":[{"url":"string","enabled":"boolean","events":["string"],"name":"null"}]}`, `{"webhooks":[{"url":"https://example.com/hook","enabled":false,"events":["call.received","message"],"name":null}]}`},
		"webhooks, none recorded":  {getHooks, `{"webhooks":[]}`, `{"webhooks":[{"url":"https://example.com/hook","is_active":0,"events":["call.received","message"],"retries":{"delay":5,"attempts":3},"hmac":"s3cr3t"}]}`},
		"no secret now":            {getHooks, `{"systemConfig":{"hmac":"string","x":"string"}}`, `{"systemConfig":{"hmac":null,"x":"string"}}`},
		"webhooks by key":          {getHooks, `{"webhooks":{"key1":{"url":"string"}}}`, `{"webhooks":{"key1":{"url":"https://example.com/hook"}}}`},
		"a bare list":              {getHooks, `[{"url":"string","retries":{"delaySeconds":"number"}}]`, `[{"url":"https://example.com/hook","retries":{"delaySeconds":5}}]`},
		"a bare value":             {"DELETE /v2/session/temp-link", `"boolean"`, `true`},
		"a bare value, which?":     {createSession, `"string"`, `"string"`},
		"a bare null":              {createSession, `"null"`, `null`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := simulate(t, Config{Paid: true, Secrets: "shown", Now: func() time.Time { return time.Unix(0, 0) }})
			id := s.Add(Session{InstanceID: "3EB0BCB2E3D4", Name: "wawp-84729105", Status: statusScan}).InstanceID
			s.Pair(id, "201012345678", "John Doe")
			s.SetWebhook(id, custom())
			s.call(newLink, id)
			before, endpoint, _ := strings.Cut(test.endpoint, ";")
			if endpoint == "" {
				endpoint = before
			} else {
				s.call(before, id)
			}
			if endpoint == createSession {
				id = ""
			}

			s.Answer(Fixture{[]FixtureCall{{Endpoint: endpoint, Status: http.StatusAccepted, ContentType: jsonType, Form: decoded(t, test.form)}}})
			response, body, err := s.send(s.request(t.Context(), endpoint, id))
			if err != nil || response.StatusCode != http.StatusAccepted {
				t.Fatalf("got %v, %s, %v", response, body, err)
			}
			for text, pattern := range random {
				body = pattern.ReplaceAllString(body, text)
			}
			if got, want := decoded(t, body), decoded(t, test.want); !reflect.DeepEqual(got, want) {
				t.Errorf("got %s, want %s", body, test.want)
			}
		})
	}
}

// random are the values that differ from one run to the next.
var random = map[string]*regexp.Regexp{
	`"ID"`: regexp.MustCompile(`"[0-9A-F]{12}"`),
	"NAME": regexp.MustCompile(`wawp-\d{8}`),
	"LINK": regexp.MustCompile(`https://app\.wawp\.net/temp-qr/\w+`),
}

func decoded(t *testing.T, text string) any {
	t.Helper()
	var value any
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return value
}

// The refusals that a fixture gives a form, and those that it does not.
func TestFormsOfRefusals(t *testing.T) {
	t.Parallel()
	s := simulate(t, Config{})
	id := s.Add(Session{Status: statusWorking}).InstanceID
	const unknown = "GET /v2/no/such/route"
	s.Answer(Fixture{[]FixtureCall{
		{Endpoint: sessionInfo, Status: 503, ContentType: "text/html", Form: "html"},
		{Endpoint: sessionInfo, Status: 429, ContentType: jsonType, Form: object{"early": "string"}},
		{Endpoint: sessionInfo, Status: 200, ContentType: jsonType, Form: object{"state": "null", "status": "string"}},
		{Endpoint: sessionInfo, Status: 200, ContentType: jsonType, Form: object{"later": "string"}},
		{Endpoint: startSession, Status: 409, ContentType: "text/plain", Form: "text"},
		{Endpoint: unknown, Status: 405, ContentType: "", Form: "empty"},
		{Endpoint: "POST /v2/send/image", Status: 200, ContentType: jsonType, Form: object{"id": "string"}},
		{Endpoint: sessionInfo, Status: 410, ContentType: "application/problem+json", Form: object{
			"status": "number", "error": "string", "errors": object{"code": "string", "details": "null"}, "success": "boolean",
		}},
	}})
	for name, test := range map[string]struct {
		endpoint, id string
		status       int
		contentType  string
		body         string
	}{
		"a success":          {sessionInfo, id, 200, jsonType, `{"state":null,"status":"WORKING"}`},
		"no such session":    {sessionInfo, "?", 410, "application/problem+json", `{"error":"The instance ID is incorrect or the instance was deleted.","errors":{"code":"invalid_instance","details":null},"status":410,"success":false}`},
		"at other endpoints": {getLink, "?", 410, "application/problem+json", `{"error":"The instance ID is incorrect or the instance was deleted.","errors":{"code":"invalid_instance","details":null},"status":410,"success":false}`},
		"unknown route":      {"PATCH /v2/other", "", 405, "", ""},
		"another refusal":    {startSession, id, 409, jsonType, `{"code":"protocol_conflict","message":"The session is not stopped: it is WORKING."}`},
		"not in the fixture": {getLink, id, 200, jsonType, `{"link":null}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			response, body, err := s.send(s.request(t.Context(), test.endpoint, test.id))
			if err != nil {
				t.Fatal(err)
			}
			if response.StatusCode != test.status || response.Header.Get("Content-Type") != test.contentType || body != test.body {
				t.Errorf("got %d %v %s", response.StatusCode, response.Header, body)
			}
		})
	}
}

func TestFormsThatAreNotJSON(t *testing.T) {
	t.Parallel()
	for _, form := range []string{"text", "html", "xml", "empty"} {
		t.Run(form, func(t *testing.T) {
			t.Parallel()
			s := simulate(t, Config{})
			s.Answer(Fixture{[]FixtureCall{{Endpoint: createSession, Status: 200, ContentType: "x/y", Form: form}}})
			response, body, err := s.send(s.request(t.Context(), createSession, ""))
			if err != nil || response.StatusCode != http.StatusOK || response.Header.Get("Content-Type") != "x/y" {
				t.Fatalf("got %v, %v", response, err)
			}
			if got := FormOf([]byte(body)); got != form || len(s.Sessions()) != 1 {
				t.Errorf("got %q: %v; sessions %v", body, got, s.Sessions())
			}
			s.Inject(Fault{Reshape: Set("a", "b")})
			if _, answer := s.call(createSession, ""); !reflect.DeepEqual(answer, object{"a": "b"}) {
				t.Errorf("reshaped: %v", answer)
			}
		})
	}
}

func TestNobodyIsLinked(t *testing.T) {
	t.Parallel()
	s := simulate(t, Config{})
	s.Answer(Fixture{[]FixtureCall{{Endpoint: sessionInfo, Status: 200, ContentType: jsonType, Form: object{"me": object{"id": "string"}}}}})
	if _, answer := s.call(sessionInfo, s.Add(Session{}).InstanceID); !reflect.DeepEqual(answer, object{"me": nil}) {
		t.Errorf("got %v", answer)
	}
}

func TestNumericID(t *testing.T) {
	t.Parallel()
	s := simulate(t, Config{})
	id := s.Add(Session{InstanceID: "123456789012"}).InstanceID
	s.Answer(Fixture{[]FixtureCall{{Endpoint: sessionInfo, Status: 200, ContentType: jsonType, Form: object{"id": "number"}}}})
	if _, answer := s.call(sessionInfo, id); answer["id"] != 123456789012.0 {
		t.Errorf("got %v", answer)
	}
}

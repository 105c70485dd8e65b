package wawptest

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

func TestFormOf(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		body    string
		secrets []string
		want    string // as JSON
	}{
		"values":              {`{"a":"x","b":1.5,"c":true,"d":null}`, nil, `{"a":"string","b":"number","c":"boolean","d":"null"}`},
		"nested":              {`{"data":{"me":{"id":"1@c.us"}}}`, nil, `{"data":{"me":{"id":"string"}}}`},
		"empty ones":          {`{"a":{},"b":[]}`, nil, `{"a":{},"b":[]}`},
		"elements alike":      {`["a","b","c"]`, nil, `["string"]`},
		"elements of kinds":   {`[1,"a",2,null,{"a":1},{"a":2},{"a":"x"}]`, nil, `["number","string","null",{"a":"number"},{"a":"string"}]`},
		"lists of lists":      {`[[1],[2],["a"],[]]`, nil, `[["number"],["string"],[]]`},
		"a string":            {`"secret"`, nil, `"string"`},
		"a number":            {`1`, nil, `"number"`},
		"a large number":      {`123456789012345678901234567890`, nil, `"number"`},
		"null":                {`null`, nil, `"null"`},
		"byte order mark":     {"\xef\xbb\xbf {}", nil, `{}`},
		"empty":               {"", nil, `"empty"`},
		"blank":               {" \r\n", nil, `"empty"`},
		"text":                {"Missing token", nil, `"text"`},
		"cut JSON":            {`{"a":`, nil, `"text"`},
		"two documents":       {`{}{}`, nil, `"text"`},
		"HTML":                {"<!DOCTYPE HTML><p>502", nil, `"html"`},
		"HTML, no doctype":    {"<HTML><body>502", nil, `"html"`},
		"XML":                 {`<?xml version="1.0"?><error/>`, nil, `"xml"`},
		"XML, no declaration": {"<error>secret</error>", nil, `"xml"`},
		"plain keys":          {`{"_serialized":1,"message.ack":1,"a-b":1,"Z9":1}`, nil, `{"_serialized":"number","message.ack":"number","a-b":"number","Z9":"number"}`},
		"keys that are values": {
			`{"https://a":1,"201@c.us":2,"9a":3,"":4,"` + strings.Repeat("a", 42) + `":5,"ok":6,"a b":7}`, nil,
			`{"ok":"number","key1":"number","key2":"number","key3":"number","key4":"number","key5":"number","key6":"number"}`,
		},
		"longest key":           {`{"` + strings.Repeat("a", 41) + `":5}`, nil, `{"` + strings.Repeat("a", 41) + `":"number"}`},
		"key that is a secret":  {`{"a":{"T0k3n":{"T0k3n":"x"}}}`, []string{"T0k3n"}, `{"a":{"key1":{"key1":"string"}}}`},
		"key around a secret":   {`[{"x-T0k3n-x":1}]`, []string{"other", "T0k3n"}, `[{"key1":"number"}]`},
		"secret in other case":  {`{"t0K3N":1}`, []string{"T0k3n"}, `{"key1":"number"}`},
		"secret that is empty":  {`{"a":1}`, []string{""}, `{"a":"number"}`},
		"elements by other key": {`[{"T0k3n":1},{"T0k3n2":1}]`, []string{"T0k3n"}, `[{"key1":"number"}]`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := json.Marshal(FormOf([]byte(test.body), test.secrets...))
			if err != nil {
				t.Fatal(err)
			}
			var form, want any
			if err := json.Unmarshal(got, &form); err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal([]byte(test.want), &want); err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(form, want) {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestLoadFixture(t *testing.T) {
	t.Parallel()
	call := func(form string) string {
		return `{"calls":[{"step":"s","endpoint":"POST /v2/session/info","status":200,"content_type":"application/json","form":` + form + `}]}`
	}
	tests := map[string]struct {
		text string
		ok   bool
	}{
		"object":             {call(`{"a":["string",{"b":"null"}]}`), true},
		"list":               {call(`[]`), true},
		"bare":               {call(`"boolean"`), true},
		"not JSON":           {call(`"xml"`), true},
		"not JSON, inside":   {call(`{"a":"xml"}`), false},
		"a value":            {call(`{"a":"T0k3n"}`), false},
		"a value in a list":  {call(`["string","T0k3n"]`), false},
		"a number":           {call(`1`), false},
		"null":               {call(`null`), false},
		"a value as key":     {call(`{"https://a":"string"}`), false},
		"no calls":           {`{"calls":[]}`, false},
		"unknown key":        {strings.Replace(call(`{}`), `"step"`, `"body":"x","step"`, 1), false},
		"not a fixture":      {`[]`, false},
		"cut":                {`{"calls":`, false},
		"no endpoint":        {strings.Replace(call(`{}`), "POST /v2/session/info", "", 1), false},
		"endpoint and query": {strings.Replace(call(`{}`), "/info", "/info?access_token=T0k3n", 1), false},
		"no status":          {strings.Replace(call(`{}`), "200", "0", 1), false},
		"status of none":     {strings.Replace(call(`{}`), "200", "101", 1), false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, err := LoadFixture(strings.NewReader(test.text))
			if (err == nil) != test.ok || (len(f.Calls) == 1) != test.ok {
				t.Fatalf("got %+v, %v", f, err)
			}
			if err != nil {
				if strings.Contains(err.Error(), "T0k3n") {
					t.Errorf("the error quotes a value: %v", err)
				}
				return
			}
			if again, err := json.Marshal(f); err != nil || string(again) != test.text {
				t.Errorf("written back: %s, %v", again, err)
			}
		})
	}
}

// walk calls every kind of endpoint once for one session, and what is not there, as someone would who records a fixture.
func (s *simulation) walk() Fixture {
	s.t.Helper()
	var f Fixture
	id := ""
	step := func(endpoint string, params ...object) string {
		s.t.Helper()
		response, body, err := s.send(s.request(s.t.Context(), endpoint, id, params...))
		if err != nil {
			s.t.Fatalf("%s: %v", endpoint, err)
		}
		f.Calls = append(f.Calls, FixtureCall{
			Step:        "the walk",
			Endpoint:    endpoint,
			Status:      response.StatusCode,
			ContentType: response.Header.Get("Content-Type"),
			Form:        FormOf([]byte(body), id),
		})
		return body
	}
	step(createSession)
	id = s.Sessions()[0].InstanceID
	step(sessionInfo)
	step("GET /v2/session/info")
	step("GET /v2/session/rate-limit")
	step("PATCH /v2/session/rate-limit", object{"policy_slug": "strict"})
	step(startSession)
	step("POST /v2/auth/qr")
	step("GET /v2/auth/qr-image")
	step("POST /v2/auth/request-code", object{"phone_number": "201145202826"})
	step("GET /v2/session/temp-link")
	step("POST /v2/session/temp-link")
	step("DELETE /v2/session/temp-link")
	step(setHook, object{"url": hook, "events": []any{"message"}, "hmac": "s3cr3t"})
	s.SetWebhook(id, Webhook{URL: hook + "/2", Events: []string{"message"}})
	step(getHooks)
	step(updateHook, object{"url": hook, "is_active": 0})
	step(deleteHook, object{"url": hook})
	s.Pair(id, "201145202826", "John Doe")
	step(sendText, object{"chatId": "201012345678@c.us", "message": "Hello"})
	step("POST /v2/session/logout")
	step("POST /v2/session/stop")
	step("DELETE /v2/session/delete")
	step(sessionInfo)
	step("POST /v2/no/such/route")
	return f
}

// distort gives every answer of a recorded API another form.
func distort(f Fixture) Fixture {
	distorted := Fixture{}
	for _, c := range f.Calls {
		form := object{"ok": formBoolean, "extra": []any{formNumber, object{"a": formString}}}
		for key, inner := range c.Form.(object) {
			form[strings.ToUpper(strings.TrimPrefix(strings.ReplaceAll(key, "_", "-"), "-"))] = inner
		}
		c.Form = object{"result": object{"payload": form}}
		c.ContentType = "application/json; charset=utf-8"
		c.Status++
		distorted.Calls = append(distorted.Calls, c)
	}
	return distorted
}

func TestFixtureRoundTrip(t *testing.T) {
	t.Parallel()
	config := Config{Paid: true, Secrets: "masked", SystemListed: true}
	own := simulate(t, config).walk()
	for name, recorded := range map[string]Fixture{"its own forms": own, "other forms": distort(own)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			encoded, err := json.Marshal(recorded)
			if err != nil {
				t.Fatal(err)
			}
			loaded, err := LoadFixture(bytes.NewReader(encoded))
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(loaded, recorded) {
				t.Errorf("loaded %+v, want %+v", loaded, recorded)
			}
			s := simulate(t, config)
			s.Answer(loaded)
			got := s.walk()
			for i, want := range recorded.Calls {
				if !reflect.DeepEqual(got.Calls[i], want) {
					t.Errorf("got %+v, want %+v", got.Calls[i], want)
				}
			}
			if len(s.Sessions()) != 0 {
				t.Error("it did not do what it was asked for")
			}
		})
	}
}

// What an API says in its own forms does not change when it is given those.
func TestOwnFormsKeepTheValues(t *testing.T) {
	t.Parallel()
	config := Config{Paid: true, Secrets: "shown", SystemListed: true}
	s := simulate(t, config)
	id := s.Add(Session{Status: statusScan}).InstanceID
	s.Pair(id, "201012345678", "John Doe")
	s.SetPolicy(id, "unlimited")
	s.SetWebhook(id, custom())
	s.SetWebhook(id, Webhook{URL: hook + "/2", Events: []string{"message"}})
	s.call(newLink, id)
	endpoints := []string{sessionInfo, "GET /v2/session/rate-limit", getLink, getHooks, "POST /v2/no/such/route"}
	var f Fixture
	ask := func() (answers []string) {
		for _, endpoint := range endpoints {
			response, body, err := s.send(s.request(t.Context(), endpoint, id))
			if err != nil {
				t.Fatal(err)
			}
			f.Calls = append(f.Calls, FixtureCall{endpoint, endpoint, response.StatusCode, jsonType, FormOf([]byte(body))})
			answers = append(answers, body)
		}
		return answers
	}
	want := ask()
	s.Answer(f)
	if got := ask(); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

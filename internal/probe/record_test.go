package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

// canary is in every place of an answer that a value, a key or a header can be in.
var canary = regexp.MustCompile(`(?i)c4n4ry|canary|john|doe\b|201012345678|temp-qr|3EB0BCB2E3D4`)

// id is canary's only one that has a place where it may be shown.
const id = "3EB0BCB2E3D4"

// full is an answer full of secrets, under keys that are known and keys that are secrets.
func full(extra map[string]any) map[string]any {
	secrets := map[string]any{}
	for _, key := range []string{"code", "message", "error", "name", "session_name", "server_name", "proxy", "qr", "data", "link", "url", "current_policy", "expires_at"} {
		secrets[key] = "John C4n4ry <john.doe@canary.example> 201012345678@c.us " + token + " " + id
	}
	for _, key := range []string{
		token, id, "John", "john_doe", "johnDoe", "C4n4ry", "canary", "user_canary", "canaryToken", "2010123456789@c.us", "john.doe",
		"https://app.wawp.net/temp-qr/c4n4ry", "\u001b[31mcanary", "policy_" + token,
	} {
		secrets[key] = map[string]any{"John": []any{"canary", 201012345678, map[string]any{"canary": "canary"}}}
	}
	secrets["policies"] = map[string]any{"canary": map[string]any{"limits": map[string]any{"john": 1}}}
	secrets["me"] = map[string]any{"id": "201012345678@c.us", "pushName": "John"}
	secrets["config"] = map[string]any{"metadata": map[string]any{"access_token": token, "john@canary.example": id, "user_email": "john@canary.example"}}
	for key, value := range extra {
		secrets[key] = value
	}
	return secrets
}

// Nothing of what a server says reaches the output or the fixture, but for the id of a session that is left behind.
func TestCanaries(t *testing.T) {
	t.Parallel()
	malformed := func(w http.ResponseWriter) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err == nil {
			_, _ = fmt.Fprintf(conn, "HTTP/1.1 C4n4ry %s John\r\n\r\n", token)
			_ = conn.Close()
		}
	}
	// created answers create so that the walk goes on.
	created := func(w http.ResponseWriter, r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, "/create") {
			w.WriteHeader(http.StatusCreated)
			_ = json.NewEncoder(w).Encode(full(map[string]any{"instance_id": id, "status": "canary"}))
			return true
		}
		return false
	}
	answer := func(status int, extra map[string]any) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if !created(w, r) {
				w.WriteHeader(status)
				_ = json.NewEncoder(w).Encode(full(extra))
			}
		}
	}
	text := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if !created(w, r) {
				w.WriteHeader(status)
				_, _ = fmt.Fprint(w, body)
			}
		}
	}
	for name, test := range map[string]struct {
		handler http.HandlerFunc
		stays   bool // the session, so that its id is shown
	}{
		"successes":       {answer(200, map[string]any{"instance_id": id, "status": "canary"}), true},
		"states":          {answer(200, map[string]any{"instance_id": id, "status": "DELETED", "code": "success"}), false},
		"refusals":        {answer(404, nil), true},
		"failures":        {answer(500, nil), true},
		"code as a slug":  {answer(404, map[string]any{"code": "john_canary"}), true},
		"text":            {text(400, "John canary "+token), true},
		"HTML":            {text(502, "<html>John canary "+token), true},
		"XML":             {text(404, "<john>canary</john>"), true},
		"a bare string":   {text(404, `"canary"`), true},
		"a bare list":     {text(200, `["canary",{"John":1}]`), false},
		"cut JSON":        {text(200, `{"John":"canary`), false},
		"byte order mark": {text(200, "\ufeff"+`{"John":"canary"}`), false},
		"create, no id": {func(w http.ResponseWriter, _ *http.Request) {
			_ = json.NewEncoder(w).Encode(full(map[string]any{"uuid": id}))
		}, false},
		"create, text": {func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprint(w, "John canary") }, false},
		"create, refused": {func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusForbidden)
			_ = json.NewEncoder(w).Encode(full(nil))
		}, false},
		"create, no HTTP": {func(w http.ResponseWriter, _ *http.Request) { malformed(w) }, false},
		"no HTTP": {func(w http.ResponseWriter, r *http.Request) {
			if !created(w, r) {
				malformed(w)
			}
		}, true},
		"redirect": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", "https://canary.example/"+token)
			if !created(w, r) {
				w.WriteHeader(http.StatusFound)
			}
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", `application/c4n4ry; charset=canary; john="`+token+`"`)
				w.Header().Set("X-Canary", "canary "+token)
				w.Header().Set("Set-Cookie", "canary="+token)
				test.handler(w, r)
			}))
			t.Cleanup(server.Close)
			p := newProbe(t, server.URL)
			p.run()
			shown := p.everything()
			lines := strings.Split(shown, "\n")
			for _, line := range lines {
				if test.stays && strings.HasPrefix(line, "!!!") {
					line = strings.ReplaceAll(line, id, "")
				}
				if canary.MatchString(line) || strings.Contains(strings.ToLower(line), strings.ToLower(token)) {
					t.Errorf("it shows %q", line)
				}
			}
			if strings.Contains(shown, id) != test.stays {
				t.Errorf("the id of a session that stays (%v): %s", test.stays, p.stderr)
			}
			if strings.Contains(shown, "\u001b") {
				t.Error("it sends escapes to the terminal")
			}
			if !strings.Contains(name, "create") {
				p.fixture() // It can be loaded.
			}
		})
	}
}

func TestContentType(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]string{
		"":                                        "",
		"application/json":                        "application/json",
		"Application/JSON; Charset=UTF-8":         "application/json; charset=utf-8",
		"text/html;charset=ISO-8859-1":            "text/html; charset=iso-8859-1",
		"application/json; charset=T0k3n":         "application/json",
		"application/json; boundary=T0k3n; q=1":   "application/json",
		"application/T0k3n":                       "other",
		"T0k3n":                                   "other",
		"application/json; charset=utf-8; charse": "other",
		"other": "other",
	} {
		if got := contentType(header); got != want {
			t.Errorf("%q: got %q, want %q", header, got, want)
		}
	}
}

func TestMadeOfWords(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]bool{
		"instance_id": true, "instanceId": true, "instanceID": true, "InstanceId": true, "instance-id": true, "_data": true,
		"_serialized": true, "key1": true, "QRCode": true, "qr": true, "retries": true, "systemConfig": true, "expires_at": true,
		"send_message_per_minute": true, "account_protection_seconds": true, "concurrent_limit": true, "group_req_per_minute": true,
		"check_daily_cap": true, "has_active_plan": true, "free_policies": true, "standard_policy": true, "strict": true,
		"delaySeconds": true, "message.ack": true, "user_id": true, "display_name": true, "push_name": true, "lid": true,
		"": false, "_": false, "John": false, "john": false, "me.john": false, "user_John": false, "key1234": false, "key": true,
		"201012345678": false, "id2": false, "aB3dE6gH9jK2mN": false, "deadbeef": false, "a@b.c": false, "Ünder": false,
		"https://wawp.net/session": false, "id id": false, "status\n": false,
	} {
		if got := madeOfWords(key); got != want {
			t.Errorf("%q: %v", key, got)
		}
	}
	for word := range words {
		if !regexp.MustCompile(`^[a-z]{2,}$`).MatchString(word) {
			t.Errorf("%q is no word", word)
		}
	}
}

// Keys that are not known are numbered in the order that the simulator gives them back in.
func TestMaskKeys(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ body, want string }{
		"known":        {`{"data":{"instanceId":"x"}}`, `{"data":{"instanceId":"string"}}`},
		"unknown":      {`{"zoe":1,"adam":"x","id":true}`, `{"key1":"string","key2":"number","id":"boolean"}`},
		"in a list":    {`[{"zoe":1},{"adam":1}]`, `[{"key1":"number"}]`},
		"of a fixture": {`{"key1":1,"key2":"x"}`, `{"key1":"number","key2":"string"}`},
		"more of them": {`{"a":{"key1":1,"key10":true,"key2":"x"},"id":1}`, `{"key1":{"key1":"number","key10":"boolean","key2":"string"},"id":"number"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := wawptest.FormOf(maskKeys([]byte(test.body))); !reflect.DeepEqual(got, decode(t, test.want)) {
				t.Errorf("got %v, want %s", got, test.want)
			}
		})
	}
}

// A port that answers no TLS, and a certificate that nobody trusts, are explained without quoting anything.
func TestUnanswered(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	p := newProbe(t, server.URL)
	p.expect(1)
	if !p.printed("No session was created: the server's certificate is not trusted.") {
		t.Errorf("it says %s", p.everything())
	}
	if got := unanswered(&net.OpError{Op: "read", Err: net.UnknownNetworkError(token)}); strings.Contains(got, token) {
		t.Errorf("it quotes %q", got)
	}
}

package main

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

// FuzzScrubber: of no answer does a value reach what is kept, and what is kept can be loaded. $ is the token.
func FuzzScrubber(f *testing.F) {
	whole, err := json.Marshal(full(map[string]any{"status": "WORKING"}))
	if err != nil {
		f.Fatal(err)
	}
	for _, body := range []string{
		string(whole), `{"$":"$","instance_id":"$","status":"$","code":"$"}`, `{"code":"invalid_session","message":"$"}`, `{"access$token":1,"KEY1":{"\u0024":[]}}`,
		"[1,[],{},\"$\",null,true]", "<html>$", "<?xml $", "$", "", "\ufeff{}", `{"a":1e999}`, "\xff", `{"STATUS":{"status":"stopped"}}`,
	} {
		for _, status := range []uint16{0, 204} {
			f.Add(status, "application/json; charset=UTF-8", body)
		}
	}
	f.Add(uint16(200), "text/$; charset=$", "a@example.com")
	unknown := regexp.MustCompile(`^an unknown code, no\. [0-9]+$`)
	f.Fuzz(func(t *testing.T, status uint16, contentType, body string) {
		body, contentType = strings.ReplaceAll(body, "$", token), strings.ReplaceAll(contentType, "$", token)
		s := newScrubber(token)
		answer := raw{200 + int(status%400), contentType, []byte(body)}
		kept := s.call(t.Context(), step{name: "a step", endpoint: sessionInfo}, answer)
		if again := s.call(t.Context(), step{name: "a step", endpoint: sessionInfo}, answer); again.code != kept.code || again.state != kept.state {
			t.Errorf("kept are %+v and %+v", kept, again)
		}
		if kept.state != "" && kept.state != otherState && !slices.Contains(states, kept.state) {
			t.Errorf("the state is %q", kept.state)
		}
		if kept.code != "" && !slices.Contains(codes, kept.code) && !unknown.MatchString(kept.code) {
			t.Errorf("the code is %q", kept.code)
		}
		if kept.token != strings.Contains(body, token) {
			t.Errorf("the token is in it: %t", kept.token)
		}
		encoded, err := json.Marshal(wawptest.Fixture{Calls: []wawptest.FixtureCall{kept.FixtureCall}})
		if err != nil || bytes.Contains(bytes.ToLower(encoded), []byte(strings.ToLower(token))) {
			t.Errorf("kept is %s (%v)", encoded, err)
		}
		if _, err := wawptest.LoadFixture(bytes.NewReader(encoded)); err != nil {
			t.Errorf("%s cannot be loaded: %v", encoded, err)
		}
		checkKeys(t, kept.Form)
	})
}

// checkKeys checks that all keys of a form are known words.
func checkKeys(t *testing.T, form any) {
	t.Helper()
	switch form := form.(type) {
	case []any:
		for _, element := range form {
			checkKeys(t, element)
		}
	case map[string]any:
		for key, inner := range form {
			if !madeOfWords(key) {
				t.Errorf("the key %q is kept", key)
			}
			checkKeys(t, inner)
		}
	}
}

package wawptest

import (
	"net/http"
	"reflect"
	"regexp"
	"testing"
	"time"
)

const (
	getLink    = "GET /v2/session/temp-link"
	newLink    = "POST /v2/session/temp-link"
	revokeLink = "DELETE /v2/session/temp-link"
)

func TestTempLink(t *testing.T) {
	t.Parallel()
	clock := &clock{now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	s := newSimulation(t, Config{Now: clock.Now})
	id := s.Add(Session{}).InstanceID

	none := func(when string) {
		t.Helper()
		if _, answer := s.call(getLink, id); !reflect.DeepEqual(answer, object{"link": nil}) {
			t.Errorf("%s: %v", when, answer)
		}
	}
	none("at first")

	status, first := s.call(newLink, id)
	url, _ := first["link"].(string)
	if status != http.StatusOK ||
		!regexp.MustCompile(`^https://app\.wawp\.net/temp-qr/[0-9A-Za-z]{64}$`).MatchString(url) {
		t.Errorf("got %d %v", status, first)
	}
	if first["expires_at"] != "2026-01-02T03:34:05Z" {
		t.Errorf("expires at %v", first["expires_at"])
	}
	clock.Advance(10 * time.Minute)
	if _, same := s.call(getLink, id); same["link"] != url || same["expires_at"] != first["expires_at"] {
		t.Errorf("read back: %v", same)
	}

	_, second := s.call(newLink, id)
	if second["link"] == url || second["expires_at"] != "2026-01-02T03:44:05Z" {
		t.Errorf("second: %v", second)
	}
	clock.Advance(30*time.Minute - time.Nanosecond)
	if _, last := s.call(getLink, id); last["link"] != second["link"] {
		t.Errorf("at the last moment: %v", last)
	}
	clock.Advance(time.Nanosecond)
	none("after 30 minutes")

	s.call(newLink, id)
	for range 2 {
		if status, answer := s.call(revokeLink, id); status != http.StatusOK || answer["success"] != true {
			t.Errorf("revoked: %d %v", status, answer)
		}
		none("once revoked")
	}
}

func TestDashboardLinks(t *testing.T) {
	t.Parallel()
	s := newSimulation(t, Config{})
	id, other := s.Add(Session{}).InstanceID, s.Add(Session{}).InstanceID
	_, first := s.call(newLink, id)
	second := s.NewLink(id)
	if _, answer := s.call(getLink, id); answer["link"] != second || answer["expires_at"] == nil ||
		second == first["link"] || s.Link(id) != second {
		t.Errorf("in place of %v: %v, want %q", first, answer, second)
	}
	s.ExpireLink(id)
	if _, answer := s.call(getLink, id); !reflect.DeepEqual(answer, object{"link": nil}) || s.Link(id) != "" ||
		s.Link("unknown") != "" {
		t.Errorf("expired: %v", answer)
	}
	_, third := s.call(newLink, id)
	s.call(revokeLink, id)
	s.call("DELETE /v2/session/delete", id)
	links := s.Links(id)
	if len(links) != 3 || links[0] != first["link"] || links[1] != second || links[2] != third["link"] ||
		s.Links(other) != nil {
		t.Errorf("got %q and %q, want %v, %q and %v only", links, s.Links(other), first, second, third)
	}
}

func TestTempLinksOfTwoSessions(t *testing.T) {
	t.Parallel()
	s := newSimulation(t, Config{})
	one, two := s.Add(Session{}).InstanceID, s.Add(Session{}).InstanceID
	_, link := s.call(newLink, one)
	_, other := s.call(newLink, two)
	s.call(revokeLink, two)
	if _, answer := s.call(getLink, one); answer["link"] != link["link"] || link["link"] == other["link"] {
		t.Errorf("got %v, want %v; the other was %v", answer, link, other)
	}
}

package main

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

// TestEvents checks the status of a linked session after each event, and after a restart.
func TestEvents(t *testing.T) {
	t.Parallel()
	const number = "201012345678@c.us"
	for event, test := range map[string]struct{ is, linked, restarted string }{
		"link":                    {"WORKING", "201145202826@c.us", "WORKING"},
		"link?phone=201145209999": {"WORKING", "201145209999@c.us", "WORKING"},
		"unlink":                  {"SCAN_QR_CODE", "", "SCAN_QR_CODE"},
		"fail":                    {"FAILED", number, "WORKING"},
		"hang":                    {"STARTING", number, "WORKING"},
		"hang?for=1h":             {"STARTING", number, "WORKING"},
		"hang?for=0s":             {"WORKING", number, "WORKING"},
		"delete":                  {"deleted", "", ""},
	} {
		t.Run(event, func(t *testing.T) {
			t.Parallel()
			api := wawptest.New(wawptest.Config{Token: "t"})
			server := httptest.NewServer(withEvents(api))
			t.Cleanup(server.Close)
			id := api.Add(wawptest.Session{Status: "WORKING", Me: &wawptest.Me{ID: number}}).InstanceID
			if status, output := send(t, http.MethodPost, server.URL+"/mock/"+id+"/"+event); status != 200 ||
				output != id+" is "+test.is+"\n" {
				t.Errorf("it answers %d: %s", status, output)
			}
			linked := ""
			if s, _ := api.Session(id); s.Me != nil {
				linked = s.Me.ID
			}
			if linked != test.linked {
				t.Errorf("%q is linked, want %q", linked, test.linked)
			}
			post(t, server.URL, "session/restart", "t", id)
			if s, _ := api.Session(id); s.Status != test.restarted {
				t.Errorf("after a restart it is %s, want %s", s.Status, test.restarted)
			}
		})
	}
}

// TestInvalidEventsAreRefused: the answer explains the events. The paths of the API stay as strict as they are.
func TestInvalidEventsAreRefused(t *testing.T) {
	t.Parallel()
	api := wawptest.New(wawptest.Config{})
	server := httptest.NewServer(withEvents(api))
	t.Cleanup(server.Close)
	id := api.Add(wawptest.Session{Status: "WORKING"}).InstanceID
	for _, r := range []string{
		"POST /mock/" + id + "/explode", "POST /mock/" + id, "POST /mock/" + id + "/link?phone=%2B20", "POST /mock/" +
			id + "/hang?for=ever",
		"POST /mock/0/fail", "GET /mock/" + id + "/fail",
	} {
		method, path, _ := strings.Cut(r, " ")
		if status, output := send(t, method, server.URL+path); status != http.StatusBadRequest ||
			!strings.Contains(output, "hang?for=20s") {
			t.Errorf("%s: it answers %d: %s", r, status, output)
		}
	}
	if s, _ := api.Session(id); s.Status != "WORKING" {
		t.Errorf("the session is %s", s.Status)
	}
	for _, path := range []string{"/mock", "/v2//session/info", "/v2/session/info/../info"} {
		if status, output := send(t, http.MethodPost, server.URL+path); status != http.StatusNotFound ||
			!strings.Contains(output, "rest_no_route") {
			t.Errorf("%s: it answers %d: %s", path, status, output)
		}
	}
}

func send(t *testing.T, method, address string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	output, err := io.ReadAll(response.Body)
	if err := errors.Join(err, response.Body.Close()); err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(output)
}

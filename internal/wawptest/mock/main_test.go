package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

func TestRun(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		args   []string
		token  string
		second int    // the status of a second create
		then   string // the status after a start and a request for the QR code
	}{
		"random token": {nil, `[0-9A-Za-z]{14}`, 201, "SCAN_QR_CODE"},
		"all flags": {
			[]string{
				"-addr", "127.0.0.1:0", "-token", "abc", "-quota", "1", "-paid", "-boot", "1h", "-pair-after",
				"1ns",
			},
			`abc`, 403, "STARTING",
		},
		"a phone":  {[]string{"-pair-after", "1ns"}, `[0-9A-Za-z]{14}`, 201, "WORKING"},
		"no hurry": {[]string{"-pair-after", "1h"}, `[0-9A-Za-z]{14}`, 201, "SCAN_QR_CODE"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, stop := context.WithCancel(t.Context())
			reader, writer := io.Pipe()
			ended := make(chan error, 1)
			go func() {
				ended <- run(ctx, test.args, writer)
				_ = writer.Close()
			}()

			lines := bufio.NewScanner(reader)
			var printed []string
			for len(printed) < 3 && lines.Scan() {
				printed = append(printed, lines.Text())
			}
			if len(printed) != 3 || printed[0] != "# the simulated Wawp API; Ctrl-C ends it" {
				t.Fatalf("printed %q", printed)
			}
			base, ok := strings.CutPrefix(printed[1], "export WAWP_BASE_URL=")
			if !ok || !regexp.MustCompile(`^http://127\.0\.0\.1:\d+$`).MatchString(base) {
				t.Errorf("printed %q", printed[1])
			}
			token, ok := strings.CutPrefix(printed[2], "export WAWP_ACCESS_TOKEN=")
			if !ok || !regexp.MustCompile("^"+test.token+"$").MatchString(token) {
				t.Errorf("printed %q", printed[2])
			}
			status, created := post(t, base, "session/create", token, "")
			if status != http.StatusCreated {
				t.Errorf("create: %d", status)
			}
			if status, _ := post(t, base, "session/create", "x", ""); status != http.StatusUnauthorized {
				t.Errorf("create with another token: %d", status)
			}
			if status, _ := post(t, base, "session/create", token, ""); status != test.second {
				t.Errorf("second create: %d", status)
			}
			id := created["instance_id"]
			post(t, base, "session/start", token, id)
			post(t, base, "auth/qr", token, id)
			if _, info := post(t, base, "session/info", token, id); info["status"] != test.then {
				t.Errorf("it is %v, want %s", info["status"], test.then)
			}

			stop()
			if err := <-ended; err != nil {
				t.Error(err)
			}
			if lines.Scan() {
				t.Errorf("printed more: %q", lines.Text())
			}
		})
	}
}

// post returns the answer's status and the texts in it.
func post(t *testing.T, base, path, token, id string) (int, map[string]string) {
	t.Helper()
	query, body := url.Values{"access_token": {token}}, map[string]string{"access_token": token}
	if id != "" {
		query.Set("instance_id", id)
		body["instance_id"] = id
	}
	encoded, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base+"/v2/"+path+"?"+query.Encode(),
		bytes.NewReader(encoded))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	_ = json.NewDecoder(response.Body).Decode(&texts) // values that are no text are left out
	if err := response.Body.Close(); err != nil {
		t.Error(err)
	}
	return response.StatusCode, texts
}

func TestRunRefusesOtherAddresses(t *testing.T) {
	t.Parallel()
	var stdout strings.Builder
	if err := run(t.Context(), []string{"-addr", "0.0.0.0:0"}, &stdout); err == nil || stdout.Len() > 0 {
		t.Errorf("got %v, printed %q", err, stdout.String())
	}
}

package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

func TestRun(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		args  []string
		token string
	}{
		"random token": {nil, `[0-9A-Za-z]{14}`},
		"all flags":    {[]string{"-addr", "127.0.0.1:0", "-token", "abc", "-quota", "1", "-paid", "-boot", "1s"}, `abc`},
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
			if status := create(t, base, token); status != http.StatusCreated {
				t.Errorf("create: %d", status)
			}
			if status := create(t, base, "x"); status != http.StatusUnauthorized {
				t.Errorf("create with another token: %d", status)
			}
			if status, limited := create(t, base, token), len(test.args) > 0; limited != (status == http.StatusForbidden) {
				t.Errorf("second create: %d", status)
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

func create(t *testing.T, base, token string) int {
	t.Helper()
	body := strings.NewReader(`{"access_token":"` + token + `"}`)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base+"/v2/session/create?access_token="+token, body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	if err := response.Body.Close(); err != nil {
		t.Error(err)
	}
	return response.StatusCode
}

func TestRunRefusesOtherAddresses(t *testing.T) {
	t.Parallel()
	var stdout strings.Builder
	if err := run(t.Context(), []string{"-addr", "0.0.0.0:0"}, &stdout); err == nil || stdout.Len() > 0 {
		t.Errorf("got %v, printed %q", err, stdout.String())
	}
}

package main

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

// TestMain makes this binary the program itself, for the test of signals.
func TestMain(m *testing.M) {
	if os.Getenv("PROBE_TEST_MAIN") != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		env   map[string]string
		stdin string
		args  []string
		code  int
		says  string
	}{
		"no token":          {map[string]string{"WAWP_ACCESS_TOKEN": ""}, "yes\n", nil, 2, "WAWP_ACCESS_TOKEN is not set"},
		"blank token":       {map[string]string{"WAWP_ACCESS_TOKEN": " \n"}, "yes\n", []string{"-yes"}, 2, "WAWP_ACCESS_TOKEN is not set"},
		"no":                {nil, "no\n", nil, 2, "-yes"},
		"y":                 {nil, "y\n", nil, 2, "-yes"},
		"yes, but":          {nil, "yes, but\n", nil, 2, "-yes"},
		"nobody":            {nil, "", nil, 2, "make probe YES=1"},
		"-yes=false":        {nil, "\n", []string{"-yes=false"}, 2, "-yes"},
		"unknown flag":      {nil, "yes\n", []string{"-no"}, 2, "-no"},
		"help":              {nil, "yes\n", []string{"-h"}, 0, "-out"},
		"unencrypted":       {map[string]string{"WAWP_BASE_URL": "http://192.0.2.1"}, "yes\n", nil, 2, "unencrypted"},
		"unencrypted, name": {map[string]string{"WAWP_BASE_URL": "http://localhost.example"}, "yes\n", nil, 2, "unencrypted"},
		"no address":        {map[string]string{"WAWP_BASE_URL": "https://T0k3n@"}, "yes\n", nil, 2, "names no host"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, api := simulate(t, wawptest.Config{})
			for key, value := range test.env {
				p.env[key] = value
			}
			p.stdin = strings.NewReader(test.stdin)
			p.expect(test.code, test.args...)
			if !strings.Contains(p.stderr.String(), test.says) {
				t.Errorf("it says %q", p.stderr)
			}
			if api.Count("") > 0 {
				t.Errorf("it sent %v", api.Requests())
			}
			if _, err := os.Stat(p.file); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("it wrote a file: %v", err)
			}
		})
	}
}

func TestConsent(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		stdin string
		args  []string
	}{
		"typed":        {"yes\n", nil},
		"without line": {" yes ", nil},
		"flag":         {"", []string{"-yes"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, api := simulate(t, wawptest.Config{})
			p.stdin = strings.NewReader(test.stdin)
			if test.args != nil {
				p.stdin = forbiddenReader{t}
			}
			p.expect(0, test.args...)
			for _, what := range []string{"one instance of the account's quota", "deletes it", "sends no message", "touches nothing else"} {
				if !p.printed(what) {
					t.Errorf("it does not say %q first: %s", what, p.stdout)
				}
			}
			if api.Count(create.endpoint) != 1 || len(api.Sessions()) != 0 {
				t.Errorf("created %d, left %v", api.Count(create.endpoint), api.Sessions())
			}
		})
	}
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"":                     "https://api.wawp.net",
		" https://a.example/x": "https://a.example/x",
		"http://localhost:1":   "http://localhost:1",
		"http://127.0.0.2":     "http://127.0.0.2",
		"http://[::1]:1":       "http://[::1]:1",
		"http://a.example":     "",
		"http://10.0.0.1":      "",
		"ftp://a.example":      "",
	} {
		got, err := address(given)
		if (err == nil) != (want != "") || err == nil && got.String() != want {
			t.Errorf("%q: got %v, %v", given, got, err)
		}
	}
}

// What took an instance to get is shown if it cannot be written.
func TestUnwritableFile(t *testing.T) {
	t.Parallel()
	p, api := simulate(t, wawptest.Config{})
	p.expect(1, "-out", filepath.Join(t.TempDir(), "no", "such", "folder"))
	if !p.printed(`"endpoint": "POST /v2/session/create"`) || !p.printed("Settled:") || len(api.Sessions()) != 0 {
		t.Errorf("printed %s\n%s", p.stdout, p.stderr)
	}
}

// A signal to the program itself ends the walk, and the session is deleted, be it while a request is under way or in a wait.
func TestSignals(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		signal  syscall.Signal
		request string // is under way
	}{
		"Ctrl-C in create":    {syscall.SIGINT, create.endpoint},
		"SIGTERM in a step":   {syscall.SIGTERM, "GET /v2/session/rate-limit"},
		"a closed terminal":   {syscall.SIGHUP, "POST /v2/session/start"},
		"Ctrl-C in a wait":    {syscall.SIGINT, ""},
		"SIGTERM in deletion": {syscall.SIGTERM, "DELETE /v2/session/delete"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := wawptest.New(wawptest.Config{Token: token, Created: "STARTING", BootTime: 1e15})
			server, err := wawptest.Listen(api)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = server.Close() })
			held := make(chan struct{})
			if test.request != "" {
				api.Inject(wawptest.Fault{Match: test.request, Hold: held, Times: 1})
			}
			if strings.HasPrefix(test.request, "DELETE") {
				api.Inject(wawptest.Fault{Match: sessionInfo, Status: 404, Body: "{}"}) // There is no wait, then.
			}

			stdout, stderr := &output{}, &output{}
			cmd := exec.CommandContext(t.Context(), os.Args[0], "-yes", "-out", filepath.Join(t.TempDir(), "f"))
			cmd.Env = append(os.Environ(), "PROBE_TEST_MAIN=1", "WAWP_ACCESS_TOKEN="+token, "WAWP_BASE_URL="+server.URL)
			cmd.Stdout, cmd.Stderr = stdout, stderr
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if t.Failed() {
					t.Logf("it said %s\n%s\nand asked %v", stdout, stderr, api.Requests())
				}
			})
			match, count := test.request, 1
			if match == "" {
				match, count = sessionInfo, 2
			}
			if err := api.WaitFor(t.Context(), match, count); err != nil {
				t.Fatal(err)
			}
			if err := cmd.Process.Signal(test.signal); err != nil {
				t.Fatal(err)
			}
			waitFor(t, func() bool { return strings.Contains(stderr.String(), "Stopping.") })
			close(held)
			err = cmd.Wait()
			var exit *exec.ExitError
			if !errors.As(err, &exit) || exit.ExitCode() != 1 {
				t.Errorf("it ended with %v", err)
			}
			if left := api.Sessions(); len(left) != 0 || api.Count(create.endpoint) != 1 {
				t.Errorf("left %v, created %d times", left, api.Count(create.endpoint))
			}
			if !strings.Contains(stdout.String(), "The session is deleted.") {
				t.Error("it does not say that the session is deleted")
			}
		})
	}
}

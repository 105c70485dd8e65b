package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

const token = "T0k3nC4n4ry9x"

// probe is a program whose surroundings a test sees.
type probe struct {
	program
	t              *testing.T
	stdout, stderr *output
	env            map[string]string
	file           string
	interrupt      context.CancelFunc
}

// newProbe aims a program at an address.
func newProbe(t *testing.T, address string) *probe {
	t.Helper()
	p := &probe{
		t:      t,
		stdout: &output{},
		stderr: &output{},
		env:    map[string]string{"WAWP_ACCESS_TOKEN": token, "WAWP_BASE_URL": address},
		file:   filepath.Join(t.TempDir(), "probe.json"),
	}
	ctx, cancel := context.WithCancel(t.Context())
	p.interrupt = cancel
	transport := &http.Transport{}
	t.Cleanup(func() {
		cancel()
		transport.CloseIdleConnections()
	})
	p.program = program{
		stdin:       strings.NewReader("yes\n"),
		stdout:      p.stdout,
		stderr:      p.stderr,
		getenv:      func(name string) string { return p.env[name] },
		interrupted: func() (context.Context, context.CancelFunc) { return ctx, cancel },
		transport:   transport,
		pause:       time.Millisecond,
	}
	return p
}

// simulate aims a program at a simulated API.
func simulate(t *testing.T, config wawptest.Config) (*probe, *wawptest.API) {
	t.Helper()
	config.Token = token
	api := wawptest.New(config)
	server, err := wawptest.Listen(api)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	return newProbe(t, server.URL), api
}

func (p *probe) run(args ...string) int {
	return p.program.run(append([]string{"-out", p.file}, args...))
}

// expect runs the program, and fails the test for another exit code.
func (p *probe) expect(code int, args ...string) {
	p.t.Helper()
	if got := p.run(args...); got != code {
		p.t.Fatalf("exit code %d, want %d\n%s\n%s", got, code, p.stdout, p.stderr)
	}
}

// fixture is what the program wrote.
func (p *probe) fixture() wawptest.Fixture {
	p.t.Helper()
	file, err := os.Open(p.file)
	if err != nil {
		p.t.Fatal(err)
	}
	defer file.Close()
	f, err := wawptest.LoadFixture(file)
	if err != nil {
		p.t.Fatal(err)
	}
	return f
}

// everything is all that the program showed and wrote.
func (p *probe) everything() string {
	written, _ := os.ReadFile(p.file)
	return p.stdout.String() + p.stderr.String() + string(written)
}

func (p *probe) printed(text string) bool {
	return strings.Contains(p.stdout.String()+p.stderr.String(), text)
}

// output is a buffer that may be written from several goroutines.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(b)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}

// through is a transport that lets a test see, or replace, each exchange.
type through func(r *http.Request, next http.RoundTripper) (*http.Response, error)

// via puts it before the program's own transport.
func (p *probe) via(f through) {
	next := p.transport
	p.transport = roundTripper(func(r *http.Request) (*http.Response, error) { return f(r, next) })
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func decode(t *testing.T, text string) any {
	t.Helper()
	var value any
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return value
}

// forbiddenReader fails the test if it is read.
type forbiddenReader struct{ t *testing.T }

func (r forbiddenReader) Read([]byte) (int, error) {
	r.t.Error("it asked")
	return 0, io.EOF
}

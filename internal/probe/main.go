// Command probe walks one throw-away session of a Wawp account through the endpoints of the API, writes down the forms of
// the answers without a value of them, and says which open questions about the API they settle.
//
// The simulated API can answer in the forms that it writes: see wawptest.API.Answer.
package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/wawp/terraform-provider-wawp/internal/wawp"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

// The exit codes.
const (
	exitDone    = 0 // everything was asked, and the session is deleted
	exitFailed  = 1 // anything less
	exitRefused = 2 // nothing was sent
)

func main() {
	log.SetOutput(io.Discard) // only net/http writes there, and quotes what a server sends unasked
	os.Exit(program{
		stdin:  os.Stdin,
		stdout: os.Stdout,
		stderr: os.Stderr,
		getenv: os.Getenv,
		// A closed terminal or pipe must not end the program before the session is deleted, either.
		interrupted: func() (context.Context, context.CancelFunc) {
			return signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGPIPE)
		},
		transport: http.DefaultTransport, // honours HTTPS_PROXY
		pause:     3 * time.Second,       // as the documentation of session/info advises
	}.run(os.Args[1:]))
}

// program is what the command takes from its surroundings.
type program struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	getenv         func(string) string
	interrupted    func() (context.Context, context.CancelFunc)
	transport      http.RoundTripper
	pause          time.Duration // between two looks of a wait
}

// run returns the exit code.
func (p program) run(args []string) int {
	flags := flag.NewFlagSet("probe", flag.ContinueOnError)
	flags.SetOutput(p.stderr)
	yes := flags.Bool("yes", false, "go on without being asked")
	out := flags.String("out", "probe.json", "`file` to write the forms of the answers to")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return exitDone
	} else if err != nil {
		return exitRefused
	}

	token := strings.TrimSpace(p.getenv("WAWP_ACCESS_TOKEN"))
	if token == "" {
		return p.refuse("WAWP_ACCESS_TOKEN is not set: it must hold the access token of the account.")
	}
	base, err := address(p.getenv("WAWP_BASE_URL"))
	if err != nil {
		return p.refuse("WAWP_BASE_URL is no address to probe: " + err.Error() + ".")
	}
	if !p.consents(base.Host, *yes) {
		return p.refuse("It goes on only after \"yes\", or with -yes (make probe YES=1).")
	}

	ctx, stop := p.interrupted() // Not sooner: until now Ctrl-C just ends the program.
	defer stop()
	w := newWalk(p, base, token)
	done := w.run(ctx)
	if w.id == "" {
		return exitFailed // There is nothing to tell, and perhaps a file of an earlier walk to keep.
	}
	wrote := p.write(*out, w.fixture())
	p.report(w.calls)
	if !done || !wrote {
		return exitFailed
	}
	return exitDone
}

func (p program) refuse(why string) int {
	fmt.Fprintf(p.stderr, "probe: %s Nothing was sent.\n", why)
	return exitRefused
}

// address returns where the API is. It refuses what would send the token in the clear.
func address(given string) (*url.URL, error) {
	base, err := wawp.ParseBaseURL(cmp.Or(strings.TrimSpace(given), wawp.DefaultBaseURL))
	if err != nil {
		return nil, err
	}
	host := base.Hostname()
	if base.Scheme == "http" && host != "localhost" && !net.ParseIP(host).IsLoopback() {
		return nil, errors.New("it must begin with https://, or the token would travel unencrypted")
	}
	return base, nil
}

// consents says what is going to happen, and reports whether the person wants it.
func (p program) consents(host string, yes bool) bool {
	fmt.Fprintf(p.stdout, `This probes the Wawp API at %s.

  - It creates one session, which takes one instance of the account's quota for about a minute, and deletes it.
  - It sends no message, links no phone and touches nothing else of the account.
  - It writes down keys and types of the answers. No value of them is kept or shown.

`, host)
	if yes {
		return true
	}
	fmt.Fprint(p.stdout, `Type "yes" to go on: `)
	line, _ := bufio.NewReader(p.stdin).ReadString('\n')
	fmt.Fprintln(p.stdout)
	return strings.TrimSpace(line) == "yes"
}

// write writes the fixture, or shows it if it cannot be written: it took an instance to get.
func (p program) write(file string, fixture wawptest.Fixture) bool {
	var encoded bytes.Buffer
	encoder := json.NewEncoder(&encoded)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(fixture)
	if err == nil {
		err = os.WriteFile(file, encoded.Bytes(), 0o600)
	}
	if err != nil {
		fmt.Fprintf(p.stderr, "\nprobe: the forms could not be written: %v. Here they are:\n", err)
		fmt.Fprintf(p.stdout, "%s", encoded.Bytes())
		return false
	}
	fmt.Fprintf(p.stdout, "\nThe forms of %d answers are in %s.\n", len(fixture.Calls), file)
	return true
}

// report prints each question with what was found.
func (p program) report(calls []call) {
	settled, open := settle(calls)
	p.list("Settled:", settled)
	p.list("Still open:", open)
}

func (p program) list(title string, lines []string) {
	if len(lines) > 0 {
		fmt.Fprintf(p.stdout, "\n%s\n\n  - %s\n", title, strings.Join(lines, "\n  - "))
	}
}

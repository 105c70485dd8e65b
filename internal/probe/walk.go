package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/wawp/terraform-provider-wawp/internal/wawp"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

const (
	userAgent = "terraform-provider-wawp/probe"
	dashboard = "the Wawp dashboard (https://app.wawp.net)"

	// mostLooks bounds the wait for a session to start: about a minute, after which Wawp advises a restart.
	mostLooks = 20
	// cleanUpTime bounds the deletion of a session after the walk was cut short.
	cleanUpTime = 30 * time.Second
)

// The steps that questions are about.
const (
	stepCreate       = "create"
	stepInfo         = "info of the new session"
	stepRateLimit    = "rate limit"
	stepStart        = "start"
	stepStarted      = "info once started"
	stepQR           = "QR code"
	stepQRImage      = "QR code as image"
	stepNoLink       = "temporary link, before"
	stepNewLink      = "temporary link, made"
	stepLink         = "temporary link, there"
	stepRevoke       = "temporary link, revoked"
	stepWebhooks     = "webhooks"
	stepStop         = "stop"
	stepStopped      = "info once stopped"
	stepDelete       = "delete"
	stepStranger     = "info with a wrong token"
	stepGone         = "info once deleted"
	stepGoneLimit    = "rate limit once deleted"
	stepUnknownRoute = "unknown route"
)

// step is one request of the walk.
type step struct {
	name     string
	endpoint string                             // method and path
	take     func(*walk, context.Context, step) // default (*walk).ask
}

const sessionInfo = "POST /v2/session/info"

var create = step{name: stepCreate, endpoint: "POST /v2/session/create"}

// steps are what follows create. Methods are those that the documentation of each endpoint names first.
var steps = []step{
	{name: stepInfo, endpoint: sessionInfo},
	{name: stepRateLimit, endpoint: "GET /v2/session/rate-limit"},
	{name: stepStart, endpoint: "POST /v2/session/start"},
	{name: stepStarted, endpoint: sessionInfo, take: (*walk).wait},
	{name: stepQR, endpoint: "POST /v2/auth/qr"},
	{name: stepQRImage, endpoint: "POST /v2/auth/qr-image"},
	{name: stepNoLink, endpoint: "GET /v2/session/temp-link"},
	{name: stepNewLink, endpoint: "POST /v2/session/temp-link"},
	{name: stepLink, endpoint: "GET /v2/session/temp-link"},
	{name: stepRevoke, endpoint: "DELETE /v2/session/temp-link"},
	{name: stepWebhooks, endpoint: "GET /v2/session/webhook"},
	{name: stepStop, endpoint: "POST /v2/session/stop"},
	{name: stepStopped, endpoint: sessionInfo},
	{name: stepDelete, endpoint: "DELETE /v2/session/delete", take: (*walk).delete},
	// Before the next one: the simulator takes the last refusal of session/info for that of a session that is not there.
	{name: stepStranger, endpoint: sessionInfo, take: (*walk).askAsStranger},
	{name: stepGone, endpoint: sessionInfo, take: (*walk).askWhetherGone},
	{name: stepGoneLimit, endpoint: "GET /v2/session/rate-limit"},
	{name: stepUnknownRoute, endpoint: "POST /v2/session/nonsense"},
}

// walk takes one session through the steps.
type walk struct {
	base           *url.URL
	token          string
	stdout, stderr io.Writer
	pause          time.Duration

	tap     *tap
	client  *wawp.Client // sends through tap, and nothing twice
	cleaner *wawp.Client // sends past tap, and again if it must

	creating time.Time // when create was sent; zero before
	id       string    // of the session, once it is known
	deleted  bool      // so says Wawp
	doubted  bool      // because the session still answers
	scrub    scrubber
	calls    []call
}

func newWalk(p program, base *url.URL, token string) *walk {
	recording := &tap{next: p.transport}
	options := wawp.Options{AccessToken: token, BaseURL: base, UserAgent: userAgent, Transport: recording}
	client := wawp.New(options)
	options.Transport, options.RequestTimeout = p.transport, cleanUpTime/2
	options.MaxRetries, options.RetryWait = wawp.DefaultMaxRetries, p.pause/3
	return &walk{
		base:    base,
		token:   token,
		stdout:  p.stdout,
		stderr:  p.stderr,
		pause:   p.pause,
		tap:     recording,
		client:  client,
		cleaner: wawp.New(options),
		scrub:   newScrubber(token),
	}
}

// run reports whether every step was taken and the session is deleted. However it ends, the session is deleted, or the
// person is told what to do about it.
func (w *walk) run(ctx context.Context) (done bool) {
	defer func() { done = w.end(ctx, recover()) && done }()
	said := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(said)
		fmt.Fprintln(w.stderr, "\nStopping. What was created is deleted first; please wait.")
	})
	defer func() {
		if !stop() {
			<-said
		}
	}()
	if !w.create(ctx) {
		return false
	}
	for _, s := range steps {
		if ctx.Err() != nil {
			return false
		}
		if s.take == nil {
			s.take = (*walk).ask
		}
		s.take(w, ctx, s)
	}
	return ctx.Err() == nil
}

// end deletes the session if it is still there. cause is what a step panicked with.
func (w *walk) end(ctx context.Context, cause any) bool {
	if cause != nil {
		what := fmt.Sprintf("a panic with a value of type %T", cause) // The value could hold a secret.
		if own, ok := cause.(runtime.Error); ok {
			what = own.Error()
		}
		fmt.Fprintf(w.stderr, "\nprobe: this is a bug of the program: %s\n%s\n", what, debug.Stack())
		if w.id == "" && !w.creating.IsZero() {
			w.mayExist()
		}
	}
	switch {
	case w.id == "" || w.doubted:
		return false
	case !w.deleted && !w.cleanUp(ctx):
		w.leftBehind("THE SESSION COULD NOT BE DELETED.")
		return false
	}
	fmt.Fprintln(w.stdout, "\nThe session is deleted.")
	return cause == nil
}

// create makes the session. It is sent through the provider's own client, which never sends it twice, and waits for its
// answer even when the walk is called off.
func (w *walk) create(ctx context.Context) bool {
	w.creating = time.Now()
	session, err := w.client.CreateSession(ctx)
	w.id = session.InstanceID
	w.scrub.hide(w.id)
	made, answered := w.note(ctx, create, w.tap.last, err)
	switch {
	case err == nil:
		return true
	case !answered && !wawp.MayHaveActed(err):
		fmt.Fprintf(w.stderr, "\nNo session was created: %s.\n", unanswered(err))
	case !wawp.MayHaveActed(err):
		fmt.Fprintf(w.stderr, "\nNo session was created: Wawp refused with %s.%s\n", made.outcome(), advice[made.Status])
	case answered && made.Status < 300:
		fmt.Fprintf(w.stderr, "\nThe answer of create holds no instance id that this program knows. Its form is\n%s\n", indented(made.Form))
		w.mayExist()
	default:
		w.mayExist()
	}
	return false
}

// advice says what to do about a refusal to create a session (page of session/create).
var advice = map[int]string{
	http.StatusUnauthorized: "\nLook whether WAWP_ACCESS_TOKEN holds the token of the account.",
	http.StatusForbidden:    "\nThe quota may be used up: an instance that nobody uses can be deleted in " + dashboard + ".",
}

// mayExist says what to do after a create of which nobody knows what became.
func (w *walk) mayExist() {
	fmt.Fprintf(w.stderr, `
!!! A session may exist now, and count against the quota. It was not asked for again.
!!! Look in %s for an instance
!!! created at about %s. If there is one that nobody uses, delete it there.
`, dashboard, w.creating.UTC().Format("2006-01-02 15:04:05 MST"))
}

// ask takes a step in the documented form: credentials in the query, and for POST in the body, too.
func (w *walk) ask(ctx context.Context, s step) {
	answer, err := w.send(ctx, s, w.token)
	w.note(ctx, s, answer, err)
}

// askAsStranger takes it with a token that belongs to nobody.
func (w *walk) askAsStranger(ctx context.Context, s step) {
	answer, err := w.send(ctx, s, rand.Text()[:14])
	w.note(ctx, s, answer, err)
}

// askWhetherGone does not take Wawp's word for a deletion.
func (w *walk) askWhetherGone(ctx context.Context, s step) {
	answer, err := w.send(ctx, s, w.token)
	c, _ := w.note(ctx, s, answer, err)
	w.doubted = w.deleted && c.state != "" && c.state != "DELETED"
	if w.doubted {
		w.leftBehind("WAWP SAYS THAT THE SESSION IS DELETED, BUT STILL KNOWS IT.")
	}
}

// wait takes a step until the session has started, and notes the last answer.
func (w *walk) wait(ctx context.Context, s step) {
	for look := 1; ; look++ {
		answer, err := w.send(ctx, s, w.token)
		busy := err != nil || answer.status >= 500 || answer.read(ctx).state() == wawp.StatusStarting
		if busy && look == 1 {
			fmt.Fprintln(w.stdout, "  waiting for the session to start, for a minute at most ...")
		}
		if !busy || look == mostLooks {
			w.note(ctx, s, answer, err)
			return
		}
		if !w.rest(ctx) {
			return // What was seen last says nothing of how it ends.
		}
	}
}

// rest waits for the next look; it reports whether there is to be one.
func (w *walk) rest(ctx context.Context) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(w.pause):
		return true
	}
}

// delete takes the step through the provider's own client, which knows a deletion from an error in disguise. If it fails,
// the session is deleted in another way, so that what follows is asked of a session that is gone.
func (w *walk) delete(ctx context.Context, s step) {
	err := w.client.DeleteSession(ctx, w.id)
	w.deleted = err == nil || wawp.KindOf(err).Missing()
	w.note(ctx, s, w.tap.last, err)
	if !w.deleted && ctx.Err() == nil {
		w.cleanUp(ctx)
	}
}

// cleanUp deletes the session in its own time, again and again if it must.
func (w *walk) cleanUp(ctx context.Context) (done bool) {
	defer func() {
		if recover() != nil {
			done = false
		}
	}()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanUpTime)
	defer cancel()
	err := w.cleaner.DeleteSession(ctx, w.id)
	w.deleted = err == nil || wawp.KindOf(err).Missing()
	return w.deleted
}

// leftBehind is the only place that shows an instance id.
func (w *walk) leftBehind(headline string) {
	fmt.Fprintf(w.stderr, `
!!! %s It counts against the quota until it is gone.
!!! Its instance id is %q.
!!! Delete it in %s, or with
!!!   curl -G -X DELETE --data-urlencode "access_token=$WAWP_ACCESS_TOKEN" -d 'instance_id=%s' '%s'
`, headline, w.id, dashboard, url.QueryEscape(w.id), w.base.JoinPath("/v2/session/delete"))
}

// send sends a request. It follows no redirect, and its errors hold no URL.
func (w *walk) send(ctx context.Context, s step, token string) (*raw, error) {
	ctx, cancel := context.WithTimeout(ctx, wawp.DefaultRequestTimeout)
	defer cancel()
	method, path, _ := strings.Cut(s.endpoint, " ")
	target := w.base.JoinPath(path)
	target.RawQuery = url.Values{"access_token": {token}, "instance_id": {w.id}}.Encode()
	var body io.Reader
	if method == http.MethodPost {
		credentials, err := json.Marshal(map[string]string{"access_token": token, "instance_id": w.id})
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(credentials)
	}
	request, err := http.NewRequestWithContext(ctx, method, target.String(), body)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", "application/json")
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", userAgent)
	response, err := w.tap.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	return w.tap.last, response.Body.Close()
}

// note records a step's answer, if there was one, and prints a line about it.
func (w *walk) note(ctx context.Context, s step, answer *raw, err error) (call, bool) {
	if answer == nil {
		w.print(s, unanswered(err))
		return call{}, false
	}
	c := w.scrub.call(ctx, s, *answer)
	w.calls = append(w.calls, c)
	w.print(s, fmt.Sprintf("%d %s%s", c.Status, c.ContentType, inBrackets(c.code)))
	return c, true
}

func (w *walk) print(s step, outcome string) {
	fmt.Fprintf(w.stdout, "  %-25s %-30s %s\n", s.name, s.endpoint, outcome)
}

func inBrackets(code string) string {
	if code == "" {
		return ""
	}
	return " (" + code + ")"
}

// unanswered says why there was no answer. It quotes nothing: an error may quote what the server sent.
func unanswered(err error) string {
	var (
		timeout     net.Error
		operation   *net.OpError
		certificate *tls.CertificateVerificationError
	)
	switch {
	case errors.Is(err, context.Canceled):
		return "it was called off"
	case errors.Is(err, wawp.ErrTimeout), errors.As(err, &timeout) && timeout.Timeout():
		return "no answer came in time"
	case errors.As(err, &certificate):
		return "the server's certificate is not trusted"
	case errors.As(err, &operation) && operation.Op == "dial":
		return "the server could not be reached"
	}
	return "the connection broke, or the answer was not HTTP"
}

func indented(form any) []byte {
	encoded, _ := json.MarshalIndent(form, "", "  ") // Forms are JSON.
	return encoded
}

func (w *walk) fixture() wawptest.Fixture {
	var f wawptest.Fixture
	for _, c := range w.calls {
		f.Calls = append(f.Calls, c.FixtureCall)
	}
	return f
}

package wawp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"unicode"
)

func TestErrorText(t *testing.T) {
	t.Parallel()
	for want, e := range map[string]*Error{
		`POST /x: HTTP 403 (quota_reached): "Your quota is reached"`: {
			Kind: QuotaReached, Status: 403,
			Code: "quota_reached", Message: "Your quota is reached",
		},
		`POST /x: HTTP 502 (text/html, 6 bytes) (after 5 attempts)`: {
			Kind: GatewayFault, Status: 502,
			body: "text/html, 6 bytes", Attempts: 5,
		},
		`POST /x: HTTP 302, a redirect to https://b.example, which is not followed`: {
			Kind: Redirect, Status: 302,
			Redirect: "https://b.example",
		},
		`POST /x: HTTP 201, but the answer holds no id`: {
			Kind: Unreadable, Status: 201,
			text: "the answer holds no id",
		},
		`POST /x: HTTP 201, but the answer broke off: EOF`: {
			Kind: NoAnswer, Status: 201,
			text: "the answer broke off: EOF", cause: io.EOF,
		},
		`POST /x: the request was sent, but EOF`:                 {Kind: NoAnswer, text: "EOF"},
		`POST /x: the request did not reach the server: refused`: {Kind: NotSent, text: "refused"},
		`POST /x: the request did not reach the server: no turn`: {
			Kind: Unsendable,
			text: "no turn",
		},
		`POST /x: HTTP 429 (after 2 attempts); the retries were then interrupted`: {
			Kind:   TooManyRequests,
			Status: 429, Attempts: 2, interruption: context.Canceled,
		},
	} {
		e.Op = "POST /x"
		if got := e.Error(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
		if got := e.Op + ": " + e.Answer(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// TestErrorQuotesOnlyCodeAndMessage expects the media type and the length of any other answer.
func TestErrorQuotesOnlyCodeAndMessage(t *testing.T) {
	t.Parallel()
	const secret = "s3cr3t"
	for _, test := range []struct{ contentType, body, says string }{
		{
			"application/json", `{"code":"no","message":"Not now.","link":"s3cr3t","data":{"value":"s3cr3t"}}`,
			` (no): "Not now."`,
		},
		{"application/json", `{"message":"Not now.","details":"s3cr3t"}`, `: "Not now."`},
		{"application/json", `{"code":"no","details":"s3cr3t"}`, ` (no)`},
		{"application/json; charset=utf-8", `{"link":"s3cr3t"}`, ` (application/json, 17 bytes)`},
		{"application/json", `["s3cr3t"]`, ` (application/json, 10 bytes)`},
		{"text/html; charset=utf-8", `<html>s3cr3t</html>`, ` (text/html, 19 bytes)`},
		{"a/b/c", `s3cr3t`, ` (of no media type, 6 bytes)`},
		{"", `s3cr3t`, ` (of no media type, 6 bytes)`},
		{"text/html", ``, ``},
	} {
		for status, prefix := range map[int]string{
			200: "HTTP 200, but the answer does not describe a session", 403: "HTTP 403", 404: "HTTP 404",
			500: "HTTP 500",
		} {
			s := serve(t, response(status, test.body, "Content-Type", test.contentType))
			var log []Attempt
			c := client(t, s.URL, func(o *Options) {
				o.MaxRetries, o.Log = 0,
					func(_ context.Context, a Attempt) { log = append(log, a) }
			})
			_, err := c.GetSession(context.Background(), "A1")
			if want := "POST /v2/session/info: " + prefix + test.says; err == nil || err.Error() != want {
				t.Errorf("%s: %v, want %s", test.body, err, want)
			}
			if shown := fmt.Sprintf("%+v %#v", log, err); strings.Contains(shown, secret) {
				t.Errorf("%s: %s", test.body, shown)
			}
		}
	}
}

// TestErrorDoesNotQuoteInvalidHTTP has answers that net/http would quote in its error.
func TestErrorDoesNotQuoteInvalidHTTP(t *testing.T) {
	t.Parallel()
	const secret = "s3cr3t"
	for name, answer := range map[string]string{
		"no HTTP": secret + "\r\n", "no status": "HTTP/1.1 " + secret + "\r\n\r\n", "no header": "HTTP/1.1 200 OK\r\n" +
			secret + "\r\n\r\n",
		"no length":       "HTTP/1.1 200 OK\r\nContent-Length: " + secret + "\r\n\r\n",
		"no trailer":      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + secret + "\r\n\r\n",
		"an odd encoding": "HTTP/1.1 200 OK\r\nTransfer-Encoding: " + secret + "\r\n\r\n",
	} {
		var log []Attempt
		c := client(t, serve(t, rawResponse(answer)).URL, func(o *Options) {
			o.MaxRetries, o.Log = 0, func(_ context.Context, a Attempt) { log = append(log, a) }
		})
		_, err := c.CreateSession(context.Background())
		if KindOf(err) != NoAnswer || !strings.Contains(err.Error(), errBroken.Error()) {
			t.Errorf("%s: %v", name, err)
		}
		if shown := fmt.Sprintf("%v %+v", err, log); strings.Contains(shown, secret) {
			t.Errorf("%s: %s", name, shown)
		}
	}
}

// TestErrorsAreOneSafeLine has texts that others choose: the refusal of a proxy, a media type, the target of a
// redirect.
func TestErrorsAreOneSafeLine(t *testing.T) {
	t.Parallel()
	const odd = testToken + "\u202e\x01"
	for name, reply := range map[string]http.HandlerFunc{
		"a proxy":   rawResponse("HTTP/1.1 502 " + odd + strings.Repeat(" x", 5000) + "\r\n\r\n"),
		"a type":    response(200, "?", "Content-Type", strings.Repeat("x", 5000)+"/x"),
		"far away":  response(302, "", "Location", "https://"+strings.Repeat("x", 5000)+".example/"),
		"to no one": response(302, "", "Location", "https://%ff%e2%80%ae.example/"),
	} {
		var log []Attempt
		s := serve(t, reply)
		c := client(t, s.URL, func(o *Options) {
			o.MaxRetries, o.Log = 0, func(_ context.Context, a Attempt) { log = append(log, a) }
			if name == "a proxy" {
				transport := newTransport(nil)
				transport.Proxy = http.ProxyURL(o.BaseURL)
				o.Transport, o.BaseURL = transport, &url.URL{Scheme: "https", Host: "api.wawp.test"}
			}
		})
		_, err := c.CreateSession(context.Background())
		for _, shown := range []string{fmt.Sprint(err), fmt.Sprint(log)} {
			if len(shown) > 1000 || strings.Contains(shown, testToken) ||
				strings.ContainsFunc(shown, func(r rune) bool { return !unicode.IsPrint(r) }) {
				t.Errorf("%s: %d bytes are shown: %.1000q", name, len(shown), shown)
			}
		}
		if s.count() != 1 || err == nil {
			t.Errorf("%s: %v after %d requests", name, err, s.count())
		}
	}
}

// TestErrorIsAndAsFindItsCause expects no other target to match.
func TestErrorIsAndAsFindItsCause(t *testing.T) {
	t.Parallel()
	timeout := &net.OpError{Op: "dial", Err: context.DeadlineExceeded}
	e := &Error{
		Kind: NotSent, cause: fmt.Errorf("no: %w", networkError{timeout, false}),
		interruption: context.Canceled,
	}
	var op *net.OpError
	if !errors.Is(e, NotSent) || !errors.Is(e, context.Canceled) || !errors.As(e, &op) || op != timeout {
		t.Errorf("%v does not tell its cause", e)
	}
	if errors.Is(e, context.DeadlineExceeded) || errors.Is(e, NoAnswer) || errors.Unwrap(e) != nil {
		t.Errorf("%v tells more than its cause", e)
	}
	if errors.As(&Error{Kind: Refused}, &op) {
		t.Error("an answer has a cause")
	}
}

// TestIsAbout tells a 404 about an object from one about an endpoint.
func TestIsAbout(t *testing.T) {
	t.Parallel()
	for noun, said := range map[string]map[string]bool{
		"link": {
			`{"code":"not_found","message":"No active link for this session"}`: true,
			`{"code":"temp_link_not_found"}`:                                   true, `{"error":"Link expired"}`: true,
			`{"message":"There are no links."}`: true, `{"message":"No phone is linked"}`: false,
			`{"message":"Not Found"}`: false, `<html>No link</html>`: false,
			`{"message":"Cannot GET /v2/session/temp-link"}`: false,
			`{"code":"rest_no_route","message":"No link"}`:   false, `{"message":"Session not found"}`: false,
			`{"message":"Unknown endpoint: temp-link"}`: false,
		},
		"webhook": {
			`{"message":"No such webhook"}`:                                 true,
			`{"message":"The route v2/webhook/update could not be found."}`: false,
		},
		"policy": {
			`{"code":"policy_not_found","message":"No."}`:            true,
			`{"message":"Policy strict not found for this session"}`: true,
		},
	} {
		for body, want := range said {
			var e *Error
			_, err := client(t, serve(t, response(404, body)).URL).GetSession(t.Context(), "A1")
			if !errors.As(err, &e) || e.IsAbout(noun) != want {
				t.Errorf("%s: %s, %v", noun, body, err)
			}
		}
	}
	if (&Error{Kind: Refused, Message: "No link"}).IsAbout("link") {
		t.Error("what is no 404 is about something")
	}
}

func TestNoInstanceIDSendsNothing(t *testing.T) {
	t.Parallel()
	s := serve(t, response(200, ""))
	if err := client(t, s.URL).DeleteSession(context.Background(), ""); KindOf(err) != Unsendable || s.count() != 0 {
		t.Errorf("error %v, %d requests", err, s.count())
	}
}

// TestUnreadableAnswerCountsItsAttempts: an attempt before has failed.
func TestUnreadableAnswerCountsItsAttempts(t *testing.T) {
	t.Parallel()
	s := serve(t, response(502, ""), response(200, "<html>"))
	_, err := client(t, s.URL).GetRateLimit(t.Context(), "A1")
	if e := (*Error)(nil); !errors.As(err, &e) || e.Kind != Unreadable || e.Attempts != 2 {
		t.Errorf("%#v", err)
	}
}

package wawp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"unicode"
)

func TestErrorSaysWhatHappened(t *testing.T) {
	t.Parallel()
	for want, e := range map[string]*Error{
		`POST /x: HTTP 403 (quota_reached): "Your quota is reached"`:                {Status: 403, Code: "quota_reached", Message: "Your quota is reached"},
		`POST /x: HTTP 502: "<html>" (after 5 attempts)`:                            {Status: 502, Message: "<html>", Attempts: 5},
		`POST /x: HTTP 302, a redirect to https://b.example, which is not followed`: {Status: 302, Redirect: "https://b.example"},
		`POST /x: HTTP 201, but the answer holds no id`:                             {Status: 201, text: "the answer holds no id"},
		`POST /x: HTTP 201, but the answer broke off: EOF`:                          {Status: 201, text: "the answer broke off: EOF", cause: io.EOF},
		`POST /x: the request was sent, but EOF`:                                    {sent: true, text: "EOF"},
		`POST /x: the request did not reach the server: refused`:                    {text: "refused"},
		`POST /x: HTTP 429 (after 2 attempts); the retries were then interrupted`:   {Status: 429, Attempts: 2, cause: context.Canceled},
	} {
		e.Op = "POST /x"
		if got := e.Error(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// TestErrorsAreFitToBeShown: what net/http says of an answer that it cannot read, and where a redirect points, the server chose.
func TestErrorsAreFitToBeShown(t *testing.T) {
	t.Parallel()
	for name, reply := range map[string]http.HandlerFunc{
		"endless":   says("HTTP/1.1 200 OK\r\n" + strings.Repeat("x ", 5000) + "\r\n\r\n"),
		"far away":  answers(302, "", "Location", "https://"+strings.Repeat("x", 5000)+".example/"),
		"to no one": answers(302, "", "Location", "https://%ff%e2%80%ae.example/"),
	} {
		var log []Attempt
		c := client(t, serve(t, reply).URL, func(o *Options) {
			o.MaxRetries, o.Log = 0, func(_ context.Context, a Attempt) { log = append(log, a) }
		})
		_, err := c.CreateSession(context.Background())
		for _, shown := range []string{fmt.Sprint(err), fmt.Sprint(log)} {
			if len(shown) > 1000 || strings.ContainsFunc(shown, func(r rune) bool { return !unicode.IsPrint(r) }) {
				t.Errorf("%s: %d bytes are shown: %.1000q", name, len(shown), shown)
			}
		}
	}
}

func TestPredicatesLookThroughWrapping(t *testing.T) {
	t.Parallel()
	for name, predicate := range map[string]func(error) bool{
		"IsNotFound": IsNotFound, "IsNotOffered": IsNotOffered, "IsInvalidSession": IsInvalidSession, "IsUnreadable": IsUnreadable,
		"IsQuotaReached": IsQuotaReached, "MayHaveActed": MayHaveActed,
	} {
		yes := map[string]*Error{
			"IsNotFound": {Status: 404, own: true}, "IsNotOffered": {Status: 404}, "IsInvalidSession": {known: codeInvalidSession},
			"IsUnreadable": {Status: 200}, "IsQuotaReached": {Status: 403, known: codeQuotaReached}, "MayHaveActed": {sent: true},
		}[name]
		if !predicate(fmt.Errorf("wrapped: %w", yes)) {
			t.Errorf("%s is false of %+v", name, yes)
		}
		for _, err := range []error{nil, errors.New("other"), &Error{Status: 418, own: true, sent: true}} {
			if predicate(err) {
				t.Errorf("%s is true of %v", name, err)
			}
		}
	}
}

func TestQuotaIsKnownByCodeOrByMessage(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]bool{
		`{"code":"quota_reached","message":"No."}`:                           true,
		`{"code":"QUOTA_REACHED","message":"No."}`:                           true,
		`{"status":403,"error":"quota_reached","message":"No."}`:             true,
		`{"message":"You have reached your instance quota"}`:                 true,
		`{"code":"subscription_required","message":"Not within your quota"}`: false,
		`{"message":"No."}`: false,
	} {
		s := serve(t, answers(403, body))
		if _, err := client(t, s.URL).CreateSession(context.Background()); IsQuotaReached(err) != want {
			t.Errorf("%s: %t", body, !want)
		}
	}
}

func TestNoInstanceIDSendsNothing(t *testing.T) {
	t.Parallel()
	s := serve(t, answers(200, ""))
	if err := client(t, s.URL).DeleteSession(context.Background(), ""); err == nil || s.count() != 0 {
		t.Errorf("error %v, %d requests", err, s.count())
	}
}

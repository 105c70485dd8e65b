package wawp

import (
	"context"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// echoes are the forms in which a server can echo the token.
func echoes(token string) []string {
	quoted, _ := json.Marshal(token)
	return []string{
		token, url.QueryEscape(token), url.PathEscape(token), html.EscapeString(token), strings.Trim(string(quoted), `"`),
		strings.ReplaceAll(token, "/", `\/`),
	}
}

// TestErrorsHoldNoToken is promise P4 for the errors and the log of the client.
func TestErrorsHoldNoToken(t *testing.T) {
	t.Parallel()
	echo := strings.Join(echoes(testToken), " ")
	replies := map[string]http.HandlerFunc{
		"reset": resets, "timeout": stalls, "cut off": cutsOff,
		"no status": says("HTTP/1.1 " + echo + "\r\n\r\n"), "no header": says("HTTP/1.1 200 OK\r\n" + echo + "\r\n\r\n"),
		"redirect": answers(302, "", "Location", "https://"+url.PathEscape(testToken)+".example/?access_token="+url.QueryEscape(testToken)),
	}
	for _, status := range []int{200, 400, 401, 403, 404, 429, 500, 502} {
		encoded, _ := json.Marshal(echo)
		replies[fmt.Sprintf("%d text", status)] = answers(status, echo)
		replies[fmt.Sprintf("%d HTML", status)] = answers(status, "<html>"+echo)
		replies[fmt.Sprintf("%d message", status)] = answers(status, fmt.Sprintf(`{"code":%s,"message":%s}`, encoded, encoded))
		replies[fmt.Sprintf("%d error", status)] = answers(status, fmt.Sprintf(`{"error":%s}`, encoded))
		replies[fmt.Sprintf("%d other", status)] = answers(status, fmt.Sprintf(`{"user":{"access_token":%s}}`, encoded))
	}
	for name, reply := range replies {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, reply)
			var log []Attempt
			c := client(t, s.URL, func(o *Options) {
				o.MaxRetries, o.RequestTimeout = 0, 200*time.Millisecond
				o.Log = func(_ context.Context, a Attempt) { log = append(log, a) }
			})
			_, err := c.CreateSession(context.Background())
			checkHolds(t, "error", fmt.Sprintf("%v %+v %#v", err, err, err), err)
			checkHolds(t, "log", fmt.Sprintf("%+v", log), err)
		})
	}
	_, err := client(t, "http://127.0.0.1:1", func(o *Options) { o.MaxRetries = 0 }).CreateSession(context.Background())
	checkHolds(t, "refused connection", fmt.Sprintf("%v %#v", err, err), err)
}

func checkHolds(t *testing.T, what, shown string, err error) {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	for _, token := range echoes(testToken) {
		if strings.Contains(shown, token) {
			t.Errorf("the %s holds the token as %s: %s", what, token, shown)
		}
	}
}

func TestSecretsAreBlottedOut(t *testing.T) {
	t.Parallel()
	r := newRedactor(testToken, "", "sh/ort")
	for text, want := range map[string]string{
		"nothing secret: HTTP 404":                                 "nothing secret: HTTP 404",
		"Invalid token: please log in":                             "Invalid token: please log in",
		"a " + testToken + " b " + testToken:                       "a (redacted) b (redacted)",
		"x" + testToken + "x":                                      "x(redacted)x",
		"?access_token=" + url.QueryEscape(testToken) + "&a=1":     "?access_token=(redacted)&a=1",
		"/" + url.PathEscape(testToken) + "/":                      "/(redacted)/",
		"<b>" + html.EscapeString(testToken) + "</b>":              "<b>(redacted)</b>",
		`{"t":"` + strings.ReplaceAll(testToken, "/", `\/`) + `"}`: `{"t":"(redacted)"}`,
		`{"t":"can+ary/tok=en\u002614"}`:                           `{"t":"(redacted)"}`, // as Go writes &
		`{"t":"can+ary\/tok=en\u002614"}`:                          `{"t":"(redacted)"}`,
	} {
		if got := r.line(text); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
		if got := r.value(text); got != want {
			t.Errorf("%s is kept as %s, want %s", text, got, want)
		}
	}
	for _, echo := range []string{"sh/ort", `sh\/ort`, "sh%2Fort"} {
		if line, value := r.line("a "+echo), r.value("a "+echo); line != "a (redacted)" || value != "a "+echo {
			t.Errorf("a short secret: %s in a text, %s where it is kept", line, value)
		}
	}
	if got := newRedactor("").line("no token"); got != "no token" {
		t.Errorf("without a token: %s", got)
	}
}

// TestSecretInASCIIIsBlottedOut: the message of a person has more than letters in it, and the API may well be written in PHP.
func TestSecretInASCIIIsBlottedOut(t *testing.T) {
	t.Parallel()
	r := newRedactor("Grüße 🚀\n\"a/b\\c")
	for _, echo := range []string{
		`Gr\u00fc\u00dfe \ud83d\ude80\n\"a\/b\\c`, `Gr\u00fc\u00dfe \ud83d\ude80\n\"a/b\\c`, `Grüße 🚀\n\"a/b\\c`,
	} {
		if got := r.line(`{"t":"` + echo + `"}`); got != `{"t":"(redacted)"}` {
			t.Errorf("%s is shown as %s", echo, got)
		}
	}
}

func TestLineIsShort(t *testing.T) {
	t.Parallel()
	r := newRedactor(testToken)
	if got := r.line(" a\n\tb\x00\x1b[31m\xff c "); strings.ContainsAny(got, "\n\t\x00\x1b") || !utf8.ValidString(got) {
		t.Errorf("quote is %q", got)
	}
	if got := r.line(" a\n\tb "); got != "a b" {
		t.Errorf("quote is %q", got)
	}
	if got := r.line(strings.Repeat("é ", 500)); len([]rune(got)) != quoteLength+3 {
		t.Errorf("quote has %d characters", len([]rune(got)))
	}
	// A token that straddles the end of the quote is not shown in part.
	if got := r.line(strings.Repeat("x ", quoteLength/2-3) + testToken); strings.Contains(got, testToken[:4]) {
		t.Errorf("quote shows a part of the token: %s", got)
	}
}

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

// spellings are the forms in which a server can echo the token.
func spellings(token string) []string {
	quoted, _ := json.Marshal(token)
	return []string{
		token, url.QueryEscape(token), url.PathEscape(token), html.EscapeString(token), strings.Trim(string(quoted), `"`),
		strings.ReplaceAll(token, "/", `\/`),
	}
}

// TestErrorsHoldNoToken is promise P4 for the errors and the log of the client.
func TestErrorsHoldNoToken(t *testing.T) {
	t.Parallel()
	echo := strings.Join(spellings(testToken), " ")
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
	for ; err != nil; err = unwrap(err) {
		shown += " " + err.Error()
	}
	for _, token := range spellings(testToken) {
		if strings.Contains(shown, token) {
			t.Errorf("the %s holds the token as %s: %s", what, token, shown)
		}
	}
}

func unwrap(err error) error {
	if u, ok := err.(interface{ Unwrap() error }); ok {
		return u.Unwrap()
	}
	return nil
}

func TestSecretsAreBlottedOut(t *testing.T) {
	t.Parallel()
	r := newRedactor(testToken)
	for text, want := range map[string]string{
		"nothing secret: HTTP 404":                                           "nothing secret: HTTP 404",
		"Invalid token: please log in":                                       "Invalid token: please log in",
		"instance 3EB0BCB2E3D4 of wawp-84729105":                             "instance 3EB0BCB2E3D4 of wawp-84729105",
		"a " + testToken + " b":                                              "a (redacted) b",
		"GET /v2?access_token=abc&instance_id=1":                             "GET /v2?(redacted)&instance_id=1",
		`{"access_token":"abc","a":1}`:                                       `{(redacted),"a":1}`,
		`{"qr":"data:image/png;base64,iVBORw0KGgo="}`:                        `{(redacted)}`,
		"see https://app.wawp.net/temp-qr/AbC123 now":                        "see (redacted) now",
		`see https:\/\/app.wawp.net\/temp-qr\/AbC123 now`:                    "see (redacted) now",
		"to https://app.wawp.net/api/webhook/xyz":                            "to (redacted)",
		"scan 2@AbC9+/x=,y now":                                              "scan (redacted) now",
		"see data:image/png;base64,iVBORw0KGgo= now":                         "see (redacted) now",
		"see app.wawp.net/temp-qr/AbC123 now":                                "see (redacted) now",
		"see /temp-qr/AbC123":                                                "see (redacted)",
		"proxy http://user:hunter2@proxy.test:80 refused":                    "proxy http://(redacted)proxy.test:80 refused",
		"enter ABCD-1234 on the phone":                                       "enter (redacted) on the phone",
		"at https://api.wawp.test/docs/errors/some-long-path/and-more/of-it": "at https://api.wawp.test/docs/errors/some-long-path/and-more/of-it",
		"2@" + strings.Repeat("Ab9+", 12) + ",x":                             "(redacted)",
		"job2@" + strings.Repeat("Ab9+", 3) + ` of 201145202826@broadcast`:   "jo(redacted) of 201145202826@broadcast",
		`"data":"2@` + strings.Repeat(`AbC9+\/`, 8) + `"`:                    `"data":"(redacted)"`,
		`"data":"eyJ2` + strings.Repeat(`AbC9+\/`, 8) + `="`:                 `"data":"(redacted)"`,
		`{"url":"https://a.example","hmac":{"key":"hunter2"}}`:               `{"url":"https://a.example",(redacted)}`,
		`{"hmac":{"algorithm":"sha512","key":"hunt`:                          `{(redacted)`,
		`{"hmac_secret":"hunter2","hmacKey":"hunter2"}`:                      `{(redacted),(redacted)}`,
		`"user_email":"someone@example.com"`:                                 "(redacted)",
	} {
		if got := r.text(text); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
	if got := newRedactor("").text("no token"); got != "no token" {
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
		if got := r.text(`{"t":"` + echo + `"}`); got != `{"t":"(redacted)"}` {
			t.Errorf("%s is shown as %s", echo, got)
		}
	}
}

func TestQuoteIsShortAndInOneLine(t *testing.T) {
	t.Parallel()
	r := newRedactor(testToken)
	if got := r.quote(" a\n\tb\x00\x1b[31m\xff c "); strings.ContainsAny(got, "\n\t\x00\x1b") || !utf8.ValidString(got) {
		t.Errorf("quote is %q", got)
	}
	if got := r.quote(" a\n\tb "); got != "a b" {
		t.Errorf("quote is %q", got)
	}
	if got := r.quote(strings.Repeat("é ", 500)); len([]rune(got)) != quoteLength+3 {
		t.Errorf("quote has %d characters", len([]rune(got)))
	}
	// The end of what is searched hides no secret's shape. Were all of it searched, this would take hours.
	image := `"data:image/png;base64,` + strings.Repeat("A", searchLength-40) + `" `
	if got := r.quote(image + "https://app.wawp.net/temp-qr/AbC123 " + strings.Repeat("x:y@", 1<<18)); strings.Contains(got, "app") || got == "" {
		t.Errorf("quote is %q", got)
	}
	if got := r.quote(strings.Repeat("x:y@", 1<<18)); got == "" || strings.Contains(got, "x:y") {
		t.Errorf("quote is %q", got)
	}
	// A token that straddles the end of the quote is not shown in part.
	if got := r.quote(strings.Repeat("x ", quoteLength/2-3) + testToken); strings.Contains(got, testToken[:4]) {
		t.Errorf("quote shows a part of the token: %s", got)
	}
}

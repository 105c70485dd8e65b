package wawp

import (
	"context"
	"encoding/base64"
	"encoding/hex"
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

// echoesOf returns the forms in which a server can echo the token.
func echoesOf(token string) []string {
	quoted, _ := json.Marshal(token)
	return []string{
		token, url.QueryEscape(token), url.PathEscape(token), html.EscapeString(token),
		strings.Trim(string(quoted), `"`),
		strings.ReplaceAll(token, "/", `\/`), hex.EncodeToString([]byte(token)),
		base64.StdEncoding.EncodeToString([]byte(token)),
		base64.RawURLEncoding.EncodeToString([]byte(token)),
	}
}

// TestErrorsQuoteNoToken tests promise P4 for the errors and the log of the client.
func TestErrorsQuoteNoToken(t *testing.T) {
	t.Parallel()
	echo := strings.Join(echoesOf(testToken), " ")
	replies := map[string]http.HandlerFunc{
		"reset": connectionReset, "timeout": noResponse, "cut off": truncatedResponse,
		"no status": rawResponse("HTTP/1.1 " + echo + "\r\n\r\n"),
		"no header": rawResponse("HTTP/1.1 200 OK\r\n" + echo + "\r\n\r\n"),
		"redirect": response(302, "", "Location",
			"https://"+url.PathEscape(testToken)+".example/?access_token="+url.QueryEscape(testToken)),
	}
	for _, status := range []int{200, 400, 401, 403, 404, 429, 500, 502} {
		encoded, _ := json.Marshal(echo)
		replies[fmt.Sprintf("%d text", status)] = response(status, echo)
		replies[fmt.Sprintf("%d HTML", status)] = response(status, "<html>"+echo)
		replies[fmt.Sprintf("%d message", status)] = response(status,
			fmt.Sprintf(`{"code":%s,"message":%s}`, encoded, encoded))
		replies[fmt.Sprintf("%d error", status)] = response(status, fmt.Sprintf(`{"error":%s}`, encoded))
		replies[fmt.Sprintf("%d other", status)] = response(status,
			fmt.Sprintf(`{"user":{"access_token":%s}}`, encoded))
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
	checkHidden(t, what, shown)
}

func TestSecretsAreRedacted(t *testing.T) {
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

// TestSecretEscapedInASCIIIsRedacted: the message of a person has more than letters in it, and the API may well be
// written in PHP.
func TestSecretEscapedInASCIIIsRedacted(t *testing.T) {
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

// TestSecretIsRedactedInUpperAndLowerCase, and where it is a part of what is encoded as a whole.
func TestSecretIsRedactedInUpperAndLowerCase(t *testing.T) {
	t.Parallel()
	const secret = "S3cr3t/T0ken+"
	r := newRedactor(secret)
	for _, echo := range echoesOf(secret) {
		for _, echo := range []string{echo, strings.ToLower(echo), strings.ToUpper(echo)} {
			text := "a " + echo + " b"
			for what, got := range map[string]string{
				"a line": r.line(text), "a value": r.value(text),
				"a whole text": r.whole(text),
			} {
				// The last letter of a text in Base64 has little of it.
				if !strings.HasPrefix(got, "a (redacted)") || !strings.HasSuffix(got, " b") ||
					len(got) > len("a (redacted)x== b") {
					t.Errorf("%s has %s as %s", what, echo, got)
				}
			}
		}
	}
	for before := range 4 { // bytes
		for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.RawURLEncoding} {
			encoded := encoding.EncodeToString([]byte("user"[:before] + secret + `","b":1}`))
			if got := r.value("Basic " + encoded); !strings.Contains(got, redactedMark) ||
				len(got) > len("Basic "+encoded)-len(secret)+len(redactedMark) {
				t.Errorf("%s is kept as %s", encoded, got)
			}
		}
	}
	for text, want := range map[string]string{
		secret + secret:                     redactedMark,
		"S3cr3t\u202e/T0\x00ken+":           redactedMark, // what is left out does not hide it
		"S3cr3t/T0ke":                       "S3cr3t/T0ke",
		strings.Repeat("x", 250) + secret:   strings.Repeat("x", 250) + "(reda…",
		strings.Repeat("x ", 200) + "\x00":  strings.Repeat("x ", 127) + "x…",
		strings.Repeat(secret+" ", 5) + "y": strings.Repeat(redactedMark+" ", 5) + "y",
	} {
		if got := r.value(text); got != want {
			t.Errorf("%q is kept as %q, want %q", text, got, want)
		}
	}
}

func TestLineIsBounded(t *testing.T) {
	t.Parallel()
	r := newRedactor(testToken)
	if got := r.line(" a\n\tb\x00\x1b[31m\xff c "); got != "a b[31m\ufffd c" {
		t.Errorf("quote is %q", got)
	}
	if got := r.line(strings.Repeat("é ", 500)); len([]rune(got)) != quoteLength {
		t.Errorf("quote has %d characters", len([]rune(got)))
	}
	// A token that straddles the end of the quote is not shown in part.
	if got := r.line(strings.Repeat("x ", quoteLength/2-3) + testToken); strings.Contains(got, testToken[:4]) {
		t.Errorf("quote shows a part of the token: %s", got)
	}
}

// Names as people have them: they stay as they are.
const (
	persianName = "می\u200cخواهم علی\u200cرضا" // with joiners that do not join
	emojiName   = "👨\u200d👩\u200d👧\u200d👦 👍🏽 🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f ❤️"
)

func TestText(t *testing.T) {
	t.Parallel()
	family := "👨\u200d👩\u200d👧\u200d👦"
	for text, want := range map[string]string{
		persianName:                           persianName,
		emojiName:                             emojiName,
		"Ünïcödé e\u0301 \U0001f3fd":          "Ünïcödé e\u0301 \U0001f3fd",
		"a\nb\tc\r\nd\u2028e\u2029f\u0085g":   "a b c d e f g",
		" a\x00\x1b[2J\x7f\x9b\u0080\u009bb ": "a[2J\ufffdb",
		"\u200e\u200fa\u202a\u202b\u202c\u202d\u202eb\u2066\u2067\u2068\u2069c\u061c": "abc",
		"\x1b\n ":                             "",
		"\xff":                                "\ufffd",
		strings.Repeat("é", 256):              strings.Repeat("é", 256),
		strings.Repeat("é", 257):              strings.Repeat("é", 255) + "…",
		strings.Repeat("é", 1000):             strings.Repeat("é", 255) + "…",
		strings.Repeat("x", 252) + family:     strings.Repeat("x", 252) + "…",
		strings.Repeat("x", 254) + "e\u0301b": strings.Repeat("x", 254) + "…",
		strings.Repeat("x", 254) + "👍🏽b":      strings.Repeat("x", 254) + "…",
		"x" + strings.Repeat("\u0301", 500):   "x" + strings.Repeat("\u0301", 223) + "…",
	} {
		if got := Text(text); got != want {
			t.Errorf("%+q is kept as %+q, want %+q", text, got, want)
		}
	}
}

// FuzzText: a text is harmless, short, and the same when it passes again; what was harmless and short before is not
// touched.
func FuzzText(f *testing.F) {
	for _, text := range []string{
		persianName, emojiName, "\x1b[2J\n\u202e\xff", strings.Repeat("x", 255) + "👍🏽", " ",
		"",
	} {
		f.Add(text, uint16(1))
		f.Add(text, uint16(300))
	}
	r := newRedactor(testToken)
	f.Fuzz(func(t *testing.T, text string, times uint16) {
		text = strings.Repeat(text, int(times%512))
		got := Text(text)
		if !isHarmless(got) || utf8.RuneCountInString(got) > textLength || strings.TrimSpace(got) != got {
			t.Errorf("%q is kept as %q", text, got)
		}
		if again := Text(got); again != got {
			t.Errorf("%q is kept as %q, and that as %q", text, got, again)
		}
		if trimmed := strings.TrimSpace(text); isHarmless(trimmed) && utf8.RuneCountInString(trimmed) <= textLength &&
			got != trimmed {
			t.Errorf("%q is kept as %q", text, got)
		}
		if value := r.value(text); len(text) <= longestText && !strings.Contains(value, redactedMark) && value != got {
			t.Errorf("%q is kept as %q, and without a secret as %q", text, got, value)
		}
		if whole := r.whole(text); whole != "" && !strings.Contains(whole, redactedMark) && whole != text {
			t.Errorf("%q is kept whole as %q", text, whole)
		}
	})
}

// FuzzInstanceID: what has the form of an id needs no quotes anywhere, and passes through the function for texts as it
// is.
func FuzzInstanceID(f *testing.F) {
	for _, id := range []string{
		"3EB0BCB2E3D4", "12345678", "a.b_c:d@e-f", "A1; rm -rf /", "A1'", "A1\n", "\u0661",
		strings.Repeat("x", 128), strings.Repeat("x", 129), "",
	} {
		f.Add(id)
	}
	f.Fuzz(func(t *testing.T, id string) {
		formed := len(id) >= 1 && len(id) <= 128
		for _, c := range []byte(id) {
			formed = formed && (c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' ||
				strings.IndexByte("._:@-", c) >= 0)
		}
		if IsInstanceID(id) != formed {
			t.Errorf("%q is an id: %t", id, IsInstanceID(id))
		}
		if IsInstanceID(id) && Text(id) != id {
			t.Errorf("%q is shown as %q", id, Text(id))
		}
	})
}

// TestBoundsOfTextsAndSecrets has texts and secrets of just the length that counts.
func TestBoundsOfTextsAndSecrets(t *testing.T) {
	t.Parallel()
	for length, want := range map[int]bool{minSecretLength - 1: false, minSecretLength: true} {
		secret := strings.Repeat("k", length)
		line := newRedactor(secret).line("a " + hex.EncodeToString([]byte(secret)) + " b")
		if (line == "a (redacted) b") != want {
			t.Errorf("a secret of %d bytes in hexadecimal digits is shown as %q", length, line)
		}
	}
	for length, want := range map[int]bool{wholeLength: true, wholeLength + 1: false} {
		if got := (redactor{}).whole(strings.Repeat("x", length)); (got != "") != want {
			t.Errorf("a text of %d characters is kept: %t", length, got != "")
		}
	}
}

package wawp

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// FuzzRetryAfter asks for any pause, and looks how long the client waits then.
func FuzzRetryAfter(f *testing.F) {
	for _, value := range []string{
		"", "0", "1", "59", "60", "61", "-1", "+5", "1.5", "1e3", "99999999999", "99999999999999999999", "soon", " 7 ",
		"Mon, 23 Nov 2026 07:28:00 GMT", "Monday, 23-Nov-26 07:28:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT",
		"Mon, 01 Jan 0001 00:00:00 GMT",
	} {
		f.Add(value, int64(time.Minute))
		f.Add(value, int64(time.Hour))
	}
	now := time.Now()
	f.Fuzz(func(t *testing.T, value string, left int64) {
		header := http.Header{"Retry-After": {value}}
		asked := retryAfter(header, now)
		if asked < 0 {
			t.Errorf("Retry-After %q is %s", value, asked)
		}
		if digits := strings.TrimSpace(value); strings.Trim(digits, "0123456789") == "" &&
			strings.Trim(digits, "0") != "" && asked == 0 {
			t.Errorf("Retry-After %q is none", value)
		}
		ctx, cancel := context.WithDeadline(t.Context(), time.Now().Add(time.Duration(left)))
		defer cancel()
		if worthWaiting(ctx, asked) && (asked > longestPause || asked >= time.Duration(left)) {
			t.Errorf("Retry-After %q with %s left is waited for", value, time.Duration(left))
		}
	})
}

// FuzzBackoff expects that no pause is negative or too long.
func FuzzBackoff(f *testing.F) {
	f.Add(int64(time.Second), uint16(0))
	f.Add(int64(time.Hour), uint16(20))
	f.Fuzz(func(t *testing.T, first int64, retry uint16) {
		if first < 0 || first > int64(time.Hour) {
			t.Skip("no test has such a pause")
		}
		c := client(t, "http://"+fuzzedHost, func(o *Options) { o.RetryWait = time.Duration(first) })
		if pause := c.backoff(int(retry)); pause < 0 || pause > longestPause {
			t.Errorf("the pause is %s", pause)
		}
	})
}

func FuzzInstant(f *testing.F) {
	for _, form := range []string{
		"2026-11-23T04:05:06Z", "2026-11-23T06:05:06+0200", "2026-11-23 04:05:06", "2026-11-23 06:05:06.5+02:00",
		"1795406706", "1795406706000",
		"1.795406706e9", "NaN", "-Inf", "0x1p40", "", "soon", "0000-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59",
		"0001-01-01T00:00:00Z",
	} {
		f.Add(form)
	}
	f.Fuzz(func(t *testing.T, form string) {
		got := instant(form)
		if got.Location() != time.UTC {
			t.Errorf("%q is in %s", form, got.Location())
		}
		written := got.Format(time.RFC3339)
		if again, err := time.Parse(time.RFC3339, written); err != nil || !again.Equal(got.Truncate(time.Second)) {
			t.Errorf("%q is written as %q: %v", form, written, err)
		}
	})
}

func FuzzParsePhoneNumber(f *testing.F) {
	for _, notation := range []string{
		"+44 (0)20 7946 0958", "00(0)", "+20 114 520 2826", "0020 114-520-2826", "201145202826", "201145202826@c.us",
		"+39 06 698 1234",
		"\u202a+966 50 123 4567\u202c",
		"\u0660\u0660\u0662\u0660\u0661\u0661\u0664\u0665\u0662\u0660\u0662\u0668\u0662\u0666", "++1", "0114", "",
	} {
		f.Add(notation)
	}
	f.Fuzz(func(t *testing.T, notation string) {
		digits, err := ParsePhoneNumber(notation)
		if err != nil {
			if digits != "" || len(err.Error()) > 5*quoteLength {
				t.Errorf("got %q and %v", digits, err)
			}
			return
		}
		if strings.Trim(digits, "0123456789") != "" || len(digits) < fewestDigits || len(digits) > mostDigits ||
			digits[0] == '0' {
			t.Errorf("%q is read as %q", notation, digits)
		}
		for _, same := range []string{digits, "+" + digits, "00" + digits, " +" + digits[:3] + " " + digits[3:]} {
			if again, err := ParsePhoneNumber(same); again != digits || err != nil {
				t.Errorf("%q is read as %q (%v), want %q", same, again, err, digits)
			}
		}
	})
}

// FuzzParseBaseURL: the address of an API is one to which every request goes, and nothing in it is a secret.
func FuzzParseBaseURL(f *testing.F) {
	for _, address := range []string{
		DefaultBaseURL, " http://127.0.0.1:8080/ ", "https://proxy.example/wawp/api/", "https://proxy.example/a%2Fb/",
		"HTTPS://[::1%25eth0]:443",
		"https://user:hunter2@api.wawp.net", "https://api.wawp.net?", "https://api.wawp.net#", "https:api.wawp.net",
		"https://a/../b", "https://h//v2",
		"https://h/%2e%2e/%76%32", "http://%ff", "https://h:", "https://h:99999", "//h", "",
	} {
		f.Add(address)
	}
	f.Fuzz(func(t *testing.T, address string) {
		base, err := ParseBaseURL(address)
		if err != nil {
			return
		}
		if base.Scheme != "https" && base.Scheme != "http" || base.Hostname() == "" || base.User != nil ||
			base.RawQuery != "" || base.Fragment != "" ||
			strings.HasSuffix(base.Path, "/v2") {
			t.Errorf("%q is read as %#v", address, base)
		}
		if again, err := ParseBaseURL(base.String()); err != nil || again.String() != base.String() {
			t.Errorf("%q is read as %s, and that as %v (%v)", address, base, again, err)
		}
		c := New(Options{AccessToken: testToken, BaseURL: base})
		for _, op := range []operation{createSession, deleteSession} {
			r, err := c.request(t.Context(), op, fuzzedID, nil)
			if err != nil {
				t.Fatalf("%q: %s cannot be built: %v", address, op, err)
			}
			if u := r.URL; u.Scheme != base.Scheme || u.Host != strings.TrimSuffix(base.Host, ":") ||
				u.Path != base.Path+op.path || u.Query().Get("access_token") != testToken {
				t.Errorf("%q: %s goes to %s", address, op, u)
			}
		}
	})
}

// FuzzRequest expects that ids and addresses arrive unchanged at the address of the API.
func FuzzRequest(f *testing.F) {
	f.Add("3EB0BCB2E3D4", "https://example.com/wawp?a=b&c=d#e")
	f.Add("a b&access_token=x#/../?", "https://example.com/\x00\xff")
	f.Fuzz(func(t *testing.T, id, address string) {
		c := client(t, "http://"+fuzzedHost)
		r, err := c.request(t.Context(), deleteWebhook, id, fields{"url": address})
		if err != nil {
			t.Fatal(err)
		}
		want := url.Values{"access_token": {testToken}, "url": {address}}
		if id != "" {
			want.Set("instance_id", id)
		}
		if got := r.URL.Query(); r.URL.Host != fuzzedHost || r.URL.Path != deleteWebhook.path ||
			got.Encode() != want.Encode() {
			t.Errorf("%q and %q are sent to %s", id, address, r.URL)
		}
	})
}

// FuzzAddresses expects that the address of a link or a webhook is read as it was written.
func FuzzAddresses(f *testing.F) {
	for _, address := range []string{
		"https://app.wawp.net/temp-qr/abcdefghijklmnop", "abcdefghijklmnop", "https://app.wawp.net/temp-qr/abc/",
		"https://App.Wawp.net:443/api/webhook/x",
		"https://example.com", "https://EXAMPLE.com:443/", "https://example.com/a%2Fb?c#d", "https://[::1]:443", "//",
		"%", "",
	} {
		f.Add(address)
	}
	c := New(Options{AccessToken: testToken})
	f.Fuzz(func(t *testing.T, text string) {
		text = secretMarks.Replace(text)
		if link := c.address(text); link != "" {
			checkHidden(t, "link", link)
			if again := c.address(link); again != link {
				t.Errorf("the link of %q is %q, and that of it %q", text, link, again)
			}
		}
		written := canonicalURL(text)
		if again := canonicalURL(written); again != written {
			t.Errorf("%q is written as %q, and that as %q", text, written, again)
		}
		if IsSystemWebhook(text) != IsSystemWebhook(written) {
			t.Errorf("%q is the system's only in one of two spellings: %q", text, written)
		}
		if _, ok := FindWebhook([]Webhook{{URL: text}}, written); !ok {
			t.Errorf("%q is not found as %q", text, written)
		}
	})
}

package wawp

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"
)

const qrValue = "2@abc/DEF+ghi=,jkl=,mno="

func TestQRCodeIsReadInEveryForm(t *testing.T) {
	t.Parallel()
	raw := `{"value":"` + qrValue + `","expiry":1795406706000}`
	packed := base64.StdEncoding.EncodeToString([]byte(raw))
	expires := time.UnixMilli(1795406706000).UTC()
	for body, want := range map[string]QRCode{
		`{"mimetype":"application/json","data":"` + packed + `"}`:                           {qrValue, expires},
		`{"mimetype":"application/json","data":"` + strings.TrimRight(packed, "=") + `"}`:   {qrValue, expires},
		`{"data":{"mimetype":"application/json","data":"` + packed + `"}}`:                  {qrValue, expires},
		`{"success":true,"result":{"mimetype":"application/json","data":"` + packed + `"}}`: {qrValue, expires},
		raw:                    {qrValue, expires},
		`{"data":` + raw + `}`: {qrValue, expires},
		`{"qr":"2@x"}`:         {Value: "2@x"},
		`{"value":"2@x"}`:      {Value: "2@x"},
		`{"value":"2@x","expiresAt":"2026-11-23T04:05:06Z"}`: {"2@x", time.Date(2026, 11, 23, 4, 5, 6, 0, time.UTC)},
	} {
		s := serve(t, response(200, body))
		got, err := client(t, s.URL).GetQRCode(context.Background(), "A1")
		if err != nil || got != want {
			t.Errorf("%s: %+v, %v", body, got, err)
		}
	}
}

func TestPairingCodeIsReadInEveryForm(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"code":"ABCD-1234"}`:                                  "ABCD-1234",
		`{"code":"abcd-1234"}`:                                  "abcd-1234",
		`{"code":"ABCD1234"}`:                                   "ABCD1234",
		`{"code":12345678}`:                                     "12345678",
		`{"code":"success","data":{"code":"ABCD-1234"}}`:        "ABCD-1234",
		`{"code":"ABCD-1234","message":"Type it on the phone"}`: "ABCD-1234",
		`{"data":{"pairingCode":"ABCD-1234"}}`:                  "ABCD-1234",
	} {
		s := serve(t, response(200, body))
		got, err := client(t, s.URL).RequestPairingCode(context.Background(), "A1", "201145202826")
		if err != nil || got != want {
			t.Errorf("%s: %q, %v", body, got, err)
		}
	}
}

// TestNoCodeIsAnError has answers without a code. No error may quote what could be one.
func TestNoCodeIsAnError(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		"", "{}", "null", "OK", "<html></html>", `{"status":"success"}`, `{"code":"success"}`,
		`{"code":"qr_not_available"}`,
		`{"code":"qr_not_available","message":"no"}`, `{"value":"","code":""}`,
		`{"qr":"data:image/png;base64,iVBORw0"}`,
		`{"mimetype":"image/png","data":"iVBORw0KGgoAAAANSUhEUgAAAAgAAAAECAAAAAC"}`, `{"data":"` + qrValue,
		`{"value":"` + testToken + `","code":"` + testToken + `"}`,
		`{"error":"boom","value":"` + qrValue + `","pairing":"ABCD-1234"}`,
	} {
		s := serve(t, response(200, body))
		c := client(t, s.URL)
		_, qr := c.GetQRCode(context.Background(), "A1")
		_, code := c.RequestPairingCode(context.Background(), "A1", "201145202826")
		for _, err := range []error{qr, code} {
			if KindOf(err) != Unreadable || strings.Contains(err.Error(), "2@abc") ||
				strings.Contains(err.Error(), "ABCD-") {
				t.Errorf("%s: %v", body, err)
			}
		}
	}
}

// TestErrorsQuoteNoPairingCode has codes in a form that is not documented.
func TestErrorsQuoteNoPairingCode(t *testing.T) {
	t.Parallel()
	for _, secret := range []string{
		"abcd1234", "ABCD-12345", "ABCD 1234 5", "AB-CD-12-34", "your code is ABCD-1234",
		"2@abc/DEF+ghi=,jkl",
	} {
		for _, form := range []string{
			`{"code":%q}`, `{"message":%q}`, `{"code":"x","message":%q}`, `{"data":{"code":%q}}`, `{"error":%q}`,
			`{"error":{"code":%q,"message":"m"}}`,
		} {
			var shown string
			s := serve(t, response(200, fmt.Sprintf(form, secret), "Content-Type", "application/json"))
			c := client(t, s.URL, func(o *Options) {
				o.Log = func(_ context.Context,
					a Attempt,
				) {
					shown += fmt.Sprintf("%+v", a)
				}
			})
			_, qr := c.GetQRCode(t.Context(), "A1")
			_, code := c.RequestPairingCode(t.Context(), "A1", "201145202826")
			for _, err := range []error{qr, code} {
				if shown += fmt.Sprintf("%v %+v", err, err); KindOf(err) != Unreadable ||
					!strings.Contains(err.Error(), "(application/json, ") {
					t.Errorf("%s: %v", secret, err)
				}
			}
			if strings.Contains(strings.ToLower(shown), strings.ToLower(secret)) {
				t.Errorf("%s, %s: %s", secret, form, shown)
			}
		}
	}
	brokenOff := rawResponse("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" +
		`{"code":"ABCD-1234","message":"ABCD-1234"}`)
	if _, err := client(t, serve(t, brokenOff).URL).RequestPairingCode(t.Context(), "A1",
		"1"); KindOf(err) != NoAnswer || strings.Contains(err.Error(), "ABCD") {
		t.Errorf("what broke off: %v", err)
	}
	own := `{"code":"qr_not_available","message":"The session waits for no scan."}`
	_, err := client(t, serve(t, response(400, own)).URL).RequestPairingCode(t.Context(), "A1", "201145202826")
	if !strings.Contains(err.Error(), "(qr_not_available)") || !strings.Contains(err.Error(), "waits for no scan") {
		t.Errorf("a refusal is not quoted: %v", err)
	}
}

func TestEchoedTokenIsNotAPairingCode(t *testing.T) {
	t.Parallel()
	s := serve(t, response(200, `{"code":"ABCD1234"}`))
	_, err := client(t, s.URL, func(o *Options) { o.AccessToken = "ABCD1234" }).RequestPairingCode(context.Background(),
		"A1", "201145202826")
	if KindOf(err) != Unreadable || strings.Contains(err.Error(), "ABCD1234") {
		t.Errorf("error %v", err)
	}
}

func TestMissingQRCodeIsAConflict(t *testing.T) {
	t.Parallel()
	own := `{"code":"qr_not_available","message":"The session does not wait for a scan."}`
	for _, test := range []struct {
		status int
		body   string
		want   bool
	}{
		{400, own, true},
		{403, own, true},
		{404, own, true},
		{409, `{"message":"busy"}`, true},
		{422, ``, true},
		{400, `{"code":"missing_param"}`, true},
		{404, `{"code":"invalid_instance","message":"gone"}`, true},
		{404, `<html>nginx</html>`, false},
		{401, `{"code":"invalid_access_token","message":"no"}`, false},
		{200, `{}`, false},
	} {
		s := serve(t, response(test.status, test.body))
		if _, err := client(t, s.URL).GetQRCode(context.Background(), "A1"); err == nil ||
			(KindOf(err).Untimely() || KindOf(err).Missing()) != test.want {
			t.Errorf("%d %s: %v", test.status, test.body, err)
		}
	}
}

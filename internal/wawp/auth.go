package wawp

import (
	"context"
	"encoding/base64"
	"net/http"
	"regexp"
	"strings"
	"time"
)

var (
	getQRCode   = operation{method: http.MethodPost, path: "/v2/auth/qr", retry: retryRead, secret: true}
	requestCode = operation{method: http.MethodPost, path: "/v2/auth/request-code", retry: retryNotDone, secret: true}
)

// QRCode is what a phone has to scan to be linked. It is a secret: who scans it links a phone.
type QRCode struct {
	// Value is the text to draw as a QR code.
	Value string
	// ExpiresAt is when another code takes its place, in 20 to 40 s; zero means that it was not told.
	ExpiresAt time.Time
}

// GetQRCode reads the code that a session in [StatusScan] shows; in other states the error is a [Conflict], mostly. The
// endpoint is a POST that changes nothing (documentation of auth/qr: an envelope of mimetype and data, which is JSON in
// Base64 with value and expiry; the engine below answers with the value alone).
func (c *Client) GetQRCode(ctx context.Context, id string) (QRCode, error) {
	a, err := c.call(ctx, getQRCode, id, nil)
	if err != nil {
		return QRCode{}, err
	}
	d := parse(a.body)
	if inner := parse(unpack(d.text("data"))); len(inner.layers) > 0 {
		d = inner
	}
	code := QRCode{Value: d.text("value", "qr"), ExpiresAt: d.instant("expiry", "expires_at", "expiresAt", "expires")}
	if code.Value == "" || d.failed() || strings.HasPrefix(code.Value, "data:") ||
		code.Value != c.redact.whole(code.Value) {
		return QRCode{}, newUnreadable(getQRCode, a, c.redact, "the answer holds no QR code")
	}
	return code, nil
}

// RequestPairingCode makes a new code, such as ABCD-1234, that the owner of a phone types there instead of scanning the
// QR code. The number is digits only, as [ParsePhoneNumber] returns it. It needs a session in [StatusScan]. It is a
// secret, and short-lived; for how long, no documentation says.
func (c *Client) RequestPairingCode(ctx context.Context, id, phoneNumber string) (string, error) {
	a, err := c.call(ctx, requestCode, id, fields{"phone_number": phoneNumber})
	if err != nil {
		return "", err
	}
	for _, layer := range parse(a.body).layers {
		for _, name := range []string{"code", "pairing_code", "pairingCode"} {
			if code := text(layer[name]); pairingCode.MatchString(code) && code == c.redact.whole(code) {
				return code, nil
			}
		}
	}
	return "", newUnreadable(requestCode, a, c.redact, "the answer holds no pairing code")
}

// pairingCode is the form of a pairing code, and not of the word that errors, and some successes, have under the same
// name.
var pairingCode = regexp.MustCompile(`^([A-Z0-9]{8}|(?i:[A-Z0-9]{4}[- ][A-Z0-9]{4}))$`)

// unpack decodes Base64, with or without padding, of either alphabet; nil if it is none.
func unpack(encoded string) []byte {
	encoded = strings.TrimRight(strings.NewReplacer("-", "+", "_", "/").Replace(encoded), "=")
	decoded, err := base64.RawStdEncoding.DecodeString(encoded)
	if err != nil {
		return nil
	}
	return decoded
}

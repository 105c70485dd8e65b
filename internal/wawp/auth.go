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

// QRCode is the code that a phone scans to be linked. It is a secret, because whoever scans it links a phone.
type QRCode struct {
	// Value is the text to draw as a QR code.
	Value string
	// ExpiresAt is when another code takes its place, after 20 to 40 s; zero if the answer does not say.
	ExpiresAt time.Time
}

// GetQRCode reads the QR code of a session in [StatusScan]. In most other statuses the error is a [Conflict]. The
// endpoint is a POST that changes nothing. It answers JSON in Base64 in an envelope, or the value alone (API.md 4).
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

// RequestPairingCode makes a new pairing code, such as ABCD-1234. The owner of the phone types it there instead of
// scanning the QR code. The phone number is digits only, as [ParsePhoneNumber] returns it. The session must be in
// [StatusScan]. A pairing code is a secret, and lives for a short time that is not documented (API.md 4).
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

// pairingCode matches pairing codes, and not the codes of errors and of other successes, which have the same key.
var pairingCode = regexp.MustCompile(`^([A-Z0-9]{8}|(?i:[A-Z0-9]{4}[- ][A-Z0-9]{4}))$`)

// unpack decodes Base64 of either alphabet, with or without padding. It returns nil for any other text.
func unpack(encoded string) []byte {
	encoded = strings.TrimRight(strings.NewReplacer("-", "+", "_", "/").Replace(encoded), "=")
	decoded, err := base64.RawStdEncoding.DecodeString(encoded)
	if err != nil {
		return nil
	}
	return decoded
}

package wawptest

import (
	"crypto/rand"
	"crypto/sha3"
	"encoding/base64"
	"net/http"
	"regexp"
	"slices"
	"time"
)

// qrLife is how long a QR code is valid, see internal/wawp/API.md, section 4.
const qrLife = 30 * time.Second

// issuedSecrets are the secrets that the API handed out, in order, by instance id. They outlast the session, so that a
// test can search for them.
type issuedSecrets map[string][]string

func (i issuedSecrets) add(id, secret string) {
	if !slices.Contains(i[id], secret) {
		i[id] = append(i[id], secret)
	}
}

// QRCodes returns the contents of the QR codes that auth/qr returned for a session, in order, even if the session is
// deleted.
func (a *API) QRCodes(id string) []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.qrCodes[id])
}

// PairingCodes returns the codes that auth/request-code returned for a session, in order, even if the session is
// deleted.
func (a *API) PairingCodes(id string) []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.pairingCodes[id])
}

var authEndpoints = map[string]endpoint{
	"POST /v2/auth/qr":           {do: requireScanStatus((*API).qr)},
	"POST /v2/auth/request-code": {do: requireScanStatus((*API).requestCode), params: []string{"phone_number"}},
}

// requireScanStatus refuses a request unless the session is in SCAN_QR_CODE. After a success, a phone may come.
func requireScanStatus(do func(*API, call) answer) func(*API, call) answer {
	return func(a *API, c call) answer {
		if c.session.Status != statusScan {
			return *complain("qr_not_available", "The session does not wait for a scan: it is %s.", c.session.Status)
		}
		result := do(a, c)
		if result.status < 300 {
			a.schedulePairing(c.session)
		}
		return result
	}
}

func (a *API) qr(c call) answer {
	code, expires := a.qrCode(c.session)
	data := reply(http.StatusOK, object{
		"value":  code,
		"expiry": expires.UnixMilli(),
	}).body
	return reply(http.StatusOK, object{"mimetype": jsonType, "data": base64.StdEncoding.EncodeToString(data)})
}

// qrCode returns the content of a session's QR code, and when the next one replaces it. Like WhatsApp's, it is a
// reference and three keys of 32 bytes.
func (a *API) qrCode(s *session) (string, time.Time) {
	shown := a.config.Now().Truncate(qrLife)
	random := sha3.SumSHAKE256([]byte(s.qrSeed+shown.UTC().String()), 72+3*32)
	code := "2@" + base64.StdEncoding.EncodeToString(random[:72])
	for key := range slices.Chunk(random[72:], 32) {
		code += "," + base64.StdEncoding.EncodeToString(key)
	}
	a.qrCodes.add(s.InstanceID, code)
	return code, shown.Add(qrLife)
}

var phoneNumber = regexp.MustCompile(`^[1-9][0-9]{6,14}$`)

// requestCode makes a new code at each call. If a phone is linked, while the session only passes through SCAN_QR_CODE,
// the request unlinks it: see internal/wawp/API.md, section 4.
func (a *API) requestCode(c call) answer {
	number, _ := c.Body["phone_number"].(string)
	if number == "" {
		return *complain("missing_param", "The parameter %q is required.", "phone_number")
	}
	if !phoneNumber.MatchString(number) {
		return *complain("invalid_param", "The parameter %q must be digits only, with the country code.",
			"phone_number")
	}
	if c.session.Me != nil {
		c.session.Me = nil
		a.setStatus(c.session, statusScan)
	}
	random := rand.Text()
	code := random[:4] + "-" + random[4:8]
	a.pairingCodes.add(c.session.InstanceID, code)
	c.session.phone = number
	return reply(http.StatusOK, object{"code": code})
}

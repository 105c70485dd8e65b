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

// qrLife is how long a QR code is shown before the next one takes its place.
const qrLife = 30 * time.Second

// issued are secrets that were handed out, in order, by the instance id of their session, which they outlast: a test
// can look for them wherever they must not be.
type issued map[string][]string

func (i issued) add(id, secret string) {
	if !slices.Contains(i[id], secret) {
		i[id] = append(i[id], secret)
	}
}

// QRCodes returns what was in the QR codes that auth/qr handed out for a session, in order, also when it is gone.
func (a *API) QRCodes(id string) []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.qrCodes[id])
}

// PairingCodes returns those that auth/request-code handed out for a session, in order, also when it is gone.
func (a *API) PairingCodes(id string) []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.pairingCodes[id])
}

var authEndpoints = map[string]endpoint{
	"POST /v2/auth/qr":           {do: whileScanning((*API).qr)},
	"POST /v2/auth/request-code": {do: whileScanning((*API).requestCode), params: []string{"phone_number"}},
}

// whileScanning refuses what makes sense only while a session waits for a person with a phone.
func whileScanning(do func(*API, call) answer) func(*API, call) answer {
	return func(a *API, c call) answer {
		if c.session.Status != statusScan {
			return *complain("qr_not_available", "The session does not wait for a scan: it is %s.", c.session.Status)
		}
		result := do(a, c)
		if result.status < 300 {
			a.handedOut(c.session)
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

// qrCode hands out what is in a session's QR code now, and says when the next one takes its place. Like WhatsApp's, it
// is a reference and three keys of 32 bytes.
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

// requestCode makes a new code at each call. A phone that is linked, while the session only passes through
// SCAN_QR_CODE, is unlinked by it, as reports say.
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
		a.enter(c.session, statusScan)
	}
	random := rand.Text()
	code := random[:4] + "-" + random[4:8]
	a.pairingCodes.add(c.session.InstanceID, code)
	c.session.phone = number
	return reply(http.StatusOK, object{"code": code})
}

package wawptest

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"image"
	"image/png"
	"net/http"
	"regexp"
	"time"
)

// qrLife is how long a QR code is shown before the next one takes its place.
const qrLife = 30 * time.Second

var authEndpoints = map[string]endpoint{
	"POST /v2/auth/qr":           {do: whileScanning((*API).qr), query: []string{"format"}, body: []string{"format"}},
	"GET /v2/auth/qr":            {do: whileScanning((*API).qr), query: []string{"format"}},
	"POST /v2/auth/qr-image":     {do: whileScanning((*API).qrImage)},
	"GET /v2/auth/qr-image":      {do: whileScanning((*API).qrImage)},
	"POST /v2/auth/request-code": {do: whileScanning((*API).requestCode), query: []string{"phone_number"}, body: []string{"phone_number"}},
}

// whileScanning refuses what makes sense only while a session waits for a person with a phone.
func whileScanning(do func(*API, call) answer) func(*API, call) answer {
	return func(a *API, c call) answer {
		if c.session.Status != statusScan {
			return *complain("qr_not_available", "The session does not wait for a scan: it is %s.", c.session.Status)
		}
		return do(a, c)
	}
}

func (a *API) qr(c call) answer {
	if format := c.param("format"); format != nil && format != "raw" {
		return *complain("invalid_param", "The parameter %q must be raw.", "format")
	}
	code, expires := a.qrCode(c.session)
	data := reply(http.StatusOK, object{
		"value":  "2@" + base64.StdEncoding.EncodeToString(code[:]),
		"expiry": expires.UnixMilli(),
	}).body
	return reply(http.StatusOK, object{"mimetype": jsonType, "data": base64.StdEncoding.EncodeToString(data)})
}

// qrImage answers with a picture that is no QR code, but one of its own for each code.
func (a *API) qrImage(c call) answer {
	code, _ := a.qrCode(c.session)
	picture := &image.Gray{Pix: code[:], Stride: 8, Rect: image.Rect(0, 0, 8, 4)}
	var encoded bytes.Buffer
	_ = png.Encode(&encoded, picture) // A buffer takes all.
	return reply(http.StatusOK, object{"qr": "data:image/png;base64," + base64.StdEncoding.EncodeToString(encoded.Bytes())})
}

// qrCode returns what is in a session's QR code now, and when the next one takes its place.
func (a *API) qrCode(s *session) ([sha256.Size]byte, time.Time) {
	shown := a.config.Now().Truncate(qrLife)
	return sha256.Sum256([]byte(s.qrSeed + shown.UTC().String())), shown.Add(qrLife)
}

var phoneNumber = regexp.MustCompile(`^[1-9][0-9]{6,14}$`)

// requestCode makes a new code at each call.
func (a *API) requestCode(c call) answer {
	number, _ := c.param("phone_number").(string)
	if number == "" {
		return *complain("missing_param", "The parameter %q is required.", "phone_number")
	}
	if !phoneNumber.MatchString(number) {
		return *complain("invalid_param", "The parameter %q must be digits only, with the country code.", "phone_number")
	}
	code := rand.Text()
	return reply(http.StatusOK, object{"code": code[:4] + "-" + code[4:8]})
}

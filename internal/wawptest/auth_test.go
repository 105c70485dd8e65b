package wawptest

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"rsc.io/qr"
)

func TestQR(t *testing.T) {
	t.Parallel()
	for _, endpoint := range []string{"POST /v2/auth/qr", "GET /v2/auth/qr"} {
		t.Run(endpoint, func(t *testing.T) {
			t.Parallel()
			clock := &clock{now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
			s := simulate(t, Config{Now: clock.Now})
			id, other := s.Add(Session{Status: statusScan}).InstanceID, s.Add(Session{Status: statusScan}).InstanceID
			first, expires := s.qrCode(endpoint, id)
			if want := time.Date(2026, 1, 2, 3, 4, 30, 0, time.UTC); !likeWhatsApps.MatchString(first) || !expires.Equal(want) {
				t.Errorf("got %q until %v", first, expires)
			}
			if code, _ := s.qrCode(endpoint, other); code == first {
				t.Error("two sessions show the same code")
			}
			clock.Advance(25*time.Second - time.Nanosecond)
			if code, _ := s.qrCode(endpoint, id); code != first {
				t.Errorf("before it expires: %q, then %q", first, code)
			}
			clock.Advance(time.Nanosecond)
			second, then := s.qrCode(endpoint, id)
			if second == first || then.Sub(expires) != 30*time.Second {
				t.Errorf("after it has expired: %q until %v", second, then)
			}
			s.RotateQR(id)
			third, same := s.qrCode(endpoint, id)
			if third == second || !same.Equal(then) {
				t.Errorf("rotated: %q until %v", third, same)
			}
			if got, want := s.QRCodes(id), []string{first, second, third}; !slices.Equal(got, want) {
				t.Errorf("handed out: %q, want %q", got, want)
			}
		})
	}
}

var likeWhatsApps = regexp.MustCompile(`^2@[0-9A-Za-z+/]{96}(,[0-9A-Za-z+/]{43}=){3}$`)

// Each time that a session begins to wait for a scan, it shows another code.
func TestQROfEachWait(t *testing.T) {
	t.Parallel()
	s := simulate(t, Config{Now: func() time.Time { return time.Unix(0, 0) }})
	id := s.Add(Session{Status: statusScan}).InstanceID
	s.qrCode("POST /v2/auth/qr", id)
	for _, again := range []func(){
		func() { s.call("POST /v2/session/restart", id) },
		func() { s.call("POST /v2/session/stop", id); s.call(startSession, id) },
		func() { s.Pair(id, "201012345678", ""); s.call("POST /v2/session/logout", id) },
	} {
		again()
		s.qrCode("POST /v2/auth/qr", id)
	}
	if codes := s.QRCodes(id); len(codes) != 4 {
		t.Errorf("%d codes, want 4: %q", len(codes), codes)
	}
}

// qrCode returns what a session's QR code says, and when it expires.
func (s *simulation) qrCode(endpoint, id string) (string, time.Time) {
	s.t.Helper()
	status, answer := s.call(endpoint, id)
	encoded, _ := answer["data"].(string)
	data, err := base64.StdEncoding.DecodeString(encoded)
	if status != http.StatusOK || len(answer) != 2 || answer["mimetype"] != "application/json" || err != nil {
		s.t.Fatalf("got %d %v, %v", status, answer, err)
	}
	var code struct {
		Value  string
		Expiry int64
	}
	if err := json.Unmarshal(data, &code); err != nil {
		s.t.Fatal(err)
	}
	return code.Value, time.UnixMilli(code.Expiry)
}

func TestQRImage(t *testing.T) {
	t.Parallel()
	for _, endpoint := range []string{"POST /v2/auth/qr-image", "GET /v2/auth/qr-image"} {
		t.Run(endpoint, func(t *testing.T) {
			t.Parallel()
			clock := &clock{}
			s := simulate(t, Config{Now: clock.Now})
			id := s.Add(Session{Status: statusScan}).InstanceID
			status, answer := s.call(endpoint, id)
			uri, _ := answer["qr"].(string)
			encoded, ok := strings.CutPrefix(uri, "data:image/png;base64,")
			picture, err := base64.StdEncoding.DecodeString(encoded)
			if status != http.StatusOK || len(answer) != 1 || !ok || err != nil {
				t.Fatalf("got %d %v, %v", status, answer, err)
			}
			shown, err := png.Decode(bytes.NewReader(picture))
			if err != nil {
				t.Fatal(err)
			}
			if codes := s.QRCodes(id); len(codes) != 1 || !shows(shown, codes[0]) {
				t.Errorf("it does not show what was handed out: %q", codes)
			}
			if _, same := s.call(endpoint, id); same["qr"] != uri {
				t.Error("it changed at once")
			}
			clock.Advance(30 * time.Second)
			if _, next := s.call(endpoint, id); next["qr"] == uri {
				t.Error("it did not change in 30 s")
			}
			code, _ := s.qrCode("GET /v2/auth/qr", id)
			if codes := s.QRCodes(id); len(codes) != 2 || codes[1] != code {
				t.Errorf("handed out: %q, now it is %q", codes, code)
			}
		})
	}
}

// shows reports whether a picture is a QR code that says a text, in modules of 8 by 8 pixels and with a margin of 4 modules.
func shows(picture image.Image, text string) bool {
	code, err := qr.Encode(text, qr.L)
	if err != nil || picture.Bounds() != image.Rect(0, 0, 8*(code.Size+8), 8*(code.Size+8)) {
		return false
	}
	for x := range picture.Bounds().Dx() {
		for y := range picture.Bounds().Dy() {
			want := color.Gray{Y: 255}
			if code.Black(x/8-4, y/8-4) {
				want = color.Gray{}
			}
			if color.GrayModel.Convert(picture.At(x, y)) != want {
				return false
			}
		}
	}
	return true
}

func TestRequestCode(t *testing.T) {
	t.Parallel()
	const endpoint = "POST /v2/auth/request-code"
	tests := map[string]struct {
		number any
		status int
		code   string // of the refusal, or the form of the pairing code
	}{
		"digits":     {"201145202826", 200, `^[0-9A-Z]{4}-[0-9A-Z]{4}$`},
		"plus":       {"+201145202826", 400, "^invalid_param$"},
		"two zeros":  {"00201145202826", 400, "^invalid_param$"},
		"spaces":     {"20 114 520 2826", 400, "^invalid_param$"},
		"too short":  {"201", 400, "^invalid_param$"},
		"JSON type":  {201145202826, 400, "^missing_param$"},
		"empty":      {"", 400, "^missing_param$"},
		"not at all": {nil, 400, "^missing_param$"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := simulate(t, Config{})
			id := s.Add(Session{Status: statusScan}).InstanceID
			status, answer := s.call(endpoint, id, object{"phone_number": test.number})
			code, _ := answer["code"].(string)
			if status != test.status || !regexp.MustCompile(test.code).MatchString(code) {
				t.Errorf("got %d %v", status, answer)
			}
			if s.status(id) != statusScan {
				t.Errorf("the session became %s", s.status(id))
			}
		})
	}
	t.Run("in the query", func(t *testing.T) {
		t.Parallel()
		s := simulate(t, Config{})
		r := s.request(t.Context(), endpoint, s.Add(Session{Status: statusScan}).InstanceID)
		setQuery(r, "phone_number", "201145202826")
		if response, text, err := s.send(r); err != nil || response.StatusCode != http.StatusOK {
			t.Errorf("got %s, %v", text, err)
		}
	})
	t.Run("a new one each time", func(t *testing.T) {
		t.Parallel()
		s := simulate(t, Config{})
		id, number := s.Add(Session{Status: statusScan}).InstanceID, object{"phone_number": "201145202826"}
		_, first := s.call(endpoint, id, number)
		_, second := s.call(endpoint, id, number)
		if first["code"] == second["code"] {
			t.Errorf("twice %v", first)
		}
		s.call(endpoint, id)
		s.call("DELETE /v2/session/delete", id)
		if got := s.PairingCodes(id); len(got) != 2 || got[0] != first["code"] || got[1] != second["code"] {
			t.Errorf("handed out: %q, want %v and %v", got, first, second)
		}
	})
}

func TestQRFormat(t *testing.T) {
	t.Parallel()
	s := simulate(t, Config{})
	id := s.Add(Session{Status: statusScan}).InstanceID
	for format, want := range map[string]int{"raw": 200, "image": 400} {
		for _, endpoint := range []string{"POST /v2/auth/qr", "GET /v2/auth/qr"} {
			if status, answer := s.call(endpoint, id, object{"format": format}); status != want {
				t.Errorf("%s %s: %d %v", endpoint, format, status, answer)
			}
		}
	}
}

// What was handed out for a session is known when the session is gone, and is not that of another one.
func TestQRCodesOutlastTheSession(t *testing.T) {
	t.Parallel()
	s := simulate(t, Config{})
	id, other := s.Add(Session{Status: statusScan}).InstanceID, s.Add(Session{Status: statusScan}).InstanceID
	code, _ := s.qrCode("GET /v2/auth/qr", id)
	s.Remove(id)
	s.call("GET /v2/auth/qr", id)
	codes := s.QRCodes(id)
	if !slices.Equal(codes, []string{code}) || s.QRCodes(other) != nil {
		t.Fatalf("got %q and %q, want %q only", codes, s.QRCodes(other), code)
	}
	codes[0] = "changed by the caller"
	if kept := s.QRCodes(id); kept[0] != code {
		t.Errorf("the caller changed what is kept: %q", kept)
	}
}

func TestNothingToScan(t *testing.T) {
	t.Parallel()
	for _, status := range []string{statusStopped, statusStarting, statusWorking, statusFailed} {
		for _, endpoint := range []string{
			"POST /v2/auth/qr", "GET /v2/auth/qr", "POST /v2/auth/qr-image", "GET /v2/auth/qr-image", "POST /v2/auth/request-code",
		} {
			t.Run(status+" "+endpoint, func(t *testing.T) {
				t.Parallel()
				s := simulate(t, Config{BootTime: time.Hour})
				id := s.Add(Session{Status: status}).InstanceID
				got, answer := s.call(endpoint, id)
				if got != http.StatusBadRequest || answer["code"] != "qr_not_available" {
					t.Errorf("got %d %v", got, answer)
				}
				if s.QRCodes(id) != nil || s.PairingCodes(id) != nil {
					t.Errorf("handed out: %q, %q", s.QRCodes(id), s.PairingCodes(id))
				}
			})
		}
	}
}

package wawptest

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"testing"
	"time"
)

const (
	getCode     = "POST /v2/auth/qr"
	requestCode = "POST /v2/auth/request-code"
)

func TestQR(t *testing.T) {
	t.Parallel()
	clock := &clock{now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	s := newSimulation(t, Config{Now: clock.Now})
	id, other := s.Add(Session{Status: statusScan}).InstanceID, s.Add(Session{Status: statusScan}).InstanceID
	first, expires := s.qrCode(id)
	if want := time.Date(2026, 1, 2, 3, 4, 30, 0, time.UTC); !likeWhatsApps.MatchString(first) || !expires.Equal(want) {
		t.Errorf("got %q until %v", first, expires)
	}
	if code, _ := s.qrCode(other); code == first {
		t.Error("two sessions show the same code")
	}
	clock.Advance(25*time.Second - time.Nanosecond)
	if code, _ := s.qrCode(id); code != first {
		t.Errorf("before it expires: %q, then %q", first, code)
	}
	clock.Advance(time.Nanosecond)
	second, then := s.qrCode(id)
	if second == first || then.Sub(expires) != 30*time.Second {
		t.Errorf("after it has expired: %q until %v", second, then)
	}
	if got, want := s.QRCodes(id), []string{first, second}; !slices.Equal(got, want) {
		t.Errorf("handed out: %q, want %q", got, want)
	}
}

var likeWhatsApps = regexp.MustCompile(`^2@[0-9A-Za-z+/]{96}(,[0-9A-Za-z+/]{43}=){3}$`)

// TestQRCodeChangesWithStatus: each new SCAN_QR_CODE has another QR code.
func TestQRCodeChangesWithStatus(t *testing.T) {
	t.Parallel()
	s := newSimulation(t, Config{Now: func() time.Time { return time.Unix(0, 0) }})
	id := s.Add(Session{Status: statusScan}).InstanceID
	s.qrCode(id)
	for _, again := range []func(){
		func() { s.call("POST /v2/session/restart", id) },
		func() { s.call("POST /v2/session/stop", id); s.call(startSession, id) },
		func() { s.Pair(id, "201012345678", ""); s.call("POST /v2/session/logout", id) },
	} {
		again()
		s.qrCode(id)
	}
	if codes := s.QRCodes(id); len(codes) != 4 {
		t.Errorf("%d codes, want 4: %q", len(codes), codes)
	}
}

// qrCode returns the content of a session's QR code, and when it expires.
func (s *simulation) qrCode(id string) (string, time.Time) {
	s.t.Helper()
	status, answer := s.call(getCode, id)
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

func TestRequestCode(t *testing.T) {
	t.Parallel()
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
			s := newSimulation(t, Config{})
			id := s.Add(Session{Status: statusScan}).InstanceID
			status, answer := s.call(requestCode, id, object{"phone_number": test.number})
			code, _ := answer["code"].(string)
			if status != test.status || !regexp.MustCompile(test.code).MatchString(code) {
				t.Errorf("got %d %v", status, answer)
			}
			if s.status(id) != statusScan {
				t.Errorf("the session became %s", s.status(id))
			}
		})
	}
	t.Run("a new one each time", func(t *testing.T) {
		t.Parallel()
		s := newSimulation(t, Config{})
		id, number := s.Add(Session{Status: statusScan}).InstanceID, object{"phone_number": "201145202826"}
		_, first := s.call(requestCode, id, number)
		_, second := s.call(requestCode, id, number)
		if first["code"] == second["code"] {
			t.Errorf("twice %v", first)
		}
		s.call(requestCode, id)
		s.call("DELETE /v2/session/delete", id)
		if got := s.PairingCodes(id); len(got) != 2 || got[0] != first["code"] || got[1] != second["code"] {
			t.Errorf("handed out: %q, want %v and %v", got, first, second)
		}
	})
}

// TestQRCodesOutlastTheSession: codes are kept by session, even after its deletion.
func TestQRCodesOutlastTheSession(t *testing.T) {
	t.Parallel()
	s := newSimulation(t, Config{})
	id, other := s.Add(Session{Status: statusScan}).InstanceID, s.Add(Session{Status: statusScan}).InstanceID
	code, _ := s.qrCode(id)
	s.Remove(id)
	s.call(getCode, id)
	codes := s.QRCodes(id)
	if !slices.Equal(codes, []string{code}) || s.QRCodes(other) != nil {
		t.Fatalf("got %q and %q, want %q only", codes, s.QRCodes(other), code)
	}
	codes[0] = "changed by the caller"
	if codes := s.QRCodes(id); codes[0] != code {
		t.Errorf("the caller changed what is kept: %q", codes)
	}
}

func TestCodesNeedScanStatus(t *testing.T) {
	t.Parallel()
	for _, status := range []string{statusStopped, statusStarting, statusWorking, statusFailed} {
		for _, endpoint := range []string{getCode, requestCode} {
			t.Run(status+" "+endpoint, func(t *testing.T) {
				t.Parallel()
				s := newSimulation(t, Config{BootTime: time.Hour})
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

package pairing_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

const (
	start   = "POST /v2/session/start"
	restart = "POST /v2/session/restart"
)

// injectStatuses makes session/info give these answers, word by word, and then the real one. A word is a status, an
// HTTP status of a failure, page for a web page, or late for a linked phone without an account.
func injectStatuses(w *acctest.World, words string) {
	for _, word := range strings.Fields(words) {
		f := wawptest.Fault{Match: info, Times: 1, Reshape: wawptest.Set("status", word)}
		switch word {
		case "404":
			f = wawptest.Fault{Match: info, Times: 1, Status: 404, Body: noSuchInstance}
		case "502":
			f = wawptest.Fault{Match: info, Times: 1, Status: 502}
		case "drop":
			f = wawptest.Fault{Match: info, Times: 1, Drop: true}
		case "page":
			f = wawptest.Fault{Match: info, Times: 1, Body: "<html>"}
		case "late":
			f = wawptest.Fault{Match: info, Times: 1, Reshape: wawptest.Without("me")}
		}
		w.Inject(f)
	}
}

// repeatWord repeats a word.
func repeatWord(n int, word string) string { return strings.Repeat(word+" ", n) }

// TestTransientStatusDoesNotEndThePairing: statuses and faults that pass neither end the wait nor fail it.
func TestTransientStatusDoesNotEndThePairing(t *testing.T) {
	t.Parallel()
	expected := `expected_phone_number = "` + phone + `"`
	for name, test := range map[string]struct{ argument, answers string }{
		"a restart":             {"", "STOPPED STOPPED STARTING STOPPED SCAN_QR_CODE"},
		"a stop that is short":  {"", repeatWord(settledLooks-1, "STOPPED")},
		"a 404":                 {"", "404 404 404"},
		"a 404 once seen":       {"", "SCAN_QR_CODE " + repeatWord(3*settledLooks, "404")},
		"a gateway's fault":     {"", repeatWord(3*settledLooks, "502")},
		"no answer":             {"", repeatWord(settledLooks, "drop")},
		"a web page":            {"", repeatWord(settledLooks, "page")},
		"all at once":           {"", "STARTING 404 STOPPED 502 SCAN_QR_CODE drop STOPPED page FAILED STARTING"},
		"a number told late":    {expected, repeatWord(2*accountLooks, "late")},
		"no number, told late":  {"", repeatWord(accountLooks-1, "late")},
		"a number, after a 404": {expected, "late 404 502 late"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, wawptest.Config{}, workingSession())
			tf := w.Terraform(t, noRetries+pairingConfig(test.argument))
			injectStatuses(w, test.answers)
			output := tf.OK("apply")
			acctest.NotContains(t, output, "Warning", "Error")
			if all := tf.State()[0].Attributes; all["phone_number"] != phone {
				t.Errorf("the state has %v", all)
			}
			w.CheckRequests(t, map[string]int{info: len(strings.Fields(test.answers)) + 1})
		})
	}
}

// TestStopThatLastsEndsThePairing: a stopped session starts only if a person starts it.
func TestStopThatLastsEndsThePairing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{}, wawptest.Session{Status: "STOPPED"})
	acctest.Contains(t, w.Terraform(t, pairingConfig()).Fails("apply"), "Error: Wawp session is stopped")
	w.CheckRequests(t, map[string]int{info: settledLooks})
}

// TestTransientStatusDoesNotEndTheAction: nor does the action request a code that could unlink the phone.
func TestTransientStatusDoesNotEndTheAction(t *testing.T) {
	t.Parallel()
	number := `phone_number = "` + phone + `"`
	lost := func(endpoint string, status int) wawptest.Fault {
		return wawptest.Fault{Match: endpoint, Act: true, Status: status, Drop: status == 0}
	}
	for name, test := range map[string]struct {
		argument, status, answers string
		fault                     wawptest.Fault
		asked                     string // requests besides looks
	}{
		"its own restart": {
			"", "FAILED", "FAILED STOPPED STOPPED STARTING SCAN_QR_CODE",
			wawptest.Fault{},
			restart,
		},
		"its own restart, by number": {
			number, "FAILED", "FAILED STOPPED STARTING SCAN_QR_CODE SCAN_QR_CODE",
			wawptest.Fault{},
			restart,
		},
		"its own start": {
			"", "STOPPED", "STOPPED STARTING SCAN_QR_CODE SCAN_QR_CODE STARTING",
			wawptest.Fault{},
			start,
		},
		"its own start, by number": {number, "STOPPED", "STOPPED STARTING SCAN_QR_CODE", wawptest.Fault{}, start},
		"connecting, by number": {
			number, "WORKING", "SCAN_QR_CODE STARTING SCAN_QR_CODE SCAN_QR_CODE",
			wawptest.Fault{},
			"",
		},
		"a 404": {
			"", "WORKING", "404 404 STARTING 404 404 404 404 404 404 404",
			wawptest.Fault{},
			"",
		},
		"faults":                  {"", "WORKING", "502 page drop STARTING 502 page drop", wawptest.Fault{}, ""},
		"a start answered by 502": {"", "STOPPED", "STOPPED STOPPED 404 502", lost(start, 502), start},
		"a start answered by 504": {
			number, "STOPPED", repeatWord(3*settledLooks, "STOPPED"), lost(start, 504),
			start,
		},
		"a start without an answer": {"", "STOPPED", "STOPPED STOPPED STOPPED", lost(start, 0), start},
		"a restart answered by 502": {"", "FAILED", "FAILED FAILED STARTING", lost(restart, 502), restart},
		"a restart answered by " +
			"504": {number, "FAILED", repeatWord(3*settledLooks, "FAILED"), lost(restart, 504), restart},
		"a restart without an answer":  {"", "FAILED", "FAILED 404 404 STOPPED", lost(restart, 0), restart},
		"a start answered by a 409":    {"", "STOPPED", "STOPPED STOPPED STARTING", lost(start, 409), start},
		"a start answered by a 423":    {"", "STOPPED", "STOPPED STOPPED STARTING", lost(start, 423), start},
		"an account that is told late": {number, "WORKING", repeatWord(2*accountLooks, "late"), wawptest.Fault{}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			session := workingSession()
			session.Status = test.status
			w := newWorld(t, wawptest.Config{}, session)
			tf := w.Terraform(t, noRetries+pairConfig(test.argument))
			injectStatuses(w, test.answers)
			if test.fault.Match != "" {
				w.Inject(test.fault)
			}
			acctest.Contains(t, tf.OK("apply", invoke),
				"The phone of \"Support\" ("+phone+"@c.us) is linked to the session "+id)
			asked := map[string]int{info: len(strings.Fields(test.answers)) + 1}
			if test.asked != "" {
				asked[test.asked] = 1
			}
			w.CheckRequests(t, asked)
		})
	}
}

// TestRefusedCodeIsReportedAtOnce: progress has each reason once, and the error has the last one.
func TestRefusedCodeIsReportedAtOnce(t *testing.T) {
	t.Parallel()
	refusal := func(endpoint string, status int, message string) wawptest.Fault {
		return wawptest.Fault{Match: endpoint, Status: status, Body: fmt.Sprintf(`{"code":"no","message":%q}`, message)}
	}
	number := `phone_number = "` + phone + `"`
	short := "timeouts = { invoke = \"500ms\" }"
	for name, test := range map[string]struct {
		arguments string
		fault     wawptest.Fault
		says      string
	}{
		"QR code":           {short, refusal(getQR, 400, "Not now."), "Not now."},
		"QR code, as a 404": {short, refusal(getQR, 404, "Not here."), "Not here."},
		"QR code, broken":   {short, refusal(getQR, 503, "Down."), "Down."},
		"pairing code": {
			number, refusal(askCode, 400, "The number is not registered on WhatsApp."),
			"not registered on WhatsApp.",
		},
		"pairing code, as 422": {
			number, refusal(askCode, 422, "Not registered on WhatsApp."),
			"Not registered on WhatsApp.",
		},
		"pairing code, as 404": {
			number, refusal(askCode, 404, "Not registered on WhatsApp."),
			"Not registered on WhatsApp.",
		},
		"pairing code, broken": {number + "\n" + short, refusal(askCode, 500, "Oops."), "Oops."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, wawptest.Config{}, wawptest.Session{Status: "SCAN_QR_CODE"})
			w.Inject(test.fault)
			output := w.Terraform(t, noRetries+pairConfig(test.arguments)).Fails("apply", invoke)
			progress, failure, _ := strings.Cut(output, "Error: No phone was linked to the Wawp session")
			acctest.Contains(t, failure, test.says)
			acctest.NotContains(t, output, "report")
			if strings.Count(progress, test.says) != 1 {
				t.Errorf("it is said %d times, want once: %s", strings.Count(progress, test.says), progress)
			}
			if strings.Contains(name, "pairing code, as") {
				acctest.Contains(t, failure, "Compare phone_number")
			}
		})
	}
}

// TestEndOfCodesIsReported: the error says that a longer timeout does not help.
func TestEndOfCodesIsReported(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{}, wawptest.Session{Status: "FAILED"})
	injectStatuses(w, "FAILED STARTING "+repeatWord(3, "SCAN_QR_CODE")+repeatWord(settledLooks, "FAILED"))
	output := w.Terraform(t, noRetries+pairConfig("")).Fails("apply", invoke)
	acctest.Contains(t, output, "is FAILED after a restart", "Wawp gives no more codes",
		"A longer invoke timeout does not change that")
	w.CheckRequests(t, map[string]int{info: 5 + settledLooks, restart: 1, getQR: 1})
}

package pairing_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

// qrCodeConfig configures the ephemeral resource.
func qrCodeConfig(instance string) string {
	return "ephemeral \"wawp_session_qr_code\" \"x\" {\n  instance_id = " + instance + "\n}\n"
}

const quoted = `"` + id + `"`

// ephemeralValue returns an attribute of the ephemeral resource in the last command; "" is null.
func ephemeralValue(tf *acctest.Terraform, attribute string) string {
	v := tf.Value("ephemeral.wawp_session_qr_code.x", attribute)
	if v.IsNull() {
		return ""
	}
	return v.AsString()
}

// TestCodeInEachStatus: in each status of the session, a plan, an apply and a destroy succeed and change nothing.
func TestCodeInEachStatus(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		session wawptest.Session
		fault   wawptest.Fault
		value   string // what a code begins with, if there is one
	}{
		"stopped":  {wawptest.Session{Status: "STOPPED"}, wawptest.Fault{}, ""},
		"starting": {wawptest.Session{Status: "STARTING"}, wawptest.Fault{}, ""},
		"failed":   {wawptest.Session{Status: "FAILED"}, wawptest.Fault{}, ""},
		"linked":   {workingSession(), wawptest.Fault{}, ""},
		"gone":     {workingSession(), wawptest.Fault{Match: getQR, Status: 404, Body: noSuchInstance}, ""},
		"invalid":  {workingSession(), wawptest.Fault{Match: getQR, Status: 404, Body: invalidSession}, ""},
		"refused": {workingSession(), wawptest.Fault{
			Match: getQR, Status: 403,
			Body: `{"code":"qr_not_available","message":"No."}`,
		}, ""},
		"linked, worded otherwise": {workingSession(), wawptest.Fault{
			Match: getQR, Status: 500,
			Body: `{"code":"wawp_upstream_error","message":"x"}`,
		}, ""},
		"stopped, worded otherwise": {
			wawptest.Session{Status: "STOPPED"},
			wawptest.Fault{Match: getQR, Body: `{"qr":null}`},
			"",
		},
		"scan": {wawptest.Session{Status: "SCAN_QR_CODE"}, wawptest.Fault{}, "2@"},
		"scan, no expiry": {
			wawptest.Session{Status: "SCAN_QR_CODE"},
			wawptest.Fault{Match: getQR, Body: `{"value":"2@abcdefgh"}`},
			"2@abcdefgh",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, wawptest.Config{BootTime: 1e15}, test.session)
			if test.fault.Match != "" {
				w.Inject(test.fault)
			}
			tf := w.Terraform(t, noRetries+qrCodeConfig(quoted))
			for _, command := range []string{"plan", "apply"} {
				tf.OK(command)
				value, image, expires := ephemeralValue(tf, "value"), ephemeralValue(tf, "image"), ephemeralValue(tf,
					"expires_at")
				at, err := time.Parse(time.RFC3339, expires)
				switch available := tf.Value("ephemeral.wawp_session_qr_code.x", "available").True(); {
				case available != (test.value != ""), !available && value+image+expires != "":
					t.Errorf("after %s: available: %t, %q, %q, %q", command, available, value, image, expires)
				case available && (!strings.HasPrefix(value, test.value) ||
					!strings.HasPrefix(image, "data:image/png;base64,")):
					t.Errorf("after %s: %q, %q", command, value, image)
				case name == "scan" && (err != nil || !at.After(time.Now())), name != "scan" && expires != "":
					t.Errorf("after %s it expires at %q", command, expires)
				}
			}
			tf.OK("destroy")
			if w.Count(getQR) < 3 || w.Count("") != w.Count(getQR)+w.Count(info) || w.Count(info) > 0 &&
				!strings.Contains(name, "otherwise") {
				t.Errorf("the requests are %v", w.Requests())
			}
			if now, _ := w.Session(id); now.Status != test.session.Status {
				t.Errorf("the session is %+v", now)
			}
		})
	}
}

func TestCodeCannotBeRead(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault wawptest.Fault
		says  string
	}{
		"wrong token":   {wawptest.Fault{Status: 401}, "WAWP_ACCESS_TOKEN"},
		"broken":        {wawptest.Fault{Status: 500}, "HTTP 500"},
		"no answer":     {wawptest.Fault{Drop: true}, "the request was sent, but"},
		"a proxy's 404": {wawptest.Fault{Status: 404, Body: foreignAnswer}, "Check base_url"},
		"no sense":      {wawptest.Fault{Body: `{"success":true}`}, "the answer holds no QR code"},
		"too long": {
			wawptest.Fault{Body: `{"value":"2@` + strings.Repeat("x", 3000) + `"}`},
			"too long for a QR code",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, wawptest.Config{}, wawptest.Session{Status: "SCAN_QR_CODE"})
			w.Inject(test.fault)
			output := w.Terraform(t, noRetries+qrCodeConfig(quoted)).Fails("plan")
			acctest.Contains(t, output, "Error: "+acctest.Summary(test.fault, "Wawp QR code could not be read"), id,
				test.says)
			if regexp.MustCompile("2@|xxx").MatchString(output) {
				t.Errorf("the error quotes the code:\n%s", output)
			}
		})
	}
}

// TestAccCodeOfASessionToCome: the code is read once the session exists. (OpenTofu opens only ephemeral resources that
// something refers to.)
func TestAccCodeOfASessionToCome(t *testing.T) {
	t.Parallel()
	acctest.Require(t, "1.11", "")
	w := acctest.New(t, wawptest.Config{})
	cli := w.CLI(t, `
		resource "wawp_session" "x" { desired_state = "started" }
		ephemeral "wawp_session_qr_code" "x" {
			instance_id = wawp_session.x.instance_id
			lifecycle {
				postcondition {
					condition     = self.available
					error_message = "there is no code"
				}
			}
		}`)
	cli.OK("plan")
	if w.Count(getQR) != 0 {
		t.Error("a code was asked for before there was a session")
	}
	cli.OK("apply", "-auto-approve")
	if w.Count(getQR) == 0 {
		t.Error("no code was asked for")
	}
}

func TestCodeWithAnUnknownConfiguration(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{}, workingSession())
	tf := w.Terraform(t, qrCodeConfig(quoted))
	tf.Unknown = true
	acctest.Contains(t, tf.Fails("plan"), "Error: The provider's configuration is not known yet")
	w.CheckRequests(t, nil)
}

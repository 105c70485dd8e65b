package pairing_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

// code configures the ephemeral resource, with a condition that it must meet.
func code(condition string) string {
	return fmt.Sprintf(`
		ephemeral "wawp_session_qr_code" "x" {
			instance_id = %q
			lifecycle {
				postcondition {
					condition     = %s
					error_message = "unexpected: ${jsonencode({ for k, v in self : k => v == null })}"
				}
			}
		}
		ephemeral "wawp_session_qr_code" "y" { instance_id = %q }
		resource "terraform_data" "y" { input = "something to destroy" }
		`, id, condition, id)
}

const noCode = `!self.available && self.value == null && self.image == null && self.expires_at == null`

// TestAccCodeInEachStatus: whatever the session does, a plan, an apply and a destroy work, and change nothing.
func TestAccCodeInEachStatus(t *testing.T) {
	t.Parallel()
	acctest.SameOnEveryCLI(t)
	for name, test := range map[string]struct {
		session   wawptest.Session
		fault     wawptest.Fault
		condition string
	}{
		"stopped":                   {wawptest.Session{Status: "STOPPED"}, wawptest.Fault{}, noCode},
		"starting":                  {wawptest.Session{Status: "STARTING"}, wawptest.Fault{}, noCode},
		"failed":                    {wawptest.Session{Status: "FAILED"}, wawptest.Fault{}, noCode},
		"linked":                    {working(), wawptest.Fault{}, noCode},
		"gone":                      {working(), wawptest.Fault{Match: getQR, Status: 404, Body: own}, noCode},
		"invalid":                   {working(), wawptest.Fault{Match: getQR, Status: 404, Body: dropped}, noCode},
		"refused":                   {working(), wawptest.Fault{Match: getQR, Status: 403, Body: `{"code":"qr_not_available","message":"No."}`}, noCode},
		"linked, worded otherwise":  {working(), wawptest.Fault{Match: getQR, Status: 500, Body: `{"code":"wawp_upstream_error","message":"x"}`}, noCode},
		"stopped, worded otherwise": {wawptest.Session{Status: "STOPPED"}, wawptest.Fault{Match: getQR, Body: `{"qr":null}`}, noCode},
		"scan":                      {wawptest.Session{Status: "SCAN_QR_CODE"}, wawptest.Fault{}, `self.available && startswith(self.value, "2@") && startswith(self.image, "data:image/png;base64,") && timecmp(self.expires_at, plantimestamp()) > 0`},
		"scan, no expiry":           {wawptest.Session{Status: "SCAN_QR_CODE"}, wawptest.Fault{Match: getQR, Body: `{"value":"2@abcdefgh"}`}, `self.available && self.value == "2@abcdefgh" && self.expires_at == null`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.Require(t, "1.11", "1.11")
			w := open(t, wawptest.Config{BootTime: 1e15}, test.session)
			if test.fault.Match != "" {
				w.Inject(test.fault)
			}
			cli := w.CLI(t, once+code(test.condition))
			cli.OK("plan")
			cli.OK("apply", "-auto-approve")
			cli.OK("destroy", "-auto-approve")
			if w.Count(getQR) < 3 || w.Count("") != w.Count(getQR)+w.Count(info) || w.Count(info) > 0 && !strings.Contains(name, "otherwise") {
				t.Errorf("the requests are %v", w.Requests())
			}
			if now, _ := w.Session(id); now.Status != test.session.Status {
				t.Errorf("the session is %+v", now)
			}
		})
	}
}

func TestAccCodeCannotBeRead(t *testing.T) {
	t.Parallel()
	acctest.SameOnEveryCLI(t)
	acctest.Require(t, "1.11", "1.11")
	for name, test := range map[string]struct {
		fault wawptest.Fault
		says  string
	}{
		"wrong token":   {wawptest.Fault{Status: 401}, "WAWP_ACCESS_TOKEN"},
		"broken":        {wawptest.Fault{Status: 500}, "HTTP 500"},
		"no answer":     {wawptest.Fault{Drop: true}, "the request was sent, but"},
		"a proxy's 404": {wawptest.Fault{Status: 404, Body: foreign}, "check base_url"},
		"no sense":      {wawptest.Fault{Body: `{"success":true}`}, "the answer holds no QR code"},
		"too long":      {wawptest.Fault{Body: `{"value":"2@` + strings.Repeat("x", 3000) + `"}`}, "too long for a QR code"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := open(t, wawptest.Config{}, wawptest.Session{Status: "SCAN_QR_CODE"})
			w.Inject(test.fault)
			said := w.CLI(t, once+code("self != null")).Fails("plan", "-no-color")
			contains(t, said, "Error: Wawp QR code could not be read", id, test.says)
			if regexp.MustCompile("2@|xxx").MatchString(said) {
				t.Errorf("the error quotes the code:\n%s", said)
			}
		})
	}
}

// TestAccCodeOfASessionToCome: the code is asked for when there is a session. (OpenTofu then asks only for what something
// refers to.)
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

func TestAccCodeWithAnUnknownConfiguration(t *testing.T) {
	t.Parallel()
	acctest.Require(t, "1.11", "1.11")
	w := open(t, wawptest.Config{}, working())
	unknown := "resource \"terraform_data\" \"known_late\" {\n  input = \"" + w.Token + "\"\n}\nprovider \"wawp\" {\n" +
		"  access_token = terraform_data.known_late.output\n}\n" + code("self != null")
	contains(t, w.CLI(t, unknown).Fails("plan", "-no-color"), "Error: The provider's configuration is not known yet")
	asked(t, w, nil)
}

package session_test

import (
	"strings"
	"testing"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

const unlinkWarning = "Warning: The plan unlinks a phone from the Wawp session " + instanceID

// TestPlanThatUnlinksAPhoneWarns: the warning says whose phone it is, that a person must link it again, and how to
// rename a resource.
func TestPlanThatUnlinksAPhoneWarns(t *testing.T) {
	t.Parallel()
	details := []string{
		unlinkWarning, "the phone with the number 201012345678 (\"Supports\")", "a person has to link it again",
		"moved { from = wawp_session.<old name> to = wawp_session.<new name> }",
	}
	for name, test := range map[string]struct {
		status string
		fault  wawptest.Fault
		says   []string // nil: no warning
	}{
		"working": {"WORKING", wawptest.Fault{}, details},
		"whose, unknown": {
			"WORKING",
			wawptest.Fault{Match: info, Reshape: wawptest.Without("me")},
			[]string{unlinkWarning, "whose number is not known"},
		},
		"scanning": {"SCAN_QR_CODE", wawptest.Fault{}, nil},
		"stopped":  {"STOPPED", wawptest.Fault{}, nil}, // and never seen linked
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.New(t, wawptest.Config{})
			w.Add(wawptest.Session{
				InstanceID: instanceID, Status: test.status,
				Me: &wawptest.Me{ID: "201012345678@c.us", PushName: "Support\as"},
			})
			w.Inject(test.fault)
			tf := w.Terraform(t, minimalConfig)
			tf.OK("import", address, instanceID)
			acctest.NotContains(t, tf.OK("plan"), "Warning")
			destroyed := tf.OK("plan", "-destroy")
			renamed := tf.Clone(t)
			renamed.Configure(strings.Replace(minimalConfig, `"x"`, `"y"`, 1))
			for _, output := range []string{destroyed, renamed.OK("plan")} {
				if test.says == nil {
					acctest.NotContains(t, output, "Warning")
				}
				acctest.Contains(t, output, test.says...)
			}
		})
	}
}

// TestPlanOfAStoppedSessionUnlinksItsPhone: the plan warns of the phone that was linked when the session was last read.
func TestPlanOfAStoppedSessionUnlinksItsPhone(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{})
	w.Add(wawptest.Session{InstanceID: instanceID, Status: "WORKING", Me: &wawptest.Me{ID: "201012345678@c.us"}})
	tf := w.Terraform(t, minimalConfig)
	tf.OK("import", address, instanceID)
	w.SetStatus(instanceID, "STOPPED")
	acctest.Contains(t, tf.OK("plan", "-destroy"), unlinkWarning, "201012345678")
	w.SetStatus(instanceID, "WORKING")
	tf.Configure(`resource "wawp_session" "x" { deletion_protection = true }`)
	tf.OK("apply")
	acctest.NotContains(t, tf.Fails("plan", "-destroy"), "Warning") // what is refused unlinks nothing
}

// TestAccRenamedSessionKeepsItsPhone uses the moved block that the warning shows. Terraform does not tell the provider
// of a -replace.
func TestAccRenamedSessionKeepsItsPhone(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{})
	w.Add(wawptest.Session{InstanceID: instanceID, Status: "WORKING", Me: &wawptest.Me{ID: "201012345678@c.us"}})
	cli := w.AttachedCLI(t, minimalConfig)
	cli.OK("import", address, instanceID)
	acctest.NotContains(t, cli.OK("plan", "-no-color", "-replace="+address), "Warning")
	renamed := strings.Replace(minimalConfig, `"x"`, `"y"`, 1)
	cli.Configure(renamed)
	acctest.Contains(t, cli.OK("plan", "-no-color"), unlinkWarning, "1 to add, 0 to change, 1 to destroy")
	cli.Configure(renamed + "\nmoved {\n  from = wawp_session.x\n  to   = wawp_session.y\n}\n")
	output := cli.OK("plan", "-no-color")
	acctest.Contains(t, output, "0 to add, 0 to change, 0 to destroy")
	acctest.NotContains(t, output, "Warning")
}

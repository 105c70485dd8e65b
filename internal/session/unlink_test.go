package session_test

import (
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/zclconf/go-cty/cty"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

// countLogouts counts the logouts that Wawp has accepted.
func countLogouts(w *acctest.World) int {
	n := 0
	for _, r := range w.Requests() {
		if r.Path == "/v2/session/logout" && r.Status/100 == 2 {
			n++
		}
	}
	return n
}

// TestDestroyUnlinksThePhone: a destroy unlinks the phone in every status of the session, or warns that it did not.
func TestDestroyUnlinksThePhone(t *testing.T) {
	t.Parallel()
	const warns = "Warning: Wawp session was not logged out"
	status := func(n int, status string) wawptest.Fault {
		return wawptest.Fault{Match: info, Times: n, Reshape: wawptest.Set("status", status)}
	}
	refused := wawptest.Fault{Match: logout, Times: 1, Status: 400, Body: `{"code":"not_connected","message":"No."}`}
	for name, test := range map[string]struct {
		linked, refreshed bool // before, and while it was linked
		status            string
		arguments         string
		faults            []wawptest.Fault
		asked             map[string]int // with the refresh
		warns             []string
	}{
		"never linked": {
			false, true, "SCAN_QR_CODE", "", nil,
			map[string]int{info: 2, remove: 1},
			nil,
		},
		"linked since, another status": {
			true, false, "WORKING", "",
			[]wawptest.Fault{{Match: info, Times: 2, Reshape: func(answer map[string]any) any {
				answer["me"], answer["status"] = nil, "CONNECTING"
				return answer
			}}},
			nil,
			nil,
		},
		"no status": {
			false, false, "SCAN_QR_CODE", "",
			[]wawptest.Fault{{Match: info, Skip: 1, Reshape: func(answer map[string]any) any {
				return map[string]any{"name": answer["name"]}
			}}},
			map[string]int{info: 2, remove: 1},
			[]string{warns, "could not see before that whether a phone was linked", "without a status"},
		},
		"cannot be read": {
			false, false, "SCAN_QR_CODE", "",
			[]wawptest.Fault{{Match: info, Skip: 1, Status: 403, Body: `{"code":"x","message":"No."}`}},
			map[string]int{info: 2, remove: 1},
			[]string{warns, "could not see before that whether a phone was linked", "was SCAN_QR_CODE"},
		},
		"stopped, never linked": {false, true, "STOPPED", "", nil, map[string]int{info: 1, remove: 1}, nil},
		"linked": {
			true, true, "WORKING", "", nil,
			map[string]int{info: 1, logout: 1, remove: 1},
			nil,
		},
		"starting": {
			true, true, "WORKING", "",
			[]wawptest.Fault{status(4, "STARTING")},
			map[string]int{info: 5, logout: 1, remove: 1},
			nil,
		},
		"starting, not known as linked": {
			true, false, "WORKING", "",
			[]wawptest.Fault{status(4, "STARTING")},
			map[string]int{info: 5, logout: 1, remove: 1},
			nil,
		},
		"starting, never linked": {
			false, true, "SCAN_QR_CODE", "",
			[]wawptest.Fault{status(4, "STARTING")},
			map[string]int{info: 4 + scanLooks, remove: 1},
			nil,
		},
		"stopped for a moment": {
			true, true, "WORKING", "",
			[]wawptest.Fault{status(4, "STOPPED")},
			map[string]int{info: 5, logout: 1, remove: 1},
			nil,
		},
		"scanning for a moment": {
			true, true, "WORKING", "",
			[]wawptest.Fault{status(1, "SCAN_QR_CODE")},
			map[string]int{info: 2, logout: 1, remove: 1},
			nil,
		},
		"unlinked meanwhile": {true, true, "SCAN_QR_CODE", "", nil, map[string]int{info: 3, remove: 1}, nil},
		"refused for a moment": {
			true, true, "WORKING", "",
			[]wawptest.Fault{refused},
			map[string]int{info: 1 + settledLooks, logout: 2, remove: 1},
			nil,
		},
		"answer lost": {
			true, true, "WORKING", "",
			[]wawptest.Fault{{Match: logout, Act: true, Status: 504}},
			map[string]int{info: 1 + scanLooks, logout: 1, remove: 1},
			nil,
		},
		"a 404 for a moment": {
			true, true, "WORKING", "",
			[]wawptest.Fault{
				{Match: logout, Times: 1, Status: 404, Body: noSuchInstance},
				{Match: info, Skip: 1, Times: 3, Status: 404, Body: noSuchInstance},
			},
			map[string]int{info: 4 + settledLooks, logout: 2, remove: 1},
			nil,
		},
		"stopped": {
			true, true, "STOPPED", "", nil,
			map[string]int{info: 1 + settledLooks, logout: 1, remove: 1},
			[]string{warns, "was STOPPED", "not_connected"},
		},
		"failed": {
			true, true, "FAILED", "", nil,
			map[string]int{info: 1 + settledLooks, logout: 1, remove: 1},
			[]string{warns, "was FAILED"},
		},
		"a 404 of the logout": {
			true, true, "WORKING", "",
			[]wawptest.Fault{{Match: logout, Status: 404, Body: noSuchInstance}},
			nil,
			[]string{warns, "invalid_instance"},
		},
		"starting for ever": {
			true, true, "WORKING", "timeouts = { delete = \"2s\" }",
			[]wawptest.Fault{status(0, "STARTING")},
			nil,
			[]string{warns, "was STARTING", "within 1s"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.New(t, wawptest.Config{})
			tf := w.Terraform(t,
				noRetries+"resource \"wawp_session\" \"x\" {\n  desired_state = \"started\"\n"+test.arguments+"\n}\n")
			tf.OK("apply")
			id := w.Sessions()[0].InstanceID
			if test.linked {
				w.Pair(id, "201012345678", "John")
			}
			if test.refreshed {
				tf.OK("refresh")
			}
			if test.status != "WORKING" {
				w.SetStatus(id, test.status)
			}
			w.ResetRequests()
			for _, fault := range test.faults {
				w.Inject(fault)
			}
			output := tf.OK("destroy")
			acctest.Contains(t, output, append(test.warns, "1 destroyed")...)
			if test.warns == nil {
				acctest.NotContains(t, output, warns)
			}
			if want := test.linked && test.status == "WORKING" && test.warns == nil &&
				name != "answer lost"; countLogouts(w) > 0 != want {
				t.Errorf("%d logouts were accepted", countLogouts(w))
			}
			if test.asked != nil {
				w.CheckRequests(t, test.asked)
			}
		})
	}
}

// TestDestroyWarnsOfThePhoneIfTheDeletionWasRepeated: Wawp answers the logout with a 404 that passes, and carries out
// the deletion, but its answer is lost. The 404 of the second attempt does not show that the session was gone before.
func TestDestroyWarnsOfThePhoneIfTheDeletionWasRepeated(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		deletion wawptest.Fault
		warns    bool
	}{
		"carried out, answer lost": {wawptest.Fault{Match: remove, Times: 1, Act: true, Status: 504}, true},
		"gone before":              {wawptest.Fault{Match: remove, Status: 404, Body: noSuchInstance}, false},
		"gone before, a 429 first": {wawptest.Fault{Match: remove, Times: 1, Status: 429}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.New(t, wawptest.Config{})
			w.Add(wawptest.Session{InstanceID: instanceID, Status: "WORKING", Me: phone})
			tf := w.Terraform(t, minimalConfig)
			tf.OK("import", address, instanceID)
			w.Inject(wawptest.Fault{Match: logout, Status: 404, Body: noSuchInstance})
			w.Inject(wawptest.Fault{Match: info, Status: 404, Body: noSuchInstance})
			w.Inject(test.deletion)
			if !test.warns {
				w.Inject(wawptest.Fault{Match: remove, Status: 404, Body: noSuchInstance})
			}
			output := tf.OK("destroy", "-refresh=false")
			if strings.Contains(output, "Warning: Wawp session was not logged out") != test.warns {
				t.Error(output)
			}
		})
	}
}

// TestDestroyUnlinksAPhoneThatWasLinkedSince: a phone was linked after the plan of a replacement, which does not plan
// the destroy. Terraform 1.11 destroys what was removed from the configuration as it was before the refresh.
func TestDestroyUnlinksAPhoneThatWasLinkedSince(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]wawptest.Fault{
		"no fault":           {Match: info, Skip: 1000},
		"a 404 for a moment": {Match: info, Times: 1, Status: 404, Body: noSuchInstance},
		"another 404":        {Match: info, Times: 1, Status: 404, Body: "<html>"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.New(t, wawptest.Config{})
			tf := w.Terraform(t, startedConfig)
			tf.OK("apply")
			w.Pair(w.Sessions()[0].InstanceID, "201012345678", "John")
			w.Inject(fault)
			acctest.NotContains(t, tf.OK("apply", "-replace="+address, "-refresh=false"), "was not logged out")
			if countLogouts(w) != 1 || len(w.DeletedWhileLinked()) > 0 {
				t.Errorf("the requests are %v", w.Requests())
			}
		})
	}
}

// TestWarningNamesThePhoneThatWasSeen: the state shows no phone, but the look before the destroy does.
func TestWarningNamesThePhoneThatWasSeen(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{})
	tf := w.Terraform(t, startedConfig)
	tf.OK("apply")
	w.Pair(w.Sessions()[0].InstanceID, "201012345678", "John")
	w.Inject(wawptest.Fault{Match: logout, Status: 404, Body: noSuchInstance})
	acctest.Contains(t, tf.OK("apply", "-replace="+address, "-refresh=false"),
		"Warning: Wawp session was not logged out", "its phone could not be unlinked before that")
}

// TestReadAfterThePlanOfADestroyWarns calls the provider in the order of Terraform before 1.12: it plans the destroy of
// what was removed from the configuration, and then reads it.
func TestReadAfterThePlanOfADestroyWarns(t *testing.T) {
	t.Parallel()
	for status, want := range map[string]string{
		"STOPPED":      "Warning: The plan deletes a Wawp session to which a phone is linked: " + instanceID,
		"SCAN_QR_CODE": "Warning: The plan unlinks a phone from the Wawp session " + instanceID,
	} {
		t.Run(status, func(t *testing.T) {
			t.Parallel()
			w := acctest.New(t, wawptest.Config{})
			w.Add(wawptest.Session{InstanceID: instanceID, Status: "WORKING", Me: phone})
			p := w.Provider(t)
			schema := p.Schemas.ResourceSchemas["wawp_session"]
			prior := acctest.Encode(acctest.Object(schema, map[string]cty.Value{
				"instance_id": cty.StringVal(instanceID), "status": cty.StringVal(status),
			}))
			nothing := acctest.Encode(cty.NullVal(acctest.Type(schema)))
			planned, err := p.PlanResourceChange(t.Context(), &tfprotov6.PlanResourceChangeRequest{
				TypeName: "wawp_session", PriorState: prior, ProposedNewState: nothing, Config: nothing,
			})
			if err != nil || len(planned.Diagnostics) > 0 {
				t.Fatalf("%v %s", err, acctest.DiagnosticTexts(planned.Diagnostics))
			}
			read, err := p.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{
				TypeName: "wawp_session", CurrentState: prior,
			})
			if err != nil || !strings.HasPrefix(acctest.DiagnosticTexts(read.Diagnostics), want) {
				t.Errorf("%v %s", err, acctest.DiagnosticTexts(read.Diagnostics))
			}
		})
	}
}

// TestAccRemovalUnlinksAPhoneThatWasLinkedSince: the plan reads the session, and warns. Terraform 1.11 plans to destroy
// what was removed from the configuration with the state from before the refresh.
func TestAccRemovalUnlinksAPhoneThatWasLinkedSince(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{})
	cli := w.CLI(t, startedConfig)
	cli.OK("apply", "-auto-approve")
	w.Pair(w.Sessions()[0].InstanceID, "201012345678", "John")
	cli.Configure("")
	acctest.Contains(t, cli.OK("apply", "-auto-approve"), "The plan unlinks a phone from the Wawp session",
		"201012345678")
	if countLogouts(w) != 1 || len(w.DeletedWhileLinked()) > 0 {
		t.Errorf("the requests are %v", w.Requests())
	}
}

// noSuchInstance is Wawp's answer that there is no such instance.
const noSuchInstance = `{"code":"invalid_instance","message":"gone"}`

// TestPhoneIsUnlinkedOnce: a destroy of a pairing and its session sends one logout.
func TestPhoneIsUnlinkedOnce(t *testing.T) {
	t.Parallel()
	for name, starting := range map[string]time.Duration{"working": 0, "starting": 30 * time.Millisecond} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.New(t, wawptest.Config{BootTime: starting})
			w.Add(wawptest.Session{InstanceID: instanceID, Status: "WORKING", Me: phone})
			tf := w.Terraform(t,
				noRetries+minimalConfig+"\n"+
					"resource \"wawp_session_pairing\" \"x\" {\n"+
					"  instance_id = wawp_session.x.instance_id\n"+
					"}\n")
			tf.OK("import", address, instanceID)
			tf.OK("apply")
			if starting > 0 {
				w.SetStatus(instanceID, "STARTING")
			}
			w.ResetRequests()
			acctest.NotContains(t, tf.OK("destroy"), "was not logged out", "may still be linked")
			if countLogouts(w) != 1 || w.Count(remove) != 1 {
				t.Errorf("the requests are %v", w.Requests())
			}
			if starting == 0 {
				w.CheckRequests(t, map[string]int{info: 2, logout: 1, remove: 1})
			}
		})
	}
}

// TestTransientScanKeepsTheAccount: a session shows SCAN_QR_CODE while it connects to its phone.
func TestTransientScanKeepsTheAccount(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{})
	tf := w.Terraform(t, noRetries+startedConfig)
	tf.OK("apply")
	w.Pair(w.Sessions()[0].InstanceID, "201012345678", "John")
	tf.OK("refresh")
	w.ResetRequests()
	injectStatuses(w, "SCAN_QR_CODE")
	acctest.Contains(t, tf.OK("plan"), "No changes.")
	w.CheckRequests(t, map[string]int{info: 2})
	injectStatuses(w, "404", "SCAN_QR_CODE")
	acctest.Contains(t, tf.OK("plan"), "No changes.")
	w.CheckRequests(t, map[string]int{info: 3})
	tf.Configure(noRetries + stoppedConfig)
	tf.OK("apply")
	tf.Configure(noRetries + startedConfig)
	w.ResetRequests()
	injectStatuses(w, "STOPPED", "STOPPED", "STARTING", "SCAN_QR_CODE", "SCAN_QR_CODE")
	tf.OK("apply")
	if all := tf.State()[0].Attributes; all["account"] == nil || all["status"] != "WORKING" {
		t.Errorf("the state has %v", all)
	}
}

// TestTransientStopIsNotTheDesiredState: a session is STOPPED for a moment during a restart.
func TestTransientStopIsNotTheDesiredState(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{})
	tf := w.Terraform(t, noRetries+startedConfig)
	tf.OK("apply")
	tf.Configure(noRetries + stoppedConfig)
	w.ResetRequests()
	injectStatuses(w, "SCAN_QR_CODE", "STOPPED", "STOPPED", "STARTING")
	acctest.NotContains(t, tf.OK("apply"), "Warning")
	w.CheckRequests(t, map[string]int{info: 5, stop: 1})

	w = acctest.New(t, wawptest.Config{})
	w.Add(wawptest.Session{InstanceID: instanceID, Status: "WORKING", Me: phone})
	injectStatuses(w, "STOPPED", "STOPPED", "STARTING")
	progress, failure := invoke(t.Context(), t, w, stop)
	acctest.Contains(t, progress, "is STARTING. Asking Wawp to stop it")
	acctest.NotContains(t, failure, "\n")
	if now, _ := w.Session(instanceID); now.Status != "STOPPED" || w.Count(stop) != 1 {
		t.Errorf("the session is %s after %d stops", now.Status, w.Count(stop))
	}
}

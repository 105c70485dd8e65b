package pairing_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

const address = "wawp_session_pairing.x"

// noRetries is a provider block without retries: the tests are about what follows the last attempt.
const noRetries = "provider \"wawp\" {\n  max_retries     = 0\n  request_timeout = \"2s\"\n}\n\n"

// Answers about sessions that do not exist: of a server that is not Wawp, and of Wawp.
const (
	foreignAnswer  = "404 page not found"
	noSuchInstance = `{"code":"invalid_instance","message":"The instance was deleted."}`
	invalidSession = `{"code":"invalid_session","message":"The session is invalid."}`
)

// How many looks in a row must show a status until it counts: SCAN_QR_CODE, other transient statuses, and WORKING
// without an account.
const scanLooks, settledLooks, accountLooks = 3, 6, 11

// pairingConfig configures a pairing.
func pairingConfig(arguments ...string) string {
	return fmt.Sprintf("resource \"wawp_session_pairing\" \"x\" {\n  instance_id = %q\n%s\n}\n", id,
		strings.Join(arguments, "\n"))
}

// attributeCheck checks one attribute in the state.
func attributeCheck(attribute string, want knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(address, tfjsonpath.New(attribute), want)
}

// linkPhone links the phone once the resource has read the session often enough to be waiting.
func linkPhone(t *testing.T, w *acctest.World) {
	t.Helper()
	go func() {
		if err := w.WaitFor(t.Context(), info, w.Count(info)+4); err == nil {
			w.Pair(id, phone, "Support")
		}
	}()
}

func TestLifecycle(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{}, wawptest.Session{Status: "STARTING"})
	tf := w.Terraform(t, pairingConfig())
	linked := func() map[string]any {
		t.Helper()
		acctest.Contains(t, tf.OK("plan"), "No changes.")
		all := tf.State()[0].Attributes
		for attribute, want := range map[string]any{
			"phone_number": phone, "chat_id": phone + "@c.us",
			"push_name": "Support", "logout_on_destroy": true,
		} {
			if all[attribute] != want {
				t.Errorf("%s is %v, want %v", attribute, all[attribute], want)
			}
		}
		return all
	}
	linkPhone(t, w)
	acctest.Contains(t, tf.OK("apply"), "1 added")
	made := linked()

	w.ResetRequests()
	tf.Configure(pairingConfig(`expected_phone_number = "+20 114 520 2826"`, `timeouts = { create = "1h" }`))
	acctest.Contains(t, tf.OK("apply"), "0 added, 1 changed")
	if n := w.Count(""); n != w.Count(info) {
		t.Errorf("a change in place made requests: %v", w.Requests())
	}
	linked()

	tf.Configure(pairingConfig())
	tf.Forget(address)
	tf.OK("import", address, id)
	if again := linked(); fmt.Sprint(again) != fmt.Sprint(made) {
		t.Errorf("%v was imported, and had been %v", again, made)
	}
	tf.OK("destroy")
	if now, _ := w.Session(id); now.Me != nil || now.Status != "SCAN_QR_CODE" || w.Count(logout) != 1 {
		t.Errorf("the session is %+v after %d logouts", now, w.Count(logout))
	}
}

// TestLinkedPhoneIsPairedAtOnce: also if Wawp reports the account of the phone later, or never.
func TestLinkedPhoneIsPairedAtOnce(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault wawptest.Fault
		looks int
		name  knownvalue.Check
	}{
		"told": {wawptest.Fault{Skip: 1000}, 1, knownvalue.StringExact("Support")},
		"told late": {
			wawptest.Fault{Match: info, Times: accountLooks - 1, Reshape: wawptest.Without("me")},
			accountLooks,
			knownvalue.StringExact("Support"),
		},
		"never told": {wawptest.Fault{Match: info, Reshape: wawptest.Without("me")}, accountLooks, knownvalue.Null()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, wawptest.Config{}, workingSession())
			w.Inject(test.fault)
			created := 0
			w.Steps(t, resource.TestStep{
				Config:            w.Config(pairingConfig()),
				ConfigStateChecks: []statecheck.StateCheck{attributeCheck("push_name", test.name)},
				Check: func(*terraform.State) error {
					created = w.Count(info)
					return nil
				},
			})
			if created != test.looks {
				t.Errorf("the session was looked at %d times, want %d", created, test.looks)
			}
		})
	}
}

// TestFailedWaitChangesNothing: a failed wait leaves session, phone and state as they are, and the next apply waits
// again.
func TestFailedWaitChangesNothing(t *testing.T) {
	t.Parallel()
	short := `timeouts = { create = "1s" }`
	waiting := wawptest.Session{Status: "SCAN_QR_CODE"}
	for name, test := range map[string]struct {
		session   wawptest.Session
		arguments []string
		fault     wawptest.Fault
		says      string
	}{
		"timed out": {waiting, []string{short}, wawptest.Fault{}, `(?s)Nobody linked a phone to the session ` + id +
			` within\s+1s.*SCAN_QR_CODE.*next\s+apply\s+waits\s+again.*wawp_session_pair`},
		"failed": {
			wawptest.Session{Status: "FAILED"},
			[]string{short},
			wawptest.Fault{},
			`(?s)1s.*FAILED.*wawp_session_restart`,
		},
		"stuck": {wawptest.Session{Status: "WHATEVER"}, []string{short}, wawptest.Fault{}, `(?s)1s.*WHATEVER`},
		"stopped": {
			wawptest.Session{Status: "STOPPED"},
			nil,
			wawptest.Fault{},
			`(?s)Wawp session is stopped.*desired_state = "started"`,
		},
		"the wrong phone": {
			workingSession(),
			[]string{`expected_phone_number = "+49 170 1234567"`},
			wawptest.Fault{},
			`(?s)Another phone is linked.*` + phone + `.*491701234567.*with AttributeName\("expected_phone_number"\)`,
		},
		"a phone without a number": {
			wawptest.Session{Status: "WORKING", Me: &wawptest.Me{ID: "123@lid"}},
			[]string{`expected_phone_number = "+49 170 1234567"`},
			wawptest.Fault{},
			`(?s)Wawp does not report the number of the linked phone.*expected_phone_number\s+out`,
		},
		"no phone number": {
			workingSession(),
			[]string{`expected_phone_number = "0170 1234567"`},
			wawptest.Fault{},
			`(?s)Invalid phone number.*single\s+0`,
		},
		"no such session": {
			waiting, nil,
			wawptest.Fault{Match: info, Status: 404, Body: noSuchInstance},
			`(?s)The instance was\s+deleted.*Wawp\s+knows\s+no\s+such\s+instance`,
		},
		"a proxy's 404": {
			waiting, nil,
			wawptest.Fault{Match: info, Status: 404, Body: foreignAnswer},
			`(?s)Check\s+base_url`,
		},
		"broken": {
			waiting,
			[]string{short},
			wawptest.Fault{Match: info, Status: 500},
			`(?s)1s.*Nothing\s+was\s+recorded.*HTTP\s+500`,
		},
		"no number told": {
			workingSession(),
			[]string{short, `expected_phone_number = "+20 114 520 2826"`},
			wawptest.Fault{Match: info, Reshape: wawptest.Without("me")},
			`(?s)Wawp does not report the number of the linked phone`,
		},
		"broken later": {
			waiting,
			[]string{`timeouts = { create = "1s" }`},
			wawptest.Fault{Match: info, Skip: 3, Status: 500, Body: `{"code":"maintenance","message":"Until noon."}`},
			`(?s)1s.*SCAN_QR_CODE.*The\s+last\s+answer:.*HTTP\s+500.*Until\s+noon`,
		},
		"wrong token": {waiting, nil, wawptest.Fault{Match: info, Status: 401}, `(?s)WAWP_ACCESS_TOKEN`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, wawptest.Config{}, test.session)
			if test.fault.Match != "" {
				w.Inject(test.fault)
			}
			before, _ := w.Session(id)
			w.Steps(t,
				resource.TestStep{
					Config:      w.Config(pairingConfig(test.arguments...)),
					ExpectError: regexp.MustCompile(test.says),
				},
				resource.TestStep{
					PreConfig: func() {
						now, _ := w.Session(id)
						if now.Status != before.Status || (now.Me == nil) != (before.Me == nil) ||
							w.Count("") != w.Count(info) {
							t.Errorf("the session was %+v and is %+v, after %v", before, now, w.Requests())
						}
						w.ClearFaults()
						w.SetStatus(id, "SCAN_QR_CODE")
						linkPhone(t, w)
					},
					Config: w.Config(pairingConfig()), ConfigPlanChecks: acctest.Plans(address,
						plancheck.ResourceActionCreate),
				},
			)
		})
	}
}

func TestAccInterruptedWaitChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{}, wawptest.Session{Status: "SCAN_QR_CODE"})
	cli := w.CLI(t, pairingConfig())
	output := interruptCLI(t, w, cli, info, 2, "apply", "-auto-approve", "-no-color")
	acctest.Contains(t, output, "Error: The wait for a phone was interrupted", "SCAN_QR_CODE",
		"The next apply waits again")
	if now, _ := w.Session(id); now.Status != "SCAN_QR_CODE" || len(cli.State()) != 0 {
		t.Errorf("the session is %+v, the state %v", now, cli.State())
	}
	w.Pair(id, phone, "Support")
	acctest.Contains(t, cli.OK("apply", "-auto-approve", "-no-color"), "1 added, 0 changed, 0 destroyed")
}

// TestRefresh is promise P3 for pairings: only a proven absence removes one from the state.
func TestRefresh(t *testing.T) {
	t.Parallel()
	status := func(status string) wawptest.Fault {
		return wawptest.Fault{Match: info, Reshape: wawptest.Set("status", status)}
	}
	passing := status("SCAN_QR_CODE")
	passing.Times = 1
	gone := wawptest.Fault{Match: info, Status: 404, Body: noSuchInstance}
	noLimits := wawptest.Fault{Match: limits, Status: 404, Body: noSuchInstance}
	const (
		keptWarning = "Warning: Wawp pairing could not be checked and stays in the state"
		removed     = "1 to add"
		quiet       = "No changes."
	)
	for name, test := range map[string]struct {
		faults []wawptest.Fault
		says   []string
		fails  bool
		looks  int
	}{
		"linked": {nil, []string{quiet}, false, 1},
		"unlinked": {
			[]wawptest.Fault{status("SCAN_QR_CODE")},
			[]string{"Warning: A phone was unlinked from its Wawp session", id, removed, "wawp_session_pair"},
			false,
			2,
		},
		"passing through": {[]wawptest.Fault{passing}, []string{quiet}, false, 2},
		"failed": {
			[]wawptest.Fault{status("FAILED")},
			[]string{"Warning: A paired Wawp session is FAILED", quiet, "wawp_session_restart"},
			false, 1,
		},
		"stopped":        {[]wawptest.Fault{status("STOPPED")}, []string{quiet}, false, 1},
		"starting":       {[]wawptest.Fault{status("STARTING")}, []string{quiet}, false, 1},
		"unknown status": {[]wawptest.Fault{status("RESTING")}, []string{quiet}, false, 1},
		"invalid_session": {
			[]wawptest.Fault{{Match: info, Status: 404, Body: invalidSession}, noLimits},
			[]string{keptWarning, "invalid_session", quiet},
			false, 1,
		},
		"session gone": {
			[]wawptest.Fault{gone, noLimits},
			[]string{"Warning: Wawp pairing is gone", id, removed},
			false, 2,
		},
		"session gone, or not": {[]wawptest.Fault{gone}, []string{keptWarning, quiet}, false, 2},
		"a proxy's 404": {
			[]wawptest.Fault{{Match: info, Status: 404, Body: foreignAnswer}},
			[]string{keptWarning, quiet, "terraform state rm"},
			false, 1,
		},
		"an HTML page": {[]wawptest.Fault{{Match: info, Body: "<html>"}}, []string{keptWarning, quiet}, false, 1},
		"401": {
			[]wawptest.Fault{{Match: info, Status: 401, Body: noSuchInstance}},
			[]string{"Error: Wawp did not accept the access token"},
			true, 1,
		},
		"403": {
			[]wawptest.Fault{{Match: info, Status: 403, Body: noSuchInstance}},
			[]string{"Error: Wawp pairing could not be read"},
			true, 1,
		},
		"500": {
			[]wawptest.Fault{{Match: info, Status: 500}},
			[]string{"Error: Wawp pairing could not be read"},
			true, 1,
		},
		"unlinked, or not": {
			[]wawptest.Fault{passing, {Match: info, Status: 500}},
			[]string{"Error: Wawp pairing could not be read"},
			true, 2,
		},
		"a 404 that passes": {
			[]wawptest.Fault{{Match: info, Times: 1, Status: 404, Body: noSuchInstance}},
			[]string{quiet},
			false, 2,
		},
		"a 404, then connecting": {
			[]wawptest.Fault{{Match: info, Times: 1, Status: 404, Body: noSuchInstance}, passing},
			[]string{quiet},
			false, 3,
		},
		"a 404, then unlinked": {[]wawptest.Fault{
			{Match: info, Times: 1, Status: 404, Body: noSuchInstance},
			status("SCAN_QR_CODE"),
		}, []string{"Warning: A phone was unlinked", removed}, false, 3},
		"unlinked, session gone?": {[]wawptest.Fault{passing, gone}, []string{keptWarning, quiet}, false, 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, wawptest.Config{}, workingSession())
			tf := w.Terraform(t, noRetries+pairingConfig())
			tf.OK("apply")
			before := fmt.Sprint(tf.State())
			w.ResetRequests()
			for _, fault := range test.faults {
				w.Inject(fault)
			}
			if test.fails {
				acctest.Contains(t, tf.Fails("plan"), test.says...)
			} else {
				acctest.Contains(t, tf.OK("plan"), test.says...)
			}
			if w.Count(info) != test.looks || w.Count(info)+w.Count(limits) != w.Count("") {
				t.Errorf("the requests are %v", w.Requests())
			}
			if got := fmt.Sprint(tf.State()); got != before {
				t.Errorf("the state was %s and is %s", before, got)
			}
		})
	}
}

// TestUnlinkedPhonePlansANewPairing: and another phone shows as a change.
func TestUnlinkedPhonePlansANewPairing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{}, workingSession())
	expected := `expected_phone_number = "` + phone + `"`
	w.Steps(t,
		resource.TestStep{Config: w.Config(pairingConfig(expected))},
		resource.TestStep{
			PreConfig: func() {
				w.SetStatus(id, "SCAN_QR_CODE")
				linkPhone(t, w)
			},
			Config: w.Config(pairingConfig(expected)), ConfigPlanChecks: acctest.Plans(address,
				plancheck.ResourceActionCreate),
		},
		resource.TestStep{
			PreConfig: func() {
				w.SetStatus(id, "SCAN_QR_CODE")
				w.Pair(id, "491701234567", "Sales")
			},
			Config: w.Config(pairingConfig(expected)), ConfigPlanChecks: acctest.Plans(address,
				plancheck.ResourceActionNoop),
			ConfigStateChecks: []statecheck.StateCheck{
				attributeCheck("phone_number", knownvalue.StringExact("491701234567")),
				attributeCheck("push_name", knownvalue.StringExact("Sales")),
			},
		},
	)

	tf := w.Terraform(t, pairingConfig(expected))
	w.SetStatus(id, "SCAN_QR_CODE")
	w.Pair(id, phone, "Support")
	tf.OK("apply")
	w.SetStatus(id, "SCAN_QR_CODE")
	w.Pair(id, "491701234567", "Sales")
	acctest.Contains(t, tf.OK("plan"), "Warning: Another phone is linked to the Wawp session", "491701234567",
		"No changes")
}

// TestPlanThatUnlinksAPhoneWarns, whether the pairing is destroyed, renamed, or replaced for another session.
func TestPlanThatUnlinksAPhoneWarns(t *testing.T) {
	t.Parallel()
	const unlinks = "Warning: The plan unlinks a phone from the Wawp session " + id
	for _, logout := range []bool{true, false} {
		t.Run(fmt.Sprint(logout), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, wawptest.Config{}, workingSession())
			w.Add(wawptest.Session{InstanceID: "5056E8000001", Status: "WORKING"})
			declared := pairingConfig(fmt.Sprintf("logout_on_destroy = %t", logout))
			tf := w.Terraform(t, declared)
			tf.OK("apply")
			acctest.NotContains(t, tf.OK("plan"), "Warning")
			all := []string{tf.OK("plan", "-destroy")}
			for was, is := range map[string]string{`"x"`: `"y"`, id: "5056E8000001"} {
				tf.Configure(strings.Replace(declared, was, is, 1))
				all = append(all, tf.OK("plan"))
			}
			for _, output := range all {
				if logout {
					acctest.Contains(t, output, unlinks, "the phone with the number "+phone+" (\"Support\")",
						"a person has to link it again", "moved { from = wawp_session_pairing.<old name>")
				} else {
					acctest.NotContains(t, output, "Warning")
				}
			}
		})
	}
}

// TestSamePhoneInAnotherNotation: in some countries WhatsApp leaves a digit out that people dial, or the other way
// round.
func TestSamePhoneInAnotherNotation(t *testing.T) {
	t.Parallel()
	for linked, expected := range map[string]string{
		"553198765432":  "+55 31 9 9876-5432",
		"5511987654321": "+55 11 8765-4321",
		"5491123456789": "+54 11 2345-6789",
		"525512345678":  "+52 1 55 1234 5678",
	} {
		t.Run(expected, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, wawptest.Config{}, wawptest.Session{Status: "WORKING", Me: &wawptest.Me{ID: linked +
				"@c.us"}})
			tf := w.Terraform(t, pairingConfig(fmt.Sprintf("expected_phone_number = %q", expected)))
			tf.OK("apply")
			acctest.NotContains(t, tf.OK("plan"), "Warning")
			if s := tf.State()[0].Attributes; s["phone_number"] != linked {
				t.Errorf("the state is %v", s)
			}
			action := w.Terraform(t, pairConfig(fmt.Sprintf("phone_number = %q", expected)))
			acctest.Contains(t, action.OK("apply", invoke), "is linked to the session")
			w.SetStatus(id, "SCAN_QR_CODE")
			w.Pair(id, linked[:11]+"0", "Sales")
			acctest.Contains(t, tf.OK("plan"), "Warning: Another phone is linked to the Wawp session")
		})
	}
}

// TestChatIDHasOneForm: another spelling by Wawp does not replace resources that depend on the chat id.
func TestChatIDHasOneForm(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{}, workingSession())
	tf := w.Terraform(t, pairingConfig())
	tf.OK("apply")
	for _, form := range []string{"@s.whatsapp.net", ":3@s.whatsapp.net", ":12@c.us", ""} {
		w.ClearFaults()
		w.Inject(wawptest.Fault{Match: info, Reshape: wawptest.Set("me", map[string]any{"id": phone + form})})
		tf.OK("refresh")
		if s := tf.State()[0].Attributes; s["chat_id"] != phone+"@c.us" || s["phone_number"] != phone {
			t.Errorf("of %q the state is %v", form, s)
		}
	}
}

func TestDestroy(t *testing.T) {
	t.Parallel()
	refused := wawptest.Fault{Match: logout, Status: 400, Body: `{"code":"not_connected","message":"No."}`}
	passing := refused
	passing.Times = 1
	for name, test := range map[string]struct {
		arguments []string
		status    string
		faults    []wawptest.Fault
		says      []string
		fails     bool
		asked     map[string]int
	}{
		"unlinks":        {nil, "WORKING", nil, nil, false, map[string]int{info: 1, logout: 1}},
		"keeps the link": {[]string{"logout_on_destroy = false"}, "WORKING", nil, nil, false, map[string]int{info: 1}},
		"says nothing": {
			nil, "WORKING",
			[]wawptest.Fault{{Match: logout, Act: true, Status: 204}},
			nil, false,
			map[string]int{info: 2, logout: 1},
		},
		"takes a while": {
			nil, "WORKING",
			[]wawptest.Fault{
				{Match: logout, Act: true, Body: `{"status":"WORKING"}`},
				{Match: info, Skip: 1, Times: 1, Body: `{"status":"WORKING"}`},
			},
			nil, false,
			map[string]int{info: 3, logout: 1},
		},
		"session gone": {
			nil, "WORKING",
			[]wawptest.Fault{
				{Match: logout, Status: 404, Body: noSuchInstance},
				{Match: info, Skip: 1, Status: 404, Body: noSuchInstance},
				{Match: limits, Status: 404, Body: noSuchInstance},
			},
			nil, false,
			map[string]int{info: 2 + settledLooks, logout: 1, limits: 1},
		},
		"session gone?": {
			nil, "WORKING",
			[]wawptest.Fault{{Match: logout, Status: 404, Body: noSuchInstance}},
			[]string{"Error: The phone was not unlinked", "session/info describes it"},
			true,
			map[string]int{info: 2 + settledLooks, logout: 2},
		},
		"a 404 that passes": {
			nil, "WORKING",
			[]wawptest.Fault{
				{Match: logout, Times: 1, Status: 404, Body: noSuchInstance},
				{Match: info, Skip: 1, Times: 3, Status: 404, Body: noSuchInstance},
			},
			nil, false,
			map[string]int{info: 4 + settledLooks, logout: 2},
		},
		"a refusal that passes": {
			nil, "WORKING",
			[]wawptest.Fault{passing},
			nil, false,
			map[string]int{info: 1 + settledLooks, logout: 2},
		},
		"unlinked already": {
			nil, "WORKING",
			[]wawptest.Fault{
				refused,
				{Match: info, Skip: 1, Body: `{"status":"SCAN_QR_CODE"}`},
			},
			nil, false,
			map[string]int{info: 1 + scanLooks, logout: 1},
		},
		"starting": {
			nil, "WORKING",
			[]wawptest.Fault{passing, {Match: info, Skip: 1, Times: 9, Body: `{"status":"STARTING"}`}},
			nil, false,
			map[string]int{info: 10 + settledLooks, logout: 2},
		},
		"flapping": {
			nil, "WORKING",
			[]wawptest.Fault{
				passing,
				{Match: info, Skip: 1, Times: 2, Body: `{"status":"SCAN_QR_CODE"}`},
				{Match: info, Skip: 1, Times: 5, Body: `{"status":"STOPPED"}`},
				{Match: info, Skip: 1, Times: 2, Body: `{"status":"SCAN_QR_CODE"}`},
				{Match: info, Skip: 1, Times: 3, Status: 502},
			},
			nil, false,
			map[string]int{info: 13 + settledLooks, logout: 2},
		},
		"accepted, starting": {
			nil, "WORKING",
			[]wawptest.Fault{
				{Match: logout, Act: true, Status: 204},
				{Match: info, Skip: 1, Times: 4, Body: `{"status":"STARTING"}`},
			},
			nil, false,
			map[string]int{info: 6, logout: 1},
		},
		"never settles": {
			[]string{`timeouts = { delete = "300ms" }`},
			"WORKING",
			[]wawptest.Fault{refused, {Match: info, Skip: 1, Body: `{"status":"STARTING"}`}},
			[]string{
				"Error: The phone was not unlinked", "its last status was STARTING", "not_connected",
				"stays in the state",
			},
			true, nil,
		},
		"never told": {
			[]string{`timeouts = { delete = "300ms" }`},
			"WORKING",
			[]wawptest.Fault{refused, {Match: info, Skip: 1, Status: 500}},
			[]string{"Error: The phone was not unlinked", "not_connected"},
			true, nil,
		},
		"stopped": {nil, "STOPPED", nil, []string{
			"Warning: The phone may still be linked", "is STOPPED",
			"not_connected",
		}, false, map[string]int{info: 1 + settledLooks, logout: 2}},
		"refused": {
			nil, "WORKING",
			[]wawptest.Fault{refused},
			[]string{"Error: The phone was not unlinked", "not_connected", "stays in the state"},
			true,
			map[string]int{info: 1 + settledLooks, logout: 2},
		},
		"broken": {
			nil, "WORKING",
			[]wawptest.Fault{{Match: logout, Status: 500}},
			[]string{"Error: The phone was not unlinked", "HTTP 500"},
			true,
			map[string]int{info: 1 + settledLooks, logout: 1},
		},
		"no answer": {
			nil, "WORKING",
			[]wawptest.Fault{{Match: logout, Drop: true}},
			[]string{"Error: The phone was not unlinked"},
			true,
			map[string]int{info: 1 + settledLooks, logout: 1},
		},
		"lost": {
			nil, "WORKING",
			[]wawptest.Fault{{Match: logout, Drop: true, Act: true}},
			nil, false,
			map[string]int{info: 1 + scanLooks, logout: 1},
		},
		"a gateway's 504": {
			nil, "WORKING",
			[]wawptest.Fault{{Match: logout, Status: 504, Act: true}},
			nil, false,
			map[string]int{info: 1 + scanLooks, logout: 1},
		},
		"a proxy's 404": {
			nil, "WORKING",
			[]wawptest.Fault{{Match: logout, Status: 404, Body: foreignAnswer}},
			[]string{"Error: The phone was not unlinked"},
			true,
			map[string]int{info: 1 + settledLooks, logout: 2},
		},
		"forbidden": {
			nil, "WORKING",
			[]wawptest.Fault{{Match: logout, Status: 403}},
			[]string{"Error: The phone was not unlinked"},
			true,
			map[string]int{info: 1 + settledLooks, logout: 2},
		},
		"locked": {
			nil, "WORKING",
			[]wawptest.Fault{{Match: logout, Times: 1, Status: 423}},
			nil, false,
			map[string]int{info: 1 + settledLooks, logout: 2},
		},
		"wrong token": {
			nil, "WORKING",
			[]wawptest.Fault{{Match: logout, Status: 401}},
			[]string{"Error: ", "HTTP 401"},
			true,
			map[string]int{info: 1, logout: 1},
		},
		"error in disguise": {
			nil, "WORKING",
			[]wawptest.Fault{{Match: logout, Body: noSuchInstance}},
			[]string{"Error: The phone was not unlinked"},
			true,
			map[string]int{info: 1 + settledLooks, logout: 1},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, wawptest.Config{}, workingSession())
			tf := w.Terraform(t, noRetries+pairingConfig(test.arguments...))
			tf.OK("apply")
			w.SetStatus(id, test.status)
			w.ResetRequests()
			for _, fault := range test.faults {
				w.Inject(fault)
			}
			if test.fails {
				acctest.Contains(t, tf.Fails("destroy"), test.says...)
			} else {
				acctest.Contains(t, tf.OK("destroy"), test.says...)
			}
			if isInState := len(tf.State()) == 1; isInState != test.fails {
				t.Errorf("the state is %v", tf.State())
			}
			if test.asked != nil {
				w.CheckRequests(t, test.asked)
			}
		})
	}
}

func TestImport(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{}, workingSession())
	tf := w.Terraform(t, pairingConfig())
	tf.OK("import", address, id)
	w.CheckRequests(t, map[string]int{info: 1})
	acctest.Contains(t, tf.OK("plan"), "No changes.") // no argument is set

	tf.Configure(pairingConfig(`expected_phone_number = "` + phone + `"`))
	w.ResetRequests()
	acctest.Contains(t, tf.OK("apply"), "0 added, 1 changed")
	w.CheckRequests(t, map[string]int{info: 1})

	w.SetStatus(id, "FAILED") // an imported pairing that was read is like any other
	acctest.Contains(t, tf.OK("plan"), "Warning: A paired Wawp session is FAILED", "No changes.")
}

func TestAccImportBlock(t *testing.T) {
	t.Parallel()
	for needs, by := range map[string]string{
		"1.11": fmt.Sprintf("id = %q", id),
		"1.12": fmt.Sprintf("identity = { instance_id = %q }", id),
	} {
		t.Run(by, func(t *testing.T) {
			t.Parallel()
			acctest.Require(t, needs, needs)
			w := newWorld(t, wawptest.Config{}, workingSession())
			cli := w.CLI(t, pairingConfig()+"import {\n  to = "+address+"\n  "+by+"\n}\n")
			acctest.Contains(t, cli.OK("apply", "-auto-approve", "-no-color"), "1 imported, 0 added, 0 changed")
		})
	}
}

func TestImportWithoutAPairing(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		id     string
		status string
		fault  wawptest.Fault
		says   []string
	}{
		"not paired": {
			id, "SCAN_QR_CODE",
			wawptest.Fault{},
			[]string{"Error: No phone is linked to the Wawp session", "is SCAN_QR_CODE", "leave the import out"},
		},
		"stopped": {
			id, "STOPPED",
			wawptest.Fault{},
			[]string{"Error: No phone is linked to the Wawp session", "is STOPPED"},
		},
		"no such session": {
			"3EB000000000", "WORKING",
			wawptest.Fault{},
			[]string{"Error: Wawp pairing could not be read", "invalid_instance"},
		},
		"blank": {" ", "WORKING", wawptest.Fault{}, []string{"Error: No instance id to import"}},
		"a proxy's 404": {
			id, "WORKING",
			wawptest.Fault{Match: info, Status: 404, Body: foreignAnswer},
			[]string{"Error: Wawp pairing could not be read"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, wawptest.Config{}, workingSession())
			w.SetStatus(id, test.status)
			if test.fault.Match != "" {
				w.Inject(test.fault)
			}
			tf := w.Terraform(t, noRetries+pairingConfig())
			acctest.Contains(t, tf.Fails("import", address, test.id), test.says...)
			if len(tf.State()) != 0 {
				t.Errorf("the state holds %v", tf.State())
			}
		})
	}
}

// TestUnknownConfiguration uses a provider whose configuration is known only after an apply.
func TestUnknownConfiguration(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{}, workingSession())
	tf := w.Terraform(t, pairingConfig())
	tf.OK("apply")
	w.ResetRequests()
	tf.Unknown = true
	acctest.Contains(t, tf.OK("plan"), "Warning: The provider's configuration is not known yet", "No changes.")
	w.CheckRequests(t, nil)
}

package pairing_test

import (
	"strings"
	"testing"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

// createFirst is a lifecycle block with create_before_destroy.
const createFirst = "lifecycle {\n    create_before_destroy = true\n  }"

// checkStillLinked checks that the phone was not logged out, and is in the state once.
func checkStillLinked(t *testing.T, w *acctest.World, tf *acctest.Terraform) {
	t.Helper()
	if now, _ := w.Session(id); now.Status != "WORKING" || w.Count(logout) != 0 || len(tf.State()) != 1 {
		t.Errorf("the session is %+v after %d logouts, the state %v", now, w.Count(logout), tf.State())
	}
}

// TestReplacedPairingKeepsThePhone: the new object has taken over the phone, so the old one must leave it linked.
func TestReplacedPairingKeepsThePhone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{}, workingSession())
	tf := w.Terraform(t, pairingConfig(createFirst))
	tf.OK("apply")
	acctest.Contains(t, tf.OK("apply", "-replace="+address), "Warning: The phone was left linked to the Wawp session",
		id, "1 added, 0 changed, 1 destroyed")
	checkStillLinked(t, w, tf)
	acctest.Contains(t, tf.OK("plan"), "No changes.")
	tf.OK("destroy")
	if w.Count(logout) != 1 {
		t.Error("the phone was not logged out by the destruction of the resource itself")
	}
}

// TestRenamedPairingKeepsThePhone: if Terraform creates the new resource first, the phone stays linked without a moved
// block.
func TestRenamedPairingKeepsThePhone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{}, workingSession())
	before, after := w.Terraform(t, pairingConfig()), w.Terraform(t, strings.Replace(pairingConfig(), `"x"`, `"y"`, 1))
	before.OK("apply")
	before.Shared = w.Provider(t)
	after.Shared = before.Shared // both belong to the same run
	after.OK("apply")
	acctest.Contains(t, before.OK("destroy"), "Warning: The phone was left linked to the Wawp session", id)
	checkStillLinked(t, w, after)
	if len(before.State()) != 0 {
		t.Error("the old object is in the state")
	}
}

// TestRenamedPairingWaitsAgain: if Terraform destroys the old resource first, a phone that is being logged out does not
// count as linked.
func TestRenamedPairingWaitsAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{}, workingSession())
	before, after := w.Terraform(t, pairingConfig()), w.Terraform(t, strings.Replace(pairingConfig(), `"x"`, `"y"`, 1))
	before.OK("apply")
	before.Shared = w.Provider(t)
	after.Shared = before.Shared // both belong to the same run
	asked := make(chan struct{})
	w.Inject(wawptest.Fault{Match: logout, Hold: asked})
	destroyed, created := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(destroyed)
		before.Run("destroy", "-refresh=false")
	}()
	if err := w.WaitFor(t.Context(), logout, 1); err != nil {
		t.Fatal(err)
	}
	w.ResetRequests()
	go func() {
		defer close(created)
		after.Run("apply")
	}()
	if err := w.WaitFor(t.Context(), info, 5); err != nil { // it looks, and waits
		t.Fatal(err)
	}
	close(asked)
	<-destroyed
	select {
	case <-created:
		t.Error("the phone that was being logged out was taken for linked")
	default:
		w.Pair(id, phone, "Support")
		<-created
	}
	checkStillLinked(t, w, after)
	if len(before.State()) != 0 {
		t.Error("the old object is in the state")
	}
}

// TestPhoneBeingLoggedOutIsNotClaimed: nor if the timeout ends during the logout.
func TestPhoneBeingLoggedOutIsNotClaimed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{}, workingSession())
	before := w.Terraform(t, pairingConfig())
	after := w.Terraform(t, strings.Replace(pairingConfig(`timeouts = { create = "200ms" }`), `"x"`, `"y"`, 1))
	before.OK("apply")
	before.Shared = w.Provider(t)
	after.Shared = before.Shared // both belong to the same run
	asked, destroyed := make(chan struct{}), make(chan struct{})
	w.Inject(wawptest.Fault{Match: logout, Hold: asked})
	go func() {
		defer close(destroyed)
		before.Run("destroy", "-refresh=false")
	}()
	if err := w.WaitFor(t.Context(), logout, 1); err != nil {
		t.Fatal(err)
	}
	acctest.Contains(t, after.Fails("apply"), "Error: No phone was linked to the Wawp session",
		"Another resource of this run unlinks the phone of the session "+id, "within 200ms (the create timeout)")
	close(asked)
	<-destroyed
	if now, _ := w.Session(id); now.Status != "SCAN_QR_CODE" || len(before.State())+len(after.State()) != 0 {
		t.Errorf("the session is %+v, the state %v and %v", now, before.State(), after.State())
	}
}

// TestRefusedPhoneIsNotClaimed: a refused phone still belongs to its old resource, whose destroy logs it out.
func TestRefusedPhoneIsNotClaimed(t *testing.T) {
	t.Parallel()
	untold := wawptest.Fault{Match: info, Reshape: wawptest.Set("me", map[string]any{"id": "123@lid"})}
	for name, test := range map[string]struct {
		expected string
		fault    wawptest.Fault
		says     string
	}{
		"another phone": {
			"491701234567",
			wawptest.Fault{Skip: 1000},
			"Error: Another phone is linked to the Wawp session",
		},
		"a phone without a number": {phone, untold, "Error: Wawp does not report the number of the linked phone"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, wawptest.Config{}, workingSession())
			before := w.Terraform(t, pairingConfig())
			after := w.Terraform(t, strings.Replace(pairingConfig(`expected_phone_number = "`+test.expected+`"`), `"x"`,
				`"y"`, 1))
			before.OK("apply")
			before.Shared = w.Provider(t)
			after.Shared = before.Shared // both belong to the same run
			w.Inject(test.fault)
			acctest.Contains(t, after.Fails("apply"), test.says)
			acctest.NotContains(t, before.OK("destroy"), "was left linked")
			if now, _ := w.Session(id); now.Status != "SCAN_QR_CODE" || w.Count(logout) != 1 ||
				len(before.State())+len(after.State()) != 0 {
				t.Errorf("the session is %+v after %d logouts, the state %v and %v", now, w.Count(logout),
					before.State(), after.State())
			}
		})
	}
}

// TestPhoneLinkedAfterALogoutIsNew: a phone that is linked after a logout ends the wait.
func TestPhoneLinkedAfterALogoutIsNew(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{}, workingSession())
	before, after := w.Terraform(t, pairingConfig()), w.Terraform(t, strings.Replace(pairingConfig(), `"x"`, `"y"`, 1))
	before.OK("apply")
	before.Shared = w.Provider(t)
	after.Shared = before.Shared // both belong to the same run
	before.OK("destroy")
	w.Pair(id, phone, "Support")
	w.ResetRequests()
	after.OK("apply")
	w.CheckRequests(t, map[string]int{info: 1})
}

// TestPairingDeclaredTwice: a session has one phone, and one of two resources would log it out.
func TestPairingDeclaredTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{}, workingSession())
	tf := w.Terraform(t, pairingConfig()+strings.Replace(pairingConfig(), `"x"`, `"y"`, 1))
	acctest.Contains(t, tf.Fails("apply"), "Error: Wawp pairing is declared twice", id,
		"remove one of the two resources")
	checkStillLinked(t, w, tf)
}

// TestLogoutSucceedsWithAnotherStatus: a logout succeeds if session/info shows another status, and not if it shows
// none.
func TestLogoutSucceedsWithAnotherStatus(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer string
		info   wawptest.Fault
		gone   bool
	}{
		"told by the answer": {`{"status":"SCAN_QR_CODE"}`, wawptest.Fault{Skip: 1000}, true},
		"told by info":       {`{"message":"Logged out"}`, wawptest.Fault{Skip: 1000}, true},
		"told late": {
			`{"message":"Logged out"}`,
			wawptest.Fault{Match: info, Times: 3, Reshape: wawptest.Without("status")},
			true,
		},
		"told by nobody": {
			`{"message":"Logged out"}`,
			wawptest.Fault{Match: info, Reshape: wawptest.Without("status")},
			false,
		},
		"a word that nobody knows": {
			`{"status":"DONE"}`,
			wawptest.Fault{Match: info, Reshape: wawptest.Set("status", "WORKING")},
			false,
		},
		"another such word": {
			`{"status":"LOGGED_OUT"}`,
			wawptest.Fault{Match: info, Times: 3, Reshape: wawptest.Set("status", "WORKING")},
			true,
		},
		"the answer says WORKING": {
			`{"status":"WORKING"}`,
			wawptest.Fault{Match: info, Reshape: wawptest.Set("status", "WORKING")},
			false,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, wawptest.Config{}, workingSession())
			tf := w.Terraform(t, noRetries+pairingConfig(`timeouts = { delete = "200ms" }`))
			if test.gone {
				tf.Configure(noRetries + pairingConfig())
			}
			tf.OK("apply")
			w.Inject(wawptest.Fault{Match: logout, Act: true, Body: test.answer})
			w.Inject(test.info)
			if _, ok := tf.Run("destroy", "-refresh=false"); ok != test.gone || (len(tf.State()) == 0) != test.gone {
				t.Errorf("the destroy succeeded: %t; the state has %v", ok, tf.State())
			}
		})
	}
}

// TestReplacedPairingWarnsOfNoPhone: the new pairing belongs to another session, so no phone was left linked.
func TestReplacedPairingWarnsOfNoPhone(t *testing.T) {
	t.Parallel()
	const other = "3EB0OTHER"
	w := newWorld(t, wawptest.Config{}, workingSession())
	w.Add(wawptest.Session{InstanceID: other, Status: "WORKING", Me: &wawptest.Me{ID: "201000000000@c.us"}})
	tf := w.Terraform(t, pairingConfig())
	tf.OK("apply")
	moved := strings.Replace(pairingConfig(`expected_phone_number = "201000000000"`), id, other, 1)
	tf.Configure(pairingConfig(`expected_phone_number = "201000000000"`))
	acctest.Contains(t, tf.OK("plan"), "Warning: Another phone is linked to the Wawp session")
	tf.Configure(moved)
	acctest.NotContains(t, tf.OK("plan"), "Another phone is linked")
	acctest.Contains(t, tf.OK("apply"), "1 added, 0 changed, 1 destroyed")
}

package session_test

import (
	"testing"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

// linkedID is the id of a session to which a phone is linked.
const linkedID = "3EB0BCB2E3D4"

// answerCreate returns a fault that answers a create with an id, after the reshapes.
func answerCreate(id string, reshape ...func(map[string]any) any) wawptest.Fault {
	return wawptest.Fault{Match: create, Reshape: func(answer map[string]any) any {
		answer["instance_id"] = id
		for _, r := range reshape {
			r(answer)
		}
		return answer
	}}
}

// TestKnownInstanceIDIsNoNewSession: a create that answers with the id of a session of this process has created none.
func TestKnownInstanceIDIsNoNewSession(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{})
	w.Inject(answerCreate(linkedID))
	tf := w.Terraform(t, sessionsConfig(2, ""))
	acctest.Contains(t, tf.Fails("apply"), "A Wawp session may have been created that Terraform does not know of",
		"the answer holds the instance_id of a session that was there before: "+linkedID, "terraform import")
	if state := tf.State(); len(state) != 1 || state[0].Status != "" {
		t.Errorf("in the state: %+v", state)
	}
}

// TestSessionThatWasReadIsNotNew: a create cannot answer with the id of a session that a resource or data source has
// read.
func TestSessionThatWasReadIsNotNew(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{})
	w.Add(wawptest.Session{InstanceID: linkedID})
	w.Inject(answerCreate(linkedID))
	tf := w.Terraform(t, minimalConfig+"\ndata \"wawp_session\" \"x\" { instance_id = \""+linkedID+"\" }\n")
	tf.Shared = w.Provider(t)
	acctest.Contains(t, tf.Fails("apply"), "was there before: "+linkedID)
	if state := tf.State(); len(state) != 0 {
		t.Errorf("in the state: %+v", state)
	}
}

// TestNewSessionWithAPhoneWarns: the session is recorded with a warning, and deleted only once no phone is linked to
// it.
func TestNewSessionWithAPhoneWarns(t *testing.T) {
	t.Parallel()
	linked := func(answer map[string]any) any {
		answer["me"] = map[string]any{"id": "201145202826@c.us"}
		return answer
	}
	for name, test := range map[string]struct {
		configuration string
		reshape       func(map[string]any) any
	}{
		"told by the creation":      {minimalConfig, linked},
		"told by the status":        {minimalConfig, wawptest.Set("status", "WORKING")},
		"told by session/info":      {minimalConfig, wawptest.Without("status")},
		"seen when it was started":  {startedConfig, wawptest.Without("status")},
		"seen when it was stopped":  {stoppedConfig, wawptest.Without("status")},
		"told by the one and other": {startedConfig, linked},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.New(t, wawptest.Config{})
			w.Add(wawptest.Session{InstanceID: linkedID, Status: "SCAN_QR_CODE"})
			w.Pair(linkedID, "201145202826", "Support")
			w.Inject(answerCreate(linkedID, test.reshape))
			tf := w.Terraform(t, test.configuration)
			acctest.Contains(t, tf.OK("apply"), "A phone is linked to a Wawp session that was just created", linkedID,
				"terraform state rm 'wawp_session.<name>'")
			if state := tf.State(); len(state) != 1 || state[0].Status != "" ||
				state[0].Attributes["instance_id"] != linkedID {
				t.Fatalf("in the state: %+v", state)
			}
			w.SetStatus(linkedID, "WORKING")
			tf.OK("refresh")
			w.ResetRequests()
			acctest.Contains(t, tf.Fails("destroy", "-refresh=false"),
				"Wawp session may belong to somebody else: "+linkedID,
				"wawp_session_logout", "WAWP_ALLOW_DESTROY=1")
			w.CheckRequests(t, map[string]int{info: 1})

			w.Inject(wawptest.Fault{Match: info, Status: 500, Times: 5})
			acctest.Contains(t, tf.Fails("destroy", "-refresh=false"), "Wawp session could not be deleted",
				"Looking at the session "+linkedID)
			w.ResetRequests()
			w.SetStatus(linkedID, "STOPPED") // which does not show whether a phone is linked
			acctest.Contains(t, tf.Fails("destroy", "-refresh=false"),
				"Wawp session may belong to somebody else: "+linkedID)
			w.Unpair(linkedID)
			w.ResetRequests()
			tf.OK("destroy", "-refresh=false")
			if first := w.Requests()[0]; first.Path != "/v2/session/info" || w.Count(remove) != 1 ||
				len(tf.State()) != 0 {
				t.Errorf("%v, in the state: %+v", w.Requests(), tf.State())
			}
		})
	}
}

// TestNewSessionWithoutAPhoneDoesNotWarn: nor does a phone that is linked later.
func TestNewSessionWithoutAPhoneDoesNotWarn(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{})
	tf := w.Terraform(t, startedConfig)
	acctest.NotContains(t, tf.OK("apply"), "Warning")
	w.Pair(w.Sessions()[0].InstanceID, "201145202826", "Support")
	tf.OK("refresh")
	w.ResetRequests()
	tf.OK("destroy", "-refresh=false")
	w.CheckRequests(t, map[string]int{logout: 1, remove: 1})
}

// TestInvalidInstanceIDIsRefusedAtPlan, and by an import.
func TestInvalidInstanceIDIsRefusedAtPlan(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{})
	for _, id := range []string{"A1'; rm -rf /", `A1\"`, "$${file}", "A1\\n", "A 1", " A1 ", "\u0661", "A1\u200b"} {
		tf := w.Terraform(t, `data "wawp_session" "x" { instance_id = "`+id+`" }`)
		acctest.Contains(t, tf.Fails("plan"), "Invalid instance id", "with AttributeName(\"instance_id\")")
	}
	for _, id := range []string{"A1'; rm -rf /", `A1"`, "${file}", "A1\nB2", "A 1", "A1\u202e"} {
		acctest.Contains(t, w.Terraform(t, minimalConfig).Fails("import", address, id), "Invalid instance id")
	}
	w.CheckRequests(t, map[string]int{})
}

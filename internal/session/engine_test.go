package session_test

import (
	"strings"
	"testing"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
	"github.com/wawp/terraform-provider-wawp/internal/wawp"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

// unclearAnswers are answers to a start, stop or restart that leave its outcome unknown.
var unclearAnswers = map[string]wawptest.Fault{
	"409":                  {Status: 409, Body: `{"code":"protocol_conflict","message":"It is started already."}`},
	"422":                  {Status: 422, Body: `{"code":"busy","message":"Busy."}`},
	"400":                  {Status: 400, Body: `{"code":"bad_request","message":"Not now."}`},
	"412":                  {Status: 412, Body: `{"code":"precondition_failed","message":"Not now."}`},
	"423":                  {Status: 423, Body: `{"code":"locked","message":"Busy."}`},
	"425":                  {Status: 425},
	"403":                  {Status: 403, Body: `{"code":"already_started","message":"It is started already."}`},
	"404":                  {Status: 404, Body: `{"code":"invalid_session","message":"No."}`},
	"500":                  {Status: 500, Body: `{"code":"internal","message":"Oops."}`},
	"502":                  {Status: 502, Body: "<html>Bad gateway</html>"},
	"504":                  {Status: 504},
	"reset":                {Drop: true},
	"an error in disguise": {Body: `{"code":"server_not_found","message":"No."}`},
}

// TestStartAndStopAreJudgedByStatus: session/info decides whether a start or stop succeeded, not its answer.
func TestStartAndStopAreJudgedByStatus(t *testing.T) {
	t.Parallel()
	for name, fault := range unclearAnswers {
		for endpoint, change := range map[string][2]string{
			start: {stoppedConfig, startedConfig},
			stop:  {startedConfig, stoppedConfig},
		} {
			for _, acts := range []bool{true, false} {
				took := map[bool]string{true: " took hold", false: " did not"}[acts]
				t.Run(name+": "+strings.TrimPrefix(endpoint, "POST /v2/session/")+took, func(t *testing.T) {
					t.Parallel()
					w := acctest.New(t, wawptest.Config{})
					tf := w.Terraform(t, noRetries+change[0])
					tf.OK("apply")
					fault := fault
					fault.Match, fault.Act = endpoint, acts
					w.Inject(fault)
					w.ResetRequests()
					tf.Configure(noRetries + change[1])
					if acts {
						output := tf.OK("apply")
						acctest.Contains(t, output, "0 added, 1 changed, 0 destroyed")
						acctest.NotContains(t, output, "Warning")
						acctest.Contains(t, tf.OK("plan"), "No changes.")
					} else {
						acctest.Contains(t, tf.Fails("apply"), "Error: Wawp session is not in its desired_state",
							endpoint)
						acctest.Contains(t, tf.OK("plan"), "0 to add, 1 to change, 0 to destroy")
					}
					if n := w.Count(endpoint); n != 1 {
						t.Errorf("it was sent %d times", n)
					}
				})
			}
		}
	}
}

// TestStopThatIsUnderWayIsNoFailure: a stop that takes longer than the timeout is no failure, even if its answer was
// lost.
func TestStopThatIsUnderWayIsNoFailure(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		looks int // at which it is STOPPING
		says  string
	}{"it stops": {30, "1 changed"}, "it goes on": {
		0,
		"was not stopped yet after 300ms (the create or update timeout); its last status was STOPPING.",
	}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.New(t, wawptest.Config{})
			tf := w.Terraform(t, noRetries+startedConfig)
			tf.OK("apply")
			w.Inject(wawptest.Fault{Match: stop, Act: true, Status: 504})
			// refresh, and look
			w.Inject(wawptest.Fault{
				Match: info, Skip: 2, Times: test.looks,
				Reshape: wawptest.Set("status", "STOPPING"),
			})
			tf.Configure(noRetries + stoppedConfig)
			if test.looks == 0 {
				tf.Configure(noRetries + "resource \"wawp_session\" \"x\" {\n" +
					"  desired_state = \"stopped\"\n" +
					"  timeouts = { update = \"300ms\" }\n" +
					"}\n")
			}
			acctest.Contains(t, tf.OK("apply"), test.says)
		})
	}
}

// TestStartedAlreadyIsStarted: the status before a start may be outdated, so that the start is refused.
func TestStartedAlreadyIsStarted(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{})
	tf := w.Terraform(t, noRetries+stoppedConfig)
	tf.OK("apply")
	tf.Configure(noRetries + startedConfig)
	w.SetStatus(w.Sessions()[0].InstanceID, "STARTING")
	// refresh, look, and the first look after it
	w.Inject(wawptest.Fault{Match: info, Times: 3, Reshape: wawptest.Set("status", "STOPPED")})
	output := tf.OK("apply")
	acctest.Contains(t, output, "1 changed")
	acctest.NotContains(t, output, "Warning")
	if w.Count(start) != 1 {
		t.Errorf("it was started %d times", w.Count(start))
	}
}

// TestRefusedStartAfterTheCreationIsAWarning: the session is recorded.
func TestRefusedStartAfterTheCreationIsAWarning(t *testing.T) {
	t.Parallel()
	for name, fault := range unclearAnswers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.New(t, wawptest.Config{})
			fault.Match = start
			w.Inject(fault)
			tf := w.Terraform(t, noRetries+startedConfig)
			acctest.Contains(t, tf.OK("apply"), "Warning: Wawp session is not in its desired_state",
				"POST /v2/session/start", "1 added")
			checkRecorded(t, w, tf, 1)
		})
	}
}

// TestActionIsJudgedByStatus: session/info decides whether an action succeeded. TestActionsUnderFault covers failures.
func TestActionIsJudgedByStatus(t *testing.T) {
	t.Parallel()
	for name, fault := range unclearAnswers {
		for endpoint, says := range map[string]string{
			start: "has started", stop: "is STOPPED",
			restart: "has restarted",
		} {
			t.Run(name+": "+endpoint, func(t *testing.T) {
				t.Parallel()
				w := worldWithPhone(t, endpoint)
				fault := fault
				fault.Match, fault.Act = endpoint, true
				w.Inject(fault)
				if endpoint == restart { // which the simulator is too quick to show
					injectStatuses(w, "WORKING", "STARTING")
				}
				progress, failure := invoke(t.Context(), t, w, endpoint, func(o *wawp.Options) { o.MaxRetries = 0 })
				acctest.Contains(t, progress, says)
				acctest.NotContains(t, failure, "\n")
				if n := w.Count(endpoint); n != 1 {
					t.Errorf("it was sent %d times", n)
				}
			})
		}
	}
}

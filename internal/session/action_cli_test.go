package session_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

func TestAccActionRuns(t *testing.T) {
	t.Parallel()
	acctest.Require(t, "1.14", "")
	w := worldWithPhone(t, start)
	output := w.CLI(t, allActions).OK("apply", "-auto-approve", "-no-color", "-invoke=action.wawp_session_start.x")
	acctest.Contains(t, output, "The session "+instanceID+" has started. It is WORKING: a phone is linked.",
		"Actions: 1 invoked")
}

// TestAccActionsAreTriggered by the life of a resource, in the order in which they are listed.
func TestAccActionsAreTriggered(t *testing.T) {
	t.Parallel()
	acctest.Require(t, "1.14", "")
	w := acctest.New(t, wawptest.Config{})
	w.Add(wawptest.Session{InstanceID: instanceID, Status: "WORKING", Me: phone})
	cli := w.CLI(t, allActions+`
		resource "terraform_data" "maintenance" {
			lifecycle {
				action_trigger {
					events  = [after_create]
					actions = [action.wawp_session_restart.x, action.wawp_session_logout.x, action.wawp_session_stop.x]
				}
			}
		}`)
	cli.OK("apply", "-auto-approve")
	w.CheckRequests(t, map[string]int{info: 5, restart: 1, logout: 1, stop: 1})
	if s, _ := w.Session(instanceID); s.Status != "STOPPED" || s.Me != nil {
		t.Errorf("the session is %v", s)
	}
}

// TestAccFailedActionTaintsNothing: the session that triggered it is recorded, and stays.
func TestAccFailedActionTaintsNothing(t *testing.T) {
	t.Parallel()
	acctest.Require(t, "1.14", "")
	w := acctest.New(t, wawptest.Config{})
	cli := w.CLI(t, allActions+`
		resource "wawp_session" "x" {
			lifecycle {
				action_trigger {
					events  = [after_create]
					actions = [action.wawp_session_start.x]
				}
			}
		}`)
	acctest.Contains(t, cli.Fails("apply", "-auto-approve", "-no-color"), "Action on a Wawp session failed",
		"Wawp knows no such instance")
	checkRecorded(t, w, cli, 1)
	acctest.Contains(t, cli.OK("plan", "-no-color"), "No changes.")
}

// TestAccActionsNeverShowTheToken, in what Terraform prints, logs and writes.
func TestAccActionsNeverShowTheToken(t *testing.T) {
	t.Parallel()
	acctest.Require(t, "1.14", "")
	w := acctest.New(t, wawptest.Config{Token: canary})
	faults := map[string]wawptest.Fault{} // by endpoint and session
	for i, fault := range []wawptest.Fault{
		{Match: info, Reshape: wawptest.Set("name", echoedToken())},
		{Match: info, Reshape: wawptest.Set("status", echoedToken())},
		{Match: info, Status: 401, Body: `{"code":"no","message":"` + canary + `"}`},
		{Match: restart, Body: "<html>" + echoedToken() + "</html>"},
		{Match: restart, Drop: true},
	} {
		s := w.Add(wawptest.Session{InstanceID: fmt.Sprintf("5056E80%05d", i), Status: "WORKING", Me: phone})
		faults[fault.Match+s.InstanceID] = fault
	}
	w.ChooseFaults(func(r wawptest.Request) wawptest.Fault {
		return faults[r.Method+" "+r.Path+r.Query.Get("instance_id")]
	})
	cli := w.CLI(t, noRetries+fmt.Sprintf(`
		action "wawp_session_restart" "x" {
			count = %d
			config {
				instance_id = format("5056E80%%05d", count.index)
				timeouts    = { invoke = "500ms" }
			}
		}`, len(faults)))
	cli.Env = append(cli.Env, "TF_LOG=TRACE", "TF_LOG_PATH="+filepath.Join(cli.Dir, "trace.log"))
	output, _ := cli.Run("apply", "-auto-approve", "-no-color", "-invoke=action.wawp_session_restart.x")
	if n := strings.Count(output, "Action started: action.wawp_session_restart.x"); n != len(faults) ||
		w.Count(restart) != len(faults)-1 {
		t.Errorf("%d actions were started, of %d; %d restarts were sent", n, len(faults), w.Count(restart))
	}
	if err := os.WriteFile(filepath.Join(cli.Dir, "said.out"), []byte(output), 0o600); err != nil {
		t.Fatal(err)
	}
	searchCanary(t, cli.Dir)
	log, err := os.ReadFile(filepath.Join(cli.Dir, "trace.log"))
	if err != nil {
		t.Fatal(err)
	}
	acctest.Contains(t, string(log), "@module=wawp.wawp", "path=/v2/session/restart") // else there was nothing to find
	if !strings.Contains(w.Requests()[0].Query.Encode(), "access_token") {
		t.Error("the token was not sent")
	}
}

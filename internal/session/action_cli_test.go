package session_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

// allActions declares every action, on one session.
const allActions = `
	action "wawp_session_start" "x" {
		config {
			instance_id = "3EB0BCB2E3D4"
		}
	}
	action "wawp_session_stop" "x" {
		config {
			instance_id = "3EB0BCB2E3D4"
		}
	}
	action "wawp_session_restart" "x" {
		config {
			instance_id = "3EB0BCB2E3D4"
		}
	}
	action "wawp_session_logout" "x" {
		config {
			instance_id = "3EB0BCB2E3D4"
		}
	}
`

// TestAccActionsRun takes a session through all actions, as a person does, twice each.
func TestAccActionsRun(t *testing.T) {
	t.Parallel()
	acctest.Require(t, "1.14", "")
	w := acctest.New(t, wawptest.Config{})
	w.Add(wawptest.Session{InstanceID: theID, Status: "STOPPED", Me: phone})
	cli := w.CLI(t, allActions)
	for _, run := range []struct {
		action string
		sends  map[string]int
		says   string
	}{
		{"start", map[string]int{info: 2, start: 1}, "The session 3EB0BCB2E3D4 has started. It is WORKING: a phone is linked."},
		{"start", map[string]int{info: 1}, "The session 3EB0BCB2E3D4 is not STOPPED, so it needs no start: nothing was sent."},
		{"restart", map[string]int{info: 2, restart: 1}, "Wawp advises to wait 30 seconds before sending messages."},
		{"stop", map[string]int{info: 2, stop: 1}, "The session 3EB0BCB2E3D4 is STOPPED. Its phone stays linked"},
		{"stop", map[string]int{info: 1}, "The session 3EB0BCB2E3D4 is STOPPED already: nothing was sent."},
		{"restart", map[string]int{info: 2, start: 1}, "The session 3EB0BCB2E3D4 has nothing to stop: a start is enough."},
		{"logout", map[string]int{info: 2, logout: 1}, "The session 3EB0BCB2E3D4 was logged out. It is SCAN_QR_CODE"},
		{"logout", map[string]int{info: 1}, "The session 3EB0BCB2E3D4 is SCAN_QR_CODE: no phone is linked, and nothing was sent."},
	} {
		said := cli.OK("apply", "-auto-approve", "-no-color", "-invoke=action.wawp_session_"+run.action+".x")
		acctest.Contains(t, said, run.says, "Actions: 1 invoked")
		w.Asked(t, run.sends)
	}
	w.Remove(theID)
	said := cli.Fails("apply", "-auto-approve", "-no-color", "-invoke=action.wawp_session_restart.x")
	acctest.Contains(t, said, "Action on a Wawp session failed", theID, "Wawp knows no such instance")
	w.Asked(t, map[string]int{info: 1})
}

// TestAccActionsAreTriggered by the life of a resource, in the order in which they are listed.
func TestAccActionsAreTriggered(t *testing.T) {
	t.Parallel()
	acctest.Require(t, "1.14", "")
	w := acctest.New(t, wawptest.Config{})
	w.Add(wawptest.Session{InstanceID: theID, Status: "WORKING", Me: phone})
	configuration := w.Config(allActions + `
		resource "terraform_data" "maintenance" {
			lifecycle {
				action_trigger {
					events  = [after_create]
					actions = [action.wawp_session_restart.x, action.wawp_session_logout.x, action.wawp_session_stop.x]
				}
			}
		}`)
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: w.Providers(), Steps: []resource.TestStep{{Config: configuration}}})
	w.Asked(t, map[string]int{info: 6, restart: 1, logout: 1, stop: 1})
	if s, _ := w.Session(theID); s.Status != "STOPPED" || s.Me != nil {
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
	acctest.Contains(t, cli.Fails("apply", "-auto-approve", "-no-color"), "Action on a Wawp session failed", "Wawp knows no such instance")
	recorded(t, w, cli, 1)
	acctest.Contains(t, cli.OK("plan", "-no-color"), "No changes.")
}

func TestAccActionThatTakesTooLong(t *testing.T) {
	t.Parallel()
	acctest.Require(t, "1.14", "")
	w := acctest.New(t, wawptest.Config{BootTime: 1e15})
	w.Add(wawptest.Session{InstanceID: theID, Status: "STOPPED"})
	cli := w.CLI(t, `
		action "wawp_session_start" "x" {
			config {
				instance_id = "3EB0BCB2E3D4"
				timeouts    = { invoke = "1s" }
			}
		}`)
	acctest.Contains(t, cli.Fails("apply", "-auto-approve", "-no-color", "-invoke=action.wawp_session_start.x"), "Action on a Wawp session ran out of time",
		"Wawp accepted the start of the session 3EB0BCB2E3D4, but it was not seen to leave STARTING within 1s",
		"Its last status was STARTING.", "with the action wawp_session_restart")
}

func TestAccArgumentsOfActionsAreValidated(t *testing.T) {
	t.Parallel()
	acctest.Require(t, "1.14", "")
	const named = `instance_id = "3EB0BCB2E3D4"`
	for arguments, says := range map[string]string{
		``:                   `The argument "instance_id" is required`,
		`instance_id = ""`:   `instance_id is set, but empty`,
		`instance_id = "\t"`: `instance_id is set, but empty`,
		named + "\n timeouts = { invoke = \"0s\" }":   `timeouts.invoke must be a positive duration`,
		named + "\n timeouts = { invoke = \"soon\" }": `timeouts.invoke must be a positive duration`,
	} {
		w := acctest.New(t, wawptest.Config{})
		said := w.CLI(t, strings.ReplaceAll(allActions, named, arguments)).Fails("validate", "-no-color")
		if strings.Count(said, says) != len(actions) {
			t.Errorf("%s does not say %s of each action:\n%s", arguments, says, said)
		}
		w.Asked(t, nil)
	}
}

// TestAccActionOfAnUnknownProvider: an action can be invoked before the provider's configuration is known.
func TestAccActionOfAnUnknownProvider(t *testing.T) {
	t.Parallel()
	acctest.Require(t, "1.14", "")
	w := acctest.New(t, wawptest.Config{})
	cli := w.CLI(t, `
		resource "terraform_data" "token" { input = "`+w.Token+`" }
		provider "wawp" { access_token = terraform_data.token.output }
	`+allActions)
	said := cli.Fails("apply", "-auto-approve", "-no-color", "-invoke=action.wawp_session_restart.x")
	acctest.Contains(t, said, "The provider's configuration is not known yet")
	w.Asked(t, nil)
}

// TestAccActionsNeverShowTheToken, in what Terraform prints, logs and writes.
func TestAccActionsNeverShowTheToken(t *testing.T) {
	t.Parallel()
	acctest.Require(t, "1.14", "")
	w := acctest.New(t, wawptest.Config{Token: canary})
	w.Add(wawptest.Session{InstanceID: theID, Status: "WORKING", Me: phone})
	cli := w.CLI(t, once+allActions)
	cli.Env = append(cli.Env, "TF_LOG=TRACE", "TF_LOG_PATH="+filepath.Join(cli.Dir, "trace.log"))
	for _, fault := range []wawptest.Fault{
		{Match: info, Times: 1, Reshape: wawptest.Set("name", echo())},
		{Match: info, Times: 1, Reshape: wawptest.Set("status", echo())},
		{Match: info, Times: 1, Status: 401, Body: `{"code":"no","message":"` + canary + `"}`},
		{Match: restart, Times: 1, Body: "<html>" + echo() + "</html>"},
		{Match: restart, Times: 1, Drop: true},
	} {
		w.Inject(fault)
		said, _ := cli.Run("apply", "-auto-approve", "-no-color", "-invoke=action.wawp_session_restart.x")
		acctest.Contains(t, said, "Action started: action.wawp_session_restart.x")
		if err := os.WriteFile(filepath.Join(cli.Dir, "said.out"), []byte(said), 0o600); err != nil {
			t.Fatal(err)
		}
		search(t, cli.Dir)
	}
	log, err := os.ReadFile(filepath.Join(cli.Dir, "trace.log"))
	if err != nil {
		t.Fatal(err)
	}
	acctest.Contains(t, string(log), "@module=wawp.wawp", "path=/v2/session/restart") // else there was nothing to find
	if !strings.Contains(w.Requests()[0].Query.Encode(), "access_token") {
		t.Error("the token was not sent")
	}
}

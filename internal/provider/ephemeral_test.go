package provider_test

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

// ephemeralConfig declares a session, a link of it, and the ephemeral resources that Terraform opens at each plan,
// apply and destroy.
const ephemeralConfig = `
	resource "wawp_session" "x" { desired_state = "started" }
	resource "wawp_session_temp_link" "x" { instance_id = wawp_session.x.instance_id }
	ephemeral "wawp_session_temp_link" "x" {
		instance_id = wawp_session.x.instance_id
		depends_on  = [wawp_session_temp_link.x]
	}
	ephemeral "wawp_session_qr_code" "x" { instance_id = wawp_session.x.instance_id }
`

// TestEphemeralResourcesAlwaysOpen plans, applies and destroys in each status of the session. The link stays valid
// until its resource is destroyed.
func TestEphemeralResourcesAlwaysOpen(t *testing.T) {
	t.Parallel()
	for name, pair := range map[string]func(w *acctest.World, id string){
		"stopped":  func(w *acctest.World, id string) { w.SetStatus(id, "STOPPED") },
		"scanning": func(*acctest.World, string) {},
		"paired":   func(w *acctest.World, id string) { w.Pair(id, "201145202826", "Support") },
		"failed":   func(w *acctest.World, id string) { w.SetStatus(id, "FAILED") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.New(t, wawptest.Config{})
			tf := w.Terraform(t, ephemeralConfig)
			tf.OK("plan")
			tf.OK("apply")
			id := w.Sessions()[0].InstanceID
			if len(w.Links(id)) != 1 || len(w.QRCodes(id)) == 0 {
				t.Fatalf("%d links and %d codes were handed out", len(w.Links(id)), len(w.QRCodes(id)))
			}
			pair(w, id)
			w.ResetRequests()
			tf.OK("plan")
			tf.OK("apply")
			tf.OK("plan", "-destroy")
			checkOpened(t, w, id)
			tf.OK("destroy")
			checkDestroyed(t, w, id)
		})
	}
}

// checkOpened checks that the ephemeral resources were opened, and that the link was neither replaced nor revoked.
func checkOpened(t *testing.T, w *acctest.World, id string) {
	t.Helper()
	if w.Count("POST /v2/auth/qr") == 0 {
		t.Errorf("nothing was opened: %v", w.Requests())
	}
	if slices.ContainsFunc(w.Requests(), func(r wawptest.Request) bool { return r.Method == http.MethodDelete }) ||
		len(w.Links(id)) != 1 {
		t.Errorf("the link that was handed out is another one, or is revoked: %v", w.Requests())
	}
}

// checkDestroyed checks that the destroy revoked the only link, and deleted the session.
func checkDestroyed(t *testing.T, w *acctest.World, id string) {
	t.Helper()
	if w.Count("DELETE /v2/session/temp-link") != 1 || len(w.Links(id)) != 1 || len(w.Sessions()) != 0 {
		t.Errorf("the end was not clean: %v", w.Requests())
	}
}

// TestAccInvitationExampleSendsLink runs the example that sends an invitation. While the session starts, there is no
// link, so the first apply fails. The second apply sends the link.
func TestAccInvitationExampleSendsLink(t *testing.T) {
	t.Parallel()
	acctest.Require(t, "1.11", "1.11")
	w := acctest.New(t, wawptest.Config{})
	example := filepath.Join(root, "examples/ephemeral-resources/wawp_session_temp_link/ephemeral-resource.tf")
	cli := w.AttachedCLI(t, string(readFile(t, example)))
	writeFile(t, filepath.Join(cli.Dir, "invite.sh"), "echo $1 $PAGE > sent\n")
	if err := os.Chmod(filepath.Join(cli.Dir, "invite.sh"), 0o700); err != nil {
		t.Fatal(err)
	}
	w.Inject(wawptest.Fault{
		Match: "POST /v2/session/info", Skip: 2, Times: 1,
		Reshape: wawptest.Set("status", "STARTING"),
	})
	acctest.Contains(t, cli.Fails("apply", "-auto-approve", "-no-color"), "local-exec provisioner error",
		`test -n "$PAGE"`)
	cli.OK("apply", "-auto-approve")
	links := w.Links(w.Sessions()[0].InstanceID)
	sent := string(readFile(t, filepath.Join(cli.Dir, "sent")))
	if len(links) != 1 || sent != "sales@example.com "+links[0]+"\n" {
		t.Errorf("%q was sent of %v", sent, links)
	}
	acctest.Contains(t, cli.OK("plan", "-no-color"), "No changes.")
}

// TestAccEphemeralResourcesAlwaysOpen opens the ephemeral resources with a CLI, and passes their values to a command.
// OpenTofu opens only ephemeral resources that something refers to.
func TestAccEphemeralResourcesAlwaysOpen(t *testing.T) {
	t.Parallel()
	acctest.Require(t, "1.11", "1.11")
	w := acctest.New(t, wawptest.Config{})
	cli := w.AttachedCLI(t, ephemeralConfig+`
		resource "terraform_data" "x" {
			triggers_replace = plantimestamp()
			provisioner "local-exec" {
				command     = "test -n \"$LINK$CODE\""
				environment = {
					LINK = coalesce(ephemeral.wawp_session_temp_link.x.link, "-")
					CODE = ephemeral.wawp_session_qr_code.x.available ? ephemeral.wawp_session_qr_code.x.value : "-"
				}
			}
		}`)
	cli.OK("apply", "-auto-approve")
	id := w.Sessions()[0].InstanceID
	w.Pair(id, "201145202826", "Support")
	w.ResetRequests()
	cli.OK("apply", "-auto-approve")
	cli.OK("destroy", "-auto-approve", "-target=terraform_data.x")
	checkOpened(t, w, id)
	cli.OK("destroy", "-auto-approve")
	checkDestroyed(t, w, id)
}

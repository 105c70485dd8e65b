package acctest_test

import (
	"testing"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

const accountConfig = `
	provider "wawp" {
		max_retries = 0
	}
	resource "wawp_session" "x" {
		count         = 2
		desired_state = "started"
	}
	resource "wawp_session_webhook" "x" {
		instance_id = wawp_session.x[0].instance_id
		url         = "https://example.com/wawp"
		events      = ["message"]
		retries     = { attempts = 3 }
	}
	data "wawp_session_webhooks" "x" {
		instance_id = wawp_session_webhook.x.instance_id
	}
	ephemeral "wawp_session_qr_code" "x" {
		instance_id = wawp_session.x[1].instance_id
	}
`

// TestTerraformCommands runs each command with one configuration.
func TestTerraformCommands(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{Paid: true})
	tf := w.Terraform(t, accountConfig)
	acctest.Contains(t, tf.OK("plan"), "Plan: 3 to add, 0 to change, 0 to destroy.")
	if len(tf.State()) != 0 {
		t.Errorf("a plan left %v in the state", tf.State())
	}
	acctest.Contains(t, tf.OK("apply"), "Apply complete! Resources: 3 added, 0 changed, 0 destroyed.")
	if n := tf.Value("data.wawp_session_webhooks.x", "webhooks").LengthInt(); n != 1 {
		t.Errorf("%d webhooks were read", n)
	}
	acctest.Contains(t, tf.OK("plan"), "No changes.")
	acctest.Contains(t, tf.OK("apply", "-replace=wawp_session.x[0]"),
		"Apply complete! Resources: 2 added, 0 changed, 2 destroyed.")
	id, _ := tf.State()[0].Attributes["instance_id"].(string)
	tf.Forget("wawp_session_webhook.x")
	acctest.Contains(t, tf.Fails("import", "wawp_session_webhook.x", "nonsense"), "Error: ")
	acctest.Contains(t, tf.OK("import", "wawp_session_webhook.x", id+",https://example.com/wawp"), "Import successful!")
	acctest.Contains(t, tf.OK("destroy"), "Destroy complete! Resources: 3 destroyed.")
	if len(tf.State()) != 0 || len(w.Sessions()) != 0 {
		t.Errorf("left: %v, %v", tf.State(), w.Sessions())
	}
}

// TestFailedDestroyStopsReplacement: if a webhook cannot be destroyed, its session is neither destroyed nor replaced.
func TestFailedDestroyStopsReplacement(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{Paid: true})
	tf := w.Terraform(t, accountConfig)
	tf.OK("apply")
	before := w.Sessions()
	w.Inject(wawptest.Fault{Match: "DELETE /v2/webhook/delete", Status: 403, Body: `{"code":"no","message":"No."}`})
	acctest.Contains(t, tf.Fails("apply", "-replace=wawp_session.x[0]"), "Wawp webhook could not be deleted")
	if after := w.Sessions(); len(tf.State()) != 3 || after[0].InstanceID != before[0].InstanceID || len(after) != 2 {
		t.Errorf("the state has %v, Wawp %v", tf.State(), after)
	}
}

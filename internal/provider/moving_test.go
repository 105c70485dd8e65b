package provider_test

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

// TestAccMovingFromCurlExample takes the steps of the guide *Moving from curl*. The sessions move into the state, the
// resource of the other tool leaves it, and nothing changes at Wawp.
func TestAccMovingFromCurlExample(t *testing.T) {
	t.Parallel()
	files := exampleFiles(t, "TestAccMovingFromCurlExample")
	example := func(name string) string { return files["guides/moving-from-curl/"+name] }
	w := acctest.New(t, wawptest.Config{Paid: true})
	for _, id := range []string{"3EB0BCB2E3D4", "5056E8A0B1C2"} {
		w.Add(wawptest.Session{InstanceID: id, Status: "WORKING", Me: &wawptest.Me{ID: "201012345678@c.us"}})
	}
	w.SetWebhook("3EB0BCB2E3D4", wawptest.Webhook{
		URL: "https://crm.example.com/hooks/wawp", Events: []string{"message"}, Active: true, Delay: 2, Attempts: 15,
	})

	cli := w.AttachedCLI(t, "resource \"terraform_data\" \"support\" {}\n")
	cli.OK("apply", "-auto-approve")
	cli.Configure("")
	in := func(name string) string { return filepath.Join(cli.Dir, name) }
	writeFile(t, in("imports.tf"), example("adopt/imports.tf"))
	writeFile(t, in("removed.tf"), example("adopt/removed.tf"))

	imports := func(output string) {
		t.Helper()
		if !strings.Contains(output, "Plan: 3 to import, 0 to add, 0 to change, 0 to destroy") ||
			!strings.Contains(output, "will not be destroyed") {
			t.Errorf("the plan does more than it should:\n%s", output)
		}
	}
	imports(cli.OK("plan", "-no-color", "-generate-config-out=generated.tf"))
	imports(cli.OK("plan", "-no-color")) // with the generated configuration
	removeFile(t, in("generated.tf"))
	writeFile(t, in("sessions.tf"), example("adopted/main.tf"))
	imports(cli.OK("apply", "-no-color", "-auto-approve"))

	removeFile(t, in("imports.tf"))
	removeFile(t, in("removed.tf"))
	cli.OK("plan", "-detailed-exitcode") // succeeds if there is nothing to change
	if state := cli.State(); len(state) != 3 {
		t.Errorf("the state has %v", state)
	}
	if output := cli.OK("state", "list", "-id=3EB0BCB2E3D4"); output != "" { // as the guide says
		t.Errorf("there is an attribute id: %s", output)
	}

	removeFile(t, in("sessions.tf"))
	removeFile(t, in("terraform.tfstate"))
	cli.Configure(example("many/main.tf"))
	if output := cli.OK("plan", "-no-color"); !strings.Contains(output,
		"Plan: 2 to import, 0 to add, 0 to change, 0 to destroy") {
		t.Errorf("two sessions are not simply imported:\n%s", output)
	}

	for _, r := range w.Requests() {
		if r.Method != http.MethodGet && r.Path != "/v2/session/info" {
			t.Errorf("adopting sent %v", r)
		}
	}
}

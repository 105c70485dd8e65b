package webhook_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

// query is a query file that lists the webhooks of a session.
func query(t *testing.T, cli *acctest.CLI, arguments string) {
	t.Helper()
	content := fmt.Sprintf("list \"wawp_session_webhook\" \"all\" {\n  provider = wawp\n  %s\n}\n", arguments)
	if err := os.WriteFile(filepath.Join(cli.Dir, "main.tfquery.hcl"), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

const listing = "config {\n    instance_id = \"" + id + "\"\n  }"

func twoWebhooks(w *acctest.World) {
	w.SetWebhook(id, wawptest.Webhook{URL: target + "/b", Events: []string{"message", "poll.vote"}, Active: true, Delay: 2, Attempts: 15, Secret: "s"})
	w.SetWebhook(id, wawptest.Webhook{URL: target + "/a", Events: []string{"an.event.of.tomorrow"}, Delay: 9, Attempts: 1})
}

func TestAccQuery(t *testing.T) {
	t.Parallel()
	acctest.Require(t, "1.14", "")
	w := world(t, wawptest.Config{SystemListed: true})
	twoWebhooks(w)
	cli := w.CLI(t, "provider \"wawp\" {}\n")
	query(t, cli, listing)
	said := cli.OK("query", "-no-color")
	contains(t, said, target+"/a", target+"/b")
	if strings.Contains(said, w.SystemWebhook(id).URL) || strings.Contains(said, "app.wawp.net") {
		t.Errorf("the system webhook is listed:\n%s", said)
	}

	// What is generated imports both and changes nothing.
	cli.OK("query", "-no-color", "-generate-config-out=generated.tf")
	contains(t, cli.OK("plan", "-no-color"), "2 to import, 0 to add, 0 to change, 0 to destroy")
	cli.OK("apply", "-auto-approve", "-no-color")
	contains(t, cli.OK("plan", "-no-color"), "No changes.")
}

func TestAccQueryLimit(t *testing.T) {
	t.Parallel()
	acctest.Require(t, "1.14", "")
	w := world(t, wawptest.Config{})
	twoWebhooks(w)
	cli := w.CLI(t, "provider \"wawp\" {}\n")
	query(t, cli, listing+"\n  limit = 1")
	said := cli.OK("query", "-no-color")
	contains(t, said, target+"/a")
	if strings.Contains(said, target+"/b") {
		t.Errorf("the limit is passed over:\n%s", said)
	}
}

func TestAccQueryFailsLoudly(t *testing.T) {
	t.Parallel()
	acctest.Require(t, "1.14", "")
	for name, test := range map[string]struct {
		arguments string
		paid      bool
		says      string
	}{
		"no such session": {"config {\n    instance_id = \"A1\"\n  }", true, "invalid_instance"},
		"free plan":       {listing, false, "subscription_required"},
		"empty id":        {"config {\n    instance_id = \"\"\n  }", true, "instance_id is set, but empty"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := world(t, wawptest.Config{})
			w.SetPaid(test.paid)
			cli := w.CLI(t, "provider \"wawp\" {}\n")
			query(t, cli, test.arguments)
			contains(t, cli.Fails("query", "-no-color"), test.says)
		})
	}
}

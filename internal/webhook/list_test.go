package webhook_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/zclconf/go-cty/cty"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

// writeQuery is a query file that lists the webhooks of a session.
func writeQuery(t *testing.T, cli *acctest.CLI, arguments string) {
	t.Helper()
	content := fmt.Sprintf("list \"wawp_session_webhook\" \"all\" {\n  provider = wawp\n  %s\n}\n", arguments)
	if err := os.WriteFile(filepath.Join(cli.Dir, "main.tfquery.hcl"), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

const listConfig = "config {\n    instance_id = \"" + id + "\"\n  }"

func addTwoWebhooks(w *acctest.World) {
	w.SetWebhook(id, wawptest.Webhook{
		URL: target + "/b", Events: []string{"message", "poll.vote"}, Active: true,
		Delay: 2, Attempts: 15, Secret: "s",
	})
	w.SetWebhook(id, wawptest.Webhook{
		URL: target + "/a", Events: []string{"an.event.of.tomorrow"}, Delay: 9,
		Attempts: 1,
	})
}

func TestAccQuery(t *testing.T) {
	t.Parallel()
	acctest.Require(t, "1.14", "")
	w := newWorld(t, wawptest.Config{SystemListed: true})
	addTwoWebhooks(w)
	cli := w.AttachedCLI(t, "provider \"wawp\" {}\n")
	writeQuery(t, cli, listConfig)
	output := cli.OK("query", "-no-color")
	acctest.Contains(t, output, target+"/a", target+"/b")
	acctest.NotContains(t, output, w.SystemWebhook(id).URL, "app.wawp.net")

	// What is generated imports both and changes nothing.
	cli.OK("query", "-no-color", "-generate-config-out=generated.tf")
	acctest.Contains(t, cli.OK("plan", "-no-color"), "2 to import, 0 to add, 0 to change, 0 to destroy")
	cli.OK("apply", "-auto-approve", "-no-color")
	acctest.Contains(t, cli.OK("plan", "-no-color"), "No changes.")
}

// listWebhooks runs a list block at the protocol, and returns the urls that it lists, which end where Terraform ends
// them, and what it says.
func listWebhooks(t *testing.T, w *acctest.World, instance string, limit int) ([]string, string) {
	t.Helper()
	p := acctest.Serve(t)
	given := map[string]cty.Value{"access_token": cty.StringVal(w.Token), "base_url": cty.StringVal(w.Server.URL)}
	if output := acctest.DiagnosticTexts(p.Configure(t.Context(),
		acctest.Object(p.Schemas.Provider, given))); output != "" {
		t.Fatal(output)
	}
	const kind = "wawp_session_webhook"
	schema := p.Schemas.ListResourceSchemas[kind]
	config := acctest.Encode(acctest.Object(schema, map[string]cty.Value{"instance_id": cty.StringVal(instance)}))
	valid, err := p.ValidateListResourceConfig(t.Context(),
		&tfprotov6.ValidateListResourceConfigRequest{TypeName: kind, Config: config})
	if err != nil {
		t.Fatal(err)
	}
	if len(valid.Diagnostics) > 0 {
		return nil, acctest.DiagnosticTexts(valid.Diagnostics)
	}
	stream, err := p.ListResource(t.Context(), &tfprotov6.ListResourceRequest{
		TypeName: kind, Config: config,
		Limit: int64(limit),
	})
	if err != nil {
		t.Fatal(err)
	}
	var urls []string
	var output string
	for r := range stream.Results {
		urls, output = append(urls, r.DisplayName), output+acctest.DiagnosticTexts(r.Diagnostics)
		if len(urls) == limit {
			break
		}
	}
	return urls, output
}

func TestListIsLimited(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{SystemListed: true})
	addTwoWebhooks(w)
	for limit, want := range map[int][]string{1: {target + "/a"}, 100: {target + "/a", target + "/b"}} {
		if urls, output := listWebhooks(t, w, id, limit); !slices.Equal(urls, want) || output != "" {
			t.Errorf("limit %d: it lists %v and says %s", limit, urls, output)
		}
	}
}

func TestListErrors(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		id   string
		paid bool
		says string
	}{
		"no such session": {"A1", true, "invalid_instance"},
		"free plan":       {id, false, "subscription_required"},
		"empty id":        {"", true, "instance_id is set, but empty"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, wawptest.Config{})
			w.SetPaid(test.paid)
			_, output := listWebhooks(t, w, test.id, 100)
			acctest.Contains(t, output, "Error: ", test.says)
		})
	}
}

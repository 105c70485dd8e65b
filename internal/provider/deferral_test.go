package provider_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/zclconf/go-cty/cty"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

// deferralProvider configures a provider, with a known or an unknown token, for a Terraform that does or does not
// support deferred changes.
func deferralProvider(t *testing.T, w *acctest.World, known, deferral bool) *acctest.Protocol {
	t.Helper()
	p := acctest.Serve(t)
	token := cty.UnknownVal(cty.String)
	if known {
		token = cty.StringVal(w.Token)
	}
	config := acctest.Object(p.Schemas.Provider, map[string]cty.Value{
		"access_token": token,
		"base_url":     cty.StringVal(w.Server.URL),
	})
	resp, err := p.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{
		Config:             acctest.Encode(config),
		ClientCapabilities: &tfprotov6.ConfigureProviderClientCapabilities{DeferralAllowed: deferral},
	})
	if err != nil || len(resp.Diagnostics) > 0 {
		t.Fatalf("%v %s", err, acctest.DiagnosticTexts(resp.Diagnostics))
	}
	return p
}

// callResult is the provider's answer to a call: the reason to defer it, nil if there is none, and its diagnostics.
type callResult struct {
	deferred    *tfprotov6.Deferred
	diagnostics []*tfprotov6.Diagnostic
}

// planningCalls makes the calls that Terraform makes during a plan, for each object, and returns the results by call
// and type.
func planningCalls(t *testing.T, p *acctest.Protocol) map[string]callResult {
	t.Helper()
	ctx, all := t.Context(), map[string]callResult{}
	const id = "3EB0BCB2E3D4"
	object := func(schema *tfprotov6.Schema) *tfprotov6.DynamicValue {
		return acctest.Encode(acctest.Object(schema, map[string]cty.Value{"instance_id": cty.StringVal(id)}))
	}
	record := func(call string, err error, deferred *tfprotov6.Deferred, diagnostics []*tfprotov6.Diagnostic) {
		if err != nil {
			t.Fatalf("%s: %v", call, err)
		}
		all[call] = callResult{deferred, diagnostics}
	}
	for name, schema := range p.Schemas.ResourceSchemas {
		state, nothing := object(schema), acctest.Encode(cty.NullVal(acctest.Type(schema)))
		read, err := p.ReadResource(ctx, &tfprotov6.ReadResourceRequest{TypeName: name, CurrentState: state})
		record("read "+name, err, read.Deferred, read.Diagnostics)
		for what, proposed := range map[string]*tfprotov6.DynamicValue{"change ": state, "deletion ": nothing} {
			planned, err := p.PlanResourceChange(ctx, &tfprotov6.PlanResourceChangeRequest{
				TypeName: name, PriorState: state, ProposedNewState: proposed, Config: proposed,
			})
			record(what+name, err, planned.Deferred, planned.Diagnostics)
		}
		imported, err := p.ImportResourceState(ctx, &tfprotov6.ImportResourceStateRequest{TypeName: name, ID: id +
			",https://a.example.com"})
		record("import "+name, err, imported.Deferred, imported.Diagnostics)
	}
	for name, schema := range p.Schemas.DataSourceSchemas {
		read, err := p.ReadDataSource(ctx, &tfprotov6.ReadDataSourceRequest{TypeName: name, Config: object(schema)})
		record("data "+name, err, read.Deferred, read.Diagnostics)
	}
	for name, schema := range p.Schemas.EphemeralResourceSchemas {
		opened, err := p.OpenEphemeralResource(ctx, &tfprotov6.OpenEphemeralResourceRequest{
			TypeName: name,
			Config:   object(schema),
		})
		record("ephemeral "+name, err, opened.Deferred, opened.Diagnostics)
	}
	for name, schema := range p.Schemas.ActionSchemas {
		planned, err := p.PlanAction(ctx, &tfprotov6.PlanActionRequest{ActionType: name, Config: object(schema.Schema)})
		record("action "+name, err, planned.Deferred, planned.Diagnostics)
	}
	return all
}

// TestUnknownConfigurationIsDeferred: where Terraform supports deferred changes, as in Stacks, it calls again once the
// configuration is known.
func TestUnknownConfigurationIsDeferred(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{})
	p := deferralProvider(t, w, false, true)
	results := planningCalls(t, p)
	for call, got := range results {
		if got.deferred == nil || got.deferred.Reason != tfprotov6.DeferredReasonProviderConfigUnknown ||
			len(got.diagnostics) > 0 {
			t.Errorf("%s: it is put off for %v, and says %s", call, got.deferred,
				acctest.DiagnosticTexts(got.diagnostics))
		}
	}
	s := p.Schemas
	calls := 4*len(s.ResourceSchemas) + len(s.DataSourceSchemas) + len(s.EphemeralResourceSchemas) +
		len(s.ActionSchemas)
	if calls == 0 || len(results) != calls {
		t.Errorf("%d calls were made, not %d", len(results), calls)
	}
	w.CheckRequests(t, nil)
}

// TestNothingElseIsDeferred: a known configuration defers nothing. A Terraform that does not support deferred changes
// gets a diagnostic instead.
func TestNothingElseIsDeferred(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{Paid: true})
	w.Add(wawptest.Session{InstanceID: "3EB0BCB2E3D4", Status: "WORKING", Me: &wawptest.Me{ID: "201012345678@c.us"}})
	for call, got := range planningCalls(t, deferralProvider(t, w, true, true)) {
		if got.deferred != nil {
			t.Errorf("%s: it is put off for %v", call, got.deferred)
		}
	}
	w.ResetRequests()
	output := map[string]string{}
	for call, got := range planningCalls(t, deferralProvider(t, w, false, false)) {
		output[call] = acctest.DiagnosticTexts(got.diagnostics)
		if got.deferred != nil {
			t.Errorf("%s: it is put off for %v", call, got.deferred)
		}
	}
	for call, severity := range map[string]string{
		"read wawp_session": "Warning", "data wawp_session": "Error",
		"ephemeral wawp_session_qr_code": "Error",
	} {
		if !strings.HasPrefix(output[call], severity+": The provider's configuration is not known yet") {
			t.Errorf("%s: it says %s", call, output[call])
		}
	}
	w.CheckRequests(t, nil)
}

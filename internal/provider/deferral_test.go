package provider_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/zclconf/go-cty/cty"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

// configured starts a provider whose token is known or not, for a Terraform that can put off what cannot be planned, or
// cannot.
func configured(t *testing.T, w *acctest.World, known, deferral bool) *acctest.Protocol {
	t.Helper()
	p := acctest.Serve(t)
	token := cty.UnknownVal(cty.String)
	if known {
		token = cty.StringVal(w.Token)
	}
	resp, err := p.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{
		Config: acctest.Encode(acctest.Object(p.Schemas.Provider, map[string]cty.Value{
			"access_token": token, "base_url": cty.StringVal(w.Server.URL),
		})),
		ClientCapabilities: &tfprotov6.ConfigureProviderClientCapabilities{DeferralAllowed: deferral},
	})
	if err != nil || len(resp.Diagnostics) > 0 {
		t.Fatalf("%v %s", err, acctest.Words(resp.Diagnostics))
	}
	return p
}

// outcome is what a provider makes of one call: a reason to put it off, and its diagnostics.
type outcome struct {
	deferred    *tfprotov6.Deferred
	diagnostics []*tfprotov6.Diagnostic
}

// calls are those that Terraform makes while it plans, each for all objects of the provider that take it.
func calls(t *testing.T, p *acctest.Protocol) map[string]outcome {
	t.Helper()
	ctx, all := t.Context(), map[string]outcome{}
	const id = "3EB0BCB2E3D4"
	object := func(schema *tfprotov6.Schema) *tfprotov6.DynamicValue {
		return acctest.Encode(acctest.Object(schema, map[string]cty.Value{"instance_id": cty.StringVal(id)}))
	}
	note := func(call string, err error, deferred *tfprotov6.Deferred, diagnostics []*tfprotov6.Diagnostic) {
		if err != nil {
			t.Fatalf("%s: %v", call, err)
		}
		all[call] = outcome{deferred, diagnostics}
	}
	for name, schema := range p.Schemas.ResourceSchemas {
		state, nothing := object(schema), acctest.Encode(cty.NullVal(acctest.Type(schema)))
		read, err := p.ReadResource(ctx, &tfprotov6.ReadResourceRequest{TypeName: name, CurrentState: state})
		note("read "+name, err, read.Deferred, read.Diagnostics)
		for what, proposed := range map[string]*tfprotov6.DynamicValue{"change ": state, "deletion ": nothing} {
			planned, err := p.PlanResourceChange(ctx, &tfprotov6.PlanResourceChangeRequest{
				TypeName: name, PriorState: state, ProposedNewState: proposed, Config: proposed,
			})
			note(what+name, err, planned.Deferred, planned.Diagnostics)
		}
		imported, err := p.ImportResourceState(ctx, &tfprotov6.ImportResourceStateRequest{
			TypeName: name, ID: id + ",https://a.example.com",
		})
		note("import "+name, err, imported.Deferred, imported.Diagnostics)
	}
	for name, schema := range p.Schemas.DataSourceSchemas {
		read, err := p.ReadDataSource(ctx, &tfprotov6.ReadDataSourceRequest{TypeName: name, Config: object(schema)})
		note("data "+name, err, read.Deferred, read.Diagnostics)
	}
	for name, schema := range p.Schemas.EphemeralResourceSchemas {
		opened, err := p.OpenEphemeralResource(ctx, &tfprotov6.OpenEphemeralResourceRequest{
			TypeName: name, Config: object(schema),
		})
		note("ephemeral "+name, err, opened.Deferred, opened.Diagnostics)
	}
	for name, schema := range p.Schemas.ActionSchemas {
		planned, err := p.PlanAction(ctx, &tfprotov6.PlanActionRequest{ActionType: name, Config: object(schema.Schema)})
		note("action "+name, err, planned.Deferred, planned.Diagnostics)
	}
	return all
}

// TestUnknownConfigurationIsPutOff, where Terraform can do that, as in a Stack: it asks again when the configuration is
// known.
func TestUnknownConfigurationIsPutOff(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{})
	all := calls(t, configured(t, w, false, true))
	for call, got := range all {
		const unknown = tfprotov6.DeferredReasonProviderConfigUnknown
		if got.deferred == nil || got.deferred.Reason != unknown || len(got.diagnostics) > 0 {
			t.Errorf("%s: it is put off for %v, and says %s", call, got.deferred, acctest.Words(got.diagnostics))
		}
	}
	if len(all) != 4*5+3+2+6 {
		t.Errorf("%d calls were made", len(all))
	}
	w.Asked(t, nil)
}

// TestNothingElseIsPutOff: not what is known, and nothing for a Terraform that does not know of it, which hears why it
// fails.
func TestNothingElseIsPutOff(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{Paid: true})
	w.Add(wawptest.Session{InstanceID: "3EB0BCB2E3D4", Status: "WORKING", Me: &wawptest.Me{ID: "201012345678@c.us"}})
	for call, got := range calls(t, configured(t, w, true, true)) {
		if got.deferred != nil {
			t.Errorf("%s: it is put off for %v", call, got.deferred)
		}
	}
	w.ResetRequests()
	said := map[string]string{}
	for call, got := range calls(t, configured(t, w, false, false)) {
		said[call] = acctest.Words(got.diagnostics)
		if got.deferred != nil {
			t.Errorf("%s: it is put off for %v", call, got.deferred)
		}
	}
	for call, severity := range map[string]string{
		"read wawp_session": "Warning", "data wawp_session": "Error", "ephemeral wawp_session_qr_code": "Error",
	} {
		if !strings.HasPrefix(said[call], severity+": The provider's configuration is not known yet") {
			t.Errorf("%s: it says %s", call, said[call])
		}
	}
	w.Asked(t, nil)
}

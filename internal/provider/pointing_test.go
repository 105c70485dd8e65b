package provider_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/zclconf/go-cty/cty"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

// TestDiagnosticsDoNotPointAtSecrets validates and plans each schema with values that are refused, missing or unknown.
// Terraform quotes the line of the attribute that a diagnostic points at. So none may point at an attribute that is
// sensitive or write-only, or at the URL of a webhook.
func TestDiagnosticsDoNotPointAtSecrets(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{Paid: true})
	p := w.Provider(t)
	named := map[string]int{}
	for name, try := range validations(t, p) {
		for _, config := range configurations(try.schema, p.Secrets()) {
			diags := try.diagnostics(config)
			if shown := p.DiagnosticsAtSecrets(diags); len(shown) > 0 {
				t.Fatalf("%s %#v:\n%s", name, config, acctest.DiagnosticTexts(shown))
			}
			for _, secret := range p.Secrets() {
				if strings.Contains(acctest.DiagnosticTexts(diags), secret) {
					named[secret]++
				}
			}
		}
	}
	for _, secret := range p.Secrets() {
		if named[secret] == 0 {
			t.Errorf("nothing was said of %s", secret)
		}
	}
}

// validation is how Terraform has a provider check a configuration before it changes anything.
type validation struct {
	schema      *tfprotov6.Schema
	diagnostics func(cty.Value) []*tfprotov6.Diagnostic
}

// validations returns the validation of each object, by its kind and type.
func validations(t *testing.T, p *acctest.Protocol) map[string]validation {
	t.Helper()
	ctx, all := t.Context(), map[string]validation{}
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	all["provider"] = validation{p.Schemas.Provider, func(config cty.Value) []*tfprotov6.Diagnostic {
		return acctest.Serve(t).Configure(ctx, config)
	}}
	for kind, schema := range p.Schemas.ResourceSchemas {
		all["resource "+kind] = validation{schema, func(config cty.Value) []*tfprotov6.Diagnostic {
			valid, err := p.ValidateResourceConfig(ctx, &tfprotov6.ValidateResourceConfigRequest{
				TypeName: kind, Config: acctest.Encode(config),
				ClientCapabilities: &tfprotov6.ValidateResourceConfigClientCapabilities{
					WriteOnlyAttributesAllowed: true,
				},
			})
			must(err)
			diags := valid.Diagnostics
			for _, prior := range []cty.Value{cty.NullVal(config.Type()), stateAfter(schema, config)} {
				planned, err := p.PlanResourceChange(ctx, &tfprotov6.PlanResourceChangeRequest{
					TypeName: kind, Config: acctest.Encode(config), PriorState: acctest.Encode(prior),
					ProposedNewState: acctest.Encode(withoutWriteOnly(schema, config)),
				})
				must(err)
				diags = append(diags, planned.Diagnostics...)
			}
			return diags
		}}
	}
	for kind, schema := range p.Schemas.DataSourceSchemas {
		all["data "+kind] = validation{schema, func(config cty.Value) []*tfprotov6.Diagnostic {
			valid, err := p.ValidateDataResourceConfig(ctx, &tfprotov6.ValidateDataResourceConfigRequest{
				TypeName: kind, Config: acctest.Encode(config),
			})
			must(err)
			return valid.Diagnostics
		}}
	}
	for kind, schema := range p.Schemas.EphemeralResourceSchemas {
		all["ephemeral "+kind] = validation{schema, func(config cty.Value) []*tfprotov6.Diagnostic {
			valid, err := p.ValidateEphemeralResourceConfig(ctx, &tfprotov6.ValidateEphemeralResourceConfigRequest{
				TypeName: kind, Config: acctest.Encode(config),
			})
			must(err)
			return valid.Diagnostics
		}}
	}
	for kind, schema := range p.Schemas.ListResourceSchemas {
		all["list "+kind] = validation{schema, func(config cty.Value) []*tfprotov6.Diagnostic {
			valid, err := p.ValidateListResourceConfig(ctx, &tfprotov6.ValidateListResourceConfigRequest{
				TypeName: kind, Config: acctest.Encode(config),
			})
			must(err)
			return valid.Diagnostics
		}}
	}
	for kind, action := range p.Schemas.ActionSchemas {
		all["action "+kind] = validation{action.Schema, func(config cty.Value) []*tfprotov6.Diagnostic {
			valid, err := p.ValidateActionConfig(ctx, &tfprotov6.ValidateActionConfigRequest{
				ActionType: kind, Config: acctest.Encode(config),
			})
			must(err)
			planned, err := p.PlanAction(ctx, &tfprotov6.PlanActionRequest{
				ActionType: kind, Config: acctest.Encode(config),
			})
			must(err)
			return append(valid.Diagnostics, planned.Diagnostics...)
		}}
	}
	return all
}

// configurations returns all combinations of the possible secrets of a schema, each with each possible value of one
// other argument.
func configurations(schema *tfprotov6.Schema, secrets []string) []cty.Value {
	all := []map[string]cty.Value{{}}
	var others []map[string]cty.Value
	for _, a := range schema.Block.Attributes {
		if !a.Optional && !a.Required {
			continue
		}
		isSecret := slices.Contains(secrets, a.Name)
		var more []map[string]cty.Value
		for _, value := range possibleArguments(acctest.Type(schema).AttributeType(a.Name)) {
			if !isSecret {
				others = append(others, map[string]cty.Value{a.Name: value})
				continue
			}
			for _, config := range all {
				more = append(more, merged(config, map[string]cty.Value{a.Name: value}))
			}
		}
		switch {
		case isSecret && a.Required: // a line that is missing cannot be quoted
			all = more
		case isSecret:
			all = append(all, more...)
		}
	}
	var objects []cty.Value
	for _, config := range all {
		for _, other := range append(others, nil) {
			objects = append(objects, acctest.Object(schema, merged(config, other)))
		}
	}
	return objects
}

// merged returns the arguments of both maps. more wins.
func merged(config, more map[string]cty.Value) map[string]cty.Value {
	all := maps.Clone(config)
	maps.Copy(all, more)
	return all
}

// possibleArguments returns the values to try for an argument of a type. Null is left to the caller.
func possibleArguments(kind cty.Type) []cty.Value {
	all := []cty.Value{cty.UnknownVal(kind)}
	switch {
	case kind == cty.String:
		return append(all, cty.StringVal(""), cty.StringVal("https://app.wawp.net/api/webhook/c4nary"))
	case kind == cty.Number:
		return append(all, cty.NumberIntVal(-1), cty.NumberIntVal(1))
	case kind == cty.Bool:
		return append(all, cty.True)
	case kind.IsSetType() || kind.IsListType():
		return append(all, cty.SetVal([]cty.Value{cty.NullVal(kind.ElementType())}))
	case kind.IsObjectType():
		each := map[string]cty.Value{}
		for name, kind := range kind.AttributeTypes() {
			each[name] = possibleArguments(kind)[1]
		}
		return append(all, cty.ObjectVal(each))
	}
	return all
}

// withoutWriteOnly returns a configuration as Terraform proposes it in a plan.
func withoutWriteOnly(schema *tfprotov6.Schema, config cty.Value) cty.Value {
	all := config.AsValueMap()
	for _, a := range schema.Block.Attributes {
		if a.WriteOnly {
			all[a.Name] = cty.NullVal(all[a.Name].Type())
		}
	}
	return cty.ObjectVal(all)
}

// stateAfter returns a state that has the values of a configuration, but other secrets.
func stateAfter(schema *tfprotov6.Schema, config cty.Value) cty.Value {
	all := cty.UnknownAsNull(withoutWriteOnly(schema, config)).AsValueMap()
	for _, a := range schema.Block.Attributes {
		if kind := all[a.Name].Type(); a.Sensitive && !a.WriteOnly && kind == cty.String {
			all[a.Name] = cty.StringVal("c4nary, the old one")
		}
	}
	return cty.ObjectVal(all)
}

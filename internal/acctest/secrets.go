package acctest

import (
	"slices"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Secrets returns the names of the arguments that no diagnostic may point at, because Terraform quotes the line: the
// sensitive and the write-only ones, and the url of a webhook, which often has a secret in its path or query.
func (p *Protocol) Secrets() []string {
	names := []string{"url"}
	add := func(schema *tfprotov6.Schema) { names = append(names, secretNames(schema.Block.Attributes)...) }
	add(p.Schemas.Provider)
	for _, schemas := range []map[string]*tfprotov6.Schema{
		p.Schemas.ResourceSchemas, p.Schemas.DataSourceSchemas,
		p.Schemas.EphemeralResourceSchemas, p.Schemas.ListResourceSchemas,
	} {
		for _, schema := range schemas {
			add(schema)
		}
	}
	for _, action := range p.Schemas.ActionSchemas {
		add(action.Schema)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func secretNames(attributes []*tfprotov6.SchemaAttribute) []string {
	var names []string
	for _, a := range attributes {
		if (a.Sensitive || a.WriteOnly) && (a.Optional || a.Required) {
			names = append(names, a.Name)
		}
		if a.NestedType != nil {
			names = append(names, secretNames(a.NestedType.Attributes)...)
		}
	}
	return names
}

// DiagnosticsAtSecrets returns the diagnostics that point at a secret.
func (p *Protocol) DiagnosticsAtSecrets(diagnostics []*tfprotov6.Diagnostic) []*tfprotov6.Diagnostic {
	return slices.DeleteFunc(slices.Clone(diagnostics), func(d *tfprotov6.Diagnostic) bool {
		return d.Attribute == nil || !slices.ContainsFunc(d.Attribute.Steps(),
			func(step tftypes.AttributePathStep) bool {
				name, ok := step.(tftypes.AttributeName)
				return ok && slices.Contains(p.secrets, string(name))
			})
	})
}

package provider_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
)

// TestPulumiExampleFitsTheSchemas: the types and properties in the example are resources and attributes of the
// provider, in Pulumi's spelling.
func TestPulumiExampleFitsTheSchemas(t *testing.T) {
	t.Parallel()
	resources := acctest.Serve(t).Schemas.ResourceSchemas
	upper := regexp.MustCompile(`[A-Z]`)
	snake := func(camel string) string {
		return strings.ToLower(strings.TrimPrefix(upper.ReplaceAllString(camel, "_$0"), "_"))
	}
	program := string(readFile(t, root+"/examples/guides/pulumi-and-cdktf/Pulumi.yaml"))
	declared, found := map[string]string{}, 0
	for _, resource := range regexp.MustCompile(
		`(?m)^  (\w+):\n    type: wawp:(\w+)\n    properties:\n((?:      .*\n)+)`).FindAllStringSubmatch(program, -1) {
		kind := "wawp_" + snake(resource[2])
		declared[resource[1]] = kind
		for _, property := range regexp.MustCompile(`(?m)^      (\w+):`).FindAllStringSubmatch(resource[3], -1) {
			found++
			if !hasAttribute(resources[kind], snake(property[1])) {
				t.Errorf("%s has no %s", kind, property[1])
			}
		}
	}
	for _, reference := range regexp.MustCompile(`\$\{(\w+)\.(\w+)\}`).FindAllStringSubmatch(program, -1) {
		found++
		if kind := declared[reference[1]]; !hasAttribute(resources[kind], snake(reference[2])) {
			t.Errorf("%s is no attribute of a resource", reference[0])
		}
	}
	if found != 6 {
		t.Errorf("it has %d properties and references", found)
	}
}

func hasAttribute(schema *tfprotov6.Schema, name string) bool {
	return schema != nil && slices.ContainsFunc(schema.Block.Attributes,
		func(a *tfprotov6.SchemaAttribute) bool { return a.Name == name })
}

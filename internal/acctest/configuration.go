package acctest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// block is a resource, data, ephemeral, action or list block of a configuration.
type block struct {
	mode                string // resource, data, ephemeral, action or list
	kind                string // like wawp_session
	name                string
	body                *hclsyntax.Body
	address             string   // like data.wawp_session.x; a resource has no mode in it
	references          []string // addresses of the blocks that it refers to, directly or through others
	createBeforeDestroy bool
}

// metaArguments are the arguments that Terraform reads itself.
var metaArguments = []string{"count", "for_each", "depends_on", "provider"}

// configuration is a parsed configuration. Each block follows the blocks that it refers to.
type configuration struct {
	provider *hclsyntax.Body // body of the provider block, nil if there is none
	blocks   []*block
}

// parse parses a configuration. It fails the test for blocks that it does not support.
func parse(t testing.TB, source string) configuration {
	t.Helper()
	file, diags := hclsyntax.ParseConfig([]byte(source), "main.tf", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	var c configuration
	for _, b := range file.Body.(*hclsyntax.Body).Blocks {
		switch b.Type {
		case "terraform", "output":
		case "provider":
			c.provider = b.Body
		case "resource", "data", "ephemeral", "action", "list":
			c.blocks = append(c.blocks, newBlock(t, b))
		default:
			t.Fatalf("a %s block needs a real CLI", b.Type)
		}
	}
	c.blocks = sortBlocks(t, c.blocks)
	for _, b := range c.blocks { // add the references of references
		for _, other := range c.blocks {
			if b.refersTo(other) {
				b.references = append(b.references, other.references...)
			}
		}
	}
	for _, b := range slices.Backward(c.blocks) { // as in Terraform, references inherit create_before_destroy
		for _, other := range c.blocks {
			other.createBeforeDestroy = other.createBeforeDestroy ||
				b.createBeforeDestroy && slices.Contains(b.references, other.address)
		}
	}
	return c
}

func newBlock(t testing.TB, b *hclsyntax.Block) *block {
	t.Helper()
	node := &block{
		mode: b.Type, kind: b.Labels[0], name: b.Labels[1], body: b.Body,
		address: strings.Join(b.Labels, "."),
	}
	if b.Type != "resource" {
		node.address = b.Type + "." + node.address
	}
	for _, inner := range b.Body.Blocks {
		switch inner.Type {
		case "config":
			node.body = inner.Body
		case "lifecycle":
			for name := range inner.Body.Attributes {
				if name != "create_before_destroy" {
					t.Fatalf("lifecycle.%s needs a real CLI", name)
				}
				node.createBeforeDestroy = true
			}
		default:
			t.Fatalf("a %s block in %s needs a real CLI", inner.Type, node.address)
		}
	}
	for _, attribute := range b.Body.Attributes {
		for _, reference := range attribute.Expr.Variables() {
			node.references = append(node.references, referencedAddress(reference))
		}
	}
	return node
}

func (b *block) refersTo(other *block) bool { return slices.Contains(b.references, other.address) }

// referencedAddress returns the address of the block that a reference is to.
func referencedAddress(reference hcl.Traversal) string {
	parts := []string{reference.RootName()}
	n := 2
	if slices.Contains([]string{"data", "ephemeral", "action", "list"}, parts[0]) {
		n = 3
	}
	for _, step := range reference[1:min(n, len(reference))] {
		if attribute, ok := step.(hcl.TraverseAttr); ok {
			parts = append(parts, attribute.Name)
		}
	}
	return strings.Join(parts, ".")
}

// sortBlocks puts each block behind those that it refers to.
func sortBlocks(t testing.TB, blocks []*block) []*block {
	t.Helper()
	var sorted []*block
	for len(sorted) < len(blocks) {
		before := len(sorted)
		for _, b := range blocks {
			waits := slices.ContainsFunc(blocks, func(other *block) bool {
				return slices.Contains(b.references, other.address) && !slices.Contains(sorted, other)
			})
			if !waits && !slices.Contains(sorted, b) {
				sorted = append(sorted, b)
			}
		}
		if len(sorted) == before {
			t.Fatal("the blocks refer to each other in a circle")
		}
	}
	return sorted
}

// scope holds the values of blocks, for expressions. It is safe for concurrent use.
type scope struct {
	mu     sync.Mutex
	values map[string]map[string]cty.Value // by address, by key of an instance
}

func (s *scope) set(address, key string, v cty.Value) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.values == nil {
		s.values = map[string]map[string]cty.Value{}
	}
	if s.values[address] == nil {
		s.values[address] = map[string]cty.Value{}
	}
	s.values[address][key] = v
}

// get returns the value of a block without count and for_each.
func (s *scope) get(address string) cty.Value {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.values[address][""]
}

// context returns the context of the expressions of one instance.
func (s *scope) context(i instance) *hcl.EvalContext {
	s.mu.Lock()
	defer s.mu.Unlock()
	tree := map[string]any{}
	for address, instances := range s.values {
		parts := strings.Split(address, ".")
		at := tree
		for _, part := range parts[:len(parts)-1] {
			if at[part] == nil {
				at[part] = map[string]any{}
			}
			at = at[part].(map[string]any)
		}
		at[parts[len(parts)-1]] = instancesValue(instances)
	}
	variables := map[string]cty.Value{}
	for name, v := range tree {
		variables[name] = treeValue(v)
	}
	for name, v := range i.variables {
		variables[name] = v
	}
	return &hcl.EvalContext{Variables: variables, Functions: map[string]function.Function{
		"format": stdlib.FormatFunc, "range": stdlib.RangeFunc, "jsonencode": stdlib.JSONEncodeFunc,
	}}
}

// instancesValue returns the value of a block: a tuple for count, an object for for_each, else that of the only
// instance.
func instancesValue(instances map[string]cty.Value) cty.Value {
	if v, ok := instances[""]; ok {
		return v
	}
	var list []cty.Value
	for n := range len(instances) {
		v, ok := instances[fmt.Sprint(n)]
		if !ok {
			return cty.ObjectVal(instances)
		}
		list = append(list, v)
	}
	return cty.TupleVal(list)
}

// treeValue returns a tree of values as nested objects.
func treeValue(v any) cty.Value {
	inner, ok := v.(map[string]any)
	if !ok {
		return v.(cty.Value)
	}
	all := map[string]cty.Value{}
	for name, value := range inner {
		all[name] = treeValue(value)
	}
	return cty.ObjectVal(all)
}

// instance is an instance of a block. A block without count and for_each has one, with the key "".
type instance struct {
	key       string // "" without count and for_each
	variables map[string]cty.Value
}

// address returns the address of an instance, as the CLI writes it.
func (i instance) address(b *block) string {
	_, numbered := i.variables["count"]
	switch {
	case i.key == "":
		return b.address
	case numbered:
		return fmt.Sprintf("%s[%s]", b.address, i.key)
	}
	return fmt.Sprintf("%s[%q]", b.address, i.key)
}

// instances evaluates count and for_each, which must be known.
func (b *block) instances(t testing.TB, s *scope) []instance {
	t.Helper()
	if count, ok := b.body.Attributes["count"]; ok {
		n, _ := evaluate(t, count, s.context(instance{})).AsBigFloat().Int64()
		all := make([]instance, n)
		for i := range all {
			index := cty.ObjectVal(map[string]cty.Value{"index": cty.NumberIntVal(int64(i))})
			all[i] = instance{fmt.Sprint(i), map[string]cty.Value{"count": index}}
		}
		return all
	}
	each, ok := b.body.Attributes["for_each"]
	if !ok {
		return []instance{{}}
	}
	var all []instance
	for it := evaluate(t, each, s.context(instance{})).ElementIterator(); it.Next(); {
		key, v := it.Element()
		pair := cty.ObjectVal(map[string]cty.Value{"key": key, "value": v})
		all = append(all, instance{key.AsString(), map[string]cty.Value{"each": pair}})
	}
	return all
}

func evaluate(t testing.TB, a *hclsyntax.Attribute, ctx *hcl.EvalContext) cty.Value {
	t.Helper()
	v, diags := a.Expr.Value(ctx)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return v
}

// decode evaluates a body by a schema, as Terraform does before it calls the provider.
func decode(t testing.TB, body *hclsyntax.Body, schema *tfprotov6.Schema, ctx *hcl.EvalContext) (cty.Value,
	[]*tfprotov6.Diagnostic,
) {
	t.Helper()
	var diags []*tfprotov6.Diagnostic
	given, known := map[string]cty.Value{}, map[string]bool{}
	for _, a := range schema.Block.Attributes {
		known[a.Name] = true
		argument, ok := body.Attributes[a.Name]
		if !ok {
			if a.Required {
				diags = append(diags, errorDiagnostic("Missing required argument",
					`The argument "`+a.Name+`" is required`)...)
			}
			continue
		}
		kind := Type(schema).AttributeType(a.Name)
		if isNestedObject(a) {
			kind = cty.ObjectWithOptionalAttrs(kind.AttributeTypes(), slices.Collect(maps.Keys(kind.AttributeTypes())))
		}
		v, err := convert.Convert(evaluate(t, argument, ctx), kind)
		if err != nil {
			diags = append(diags, errorDiagnostic("Incorrect attribute value type",
				fmt.Sprintf("Inappropriate value for attribute %q: %s", a.Name, err))...)
			continue
		}
		if a.Required && v.IsNull() {
			diags = append(diags, errorDiagnostic("Missing required argument",
				`The argument "`+a.Name+`" is required`)...)
		}
		given[a.Name] = v
	}
	for name := range body.Attributes {
		if !known[name] && !slices.Contains(metaArguments, name) {
			diags = append(diags, errorDiagnostic("Unsupported argument",
				`An argument named "`+name+`" is not expected here`)...)
		}
	}
	return Object(schema, given), diags
}

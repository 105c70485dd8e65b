package acctest

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/zclconf/go-cty/cty"
)

// toySchema has an attribute of each kind.
var toySchema = &tfprotov6.Schema{Block: &tfprotov6.SchemaBlock{Attributes: []*tfprotov6.SchemaAttribute{
	{Name: "id", Type: tftypes.String, Computed: true},
	{Name: "size", Type: tftypes.Number, Optional: true},
	{Name: "mode", Type: tftypes.String, Optional: true, Computed: true},
	{Name: "secret", Type: tftypes.String, Optional: true, WriteOnly: true},
	{Name: "pace", Optional: true, Computed: true, NestedType: &tfprotov6.SchemaObject{
		Nesting: tfprotov6.SchemaObjectNestingModeSingle,
		Attributes: []*tfprotov6.SchemaAttribute{
			{Name: "delay", Type: tftypes.Number, Optional: true, Computed: true},
			{Name: "times", Type: tftypes.Number, Optional: true, Computed: true},
		},
	}},
}}}

type values = map[string]cty.Value

func toyObject(given values) cty.Value { return Object(toySchema, given) }

func paceObject(delay, times cty.Value) cty.Value {
	return cty.ObjectVal(values{"delay": delay, "times": times})
}

var (
	stringValue   = cty.StringVal
	numberValue   = cty.NumberIntVal
	unknownString = cty.UnknownVal(cty.String)
	nullNumber    = cty.NullVal(cty.Number)
)

func TestProposedState(t *testing.T) {
	t.Parallel()
	prior := toyObject(
		values{
			"id":   stringValue("A1"),
			"size": numberValue(1),
			"mode": stringValue("slow"),
			"pace": paceObject(numberValue(2), numberValue(15)),
		},
	)
	config := toyObject(values{"secret": stringValue("s"), "pace": paceObject(numberValue(7), nullNumber)})
	want := toyObject(
		values{
			"id": stringValue("A1"), "mode": stringValue("slow"),
			"pace": paceObject(numberValue(7), numberValue(15)),
		},
	)
	if got := proposedState(toySchema.Block.Attributes, prior, config); !got.RawEquals(want) {
		t.Errorf("got %#v", got)
	}
	if got := proposedState(
		toySchema.Block.Attributes,
		cty.NullVal(Type(toySchema)),
		config,
	); !got.GetAttr("id").
		IsNull() ||
		!got.GetAttr("secret").IsNull() {
		t.Errorf("a new one is proposed as %#v", got)
	}
}

// TestCheckPlan checks plans that Terraform accepts, and plans that it refuses.
func TestCheckPlan(t *testing.T) {
	t.Parallel()
	prior := toyObject(values{"id": stringValue("A1"), "size": numberValue(1), "mode": stringValue("slow")})
	config := toyObject(
		values{"size": numberValue(2), "secret": stringValue("s"), "pace": paceObject(numberValue(7), nullNumber)},
	)
	valid := values{
		"id":   unknownString,
		"size": numberValue(2),
		"mode": stringValue("fast"),
		"pace": paceObject(numberValue(7), numberValue(15)),
	}
	for name, test := range map[string]struct {
		attribute string
		planned   cty.Value
		ok        bool
	}{
		"as it is configured":          {"size", numberValue(2), true},
		"as it was":                    {"size", numberValue(1), true},
		"a value of its own":           {"size", numberValue(3), false},
		"unknown, though configured":   {"size", cty.UnknownVal(cty.Number), false},
		"a secret":                     {"secret", stringValue("s"), false},
		"computed, within an object":   {"pace", paceObject(numberValue(7), numberValue(1)), true},
		"configured, within an object": {"pace", paceObject(numberValue(8), numberValue(15)), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			planned := values{test.attribute: test.planned}
			for name, v := range valid {
				if name != test.attribute {
					planned[name] = v
				}
			}
			if err := checkPlan(toySchema.Block.Attributes, prior, config,
				toyObject(planned)); (err == nil) != test.ok {
				t.Error(err)
			}
		})
	}
}

func TestCheckResultAndState(t *testing.T) {
	t.Parallel()
	planned := values{
		"id":   unknownString,
		"size": numberValue(2),
		"pace": paceObject(numberValue(7), cty.UnknownVal(cty.Number)),
	}
	for name, test := range map[string]struct {
		actual values
		ok     bool
	}{
		"all is told": {values{
			"id": stringValue("A1"), "size": numberValue(2),
			"pace": paceObject(numberValue(7), numberValue(15)),
		}, true},
		"changed": {values{
			"id": stringValue("A1"), "size": numberValue(3),
			"pace": paceObject(numberValue(7), numberValue(15)),
		}, false},
		"changed within": {values{
			"id": stringValue("A1"), "size": numberValue(2),
			"pace": paceObject(numberValue(8), numberValue(15)),
		}, false},
		"told after all": {values{
			"id": stringValue("A1"), "size": numberValue(2), "mode": stringValue("x"),
			"pace": paceObject(numberValue(7), numberValue(15)),
		}, false},
		"gone": {nil, false},
		"still not known": {values{
			"id": unknownString, "size": numberValue(2),
			"pace": paceObject(numberValue(7), numberValue(15)),
		}, false},
		"a secret": {values{
			"id": stringValue("A1"), "size": numberValue(2), "pace": paceObject(numberValue(7), numberValue(15)),
			"secret": stringValue("s"),
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			actual := cty.NullVal(Type(toySchema))
			if test.actual != nil {
				actual = toyObject(test.actual)
			}
			err := checkResult(toyObject(planned), actual)
			if err == nil {
				err = checkState(toySchema, actual)
			}
			if (err == nil) != test.ok {
				t.Error(err)
			}
		})
	}
}

func TestRequiresReplace(t *testing.T) {
	t.Parallel()
	paths := []*tftypes.AttributePath{tftypes.NewAttributePath().WithAttributeName("mode")}
	prior := toyObject(values{"mode": stringValue("slow"), "size": numberValue(1)})
	if requiresReplace(paths, prior, toyObject(values{"mode": stringValue("slow"), "size": numberValue(2)})) {
		t.Error("another attribute replaces")
	}
	if !requiresReplace(paths, prior, toyObject(values{"mode": unknownString, "size": numberValue(1)})) {
		t.Error("a change replaces nothing")
	}
}

package acctest

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/zclconf/go-cty/cty"
)

// toy is a schema with an attribute of each kind.
var toy = &tfprotov6.Schema{Block: &tfprotov6.SchemaBlock{Attributes: []*tfprotov6.SchemaAttribute{
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

func made(given values) cty.Value { return Object(toy, given) }

func pace(delay, times cty.Value) cty.Value {
	return cty.ObjectVal(values{"delay": delay, "times": times})
}

var (
	text    = cty.StringVal
	count   = cty.NumberIntVal
	noText  = cty.UnknownVal(cty.String)
	noCount = cty.NullVal(cty.Number)
)

func TestProposedStateIsWhatIsConfiguredAndWhatWasComputed(t *testing.T) {
	t.Parallel()
	prior := made(values{"id": text("A1"), "size": count(1), "mode": text("slow"), "pace": pace(count(2), count(15))})
	config := made(values{"secret": text("s"), "pace": pace(count(7), noCount)})
	want := made(values{"id": text("A1"), "mode": text("slow"), "pace": pace(count(7), count(15))})
	if got := proposed(toy.Block.Attributes, prior, config); !got.RawEquals(want) {
		t.Errorf("got %#v", got)
	}
	if got := proposed(toy.Block.Attributes, cty.NullVal(Type(toy)), config); !got.GetAttr("id").IsNull() ||
		!got.GetAttr("secret").IsNull() {
		t.Errorf("a new one is proposed as %#v", got)
	}
}

// TestRulesOfPlans has a plan of each kind that Terraform takes, and of each that it refuses.
func TestRulesOfPlans(t *testing.T) {
	t.Parallel()
	prior := made(values{"id": text("A1"), "size": count(1), "mode": text("slow")})
	config := made(values{"size": count(2), "secret": text("s"), "pace": pace(count(7), noCount)})
	good := values{"id": noText, "size": count(2), "mode": text("fast"), "pace": pace(count(7), count(15))}
	for name, test := range map[string]struct {
		attribute string
		planned   cty.Value
		ok        bool
	}{
		"as it is configured":          {"size", count(2), true},
		"as it was":                    {"size", count(1), true},
		"a value of its own":           {"size", count(3), false},
		"unknown, though configured":   {"size", cty.UnknownVal(cty.Number), false},
		"a secret":                     {"secret", text("s"), false},
		"computed, within an object":   {"pace", pace(count(7), count(1)), true},
		"configured, within an object": {"pace", pace(count(8), count(15)), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			planned := values{test.attribute: test.planned}
			for name, v := range good {
				if name != test.attribute {
					planned[name] = v
				}
			}
			if err := checkPlan(toy.Block.Attributes, prior, config, made(planned)); (err == nil) != test.ok {
				t.Error(err)
			}
		})
	}
}

func TestRulesOfResults(t *testing.T) {
	t.Parallel()
	planned := values{"id": noText, "size": count(2), "pace": pace(count(7), cty.UnknownVal(cty.Number))}
	for name, test := range map[string]struct {
		actual values
		ok     bool
	}{
		"all is told":    {values{"id": text("A1"), "size": count(2), "pace": pace(count(7), count(15))}, true},
		"changed":        {values{"id": text("A1"), "size": count(3), "pace": pace(count(7), count(15))}, false},
		"changed within": {values{"id": text("A1"), "size": count(2), "pace": pace(count(8), count(15))}, false},
		"told after all": {values{
			"id": text("A1"), "size": count(2), "mode": text("x"),
			"pace": pace(count(7), count(15)),
		}, false},
		"gone":            {nil, false},
		"still not known": {values{"id": noText, "size": count(2), "pace": pace(count(7), count(15))}, false},
		"a secret": {values{
			"id": text("A1"), "size": count(2), "pace": pace(count(7), count(15)),
			"secret": text("s"),
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			actual := cty.NullVal(Type(toy))
			if test.actual != nil {
				actual = made(test.actual)
			}
			err := checkResult(made(planned), actual)
			if err == nil {
				err = checkState(toy, actual)
			}
			if (err == nil) != test.ok {
				t.Error(err)
			}
		})
	}
}

func TestOnlyAChangeOfTheAttributeReplaces(t *testing.T) {
	t.Parallel()
	paths := []*tftypes.AttributePath{tftypes.NewAttributePath().WithAttributeName("mode")}
	prior := made(values{"mode": text("slow"), "size": count(1)})
	if replaces(paths, prior, made(values{"mode": text("slow"), "size": count(2)})) {
		t.Error("another attribute replaces")
	}
	if !replaces(paths, prior, made(values{"mode": noText, "size": count(1)})) {
		t.Error("a change replaces nothing")
	}
}

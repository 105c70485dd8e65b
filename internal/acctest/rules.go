package acctest

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/zclconf/go-cty/cty"
)

// This file has the rules for the answers of a provider. They are those of Terraform's package plans/objchange.

// proposedState returns the new state that Terraform proposes: the configured values, and the former values of computed
// attributes.
func proposedState(attributes []*tfprotov6.SchemaAttribute, prior, config cty.Value) cty.Value {
	all := map[string]cty.Value{}
	for _, a := range attributes {
		before, now := cty.NullVal(config.Type().AttributeType(a.Name)), config.GetAttr(a.Name)
		if !prior.IsNull() {
			before = prior.GetAttr(a.Name)
		}
		switch {
		case a.WriteOnly:
			now = cty.NullVal(now.Type())
		case a.Computed && now.IsNull():
			now = before
		case isNestedObject(a) && now.IsKnown() && !now.IsNull():
			now = proposedState(a.NestedType.Attributes, before, now)
		}
		all[a.Name] = now
	}
	return cty.ObjectVal(all)
}

// isNestedObject reports whether an attribute holds one object with attributes of its own.
func isNestedObject(a *tfprotov6.SchemaAttribute) bool {
	return a.NestedType != nil && a.NestedType.Nesting == tfprotov6.SchemaObjectNestingModeSingle
}

// checkPlan checks that a plan has the configured values, and changes only computed attributes otherwise.
func checkPlan(attributes []*tfprotov6.SchemaAttribute, prior, config, planned cty.Value) error {
	for _, a := range attributes {
		now, next := config.GetAttr(a.Name), planned.GetAttr(a.Name)
		before := cty.NullVal(now.Type())
		if !prior.IsNull() {
			before = prior.GetAttr(a.Name)
		}
		var err error
		switch {
		case a.WriteOnly:
			if !next.IsNull() {
				err = fmt.Errorf("%s is write-only, and in the plan", a.Name)
			}
		case next.RawEquals(now), next.RawEquals(before) && !now.IsNull(), a.Computed && now.IsNull():
		case isNestedObject(a) && now.IsKnown() && !now.IsNull() && !next.IsNull() && next.IsKnown():
			if !before.IsKnown() || before.IsNull() {
				before = cty.NullVal(now.Type())
			}
			err = checkPlan(a.NestedType.Attributes, before, now, next)
		default:
			err = fmt.Errorf("%s is planned otherwise than it is configured", a.Name)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// checkResult checks that a result has the planned values.
func checkResult(planned, actual cty.Value) error {
	if actual.IsNull() != planned.IsNull() {
		return fmt.Errorf("planned %#v, got %#v", planned, actual)
	}
	if planned.IsNull() {
		return nil
	}
	for name := range planned.Type().AttributeTypes() {
		if !isAsPlanned(planned.GetAttr(name), actual.GetAttr(name)) {
			return fmt.Errorf("%s: planned %#v, got %#v", name, planned.GetAttr(name), actual.GetAttr(name))
		}
	}
	return nil
}

// isAsPlanned reports whether a value has everything that is known of the planned one.
func isAsPlanned(planned, actual cty.Value) bool {
	switch {
	case !planned.IsKnown():
		return true
	case planned.IsNull() || actual.IsNull() || !actual.IsKnown() || planned.IsWhollyKnown():
		return planned.RawEquals(actual)
	case planned.Type().IsObjectType():
		for name := range planned.Type().AttributeTypes() {
			if !isAsPlanned(planned.GetAttr(name), actual.GetAttr(name)) {
				return false
			}
		}
		return true
	}
	return actual.LengthInt() >= 0 // a collection with unknown elements, which this does not compare
}

// checkState checks that a state has no unknown and no write-only values.
func checkState(schema *tfprotov6.Schema, state cty.Value) error {
	if state.IsNull() {
		return nil
	}
	if !state.IsWhollyKnown() {
		return fmt.Errorf("the new state has unknown values: %#v", state)
	}
	for _, a := range schema.Block.Attributes {
		if a.WriteOnly && !state.GetAttr(a.Name).IsNull() {
			return fmt.Errorf("%s is write-only, and in the state", a.Name)
		}
	}
	return nil
}

// requiresReplace reports whether a plan changes an attribute that cannot be changed in place.
func requiresReplace(paths []*tftypes.AttributePath, prior, planned cty.Value) bool {
	for _, path := range paths {
		name, ok := path.Steps()[0].(tftypes.AttributeName)
		if ok && !planned.GetAttr(string(name)).RawEquals(prior.GetAttr(string(name))) {
			return true
		}
	}
	return false
}

package acctest

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	tfjson "github.com/hashicorp/terraform-json"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
)

// Steps runs the steps of a plugin-testing test case with [Terraform], instead of a CLI. Each step applies, and then
// plans nothing more. At the end, everything is destroyed. Checks of plans and states work as in plugin-testing, but
// Check gets nil.
func (w *World) Steps(t testing.TB, steps ...resource.TestStep) {
	t.Helper()
	tf, last := w.Terraform(t, ""), ""
	for _, step := range steps {
		if step.PreConfig != nil {
			step.PreConfig()
		}
		if step.ConfigVariables != nil || step.ConfigDirectory != nil || step.ImportState || step.Taint != nil ||
			step.RefreshState {
			t.Fatal("this step needs a real CLI")
		}
		tf.Configure(step.Config)
		if tf.step(step) {
			last = step.Config
		}
	}
	tf.Configure(last)
	tf.OK("destroy")
}

// step runs one step, whose configuration is set, and returns whether the step was to succeed.
func (tf *Terraform) step(step resource.TestStep) bool {
	tf.t.Helper()
	command := map[bool]string{true: "destroy", false: "apply"}[step.Destroy]
	output, ok := "", true
	if len(step.ConfigPlanChecks.PreApply) > 0 {
		output, ok = tf.Run("plan")
		if ok {
			tf.checkPlan(step.ConfigPlanChecks.PreApply)
		}
	}
	if ok {
		output, ok = tf.Run(command)
	}
	if step.ExpectError != nil {
		if ok || !step.ExpectError.MatchString(Unwrap(output)) {
			tf.t.Errorf("%s succeeded: %t; it does not say %s:\n%s", command, ok, step.ExpectError, output)
		}
		return false
	}
	if !ok {
		tf.t.Fatalf("%s failed:\n%s", command, output)
	}
	if step.Check != nil {
		if err := step.Check(nil); err != nil {
			tf.t.Error(err)
		}
	}
	for _, check := range step.ConfigStateChecks {
		var resp statecheck.CheckStateResponse
		check.CheckState(tf.t.Context(), statecheck.CheckStateRequest{State: tf.stateJSON()}, &resp)
		if resp.Error != nil {
			tf.t.Error(resp.Error)
		}
	}
	if output := tf.OK("plan"); !step.Destroy && strings.Contains(output, "No changes.") == step.ExpectNonEmptyPlan {
		tf.t.Errorf("a second plan says:\n%s", output)
	}
	return true
}

func (tf *Terraform) checkPlan(checks []plancheck.PlanCheck) {
	tf.t.Helper()
	for _, check := range checks {
		var resp plancheck.CheckPlanResponse
		check.CheckPlan(tf.t.Context(), plancheck.CheckPlanRequest{Plan: &tfjson.Plan{ResourceChanges: tf.planned}},
			&resp)
		if resp.Error != nil {
			tf.t.Error(resp.Error)
		}
	}
}

// planJSON returns the changes of a plan, as show -json has them.
func (w *walk) planJSON() []*tfjson.ResourceChange {
	actions := map[string]tfjson.Actions{
		"no-op": {tfjson.ActionNoop}, "create": {tfjson.ActionCreate}, "update": {tfjson.ActionUpdate},
		"delete":  {tfjson.ActionDelete},
		"replace": {tfjson.ActionDelete, tfjson.ActionCreate},
	}
	var all []*tfjson.ResourceChange
	for _, c := range w.changes {
		after, _ := jsonValue(cty.UnknownAsNull(c.planned)).(map[string]any)
		for name := range after {
			if !c.planned.GetAttr(name).IsKnown() {
				delete(after, name)
			}
		}
		all = append(all, &tfjson.ResourceChange{Address: c.address, Type: c.block.kind, Change: &tfjson.Change{
			Actions: actions[c.action], After: after, AfterUnknown: unknownMask(c.planned),
		}})
	}
	return all
}

// stateJSON returns the state and the data sources, as show -json has them.
func (tf *Terraform) stateJSON() *tfjson.State {
	root := &tfjson.StateModule{}
	for _, address := range slices.Sorted(maps.Keys(tf.objects)) {
		o := tf.objects[address]
		values, _ := decodeJSON(o.json).(map[string]any)
		root.Resources = append(root.Resources, &tfjson.StateResource{
			Address: address, Type: o.block.kind,
			AttributeValues: values,
		})
	}
	for _, b := range tf.config.blocks {
		if v := tf.values.get(b.address); b.mode == "data" && v != cty.NilVal {
			values, _ := jsonValue(v).(map[string]any)
			root.Resources = append(root.Resources, &tfjson.StateResource{
				Address: b.address, Type: b.kind,
				AttributeValues: values,
			})
		}
	}
	return &tfjson.State{FormatVersion: "1.0", Values: &tfjson.StateValues{RootModule: root}}
}

// jsonValue returns a value as decoded JSON.
func jsonValue(v cty.Value) any {
	encoded, err := ctyjson.Marshal(v, v.Type())
	if err != nil {
		panic(err)
	}
	return decodeJSON(encoded)
}

// decodeJSON decodes JSON, and keeps the digits of numbers.
func decodeJSON(encoded []byte) any {
	decoder := json.NewDecoder(bytes.NewReader(encoded))
	decoder.UseNumber()
	var v any
	if err := decoder.Decode(&v); err != nil {
		panic(err)
	}
	return v
}

// unknownMask has true in place of each unknown value.
func unknownMask(v cty.Value) any {
	if !v.IsKnown() {
		return true
	}
	if v.IsNull() || !v.Type().IsObjectType() {
		return false
	}
	all := map[string]any{}
	for name, attribute := range v.AsValueMap() {
		all[name] = unknownMask(attribute)
	}
	return all
}

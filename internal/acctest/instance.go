package acctest

import (
	"encoding/json"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
)

// This file has the commands for one instance of a resource.

// attributes decodes the attributes of an object in the state.
func attributes(t testing.TB, encoded []byte) map[string]any {
	t.Helper()
	all := map[string]any{}
	if err := json.Unmarshal(encoded, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

func (w *walk) schema(b *block) *tfprotov6.Schema { return w.provider.Schemas.ResourceSchemas[b.kind] }

// upgradeState decodes an object in the state, with the provider's UpgradeResourceState, as a CLI does.
func (w *walk) upgradeState(o *object) (cty.Value, bool) {
	schema := w.schema(o.block)
	resp, err := w.provider.UpgradeResourceState(w.t.Context(), &tfprotov6.UpgradeResourceStateRequest{
		TypeName: o.block.kind, Version: o.version, RawState: &tfprotov6.RawState{JSON: o.json},
	})
	if err != nil || !w.report(resp.Diagnostics) {
		return cty.NilVal, w.report(protocolError(err)) && err == nil
	}
	return Decode(schema, resp.UpgradedState), true
}

// saveObject writes an object into the state; null removes it.
func (w *walk) saveObject(address string, o *object, v cty.Value) {
	w.lock.Lock()
	defer w.lock.Unlock()
	if v.IsNull() {
		delete(w.objects, address)
		return
	}
	encoded, err := ctyjson.Marshal(v, v.Type())
	if err != nil {
		w.t.Error(err)
		return
	}
	o.json, o.version = encoded, w.schema(o.block).Version
	w.objects[address] = o
}

// readInstance refreshes an object in the state, unless -refresh=false is set.
func (w *walk) readInstance(address string, o *object) (cty.Value, bool) {
	current, ok := w.upgradeState(o)
	if !ok || !w.refresh {
		return current, ok
	}
	schema := w.schema(o.block)
	resp, err := w.provider.ReadResource(w.t.Context(), &tfprotov6.ReadResourceRequest{
		TypeName: o.block.kind, CurrentState: Encode(current), Private: o.private, CurrentIdentity: o.identity,
	})
	if err != nil || !w.report(resp.Diagnostics) {
		return cty.NilVal, w.report(protocolError(err)) && err == nil
	}
	v := Decode(schema, resp.NewState)
	if err := checkState(schema, v); err != nil {
		return cty.NilVal, w.report(protocolError(err))
	}
	refreshed := *o
	refreshed.private, refreshed.identity = resp.Private, resp.NewIdentity
	w.saveObject(address, &refreshed, v)
	return v, true
}

// planInstance refreshes one instance and plans its change: a deletion unless it is wanted.
func (w *walk) planInstance(b *block, i instance, address string, wanted bool) bool {
	c := &change{block: b, inst: i, address: address, action: "no-op"}
	prior := cty.NullVal(Type(w.schema(b)))
	w.lock.Lock()
	o := w.objects[address]
	w.lock.Unlock()
	if o != nil {
		v, ok := w.readInstance(address, o)
		if !ok {
			return false
		}
		w.lock.Lock()
		c.prior, prior = w.objects[address], v
		w.lock.Unlock()
	}
	switch {
	case w.refreshOnly:
		c.planned = prior
	case !wanted && prior.IsNull():
		return true
	case !wanted:
		c.action = "delete"
		if !w.planDelete(c, prior) {
			return false
		}
		c.planned = prior // others may still refer to it
	default:
		config, ok := w.validate(b, i)
		if !ok {
			return false
		}
		c.action, c.planned, _, ok = w.planChange(c, prior, config)
		if !ok {
			return false
		}
	}
	if !c.planned.IsNull() {
		w.set(b.address, i.key, c.planned)
	}
	w.lock.Lock()
	w.changes = append(w.changes, c)
	w.lock.Unlock()
	return true
}

// validate evaluates the arguments of an instance, and calls ValidateResourceConfig.
func (w *walk) validate(b *block, i instance) (cty.Value, bool) {
	config, diags := decode(w.t, b.body, w.schema(b), w.context(i))
	if !w.report(diags) {
		return config, false
	}
	resp, err := w.provider.ValidateResourceConfig(w.t.Context(), &tfprotov6.ValidateResourceConfigRequest{
		TypeName: b.kind, Config: Encode(config),
		ClientCapabilities: &tfprotov6.ValidateResourceConfigClientCapabilities{WriteOnlyAttributesAllowed: true},
	})
	return config, w.report(protocolError(err)) && w.report(resp.Diagnostics)
}

// planChange plans an instance that is wanted. It returns the action and the planned value. A replacement is planned as
// a creation.
func (w *walk) planChange(c *change, prior, config cty.Value) (string, cty.Value, *tfprotov6.PlanResourceChangeResponse,
	bool,
) {
	schema := w.schema(c.block)
	nothing := cty.NullVal(config.Type())
	var private []byte
	var identity *tfprotov6.ResourceIdentityData
	if c.prior != nil && !prior.IsNull() {
		private, identity = c.prior.private, c.prior.identity
	}
	requestPlan := func(prior cty.Value) (*tfprotov6.PlanResourceChangeResponse, cty.Value, bool) {
		resp, err := w.provider.PlanResourceChange(w.t.Context(), &tfprotov6.PlanResourceChangeRequest{
			TypeName: c.block.kind, PriorState: Encode(prior), Config: Encode(config), PriorPrivate: private,
			PriorIdentity:    identity,
			ProposedNewState: Encode(proposedState(schema.Block.Attributes, prior, config)),
		})
		if err != nil || !w.report(resp.Diagnostics) {
			return resp, nothing, w.report(protocolError(err)) && err == nil
		}
		planned := Decode(schema, resp.PlannedState)
		return resp, planned, w.report(protocolError(checkPlan(schema.Block.Attributes, prior, config, planned)))
	}
	resp, planned, ok := requestPlan(prior)
	switch {
	case !ok:
		return "", nothing, nil, false
	case prior.IsNull():
		return "create", planned, resp, true
	case c.prior.tainted, slices.Contains(w.replace, c.address), requiresReplace(resp.RequiresReplace, prior, planned):
		private, identity = resp.PlannedPrivate, nil
		resp, planned, ok = requestPlan(nothing)
		return "replace", planned, resp, ok
	case planned.RawEquals(prior):
		return "no-op", planned, resp, true
	}
	return "update", planned, resp, true
}

// planDelete plans a deletion, which the provider may refuse.
func (w *walk) planDelete(c *change, prior cty.Value) bool {
	nothing := Encode(cty.NullVal(prior.Type()))
	resp, err := w.provider.PlanResourceChange(w.t.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: c.block.kind, PriorState: Encode(prior), Config: nothing, ProposedNewState: nothing,
		PriorPrivate: c.prior.private, PriorIdentity: c.prior.identity,
	})
	if err != nil {
		return w.report(protocolError(err))
	}
	w.lock.Lock()
	w.plannedPrivate[c.address] = resp.PlannedPrivate
	w.lock.Unlock()
	return w.report(resp.Diagnostics)
}

// apply applies a plan. It destroys first, dependent objects before those that they refer to. Then it creates and
// updates. Last it destroys what create_before_destroy has replaced.
func (w *walk) apply() {
	if w.refreshOnly || !w.startProvider() {
		return
	}
	count := map[string]int{"destroyed": w.destroyAll()}
	w.eachBlock(w.config.blocks, (*block).refersTo, func(b *block) bool {
		if b.mode != "resource" {
			return forAll(b.instances(w.t, &w.scope), func(i instance) bool { return w.destroy || w.readBlock(b, i) })
		}
		return forAll(w.changesOf(b), func(c *change) bool {
			if c.action != "delete" {
				c.applied = !c.mustDestroyFirst && w.applyInstance(c)
			}
			return c.applied
		})
	})
	for _, c := range w.changes {
		switch {
		case !c.applied:
		case c.action == "update":
			count["changed"]++
		case c.action == "create" || c.action == "replace":
			count["added"]++
			if w.objects[c.address+deposed] != nil && w.destroyInstance(c.address+deposed) {
				count["destroyed"]++
			}
		}
	}
	if w.hasError {
		return
	}
	if w.destroy {
		w.printf("Destroy complete! Resources: %d destroyed.", count["destroyed"])
		return
	}
	w.printf("Apply complete! Resources: %d added, %d changed, %d destroyed.", count["added"], count["changed"],
		count["destroyed"])
}

// destroyAll destroys the objects that the plan deletes or replaces, and returns how many it destroyed.
func (w *walk) destroyAll() int {
	blocks := slices.Clone(w.config.blocks)
	for _, c := range w.changes {
		c.mustDestroyFirst = c.action == "delete" || c.action == "replace" && !c.block.createBeforeDestroy
		if !slices.ContainsFunc(blocks, func(b *block) bool { return b.address == c.block.address }) {
			blocks = append(blocks, c.block)
		}
	}
	var destroyed atomic.Int64
	w.eachBlock(blocks, func(b, other *block) bool { return other.refersTo(b) }, func(b *block) bool {
		return forAll(w.changesOf(b), func(c *change) bool {
			if c.mustDestroyFirst && w.destroyInstance(c.address) {
				destroyed.Add(1)
				c.mustDestroyFirst, c.applied = false, c.action == "delete"
			}
			return !c.mustDestroyFirst
		})
	})
	return int(destroyed.Load())
}

// changesOf returns the changes of a block's instances.
func (w *walk) changesOf(b *block) []*change {
	var all []*change
	for _, c := range w.changes {
		if c.block.address == b.address {
			all = append(all, c)
		}
	}
	return all
}

// deposed is the suffix of the address of a deposed object: one that was replaced, but is not destroyed yet.
const deposed = " (deposed)"

// destroyInstance destroys an object. For a deposed object it calls PlanResourceChange first, as Terraform does.
func (w *walk) destroyInstance(address string) bool {
	o := w.objectAt(address)
	prior, ok := w.upgradeState(o)
	if !ok {
		return false
	}
	nothing := cty.NullVal(prior.Type())
	c := &change{block: o.block, address: address, prior: o}
	if o.deposed && !w.planDelete(c, prior) {
		return false
	}
	w.lock.Lock()
	private, isPlanned := w.plannedPrivate[address]
	w.lock.Unlock()
	if !isPlanned {
		private = o.private // a replacement is planned as a creation
	}
	resp, err := w.provider.ApplyResourceChange(w.t.Context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: o.block.kind, PriorState: Encode(prior), PlannedState: Encode(nothing), Config: Encode(nothing),
		PlannedPrivate: private, PlannedIdentity: o.identity,
	})
	if err != nil {
		return w.report(protocolError(err))
	}
	ok = w.report(resp.Diagnostics)
	state := Decode(w.schema(o.block), resp.NewState)
	if ok != state.IsNull() {
		w.report(errorDiagnostic("Provider produced inconsistent result after apply",
			address+" was destroyed and is in the state, or the reverse"))
	}
	remaining := *o
	remaining.private = resp.Private
	w.saveObject(address, &remaining, state)
	return ok
}

// applyInstance plans a change again with known values, as Terraform does, and applies it.
func (w *walk) applyInstance(c *change) bool {
	prior := cty.NullVal(Type(w.schema(c.block)))
	if c.prior != nil && w.objectAt(c.address) != nil {
		loaded, ok := w.upgradeState(c.prior)
		if !ok {
			return false
		}
		prior = loaded
	}
	if c.action == "no-op" {
		w.set(c.block.address, c.inst.key, prior)
		return true
	}
	if c.action == "replace" {
		w.depose(c)
		prior, c.prior = cty.NullVal(prior.Type()), nil
	}
	config, ok := w.validate(c.block, c.inst)
	if !ok {
		return false
	}
	_, planned, plan, ok := w.planChange(c, prior, config)
	if !ok {
		return false
	}
	if err := checkResult(c.planned, planned); err != nil {
		return w.report(errorDiagnostic("Provider produced inconsistent final plan", c.address+": "+err.Error()))
	}
	resp, err := w.provider.ApplyResourceChange(w.t.Context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: c.block.kind, PriorState: Encode(prior), PlannedState: Encode(planned), Config: Encode(config),
		PlannedPrivate: plan.PlannedPrivate, PlannedIdentity: plan.PlannedIdentity,
	})
	if err != nil {
		return w.report(protocolError(err))
	}
	ok = w.report(resp.Diagnostics)
	v := Decode(w.schema(c.block), resp.NewState)
	err = checkState(w.schema(c.block), v)
	if err == nil && ok {
		err = checkResult(planned, v)
	}
	if err != nil {
		ok = w.report(errorDiagnostic("Provider produced inconsistent result after apply", c.address+": "+err.Error()))
	}
	if prior.IsNull() && !v.IsNull() && ok && resp.NewIdentity == nil {
		ok = w.report(errorDiagnostic("Provider returned no identity", c.address))
	}
	w.saveObject(c.address, &object{
		block: c.block, key: c.inst.key, private: resp.Private, identity: resp.NewIdentity, tainted: !ok &&
			prior.IsNull(),
	}, v)
	if v.IsNull() {
		w.restoreDeposed(c)
		return false
	}
	w.set(c.block.address, c.inst.key, v)
	return ok
}

func (w *walk) objectAt(address string) *object {
	w.lock.Lock()
	defer w.lock.Unlock()
	return w.objects[address]
}

// depose marks an object that is replaced, and still exists, as deposed.
func (w *walk) depose(c *change) {
	w.lock.Lock()
	defer w.lock.Unlock()
	if o := w.objects[c.address]; o != nil {
		deposedObject := *o
		deposedObject.deposed = true
		w.objects[c.address+deposed] = &deposedObject
		delete(w.objects, c.address)
	}
}

// restoreDeposed makes a deposed object the current one again, if its replacement was not created.
func (w *walk) restoreDeposed(c *change) {
	w.lock.Lock()
	defer w.lock.Unlock()
	if o := w.objects[c.address+deposed]; o != nil && c.action == "replace" {
		current := *o
		current.deposed = false
		w.objects[c.address] = &current
		delete(w.objects, c.address+deposed)
	}
}

// importObject imports an object by its id, and reads it.
func (w *walk) importObject(address, id string) {
	at := slices.IndexFunc(w.config.blocks, func(b *block) bool { return b.address == address })
	if at < 0 {
		w.t.Fatalf("%s is not declared", address)
	}
	if !w.startProvider() {
		return
	}
	b := w.config.blocks[at]
	if w.objects[address] != nil {
		w.report(errorDiagnostic("Resource already managed by Terraform", address))
		return
	}
	resp, err := w.provider.ImportResourceState(w.t.Context(),
		&tfprotov6.ImportResourceStateRequest{TypeName: b.kind, ID: id})
	if err != nil || !w.report(resp.Diagnostics) {
		w.report(protocolError(err))
		return
	}
	imported := resp.ImportedResources[0]
	o := &object{block: b, private: imported.Private, identity: imported.Identity}
	w.saveObject(address, o, Decode(w.schema(b), imported.State))
	v, ok := w.readInstance(address, o)
	if ok && v.IsNull() {
		ok = w.report(errorDiagnostic("Cannot import non-existent remote object", address))
	}
	if !ok {
		delete(w.objects, address)
		return
	}
	w.set(address, "", v)
	w.printf("Import successful!")
}

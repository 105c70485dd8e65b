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

// This file has what happens to one instance of a resource.

// attributes are those of an object in the state, as JSON has them.
func attributes(t testing.TB, encoded []byte) map[string]any {
	t.Helper()
	all := map[string]any{}
	if err := json.Unmarshal(encoded, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

func (w *walk) schema(b *block) *tfprotov6.Schema { return w.provider.Schemas.ResourceSchemas[b.kind] }

// load reads an object from the state, as a CLI does that finds it in a file.
func (w *walk) load(o *object) (cty.Value, bool) {
	schema := w.schema(o.block)
	resp, err := w.provider.UpgradeResourceState(w.t.Context(), &tfprotov6.UpgradeResourceStateRequest{
		TypeName: o.block.kind, Version: o.version, RawState: &tfprotov6.RawState{JSON: o.json},
	})
	if err != nil || !w.tell(resp.Diagnostics) {
		return cty.NilVal, w.tell(broken(err)) && err == nil
	}
	return Decode(schema, resp.UpgradedState), true
}

// save writes an object to the state; null takes it out.
func (w *walk) save(address string, o *object, v cty.Value) {
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

// readInstance refreshes an object, and saves it.
func (w *walk) readInstance(address string, o *object) (cty.Value, bool) {
	current, ok := w.load(o)
	if !ok || !w.refresh {
		return current, ok
	}
	schema := w.schema(o.block)
	resp, err := w.provider.ReadResource(w.t.Context(), &tfprotov6.ReadResourceRequest{
		TypeName: o.block.kind, CurrentState: Encode(current), Private: o.private, CurrentIdentity: o.identity,
	})
	if err != nil || !w.tell(resp.Diagnostics) {
		return cty.NilVal, w.tell(broken(err)) && err == nil
	}
	v := Decode(schema, resp.NewState)
	if err := checkState(schema, v); err != nil {
		return cty.NilVal, w.tell(broken(err))
	}
	refreshed := *o
	refreshed.private, refreshed.identity = resp.Private, resp.NewIdentity
	w.save(address, &refreshed, v)
	return v, true
}

// planInstance refreshes and plans one instance; one that is not wanted is destroyed.
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
		c.planned = prior // which others may still refer to
	default:
		config, ok := w.validate(b, i)
		if !ok {
			return false
		}
		if c.action, c.planned, _, ok = w.planChange(c, prior, config); !ok {
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

// validate evaluates the arguments of an instance, and has the provider validate them.
func (w *walk) validate(b *block, i instance) (cty.Value, bool) {
	config, diags := decode(w.t, b.body, w.schema(b), w.context(i))
	if !w.tell(diags) {
		return config, false
	}
	resp, err := w.provider.ValidateResourceConfig(w.t.Context(), &tfprotov6.ValidateResourceConfigRequest{
		TypeName: b.kind, Config: Encode(config),
		ClientCapabilities: &tfprotov6.ValidateResourceConfigClientCapabilities{WriteOnlyAttributesAllowed: true},
	})
	return config, w.tell(broken(err)) && w.tell(resp.Diagnostics)
}

// planChange asks the provider for the plan of an instance that is wanted. A replacement is planned as a creation.
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
	ask := func(prior cty.Value) (*tfprotov6.PlanResourceChangeResponse, cty.Value, bool) {
		resp, err := w.provider.PlanResourceChange(w.t.Context(), &tfprotov6.PlanResourceChangeRequest{
			TypeName: c.block.kind, PriorState: Encode(prior), Config: Encode(config), PriorPrivate: private,
			PriorIdentity:    identity,
			ProposedNewState: Encode(proposed(schema.Block.Attributes, prior, config)),
		})
		if err != nil || !w.tell(resp.Diagnostics) {
			return resp, nothing, w.tell(broken(err)) && err == nil
		}
		planned := Decode(schema, resp.PlannedState)
		return resp, planned, w.tell(broken(checkPlan(schema.Block.Attributes, prior, config, planned)))
	}
	resp, planned, ok := ask(prior)
	switch {
	case !ok:
		return "", nothing, nil, false
	case prior.IsNull():
		return "create", planned, resp, true
	case c.prior.tainted, slices.Contains(w.replace, c.address), replaces(resp.RequiresReplace, prior, planned):
		private, identity = resp.PlannedPrivate, nil
		resp, planned, ok = ask(nothing)
		return "replace", planned, resp, ok
	case planned.RawEquals(prior):
		return "no-op", planned, resp, true
	}
	return "update", planned, resp, true
}

// planDelete tells the provider that an instance is to be destroyed, which it may refuse.
func (w *walk) planDelete(c *change, prior cty.Value) bool {
	nothing := Encode(cty.NullVal(prior.Type()))
	resp, err := w.provider.PlanResourceChange(w.t.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: c.block.kind, PriorState: Encode(prior), Config: nothing, ProposedNewState: nothing,
		PriorPrivate: c.prior.private, PriorIdentity: c.prior.identity,
	})
	if err != nil {
		return w.tell(broken(err))
	}
	return w.tell(resp.Diagnostics)
}

// apply carries out a plan: first what is destroyed, who needs others before these; then what is made and changed; at
// last what was replaced by a new one before.
func (w *walk) apply() {
	if w.refreshOnly || !w.start() {
		return
	}
	count := map[string]int{"destroyed": w.destroyAll()}
	w.each(w.config.blocks, (*block).refersTo, func(b *block) bool {
		if b.mode != "resource" {
			return together(b.instances(w.t, &w.scope), func(i instance) bool { return w.destroy || w.read(b, i) })
		}
		return together(w.changesOf(b), func(c *change) bool {
			if c.action != "delete" {
				c.done = !c.stuck && w.applyInstance(c)
			}
			return c.done
		})
	})
	for _, c := range w.changes {
		switch {
		case !c.done:
		case c.action == "update":
			count["changed"]++
		case c.action == "create" || c.action == "replace":
			count["added"]++
			if w.objects[c.address+deposed] != nil && w.destroyInstance(c.address+deposed) {
				count["destroyed"]++
			}
		}
	}
	if w.broke {
		return
	}
	if w.destroy {
		w.printf("Destroy complete! Resources: %d destroyed.", count["destroyed"])
		return
	}
	w.printf("Apply complete! Resources: %d added, %d changed, %d destroyed.", count["added"], count["changed"],
		count["destroyed"])
}

// destroyAll destroys what a plan deletes, or replaces, and returns how many objects that were.
func (w *walk) destroyAll() int {
	blocks := slices.Clone(w.config.blocks)
	for _, c := range w.changes {
		c.stuck = c.action == "delete" || c.action == "replace" && !c.block.createFirst
		if !slices.ContainsFunc(blocks, func(b *block) bool { return b.address == c.block.address }) {
			blocks = append(blocks, c.block)
		}
	}
	var destroyed atomic.Int64
	w.each(blocks, func(b, other *block) bool { return other.refersTo(b) }, func(b *block) bool {
		return together(w.changesOf(b), func(c *change) bool {
			if c.stuck && w.destroyInstance(c.address) {
				destroyed.Add(1)
				c.stuck, c.done = false, c.action == "delete"
			}
			return !c.stuck
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

// deposed is behind the address of an object that was replaced and is not destroyed yet.
const deposed = " (deposed)"

// destroyInstance destroys an object. Only of a deposed one is the provider asked once more whether it may be: as
// Terraform does.
func (w *walk) destroyInstance(address string) bool {
	o := w.objectAt(address)
	prior, ok := w.load(o)
	if !ok {
		return false
	}
	nothing := cty.NullVal(prior.Type())
	c := &change{block: o.block, address: address, prior: o}
	if o.deposed && !w.planDelete(c, prior) {
		return false
	}
	resp, err := w.provider.ApplyResourceChange(w.t.Context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: o.block.kind, PriorState: Encode(prior), PlannedState: Encode(nothing), Config: Encode(nothing),
		PlannedPrivate: o.private, PlannedIdentity: o.identity,
	})
	if err != nil {
		return w.tell(broken(err))
	}
	ok = w.tell(resp.Diagnostics)
	left := Decode(w.schema(o.block), resp.NewState)
	if ok != left.IsNull() {
		w.tell(complain("Provider produced inconsistent result after apply",
			address+" was destroyed and is in the state, or the reverse"))
	}
	kept := *o
	kept.private = resp.Private
	w.save(address, &kept, left)
	return ok
}

// applyInstance plans a change again, with all values known, and carries it out.
func (w *walk) applyInstance(c *change) bool {
	prior := cty.NullVal(Type(w.schema(c.block)))
	if c.prior != nil && w.objectAt(c.address) != nil {
		loaded, ok := w.load(c.prior)
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
		return w.tell(complain("Provider produced inconsistent final plan", c.address+": "+err.Error()))
	}
	resp, err := w.provider.ApplyResourceChange(w.t.Context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: c.block.kind, PriorState: Encode(prior), PlannedState: Encode(planned), Config: Encode(config),
		PlannedPrivate: plan.PlannedPrivate, PlannedIdentity: plan.PlannedIdentity,
	})
	if err != nil {
		return w.tell(broken(err))
	}
	ok = w.tell(resp.Diagnostics)
	v := Decode(w.schema(c.block), resp.NewState)
	err = checkState(w.schema(c.block), v)
	if err == nil && ok {
		err = checkResult(planned, v)
	}
	if err != nil {
		ok = w.tell(complain("Provider produced inconsistent result after apply", c.address+": "+err.Error()))
	}
	if prior.IsNull() && !v.IsNull() && ok && resp.NewIdentity == nil {
		ok = w.tell(complain("Provider returned no identity", c.address))
	}
	w.save(c.address, &object{
		block: c.block, key: c.inst.key, private: resp.Private, identity: resp.NewIdentity, tainted: !ok &&
			prior.IsNull(),
	}, v)
	if v.IsNull() {
		w.restore(c)
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

// depose moves an object that is replaced, and still there, out of the way of the new one.
func (w *walk) depose(c *change) {
	w.lock.Lock()
	defer w.lock.Unlock()
	if o := w.objects[c.address]; o != nil {
		old := *o
		old.deposed = true
		w.objects[c.address+deposed] = &old
		delete(w.objects, c.address)
	}
}

// restore makes a deposed object the current one again, if none took its place.
func (w *walk) restore(c *change) {
	w.lock.Lock()
	defer w.lock.Unlock()
	if o := w.objects[c.address+deposed]; o != nil && c.action == "replace" {
		back := *o
		back.deposed = false
		w.objects[c.address] = &back
		delete(w.objects, c.address+deposed)
	}
}

// importAs imports an object by its id, and reads it.
func (w *walk) importAs(address, id string) {
	at := slices.IndexFunc(w.config.blocks, func(b *block) bool { return b.address == address })
	if at < 0 {
		w.t.Fatalf("%s is not declared", address)
	}
	if !w.start() {
		return
	}
	b := w.config.blocks[at]
	if w.objects[address] != nil {
		w.tell(complain("Resource already managed by Terraform", address))
		return
	}
	resp, err := w.provider.ImportResourceState(w.t.Context(),
		&tfprotov6.ImportResourceStateRequest{TypeName: b.kind, ID: id})
	if err != nil || !w.tell(resp.Diagnostics) {
		w.tell(broken(err))
		return
	}
	imported := resp.ImportedResources[0]
	o := &object{block: b, private: imported.Private, identity: imported.Identity}
	w.save(address, o, Decode(w.schema(b), imported.State))
	v, ok := w.readInstance(address, o)
	if ok && v.IsNull() {
		ok = w.tell(complain("Cannot import non-existent remote object", address))
	}
	if !ok {
		delete(w.objects, address)
		return
	}
	w.set(address, "", v)
	w.printf("Import successful!")
}

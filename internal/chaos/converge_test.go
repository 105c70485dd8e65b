//go:build linux

package chaos_test

import (
	"fmt"
	"maps"
	"slices"
)

// converge is the time after the faults: at most two applies bring all to what the configuration says, and the next
// plan is empty. In between, a person does what the messages say.
func (r *run) converge() {
	r.t.Helper()
	r.world.SetPaid(true)
	r.config.waitTimeout, r.config.retries = 60, 4 // a machine that is slow is no fault
	r.giveUpProtected()
	r.cli.Configure(r.config.String())
	r.pair()
	c := calm()
	c.allowed = r.hasProtectedDeposed()
	for turn := 1; ; turn++ {
		result := r.apply(c)
		r.heed()
		look := c
		look.readOnly = true
		plan := r.do(look, "plan", "-detailed-exitcode", "-no-color", "-input=false")
		switch {
		case plan.code == 0 && result.code == 0:
			if wrong := unlike(r.config, r.snapshot(), r.secretOf); len(wrong) > 0 {
				r.fail(result.printed+plan.printed,
					append([]string{"the plan is empty, but the account is not as it is declared"}, wrong...)...)
			}
			r.figures.add("converged", fmt.Sprintf("after %d applies", turn), 1)
			return
		case turn == 2:
			r.fail(result.printed+plan.printed,
				fmt.Sprintf("two applies did not converge: the last ended with %d, the plan after it with %d",
					result.code, plan.code))
		}
	}
}

// giveUpProtected does what a person does about protected sessions in the state: those that are gone leave it, as every
// plan says, and those that have left the configuration are declared again, without protection: that is how they are
// destroyed.
func (r *run) giveUpProtected() {
	r.t.Helper()
	for _, i := range r.cli.State() {
		name := key(i)
		_, declared := r.config.sessions[name]
		switch {
		case i.Type != kindSession || !isProtected(i):
		case !r.snapshot().has(i):
			r.forget(i)
		case !declared:
			r.config.sessions[name] = &session{}
			r.note("the configuration: %s again, unprotected", name)
		}
	}
}

// pair is a person who links a phone to each session that has none, and is to have one.
func (r *run) pair() {
	addresses := r.snapshot().addresses()
	for _, name := range r.config.keys() {
		id := text(addresses[r.config.address(kindSession, name)], "instance_id")
		if s, ok := r.world.Session(id); ok && r.config.sessions[name].isPaired() &&
			(s.Me == nil || s.Status == "FAILED") {
			r.world.SetStatus(id, "SCAN_QR_CODE")
			r.world.Pair(id, "201145202826", "Support")
		}
	}
}

// hasProtectedDeposed says whether there is an object that no configuration can change.
func (r *run) hasProtectedDeposed() bool {
	for _, i := range r.cli.State() {
		if i.Type == kindSession && i.Deposed != "" && isProtected(i) {
			return true
		}
	}
	return false
}

// heed does what the messages of an apply tell a person to do: remove from the state what is gone and cannot be proved
// to be, and import the webhooks that are there already, but otherwise.
func (r *run) heed() {
	r.t.Helper()
	now := r.snapshot()
	for _, i := range now.recorded() {
		if _, ok := now.sessions[text(i, "instance_id")]; ok {
			continue
		}
		if wasDescribed(i) {
			r.fail("", fmt.Sprintf("%s is %s, which is gone, and a calm apply has left it in the state", address(i),
				text(i, "instance_id")))
		}
		r.forget(i)
	}
	addresses := now.addresses()
	for _, name := range r.config.keys() {
		id := text(addresses[r.config.address(kindSession, name)], "instance_id")
		for _, hookKey := range slices.Sorted(maps.Keys(r.config.sessions[name].hooks)) {
			at := r.config.address(kindHook, r.config.sessions[name].at(hookKey))
			_, recorded := addresses[at]
			for _, hook := range now.hooks[id] {
				if hook.URL == r.config.sessions[name].hooks[hookKey].url(hookKey) && !recorded {
					r.importOne(calm(), at, id+","+hook.URL)
				}
			}
		}
	}
}

// finish destroys everything. What is left then is what nobody claims to have.
func (r *run) finish() {
	r.t.Helper()
	destroy := func() outcome {
		c := calm()
		c.destroyed = true
		return r.do(c, "destroy", "-auto-approve", "-no-color", "-input=false")
	}
	protected := false
	for _, name := range r.config.keys() {
		protected = protected || r.config.sessions[name].protected
		r.config.sessions[name].protected = false
	}
	if protected {
		if result := destroy(); result.code == 0 {
			r.fail(result.printed, "the destroy of what is protected succeeded")
		}
		r.cli.Configure(r.config.String())
		r.apply(calm())
	}
	result := destroy()
	if left := r.cli.State(); result.code != 0 || len(left) != 0 {
		r.fail(result.printed, fmt.Sprintf("the destroy ended with %d, and %d objects are left in the state",
			result.code, len(left)))
	}
	for _, s := range r.world.Sessions() {
		if r.excused[s.InstanceID] == "" {
			r.fail(result.printed, s.InstanceID+" is left")
		}
	}
}

//go:build linux

package chaos_test

import (
	"fmt"
	"maps"
	"slices"
)

// converge ends the faults. After at most two applies, the account must match the configuration and the next plan must
// be empty. Between the applies, it does what the diagnostics ask for.
func (r *run) converge() {
	r.t.Helper()
	r.world.SetPaid(true)
	r.config.requestTimeout, r.config.retries = 60, 4 // a slow machine must not look like a fault
	r.releaseProtected()
	r.cli.Configure(r.config.String())
	r.pairSessions()
	c := undisturbed()
	c.allowsDestroy = r.hasProtectedDeposed()
	for applies := 1; ; applies++ {
		result := r.apply(c)
		r.followDiagnostics()
		planSetup := c
		planSetup.readOnly = true
		plan := r.runAndCheck(planSetup, "plan", "-detailed-exitcode", "-no-color", "-input=false")
		switch {
		case plan.exitCode == 0 && result.exitCode == 0:
			if wrong := configurationDrift(r.config, r.snapshot(), r.secretOf); len(wrong) > 0 {
				r.fail(result.printed+plan.printed,
					append([]string{"the plan is empty, but the account is not as it is declared"}, wrong...)...)
			}
			r.figures.add("converged", fmt.Sprintf("after %d applies", applies), 1)
			return
		case applies == 2:
			r.fail(result.printed+plan.printed,
				fmt.Sprintf("two applies did not converge: the last ended with %d, the plan after it with %d",
					result.exitCode, plan.exitCode))
		}
	}
}

// releaseProtected handles protected sessions as a person does. A session that is gone is removed from the state, as
// every plan asks. A session that has left the configuration is declared again without protection, so that it can be
// destroyed.
func (r *run) releaseProtected() {
	r.t.Helper()
	for _, i := range r.cli.State() {
		name := key(i)
		_, declared := r.config.sessions[name]
		switch {
		case i.Type != kindSession || !isProtected(i):
		case !r.snapshot().existsAtWawp(i):
			r.removeFromState(i)
		case !declared:
			r.config.sessions[name] = &session{}
			r.note("the configuration: %s again, unprotected", name)
		}
	}
}

// pairSessions links a phone to each session whose pairing waits for one.
func (r *run) pairSessions() {
	addresses := r.snapshot().objectsInState()
	for _, name := range r.config.keys() {
		id := text(addresses[r.config.address(kindSession, name)], "instance_id")
		if s, ok := r.world.Session(id); ok && r.config.sessions[name].isPaired() &&
			(s.Me == nil || s.Status == "FAILED") {
			r.world.SetStatus(id, "SCAN_QR_CODE")
			r.world.Pair(id, "201145202826", "Support")
		}
	}
}

// hasProtectedDeposed reports whether the state has a deposed object that is protected. No configuration can change it.
func (r *run) hasProtectedDeposed() bool {
	for _, i := range r.cli.State() {
		if i.Type == kindSession && i.Deposed != "" && isProtected(i) {
			return true
		}
	}
	return false
}

// followDiagnostics does what the diagnostics of an apply ask for. It links the phones that pairings wait for, removes
// from the state what is gone without a proof, and imports webhooks that exist already with other arguments.
func (r *run) followDiagnostics() {
	r.t.Helper()
	r.pairSessions()
	current := r.snapshot()
	for _, i := range current.sessionsInState() {
		if _, ok := current.sessions[text(i, "instance_id")]; ok {
			continue
		}
		if isMarkedDescribed(i) {
			r.fail("", fmt.Sprintf("%s is %s, which is gone, and an apply without faults left it in the state",
				address(i),
				text(i, "instance_id")))
		}
		r.removeFromState(i)
	}
	addresses := current.objectsInState()
	for _, name := range r.config.keys() {
		id := text(addresses[r.config.address(kindSession, name)], "instance_id")
		for _, hookKey := range slices.Sorted(maps.Keys(r.config.sessions[name].hooks)) {
			address := r.config.address(kindHook, r.config.sessions[name].addressKey(hookKey))
			_, recorded := addresses[address]
			for _, hook := range current.hooks[id] {
				if hook.URL == r.config.sessions[name].hooks[hookKey].url(hookKey) && !recorded {
					r.importOne(undisturbed(), address, id+","+hook.URL)
				}
			}
		}
	}
}

// destroyAll destroys everything. Only excused instances may be left.
func (r *run) destroyAll() {
	r.t.Helper()
	destroy := func() cliResult {
		c := undisturbed()
		c.destroysAll = true
		// The dashboard may have linked a phone to a session before Terraform knew its id.
		c.allowsDestroy = slices.ContainsFunc(r.cli.State(), isMarkedLinked)
		return r.runAndCheck(c, "destroy", "-auto-approve", "-no-color", "-input=false")
	}
	protected := false
	for _, name := range r.config.keys() {
		protected = protected || r.config.sessions[name].protected
		r.config.sessions[name].protected = false
	}
	if protected && !slices.ContainsFunc(r.cli.State(), isMarkedLinked) {
		if result := destroy(); result.exitCode == 0 {
			r.fail(result.printed, "the destroy of what is protected succeeded")
		}
		r.cli.Configure(r.config.String())
		r.apply(undisturbed())
	}
	result := destroy()
	if left := r.cli.State(); result.exitCode != 0 || len(left) != 0 {
		r.fail(result.printed, fmt.Sprintf("the destroy ended with %d, and %d objects are left in the state",
			result.exitCode, len(left)))
	}
	for _, s := range r.world.Sessions() {
		if r.excused[s.InstanceID] == "" {
			r.fail(result.printed, s.InstanceID+" is left")
		}
	}
}

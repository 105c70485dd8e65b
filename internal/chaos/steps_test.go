//go:build linux

package chaos_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

const refresh = "refresh" // the kind of a step

// step does one random thing that a user could do next.
func (r *run) step() {
	r.t.Helper()
	if len(r.journal) > 1 {
		for range r.rng.IntN(3) {
			r.changeInDashboard()
		}
		for range r.rng.IntN(5) {
			r.note("the configuration: %s", r.config.change(r.rng))
		}
	}
	r.cli.Configure(r.config.String())
	c := r.randomSetup()
	switch n := r.rng.IntN(100); {
	case n < 37 || len(r.cli.State()) == 0:
		r.apply(c)
	case n < 45:
		r.planAndApply(c)
	case n < 50:
		c.readOnly = true
		r.runAndCheck(c, "plan", "-no-color", "-input=false")
	case n < 57:
		c.stepKind, c.readOnly = refresh, true
		r.apply(c, "-refresh-only")
	case n < 65:
		r.replace(c)
	case n < 80:
		r.destroy(c)
	case n < 86:
		r.importOrphan(c)
	case n < 94 && acctest.CLIAtLeast("1.14", ""):
		r.invokeAction(c)
	default:
		r.importAgain(c)
	}
}

// randomSetup draws the faults and the disruption of a command.
func (r *run) randomSetup() commandSetup {
	step := len(r.journal)
	c := commandSetup{
		faults: newFaultPlan(r.rng, r.seed, step), disruption: newDisruption(r.rng, 5+4*len(r.config.sessions)),
		logsTrace: chance(r.rng, 30), parallelism: pick(r.rng, []int{1, 10, 10, 10, 30}),
	}
	switch n := len(r.config.sessions); {
	case slices.Contains(c.faults.kinds, slowAnswer) && len(c.faults.kinds) == 1:
		c.parallelism = 40 // the most sessions of a new configuration
	case n > 6:
		c.parallelism = max(c.parallelism, 10) // one after the other, the waits of many sessions take minutes
	}
	return c
}

// undisturbed is a setup without faults and without a disruption.
func undisturbed() commandSetup { return commandSetup{parallelism: 10} }

// apply runs apply, with further arguments.
func (r *run) apply(c commandSetup, arguments ...string) cliResult {
	r.t.Helper()
	return r.runAndCheck(
		c,
		append([]string{"apply", "-auto-approve", "-no-color", "-input=false", fmt.Sprint("-parallelism=",
			c.parallelism)}, arguments...)...)
}

// planAndApply applies a saved plan. The faults are for the apply, the disruption may come in either command.
func (r *run) planAndApply(c commandSetup) {
	r.t.Helper()
	planSetup, applySetup := c, c
	planSetup.faults, planSetup.readOnly = faultPlan{}, true
	if chance(r.rng, 70) {
		planSetup.disruption = disruption{}
	}
	result := r.runAndCheck(planSetup, "plan", "-out=saved.tfplan", "-no-color", "-input=false")
	if result.exitCode == 0 {
		applySetup.stepKind = "apply of a saved plan"
		r.runAndCheck(
			applySetup,
			"apply",
			"-no-color",
			"-input=false",
			fmt.Sprint("-parallelism=", c.parallelism),
			"saved.tfplan",
		)
	}
	_ = os.Remove(filepath.Join(r.cli.Dir, "saved.tfplan")) // there is none if the plan failed
}

// replace replaces one or two objects.
func (r *run) replace(c commandSetup) {
	r.t.Helper()
	c.stepKind = "apply -replace"
	var arguments []string
	for range 1 + r.rng.IntN(2) {
		kind := pick(r.rng, []string{kindSession, kindSession, kindHook, kindPairing})
		if keys := slices.Sorted(maps.Keys(r.config.objects(kind))); len(keys) > 0 {
			c.replacedAddresses = append(c.replacedAddresses, r.config.address(kind, pick(r.rng, keys)))
			arguments = append(arguments, "-replace="+c.replacedAddresses[len(c.replacedAddresses)-1])
		}
	}
	r.apply(c, arguments...)
}

// destroy destroys everything, with a refresh or from the state alone.
func (r *run) destroy(c commandSetup) {
	r.t.Helper()
	c.destroysAll, c.allowsDestroy = true, chance(r.rng, 50)
	arguments := []string{
		"destroy", "-auto-approve", "-no-color", "-input=false",
		fmt.Sprint("-parallelism=", c.parallelism),
	}
	if chance(r.rng, 40) {
		c.stepKind, arguments = "destroy -refresh=false", append(arguments, "-refresh=false")
	}
	r.runAndCheck(c, arguments...)
}

// actions are the actions to invoke, with their arguments beside instance_id and timeouts.
var actions = []struct{ name, kind, arguments string }{
	{"start", "wawp_session_start", ""},
	{"stop", "wawp_session_stop", ""},
	{"restart", "wawp_session_restart", ""},
	{"logout", "wawp_session_logout", ""},
	{"pair", "wawp_session_pair", ""},
	{"pair", "wawp_session_pair", `phone_number = "+20 114 520 2826"`},
	{"send_text", kindMessage, `phone_number = "+20 114 520 2826"
    message      = "A new version is in production."`},
}

// invokeAction invokes an action on a session.
func (r *run) invokeAction(c commandSetup) {
	r.t.Helper()
	objects := r.snapshot().objectsInState()
	all := slices.DeleteFunc(slices.Sorted(maps.Keys(objects)),
		func(at string) bool { return objects[at].Type != kindSession })
	if len(all) == 0 {
		return
	}
	action := pick(r.rng, actions)
	c.target, c.stepKind = text(objects[pick(r.rng, all)], "instance_id"), "invoke "+action.name
	r.cli.Configure(r.config.String() + fmt.Sprintf(
		"\naction %q \"now\" {\n  config {\n    instance_id = %q\n    timeouts = { invoke = \"%ds\" }\n    %s\n  "+
			"}\n}\n",
		action.kind, c.target, invokeTimeout, action.arguments))
	r.apply(c, "-invoke=action."+action.kind+".now")
}

// importOrphan imports an instance that the state lacks, with the command or with an import block.
func (r *run) importOrphan(c commandSetup) {
	r.t.Helper()
	orphans := r.orphans()
	if len(orphans) == 0 {
		orphans = []string{r.world.Add(wawptest.Session{}).InstanceID}
		r.seen[orphans[0]], r.excused[orphans[0]] = true, "made in the dashboard"
	}
	id := orphans[0]
	name := r.config.add(newSession(r.rng))
	address := r.config.address(kindSession, name)
	r.note("%s is to be what is %s", name, r.excused[id])
	if chance(r.rng, 50) {
		r.cli.Configure(r.config.String() + fmt.Sprintf("\nimport {\n  to = %s\n  id = %q\n}\n", address, id))
		c.stepKind = "apply with an import block"
		r.apply(c)
	} else {
		r.cli.Configure(r.config.String())
		r.importOne(c, address, id)
	}
}

// orphans returns the excused instances that exist, in order of creation.
func (r *run) orphans() []string {
	var all []string
	for _, s := range r.world.Sessions() {
		if r.excused[s.InstanceID] != "" {
			all = append(all, s.InstanceID)
		}
	}
	return all
}

// importAgain removes an object from the state, and imports it again.
func (r *run) importAgain(c commandSetup) {
	r.t.Helper()
	objects := r.snapshot().objectsInState()
	at := pick(r.rng, slices.Sorted(maps.Keys(objects)))
	declared := r.config.objects(objects[at].Type)
	if _, ok := declared[key(objects[at])]; !ok {
		return // an import needs a declaration
	}
	r.removeFromState(objects[at])
	id := text(objects[at], "instance_id")
	if objects[at].Type == kindHook {
		id += "," + text(objects[at], "url")
	}
	r.importOne(c, at, id)
}

// importOne imports one object. An import changes nothing at Wawp.
func (r *run) importOne(c commandSetup, address, id string) cliResult {
	r.t.Helper()
	c.readOnly = true
	return r.runAndCheck(c, "import", "-no-color", "-input=false", address, id)
}

const removedFromState = "removed from the state"

// removeFromState removes an object, and deposed objects at its address, from the state.
func (r *run) removeFromState(i acctest.Instance) {
	r.t.Helper()
	for _, other := range r.cli.State() {
		if address(other) != address(i) {
			continue
		}
		id := text(other, "instance_id")
		switch i.Type {
		case kindSession:
			r.excused[id], r.excused[phoneName(id)] = removedFromState, removedFromState
		case kindPairing:
			r.excused[phoneName(id)] = removedFromState
		case kindLink:
			r.excused[linkName(text(other, "link"))] = removedFromState
		}
	}
	c := undisturbed()
	c.stepKind, c.readOnly = "state rm", true
	r.runAndCheck(c, "state", "rm", address(i))
}

// changeInDashboard changes a session that is in the state.
func (r *run) changeInDashboard() {
	objects := r.snapshot()
	var sessions []acctest.Instance
	for _, i := range objects.sessionsInState() {
		if _, ok := objects.sessions[text(i, "instance_id")]; ok {
			sessions = append(sessions, i)
		}
	}
	if len(sessions) == 0 {
		return
	}
	slices.SortFunc(sessions, func(a, b acctest.Instance) int {
		return strings.Compare(address(a)+a.Deposed,
			address(b)+b.Deposed)
	})
	i := pick(r.rng, sessions)
	what := r.changeSessionInDashboard(text(i, "instance_id"), key(i))
	r.note("in the dashboard: %s %s", key(i), what)
	r.figures.add("changes in the dashboard", what, 1)
}

// changeMeanwhile changes a session while the CLI runs.
func (r *run) changeMeanwhile() {
	if all := r.world.Sessions(); len(all) > 0 {
		what := r.changeSessionInDashboard(pick(r.rng, all).InstanceID, "meanwhile")
		r.note("meanwhile, in the dashboard: %s", what)
		r.figures.add("changes in the dashboard", "meanwhile "+what, 1)
	}
}

// changeSessionInDashboard makes a random change to a session, and describes it.
func (r *run) changeSessionInDashboard(id, key string) string {
	session, _ := r.world.Session(id)
	hooks := r.world.Webhooks(id)
	switch r.rng.IntN(9) {
	case 0:
		r.world.Remove(id)
		r.undoneInDashboard[id] = true
		return "deleted"
	case 1:
		r.world.SetStatus(id, "STOPPED")
		return "stopped"
	case 2:
		if session.Status == "SCAN_QR_CODE" {
			r.world.Pair(id, "201145202826", "Support")
			return "paired"
		}
		r.undoneInDashboard[phoneName(id)] = true
		r.world.Unpair(id)
		return "unlinked"
	case 3:
		r.world.SetPolicy(id, pick(r.rng, policies))
		return "given a policy"
	case 4:
		if chance(r.rng, 50) {
			r.world.ExpireLink(id)
			return "link expired"
		}
		r.excused[linkName(r.world.NewLink(id))] = "made in the dashboard"
		return "given a link"
	case 5:
		paid := chance(r.rng, 50)
		r.world.SetPaid(paid)
		return map[bool]string{true: "(account) on a plan", false: "(account) without a plan"}[paid]
	}
	if len(hooks) == 0 {
		r.world.SetWebhook(id, wawptest.Webhook{
			URL: "https://elsewhere.example.com/" + key, Events: events[:1],
			Active: true, Delay: 2, Attempts: 15,
		})
		return "given a webhook"
	}
	hook := pick(r.rng, hooks)
	if chance(r.rng, 50) {
		r.undoneInDashboard[webhookName(id, hook.URL)] = true
		r.world.RemoveWebhook(id, hook.URL)
		return "webhook deleted"
	}
	hook.Active, hook.Events = !hook.Active, []string{pick(r.rng, events)}
	r.world.SetWebhook(id, hook)
	return "webhook changed"
}

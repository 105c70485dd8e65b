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

// step does one thing that a user, or somebody else, could do next.
func (r *run) step() {
	r.t.Helper()
	if len(r.journal) > 1 {
		for range r.rng.IntN(3) {
			r.dashboard()
		}
		for range r.rng.IntN(5) {
			r.note("the configuration: %s", r.config.change(r.rng))
		}
	}
	r.cli.Configure(r.config.String())
	c := r.circumstances()
	switch n := r.rng.IntN(100); {
	case n < 37 || len(r.cli.State()) == 0:
		r.apply(c)
	case n < 45:
		r.planAndApply(c)
	case n < 50:
		c.readOnly = true
		r.do(c, "plan", "-no-color", "-input=false")
	case n < 57:
		c.kind, c.readOnly = refresh, true
		r.apply(c, "-refresh-only")
	case n < 65:
		r.replace(c)
	case n < 80:
		r.destroy(c)
	case n < 86:
		r.adopt(c)
	case n < 94 && acctest.Has("1.14", ""):
		r.invoke(c)
	default:
		r.importAgain(c)
	}
}

func (r *run) circumstances() circumstances {
	step := len(r.journal)
	c := circumstances{
		faultPlan: newWeather(r.rng, r.seed, step), end: newEnd(r.rng, 5+4*len(r.config.sessions)),
		traced: chance(r.rng, 30), parallelism: pick(r.rng, []int{1, 10, 10, 10, 30}),
	}
	switch n := len(r.config.sessions); {
	case slices.Contains(c.faultPlan.kinds, slow) && len(c.faultPlan.kinds) == 1:
		c.parallelism = 40 // as many as there can be
	case n > 6:
		c.parallelism = max(c.parallelism, 10) // one after the other, that many that wait take minutes
	}
	return c
}

func calm() circumstances { return circumstances{parallelism: 10} }

func (r *run) apply(c circumstances, more ...string) outcome {
	r.t.Helper()
	return r.do(c, append([]string{"apply", "-auto-approve", "-no-color", "-input=false", fmt.Sprint("-parallelism=",
		c.parallelism)}, more...)...)
}

// planAndApply carries out a saved plan. The faults are for the apply, the end for either.
func (r *run) planAndApply(c circumstances) {
	r.t.Helper()
	first, second := c, c
	first.faultPlan, first.readOnly = faultPlan{}, true
	if chance(r.rng, 70) {
		first.end = end{}
	}
	result := r.do(first, "plan", "-out=saved.tfplan", "-no-color", "-input=false")
	if result.code == 0 {
		second.kind = "apply of a saved plan"
		r.do(second, "apply", "-no-color", "-input=false", fmt.Sprint("-parallelism=", c.parallelism), "saved.tfplan")
	}
	_ = os.Remove(filepath.Join(r.cli.Dir, "saved.tfplan")) // there is none if the plan failed
}

// replace replaces an object or two.
func (r *run) replace(c circumstances) {
	r.t.Helper()
	c.kind = "apply -replace"
	var more []string
	for range 1 + r.rng.IntN(2) {
		kind := pick(r.rng, []string{kindSession, kindSession, kindHook, kindPairing})
		if keys := slices.Sorted(maps.Keys(r.config.objects(kind))); len(keys) > 0 {
			c.replaced = append(c.replaced, r.config.address(kind, pick(r.rng, keys)))
			more = append(more, "-replace="+c.replaced[len(c.replaced)-1])
		}
	}
	r.apply(c, more...)
}

// destroy destroys everything, by what a refresh tells or by the state alone.
func (r *run) destroy(c circumstances) {
	r.t.Helper()
	c.destroyed, c.allowed = true, chance(r.rng, 50)
	arguments := []string{
		"destroy", "-auto-approve", "-no-color", "-input=false",
		fmt.Sprint("-parallelism=", c.parallelism),
	}
	if chance(r.rng, 40) {
		c.kind, arguments = "destroy -refresh=false", append(arguments, "-refresh=false")
	}
	r.do(c, arguments...)
}

// actions are those that can be invoked, with what they are told beside their session.
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

// invoke carries out an action on a session, and nothing else.
func (r *run) invoke(c circumstances) {
	r.t.Helper()
	objects := r.snapshot().addresses()
	all := slices.DeleteFunc(slices.Sorted(maps.Keys(objects)),
		func(at string) bool { return objects[at].Type != kindSession })
	if len(all) == 0 {
		return
	}
	action := pick(r.rng, actions)
	c.target, c.kind = text(objects[pick(r.rng, all)], "instance_id"), "invoke "+action.name
	r.cli.Configure(r.config.String() + fmt.Sprintf(
		"\naction %q \"now\" {\n  config {\n    instance_id = %q\n    timeouts = { invoke = \"%ds\" }\n    %s\n  }\n}\n",
		action.kind, c.target, toInvoke, action.arguments))
	r.apply(c, "-invoke=action."+action.kind+".now")
}

// adopt imports an instance that the state lacks, by the command or by a block.
func (r *run) adopt(c circumstances) {
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
		c.kind = "apply with an import block"
		r.apply(c)
	} else {
		r.cli.Configure(r.config.String())
		r.importOne(c, address, id)
	}
}

// orphans are the instances that exist and are not in the state, in order of creation.
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
func (r *run) importAgain(c circumstances) {
	r.t.Helper()
	objects := r.snapshot().addresses()
	at := pick(r.rng, slices.Sorted(maps.Keys(objects)))
	declared := r.config.objects(objects[at].Type)
	if _, ok := declared[key(objects[at])]; !ok {
		return // it could not be imported
	}
	r.forget(objects[at])
	id := text(objects[at], "instance_id")
	if objects[at].Type == kindHook {
		id += "," + text(objects[at], "url")
	}
	r.importOne(c, at, id)
}

// importOne changes nothing at Wawp.
func (r *run) importOne(c circumstances, address, id string) outcome {
	r.t.Helper()
	c.readOnly = true
	return r.do(c, "import", "-no-color", "-input=false", address, id)
}

const removed = "removed from the state"

// forget removes an object from the state, and what is deposed at its address.
func (r *run) forget(i acctest.Instance) {
	r.t.Helper()
	for _, other := range r.cli.State() {
		if address(other) != address(i) {
			continue
		}
		id := text(other, "instance_id")
		switch i.Type {
		case kindSession:
			r.excused[id], r.excused[phoneOf(id)] = removed, removed
		case kindPairing:
			r.excused[phoneOf(id)] = removed
		case kindLink:
			r.excused[linkOf(text(other, "link"))] = removed
		}
	}
	c := calm()
	c.kind, c.readOnly = "state rm", true
	r.do(c, "state", "rm", address(i))
}

// dashboard changes something that is in the state.
func (r *run) dashboard() {
	objects := r.snapshot()
	var sessions []acctest.Instance
	for _, i := range objects.recorded() {
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
	what := r.tamper(text(i, "instance_id"), key(i))
	r.note("in the dashboard: %s %s", key(i), what)
	r.figures.add("changes in the dashboard", what, 1)
}

// changeMeanwhile changes something while the CLI runs.
func (r *run) changeMeanwhile() {
	if all := r.world.Sessions(); len(all) > 0 {
		what := r.tamper(pick(r.rng, all).InstanceID, "meanwhile")
		r.note("meanwhile, in the dashboard: %s", what)
		r.figures.add("changes in the dashboard", "meanwhile "+what, 1)
	}
}

// tamper changes a session in the dashboard, and says how.
func (r *run) tamper(id, key string) string {
	session, _ := r.world.Session(id)
	hooks := r.world.Webhooks(id)
	switch r.rng.IntN(9) {
	case 0:
		r.world.Remove(id)
		r.removed[id] = true
		return "deleted"
	case 1:
		r.world.SetStatus(id, "STOPPED")
		return "stopped"
	case 2:
		if session.Status == "SCAN_QR_CODE" {
			r.world.Pair(id, "201145202826", "Support")
			return "paired"
		}
		r.removed[phoneOf(id)] = true
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
		r.excused[linkOf(r.world.NewLink(id))] = "made in the dashboard"
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
		r.removed[hookOf(id, hook.URL)] = true
		r.world.RemoveWebhook(id, hook.URL)
		return "webhook deleted"
	}
	hook.Active, hook.Events = !hook.Active, []string{pick(r.rng, events)}
	r.world.SetWebhook(id, hook)
	return "webhook changed"
}

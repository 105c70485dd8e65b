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
	case n < 45 || len(r.cli.State()) == 0:
		r.apply(c)
	case n < 55:
		r.planAndApply(c)
	case n < 62:
		c.readOnly = true
		r.do(c, "plan", "-no-color", "-input=false")
	case n < 70:
		c.kind, c.readOnly = refresh, true
		r.apply(c, "-refresh-only")
	case n < 76:
		r.replace(c)
	case n < 80:
		c.destroyed, c.allowed = true, chance(r.rng, 20)
		r.do(c, "destroy", "-auto-approve", "-no-color", "-input=false", fmt.Sprint("-parallelism=", c.parallelism))
	case n < 88:
		r.adopt(c)
	case n < 93 && acctest.Has("1.14", ""):
		r.invoke(c)
	default:
		r.importAgain(c)
	}
}

func (r *run) circumstances() circumstances {
	step := len(r.journal)
	c := circumstances{
		weather: newWeather(r.rng, r.seed, step), end: newEnd(r.rng, 5+4*len(r.config.sessions)),
		traced: chance(r.rng, 30), parallelism: pick(r.rng, []int{1, 10, 10, 10, 30}),
	}
	if slices.Contains(c.weather.kinds, slow) && len(c.weather.kinds) == 1 {
		c.parallelism = 40 // as many as there can be
	}
	return c
}

func calm() circumstances { return circumstances{parallelism: 10} }

func (r *run) apply(c circumstances, more ...string) outcome {
	r.t.Helper()
	return r.do(c, append([]string{"apply", "-auto-approve", "-no-color", "-input=false", fmt.Sprint("-parallelism=", c.parallelism)}, more...)...)
}

// planAndApply carries out a saved plan. The faults are for the apply, the end for either.
func (r *run) planAndApply(c circumstances) {
	r.t.Helper()
	first, second := c, c
	first.weather, first.readOnly = weather{}, true
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

// invoke carries out an action on a session, and nothing else.
func (r *run) invoke(c circumstances) {
	r.t.Helper()
	objects := r.snapshot().addresses()
	all := slices.DeleteFunc(slices.Sorted(maps.Keys(objects)), func(at string) bool { return objects[at].Type != kindSession })
	if len(all) == 0 {
		return
	}
	name := pick(r.rng, []string{"start", "stop", "restart", "logout", "pair"})
	c.target, c.kind = text(objects[pick(r.rng, all)], "instance_id"), "invoke "+name
	r.cli.Configure(r.config.String() + fmt.Sprintf(
		"\naction \"wawp_session_%s\" \"x\" {\n  config {\n    instance_id = %q\n    timeouts    = { invoke = \"15s\" }\n  }\n}\n", name, c.target))
	r.apply(c, "-invoke=action.wawp_session_"+name+".x")
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

// forget removes an object from the state, and what is deposed at its address.
func (r *run) forget(i acctest.Instance) {
	r.t.Helper()
	for _, other := range r.cli.State() {
		if i.Type == kindSession && address(other) == address(i) {
			r.excused[text(other, "instance_id")] = "removed from the state"
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
	slices.SortFunc(sessions, func(a, b acctest.Instance) int { return strings.Compare(address(a)+a.Deposed, address(b)+b.Deposed) })
	i := pick(r.rng, sessions)
	what := r.tamper(text(i, "instance_id"), key(i))
	r.note("in the dashboard: %s %s", key(i), what)
	r.figures.add("changes in the dashboard", what, 1)
}

// meddle changes something while the CLI runs.
func (r *run) meddle() {
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
		r.world.NewLink(id)
		return "given a link"
	case 5:
		paid := chance(r.rng, 50)
		r.world.SetPaid(paid)
		return map[bool]string{true: "(account) on a plan", false: "(account) without a plan"}[paid]
	}
	if len(hooks) == 0 {
		r.world.SetWebhook(id, wawptest.Webhook{URL: "https://elsewhere.example.com/" + key, Events: events[:1], Active: true, Delay: 2, Attempts: 15})
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

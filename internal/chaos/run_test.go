//go:build linux

package chaos_test

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

// run is one seed: an account, a configuration, and what happens to them.
type run struct {
	t           *testing.T
	interrupted <-chan struct{} // closed when the campaign is to end
	seed        uint64
	rng         *rand.Rand
	world       *acctest.World
	cli         *acctest.CLI
	config      *configuration
	figures     *figures
	journal     []string // the steps so far

	seen    map[string]bool   // all instances that there ever were
	excused map[string]string // instances that need not be in the state, and why
	removed map[string]bool   // things that were undone in the dashboard
	deleted map[string]bool   // things whose undoing was requested
}

func newRun(t *testing.T, interrupted <-chan struct{}, seed uint64, f *figures) *run {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 0))
	world := acctest.New(t, wawptest.Config{
		Token: fmt.Sprintf("t0ken/of+%d&=", seed), Paid: true,
		Created: pick(rng, []string{"STOPPED", "STARTING"}), Secrets: pick(rng, []string{"", "masked", "shown"}),
		SystemListed: chance(rng, 50),
		PairAfter:    100 * time.Millisecond,
	})
	r := &run{
		t: t, interrupted: interrupted, seed: seed, rng: rng, world: world, config: newConfiguration(rng), figures: f,
		seen: map[string]bool{}, excused: map[string]string{}, removed: map[string]bool{}, deleted: map[string]bool{},
	}
	r.cli = world.CLI(t, r.config.String())
	r.cli.Env = append(r.cli.Env, "TF_VAR_stored="+r.stored(), "TF_VAR_nowhere="+r.nowhere())
	r.note("%d sessions, for_each %t, request_timeout %d s, max_retries %d", len(r.config.sessions), r.config.forEach,
		r.config.waitTimeout, r.config.retries)
	return r
}

func (r *run) stored() string  { return fmt.Sprintf("st0red/%d+&", r.seed) }
func (r *run) nowhere() string { return fmt.Sprintf("n0where/%d+&", r.seed) }

// secretOf is the secret that a webhook has by the configuration.
func (r *run) secretOf(key string, h *hook) string {
	switch h.secret {
	case "stored":
		return r.stored() + "-" + key
	case "write-only":
		return fmt.Sprintf("%s-%s-%d", r.nowhere(), key, h.version)
	}
	return ""
}

// play makes some random steps, then lets the faultPlan clear and sees all come right.
func (r *run) play() {
	defer r.figures.add("runs", "all", 1)
	for range 3 + r.rng.IntN(6) {
		r.step()
	}
	r.converge()
	r.finish()
}

func (r *run) note(format string, args ...any) {
	r.journal = append(r.journal, fmt.Sprintf("%d. ", len(r.journal))+fmt.Sprintf(format, args...))
}

// fail ends the run, and tells how it went and how to see it again.
func (r *run) fail(printed string, wrong ...string) {
	r.t.Helper()
	r.figures.add("runs", "failed", 1)
	const most = 8000
	r.t.Fatalf("seed %d: %s\n\nThe steps:\n%s\n\nThe CLI printed at last:\n...%s\n\nRepeat it: make chaos SEED=%d",
		r.seed, strings.Join(wrong, "\n  "), strings.Join(r.journal, "\n"), printed[max(0, len(printed)-most):], r.seed)
}

// circumstances are those of one run of the CLI. The zero value is calm.
type circumstances struct {
	kind        string // of the step, for the figures; "" is that of the command
	faultPlan   faultPlan
	end         end
	traced      bool
	parallelism int
	readOnly    bool
	destroyed   bool     // everything is to be
	replaced    []string // addresses of what is
	target      string   // the instance on which an action acts, and nothing else happens
	allowed     bool     // deletion_protection is lifted for this run
}

// outcome is what became of it.
type outcome struct {
	printed string
	code    int
}

const (
	base    = 90 * time.Second       // more than any run needs for itself, on a machine that is slow
	latency = 200 * time.Millisecond // of a request, likewise
	hang    = 15 * time.Minute       // longer than anything that can be explained
)

// do runs the CLI and holds what happened against the rules.
func (r *run) do(c circumstances, arguments ...string) outcome {
	r.t.Helper()
	before, saved := r.snapshot(), r.stateFile()
	faultRun := newFaultRun(c.faultPlan, c.end, r.echo())
	r.world.ResetRequests()
	r.world.Choose(faultRun.choose)
	r.world.Server.DropIdle(c.faultPlan.drops)
	started := time.Now()
	result, kind, left := r.execute(c, faultRun, arguments)
	log, _ := os.ReadFile(c.log(r.cli.Dir)) // most steps have none
	e := evidence{
		before: before, kind: c.kind, printed: result.printed, log: string(log), code: result.code, end: kind,
		took: time.Since(started), left: left,
		readOnly: c.readOnly, target: c.target, excused: r.excused, removed: r.removed, deleted: maps.Clone(r.deleted),
		mayUndo:     r.mayUndo(c, before),
		parallelism: c.parallelism, createOnly: c.faultPlan.offersCreateOnly(),
	}
	r.world.Choose(nil)
	r.world.ClearFaults()
	r.world.Server.DropIdle(false)
	e.sent = faultRun.requests(r.world.Requests())
	e.bound = r.bound(e)
	r.account(c, faultRun, arguments, kind, result)
	if r.isTorn(e) {
		r.restore(saved)
		return result
	}
	e.after = r.snapshot()
	r.judge(e)
	return result
}

func (r *run) stateFile() []byte {
	content, _ := os.ReadFile(filepath.Join(r.cli.Dir, "terraform.tfstate")) // before the first apply there is none
	return content
}

// echo tells the token in each spelling, as a server could in an error.
func (r *run) echo() string { return strings.Join(spellings(r.world.Token), " ") }

// execute runs the CLI in a process group of its own. It returns the end that it was given, and how many processes were
// left.
func (r *run) execute(c circumstances, s *faultRun, arguments []string) (outcome, string, int) {
	r.t.Helper()
	cmd, printed := r.cli.Command(arguments...), &acctest.Transcript{}
	cmd.Env = append(slices.Clone(cmd.Env), c.environment(r.cli.Dir)...)
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = printed, printed, 5*time.Second
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	group := cmd.Process.Pid
	ctx, over := context.WithTimeout(context.Background(), hang)
	defer over()
	go func() { // nothing of it outlives the run
		select {
		case <-r.interrupted:
		case <-ctx.Done():
		}
		_ = syscall.Kill(-group, syscall.SIGKILL)
	}()
	running, stopped := context.WithCancel(ctx)
	ended := make(chan string, 1)
	go func() { ended <- r.await(running, s, group, printed) }()
	_ = cmd.Wait() // how it ended is in its state
	stopped()
	kind := <-ended
	for orphaned := time.Now(); endsCLI(kind) && len(members(group)) > 0 && time.Since(orphaned) < base; {
		<-time.After(50 * time.Millisecond) // the provider comes to its end
	}
	left := len(members(group))
	over()
	select {
	case <-r.interrupted:
		r.t.Skip("interrupted")
	default:
	}
	r.settle(printed)
	return outcome{printed.String(), cmd.ProcessState.ExitCode()}, kind, left
}

func (c circumstances) environment(dir string) []string {
	var variables []string
	switch {
	case c.traced:
		variables = append(variables, "TF_LOG=TRACE", "TF_LOG_PATH="+c.log(dir))
	case kills(c.end.kind):
		variables = append(variables, "TF_LOG_PROVIDER=INFO", "TF_LOG_PATH="+c.log(dir))
	}
	if c.allowed {
		variables = append(variables, "WAWP_ALLOW_DESTROY=1")
	}
	return variables
}

func (c circumstances) log(dir string) string { return filepath.Join(dir, "trace.log") }

// await waits for the request at which the end comes, and returns which end came.
func (r *run) await(ctx context.Context, s *faultRun, group int, printed *acctest.Transcript) string {
	defer close(s.released)
	select {
	case <-s.reached:
	case <-ctx.Done():
		return byItself
	}
	switch {
	case s.end.kind == changedMeanwhile:
		r.changeMeanwhile()
		return changedMeanwhile
	case s.end.strike(ctx, group, printed):
		s.dead = time.Now()
		return s.end.kind
	}
	return byItself
}

// settle waits until the requests of processes that are gone are done, or never will be.
func (r *run) settle(printed *acctest.Transcript) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), base)
	defer cancel()
	if err := r.world.Server.WaitIdle(ctx); err != nil {
		r.fail(printed.String(), err.Error())
	}
}

// bound is the longest time that can be explained. A fault costs an attempt that runs into request_timeout, and a pause
// before the next. Each look at a session, or at what belongs to it, comes after a pause of 3 s in a wait, and of 5 s
// where it is a second one; but all that waits has a timeout. Sessions wait side by side: as many as there can be, and
// the one that waits longest may be the last.
func (r *run) bound(e evidence) time.Duration {
	const (
		longestPause = 2 * time.Second // before a retry: there are two at most
		secondLook   = 5 * time.Second
		// a session that is replaced has two starts
		allTimeouts = (toStart + toDelete + toStart + toLink + toUnlink + toInvoke) * time.Second
	)
	explained, looks := base+time.Duration(len(e.sent))*latency, map[string]int{}
	for _, s := range e.sent {
		if s.fault != nil {
			explained += time.Duration(r.config.waitTimeout)*time.Second + longestPause
		}
		if s.op == opInfo || strings.HasPrefix(s.op, http.MethodGet) {
			looks[s.id]++
		}
	}
	longest := time.Duration(0)
	for _, n := range looks {
		waited := min(time.Duration(n)*secondLook, allTimeouts)
		explained += waited / time.Duration(e.parallelism)
		longest = max(longest, waited)
	}
	return min(explained+longest, hang-time.Second)
}

// mayUndo are the things whose undoing is asked for. What is replaced by create_before_destroy stays: the new object
// stands for it, too. A webhook that is to lose its secret is deleted, and made again.
func (r *run) mayUndo(c circumstances, before snapshot) map[string]bool {
	all := map[string]bool{}
	if c.kind == "invoke logout" {
		all[phoneOf(c.target)] = true
	}
	for _, i := range before.state {
		declared, ok := r.config.objects(i.Type)[key(i)]
		wanted := ok && i.Deposed == "" && !c.destroyed
		if i.Type == kindSession {
			wanted = wanted && !slices.Contains(c.replaced, address(i)) || isProtected(i) && !c.allowed
		} else {
			keepsSecret := declared["stored"] == true || declared["version"] != nil
			wanted = wanted && r.config.beforeDestroy && (keepsSecret || !hasSecret(i))
		}
		if !wanted && !c.readOnly && c.target == "" {
			all[thing(i)] = true
		}
	}
	return all
}

// account writes down what was done.
func (r *run) account(c circumstances, s *faultRun, arguments []string, kind string, result outcome) {
	r.figures.add("steps", cmp.Or(c.kind, arguments[0]), 1)
	r.figures.add("requests", "all", len(s.all))
	if kind != byItself {
		r.figures.add("ends", kind, 1)
	}
	for _, request := range s.all {
		if request.fault != nil {
			r.figures.add("faults", request.fault.name, 1)
		}
		r.deleted[request.undoes()] = true
	}
	ended := ""
	if kind != byItself {
		ended = ", by " + kind
	}
	r.note("%s (%s; %s): exit code %d%s, %d requests, %d of which failed", strings.Join(arguments, " "), c.faultPlan,
		c.end, result.code, ended, len(s.all), s.hits)
}

// isTorn says whether a kill has torn the state file: the CLI empties it and writes it anew, which no provider can
// mend. It is empty until the first object is made.
func (r *run) isTorn(e evidence) bool {
	r.t.Helper()
	content := r.stateFile()
	hadContent := len(content) > 0 || len(e.before.state) > 0 || strings.Contains(e.printed, "Creation complete")
	torn := !json.Valid(content) && hadContent
	if torn && !kills(e.end) {
		r.fail(e.printed, "the state file is torn")
	}
	if torn {
		r.figures.add("state files torn by the CLI", e.end, 1)
	}
	return torn
}

// restore puts back the state from before, as a person would. What was made since is lost.
func (r *run) restore(saved []byte) {
	r.t.Helper()
	if err := os.WriteFile(filepath.Join(r.cli.Dir, "terraform.tfstate"), saved, 0o600); err != nil {
		r.t.Fatal(err)
	}
	e := evidence{after: r.snapshot(), excused: r.excused}
	for _, id := range slices.Concat(lost(e), forgottenLinks(e)) {
		r.excused[id], r.excused[linkOf(e.after.link[id])] = "lost with the state", "lost with the state"
	}
	for id := range e.after.stranded {
		r.excused[phoneOf(id)] = "lost with the state"
	}
	r.note("the state was torn, and is now the one from before")
}

// judge applies the rules, and learns which instances are lost.
func (r *run) judge(e evidence) {
	r.t.Helper()
	for _, rule := range rules {
		if wrong := rule.check(e); len(wrong) > 0 {
			r.fail(e.printed, append([]string{"this does not hold: " + rule.name}, wrong...)...)
		}
	}
	r.searchLeaks(e)
	why := "announced as a possible orphan"
	if kills(e.end) {
		why = "lost by " + e.end
	}
	for _, id := range lost(e) {
		switch {
		case couldNotUndo(e, id):
			why = "left by a deletion that failed after " + e.end
		case isAnnounced(e, id):
			why = "announced by its id at " + e.end
		}
		r.excused[id] = why
		r.figures.add("creates that are not in the state", why, 1)
	}
	r.excuseBelongings(e)
	for id := range e.after.sessions {
		if isForgotten(e, id) {
			r.excused[id] = "left behind on a server that offers nothing but create"
			r.figures.add("left behind", r.excused[id], 1)
		}
	}
	if n := unwritten(e); n > 0 {
		r.figures.add("creates that had returned, but were not written by the CLI", e.end, n)
	}
	for _, s := range e.sent {
		if _, was := e.before.recorded()[s.id]; s.op == opDelete && !was {
			r.figures.add("sessions that nobody could record, deleted by the provider", e.end, 1)
		}
	}
	r.forgive(e.after)
}

// excuseBelongings learns which phones and links are forgotten, and why that is right.
func (r *run) excuseBelongings(e evidence) {
	why := "announced"
	if kills(e.end) {
		why = "lost by " + e.end
	}
	for _, id := range forgottenPhones(e) {
		r.excused[phoneOf(id)] = why
		r.figures.add("phones that stay linked", why, 1)
	}
	for _, id := range forgottenLinks(e) {
		r.excused[linkOf(e.after.link[id])] = why
		r.figures.add("links that stay valid", why, 1)
	}
	for id := range e.after.stranded {
		if kills(e.end) && !e.before.stranded[id] { // what Terraform was told it may not have written
			r.excused[phoneOf(id)] = why
		}
	}
}

// forgive ends the excuses of what is in the state again, and is there.
func (r *run) forgive(now snapshot) {
	for _, i := range now.state {
		id := text(i, "instance_id")
		if now.has(i) {
			delete(r.removed, thing(i))
			delete(r.deleted, thing(i))
		}
		switch {
		case i.Type == kindSession:
			delete(r.excused, id)
			if now.has(i) && now.isPaired(id) {
				delete(r.excused, phoneOf(id))
			}
		case i.Type == kindPairing && now.has(i):
			delete(r.excused, phoneOf(id))
		case i.Type == kindLink:
			delete(r.excused, linkOf(text(i, "link")))
		}
	}
	for id, s := range now.sessions {
		if s.Me != nil {
			delete(r.removed, phoneOf(id))
		}
	}
}

// searchLeaks looks for secrets in all that was printed and written.
func (r *run) searchLeaks(e evidence) {
	r.t.Helper()
	secrets := []secret{
		{"the token", r.world.Token, false},
		{"hmac_secret_wo", r.nowhere(), false},
		{"hmac_secret", r.stored(), true},
	}
	for _, all := range e.after.links {
		for _, link := range all {
			secrets = append(secrets, secret{"a link", link[strings.LastIndex(link, "/")+1:], true})
		}
	}
	found := leaks("what was printed", []byte(e.printed), secrets)
	acctest.Search(r.t, r.cli.Dir, func(name string, content []byte) {
		found = append(found, leaks(name, content, secrets)...)
	})
	if len(found) > 0 {
		r.fail(e.printed, append([]string{"this does not hold: secrets are in their places only"}, found...)...)
	}
	_ = os.Remove(filepath.Join(r.cli.Dir, "trace.log")) // most steps leave none
}

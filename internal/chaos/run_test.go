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

// run is the run of one seed: an account, a configuration, and the steps that were made.
type run struct {
	t           *testing.T
	interrupted <-chan struct{} // closed when the user ends the campaign
	seed        uint64
	rng         *rand.Rand
	world       *acctest.World
	cli         *acctest.CLI
	config      *configuration
	figures     *figures
	journal     []string // the steps so far

	seen              map[string]bool   // all instances that ever existed, by id
	excused           map[string]string // names of objects that need not be in the state, and why
	undoneInDashboard map[string]bool   // names of objects that were deleted or unlinked in the dashboard
	undoRequested     map[string]bool   // names of objects that the provider asked Wawp to delete or unlink
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
		t:                 t,
		interrupted:       interrupted,
		seed:              seed,
		rng:               rng,
		world:             world,
		config:            newConfiguration(rng),
		figures:           f,
		seen:              map[string]bool{},
		excused:           map[string]string{},
		undoneInDashboard: map[string]bool{},
		undoRequested:     map[string]bool{},
	}
	r.cli = world.CLI(t, r.config.String())
	r.cli.Env = append(r.cli.Env, "TF_VAR_stored="+r.storedSecret(), "TF_VAR_nowhere="+r.writeOnlySecret())
	r.note("%d sessions, for_each %t, request_timeout %d s, max_retries %d", len(r.config.sessions), r.config.forEach,
		r.config.requestTimeout, r.config.retries)
	return r
}

func (r *run) storedSecret() string    { return fmt.Sprintf("st0red/%d+&", r.seed) }
func (r *run) writeOnlySecret() string { return fmt.Sprintf("n0where/%d+&", r.seed) }

// secretOf returns the secret that the configuration gives a webhook.
func (r *run) secretOf(key string, h *hook) string {
	switch h.secret {
	case "stored":
		return r.storedSecret() + "-" + key
	case "write-only":
		return fmt.Sprintf("%s-%s-%d", r.writeOnlySecret(), key, h.version)
	}
	return ""
}

// runAll makes random steps. Then it ends the faults, checks that the account converges, and destroys everything.
func (r *run) runAll() {
	defer r.figures.add("runs", "all", 1)
	for range 3 + r.rng.IntN(6) {
		r.step()
	}
	r.converge()
	r.destroyAll()
}

// note adds a line to the journal.
func (r *run) note(format string, args ...any) {
	r.journal = append(r.journal, fmt.Sprintf("%d. ", len(r.journal))+fmt.Sprintf(format, args...))
}

// fail ends the run, and prints its steps, the end of the CLI's output, and the command that repeats it.
func (r *run) fail(printed string, wrong ...string) {
	r.t.Helper()
	r.figures.add("runs", "failed", 1)
	const maxPrinted = 8000
	r.t.Fatalf("seed %d: %s\n\nThe steps:\n%s\n\nThe CLI printed at last:\n...%s\n\nRepeat it: make chaos SEED=%d",
		r.seed, strings.Join(wrong, "\n  "), strings.Join(r.journal,
			"\n"), printed[max(0, len(printed)-maxPrinted):], r.seed)
}

// commandSetup is how one run of the CLI is made. The zero value has no faults and no disruption.
type commandSetup struct {
	stepKind          string // for the figures; "" is the first argument of the command
	faults            faultPlan
	disruption        disruption
	logsTrace         bool
	parallelism       int
	readOnly          bool
	destroysAll       bool     // the command is to destroy everything
	replacedAddresses []string // the resources that the command is to replace
	target            string   // the instance of the only action that the command is to invoke
	allowsDestroy     bool     // deletion_protection is lifted for this run
}

// cliResult is the result of one run of the CLI.
type cliResult struct {
	printed  string
	exitCode int
}

const (
	baseDuration    = 90 * time.Second       // more than a run without requests takes on a slow machine
	requestDuration = 200 * time.Millisecond // more than a request takes on a slow machine
	hangTimeout     = 15 * time.Minute       // after which a run is killed; longer than longestDuration
)

// runAndCheck runs the CLI, then checks the rules.
func (r *run) runAndCheck(c commandSetup, arguments ...string) cliResult {
	r.t.Helper()
	before, saved := r.snapshot(), r.stateFile()
	faultRun := newFaultRun(c.faults, c.disruption, r.echo())
	r.world.ResetRequests()
	r.world.ChooseFaults(faultRun.choose)
	r.world.Server.DropIdle(c.faults.dropsIdle)
	started := time.Now()
	result, injected, leftProcesses := r.runCLI(c, faultRun, arguments)
	log, _ := os.ReadFile(c.log(r.cli.Dir)) // most steps have none
	e := evidence{
		before:              before,
		stepKind:            c.stepKind,
		printed:             result.printed,
		log:                 string(log),
		exitCode:            result.exitCode,
		disruption:          injected,
		took:                time.Since(started),
		leftProcesses:       leftProcesses,
		readOnly:            c.readOnly,
		target:              c.target,
		excused:             r.excused,
		undoneInDashboard:   r.undoneInDashboard,
		undoRequestedBefore: maps.Clone(r.undoRequested),
		undoAllowed:         r.undoAllowed(c, before),
		parallelism:         c.parallelism,
		createOnly:          c.faults.offersCreateOnly(),
	}
	r.world.ChooseFaults(nil)
	r.world.ClearFaults()
	r.world.Server.DropIdle(false)
	e.requests = faultRun.answeredRequests(r.world.Requests())
	e.longestDuration = r.longestDuration(e)
	r.recordFigures(c, faultRun, arguments, injected, result)
	if r.isStateTorn(e) {
		r.restore(saved)
		return result
	}
	e.after = r.snapshot()
	r.checkRules(e)
	return result
}

// stateFile returns the content of the state file, nil if there is none.
func (r *run) stateFile() []byte {
	content, _ := os.ReadFile(filepath.Join(r.cli.Dir, "terraform.tfstate")) // fails before the first apply
	return content
}

// echo returns the token in each spelling, for errors that repeat it.
func (r *run) echo() string { return strings.Join(spellings(r.world.Token), " ") }

// runCLI runs the CLI in a process group of its own. It returns the result, the kind of the disruption that came, and
// how many processes were left.
func (r *run) runCLI(c commandSetup, fr *faultRun, arguments []string) (cliResult, string, int) {
	r.t.Helper()
	cmd, printed := r.cli.Command(arguments...), &acctest.Transcript{}
	cmd.Env = append(slices.Clone(cmd.Env), c.environment(r.cli.Dir)...)
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = printed, printed, 5*time.Second
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	group := cmd.Process.Pid
	ctx, cancel := context.WithTimeout(context.Background(), hangTimeout)
	defer cancel()
	go func() { // ends all processes of the group with the run
		select {
		case <-r.interrupted:
		case <-ctx.Done():
		}
		_ = syscall.Kill(-group, syscall.SIGKILL)
	}()
	running, stopped := context.WithCancel(ctx)
	ended := make(chan string, 1)
	go func() { ended <- r.awaitDisruption(running, fr, group, printed) }()
	_ = cmd.Wait() // cmd.ProcessState has the result
	stopped()
	injected := <-ended
	for cliEnd := time.Now(); endsCLIAtOnce(injected) && time.Since(cliEnd) < baseDuration; {
		if len(livingProcesses(group)) == 0 {
			break
		}
		<-time.After(50 * time.Millisecond) // until the provider has ended
	}
	leftProcesses := len(livingProcesses(group))
	cancel()
	select {
	case <-r.interrupted:
		r.t.Skip("interrupted")
	default:
	}
	r.waitForRequests(printed)
	return cliResult{printed.String(), cmd.ProcessState.ExitCode()}, injected, leftProcesses
}

// environment returns the variables to add to the environment of the CLI.
func (c commandSetup) environment(dir string) []string {
	var variables []string
	switch {
	case c.logsTrace:
		variables = append(variables, "TF_LOG=TRACE", "TF_LOG_PATH="+c.log(dir))
	case killsAProcess(c.disruption.kind):
		variables = append(variables, "TF_LOG_PROVIDER=INFO", "TF_LOG_PATH="+c.log(dir))
	}
	if c.allowsDestroy {
		variables = append(variables, "WAWP_ALLOW_DESTROY=1")
	}
	return variables
}

// log returns the path of the log file.
func (c commandSetup) log(dir string) string { return filepath.Join(dir, "trace.log") }

// awaitDisruption waits for the request at which the disruption comes, and injects it. It returns the kind of the
// disruption, or noDisruption if the CLI ended before.
func (r *run) awaitDisruption(ctx context.Context, fr *faultRun, group int, printed *acctest.Transcript) string {
	defer close(fr.disruptionOver)
	select {
	case <-fr.disruptionReached:
	case <-ctx.Done():
		return noDisruption
	}
	switch {
	case fr.disruption.kind == changedMeanwhile:
		r.changeMeanwhile()
		return changedMeanwhile
	case fr.disruption.inject(ctx, group, printed):
		fr.disruptedAt = time.Now()
		return fr.disruption.kind
	}
	return noDisruption
}

// waitForRequests waits until the server has finished all requests. Processes that were killed can have left some.
func (r *run) waitForRequests(printed *acctest.Transcript) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), baseDuration)
	defer cancel()
	if err := r.world.Server.WaitIdle(ctx); err != nil {
		r.fail(printed.String(), err.Error())
	}
}

// longestDuration returns the longest time that a run can need. A fault costs an attempt of request_timeout, and a
// pause before the next attempt. Each read costs a pause: 3 s in a wait, 5 s before a second look. The timeouts of the
// resources limit the sum of these pauses. Sessions wait in parallel, as many as -parallelism says; the one with the
// longest wait may be the last to begin.
func (r *run) longestDuration(e evidence) time.Duration {
	const (
		longestPause = 2 * time.Second // before an attempt; there are at most two retries
		secondLook   = 5 * time.Second
		// startTimeout counts twice, for a session that is replaced
		allTimeouts = (2*startTimeout + deleteTimeout + pairTimeout + unpairTimeout + invokeTimeout) * time.Second
	)
	explained, looks := baseDuration+time.Duration(len(e.requests))*requestDuration, map[string]int{}
	for _, request := range e.requests {
		if request.fault != nil {
			explained += time.Duration(r.config.requestTimeout)*time.Second + longestPause
		}
		if request.op == opInfo || strings.HasPrefix(request.op, http.MethodGet) {
			looks[request.id]++
		}
	}
	longest := time.Duration(0)
	for _, n := range looks {
		waited := min(time.Duration(n)*secondLook, allTimeouts)
		explained += waited / time.Duration(e.parallelism)
		longest = max(longest, waited)
	}
	return min(explained+longest, hangTimeout-time.Second)
}

// undoAllowed returns the names of the objects that the command may delete, revoke or unlink. An object that
// create_before_destroy replaces must stay, because the new object stands for it, too. A webhook that loses its secret
// may be deleted and made again.
func (r *run) undoAllowed(c commandSetup, before snapshot) map[string]bool {
	all := map[string]bool{}
	if c.stepKind == "invoke logout" {
		all[phoneName(c.target)] = true
	}
	for _, i := range before.state {
		declared, ok := r.config.objects(i.Type)[key(i)]
		wanted := ok && i.Deposed == "" && !c.destroysAll
		if i.Type == kindSession {
			wanted = wanted && !slices.Contains(c.replacedAddresses, address(i)) || isProtected(i) && !c.allowsDestroy
		} else {
			keepsSecret := declared["stored"] == true || declared["version"] != nil
			wanted = wanted && r.config.createBeforeDestroy && (keepsSecret || !hasSecret(i)) &&
				!before.isReplaced(text(i, "instance_id"), c.replacedAddresses)
		}
		if !wanted && !c.readOnly && c.target == "" {
			all[realObject(i)] = true
		}
	}
	return all
}

// recordFigures counts what happened, and adds the command to the journal.
func (r *run) recordFigures(c commandSetup, fr *faultRun, arguments []string, injected string, result cliResult) {
	r.figures.add("steps", cmp.Or(c.stepKind, arguments[0]), 1)
	r.figures.add("requests", "all", len(fr.requests))
	if injected != noDisruption {
		r.figures.add("disruptions", injected, 1)
	}
	for _, request := range fr.requests {
		if request.fault != nil {
			r.figures.add("faults", request.fault.name, 1)
		}
		r.undoRequested[request.undoneObject()] = true
	}
	disrupted := ""
	if injected != noDisruption {
		disrupted = ", with " + injected
	}
	r.note("%s (%s; %s): exit code %d%s, %d requests, %d of which failed", strings.Join(arguments, " "), c.faults,
		c.disruption, result.exitCode, disrupted, len(fr.requests), fr.faultCount)
}

// isStateTorn reports whether a kill left the state file half written. The CLI empties the file before it writes it,
// which no provider can prevent. The file is empty until the first object is made.
func (r *run) isStateTorn(e evidence) bool {
	r.t.Helper()
	content := r.stateFile()
	hadContent := len(content) > 0 || len(e.before.state) > 0 || strings.Contains(e.printed, "Creation complete")
	torn := !json.Valid(content) && hadContent
	if torn && !killsAProcess(e.disruption) {
		r.fail(e.printed, "the state file is torn")
	}
	if torn {
		r.figures.add("state files torn by the CLI", e.disruption, 1)
	}
	return torn
}

// restore puts back the state from before the command, as a person would. Objects that were made since are excused.
func (r *run) restore(saved []byte) {
	r.t.Helper()
	if err := os.WriteFile(filepath.Join(r.cli.Dir, "terraform.tfstate"), saved, 0o600); err != nil {
		r.t.Fatal(err)
	}
	e := evidence{after: r.snapshot(), excused: r.excused}
	for _, id := range slices.Concat(unrecordedInstances(e), linksLeftValid(e)) {
		r.excused[id], r.excused[linkName(e.after.validLink[id])] = "lost with the state", "lost with the state"
	}
	for id := range e.after.deletedWhileLinked {
		r.excused[phoneName(id)] = "lost with the state"
	}
	r.note("the state was torn, and is now the one from before")
}

// checkRules fails the run if a rule is broken. Otherwise it excuses the instances that the rules allow to be lost.
func (r *run) checkRules(e evidence) {
	r.t.Helper()
	for _, rule := range rules {
		if wrong := rule.check(e); len(wrong) > 0 {
			r.fail(e.printed, append([]string{"this does not hold: " + rule.name}, wrong...)...)
		}
	}
	r.searchLeaks(e)
	why := "announced as a possible orphan"
	if killsAProcess(e.disruption) {
		why = "lost by " + e.disruption
	}
	for _, id := range unrecordedInstances(e) {
		switch {
		case isRollbackFailed(e, id):
			why = "left by a deletion that failed after " + e.disruption
		case isAnnounced(e, id):
			why = "announced by its id at " + e.disruption
		}
		r.excused[id] = why
		r.figures.add("creates that are not in the state", why, 1)
	}
	r.excuseBelongings(e)
	for id := range e.after.sessions {
		if isLeftBehind(e, id) {
			r.excused[id] = "left behind on a server that offers nothing but create"
			r.figures.add("left behind", r.excused[id], 1)
		}
	}
	if n := createsNotWritten(e); n > 0 {
		r.figures.add("creates that had returned, but were not written by the CLI", e.disruption, n)
	}
	for _, request := range e.requests {
		if _, was := e.before.sessionsInState()[request.id]; request.op == opDelete && !was {
			r.figures.add("sessions that nobody could record, deleted by the provider", e.disruption, 1)
		}
	}
	r.dropExcuses(e.after)
}

// excuseBelongings excuses the phones and links that the rules allow to be left behind.
func (r *run) excuseBelongings(e evidence) {
	why := "announced"
	if killsAProcess(e.disruption) {
		why = "lost by " + e.disruption
	}
	for _, id := range phonesLeftLinked(e) {
		r.excused[phoneName(id)] = why
		r.figures.add("phones that stay linked", why, 1)
	}
	for _, id := range linksLeftValid(e) {
		r.excused[linkName(e.after.validLink[id])] = why
		r.figures.add("links that stay valid", why, 1)
	}
	for id := range e.after.deletedWhileLinked {
		if killsAProcess(e.disruption) && !e.before.deletedWhileLinked[id] { // Terraform may not have written its state
			r.excused[phoneName(id)] = why
		}
	}
}

// dropExcuses ends the excuses of objects that exist and are in the state again.
func (r *run) dropExcuses(current snapshot) {
	for _, i := range current.state {
		id := text(i, "instance_id")
		if current.existsAtWawp(i) {
			delete(r.undoneInDashboard, realObject(i))
			delete(r.undoRequested, realObject(i))
		}
		switch {
		case i.Type == kindSession:
			delete(r.excused, id)
			if current.existsAtWawp(i) && current.isPairedInState(id) {
				delete(r.excused, phoneName(id))
			}
		case i.Type == kindPairing && current.existsAtWawp(i):
			delete(r.excused, phoneName(id))
		case i.Type == kindLink:
			delete(r.excused, linkName(text(i, "link")))
		}
	}
	for id, s := range current.sessions {
		if s.Me != nil {
			delete(r.undoneInDashboard, phoneName(id))
		}
	}
}

// searchLeaks fails the run if the output or a file shows a secret outside its place.
func (r *run) searchLeaks(e evidence) {
	r.t.Helper()
	secrets := []secret{
		{"the token", r.world.Token, false},
		{"hmac_secret_wo", r.writeOnlySecret(), false},
		{"hmac_secret", r.storedSecret(), true},
	}
	for _, all := range e.after.allLinks {
		for _, link := range all {
			secrets = append(secrets, secret{"a link", link[strings.LastIndex(link, "/")+1:], true})
		}
	}
	found := leaks("what was printed", []byte(e.printed), secrets)
	acctest.SearchFiles(r.t, r.cli.Dir, func(name string, content []byte) {
		found = append(found, leaks(name, content, secrets)...)
	})
	if len(found) > 0 {
		r.fail(e.printed, append([]string{"this does not hold: secrets are in their places only"}, found...)...)
	}
	_ = os.Remove(filepath.Join(r.cli.Dir, "trace.log")) // most steps leave none
}

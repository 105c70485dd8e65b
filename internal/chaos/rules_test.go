//go:build linux

package chaos_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"path"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
)

// evidence is what is known of one run of the CLI.
type evidence struct {
	before, after         snapshot
	requests              []apiRequest
	stepKind              string
	printed               string // by the CLI
	log                   string // of the provider, where Terraform or the provider was killed
	exitCode              int
	disruption            string // its kind
	took, longestDuration time.Duration
	leftProcesses         int // how many processes outlived the CLI by more than baseDuration

	readOnly            bool              // the command was a plan, a refresh, an import or a state command
	target              string            // the instance on which an action acted
	excused             map[string]string // these four go by the name of an object: see run, and run.undoAllowed
	undoneInDashboard   map[string]bool
	undoRequestedBefore map[string]bool // in an earlier step
	undoAllowed         map[string]bool
	parallelism         int
	createOnly          bool // the server knew no route but that of a create
}

// rules must hold after each run of the CLI. A check returns what breaks its rule.
var rules = []struct {
	name  string
	check func(evidence) []string
}{
	{"every instance is in the state, or was announced", checkInstancesRecorded},
	{"a possible orphan is announced only if there can be one", checkNoFalseAlarm},
	{"a refresh drops nothing that is there", checkRefreshKeepsObjects},
	{"every object in the state exists at Wawp", checkStateObjectsExist},
	{"an action that succeeds has done what it says", checkActionEffect},
	{"a create is never sent again after an unknown outcome", checkCreatesSentOnce},
	{"nothing is tainted", checkNothingTainted},
	{"nothing is deleted or logged out unless somebody asked for it", checkUndoingRequested},
	{"a phone that no state knows is unlinked or announced", checkPhonesAnnounced},
	{"a link that no state knows is revoked or announced", checkLinksAnnounced},
	{"a message is sent once, and the outcome is printed", checkMessagesSentOnce},
	{"a plan or refresh changes nothing", checkReadOnlyCommands},
	{"Wawp refuses no request of its own", checkRequestsAccepted},
	{"no crash, no hang, nothing left behind", checkNoCrashNoHang},
}

var (
	creationStarted  = regexp.MustCompile(`(?m)^(wawp_session\.\S+): Creating\.\.\.`)
	creationComplete = regexp.MustCompile(`(?m)^(wawp_session\.\S+): Creation complete`)
)

// matchedAddresses returns the addresses in the lines that match.
func matchedAddresses(line *regexp.Regexp, printed string) []string {
	var all []string
	for _, match := range line.FindAllStringSubmatch(printed, -1) {
		all = append(all, match[1])
	}
	return all
}

const (
	maybeCreatedSummary  = "Wawp session may have been created"
	importCommand        = "terraform import 'wawp_session.<name>'"
	removedFromStateOnly = "Wawp session %s was removed from the state only"
	crashPattern         = `panic:|The provider crashed|Plugin did not respond|SIGSEGV|` +
		`goroutine \d+ \[|(?i:terraform|opentofu) crashed|connection reset by peer \(plugin\)`
)

// unrecordedInstances returns the instances that are not in the state and have no excuse.
func unrecordedInstances(e evidence) []string {
	var all []string
	recorded := e.after.sessionsInState()
	for id := range e.after.sessions {
		_, inState := recorded[id]
		if !inState && e.excused[id] == "" && !isLeftBehind(e, id) {
			all = append(all, id)
		}
	}
	slices.Sort(all)
	return all
}

// isLeftBehind reports whether the provider left an instance behind and said so, because the server knows no route but
// that of a create.
func isLeftBehind(e evidence, id string) bool {
	return e.createOnly && strings.Contains(acctest.Unwrap(e.printed), fmt.Sprintf(removedFromStateOnly, id))
}

// isAnnounced reports whether the log or the output has the id of an instance that a killed CLI or provider could not
// record.
func isAnnounced(e evidence, id string) bool {
	output := regexp.MustCompile("created a Wawp session.*instance_id=" + id)
	return killsAProcess(e.disruption) && (output.MatchString(e.log) || strings.Contains(e.printed, id))
}

// isRollbackFailed reports whether the CLI had ended at once and the provider asked Wawp to delete an instance that
// nobody could record. If the instance exists all the same, Wawp refused, or the provider was killed, too.
func isRollbackFailed(e evidence, id string) bool {
	return endsCLIAtOnce(e.disruption) &&
		slices.ContainsFunc(e.requests, func(request apiRequest) bool {
			return request.op == opDelete &&
				request.id == id
		})
}

// createsInFlight returns how many creates had not returned when the provider was killed: at most as many as run in
// parallel, and those that had failed. The CLI prints failures only at its end.
func createsInFlight(e evidence) int {
	return min(
		len(matchedAddresses(creationStarted, e.printed))-len(matchedAddresses(creationComplete, e.printed)),
		e.parallelism+createsOfUnknownOutcome(e),
	)
}

// createsNotWritten returns how many creates had returned, or were returning, that the CLI had not yet written into the
// state when it ended at once. Terraform writes after each create, OpenTofu at intervals.
func createsNotWritten(e evidence) int {
	if !endsCLIAtOnce(e.disruption) {
		return 0
	}
	n, before, after := 0, e.before.objectsInState(), e.after.objectsInState()
	for _, address := range matchedAddresses(creationComplete, e.printed) {
		if id := text(after[address], "instance_id"); id == "" || id == text(before[address], "instance_id") {
			n++
		}
	}
	known, late := e.before.sessionsInState(), map[string]bool{}
	for _, request := range e.requests {
		switch _, ok := known[request.id]; {
		case !request.answeredAtDisruption || ok:
		case request.op == opCreate:
			n++
		default:
			late[request.id] = true
		}
	}
	return n + len(late)
}

// createsOfUnknownOutcome returns how many creates had an outcome that the provider could not know, because of a fault
// or because the client gave up. An interruption is no reason to give up.
func createsOfUnknownOutcome(e evidence) int {
	n := 0
	for _, request := range e.requests {
		clientGaveUp := request.status == 0 && e.disruption != ctrlC && e.disruption != sigterm
		if request.op == opCreate && (clientGaveUp || request.fault != nil && request.fault.outcome == maybeCreated) {
			n++
		}
	}
	return n
}

// checkInstancesRecorded finds instances that are neither in the state nor announced.
func checkInstancesRecorded(e evidence) []string {
	var wrong []string
	before := e.before.sessionsInState()
	missing := slices.DeleteFunc(unrecordedInstances(e), func(id string) bool {
		_, was := before[id]
		if was {
			wrong = append(wrong, id+" exists and was in the state, but is no longer")
		}
		return was || isAnnounced(e, id) || isRollbackFailed(e, id)
	})
	allowed := min(strings.Count(acctest.Unwrap(e.printed), maybeCreatedSummary), createsOfUnknownOutcome(e))
	switch {
	case e.disruption == providerKilled:
		allowed = max(allowed, createsInFlight(e))
	case endsCLIAtOnce(e.disruption): // a CLI that ended prints no diagnostic
		allowed = createsOfUnknownOutcome(e) + createsNotWritten(e)
	}
	if len(missing) > allowed {
		wrong = append(wrong,
			fmt.Sprintf("%d instances are not in the state, at most %d were announced or could not be: %v",
				len(missing), allowed, missing))
	}
	return wrong
}

// checkNoFalseAlarm finds announcements of possible orphans without a create of unknown outcome, or without the command
// that adopts them.
func checkNoFalseAlarm(e evidence) []string {
	var wrong []string
	output := acctest.Unwrap(e.printed)
	announced := strings.Count(output, maybeCreatedSummary)
	if n := strings.Count(output, importCommand); n < announced {
		wrong = append(wrong, fmt.Sprintf("%d possible orphans were announced, but only %d times the way to adopt them",
			announced, n))
	}
	if n := createsOfUnknownOutcome(e); announced > n {
		wrong = append(wrong,
			fmt.Sprintf("%d possible orphans were announced, but of only %d creates nobody could know", announced, n))
	}
	return wrong
}

// checkRefreshKeepsObjects finds objects that exist and that a refresh dropped from the state.
func checkRefreshKeepsObjects(e evidence) []string {
	var wrong []string
	after := map[string]bool{}
	for _, i := range e.after.state {
		after[address(i)+i.Deposed] = true
	}
	for _, i := range e.before.state {
		if e.stepKind == refresh && e.disruption != changedMeanwhile && e.after.existsAtWawp(i) &&
			!after[address(i)+i.Deposed] {
			wrong = append(wrong, fmt.Sprintf("%s is no longer in the state, and %s exists", address(i), realObject(i)))
		}
	}
	return wrong
}

// checkStateObjectsExist finds objects in the state that do not exist and that nobody deleted. It skips objects that
// create_before_destroy left over: two of them stand for one object at Wawp.
func checkStateObjectsExist(e evidence) []string {
	var wrong []string
	requested, leftOver := map[string]bool{}, map[string]bool{}
	maps.Copy(requested, e.undoRequestedBefore)
	for _, request := range e.requests {
		if e.exitCode != 0 || e.target != "" { // actions leave the state as it is
			requested[request.undoneObject()] = true
		}
	}
	for _, i := range e.before.state {
		leftOver[realObject(i)] = leftOver[realObject(i)] || i.Type != kindSession && i.Deposed != ""
	}
	for _, i := range e.after.state {
		_, ok := e.after.sessions[text(i, "instance_id")]
		ofAnother := i.Type != kindSession && !ok // the missing session is reported instead
		if what := realObject(
			i,
		); !ofAnother && !e.after.existsAtWawp(i) && !e.undoneInDashboard[what] && !requested[what] &&
			!leftOver[what] {
			wrong = append(wrong, fmt.Sprintf("%s is %s, which nobody deleted and does not exist", address(i), what))
		}
	}
	return wrong
}

// checkActionEffect finds actions that succeeded although the status of the session shows otherwise.
func checkActionEffect(e evidence) []string {
	status := e.after.sessions[e.target].Status
	done := map[string]bool{
		"start": status != "STOPPED", "restart": status != "STOPPED", "stop": status == "STOPPED",
		"logout": status != "WORKING", "pair": status == "WORKING",
	}
	name, invoked := strings.CutPrefix(e.stepKind, "invoke ")
	if ok, tells := done[name]; invoked && tells && !ok && e.exitCode == 0 && e.disruption != changedMeanwhile {
		return []string{fmt.Sprintf("%s is %s after a successful %s", e.target, status, name)}
	}
	return nil
}

// checkCreatesSentOnce finds creates that were sent again after an unknown outcome.
func checkCreatesSentOnce(e evidence) []string {
	attempts, declared := 0, len(matchedAddresses(creationStarted, e.printed))
	for _, request := range e.requests {
		if request.op == opCreate && (request.fault == nil || request.fault.outcome != refusedForNow) {
			attempts++
		}
	}
	if attempts > declared {
		return []string{fmt.Sprintf("%d creates were sent that were not refused, for %d sessions", attempts, declared)}
	}
	return nil
}

// checkNothingTainted finds tainted objects in the state.
func checkNothingTainted(e evidence) []string {
	var wrong []string
	for _, i := range e.after.state {
		if i.Status != "" {
			wrong = append(wrong, address(i)+" is "+i.Status)
		}
	}
	return wrong
}

// checkUndoingRequested finds deletions, logouts and unlinked phones that neither the command nor a person asked for.
func checkUndoingRequested(e evidence) []string {
	var wrong []string
	before, after := e.before.sessionsInState(), e.after.sessionsInState()
	for _, request := range e.requests {
		_, was := before[request.id]
		_, is := after[request.id]
		ownOrphan := request.op == opDelete && endsCLIAtOnce(e.disruption) && !was && !is
		ofDeleted := request.op != opDelete && e.undoAllowed[request.id]
		if what := request.undoneObject(); what != "" && !e.undoAllowed[what] && !ofDeleted && !ownOrphan {
			wrong = append(wrong, request.op+" of "+what+" was not asked for")
		}
	}
	for id, session := range e.before.sessions {
		now, exists := e.after.sessions[id]
		if session.Me != nil && exists && now.Me == nil && !e.undoneInDashboard[phoneName(id)] && !isLoggedOut(e, id) {
			wrong = append(wrong, "the phone of "+id+" was unlinked by something else than a logout")
		}
	}
	return wrong
}

// checkReadOnlyCommands finds requests of a read-only command that change something.
func checkReadOnlyCommands(e evidence) []string {
	var wrong []string
	for _, request := range e.requests {
		if e.readOnly && request.op != opInfo && !strings.HasPrefix(request.op, "GET ") {
			wrong = append(wrong, request.op+" of "+request.id)
		}
	}
	return wrong
}

// checkRequestsAccepted finds requests that the simulated API refused without a fault: malformed ones, and starts of
// sessions that run.
func checkRequestsAccepted(e evidence) []string {
	var wrong []string
	flaps := map[string]bool{}
	for _, request := range e.requests {
		flaps[request.id] = flaps[request.id] || request.fault.isFlap()
	}
	for _, request := range e.requests {
		// the status changed after the provider had read it
		overtaken := (request.status == 409 || request.status == 400) &&
			(e.disruption == changedMeanwhile || flaps[request.id])
		// the provider does not read the status before a logout
		unlooked := request.op == opLogout && request.status == 400
		// a phone was linked after the provider had read the status
		linked := (request.op == opQR || request.op == opCode) && request.status == 400
		if request.fault == nil && !overtaken && !unlooked && !linked &&
			slices.Contains([]int{400, 401, 405, 409, 415}, request.status) {
			wrong = append(wrong, fmt.Sprintf("%s was answered with %d", request.op, request.status))
		}
	}
	return wrong
}

var crash = regexp.MustCompile(crashPattern)

// checkNoCrashNoHang finds crashes, runs that took too long, and processes that were left.
func checkNoCrashNoHang(e evidence) []string {
	var wrong []string
	for _, found := range crash.FindAllString(acctest.Unwrap(e.printed), -1) {
		if !killsAProcess(e.disruption) || found != "Plugin did not respond" {
			wrong = append(wrong, "the CLI printed "+found)
		}
	}
	if e.took > e.longestDuration {
		wrong = append(wrong, fmt.Sprintf("it took %s, at most %s can be explained", e.took, e.longestDuration))
	}
	if e.leftProcesses > 0 {
		wrong = append(wrong, fmt.Sprintf("%d processes were left", e.leftProcesses))
	}
	return wrong
}

// secret is a canary. mayBeInState says whether Terraform may keep it: in the attribute of the state that is made for
// it, and in saved plans.
type secret struct {
	name, value  string
	mayBeInState bool
}

// leaks returns the secrets that a file, or the output as a file named "what was printed", must not show but does.
func leaks(name string, content []byte, secrets []secret) []string {
	var found []string
	inPlan := strings.Contains(name, "/")
	if strings.HasPrefix(path.Base(name), "terraform.tfstate") {
		content = redactedState(content)
	}
	for _, s := range secrets {
		if s.mayBeInState && inPlan {
			continue
		}
		for _, spelling := range append(spellings(s.value), base64.StdEncoding.EncodeToString([]byte(s.value))) {
			if at := bytes.Index(content, []byte(spelling)); at >= 0 {
				found = append(found, fmt.Sprintf("%s shows %s: %s...", name, s.name, content[max(0, at-100):at]))
				break
			}
		}
	}
	return found
}

// spellings returns the forms in which a secret can be written.
func spellings(value string) []string {
	quoted, _ := json.Marshal(value)
	all := []string{value, url.QueryEscape(value), url.PathEscape(value), strings.Trim(string(quoted), `"`)}
	slices.Sort(all)
	return slices.Compact(all)
}

// configurationDrift returns the differences between a configuration and the account. After an apply that succeeded and
// an empty plan there must be none.
func configurationDrift(c *configuration, s snapshot, secretOf func(key string, h *hook) string) []string {
	var wrong []string
	for key, want := range c.sessions {
		i, ok := s.objectsInState()[c.address(kindSession, key)]
		id := text(i, "instance_id")
		got, exists := s.sessions[id]
		if !ok || !exists {
			wrong = append(wrong, key+" does not exist")
			continue
		}
		// FAILED passes as started and as stopped: only a restart could mend it.
		running := got.Status != "STOPPED"
		if got.Status != "FAILED" && (want.state == "stopped" && running || want.state == "started" && !running) {
			wrong = append(wrong, fmt.Sprintf("%s is %s, want %s", key, got.Status, want.state))
		}
		if want.policy != "" && s.policies[id] != want.policy {
			wrong = append(wrong, fmt.Sprintf("%s has the policy %s, want %s", key, s.policies[id], want.policy))
		}
		if want.isPaired() && got.Me == nil {
			wrong = append(wrong, key+" has no phone")
		}
		for hookKey, h := range want.hooks {
			wrong = append(wrong, webhookDrift(hookKey, h, secretOf(hookKey, h), s, id)...)
		}
	}
	slices.Sort(wrong)
	return wrong
}

// webhookDrift returns how a webhook differs from its declaration.
func webhookDrift(key string, want *hook, secret string, s snapshot, id string) []string {
	for _, got := range s.hooks[id] {
		if got.URL != want.url(key) {
			continue
		}
		if !reflect.DeepEqual(got.Events, slices.Sorted(slices.Values(want.events))) || got.Active != want.enabled ||
			want.delay != 0 && got.Delay != want.delay || secret != "" && got.Secret != secret {
			return []string{fmt.Sprintf("the webhook %s is %+v, want %+v", key, got, *want)}
		}
		return nil
	}
	return []string{"there is no webhook " + key}
}

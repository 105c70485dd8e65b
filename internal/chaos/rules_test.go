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
	before, after snapshot
	sent          []sent
	kind          string // of the step
	printed       string // by the CLI
	log           string // of the provider, where Terraform or the provider was killed
	code          int    // with which the CLI ended
	end           string // which it was given
	took, bound   time.Duration
	left          int // processes that were alive when the CLI had ended, and what it left behind had had its time

	readOnly    bool              // it was a plan or a refresh
	target      string            // the instance on which an action acted
	excused     map[string]string // instances that need not be in the state, and why
	removed     map[string]bool   // things that were undone in the dashboard
	deleted     map[string]bool   // things whose undoing was requested in an earlier step
	mayUndo     map[string]bool   // things whose undoing somebody asked for
	parallelism int
	createOnly  bool // the server offered nothing but to create sessions
}

// rules are what must hold after each run of the CLI. Each returns what is wrong.
var rules = []struct {
	name  string
	check func(evidence) []string
}{
	{"every instance is in the state, or was announced", recorded},
	{"nobody is alarmed in vain", calmly},
	{"a refresh drops nothing that is there", kept},
	{"nothing in the state is missing", present},
	{"an action that succeeds has done what it says", proved},
	{"a create is never sent again after an unknown outcome", createdOnce},
	{"nothing is tainted", untainted},
	{"nothing is deleted or logged out unless somebody asked for it", asked},
	{"a phone that no state knows is unlinked or announced", phones},
	{"a link that no state knows is revoked or announced", links},
	{"a message is sent once, and a person learns of it", sentOnce},
	{"a plan or refresh changes nothing", quiet},
	{"Wawp has nothing to complain about", wellFormed},
	{"no crash, no hang, nothing left behind", healthy},
}

var (
	creating = regexp.MustCompile(`(?m)^(wawp_session\.\S+): Creating\.\.\.`)
	created  = regexp.MustCompile(`(?m)^(wawp_session\.\S+): Creation complete`)
)

// subjects are the addresses of the lines that match.
func subjects(line *regexp.Regexp, printed string) []string {
	var all []string
	for _, match := range line.FindAllStringSubmatch(printed, -1) {
		all = append(all, match[1])
	}
	return all
}

const (
	mayExist   = "Wawp session may have been created"
	adoption   = "terraform import 'wawp_session.<name>'"
	stateOnly  = "Wawp session %s was removed from the state only"
	crashWords = `panic:|The provider crashed|Plugin did not respond|SIGSEGV|` +
		`goroutine \d+ \[|(?i:terraform|opentofu) crashed|connection reset by peer \(plugin\)`
)

// lost are the instances that are neither in the state nor known to be elsewhere.
func lost(e evidence) []string {
	var all []string
	recorded := e.after.recorded()
	for id := range e.after.sessions {
		_, inState := recorded[id]
		if !inState && e.excused[id] == "" && !isForgotten(e, id) {
			all = append(all, id)
		}
	}
	slices.Sort(all)
	return all
}

// isForgotten says whether an instance was left behind by the exception: a server that offers nothing but create, and a
// word of it.
func isForgotten(e evidence, id string) bool {
	return e.createOnly && strings.Contains(acctest.Unwrap(e.printed), fmt.Sprintf(stateOnly, id))
}

// isAnnounced says whether a person can learn the id of an instance that a killed Terraform or provider could not
// record.
func isAnnounced(e evidence, id string) bool {
	said := regexp.MustCompile("created a Wawp session.*instance_id=" + id)
	return kills(e.end) && (said.MatchString(e.log) || strings.Contains(e.printed, id))
}

// couldNotUndo says whether a provider whose Terraform had ended tried to delete an instance, and Wawp did not let it,
// or it was killed.
func couldNotUndo(e evidence, id string) bool {
	return endsCLI(e.end) && slices.ContainsFunc(e.sent, func(s sent) bool { return s.op == opDelete && s.id == id })
}

// unreturned is how many creates had not returned when the provider was killed: as many as there can be at once, and
// those that had failed, which the CLI tells at its end only.
func unreturned(e evidence) int {
	return min(len(subjects(creating, e.printed))-len(subjects(created, e.printed)), e.parallelism+untold(e))
}

// unwritten is how many creates had returned, or were just returning, that the CLI had not written into the state when
// it was ended: Terraform writes after each, OpenTofu once in a while.
func unwritten(e evidence) int {
	if !endsCLI(e.end) {
		return 0
	}
	n, before, after := 0, e.before.addresses(), e.after.addresses()
	for _, address := range subjects(created, e.printed) {
		if id := text(after[address], "instance_id"); id == "" || id == text(before[address], "instance_id") {
			n++
		}
	}
	known, late := e.before.recorded(), map[string]bool{}
	for _, s := range e.sent {
		switch _, ok := known[s.id]; {
		case !s.late || ok:
		case s.op == opCreate:
			n++
		default:
			late[s.id] = true
		}
	}
	return n + len(late)
}

// untold is how many creates had an outcome that the provider could not know: a fault, or a client that gave up
// waiting. An interruption is no reason to give up.
func untold(e evidence) int {
	n := 0
	for _, s := range e.sent {
		gaveUp := s.status == 0 && e.end != ctrlC && e.end != terminated
		if s.op == opCreate && (gaveUp || s.fault != nil && s.fault.create == unknown) {
			n++
		}
	}
	return n
}

func recorded(e evidence) []string {
	var wrong []string
	before := e.before.recorded()
	missing := slices.DeleteFunc(lost(e), func(id string) bool {
		_, was := before[id]
		if was {
			wrong = append(wrong, id+" exists and was in the state, but is no longer")
		}
		return was || isAnnounced(e, id) || couldNotUndo(e, id)
	})
	allowed := min(strings.Count(acctest.Unwrap(e.printed), mayExist), untold(e))
	switch {
	case e.end == providerKilled:
		allowed = max(allowed, unreturned(e))
	case endsCLI(e.end): // whom a diagnostic does not reach
		allowed = untold(e) + unwritten(e)
	}
	if len(missing) > allowed {
		wrong = append(wrong,
			fmt.Sprintf("%d instances are not in the state, at most %d were announced or could not be: %v",
				len(missing), allowed, missing))
	}
	return wrong
}

func calmly(e evidence) []string {
	var wrong []string
	said := acctest.Unwrap(e.printed)
	announced := strings.Count(said, mayExist)
	if n := strings.Count(said, adoption); n < announced {
		wrong = append(wrong, fmt.Sprintf("%d possible orphans were announced, but only %d times the way to adopt them",
			announced, n))
	}
	if n := untold(e); announced > n {
		wrong = append(wrong,
			fmt.Sprintf("%d possible orphans were announced, but of only %d creates nobody could know", announced, n))
	}
	return wrong
}

func kept(e evidence) []string {
	var wrong []string
	after := map[string]bool{}
	for _, i := range e.after.state {
		after[address(i)+i.Deposed] = true
	}
	for _, i := range e.before.state {
		if e.kind == refresh && e.end != changedMeanwhile && e.after.has(i) && !after[address(i)+i.Deposed] {
			wrong = append(wrong, fmt.Sprintf("%s is no longer in the state, and %s exists", address(i), thing(i)))
		}
	}
	return wrong
}

// present goes by what is current: where an object is left over from create_before_destroy, nobody knows that both are
// the same thing.
func present(e evidence) []string {
	var wrong []string
	requested, leftOver := map[string]bool{}, map[string]bool{}
	maps.Copy(requested, e.deleted)
	for _, s := range e.sent {
		if e.code != 0 || e.target != "" { // actions leave the state as it is
			requested[s.undoes()] = true
		}
	}
	for _, i := range e.before.state {
		leftOver[thing(i)] = leftOver[thing(i)] || i.Type != kindSession && i.Deposed != ""
	}
	for _, i := range e.after.state {
		_, ok := e.after.sessions[text(i, "instance_id")]
		ofAnother := i.Type != kindSession && !ok // which is wrong or not by itself
		if what := thing(i); !ofAnother && !e.after.has(i) && !e.removed[what] && !requested[what] && !leftOver[what] {
			wrong = append(wrong, fmt.Sprintf("%s is %s, which nobody deleted and does not exist", address(i), what))
		}
	}
	return wrong
}

func proved(e evidence) []string {
	status := e.after.sessions[e.target].Status
	done := map[string]bool{
		"start": status != "STOPPED", "restart": status != "STOPPED", "stop": status == "STOPPED",
		"logout": status != "WORKING", "pair": status == "WORKING",
	}
	name, invoked := strings.CutPrefix(e.kind, "invoke ")
	if ok, tells := done[name]; invoked && tells && !ok && e.code == 0 && e.end != changedMeanwhile {
		return []string{fmt.Sprintf("%s is %s after a successful %s", e.target, status, name)}
	}
	return nil
}

func createdOnce(e evidence) []string {
	attempts, declared := 0, len(subjects(creating, e.printed))
	for _, s := range e.sent {
		if s.op == opCreate && (s.fault == nil || s.fault.create != refused) {
			attempts++
		}
	}
	if attempts > declared {
		return []string{fmt.Sprintf("%d creates were sent that were not refused, for %d sessions", attempts, declared)}
	}
	return nil
}

func untainted(e evidence) []string {
	var wrong []string
	for _, i := range e.after.state {
		if i.Status != "" {
			wrong = append(wrong, address(i)+" is "+i.Status)
		}
	}
	return wrong
}

func asked(e evidence) []string {
	var wrong []string
	before, after := e.before.recorded(), e.after.recorded()
	for _, s := range e.sent {
		_, was := before[s.id]
		_, is := after[s.id]
		ownOrphan := s.op == opDelete && endsCLI(e.end) && !was && !is
		ofDeleted := s.op != opDelete && e.mayUndo[s.id]
		if what := s.undoes(); what != "" && !e.mayUndo[what] && !ofDeleted && !ownOrphan {
			wrong = append(wrong, s.op+" of "+what+" was not asked for")
		}
	}
	for id, session := range e.before.sessions {
		now, exists := e.after.sessions[id]
		if session.Me != nil && exists && now.Me == nil && !e.removed[phoneOf(id)] && !wasLoggedOut(e, id) {
			wrong = append(wrong, "the phone of "+id+" was unlinked by something else than a logout")
		}
	}
	return wrong
}

func quiet(e evidence) []string {
	var wrong []string
	for _, s := range e.sent {
		if e.readOnly && s.op != opInfo && !strings.HasPrefix(s.op, "GET ") {
			wrong = append(wrong, s.op+" of "+s.id)
		}
	}
	return wrong
}

// wellFormed goes by the answers that Wawp gave of its own: it refuses what has not its form, and to start what runs.
func wellFormed(e evidence) []string {
	var wrong []string
	flaps := map[string]bool{}
	for _, s := range e.sent {
		flaps[s.id] = flaps[s.id] || s.fault.isFlap()
	}
	for _, s := range e.sent {
		// after the provider had looked
		overtaken := (s.status == 409 || s.status == 400) && (e.end == changedMeanwhile || flaps[s.id])
		// the provider does not look before
		unlooked := s.op == opLogout && s.status == 400
		linked := (s.op == opQR || s.op == opCode) && s.status == 400 // meanwhile
		if s.fault == nil && !overtaken && !unlooked && !linked &&
			slices.Contains([]int{400, 401, 405, 409, 415}, s.status) {
			wrong = append(wrong, fmt.Sprintf("%s was answered with %d", s.op, s.status))
		}
	}
	return wrong
}

var crash = regexp.MustCompile(crashWords)

func healthy(e evidence) []string {
	var wrong []string
	for _, found := range crash.FindAllString(acctest.Unwrap(e.printed), -1) {
		if !kills(e.end) || found != "Plugin did not respond" {
			wrong = append(wrong, "the CLI printed "+found)
		}
	}
	if e.took > e.bound {
		wrong = append(wrong, fmt.Sprintf("it took %s, at most %s can be explained", e.took, e.bound))
	}
	if e.left > 0 {
		wrong = append(wrong, fmt.Sprintf("%d processes were left", e.left))
	}
	return wrong
}

// secret is a canary, and whether it may be where Terraform keeps states: in the attribute made for it, and in saved
// plans.
type secret struct {
	what, value string
	isKept      bool
}

// leaks are the secrets that a file shows and must not. What was printed is a file, too.
func leaks(name string, content []byte, secrets []secret) []string {
	var found []string
	inPlan := strings.Contains(name, "/")
	if strings.HasPrefix(path.Base(name), "terraform.tfstate") {
		content = withoutItsSecrets(content)
	}
	for _, s := range secrets {
		if s.isKept && inPlan {
			continue
		}
		for _, spelling := range append(spellings(s.value), base64.StdEncoding.EncodeToString([]byte(s.value))) {
			if at := bytes.Index(content, []byte(spelling)); at >= 0 {
				found = append(found, fmt.Sprintf("%s shows %s: %s...", name, s.what, content[max(0, at-100):at]))
				break
			}
		}
	}
	return found
}

// spellings are those in which a secret can be written.
func spellings(value string) []string {
	quoted, _ := json.Marshal(value)
	all := []string{value, url.QueryEscape(value), url.PathEscape(value), strings.Trim(string(quoted), `"`)}
	slices.Sort(all)
	return slices.Compact(all)
}

// unlike is what differs between a configuration and the account, once an apply has succeeded and a plan is empty.
func unlike(c *configuration, s snapshot, secretOf func(key string, h *hook) string) []string {
	var wrong []string
	for key, want := range c.sessions {
		i, ok := s.addresses()[c.address(kindSession, key)]
		id := text(i, "instance_id")
		got, exists := s.sessions[id]
		if !ok || !exists {
			wrong = append(wrong, key+" does not exist")
			continue
		}
		// A FAILED engine counts as it was before: only a restart could mend it.
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
			wrong = append(wrong, hookUnlike(hookKey, h, secretOf(hookKey, h), s, id)...)
		}
	}
	slices.Sort(wrong)
	return wrong
}

func hookUnlike(key string, want *hook, secret string, s snapshot, id string) []string {
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

//go:build linux

package chaos_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

// account is a snapshot of instances that exist, and of those that are in the state.
func account(exist, inState string) snapshot {
	s := snapshot{sessions: map[string]wawptest.Session{}, hooks: map[string][]wawptest.Webhook{}}
	for _, id := range strings.Fields(exist) {
		s.sessions[id] = wawptest.Session{InstanceID: id}
	}
	for _, id := range strings.Fields(inState) {
		s = s.holding(kindSession, id)
	}
	return s
}

// holding is a snapshot in whose state there is another object.
func (s snapshot) holding(kind, id string) snapshot {
	s.state = append(s.state, acctest.Instance{
		Type: kind, Name: strings.ToLower(id), Attributes: map[string]any{
			"instance_id": id,
			"url":         "https://example.com",
		},
	})
	return s
}

// hooked is a snapshot in which an instance has a webhook and a phone.
func (s snapshot) hooked(id string) snapshot {
	s.hooks[id] = []wawptest.Webhook{{URL: "https://example.com"}}
	s.sessions[id] = wawptest.Session{InstanceID: id, Me: &wawptest.Me{}}
	return s
}

// paired is a snapshot whose state holds a session with a phone.
func (s snapshot) paired(id string) snapshot {
	s = s.holding(kindSession, id)
	s.state[len(s.state)-1].Attributes["account"] = map[string]any{}
	return s
}

// valid is a snapshot in which an instance has a link.
func (s snapshot) valid(id, link string) snapshot {
	s.link = map[string]string{id: link}
	return s
}

const (
	begun     = "wawp_session.b: Creating...\n"
	completed = begun + "wawp_session.b: Creation complete after 1s\n"
	announced = "│ Error: A Wawp session may have been created\n│ or run: terraform import\n│ 'wawp_session.<name>' " +
		"'<instance id>'\n"
	logged    = "[INFO] created a Wawp session: instance_id=B"
	forgotten = "Wawp session B was removed from the state only"
)

func TestRules(t *testing.T) {
	t.Parallel()
	again, nobodyKnows, isTold := &fault{name: "429", create: refused}, &fault{name: "502"},
		&fault{name: "slow", create: answered}
	broken, givenUp := []sent{{op: opCreate, fault: nobodyKnows, status: 502}}, []sent{{op: opCreate}}
	deletion := func(id string) []sent { return []sent{{op: opDelete, id: id}} }
	unhook, unlink := []sent{{op: opDeleteHook, id: "A", url: "https://example.com"}}, []sent{{op: opLogout, id: "A"}}
	tainted, leftOver := account("A", "A"), account("A", "A").holding(kindHook, "A")
	tainted.state[0].Status, leftOver.state[1].Deposed = "tainted", "12345678"
	working, stopped := account("A", "A"), account("A", "A")
	working.sessions["A"], stopped.sessions["A"] = wawptest.Session{Status: "WORKING"},
		wawptest.Session{Status: "STOPPED"}
	flapping, loggedOut := &faults[slices.IndexFunc(faults, func(f fault) bool { return f.isFlap() })],
		[]sent{{op: opLogout, id: "A", done: true}}
	linked := account("A", "A").hooked("A")
	tests := map[string]struct {
		rule  func(evidence) []string
		holds bool
		e     evidence
	}{
		"all are recorded":    {recorded, true, evidence{after: account("A B", "A B")}},
		"one is not recorded": {recorded, false, evidence{after: account("A B", "A"), printed: begun}},
		"one is announced": {
			recorded, true,
			evidence{after: account("A B", "A"), printed: begun + announced, sent: broken},
		},
		"one that was given up": {
			recorded, true,
			evidence{after: account("A B", "A"), printed: begun + announced, sent: givenUp},
		},
		"given up by Ctrl-C": {
			recorded, false,
			evidence{after: account("A B", "A"), printed: begun + announced, sent: givenUp, end: ctrlC},
		},
		"announced without a reason": {
			recorded, false,
			evidence{after: account("A B", "A"), printed: begun + announced},
		},
		"announced, but told": {
			recorded, false,
			evidence{
				after: account("A B", "A"), printed: begun + announced,
				sent: []sent{{op: opCreate, fault: isTold, status: 201}},
			},
		},
		"one of two is announced": {
			recorded, false,
			evidence{after: account("A B", ""), printed: announced, sent: append(broken, broken...)},
		},
		"one is known to be an orphan": {
			recorded, true,
			evidence{after: account("A B", "A"), excused: map[string]string{"B": "lost"}},
		},
		"the state lost one": {
			recorded, false,
			evidence{before: account("A B", "A B"), after: account("A B", "A"), printed: announced},
		},
		"left where only create is": {
			recorded, true,
			evidence{before: account("B", "B"), after: account("B", ""), printed: forgotten, createOnly: true},
		},
		"left where all else is": {
			recorded, false,
			evidence{before: account("B", "B"), after: account("B", ""), printed: forgotten},
		},
		"left without a word": {
			recorded, false,
			evidence{before: account("B", "B"), after: account("B", ""), createOnly: true},
		},
		"lost by a kill of the provider": {
			recorded, true,
			evidence{after: account("B", ""), printed: begun, end: providerKilled, parallelism: 10},
		},
		"lost by a kill of Terraform": {
			recorded, false,
			evidence{after: account("B", ""), printed: begun, end: cliKilled, parallelism: 10},
		},
		"lost by SIGHUP": {
			recorded, false,
			evidence{after: account("B", ""), printed: begun, end: hungUp, parallelism: 10},
		},
		"lost by a second Ctrl-C": {
			recorded, false,
			evidence{
				after: account("B", ""), printed: begun, end: ctrlCTwice,
				sent: []sent{{op: opCreate, status: 201}},
			},
		},
		"unanswered at a second Ctrl-C": {
			recorded, true,
			evidence{after: account("B", ""), printed: begun, end: ctrlCTwice, sent: givenUp},
		},
		"lost by one Ctrl-C": {
			recorded, false,
			evidence{after: account("B", ""), printed: begun, end: ctrlC, parallelism: 10},
		},
		"lost by SIGTERM": {
			recorded, false,
			evidence{after: account("B", ""), printed: begun, end: terminated, parallelism: 10},
		},
		"lost after it had returned": {
			recorded, false,
			evidence{after: account("B", ""), printed: completed, end: providerKilled, parallelism: 10},
		},
		"lost before it was written": {
			recorded, true,
			evidence{after: account("B", ""), printed: completed, end: cliKilled},
		},
		"returned to what is dying": {
			recorded, true,
			evidence{
				after: account("B", ""), printed: begun, end: cliKilled,
				sent: []sent{{op: opCreate, status: 201, late: true}},
			},
		},
		"waited while it was dying": {
			recorded, true,
			evidence{
				after: account("B", ""), printed: begun, end: hungUp,
				sent: []sent{{op: opInfo, id: "B", late: true}},
			},
		},
		"refreshed while it was dying": {
			recorded, false,
			evidence{
				before: account("A", "A"), after: account("A B", "A"), printed: begun, end: hungUp,
				sent: []sent{{op: opInfo, id: "A", late: true}},
			},
		},
		"killed, and in the log": {
			recorded, true,
			evidence{after: account("B", ""), printed: begun, end: cliKilled, log: logged},
		},
		"another one is in the log": {
			recorded, false,
			evidence{after: account("Z", ""), printed: begun, end: cliKilled, log: logged},
		},
		"in the log, and not killed": {
			recorded, false,
			evidence{after: account("B", ""), printed: begun, log: logged},
		},
		"killed, and not to be deleted": {
			recorded, true,
			evidence{after: account("B", ""), printed: begun, end: cliKilled, sent: deletion("B")},
		},
		"killed, and nobody could know": {
			recorded, true,
			evidence{after: account("B", ""), printed: begun, end: cliKilled, sent: broken},
		},
		"more lost than were under way": {
			recorded, false,
			evidence{after: account("A B", ""), printed: begun, end: providerKilled, parallelism: 10},
		},
		"replaced, but not written": {
			recorded, true,
			evidence{before: account("B", "B"), after: account("B C", "B"), printed: completed, end: cliKilled},
		},
		"failed before a kill": {
			recorded, true,
			evidence{
				after: account("A B", ""), printed: begun + begun, end: providerKilled, parallelism: 1,
				sent: broken,
			},
		},
		"lost at a kill, one by one": {
			recorded, false,
			evidence{after: account("A B", ""), printed: begun + begun, end: providerKilled, parallelism: 1},
		},
		"lost by a kill and before": {
			recorded, false,
			evidence{before: account("A", "A"), after: account("A", ""), printed: begun, end: cliKilled, log: logged},
		},

		"alarmed with a reason": {calmly, true, evidence{printed: announced, sent: broken}},
		"alarmed in vain": {
			calmly, false,
			evidence{printed: announced, sent: []sent{{op: opCreate, status: 201}}},
		},
		"alarmed of what is told": {
			calmly, false,
			evidence{printed: announced, sent: []sent{{op: opCreate, fault: isTold, status: 201}}},
		},
		"announced without a way out": {
			calmly, false,
			evidence{printed: "Wawp session may have been created", sent: broken},
		},

		"a refresh keeps": {
			kept, true,
			evidence{kind: refresh, before: account("A", "A"), after: account("A", "A")},
		},
		"a refresh drops what is gone": {
			kept, true,
			evidence{kind: refresh, before: account("A", "A"), after: account("", "")},
		},
		"a refresh drops what is there": {
			kept, false,
			evidence{kind: refresh, before: account("A", "A"), after: account("A", "")},
		},
		"a refresh drops a webhook": {
			kept, false,
			evidence{
				kind: refresh, before: account("A", "A").holding(kindHook, "A"),
				after: account("A", "A").hooked("A"),
			},
		},
		"a refresh drops a phone": {
			kept, false,
			evidence{
				kind: refresh, before: account("A", "A").holding(kindPairing, "A"),
				after: account("A", "A").hooked("A"),
			},
		},

		"one is missing": {present, false, evidence{after: account("A", "A B")}},
		"one was deleted by a person": {
			present, true,
			evidence{after: account("A", "A B"), removed: map[string]bool{"B": true}},
		},
		"one was deleted before": {
			present, true,
			evidence{after: account("A", "A B"), deleted: map[string]bool{"B": true}},
		},
		"one was deleted by what failed": {
			present, true,
			evidence{after: account("A", "A B"), sent: deletion("B"), code: 1},
		},
		"one was deleted with success": {
			present, false,
			evidence{after: account("A", "A B"), sent: deletion("B")},
		},
		"a webhook is there": {
			present, true,
			evidence{after: account("A", "A").holding(kindHook, "A").hooked("A")},
		},
		"a webhook is missing": {
			present, false,
			evidence{after: account("A", "A").holding(kindHook, "A")},
		},
		"a webhook was deleted, and is in": {
			present, false,
			evidence{after: account("A", "A").holding(kindHook, "A"), sent: unhook},
		},
		"one that was left over": {
			present, true,
			evidence{before: leftOver, after: account("A", "A").holding(kindHook, "A"), sent: unhook},
		},
		"a webhook of a session that is": {present, true, evidence{after: account("A", "A").holding(kindHook, "B")}},
		"a phone is missing": {
			present, false,
			evidence{after: account("A", "A").holding(kindPairing, "A"), sent: unlink},
		},
		"a phone was unlinked by an action": {
			present, true,
			evidence{after: account("A", "A").holding(kindPairing, "A"), sent: unlink, target: "A"},
		},
		"a phone was unlinked by a person": {
			present, true,
			evidence{after: account("A", "A").holding(kindPairing, "A"), removed: map[string]bool{phoneOf("A"): true}},
		},

		"it was stopped":     {proved, true, evidence{kind: "invoke stop", target: "A", after: stopped}},
		"it was not stopped": {proved, false, evidence{kind: "invoke stop", target: "A", after: working}},
		"it was not stopped, and says": {
			proved, true,
			evidence{kind: "invoke stop", target: "A", after: working, code: 1},
		},
		"it was not logged out": {proved, false, evidence{kind: "invoke logout", target: "A", after: working}},
		"it was not started":    {proved, false, evidence{kind: "invoke start", target: "A", after: stopped}},
		"nothing was invoked":   {proved, true, evidence{after: stopped}},

		"one create": {createdOnce, true, evidence{printed: completed, sent: givenUp}},
		"again after a refusal": {
			createdOnce, true,
			evidence{printed: completed, sent: []sent{{op: opCreate, fault: again}, {op: opCreate}}},
		},
		"again after an unknown end": {
			createdOnce, false,
			evidence{printed: completed, sent: []sent{{op: opCreate, fault: nobodyKnows}, {op: opCreate}}},
		},

		"tainted":     {untainted, false, evidence{after: tainted}},
		"not tainted": {untainted, true, evidence{after: account("A", "A")}},

		"deleted as asked": {asked, true, evidence{
			sent:    deletion("A"),
			mayUndo: map[string]bool{"A": true},
		}},
		"deleted without asked": {
			asked, false,
			evidence{sent: deletion("B"), mayUndo: map[string]bool{"A": true}},
		},
		"deleted by an orphan": {asked, true, evidence{sent: deletion("B"), end: cliKilled}},
		"deleted by an orphan, wrong": {
			asked, false,
			evidence{sent: deletion("B"), end: cliKilled, after: account("", "B")},
		},
		"deleted by what is no one's": {asked, false, evidence{sent: deletion("B"), end: ctrlC}},
		"logged out unasked":          {asked, false, evidence{sent: unlink}},
		"logged out as asked": {asked, true, evidence{
			sent:    unlink,
			mayUndo: map[string]bool{phoneOf("A"): true},
		}},
		"logged out before the end": {asked, true, evidence{sent: unlink, mayUndo: map[string]bool{"A": true}}},
		"a webhook deleted unasked": {
			asked, false,
			evidence{sent: unhook, mayUndo: map[string]bool{phoneOf("A"): true}},
		},

		"a phone is unlinked by itself": {asked, false, evidence{before: linked, after: account("A", "A")}},
		"a phone is unlinked by a logout": {
			asked, true,
			evidence{
				before: linked, after: account("A", "A"), sent: loggedOut,
				mayUndo: map[string]bool{phoneOf("A"): true},
			},
		},
		"a phone is unlinked by a person": {
			asked, true,
			evidence{before: linked, after: account("A", "A"), removed: map[string]bool{phoneOf("A"): true}},
		},

		"a plan reads":    {quiet, true, evidence{readOnly: true, sent: []sent{{op: opInfo}, {op: opGetLink}}}},
		"a plan writes":   {quiet, false, evidence{readOnly: true, sent: []sent{{op: opStart}}}},
		"an apply writes": {quiet, true, evidence{sent: []sent{{op: opStart}}}},
		"a bad request":   {wellFormed, false, evidence{sent: []sent{{op: opInfo, status: 400}}}},
		"a wrong start":   {wellFormed, false, evidence{sent: []sent{{op: opStart, status: 409}}}},
		"a late start": {wellFormed, true, evidence{sent: []sent{
			{op: opInfo, id: "A", fault: flapping},
			{op: opStart, id: "A", status: 409},
		}}},
		"another is late": {wellFormed, false, evidence{sent: []sent{
			{op: opInfo, id: "B", fault: flapping},
			{op: opStart, id: "A", status: 409},
		}}},
		"an early logout":  {wellFormed, true, evidence{sent: []sent{{op: opLogout, status: 400}}}},
		"a late code":      {wellFormed, true, evidence{sent: []sent{{op: opQR, status: 400}}}},
		"a fault as asked": {wellFormed, true, evidence{sent: []sent{{op: opInfo, status: 401, fault: nobodyKnows}}}},

		"all is well": {
			healthy, true,
			evidence{printed: "Apply complete!", took: time.Second, bound: time.Minute},
		},
		"the provider crashed": {healthy, false, evidence{printed: "Error: The provider\ncrashed"}},
		"a stack":              {healthy, false, evidence{printed: "goroutine 17 [running]:"}},
		"the plugin died":      {healthy, false, evidence{printed: "Error: Plugin did not respond"}},
		"the plugin was killed": {
			healthy, true,
			evidence{printed: "Error: Plugin did not respond", end: providerKilled},
		},
		"it hung":                     {healthy, false, evidence{took: time.Hour, bound: time.Minute}},
		"a process is left":           {healthy, false, evidence{left: 1}},
		"a process is left by a kill": {healthy, false, evidence{left: 1, end: cliKilled}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if wrong := test.rule(test.e); (len(wrong) == 0) != test.holds {
				t.Errorf("it says %q", wrong)
			}
		})
	}
}

func TestLeaks(t *testing.T) {
	t.Parallel()
	const state = `{"version":4,"outputs":{"x":%q},"resources":[
		{"type":"wawp_session_webhook","instances":[{"attributes":{"hmac_secret":"s3cret","url":"https://example.com"},"private":"bm90aGluZw=="}]},
		{"type":"wawp_session_temp_link","instances":[{"attributes":{"link":"https://app.wawp.net/temp-qr/l1nk"},"private":"%s"}]}]}`
	all := []secret{{"the token", "t0k/en", false}, {"a secret", "s3cret", true}, {"a link", "l1nk", true}}
	put := func(output, private string) string {
		return strings.Replace(strings.Replace(state, "%q", `"`+output+`"`, 1), "%s", private, 1)
	}
	for name, test := range map[string]struct {
		file, content string
		want          int
	}{
		"nothing":                 {"printed", "Apply complete!", 0},
		"the token":               {"printed", "t0k/en", 1},
		"the token in a URL":      {"trace.log", "?access_token=t0k%2Fen&", 1},
		"the token as base64":     {"trace.log", "dDBrL2Vu", 1},
		"the token in a plan":     {"saved.tfplan/tfplan", "t0k/en", 1},
		"a secret in a plan":      {"saved.tfplan/tfplan", "s3cret", 0},
		"a secret in a log":       {"trace.log", "s3cret", 1},
		"a link that was printed": {"printed", "temp-qr/l1nk", 1},
		"all in their places":     {"terraform.tfstate", put("", ""), 0},
		"in a backup":             {"terraform.tfstate.backup", put("", ""), 0},
		"a link in an output":     {"terraform.tfstate", put("l1nk", ""), 1},
		"a secret in private":     {"terraform.tfstate", put("", "czNjcmV0"), 1},
		"the token in the state":  {"terraform.tfstate", put("t0k/en", ""), 1},
		"half a state":            {"terraform.tfstate", `{"resources": [ s3cret`, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if found := leaks(test.file, []byte(test.content), all); len(found) != test.want {
				t.Errorf("found %q", found)
			}
		})
	}
}

func TestUnlike(t *testing.T) {
	t.Parallel()
	c := &configuration{sessions: map[string]*session{"a": {
		state: "started", policy: "strict", link: 1, paired: true,
		hooks: map[string]*hook{"a_a": {events: []string{"message"}, enabled: true, delay: 3, secret: "stored"}},
	}}}
	secretOf := func(string, *hook) string { return "s3cret" }
	good := func() snapshot {
		s := account("A", "A")
		s.sessions["A"] = wawptest.Session{Status: "WORKING", Me: &wawptest.Me{}}
		s.policies = map[string]string{"A": "strict"}
		s.hooks = map[string][]wawptest.Webhook{"A": {{
			URL:    "https://hooks.example.com/a_a",
			Events: []string{"message"}, Active: true, Delay: 3, Secret: "s3cret",
		}}}
		return s
	}
	for name, test := range map[string]struct {
		change func(*snapshot)
		want   int
	}{
		"alike":            {func(*snapshot) {}, 0},
		"gone":             {func(s *snapshot) { delete(s.sessions, "A") }, 1},
		"not in the state": {func(s *snapshot) { s.state = nil }, 1},
		"stopped": {func(s *snapshot) {
			s.sessions["A"] = wawptest.Session{
				Status: "STOPPED",
				Me:     &wawptest.Me{},
			}
		}, 1},
		"failed": {func(s *snapshot) {
			s.sessions["A"] = wawptest.Session{
				Status: "FAILED",
				Me:     &wawptest.Me{},
			}
		}, 0},
		"no phone":           {func(s *snapshot) { s.sessions["A"] = wawptest.Session{Status: "SCAN_QR_CODE"} }, 1},
		"another policy":     {func(s *snapshot) { s.policies["A"] = "unlimited" }, 1},
		"no webhook":         {func(s *snapshot) { s.hooks["A"] = nil }, 1},
		"other events":       {func(s *snapshot) { s.hooks["A"][0].Events = []string{"call"} }, 1},
		"a disabled webhook": {func(s *snapshot) { s.hooks["A"][0].Active = false }, 1},
		"another delay":      {func(s *snapshot) { s.hooks["A"][0].Delay = 2 }, 1},
		"another secret":     {func(s *snapshot) { s.hooks["A"][0].Secret = "" }, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := good()
			test.change(&s)
			if wrong := unlike(c, s, secretOf); len(wrong) != test.want {
				t.Errorf("it says %q", wrong)
			}
		})
	}
}

// What the rules say of a phone that was linked to A, and a link of it, which the state has known: whichever it held
// them by.
func TestForgotten(t *testing.T) {
	t.Parallel()
	const by = "╷\n│ Warning: %s\n│\n│ The session A was deleted\n│ or not.\n╵\n"
	notOut, perhaps, isLeft := strings.Replace(by, "%s", ofPhones[0], 1), strings.Replace(by, "%s", ofPhones[1], 1),
		strings.Replace(by, "%s", ofPhones[2], 1)
	logout, told := sent{op: opLogout, id: "A", done: true, status: 200},
		sent{op: opInfo, id: "A", status: 200, shown: "WORKING"}
	refused, garbled := sent{op: opLogout, id: "A", status: 400}, told
	garbled.fault = named("true for values")
	asPairing := account("A", "A").holding(kindPairing, "A").hooked("A")
	known, unknown, gone := account("A", "").paired("A").hooked("A"), account("A", "A").hooked("A"), account("", "")
	gone.stranded, known.link = map[string]bool{"A": true}, map[string]string{"A": "L"}
	deletedOnly, linkGone, linkLeft, linkKnown := gone, account("A", "A"), account("A", "A"),
		account("A", "A").holding(kindLink, "A")
	deletedOnly.state = known.state
	linkLeft.link, linkKnown.link, linkGone.link = known.link, known.link, map[string]string{"A": ""}
	linkKnown.state[1].Attributes["link"] = "L"
	for name, test := range map[string]struct {
		rule  func(evidence) []string
		holds bool
		e     evidence
	}{
		"a pairing goes, and the phone": {
			phones, true,
			evidence{before: asPairing, after: account("A", "A"), sent: []sent{logout}},
		},
		"a pairing goes, the phone stays": {phones, false, evidence{before: asPairing, after: unknown}},
		"a pairing goes, a logout is refused": {
			phones, false,
			evidence{before: asPairing, after: unknown, sent: []sent{refused}},
		},
		"a pairing goes, and another phone comes": {
			phones, true,
			evidence{before: asPairing, after: unknown, sent: []sent{logout}},
		},
		"a pairing goes with a word": {
			phones, true,
			evidence{before: asPairing, after: unknown, printed: perhaps},
		},
		"a pairing goes with a word of another": {
			phones, false,
			evidence{before: asPairing, after: unknown, printed: strings.ReplaceAll(perhaps, " A ", " B ")},
		},
		"a pairing goes with another word of it": {
			phones, false,
			evidence{before: asPairing, after: unknown, printed: perhaps[:20] + notOut[:10] + "A ╷" + ofPhones[1]},
		},
		"a pairing stays": {phones, true, evidence{before: asPairing, after: asPairing}},
		"a pairing stays with an error": {
			phones, true,
			evidence{before: asPairing, after: asPairing, printed: isLeft},
		},
		"a pairing goes, killed": {
			phones, true,
			evidence{before: asPairing, after: unknown, end: cliKilled},
		},
		"a pairing goes, interrupted": {
			phones, false,
			evidence{before: asPairing, after: unknown, end: ctrlC},
		},
		"a pairing goes, as it was told before": {
			phones, true,
			evidence{before: asPairing, after: unknown, excused: map[string]string{phoneOf("A"): "announced"}},
		},
		"a session goes, and the phone": {
			phones, true,
			evidence{before: known, after: account("", ""), sent: []sent{logout}},
		},
		"a session goes, the phone lists it": {phones, false, evidence{before: known, after: gone}},
		"a session goes with a word": {
			phones, true,
			evidence{before: known, after: gone, printed: notOut},
		},
		"a session goes, but is in the state": {phones, true, evidence{before: known, after: deletedOnly}},
		"a session goes in the dashboard": {
			phones, true,
			evidence{before: known, after: gone, removed: map[string]bool{"A": true}},
		},
		"a session goes, and nobody knew": {phones, true, evidence{before: unknown, after: gone}},
		"a session goes, as was told": {
			phones, false,
			evidence{before: unknown, after: gone, sent: []sent{told}},
		},
		"a session goes, as was told badly": {
			phones, true,
			evidence{before: unknown, after: gone, sent: []sent{garbled}},
		},

		"a link is revoked": {links, true, evidence{before: linkKnown, after: linkGone}},
		"a link is known":   {links, true, evidence{before: linkKnown, after: linkKnown}},
		"a link stays":      {links, false, evidence{before: linkKnown, after: linkLeft}},
		"a link stays with a word": {links, true, evidence{
			before: linkKnown, after: linkLeft,
			printed: strings.Replace(by, "%s", ofLinks[1], 1),
		}},
		"a link is made with an end": {links, true, evidence{
			before: linkGone, after: linkLeft,
			printed: strings.Replace(by, "%s", ofLinks[0], 1),
		}},
		"a link is made, not told": {links, false, evidence{before: linkGone, after: linkLeft}},
		"a link is made by a person": {links, true, evidence{
			before: linkGone, after: linkLeft,
			excused: map[string]string{linkOf("L"): "made in the dashboard"},
		}},
		"a link stays, killed": {links, true, evidence{before: linkKnown, after: linkLeft, end: providerKilled}},
		"a link stays, known another": {
			links, false,
			evidence{before: linkKnown, after: account("A", "A").holding(kindLink, "A").valid("A", "M")},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if wrong := test.rule(test.e); (len(wrong) == 0) != test.holds {
				t.Errorf("it says %q", wrong)
			}
		})
	}
}

func TestSentOnce(t *testing.T) {
	t.Parallel()
	one, none := sent{op: opSend, done: true}, sent{op: opSend}
	const (
		begun    = "Action started: action.wawp_send_text.now\n"
		done     = begun + "Action complete: action.wawp_send_text.now\n"
		perhaps  = begun + "│ Error: WhatsApp message may have\n│ been sent"
		underWay = begun + "│ Warning: WhatsApp message was on its way when"
	)
	for name, test := range map[string]struct {
		holds bool
		e     evidence
	}{
		"sent":                   {true, evidence{printed: done, sent: []sent{one}}},
		"refused, then sent":     {true, evidence{printed: done, sent: []sent{none, one}}},
		"sent twice":             {false, evidence{printed: done, sent: []sent{one, one}}},
		"sent twice, perhaps":    {false, evidence{printed: perhaps, sent: []sent{one, one}}},
		"two are sent":           {true, evidence{printed: done + perhaps, sent: []sent{one, one}}},
		"not sent, with success": {false, evidence{printed: done, sent: []sent{none}}},
		"not sent, with an end": {true, evidence{
			printed: begun + "Error: WhatsApp message was not sent",
			sent:    []sent{none},
		}},
		"sent, and said not to": {false, evidence{
			printed: begun + "Error: WhatsApp message was not sent",
			sent:    []sent{one},
		}},
		"perhaps sent":           {true, evidence{printed: perhaps, sent: []sent{one}}},
		"sent when interrupted":  {true, evidence{printed: underWay, sent: []sent{one}}},
		"sent when killed":       {true, evidence{printed: begun, sent: []sent{one}, end: providerKilled}},
		"sent by something else": {false, evidence{sent: []sent{one}}},
		"nothing to do with it":  {true, evidence{sent: []sent{{op: opInfo, done: true}}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if wrong := sentOnce(test.e); (len(wrong) == 0) != test.holds {
				t.Errorf("it says %q", wrong)
			}
		})
	}
}

// The faults of a step depend on nothing but the seed, the step, the operation and its number.
func TestWeather(t *testing.T) {
	t.Parallel()
	w := faultPlan{seed: 7, step: 3, percent: 50, most: mostFaults, kinds: []string{"429", "500"}}
	differs := map[string]bool{}
	for nth := range 40 {
		f, again := w.at(opInfo, nth), w.at(opInfo, nth)
		if f != again {
			t.Errorf("%d: %v and %v", nth, f, again)
		}
		for what, other := range map[string]*fault{
			"seed":      faultPlan{seed: 8, step: 3, percent: 50, kinds: w.kinds}.at(opInfo, nth),
			"step":      faultPlan{seed: 7, step: 4, percent: 50, kinds: w.kinds}.at(opInfo, nth),
			"operation": w.at(opCreate, nth), "number": w.at(opInfo, nth+1),
		} {
			differs[what] = differs[what] || f != other
		}
	}
	if len(differs) != 4 || !differs["seed"] || !differs["step"] || !differs["operation"] || !differs["number"] {
		t.Errorf("differs: %v", differs)
	}
	if (faultPlan{}).at(opInfo, 1) != nil || (faultPlan{percent: 100, only: opCreate, kinds: w.kinds}).at(opInfo,
		1) != nil ||
		(faultPlan{percent: 100, only: allButCreate, kinds: w.kinds}).at(opCreate, 1) != nil {
		t.Error("faults where there are none to be")
	}
}

// A fault comes where there can be such a one.
func TestFits(t *testing.T) {
	t.Parallel()
	for name, ops := range map[string][]string{
		cached:                  {opGetPolicy, opGetLink, opListHooks},
		flap + "STARTING":       {opInfo, opGetLink, opDelete, opSend},
		"429":                   {opCreate, opInfo, opGetLink},
		flap + "SCAN_QR_CODE":   {opLogout, opCode},
		"cut off after 0 bytes": {opCreate},
	} {
		for _, op := range []string{
			opCreate, opInfo, opGetPolicy, opGetLink, opListHooks, opDelete, opSend, opLogout,
			opCode,
		} {
			never := name == cached && !strings.HasPrefix(op, "GET ") || strings.HasPrefix(name, flap) && op == opCreate
			f := faultPlan{percent: 100, most: 1, kinds: []string{name}}.at(op, 1)
			if slices.Contains(ops, op) && f == nil || never && f != nil {
				t.Errorf("%s of %s: %v", name, op, f)
			}
		}
	}
}

// An instance flaps once in a step.
func TestFlapsOnce(t *testing.T) {
	t.Parallel()
	s, one, other := newFaultRun(faultPlan{}, end{}, ""), named(flap+"STARTING"), named(flap+"SCAN_QR_CODE")
	if s.pass("A", one) != one || s.pass("A", other) != nil || s.pass("B", other) != other ||
		s.pass("A", named("429")) != named("429") {
		t.Error("not once each")
	}
}

// A 404 passes, and does not come again in the same step.
func TestPassing(t *testing.T) {
	t.Parallel()
	s := newFaultRun(faultPlan{}, end{}, "")
	for i, now := range []*fault{named(passing), nil, named(noRoute), named(passing)} {
		if got := s.pass("A", now); got != named(passing) {
			t.Errorf("%d: got %v", i, got)
		}
	}
	if s.pass("B", nil) != nil {
		t.Error("another instance is not known either")
	}
	s.back["A"] = time.Now()
	for i, now := range []*fault{named(passing), nil} {
		if got := s.pass("A", now); got != nil {
			t.Errorf("%d: got %v once it had passed", i, got)
		}
	}
}

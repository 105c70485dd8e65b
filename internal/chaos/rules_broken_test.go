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

// snapshotOf returns a snapshot of an account with some instances and a state with some sessions. Both are instance
// ids, separated by spaces.
func snapshotOf(exist, inState string) snapshot {
	s := snapshot{sessions: map[string]wawptest.Session{}, hooks: map[string][]wawptest.Webhook{}}
	for _, id := range strings.Fields(exist) {
		s.sessions[id] = wawptest.Session{InstanceID: id}
	}
	for _, id := range strings.Fields(inState) {
		s = s.withObject(kindSession, id)
	}
	return s
}

// withObject adds an object to the state.
func (s snapshot) withObject(kind, id string) snapshot {
	s.state = append(s.state, acctest.Instance{
		Type: kind, Name: strings.ToLower(id), Attributes: map[string]any{
			"instance_id": id,
			"url":         "https://example.com",
		},
	})
	return s
}

// withWebhookAndPhone gives an instance a webhook and a phone.
func (s snapshot) withWebhookAndPhone(id string) snapshot {
	s.hooks[id] = []wawptest.Webhook{{URL: "https://example.com"}}
	s.sessions[id] = wawptest.Session{InstanceID: id, Me: &wawptest.Me{}}
	return s
}

// withPairedSession adds a session with a phone to the state.
func (s snapshot) withPairedSession(id string) snapshot {
	s = s.withObject(kindSession, id)
	s.state[len(s.state)-1].Attributes["account"] = map[string]any{}
	return s
}

// withLink gives an instance a valid link.
func (s snapshot) withLink(id, link string) snapshot {
	s.validLink = map[string]string{id: link}
	return s
}

const (
	printedCreating     = "wawp_session.b: Creating...\n"
	printedCreated      = printedCreating + "wawp_session.b: Creation complete after 1s\n"
	printedMaybeCreated = "│ Error: A Wawp session may have been created\n│ or run: terraform import\n" +
		"│ 'wawp_session.<name>' '<instance id>'\n"
	loggedCreated           = "[INFO] created a Wawp session: instance_id=B"
	printedRemovedFromState = "Wawp session B was removed from the state only"
)

// TestRulesFindBrokenPromises checks each rule with evidence that keeps it and evidence that breaks it.
func TestRulesFindBrokenPromises(t *testing.T) {
	t.Parallel()
	retriable, ambiguous, withID := &fault{name: "429", outcome: refusedForNow}, &fault{name: "502"},
		&fault{name: "slow", outcome: createdWithID}
	ambiguousCreate, abandonedCreate := []apiRequest{
		{op: opCreate, fault: ambiguous, status: 502},
	}, []apiRequest{
		{op: opCreate},
	}
	deletion := func(id string) []apiRequest { return []apiRequest{{op: opDelete, id: id}} }
	webhookDeletion, logout := []apiRequest{
		{op: opDeleteHook, id: "A", url: "https://example.com"},
	}, []apiRequest{
		{op: opLogout, id: "A"},
	}
	tainted, leftOver := snapshotOf("A", "A"), snapshotOf("A", "A").withObject(kindHook, "A")
	tainted.state[0].Status, leftOver.state[1].Deposed = "tainted", "12345678"
	working, stopped := snapshotOf("A", "A"), snapshotOf("A", "A")
	working.sessions["A"], stopped.sessions["A"] = wawptest.Session{Status: "WORKING"},
		wawptest.Session{Status: "STOPPED"}
	flapping, effectiveLogout := &faults[slices.IndexFunc(faults, func(f fault) bool { return f.isFlap() })],
		[]apiRequest{{op: opLogout, id: "A", carriedOut: true}}
	linked := snapshotOf("A", "A").withWebhookAndPhone("A")
	tests := map[string]struct {
		rule  func(evidence) []string
		holds bool
		e     evidence
	}{
		"all are recorded": {checkInstancesRecorded, true, evidence{after: snapshotOf("A B", "A B")}},
		"one is not recorded": {
			checkInstancesRecorded,
			false,
			evidence{after: snapshotOf("A B", "A"), printed: printedCreating},
		},
		"one is announced": {
			checkInstancesRecorded, true,
			evidence{
				after: snapshotOf("A B", "A"), printed: printedCreating + printedMaybeCreated,
				requests: ambiguousCreate,
			},
		},
		"announced after the client gave up": {
			checkInstancesRecorded, true,
			evidence{
				after: snapshotOf("A B", "A"), printed: printedCreating + printedMaybeCreated,
				requests: abandonedCreate,
			},
		},
		"announced after Ctrl-C": {
			checkInstancesRecorded,
			false,
			evidence{
				after:      snapshotOf("A B", "A"),
				printed:    printedCreating + printedMaybeCreated,
				requests:   abandonedCreate,
				disruption: ctrlC,
			},
		},
		"announced without a reason": {
			checkInstancesRecorded, false,
			evidence{after: snapshotOf("A B", "A"), printed: printedCreating + printedMaybeCreated},
		},
		"announced, but the answer had the id": {
			checkInstancesRecorded, false,
			evidence{
				after: snapshotOf("A B", "A"), printed: printedCreating + printedMaybeCreated,
				requests: []apiRequest{{op: opCreate, fault: withID, status: 201}},
			},
		},
		"one of two is announced": {
			checkInstancesRecorded,
			false,
			evidence{
				after:    snapshotOf("A B", ""),
				printed:  printedMaybeCreated,
				requests: append(ambiguousCreate, ambiguousCreate...),
			},
		},
		"one is excused": {
			checkInstancesRecorded, true,
			evidence{after: snapshotOf("A B", "A"), excused: map[string]string{"B": "lost"}},
		},
		"the state lost one": {
			checkInstancesRecorded, false,
			evidence{before: snapshotOf("A B", "A B"), after: snapshotOf("A B", "A"), printed: printedMaybeCreated},
		},
		"left behind where only create exists": {
			checkInstancesRecorded,
			true,
			evidence{
				before:     snapshotOf("B", "B"),
				after:      snapshotOf("B", ""),
				printed:    printedRemovedFromState,
				createOnly: true,
			},
		},
		"left behind where all routes exist": {
			checkInstancesRecorded, false,
			evidence{before: snapshotOf("B", "B"), after: snapshotOf("B", ""), printed: printedRemovedFromState},
		},
		"left behind without a warning": {
			checkInstancesRecorded, false,
			evidence{before: snapshotOf("B", "B"), after: snapshotOf("B", ""), createOnly: true},
		},
		"lost by a kill of the provider": {
			checkInstancesRecorded, true,
			evidence{after: snapshotOf("B", ""), printed: printedCreating, disruption: providerKilled, parallelism: 10},
		},
		"lost by a kill of Terraform": {
			checkInstancesRecorded, false,
			evidence{after: snapshotOf("B", ""), printed: printedCreating, disruption: cliKilled, parallelism: 10},
		},
		"lost by SIGHUP": {
			checkInstancesRecorded, false,
			evidence{after: snapshotOf("B", ""), printed: printedCreating, disruption: hangup, parallelism: 10},
		},
		"lost by a second Ctrl-C": {
			checkInstancesRecorded, false,
			evidence{
				after: snapshotOf("B", ""), printed: printedCreating, disruption: ctrlCTwice,
				requests: []apiRequest{{op: opCreate, status: 201}},
			},
		},
		"unanswered at a second Ctrl-C": {
			checkInstancesRecorded, true,
			evidence{
				after: snapshotOf("B", ""), printed: printedCreating, disruption: ctrlCTwice,
				requests: abandonedCreate,
			},
		},
		"lost by one Ctrl-C": {
			checkInstancesRecorded, false,
			evidence{after: snapshotOf("B", ""), printed: printedCreating, disruption: ctrlC, parallelism: 10},
		},
		"lost by SIGTERM": {
			checkInstancesRecorded, false,
			evidence{after: snapshotOf("B", ""), printed: printedCreating, disruption: sigterm, parallelism: 10},
		},
		"lost after it had returned": {
			checkInstancesRecorded, false,
			evidence{after: snapshotOf("B", ""), printed: printedCreated, disruption: providerKilled, parallelism: 10},
		},
		"lost before it was written": {
			checkInstancesRecorded, true,
			evidence{after: snapshotOf("B", ""), printed: printedCreated, disruption: cliKilled},
		},
		"answered while the CLI is ending": {
			checkInstancesRecorded, true,
			evidence{
				after: snapshotOf("B", ""), printed: printedCreating, disruption: cliKilled,
				requests: []apiRequest{{op: opCreate, status: 201, answeredAtDisruption: true}},
			},
		},
		"read while the CLI is ending": {
			checkInstancesRecorded, true,
			evidence{
				after: snapshotOf("B", ""), printed: printedCreating, disruption: hangup,
				requests: []apiRequest{{op: opInfo, id: "B", answeredAtDisruption: true}},
			},
		},
		"another is read while the CLI is ending": {
			checkInstancesRecorded, false,
			evidence{
				before: snapshotOf("A", "A"), after: snapshotOf("A B", "A"),
				printed: printedCreating, disruption: hangup,
				requests: []apiRequest{{op: opInfo, id: "A", answeredAtDisruption: true}},
			},
		},
		"killed, and in the log": {
			checkInstancesRecorded, true,
			evidence{after: snapshotOf("B", ""), printed: printedCreating, disruption: cliKilled, log: loggedCreated},
		},
		"another one is in the log": {
			checkInstancesRecorded, false,
			evidence{after: snapshotOf("Z", ""), printed: printedCreating, disruption: cliKilled, log: loggedCreated},
		},
		"in the log, and not killed": {
			checkInstancesRecorded, false,
			evidence{after: snapshotOf("B", ""), printed: printedCreating, log: loggedCreated},
		},
		"killed, and the deletion failed": {
			checkInstancesRecorded, true,
			evidence{
				after: snapshotOf("B", ""), printed: printedCreating, disruption: cliKilled,
				requests: deletion("B"),
			},
		},
		"killed, and the outcome is unknown": {
			checkInstancesRecorded, true,
			evidence{
				after: snapshotOf("B", ""), printed: printedCreating, disruption: cliKilled,
				requests: ambiguousCreate,
			},
		},
		"more lost than were in flight": {
			checkInstancesRecorded, false,
			evidence{
				after: snapshotOf("A B", ""), printed: printedCreating, disruption: providerKilled,
				parallelism: 10,
			},
		},
		"replaced, but not written": {
			checkInstancesRecorded,
			true,
			evidence{
				before:     snapshotOf("B", "B"),
				after:      snapshotOf("B C", "B"),
				printed:    printedCreated,
				disruption: cliKilled,
			},
		},
		"failed before a kill": {
			checkInstancesRecorded,
			true,
			evidence{
				after: snapshotOf(
					"A B",
					"",
				),
				printed:     printedCreating + printedCreating,
				disruption:  providerKilled,
				parallelism: 1,
				requests:    ambiguousCreate,
			},
		},
		"lost at a kill, one by one": {
			checkInstancesRecorded,
			false,
			evidence{
				after:       snapshotOf("A B", ""),
				printed:     printedCreating + printedCreating,
				disruption:  providerKilled,
				parallelism: 1,
			},
		},
		"lost by a kill and before": {
			checkInstancesRecorded,
			false,
			evidence{
				before:     snapshotOf("A", "A"),
				after:      snapshotOf("A", ""),
				printed:    printedCreating,
				disruption: cliKilled,
				log:        loggedCreated,
			},
		},

		"announced after an unknown outcome": {
			checkNoFalseAlarm, true,
			evidence{printed: printedMaybeCreated, requests: ambiguousCreate},
		},
		"announced after a create without a fault": {
			checkNoFalseAlarm, false,
			evidence{printed: printedMaybeCreated, requests: []apiRequest{{op: opCreate, status: 201}}},
		},
		"announced although the answer had the id": {
			checkNoFalseAlarm, false,
			evidence{printed: printedMaybeCreated, requests: []apiRequest{{op: opCreate, fault: withID, status: 201}}},
		},
		"announced without the import command": {
			checkNoFalseAlarm, false,
			evidence{printed: "Wawp session may have been created", requests: ambiguousCreate},
		},

		"a refresh keeps": {
			checkRefreshKeepsObjects, true,
			evidence{stepKind: refresh, before: snapshotOf("A", "A"), after: snapshotOf("A", "A")},
		},
		"a refresh drops what is gone": {
			checkRefreshKeepsObjects, true,
			evidence{stepKind: refresh, before: snapshotOf("A", "A"), after: snapshotOf("", "")},
		},
		"a refresh drops what is there": {
			checkRefreshKeepsObjects, false,
			evidence{stepKind: refresh, before: snapshotOf("A", "A"), after: snapshotOf("A", "")},
		},
		"a refresh drops a webhook": {
			checkRefreshKeepsObjects, false,
			evidence{
				stepKind: refresh, before: snapshotOf("A", "A").withObject(kindHook, "A"),
				after: snapshotOf("A", "A").withWebhookAndPhone("A"),
			},
		},
		"a refresh drops a phone": {
			checkRefreshKeepsObjects, false,
			evidence{
				stepKind: refresh, before: snapshotOf("A", "A").withObject(kindPairing, "A"),
				after: snapshotOf("A", "A").withWebhookAndPhone("A"),
			},
		},

		"one is missing": {checkStateObjectsExist, false, evidence{after: snapshotOf("A", "A B")}},
		"one was deleted by a person": {
			checkStateObjectsExist, true,
			evidence{after: snapshotOf("A", "A B"), undoneInDashboard: map[string]bool{"B": true}},
		},
		"one was deleted before": {
			checkStateObjectsExist, true,
			evidence{after: snapshotOf("A", "A B"), undoRequestedBefore: map[string]bool{"B": true}},
		},
		"one was deleted by what failed": {
			checkStateObjectsExist, true,
			evidence{after: snapshotOf("A", "A B"), requests: deletion("B"), exitCode: 1},
		},
		"one was deleted with success": {
			checkStateObjectsExist, false,
			evidence{after: snapshotOf("A", "A B"), requests: deletion("B")},
		},
		"a webhook is there": {
			checkStateObjectsExist, true,
			evidence{after: snapshotOf("A", "A").withObject(kindHook, "A").withWebhookAndPhone("A")},
		},
		"a webhook is missing": {
			checkStateObjectsExist, false,
			evidence{after: snapshotOf("A", "A").withObject(kindHook, "A")},
		},
		"a webhook was deleted, and is in": {
			checkStateObjectsExist, false,
			evidence{after: snapshotOf("A", "A").withObject(kindHook, "A"), requests: webhookDeletion},
		},
		"one that was left over": {
			checkStateObjectsExist, true,
			evidence{
				before: leftOver, after: snapshotOf("A", "A").withObject(kindHook, "A"),
				requests: webhookDeletion,
			},
		},
		"a webhook of a session that is": {
			checkStateObjectsExist,
			true,
			evidence{after: snapshotOf("A", "A").withObject(kindHook, "B")},
		},
		"a phone is missing": {
			checkStateObjectsExist, false,
			evidence{after: snapshotOf("A", "A").withObject(kindPairing, "A"), requests: logout},
		},
		"a phone was unlinked by an action": {
			checkStateObjectsExist, true,
			evidence{after: snapshotOf("A", "A").withObject(kindPairing, "A"), requests: logout, target: "A"},
		},
		"a phone was unlinked by a person": {
			checkStateObjectsExist,
			true,
			evidence{
				after:             snapshotOf("A", "A").withObject(kindPairing, "A"),
				undoneInDashboard: map[string]bool{phoneName("A"): true},
			},
		},

		"it was stopped": {checkActionEffect, true, evidence{stepKind: "invoke stop", target: "A", after: stopped}},
		"it was not stopped": {
			checkActionEffect, false,
			evidence{stepKind: "invoke stop", target: "A", after: working},
		},
		"it was not stopped, and says": {
			checkActionEffect, true,
			evidence{stepKind: "invoke stop", target: "A", after: working, exitCode: 1},
		},
		"it was not logged out": {
			checkActionEffect, false,
			evidence{stepKind: "invoke logout", target: "A", after: working},
		},
		"it was not started": {
			checkActionEffect, false,
			evidence{stepKind: "invoke start", target: "A", after: stopped},
		},
		"nothing was invoked": {checkActionEffect, true, evidence{after: stopped}},

		"one create": {checkCreatesSentOnce, true, evidence{printed: printedCreated, requests: abandonedCreate}},
		"again after a refusal": {
			checkCreatesSentOnce, true,
			evidence{printed: printedCreated, requests: []apiRequest{{op: opCreate, fault: retriable}, {op: opCreate}}},
		},
		"again after an unknown outcome": {
			checkCreatesSentOnce, false,
			evidence{printed: printedCreated, requests: []apiRequest{{op: opCreate, fault: ambiguous}, {op: opCreate}}},
		},

		"tainted":     {checkNothingTainted, false, evidence{after: tainted}},
		"not tainted": {checkNothingTainted, true, evidence{after: snapshotOf("A", "A")}},

		"deleted as requested": {checkUndoingRequested, true, evidence{
			requests:    deletion("A"),
			undoAllowed: map[string]bool{"A": true},
		}},
		"another is deleted": {
			checkUndoingRequested, false,
			evidence{requests: deletion("B"), undoAllowed: map[string]bool{"A": true}},
		},
		"deleted by a provider whose CLI has ended": {
			checkUndoingRequested, true,
			evidence{requests: deletion("B"), disruption: cliKilled},
		},
		"deleted by a provider whose CLI has ended, but in the state": {
			checkUndoingRequested, false,
			evidence{requests: deletion("B"), disruption: cliKilled, after: snapshotOf("", "B")},
		},
		"deleted after Ctrl-C": {
			checkUndoingRequested, false,
			evidence{requests: deletion("B"), disruption: ctrlC},
		},
		"logged out without a request": {checkUndoingRequested, false, evidence{requests: logout}},
		"logged out as requested": {checkUndoingRequested, true, evidence{
			requests:    logout,
			undoAllowed: map[string]bool{phoneName("A"): true},
		}},
		"logged out before a deletion": {
			checkUndoingRequested,
			true,
			evidence{requests: logout, undoAllowed: map[string]bool{"A": true}},
		},
		"a webhook is deleted without a request": {
			checkUndoingRequested, false,
			evidence{requests: webhookDeletion, undoAllowed: map[string]bool{phoneName("A"): true}},
		},

		"a phone is unlinked by itself": {
			checkUndoingRequested,
			false,
			evidence{before: linked, after: snapshotOf("A", "A")},
		},
		"a phone is unlinked by a logout": {
			checkUndoingRequested, true,
			evidence{
				before: linked, after: snapshotOf("A", "A"), requests: effectiveLogout,
				undoAllowed: map[string]bool{phoneName("A"): true},
			},
		},
		"a phone is unlinked by a person": {
			checkUndoingRequested, true,
			evidence{
				before: linked, after: snapshotOf("A", "A"),
				undoneInDashboard: map[string]bool{phoneName("A"): true},
			},
		},

		"a plan reads": {
			checkReadOnlyCommands,
			true,
			evidence{readOnly: true, requests: []apiRequest{{op: opInfo}, {op: opGetLink}}},
		},
		"a plan writes": {
			checkReadOnlyCommands, false,
			evidence{readOnly: true, requests: []apiRequest{{op: opStart}}},
		},
		"an apply writes": {checkReadOnlyCommands, true, evidence{requests: []apiRequest{{op: opStart}}}},
		"a bad request":   {checkRequestsAccepted, false, evidence{requests: []apiRequest{{op: opInfo, status: 400}}}},
		"a wrong start":   {checkRequestsAccepted, false, evidence{requests: []apiRequest{{op: opStart, status: 409}}}},
		"a start that a flap overtakes": {checkRequestsAccepted, true, evidence{requests: []apiRequest{
			{op: opInfo, id: "A", fault: flapping},
			{op: opStart, id: "A", status: 409},
		}}},
		"a start while another session flaps": {checkRequestsAccepted, false, evidence{requests: []apiRequest{
			{op: opInfo, id: "B", fault: flapping},
			{op: opStart, id: "A", status: 409},
		}}},
		"a logout without a look at the status": {
			checkRequestsAccepted, true,
			evidence{requests: []apiRequest{{op: opLogout, status: 400}}},
		},
		"a code for a session that was paired meanwhile": {
			checkRequestsAccepted, true,
			evidence{requests: []apiRequest{{op: opQR, status: 400}}},
		},
		"an injected fault": {
			checkRequestsAccepted,
			true,
			evidence{requests: []apiRequest{{op: opInfo, status: 401, fault: ambiguous}}},
		},

		"in order": {
			checkNoCrashNoHang, true,
			evidence{printed: "Apply complete!", took: time.Second, longestDuration: time.Minute},
		},
		"the provider crashed": {checkNoCrashNoHang, false, evidence{printed: "Error: The provider\ncrashed"}},
		"a stack trace":        {checkNoCrashNoHang, false, evidence{printed: "goroutine 17 [running]:"}},
		"the plugin died":      {checkNoCrashNoHang, false, evidence{printed: "Error: Plugin did not respond"}},
		"the plugin was killed": {
			checkNoCrashNoHang, true,
			evidence{printed: "Error: Plugin did not respond", disruption: providerKilled},
		},
		"it hung": {
			checkNoCrashNoHang, false,
			evidence{took: time.Hour, longestDuration: time.Minute},
		},
		"a process is left":           {checkNoCrashNoHang, false, evidence{leftProcesses: 1}},
		"a process is left by a kill": {checkNoCrashNoHang, false, evidence{leftProcesses: 1, disruption: cliKilled}},
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

// TestReplacedSessions: what belongs to a session is made anew if its session is replaced, or no longer in the state.
func TestReplacedSessions(t *testing.T) {
	t.Parallel()
	s := snapshotOf("A B", "A").withObject(kindHook, "B")
	for id, want := range map[string]bool{"A": false, "B": true} {
		if got := s.isReplaced(id, nil); got != want {
			t.Errorf("%s: %t", id, got)
		}
	}
	if !s.isReplaced("A", []string{"wawp_session.a"}) {
		t.Error("a session at one of the addresses is not replaced")
	}
}

func TestSecretsAreFoundOutsideTheirPlaces(t *testing.T) {
	t.Parallel()
	const state = `{"version":4,"outputs":{"x":%q},"resources":[
		{"type":"wawp_session_webhook","instances":[
			{"attributes":{"hmac_secret":"s3cret","url":"https://example.com"},"private":"bm90aGluZw=="}]},
		{"type":"wawp_session_temp_link","instances":[
			{"attributes":{"link":"https://app.wawp.net/temp-qr/l1nk"},"private":"%s"}]}]}`
	secrets := []secret{{"the token", "t0k/en", false}, {"a secret", "s3cret", true}, {"a link", "l1nk", true}}
	withOutputAndPrivate := func(output, private string) string {
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
		"all in their places":     {"terraform.tfstate", withOutputAndPrivate("", ""), 0},
		"in a backup":             {"terraform.tfstate.backup", withOutputAndPrivate("", ""), 0},
		"a link in an output":     {"terraform.tfstate", withOutputAndPrivate("l1nk", ""), 1},
		"a secret in private":     {"terraform.tfstate", withOutputAndPrivate("", "czNjcmV0"), 1},
		"the token in the state":  {"terraform.tfstate", withOutputAndPrivate("t0k/en", ""), 1},
		"half a state":            {"terraform.tfstate", `{"resources": [ s3cret`, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if found := leaks(test.file, []byte(test.content), secrets); len(found) != test.want {
				t.Errorf("found %q", found)
			}
		})
	}
}

func TestConfigurationDriftIsFound(t *testing.T) {
	t.Parallel()
	c := &configuration{sessions: map[string]*session{"a": {
		state: "started", policy: "strict", link: 1, paired: true,
		hooks: map[string]*hook{"a_a": {events: []string{"message"}, enabled: true, delay: 3, secret: "stored"}},
	}}}
	secretOf := func(string, *hook) string { return "s3cret" }
	matching := func() snapshot {
		s := snapshotOf("A", "A")
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
			s := matching()
			test.change(&s)
			if wrong := configurationDrift(c, s, secretOf); len(wrong) != test.want {
				t.Errorf("it says %q", wrong)
			}
		})
	}
}

// TestPhonesAndLinksLeftBehindAreFound checks the rules about a phone that is linked to A, and about a link of A. The
// state knew them before, from the session or from the pairing.
func TestPhonesAndLinksLeftBehindAreFound(t *testing.T) {
	t.Parallel()
	const diagnostic = "╷\n│ Warning: %s\n│\n│ The session A was deleted\n│ or not.\n╵\n"
	printedNotLoggedOut, printedMaybeLinked, printedNotUnlinked := strings.Replace(
		diagnostic,
		"%s",
		phoneSummaries[0],
		1,
	), strings.Replace(
		diagnostic,
		"%s",
		phoneSummaries[1],
		1,
	),
		strings.Replace(
			diagnostic,
			"%s",
			phoneSummaries[2],
			1,
		)
	logout, working := apiRequest{op: opLogout, id: "A", carriedOut: true, status: 200},
		apiRequest{op: opInfo, id: "A", status: 200, sessionStatus: "WORKING"}
	refused, garbled := apiRequest{op: opLogout, id: "A", status: 400}, working
	garbled.fault = faultByName("true for values")
	withPairing := snapshotOf("A", "A").withObject(kindPairing, "A").withWebhookAndPhone("A")
	inState, notInState, deletedWhileLinked := snapshotOf(
		"A",
		"",
	).withPairedSession("A").
		withWebhookAndPhone("A"),
		snapshotOf(
			"A",
			"A",
		).withWebhookAndPhone("A"),
		snapshotOf(
			"",
			"",
		)
	deletedWhileLinked.deletedWhileLinked, inState.validLink = map[string]bool{"A": true}, map[string]string{"A": "L"}
	deletedOnly, linkGone, linkLeft, linkKnown := deletedWhileLinked, snapshotOf("A", "A"), snapshotOf("A", "A"),
		snapshotOf("A", "A").withObject(kindLink, "A")
	deletedOnly.state = inState.state
	linkLeft.validLink, linkKnown.validLink = inState.validLink, inState.validLink
	linkGone.validLink = map[string]string{
		"A": "",
	}
	linkKnown.state[1].Attributes["link"] = "L"
	for name, test := range map[string]struct {
		rule  func(evidence) []string
		holds bool
		e     evidence
	}{
		"a pairing goes, and the phone": {
			checkPhonesAnnounced, true,
			evidence{before: withPairing, after: snapshotOf("A", "A"), requests: []apiRequest{logout}},
		},
		"a pairing goes, the phone stays": {
			checkPhonesAnnounced, false,
			evidence{before: withPairing, after: notInState},
		},
		"a pairing goes, a logout is refused": {
			checkPhonesAnnounced, false,
			evidence{before: withPairing, after: notInState, requests: []apiRequest{refused}},
		},
		"a pairing goes, and another phone comes": {
			checkPhonesAnnounced, true,
			evidence{before: withPairing, after: notInState, requests: []apiRequest{logout}},
		},
		"a pairing goes with a warning": {
			checkPhonesAnnounced, true,
			evidence{before: withPairing, after: notInState, printed: printedMaybeLinked},
		},
		"a pairing goes with a warning about another": {
			checkPhonesAnnounced, false,
			evidence{
				before: withPairing, after: notInState,
				printed: strings.ReplaceAll(printedMaybeLinked, " A ", " B "),
			},
		},
		"a pairing goes with a torn warning": {
			checkPhonesAnnounced, false,
			evidence{before: withPairing, after: notInState, printed: printedMaybeLinked[:20] +
				printedNotLoggedOut[:10] + "A ╷" + phoneSummaries[1]},
		},
		"a pairing stays": {checkPhonesAnnounced, true, evidence{before: withPairing, after: withPairing}},
		"a pairing stays with an error": {
			checkPhonesAnnounced, true,
			evidence{before: withPairing, after: withPairing, printed: printedNotUnlinked},
		},
		"a pairing goes, killed": {
			checkPhonesAnnounced, true,
			evidence{before: withPairing, after: notInState, disruption: cliKilled},
		},
		"a pairing goes, interrupted": {
			checkPhonesAnnounced, false,
			evidence{before: withPairing, after: notInState, disruption: ctrlC},
		},
		"a pairing goes, its phone is excused": {
			checkPhonesAnnounced, true,
			evidence{before: withPairing, after: notInState, excused: map[string]string{phoneName("A"): "announced"}},
		},
		"a session goes, and the phone": {
			checkPhonesAnnounced, true,
			evidence{before: inState, after: snapshotOf("", ""), requests: []apiRequest{logout}},
		},
		"a session goes, the phone lists it": {
			checkPhonesAnnounced, false,
			evidence{before: inState, after: deletedWhileLinked},
		},
		"a session goes with a warning": {
			checkPhonesAnnounced, true,
			evidence{before: inState, after: deletedWhileLinked, printed: printedNotLoggedOut},
		},
		"a session goes, but is in the state": {
			checkPhonesAnnounced, true,
			evidence{before: inState, after: deletedOnly},
		},
		"a session goes in the dashboard": {
			checkPhonesAnnounced, true,
			evidence{before: inState, after: deletedWhileLinked, undoneInDashboard: map[string]bool{"A": true}},
		},
		"a session goes, no phone was known": {
			checkPhonesAnnounced, true,
			evidence{before: notInState, after: deletedWhileLinked},
		},
		"a session goes, an answer showed its phone": {
			checkPhonesAnnounced, false,
			evidence{before: notInState, after: deletedWhileLinked, requests: []apiRequest{working}},
		},
		"a session goes, a garbled answer showed its phone": {
			checkPhonesAnnounced, true,
			evidence{before: notInState, after: deletedWhileLinked, requests: []apiRequest{garbled}},
		},

		"a link is revoked": {checkLinksAnnounced, true, evidence{before: linkKnown, after: linkGone}},
		"a link is known":   {checkLinksAnnounced, true, evidence{before: linkKnown, after: linkKnown}},
		"a link stays":      {checkLinksAnnounced, false, evidence{before: linkKnown, after: linkLeft}},
		"a link stays with a warning": {checkLinksAnnounced, true, evidence{
			before: linkKnown, after: linkLeft,
			printed: strings.Replace(diagnostic, "%s", linkSummaries[1], 1),
		}},
		"a link is made with an error": {checkLinksAnnounced, true, evidence{
			before: linkGone, after: linkLeft,
			printed: strings.Replace(diagnostic, "%s", linkSummaries[0], 1),
		}},
		"a link is made without a diagnostic": {
			checkLinksAnnounced, false,
			evidence{before: linkGone, after: linkLeft},
		},
		"a link is made by a person": {checkLinksAnnounced, true, evidence{
			before: linkGone, after: linkLeft,
			excused: map[string]string{linkName("L"): "made in the dashboard"},
		}},
		"a link stays, killed": {
			checkLinksAnnounced, true,
			evidence{before: linkKnown, after: linkLeft, disruption: providerKilled},
		},
		"a link stays, known another": {
			checkLinksAnnounced, false,
			evidence{before: linkKnown, after: snapshotOf("A", "A").withObject(kindLink, "A").withLink("A", "M")},
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

func TestMessagesSentTwiceAreFound(t *testing.T) {
	t.Parallel()
	carriedOut, notCarriedOut := apiRequest{op: opSend, carriedOut: true}, apiRequest{op: opSend}
	const (
		printedStarted     = "Action started: action.wawp_send_text.now\n"
		printedComplete    = printedStarted + "Action complete: action.wawp_send_text.now\n"
		printedMaybeSent   = printedStarted + "│ Error: WhatsApp message may have\n│ been sent"
		printedInterrupted = printedStarted + "│ Warning: WhatsApp message was on its way when"
	)
	for name, test := range map[string]struct {
		holds bool
		e     evidence
	}{
		"sent": {true, evidence{printed: printedComplete, requests: []apiRequest{carriedOut}}},
		"refused, then sent": {true, evidence{
			printed:  printedComplete,
			requests: []apiRequest{notCarriedOut, carriedOut},
		}},
		"sent twice": {false, evidence{
			printed:  printedComplete,
			requests: []apiRequest{carriedOut, carriedOut},
		}},
		"sent twice, perhaps": {false, evidence{
			printed:  printedMaybeSent,
			requests: []apiRequest{carriedOut, carriedOut},
		}},
		"two are sent": {true, evidence{
			printed:  printedComplete + printedMaybeSent,
			requests: []apiRequest{carriedOut, carriedOut},
		}},
		"not sent, with success": {false, evidence{printed: printedComplete, requests: []apiRequest{notCarriedOut}}},
		"not sent, with an error": {true, evidence{
			printed:  printedStarted + "Error: WhatsApp message was not sent",
			requests: []apiRequest{notCarriedOut},
		}},
		"sent, with an error that it was not": {false, evidence{
			printed:  printedStarted + "Error: WhatsApp message was not sent",
			requests: []apiRequest{carriedOut},
		}},
		"perhaps sent":          {true, evidence{printed: printedMaybeSent, requests: []apiRequest{carriedOut}}},
		"sent when interrupted": {true, evidence{printed: printedInterrupted, requests: []apiRequest{carriedOut}}},
		"sent when killed": {true, evidence{
			printed: printedStarted, requests: []apiRequest{carriedOut},
			disruption: providerKilled,
		}},
		"sent by something else": {false, evidence{requests: []apiRequest{carriedOut}}},
		"no message":             {true, evidence{requests: []apiRequest{{op: opInfo, carriedOut: true}}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if wrong := checkMessagesSentOnce(test.e); (len(wrong) == 0) != test.holds {
				t.Errorf("it says %q", wrong)
			}
		})
	}
}

// TestFaultsAreRepeatable: the fault of a request depends on the seed, the step, the operation and its number alone.
func TestFaultsAreRepeatable(t *testing.T) {
	t.Parallel()
	plan := faultPlan{seed: 7, step: 3, percent: 50, maxFaults: defaultMaxFaults, kinds: []string{"429", "500"}}
	differs := map[string]bool{}
	for nth := range 40 {
		f, again := plan.at(opInfo, nth), plan.at(opInfo, nth)
		if f != again {
			t.Errorf("%d: %v and %v", nth, f, again)
		}
		for what, other := range map[string]*fault{
			"seed":      faultPlan{seed: 8, step: 3, percent: 50, kinds: plan.kinds}.at(opInfo, nth),
			"step":      faultPlan{seed: 7, step: 4, percent: 50, kinds: plan.kinds}.at(opInfo, nth),
			"operation": plan.at(opCreate, nth), "number": plan.at(opInfo, nth+1),
		} {
			differs[what] = differs[what] || f != other
		}
	}
	if len(differs) != 4 || !differs["seed"] || !differs["step"] || !differs["operation"] || !differs["number"] {
		t.Errorf("differs: %v", differs)
	}
	if (faultPlan{}).at(opInfo, 1) != nil || (faultPlan{percent: 100, only: opCreate, kinds: plan.kinds}).at(opInfo,
		1) != nil ||
		(faultPlan{percent: 100, only: allButCreate, kinds: plan.kinds}).at(opCreate, 1) != nil {
		t.Error("a plan without faults for an operation has one")
	}
}

// TestFaultsFitTheirOperation: an operation gets only faults that it can have.
func TestFaultsFitTheirOperation(t *testing.T) {
	t.Parallel()
	for name, ops := range map[string][]string{
		staleAnswer:                 {opGetPolicy, opGetLink, opListHooks},
		flapPrefix + "STARTING":     {opInfo, opGetLink, opDelete, opSend},
		"429":                       {opCreate, opInfo, opGetLink},
		flapPrefix + "SCAN_QR_CODE": {opLogout, opCode},
		"cut off after 0 bytes":     {opCreate},
	} {
		for _, op := range []string{
			opCreate, opInfo, opGetPolicy, opGetLink, opListHooks, opDelete, opSend, opLogout,
			opCode,
		} {
			never := name == staleAnswer && !strings.HasPrefix(op, "GET ") ||
				strings.HasPrefix(name, flapPrefix) && op == opCreate
			f := faultPlan{percent: 100, maxFaults: 1, kinds: []string{name}}.at(op, 1)
			if slices.Contains(ops, op) && f == nil || never && f != nil {
				t.Errorf("%s of %s: %v", name, op, f)
			}
		}
	}
}

func TestInstanceFlapsOncePerStep(t *testing.T) {
	t.Parallel()
	fr, one, other := newFaultRun(
		faultPlan{},
		disruption{},
		"",
	), faultByName(
		flapPrefix+"STARTING",
	), faultByName(
		flapPrefix+"SCAN_QR_CODE",
	)
	if fr.limitFault("A", one) != one || fr.limitFault("A", other) != nil || fr.limitFault("B", other) != other ||
		fr.limitFault("A", faultByName("429")) != faultByName("429") {
		t.Error("an instance flaps more than once, or another fault is dropped")
	}
}

// TestTransientAbsenceComesOncePerStep: the API does not know an instance for a while, and then knows it until the end
// of the step.
func TestTransientAbsenceComesOncePerStep(t *testing.T) {
	t.Parallel()
	fr := newFaultRun(faultPlan{}, disruption{}, "")
	absence := faultByName(transientAbsence)
	for i, now := range []*fault{absence, nil, faultByName(unknownRoute), absence} {
		if got := fr.limitFault("A", now); got != faultByName(transientAbsence) {
			t.Errorf("%d: got %v", i, got)
		}
	}
	if fr.limitFault("B", nil) != nil {
		t.Error("another instance is not known either")
	}
	fr.absentUntil["A"] = time.Now()
	for i, now := range []*fault{faultByName(transientAbsence), nil} {
		if got := fr.limitFault("A", now); got != nil {
			t.Errorf("%d: got %v once it had passed", i, got)
		}
	}
}

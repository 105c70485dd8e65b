//go:build linux

package chaos_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
)

// This file has the rules about what a state may forget: phones that are linked, links that are valid, and messages.
// Each is undone before, or a person is told of it.

// The summaries of the diagnostics that tell of what is left.
var (
	ofPhones = []string{
		"Wawp session was not logged out", "The phone may still be linked to the Wawp session",
		"The phone was not unlinked from the Wawp session",
		"The phone was left linked to the Wawp session",
	}
	ofLinks = []string{"Wawp temporary link was not made", "Wawp temporary link was not revoked"}
)

// announces says whether a warning or an error, with one of the summaries, names an instance.
func announces(printed, id string, summaries []string) bool {
	for _, diagnostic := range strings.Split(printed, "╷") {
		diagnostic, _, _ = strings.Cut(diagnostic, "╵")
		said := acctest.Unwrap(diagnostic)
		if strings.Contains(said, id) && slices.ContainsFunc(summaries,
			func(s string) bool { return strings.Contains(said, s) }) {
			return true
		}
	}
	return false
}

// forgottenPhones are the instances whose phone is linked, or goes on listing what was deleted, while the state does
// not know of it any more.
func forgottenPhones(e evidence) []string {
	var all []string
	for _, i := range e.before.state {
		id := text(i, "instance_id")
		holder := kindSession
		if e.before.holds(kindPairing, id) {
			holder = kindPairing
		}
		wasKnown := i.Type == kindPairing || i.Type == kindSession && (e.before.isPaired(id) || wasTold(e, id))
		isLinked := e.after.sessions[id].Me != nil || e.after.stranded[id]
		byOthers := e.removed[id] || e.removed[phoneOf(id)] || e.excused[phoneOf(id)] != ""
		if wasKnown && isLinked && !byOthers && !e.after.holds(holder, id) && !wasLoggedOut(e, id) {
			all = append(all, id)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// wasTold says whether session/info has told, without a fault, that a phone is linked.
func wasTold(e evidence, id string) bool {
	return slices.ContainsFunc(e.sent, func(s sent) bool {
		return s.op == opInfo && s.id == id && s.fault == nil && s.status == 200 && s.shown == "WORKING"
	})
}

// wasLoggedOut says whether the phone that was known is unlinked. Another one may have come since.
func wasLoggedOut(e evidence, id string) bool {
	return slices.ContainsFunc(e.sent, func(s sent) bool { return s.op == opLogout && s.id == id && s.done })
}

// forgottenLinks are the instances that have a valid link which the state does not know.
func forgottenLinks(e evidence) []string {
	var all []string
	for id, link := range e.after.link {
		isKnown := slices.ContainsFunc(e.after.state,
			func(i acctest.Instance) bool { return i.Type == kindLink && text(i, "link") == link })
		if link != "" && !isKnown && e.excused[linkOf(link)] == "" {
			all = append(all, id)
		}
	}
	slices.Sort(all)
	return all
}

func phones(e evidence) []string {
	return unannounced(e, forgottenPhones(e), ofPhones,
		"the phone of %s is linked, or lists it, the state knows nothing of it any more, and nobody was told")
}

func links(e evidence) []string {
	return unannounced(e, forgottenLinks(e), ofLinks,
		"the link of %s is valid, the state does not know it, and nobody was told")
}

func unannounced(e evidence, ids []string, summaries []string, words string) []string {
	var wrong []string
	for _, id := range ids {
		if !kills(e.end) && !announces(e.printed, id, summaries) {
			wrong = append(wrong, fmt.Sprintf(words, id))
		}
	}
	return wrong
}

var (
	sendingBegun = regexp.MustCompile(`(?m)^Action started: (action\.wawp_send_text\S*)`)
	sendingDone  = regexp.MustCompile(`(?m)^Action complete: (action\.wawp_send_text\S*)`)
	maybeSent    = regexp.MustCompile(`WhatsApp message may have been sent|WhatsApp message was on its way`)
)

// sentOnce goes by the runs of the action that sends a message: each sends it once at most, and says so.
func sentOnce(e evidence) []string {
	messages := 0
	for _, s := range e.sent {
		if s.op == opSend && s.done {
			messages++
		}
	}
	begun, done, unsure := len(subjects(sendingBegun, e.printed)), len(subjects(sendingDone, e.printed)),
		maybeSent.FindAllString(acctest.Unwrap(e.printed), -1)
	switch {
	case messages > begun:
		return []string{fmt.Sprintf("%d messages were sent by %d actions", messages, begun)}
	case messages < done:
		return []string{fmt.Sprintf("%d messages were sent, and %d actions succeeded", messages, done)}
	case messages > done+len(unsure) && !kills(e.end):
		return []string{fmt.Sprintf("%d messages were sent, by %d actions that succeeded and %d of which nobody knows",
			messages, done, len(unsure))}
	}
	return nil
}

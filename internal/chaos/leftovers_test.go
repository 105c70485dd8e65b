//go:build linux

package chaos_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
)

// This file has the rules about phones that are linked and links that are valid when the state no longer knows them,
// and about messages. The provider must undo each before, or a diagnostic must name it.

// The summaries of the diagnostics that announce a phone or a link that is left.
var (
	phoneSummaries = []string{
		"Wawp session was not logged out", "The phone may still be linked to the Wawp session",
		"The phone was not unlinked from the Wawp session",
		"The phone was left linked to the Wawp session",
	}
	linkSummaries = []string{"Wawp temporary link was not made", "Wawp temporary link was not revoked"}
)

// hasDiagnosticAbout reports whether a diagnostic with one of the summaries names an instance.
func hasDiagnosticAbout(printed, id string, summaries []string) bool {
	for _, diagnostic := range strings.Split(printed, "╷") {
		diagnostic, _, _ = strings.Cut(diagnostic, "╵")
		output := acctest.Unwrap(diagnostic)
		if strings.Contains(output, id) && slices.ContainsFunc(summaries,
			func(s string) bool { return strings.Contains(output, s) }) {
			return true
		}
	}
	return false
}

// phonesLeftLinked returns the instances whose phone was known to the state and is not any more, although it is still
// linked, or still lists the deleted session.
func phonesLeftLinked(e evidence) []string {
	var all []string
	for _, i := range e.before.state {
		id := text(i, "instance_id")
		holder := kindSession
		if e.before.hasInState(kindPairing, id) {
			holder = kindPairing
		}
		wasKnown := i.Type == kindPairing || i.Type == kindSession &&
			(e.before.isPairedInState(id) || sawWorking(e, id))
		isLinked := e.after.sessions[id].Me != nil || e.after.deletedWhileLinked[id]
		byOthers := e.undoneInDashboard[id] || e.undoneInDashboard[phoneName(id)] || e.excused[phoneName(id)] != ""
		if wasKnown && isLinked && !byOthers && !e.after.hasInState(holder, id) && !isLoggedOut(e, id) {
			all = append(all, id)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// sawWorking reports whether an answer of session/info without a fault said that a phone is linked.
func sawWorking(e evidence, id string) bool {
	return slices.ContainsFunc(e.requests, func(request apiRequest) bool {
		return request.op == opInfo && request.id == id && request.fault == nil && request.status == 200 &&
			request.sessionStatus == "WORKING"
	})
}

// isLoggedOut reports whether a logout was carried out. Another phone may have been linked since.
func isLoggedOut(e evidence, id string) bool {
	return slices.ContainsFunc(
		e.requests,
		func(request apiRequest) bool { return request.op == opLogout && request.id == id && request.carriedOut },
	)
}

// linksLeftValid returns the instances with a valid link that the state does not know.
func linksLeftValid(e evidence) []string {
	var all []string
	for id, link := range e.after.validLink {
		isKnown := slices.ContainsFunc(e.after.state,
			func(i acctest.Instance) bool { return i.Type == kindLink && text(i, "link") == link })
		if link != "" && !isKnown && e.excused[linkName(link)] == "" {
			all = append(all, id)
		}
	}
	slices.Sort(all)
	return all
}

// checkPhonesAnnounced finds phones that are left linked, and that no diagnostic names.
func checkPhonesAnnounced(e evidence) []string {
	return checkAnnounced(e, phonesLeftLinked(e), phoneSummaries,
		"the phone of %s is linked, or lists it, the state knows nothing of it any more, and nobody was told")
}

// checkLinksAnnounced finds links that are left valid, and that no diagnostic names.
func checkLinksAnnounced(e evidence) []string {
	return checkAnnounced(e, linksLeftValid(e), linkSummaries,
		"the link of %s is valid, the state does not know it, and nobody was told")
}

func checkAnnounced(e evidence, ids []string, summaries []string, format string) []string {
	var wrong []string
	for _, id := range ids {
		if !killsAProcess(e.disruption) && !hasDiagnosticAbout(e.printed, id, summaries) {
			wrong = append(wrong, fmt.Sprintf(format, id))
		}
	}
	return wrong
}

var (
	sendStarted      = regexp.MustCompile(`(?m)^Action started: (action\.wawp_send_text\S*)`)
	sendComplete     = regexp.MustCompile(`(?m)^Action complete: (action\.wawp_send_text\S*)`)
	maybeSentSummary = regexp.MustCompile(`WhatsApp message may have been sent|WhatsApp message was on its way`)
)

// checkMessagesSentOnce finds messages that were sent twice, and actions that say otherwise than they did.
func checkMessagesSentOnce(e evidence) []string {
	messages := 0
	for _, request := range e.requests {
		if request.op == opSend && request.carriedOut {
			messages++
		}
	}
	begun, done := len(matchedAddresses(sendStarted, e.printed)), len(matchedAddresses(sendComplete, e.printed))
	unsure := maybeSentSummary.FindAllString(acctest.Unwrap(e.printed), -1)
	switch {
	case messages > begun:
		return []string{fmt.Sprintf("%d messages were sent by %d actions", messages, begun)}
	case messages < done:
		return []string{fmt.Sprintf("%d messages were sent, and %d actions succeeded", messages, done)}
	case messages > done+len(unsure) && !killsAProcess(e.disruption):
		return []string{fmt.Sprintf("%d messages were sent, by %d actions that succeeded and %d of which nobody knows",
			messages, done, len(unsure))}
	}
	return nil
}

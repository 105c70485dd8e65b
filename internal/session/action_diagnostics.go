package session

import (
	"context"
	"errors"
	"fmt"

	"github.com/wawp/terraform-provider-wawp/internal/explain"
	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

// The ways in which an action ends early.
const (
	summaryFailed      = "Action on a Wawp session failed"
	summaryUnclear     = "Action on a Wawp session may have taken effect"
	summaryInterrupted = "Action on a Wawp session was interrupted"
	summaryTimeout     = "Action on a Wawp session ran out of time"
)

const runAgain = "Run the action again if need be: it looks at the session first."

// notSeen explains why the session was not seen to reach a goal; "" is to be seen at all.
func (e *actionRun) notSeen(ctx context.Context, goal string, err error) *problem {
	detail := fmt.Sprintf("Nothing was sent: the session %s was not seen", e.id)
	if e.accepted != "" {
		detail = fmt.Sprintf("Wawp accepted the %s of the session %s, but it was not seen", e.accepted, e.id)
	}
	if goal != "" {
		detail += " to " + goal
	}
	last := ""
	if e.seen.Status != "" {
		last = " Its last status was " + e.seen.Status + "."
	}
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return &problem{summary: summaryInterrupted, detail: detail + " before Terraform was interrupted." + last +
			" " + runAgain}
	case ctx.Err() == nil:
		return &problem{summary: summaryFailed, err: err, detail: detail + ", because looking at it failed." + last +
			"\n\n" +
			explain.Reason(err)}
	}
	detail += fmt.Sprintf(" within %s (the timeout of the action).%s", e.timeout, last)
	if e.seen.Status == wawp.StatusStarting {
		detail += stuck
	}
	return &problem{summary: summaryTimeout, detail: detail + explain.LastAnswer(err)}
}

// notBegun is notSeen for a restart that was not seen to begin.
func (e *actionRun) notBegun(ctx context.Context, before string, err error) *problem {
	left := e.notSeen(ctx, "leave "+before, err)
	if left.summary == summaryTimeout {
		left.detail += "\n\nA restart that is quicker than the pause between two looks is not seen either: if the " +
			"session works, " +
			"nothing is left to do."
	}
	return left
}

// notSent explains that a request failed, or that nobody can tell.
func (e *actionRun) notSent(ctx context.Context, name string, err error) *problem {
	what := fmt.Sprintf("the %s of the session %s, which was %s", name, e.id, e.seen.Status)
	left := &problem{
		summary: summaryFailed, detail: explain.Failure("Asking Wawp for "+what+", failed", err),
		err: err,
	}
	switch {
	case wawp.OutcomeUnknown(err):
		left.summary = summaryUnclear
		left.detail = explain.Failure("It is not known whether "+what+", took place", err) + "\n\n" + runAgain
	case errors.Is(ctx.Err(), context.Canceled):
		left.summary = summaryInterrupted
	case ctx.Err() != nil:
		left.summary = summaryTimeout
	case name == "logout" && e.seen.Status != wawp.StatusWorking && wawp.KindOf(err).Untimely():
		left.detail = fmt.Sprintf("Wawp refused %s.\n\n%s\n\nStart or restart it first, with the action "+
			"wawp_session_start or "+
			"wawp_session_restart. If it is WORKING then, log it out.", what, explain.Answer(err))
	}
	return left
}

// failedAgain explains that a session was restarted to no avail.
func failedAgain(id, before string) *problem {
	return &problem{
		summary: summaryIsFailed,
		detail: fmt.Sprintf("The session %s, which was %s, has restarted and is FAILED. Log it out (action "+
			"wawp_session_logout) and "+
			"link the phone again (action wawp_session_pair).", id, before),
	}
}

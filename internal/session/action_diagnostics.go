package session

import (
	"context"
	"errors"
	"fmt"

	"github.com/wawp/terraform-provider-wawp/internal/diagnostic"
	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

// Summaries of an action that fails.
const (
	summaryFailed      = "Action on a Wawp session failed"
	summaryUnclear     = "Action on a Wawp session may have taken effect"
	summaryInterrupted = "Action on a Wawp session was interrupted"
	summaryTimeout     = "Action on a Wawp session ran out of time"
)

const runAgain = "Run the action again if needed: it reads the session's status first."

// waitFailed explains why a wait failed. goal completes the sentence "the provider did not see the session ..."; with
// "" the session could not be read at all.
func (r *actionRun) waitFailed(ctx context.Context, goal string, err error) *problem {
	detail := "Nothing was sent: the provider could not read the session " + r.id
	switch {
	case r.accepted != "":
		detail = fmt.Sprintf("Wawp accepted the %s of the session %s, but the provider did not see the session %s",
			r.accepted, r.id, goal)
	case goal != "":
		detail = fmt.Sprintf("Nothing was sent: the provider did not see the session %s %s", r.id, goal)
	}
	last := ""
	if r.last.Status != "" {
		last = " Its last status was " + r.last.Status + "."
	}
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return &problem{summary: summaryInterrupted, detail: detail + " before Terraform was interrupted." + last +
			" " + runAgain}
	case ctx.Err() == nil:
		return &problem{summary: summaryFailed, err: err, detail: detail + ", because reading it failed." + last +
			"\n\n" + diagnostic.Reason(err)}
	}
	detail += fmt.Sprintf(" within %s (the timeout of the action).%s", r.timeout, last)
	if r.last.Status == wawp.StatusStarting {
		detail += restartAdvice
	}
	return &problem{summary: summaryTimeout, detail: detail + diagnostic.LastAnswer(err)}
}

// restartNotSeen is waitFailed for a restart whose beginning was not seen.
func (r *actionRun) restartNotSeen(ctx context.Context, before string, err error) *problem {
	p := r.waitFailed(ctx, "leave "+before, err)
	if p.summary == summaryTimeout {
		p.detail += "\n\n" +
			"A restart that is quicker than the pause between two reads is not seen either. If the session works, " +
			"there is nothing left to do."
	}
	return p
}

// requestFailed explains that a request failed, or that its outcome is not known.
func (r *actionRun) requestFailed(ctx context.Context, name string, err error) *problem {
	what := fmt.Sprintf("the %s of the session %s, which was %s", name, r.id, r.last.Status)
	p := &problem{
		summary: summaryFailed, detail: diagnostic.Failure("Asking Wawp for "+what+", failed", err),
		err: err,
	}
	switch {
	case wawp.OutcomeUnknown(err):
		p.summary = summaryUnclear
		p.detail = diagnostic.Failure("It is not known whether "+what+", took place", err) + "\n\n" + runAgain
	case errors.Is(ctx.Err(), context.Canceled):
		p.summary = summaryInterrupted
	case ctx.Err() != nil:
		p.summary = summaryTimeout
	case name == "logout" && r.last.Status != wawp.StatusWorking && wawp.KindOf(err).Untimely():
		p.detail = fmt.Sprintf("Wawp refused %s.\n\n"+
			"%s\n\n"+
			"Start or restart it first, with the action wawp_session_start or wawp_session_restart. Once it is "+
			"WORKING, log it out.", what, diagnostic.Answer(err))
	}
	return p
}

// failedAfterRestart explains that a session is FAILED although it was restarted.
func failedAfterRestart(id, before string) *problem {
	return &problem{
		summary: summaryIsFailed,
		detail: fmt.Sprintf("The session %s, which was %s, has restarted, but is FAILED. Log it out (action "+
			"wawp_session_logout) and link the phone again (action wawp_session_pair).", id, before),
	}
}

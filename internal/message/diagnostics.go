package message

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/wawp/terraform-provider-wawp/internal/diagnostic"
	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

const summaryNotSent = "WhatsApp message was not sent"

// outcome says what Wawp did with a message that it accepted.
func outcome(sent wawp.Sent, chat string) string {
	switch {
	case sent.Queued && sent.JobID != "":
		return fmt.Sprintf("Queued by the session's sending policy, for %s (job %s).", chat, sent.JobID)
	case sent.Queued:
		return fmt.Sprintf("Queued by the session's sending policy, for %s.", chat)
	case sent.MessageID != "":
		return fmt.Sprintf("Sent to %s (message id %s).", chat, sent.MessageID)
	case sent.Told:
		return fmt.Sprintf("Sent to %s.", chat)
	}
	return fmt.Sprintf("Wawp accepted the message to %s, but did not say whether it was sent.", chat)
}

// sessionNotRead explains that reading the session failed, so nothing was sent.
func sessionNotRead(id string, err error) diag.Diagnostic {
	return diagnostic.ForError(summaryNotSent,
		diagnostic.Failure("Nothing was sent, because checking whether the session "+id+" is WORKING failed", err), err)
}

// waitingMessage says what the action waits for.
func waitingMessage(s wawp.Session, timeout time.Duration) string {
	return fmt.Sprintf("The session %s is %s: waiting until it is WORKING, for at most %s.", s.InstanceID, s.Status,
		timeout)
}

// notReady explains what a session needs before it can send. The timeout or an interruption may have ended the wait.
func notReady(ctx context.Context, s wawp.Session, timeout time.Duration) diag.Diagnostic {
	next := map[string]string{
		wawp.StatusStopped: "Start it, with desired_state = \"started\" of its wawp_session or with the action " +
			"wawp_session_start.",
		wawp.StatusStarting: "Run the action again once it is WORKING. When STARTING lasts longer than 60 s, Wawp " +
			"advises a restart, with the action wawp_session_restart.",
		wawp.StatusScan: "No phone is linked to it. Link one, with the action wawp_session_pair.",
		wawp.StatusFailed: "It lost its phone, or its engine is broken. Wawp advises to restart it once, with the " +
			"action wawp_session_restart. If that does not help, log it out and link the phone again.",
	}[s.Status]
	if next == "" {
		next = "Look at it in " + diagnostic.Dashboard + "."
	}
	what := "is " + s.Status
	if s.Status == "" {
		what = "has no status"
	}
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		what = "was " + s.Status + " when Terraform was interrupted"
	case ctx.Err() != nil:
		what = fmt.Sprintf("was still %s after %s (the invoke timeout)", s.Status, timeout)
	}
	return diag.NewErrorDiagnostic(summaryNotSent,
		fmt.Sprintf("The session %s %s, and only a session that is WORKING can send. Nothing was sent.\n\n%s",
			s.InstanceID, what, next))
}

// notSent explains that a message was not sent, or that it is not known whether it was.
func notSent(id, chat string, err error) diag.Diagnostic {
	attempt := fmt.Sprintf("Sending a message to %s through the session %s failed", chat, id)
	if wawp.OutcomeUnknown(err) {
		return diag.NewErrorDiagnostic("WhatsApp message may have been sent",
			fmt.Sprintf("%s, but it may have been sent.\n\n"+
				"%s\n\n"+
				"It was not sent again, because it could arrive twice. Look into the chat before you run the action "+
				"again.",
				attempt, diagnostic.Answer(err)))
	}
	return diagnostic.ForError(summaryNotSent, attempt+". It was not sent.\n\n"+refusalReason(err), err)
}

// refusalReason explains why Wawp did not send a message, and what to do next.
func refusalReason(err error) string {
	var e *wawp.Error
	if !errors.As(err, &e) {
		return diagnostic.Reason(err)
	}
	if e.Kind == wawp.InvalidSession {
		return diagnostic.Answer(err) + "\n\n" +
			"The session was WORKING a moment ago, so it may have lost its phone. Look at its status. Restart it " +
			"(action wawp_session_restart), or link the phone again (action wawp_session_pair)."
	}
	if e.Status/100 == 2 || e.Status == http.StatusBadRequest || e.Status == http.StatusUnprocessableEntity {
		return diagnostic.Answer(err) + "\n\n" +
			"Check that the recipient has WhatsApp, and that the session may write to it. Then run the action again."
	}
	return diagnostic.Reason(err)
}

package pairing

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/wawp/terraform-provider-wawp/internal/diagnostic"
	"github.com/wawp/terraform-provider-wawp/internal/quote"
	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

// Summaries that several diagnostics share.
const (
	summaryNotPaired   = "No phone was linked to the Wawp session"
	summaryOtherPhone  = "Another phone is linked to the Wawp session"
	summaryNotUnlinked = "The phone was not unlinked from the Wawp session"
)

// howToPair says how a person links a phone.
const howToPair = `A person links a phone in WhatsApp, at Settings > Linked devices > Link a device, with one of these:

- the QR code in this terminal: the action wawp_session_pair (Terraform 1.14 or later), invoked ` +
	`on its own or triggered before the wawp_session_pairing is created;
- a page to hand over: link of a wawp_session_temp_link;
- ` + diagnostic.Dashboard + "."

// Endings of the details of a failure that changed nothing.
const (
	nothingChanged = "Nothing was recorded. Session and phone were left as they are."
	nextApplyWaits = nothingChanged + " The next apply waits again."
)

// notPaired explains why the wait of the resource ended without the expected phone. It returns nil if that is linked.
func notPaired(ctx context.Context, expected string, last wawp.Session, timeout time.Duration,
	err error,
) diag.Diagnostic {
	id, status := last.InstanceID, statusOf(last)
	switch {
	case err != nil && ctx.Err() == nil && !errors.Is(err, wawp.ErrNoTurn):
		return diagnostic.ForError(summaryNotPaired,
			diagnostic.Failure("Waiting for a phone at the session "+id+" failed", err)+"\n\n"+nothingChanged, err)
	case err != nil && errors.Is(ctx.Err(), context.Canceled):
		return diag.NewErrorDiagnostic("The wait for a phone was interrupted", fmt.Sprintf(
			"No phone was linked to the session %s when Terraform was interrupted. The last status was %s. %s%s",
			id, status, nextApplyWaits, diagnostic.LastAnswer(err)))
	case err != nil:
		return diag.NewErrorDiagnostic(summaryNotPaired, fmt.Sprintf(
			"Nobody linked a phone to the session %s within %s (the create timeout). The last status was %s.%s %s\n\n"+
				"%s%s",
			id, timeout, status, statusHint(last.Status), nextApplyWaits, howToPair, diagnostic.LastAnswer(err)))
	case last.Status == wawp.StatusStopped:
		return diag.NewAttributeErrorDiagnostic(path.Root("instance_id"), "Wawp session is stopped", fmt.Sprintf(
			"No phone can be linked to the session %s, because it is STOPPED. Start it with desired_state = "+
				"\"started\" on its wawp_session, or with the action wawp_session_start (Terraform 1.14 or later). "+
				"%s", id, nothingChanged))
	case isNumberMissing(expected, last):
		return diag.NewAttributeErrorDiagnostic(path.Root(argumentExpected),
			"Wawp does not report the number of the linked phone", fmt.Sprintf(
				"A phone is linked to the session %s, but Wawp does not report its number. So it cannot be compared "+
					"with expected_phone_number. Leave expected_phone_number out to accept it. %s", id, nothingChanged))
	case isOtherPhone(expected, last):
		return diag.NewAttributeErrorDiagnostic(path.Root(argumentExpected), summaryOtherPhone, fmt.Sprintf(
			"The phone that is linked to the session %s has the number %s, but %s is expected. %s\n\n"+
				"If it is the right phone, set expected_phone_number to its number. If not, unlink it, with the "+
				"action wawp_session_logout or on the phone at Settings > Linked devices. Then apply "+
				"again.", id, last.Account.PhoneNumber, expected, nothingChanged))
	}
	return nil
}

// stillUnlinking explains that another resource of this run is still unlinking the phone that is linked.
func stillUnlinking(id string, timeout time.Duration) diag.Diagnostic {
	return diag.NewErrorDiagnostic(summaryNotPaired, fmt.Sprintf("Another resource of this run unlinks the phone of "+
		"the session %s. That did not end within %s (the create timeout). Nothing was recorded. The next apply waits "+
		"for a phone. If the resource was only renamed, keep it with a moved block, which leaves the phone linked.",
		id, timeout))
}

// statusOf returns the status of a session, for a diagnostic.
func statusOf(s wawp.Session) string { return cmp.Or(s.Status, "not known") }

// isNumberMissing reports whether a number is expected, but Wawp does not report that of the linked phone.
func isNumberMissing(expected string, s wawp.Session) bool {
	return expected != "" && (s.Account == nil || s.Account.PhoneNumber == "")
}

// isOtherPhone reports whether the linked phone has another number than the expected one.
func isOtherPhone(expected string, s wawp.Session) bool {
	return expected != "" && !isNumberMissing(expected, s) && !wawp.SamePhone(s.Account.PhoneNumber, expected)
}

// statusHint says what to do if a session stays in a status in which no phone can be linked.
func statusHint(status string) string {
	switch status {
	case wawp.StatusFailed:
		return " A session that is FAILED shows no code: restart it, with the action wawp_session_restart or in the " +
			"dashboard."
	case wawp.StatusStarting:
		return " Wawp advises a restart, with the action wawp_session_restart or in the dashboard, when STARTING " +
			"lasts longer than 60 s."
	case wawp.StatusStopped:
		return " A session that is STOPPED shows no code: start it, with the action wawp_session_start or in the " +
			"dashboard."
	}
	return ""
}

// otherPhone warns that the linked phone is not the expected one.
func otherPhone(id, number string) diag.Diagnostic {
	return diag.NewAttributeWarningDiagnostic(path.Root(argumentExpected), summaryOtherPhone, fmt.Sprintf(
		"The phone that is linked to the session %s has the number %s, which is not the expected one. If it is the "+
			"right phone, set expected_phone_number to its number. If not, unlink it, with the action "+
			"wawp_session_logout or on the phone at Settings > Linked devices. The next apply then waits for another "+
			"phone.", id, number))
}

// nothingToImport explains that an import found no linked phone.
func nothingToImport(s wawp.Session) diag.Diagnostic {
	return diag.NewErrorDiagnostic("No phone is linked to the Wawp session", fmt.Sprintf(
		"There is no pairing to import. The status of the session %s is %s, and only WORKING shows that a phone is "+
			"linked. Link one first, or leave the import out: an apply then waits for a "+
			"phone.", s.InstanceID, statusOf(s)))
}

// phoneUnlinked warns that a pairing was removed from the state. Its summary is constant, so that Terraform groups the
// warnings of many sessions.
func phoneUnlinked(id string) diag.Diagnostic {
	return diag.NewWarningDiagnostic("A phone was unlinked from its Wawp session", fmt.Sprintf(
		"No phone is linked to the session %s any more: it waits for a scan (SCAN_QR_CODE). The pairing was removed "+
			"from the state. The plan creates it again, and the apply waits for a person. If you do not want that, "+
			"remove it from the configuration.\n\n"+
			"%s", id, howToPair))
}

// sessionFailed warns that a paired session is FAILED.
func sessionFailed(id string) diag.Diagnostic {
	return diag.NewWarningDiagnostic("A paired Wawp session is FAILED", fmt.Sprintf(
		"The session %s is FAILED: it lost its phone, or its engine is broken. The pairing stays in the state. Wawp "+
			"advises to restart the session once. Use the action wawp_session_pair (Terraform 1.14 or later), which "+
			"also draws a code if a phone must be linked again. Or use wawp_session_restart, or "+
			"%s.", id, diagnostic.Dashboard))
}

// notUnlinked explains why a phone may still be linked and the pairing stays in the state. reason says why it is not
// known whether the session is gone; "" if that is not in question.
func notUnlinked(
	ctx context.Context, u *wawp.Unlinking, timeout time.Duration, reason string, err error,
) diag.Diagnostic {
	attempt := "Unlinking the phone from the session " + u.InstanceID + " failed"
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		attempt += fmt.Sprintf(": it did not lose its phone within %s (the delete timeout), and its last status was "+
			"%s", timeout, statusOf(u.Session))
	}
	return diagnostic.ForError(summaryNotUnlinked, object(u.InstanceID).NotDeleted(attempt, reason, err)+
		unlinkHint(u.Status)+"\n\n"+
		"The next destroy tries again. To leave the phone linked, set logout_on_destroy = false, and apply that first.",
		err)
}

// unlinkHint says, as a paragraph, what to do if Wawp does not unlink a phone in the status of its session.
func unlinkHint(status string) string {
	switch status {
	case wawp.StatusStarting:
		return "\n\nWhen STARTING lasts longer than 60 s, Wawp advises a restart, with the action " +
			"wawp_session_restart or " +
			"in the dashboard."
	case wawp.StatusFailed:
		return "\n\nWawp may unlink no phone while the session is FAILED: restart it first."
	case wawp.StatusStopped:
		return "\n\nWawp may unlink no phone while the session is STOPPED: start it first."
	}
	return ""
}

// declaredTwice refuses a second pairing of a session in the same run.
func declaredTwice(id string) diag.Diagnostic {
	return diag.NewErrorDiagnostic("Wawp pairing is declared twice",
		"Another resource of this run already is the pairing of the session "+id+". A session has one phone: "+
			"remove one of the two resources.")
}

// phoneTakenOver warns that a phone was not unlinked, because another resource has taken it over.
func phoneTakenOver(id string) diag.Diagnostic {
	return diag.NewWarningDiagnostic("The phone was left linked to the Wawp session",
		"Another resource of this run has taken over the phone of the session "+id+", so it was not logged out. "+
			"Only the replaced object was removed from the state.")
}

// perhapsLinked warns that a pairing was removed from the state, but its phone may still be linked.
func perhapsLinked(s wawp.Session, refusal error) diag.Diagnostic {
	return diag.NewWarningDiagnostic("The phone may still be linked to the Wawp session", fmt.Sprintf(
		"The status of the session %s is %s, and Wawp does not unlink a phone in that status. The pairing was "+
			"removed from the state. If the phone still shows the device at Settings > Linked devices, log out "+
			"there.\n\n"+
			"%s",
		s.InstanceID, statusOf(s), diagnostic.Answer(refusal)))
}

// Reasons for which the action gives up.
var (
	errStoppedAgain = errors.New("stopped again")
	errFailedAgain  = errors.New("failed again")
)

// notInvoked explains why the action ended without the expected phone. It returns nil if that is linked.
func notInvoked(ctx context.Context, number string, last wawp.Session, timeout time.Duration,
	err error,
) diag.Diagnostic {
	id, status := last.InstanceID, statusOf(last)
	switch {
	case err == nil && isNumberMissing(number, last):
		return diag.NewAttributeErrorDiagnostic(path.Root(argumentNumber),
			"Wawp does not report the number of the linked phone", fmt.Sprintf(
				"A phone is linked to the session %s, but Wawp does not report its number. So it cannot be compared "+
					"with phone_number. It was left linked. Leave phone_number out to accept it.", id))
	case err == nil && isOtherPhone(number, last):
		return diag.NewAttributeErrorDiagnostic(path.Root(argumentNumber), summaryOtherPhone, fmt.Sprintf(
			"The phone that is linked to the session %s has the number %s, not %s. It was left linked. If it is the "+
				"right phone, set phone_number to its number. If not, unlink it, with the action wawp_session_logout "+
				"or on the phone at Settings > Linked devices. Then try again.", id, last.Account.PhoneNumber, number))
	case err == nil:
		return nil
	case errors.Is(err, errStoppedAgain):
		return diag.NewErrorDiagnostic(summaryNotPaired, fmt.Sprintf(
			"The session %s was stopped while it waited for a phone, by a person or another program.%s", id, tryAgain))
	case errors.Is(err, errFailedAgain):
		return diag.NewErrorDiagnostic(summaryNotPaired, fmt.Sprintf(
			"The session %s is FAILED after a restart. Either nobody linked a phone in time, so Wawp gives no more "+
				"codes, or its engine is broken. A longer invoke timeout does not change that. If it fails at once, "+
				"log it out (action wawp_session_logout), or look at it in %s.%s", id, diagnostic.Dashboard, tryAgain))
	case ctx.Err() == nil && wawp.KindOf(err).IsTransient():
		return diagnostic.ForError(summaryNotPaired, diagnostic.Failure("Linking a phone to the session "+id+" failed",
			err)+tryAgain, err)
	case ctx.Err() == nil && !errors.Is(err, wawp.ErrNoTurn):
		return diagnostic.ForError(summaryNotPaired, diagnostic.Failure("Linking a phone to the session "+id+" failed",
			err), err)
	case errors.Is(ctx.Err(), context.Canceled):
		return diag.NewErrorDiagnostic("The wait for a phone was interrupted", fmt.Sprintf(
			"No phone was linked to the session %s when Terraform was interrupted. The last status was %s.%s%s",
			id, status, tryAgain, diagnostic.LastAnswer(err)))
	}
	return diag.NewErrorDiagnostic(summaryNotPaired, fmt.Sprintf(
		"Nobody linked a phone to the session %s within %s (the invoke timeout). The last status was %s.%s%s%s",
		id, timeout, status, statusHint(last.Status), tryAgain, diagnostic.LastAnswer(err)))
}

// tryAgain ends the details of a failure that may not happen again.
const tryAgain = "\n\n" +
	"To continue, invoke the action again, or apply again if a resource triggered it. It reads the session's status " +
	"first."

// qrCodeHeader is the text above a QR code. It begins with a line break, because Terraform writes the name of the
// action before it.
func qrCodeHeader(id string, first bool) string {
	const where = "in WhatsApp, Settings > Linked devices > Link a device.\n\n"
	if first {
		return "\nScan this code with the phone that is to be linked to the session " + id + ":\n" + where
	}
	return "\nThe code has expired. Scan this one for the session " + id + ":\n" + where
}

// qrCodeFooter is the text below a QR code. A terminal has 24 lines by default and the code has 33, so only this end is
// sure to be visible.
func qrCodeFooter(next time.Duration) string {
	return fmt.Sprintf("\n"+
		"The next code comes in %d seconds. If you do not see the whole code,\n"+
		"make the window 40 lines high and 70 columns wide, or its font\n"+
		"smaller. Or use a link (wawp_session_temp_link) or a code to type\n"+
		"(phone_number) instead.", int(next.Seconds()))
}

// pairingCode says where to type a pairing code.
func pairingCode(code, number string) string {
	return fmt.Sprintf("\n"+
		"On the phone with the number %s:\n"+
		"in WhatsApp, Settings > Linked devices > Link a device > Link with phone number instead.\n"+
		"Type this code:\n\n"+
		"    %s\n\n"+
		"If WhatsApp refuses it, it has expired: press Ctrl-C, and invoke the action again.", number, code)
}

// waitingMessage says what the action waits for.
func waitingMessage(s wawp.Session) string {
	if s.Status == wawp.StatusWorking {
		return fmt.Sprintf("A phone is linked to the session %s: waiting until Wawp reports whose.", s.InstanceID)
	}
	return fmt.Sprintf("The session %s is %s: waiting until it shows a code.", s.InstanceID, statusOf(s))
}

// Progress messages about failures after which the action tries again.
func lookFailed(id string, err error) string {
	return fmt.Sprintf("The session %s could not be read; trying again. %s", id, diagnostic.Answer(err))
}

func outcomeNotKnown(id string, err error) string {
	return fmt.Sprintf("It is not known whether Wawp carried out the last request. Reading the session %s until its "+
		"status shows whether it did. %s", id, diagnostic.Answer(err))
}

func noCodeYet(id string, err error) string {
	why := diagnostic.Answer(err)
	if !wawp.OutcomeUnknown(err) {
		why = diagnostic.Reason(err)
	}
	return fmt.Sprintf("Wawp gave no code for the session %s; asking again. %s", id, why)
}

// linkedTo says whose phone is linked to a session.
func linkedTo(s wawp.Session) string {
	if s.Account == nil {
		return fmt.Sprintf("A phone is linked to the session %s. Wawp does not report whose.", s.InstanceID)
	}
	who := s.Account.ChatID
	if s.Account.PushName != "" {
		who = fmt.Sprintf("%s (%s)", quote.String(s.Account.PushName), who)
	}
	return fmt.Sprintf("The phone of %s is linked to the session %s.", who, s.InstanceID)
}

package session

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/wawp/terraform-provider-wawp/internal/diagnostic"
	"github.com/wawp/terraform-provider-wawp/internal/quote"
	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

// notCreated explains a create that failed: either no session was created, or the outcome is not known.
func notCreated(err error, now time.Time) diag.Diagnostic {
	if wawp.OutcomeUnknown(err) {
		return maybeCreated(diagnostic.Answer(err), now)
	}
	return diagnostic.ForError("Wawp session was not created", diagnostic.Failure("Creating a session failed", err),
		err)
}

// maybeCreated explains how to find and adopt an instance that may exist.
func maybeCreated(reason string, now time.Time) diag.Diagnostic {
	return diag.NewErrorDiagnostic("A Wawp session may have been created that Terraform does not know of", fmt.Sprintf(
		`Do not simply apply again: a session may exist, and a second apply could create another. `+
			`The request was sent at about %s.

1. Look in %s for an instance that was created then. It may take a minute to appear.

2. If there is one, import it. Fill in the address of the resource, which stands above, and the instance id:

       import {
         to = wawp_session.<name>
         id = "<instance id>"
       }

   or run: terraform import 'wawp_session.<name>' '<instance id>'

   The next plan must then create no session. If somebody else may have created the instance, ask first.

3. If there is none, apply again.

Why the outcome is not known: %s`, now.UTC().Format("2006-01-02 15:04 MST"), diagnostic.Dashboard, reason))
}

// incompleteAnswer says that a session was created and recorded, although the answer was incomplete.
func incompleteAnswer(id string, err error) diag.Diagnostic {
	return diag.NewWarningDiagnostic("The answer to the creation of a Wawp session was not whole", diagnostic.Failure(
		"The session "+id+" was created, and is in the state. The answer had its id, but was incomplete. The "+
			"next refresh reads the rest", err))
}

const summaryNotDeleted = "Wawp session could not be deleted"

// linkedAlready warns that a session may have existed before its creation.
func linkedAlready(id string) diag.Diagnostic {
	return diag.NewWarningDiagnostic("A phone is linked to a Wawp session that was just created", fmt.Sprintf(
		"Wawp answered the creation with the session %s, to which a phone is already linked. Nobody can have linked "+
			"one yet, so the session may have existed before. Look at it in %s. If it is not yours, or if another "+
			"resource manages it, remove this resource from the state: %s. Terraform deletes the session only when "+
			"no phone is linked to it.",
		id, diagnostic.Dashboard, stateRemoval))
}

var stateRemoval = quote.Command("terraform state rm", "wawp_session.<name>")

// notDeletedWhileLinked refuses to delete a session that may have existed before its creation.
func notDeletedWhileLinked(id string) diag.Diagnostic {
	return diag.NewErrorDiagnostic("Wawp session may belong to somebody else: "+id, fmt.Sprintf(
		"A phone was already linked to the session %s when Terraform created it, and may still be linked. So the "+
			"session was not deleted. If it belongs to another resource, or to somebody else, remove this resource "+
			"from the state: %s. If it belongs to this resource, unlink the phone first: with the action "+
			"wawp_session_logout, or on the phone at Settings > Linked devices. Or set %s=1 in the environment for "+
			"one run.",
		id, stateRemoval, envAllowDestroy))
}

// notLoggedOut warns that a session was deleted while a phone may still be linked to it. isPhoneKnown says that one
// was seen.
func notLoggedOut(last wawp.Session, isPhoneKnown bool, waited time.Duration, err error) diag.Diagnostic {
	what := "its phone could not be unlinked before that"
	if !isPhoneKnown {
		what = "the provider could not see before that whether a phone was linked to it"
	}
	why := diagnostic.Answer(err)
	if errors.Is(err, context.DeadlineExceeded) {
		why = fmt.Sprintf("The session did not keep a status for long enough within %s, which is at most half of the "+
			"delete timeout.", waited)
	}
	return diag.NewWarningDiagnostic("Wawp session was not logged out", fmt.Sprintf(
		"The session %s was deleted, but %s. The last status of the session was %s. The phone may still list it at "+
			"Settings > Linked devices: remove it there.\n\n"+
			"%s",
		last.InstanceID, what, cmp.Or(last.Status, "not known"), why))
}

// linkedAfterPlan warns that a phone was linked to a session whose destroy Terraform has planned before it has read it.
func linkedAfterPlan(now model, prior wawp.Session) diag.Diagnostic {
	if prior.Status != wawp.StatusStopped {
		return now.unlinks()
	}
	return diag.NewWarningDiagnostic("The plan deletes a Wawp session to which a phone is linked: "+prior.InstanceID,
		"Terraform has planned to destroy the session with the state from before: STOPPED. A phone was linked since, "+
			"and "+
			"an apply of this plan does not unlink it. First run: terraform apply -refresh-only. Then plan again.")
}

// removedFromStateOnly warns that a session was removed from the state, but not deleted.
func removedFromStateOnly(id string, err error) diag.Diagnostic {
	return diag.NewWarningDiagnostic("Wawp session "+id+" was removed from the state only", diagnostic.Failure(
		"The server has no endpoint to delete the session "+id+", and has never described it. The session may "+
			"still exist and count against the quota. Look for it in "+diagnostic.Dashboard, err))
}

package session

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/wawp/terraform-provider-wawp/internal/explain"
	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

// notCreated explains a create that failed: either surely nothing was made, or nobody can tell.
func notCreated(err error, now time.Time) diag.Diagnostic {
	if wawp.OutcomeUnknown(err) {
		return maybeCreated(explain.Answer(err), now)
	}
	return explain.Diagnostic("Wawp session was not created", explain.Failure("Creating a session failed", err), err)
}

// maybeCreated explains how to find and adopt an instance that may exist.
func maybeCreated(reason string, now time.Time) diag.Diagnostic {
	return diag.NewErrorDiagnostic("A Wawp session may have been created that Terraform does not know of", fmt.Sprintf(
		`Do not simply run it again: a session may exist, and a second apply could create another. `+
			`It was asked for at about %s.

1. Look in %s for an instance that was created then. It may take a minute to appear.

2. If there is one, adopt it: fill in the address of the resource, which stands above, and the instance id,

       import {
         to = wawp_session.<name>
         id = "<instance id>"
       }

   or run: terraform import 'wawp_session.<name>' '<instance id>'

   The next plan must then create no session. If others may have created it, ask them first.

3. If there is none, apply again.

Why nobody knows: %s`, now.UTC().Format("2006-01-02 15:04 MST"), explain.Dashboard, reason))
}

// incompleteAnswer says that a session was recorded of whose answer something is wrong.
func incompleteAnswer(id string, err error) diag.Diagnostic {
	return diag.NewWarningDiagnostic("The answer to the creation of a Wawp session was not whole", explain.Failure(
		"The session "+id+" was created, and is in the state. The answer held its id, and was not as it should "+
			"be; the next refresh reads the rest", err))
}

const summaryNotDeleted = "Wawp session could not be deleted"

// linkedAlready says that a session may not be new.
func linkedAlready(id string) diag.Diagnostic {
	return diag.NewWarningDiagnostic("A phone is linked to a Wawp session that was just created", fmt.Sprintf(
		"Wawp answered the creation with the session %s, to which a phone is linked already, although nobody can "+
			"have linked one yet: it may have been there before. Look at it in %s. If it is not yours, or if another "+
			"resource has it, take this one out of the state: %s. Terraform deletes the session only once no phone "+
			"is linked to it.",
		id, explain.Dashboard, stateRemoval))
}

var stateRemoval = explain.Command("terraform state rm", "wawp_session.<name>")

// mayBeLinked refuses to delete a session that may not have been new.
func mayBeLinked(id string) diag.Diagnostic {
	return diag.NewErrorDiagnostic("Wawp session may be another one's: "+id, fmt.Sprintf(
		"A phone was linked to the session %s already when Terraform created it, and one still may be, so it was not "+
			"deleted. If another resource has it, or somebody else, take this one out of the state: %s. If it is "+
			"this one's, unlink the phone first (with the action wawp_session_logout, or on the phone at Settings > "+
			"Linked devices), or set %s=1 in the environment for one run.",
		id, stateRemoval, envAllowDestroy))
}

// notLoggedOut says that a session was deleted without telling its phone.
func notLoggedOut(last wawp.Session, waited time.Duration, err error) diag.Diagnostic {
	why := explain.Answer(err)
	if errors.Is(err, context.DeadlineExceeded) {
		why = fmt.Sprintf("It did not settle within %s: at most half of the delete timeout is for that.", waited)
	}
	return diag.NewWarningDiagnostic("Wawp session was not logged out", fmt.Sprintf(
		"The session %s was deleted, but its phone could not be unlinked before that: when last seen, the session "+
			"was %s. The phone may still list it under its linked devices, where it can be removed by hand.\n\n"+
			"%s",
		last.InstanceID, cmp.Or(last.Status, "in a status that is not known"), why))
}

// removedFromStateOnly says that a session was removed from the state without a deletion.
func removedFromStateOnly(id string, err error) diag.Diagnostic {
	return diag.NewWarningDiagnostic("Wawp session "+id+" was removed from the state only", explain.Failure(
		"The server does not offer to delete the session "+id+", and has never described it. It may still exist "+
			"and count against the quota: look for it in "+explain.Dashboard, err))
}

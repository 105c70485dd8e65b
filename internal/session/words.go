package session

import (
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/wawp/terraform-provider-wawp/internal/explain"
	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

// notCreated explains a create that failed: either surely nothing was made, or nobody can tell.
func notCreated(err error, now time.Time) diag.Diagnostic {
	if wawp.MayHaveActed(err) {
		return maybeCreated(explain.Reason(err), now)
	}
	return diag.NewErrorDiagnostic("Wawp session was not created", explain.Failure("Creating a session failed", err))
}

// maybeCreated explains how to find and adopt an instance that may exist.
func maybeCreated(what string, now time.Time) diag.Diagnostic {
	return diag.NewErrorDiagnostic("A Wawp session may have been created that Terraform does not know of", fmt.Sprintf(`%s

The request was not sent again, because that could create a second session. What to do:

1. Look in %s for an instance that was created at about %s.

2. If there is one, adopt it: fill in the resource's name and the instance id,

       import {
         to = wawp_session.<name>
         id = "<instance id>"
       }

   or run: terraform import 'wawp_session.<name>' '<instance id>'

3. If there is none, apply again.`, what, explain.Dashboard, now.UTC().Format("2006-01-02 15:04 MST")))
}

// kept says that a session stays in the state although it could not be read. The summary is constant, so that Terraform
// shows many of these as one.
func kept(id, reason string, err error) diag.Diagnostic {
	return diag.NewWarningDiagnostic("Wawp session could not be checked and stays in the state", fmt.Sprintf(
		"The state of the session %s stays as it was: %s.\n\n%s\n\nThe next plan looks again. If the session is gone for good, remove it with: terraform state rm 'wawp_session.<name>'",
		id, reason, explain.Reason(err)))
}

// gone says that a session was removed from the state.
func gone(id, reason string) diag.Diagnostic {
	return diag.NewWarningDiagnostic("Wawp session "+id+" is gone", fmt.Sprintf(
		"The session %s was deleted outside Terraform: %s. It was removed from the state, so the plan creates a new one, to which a "+
			"phone has to be linked again. To give it up, remove it from the configuration.", id, reason))
}

// forgotten says that a session was removed from the state without a deletion.
func forgotten(id string, err error) diag.Diagnostic {
	return diag.NewWarningDiagnostic("Wawp session "+id+" was removed from the state only", explain.Failure(
		"The server does not offer to delete the session "+id+", and has never described it. It may still exist and count against "+
			"the quota: look for it in "+explain.Dashboard, err))
}

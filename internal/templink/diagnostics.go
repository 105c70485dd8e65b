package templink

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/wawp/terraform-provider-wawp/internal/diagnostic"
	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

const summaryNotRevoked = "Wawp temporary link was not revoked"

// notMade explains why there is no new link, or that there may be one.
func notMade(id string, err error) diag.Diagnostic {
	const summary = "Wawp temporary link was not made"
	attempt := "Making a temporary link of the session " + id + " failed"
	switch {
	case wawp.KindOf(err) == wawp.NoSuchInstance:
		return diag.NewAttributeErrorDiagnostic(path.Root("instance_id"), "Wawp knows no session "+id,
			diagnostic.Failure(attempt+", because there is no such session", err))
	case wawp.KindOf(err).Untimely():
		return diag.NewErrorDiagnostic(summary,
			attempt+".\n\n"+diagnostic.Answer(err)+"\n\n"+
				"Perhaps the session does not need a scan: a link is useful while its status is "+wawp.StatusScan+
				". If it is stopped, set desired_state = \"started\". If it is "+wawp.StatusWorking+", a phone "+
				"is already linked.")
	case wawp.OutcomeUnknown(err):
		return diag.NewErrorDiagnostic(summary, diagnostic.Failure(attempt, err)+"\n\n"+
			"There may be a new link, which nobody has. It expires by itself within 30 minutes. If you apply again, "+
			"Wawp makes another link, which ends that one at once.")
	}
	return diagnostic.ForError(summary, diagnostic.Failure(attempt, err), err)
}

// notRevoked explains that the link may still be valid. reason says why it is not known whether the session is gone; ""
// if that is not in question.
func notRevoked(id, reason string, err error) diag.Diagnostic {
	return diagnostic.ForError(summaryNotRevoked,
		object(id).NotDeleted("Revoking the temporary link of the session "+id+" failed", reason, err)+"\n\n"+
			"The link expires by itself 30 minutes after it was made.", err)
}

// maybeStillValid warns that a link was removed from the state but not revoked. Wawp refused that, probably because of
// the status of the session.
func maybeStillValid(id string, err error) diag.Diagnostic {
	return diag.NewWarningDiagnostic(summaryNotRevoked, fmt.Sprintf(
		"Wawp refused to revoke the temporary link of the session %s, perhaps because the session needs no scan. The "+
			"link was removed from the state. If it is still valid, it expires by itself 30 minutes after it was "+
			"made.\n\n"+
			"%s", id,
		diagnostic.Answer(err)))
}

// otherHost warns of a link that leads neither to a host of Wawp nor to the host of the API.
func otherHost(id, host string) diag.Diagnostic {
	return diag.NewWarningDiagnostic("A temporary link leads to another host", fmt.Sprintf(
		"The temporary link that Wawp gave for the session %s leads to %s. That is neither a host of Wawp nor the "+
			"host of base_url. A person who scans a code there may link the phone to something else. Hand the link "+
			"out only if you know that host.", id, host))
}

// noneToImport explains that an import found no link.
func noneToImport(id string) diag.Diagnostic {
	return diag.NewErrorDiagnostic("No temporary link to import", fmt.Sprintf(
		"The session %s has no valid temporary link, so there is nothing to import. Leave the import out: an apply "+
			"makes a new link.", id))
}

// linkRefused warns that Wawp refused a link, probably because of the status of the session.
func linkRefused(id string, err error) diag.Diagnostic {
	return diag.NewWarningDiagnostic("Wawp gives no temporary link", fmt.Sprintf(
		"Wawp refused the temporary link of the session %s, so link is null.\n\n"+
			"%s\n\n"+
			"This is expected if the session has just stopped waiting for a scan. If it still waits for one (its "+
			"status is %s), please report this.",
		id, diagnostic.Answer(err), wawp.StatusScan))
}

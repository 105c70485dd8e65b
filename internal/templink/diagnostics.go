package templink

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/wawp/terraform-provider-wawp/internal/explain"
	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

const summaryNotRevoked = "Wawp temporary link was not revoked"

// notMade explains why there is no new link, and whether there may be one all the same.
func notMade(id string, err error) diag.Diagnostic {
	const summary = "Wawp temporary link was not made"
	attempt := "Making a temporary link of the session " + id + " failed"
	switch {
	case wawp.KindOf(err).Missing():
		return diag.NewAttributeErrorDiagnostic(path.Root("instance_id"), "Wawp knows no session "+id,
			explain.Failure(attempt+", because there is no such session", err))
	case wawp.KindOf(err).Untimely():
		return diag.NewErrorDiagnostic(summary,
			attempt+".\n\n"+explain.Answer(err)+"\n\n"+
				"Perhaps the session does not need a scan: a link makes sense while its status is "+wawp.StatusScan+
				". One that is stopped gets there with desired_state = \"started\"; one that is "+wawp.StatusWorking+
				" has its phone already.")
	case wawp.OutcomeUnknown(err):
		return diag.NewErrorDiagnostic(summary, explain.Failure(attempt,
			err)+"\n\nThere may be a new link all the same, which nobody "+
			"was given. It expires by itself within 30 minutes; applying again makes another, which ends it at once.")
	}
	return explain.Diagnostic(summary, explain.Failure(attempt, err), err)
}

// notRevoked explains that the link may still be valid. reason is why nobody knows whether the session is gone, if that
// is so.
func notRevoked(id, reason string, err error) diag.Diagnostic {
	return explain.Diagnostic(summaryNotRevoked,
		object(id).NotDeleted("Revoking the temporary link of the session "+id+" failed", reason, err)+"\n\n"+
			"The link expires by itself within 30 minutes of when it was made.", err)
}

// maybeStillValid says that a link left the state without being revoked, because Wawp refused for a reason that lies in
// the state of the session, it seems.
func maybeStillValid(id string, err error) diag.Diagnostic {
	return diag.NewWarningDiagnostic(summaryNotRevoked, fmt.Sprintf(
		"Wawp refused to revoke the temporary link of the session %s, perhaps because the session needs no scan. The "+
			"link is no longer in the state; if it is still valid, it expires by itself within 30 minutes of when it "+
			"was made.\n\n"+
			"%s", id,
		explain.Answer(err)))
}

// otherHost warns of a link that leads neither to Wawp nor to where the API is.
func otherHost(id, host string) diag.Diagnostic {
	return diag.NewWarningDiagnostic("A temporary link leads to another host", fmt.Sprintf(
		"The temporary link that Wawp gave for the session %s leads to %s, which is neither a host of Wawp's nor "+
			"that of base_url. Whoever scans a code there may link the phone to something else: hand the link out "+
			"only if you know that host.", id, host))
}

// noneToImport explains that an import found no link.
func noneToImport(id string) diag.Diagnostic {
	return diag.NewErrorDiagnostic("No temporary link to import", fmt.Sprintf(
		"The session %s has no temporary link that is valid now. There is nothing to import: without the import, an "+
			"apply makes a new link.", id))
}

// linkRefused says that Wawp refused a link for a reason that lies in the state of the session, it seems.
func linkRefused(id string, err error) diag.Diagnostic {
	return diag.NewWarningDiagnostic("Wawp gives no temporary link", fmt.Sprintf(
		"Wawp refused the temporary link of the session %s, so link is null.\n\n"+
			"%s\n\n"+
			"That is to be expected if the session has just stopped waiting for a scan. If it still waits for one "+
			"(its status is %s), please report this.",
		id, explain.Answer(err), wawp.StatusScan))
}

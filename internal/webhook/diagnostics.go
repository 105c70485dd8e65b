package webhook

import (
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/wawp/terraform-provider-wawp/internal/explain"
	"github.com/wawp/terraform-provider-wawp/internal/state"
	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

// describe is how a diagnostic names a webhook: the rest of its address often is its secret.
func describe(id string, hook wawp.Webhook) string {
	return fmt.Sprintf("the webhook at %s/... of the session %s", hook.Origin(), id)
}

// operation is one that can fail, and the words for it.
type operation struct{ summary, gerund string }

const summaryNotMade = "Wawp webhook could not be made"

var (
	lookingFor = operation{summary: summaryNotMade, gerund: "Looking for"}
	making     = operation{summary: summaryNotMade, gerund: "Making"}
	changing   = operation{summary: "Wawp webhook could not be changed", gerund: "Changing"}
	deleting   = operation{summary: "Wawp webhook could not be deleted", gerund: "Deleting"}
)

// operationFailed explains an operation that failed.
func operationFailed(op operation, id string, hook wawp.Webhook, err error) diag.Diagnostic {
	if recreate := (*recreateError)(nil); errors.As(err, &recreate) {
		return explain.Diagnostic(op.summary, explain.Failure("To take its secret away, "+describe(id,
			hook)+" was deleted. "+
			"Making it again, without a secret, failed. The next apply makes it", recreate.cause), recreate.cause)
	}
	attempt := op.gerund + " " + describe(id, hook) + " failed"
	if op == making && wawp.OutcomeUnknown(err) {
		attempt += ". It may be there all the same: if so, the next apply adopts it"
	}
	if op == lookingFor {
		attempt += "; nothing was made"
	}
	if op == changing || op == deleting {
		return explain.Diagnostic(op.summary, attempt+".\n\n"+reason(err), err)
	}
	return explain.Diagnostic(op.summary, explain.Failure(attempt, err), err)
}

// notDeleted explains a deletion after which nobody knows whether the webhook is gone.
func notDeleted(o state.Object, reason string, err error) diag.Diagnostic {
	return explain.Diagnostic(deleting.summary, o.NotDeleted("Deleting "+o.Name+" failed", reason, err), err)
}

// reason returns why nothing could be done to a webhook that Terraform manages, and what to do next. Without a paid
// plan, to remove it from the configuration would only ask for a deletion, which fails, too.
func reason(err error) string {
	if wawp.KindOf(err) != wawp.SubscriptionRequired {
		return explain.Reason(err)
	}
	return explain.Answer(err) + "\n\n" +
		"Wawp lets paid accounts alone see, change and delete webhooks, and the account has no paid plan (any more). " +
		"Upgrade the plan in " + explain.Dashboard + ", or give the webhook up as it is: remove it from the " +
		"configuration, and from the state with: " +
		explain.Command("terraform state rm", "wawp_session_webhook.<name>")
}

// urlInUse refuses to overwrite a webhook that Terraform does not know.
func urlInUse(id string, existing, wanted wawp.Webhook) diag.Diagnostic {
	return diag.NewErrorDiagnostic("There is another webhook on this URL", fmt.Sprintf(
		"There is %s already, on the same url, and it differs in: %s. It was left as it is. Either choose another "+
			"url, or adopt it and let the next apply change it: fill in the resource's name and the webhook's "+
			"url,\n\n"+
			"%s\n\n"+
			"   or run: %s\n\n"+
			"If it is that of this very resource, which is replaced with create_before_destroy: apply the changed "+
			"arguments first, without a replacement.",
		describe(id, existing), strings.Join(existing.Differs(wanted), ", "),
		explain.ImportBlock("wawp_session_webhook", id+",<url>"),
		explain.Command("terraform import", "wawp_session_webhook.<name>", id+",<url>")))
}

// webhookAdopted says that Create made nothing.
func webhookAdopted(id string, hook wawp.Webhook, secretSent bool) diag.Diagnostic {
	secret := "Whether it has a secret cannot be seen."
	if secretSent {
		secret = "It was given the configured secret."
	}
	return diag.NewWarningDiagnostic("Wawp webhook was adopted", fmt.Sprintf(
		"There was %s already, just as it is configured, so it was taken over: perhaps the answer to an earlier "+
			"apply was lost, or it takes the place of a resource that is destroyed after it. From now on Terraform "+
			"changes and deletes it. %s",
		describe(id, hook), secret))
}

// declaredTwice refuses a second resource of the same webhook.
func declaredTwice(id string, hook wawp.Webhook) diag.Diagnostic {
	return diag.NewErrorDiagnostic("Wawp webhook is declared twice",
		"Another resource of this run has made or adopted "+describe(id, hook)+", on the same url. Two resources "+
			"of one webhook would undo each other's changes: remove one of them.")
}

// webhookTakenOver says that a webhook was not deleted, because it is that of another resource now.
func webhookTakenOver(id string, hook wawp.Webhook) diag.Diagnostic {
	return diag.NewWarningDiagnostic("Wawp webhook was left as it is",
		"Another resource of this run has made or adopted "+describe(id, hook)+", so it was not deleted: only "+
			"the object that was replaced is no longer in the state.")
}

// noneToImport explains that an import found no webhook.
func noneToImport(id string, hook wawp.Webhook) diag.Diagnostic {
	return diag.NewErrorDiagnostic("No webhook to import",
		fmt.Sprintf("There is no such thing as %s, on the url that was given. Compare the url with those that the "+
			"data source wawp_session_webhooks shows. Without the import, an apply makes the "+
			"webhook.", describe(id, hook)))
}

// similarWebhookLeft says that a webhook was not found by its url, and that one is left which may be it.
func similarWebhookLeft(id string, hook wawp.Webhook) diag.Diagnostic {
	return diag.NewWarningDiagnostic("A Wawp webhook may be left",
		fmt.Sprintf("Wawp knows none on the url of %s, and lists one on a url that differs only in spelling. The "+
			"webhook is no longer in the state. If the one that is listed is meant, delete it in %s.",
			describe(id, hook),
			explain.Dashboard))
}

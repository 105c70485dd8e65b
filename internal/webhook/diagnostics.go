package webhook

import (
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/wawp/terraform-provider-wawp/internal/diagnostic"
	"github.com/wawp/terraform-provider-wawp/internal/quote"
	"github.com/wawp/terraform-provider-wawp/internal/state"
	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

// describe names a webhook in a diagnostic. It quotes only the origin of the URL, because the rest may be a secret.
func describe(id string, hook wawp.Webhook) string {
	return fmt.Sprintf("the webhook at %s/... of the session %s", hook.Origin(), id)
}

// operation holds the words for an operation that failed.
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
		return diagnostic.ForError(op.summary, diagnostic.Failure("To take its secret away, "+describe(id,
			hook)+" was deleted. "+
			"Making it again, without a secret, failed. The next apply makes it", recreate.cause), recreate.cause)
	}
	attempt := op.gerund + " " + describe(id, hook) + " failed"
	if op == making && wawp.OutcomeUnknown(err) {
		attempt += ". It may exist. If so, the next apply adopts it"
	}
	if op == lookingFor {
		attempt += "; nothing was made"
	}
	if op == changing || op == deleting {
		return diagnostic.ForError(op.summary, attempt+".\n\n"+reason(err), err)
	}
	return diagnostic.ForError(op.summary, diagnostic.Failure(attempt, err), err)
}

// notDeleted explains a deletion after which it is not known whether the webhook is gone.
func notDeleted(o state.Object, reason string, err error) diag.Diagnostic {
	return diagnostic.ForError(deleting.summary, o.NotDeleted("Deleting "+o.Name+" failed", reason, err), err)
}

// reason explains why an operation on a managed webhook failed, and what to do next. Without a paid plan, it advises to
// remove the webhook from the state, too: removing it only from the configuration would delete it, which fails as well.
func reason(err error) string {
	if wawp.KindOf(err) != wawp.SubscriptionRequired {
		return diagnostic.Reason(err)
	}
	return diagnostic.Answer(err) + "\n\n" +
		"Only accounts with a paid plan can see, change and delete webhooks, and this account has none (any more). " +
		"Upgrade the plan in " + diagnostic.Dashboard + ". Or give the webhook up as it is: remove it from the " +
		"configuration, and from the state with: " +
		quote.Command("terraform state rm", "wawp_session_webhook.<name>")
}

// urlInUse refuses to overwrite a webhook that Terraform does not manage.
func urlInUse(id string, existing, wanted wawp.Webhook) diag.Diagnostic {
	return diag.NewErrorDiagnostic("There is another webhook on this URL", fmt.Sprintf(
		"Wawp already has %s, with the same url, but it differs in: %s. It was left as it is. Either choose another "+
			"url, or import it and let the next apply change it. For that, fill in the resource's name and the "+
			"webhook's url:\n\n"+
			"%s\n\n"+
			"   or run: %s\n\n"+
			"If it is the webhook of this resource, which is being replaced with create_before_destroy, apply the "+
			"changed arguments first, without a replacement.",
		describe(id, existing), strings.Join(existing.Differs(wanted), ", "),
		quote.ImportBlock("wawp_session_webhook", id+",<url>"),
		quote.Command("terraform import", "wawp_session_webhook.<name>", id+",<url>")))
}

// webhookAdopted warns that Create took over an existing webhook.
func webhookAdopted(id string, hook wawp.Webhook, secretSent bool) diag.Diagnostic {
	secret := "Whether it has a secret cannot be seen."
	if secretSent {
		secret = "It was given the configured secret."
	}
	return diag.NewWarningDiagnostic("Wawp webhook was adopted", fmt.Sprintf(
		"Wawp already had %s, exactly as configured, so it was adopted. Perhaps the answer to an earlier apply was "+
			"lost, or this resource replaces one that is destroyed later. From now on Terraform changes and deletes "+
			"the webhook. %s",
		describe(id, hook), secret))
}

// declaredTwice refuses a second resource of the same webhook.
func declaredTwice(id string, hook wawp.Webhook) diag.Diagnostic {
	return diag.NewErrorDiagnostic("Wawp webhook is declared twice",
		"Another resource of this run has made or adopted "+describe(id, hook)+", with the same url. Two "+
			"resources of one webhook would undo each other's changes: remove one of them.")
}

// webhookTakenOver warns that a webhook was not deleted, because another resource has taken it over.
func webhookTakenOver(id string, hook wawp.Webhook) diag.Diagnostic {
	return diag.NewWarningDiagnostic("Wawp webhook was left as it is",
		"Another resource of this run has made or adopted "+describe(id, hook)+", so it was not deleted. Only "+
			"the replaced object was removed from the state.")
}

// noneToImport explains that an import found no webhook.
func noneToImport(id string, hook wawp.Webhook) diag.Diagnostic {
	return diag.NewErrorDiagnostic("No webhook to import",
		fmt.Sprintf("Wawp does not list %s, with the given url. Compare the url with those that the data source "+
			"wawp_session_webhooks shows. Or leave the import out: an apply makes the webhook.", describe(id, hook)))
}

// similarWebhookLeft warns that a webhook was not found by its url, but Wawp lists one with a similar url.
func similarWebhookLeft(id string, hook wawp.Webhook) diag.Diagnostic {
	return diag.NewWarningDiagnostic("A Wawp webhook may be left",
		fmt.Sprintf("Wawp does not know the url of %s, but lists a webhook whose url is similar. The "+
			"webhook was removed from the state. If the listed webhook is the same one, delete it in %s.",
			describe(id, hook),
			diagnostic.Dashboard))
}

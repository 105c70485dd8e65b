package webhook

import (
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/wawp/terraform-provider-wawp/internal/explain"
	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

// name is how a diagnostic names a webhook.
func name(id, address string) string {
	return fmt.Sprintf("the webhook %s of the session %s", address, id)
}

// operation is one that can fail, and the words for it.
type operation struct{ summary, gerund string }

const summaryNotMade = "Wawp webhook could not be made"

var (
	lookingFor = operation{summary: summaryNotMade, gerund: "Looking whether there is already"}
	making     = operation{summary: summaryNotMade, gerund: "Making"}
	reading    = operation{summary: "Wawp webhook could not be read", gerund: "Reading"}
	changing   = operation{summary: "Wawp webhook could not be changed", gerund: "Changing"}
	deleting   = operation{summary: "Wawp webhook could not be deleted", gerund: "Deleting"}
)

// failed explains an operation that failed.
func failed(op operation, id, address string, err error) diag.Diagnostic {
	attempt := op.gerund + " " + name(id, address) + " failed"
	if op == making && wawp.MayHaveActed(err) {
		attempt += ". It may be there all the same: if so, the next apply adopts it"
	}
	if op == changing || op == deleting {
		return diag.NewErrorDiagnostic(op.summary, attempt+".\n\n"+reason(err))
	}
	return diag.NewErrorDiagnostic(op.summary, explain.Failure(attempt, err))
}

// unknownToToken explains that the access token may be that of an account that does not know the session.
func unknownToToken(id, address string, err error) diag.Diagnostic {
	return diag.NewErrorDiagnostic(deleting.summary, explain.OtherToken("Deleting "+name(id, address)+" failed", "wawp_session_webhook", err))
}

// reason returns why nothing could be done to a webhook that Terraform manages, and what to do next. Without a paid plan, to remove
// it from the configuration would only ask for a deletion, which fails, too.
func reason(err error) string {
	if !wawp.IsSubscriptionRequired(err) {
		return explain.Reason(err)
	}
	return explain.Answer(err) + "\n\nWawp lets paid accounts alone see, change and delete webhooks, and the account has no paid plan " +
		"(any more). Upgrade the plan in " + explain.Dashboard + ", or give the webhook up as it is: remove it from the configuration, and " +
		"from the state with: terraform state rm 'wawp_session_webhook.<name>'"
}

// occupied refuses to overwrite a webhook that Terraform does not know.
func occupied(id string, there, wanted wawp.Webhook) diag.Diagnostic {
	address := there.URL
	return diag.NewErrorDiagnostic("There is another webhook on this URL", fmt.Sprintf(`The session %s has a webhook on %s already, which differs in: %s. It was left as it is. Either choose another url, or adopt it and let the next apply change it: fill in the resource's name,

       import {
         to = wawp_session_webhook.<name>
         id = "%s,%s"
       }

   or run: terraform import 'wawp_session_webhook.<name>' '%s,%s'`, id, address, strings.Join(there.Differs(wanted), ", "), id, wanted.URL, id, wanted.URL))
}

// adoption says that Create made nothing.
func adoption(id, address string, secretSent bool) diag.Diagnostic {
	secret := "Whether it has a secret cannot be seen."
	if secretSent {
		secret = "It was given the configured secret."
	}
	return diag.NewWarningDiagnostic("Wawp webhook was adopted", fmt.Sprintf(
		"There was %s already, just as it is configured, so it was taken over: perhaps the answer to an earlier apply was lost. From now on "+
			"Terraform changes and deletes it. %s", name(id, address), secret))
}

// kept says that a webhook stays in the state although it could not be read. The summary is constant, so that Terraform
// shows many of these as one.
func kept(id, address, doubt string, err error) diag.Diagnostic {
	detail := fmt.Sprintf("The state of %s stays as it was: %s.\n\n%s\n\nThe next plan looks again.", name(id, address), doubt, reason(err))
	if !wawp.IsSubscriptionRequired(err) {
		detail += " If it is gone for good, remove it with: terraform state rm 'wawp_session_webhook.<name>'"
	}
	return diag.NewWarningDiagnostic("Wawp webhook could not be checked and stays in the state", detail)
}

// gone says that a webhook was removed from the state.
func gone(id, address, reason string) diag.Diagnostic {
	return diag.NewWarningDiagnostic("Wawp webhook is gone", fmt.Sprintf(
		"There is no %s: %s. It is not in the state any more, so the plan makes a new one. To give it up, remove it from the "+
			"configuration.", strings.TrimPrefix(name(id, address), "the "), reason))
}

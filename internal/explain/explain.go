// Package explain puts the errors of the Wawp API into the words of a diagnostic: what was attempted, what Wawp answered,
// and what to do next.
package explain

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

// Dashboard is where a person sees the sessions of the account.
const Dashboard = "the Wawp dashboard (https://app.wawp.net)"

// Crash turns a panic into an error. Defer it wherever Terraform calls in: a panic would end the whole process, and with it
// the requests of every other resource.
func Crash(diags *diag.Diagnostics) {
	if cause := recover(); cause != nil {
		diags.AddError("The provider crashed", fmt.Sprintf("This is a bug of the provider, please report it: %v", cause))
	}
}

// Failure returns the detail of a diagnostic. attempt is a main clause without a full stop, such as "Reading the session
// 3EB0BCB2E3D4 failed".
func Failure(attempt string, err error) string {
	detail := attempt + ".\n\n" + Answer(err)
	if next := Next(err); next != "" {
		detail += "\n\n" + next
	}
	return detail
}

// Answer returns what was asked and answered, in one sentence.
func Answer(err error) string {
	var e *wawp.Error
	if !errors.As(err, &e) {
		return fmt.Sprintf("The reason: %s.", err)
	}
	return fmt.Sprintf("%s: %s.", e.Op, e.Answer())
}

// Next returns what a person can do about an error; "" where there is nothing to say.
func Next(err error) string {
	var e *wawp.Error
	if !errors.As(err, &e) {
		return ""
	}
	switch {
	case e.Status == http.StatusUnauthorized:
		return "Wawp did not accept the access token. Check access_token in the provider block, or WAWP_ACCESS_TOKEN: the " +
			"token may be mistyped, revoked, or belong to another account. Nothing was changed."
	case wawp.IsQuotaReached(err):
		return "The account has as many instances as its plan allows. Delete one that is no longer needed, in Terraform or in " +
			Dashboard + ", or upgrade the plan; then apply again. Nothing was created."
	case e.Status == http.StatusForbidden:
		return "Wawp refused: the account's plan may not include this, or the token may not act on this instance. " + Dashboard +
			" shows both."
	case e.Status == http.StatusBadRequest:
		return "Wawp refused the request as incomplete or wrong. If its message does not help, look whether a proxy between here " +
			"and the API (base_url) changes requests; else this is a bug of the provider, please report it."
	case e.Status == http.StatusTooManyRequests:
		return "Wawp asks for fewer requests. " + comeBack(e.RetryAfter) +
			" The provider's requests_per_second paces it, max_retries makes it more patient."
	case e.RedirectHost != "":
		return "Redirects are never followed, because they would hand the access token to another address. If " +
			e.RedirectHost + " is where the API is, set base_url to it."
	case wawp.IsNotFound(err):
		return "Wawp knows no such instance: the id may be mistyped, belong to another account, or the instance was deleted."
	case wawp.IsNotOffered(err):
		return "The server does not know this endpoint, so it may not be Wawp's API: check base_url (default " +
			wawp.DefaultBaseURL + ")."
	case e.Status == 0:
		return "Check the network, the proxy settings (HTTPS_PROXY, NO_PROXY), base_url and request_timeout."
	case e.Status >= 500:
		return "This is a fault on Wawp's side, or of a proxy in front of it. Try again in a few minutes."
	}
	return ""
}

func comeBack(after time.Duration) string {
	if after <= 0 {
		return "Try again in a few minutes."
	}
	return fmt.Sprintf("It says to come back in %s, at %s.", after.Round(time.Second), time.Now().Add(after).UTC().Format("15:04:05 MST"))
}

// Package diagnostic turns errors of the Wawp API, and panics, into diagnostics. Each says what was attempted, what
// Wawp answered, and what to do next.
package diagnostic

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

// Dashboard names the page where a person sees the sessions of the account.
const Dashboard = "the Wawp dashboard (https://app.wawp.net)"

// Recover turns a panic into an error diagnostic. Defer it in every method that Terraform calls, because a panic would
// end the whole process, and with it the requests of all other resources.
func Recover(ctx context.Context, diags *diag.Diagnostics) {
	if cause := recover(); cause != nil {
		diags.AddError("The provider crashed", Panic(ctx, cause))
	}
}

// Panic logs the stack of a panic at level ERROR, and returns the detail for a diagnostic. It quotes the text of the
// runtime's own panics only, because another value could hold a secret.
func Panic(ctx context.Context, cause any) string {
	tflog.Error(ctx, "the provider crashed", map[string]any{"stack": string(debug.Stack())})
	what := fmt.Sprintf("a panic with a value of type %T", cause)
	if own, ok := cause.(runtime.Error); ok {
		what = own.Error()
	}
	return "This is a bug of the provider: " + what +
		". Please report it, with the stack that TF_LOG_PROVIDER=ERROR shows."
}

// ForError returns an error diagnostic for an attempt that failed with err. If the cause is the account or the
// network, other attempts fail too, so the summary names the cause. Many people read only the summary, in annotations,
// chats and -json.
func ForError(summary, detail string, err error) diag.Diagnostic {
	switch wawp.KindOf(err) {
	case wawp.Unauthorized:
		return diag.NewErrorDiagnostic("Wawp did not accept the access token", detail)
	case wawp.QuotaReached:
		return diag.NewErrorDiagnostic("The Wawp account has reached its quota of sessions", detail)
	case wawp.SubscriptionRequired:
		return diag.NewErrorDiagnostic("The Wawp account has no active paid plan", detail)
	case wawp.NotSent:
		if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
			break // the request was canceled
		}
		return diag.NewErrorDiagnostic("Wawp could not be reached", detail)
	}
	return diag.NewErrorDiagnostic(summary, detail)
}

// Failure returns the detail of a diagnostic: the attempt, the answer and the next step. attempt is a main clause
// without a full stop, such as "Reading the session 3EB0BCB2E3D4 failed".
func Failure(attempt string, err error) string {
	return attempt + ".\n\n" + Reason(err)
}

// Reason returns the answer and the next step, each as a paragraph.
func Reason(err error) string {
	if next := Next(err); next != "" {
		return Answer(err) + "\n\n" + next
	}
	return Answer(err)
}

// Answer returns the request and its answer.
func Answer(err error) string {
	var e *wawp.Error
	if !errors.As(err, &e) {
		return fmt.Sprintf("The reason: %s", err)
	}
	return e.Error()
}

// LastAnswer returns the last answer before a wait ran out of time, as a paragraph of its own; "" if there was none.
func LastAnswer(err error) string {
	var e *wawp.Error
	if errors.As(err, &e) && e.Status != 0 {
		return "\n\nThe last answer: " + Answer(err)
	}
	return ""
}

// Next returns the next step: what a person can do about an error. It is "" if there is nothing to say.
func Next(err error) string {
	var e *wawp.Error
	switch {
	case errors.Is(err, context.Canceled):
		return "Terraform was interrupted. Run it again to go on."
	case errors.Is(err, wawp.ErrNoTurn):
		return "requests_per_second lets too few requests through for the time that the operation has: raise it, or " +
			"the " +
			"timeouts attribute, or lower Terraform's -parallelism."
	case errors.Is(err, context.DeadlineExceeded):
		return "The time that the timeouts attribute gives the operation is over. Give it more, or try again."
	case errors.As(err, &e):
		return next(e)
	}
	return ""
}

// advice is what a person can do about each kind of error. remedy has the cases that depend on more than the kind.
var advice = map[wawp.Kind]string{
	wawp.TooManyRequests: "Wawp asks for fewer requests. Try again in a few minutes. In the provider block, set " +
		"requests_per_second to send fewer requests, or raise max_retries to try more often.",
	wawp.Unauthorized: "Wawp did not accept the access token. It may be mistyped or revoked: check access_token in " +
		"the " +
		"provider block, or WAWP_ACCESS_TOKEN where that is not set.",
	wawp.QuotaReached: "This session was not created: the account has as many sessions (instances) as its paid plan " +
		"allows. Look first in " + Dashboard + " for one that an earlier apply has left behind, and import that. " +
		"Otherwise " +
		"upgrade the paid plan, or delete a session that nobody uses, which unlinks its phone; then apply again.",
	wawp.SubscriptionRequired: "Wawp offers this to accounts with an active paid plan only, and this account has " +
		"none " +
		"(any more). Upgrade it in " + Dashboard +
		", or remove what needs it from the configuration. You can keep the " +
		"session.",
	wawp.Conflict: "Wawp refuses this in the status that the session has now. Look at the session in " + Dashboard +
		", and try again.",
	wawp.NoSuchInstance: "Wawp knows no such instance: the id may be mistyped, belong to another account, or the " +
		"instance was deleted. Compare it with " + Dashboard + ".",
	wawp.InvalidSession: "Wawp knows no such instance, or its phone is no longer linked: look at the session in " +
		Dashboard + ".",
	wawp.NotFound: "Either Wawp does not have what was asked for, or another server or a proxy has answered. Check " +
		"base_url (default " + wawp.DefaultBaseURL + ") and the proxy settings.",
	wawp.Unreadable: "Perhaps another server or a proxy has answered, not Wawp's API. Check base_url (default " +
		wawp.DefaultBaseURL + ") and the proxy settings.",
	wawp.BadRequest: "Wawp refused the request as incomplete or wrong. If its message does not help, look whether a " +
		"proxy between here and the API (base_url) changes requests; else this is a bug of the provider, please " +
		"report it.",
	wawp.ServerFault:  fault,
	wawp.GatewayFault: fault,
	wawp.Unsendable:   network,
	wawp.NotSent:      network,
	wawp.NoAnswer:     network,
}

const (
	fault   = "This is a fault on Wawp's side, or of a proxy in front of it. Try again in a few minutes."
	network = "Check the network, the proxy settings (HTTPS_PROXY, NO_PROXY), base_url, ca_cert_file and " +
		"request_timeout."
)

// next returns the remedy, and the pause that Wawp asks for, if it asks for one.
func next(e *wawp.Error) string {
	if e.RetryAfter == 0 {
		return remedy(e)
	}
	pause := fmt.Sprintf("Wawp asks for a pause. Run Terraform again in %s, at %s. For fewer requests, set the "+
		"provider's requests_per_second.", e.RetryAfter.Round(time.Second),
		time.Now().Add(e.RetryAfter).UTC().Format("15:04:05 MST"))
	switch e.Kind {
	case wawp.TooManyRequests, wawp.ServerFault, wawp.GatewayFault:
		return pause
	}
	return remedy(e) + "\n\n" + pause
}

// remedy returns what a person can do about the cause of an error. The first case that is true counts, so the special
// ones come first.
func remedy(e *wawp.Error) string {
	switch {
	case e.Kind == wawp.Redirect:
		return redirected(e.Redirect)
	case e.IsAbout("webhook"):
		return "Wawp knows no such webhook: it may have been deleted outside Terraform. Plan again to see."
	case e.Status == http.StatusForbidden && e.Kind == wawp.Refused:
		return "Wawp refused. Look in " + Dashboard +
			" whether the account's paid plan includes this, and whether the " +
			"instance belongs to this account."
	case strings.HasSuffix(e.Op, "/v2/auth/request-code") && refusesNumber(e):
		return "Compare phone_number with the number of the phone: WhatsApp must be installed there, and registered " +
			"with " +
			"it. If it is right, try again, or leave phone_number out and scan the QR code."
	case e.Kind == wawp.BadRequest && needsAStatus(e.Op):
		return advice[wawp.Conflict]
	case advice[e.Kind] != "":
		return advice[e.Kind]
	}
	return "Wawp refused the request. Correct what its message names; if it names nothing, look at the session in " +
		Dashboard + "."
}

// needsAStatus says whether an operation is refused in some statuses of the session. How Wawp answers then is not
// documented (internal/wawp/API.md, section 9), so a 400 may mean that.
func needsAStatus(op string) bool {
	return slices.ContainsFunc([]string{
		"/v2/session/start", "/v2/session/stop", "/v2/session/restart", "/v2/session/logout", "/v2/auth/qr",
	}, func(path string) bool { return strings.HasSuffix(op, path) })
}

// refusesNumber says whether a refusal of a pairing code may be about the phone number. How Wawp answers for a number
// that is not on WhatsApp is not documented.
func refusesNumber(e *wawp.Error) bool {
	isRefused := e.Kind == wawp.Refused && e.Status != http.StatusForbidden
	return e.Kind.Untimely() || e.Message != "" && (e.Kind == wawp.NotFound || isRefused)
}

// Reasons remembers which failures a wait has reported, so that it reports each of them once.
type Reasons struct{ reported map[string]bool }

// mostReasons bounds how many failures are reported, because a server may word the same failure in ever new ways.
const mostReasons = 10

// Note notes a failure, and says whether it was not noted before. It ignores numbers in the message, which may be a
// time that runs.
func (r *Reasons) Note(err error) bool {
	reason := err.Error()
	if e := (*wawp.Error)(nil); errors.As(err, &e) {
		reason = fmt.Sprint(e.Op, e.Kind, e.Status, e.Code, strings.Map(func(c rune) rune {
			if unicode.IsDigit(c) {
				return -1
			}
			return c
		}, e.Message))
	}
	if r.reported[reason] || len(r.reported) == mostReasons {
		return false
	}
	if r.reported == nil {
		r.reported = map[string]bool{}
	}
	r.reported[reason] = true
	return true
}

// redirected returns what to do about a redirect. place is scheme and host of its target, if they can be read.
func redirected(place string) string {
	const cause = "something on the way, such as a proxy or a login page, sends requests elsewhere."
	never := "Redirects are never followed, because they could hand the access token to another address, or create a " +
		"session twice. "
	if !strings.HasPrefix(place, "http") {
		return never + "Perhaps " + cause
	}
	return never + "If you know that host, set base_url to " + place + ". That host then gets the access token. If " +
		"base_url is that already, " + cause
}

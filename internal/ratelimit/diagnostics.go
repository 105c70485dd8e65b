package ratelimit

import (
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/wawp/terraform-provider-wawp/internal/diagnostic"
	"github.com/wawp/terraform-provider-wawp/internal/quote"
	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

const summaryNotSet = "Wawp sending policy was not set"

// attempt returns the attempt for [diagnostic.Failure].
func attempt(id, slug string) string {
	return fmt.Sprintf("Setting the sending policy %s for the session %s failed", quote.String(slug), id)
}

// notSet explains why the policy was not set, if the policy itself is not the reason.
func notSet(id, slug string, err error) diag.Diagnostic {
	if wawp.KindOf(err) == wawp.NoSuchInstance {
		return diag.NewAttributeErrorDiagnostic(path.Root("instance_id"), "Wawp knows no session "+id,
			diagnostic.Failure(attempt(id, slug)+", because there is no such session", err))
	}
	return diagnostic.ForError(summaryNotSet, diagnostic.Failure(attempt(id, slug), err), err)
}

// policyRefused explains that Wawp refused the policy, and lists the ones that the account may use.
func policyRefused(id, slug string, err error, current wawp.RateLimit) diag.Diagnostic {
	reason := "Wawp has no policy with this slug."
	var all, usable []string
	for _, p := range current.Policies {
		all = append(all, p.Slug)
		if p.Available {
			usable = append(usable, p.Slug)
		}
		switch {
		case p.Slug != slug:
		case p.Available:
			reason = "Wawp lists the policy as one that the account may use, but did not accept it."
		default:
			reason = "The account may not use this policy: it may need a paid plan."
		}
	}
	next := "Set policy to one that the account may use: " + quote.List(usable) + "."
	switch {
	case len(all) == 0:
		reason, next = "", "Wawp does not report which policies there are. Look at them in "+diagnostic.Dashboard+"."
	case len(usable) == 0:
		next = "Wawp does not report which policies the account may use. All policies: " + quote.List(all) + "."
	}
	if current.Policy != "" {
		next += " The session has " + quote.String(current.Policy) + "."
	}
	return diag.NewAttributeErrorDiagnostic(path.Root("policy"), summaryNotSet,
		attempt(id, slug)+".\n\n"+diagnostic.Answer(err)+"\n\n"+strings.TrimSpace(reason+" "+next))
}

// policyNotReported warns that an answer lacked the session's policy. Its summary is constant, so that Terraform groups
// the warnings of many sessions.
func policyNotReported(id string) diag.Diagnostic {
	return diag.NewWarningDiagnostic("Wawp does not report the current sending policy", fmt.Sprintf(
		"The answer about the session %s has no sending policy under any key that the provider knows. The state "+
			"keeps the policy of the configuration, so plans do not show a change in the dashboard. Please report "+
			"this, with the keys (not the values) of the answer of GET /v2/session/rate-limit.", id))
}

// otherPolicyShown warns that Wawp shows another policy than the one that it has just accepted.
func otherPolicyShown(id, slug, shown string) diag.Diagnostic {
	return diag.NewWarningDiagnostic("Wawp still shows another sending policy", fmt.Sprintf(
		"Wawp accepted the sending policy %s for the session %s, but shows %s. Its answer may be some seconds old. "+
			"The next plan shows which policy the session has.", quote.String(slug), id, quote.String(shown)))
}

// notReadBack warns that the policy was set, but its limits could not be read.
func notReadBack(id, slug string, err error) diag.Diagnostic {
	return diag.NewWarningDiagnostic("Wawp sending policy was set, but not read back", diagnostic.Failure(fmt.Sprintf(
		"Wawp accepted the sending policy %s for the session %s, but reading it failed. Its unknown values are null "+
			"until the next refresh", quote.String(slug), id), err))
}

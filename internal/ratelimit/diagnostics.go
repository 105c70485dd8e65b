package ratelimit

import (
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/wawp/terraform-provider-wawp/internal/explain"
	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

const summaryNotSet = "Wawp sending policy was not set"

// attempt says what was attempted, as explain.Failure wants it.
func attempt(id, slug string) string {
	return fmt.Sprintf("Giving the session %s the sending policy %s failed", id, explain.String(slug))
}

// notSet explains why the session was not given the policy, for a reason that does not lie in the policy.
func notSet(id, slug string, err error) diag.Diagnostic {
	if wawp.KindOf(err).Missing() {
		return diag.NewAttributeErrorDiagnostic(path.Root("instance_id"), "Wawp knows no session "+id,
			explain.Failure(attempt(id, slug)+", because there is no such session", err))
	}
	return explain.Diagnostic(summaryNotSet, explain.Failure(attempt(id, slug), err), err)
}

// policyRefused explains that the session was not given the policy, and names those that the account may use.
func policyRefused(id, slug string, err error, current wawp.RateLimit) diag.Diagnostic {
	reason := "The account has no policy of this slug."
	var all, usable []string
	for _, p := range current.Policies {
		all = append(all, p.Slug)
		if p.Available {
			usable = append(usable, p.Slug)
		}
		switch {
		case p.Slug != slug:
		case p.Available:
			reason = "Wawp lists the policy as one that the account may use, and did not accept it all the same."
		default:
			reason = "The account may not use this policy: it may need a paid plan."
		}
	}
	next := "Set policy to one that the account may use: " + explain.List(usable) + "."
	switch {
	case len(all) == 0:
		reason, next = "", "Wawp does not say which policies there are; "+explain.Dashboard+" shows them."
	case len(usable) == 0:
		next = "Wawp does not say which policies the account may use. These are all: " + explain.List(all) + "."
	}
	if current.Policy != "" {
		next += " The session has " + explain.String(current.Policy) + "."
	}
	return diag.NewAttributeErrorDiagnostic(path.Root("policy"), summaryNotSet,
		attempt(id, slug)+".\n\n"+explain.Answer(err)+"\n\n"+strings.TrimSpace(reason+" "+next))
}

// policyNotReported says that an answer did not name the session's policy. The summary is constant, as are those of the
// other warnings that many sessions can have at once, so that Terraform shows them as one.
func policyNotReported(id string) diag.Diagnostic {
	return diag.NewWarningDiagnostic("Wawp does not report the current sending policy", fmt.Sprintf(
		"The answer about the session %s does not name the session's sending policy under any key that the provider "+
			"knows. The state keeps what the configuration says, so a change in the dashboard does not show. Please "+
			"report this, with the keys (not the values) of the answer of GET /v2/session/rate-limit.", id))
}

// otherPolicyShown says that Wawp shows another policy than the one that it has just accepted.
func otherPolicyShown(id, slug, shown string) diag.Diagnostic {
	return diag.NewWarningDiagnostic("Wawp still shows another sending policy", fmt.Sprintf(
		"Wawp accepted the sending policy %s for the session %s, but shows %s. Its answers to reads may be some "+
			"seconds old; the next plan tells whether the change took "+
			"hold.", explain.String(slug), id, explain.String(shown)))
}

// notReadBack says that the policy was set, and its limits are not known.
func notReadBack(id, slug string, err error) diag.Diagnostic {
	return diag.NewWarningDiagnostic("Wawp sending policy was set, but not read back", explain.Failure(fmt.Sprintf(
		"Wawp accepted the sending policy %s for the session %s, but reading it failed. What is not known is null "+
			"until the next refresh", explain.String(slug), id), err))
}

package acctest

import (
	"net/http"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

// Summary returns the summary of the error that a fault causes. Some faults concern the account and have summaries of
// their own; the others have the summary of the attempt.
func Summary(fault wawptest.Fault, attempt string) string {
	switch {
	case fault.Status == http.StatusUnauthorized:
		return "Wawp did not accept the access token"
	case strings.Contains(fault.Body, "quota_reached"):
		return "The Wawp account has reached its quota of sessions"
	case strings.Contains(fault.Body, "subscription_required"):
		return "The Wawp account has no active paid plan"
	}
	return attempt
}

// Contains checks that a text (output) has each of the phrases.
func Contains(t testing.TB, output string, phrases ...string) {
	t.Helper()
	for _, phrase := range phrases {
		if !strings.Contains(output, phrase) {
			t.Errorf("%q is not in:\n%s", phrase, output)
		}
	}
}

// NotContains checks that a text (output) has none of the phrases.
func NotContains(t testing.TB, output string, phrases ...string) {
	t.Helper()
	for _, phrase := range phrases {
		if strings.Contains(output, phrase) {
			t.Errorf("%q is in:\n%s", phrase, output)
		}
	}
}

// Plans checks the action that a plan has for a resource, and further checks.
func Plans(address string, action plancheck.ResourceActionType, more ...plancheck.PlanCheck) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: append(more, plancheck.ExpectResourceAction(address, action))}
}

// CheckRequests checks the number of requests since the last call, by method and path. There must be no others.
func (w *World) CheckRequests(t testing.TB, want map[string]int) {
	t.Helper()
	total := 0
	for endpoint, n := range want {
		total += n
		if got := w.Count(endpoint); got != n {
			t.Errorf("%s was asked %d times, want %d", endpoint, got, n)
		}
	}
	if got := w.Count(""); got != total {
		t.Errorf("%d requests were made, want %d: %v", got, total, w.Requests())
	}
	w.ResetRequests()
}

// StateReader is anything with a state: a [Terraform] or a [CLI].
type StateReader interface{ State() []Instance }

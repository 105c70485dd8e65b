package diagnostic

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-log/tflogtest"

	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

// TestPanicIsAnErrorThatQuotesNoValue: a value could be a token, and the runtime's own words are needed.
func TestPanicIsAnErrorThatQuotesNoValue(t *testing.T) {
	t.Parallel()
	const secret = "c4nary-t0ken"
	var nothing *strings.Builder
	for want, crash := range map[string]func(){
		"a panic with a value of type string": func() { panic(secret) },
		"nil pointer dereference":             func() { nothing.Len() },
	} {
		var log bytes.Buffer
		var diags diag.Diagnostics
		func() {
			defer Recover(tflogtest.RootLogger(context.Background(), &log), &diags)
			crash()
		}()
		if !diags.HasError() || !strings.Contains(diags[0].Detail(), want) ||
			!strings.Contains(log.String(), "TestPanicIsAnErrorThatQuotesNoValue") {
			t.Errorf("%v, log: %s", diags, log.String())
		}
		if strings.Contains(diags[0].Detail()+log.String(), secret) {
			t.Errorf("the value is quoted: %v, %s", diags, log.String())
		}
	}
}

// TestSummaryNamesTheCause expects the cause in the summary if it is the account, and the attempt in the detail.
func TestSummaryNamesTheCause(t *testing.T) {
	t.Parallel()
	for kind, want := range map[wawp.Kind]string{
		wawp.Unauthorized:         "Wawp did not accept the access token",
		wawp.QuotaReached:         "The Wawp account has reached its quota of sessions",
		wawp.SubscriptionRequired: "The Wawp account has no active paid plan",
		wawp.ServerFault:          "Wawp webhook could not be made",
		wawp.NotSent:              "Wawp could not be reached",
		wawp.NoAnswer:             "Wawp webhook could not be made",
	} {
		if d := ForError("Wawp webhook could not be made", "Making it failed.",
			&wawp.Error{Kind: kind}); d.Summary() != want ||
			d.Detail() != "Making it failed." || d.Severity() != diag.SeverityError {
			t.Errorf("%s: %v", kind, d)
		}
	}
}

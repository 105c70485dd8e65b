package provider_test

import (
	"os"
	"strings"
	"testing"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
)

// TestEveryActionPageWarnsOfTaint: taint replaces the session at the next apply, which costs the linked phone.
func TestEveryActionPageWarnsOfTaint(t *testing.T) {
	t.Parallel()
	for name := range acctest.Serve(t).Schemas.ActionSchemas {
		page, err := os.ReadFile("../../templates/actions/" + strings.TrimPrefix(name, "wawp_") + ".md.tmpl")
		if os.IsNotExist(err) {
			page, err = os.ReadFile("../../templates/actions.md.tmpl")
		}
		if err != nil {
			t.Fatal(err)
		}
		acctest.Contains(t, string(page), "`on_failure = taint`", "the next apply replaces it")
	}
}

package provider_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestCompatibilityIsStatedOnce compares the table of CLI versions in the README with that of the registry's page.
func TestCompatibilityIsStatedOnce(t *testing.T) {
	t.Parallel()
	table := regexp.MustCompile(`(?m)^## Compatibility\n\n(?:\|.*\n)+`)
	readme, page := table.FindString(string(read(t, root+"/README.md"))), table.FindString(string(read(t, root+"/docs/index.md")))
	if readme == "" || readme != page {
		t.Errorf("README.md says:\n%s\ndocs/index.md says:\n%s", readme, page)
	}
}

// TestQuotedMessagesAreKnown finds messages on the pages that the provider no longer prints, or prints in other words.
func TestQuotedMessagesAreKnown(t *testing.T) {
	t.Parallel()
	known := string(read(t, root+"/docs/guides/when-something-fails.md"))
	terraform := []string{"Saved plan is stale", "execution halted"} // what the CLI says
	quote := regexp.MustCompile(`(?m)^(?:Error|Warning): (.*)$`)
	for page, text := range filesBelow(t, "docs") {
		for _, found := range quote.FindAllStringSubmatch(text, -1) {
			if !strings.Contains(known, "### "+found[1]+"\n") && !slices.Contains(terraform, found[1]) {
				t.Errorf("docs/%s quotes %q, which docs/guides/when-something-fails.md does not explain", page, found[1])
			}
		}
	}
}

package provider_test

import (
	"regexp"
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

package wawp

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestCoverageGuideMatchesTheOperations compares the endpoints that the guide calls used with the operations of this
// client.
func TestCoverageGuideMatchesTheOperations(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile("../../templates/guides/api-coverage.md.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	said := map[string]bool{}
	for _, row := range regexp.MustCompile(
		"(?m)^\\| ([A-Z]+) \\| `(/v2/[a-z/{}_-]+)` \\| (.*) \\|$").FindAllStringSubmatch(string(guide), -1) {
		said[row[1]+" "+row[2]] = !strings.HasPrefix(row[3], "not used")
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, op := range regexp.MustCompile(
			`operation\{\s*method: http\.Method([A-Za-z]+), path: "([^"]+)"`).FindAllStringSubmatch(string(source),
			-1) {
			used[strings.ToUpper(op[1])+" "+op[2]] = true
		}
	}
	if len(used) < 15 {
		t.Fatalf("only %d operations were found", len(used))
	}
	for endpoint := range used {
		if !said[endpoint] {
			t.Errorf("the guide does not say that %s is used", endpoint)
		}
	}
	for endpoint, isUsed := range said {
		if isUsed && !used[endpoint] {
			t.Errorf("the guide says that %s is used", endpoint)
		}
	}
}

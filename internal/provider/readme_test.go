package provider_test

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestCompatibilityIsStatedOnce compares the table of CLI versions in the README with that of the registry's page.
func TestCompatibilityIsStatedOnce(t *testing.T) {
	t.Parallel()
	table := regexp.MustCompile(`(?m)^## Compatibility\n\n(?:\|.*\n)+`)
	readme, page := table.FindString(string(read(t, root+"/README.md"))),
		table.FindString(string(read(t, root+"/docs/index.md")))
	if readme == "" || readme != page {
		t.Errorf("README.md says:\n%s\ndocs/index.md says:\n%s", readme, page)
	}
}

// TestQuotedMessagesAreKnown finds messages on the pages that the provider no longer prints, or prints in other words.
func TestQuotedMessagesAreKnown(t *testing.T) {
	t.Parallel()
	known := string(read(t, root+"/docs/guides/when-something-fails.md"))
	terraform := []string{ // what the CLI says
		"Saved plan is stale", "execution halted", "Check block assertion failed", "Resource postcondition failed",
	}
	quote := regexp.MustCompile(`(?m)^(?:Error|Warning): (.*)$`)
	for page, text := range filesBelow(t, "docs") {
		for _, found := range quote.FindAllStringSubmatch(text, -1) {
			if !strings.Contains(known, "### "+found[1]+"\n") && !slices.Contains(terraform, found[1]) {
				t.Errorf("docs/%s quotes %q, which docs/guides/when-something-fails.md does not explain", page,
					found[1])
			}
		}
	}
}

// TestPromisesNameFiles finds files in CONTRIBUTING.md's table of the promises that do not exist.
func TestPromisesNameFiles(t *testing.T) {
	t.Parallel()
	_, table, found := strings.Cut(string(read(t, root+"/CONTRIBUTING.md")), "\n| promise | decided in |")
	files := regexp.MustCompile("`([a-z]+/[a-z_]+\\.go)`").FindAllStringSubmatch(table, -1)
	if !found || len(files) < 40 {
		t.Fatalf("the table names %d files", len(files))
	}
	for _, file := range files {
		if _, err := os.Stat(filepath.Join(root, "internal", file[1])); err != nil {
			t.Error(err)
		}
	}
}

// registry is where the pages of docs/ are published.
const registry = "https://registry.terraform.io/providers/wawp/wawp/latest/docs"

// TestLinksLeadSomewhere follows each link from a page to another page or heading. From the registry's front page there
// can be none that is relative: its address has no slash at the end, so "guides/x.md" would be looked for beside it.
func TestLinksLeadSomewhere(t *testing.T) {
	t.Parallel()
	pages := map[string]string{}
	for page, text := range filesBelow(t, "docs") {
		pages[path.Join("docs", page)] = text
	}
	for _, page := range []string{
		"README.md", "CONTRIBUTING.md", "RELEASING.md", "SECURITY.md", "CHANGELOG.md",
		"BENCHMARKS.md", "CODE_OF_CONDUCT.md", "tools/README.md", ".github/workflows/README.md",
	} {
		pages[page] = string(read(t, root+"/"+page))
	}
	link := regexp.MustCompile(`\]\(([^)#\s]*)(?:#([^)\s]*))?\)`)
	for page, text := range pages {
		for _, found := range link.FindAllStringSubmatch(text, -1) {
			to, heading := found[1], found[2]
			published, isPublished := strings.CutPrefix(to, registry+"/")
			switch {
			case isPublished:
				to = path.Join("docs", published+".md")
			case strings.Contains(to, "://"):
				continue
			case to == "":
				to = page
			case page == "docs/index.md":
				t.Errorf("%s has a relative link: %s", page, found[0])
			default:
				to = path.Join(path.Dir(page), to)
			}
			if _, err := os.Stat(filepath.Join(root, to)); err != nil {
				t.Errorf("%s has a link to what is not there: %s", page, found[0])
			}
			if heading != "" && !slices.Contains(anchors(pages[to]), heading) {
				t.Errorf("%s has a link to a heading that is not there: %s", page, found[0])
			}
		}
	}
}

// anchors returns those of a page's headings and HTML anchors.
func anchors(text string) []string {
	var all []string
	for _, found := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(text, -1) {
		kept := regexp.MustCompile(`[^\p{L}\p{N} _-]`).ReplaceAllString(strings.ToLower(found[1]), "")
		all = append(all, strings.ReplaceAll(kept, " ", "-"))
	}
	for _, found := range regexp.MustCompile(`<a id="([^"]*)">`).FindAllStringSubmatch(text, -1) {
		all = append(all, found[1])
	}
	return all
}

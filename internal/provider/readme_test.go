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

// TestCompatibilityTablesAreEqual compares the table of CLI versions in the README with the one on the registry's page.
func TestCompatibilityTablesAreEqual(t *testing.T) {
	t.Parallel()
	table := regexp.MustCompile(`(?m)^## Compatibility\n\n(?:\|.*\n)+`)
	readme, page := table.FindString(string(readFile(t, root+"/README.md"))),
		table.FindString(string(readFile(t, root+"/docs/index.md")))
	if readme == "" || readme != page {
		t.Errorf("README.md says:\n%s\ndocs/index.md says:\n%s", readme, page)
	}
}

// TestPromisesNameExistingFiles finds files in CONTRIBUTING.md's table of the promises that do not exist.
func TestPromisesNameExistingFiles(t *testing.T) {
	t.Parallel()
	_, table, found := strings.Cut(string(readFile(t, root+"/CONTRIBUTING.md")), "\n| promise | decided in |")
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

// registryDocs is the address at which the registry publishes docs/.
const registryDocs = "https://registry.terraform.io/providers/wawp/wawp/latest/docs"

// TestLinksAreNotBroken follows each link to a page or a heading. The registry's front page may have no relative link:
// its address has no slash at the end, so a browser would look for "guides/x.md" beside it.
func TestLinksAreNotBroken(t *testing.T) {
	t.Parallel()
	pages := map[string]string{}
	for page, text := range filesBelow(t, "docs") {
		pages[path.Join("docs", page)] = text
	}
	for _, page := range []string{
		"README.md", "CONTRIBUTING.md", "RELEASING.md", "SECURITY.md", "CHANGELOG.md",
		"BENCHMARKS.md", "CODE_OF_CONDUCT.md", "tools/README.md", ".github/workflows/README.md",
	} {
		pages[page] = string(readFile(t, root+"/"+page))
	}
	link := regexp.MustCompile(`\]\(([^)#\s]*)(?:#([^)\s]*))?\)`)
	for page, text := range pages {
		for _, found := range link.FindAllStringSubmatch(text, -1) {
			to, heading := found[1], found[2]
			published, isPublished := strings.CutPrefix(to, registryDocs+"/")
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

// anchors returns the anchors of a page: those of its headings, and those in HTML.
func anchors(text string) []string {
	var all []string
	for _, found := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(text, -1) {
		anchor := regexp.MustCompile(`[^\p{L}\p{N} _-]`).ReplaceAllString(strings.ToLower(found[1]), "")
		all = append(all, strings.ReplaceAll(anchor, " ", "-"))
	}
	for _, found := range regexp.MustCompile(`<a id="([^"]*)">`).FindAllStringSubmatch(text, -1) {
		all = append(all, found[1])
	}
	return all
}

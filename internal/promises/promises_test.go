// Package promises holds what users are promised, clause by clause, together with the lines of code that keep it and the test
// that fails without them. Its tests hold the table to the source; `make promises` breaks each line, and sees its test fail.
package promises

import (
	"flag"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const root = "../.."

var update = flag.Bool("update", false, "rewrite the table in CONTRIBUTING.md")

// promise is one of P1 to P8.
type promise struct {
	name    string
	title   string
	clauses []clause
}

// clause is a part of a promise.
type clause struct {
	// kept is what is promised, as users read it.
	kept string
	// lines are those that keep it: each is broken on its own.
	lines []line
	// test is the one that fails then: its package below internal/, its name and, behind a slash, perhaps one of its cases.
	test string
	// otherwise says why no test can fail, and what guards the clause instead. Then there are no lines.
	otherwise string
}

// line is a piece of a source file, found in it once, and what it becomes to break the promise.
type line struct {
	file    string
	is      string
	becomes string
}

var promises = []promise{p1, p2, p3, p4, p5, p6, p7, p8}

// target returns the package of a clause's test, the test's name, and the name of the case, "" for the whole test.
func (c clause) target() (pkg, test, inner string) {
	pkg, name, _ := strings.Cut(c.test, " ")
	test, inner, _ = strings.Cut(name, "/")
	return "internal/" + pkg, test, inner
}

// each calls do for every line of the table, with the name of its row.
func each(do func(row string, c clause, l line)) {
	for _, p := range promises {
		for i, c := range p.clauses {
			for j, l := range c.lines {
				row := fmt.Sprintf("%s.%d", p.name, i+1)
				if len(c.lines) > 1 {
					row += string(rune('a' + j))
				}
				do(row, c, l)
			}
		}
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(file)))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// TestLinesAreInTheSource says which line of the table has to follow a change of the code.
func TestLinesAreInTheSource(t *testing.T) {
	t.Parallel()
	for _, p := range promises {
		for i, c := range p.clauses {
			if (c.otherwise == "") != (len(c.lines) > 0 && c.test != "") {
				t.Errorf("%s.%d has neither lines with a test nor a reason for having none, or both", p.name, i+1)
			}
		}
	}
	each(func(row string, _ clause, l line) {
		if n := strings.Count(read(t, l.file), l.is); n != 1 || l.is == l.becomes {
			t.Errorf("%s: this is in %s %d times, and becomes %q:\n%s", row, l.file, n, l.becomes, l.is)
		}
	})
}

func TestTestsAreInTheSource(t *testing.T) {
	t.Parallel()
	for _, p := range promises {
		for i, c := range p.clauses {
			if c.otherwise != "" {
				continue
			}
			pkg, test, inner := c.target()
			files, err := filepath.Glob(filepath.Join(root, pkg, "*_test.go"))
			if err != nil {
				t.Fatal(err)
			}
			var source strings.Builder
			for _, file := range files {
				source.WriteString(read(t, path.Join(pkg, filepath.Base(file))))
			}
			if !strings.Contains(source.String(), "\nfunc "+test+"(t *testing.T) {") || !strings.Contains(source.String(), `"`+inner) {
				t.Errorf("%s.%d: there is no %s %s %s", p.name, i+1, pkg, test, inner)
			}
		}
	}
}

// table is the part of CONTRIBUTING.md that the data renders.
var table = regexp.MustCompile(`(?s)(<!-- promises: [^\n]*-->\n).*?(<!-- /promises -->)`)

func TestTableIsInContributing(t *testing.T) {
	t.Parallel()
	const file = "CONTRIBUTING.md"
	before := read(t, file)
	if !table.MatchString(before) {
		t.Fatalf("%s has no place for the table", file)
	}
	after := table.ReplaceAllString(before, "${1}"+strings.ReplaceAll(render(), "$", "$$")+"${2}")
	switch {
	case after == before:
	case *update:
		if err := os.WriteFile(filepath.Join(root, file), []byte(after), 0o600); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("the table in %s is another one: run go test ./internal/promises -update", file)
	}
}

// render writes the table. File and test share a cell: their names do not wrap, and would leave the words no room.
func render() string {
	var b strings.Builder
	for _, p := range promises {
		fmt.Fprintf(&b, "\n### %s. %s\n\n| | what is kept | where, and the test that fails without it |\n|---|---|---|\n", p.name, p.title)
		for i, c := range p.clauses {
			fmt.Fprintf(&b, "| %s.%d | %s | %s |\n", p.name, i+1, c.kept, strings.TrimPrefix(c.places()+"<br>"+c.guard(), "<br>"))
		}
	}
	return b.String() + "\n"
}

// places names the files of a clause's lines.
func (c clause) places() string {
	var files []string
	for _, l := range c.lines {
		name := "`" + strings.TrimPrefix(l.file, "internal/") + "`"
		if !slices.Contains(files, name) {
			files = append(files, name)
		}
	}
	return strings.Join(files, ", ")
}

// guard names a clause's test, or says why there is none.
func (c clause) guard() string {
	if c.otherwise != "" {
		return c.otherwise
	}
	name, inner, found := strings.Cut(strings.Replace(c.test, " ", ".", 1), "/")
	if !found {
		return "`" + name + "`"
	}
	return "`" + name + "`, " + inner
}

package provider_test

import (
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// summaryArgument says which argument of a call is the summary of a diagnostic, or the text of a function's error.
var summaryArgument = map[string]int{
	"AddError":                      0,
	"AddWarning":                    0,
	"AddAttributeError":             1,
	"AddAttributeWarning":           1,
	"NewErrorDiagnostic":            0,
	"NewWarningDiagnostic":          0,
	"NewAttributeErrorDiagnostic":   1,
	"NewAttributeWarningDiagnostic": 1,
	"NewFuncError":                  0,
	"NewArgumentFuncError":          1,
	"Diagnostic":                    0, // of explain
}

// placeholders are what may stand in a summary and is not known before it is printed, as the page writes it.
var placeholders = map[string]string{
	"id": "<instance_id>", "o.InstanceID": "<instance_id>", "o.Noun": "<object>",
	"err.Error()": "<reason>",
}

// TestGuideExplainsEveryDiagnostic compares the summaries in the code with the headings of the guide.
func TestGuideExplainsEveryDiagnostic(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/guides/when-something-fails.md")
	if err != nil {
		t.Fatal(err)
	}
	var explained []string
	for line := range strings.Lines(string(page)) {
		if heading, isHeading := strings.CutPrefix(line, "### "); isHeading {
			explained = append(explained, strings.ReplaceAll(strings.TrimSpace(heading), "`", ""))
		}
	}
	printed := summaries(t)
	if len(printed) < 60 {
		t.Errorf("only %d summaries were found", len(printed))
	}
	for summary, place := range printed {
		if !slices.Contains(explained, summary) {
			t.Errorf("%s: the guide does not explain %q", place, summary)
		}
	}
	for i, heading := range explained {
		if printed[heading] == "" {
			t.Errorf("the guide explains %q, which no code prints", heading)
		}
		if slices.Contains(explained[:i], heading) {
			t.Errorf("the guide explains %q twice", heading)
		}
	}
}

// terraforms are messages of Terraform's own that pages quote.
var terraforms = []string{
	"Saved plan is stale", "execution halted", "Check block assertion failed", "Resource postcondition failed",
}

// quoted is the first line of a message, as a page shows what Terraform prints.
var quoted = regexp.MustCompile(`(?m)^[│ ]*(?:Error|Warning): (.+)$`)

// TestPagesQuoteWhatIsPrinted: a message that a page shows is one that is printed still.
func TestPagesQuoteWhatIsPrinted(t *testing.T) {
	t.Parallel()
	printed := summaries(t)
	pages, err := filepath.Glob("../../docs/*/*.md")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, page := range append(pages, "../../docs/index.md", "../../README.md") {
		content, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range quoted.FindAllStringSubmatch(string(content), -1) {
			found++
			summary := instanceID.ReplaceAllString(match[1], placeholders["id"])
			general := noun.ReplaceAllString(summary, "Wawp "+placeholders["o.Noun"]+" ")
			if printed[summary] == "" && printed[general] == "" && !slices.Contains(terraforms, summary) {
				t.Errorf("%s quotes %q, which no code prints", page, match[1])
			}
		}
	}
	if found == 0 {
		t.Error("no page quotes a message")
	}
}

// instanceID is what stands for an instance in an example.
var instanceID = regexp.MustCompile(`\b[0-9A-F]{12}\b`)

// noun is what an object is called that a message is about, whichever it is.
var noun = regexp.MustCompile(`^Wawp (session|pairing|webhook|temporary link|sending policy) `)

// summaries returns every summary that the code can print, and where one of those that print it is.
func summaries(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir("..", func(dir string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() {
			return err
		}
		p := load(t, dir)
		for _, file := range p.files {
			ast.Inspect(file, func(n ast.Node) bool {
				if call, isCall := n.(*ast.CallExpr); isCall {
					p.collect(call, all)
				}
				return true
			})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// source is one package, without its tests.
type source struct {
	t      *testing.T
	fset   *token.FileSet
	files  []*ast.File
	values map[ast.Expr]types.TypeAndValue
}

// load reads a package. What it imports is not looked at: constants of its own are all that is needed.
func load(t *testing.T, dir string) source {
	t.Helper()
	p := source{t: t, fset: token.NewFileSet(), values: map[ast.Expr]types.TypeAndValue{}}
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(p.fset, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		p.files = append(p.files, file)
	}
	checker := types.Config{Error: func(error) {}}
	_, _ = checker.Check(dir, p.fset, p.files, &types.Info{Types: p.values})
	return p
}

// collect adds the summaries with which a call can be made.
func (p source) collect(call *ast.CallExpr, all map[string]string) {
	function, isMethod := call.Fun.(*ast.SelectorExpr)
	if !isMethod {
		return
	}
	index, isDiagnostic := summaryArgument[function.Sel.Name]
	if !isDiagnostic || index >= len(call.Args) {
		return
	}
	for _, expression := range p.origins(call.Args[index]) {
		place := p.fset.Position(expression.Pos()).String()
		summary, isKnown := p.text(expression)
		if !isKnown {
			p.t.Errorf("%s: the summary cannot be told from the source: make it a constant", place)
		}
		all[summary] = place
	}
}

// origins returns what an argument can hold: itself, or, if it is a field named summary, whatever the package puts
// into one. A parameter of that name has what the callers give.
func (p source) origins(argument ast.Expr) []ast.Expr {
	parameter, isName := argument.(*ast.Ident)
	if isName && parameter.Name == "summary" && p.values[argument].Value == nil {
		return nil
	}
	field, isField := argument.(*ast.SelectorExpr)
	if !isField || field.Sel.Name != "summary" {
		return []ast.Expr{argument}
	}
	var found []ast.Expr
	for _, file := range p.files {
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CompositeLit:
				p.refuseUnnamed(n)
			case *ast.KeyValueExpr:
				if key, isIdent := n.Key.(*ast.Ident); isIdent && key.Name == "summary" {
					found = append(found, n.Value)
				}
			case *ast.AssignStmt:
				for i, left := range n.Lhs {
					if s, isField := left.(*ast.SelectorExpr); isField && s.Sel.Name == "summary" {
						found = append(found, n.Rhs[i])
					}
				}
			}
			return true
		})
	}
	if len(found) == 0 {
		p.t.Errorf("%s: nothing sets this summary by name", p.fset.Position(argument.Pos()))
	}
	return found
}

// refuseUnnamed fails for a struct with a summary whose fields are not set by name: it would be overlooked.
func (p source) refuseUnnamed(literal *ast.CompositeLit) {
	if len(literal.Elts) == 0 || p.values[literal].Type == nil {
		return
	}
	fields, isStruct := p.values[literal].Type.Underlying().(*types.Struct)
	if _, isNamed := literal.Elts[0].(*ast.KeyValueExpr); isNamed || !isStruct {
		return
	}
	for field := range fields.Fields() {
		if field.Name() == "summary" {
			p.t.Errorf("%s: set the summary by name", p.fset.Position(literal.Pos()))
		}
	}
}

// text returns a constant, or a sum of constants and placeholders.
func (p source) text(e ast.Expr) (string, bool) {
	if value := p.values[e].Value; value != nil && value.Kind() == constant.String {
		return constant.StringVal(value), true
	}
	if sum, isSum := e.(*ast.BinaryExpr); isSum && sum.Op == token.ADD {
		left, leftKnown := p.text(sum.X)
		right, rightKnown := p.text(sum.Y)
		return left + right, leftKnown && rightKnown
	}
	placeholder, isKnown := placeholders[types.ExprString(e)]
	return placeholder, isKnown
}

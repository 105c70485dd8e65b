package provider_test

import (
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// summaryArgument is the index of the argument that holds the summary of a diagnostic or the text of a function's
// error, by the name of the called function.
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
	"ForError":                      0, // in package diagnostic
}

// placeholders are the parts of a summary that vary, by their Go expression, as the guide writes them.
var placeholders = map[string]string{
	"id": "<instance_id>", "prior.InstanceID": "<instance_id>", "o.InstanceID": "<instance_id>", "o.Noun": "<object>",
	"err.Error()": "<reason>",
}

// TestGuideExplainsEveryDiagnostic compares the summaries in the code with the headings of the guide *When something
// fails*.
func TestGuideExplainsEveryDiagnostic(t *testing.T) {
	t.Parallel()
	page := readFile(t, root+"/docs/guides/when-something-fails.md")
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

// terraformSummaries are summaries of Terraform's own diagnostics that pages quote.
var terraformSummaries = []string{
	"Saved plan is stale", "execution halted", "Check block assertion failed", "Resource postcondition failed",
}

// quotedSummary matches the first line of a diagnostic on a page, with or without the frame that Terraform prints.
var quotedSummary = regexp.MustCompile(`(?m)^[│ ]*(?:Error|Warning): (.+)$`)

// TestPagesQuotePrintedSummaries finds diagnostics on the pages that no code prints, or that it prints in other words.
func TestPagesQuotePrintedSummaries(t *testing.T) {
	t.Parallel()
	printed := summaries(t)
	pages := filesBelow(t, "docs")
	pages["../README.md"] = string(readFile(t, root+"/README.md"))
	found := 0
	for page, text := range pages {
		for _, match := range quotedSummary.FindAllStringSubmatch(text, -1) {
			found++
			summary := instanceID.ReplaceAllString(match[1], placeholders["id"])
			general := objectNoun.ReplaceAllString(summary, "Wawp "+placeholders["o.Noun"]+" ")
			if printed[summary] == "" && printed[general] == "" && !slices.Contains(terraformSummaries, summary) {
				t.Errorf("docs/%s quotes %q, which no code prints", page, match[1])
			}
		}
	}
	if found == 0 {
		t.Error("no page quotes a diagnostic")
	}
}

// instanceID matches an instance id in an example.
var instanceID = regexp.MustCompile(`\b[0-9A-F]{12}\b`)

// objectNoun matches the name of the object in a summary that exists for several objects.
var objectNoun = regexp.MustCompile(`^Wawp (session|pairing|webhook|temporary link|sending policy) `)

// summaries returns every summary that the code can print, with the place of one call that prints it.
func summaries(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir("..", func(dir string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() {
			return err
		}
		p := loadPackage(t, dir)
		for _, file := range p.files {
			ast.Inspect(file, func(n ast.Node) bool {
				if call, isCall := n.(*ast.CallExpr); isCall {
					p.addSummaries(call, all)
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

// goPackage is one parsed package, without its tests.
type goPackage struct {
	t      *testing.T
	fset   *token.FileSet
	files  []*ast.File
	values map[ast.Expr]types.TypeAndValue
}

// loadPackage parses a package and evaluates its constants. It ignores type errors, because it loads no imports.
func loadPackage(t *testing.T, dir string) goPackage {
	t.Helper()
	p := goPackage{t: t, fset: token.NewFileSet(), values: map[ast.Expr]types.TypeAndValue{}}
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

// addSummaries adds the possible summaries of a call.
func (p goPackage) addSummaries(call *ast.CallExpr, all map[string]string) {
	function, isMethod := call.Fun.(*ast.SelectorExpr)
	if !isMethod {
		return
	}
	index, isDiagnostic := summaryArgument[function.Sel.Name]
	if !isDiagnostic || index >= len(call.Args) {
		return
	}
	for _, expression := range p.possibleValues(call.Args[index]) {
		place := p.fset.Position(expression.Pos()).String()
		summary, isKnown := p.constantText(expression)
		if !isKnown {
			p.t.Errorf("%s: the summary cannot be told from the source: make it a constant", place)
		}
		all[summary] = place
	}
}

// possibleValues returns the expressions that an argument can hold: the argument itself or, for a field named summary,
// everything that the package assigns to such a field. A parameter named summary adds nothing, because the calls of its
// function are collected.
func (p goPackage) possibleValues(argument ast.Expr) []ast.Expr {
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
				p.checkFieldsNamed(n)
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

// checkFieldsNamed fails for a literal of a struct with a summary that sets its fields without names: possibleValues
// would overlook it.
func (p goPackage) checkFieldsNamed(literal *ast.CompositeLit) {
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

// constantText returns the value of a constant, or of a sum of constants and placeholders.
func (p goPackage) constantText(e ast.Expr) (string, bool) {
	if value := p.values[e].Value; value != nil && value.Kind() == constant.String {
		return constant.StringVal(value), true
	}
	if sum, isSum := e.(*ast.BinaryExpr); isSum && sum.Op == token.ADD {
		left, leftKnown := p.constantText(sum.X)
		right, rightKnown := p.constantText(sum.Y)
		return left + right, leftKnown && rightKnown
	}
	placeholder, isKnown := placeholders[types.ExprString(e)]
	return placeholder, isKnown
}

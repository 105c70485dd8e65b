package pairing

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"rsc.io/qr"

	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

// FuzzDraw draws any text, and reads the modules back from the lines.
func FuzzDraw(f *testing.F) {
	for _, code := range []string{
		"2@abc/DEF+ghi=,jkl=,mno=", "", " ", "0123456789", "HTTPS://A.EXAMPLE", "\x00\xff", "\x1b[2J\n", "ü€😀",
		strings.Repeat("9", 7089),
		strings.Repeat("x", 2953), strings.Repeat("x", 2954),
	} {
		f.Add(code)
	}
	f.Fuzz(func(t *testing.T, code string) {
		drawing, err := draw(code)
		_, noPicture := pngDataURI(code)
		//nolint:errorlint // nothing wraps it
		if (err == nil) != (noPicture == nil) || err != nil && err != errNoDrawing {
			t.Fatalf("the drawing: %v, the picture: %v", err, noPicture)
		}
		want, encodeErr := qr.Encode(code, qr.L)
		if (err == nil) != (encodeErr == nil) {
			t.Fatalf("the drawing: %v, the code: %v", err, encodeErr)
		}
		if err != nil {
			return
		}
		for i, line := range strings.Split(drawing, "\n") {
			modules, ok := strings.CutPrefix(line, blackOnWhite)
			modules, ended := strings.CutSuffix(modules, resetColours)
			if !ok || !ended || utf8.RuneCountInString(modules) != want.Size+2*quietZone {
				t.Fatalf("line %d is %q", i, line)
			}
			x := -quietZone
			for _, module := range modules {
				upper, lower := want.Black(x, 2*i-quietZone), want.Black(x, 2*i+1-quietZone)
				if got := strings.ContainsRune("█▀", module); got != upper {
					t.Fatalf("line %d: the module %d above is black: %t", i, x, got)
				}
				if got := strings.ContainsRune("█▄", module); got != lower {
					t.Fatalf("line %d: the module %d below is black: %t", i, x, got)
				}
				x++
			}
		}
	})
}

// FuzzLinkedTo: a person has chosen the name of an account, and progress is printed as it is.
func FuzzLinkedTo(f *testing.F) {
	f.Add("201145202826@c.us", "John Doe")
	f.Add("\x1b[2J", "\u202e\n\xff")
	f.Fuzz(func(t *testing.T, chatID, name string) {
		output := linkedTo(wawp.Session{InstanceID: "3EB0BCB2E3D4", Account: &wawp.Account{
			ChatID:   wawp.Text(chatID),
			PushName: wawp.Text(name),
		}})
		if strings.ContainsFunc(output, func(c rune) bool { return unicode.In(c, unicode.Cc, unicode.Bidi_Control) }) {
			t.Errorf("it says %q", output)
		}
	})
}

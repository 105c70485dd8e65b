package pairing

import (
	"encoding/base64"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestDrawingIsBlackOnWhiteWithAQuietZone(t *testing.T) {
	t.Parallel()
	drawing, err := draw("2@value")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(drawing, "\n")
	width := 0
	for i, line := range lines {
		modules, ok := strings.CutPrefix(line, "\x1b[38;5;16;48;5;231m")
		modules, ended := strings.CutSuffix(modules, "\x1b[0m")
		if !ok || !ended || strings.Trim(modules, " █▀▄") != "" {
			t.Fatalf("line %d is %q", i, line)
		}
		if n := utf8.RuneCountInString(modules); width == 0 {
			width = n
		} else if n != width {
			t.Errorf("line %d is %d wide, want %d", i, n, width)
		}
		if margin := strings.Repeat(" ", quietZone); !strings.HasPrefix(modules, margin) ||
			!strings.HasSuffix(modules, margin) {
			t.Errorf("line %d has no quiet zone: %q", i, modules)
		}
		if i < quietZone/2 || i >= len(lines)-quietZone/2 {
			if strings.TrimSpace(modules) != "" {
				t.Errorf("line %d is not empty: %q", i, modules)
			}
		}
	}
	if height := 2 * len(lines); height < width || height > width+1 {
		t.Errorf("the drawing is %d modules wide and %d high", width, height)
	}
}

func TestTooLongCodeIsAnErrorThatDoesNotQuoteIt(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 3000)
	_, drawing := draw(long)
	_, image := pngDataURI(long)
	for _, err := range []error{drawing, image} {
		if err == nil || strings.Contains(err.Error(), "xx") {
			t.Errorf("the error is %v", err)
		}
	}
}

// TestPictureScans reads the picture with another program.
func TestPictureScans(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("zbarimg"); err != nil {
		t.Skip("needs zbarimg (Debian's package zbar-tools) on PATH")
	}
	const value = "2@abc/DEF+ghi=,jkl=,mno="
	uri, err := pngDataURI(value)
	if err != nil {
		t.Fatal(err)
	}
	encoded, ok := strings.CutPrefix(uri, "data:image/png;base64,")
	content, err := base64.StdEncoding.DecodeString(encoded)
	if !ok || err != nil {
		t.Fatal("it is no data URI of a PNG image", err)
	}
	file := filepath.Join(t.TempDir(), "code.png")
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	output, err := exec.CommandContext(t.Context(), "zbarimg", "--quiet", "--raw", file).Output()
	if err != nil || strings.TrimSpace(string(output)) != value {
		t.Errorf("the picture is read as %q, %v", output, err)
	}
}

package pairing

import (
	"encoding/base64"
	"errors"
	"strings"

	"github.com/mdp/qrterminal/v3"
	"rsc.io/qr"
)

// quietZone is the white margin that scanners need, in modules (the squares of a code).
const quietZone = 4

// Black on white in every terminal. Users can change the first 16 of its 256 colours only, so the code uses others.
const (
	blackOnWhite = "\x1b[38;5;16;48;5;231m"
	resetColours = "\x1b[0m"
)

// errNoDrawing does not quote the code, because it is a secret.
var errNoDrawing = errors.New("the code that Wawp gave is too long for a QR code")

// draw returns a QR code as lines of text for a terminal. Each character shows two modules, one above the other.
func draw(code string) (string, error) {
	if _, err := qr.Encode(code, qr.L); err != nil {
		return "", errNoDrawing // qrterminal would panic
	}
	var drawing strings.Builder
	qrterminal.GenerateWithConfig(code, qrterminal.Config{
		Writer: &drawing, Level: qr.L, QuietZone: quietZone, HalfBlocks: true,
		WhiteChar: " ", BlackChar: "█", BlackWhiteChar: "▀", WhiteBlackChar: "▄",
	})
	lines := strings.Split(strings.TrimSuffix(drawing.String(), "\n"), "\n")
	lines[len(lines)-1] = lines[0] // qrterminal leaves the lower half of the last line dark on a dark terminal
	return blackOnWhite + strings.Join(lines, resetColours+"\n"+blackOnWhite) + resetColours, nil
}

// pngDataURI returns a QR code as a PNG image in a data URI.
func pngDataURI(code string) (string, error) {
	encoded, err := qr.Encode(code, qr.L)
	if err != nil {
		return "", errNoDrawing
	}
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString(encoded.PNG()), nil
}

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

// Black on white, whatever the colours of the terminal: of its palette of 256 colours, the first 16 are its user's own.
const (
	blackOnWhite = "\x1b[38;5;16;48;5;231m"
	resetColours = "\x1b[0m"
)

// errNoDrawing does not quote the code, which is a secret.
var errNoDrawing = errors.New("the code that Wawp gave is too long for a QR code")

// draw returns a QR code for a terminal, in lines of text with two modules above each other in a character.
func draw(code string) (string, error) {
	if _, err := qr.Encode(code, qr.L); err != nil {
		return "", errNoDrawing // the library that draws would crash
	}
	var drawing strings.Builder
	qrterminal.GenerateWithConfig(code, qrterminal.Config{
		Writer: &drawing, Level: qr.L, QuietZone: quietZone, HalfBlocks: true,
		WhiteChar: " ", BlackChar: "█", BlackWhiteChar: "▀", WhiteBlackChar: "▄",
	})
	lines := strings.Split(strings.TrimSuffix(drawing.String(), "\n"), "\n")
	lines[len(lines)-1] = lines[0] // the library leaves the lower half of the last line to a dark terminal
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

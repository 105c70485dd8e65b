package wawp

import (
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf16"
)

const blot = "(redacted)"

// quoteLength is how much of an answer an error quotes, in characters.
const quoteLength = 200

// searchLength is in how much of an answer, in bytes, what looks like a secret is searched. Of what is blotted out little is left.
const searchLength = 2048

// shapes are those of what must never be shown, whoever sends it: temporary links, webhook addresses of Wawp's own,
// images (QR codes), pairing codes, what is in a QR code, a proxy's user and password, and the values of telling keys.
var shapes = regexp.MustCompile(strings.Join([]string{
	`(?i:data:[a-z]+/[a-z0-9.+-]+;base64,[a-z0-9+/=\\]*)`,
	`(?i:[^\s"'<>]*(temp-qr|api[\\/]+webhook)[\\/]+[^\s"'<>]*)`,
	`\b[A-Z0-9]{4}-[A-Z0-9]{4}\b`,
	`(\b|[A-Za-z_])[0-9]@[A-Za-z0-9+/=_,\\-]{8,}`,
	`(?i:"(access[_-]?token|token|secret|hmac([_-]?(secret|key))?|password|qr|value|link|e-?mail|user_email)"\s*:\s*("[^"]*"?|\{[^{}]*\}?))`,
	`[^\s/"'@:]+:[^\s/"'@]+@`,
	`(?i:\b(access_token|token|secret|hmac|password)=[^\s&"']+)`,
}, "|"))

// opaque are long words with a digit in them, as QR contents, tokens and keys are. A path has slashes, too, but no digits. In JSON
// a slash may have a backslash before it.
var opaque = regexp.MustCompile(`[A-Za-z+/=_@,\\-]*[0-9][A-Za-z0-9+/=_@,\\-]*`)

const opaqueLength = 40

// redactor blots out the access token, and perhaps others, in every spelling in which a server may echo it.
type redactor struct{ secrets *strings.Replacer }

func newRedactor(secrets ...string) redactor {
	var pairs []string
	for _, secret := range secrets {
		if secret == "" {
			continue
		}
		quoted, _ := json.Marshal(secret)
		for _, spelling := range []string{
			secret,
			url.QueryEscape(secret),
			url.PathEscape(secret),
			html.EscapeString(secret),
			strings.Trim(string(quoted), `"`),
			inASCII(secret),
		} {
			pairs = append(pairs, spelling, blot, strings.ReplaceAll(spelling, "/", `\/`), blot)
		}
	}
	return redactor{strings.NewReplacer(pairs...)}
}

var shortEscapes = map[uint16]string{'"': `\"`, '\\': `\\`, '\n': `\n`, '\r': `\r`, '\t': `\t`}

// inASCII writes a text as PHP does within JSON, and others do: in ASCII alone.
func inASCII(s string) string {
	var b strings.Builder
	for _, unit := range utf16.Encode([]rune(s)) {
		switch short, ok := shortEscapes[unit]; {
		case ok:
			b.WriteString(short)
		case unit < ' ' || unit > '~':
			fmt.Fprintf(&b, `\u%04x`, unit)
		default:
			b.WriteByte(byte(unit))
		}
	}
	return b.String()
}

// value blots out the known secrets alone: for what is kept, such as a name.
func (r redactor) value(s string) string { return r.secrets.Replace(s) }

// id blots out the known secrets and what has the shape of one, but not what is merely long, as an id can be.
func (r redactor) id(s string) string {
	return shapes.ReplaceAllString(beginning(r.secrets.Replace(s)), blot)
}

// text blots out the known secrets and whatever looks like a secret: for what is shown, which is the beginning.
func (r redactor) text(s string) string {
	return opaque.ReplaceAllStringFunc(r.id(s), func(word string) string {
		if len(word) < opaqueLength {
			return word
		}
		return blot
	})
}

// beginning returns the first words of a text: to look through a long one for shapes can take hours.
func beginning(s string) string {
	if len(s) <= searchLength {
		return s
	}
	end := strings.LastIndexAny(s[:searchLength], " \n\"") // what a cut leaves of a secret may have lost its shape
	if end < 0 {
		return blot
	}
	return s[:end]
}

// quote returns the beginning of what a server said in one line, fit to be shown.
func (r redactor) quote(said string) string { return oneLine(r.text(strings.ToValidUTF8(said, "?"))) }

// oneLine returns the beginning of a text in one line, without what a terminal would obey.
func oneLine(s string) string {
	line := strings.Join(strings.Fields(s), " ")
	line = strings.Map(func(c rune) rune {
		if !unicode.IsPrint(c) {
			return '?'
		}
		return c
	}, line)
	if runes := []rune(line); len(runes) > quoteLength {
		return string(runes[:quoteLength]) + "..."
	}
	return line
}

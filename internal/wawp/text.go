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

// quoteLength is how much of a message an error quotes, in characters.
const quoteLength = 200

// shortSecret is how many bytes a secret must have to be blotted out of what is kept, such as an id: a shorter one may be a part of
// it by chance.
const shortSecret = 8

// redactor blots out the access token, and perhaps others, in every spelling in which a server may echo it.
type redactor struct{ texts, values *strings.Replacer }

func newRedactor(secrets ...string) redactor {
	var texts, values []string
	for _, secret := range secrets {
		if secret == "" {
			continue
		}
		pairs := spellings(secret)
		texts = append(texts, pairs...)
		if len(secret) >= shortSecret {
			values = append(values, pairs...)
		}
	}
	return redactor{strings.NewReplacer(texts...), strings.NewReplacer(values...)}
}

// spellings returns those of a secret, each before what takes its place.
func spellings(secret string) []string {
	quoted, _ := json.Marshal(secret)
	var pairs []string
	for _, spelling := range []string{
		secret, url.QueryEscape(secret), url.PathEscape(secret), html.EscapeString(secret), strings.Trim(string(quoted), `"`), inASCII(secret),
	} {
		pairs = append(pairs, spelling, blot, strings.ReplaceAll(spelling, "/", `\/`), blot)
	}
	return pairs
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

// value blots the secrets out of what is kept, such as a name.
func (r redactor) value(s string) string { return r.values.Replace(s) }

// line returns the beginning of what a server said in one line, fit to be shown. Of an address it keeps scheme and host: the rest of that of
// a webhook, Wawp's own among them, or of a temporary link is its secret.
func (r redactor) line(said string) string {
	said = escapedAddress.ReplaceAllString(r.texts.Replace(strings.ToValidUTF8(said, "?")), blot)
	return oneLine(address.ReplaceAllString(said, "$1$2/..."))
}

// escapedAddress is an address as it stands in a query or a path.
var escapedAddress = regexp.MustCompile(`(?i)https?(:|%3a)(%2f){2}[^\s"'<>]*`)

var address = regexp.MustCompile(`(?i)(https?:(?:\\?/){2})(?:[^\s/?#"'<>@]*@)?([^\s/?#"'<>\\]+)[/?#\\][^\s"'<>]*`)

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

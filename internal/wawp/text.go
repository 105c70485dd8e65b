package wawp

import (
	"cmp"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// This file decides what of other people's text is kept and shown: of that of a server, and of the owner of a phone.

// How much of a text is kept or shown, in characters.
const (
	textLength  = 256
	quoteLength = 200  // of a message that an error quotes
	wholeLength = 4096 // of what counts only whole
)

// longestText is how much of a text is looked at for that, in bytes.
const longestText = 16 << 10

// Text returns the beginning of a text that others wrote, in one line, without what a terminal would obey or what
// changes the direction of the text around it. Joiners stay: without them Persian names and emoji fall apart.
func Text(s string) string { return cut(strings.TrimSpace(plain(s)), textLength) }

const lineBreaks = "\t\n\v\f\r\u0085\u2028\u2029"

func plain(s string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case strings.ContainsRune(lineBreaks, c):
			return ' '
		case unicode.IsControl(c), unicode.Is(unicode.Bidi_Control, c):
			return -1
		}
		return c
	}, strings.ReplaceAll(s, "\r\n", "\n"))
}

// longestCluster is how many code points a character as a person sees it is believed to have at most.
const longestCluster = 32

// cut returns the beginning of a text, and an ellipsis in place of the rest. A character as a person sees it, such as
// the emoji of a family, is kept or left out as a whole.
func cut(s string, length int) string {
	if utf8.RuneCountInString(s) <= length {
		return s
	}
	runes := make([]rune, 0, length)
	for _, c := range s {
		if runes = append(runes, c); len(runes) == length { // the last one is left out
			break
		}
	}
	end := length - 1
	for isJoined(runes[end-1], runes[end]) && end > 1 && end > length-longestCluster {
		end--
	}
	return string(runes[:end]) + "…"
}

// isJoined says whether a code point belongs to the character that the one before it is a part of.
func isJoined(before, c rune) bool {
	const joiner, lightestSkin, darkestSkin = '\u200d', '\U0001f3fb', '\U0001f3ff'
	return before == joiner || unicode.In(c, unicode.M, unicode.Cf) || c >= lightestSkin && c <= darkestSkin
}

const blot = "(redacted)"

// shortSecret is how many bytes a secret must have to be blotted out of what is kept, such as an id, and in spellings
// that have little of it: a shorter one may be a part of a text by chance.
const shortSecret = 8

// redactor makes texts fit to be kept or shown: it blots out the access token, and perhaps other secrets, in every
// spelling in which a server echoes a request, in any case.
type redactor struct{ texts, values spellings }

// spellings are those of secrets, with small letters.
type spellings []string

func newRedactor(secrets ...string) redactor {
	var r redactor
	for _, secret := range secrets {
		all := spellingsOf(secret)
		r.texts = append(r.texts, all...)
		if len(secret) >= shortSecret {
			r.values = append(r.values, all...)
		}
	}
	return r
}

func spellingsOf(secret string) spellings {
	quoted, _ := json.Marshal(secret)
	all := []string{
		secret, url.QueryEscape(secret), url.PathEscape(secret), html.EscapeString(secret),
		strings.Trim(string(quoted), `"`), inASCII(secret),
	}
	for _, spelling := range all {
		all = append(all, strings.ReplaceAll(spelling, "/", `\/`))
	}
	if len(secret) >= shortSecret {
		all = append(all, hex.EncodeToString([]byte(secret)))
		all = append(all, inBase64(secret)...)
	}
	for i, spelling := range all {
		all[i] = lower(plain(spelling))
	}
	slices.Sort(all)
	return slices.DeleteFunc(slices.Compact(all), func(spelling string) bool { return spelling == "" })
}

// inBase64 writes a secret in Base64 of both alphabets, as it stands in a longer text that is so encoded: beginning at
// any of the three bytes that four letters stand for. Letters in which other bytes have a part are left out.
func inBase64(secret string) []string {
	var all []string
	for offset := range 3 {
		encoded := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat(" ", offset) + secret))
		encoded = encoded[(offset*8+5)/6 : (offset+len(secret))*8/6]
		all = append(all, encoded, strings.NewReplacer("+", "-", "/", "_").Replace(encoded))
	}
	return all
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

// lower writes the letters of ASCII small, and so changes no length.
func lower(s string) string {
	return strings.Map(func(c rune) rune {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		return c
	}, s)
}

// redact returns the beginning of a text, plain and without the secrets.
func (all spellings) redact(s string) string {
	if len(s) <= longestText {
		return all.blotOut(plain(s))
	}
	longest := 0 // of which a part may be at the end
	for _, spelling := range all {
		longest = max(longest, len(spelling))
	}
	s = all.blotOut(plain(s[:longestText]))
	return strings.ToValidUTF8(s[:max(0, len(s)-longest)], "")
}

// blotOut blots the secrets out of a plain text.
func (all spellings) blotOut(s string) string {
	var spans [][2]int // where they are
	lowered := lower(s)
	for _, spelling := range all {
		for from := 0; ; {
			i := strings.Index(lowered[from:], spelling)
			if i < 0 {
				break
			}
			start, end := from+i, from+i+len(spelling)
			if last := len(spans) - 1; last >= 0 && spans[last][0] <= start && start <= spans[last][1] {
				spans[last][1] = max(end, spans[last][1])
			} else {
				spans = append(spans, [2]int{start, end})
			}
			from = start + 1
		}
	}
	slices.SortFunc(spans, func(a, b [2]int) int { return cmp.Compare(a[0], b[0]) })
	var b strings.Builder
	done := 0
	for i, span := range spans {
		if i == 0 || span[0] > done {
			b.WriteString(s[done:span[0]] + blot)
		}
		done = max(done, span[1])
	}
	return b.String() + s[done:]
}

// value returns what is kept of a text, such as a name: [Text], without the secrets.
func (r redactor) value(s string) string {
	return cut(strings.TrimSpace(r.values.redact(s)), textLength)
}

// whole returns a text that counts only whole, such as an address, without the secrets; "" if it has what [Text] leaves
// out, or is endless.
func (r redactor) whole(s string) string {
	if len(s) > longestText || utf8.RuneCountInString(s) > wholeLength || s != plain(s) {
		return ""
	}
	return r.values.redact(s)
}

// line returns the beginning of what a server said, fit to be shown. Of an address it keeps scheme and host: the rest
// of that of a webhook, Wawp's own among them, or of a temporary link is its secret.
func (r redactor) line(said string) string {
	said = escapedAddress.ReplaceAllString(r.texts.redact(said), blot)
	return cut(strings.Join(strings.Fields(address.ReplaceAllString(said, "$1$2/...")), " "), quoteLength)
}

// escapedAddress is an address as it stands in a query or a path.
var escapedAddress = regexp.MustCompile(`(?i)https?(:|%3a)(%2f){2}[^\s"'<>]*`)

var address = regexp.MustCompile(`(?i)(https?:(?:\\?/){2})(?:[^\s/?#"'<>@]*@)?([^\s/?#"'<>\\]+)[/?#\\][^\s"'<>]*`)

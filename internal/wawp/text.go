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

// This file decides what is kept and shown of texts that others wrote: servers, and owners of phones.

// How many characters of a text are kept or shown.
const (
	textLength  = 256
	quoteLength = 200  // of a message that an error quotes
	wholeLength = 4096 // of a text that is kept as a whole or not at all
)

// longestText is how many bytes of a text are searched for secrets. The rest is dropped.
const longestText = 16 << 10

// Text returns the beginning of a text that others wrote, in one line. It leaves out control characters, which a
// terminal would obey, and characters that change the direction of the text around them. It keeps joiners, because
// Persian names and emoji fall apart without them.
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

// longestCluster is how many code points of one visible character cut keeps together at most.
const longestCluster = 32

// cut returns the beginning of a text, with an ellipsis in place of the rest. It does not cut a visible character, such
// as the emoji of a family, in two.
func cut(s string, length int) string {
	if utf8.RuneCountInString(s) <= length {
		return s
	}
	runes := make([]rune, 0, length)
	for _, c := range s {
		runes = append(runes, c)
		if len(runes) == length { // the last of them only shows whether it joins the one before
			break
		}
	}
	end := length - 1
	for isJoined(runes[end-1], runes[end]) && end > 1 && end > length-longestCluster {
		end--
	}
	return string(runes[:end]) + "…"
}

// isJoined says whether a code point belongs to the same visible character as the one before it.
func isJoined(before, c rune) bool {
	const joiner, lightestSkin, darkestSkin = '\u200d', '\U0001f3fb', '\U0001f3ff'
	return before == joiner || unicode.In(c, unicode.M, unicode.Cf) || c >= lightestSkin && c <= darkestSkin
}

const redactedMark = "(redacted)"

// minSecretLength is how many bytes a secret must have to be redacted in values that are kept, such as an id, and in
// encoded spellings. A shorter secret may be a part of a text by chance.
const minSecretLength = 8

// redactor redacts the access token, and perhaps other secrets, in texts that are kept or shown. It finds them in every
// spelling in which a server may echo a request, in upper and lower case.
type redactor struct {
	texts  spellings // secrets to redact in what is shown
	values spellings // secrets to redact in what is kept
}

// spellings are all spellings of some secrets, in lower case.
type spellings []string

func newRedactor(secrets ...string) redactor {
	var r redactor
	for _, secret := range secrets {
		all := spellingsOf(secret)
		r.texts = append(r.texts, all...)
		if len(secret) >= minSecretLength {
			r.values = append(r.values, all...)
		}
	}
	return r
}

// spellingsOf returns the spellings in which a server may write a secret: escaped for a URL, HTML or JSON, in
// hexadecimal digits, in Base64.
func spellingsOf(secret string) spellings {
	quoted, _ := json.Marshal(secret)
	all := []string{
		secret, url.QueryEscape(secret), url.PathEscape(secret), html.EscapeString(secret),
		strings.Trim(string(quoted), `"`), inASCII(secret),
	}
	for _, spelling := range all {
		all = append(all, strings.ReplaceAll(spelling, "/", `\/`))
	}
	if len(secret) >= minSecretLength {
		all = append(all, hex.EncodeToString([]byte(secret)))
		all = append(all, inBase64(secret)...)
	}
	for i, spelling := range all {
		all[i] = lower(plain(spelling))
	}
	slices.Sort(all)
	return slices.DeleteFunc(slices.Compact(all), func(spelling string) bool { return spelling == "" })
}

// inBase64 returns how a secret looks in a longer text that is encoded in Base64, in both alphabets. Four letters stand
// for three bytes, so there is one form for each of three offsets. Letters that depend on other bytes are left out.
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

// inASCII returns a text as PHP and others write it in JSON, with escapes for all that is not ASCII.
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

// lower returns a text with its ASCII letters in lower case. Unlike strings.ToLower it never changes the length.
func lower(s string) string {
	return strings.Map(func(c rune) rune {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		return c
	}, s)
}

// redact returns the beginning of a text, plain and with the secrets redacted. A secret may be cut in two at the end of
// what is searched, so redact leaves out as much there as the longest spelling has.
func (all spellings) redact(s string) string {
	if len(s) <= longestText {
		return all.replaceSecrets(plain(s))
	}
	longest := 0
	for _, spelling := range all {
		longest = max(longest, len(spelling))
	}
	s = all.replaceSecrets(plain(s[:longestText]))
	return strings.ToValidUTF8(s[:max(0, len(s)-longest)], "")
}

// replaceSecrets replaces each secret in a plain text by redactedMark.
func (all spellings) replaceSecrets(s string) string {
	var spans [][2]int // start and end of each secret
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
			b.WriteString(s[done:span[0]] + redactedMark)
		}
		done = max(done, span[1])
	}
	return b.String() + s[done:]
}

// value returns what is kept of a text, such as a name: as [Text] does, with the secrets redacted.
func (r redactor) value(s string) string {
	return cut(strings.TrimSpace(r.values.redact(s)), textLength)
}

// whole returns a text, such as an address, that is kept as a whole or not at all, with the secrets redacted. It
// returns "" if the text is too long, or has characters that [Text] leaves out.
func (r redactor) whole(s string) string {
	if len(s) > longestText || utf8.RuneCountInString(s) > wholeLength || s != plain(s) {
		return ""
	}
	return r.values.redact(s)
}

// line returns the beginning of a server's message, fit to be shown. Of each address in it, line keeps scheme and host,
// because the rest of the address of a webhook or of a temporary link is a secret (API.md 5 and 7).
func (r redactor) line(message string) string {
	message = escapedAddress.ReplaceAllString(r.texts.redact(message), redactedMark)
	return cut(strings.Join(strings.Fields(address.ReplaceAllString(message, "$1$2/...")), " "), quoteLength)
}

// escapedAddress matches an address that is escaped for a query or a path.
var escapedAddress = regexp.MustCompile(`(?i)https?(:|%3a)(%2f){2}[^\s"'<>]*`)

var address = regexp.MustCompile(`(?i)(https?:(?:\\?/){2})(?:[^\s/?#"'<>@]*@)?([^\s/?#"'<>\\]+)[/?#\\][^\s"'<>]*`)

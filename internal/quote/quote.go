// Package quote quotes texts for a person to copy: into a configuration, a command or an import block.
package quote

import (
	"fmt"
	"strings"
	"unicode"
)

// Word quotes a text as one word of a shell, to copy into a command.
func Word(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

// String quotes a text as a string of Terraform's language, to copy into a configuration.
func String(text string) string {
	var b strings.Builder
	for i, c := range text {
		switch {
		case c == '"', c == '\\':
			b.WriteString(`\` + string(c))
		case (c == '$' || c == '%') && strings.HasPrefix(text[i+1:], "{"):
			fmt.Fprintf(&b, `\u%04x`, c)
		case unicode.In(c, unicode.Cc, unicode.Bidi_Control, unicode.Zl, unicode.Zp):
			fmt.Fprintf(&b, `\u%04x`, c)
		default:
			b.WriteRune(c)
		}
	}
	return `"` + b.String() + `"`
}

// Command quotes a command and its arguments, to copy. A person fills in what stands in <angle brackets>.
func Command(command string, arguments ...string) string {
	for _, argument := range arguments {
		command += " " + Word(argument)
	}
	return command
}

// ImportBlock returns an import block to copy, indented.
func ImportBlock(kind, id string) string {
	return fmt.Sprintf("       import {\n         to = %s.<name>\n         id = %s\n       }", kind, String(id))
}

// How many names a list shows, and how many characters of each.
const (
	mostNames   = 20
	longestName = 64
)

// List quotes names that others chose, and joins them with commas. It bounds their number and length.
func List(names []string) string {
	quoted := make([]string, 0, mostNames)
	for _, name := range names[:min(len(names), mostNames)] {
		if letters := []rune(name); len(letters) > longestName {
			name = string(letters[:longestName-1]) + "…"
		}
		quoted = append(quoted, String(name))
	}
	list := strings.Join(quoted, ", ")
	if more := len(names) - mostNames; more > 0 {
		list += fmt.Sprintf(" and %d more", more)
	}
	return list
}

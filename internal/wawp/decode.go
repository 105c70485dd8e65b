package wawp

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// envelopes are the keys under which an answer, or a part of it, may be nested (wawp-api: data, session, result in public
// code; config.metadata in version 1 of the API).
var envelopes = []string{"data", "session", "result", "config", "metadata"}

// What is taken apart of an answer: more costs time and memory, and tells nothing.
const (
	maxLayers = 16
	maxValues = 10_000
)

// largeAnswer is from how many bytes on an answer is taken apart only while few others are: there is room for as many
// as decoding holds.
const largeAnswer = 64 << 10

var decoding = make(chan struct{}, 4)

// document is an answer whose form is not known for sure: the JSON object itself, then those nested in it, outermost first.
type document struct {
	layers []map[string]any
	blank  bool // the answer was empty
	markup bool // the answer was HTML or XML
}

// parse reads an answer. Numbers stay text, so that an id that looks like one keeps its digits.
func parse(body []byte) document {
	body = bytes.TrimSpace(bytes.TrimPrefix(bytes.TrimSpace(body), []byte("\xef\xbb\xbf")))
	d := document{blank: len(body) == 0, markup: bytes.HasPrefix(body, []byte("<"))}
	if countValues(body) > maxValues {
		return d
	}
	if len(body) > largeAnswer {
		decoding <- struct{}{}
		defer func() { <-decoding }()
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var root map[string]any
	if decoder.Decode(&root) != nil || root == nil || decoder.More() {
		return d
	}
	d.layers = []map[string]any{root}
	for i := 0; i < len(d.layers); i++ {
		for _, key := range envelopes {
			if inner, ok := d.layers[i][key].(map[string]any); ok && len(d.layers) < maxLayers {
				d.layers = append(d.layers, inner)
			}
		}
	}
	return d
}

// countValues returns how many values a JSON text has at most.
func countValues(body []byte) int {
	count, inText := 1, false
	for i := 0; i < len(body); i++ {
		switch c := body[i]; {
		case c == '"':
			inText = !inText
		case inText && c == '\\':
			i++
		case !inText && (c == ',' || c == '[' || c == '{'):
			count++
		}
	}
	return count
}

// text returns the first value that is text (or a number) under any of the names, outermost layer first; "" if none is.
func (d document) text(names ...string) string {
	for _, layer := range d.layers {
		for _, name := range names {
			if s := text(layer[name]); s != "" {
				return s
			}
		}
	}
	return ""
}

// object returns the first JSON object under the name, outermost layer first; nil if there is none.
func (d document) object(name string) map[string]any {
	for _, layer := range d.layers {
		if o, ok := layer[name].(map[string]any); ok && len(o) > 0 {
			return o
		}
	}
	return nil
}

// list returns the objects in the list under the name, outermost layer first, and whether there is one, of objects only: null
// and an empty object are empty lists, and of a list written as an object the values count.
func (d document) list(name string) ([]map[string]any, bool) {
	for _, layer := range d.layers {
		value, ok := layer[name]
		if !ok {
			continue
		}
		var items []any
		switch value := value.(type) {
		case nil:
		case []any:
			items = value
		case map[string]any:
			items = slices.Collect(maps.Values(value))
		default:
			continue
		}
		var objects []map[string]any
		for _, item := range items {
			o, ok := item.(map[string]any)
			if !ok {
				return nil, false
			}
			objects = append(objects, o)
		}
		return objects, true
	}
	return nil, false
}

// flag reads a boolean in any of its spellings, and says whether it is one.
func flag(v any) (on, ok bool) {
	if b, isBool := v.(bool); isBool {
		return b, true
	}
	switch strings.ToLower(text(v)) {
	case "1", "true":
		return true, true
	case "0", "false":
		return false, true
	}
	return false, false
}

// instant returns the first point in time under any of the names, outermost layer first: a date in a standard form, or a Unix
// time in seconds or milliseconds. Zero means that there is none.
func (d document) instant(names ...string) time.Time {
	for _, layer := range d.layers {
		for _, name := range names {
			if t := instant(text(layer[name])); !t.IsZero() {
				return t
			}
		}
	}
	return time.Time{}
}

// instant reads a date; one without a time zone is in UTC. Of Unix times those from the year 1973 on count, and of others those
// in years with four digits, as only they can be written in the same form.
func instant(s string) time.Time {
	if n, err := strconv.ParseFloat(s, 64); err == nil {
		switch {
		case n >= 1e11 && n < 1e14:
			return time.UnixMilli(int64(n)).UTC()
		case n >= 1e8 && n < 1e11:
			return time.Unix(int64(n), 0).UTC()
		}
		return time.Time{}
	}
	for _, layout := range []string{time.RFC3339, time.DateTime, "2006-01-02T15:04:05", "2006-01-02 15:04:05Z07:00", "2006-01-02T15:04:05Z0700"} {
		if t, err := time.Parse(layout, s); err == nil && t.UTC().Year() > 0 && t.UTC().Year() <= 9999 {
			return t.UTC()
		}
	}
	return time.Time{}
}

// integer reads a whole number, which may be written as text, and says whether it is one.
func integer(v any) (int64, bool) {
	n, err := strconv.ParseInt(text(v), 10, 64)
	return n, err == nil
}

func text(v any) string {
	switch v := v.(type) {
	case string:
		return strings.TrimSpace(v)
	case json.Number:
		return v.String()
	}
	return ""
}

// complaint is what an error answer says.
type complaint struct{ code, message string }

// complaint reads the forms of an error: code and message, an error as text or object, WordPress' own, each perhaps in an
// envelope. A code alone is no error: success answers have one too.
func (d document) complaint() complaint {
	for _, layer := range d.layers {
		c := complaint{text(layer["code"]), text(layer["message"])}
		switch e := layer["error"].(type) {
		case string:
			if c.code == "" && slug.MatchString(e) {
				c.code = e
			}
			c.message = cmp.Or(c.message, e)
		case map[string]any:
			c.code, c.message = cmp.Or(c.code, text(e["code"])), cmp.Or(c.message, text(e["message"]))
		}
		if c.code == "success" {
			c.code = ""
		}
		if c.code+c.message != "" {
			return c
		}
	}
	return complaint{}
}

// slug is the form of Wawp's codes, and of no number or sentence.
var slug = regexp.MustCompile(`^(?i:[a-z]+(_[a-z0-9]+)*)$`)

// statements returns what an error says, in small letters: all its codes, wherever they are and under whatever key, or else its messages.
// not_found is left out, which says nothing; "?" stands for a code that is no text.
func (d document) statements() []string {
	var codes, messages []string
	queue := slices.Clone(d.layers[:min(len(d.layers), 1)])
	for ; len(queue) > 0; queue = queue[1:] {
		for key, value := range queue[0] {
			switch value := value.(type) {
			case map[string]any:
				queue = append(queue, value)
			case []any:
				for _, item := range value {
					queue = append(queue, map[string]any{key: item})
				}
			}
			said, key := strings.ToLower(text(value)), strings.ToLower(key)
			isError := strings.Contains(key, "error")
			switch {
			case said == "not_found", said == "" && (value == nil || value == "" || !codeKey.MatchString(key)):
			case codeKey.MatchString(key), isError && slug.MatchString(said):
				codes = append(codes, cmp.Or(said, "?"))
			case said != "not found" && (isError || strings.Contains(key, "message")):
				messages = append(messages, said)
			}
		}
	}
	if len(codes) > 0 {
		return codes
	}
	return messages
}

// codeKey is a key of which the value is a code, or a word like one; the number of the status is none.
var codeKey = regexp.MustCompile(`^(code|reason|type|(error|err|sub)[a-z]*_?(code|type))$`)

// failed says whether an answer is an error in disguise, if its status is a success and it holds nothing of what was
// expected.
func (d document) failed() bool {
	if c := d.complaint(); d.markup || c.code != "" && c.message != "" {
		return true
	}
	for _, layer := range d.layers {
		status := strings.ToLower(text(layer["status"]))
		number, err := strconv.Atoi(status)
		if layer["success"] == false || status == "error" || status == "fail" || err == nil && number >= http.StatusBadRequest {
			return true
		}
		switch e := layer["error"].(type) {
		case string:
			return e != ""
		case map[string]any:
			return true
		}
	}
	return false
}

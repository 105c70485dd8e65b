package wawp

import (
	"bytes"
	"cmp"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// envelopes are the keys under which an answer, or a part of it, may be nested (wawp-api: data, session, result in
// public code; config.metadata in version 1 of the API).
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

// document is an answer whose form is not known for sure: the JSON object itself, then those nested in it, outermost
// first.
type document struct {
	layers []map[string]any
	blank  bool // the answer was empty
	markup bool // the answer was HTML or XML
}

// parse reads an answer that is a JSON object, and nothing else.
func parse(body []byte) document {
	body = bytes.TrimSpace(bytes.TrimPrefix(bytes.TrimSpace(body), []byte("\xef\xbb\xbf")))
	d := document{blank: len(body) == 0, markup: bytes.HasPrefix(body, []byte("<"))}
	if root, length, err := readObject(body); root != nil && err == nil && length == len(body) {
		d.layers = layersOf(root)
	}
	return d
}

// salvage reads an answer that broke off, or has something around or within its JSON, such as a notice: of each object
// in it that stands for itself, what came whole. Objects with different ids tell nothing, and one in a page of HTML is
// no answer.
func salvage(body []byte) (d document) {
	encoded := ""
	if json.NewDecoder(io.MultiReader(bytes.NewReader(body), strings.NewReader(`""`))).Decode(&encoded) == nil {
		body = []byte(encoded) // it was encoded twice
	}
	cleaned := clean(body)
	var around []byte
	for len(d.layers) < maxLayers {
		start := objectStart.FindIndex(cleaned)
		if start == nil {
			break
		}
		object, length, err := readObject(cleaned[start[0]:])
		found := document{layers: layersOf(object)}
		if one, other := d.instanceID(), found.instanceID(); one != "" && other != "" && one != other {
			return document{}
		}
		d.layers = append(d.layers, found.layers...)
		around, length = append(around, body[:start[0]]...), start[0]+length
		if err != nil {
			length = len(body) // what follows is a part of it
		}
		body, cleaned = body[length:], cleaned[length:]
	}
	if tag.Match(noticeTag.ReplaceAll(append(around, body...), nil)) {
		return document{markup: true}
	}
	return d
}

var (
	objectStart = regexp.MustCompile(`\{\s*"[^"]*"\s*:`) // of one that has a key
	// aside is a comment or NUL, which lenient servers write between texts; those come first, as both may be in one.
	aside     = regexp.MustCompile(`(?s)"(?:[^"\\]|\\.)*"|/\*.*?\*/|//[^\n]*|\x00+`)
	tag       = regexp.MustCompile(`(?i)<[a-z/!?]`)
	noticeTag = regexp.MustCompile(`(?i)</?(?:a|b|br|font|i|p|pre)\b[^<>]*>`) // of PHP's notices
)

// clean makes white space of what stands aside in JSON, and of control characters in its texts. Before JSON, quotation
// marks and slashes may mean anything.
func clean(body []byte) []byte {
	start := max(0, bytes.IndexByte(body, '{'))
	return slices.Concat(body[:start], aside.ReplaceAllFunc(body[start:], func(found []byte) []byte {
		found = slices.Clone(found)
		for i, isText := 0, found[0] == '"'; i < len(found); i++ {
			if !isText || found[i] < ' ' {
				found[i] = ' '
			}
		}
		return found
	}))
}

// layersOf returns an object, and those nested in it, outermost first. One may be encoded as text.
func layersOf(root map[string]any) []map[string]any {
	layers := []map[string]any{root}
	for i := 0; i < len(layers); i++ {
		for _, key := range envelopes {
			inner, _ := layers[i][key].(map[string]any)
			if encoded := text(layers[i][key]); strings.HasPrefix(encoded, "{") {
				inner, _, _ = readObject([]byte(encoded))
			}
			if inner != nil && len(layers) < maxLayers {
				layers = append(layers, inner)
			}
		}
	}
	return layers
}

// reader reads JSON as far as it came whole.
type reader struct {
	*json.Decoder
	length int64 // of the text
	values int   // that were read
}

// readObject reads the object with which a text begins, and returns how long it is. Of one that breaks off it returns
// what came before, and an error. Numbers stay text, so that an id that looks like one keeps its digits.
func readObject(body []byte) (object map[string]any, length int, err error) {
	if len(body) > largeAnswer {
		decoding <- struct{}{}
		defer func() { <-decoding }()
	}
	r := &reader{Decoder: json.NewDecoder(bytes.NewReader(body)), length: int64(len(body))}
	r.UseNumber()
	value, err := r.value()
	object, _ = value.(map[string]any)
	return object, int(r.InputOffset()), err
}

func (r *reader) value() (value any, err error) {
	token, err := r.Token()
	_, isNumber := token.(json.Number)
	if r.values++; r.values > maxValues || isNumber && r.InputOffset() == r.length { // whose last digit nobody knows
		return nil, io.ErrUnexpectedEOF
	}
	switch token {
	case json.Delim('{'):
		object := map[string]any{}
		for err == nil && r.More() {
			var key any
			if key, err = r.Token(); err == nil {
				name, _ := key.(string)
				object[name], err = r.value()
			}
		}
		value = object
	case json.Delim('['):
		list := []any{}
		for err == nil && r.More() {
			list = append(list, nil)
			list[len(list)-1], err = r.value()
		}
		value = list
	default:
		return token, err
	}
	if err == nil {
		_, err = r.Token() // its end
	}
	return value, err
}

// instanceID returns the id of an instance, that of the outermost layer; "" if there is none.
func (d document) instanceID() string { return d.text("instance_id", "instanceId") }

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

// list returns the objects in the list under the name, outermost layer first, and whether there is one, of objects
// only: null and an empty object are empty lists, and of a list written as an object the values count.
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

// instant returns the first point in time under any of the names, outermost layer first: a date in a standard form, or
// a Unix time in seconds or milliseconds. Zero means that there is none.
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

// instant reads a date; one without a time zone is in UTC. Of Unix times those from the year 1973 on count, and of
// others those in years with four digits, as only they can be written in the same form.
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
	for _, layout := range []string{
		time.RFC3339, time.DateTime, "2006-01-02T15:04:05", "2006-01-02 15:04:05Z07:00",
		"2006-01-02T15:04:05Z0700",
	} {
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

// complaint reads the forms of an error: code and message, an error as text or object, WordPress' own, each perhaps in
// an envelope. A code alone is no error: success answers have one too.
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
		if success.MatchString(c.code) {
			c.code = ""
		}
		if c.code+c.message != "" {
			return c
		}
	}
	return complaint{}
}

// success is a code that is none of an error.
var success = regexp.MustCompile(`^(?i:((instance|session)_)?(success|created)|ok|2[0-9][0-9])$`)

// slug is the form of Wawp's codes, and of no number or sentence.
var slug = regexp.MustCompile(`^(?i:[a-z]+(_[a-z0-9]+)*)$`)

// statements returns what an error says, in small letters: all its codes, wherever they are and under whatever key, or
// else its messages. not_found is left out, which says nothing; "?" stands for a code that is no text.
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
var codeKey = regexp.MustCompile(`^(code|reason|type|errno|(error|err|sub)[a-z]*_?(code|type))$`)

// failed says whether an answer is an error in disguise, if its status is a success and it holds nothing of what was
// expected.
func (d document) failed() bool {
	if c := d.complaint(); d.markup || c.code != "" && c.message != "" {
		return true
	}
	for _, layer := range d.layers {
		status := strings.ToLower(text(layer["status"]))
		number, err := strconv.Atoi(status)
		isFailure := slices.Contains([]string{"error", "fail", "failure"}, status) || layer["status"] == false ||
			err == nil && number >= http.StatusBadRequest
		if isFailure || isSet(layer["error"]) || isSet(layer["errors"]) {
			return true
		}
		for _, name := range []string{"success", "ok"} {
			if on, isFlag := flag(layer[name]); isFlag && !on {
				return true
			}
		}
	}
	return false
}

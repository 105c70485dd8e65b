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

// This file reads answers whose form is not documented: see API.md 2 and 9.

// envelopes are the keys under which an answer, or a part of it, may be nested (API.md 2).
var envelopes = []string{"data", "session", "result", "config", "metadata"}

// Bounds on what is decoded of an answer. They bound the time and the memory that a hostile answer can cost.
const (
	maxLayers = 16
	maxValues = 10_000
)

// largeAnswer is the size, in bytes, from which answers count as large.
const largeAnswer = 64 << 10

// decoding is a semaphore that bounds how many large answers are decoded at once.
var decoding = make(chan struct{}, 4)

// document is an answer whose form is not known for sure.
type document struct {
	layers []map[string]any // the JSON object, then the objects in its envelopes, outermost first
	array  []any            // the JSON array, if the answer is one: see list
	blank  bool             // the answer had no body
	empty  bool             // the answer was {}, [] or null
	markup bool             // the answer was HTML or XML
}

// parse reads an answer that is one JSON object or array. Only an object has layers.
func parse(body []byte) document {
	body = bytes.TrimSpace(bytes.TrimPrefix(bytes.TrimSpace(body), []byte("\xef\xbb\xbf")))
	d := document{blank: len(body) == 0, markup: bytes.HasPrefix(body, []byte("<"))}
	value, length, err := readValue(body)
	if err != nil || length != len(body) {
		return d
	}
	switch root := value.(type) {
	case map[string]any:
		d.layers, d.empty = layersOf(root), len(root) == 0
	case []any:
		d.array, d.empty = root, len(root) == 0
	case nil:
		d.empty = true
	}
	return d
}

// salvage reads an answer that is not one whole JSON object: it broke off, or has something around or within its JSON,
// such as a notice of PHP. It reads what is whole of each object in it. It returns nothing if the objects have
// different instance ids, or if the answer is a page of HTML.
func salvage(body []byte) (d document) {
	// An answer that was encoded twice is a JSON string. The quotation mark that follows it here closes one that broke
	// off.
	encoded := ""
	if json.NewDecoder(io.MultiReader(bytes.NewReader(body), strings.NewReader(`""`))).Decode(&encoded) == nil {
		body = []byte(encoded)
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
			length = len(body) // the rest belongs to the broken object
		}
		body, cleaned = body[length:], cleaned[length:]
	}
	if tag.Match(noticeTag.ReplaceAll(append(around, body...), nil)) {
		return document{markup: true}
	}
	return d
}

var (
	objectStart = regexp.MustCompile(`\{\s*"[^"]*"\s*:`) // the start of an object that has a key
	// commentOrNUL matches comments and NUL bytes, which lenient servers write. It matches strings first, because a
	// string may contain either.
	commentOrNUL = regexp.MustCompile(`(?s)"(?:[^"\\]|\\.)*"|/\*.*?\*/|//[^\n]*|\x00+`)
	tag          = regexp.MustCompile(`(?i)<[a-z/!?]`)
	noticeTag    = regexp.MustCompile(`(?i)</?(?:a|b|br|font|i|p|pre)\b[^<>]*>`) // a tag in a notice of PHP
)

// clean replaces comments and NUL bytes in JSON, and control characters in its strings, by spaces. It leaves what
// stands before the first brace, where quotation marks and slashes may mean anything.
func clean(body []byte) []byte {
	start := max(0, bytes.IndexByte(body, '{'))
	return slices.Concat(body[:start], commentOrNUL.ReplaceAllFunc(body[start:], func(found []byte) []byte {
		found = slices.Clone(found)
		for i, isText := 0, found[0] == '"'; i < len(found); i++ {
			if !isText || found[i] < ' ' {
				found[i] = ' '
			}
		}
		return found
	}))
}

// layersOf returns an object and the objects in its envelopes, outermost first. An envelope may hold its object as
// text.
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

// reader reads JSON that may break off, and keeps what is whole of it.
type reader struct {
	*json.Decoder
	length int64 // the length of the text
	values int   // how many values were read
}

// readObject is readValue of an object; any other value is nil.
func readObject(body []byte) (object map[string]any, length int, err error) {
	value, length, err := readValue(body)
	object, _ = value.(map[string]any)
	return object, length, err
}

// readValue reads the JSON value at the beginning of a text, and returns its length. If the value breaks off, readValue
// returns what came before, and an error. Numbers stay text, because an id may look like a number (API.md 1).
func readValue(body []byte) (value any, length int, err error) {
	if len(body) > largeAnswer {
		decoding <- struct{}{}
		defer func() { <-decoding }()
	}
	r := &reader{Decoder: json.NewDecoder(bytes.NewReader(body)), length: int64(len(body))}
	r.UseNumber()
	value, err = r.value()
	return value, int(r.InputOffset()), err
}

func (r *reader) value() (value any, err error) {
	token, err := r.Token()
	_, isNumber := token.(json.Number)
	r.values++
	isCut := isNumber && r.InputOffset() == r.length // the rest of its digits may be missing
	if r.values > maxValues || isCut {
		return nil, io.ErrUnexpectedEOF
	}
	switch token {
	case json.Delim('{'):
		object := map[string]any{}
		for err == nil && r.More() {
			var key any
			key, err = r.Token()
			if err == nil {
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
		_, err = r.Token() // the closing bracket
	}
	return value, err
}

// instanceID returns the id of the instance, outermost layer first; "" if there is none.
func (d document) instanceID() string { return d.text("instance_id", "instanceId") }

// text returns the first text or number under any of the names, outermost layer first; "" if there is none.
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

// list returns the objects in the list under the name, outermost layer first. It also says whether there is such a
// list with nothing but objects in it. null is an empty list, and an object is the list of its values. The name ""
// stands for the answer itself, if that is an array.
func (d document) list(name string) ([]map[string]any, bool) {
	layers := d.layers
	if name == "" && d.array != nil {
		layers = []map[string]any{{"": d.array}}
	}
	for _, layer := range layers {
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

// flag reads a boolean in any of its spellings. ok says whether it is one.
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

// instant returns the first point in time under any of the names, outermost layer first; zero if there is none.
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

// instant reads a Unix time in seconds or milliseconds, from the year 1973 on, or a date in a standard form. A date
// without a time zone is in UTC. Its year must have four digits, because only such a date can be written in the same
// form again.
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

// integer reads a whole number, which may be written as text. The second result says whether it is one.
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

// apiError is what an answer says that is an error.
type apiError struct{ code, message string }

// apiError reads an error in any of its forms (API.md 2): code and message, or an error as text or object, each perhaps
// in an envelope. A code alone is not an error, because a success may have one too.
func (d document) apiError() apiError {
	for _, layer := range d.layers {
		c := apiError{text(layer["code"]), text(layer["message"])}
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
	return apiError{}
}

// success matches codes that mean a success.
var success = regexp.MustCompile(`^(?i:((instance|session)_)?(success|created)|ok|2[0-9][0-9])$`)

// slug matches texts in the form of Wawp's codes, and neither numbers nor sentences.
var slug = regexp.MustCompile(`^(?i:[a-z]+(_[a-z0-9]+)*)$`)

// statements returns the codes in an error, at any depth and under any key for a code. If there are none, it returns
// the messages. All are in lower case. not_found is left out, because it does not say what was not found. "?" stands
// for a code that is not text.
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
			words, key := strings.ToLower(text(value)), strings.ToLower(key)
			isError := strings.Contains(key, "error")
			switch {
			case words == "not_found", words == "" && (value == nil || value == "" || !codeKey.MatchString(key)):
			case codeKey.MatchString(key), isError && slug.MatchString(words):
				codes = append(codes, cmp.Or(words, "?"))
			case words != "not found" && (isError || strings.Contains(key, "message")):
				messages = append(messages, words)
			}
		}
	}
	if len(codes) > 0 {
		return codes
	}
	return messages
}

// codeKey matches keys whose value is a code. The key of the HTTP status is not one of them.
var codeKey = regexp.MustCompile(`^(code|reason|type|errno|(error|err|sub)[a-z]*_?(code|type))$`)

// failed says whether the body of a success is an error (API.md 2). A code with a message counts as one, so a success
// that has both, in words that this client does not know, is taken for an error.
func (d document) failed() bool {
	if c := d.apiError(); d.markup || c.code != "" && c.message != "" {
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

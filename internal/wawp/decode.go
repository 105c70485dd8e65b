package wawp

import (
	"bytes"
	"encoding/json"
	"strings"
)

// envelopes are the keys under which an answer, or a part of it, may be nested (wawp-api: data, session, result in public
// code; config.metadata in version 1 of the API).
var envelopes = []string{"data", "session", "result", "config", "metadata"}

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
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var root map[string]any
	if decoder.Decode(&root) != nil || root == nil || decoder.More() {
		return d
	}
	d.layers = []map[string]any{root}
	for i := 0; i < len(d.layers); i++ {
		for _, key := range envelopes {
			if inner, ok := d.layers[i][key].(map[string]any); ok {
				d.layers = append(d.layers, inner)
			}
		}
	}
	return d
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
type complaint struct {
	code    string
	message string
	own     bool // said by the API itself: a JSON object with an error in it, and not one of the router
}

// complaint reads the forms of an error: code and message, an error as text or object, WordPress' own. A code alone is no
// error: success answers have one too.
func (d document) complaint() complaint {
	if len(d.layers) == 0 {
		return complaint{}
	}
	root := d.layers[0]
	c := complaint{code: text(root["code"]), message: text(root["message"])}
	switch e := root["error"].(type) {
	case string:
		if c.message == "" {
			c.message = e
		}
	case map[string]any:
		if c.code == "" {
			c.code = text(e["code"])
		}
		if c.message == "" {
			c.message = text(e["message"])
		}
	}
	if c.code == "success" {
		c.code = ""
	}
	c.own = c.code+c.message != "" && !c.routing()
	return c
}

// routing says whether the complaint is about the route and not about what it leads to (rest_no_route and its kin).
func (c complaint) routing() bool {
	message := strings.ToLower(c.message)
	return strings.HasPrefix(c.code, "rest_") || strings.Contains(message, "no route") || strings.Contains(message, "route not found")
}

// failed says whether a 2xx answer is an error in disguise, given that it holds nothing of what was expected.
func (d document) failed() bool {
	c := d.complaint()
	return d.markup || c.message != "" && c.code != "" || len(d.layers) > 0 && d.layers[0]["error"] != nil && c.message != ""
}

package wawptest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// Fixture records the forms of the answers of a real API, without a single value of them.
type Fixture struct {
	Calls []FixtureCall `json:"calls"`
}

// FixtureCall is the form of one answer.
type FixtureCall struct {
	Step        string `json:"step"`     // why it was called, for people
	Endpoint    string `json:"endpoint"` // method and path, like "POST /v2/session/info"
	Status      int    `json:"status"`
	ContentType string `json:"content_type"`
	Form        any    `json:"form"` // what FormOf returned
}

// The forms of JSON values that hold no others, and of bodies that are not JSON.
const (
	formString  = "string"
	formNumber  = "number"
	formBoolean = "boolean"
	formNull    = "null"

	formText  = "text"
	formHTML  = "html"
	formXML   = "xml"
	formEmpty = "empty"
)

// FormOf returns the form of an answer's body: its JSON with the name of the type in place of each value, and a list with
// the forms of an array's distinct elements; or, for what is not JSON, "text", "html", "xml" or "empty".
//
// Keys stay, but for those that may be values themselves (of a map by token, say) or that hold a secret: those become
// "key1", "key2" and so on.
func FormOf(body []byte, secrets ...string) any {
	body = bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")))
	var decoded any
	if json.Unmarshal(body, &decoded) == nil {
		return formOf(decoded, secrets)
	}
	start := strings.ToLower(string(body))
	switch {
	case start == "":
		return formEmpty
	case strings.HasPrefix(start, "<?xml"):
		return formXML
	case strings.HasPrefix(start, "<!doctype html"), strings.Contains(start, "<html"):
		return formHTML
	case strings.HasPrefix(start, "<"):
		return formXML
	}
	return formText
}

func formOf(value any, secrets []string) any {
	switch value := value.(type) {
	case string:
		return formString
	case float64:
		return formNumber
	case bool:
		return formBoolean
	case []any:
		forms := []any{}
		for _, element := range value {
			forms = addForm(forms, formOf(element, secrets))
		}
		return forms
	case object:
		return formOfObject(value, secrets)
	}
	return formNull
}

// addForm adds a form to a list that does not have it yet.
func addForm(forms []any, form any) []any {
	if slices.ContainsFunc(forms, func(known any) bool { return reflect.DeepEqual(known, form) }) {
		return forms
	}
	return append(forms, form)
}

func formOfObject(value object, secrets []string) object {
	form, number := object{}, 0
	for _, key := range slices.Sorted(maps.Keys(value)) {
		name := key
		if !tellsNothing(key, secrets) {
			number++
			name = fmt.Sprintf("key%d", number)
		}
		form[name] = formOf(value[key], secrets)
	}
	return form
}

var plainKey = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]{0,40}$`)

// tellsNothing reports whether a key is but a word.
func tellsNothing(key string, secrets []string) bool {
	return plainKey.MatchString(key) && !slices.ContainsFunc(secrets, func(secret string) bool {
		return secret != "" && strings.Contains(strings.ToLower(key), strings.ToLower(secret))
	})
}

// LoadFixture reads a fixture from JSON. It refuses one with forms that hold anything but words.
func LoadFixture(r io.Reader) (Fixture, error) {
	decoder := json.NewDecoder(r)
	decoder.DisallowUnknownFields()
	var f Fixture
	if err := decoder.Decode(&f); err != nil {
		return Fixture{}, fmt.Errorf("not a fixture: %w", err)
	}
	if len(f.Calls) == 0 {
		return Fixture{}, errors.New("the fixture has no calls")
	}
	for i, c := range f.Calls {
		if err := c.check(); err != nil {
			return Fixture{}, fmt.Errorf("call %d of the fixture: %w", i+1, err)
		}
	}
	return f, nil
}

var endpointName = regexp.MustCompile(`^[A-Z]+ /[^ ?]*$`)

func (c FixtureCall) check() error {
	switch {
	case !endpointName.MatchString(c.Endpoint):
		return errors.New("the endpoint is not a method and a path")
	case c.Status < 200 || c.Status > 599:
		return errors.New("the status is not that of an answer")
	case !notJSON(c.Form) && !isForm(c.Form):
		return errors.New("the form is not one that FormOf returns")
	}
	return nil
}

// notJSON reports whether a form is that of a body that is not JSON.
func notJSON(form any) bool {
	return form == formText || form == formHTML || form == formXML || form == formEmpty
}

func isForm(form any) bool {
	switch form := form.(type) {
	case []any:
		return !slices.ContainsFunc(form, func(element any) bool { return !isForm(element) })
	case object:
		for key, inner := range form {
			if !tellsNothing(key, nil) || !isForm(inner) {
				return false
			}
		}
		return true
	}
	return form == formString || form == formNumber || form == formBoolean || form == formNull
}

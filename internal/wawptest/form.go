package wawptest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// forms are those that answers are given: of the successes of an endpoint, by its method and path; of a refusal, by its
// code in the API's own form.
type forms map[string][]FixtureCall

// Answer gives the answers the forms of a fixture from now on: the same status, content type, keys and nesting. An endpoint
// takes the form of that success of its there into which what it has to say fits as it is (a link and no link may have two
// forms), else of the first. The refusal of a session that is not there takes that of the last refusal of session/info, which
// comes after the session was deleted; that of an unknown route, that of a route unknown here. What the fixture does not show
// stays as it is. Do not change the fixture afterwards.
func (a *API) Answer(f Fixture) {
	chosen := forms{}
	for _, c := range f.Calls {
		_, known := lookUp(c.Endpoint)
		switch {
		case !known && c.Status >= 300:
			chosen[noRoute] = []FixtureCall{c}
		case c.Status < 300:
			chosen[c.Endpoint] = append(chosen[c.Endpoint], c)
		case c.Status == http.StatusUnauthorized: // says nothing of the session
		case c.Status >= 400 && c.Status < 500 && strings.HasSuffix(c.Endpoint, " /v2/session/info"):
			chosen[noneSuch] = []FixtureCall{c}
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.forms = chosen
}

// shaped gives an answer the form chosen for it, if any.
func (a *API) shaped(r *Request, own answer) answer {
	key := own.code
	if own.status < 300 {
		key = r.Method + " " + r.Path
	}
	a.mu.Lock()
	chosen := a.forms[key]
	a.mu.Unlock()
	if len(chosen) == 0 {
		return own
	}
	c := chosen[0]
	if i := slices.IndexFunc(chosen, func(c FixtureCall) bool { return reflect.DeepEqual(FormOf(c.body(own)), c.Form) }); i >= 0 {
		c = chosen[i]
	}
	return answer{status: c.Status, contentType: c.ContentType, body: c.body(own)}
}

// samples are bodies that are not JSON.
var samples = map[any]string{
	formEmpty: "",
	formText:  "text",
	formHTML:  "<!DOCTYPE html><html><body>text</body></html>",
	formXML:   `<?xml version="1.0"?><answer/>`,
}

// body fills the form with what the API's own answer says.
func (c FixtureCall) body(own answer) []byte {
	if notJSON(c.Form) {
		return []byte(samples[c.Form])
	}
	var said object
	_ = json.Unmarshal(own.body, &said) // The API's own answers are all objects.
	envelope := object{"status": float64(c.Status), "success": c.Status < 300}
	if c.Status < 300 {
		envelope["code"] = "success"
	}
	if _, ok := c.Form.(object); !ok {
		return encode(fill(c.Form, only(said, c.Form), nil))
	}
	return encode(fill(c.Form, nothing{}, slices.Concat(scope{said}, own.facts, scope{envelope})))
}

// nothing stands for a value that is not known; nil is one that is known to be null.
type nothing struct{}

// scope is where values are looked up, the likeliest first.
type scope []object

// fill returns a value of a form: own, if it can have that form, or else a neutral one. An object takes its values from own
// if that is an object too, or a list with names; or else it is a wrapper, and takes them from around.
func fill(form, own any, around scope) any {
	if own == nil {
		return nil
	}
	switch form := form.(type) {
	case object:
		switch own := own.(type) {
		case object:
			around = scope{own}
		case []any:
			around = scope{named(own)}
		}
		filled := object{}
		for key, inner := range form {
			filled[key] = fill(inner, around.find(key, inner), around)
		}
		return filled
	case []any:
		return fillList(form, own)
	}
	if value, ok := convert(form, own); ok {
		return value
	}
	return neutral[form]
}

var neutral = map[any]any{formString: "string", formNumber: 0, formBoolean: false, formNull: nil}

// fillList gives each element of own the form that fits it best; without own, it makes up one element of each form. Of an
// array that was empty when it was recorded, nothing is known.
func fillList(forms []any, own any) []any {
	list, ok := own.([]any)
	filled := []any{}
	switch {
	case !ok:
		for _, form := range forms {
			filled = append(filled, fill(form, nothing{}, nil))
		}
	case len(forms) == 0:
		return list
	default:
		for _, element := range list {
			filled = append(filled, fill(best(forms, element), element, scope{{"slug": element, "name": element}}))
		}
	}
	return filled
}

// best returns the form that an element has, or one of its kind, or any.
func best(forms []any, element any) any {
	form := formOf(element, nil)
	for _, alike := range []func(any) bool{
		func(f any) bool { return reflect.DeepEqual(f, form) },
		func(f any) bool { return reflect.TypeOf(f) == reflect.TypeOf(form) },
	} {
		if i := slices.IndexFunc(forms, alike); i >= 0 {
			return forms[i]
		}
	}
	return forms[0]
}

// named returns a list as an object: by the slugs of its elements, and by the names that FormOf makes up.
func named(list []any) object {
	names := object{}
	for i, element := range list {
		names[fmt.Sprintf("key%d", i+1)] = element
		if o, ok := element.(object); ok {
			if slug, ok := o["slug"].(string); ok {
				names[slug] = element
			}
		}
	}
	return names
}

// only returns the one value of an object that can have a form.
func only(said object, form any) any {
	var found []any
	for _, value := range said {
		if fits(form, value) {
			found = append(found, value)
		}
	}
	if len(found) != 1 {
		return nothing{}
	}
	return found[0]
}

// meanings are lists of keys with one meaning, as normal returns them. One key may have several.
var meanings = [][]string{
	{"instanceid", "id"},
	{"sessionname", "name", "session"},
	{"servername", "server"},
	{"me", "account", "user"},
	{"id", "messageid", "jid", "chatid", "serialized"},
	{"pushname", "name"},
	{"currentpolicy", "policy", "policyslug", "current", "slug"},
	{"link", "url"},
	{"expiresat", "expires", "expiry", "expiration"},
	{"isactive", "active", "enabled"},
	{"delay", "delayseconds"},
	{"hmac", "secret"},
	{"message", "error"},
	{"t", "timestamp"},
}

// fleeting are the keys of what comes and goes: null where there is nothing now, and a null that was recorded only says
// that there was nothing at the time.
var fleeting = []string{"me", "link", "expiresat", "hmac"}

// find returns the value that a key means, if it fits the form.
func (s scope) find(key string, form any) any {
	keys := synonyms(normal(key))
	comesAndGoes := slices.ContainsFunc(keys, func(key string) bool { return slices.Contains(fleeting, key) })
	if form == formNull && !comesAndGoes {
		return nil
	}
	for _, o := range s {
		for _, wanted := range keys {
			for key, value := range o {
				if normal(key) == wanted && fits(form, value) {
					return value
				}
			}
		}
	}
	if comesAndGoes {
		return nil
	}
	return nothing{}
}

// synonyms returns a key, then those that mean the same.
func synonyms(key string) []string {
	keys := []string{key}
	for _, meaning := range meanings {
		if slices.Contains(meaning, key) {
			keys = append(keys, meaning...)
		}
	}
	return keys
}

// normal returns a key without the marks of its spelling: instance_id and instanceId are one.
func normal(key string) string {
	return strings.ToLower(strings.NewReplacer("_", "", "-", "", ".", "").Replace(key))
}

// fits reports whether a value can be given a form. An object can also be a wrapper of anything.
func fits(form, value any) bool {
	switch form.(type) {
	case object:
		return true
	case []any:
		_, ok := value.([]any)
		return ok || value == nil
	}
	_, ok := convert(form, value)
	return ok || value == nil
}

// convert returns a value that holds no others as one of another type, where that makes sense.
func convert(form, value any) (any, bool) {
	if form == formNull || form == formOf(value, nil) {
		return value, value != nothing{}
	}
	switch value := value.(type) {
	case string:
		return parse(form, value)
	case float64:
		switch form {
		case formString:
			return strconv.FormatFloat(value, 'f', -1, 64), true
		case formBoolean:
			return value != 0, true
		}
	case bool:
		switch form {
		case formString:
			return strconv.FormatBool(value), true
		case formNumber:
			return map[bool]int{true: 1}[value], true
		}
	}
	return nil, false
}

// parse returns the number, or the time in seconds, that a text says.
func parse(form any, text string) (any, bool) {
	if form != formNumber {
		return nil, false
	}
	if number, err := strconv.ParseInt(text, 10, 64); err == nil {
		return number, true
	}
	instant, err := time.Parse(time.RFC3339, text)
	return instant.Unix(), err == nil
}

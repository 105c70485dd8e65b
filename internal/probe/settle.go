package main

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// question is something that no documentation says of the API.
type question struct {
	words string
	// find returns what the answers say; "" is nothing. nil is for a question that this walk cannot settle.
	find func(answers) string
	// needs is what it takes to know, where the walk alone is not enough.
	needs string
}

// answers are those of the walk, by step.
type answers map[string]call

// settle returns a line for each question that the calls answer, and one for each that they do not.
func settle(calls []call) (settled, open []string) {
	a := answers{}
	for _, c := range calls {
		a[c.Step] = c
	}
	for _, q := range questions {
		found := ""
		if q.find != nil {
			found = q.find(a)
		}
		switch {
		case found != "":
			settled = append(settled, q.words+" "+found)
		case q.needs != "":
			open = append(open, q.words+" It takes "+q.needs+" to know.")
		default:
			open = append(open, q.words)
		}
	}
	return settled, open
}

var questions = []question{
	{words: "Which status does create answer with?", find: func(a answers) string {
		return a.ifDone(stepCreate, func(c call) string { return fmt.Sprint(c.Status) })
	}},
	{words: "Where is the instance id in the answer of create, and what is it?", find: func(a answers) string {
		return a.ifDone(stepCreate, func(c call) string { return c.spelled("instanceid") })
	}},
	{words: "What else does create tell?", find: func(a answers) string {
		return a.ifDone(stepCreate, func(c call) string { return c.tells("status", "session name/name", "server name") })
	}},
	{words: "Is a new session STOPPED or STARTING?", find: func(a answers) string {
		return cmp.Or(a[stepCreate].state, a[stepInfo].state)
	}},
	{words: "Where is the status in the answer of info?", find: func(a answers) string {
		return a.ifDone(stepInfo, func(c call) string { return c.spelled("status") })
	}},
	{words: "What else does info tell?", find: func(a answers) string {
		return a.ifDone(stepInfo, func(c call) string { return c.tells("server name", "instance id", "session name/name") })
	}},
	{words: "What is `me` while no phone is linked?", find: func(a answers) string { return a.valueOf(stepStarted, "me") }},
	{words: "What is `config.webhooks` of info?", find: func(a answers) string { return a.valueOf(stepInfo, "webhooks") }},
	{words: "What is `config.proxy` of info?", find: func(a answers) string { return a.valueOf(stepInfo, "proxy") }},
	{words: "Does info hold the QR code (`qr`) while the session waits for a scan?", find: func(a answers) string {
		if a[stepStarted].state != "SCAN_QR_CODE" {
			return ""
		}
		return a.valueOf(stepStarted, "qr")
	}},
	{words: "What does start answer?", find: func(a answers) string { return a.outcome(stepStart) }},
	{words: "In which state is the session once it has started?", find: func(a answers) string {
		if a[stepStarted].state == "STARTING" {
			return "still STARTING after a minute"
		}
		return a[stepStarted].state
	}},
	{words: "What does stop answer?", find: func(a answers) string { return a.outcome(stepStop) }},
	{words: "In which state is the session right after stop?", find: func(a answers) string { return a[stepStopped].state }},
	{words: "What does delete answer?", find: func(a answers) string { return a.outcome(stepDelete) }},
	{words: "What is the form of a QR code (auth/qr)?", find: func(a answers) string { return a.outcome(stepQR) }},
	{words: "What is the form of a QR code as image (auth/qr-image)?", find: func(a answers) string { return a.outcome(stepQRImage) }},
	{words: "Which field holds the current policy?", find: func(a answers) string { return a.ifDone(stepRateLimit, currentPolicy) }},
	{words: "Are the policies a list, or a map by slug?", find: func(a answers) string { return a.valueOf(stepRateLimit, "policies") }},
	{words: "Are the free policies slugs or objects?", find: func(a answers) string { return a.valueOf(stepRateLimit, "freepolicies") }},
	{words: "What is has_active_plan?", find: func(a answers) string { return a.valueOf(stepRateLimit, "hasactiveplan") }},
	{words: "Which types do the limits of the policies have (one of them means unlimited)?", find: func(a answers) string {
		return a.ifDone(stepRateLimit, func(c call) string { return strings.Join(limitTypes(c.Form), " and ") })
	}},
	{words: "What does temp-link (GET) answer where there is no link?", find: func(a answers) string { return a.outcome(stepNoLink) }},
	{words: "What is the link of temp-link?", find: func(a answers) string {
		return a.ifDone(stepNewLink, func(c call) string { return c.spelled("link", "url") })
	}},
	{words: "Which field says when the link expires?", find: func(a answers) string { return a.ifDone(stepNewLink, expiry) }},
	{words: "Does temp-link answer a GET like a POST?", find: func(a answers) string {
		return a.ifDone(stepLink, func(got call) string {
			return a.ifDone(stepNewLink, func(made call) string { return same(got, made) })
		})
	}},
	{words: "What does temp-link answer a DELETE?", find: func(a answers) string { return a.outcome(stepRevoke) }},
	{words: "Which webhooks does a new session have, or what are they refused with?", find: func(a answers) string { return a.outcome(stepWebhooks) }},
	{words: "Is the system webhook among the session's own ones?", needs: "a paid account", find: func(a answers) string { return a.ifDone(stepWebhooks, systemListed) }},
	{words: "What does info answer once the session is deleted?", find: func(a answers) string { return a.onceDeleted(stepGone, call.outcome) }},
	{words: "Does the provider take that for Wawp's own word that the session is gone?", find: func(a answers) string {
		return a.onceDeleted(stepGone, func(c call) string { return yesNo(c.own) })
	}},
	{words: "Does the rate limit of a deleted session agree (the second look)?", find: func(a answers) string {
		return a.onceDeleted(stepGoneLimit, func(c call) string { return yesNo(c.Status == 404) + ": " + c.outcome() })
	}},
	{words: "What does an unknown route answer?", find: func(a answers) string { return a.outcome(stepUnknownRoute) }},
	{words: "How does that differ from the answer for a deleted session?", find: routeOrSession},
	{words: "What does a wrong token answer?", find: func(a answers) string { return a.outcome(stepStranger) }},
	{words: "Does any answer repeat the access token?", find: func(a answers) string { return a.where(func(c call) bool { return c.token }) }},
	{words: "Does any answer hold an e-mail address?", find: func(a answers) string { return a.where(func(c call) bool { return c.mail }) }},
	{words: "Is 429 ever answered?", find: func(a answers) string {
		limited := func(c call) bool { return c.Status == 429 }
		if !slices.ContainsFunc(slices.Collect(maps.Values(a)), limited) {
			return ""
		}
		return a.where(limited)
	}},
	{words: "What is `me` once a phone is linked?", needs: "a phone"},
	{words: "What does info answer when the linked phone drops (404 invalid_session)?", needs: "a phone"},
	{words: "What do logout, and start of a session that is WORKING, answer?", needs: "a phone"},
	{words: "Does PATCH rate-limit want the policy in the query or in the body, and what does it answer for a policy that the account may not use?", needs: "a change of a setting"},
	{words: "What do webhook/set, update and delete answer, and does a read show `hmac`, `retries` and `name`?", needs: "a paid account and a public address"},
	{words: "Is an unknown query key refused?", needs: "a request that is not documented"},
	{words: "What is answered for an instance of another account, 401, 403 or 404?", needs: "another account"},
}

// ifDone returns what a successful answer says; "" if there is none.
func (a answers) ifDone(step string, say func(call) string) string {
	c, ok := a[step]
	if !ok || c.Status >= 300 {
		return ""
	}
	return say(c)
}

// onceDeleted returns what an answer says that only means something if the session was deleted before.
func (a answers) onceDeleted(step string, say func(call) string) string {
	c, ok := a[step]
	if deleted := a[stepDelete]; !ok || deleted.Status >= 300 || deleted.Status == 0 {
		return ""
	}
	return say(c)
}

// outcome describes an answer, whether it is a success or not.
func (a answers) outcome(step string) string {
	if c, ok := a[step]; ok {
		return c.outcome()
	}
	return ""
}

// valueOf describes a value of a successful answer.
func (a answers) valueOf(step, key string) string {
	return a.ifDone(step, func(c call) string {
		p, ok := c.find(key)
		if !ok {
			return "absent"
		}
		return p.String()
	})
}

// where names the steps of which something is true.
func (a answers) where(is func(call) bool) string {
	var found []string
	for _, s := range append([]step{create}, steps...) {
		if c, ok := a[s.name]; ok && is(c) {
			found = append(found, s.name)
		}
	}
	if len(found) == 0 {
		return fmt.Sprintf("no, none of %d", len(a))
	}
	return "yes: " + strings.Join(found, ", ")
}

// outcome describes the answer.
func (c call) outcome() string {
	return fmt.Sprintf("%d, %s%s", c.Status, describe(c.Form), inBrackets(c.code))
}

// spelled says where the first of some keys is, how it is spelled, and what it holds.
func (c call) spelled(keys ...string) string {
	if p, ok := c.find(keys...); ok {
		return p.String()
	}
	return "nowhere in " + describe(c.Form)
}

// tells says of each key whether it is there. Keys are given with spaces between their words, perhaps two with one meaning.
func (c call) tells(keys ...string) string {
	var found []string
	for _, key := range keys {
		if p, ok := c.find(strings.Split(strings.ReplaceAll(key, " ", ""), "/")...); ok {
			found = append(found, p.String())
		} else {
			found = append(found, "no "+key)
		}
	}
	return strings.Join(found, "; ")
}

// place is a value in a form, with the keys that lead to it.
type place struct {
	path []string
	form any
}

// String says where and what it is: `data.instance_id`, string.
func (p place) String() string { return "`" + strings.Join(p.path, ".") + "`, " + shallow(p.form, 1) }

// find returns the place of the first key that is in the form, whatever its spelling, the outermost first. An envelope's
// own status is a number, and not meant.
func (c call) find(keys ...string) (place, bool) {
	layer := []place{{form: c.Form}}
	for len(layer) > 0 {
		var inner []place
		for _, p := range layer {
			inner = append(inner, p.inside()...)
		}
		for _, key := range keys {
			for _, p := range inner {
				if plain(p.path[len(p.path)-1]) == key && (key != "status" || p.form == "string") {
					return p, true
				}
			}
		}
		layer = inner
	}
	return place{}, false
}

// inside returns the values of an object, in the order of their keys.
func (p place) inside() []place {
	object, _ := p.form.(map[string]any)
	var inner []place
	for _, key := range slices.Sorted(maps.Keys(object)) {
		inner = append(inner, place{append(slices.Clone(p.path), key), object[key]})
	}
	return inner
}

// plain returns a key without the marks of its spelling: instance_id and instanceId are one.
func plain(key string) string {
	return strings.ToLower(strings.NewReplacer("_", "", "-", "", ".", "").Replace(key))
}

// describe writes a form down: {code: string, data: {status: number}}. What lies deeper is left out.
func describe(form any) string { return shallow(form, 2) }

func shallow(form any, depth int) string {
	var parts []string
	switch form := form.(type) {
	case map[string]any:
		if depth == 0 && len(form) > 0 {
			return "{...}"
		}
		for _, key := range slices.Sorted(maps.Keys(form)) {
			parts = append(parts, key+": "+shallow(form[key], depth-1))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case []any:
		for _, element := range form {
			parts = append(parts, shallow(element, depth))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	word, _ := form.(string)
	return cmp.Or(bodies[word], word)
}

// bodies are the words for bodies that are not JSON.
var bodies = map[string]string{"empty": "no body", "text": "plain text", "html": "HTML", "xml": "XML"}

// currentPolicy looks for the field that the documentation mentions without its name, by the guesses that there are.
func currentPolicy(c call) string {
	p, ok := c.find("currentpolicy", "policyslug", "policy", "currentpolicyslug", "activepolicy", "selectedpolicy", "current")
	policies, listed := c.find("policies")
	if ok && (!listed || len(p.path) <= len(policies.path)) {
		return p.String()
	}
	if !listed {
		return "none of the names guessed: the answer is " + describe(c.Form)
	}
	var others []string
	for key := range at(c.Form, policies.path[:len(policies.path)-1]) {
		if !slices.Contains([]string{"policies", "freepolicies", "hasactiveplan"}, plain(key)) {
			others = append(others, "`"+key+"`")
		}
	}
	slices.Sort(others)
	return "none of the names guessed; beside the policies there is " + cmp.Or(strings.Join(others, ", "), "nothing")
}

// at returns the object at a path.
func at(form any, path []string) map[string]any {
	object, _ := form.(map[string]any)
	for _, key := range path {
		object, _ = object[key].(map[string]any)
	}
	return object
}

// limitTypes returns the types of all values under a key named limits.
func limitTypes(form any) []string {
	var types []string
	add := func(more ...string) {
		for _, t := range more {
			if !slices.Contains(types, t) {
				types = append(types, t)
			}
		}
	}
	switch form := form.(type) {
	case []any:
		for _, element := range form {
			add(limitTypes(element)...)
		}
	case map[string]any:
		limits, _ := form["limits"].(map[string]any)
		for _, limit := range limits {
			add(describe(limit))
		}
		for _, inner := range form {
			add(limitTypes(inner)...)
		}
	}
	slices.Sort(types)
	return types
}

func expiry(c call) string {
	if p, ok := c.find("expiresat", "expires", "expiry", "expiration", "expiredat", "expireat", "expirationtime", "expiresin", "validuntil", "ttl"); ok {
		return p.String()
	}
	return "none of the names guessed: the answer is " + describe(c.Form)
}

// systemListed: a session that has just been made has no webhooks of its own.
func systemListed(c call) string {
	p, ok := c.find("webhooks")
	switch list, _ := p.form.([]any); {
	case !ok:
		return ""
	case len(list) > 0:
		return "yes: the list of a new session is not empty"
	}
	return "no: the list of a new session is empty"
}

// routeOrSession says how the 404 of a session that is gone can be told from that of a route that is not there.
func routeOrSession(a answers) string {
	route, ok := a[stepUnknownRoute]
	if !ok {
		return ""
	}
	return a.onceDeleted(stepGone, func(gone call) string {
		if said := same(route, gone); said != "yes" {
			return said
		}
		if route.own {
			return "not at all, and the provider takes it for the word that a session is gone"
		}
		return "in its text only"
	})
}

// same says in what two answers differ; "yes" if in nothing that is recorded.
func same(one, other call) string {
	var differ []string
	for _, d := range []struct {
		what   string
		differ bool
	}{
		{"status", one.Status != other.Status},
		{"content type", one.ContentType != other.ContentType},
		{"keys or types", !reflect.DeepEqual(one.Form, other.Form)},
		{"code", one.code != other.code},
	} {
		if d.differ {
			differ = append(differ, d.what)
		}
	}
	if len(differ) == 0 {
		return "yes"
	}
	return "they differ in " + strings.Join(differ, ", ")
}

func yesNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}

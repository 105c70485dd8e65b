package wawp

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

var (
	getRateLimit = operation{method: http.MethodGet, path: "/v2/session/rate-limit", retry: retryRead}
	setRateLimit = operation{method: http.MethodPatch, path: "/v2/session/rate-limit", retry: retryIdempotent}
)

// RateLimit is the sending policy of a session, with the policies that it can be given, as far as an answer has them.
type RateLimit struct {
	// Policy is the slug of the session's policy; "" if the answer does not have it.
	Policy string
	// HasActivePlan says whether the account has a paid plan; nil if the answer does not say.
	HasActivePlan *bool
	// Policies are the policies that exist, sorted by slug.
	Policies []Policy

	limits *Limits // limits that stand beside the session's policy
}

// Policy is a set of limits that a session can be given.
type Policy struct {
	Slug string
	// Available says that the account may use the policy. If the answer does not say, it follows from Free and the
	// account's plan.
	Available bool
	// Free says that the policy needs no active plan; false if the answer does not say.
	Free bool
	// Limits is nil if the answer does not have them.
	Limits *Limits
}

// Limits bound what a session may send. nil means unlimited, or not in the answer.
type Limits struct {
	SendMessagePerMinute     *int64
	SendMessageDailyCap      *int64
	AccountProtectionSeconds *int64
	ConcurrentLimit          *int64
	GroupReqPerMinute        *int64
	GroupDailyCap            *int64
	CheckReqPerMinute        *int64
	CheckDailyCap            *int64
}

// LimitsOf returns the limits of a policy; nil if the answer does not have them.
func (r RateLimit) LimitsOf(slug string) *Limits {
	for _, p := range r.Policies {
		if p.Slug == slug && p.Limits != nil {
			return p.Limits
		}
	}
	if slug == r.Policy {
		return r.limits
	}
	return nil
}

// GetRateLimit reads the sending policy of a session, and the policies that it can be given. The answer may be some
// seconds old (API.md 1).
func (c *Client) GetRateLimit(ctx context.Context, id string) (RateLimit, error) {
	a, err := c.call(ctx, getRateLimit, id, nil)
	if err != nil {
		return RateLimit{}, err
	}
	d := parse(a.body)
	r, found := c.rateLimit(d)
	if !found || d.failed() && len(r.Policies) == 0 {
		return RateLimit{}, newUnreadable(getRateLimit, a, c.redact, "the answer does not describe a sending policy")
	}
	return r, nil
}

// SetRateLimit gives a session a sending policy. It returns what the answer has, which may be nothing.
func (c *Client) SetRateLimit(ctx context.Context, id, slug string) (RateLimit, error) {
	a, err := c.call(ctx, setRateLimit, id, fields{"policy_slug": slug})
	if err != nil {
		return RateLimit{}, err
	}
	d := parse(a.body)
	if d.failed() {
		return RateLimit{}, newUnreadable(setRateLimit, a, c.redact, "the answer is an error")
	}
	r, _ := c.rateLimit(d)
	return r, nil
}

// IsPolicyRefused says whether SetRateLimit may have failed because of the policy. If so, the list of the policies that
// the account may use helps to mend it.
func IsPolicyRefused(err error) bool {
	var e *Error
	if !errors.As(err, &e) {
		return false
	}
	switch e.Kind {
	case BadRequest, Conflict, SubscriptionRequired:
		return true
	case Refused:
		return e.Status == http.StatusForbidden
	case NotFound:
		return e.IsAbout("policy")
	}
	return false
}

// rateLimit reads an answer, and says whether it has anything of a sending policy. The keys of the session's own policy
// are guesses, because no documentation shows them (API.md 6).
func (c *Client) rateLimit(d document) (RateLimit, bool) {
	for _, key := range []string{"rate_limit", "rateLimit"} {
		if inner := d.object(key); inner != nil {
			d.layers = append(d.layers, inner)
		}
	}
	var r RateLimit
	var all, free any
	for _, layer := range d.layers {
		for _, name := range []string{"current_policy", "policy", "policy_slug", "current"} {
			value := field(layer, name)
			if slug := c.redact.value(slugOf(value)); r.Policy == "" && slug != "" {
				policy, _ := value.(map[string]any)
				r.Policy, r.limits = slug, cmp.Or(limits(policy), limits(layer))
			}
		}
		if on, ok := flag(field(layer, "has_active_plan")); ok && r.HasActivePlan == nil {
			r.HasActivePlan = &on
		}
		if all == nil {
			all = field(layer, "policies")
		}
		if free == nil {
			free = field(layer, "free_policies")
		}
	}
	found, listed := c.policies(all)
	ofFree, _ := c.policies(free)
	for slug, policy := range ofFree {
		maps.Copy(policy, found[slug])
		policy["free"] = true
		found[slug] = policy
	}
	pays := r.HasActivePlan != nil && *r.HasActivePlan
	for _, slug := range slices.Sorted(maps.Keys(found)) {
		isFree, _ := flag(found[slug]["free"])
		available, told := flag(found[slug]["available"])
		r.Policies = append(r.Policies, Policy{
			Slug: slug, Available: available || !told && (isFree || pays), Free: isFree, Limits: limits(found[slug]),
		})
	}
	return r, r.Policy != "" || r.HasActivePlan != nil || listed
}

// policies returns the policies of a list by slug, and says whether it is a list. An object is a list too; its keys are
// slugs or numbers. A policy may be written as its slug alone.
func (c *Client) policies(list any) (map[string]map[string]any, bool) {
	found := map[string]map[string]any{}
	add := func(slug string, item any) {
		policy, _ := item.(map[string]any)
		slug = c.redact.value(cmp.Or(text(policy["slug"]), text(field(policy, "policy_slug")), slug, slugOf(item)))
		if slug != "" {
			found[slug] = map[string]any{}
			maps.Copy(found[slug], policy)
		}
	}
	switch list := list.(type) {
	case []any:
		for _, item := range list {
			add("", item)
		}
	case map[string]any:
		for key, item := range list {
			if strings.Trim(key, "0123456789") == "" {
				key = ""
			}
			add(key, item)
		}
	default:
		return found, false
	}
	return found, true
}

// slugOf returns the slug of a policy, which may be written as text or as an object; "" if there is none.
func slugOf(v any) string {
	o, _ := v.(map[string]any)
	return cmp.Or(text(v), text(o["slug"]), text(field(o, "policy_slug")), text(o["name"]), text(o["id"]))
}

// limits reads the limits of a policy, which are in an object of their own or among its other fields; nil if there are
// none.
func limits(policy map[string]any) *Limits {
	if o, ok := policy["limits"].(map[string]any); ok {
		policy = o
	}
	var l Limits
	found := false
	for name, to := range map[string]**int64{
		"send_message_per_minute":    &l.SendMessagePerMinute,
		"send_message_daily_cap":     &l.SendMessageDailyCap,
		"account_protection_seconds": &l.AccountProtectionSeconds,
		"concurrent_limit":           &l.ConcurrentLimit,
		"group_req_per_minute":       &l.GroupReqPerMinute,
		"group_daily_cap":            &l.GroupDailyCap,
		"check_req_per_minute":       &l.CheckReqPerMinute,
		"check_daily_cap":            &l.CheckDailyCap,
	} {
		for _, key := range []string{name, camel(name)} {
			if value, ok := policy[key]; ok {
				found, *to = true, limit(value)
			}
		}
	}
	if !found {
		return nil
	}
	return &l
}

// limit reads one limit; nil means unlimited, which may be written as null, 0, a negative number or a word (API.md 6).
func limit(v any) *int64 {
	n, err := strconv.ParseFloat(text(v), 64)
	if err != nil || !(n >= 1 && n < math.MaxInt64) {
		return nil
	}
	whole := int64(n)
	return &whole
}

// field returns the value under a name in snake case. The object may have the name in camel case.
func field(o map[string]any, name string) any {
	if value, ok := o[name]; ok {
		return value
	}
	return o[camel(name)]
}

func camel(name string) string {
	words := strings.Split(name, "_")
	for i, word := range words[1:] {
		words[i+1] = strings.ToUpper(word[:1]) + word[1:]
	}
	return strings.Join(words, "")
}

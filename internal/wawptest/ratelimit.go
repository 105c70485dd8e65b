package wawptest

import (
	"net/http"
	"slices"
)

// policy is a set of limits on what a session may send.
type policy struct {
	slug string
	paid bool
	// limits are in the order of limitNames; 0 is unlimited.
	limits [8]int
}

var limitNames = [8]string{
	"send_message_per_minute", "send_message_daily_cap", "account_protection_seconds", "concurrent_limit",
	"group_req_per_minute", "group_daily_cap", "check_req_per_minute", "check_daily_cap",
}

const defaultPolicy = "standard_policy"

// policies are all policies. The slugs of the free ones are Wawp's (internal/wawp/API.md, section 6). The slugs of the
// paid ones and the numbers are made up.
var policies = []policy{
	{slug: "strict", limits: [8]int{5, 100, 10, 1, 2, 20, 5, 50}},
	{slug: defaultPolicy, limits: [8]int{20, 500, 3, 1, 5, 100, 20, 200}},
	{slug: "high_throughput", paid: true, limits: [8]int{60, 5000, 1, 5, 20, 1000, 60, 2000}},
	{slug: "unlimited", paid: true},
}

var rateLimitEndpoints = map[string]endpoint{
	"GET /v2/session/rate-limit": {do: (*API).rateLimit},
	// The documentation lists policy_slug as a parameter of the URL, but it lists parameters of bodies there, too.
	"PATCH /v2/session/rate-limit": {do: (*API).choosePolicy, params: []string{"policy_slug"}},
}

// Policy returns the slug of a session's rate limit policy; "" if there is no such session.
func (a *API) Policy(id string) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	if s := a.find(id); s != nil {
		return s.policy
	}
	return ""
}

// SetPolicy sets a session's policy, even one that needs an active plan. It panics if there is no such session.
func (a *API) SetPolicy(id, slug string) {
	a.change(id, func(s *session) { s.policy = slug })
}

func (a *API) choosePolicy(c call) answer {
	i := slices.IndexFunc(policies, func(p policy) bool { return p.slug == c.Body["policy_slug"] })
	switch {
	case c.Body["policy_slug"] == nil:
		return *complain("missing_param", "The parameter %q is required.", "policy_slug")
	case i < 0:
		return *complain("invalid_policy", "There is no such policy.")
	case !policies[i].availableTo(a.paid):
		return needsPlan("This policy needs an active plan.")
	}
	c.session.policy = policies[i].slug
	return a.rateLimit(c)
}

func (a *API) rateLimit(c call) answer {
	all, free := []object{}, []string{}
	for _, p := range policies {
		if !p.paid {
			free = append(free, p.slug)
		}
		all = append(all, object{"slug": p.slug, "available": p.availableTo(a.paid), "limits": p.limitsByName()})
	}
	return reply(http.StatusOK, object{
		"current_policy":  c.session.policy,
		"has_active_plan": a.paid,
		"policies":        all,
		"free_policies":   free,
	})
}

func (p policy) availableTo(paid bool) bool {
	return paid || !p.paid
}

// limitsByName returns the limits by their names.
func (p policy) limitsByName() object {
	limits := object{}
	for i, name := range limitNames {
		limits[name] = p.limits[i]
	}
	return limits
}

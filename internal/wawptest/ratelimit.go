package wawptest

import "net/http"

// policy is a set of limits on what a session may send.
type policy struct {
	slug string
	paid bool
	// In the order of limitNames; 0 is unlimited.
	limits [8]int
}

var limitNames = [8]string{
	"send_message_per_minute", "send_message_daily_cap", "account_protection_seconds", "concurrent_limit",
	"group_req_per_minute", "group_daily_cap", "check_req_per_minute", "check_daily_cap",
}

const defaultPolicy = "standard_policy"

// policies are all that there are. The slugs of the free ones are Wawp's; those of the paid ones and the numbers are made up.
var policies = []policy{
	{slug: "strict", limits: [8]int{5, 100, 10, 1, 2, 20, 5, 50}},
	{slug: defaultPolicy, limits: [8]int{20, 500, 3, 1, 5, 100, 20, 200}},
	{slug: "high_throughput", paid: true, limits: [8]int{60, 5000, 1, 5, 20, 1000, 60, 2000}},
	{slug: "unlimited", paid: true},
}

var rateLimitEndpoints = map[string]endpoint{
	"GET /v2/session/rate-limit": {do: (*API).rateLimit, query: []string{"policy_slug"}},
}

func (a *API) rateLimit(c call) answer {
	all, free := []object{}, []string{}
	for _, p := range policies {
		if !p.paid {
			free = append(free, p.slug)
		}
		all = append(all, object{"slug": p.slug, "available": a.config.Paid || !p.paid, "limits": p.named()})
	}
	return reply(http.StatusOK, object{
		"current_policy":  c.session.policy,
		"has_active_plan": a.config.Paid,
		"policies":        all,
		"free_policies":   free,
	})
}

// named returns the limits by their names.
func (p policy) named() object {
	limits := object{}
	for i, name := range limitNames {
		limits[name] = p.limits[i]
	}
	return limits
}

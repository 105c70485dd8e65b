package wawp

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"testing"
)

func ptr[T any](v T) *T { return &v }

// TestRateLimitIsReadInEveryForm tests promise P6 for sending policies.
func TestRateLimitIsReadInEveryForm(t *testing.T) {
	t.Parallel()
	some := &Limits{SendMessagePerMinute: ptr(int64(5))}
	strict := Policy{Slug: "strict", Available: true, Free: true, Limits: some}
	paid := Policy{Slug: "turbo", Limits: &Limits{}}
	whole := RateLimit{Policy: "strict", HasActivePlan: ptr(false), Policies: []Policy{strict, paid}}
	only := func(slug string) RateLimit { return RateLimit{Policy: slug} }
	one := func(p Policy) RateLimit { return RateLimit{Policies: []Policy{p}} }
	const (
		plan = `"has_active_plan":false,`
		list = `"policies":[{"slug":"turbo","available":false,"limits":{"check_daily_cap":0}},{"slug":"strict",` +
			`"available":true,"limits":{"send_message_per_minute":5}}],`
		free  = `"free_policies":["strict"]`
		inner = plan + list + free + `}`
	)
	for name, test := range map[string]struct {
		body string
		want RateLimit
	}{
		"current_policy": {`{"current_policy":"strict",` + inner, whole},
		"currentPolicy":  {`{"currentPolicy":"strict",` + inner, whole},
		"policy":         {`{"policy":"strict",` + inner, whole},
		"policy_slug":    {`{"policy_slug":"strict",` + inner, whole},
		"current":        {`{"current":"strict",` + inner, whole},
		"two keys":       {`{"current_policy":"strict","policy":"turbo",` + inner, whole},
		"none":           {`{` + inner, RateLimit{HasActivePlan: ptr(false), Policies: whole.Policies}},
		"null": {
			`{"current_policy":null,` + inner,
			RateLimit{HasActivePlan: ptr(false), Policies: whole.Policies},
		},
		"object, slug":          {`{"current_policy":{"id":7,"name":"Strict","slug":"strict"},` + inner, whole},
		"object, policy_slug":   {`{"policy":{"policy_slug":"strict"},` + inner, whole},
		"object, name":          {`{"policy":{"name":"strict"},` + inner, whole},
		"object, id":            {`{"current":{"id":"strict"},` + inner, whole},
		"under data":            {`{"status":"success","data":{"current_policy":"strict",` + inner + `}`, whole},
		"under result":          {`{"result":{"policy":"strict",` + inner + `}`, whole},
		"under data.session":    {`{"data":{"session":{"policy":"strict",` + inner + `}}`, whole},
		"under data.rate_limit": {`{"data":{"rate_limit":{"policy":"strict",` + inner + `}}`, whole},
		"under rateLimit":       {`{"rateLimit":{"policy":"strict",` + inner + `}`, whole},
		"in parts":              {`{"current_policy":"strict","data":{` + inner + `}`, whole},
		"beside code success":   {`{"code":"success","message":"done","current_policy":"strict",` + inner, whole},
		"beside a code":         {`{"code":"rate_limit","message":"done","current_policy":"strict",` + inner, whole},
		"plan as number": {
			`{"policy":"a","has_active_plan":1}`,
			RateLimit{Policy: "a", HasActivePlan: ptr(true)},
		},
		"plan as text": {
			`{"policy":"a","has_active_plan":"1"}`,
			RateLimit{Policy: "a", HasActivePlan: ptr(true)},
		},
		"plan as word": {
			`{"policy":"a","hasActivePlan":"false"}`,
			RateLimit{Policy: "a", HasActivePlan: ptr(false)},
		},
		"plan null":     {`{"policy":"a","has_active_plan":null}`, only("a")},
		"plan alone":    {`{"has_active_plan":0}`, RateLimit{HasActivePlan: ptr(false)}},
		"list empty":    {`{"policies":[]}`, RateLimit{}},
		"list null":     {`{"policy":"a","policies":null,"free_policies":null}`, only("a")},
		"list of slugs": {`{"policies":["a"]}`, one(Policy{Slug: "a"})},
		"list of slugs, paid": {
			`{"policies":["a"],"has_active_plan":true}`,
			RateLimit{HasActivePlan: ptr(true), Policies: []Policy{{Slug: "a", Available: true}}},
		},
		"list with holes": {
			`{"policies":{"0":{"slug":"a"},"7":"b"}}`,
			RateLimit{Policies: []Policy{{Slug: "a"}, {Slug: "b"}}},
		},
		"list of nonsense": {`{"policies":[null,true,{},[1],"a"]}`, one(Policy{Slug: "a"})},
		"map by slug": {`{"policies":{"a":{"name":"The A","available":"1",` +
			`"limits":{"group_daily_cap":"3"}}}}`, one(Policy{
			Slug: "a", Available: true,
			Limits: &Limits{GroupDailyCap: ptr(int64(3))},
		})},
		"map with slugs":         {`{"policies":{"x":{"slug":"a"}}}`, one(Policy{Slug: "a"})},
		"map to names":           {`{"policies":{"a":"The A"}}`, one(Policy{Slug: "a"})},
		"slug under policy_slug": {`{"policies":[{"policy_slug":"a","name":"The A"}]}`, one(Policy{Slug: "a"})},
		"slug under name":        {`{"policies":[{"id":1,"name":"a"}]}`, one(Policy{Slug: "a"})},
		"free of its own": {
			`{"policies":[{"slug":"a","free":1}]}`,
			one(Policy{Slug: "a", Free: true, Available: true}),
		},
		"free, not available": {
			`{"policies":[{"slug":"a","available":0}],"free_policies":["a"]}`,
			one(Policy{Slug: "a", Free: true}),
		},
		"free as objects": {`{"free_policies":[{"slug":"a","limits":{"concurrent_limit":1}}],` +
			`"policies":[{"slug":"a"}]}`, one(Policy{
			Slug: "a", Free: true, Available: true, Limits: &Limits{ConcurrentLimit: ptr(int64(1))},
		})},
		"free as map": {
			`{"policies":[],"freePolicies":{"a":{}}}`,
			one(Policy{Slug: "a", Free: true, Available: true}),
		},
		"free, listed nowhere": {
			`{"policies":["b"],"free_policies":["a"]}`,
			RateLimit{Policies: []Policy{{Slug: "a", Free: true, Available: true}, {Slug: "b"}}},
		},
		"limits flat": {
			`{"policies":[{"slug":"a","check_daily_cap":9}]}`,
			one(Policy{Slug: "a", Limits: &Limits{CheckDailyCap: ptr(int64(9))}}),
		},
		"limits null":            {`{"policies":[{"slug":"a","limits":null}]}`, one(Policy{Slug: "a"})},
		"limits as PHP has none": {`{"policies":[{"slug":"a","limits":[]}]}`, one(Policy{Slug: "a"})},
		"limits unknown only":    {`{"policies":[{"slug":"a","limits":{"per_year":1}}]}`, one(Policy{Slug: "a"})},
		"limits of the current": {
			`{"current_policy":{"slug":"a","limits":{"checkReqPerMinute":2}}}`,
			RateLimit{Policy: "a", limits: &Limits{CheckReqPerMinute: ptr(int64(2))}},
		},
		"limits beside it": {
			`{"data":{"policy":"a","limits":{"group_req_per_minute":2.0}}}`,
			RateLimit{Policy: "a", limits: &Limits{GroupReqPerMinute: ptr(int64(2))}},
		},
		"token echoed": {
			`{"policy":"x` + testToken + `","policies":["` + testToken + `"]}`,
			RateLimit{Policy: "x(redacted)", Policies: []Policy{{Slug: "(redacted)"}}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, response(200, test.body))
			got, err := client(t, s.URL).GetRateLimit(context.Background(), "A1")
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, test.want) {
				is, _ := json.Marshal(got)
				want, _ := json.Marshal(test.want)
				t.Errorf("got  %s, %+v\nwant %s, %+v", is, got.limits, want, test.want.limits)
			}
		})
	}
}

func TestLimitsInEveryForm(t *testing.T) {
	t.Parallel()
	body := `{"policies":[{"slug":"a","limits":{
		"send_message_per_minute": 20, "send_message_daily_cap": "500", "account_protection_seconds": 3.0,
		"concurrent_limit": null, "group_req_per_minute": 0, "group_daily_cap": -1, "check_req_per_minute": "-1",
		"check_daily_cap": "unlimited", "more": 7}}]}`
	s := serve(t, response(200, body))
	got, err := client(t, s.URL).GetRateLimit(context.Background(), "A1")
	want := Limits{
		SendMessagePerMinute: ptr(int64(20)), SendMessageDailyCap: ptr(int64(500)),
		AccountProtectionSeconds: ptr(int64(3)),
	}
	if l := got.LimitsOf("a"); err != nil || !reflect.DeepEqual(l, &want) {
		t.Errorf("%+v, %v", l, err)
	}
	for _, unlimited := range []string{"", "0", "-1", "0.4", "NaN", "Inf", "1e999", "999999999999999999999", "none"} {
		if l := limit(unlimited); l != nil {
			t.Errorf("%q is %d", unlimited, *l)
		}
	}
}

func TestLimitsOf(t *testing.T) {
	t.Parallel()
	listed, beside := &Limits{}, &Limits{ConcurrentLimit: ptr(int64(1))}
	r := RateLimit{Policy: "a", Policies: []Policy{{Slug: "a"}, {Slug: "b", Limits: listed}}, limits: beside}
	for slug, want := range map[string]*Limits{"a": beside, "b": listed, "c": nil} {
		if got := r.LimitsOf(slug); got != want {
			t.Errorf("%s: %+v", slug, got)
		}
	}
	r.Policies[0].Limits = listed
	if r.LimitsOf("a") != listed {
		t.Error("the limits that are listed with the policy do not come first")
	}
}

func TestSuccessThatDescribesNoRateLimitIsUnreadable(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		"", "null", "[]", "OK", "{}", `{"success":true}`, `{"current_policy":null}`, `{"data":[]}`,
		"<html>Sign in</html>",
		`{"code":"invalid_session","message":"no"}`, `{"code":"invalid_policy","message":"no","policy":"strict"}`,
		`{"status":"error","message":"no","policy_slug":"strict"}`, `{"current_policy":"str`,
	} {
		s := serve(t, response(200, body))
		c := client(t, s.URL)
		if got, err := c.GetRateLimit(context.Background(), "A1"); KindOf(err) != Unreadable {
			t.Errorf("%s: %+v, %v", body, got, err)
		}
	}
	s := serve(t, response(200, `{"policies":[]}`))
	if got, err := client(t, s.URL).GetRateLimit(context.Background(), "A1"); err != nil {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestSetRateLimit(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]struct {
		policy string
		fine   bool
	}{
		"":                              {"", true},
		"{}":                            {"", true},
		"OK":                            {"", true},
		`{"success":true}`:              {"", true},
		`{"message":"Policy updated"}`:  {"", true},
		`{"policy_slug":"strict"}`:      {"strict", true},
		`{"data":{"policy":"strict"}}`:  {"strict", true},
		`{"current_policy":"standard"}`: {"standard", true},
		`{"code":"success","message":"done","policy":"strict"}`:          {"strict", true},
		`{"code":"invalid_policy","message":"no","policy":"strict"}`:     {"", false},
		`{"success":false,"policy":"strict"}`:                            {"", false},
		`{"status":"error","message":"no","policies":[{"slug":"a"}]}`:    {"", false},
		`<html>Sign in</html>`:                                           {"", false},
		`{"status":403,"error":"Forbidden","message":"Upgrade, please"}`: {"", false},
	} {
		s := serve(t, response(200, body))
		got, err := client(t, s.URL).SetRateLimit(context.Background(), "A1", "strict")
		if (err == nil) != want.fine || got.Policy != want.policy || !want.fine && KindOf(err) != Unreadable {
			t.Errorf("%s: %+v, %v", body, got, err)
		}
		sent := map[string]string{}
		if err := json.Unmarshal([]byte(s.requests[0].body), &sent); err != nil || sent["policy_slug"] != "strict" ||
			len(sent) != 3 {
			t.Errorf("sent %s, %v", s.requests[0].body, err)
		}
		if r := s.requests[0]; r.method != "PATCH" || r.url.Path != "/v2/session/rate-limit" ||
			r.url.Query().Has("policy_slug") {
			t.Errorf("sent %s %s", r.method, r.url.Path)
		}
	}
}

// TestSetRateLimitIsRetried tests promise P7: setting the same policy twice does no harm.
func TestSetRateLimitIsRetried(t *testing.T) {
	t.Parallel()
	fine := response(200, `{"policy":"strict"}`)
	s := serve(t, response(502, ""), response(503, ""), connectionReset, response(429, ""), fine)
	got, err := client(t, s.URL).SetRateLimit(context.Background(), "A1", "strict")
	if err != nil || got.Policy != "strict" || s.count() != 5 {
		t.Errorf("%+v, %v after %d requests", got, err, s.count())
	}
	for _, status := range []int{400, 403, 404, 500} {
		s := serve(t, response(status, ""), fine)
		if _, err := client(t, s.URL).SetRateLimit(context.Background(), "A1", "strict"); err == nil || s.count() != 1 {
			t.Errorf("%d: %v after %d requests", status, err, s.count())
		}
	}
}

func TestIsPolicyRefused(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		err  error
		want bool
	}{
		"400":                         {&Error{Kind: BadRequest, Status: 400}, true},
		"403":                         {&Error{Kind: Refused, Status: 403}, true},
		"403, for want of a plan":     {&Error{Kind: SubscriptionRequired, Status: 403}, true},
		"410":                         {&Error{Kind: Refused, Status: 410}, false},
		"422":                         {&Error{Kind: Conflict, Status: 422}, true},
		"404 of the policy, by code":  {&Error{Kind: NotFound, Status: 404, Code: "policy_not_found"}, true},
		"404 of the policy, in words": {&Error{Kind: NotFound, Status: 404, Message: "No such Policy"}, true},
		"404 of something else": {
			&Error{Kind: NotFound, Status: 404, body: "a page about our privacy policy"},
			false,
		},
		"404 of the session": {&Error{
			Kind: NoSuchInstance, Status: 404,
			Message: "No session for this policy",
		}, false},
		"invalid_session":  {&Error{Kind: InvalidSession, Status: 400}, false},
		"401":              {&Error{Kind: Unauthorized, Status: 401}, false},
		"500":              {&Error{Kind: ServerFault, Status: 500, Message: "policy"}, false},
		"no answer":        {&Error{Kind: NoAnswer}, false},
		"some other error": {errors.New("policy"), false},
		"none":             {nil, false},
	} {
		if got := IsPolicyRefused(test.err); got != test.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

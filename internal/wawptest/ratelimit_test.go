package wawptest

import (
	"net/http"
	"reflect"
	"testing"
)

func TestRateLimit(t *testing.T) {
	t.Parallel()
	for name, paid := range map[string]bool{"free": false, "paid": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSimulation(t, Config{Paid: paid})
			status, answer := s.call("GET /v2/session/rate-limit", s.Add(Session{}).InstanceID)
			if status != http.StatusOK || answer["has_active_plan"] != paid ||
				answer["current_policy"] != "standard_policy" {
				t.Errorf("got %d %v", status, answer)
			}
			if free := answer["free_policies"]; !reflect.DeepEqual(free, []any{"strict", "standard_policy"}) {
				t.Errorf("free policies: %v", free)
			}
			available := map[any]any{}
			for _, p := range answer["policies"].([]any) {
				p := p.(object)
				available[p["slug"]] = p["available"]
				checkLimits(t, p["limits"].(object))
			}
			want := map[any]any{"strict": true, "standard_policy": true, "high_throughput": paid, "unlimited": paid}
			if !reflect.DeepEqual(available, want) {
				t.Errorf("available: %v, want %v", available, want)
			}
		})
	}
}

func checkLimits(t *testing.T, limits object) {
	t.Helper()
	for _, name := range []string{
		"send_message_per_minute", "send_message_daily_cap", "account_protection_seconds", "concurrent_limit",
		"group_req_per_minute", "group_daily_cap", "check_req_per_minute", "check_daily_cap",
	} {
		if _, ok := limits[name].(float64); !ok {
			t.Errorf("no limit %s in %v", name, limits)
		}
	}
	if len(limits) != 8 {
		t.Errorf("not eight limits: %v", limits)
	}
}

func TestChoosePolicy(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		paid   bool
		params object
		status int
		code   any
		then   string
	}{
		"free":           {false, object{"policy_slug": "strict"}, 200, nil, "strict"},
		"the same":       {false, object{"policy_slug": "standard_policy"}, 200, nil, "standard_policy"},
		"paid":           {true, object{"policy_slug": "unlimited"}, 200, nil, "unlimited"},
		"without a plan": {false, object{"policy_slug": "unlimited"}, 403, "subscription_required", "standard_policy"},
		"unknown":        {true, object{"policy_slug": "standard"}, 400, "invalid_policy", "standard_policy"},
		"no text":        {true, object{"policy_slug": 1}, 400, "invalid_policy", "standard_policy"},
		"none":           {true, nil, 400, "missing_param", "standard_policy"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSimulation(t, Config{Paid: test.paid})
			id := s.Add(Session{}).InstanceID
			status, answer := s.call("PATCH /v2/session/rate-limit", id, test.params)
			if status != test.status || answer["code"] != test.code || s.Policy(id) != test.then {
				t.Errorf("got %d %v, it has %q", status, answer, s.Policy(id))
			}
			_, got := s.call("GET /v2/session/rate-limit", id)
			if got["current_policy"] != test.then {
				t.Errorf("the session has %v", got["current_policy"])
			}
			if status == http.StatusOK && !reflect.DeepEqual(answer, got) {
				t.Errorf("the answer %v is not that of GET: %v", answer, got)
			}
		})
	}
}

func TestPolicyOutlastsPlan(t *testing.T) {
	t.Parallel()
	s := newSimulation(t, Config{Paid: true})
	id, other := s.Add(Session{}).InstanceID, s.Add(Session{}).InstanceID
	s.SetPolicy(id, "unlimited")
	s.SetPaid(false)
	s.call("POST /v2/session/restart", id)
	s.call("POST /v2/session/stop", id)
	_, answer := s.call("GET /v2/session/rate-limit", id)
	if answer["current_policy"] != "unlimited" || answer["has_active_plan"] != false || s.Policy(id) != "unlimited" {
		t.Errorf("got %v", answer)
	}
	if s.Policy(other) != "standard_policy" || s.Policy("?") != "" {
		t.Errorf("other sessions have %q and %q", s.Policy(other), s.Policy("?"))
	}
}

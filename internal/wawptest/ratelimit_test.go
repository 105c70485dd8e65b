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
			s := simulate(t, Config{Paid: paid})
			status, answer := s.call("GET /v2/session/rate-limit", s.Add(Session{}).InstanceID)
			if status != http.StatusOK || answer["has_active_plan"] != paid || answer["current_policy"] != "standard_policy" {
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

func TestRateLimitTakesASlug(t *testing.T) {
	t.Parallel()
	s := simulate(t, Config{})
	r := s.request(t.Context(), "GET /v2/session/rate-limit", s.Add(Session{}).InstanceID)
	setQuery(r, "policy_slug", "strict")
	if response, _, err := s.send(r); err != nil || response.StatusCode != http.StatusOK {
		t.Errorf("got %v, %v", response, err)
	}
}

package ratelimit_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

const dataSourceConfig = `data "wawp_session_rate_limit_policies" "x" { instance_id = "` + id + `" }`

func TestDataSource(t *testing.T) {
	t.Parallel()
	policy := func(slug string, available, free bool, limits knownvalue.Check) knownvalue.Check {
		return knownvalue.ObjectExact(map[string]knownvalue.Check{
			"slug": knownvalue.StringExact(slug), "available": knownvalue.Bool(available),
			"free": knownvalue.Bool(free), "limits": limits,
		})
	}
	policies := func(pays bool) knownvalue.Check {
		return knownvalue.ListExact([]knownvalue.Check{
			policy(paid, pays, false, limitsCheck(60, 5000, 1, 5, 20, 1000, 60, 2000)),
			policy(standard, true, true, policyLimits(standard)),
			policy(strict, true, true, policyLimits(strict)), policy(limitless, pays, false, policyLimits(limitless)),
		})
	}
	none := knownvalue.Null()
	for name, test := range map[string]struct {
		pays                    bool
		fault                   wawptest.Fault
		current, plan, policies knownvalue.Check
	}{
		"free account": {
			false,
			wawptest.Fault{},
			knownvalue.StringExact(standard), knownvalue.Bool(false),
			policies(false),
		},
		"paying account": {
			true,
			wawptest.Fault{},
			knownvalue.StringExact(standard), knownvalue.Bool(true),
			policies(true),
		},
		"wrapped": {
			true,
			wawptest.Fault{Reshape: wawptest.Wrap("data")},
			knownvalue.StringExact(standard),
			knownvalue.Bool(true), policies(true),
		},
		"no current": {
			false,
			wawptest.Fault{Reshape: wawptest.Without("current_policy")},
			none,
			knownvalue.Bool(false), policies(false),
		},
		"no plan told": {
			false,
			wawptest.Fault{Reshape: wawptest.Without("has_active_plan")},
			knownvalue.StringExact(standard), none, policies(false),
		},
		"no policies": {
			false,
			wawptest.Fault{Body: `{"policies":[]}`},
			none, none,
			knownvalue.ListExact([]knownvalue.Check{}),
		},
		"only the current": {
			false,
			wawptest.Fault{Body: `{"policy":"strict"}`},
			knownvalue.StringExact(strict), none,
			knownvalue.ListExact([]knownvalue.Check{}),
		},
		"slugs alone": {
			false,
			wawptest.Fault{Body: `{"policies":["b","a"]}`},
			none, none,
			knownvalue.ListExact([]knownvalue.Check{
				policy("a", false, false, none), policy("b", false, false, none),
			}),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, wawptest.Config{Paid: test.pays})
			test.fault.Match = get
			w.Inject(test.fault)
			var checks []statecheck.StateCheck
			for attribute, want := range map[string]knownvalue.Check{
				"current_policy": test.current, "has_active_plan": test.plan, "policies": test.policies,
			} {
				checks = append(checks, statecheck.ExpectKnownValue("data.wawp_session_rate_limit_policies.x",
					tfjsonpath.New(attribute), want))
			}
			w.Steps(t, resource.TestStep{Config: w.Config(dataSourceConfig), ConfigStateChecks: checks})
		})
	}
}

func TestDataSourceFailsUnlessTheSessionIsThere(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault wawptest.Fault
		says  []string
	}{
		"no such session": {
			wawptest.Fault{Status: 404, Body: noSuchInstance},
			[]string{"invalid_instance", "Wawp knows no such instance"},
		},
		"foreign 404": {wawptest.Fault{Status: 404, Body: foreignAnswer}, []string{"Check base_url"}},
		"unreadable":  {wawptest.Fault{Body: "{}"}, []string{"does not describe a sending policy"}},
		"fault":       {wawptest.Fault{Status: 500}, []string{"HTTP 500 (after 5 attempts)"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, wawptest.Config{})
			test.fault.Match = get
			w.Inject(test.fault)
			acctest.Contains(t, w.Terraform(t, dataSourceConfig).Fails("plan"), test.says...)
		})
	}
	w := newWorld(t, wawptest.Config{})
	acctest.Contains(t, w.Terraform(t,
		`data "wawp_session_rate_limit_policies" "x" { instance_id = "" }`).Fails("plan"),
		"instance_id is set, but empty")
	w.CheckRequests(t, nil)
}

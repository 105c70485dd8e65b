package ratelimit_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

func TestMain(m *testing.M) { os.Exit(acctest.Main(m)) }

// The endpoints, as faults and counts name them.
const (
	get  = "GET /v2/session/rate-limit"
	set  = "PATCH /v2/session/rate-limit"
	info = "POST /v2/session/info"
)

const (
	id      = "3EB0BCB2E3D4"
	address = "wawp_session_rate_limit.x"
)

// Policies of the simulated API.
const (
	standard  = "standard_policy" // that of a new session
	strict    = "strict"
	paid      = "high_throughput"
	limitless = "unlimited"
)

// open opens an account that has a session.
func open(t *testing.T, config wawptest.Config) *acctest.World {
	t.Helper()
	w := acctest.New(t, config)
	w.Add(wawptest.Session{InstanceID: id})
	return w
}

// declare configures a policy of the session.
func declare(slug string, arguments ...string) string {
	return fmt.Sprintf("resource \"wawp_session_rate_limit\" \"x\" {\n  instance_id = %q\n  policy      = %q\n%s}\n",
		id, slug, strings.Join(arguments, "\n"))
}

// steps runs a test case against a world; every step that applies also proves that a second plan is empty (P5).
func steps(t *testing.T, w *acctest.World, all ...resource.TestStep) {
	t.Helper()
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: w.Providers(), Steps: all})
}

// has checks one attribute in the state.
func has(attribute string, want knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(address, tfjsonpath.New(attribute), want)
}

// limits are those of a policy in the order of the names below; 0 is null.
func limits(values ...int64) knownvalue.Check {
	all := map[string]knownvalue.Check{}
	for i, name := range []string{
		"send_message_per_minute", "send_message_daily_cap", "account_protection_seconds", "concurrent_limit",
		"group_req_per_minute", "group_daily_cap", "check_req_per_minute", "check_daily_cap",
	} {
		all[name] = knownvalue.Null()
		if values[i] != 0 {
			all[name] = knownvalue.Int64Exact(values[i])
		}
	}
	return knownvalue.ObjectExact(all)
}

// The limits of the simulated API's policies.
func limitsOf(slug string) knownvalue.Check {
	return map[string]knownvalue.Check{
		strict:    limits(5, 100, 10, 1, 2, 20, 5, 50),
		standard:  limits(20, 500, 3, 1, 5, 100, 20, 200),
		limitless: limits(0, 0, 0, 0, 0, 0, 0, 0),
	}[slug]
}

// shows checks that the state has a policy, with its limits.
func shows(slug string, pays bool) []statecheck.StateCheck {
	return []statecheck.StateCheck{
		has("instance_id", knownvalue.StringExact(id)), has("policy", knownvalue.StringExact(slug)),
		has("limits", limitsOf(slug)), has("has_active_plan", knownvalue.Bool(pays)),
	}
}

// does checks what a plan does to the policy.
func does(action plancheck.ResourceActionType, more ...plancheck.PlanCheck) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: append(more, plancheck.ExpectResourceAction(address, action))}
}

// counts checks how many requests arrived since the last check.
func counts(t *testing.T, w *acctest.World, want map[string]int) {
	t.Helper()
	total := 0
	for endpoint, n := range want {
		total += n
		if got := w.Count(endpoint); got != n {
			t.Errorf("%s was asked %d times, want %d", endpoint, got, n)
		}
	}
	if got := w.Count(""); got != total {
		t.Errorf("%d requests were made, want %d: %v", got, total, w.Requests())
	}
	w.ResetRequests()
}

func contains(t *testing.T, said string, want ...string) {
	t.Helper()
	for _, phrase := range want {
		if !strings.Contains(said, phrase) {
			t.Errorf("%q is not in:\n%s", phrase, said)
		}
	}
}

func TestAccLifecycle(t *testing.T) {
	t.Parallel()
	w := open(t, wawptest.Config{})
	steps(t, w,
		resource.TestStep{Config: w.Config(declare(strict)), ConfigStateChecks: shows(strict, false)},
		resource.TestStep{
			Config: w.Config(declare(standard)), ConfigStateChecks: shows(standard, false),
			ConfigPlanChecks: does(plancheck.ResourceActionUpdate,
				plancheck.ExpectUnknownValue(address, tfjsonpath.New("limits")),
				plancheck.ExpectKnownValue(address, tfjsonpath.New("has_active_plan"), knownvalue.Bool(false))),
		},
		resource.TestStep{
			PreConfig: func() { w.SetPaid(true) },
			Config:    w.Config(declare(limitless)), ConfigStateChecks: shows(limitless, true),
			ConfigPlanChecks: does(plancheck.ResourceActionUpdate),
		},
	)
	if got := w.Policy(id); got != limitless {
		t.Errorf("the destroy changed the policy to %q", got)
	}
	for _, r := range w.Requests() {
		if r.Status != 200 || r.Path != "/v2/session/rate-limit" {
			t.Errorf("%s", r)
		}
	}
}

func TestAccNothingIsAskedForTwice(t *testing.T) {
	t.Parallel()
	w := open(t, wawptest.Config{})
	cli := w.CLI(t, declare(strict))
	cli.OK("apply", "-auto-approve")
	counts(t, w, map[string]int{set: 1})
	cli.OK("plan")
	counts(t, w, map[string]int{get: 1})
	cli.Configure(declare(standard))
	cli.OK("apply", "-auto-approve")
	counts(t, w, map[string]int{get: 1, set: 1})
	cli.OK("destroy", "-auto-approve", "-refresh=false")
	counts(t, w, nil)
}

func TestAccTimeoutsMakeNoRequest(t *testing.T) {
	t.Parallel()
	acctest.SameOnEveryCLI(t)
	w := open(t, wawptest.Config{})
	timed := declare(strict, "timeouts = { create = \"10s\", read = \"10s\", update = \"10s\" }\n")
	steps(t, w,
		resource.TestStep{Config: w.Config(declare(strict))},
		resource.TestStep{
			Config: w.Config(timed), ConfigStateChecks: shows(strict, false),
			ConfigPlanChecks: does(plancheck.ResourceActionUpdate,
				plancheck.ExpectKnownValue(address, tfjsonpath.New("limits"), limitsOf(strict)),
				plancheck.ExpectKnownValue(address, tfjsonpath.New("has_active_plan"), knownvalue.Bool(false))),
		},
	)
	if n := w.Count(set); n != 1 {
		t.Errorf("the policy was set %d times", n)
	}
}

func TestAccChangeInTheDashboardIsSetBackInPlace(t *testing.T) {
	t.Parallel()
	acctest.SameOnEveryCLI(t)
	w := open(t, wawptest.Config{})
	steps(t, w,
		resource.TestStep{Config: w.Config(declare(strict))},
		resource.TestStep{
			PreConfig: func() { w.SetPolicy(id, standard) },
			Config:    w.Config(declare(strict)), ConfigStateChecks: shows(strict, false),
			ConfigPlanChecks: does(plancheck.ResourceActionUpdate),
		},
	)
	if got := w.Policy(id); got != strict {
		t.Errorf("the policy is %q", got)
	}
}

func TestAccLapsedPlan(t *testing.T) {
	t.Parallel()
	acctest.SameOnEveryCLI(t)
	w := open(t, wawptest.Config{Paid: true})
	steps(t, w,
		resource.TestStep{Config: w.Config(declare(limitless)), ConfigStateChecks: shows(limitless, true)},
		resource.TestStep{
			PreConfig: func() { w.SetPaid(false) },
			Config:    w.Config(declare(limitless)), ConfigStateChecks: shows(limitless, false),
			ConfigPlanChecks: does(plancheck.ResourceActionNoop),
		},
		resource.TestStep{ // and then Wawp takes the policy away
			PreConfig:   func() { w.SetPolicy(id, standard) },
			Config:      w.Config(declare(limitless)),
			ExpectError: regexp.MustCompile(`(?s)may\s+not\s+use\s+this\s+policy.*standard_policy,\s+strict`),
		},
	)
}

func TestAccAnotherSessionIsGivenThePolicyInstead(t *testing.T) {
	t.Parallel()
	acctest.SameOnEveryCLI(t)
	w := open(t, wawptest.Config{})
	w.Add(wawptest.Session{InstanceID: "5056E8000001"})
	steps(t, w,
		resource.TestStep{Config: w.Config(declare(strict))},
		resource.TestStep{
			Config:           w.Config(strings.Replace(declare(strict), id, "5056E8000001", 1)),
			ConfigPlanChecks: does(plancheck.ResourceActionReplace),
		},
	)
	if w.Policy(id) != strict || w.Policy("5056E8000001") != strict {
		t.Errorf("the policies are %q and %q", w.Policy(id), w.Policy("5056E8000001"))
	}
}

func TestAccWithTheSessionItself(t *testing.T) {
	t.Parallel()
	acctest.SameOnEveryCLI(t)
	w := acctest.New(t, wawptest.Config{})
	cli := w.CLI(t, `
		resource "wawp_session" "x" {}
		resource "wawp_session_rate_limit" "x" {
			instance_id = wawp_session.x.instance_id
			policy      = "strict"
		}`)
	contains(t, cli.OK("apply", "-auto-approve", "-no-color"), "2 added")
	first := w.Sessions()[0].InstanceID
	contains(t, cli.OK("plan", "-no-color"), "No changes.")
	cli.OK("refresh") // after which the session counts as seen

	w.Remove(first) // in the dashboard
	said := cli.OK("apply", "-auto-approve", "-no-color")
	contains(t, said, "Warning: Wawp sending policy is gone", first, "2 added, 0 changed, 0 destroyed")
	if second := w.Sessions()[0].InstanceID; w.Policy(second) != strict {
		t.Errorf("the policy of the new session is %q", w.Policy(second))
	}
	contains(t, cli.OK("destroy", "-auto-approve", "-no-color"), "2 destroyed")
}

func TestAccArgumentsAreValidated(t *testing.T) {
	t.Parallel()
	acctest.SameOnEveryCLI(t)
	w := open(t, wawptest.Config{})
	for name, test := range map[string]struct{ configuration, says string }{
		"empty policy":   {declare(""), `policy\s+is\s+set,\s+but\s+empty`},
		"empty instance": {strings.Replace(declare(strict), id, "", 1), `instance_id\s+is\s+set,\s+but\s+empty`},
		"read timeout":   {declare(strict, "timeouts = { read = \"0s\" }\n"), `timeouts.read\s+must\s+be\s+a\s+positive\s+duration`},
		"limits":         {declare(strict, "limits = {}\n"), `limits`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			steps(t, w, resource.TestStep{Config: w.Config(test.configuration), ExpectError: regexp.MustCompile(`(?s)` + test.says)})
		})
	}
}

func TestAccImport(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		kind       resource.ImportStateKind
		need, tofu string
	}{
		"command":                {resource.ImportCommandWithID, "1.11", "1.6"},
		"import block, id":       {resource.ImportBlockWithID, "1.11", "1.6"},
		"import block, identity": {resource.ImportBlockWithResourceIdentity, "1.12", "1.12"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.Require(t, test.need, test.tofu)
			w := open(t, wawptest.Config{})
			again := resource.TestStep{ResourceName: address, ImportState: true, ImportStateKind: test.kind}
			if test.kind != resource.ImportBlockWithResourceIdentity {
				again.ImportStateId = id
			}
			if test.kind == resource.ImportCommandWithID {
				again.ImportStateVerify = true
				again.ImportStateVerifyIdentifierAttribute = "instance_id"
			}
			steps(t, w, resource.TestStep{Config: w.Config(declare(strict))}, again)
		})
	}
}

// TestAccImportBlockIsQuiet adopts what is there, without a change (P5), and another policy in place.
func TestAccImportBlockIsQuiet(t *testing.T) {
	t.Parallel()
	block := fmt.Sprintf("\nimport {\n  to = %s\n  id = %q\n}\n", address, id)
	for slug, says := range map[string]string{
		standard: "1 imported, 0 added, 0 changed, 0 destroyed", strict: "1 imported, 0 added, 1 changed, 0 destroyed",
	} {
		w := open(t, wawptest.Config{})
		cli := w.CLI(t, declare(slug)+block)
		contains(t, cli.OK("apply", "-auto-approve", "-no-color"), says)
		contains(t, cli.OK("plan", "-no-color"), "No changes.")
	}
}

func TestAccImportOfNothing(t *testing.T) {
	t.Parallel()
	w := open(t, wawptest.Config{})
	cli := w.CLI(t, declare(strict))
	for _, blank := range []string{"", " "} {
		contains(t, cli.Fails("import", "-no-color", address, blank), "No instance id to import")
	}
	counts(t, w, nil)
}

// TestAccImportOfWhatCannotBeRead drops nothing silently: it is an error, however clear the absence is.
func TestAccImportOfWhatCannotBeRead(t *testing.T) {
	t.Parallel()
	acctest.SameOnEveryCLI(t)
	for name, fault := range map[string]wawptest.Fault{
		"no such session": {Match: info, Skip: 1000},
		"foreign 404":     {Match: get, Status: 404, Body: foreign},
		"invalid_session": {Match: get, Status: 404, Body: dropped},
		"unreadable":      {Match: get, Body: "<html>"},
		"not allowed":     {Match: get, Status: 403, Body: `{"code":"forbidden","message":"no"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.New(t, wawptest.Config{})
			w.Inject(fault)
			steps(t, w, resource.TestStep{
				Config: w.Config(declare(strict)), ResourceName: address, ImportState: true, ImportStateId: id,
				ExpectError: regexp.MustCompile(`Reading\s+the\s+sending\s+policy\s+of\s+the\s+session\s+` + id + `\s+failed`),
			})
		})
	}
}

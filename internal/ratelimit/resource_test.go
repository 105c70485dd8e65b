package ratelimit_test

import (
	"fmt"
	"os"
	"reflect"
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

// newWorld opens an account that has a session.
func newWorld(t *testing.T, config wawptest.Config) *acctest.World {
	t.Helper()
	w := acctest.New(t, config)
	w.Add(wawptest.Session{InstanceID: id})
	return w
}

// policyConfig configures a policy of the session.
func policyConfig(slug string, arguments ...string) string {
	return fmt.Sprintf("resource \"wawp_session_rate_limit\" \"x\" {\n  instance_id = %q\n  policy      = %q\n%s}\n",
		id, slug, strings.Join(arguments, "\n"))
}

// attributeCheck checks one attribute in the state.
func attributeCheck(attribute string, want knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(address, tfjsonpath.New(attribute), want)
}

// limitsCheck are those of a policy in the order of the names below; 0 is null.
func limitsCheck(values ...int64) knownvalue.Check {
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
func policyLimits(slug string) knownvalue.Check {
	return map[string]knownvalue.Check{
		strict:    limitsCheck(5, 100, 10, 1, 2, 20, 5, 50),
		standard:  limitsCheck(20, 500, 3, 1, 5, 100, 20, 200),
		limitless: limitsCheck(0, 0, 0, 0, 0, 0, 0, 0),
	}[slug]
}

// policyChecks checks that the state has a policy, with its limits.
func policyChecks(slug string, pays bool) []statecheck.StateCheck {
	return []statecheck.StateCheck{
		attributeCheck("instance_id", knownvalue.StringExact(id)), attributeCheck("policy",
			knownvalue.StringExact(slug)),
		attributeCheck("limits", policyLimits(slug)), attributeCheck("has_active_plan", knownvalue.Bool(pays)),
	}
}

func TestLifecycle(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{})
	w.Steps(t,
		resource.TestStep{Config: w.Config(policyConfig(strict)), ConfigStateChecks: policyChecks(strict, false)},
		resource.TestStep{
			Config: w.Config(policyConfig(standard)), ConfigStateChecks: policyChecks(standard, false),
			ConfigPlanChecks: acctest.Plans(address, plancheck.ResourceActionUpdate,
				plancheck.ExpectUnknownValue(address, tfjsonpath.New("limits")),
				plancheck.ExpectKnownValue(address, tfjsonpath.New("has_active_plan"), knownvalue.Bool(false))),
		},
		resource.TestStep{
			PreConfig: func() { w.SetPaid(true) },
			Config:    w.Config(policyConfig(limitless)), ConfigStateChecks: policyChecks(limitless, true),
			ConfigPlanChecks: acctest.Plans(address, plancheck.ResourceActionUpdate),
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

// TestAccLifecycle sets a policy, changes it in place, and leaves it.
func TestAccLifecycle(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{})
	cli := w.AttachedCLI(t, policyConfig(strict))
	acctest.Contains(t, cli.OK("apply", "-auto-approve", "-no-color"), "1 added, 0 changed, 0 destroyed")
	cli.Configure(policyConfig(standard))
	acctest.Contains(t, cli.OK("apply", "-auto-approve", "-no-color"), "0 added, 1 changed, 0 destroyed")
	cli.OK("plan", "-detailed-exitcode") // succeeds if there is nothing to change
	acctest.Contains(t, cli.OK("destroy", "-auto-approve", "-no-color"), "1 destroyed")
	if got := w.Policy(id); got != standard {
		t.Errorf("the destroy changed the policy to %q", got)
	}
}

func TestNoDuplicateRequests(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{})
	tf := w.Terraform(t, policyConfig(strict))
	tf.OK("apply")
	w.CheckRequests(t, map[string]int{set: 1})
	tf.OK("plan")
	w.CheckRequests(t, map[string]int{get: 1})
	tf.Configure(policyConfig(standard))
	tf.OK("apply")
	w.CheckRequests(t, map[string]int{get: 1, set: 1})
	tf.OK("destroy", "-refresh=false")
	w.CheckRequests(t, nil)
}

func TestTimeoutsMakeNoRequest(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{})
	timed := policyConfig(strict, "timeouts = { create = \"10s\", read = \"10s\", update = \"10s\" }\n")
	w.Steps(t,
		resource.TestStep{Config: w.Config(policyConfig(strict))},
		resource.TestStep{
			Config: w.Config(timed), ConfigStateChecks: policyChecks(strict, false),
			ConfigPlanChecks: acctest.Plans(address, plancheck.ResourceActionUpdate,
				plancheck.ExpectKnownValue(address, tfjsonpath.New("limits"), policyLimits(strict)),
				plancheck.ExpectKnownValue(address, tfjsonpath.New("has_active_plan"), knownvalue.Bool(false))),
		},
	)
	if n := w.Count(set); n != 1 {
		t.Errorf("the policy was set %d times", n)
	}
}

func TestChangeInTheDashboardIsSetBackInPlace(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{})
	w.Steps(t,
		resource.TestStep{Config: w.Config(policyConfig(strict))},
		resource.TestStep{
			PreConfig: func() { w.SetPolicy(id, standard) },
			Config:    w.Config(policyConfig(strict)), ConfigStateChecks: policyChecks(strict, false),
			ConfigPlanChecks: acctest.Plans(address, plancheck.ResourceActionUpdate),
		},
	)
	if got := w.Policy(id); got != strict {
		t.Errorf("the policy is %q", got)
	}
}

func TestLapsedPlan(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{Paid: true})
	w.Steps(t,
		resource.TestStep{Config: w.Config(policyConfig(limitless)), ConfigStateChecks: policyChecks(limitless, true)},
		resource.TestStep{
			PreConfig: func() { w.SetPaid(false) },
			Config:    w.Config(policyConfig(limitless)), ConfigStateChecks: policyChecks(limitless, false),
			ConfigPlanChecks: acctest.Plans(address, plancheck.ResourceActionNoop),
		},
		resource.TestStep{ // and then Wawp takes the policy away
			PreConfig:   func() { w.SetPolicy(id, standard) },
			Config:      w.Config(policyConfig(limitless)),
			ExpectError: regexp.MustCompile(`may not use this policy.*"standard_policy", "strict"`),
		},
	)
}

func TestAnotherSessionIsGivenThePolicyInstead(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{})
	w.Add(wawptest.Session{InstanceID: "5056E8000001"})
	w.Steps(t,
		resource.TestStep{Config: w.Config(policyConfig(strict))},
		resource.TestStep{
			Config:           w.Config(strings.Replace(policyConfig(strict), id, "5056E8000001", 1)),
			ConfigPlanChecks: acctest.Plans(address, plancheck.ResourceActionReplace),
		},
	)
	if w.Policy(id) != strict || w.Policy("5056E8000001") != strict {
		t.Errorf("the policies are %q and %q", w.Policy(id), w.Policy("5056E8000001"))
	}
}

func TestWithTheSessionItself(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{})
	tf := w.Terraform(t, `
		resource "wawp_session" "x" {}
		resource "wawp_session_rate_limit" "x" {
			instance_id = wawp_session.x.instance_id
			policy      = "strict"
		}`)
	acctest.Contains(t, tf.OK("apply"), "2 added")
	first := w.Sessions()[0].InstanceID
	acctest.Contains(t, tf.OK("plan"), "No changes.")
	tf.OK("refresh") // after which the session counts as seen

	w.Remove(first) // in the dashboard
	output := tf.OK("apply")
	acctest.Contains(t, output, "Warning: Wawp sending policy is gone", first, "2 added, 0 changed, 0 destroyed")
	if second := w.Sessions()[0].InstanceID; w.Policy(second) != strict {
		t.Errorf("the policy of the new session is %q", w.Policy(second))
	}
	acctest.Contains(t, tf.OK("destroy"), "2 destroyed")
}

func TestArgumentsAreValidated(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{})
	for name, test := range map[string]struct{ configuration, says string }{
		"empty policy":   {policyConfig(""), "policy is set, but empty"},
		"empty instance": {strings.Replace(policyConfig(strict), id, "", 1), "instance_id is set, but empty"},
		"read timeout": {
			policyConfig(strict, "timeouts = { read = \"0s\" }\n"),
			"timeouts.read must be a positive duration",
		},
		"limits": {policyConfig(strict, "limits = {}\n"), "limits"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.Contains(t, w.Terraform(t, test.configuration).Fails("plan"), test.says)
		})
	}
}

// TestAccImport adopts what is there, without a change (P5), and another policy in place.
func TestAccImport(t *testing.T) {
	t.Parallel()
	byID, byIdentity := fmt.Sprintf("id = %q", id), fmt.Sprintf("identity = { instance_id = %q }", id)
	for name, test := range map[string]struct{ by, slug, changed, need, tofu string }{
		"id":             {byID, standard, "0 changed", "1.11", "1.6"},
		"another policy": {byID, strict, "1 changed", "1.11", "1.6"},
		"identity":       {byIdentity, standard, "0 changed", "1.12", "1.12"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.Require(t, test.need, test.tofu)
			w := newWorld(t, wawptest.Config{})
			cli := w.AttachedCLI(t, policyConfig(test.slug)+"import {\n  to = "+address+"\n  "+test.by+"\n}\n")
			acctest.Contains(t, cli.OK("apply", "-auto-approve", "-no-color"),
				"1 imported, 0 added, "+test.changed+", 0 destroyed")
		})
	}
}

// TestImport reads what a create has read.
func TestImport(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{})
	tf := w.Terraform(t, policyConfig(strict))
	tf.OK("apply")
	created := tf.State()[0].Attributes
	tf.Forget(address)
	tf.OK("import", address, id)
	if imported := tf.State()[0].Attributes; !reflect.DeepEqual(imported, created) {
		t.Errorf("%v was created, and %v imported", created, imported)
	}
	acctest.Contains(t, tf.OK("plan"), "No changes.")
	tf.Configure(policyConfig(standard))
	acctest.Contains(t, tf.OK("apply"), "0 added, 1 changed, 0 destroyed")
	acctest.Contains(t, tf.OK("plan"), "No changes.")
}

func TestImportWithoutID(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{})
	tf := w.Terraform(t, policyConfig(strict))
	for _, blank := range []string{"", " "} {
		acctest.Contains(t, tf.Fails("import", address, blank), "No instance id to import")
	}
	w.CheckRequests(t, nil)
}

// TestImportOfAnUnreadablePolicy drops nothing silently: it is an error, however clear the absence is.
func TestImportOfAnUnreadablePolicy(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]wawptest.Fault{
		"no such session": {Match: info, Skip: 1000},
		"foreign 404":     {Match: get, Status: 404, Body: foreignAnswer},
		"invalid_session": {Match: get, Status: 404, Body: invalidSession},
		"unreadable":      {Match: get, Body: "<html>"},
		"not allowed":     {Match: get, Status: 403, Body: `{"code":"forbidden","message":"no"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.New(t, wawptest.Config{})
			w.Inject(fault)
			acctest.Contains(t, w.Terraform(t, policyConfig(strict)).Fails("import", address, id),
				"Reading the sending policy of the session "+id+" failed")
		})
	}
}

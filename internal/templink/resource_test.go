package templink_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

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
	get    = "GET /v2/session/temp-link"
	post   = "POST /v2/session/temp-link"
	revoke = "DELETE /v2/session/temp-link"
	info   = "POST /v2/session/info"
)

const (
	id      = "3EB0BCB2E3D4"
	address = "wawp_session_temp_link.x"
	scan    = "SCAN_QR_CODE"
)

// clock is that of a simulated API. It stands still, but for Advance.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 1, 31, 11, 30, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// open opens an account that has a session which waits for a scan.
func open(t *testing.T, config wawptest.Config) *acctest.World {
	t.Helper()
	w := acctest.New(t, config)
	w.Add(wawptest.Session{InstanceID: id, Status: scan})
	return w
}

// declare configures a link of the session.
func declare(arguments ...string) string {
	return fmt.Sprintf("resource \"wawp_session_temp_link\" \"x\" {\n  instance_id = %q\n  %s\n}\n", id, strings.Join(arguments, "\n  "))
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

// shows checks that the state has the n-th link that was ever made for the session.
func shows(w *acctest.World, n int, expires string, expired bool) []statecheck.StateCheck {
	isLink := knownvalue.StringFunc(func(link string) error {
		if all := w.Links(id); len(all) < n || all[n-1] != link {
			return fmt.Errorf("%s is not the link number %d of %v", link, n, all)
		}
		return nil
	})
	return []statecheck.StateCheck{has("link", isLink), has("expires_at", knownvalue.StringExact(expires)), has("expired", knownvalue.Bool(expired))}
}

// does checks what a plan does to the link.
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

// valid asks the API which link is valid; "" is none. It ends all faults.
func valid(t *testing.T, w *acctest.World) string {
	t.Helper()
	w.ClearFaults()
	query := url.Values{"access_token": {w.Token}, "instance_id": {id}}
	answer := httptest.NewRecorder()
	w.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/v2/session/temp-link?"+query.Encode(), nil))
	var body struct{ Link *string }
	if err := json.Unmarshal(answer.Body.Bytes(), &body); err != nil || answer.Code != http.StatusOK {
		t.Fatalf("%d %s", answer.Code, answer.Body)
	}
	if body.Link == nil {
		return ""
	}
	return *body.Link
}

// only returns the attributes of the one resource in the state.
func only(t *testing.T, cli *acctest.CLI) map[string]any {
	t.Helper()
	all := cli.State()
	if len(all) != 1 || all[0].Status != "" {
		t.Fatalf("the state holds %d resources", len(all))
	}
	return all[0].Attributes
}

func TestAccLifecycle(t *testing.T) {
	t.Parallel()
	now := newClock()
	w := open(t, wawptest.Config{Now: now.Now})
	unchanged := does(plancheck.ResourceActionNoop)
	replaced := does(plancheck.ResourceActionReplace,
		plancheck.ExpectUnknownValue(address, tfjsonpath.New("link")),
		plancheck.ExpectUnknownValue(address, tfjsonpath.New("expires_at")),
		plancheck.ExpectKnownValue(address, tfjsonpath.New("expired"), knownvalue.Bool(false)))
	inPlace := does(plancheck.ResourceActionUpdate, plancheck.ExpectKnownValue(address, tfjsonpath.New("link"), knownvalue.NotNull()))
	const one, two = `triggers = { turn = "1" }`, `triggers = { turn = "2" }`
	steps(t, w,
		resource.TestStep{Config: w.Config(declare()), ConfigStateChecks: shows(w, 1, "2026-01-31T12:00:00Z", false)},
		resource.TestStep{ // triggers where there were none are only stored
			Config: w.Config(declare(one)), ConfigPlanChecks: inPlace, ConfigStateChecks: shows(w, 1, "2026-01-31T12:00:00Z", false),
		},
		resource.TestStep{ // its time is over
			PreConfig: func() { now.Advance(30 * time.Minute) },
			Config:    w.Config(declare(one)), ConfigPlanChecks: unchanged, ConfigStateChecks: shows(w, 1, "2026-01-31T12:00:00Z", true),
		},
		resource.TestStep{ // a change of them makes a new link
			Config: w.Config(declare(two)), ConfigPlanChecks: replaced, ConfigStateChecks: shows(w, 2, "2026-01-31T12:30:00Z", false),
		},
		resource.TestStep{ // another link takes its place
			PreConfig: func() { now.Advance(time.Minute); w.NewLink(id) },
			Config:    w.Config(declare(two)), ConfigPlanChecks: unchanged, ConfigStateChecks: shows(w, 2, "2026-01-31T12:30:00Z", true),
		},
		resource.TestStep{ // the time for operations is nothing to Wawp
			Config:            w.Config(declare(two, `timeouts = { create = "10s", read = "10s", delete = "10s" }`)),
			ConfigPlanChecks:  inPlace,
			ConfigStateChecks: shows(w, 2, "2026-01-31T12:30:00Z", true),
		},
		resource.TestStep{ // triggers that are gone are a change
			Config: w.Config(declare()), ConfigPlanChecks: replaced, ConfigStateChecks: shows(w, 4, "2026-01-31T12:31:00Z", false),
		},
		resource.TestStep{ // it is revoked elsewhere
			PreConfig: func() { w.ExpireLink(id) },
			Config:    w.Config(declare()), ConfigPlanChecks: unchanged, ConfigStateChecks: shows(w, 4, "2026-01-31T12:31:00Z", true),
		},
		resource.TestStep{ // triggers make a new link of one that has expired, also where there were none
			Config: w.Config(declare(one)), ConfigPlanChecks: replaced, ConfigStateChecks: shows(w, 5, "2026-01-31T12:31:00Z", false),
		},
	)
	if n := w.Count(post); n != 4 || w.Count(revoke) != 1 || w.Count("") != n+1+w.Count(get) {
		t.Errorf("the requests were %v", w.Requests())
	}
	for _, r := range w.Requests() {
		if r.Status != http.StatusOK {
			t.Errorf("%s", r)
		}
	}
}

func TestAccAnotherSession(t *testing.T) {
	t.Parallel()
	acctest.SameOnEveryCLI(t)
	w := open(t, wawptest.Config{})
	w.Add(wawptest.Session{InstanceID: "5056E8000001", Status: scan})
	steps(t, w,
		resource.TestStep{Config: w.Config(declare())},
		resource.TestStep{
			Config:           w.Config(strings.Replace(declare(), id, "5056E8000001", 1)),
			ConfigPlanChecks: does(plancheck.ResourceActionReplace),
		},
	)
	if len(w.Links("5056E8000001")) != 1 || valid(t, w) != "" {
		t.Errorf("the first session's link is %q, the second's were %v", valid(t, w), w.Links("5056E8000001"))
	}
}

func TestAccNothingIsAskedForTwice(t *testing.T) {
	t.Parallel()
	w := open(t, wawptest.Config{})
	cli := w.CLI(t, declare())
	cli.OK("apply", "-auto-approve")
	counts(t, w, map[string]int{post: 1})
	cli.OK("plan")
	counts(t, w, map[string]int{get: 1})
	cli.Configure(declare(`timeouts = { read = "10s" }`, `triggers = {}`))
	contains(t, cli.OK("apply", "-auto-approve", "-refresh=false", "-no-color"), "0 added, 1 changed")
	counts(t, w, nil)
	cli.OK("destroy", "-auto-approve", "-refresh=false")
	counts(t, w, map[string]int{get: 1, revoke: 1})
}

// TestAccDestroy revokes the link, and no other one: Wawp can only revoke all of them.
func TestAccDestroy(t *testing.T) {
	t.Parallel()
	acctest.SameOnEveryCLI(t)
	for name, test := range map[string]struct {
		before func(*acctest.World)
		want   map[string]int
	}{
		"valid":                {func(*acctest.World) {}, map[string]int{get: 1, revoke: 1}},
		"another one is valid": {func(w *acctest.World) { w.NewLink(id) }, map[string]int{get: 1}},
		"expired":              {func(w *acctest.World) { w.ExpireLink(id) }, map[string]int{get: 1}},
		"the session is gone":  {func(w *acctest.World) { w.Remove(id) }, map[string]int{get: 1}},
		"gone in between": {
			func(w *acctest.World) { w.Inject(wawptest.Fault{Match: revoke, Status: 404, Body: own}) },
			map[string]int{get: 1, revoke: 1},
		},
		"the phone dropped": {
			func(w *acctest.World) { w.Inject(wawptest.Fault{Match: get, Status: 404, Body: dropped}) },
			map[string]int{get: 1},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := open(t, wawptest.Config{})
			cli := w.CLI(t, declare())
			cli.OK("apply", "-auto-approve")
			w.ResetRequests()
			test.before(w)
			contains(t, cli.OK("destroy", "-auto-approve", "-refresh=false", "-no-color"), "1 destroyed")
			counts(t, w, test.want)
			switch name {
			case "valid":
				if link := valid(t, w); link != "" {
					t.Error("the link is still valid")
				}
			case "another one is valid":
				if link := valid(t, w); link == "" || link != w.Links(id)[1] {
					t.Error("the other link was revoked")
				}
			}
		})
	}
}

// TestAccCreateBeforeDestroy: the end of the old link is not the end of the new one.
func TestAccCreateBeforeDestroy(t *testing.T) {
	t.Parallel()
	w := open(t, wawptest.Config{})
	configure := func(turn int) string {
		return declare(fmt.Sprintf("triggers = { turn = %d }", turn), "lifecycle {\n    create_before_destroy = true\n  }")
	}
	cli := w.CLI(t, configure(1))
	cli.OK("apply", "-auto-approve")
	cli.Configure(configure(2))
	contains(t, cli.OK("apply", "-auto-approve", "-no-color"), "1 added, 0 changed, 1 destroyed")
	if link := valid(t, w); link == "" || link != only(t, cli)["link"] || link != w.Links(id)[1] {
		t.Errorf("%q is valid, the state has %v", link, only(t, cli)["link"])
	}
	contains(t, cli.OK("plan", "-no-color"), "No changes.")
}

func TestAccWithTheSessionItself(t *testing.T) {
	t.Parallel()
	acctest.SameOnEveryCLI(t)
	w := acctest.New(t, wawptest.Config{})
	cli := w.CLI(t, `
		resource "wawp_session" "x" { desired_state = "started" }
		resource "wawp_session_temp_link" "x" {
			instance_id = wawp_session.x.instance_id
			triggers    = { name = wawp_session.x.session_name }
		}
		resource "terraform_data" "too_late" {
			count = wawp_session_temp_link.x.expired ? 1 : 0 # which the plan of a new link must know
		}
		output "link" {
			value     = wawp_session_temp_link.x.link
			sensitive = true
		}`)
	contains(t, cli.OK("apply", "-auto-approve", "-no-color"), "2 added")
	contains(t, cli.OK("plan", "-no-color"), "No changes.")
	first := w.Sessions()[0].InstanceID
	if said := strings.TrimSpace(cli.OK("output", "-raw", "link")); said != w.Links(first)[0] {
		t.Errorf("the output is %s", said)
	}
	cli.OK("refresh") // after which the session counts as seen

	w.Remove(first) // in the dashboard
	said := cli.OK("apply", "-auto-approve", "-no-color")
	contains(t, said, "Warning: Wawp temporary link is gone", first, "2 added, 0 changed, 0 destroyed")
	second := w.Sessions()[0].InstanceID
	w.ExpireLink(second)
	contains(t, cli.OK("apply", "-auto-approve", "-no-color"), "1 added, 0 changed, 0 destroyed") // too_late
	contains(t, cli.OK("destroy", "-auto-approve", "-no-color"), "3 destroyed")
}

func TestAccArgumentsAreValidated(t *testing.T) {
	t.Parallel()
	acctest.SameOnEveryCLI(t)
	w := open(t, wawptest.Config{})
	opened := func(arguments string) string {
		return fmt.Sprintf("ephemeral \"wawp_session_temp_link\" \"x\" {\n  %s\n}\n", arguments)
	}
	for name, test := range map[string]struct{ configuration, says string }{
		"empty instance":      {strings.Replace(declare(), id, " ", 1), "instance_id is set, but empty"},
		"read timeout":        {declare(`timeouts = { read = "0s" }`), "timeouts.read must be a positive duration"},
		"link":                {declare(`link = "x"`), "link"},
		"ephemeral, instance": {opened(`instance_id = ""`), "instance_id is set, but empty"},
		"ephemeral, timeout":  {opened("instance_id = \"x\"\n  timeouts = { open = \"-1s\" }"), "timeouts.open must be a positive duration"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if strings.HasPrefix(name, "ephemeral") {
				acctest.Require(t, "1.10", "1.11")
			}
			contains(t, w.CLI(t, test.configuration).Fails("plan", "-no-color"), test.says)
		})
	}
	t.Cleanup(func() { counts(t, w, nil) })
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
			steps(t, w, resource.TestStep{Config: w.Config(declare())}, again)
		})
	}
}

// TestAccImportBlock takes the link that there is, without a change but for what only Terraform knows (P5).
func TestAccImportBlock(t *testing.T) {
	t.Parallel()
	block := fmt.Sprintf("\nimport {\n  to = %s\n  id = %q\n}\n", address, id)
	for argument, says := range map[string]string{
		"":                              "1 imported, 0 added, 0 changed, 0 destroyed",
		`triggers = { turn = "1" }`:     "1 imported, 0 added, 1 changed, 0 destroyed",
		`timeouts = { create = "20s" }`: "1 imported, 0 added, 1 changed, 0 destroyed",
	} {
		t.Run(argument, func(t *testing.T) {
			t.Parallel()
			w := open(t, wawptest.Config{Now: newClock().Now})
			link := w.NewLink(id)
			cli := w.CLI(t, declare(argument)+block)
			contains(t, cli.OK("apply", "-auto-approve", "-no-color"), says)
			if s := only(t, cli); s["link"] != link || s["expires_at"] != "2026-01-31T12:00:00Z" || s["expired"] != false {
				t.Errorf("the state is %v", s)
			}
			contains(t, cli.OK("plan", "-no-color"), "No changes.")
			if n := w.Count(get); n != w.Count("") {
				t.Errorf("the requests were %v", w.Requests())
			}
		})
	}
}

func TestAccImportOfNothing(t *testing.T) {
	t.Parallel()
	w := open(t, wawptest.Config{})
	cli := w.CLI(t, declare())
	for _, blank := range []string{"", " "} {
		contains(t, cli.Fails("import", "-no-color", address, blank), "No instance id to import")
	}
	counts(t, w, nil)
	contains(t, cli.Fails("import", "-no-color", address, id), "Error: No temporary link to import", id, "an apply makes a new link")
	counts(t, w, map[string]int{get: 1})
	if len(cli.State()) != 0 {
		t.Errorf("the state holds %v", cli.State())
	}
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
				Config: w.Config(declare()), ResourceName: address, ImportState: true, ImportStateId: id,
				ExpectError: regexp.MustCompile(`Reading\s+the\s+temporary\s+link\s+of\s+the\s+session\s+` + id + `\s+failed`),
			})
		})
	}
}

// TestAccImportedLinkIsLikeAnyOther once it has been read: its session can go.
func TestAccImportedLinkIsLikeAnyOther(t *testing.T) {
	t.Parallel()
	w := open(t, wawptest.Config{})
	w.NewLink(id)
	cli := w.CLI(t, declare())
	cli.OK("import", address, id)
	w.Remove(id)
	contains(t, cli.OK("plan", "-no-color"), "Warning: Wawp temporary link is gone", id, "1 to add")
}

// TestAccImportWithoutExpiry: when a link ends that was made elsewhere, nobody can guess. A change in place keeps that.
func TestAccImportWithoutExpiry(t *testing.T) {
	t.Parallel()
	acctest.SameOnEveryCLI(t)
	w := open(t, wawptest.Config{})
	w.NewLink(id)
	w.Inject(wawptest.Fault{Match: get, Reshape: wawptest.Without("expires_at")})
	cli := w.CLI(t, declare())
	cli.OK("import", address, id)
	cli.Configure(declare(`timeouts = { read = "20s" }`))
	contains(t, cli.OK("apply", "-auto-approve", "-no-color"), "0 added, 1 changed")
	if s := only(t, cli); s["expires_at"] != nil || s["link"] != w.Links(id)[0] || s["expired"] != false {
		t.Errorf("the state is %v", s)
	}
	contains(t, cli.OK("plan", "-no-color"), "No changes.")
}

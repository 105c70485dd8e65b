package session_test

import (
	"fmt"
	"net/http"
	"os"
	"regexp"
	"strings"
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
	create    = "POST /v2/session/create"
	info      = "POST /v2/session/info"
	start     = "POST /v2/session/start"
	stop      = "POST /v2/session/stop"
	logout    = "POST /v2/session/logout"
	remove    = "DELETE /v2/session/delete"
	rateLimit = "GET /v2/session/rate-limit"
)

const (
	address       = "wawp_session.x"
	minimalConfig = `resource "wawp_session" "x" {}`
	startedConfig = `resource "wawp_session" "x" { desired_state = "started" }`
	stoppedConfig = `resource "wawp_session" "x" { desired_state = "stopped" }`
)

// runSteps runs a test case against a world; every step that applies also proves that a second plan is empty (P5).
func runSteps(t *testing.T, w *acctest.World, all ...resource.TestStep) {
	t.Helper()
	w.Steps(t, all...)
	if n := len(w.Sessions()); n != 0 {
		t.Errorf("%d sessions are left at Wawp after the destroy", n)
	}
}

// attributeCheck checks one attribute in the state.
func attributeCheck(attribute, want string) statecheck.StateCheck {
	path, rest, nested := strings.Cut(attribute, ".")
	at := tfjsonpath.New(path)
	if nested {
		at = at.AtMapKey(rest)
	}
	if want == "" {
		return statecheck.ExpectKnownValue(address, at, knownvalue.Null())
	}
	return statecheck.ExpectKnownValue(address, at, knownvalue.StringExact(want))
}

func TestMinimal(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{})
	runSteps(t, w, resource.TestStep{
		Config: w.Config(minimalConfig),
		ConfigStateChecks: []statecheck.StateCheck{
			statecheck.ExpectKnownValue(address, tfjsonpath.New("instance_id"),
				knownvalue.StringRegexp(regexp.MustCompile(`^[0-9A-F]{12}$`))),
			statecheck.ExpectKnownValue(address, tfjsonpath.New("session_name"),
				knownvalue.StringRegexp(regexp.MustCompile(`^wawp-\d{8}$`))),
			attributeCheck("server_name", "server-1"),
			attributeCheck("status", "STOPPED"),
			attributeCheck("desired_state", "stopped"),
			attributeCheck("account", ""),
			statecheck.ExpectKnownValue(address, tfjsonpath.New("deletion_protection"), knownvalue.Bool(false)),
		},
	})
	if w.Count(create) != 1 || w.Count(remove) != 1 {
		t.Errorf("%d created, %d deleted", w.Count(create), w.Count(remove))
	}
}

func TestDesiredState(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{})
	named := acctest.Plans(address, plancheck.ResourceActionUpdate)
	for _, attribute := range []string{"instance_id", "session_name", "server_name"} {
		named.PreApply = append(named.PreApply, plancheck.ExpectKnownValue(address, tfjsonpath.New(attribute),
			knownvalue.NotNull()))
	}
	w.Steps(t,
		resource.TestStep{
			Config: w.Config(startedConfig),
			ConfigStateChecks: []statecheck.StateCheck{
				attributeCheck("status", "SCAN_QR_CODE"), attributeCheck("desired_state", "started"),
			},
		},
		resource.TestStep{
			Config: w.Config(stoppedConfig), ConfigPlanChecks: named,
			ConfigStateChecks: []statecheck.StateCheck{
				attributeCheck("status", "STOPPED"), attributeCheck("desired_state", "stopped"),
			},
		},
		resource.TestStep{ // left out: nothing changes
			Config: w.Config(minimalConfig), ConfigPlanChecks: acctest.Plans(address, plancheck.ResourceActionNoop),
			ConfigStateChecks: []statecheck.StateCheck{attributeCheck("desired_state", "stopped")},
		},
		resource.TestStep{
			Config:           w.Config(startedConfig),
			ConfigPlanChecks: acctest.Plans(address, plancheck.ResourceActionUpdate),
		},
	)
	for _, r := range w.Requests() {
		if r.Status/100 != 2 {
			t.Errorf("%s", r)
		}
	}
	if w.Count(start) != 2 || w.Count(stop) != 1 || w.Count(create) != 1 {
		t.Errorf("start %d, stop %d, create %d", w.Count(start), w.Count(stop), w.Count(create))
	}
}

// TestNameReportedLate: Terraform would refuse a value for an attribute that was planned as null.
func TestNameReportedLate(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{})
	w.Inject(wawptest.Fault{Match: create, Reshape: wawptest.Without("session_name")})
	tf := w.Terraform(t, minimalConfig)
	tf.OK("apply")
	tf.Configure(startedConfig)
	tf.OK("apply", "-refresh=false")
	if name := tf.State()[0].Attributes["session_name"]; name != w.Sessions()[0].Name {
		t.Errorf("the state has the name %v", name)
	}
}

func TestStoppedInTheDashboardIsStartedInPlace(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{})
	w.Steps(t,
		resource.TestStep{Config: w.Config(startedConfig)},
		resource.TestStep{
			PreConfig:         func() { w.SetStatus(w.Sessions()[0].InstanceID, "STOPPED") },
			Config:            w.Config(startedConfig),
			ConfigPlanChecks:  acctest.Plans(address, plancheck.ResourceActionUpdate),
			ConfigStateChecks: []statecheck.StateCheck{attributeCheck("status", "SCAN_QR_CODE")},
		},
	)
}

func TestSessionThatStartsByItselfIsNotStarted(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{Created: "STARTING", BootTime: 50 * time.Millisecond})
	runSteps(t, w, resource.TestStep{
		Config:            w.Config(startedConfig),
		ConfigStateChecks: []statecheck.StateCheck{attributeCheck("status", "SCAN_QR_CODE")},
	})
	if n := w.Count(start); n != 0 {
		t.Errorf("it was started %d times", n)
	}
}

func TestPairedSession(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{})
	w.Steps(t,
		resource.TestStep{Config: w.Config(startedConfig)},
		resource.TestStep{
			PreConfig:        func() { w.Pair(w.Sessions()[0].InstanceID, "201012345678", "John Doe") },
			Config:           w.Config(startedConfig),
			ConfigPlanChecks: acctest.Plans(address, plancheck.ResourceActionNoop),
			ConfigStateChecks: []statecheck.StateCheck{
				attributeCheck("status", "WORKING"), attributeCheck("account.chat_id", "201012345678@c.us"),
				attributeCheck("account.phone_number", "201012345678"),
				attributeCheck("account.push_name", "John Doe"),
			},
		},
	)
	last := w.Requests()[len(w.Requests())-2:]
	if last[0].Path != "/v2/session/logout" || last[1].Path != "/v2/session/delete" {
		t.Errorf("a linked phone was not logged out before the deletion: %v", last)
	}
}

func TestStoppedSessionKeepsItsAccount(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{})
	account := attributeCheck("account.phone_number", "201012345678")
	w.Steps(t,
		resource.TestStep{Config: w.Config(startedConfig)},
		resource.TestStep{
			PreConfig: func() { w.Pair(w.Sessions()[0].InstanceID, "201012345678", "John Doe") },
			Config:    w.Config(stoppedConfig), ConfigStateChecks: []statecheck.StateCheck{
				attributeCheck("status", "STOPPED"),
				account,
			},
		},
		resource.TestStep{
			Config:            w.Config(startedConfig),
			ConfigStateChecks: []statecheck.StateCheck{attributeCheck("status", "WORKING"), account},
		},
		resource.TestStep{
			PreConfig: func() { w.SetStatus(w.Sessions()[0].InstanceID, "SCAN_QR_CODE") },
			Config:    w.Config(startedConfig), ConfigStateChecks: []statecheck.StateCheck{attributeCheck("account",
				"")},
		},
	)
}

func TestArgumentsAreValidated(t *testing.T) {
	t.Parallel()
	for argument, says := range map[string]string{
		`desired_state = "running"`:      `desired_state.*one\s+of`,
		`timeouts = { read = "0s" }`:     `timeouts.read\s+must\s+be\s+a\s+positive\s+duration`,
		`timeouts = { create = "-1m" }`:  `timeouts.create\s+must\s+be\s+a\s+positive\s+duration`,
		`timeouts = { update = "soon" }`: `timeouts.update`,
		`instance_id = "3EB0BCB2E3D4"`:   `(?i)read-only`,
	} {
		w := acctest.New(t, wawptest.Config{})
		runSteps(t, w, resource.TestStep{
			Config:      w.Config(`resource "wawp_session" "x" { ` + argument + ` }`),
			ExpectError: regexp.MustCompile(`(?s)` + says),
		})
	}
}

func TestTerraformOnlyArgumentsMakeNoRequest(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{})
	protected := `resource "wawp_session" "x" {
		deletion_protection = true
		timeouts            = { create = "10s", delete = "2m" }
	}`
	quiet := acctest.Plans(address, plancheck.ResourceActionUpdate)
	for _, attribute := range []string{"instance_id", "session_name", "server_name", "status", "desired_state"} {
		quiet.PreApply = append(quiet.PreApply, plancheck.ExpectKnownValue(address, tfjsonpath.New(attribute),
			knownvalue.NotNull()))
	}
	quiet.PreApply = append(quiet.PreApply, plancheck.ExpectKnownValue(address, tfjsonpath.New("account"),
		knownvalue.Null()))
	w.Steps(t,
		resource.TestStep{Config: w.Config(minimalConfig)},
		resource.TestStep{Config: w.Config(protected), ConfigPlanChecks: quiet},
		resource.TestStep{
			Config: w.Config(protected), Destroy: true,
			ExpectError: regexp.MustCompile(`protected from deletion`),
		},
		resource.TestStep{Config: w.Config(minimalConfig), ConfigPlanChecks: quiet},
	)
	for _, r := range w.Requests() {
		if r.Path != "/v2/session/info" && r.Method+" "+r.Path != create && r.Method+" "+r.Path != remove {
			t.Errorf("%s", r)
		}
	}
}

func TestChangeInPlaceMakesNoRequest(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{})
	tf := w.Terraform(t, minimalConfig)
	tf.OK("apply")
	w.ResetRequests()
	tf.Configure("resource \"wawp_session\" \"x\" {\n" +
		"  deletion_protection = true\n" +
		"  timeouts            = { read = \"10s\" }\n" +
		"}\n")
	acctest.Contains(t, tf.OK("apply", "-refresh=false"), "0 added, 1 changed")
	w.CheckRequests(t, nil)
}

func TestImport(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{})
	tf := w.Terraform(t, startedConfig)
	tf.OK("apply")
	made := tf.State()[0].Attributes
	tf.Forget(address)
	tf.OK("import", address, w.Sessions()[0].InstanceID)
	imported := tf.State()[0].Attributes
	imported["server_name"] = made["server_name"] // the simulated session/info lacks it
	if fmt.Sprint(imported) != fmt.Sprint(made) {
		t.Errorf("%v was imported, and had been %v", imported, made)
	}
	acctest.Contains(t, tf.OK("plan"), "No changes.")
}

func TestAccImportBlock(t *testing.T) {
	t.Parallel()
	for needs, by := range map[string]string{
		"1.11": fmt.Sprintf("id = %q", instanceID),
		"1.12": fmt.Sprintf("identity = { instance_id = %q }", instanceID),
	} {
		t.Run(by, func(t *testing.T) {
			t.Parallel()
			acctest.Require(t, needs, needs)
			w := acctest.New(t, wawptest.Config{})
			w.Add(wawptest.Session{InstanceID: instanceID})
			cli := w.CLI(t, minimalConfig+"\nimport {\n  to = "+address+"\n  "+by+"\n}\n")
			acctest.Contains(t, cli.OK("apply", "-auto-approve", "-no-color"),
				"1 imported, 0 added, 0 changed, 0 destroyed")
			checkRecorded(t, w, cli, 1)
		})
	}
}

func TestImportWithoutID(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{})
	tf := w.Terraform(t, minimalConfig)
	for _, id := range []string{"", " "} {
		acctest.Contains(t, tf.Fails("import", address, id), "No instance id to import")
	}
	w.CheckRequests(t, nil)
}

func TestImportOfAMissingSession(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]wawptest.Fault{
		"no such session": {Match: rateLimit, Skip: 1000},
		"foreign 404":     {Match: info, Status: http.StatusNotFound, Body: "404 page not found"},
		"invalid_session": {
			Match: info, Status: http.StatusNotFound,
			Body: `{"code":"invalid_session","message":"no"}`,
		},
		"unreadable":        {Match: info, Body: "<html>"},
		"not allowed":       {Match: info, Status: http.StatusForbidden, Body: `{"code":"forbidden","message":"no"}`},
		"empty, no content": {Match: info, Status: http.StatusNoContent},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.New(t, wawptest.Config{})
			w.Inject(fault)
			acctest.Contains(t, w.Terraform(t, minimalConfig).Fails("import", address, "3EB0BCB2E3D4"),
				"Reading the session 3EB0BCB2E3D4 failed")
		})
	}
}

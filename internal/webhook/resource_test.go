package webhook_test

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

func TestMain(m *testing.M) { os.Exit(acctest.Main(m)) }

// The endpoints, as faults and counts name them.
const (
	list   = "GET /v2/session/webhook"
	set    = "POST /v2/webhook/set"
	update = "PATCH /v2/webhook/update"
	remove = "DELETE /v2/webhook/delete"
	info   = "POST /v2/session/info"
	policy = "GET /v2/session/rate-limit"
)

const (
	address = "wawp_session_webhook.x"
	id      = "3EB0BCB2E3D4"
	target  = "https://hooks.example.com/wawp"
)

// updates is what plans do to the webhook.
var updates = acctest.Plans(address, plancheck.ResourceActionUpdate)

// newWorld is a paid account with one session.
func newWorld(t testing.TB, config wawptest.Config) *acctest.World {
	t.Helper()
	config.Paid = true
	w := acctest.New(t, config)
	w.Add(wawptest.Session{InstanceID: id, Status: "WORKING", Me: &wawptest.Me{ID: "1@c.us"}})
	return w
}

// webhookConfig is a configuration of one webhook, with further arguments.
func webhookConfig(arguments ...string) string {
	if !slices.ContainsFunc(arguments, func(a string) bool { return strings.HasPrefix(a, "events") }) {
		arguments = append(arguments, `events = ["session.status", "message"]`)
	}
	return fmt.Sprintf("resource \"wawp_session_webhook\" \"x\" {\n  instance_id = %q\n  url = %q\n  %s\n}\n", id,
		target, strings.Join(arguments, "\n  "))
}

// runSteps runs a test case; every step that applies also proves that a second plan is empty (P5).
func runSteps(t *testing.T, w *acctest.World, all ...resource.TestStep) {
	t.Helper()
	w.Steps(t, all...)
	if left := w.Webhooks(id); len(left) != 0 {
		t.Errorf("webhooks are left at Wawp after the destroy: %v", left)
	}
}

func attributeCheck(attribute string, want knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(address, tfjsonpath.New(attribute), want)
}

func retries(delay, attempts int64) knownvalue.Check {
	return knownvalue.ObjectExact(map[string]knownvalue.Check{
		"delay_seconds": knownvalue.Int64Exact(delay),
		"attempts":      knownvalue.Int64Exact(attempts),
	})
}

// checkStored checks the one webhook at Wawp.
func checkStored(t *testing.T, w *acctest.World, want wawptest.Webhook) {
	t.Helper()
	want.URL = target
	if got := w.Webhooks(id); len(got) != 1 || !reflect.DeepEqual(got[0], want) {
		t.Errorf("Wawp has %+v, want %+v", got, want)
	}
}

func TestLifecycle(t *testing.T) {
	t.Parallel()
	for name, config := range map[string]wawptest.Config{
		"secrets hidden": {}, "secrets masked": {Secrets: "masked"}, "secrets shown": {Secrets: "shown"},
		"system webhook listed": {SystemListed: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, config)
			system := w.SystemWebhook(id)
			at := func(f func()) func() { return func() { w.ResetRequests(); f() } }
			runSteps(t, w,
				resource.TestStep{
					Config: w.Config(webhookConfig()),
					ConfigStateChecks: []statecheck.StateCheck{
						attributeCheck("events", knownvalue.SetExact([]knownvalue.Check{
							knownvalue.StringExact("message"),
							knownvalue.StringExact("session.status"),
						})),
						attributeCheck("enabled", knownvalue.Bool(true)), attributeCheck("retries", retries(2, 15)),
						attributeCheck("hmac_secret", knownvalue.Null()),
					},
				},
				resource.TestStep{
					PreConfig: at(func() {
						checkStored(t, w, wawptest.Webhook{
							Events: []string{"message", "session.status"}, Active: true,
							Delay: 2, Attempts: 15,
						})
					}),
					Config:           w.Config(webhookConfig("enabled = false", "retries = { delay_seconds = 7 }")),
					ConfigPlanChecks: updates,
					ConfigStateChecks: []statecheck.StateCheck{
						attributeCheck("enabled", knownvalue.Bool(false)),
						attributeCheck("retries", retries(7, 15)),
					},
				},
				resource.TestStep{
					PreConfig: at(func() {
						checkStored(t, w, wawptest.Webhook{
							Events: []string{"message", "session.status"}, Delay: 7,
							Attempts: 15,
						})
					}),
					Config:           w.Config(webhookConfig(`events = ["message.ack"]`, `hmac_secret = "s3cret"`)),
					ConfigPlanChecks: updates,
					ConfigStateChecks: []statecheck.StateCheck{
						attributeCheck("hmac_secret", knownvalue.StringExact("s3cret")),
						attributeCheck("retries", retries(7, 15)),
					},
				},
				resource.TestStep{
					PreConfig: at(func() {
						checkStored(t, w, wawptest.Webhook{
							Events: []string{"message.ack"}, Active: true, Delay: 7,
							Attempts: 15, Secret: "s3cret",
						})
					}),
					Config: w.Config(webhookConfig(`events = ["message.ack"]`)), ConfigPlanChecks: updates,
					ConfigStateChecks: []statecheck.StateCheck{attributeCheck("hmac_secret", knownvalue.Null())},
				},
				resource.TestStep{
					PreConfig: at(func() {
						checkStored(t, w, wawptest.Webhook{
							Events: []string{"message.ack"}, Active: true, Delay: 7,
							Attempts: 15,
						})
					}),
					Config:           w.Config(webhookConfig(`events = ["message.ack"]`, `timeouts = { read = "1m" }`)),
					ConfigPlanChecks: updates,
				},
			)
			if n := w.Count(update); n != 0 {
				t.Errorf("a change of timeouts made %d requests", n)
			}
			if got := w.SystemWebhook(id); !reflect.DeepEqual(got, system) {
				t.Error("the system webhook was changed")
			}
		})
	}
}

// TestAccLifecycle creates, changes and destroys a webhook, with a secret that no CLI stores.
func TestAccLifecycle(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{Secrets: "masked"})
	cli := w.AttachedCLI(t, webhookConfig(`hmac_secret_wo = "one"`, "hmac_secret_wo_version = 1"))
	acctest.Contains(t, cli.OK("apply", "-auto-approve", "-no-color"), "1 added, 0 changed, 0 destroyed")
	checkStored(t, w, wawptest.Webhook{
		Events: []string{"message", "session.status"}, Active: true, Delay: 2, Attempts: 15,
		Secret: "one",
	})
	cli.Configure(webhookConfig("enabled = false", "retries = { delay_seconds = 7 }", `hmac_secret_wo = "two"`,
		"hmac_secret_wo_version = 2"))
	acctest.Contains(t, cli.OK("apply", "-auto-approve", "-no-color"), "0 added, 1 changed, 0 destroyed")
	checkStored(t, w, wawptest.Webhook{
		Events: []string{"message", "session.status"}, Delay: 7, Attempts: 15,
		Secret: "two",
	})
	cli.Configure(webhookConfig(`events = ["message.ack"]`))
	acctest.Contains(t, cli.OK("apply", "-auto-approve", "-no-color"), "0 added, 1 changed, 0 destroyed")
	checkStored(t, w, wawptest.Webhook{Events: []string{"message.ack"}, Active: true, Delay: 7, Attempts: 15})
	cli.OK("plan", "-detailed-exitcode") // succeeds if there is nothing to change
	cli.OK("destroy", "-auto-approve")
	if left := w.Webhooks(id); len(left) != 0 {
		t.Errorf("webhooks are left at Wawp after the destroy: %v", left)
	}
}

func TestUpdateSendsOnlyWhatChanged(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{})
	keys := func() []string {
		var sent []string
		for _, r := range w.Requests() {
			if r.Method == http.MethodPatch {
				for key := range r.Body {
					sent = append(sent, key)
				}
			}
		}
		slices.Sort(sent)
		w.ResetRequests()
		return sent
	}
	all := []resource.TestStep{{Config: w.Config(webhookConfig())}}
	for _, change := range []struct{ argument, key string }{
		{"enabled = false", "is_active"},
		{"retries = { attempts = 3 }", "retries"},
		{`events = ["message"]`, "events"},
		{`hmac_secret = "s"`, "hmac"},
	} {
		check := resource.TestStep{Config: w.Config(webhookConfig(change.argument)), ConfigPlanChecks: updates}
		check.Check = func(*terraform.State) error {
			if got, want := keys(), []string{"access_token", change.key, "instance_id", "url"}; !slices.Equal(got,
				sortedStrings(want)) {
				t.Errorf("%s: sent %v, want %v", change.argument, got, want)
			}
			return nil
		}
		reset := resource.TestStep{
			Config: w.Config(webhookConfig("enabled = true",
				"retries = { delay_seconds = 2, attempts = 15 }")),
			Check: func(*terraform.State) error { keys(); return nil },
		}
		all = append(all, check, reset)
	}
	runSteps(t, w, all[:len(all)-1]...)
}

func sortedStrings(s []string) []string { slices.Sort(s); return s }

func TestWriteOnlySecret(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{Secrets: "masked"})
	secret := func() string { return w.Webhooks(id)[0].Secret }
	version := func(secret string, n int) string {
		return w.Config(webhookConfig(fmt.Sprintf("hmac_secret_wo = %q\n  hmac_secret_wo_version = %d", secret, n)))
	}
	expect := func(want string) resource.TestCheckFunc {
		return func(*terraform.State) error {
			if secret() != want {
				t.Errorf("the secret at Wawp is %q, want %q", secret(), want)
			}
			return nil
		}
	}
	runSteps(t, w,
		resource.TestStep{
			Config: version("one", 1), Check: expect("one"),
			ConfigStateChecks: []statecheck.StateCheck{attributeCheck("hmac_secret_wo", knownvalue.Null())},
		},
		resource.TestStep{
			Config: version("two", 1), Check: expect("one"),
			ConfigPlanChecks: acctest.Plans(address, plancheck.ResourceActionNoop),
		},
		resource.TestStep{Config: version("two", 2), Check: expect("two"), ConfigPlanChecks: updates},
		resource.TestStep{
			Config: w.Config(webhookConfig(`hmac_secret = "three"`)), Check: expect("three"),
			ConfigPlanChecks: updates,
		},
		resource.TestStep{Config: version("four", 1), Check: expect("four"), ConfigPlanChecks: updates},
		resource.TestStep{Config: w.Config(webhookConfig()), Check: expect(""), ConfigPlanChecks: updates},
	)
}

func TestArgumentsAreValidated(t *testing.T) {
	t.Parallel()
	const twoSecrets = "hmac_secret = \"x\"\n hmac_secret_wo = \"x\"\n hmac_secret_wo_version = 1"
	for arguments, says := range map[string]string{
		`url = "http://example.com"`:                      "https",
		`url = "example.com"`:                             "https",
		`url = "https://app.wawp.net/api/webhook/abcdef"`: "Wawp's own webhook",
		`instance_id = ""`:                                "instance_id is set, but empty",
		`events = []`:                                     "at least 1",
		`events = [""]`:                                   "empty",
		`retries = { attempts = 0 }`:                      "at least 1",
		`retries = { delay_seconds = -1 }`:                "at least 0",
		`hmac_secret = ""`:                                "hmac_secret is set, but empty",
		`hmac_secret_wo = "x"`:                            "hmac_secret_wo_version",
		`hmac_secret_wo_version = 1`:                      "hmac_secret_wo",
		twoSecrets:                                        "hmac_secret_wo",
		`timeouts = { create = "0s" }`:                    "positive",
	} {
		t.Run(arguments, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, wawptest.Config{})
			configuration := "resource \"wawp_session_webhook\" \"x\" {\n" + arguments + "\n"
			for name, value := range map[string]string{
				"instance_id": `"A1"`, "url": `"https://example.com"`,
				"events": `["message"]`,
			} {
				if !strings.HasPrefix(arguments, name) {
					configuration += name + " = " + value + "\n"
				}
			}
			acctest.Contains(t, w.Terraform(t, configuration+"}\n").Fails("plan"), says)
			if n := w.Count(""); n != 0 {
				t.Errorf("%d requests were made", n)
			}
		})
	}
}

// TestAddressesAreExplained: the diagnostic says what is wrong with a URL, without the URL and without an attribute
// path.
func TestAddressesAreExplained(t *testing.T) {
	t.Parallel()
	const percent, host, scheme = "has a % without two hexadecimal digits", "is not a host",
		"does not begin with https://"
	for url, says := range map[string]string{
		"https://h.test/c4nary?a=100%":        percent,
		"https://h.test/c4nary?a=%zz&b=1":     percent,
		"https://h.test/c4nary?100%&b=%2":     percent,
		"https://h.test/100%/c4nary":          percent,
		"https://h.test/c4nary%a":             percent,
		"https://h.test/c4nary#100%":          percent,
		"https://h.test/c4nary#%e":            percent,
		"https://c4nary:100%@h.test/":         percent,
		"https://h%zz.test/c4nary":            percent,
		"https://h.test%/c4nary":              percent,
		"https://ex%41mple.com/c4nary":        host,
		"https://ex%25mple.com/c4nary":        host,
		"https://[fe80::1%25en0]/c4nary":      host,
		"https:///c4nary":                     host,
		"https://:443/c4nary":                 host,
		"https://h.test:port/c4nary":          host,
		"https://h test/c4nary":               host,
		"http://h.test/c4nary":                scheme,
		"h.test/c4nary":                       scheme,
		"https:/h.test/c4nary":                scheme,
		"//h.test/c4nary":                     scheme,
		" https://h.test/c4nary":              "begins or ends with white space",
		"https://h.test/c4nary\\n":            "begins or ends with white space",
		"https://h.test/c4\\nnary":            "an invisible character",
		"https://app.wawp.net/api/webhook/c4": "Wawp's own webhook",
		// What is right:
		"https://h.test/c4nary?a=100%25&b=%C3%A4#%41": "",
		"https://m%C3%BCnchen.test/c4nary":            "",
		"https://us%40er:p%40ss@h.test:8443/c4nary":   "",
		"HTTPS://h.test/":                             "",
		"https://[2001:db8::1]/c4nary":                "",
	} {
		t.Run(url, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, wawptest.Config{})
			tf := w.Terraform(t, strings.Replace(webhookConfig(), fmt.Sprintf("%q", target), `"`+url+`"`, 1))
			output, ok := tf.Run("plan")
			output = acctest.Unwrap(output)
			if acctest.Contains(t, output, says); ok != (says == "") {
				t.Errorf("success: %t:\n%s", ok, output)
			}
			acctest.NotContains(t, output, "c4", "with Attribute")
		})
	}
}

// TestAddressWithTheTokenIsRefused: the provider redacts the token in answers, so it could not find the webhook again.
func TestAddressWithTheTokenIsRefused(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{Paid: true})
	tf := w.Terraform(t, `resource "wawp_session_webhook" "x" {
		instance_id = "3EB0BCB2E3D4"
		url         = "https://hooks.example.com/`+w.Token+`"
		events      = ["message"]
	}`)
	output := tf.Fails("plan")
	acctest.Contains(t, output, "Invalid webhook address", "The url has the access token in it")
	acctest.NotContains(t, output, w.Token)
	w.CheckRequests(t, nil)
}

// TestUnknownEvent: Wawp adds events, and users need no new provider for them.
func TestUnknownEvent(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{})
	tf := w.Terraform(t, webhookConfig(`events = ["brand.new"]`))
	tf.OK("apply")
	checkStored(t, w, wawptest.Webhook{Events: []string{"brand.new"}, Active: true, Delay: 2, Attempts: 15})
	acctest.Contains(t, tf.OK("plan"), "No changes.")
}

func TestDriftIsShownAndCorrected(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{})
	want := wawptest.Webhook{
		URL: target, Events: []string{"message", "session.status"}, Active: true, Delay: 2,
		Attempts: 15,
	}
	all := []resource.TestStep{{Config: w.Config(webhookConfig("retries = { delay_seconds = 2, attempts = 15 }"))}}
	for _, edit := range []func(*wawptest.Webhook){
		func(h *wawptest.Webhook) { h.Active = false },
		func(h *wawptest.Webhook) { h.Events = []string{"message"} },
		func(h *wawptest.Webhook) { h.Attempts = 1 },
	} {
		edited := want
		edit(&edited)
		all = append(all, resource.TestStep{
			PreConfig: func() { w.SetWebhook(id, edited) }, Config: all[0].Config, ConfigPlanChecks: updates,
			Check: func(*terraform.State) error { checkStored(t, w, want); return nil },
		})
	}
	all = append(all, resource.TestStep{
		PreConfig: func() { w.RemoveWebhook(id, target) }, Config: all[0].Config,
		ConfigPlanChecks: acctest.Plans(address, plancheck.ResourceActionCreate),
	})
	runSteps(t, w, all...)
}

// TestAccImport adopts a webhook as it is (P5).
func TestAccImport(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ by, need, tofu string }{
		"id": {fmt.Sprintf("id = %q", id+","+target), "1.11", "1.6"},
		"identity": {
			fmt.Sprintf("identity = {\n instance_id = %q\n url = %q\n }", id, target),
			"1.12", "1.12",
		},
		"identity, with white space": {fmt.Sprintf("identity = {\n instance_id = %q\n url = %q\n }", " "+id,
			target+"\n"), "1.12", "1.12"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.Require(t, test.need, test.tofu)
			w := newWorld(t, wawptest.Config{})
			w.SetWebhook(id, wawptest.Webhook{
				URL: target, Events: []string{"message", "session.status"}, Active: true,
				Delay: 9, Attempts: 3,
			})
			cli := w.AttachedCLI(t, webhookConfig()+"import {\n to = wawp_session_webhook.x\n "+test.by+"\n}\n")
			acctest.Contains(t, cli.OK("apply", "-auto-approve", "-no-color"),
				"1 imported, 0 added, 0 changed, 0 destroyed")
		})
	}
}

// TestImport reads what a create has written.
func TestImport(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{})
	tf := w.Terraform(t, webhookConfig("enabled = false", "retries = { delay_seconds = 7 }"))
	tf.OK("apply")
	created := tf.State()[0].Attributes
	tf.Forget(address)
	tf.OK("import", address, id+","+target)
	if imported := tf.State()[0].Attributes; !reflect.DeepEqual(imported, created) {
		t.Errorf("%v was created, and %v imported", created, imported)
	}
	acctest.Contains(t, tf.OK("plan"), "No changes.")
}

func TestImportOfAMissingWebhook(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		id    string
		fault wawptest.Fault
		says  string
	}{
		"no comma": {id, wawptest.Fault{}, "separated by a comma"},
		"empty":    {"", wawptest.Fault{}, "separated by a comma"},
		"no url":   {id + ",", wawptest.Fault{}, "separated by a comma"},
		"no such hook": {
			id + ",https://example.com/s3cret",
			wawptest.Fault{},
			"No webhook to import Wawp does not list the webhook at https://example.com/... of",
		},
		"Wawp's own": {
			id + ",https://app.wawp.net/api/webhook/t0ken",
			wawptest.Fault{},
			"This is Wawp's own webhook",
		},
		"no session": {"A1," + target, wawptest.Fault{}, "Wawp webhook could not be read"},
		"unreadable": {
			id + "," + target,
			wawptest.Fault{Match: list, Body: "<html>"},
			"Wawp webhook could not be read",
		},
		"no paid plan": {id + "," + target, wawptest.Fault{
			Match: list, Status: 403,
			Body: `{"code":"subscription_required","message":"Pay."}`,
		}, "no active paid plan"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, wawptest.Config{})
			if test.fault.Match != "" {
				w.Inject(test.fault)
			}
			acctest.Contains(t, w.Terraform(t, webhookConfig()).Fails("import", address, test.id), test.says)
		})
	}
}

func TestCreateFindsAWebhook(t *testing.T) {
	t.Parallel()
	same := wawptest.Webhook{
		URL: target, Events: []string{"message", "session.status"}, Active: true, Delay: 2,
		Attempts: 15,
	}
	t.Run("the same", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, wawptest.Config{})
		w.SetWebhook(id, same)
		tf := w.Terraform(t, webhookConfig())
		acctest.Contains(t, tf.OK("apply"), "Warning: Wawp webhook was adopted",
			"the webhook at https://hooks.example.com/... of", "Whether it has a secret cannot be seen")
		if w.Count(set)+w.Count(update) != 0 {
			t.Errorf("it was written: %v", w.Requests())
		}
		acctest.Contains(t, tf.OK("plan"), "No changes.")
	})
	t.Run("the same, a secret is given", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, wawptest.Config{})
		w.SetWebhook(id, same)
		acctest.Contains(t, w.Terraform(t, webhookConfig(`hmac_secret = "s"`)).OK("apply"), "Warning: Wawp webhook "+
			"was adopted",
			"It was given the configured secret")
		if w.Webhooks(id)[0].Secret != "s" {
			t.Error("the secret was not set")
		}
	})
	t.Run("another", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, wawptest.Config{})
		other := same
		other.Events = []string{"poll.vote"}
		w.SetWebhook(id, other)
		tf := w.Terraform(t, webhookConfig())
		acctest.Contains(t, tf.Fails("apply"), "There is another webhook on this URL",
			fmt.Sprintf("id = %q", id+",<url>"), "differs in: events")
		checkStored(t, w, other)
		tf.OK("import", address, id+","+target)
		acctest.Contains(t, tf.OK("apply"), "0 added, 1 changed, 0 destroyed")
	})
	t.Run("the same, written otherwise", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, wawptest.Config{})
		other := same
		other.URL = "https://HOOKS.example.com:443/wawp"
		w.SetWebhook(id, other)
		tf := w.Terraform(t, webhookConfig())
		acctest.Contains(t, tf.OK("apply"), "Warning: Wawp webhook was adopted")
		acctest.Contains(t, tf.OK("plan"), "No changes.")
		tf.Configure(webhookConfig("enabled = false"))
		tf.OK("apply")
		if hooks := w.Webhooks(id); len(hooks) != 1 || hooks[0].Active {
			t.Errorf("Wawp has %v", hooks)
		}
		tf.OK("destroy")
		if hooks := w.Webhooks(id); len(hooks) != 0 {
			t.Errorf("Wawp still has %v", hooks)
		}
	})
	t.Run("one of the same apply", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, wawptest.Config{WriteRace: 20 * time.Millisecond})
		second := strings.Replace(webhookConfig(`events = ["poll.vote"]`), `"x"`, `"y"`, 1)
		acctest.Contains(t, w.Terraform(t, webhookConfig()+second).Fails("apply"), "Wawp webhook is declared twice",
			"https://hooks.example.com")
		if hooks := w.Webhooks(id); len(hooks) != 1 {
			t.Errorf("Wawp has %v", hooks)
		}
	})
	t.Run("with a slash more", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, wawptest.Config{})
		second := strings.NewReplacer(`"x"`, `"y"`, target, target+"/").Replace(webhookConfig())
		w.Terraform(t, webhookConfig()+second).OK("apply")
		if hooks := w.Webhooks(id); len(hooks) != 2 {
			t.Errorf("Wawp has %v", hooks)
		}
	})
}

// TestAccRenamedWithoutAMovedBlock has Terraform create and delete the same webhook at the same time.
func TestAccRenamedWithoutAMovedBlock(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{})
	cli := w.AttachedCLI(t, webhookConfig())
	cli.OK("apply", "-auto-approve")
	cli.Configure(strings.Replace(webhookConfig(), `"x"`, `"y"`, 1))
	cli.Run("apply", "-auto-approve")
	cli.OK("apply", "-auto-approve") // whichever came first, the next apply ends it
	if hooks := w.Webhooks(id); len(hooks) != 1 || len(cli.State()) != 1 {
		t.Errorf("Wawp has %v, the state %v", hooks, cli.State())
	}
}

// TestLostAnswers: each write takes effect, but its answer is lost.
func TestLostAnswers(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]wawptest.Fault{
		"502": {Status: 502}, "503": {Status: 503}, "reset": {Drop: true}, "cut off": {Cut: true},
		"HTML": {Body: "<html>Bad gateway</html>", Status: 504},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, wawptest.Config{})
			for _, match := range []string{set, update, remove} {
				fault.Match, fault.Times, fault.Act = match, 1, true
				w.Inject(fault)
			}
			tf := w.Terraform(t, webhookConfig())
			tf.OK("apply")
			if n := w.Count(set); n != 1 {
				t.Errorf("set was sent %d times although the look found the webhook", n)
			}
			tf.Configure(webhookConfig("enabled = false"))
			tf.OK("apply")
			checkStored(t, w, wawptest.Webhook{Events: []string{"message", "session.status"}, Delay: 2, Attempts: 15})
			tf.OK("destroy")
			if len(w.Webhooks(id)) != 0 {
				t.Error("the webhook is still there")
			}
		})
	}
}

// TestIncompleteAnswers: Wawp reports only the URL of a webhook (P5, P6).
func TestIncompleteAnswers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{})
	w.Inject(wawptest.Fault{Match: list, Reshape: func(answer map[string]any) any {
		all, _ := answer["webhooks"].([]any)
		for i := range all {
			all[i] = map[string]any{"url": all[i].(map[string]any)["url"]}
		}
		return map[string]any{"webhooks": all}
	}})
	w.Inject(wawptest.Fault{Match: set, Times: 1, Act: true, Drop: true})
	runSteps(t, w,
		resource.TestStep{
			Config:            w.Config(webhookConfig("enabled = false", "retries = { delay_seconds = 7 }")),
			ConfigStateChecks: []statecheck.StateCheck{attributeCheck("retries", retries(7, 15))},
		},
		resource.TestStep{Config: w.Config(webhookConfig(`events = ["poll.vote"]`)), ConfigPlanChecks: updates},
	)
	if n := w.Count(set); n != 1 {
		t.Errorf("set was sent %d times", n)
	}
}

func TestUpdateGuessesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{})
	w.SetWebhook(id, wawptest.Webhook{URL: target, Events: []string{"message"}, Active: true, Delay: 9, Attempts: 3})
	w.Inject(wawptest.Fault{Match: list, Reshape: func(map[string]any) any {
		return map[string]any{"webhooks": []any{map[string]any{
			"url": target, "events": []any{"message"},
			"is_active": 1,
		}}}
	}})
	tf := w.Terraform(t, webhookConfig())
	tf.OK("import", address, id+","+target)
	tf.OK("apply")
	if got := tf.State()[0].Attributes["retries"]; got != nil {
		t.Errorf("retries that nobody told are %v in the state", got)
	}
}

func TestLostRequestIsSentAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{})
	w.Inject(wawptest.Fault{Match: set, Times: 2, Drop: true}) // without having acted
	w.Terraform(t, webhookConfig()).OK("apply")
	if n := w.Count(set); n != 3 || len(w.Webhooks(id)) != 1 {
		t.Errorf("set was sent %d times, Wawp has %v", n, w.Webhooks(id))
	}
}

// TestReadUnderFault is promise P3 for webhooks.
func TestReadUnderFault(t *testing.T) {
	t.Parallel()
	own := `{"code":"invalid_instance","message":"gone"}`
	for name, test := range map[string]struct {
		list, info wawptest.Fault
		says       string
		removed    bool
	}{
		"lapsed plan": {
			wawptest.Fault{Status: 403, Body: `{"code":"subscription_required","message":"Pay."}`},
			wawptest.Fault{},
			"Warning: Wawp webhook could not be checked", false,
		},
		"foreign 404": {
			wawptest.Fault{Status: 404, Body: "404 page not found"},
			wawptest.Fault{Status: 404, Body: own},
			"Warning: Wawp webhook could not be checked", false,
		},
		"unreadable": {
			wawptest.Fault{Body: "{}"},
			wawptest.Fault{},
			"Warning: Wawp webhook could not be checked",
			false,
		},
		"HTML": {
			wawptest.Fault{Body: "<html>"},
			wawptest.Fault{},
			"Warning: Wawp webhook could not be checked", false,
		},
		"session there": {
			wawptest.Fault{Status: 404, Body: own},
			wawptest.Fault{},
			"session/info describes it",
			false,
		},
		"invalid_session": {
			wawptest.Fault{Status: 404, Body: `{"code":"invalid_session","message":"no"}`},
			wawptest.Fault{Status: 404, Body: own},
			"only mean that the session lost its phone", false,
		},
		"session gone": {
			wawptest.Fault{Status: 404, Body: own},
			wawptest.Fault{Status: 404, Body: own},
			"Warning: Wawp webhook is gone", true,
		},
		"401": {
			wawptest.Fault{Status: 401, Body: own},
			wawptest.Fault{},
			"Error: Wawp did not accept the access token", false,
		},
		"500": {
			wawptest.Fault{Status: 500, Body: own},
			wawptest.Fault{},
			"Error: Wawp webhook could not be read", false,
		},
		"an empty list": {
			wawptest.Fault{Body: `{"webhooks":null}`},
			wawptest.Fault{},
			"it is not among the session's webhooks", true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, wawptest.Config{})
			tf := w.Terraform(t, "provider \"wawp\" {\n  max_retries = 0\n}\n"+webhookConfig(`hmac_secret = "s"`))
			tf.OK("apply")
			test.list.Match, test.info.Match = list, info
			w.Inject(test.list)
			if test.info.Status != 0 {
				w.Inject(test.info)
			}
			if test.removed {
				w.Inject(wawptest.Fault{Match: policy, Status: 404, Body: own})
			}
			output, _ := tf.Run("refresh")
			acctest.Contains(t, acctest.Unwrap(output), test.says)
			if left := len(tf.State()); (left == 0) != test.removed {
				t.Errorf("%d webhooks are in the state", left)
			}
		})
	}
}

func TestUnknownConfiguration(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{})
	tf := w.Terraform(t, webhookConfig())
	tf.OK("apply")
	w.ResetRequests()
	tf.Unknown = true
	acctest.Contains(t, tf.OK("plan"), "Warning: The provider's configuration is not known yet", "No changes.")
	tf.Configure(webhookConfig() + dataSourceConfig)
	acctest.Contains(t, tf.Fails("plan"), "Error: The provider's configuration is not known yet")
	w.CheckRequests(t, nil)
}

// TestNoDuplicateRequests is promise P8 for webhooks: concurrent reads share requests.
func TestNoDuplicateRequests(t *testing.T) {
	t.Parallel()
	const n = 20
	w := newWorld(t, wawptest.Config{})
	tf := w.Terraform(t, webhooksConfig(n, `["message"]`))
	tf.OK("apply")
	w.CheckRequests(t, map[string]int{set: n, list: n})
	hold := make(chan struct{})
	w.Inject(wawptest.Fault{Match: list, Times: 1, Hold: hold})
	time.AfterFunc(50*time.Millisecond, func() { close(hold) }) // until then, others come to wait for the same answer
	tf.OK("plan")
	if got := w.Count(""); got != w.Count(list) || got > n/2 {
		t.Errorf("a plan of %d webhooks made %d requests", n, got)
	}
	w.ResetRequests()
	tf.OK("destroy", "-refresh=false")
	w.CheckRequests(t, map[string]int{remove: n})
}

func TestFreePlanIsExplained(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{})
	w.SetPaid(false)
	acctest.Contains(t, w.Terraform(t, webhookConfig()).Fails("apply"), "subscription_required", "active paid plan "+
		"only",
		"Upgrade it in")
}

// TestLapsedPlanDiagnostics: the advice includes the removal from the state, because a deletion needs a paid plan, too.
func TestLapsedPlanDiagnostics(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{})
	tf := w.Terraform(t, webhookConfig())
	tf.OK("apply")
	w.SetPaid(false)
	says := func(output, summary string) {
		t.Helper()
		_, detail, _ := strings.Cut(output, summary) // the warning of the refresh comes first
		acctest.Contains(t, detail, "subscription_required",
			"give the webhook up as it is: remove it from the configuration, and from the state with: terraform "+
				"state rm 'wawp_session_webhook.<name>'")
	}
	says(tf.OK("plan"), "Wawp webhook could not be checked")
	says(tf.Fails("destroy"), "Error: The Wawp account has no active paid plan")
	tf.Configure(webhookConfig(`events = ["message.ack"]`))
	says(tf.Fails("apply"), "Error: The Wawp account has no active paid plan")
}

// The secrets of P4: hmac_secret is in the state only, hmac_secret_wo nowhere.
const storedSecret, writeOnlySecret = "c4nary-plain-s3cret", "c4nary-write-0nly"

// unreadableList is a list of webhooks that cannot be read.
func unreadableList(map[string]any) any {
	return map[string]any{"hooks": []any{map[string]any{"hmac": writeOnlySecret}}}
}

// newQuotingWorld returns a world whose server carries out requests, but quotes the secret in an error with status 400
// or 200.
func newQuotingWorld(t *testing.T, times int) (*acctest.World, []string) {
	t.Helper()
	w := newWorld(t, wawptest.Config{Token: "c4nary-t0ken", Secrets: "shown"})
	system := w.SystemWebhook(id).URL
	echo := func(answer map[string]any) any {
		hook, _ := answer["webhook"].(map[string]any)
		return map[string]any{"code": "bad", "message": fmt.Sprintf("not %v, see %s", hook["hmac"], system)}
	}
	for _, match := range []string{set, update} {
		w.Inject(wawptest.Fault{Match: match, Times: times, Status: 422, Reshape: echo})
		w.Inject(wawptest.Fault{Match: match, Times: times, Reshape: echo})
	}
	return w, []string{storedSecret, writeOnlySecret, w.Token, system}
}

// secretsConfig configures a webhook with each kind of secret, without retries.
func secretsConfig(plain, writeOnly string, version int) string {
	return "provider \"wawp\" {\n  max_retries = 0\n}\n" + webhookConfig("hmac_secret = "+plain) +
		strings.NewReplacer(`"x"`, `"y"`, target, target+"/2").Replace(webhookConfig("hmac_secret_wo = "+writeOnly,
			fmt.Sprintf("hmac_secret_wo_version = %d", version)))
}

// TestSecretNeverShows is promise P4, for what Terraform prints.
func TestSecretNeverShows(t *testing.T) {
	t.Parallel()
	w, canaries := newQuotingWorld(t, 2)
	w.Inject(wawptest.Fault{Match: list, Every: 3, Reshape: unreadableList})
	tf := w.Terraform(t, "")
	for _, turn := range []int{1, 1, 1, 2, 2, 2, 3} {
		tf.Configure(secretsConfig(strconv.Quote(storedSecret), strconv.Quote(writeOnlySecret), turn))
		output, _ := tf.Run("apply")
		plan, _ := tf.Run("plan", "-destroy")
		acctest.NotContains(t, output+plan, canaries...)
	}
	if len(w.Webhooks(id)) != 2 || len(tf.State()) != 2 {
		t.Fatalf("Wawp has %d webhooks, the state %d", len(w.Webhooks(id)), len(tf.State()))
	}
	acctest.NotContains(t, fmt.Sprint(tf.State()), writeOnlySecret)
}

// TestAccSecretNeverShows is promise P4, for all that a CLI prints, logs and writes.
func TestAccSecretNeverShows(t *testing.T) {
	t.Parallel()
	w, canaries := newQuotingWorld(t, 1)
	cli := w.CLI(t, secretsConfig("var.plain", "var.secret", 1)+"variable \"secret\" {\n"+
		"  type = string\n"+
		"  ephemeral = true\n"+
		"}\n"+
		"variable \"plain\" {\n"+
		"  type = string\n"+
		"  sensitive = true\n"+
		"}\n")
	cli.Env = append(cli.Env, "TF_LOG=TRACE", "TF_LOG_PATH="+cli.Dir+"/trace.log", "TF_VAR_secret="+writeOnlySecret,
		"TF_VAR_plain="+storedSecret)
	var output string
	for range 7 { // what was set although it was refused is adopted, and changed: the third time with success
		more, _ := cli.Run("apply", "-auto-approve", "-no-color")
		output += more
	}
	w.Inject(wawptest.Fault{Match: list, Reshape: unreadableList})
	plan, _ := cli.Run("plan", "-no-color", "-destroy", "-out=saved.tfplan")
	w.ClearFaults()
	acctest.NotContains(t, output+plan, canaries...)
	hooks := w.Webhooks(id) // in the order in which they were made
	slices.SortFunc(hooks, func(a, b wawptest.Webhook) int { return strings.Compare(a.URL, b.URL) })
	if len(hooks) != 2 || len(cli.State()) != 2 || hooks[0].Secret != storedSecret ||
		hooks[1].Secret != writeOnlySecret {
		t.Fatalf("Wawp has %d webhooks, the state %d:\n%s", len(hooks), len(cli.State()), output)
	}
	allowed := []string{"terraform.tfstate", "terraform.tfstate.backup"}
	found := false
	acctest.SearchFiles(t, cli.Dir, func(file string, content []byte) {
		for _, secret := range canaries {
			if !bytes.Contains(content, []byte(secret)) {
				continue
			}
			// Terraform puts the prior state and the planned values into a saved plan, sensitive or not.
			if secret == storedSecret && (slices.Contains(allowed, file) || strings.HasPrefix(file, "saved.tfplan/")) {
				found = found || file == "terraform.tfstate"
				continue
			}
			t.Errorf("%s holds %s", file, secret)
		}
	})
	if !found {
		t.Error("the search finds nothing even where the secret is")
	}
}

// webhooksConfig configures n webhooks of one session.
func webhooksConfig(n int, events string) string {
	return fmt.Sprintf("resource \"wawp_session_webhook\" \"x\" {\n"+
		"  count = %d\n"+
		"  instance_id = %q\n"+
		"  url = \"%s/${count.index}\"\n"+
		"  events = %s\n"+
		"}\n", n, id, target, events)
}

// TestManyWebhooksOfOneSession creates, changes and deletes 20 webhooks of one session, in one apply each, at a server
// that loses concurrent writes.
func TestManyWebhooksOfOneSession(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]*wawptest.Fault{
		"all is well":                            nil,
		"every fifth request fails after acting": {Every: 5, Act: true, Status: 502},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const n = 20
			w := newWorld(t, wawptest.Config{WriteRace: 2 * time.Millisecond})
			if fault != nil {
				w.Inject(*fault)
			}
			tf := w.Terraform(t, "")
			run := func(configuration string, want int, events ...string) {
				tf.Configure(configuration)
				tf.OK("apply")
				hooks := w.Webhooks(id)
				if len(hooks) != want || len(tf.State()) != want {
					t.Fatalf("Wawp has %d webhooks, the state %d, want %d", len(hooks), len(tf.State()), want)
				}
				for _, h := range hooks {
					if !slices.Equal(h.Events, events) || !h.Active {
						t.Errorf("%+v", h)
					}
				}
			}
			run(webhooksConfig(n, `["message"]`), n, "message")
			run(webhooksConfig(n, `["message.ack", "poll.vote"]`), n, "message.ack", "poll.vote")
			run("", 0)
		})
	}
}

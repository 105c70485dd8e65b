package webhook_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

// createFirst is a lifecycle block with create_before_destroy.
const createFirst = "lifecycle {\n    create_before_destroy = true\n  }"

// checkOnlyWebhook checks that there is one webhook, at Wawp and in the state.
func checkOnlyWebhook(t *testing.T, w *acctest.World, tf *acctest.Terraform) {
	t.Helper()
	if hooks, state := w.Webhooks(id), tf.State(); len(hooks) != 1 || hooks[0].URL != target || len(state) != 1 {
		t.Errorf("Wawp has %v, the state %v", hooks, state)
	}
}

// TestReplacedWebhookExists: with create_before_destroy, of its own or of what depends on it, the new object finds the
// webhook of the old one. The old one must leave it alone.
func TestReplacedWebhookExists(t *testing.T) {
	t.Parallel()
	for name, configuration := range map[string]string{
		"its own":   webhookConfig(createFirst),
		"inherited": webhookConfig() + inherited,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, wawptest.Config{})
			tf := w.Terraform(t, configuration)
			tf.OK("apply")
			output := tf.OK("apply", "-replace="+address)
			acctest.Contains(t, output, "Warning: Wawp webhook was adopted", "Warning: Wawp webhook was left as it is",
				"1 added, 0 changed, 1 destroyed")
			if w.Count(remove) != 0 {
				t.Error("it was deleted")
			}
			acctest.Contains(t, tf.OK("plan"), "No changes.")
			tf.Configure(webhookConfig(createFirst))
			tf.OK("apply")
			checkOnlyWebhook(t, w, tf)
			tf.OK("destroy")
			if hooks := w.Webhooks(id); len(hooks) != 0 {
				t.Errorf("Wawp still has %v", hooks)
			}
		})
	}
}

// TestReplacedWebhookOfAnotherURLIsDeleted: the new object has another url, so the old webhook goes.
func TestReplacedWebhookOfAnotherURLIsDeleted(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{})
	tf := w.Terraform(t, strings.Replace(webhookConfig(createFirst), target, target+"/old", 1))
	tf.OK("apply")
	tf.Configure(webhookConfig(createFirst))
	acctest.Contains(t, tf.OK("apply"), "1 added, 0 changed, 1 destroyed")
	checkOnlyWebhook(t, w, tf)
}

// TestRenamedWebhookExists: without a moved block the old resource is destroyed and the new one created, in any order.
func TestRenamedWebhookExists(t *testing.T) {
	t.Parallel()
	renamed := strings.Replace(webhookConfig(), `"x"`, `"y"`, 1)
	t.Run("destroyed first", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, wawptest.Config{})
		tf := w.Terraform(t, webhookConfig())
		tf.OK("apply")
		tf.Configure(renamed)
		acctest.Contains(t, tf.OK("apply"), "1 added, 0 changed, 1 destroyed")
		checkOnlyWebhook(t, w, tf)
	})
	t.Run("destroyed first, old list", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, wawptest.Config{})
		tf := w.Terraform(t, webhookConfig())
		tf.OK("apply")
		tf.Configure(renamed)
		w.Inject(wawptest.Fault{
			Match: list, Skip: 1, Times: 1,
			Body: `{"webhooks":[{"url":"` + target + `","events":["message","session.status"],"is_active":1}]}`,
		})
		acctest.NotContains(t, tf.OK("apply"), "adopted")
		checkOnlyWebhook(t, w, tf)
	})
	t.Run("destroyed first, answer lost, old list", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, wawptest.Config{})
		tf := w.Terraform(t, webhookConfig())
		tf.OK("apply")
		tf.Configure(renamed)
		w.Inject(wawptest.Fault{Match: remove, Times: 1, Act: true, Status: 504})
		w.Inject(wawptest.Fault{
			Match: list, Skip: 3, Times: 1, // after the refresh, and two looks of the deletion
			Body: `{"webhooks":[{"url":"` + target + `","events":["message","session.status"],"is_active":1}]}`,
		})
		acctest.NotContains(t, tf.OK("apply"), "adopted")
		checkOnlyWebhook(t, w, tf)
	})
	t.Run("created first", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, wawptest.Config{})
		before, after := w.Terraform(t, webhookConfig()), w.Terraform(t, renamed)
		before.OK("apply")
		before.Shared = w.Provider(t)
		after.Shared = before.Shared // of one run
		acctest.Contains(t, after.OK("apply"), "Warning: Wawp webhook was adopted")
		acctest.Contains(t, before.OK("destroy"), "Warning: Wawp webhook was left as it is",
			"the webhook at https://hooks.example.com/... of the session "+id)
		checkOnlyWebhook(t, w, after)
		if len(before.State()) != 0 {
			t.Error("the old object is in the state")
		}
		before.Shared = nil
		after.Shared = nil // another run may delete it
		after.OK("destroy")
		if hooks := w.Webhooks(id); len(hooks) != 0 {
			t.Errorf("Wawp still has %v", hooks)
		}
	})
}

// TestWebhookDeclaredTwice: two resources of one webhook would undo each other's changes.
func TestWebhookDeclaredTwice(t *testing.T) {
	t.Parallel()
	for name, second := range map[string]string{
		"to the letter":     target,
		"written otherwise": "https://HOOKS.example.com:443/wawp",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, wawptest.Config{WriteRace: 1})
			tf := w.Terraform(t, webhookConfig()+strings.NewReplacer(`"x"`, `"y"`, target,
				second).Replace(webhookConfig()))
			acctest.Contains(t, tf.Fails("apply"), "Error: Wawp webhook is declared twice", "with the same url",
				"remove one of them")
			if hooks := w.Webhooks(id); len(hooks) != 1 || len(tf.State()) != 1 || w.Count(set) != 1 {
				t.Errorf("Wawp has %v, the state %v", hooks, tf.State())
			}
		})
	}
}

// TestWebhookListedWithAnotherSpelling: Wawp does not know the URL, but lists a similar one.
func TestWebhookListedWithAnotherSpelling(t *testing.T) {
	t.Parallel()
	for listed, may := range map[string]bool{
		target + "/": true, "https://hooks.example.com/WAWP": true, "https://hooks.example.com/waw%70": true,
		"https://other.example.com/wawp": false,
	} {
		t.Run(listed, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, wawptest.Config{})
			tf := w.Terraform(t, webhookConfig())
			tf.OK("apply")
			w.RemoveWebhook(id, target)
			w.SetWebhook(id, wawptest.Webhook{URL: listed, Events: []string{"message"}, Active: true})
			output := tf.OK("destroy", "-refresh=false")
			if warned := strings.Contains(output, "Warning: A Wawp webhook may be left"); warned != may {
				t.Errorf("a warning: %t, want %t, in:\n%s", warned, may, output)
			}
			if hooks := w.Webhooks(id); len(hooks) != 1 || len(tf.State()) != 0 {
				t.Errorf("Wawp has %v, the state %v", hooks, tf.State())
			}
		})
	}
}

// TestStaleList: an engine that restarts lists no webhooks for some seconds.
func TestStaleList(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{})
	tf := w.Terraform(t, webhookConfig())
	tf.OK("apply")
	w.Inject(wawptest.Fault{Match: list, Times: 1, Body: `{"webhooks":[]}`})
	w.ResetRequests()
	output := tf.OK("plan")
	acctest.Contains(t, output, "No changes.")
	acctest.NotContains(t, output, "Warning")
	w.CheckRequests(t, map[string]int{list: 2})
}

// TestAddressIsNotShown: path and query of a URL may be a secret of its receiver. Messages quote only scheme and host,
// with any error and any answer.
func TestAddressIsNotShown(t *testing.T) {
	t.Parallel()
	const path, query = "c4nary-p4th", "c4nary-qu3ry"
	secret := "https://hooks.example.com/" + path + "?key=" + query
	configuration := func(events ...string) string {
		return "provider \"wawp\" {\n" +
			"  max_retries = 0\n" +
			"}\n" + strings.Replace(webhookConfig(events...), target, secret, 1)
	}
	quotes := `"message":"No: ` + secret + `, hooks.example.com\/` + path + `, GET /` + path + `, ` + query +
		`, https:&#x2F;&#x2F;hooks.example.com&#x2F;` + path + `"}` // no longer than an error quotes
	w := newWorld(t, wawptest.Config{})
	var all strings.Builder
	run := func(tf *acctest.Terraform, summary string, command ...string) {
		t.Helper()
		output, _ := tf.Run(command[0], command[1:]...)
		output = acctest.Unwrap(output)
		acctest.Contains(t, output, summary)
		if strings.Contains(output, "webhook at") {
			acctest.Contains(t, output, "https://hooks.example.com")
		}
		all.WriteString(output)
	}
	during := func(f wawptest.Fault, tf *acctest.Terraform, summary string, command ...string) {
		t.Helper()
		w.Inject(f)
		run(tf, summary, command...)
		w.ClearFaults()
	}
	tf := w.Terraform(t, configuration())
	during(wawptest.Fault{Match: set, Status: 422, Body: `{"code":"bad_url",` + quotes}, tf, "bad_url", "apply")
	during(wawptest.Fault{Match: set, Status: 422, Body: `{"code":"` + secret + `","message":"No."}`}, tf,
		"could not be made", "apply")
	during(wawptest.Fault{Match: list, Status: 500, Body: `{"code":"fault",` + quotes}, tf, "could not be made",
		"apply")
	w.SetWebhook(id, wawptest.Webhook{URL: secret, Events: []string{"poll.vote"}, Active: true, Delay: 2, Attempts: 15})
	run(tf, "There is another webhook on this URL", "apply")
	run(tf, "", "import", address, id+","+secret)
	run(tf, "Resource already managed", "import", address, id+","+secret)
	during(wawptest.Fault{Match: list, Status: 500, Body: `{"code":"fault",` + quotes}, tf, "could not be read", "plan")
	during(wawptest.Fault{Match: list, Body: "<html>" + secret}, tf, "could not be checked", "plan")
	during(wawptest.Fault{Match: update, Status: 400, Body: `{"code":"bad",` + quotes}, tf, "could not be changed",
		"apply")
	during(wawptest.Fault{Match: remove, Status: 500, Body: `{"code":"fault",` + quotes}, tf, "could not be deleted",
		"destroy")
	tf.Forget(address)
	run(tf, "There is another webhook", "apply")
	w.RemoveWebhook(id, secret)
	run(tf, "No webhook to import", "import", address, id+","+secret)
	run(tf, "1 added", "apply")
	second := strings.NewReplacer(`"x"`, `"y"`).Replace(strings.SplitN(configuration(), "}\n", 2)[1])
	tf.Configure(configuration() + second)
	run(tf, "was adopted", "apply")
	tf.Forget("wawp_session_webhook.y")
	tf.Configure(configuration(createFirst))
	run(tf, "was left as it is", "apply", "-replace="+address)
	w.RemoveWebhook(id, secret)
	run(tf, "is gone", "plan")
	w.SetWebhook(id, wawptest.Webhook{
		URL: strings.Replace(secret, "?", "/?", 1), Events: []string{"poll.vote"},
		Active: true,
	})
	run(tf, "may be left", "destroy", "-refresh=false")
	w.RemoveWebhook(id, strings.Replace(secret, "?", "/?", 1))
	tf.Configure(configuration() + second)
	run(tf, "declared twice", "apply")
	for _, spelling := range []string{path, query} {
		acctest.NotContains(t, all.String(), spelling)
	}
}

// TestNullIsNoEvent: it is refused before anything is done.
func TestNullIsNoEvent(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{})
	output := w.Terraform(t, webhookConfig(`events = ["message", null]`)).Fails("plan")
	acctest.Contains(t, output, "null")
	acctest.NotContains(t, output, "Value Conversion Error", "provider developers")
	w.CheckRequests(t, nil)
}

// TestSecretIsAskedForWhereItIsSent: other plans, and a destroy, work without the secret.
func TestSecretIsAskedForWhereItIsSent(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{})
	with, without := `hmac_secret_wo = "s3cret"`, "hmac_secret_wo_version = 1"
	tf := w.Terraform(t, webhookConfig(without))
	acctest.Contains(t, tf.Fails("plan"), "Error: Invalid secret of a webhook", "Set hmac_secret_wo")
	w.CheckRequests(t, nil)
	tf.Configure(webhookConfig(with, without))
	tf.OK("apply")
	tf.Configure(webhookConfig(without))
	acctest.Contains(t, tf.OK("plan"), "No changes.")
	tf.Configure(webhookConfig(without, `events = ["poll.vote"]`))
	acctest.Contains(t, tf.OK("apply"), "0 added, 1 changed, 0 destroyed")
	if hooks := w.Webhooks(id); hooks[0].Secret != "s3cret" || !slices.Equal(hooks[0].Events, []string{"poll.vote"}) {
		t.Errorf("Wawp has %v", hooks)
	}
	tf.Configure(webhookConfig("hmac_secret_wo_version = 2"))
	acctest.Contains(t, tf.Fails("plan"), "Error: Invalid secret of a webhook", "Set hmac_secret_wo")
	acctest.Contains(t, tf.Fails("plan", "-replace="+address), "Error: Invalid secret of a webhook")
	acctest.Contains(t, tf.OK("destroy"), "1 destroyed")
}

// TestSecretsMayBeUnknown: validation accepts unknown secrets, because any of them may become null.
func TestSecretsMayBeUnknown(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{})
	const fails = `wawp_session.y.status == "FAILED"`
	w.Terraform(t, "resource \"wawp_session\" \"y\" {}\n"+webhookConfig(
		`hmac_secret = `+fails+` ? "stored" : null`,
		`hmac_secret_wo = `+fails+` ? null : "nowhere"`,
		`hmac_secret_wo_version = `+fails+` ? null : 1`,
	)).OK("apply")
	if hooks := w.Webhooks(id); len(hooks) != 1 || hooks[0].Secret != "nowhere" {
		t.Errorf("Wawp has %v", hooks)
	}
}

// secretKinds configure a secret that Wawp has as "old".
var secretKinds = map[string]string{
	"stored": `hmac_secret = "old"`, "write-only": "hmac_secret_wo = \"old\"\n  hmac_secret_wo_version = 1",
}

// inherited makes Terraform create the new webhook first, because a dependent resource has create_before_destroy.
const inherited = "resource \"wawp_session_rate_limit\" \"x\" {\n" +
	"  instance_id = wawp_session_webhook.x.instance_id\n" +
	"  policy = \"standard_policy\"\n" +
	"  " + createFirst + "\n" +
	"}\n"

// replaceOptions are the options of an apply that replaces the webhook, if it does.
func replaceOptions(replace bool) []string {
	if replace {
		return []string{"-replace=" + address}
	}
	return nil
}

// checkNoSecret checks that the only webhook has no secret, at Wawp and by a plan, and that a destroy leaves none.
func checkNoSecret(t *testing.T, w *acctest.World, tf *acctest.Terraform) {
	t.Helper()
	if hooks := w.Webhooks(id); len(hooks) != 1 || hooks[0].Secret != "" {
		t.Fatalf("Wawp has %+v", hooks)
	}
	acctest.Contains(t, tf.OK("plan"), "No changes.")
	tf.OK("destroy")
	if hooks := w.Webhooks(id); len(hooks) != 0 {
		t.Errorf("Wawp still has %v", hooks)
	}
}

// TestRemovedSecretIsGone: in any order of create and destroy, and with any other change.
func TestRemovedSecretIsGone(t *testing.T) {
	t.Parallel()
	const other = `events = ["poll.vote"]`
	for name, test := range map[string]struct {
		lifecycle, more, dependent string
		replace                    bool
	}{
		"in place":                           {},
		"in place, with other events":        {more: other},
		"created first":                      {lifecycle: createFirst},
		"created first, with other events":   {lifecycle: createFirst, more: other},
		"created first, inherited":           {dependent: inherited},
		"created first, inherited, and more": {dependent: inherited, more: other},
		"replaced":                           {replace: true},
		"replaced, with other events":        {replace: true, more: other},
		"replaced, created first":            {replace: true, lifecycle: createFirst},
		"replaced, created first, inherited": {replace: true, dependent: inherited},
	} {
		for kind, secret := range secretKinds {
			t.Run(name+", "+kind, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, wawptest.Config{Secrets: "masked"})
				tf := w.Terraform(t, webhookConfig(secret, "retries = { delay_seconds = 7 "+
					"}", test.lifecycle)+test.dependent)
				tf.OK("apply")
				arguments := []string{test.lifecycle, "retries = { delay_seconds = 7 }"}
				if test.more != "" {
					arguments = append(arguments, test.more)
				}
				tf.Configure(webhookConfig(arguments...) + test.dependent)
				tf.OK("apply", replaceOptions(test.replace)...)
				if got := w.Webhooks(id); len(got) != 1 || got[0].Delay != 7 ||
					slices.Contains(got[0].Events, "poll.vote") != (test.more != "") {
					t.Errorf("Wawp has %+v", got)
				}
				checkNoSecret(t, w, tf)
			})
		}
	}
}

// TestRenamedWebhookLosesItsSecret: the new resource has none, and is created before the old one is destroyed.
func TestRenamedWebhookLosesItsSecret(t *testing.T) {
	t.Parallel()
	for kind, secret := range secretKinds {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, wawptest.Config{})
			before, after := w.Terraform(t, webhookConfig(secret)), w.Terraform(t,
				strings.Replace(webhookConfig(), `"x"`, `"y"`, 1))
			before.OK("apply")
			before.Shared = w.Provider(t)
			after.Shared = before.Shared // of one run
			after.OK("apply")
			before.OK("destroy")
			after.Shared = nil
			checkNoSecret(t, w, after)
		})
	}
}

// TestReplacedWithOtherArguments: the new object cannot know that the webhook belongs to the old one. The advice of the
// diagnostic works.
func TestReplacedWithOtherArguments(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{})
	tf := w.Terraform(t, webhookConfig(createFirst, `hmac_secret = "old"`))
	tf.OK("apply")
	tf.Configure(webhookConfig(createFirst, `events = ["poll.vote"]`))
	acctest.Contains(t, tf.Fails("apply", "-replace="+address), "Error: There is another webhook on this URL",
		"differs in: events",
		"replaced with create_before_destroy, apply the changed arguments first, without a replacement")
	if hooks := w.Webhooks(id); len(hooks) != 1 || hooks[0].Secret != "old" || len(tf.State()) != 1 {
		t.Errorf("Wawp has %v, the state %v", hooks, tf.State())
	}
	tf.OK("apply")
	checkNoSecret(t, w, tf)
}

// TestRemovedSecretUnderFault: a webhook that was deleted for that and could not be made again is missing until the
// next apply, and the message says so.
func TestRemovedSecretUnderFault(t *testing.T) {
	t.Parallel()
	const deleted = "was deleted. Making it again, without a secret, failed. The next apply makes it"
	for name, test := range map[string]struct {
		fault   wawptest.Fault
		replace bool
		says    string // "" is success
	}{
		"set fails": {wawptest.Fault{
			Match: set, Status: 500,
			Body: `{"code":"fault","message":"No."}`,
		}, false, deleted},
		"set fails, of the replaced one": {wawptest.Fault{
			Match: set, Status: 500,
			Body: `{"code":"fault","message":"No."}`,
		}, true, deleted},
		"set is refused with 404": {
			wawptest.Fault{Match: set, Status: 404, Body: webPage},
			false,
			deleted,
		},
		"set acts, and the answer is lost": {wawptest.Fault{Match: set, Act: true, Drop: true}, false, ""},
		"deletion fails": {wawptest.Fault{
			Match: remove, Status: 403,
			Body: `{"code":"no","message":"No."}`,
		}, false, "could not be changed"},
		"deletion fails, of the replaced one": {wawptest.Fault{
			Match: remove, Status: 403,
			Body: `{"code":"no","message":"No."}`,
		}, true, "could not be deleted"},
		"deletion acts, and answers 502":       {wawptest.Fault{Match: remove, Act: true, Status: 502}, false, ""},
		"deletion acts, and answers 502, then": {wawptest.Fault{Match: remove, Act: true, Status: 502}, true, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, wawptest.Config{})
			tf := w.Terraform(t, webhookConfig(createFirst, `hmac_secret = "old"`))
			tf.OK("apply")
			test.fault.Times = 1
			w.Inject(test.fault)
			tf.Configure(webhookConfig(createFirst))
			output, ok := tf.Run("apply", replaceOptions(test.replace)...)
			if acctest.Contains(t, acctest.Unwrap(output), test.says); ok != (test.says == "") {
				t.Errorf("success: %t:\n%s", ok, output)
			}
			for range 2 { // what is left of the replaced object, and what that takes with it
				tf.OK("apply")
			}
			checkNoSecret(t, w, tf)
		})
	}
}

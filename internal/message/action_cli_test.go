package message_test

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

// once keeps the provider from sending anything again.
const once = "provider \"wawp\" {\n  max_retries = 0\n}\n"

// run invokes the action alone.
var run = []string{"apply", "-auto-approve", "-no-color", "-invoke=action.wawp_send_text.x"}

// declare configures the action. arguments come beside the instance.
func declare(arguments ...string) string {
	return fmt.Sprintf("action \"wawp_send_text\" \"x\" {\n  config {\n    instance_id = %q\n    %s\n  }\n}\n", id, strings.Join(arguments, "\n    "))
}

// trigger has a resource trigger the action when it is created.
const trigger = `
	resource "terraform_data" "release" {
		lifecycle {
			action_trigger {
				events  = [after_create]
				actions = [action.wawp_send_text.x]
			}
		}
	}`

func quoted(name, value string) string { return fmt.Sprintf("%s = %q", name, value) }

func TestAccMessageIsSent(t *testing.T) {
	t.Parallel()
	acctest.Require(t, "1.14", "")
	for name, test := range map[string]struct {
		queue     bool
		recipient string
		says      string
	}{
		"to a chat":         {false, quoted("chat_id", chat), "Sent to " + chat + " (message id true_" + chat + "_"},
		"to a phone number": {false, quoted("phone_number", "+20 114 520 2826"), "Sent to " + chat + " (message id true_" + chat + "_"},
		"through a queue":   {true, quoted("phone_number", "0020 114-520-2826"), "Queued by the session's sending policy, for " + chat + " (job "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := open(t, wawptest.Config{Queue: test.queue})
			cli := w.CLI(t, declare(test.recipient, quoted("message", text)))
			contains(t, cli.OK(run...), test.says, "Actions: 1 invoked")
			counts(t, w, 1, 1)
			if all := w.Messages(); len(all) != 1 || all[0] != (wawptest.Message{InstanceID: id, ChatID: chat, Text: text}) {
				t.Errorf("%v was sent", all)
			}
		})
	}
}

// TestAccMessageIsTriggered by a resource, from values that are known only then.
func TestAccMessageIsTriggered(t *testing.T) {
	t.Parallel()
	acctest.Require(t, "1.14", "")
	w := open(t, wawptest.Config{})
	configuration := func(number string) string {
		return w.Config(fmt.Sprintf(`
			resource "terraform_data" "n" { input = %q }
			%s
			%s`, number, declare("phone_number = terraform_data.n.output", `message = "Hello ${terraform_data.n.output}"`), trigger))
	}
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: w.Providers(), Steps: []resource.TestStep{
		{Config: configuration("0114"), ExpectError: regexp.MustCompile(`begins with a single 0`)},
	}})
	counts(t, w, 0, 0)
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: w.Providers(), Steps: []resource.TestStep{{Config: configuration("+20 114 520 2826")}}})
	counts(t, w, 1, 1)
	if all := w.Messages(); len(all) != 1 || all[0] != (wawptest.Message{InstanceID: id, ChatID: chat, Text: "Hello +20 114 520 2826"}) {
		t.Errorf("%v was sent", all)
	}
}

func TestAccMessageThatWasNotSent(t *testing.T) {
	t.Parallel()
	acctest.Require(t, "1.14", "")
	w := open(t, wawptest.Config{})
	cli := w.CLI(t, once+declare(quoted("chat_id", chat), quoted("message", text)))
	for _, test := range []struct {
		fault wawptest.Fault
		says  []string
		sends int
	}{
		{wawptest.Fault{Match: info, Reshape: wawptest.Set("status", "SCAN_QR_CODE")}, []string{"was not sent", "SCAN_QR_CODE", "wawp_session_pair"}, 0},
		{wawptest.Fault{Match: send, Body: `{"sent":false,"code":"no_account","message":"No such account."}`}, []string{"It was not sent.", "no_account", "No such account."}, 1},
		{wawptest.Fault{Match: send, Status: 400, Body: `{"code":"bad_chat","message":"No such chat."}`}, []string{"It was not sent.", "bad_chat", "No such chat."}, 1},
		{wawptest.Fault{Match: send, Drop: true, Act: true}, []string{"may have been sent", "It was not sent again", "Look in the chat"}, 1},
	} {
		w.ClearFaults()
		w.ResetRequests()
		w.Inject(test.fault)
		said := cli.Fails(run...)
		contains(t, said, test.says...)
		lacks(t, said, "Sent to")
		counts(t, w, 1, test.sends)
	}
	if n := len(w.Messages()); n != 1 {
		t.Errorf("%d messages were sent", n)
	}
}

// TestAccFailedMessageTaintsNothing: what triggered it stays, and no later apply makes up for it.
func TestAccFailedMessageTaintsNothing(t *testing.T) {
	t.Parallel()
	acctest.Require(t, "1.14", "")
	w := open(t, wawptest.Config{})
	w.SetStatus(id, "STOPPED")
	cli := w.CLI(t, declare(quoted("chat_id", chat), quoted("message", text))+trigger)
	contains(t, cli.Fails("apply", "-auto-approve", "-no-color"), "WhatsApp message was not sent", "wawp_session_start")
	contains(t, cli.OK("plan", "-no-color"), "No changes.")
}

// TestAccFailedMessageIsAWarning: as the documentation advises for newer releases.
func TestAccFailedMessageIsAWarning(t *testing.T) {
	t.Parallel()
	acctest.Require(t, "1.16", "")
	w := open(t, wawptest.Config{})
	w.SetStatus(id, "STOPPED")
	cli := w.CLI(t, declare(quoted("chat_id", chat), quoted("message", text))+
		strings.Replace(trigger, "events ", "on_failure = continue\nevents ", 1))
	contains(t, cli.OK("apply", "-auto-approve", "-no-color"), "Warning: WhatsApp message was not sent", "Apply complete!")
}

func TestAccPlanRefusesWhatCannotBeSent(t *testing.T) {
	t.Parallel()
	acctest.Require(t, "1.14", "")
	w := open(t, wawptest.Config{})
	number, hello := quoted("phone_number", "+20 114 520 2826"), quoted("message", text)
	for name, test := range map[string]struct {
		arguments []string
		says      []string
	}{
		"neither recipient":        {[]string{hello}, []string{"One recipient is needed"}},
		"both recipients":          {[]string{number, quoted("chat_id", chat), hello}, []string{"One recipient is needed"}},
		"national number":          {[]string{quoted("phone_number", "0114 520 2826"), hello}, []string{"Invalid phone number", "phone_number = \"0114 520 2826\""}},
		"number as chat":           {[]string{quoted("chat_id", "201145202826"), hello}, []string{"Invalid chat id"}},
		"empty message":            {[]string{number, quoted("message", "")}, []string{"Invalid message"}},
		"too long a message":       {[]string{number, "message = join(\"\", [for i in range(1024) : \"message \"])"}, []string{"Invalid message", "8192 characters"}},
		"a timeout that is none":   {[]string{number, hello, `timeouts = { invoke = "0s" }`}, []string{"Invalid duration"}},
		"variable: number":         {[]string{"phone_number = var.bad", hello}, []string{"Invalid phone number"}},
		"variable: both, or none":  {[]string{number, "chat_id = var.bad", hello}, []string{"One recipient is needed"}},
		"variable: blank instance": {[]string{number, hello, "instance_id = var.blank"}, []string{"Empty value"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			declared := declare(test.arguments...)
			if strings.Contains(declared, "var.blank") {
				declared = strings.Replace(declared, quoted("instance_id", id), "", 1)
			}
			cli := w.CLI(t, declared+trigger+`
				variable "bad" { default = "0114" }
				variable "blank" { default = " " }`)
			contains(t, cli.Fails("plan", "-no-color"), test.says...)
			if w.Count("") != 0 {
				t.Errorf("requests were made: %v", w.Requests())
			}
		})
	}
}

// TestAccTokenAndTextStayPrivate is promise P4 under every fault and at the highest log level of the provider. Terraform
// itself stores the text in plans, so only the log is searched for it.
func TestAccTokenAndTextStayPrivate(t *testing.T) {
	t.Parallel()
	acctest.Require(t, "1.14", "")
	w := open(t, wawptest.Config{Token: canary})
	var faults []wawptest.Fault
	for _, fault := range append(leaks(info)[:8], leaks(send)...) {
		if fault.Match == info || fault.Status == 0 || fault.Status == http.StatusOK || fault.Status == http.StatusBadRequest {
			fault.Times = 1
			faults = append(faults, fault)
			w.Inject(fault)
		}
	}
	n := len(faults)
	cli := w.CLI(t, once+fmt.Sprintf(`
		action "wawp_send_text" "x" {
			count = %d
			config {
				instance_id = %q
				chat_id     = %q
				message     = %q
			}
		}
		resource "terraform_data" "x" {
			count = %[1]d
			lifecycle {
				action_trigger {
					events  = [after_create]
					actions = [action.wawp_send_text.x[count.index]]
				}
			}
		}`, n, id, chat, text))
	log := filepath.Join(cli.Dir, "trace.log")
	cli.Env = append(cli.Env, "TF_LOG_PROVIDER=TRACE", "TF_LOG_PATH="+log)
	cli.OK("plan", "-no-color", "-out=x.tfplan")
	said, _ := cli.Run("apply", "-no-color", "x.tfplan")
	if err := os.WriteFile(filepath.Join(cli.Dir, "apply.out"), []byte(said), 0o600); err != nil {
		t.Fatal(err)
	}
	contains(t, said, "Sent to", "Queued by", "may have been sent", "It was not sent.", "(redacted)") // else there was nothing to find
	searched := 0
	acctest.Search(t, cli.Dir, func(name string, content []byte) {
		searched++
		for _, spelling := range spellings() {
			if bytes.Contains(content, []byte(spelling)) {
				t.Errorf("%s holds the token as %s", name, spelling)
			}
		}
		if private := bytes.ToLower(content); name == "trace.log" {
			contains(t, string(content), "@module=wawp.wawp", "path=/v2/send/text", "Calling provider defined Action Invoke")
			for _, word := range []string{"deployed", "release 1.4"} {
				if at := bytes.Index(private, []byte(word)); at >= 0 {
					t.Errorf("the log holds the text: %s", private[max(0, at-300):min(len(private), at+100)])
				}
			}
		}
	})
	if searched < 8 {
		t.Errorf("only %d files were searched", searched)
	}
}

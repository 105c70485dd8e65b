package message_test

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

// noRetries keeps the provider from sending anything again.
const noRetries = "provider \"wawp\" {\n  max_retries = 0\n}\n"

// invokeArguments invokes the action alone.
var invokeArguments = []string{"apply", "-auto-approve", "-no-color", invokeX}

const invokeX = "-invoke=action.wawp_send_text.x"

// actionBlock configures the action. arguments come beside the instance.
func actionBlock(arguments ...string) string {
	return fmt.Sprintf("action \"wawp_send_text\" \"x\" {\n  config {\n    instance_id = %q\n    %s\n  }\n}\n", id,
		strings.Join(arguments, "\n    "))
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

func argument(name, value string) string { return fmt.Sprintf("%s = %q", name, value) }

func TestAccMessageIsSent(t *testing.T) {
	t.Parallel()
	acctest.Require(t, "1.14", "")
	w := newWorld(t, wawptest.Config{})
	output := w.CLI(t, actionBlock(argument("phone_number", "+20 114 520 "+
		"2826"), argument("message", text))).OK(invokeArguments...)
	acctest.Contains(t, output, "Sent to "+chat+" (message id true_"+chat+"_", "Actions: 1 invoked")
}

// TestAccMessageIsTriggered by a resource, from values that are known only then.
func TestAccMessageIsTriggered(t *testing.T) {
	t.Parallel()
	acctest.Require(t, "1.14", "")
	w := newWorld(t, wawptest.Config{})
	configuration := func(number string) string {
		return fmt.Sprintf("resource \"terraform_data\" \"n\" {\n  input = %q\n}\n", number) +
			actionBlock("phone_number = "+
				"terraform_data.n.output", `message = "Hello ${terraform_data.n.output}"`) + trigger
	}
	acctest.Contains(t, w.CLI(t, configuration("0114")).Fails("apply", "-auto-approve", "-no-color"),
		"begins with a single 0")
	w.CheckRequests(t, nil)
	w.CLI(t, configuration("+20 114 520 2826")).OK("apply", "-auto-approve")
	w.CheckRequests(t, map[string]int{info: 1, send: 1})
	if all := w.Messages(); len(all) != 1 || all[0] != (wawptest.Message{
		InstanceID: id, ChatID: chat,
		Text: "Hello +20 114 520 2826",
	}) {
		t.Errorf("%v was sent", all)
	}
}

// TestAccFailedMessageTaintsNothing: what triggered it stays, and no later apply makes up for it.
func TestAccFailedMessageTaintsNothing(t *testing.T) {
	t.Parallel()
	acctest.Require(t, "1.14", "")
	w := newWorld(t, wawptest.Config{})
	w.SetStatus(id, "STOPPED")
	cli := w.CLI(t, actionBlock(argument("chat_id", chat), argument("message", text))+trigger)
	acctest.Contains(t, cli.Fails("apply", "-auto-approve", "-no-color"), "WhatsApp message was not sent",
		"wawp_session_start")
	acctest.Contains(t, cli.OK("plan", "-no-color"), "No changes.")
}

// TestAccFailedMessageIsAWarning: as the documentation advises for newer releases.
func TestAccFailedMessageIsAWarning(t *testing.T) {
	t.Parallel()
	acctest.Require(t, "1.16", "")
	w := newWorld(t, wawptest.Config{})
	w.SetStatus(id, "STOPPED")
	cli := w.CLI(t, actionBlock(argument("chat_id", chat), argument("message", text))+
		strings.Replace(trigger, "events ", "on_failure = continue\nevents ", 1))
	acctest.Contains(t, cli.OK("apply", "-auto-approve", "-no-color"), "Warning: WhatsApp message was not sent",
		"Apply complete!")
}

// TestAccPlanRefusesInvalidArguments, also where a variable holds it, which a CLI does not know when it validates.
func TestAccPlanRefusesInvalidArguments(t *testing.T) {
	t.Parallel()
	acctest.Require(t, "1.14", "")
	w := newWorld(t, wawptest.Config{})
	declared := actionBlock("phone_number = var.number", "chat_id = var.chat", argument("message", text))
	cli := w.CLI(t, strings.Replace(declared, `"`+id+`"`, "var.instance", 1)+trigger+`
		variable "instance" { default = " " }
		variable "number" { default = "0114" }
		variable "chat" { default = "201145202826@c.us" }`)
	acctest.Contains(t, cli.Fails("plan", "-no-color"), "Empty value", "Invalid phone number",
		"One recipient is needed")
	w.CheckRequests(t, nil)
}

// TestAccTokenAndTextStayPrivate is promise P4 under every fault and at the highest log level of the provider.
// Terraform itself stores the text in plans, so only the log is searched for it.
func TestAccTokenAndTextStayPrivate(t *testing.T) {
	t.Parallel()
	acctest.Require(t, "1.14", "")
	w := newWorld(t, wawptest.Config{Token: canary})
	var faults []wawptest.Fault
	for _, fault := range append(leakFaults(info)[:8], leakFaults(send)...) {
		if fault.Match == info || fault.Status == 0 || fault.Status == http.StatusOK ||
			fault.Status == http.StatusBadRequest {
			fault.Times = 1
			faults = append(faults, fault)
			w.Inject(fault)
		}
	}
	n := len(faults)
	cli := w.CLI(t, noRetries+fmt.Sprintf(`
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
	output, _ := cli.Run("apply", "-no-color", "x.tfplan")
	if err := os.WriteFile(filepath.Join(cli.Dir, "apply.out"), []byte(output), 0o600); err != nil {
		t.Fatal(err)
	}
	// else there was nothing to find
	acctest.Contains(t, output, "Sent to", "Queued by", "may have been sent", "It was not sent.", "(redacted)")
	searched := 0
	acctest.SearchFiles(t, cli.Dir, func(name string, content []byte) {
		searched++
		for _, spelling := range tokenSpellings() {
			if bytes.Contains(content, []byte(spelling)) {
				t.Errorf("%s holds the token as %s", name, spelling)
			}
		}
		if private := bytes.ToLower(content); name == "trace.log" {
			acctest.Contains(t, string(content), "@module=wawp.wawp", "path=/v2/send/text",
				"Calling provider defined Action Invoke")
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

package provider_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

// This file tests what needs Terraform 1.16.

// TestAccActionsAroundADestroy runs the example that sends a message before a session is destroyed, logs out its phone,
// and sends a message afterwards.
func TestAccActionsAroundADestroy(t *testing.T) {
	t.Parallel()
	acctest.Require(t, "1.16", "")
	example := exampleFiles(t, "TestAccActionsAroundADestroy")["guides/around-a-destroy/main.tf"]
	for name, test := range map[string]struct {
		command []string
		status  string // of the session before the command
		says    []string
		sent    int
	}{
		"it works": {[]string{"destroy"}, "WORKING", []string{"was logged out", "Actions: 4 invoked."}, 2},
		"it is stopped": {
			[]string{"destroy"},
			"STOPPED",
			[]string{"It is WORKING: a phone is linked.", "was logged out", "Actions: 4 invoked."},
			2,
		},
		"it has no phone": {
			[]string{"destroy"},
			"SCAN_QR_CODE",
			[]string{"Warning: WhatsApp message was not sent", "4 invoked, 1 failed."},
			1,
		},
		"a replacement": {
			[]string{"apply", "-replace=wawp_session.campaign"},
			"WORKING",
			[]string{"1 added, 0 changed, 1 destroyed. Actions: 4 invoked."},
			2,
		},
		"it alone": {
			[]string{"destroy", "-target=wawp_session.campaign"},
			"WORKING",
			[]string{"Actions: 4 invoked."},
			2,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.New(t, wawptest.Config{})
			w.Add(wawptest.Session{
				InstanceID: "3EB0BCB2E3D4", Status: "WORKING",
				Me: &wawptest.Me{ID: "201012345678@c.us"},
			})
			cli := w.AttachedCLI(t, example)
			cli.OK("apply", "-auto-approve")
			id := w.Sessions()[1].InstanceID
			if test.status != "SCAN_QR_CODE" {
				w.Pair(id, "201145202826", "Support")
				w.SetStatus(id, test.status)
			}
			acctest.Contains(t, cli.OK(append(test.command, "-auto-approve", "-no-color")...), test.says...)
			sent := w.Messages()
			if len(sent) != test.sent || sent[len(sent)-1].Text != "The session "+id+" is deleted." {
				t.Errorf("%v was sent", sent)
			}
			if _, exists := w.Session(id); exists {
				t.Error("the session is there")
			}
		})
	}
}

// TestAccFailedActionDoesNotStopDestroy: on_failure has no effect on a destroy, as the page warns.
func TestAccFailedActionDoesNotStopDestroy(t *testing.T) {
	t.Parallel()
	acctest.Require(t, "1.16", "")
	for _, event := range []string{"before_destroy", "after_destroy"} {
		for _, mode := range []string{"", "on_failure = halt", "on_failure = taint", "on_failure = continue"} {
			t.Run(event+" "+mode, func(t *testing.T) {
				t.Parallel()
				w := acctest.New(t, wawptest.Config{})
				cli := w.AttachedCLI(t, failingActionConfig(event, mode))
				cli.OK("apply", "-auto-approve")
				acctest.Contains(t, cli.OK("destroy", "-auto-approve", "-no-color"),
					"Warning: Action on a Wawp session failed", "1 destroyed.")
				if len(w.Sessions()) != 0 || len(cli.State()) != 0 {
					t.Errorf("Wawp has %v, the state %v", w.Sessions(), cli.State())
				}
			})
		}
	}
}

// TestAccFailedActionFollowsOnFailure: on_failure decides whether the session that triggers a failed action is created,
// kept or tainted.
func TestAccFailedActionFollowsOnFailure(t *testing.T) {
	t.Parallel()
	acctest.Require(t, "1.16", "")
	for _, test := range []struct {
		event, mode string
		fails       bool
		made        int
		next        string // in the output of the next plan
	}{
		{"before_create", "on_failure = halt", true, 0, "1 to add"},
		{"before_create", "on_failure = continue", false, 1, "No changes."},
		{"after_create", "", true, 1, "No changes."},
		{"after_create", "on_failure = halt", true, 1, "No changes."},
		{"after_create", "on_failure = continue", false, 1, "No changes."},
		{"after_create", "on_failure = taint", true, 1, "is tainted, so must be replaced"},
	} {
		t.Run(test.event+" "+test.mode, func(t *testing.T) {
			t.Parallel()
			w := acctest.New(t, wawptest.Config{})
			cli := w.AttachedCLI(t, failingActionConfig(test.event, test.mode))
			output, code := cli.Run("apply", "-auto-approve", "-no-color")
			severity := map[bool]string{true: "Error", false: "Warning"}[test.fails]
			acctest.Contains(t, output, severity+": Action on a Wawp session failed")
			if (code != 0) != test.fails || len(w.Sessions()) != test.made {
				t.Errorf("it ends with %d, Wawp has %v", code, w.Sessions())
			}
			acctest.Contains(t, cli.OK("plan", "-no-color"), test.next)
		})
	}
}

// failingActionConfig declares a session that triggers an action on a session that does not exist.
func failingActionConfig(event, mode string) string {
	return fmt.Sprintf(`
		provider "wawp" {}
		resource "wawp_session" "x" {
			lifecycle {
				action_trigger {
					events  = [%s]
					actions = [action.wawp_session_start.x]
					%s
				}
			}
		}
		action "wawp_session_start" "x" {
			config {
				instance_id = "5056E8A0B1C2"
			}
		}`, event, mode)
}

// TestAccMessageBeforePairingIsDestroyed: a pairing is destroyed before its session and unlinks the phone. So only the
// pairing can trigger a last message.
func TestAccMessageBeforePairingIsDestroyed(t *testing.T) {
	t.Parallel()
	acctest.Require(t, "1.16", "")
	for name, sent := range map[string]int{"wawp_session": 0, "wawp_session_pairing": 1} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.New(t, wawptest.Config{})
			trigger := func(kind string) string {
				if kind != name {
					return ""
				}
				return "lifecycle {\n action_trigger {\n events = [before_destroy]\n actions = " +
					"[action.wawp_send_text.x]\n on_failure = continue\n }\n }\n"
			}
			cli := w.AttachedCLI(t, `resource "wawp_session" "x" {
					desired_state = "started"
					`+trigger("wawp_session")+`
				}
				resource "wawp_session_pairing" "x" {
					instance_id = wawp_session.x.instance_id
					`+trigger("wawp_session_pairing")+`
				}
				action "wawp_send_text" "x" {
					config {
						instance_id = caller.instance_id
						chat_id     = "201145202826@c.us"
						message     = "Farewell"
					}
				}`)
			cli.OK("apply", "-auto-approve", "-target=wawp_session.x")
			w.Pair(w.Sessions()[0].InstanceID, "201145202826", "Support")
			cli.OK("apply", "-auto-approve")
			cli.OK("destroy", "-auto-approve")
			if all := w.Messages(); len(all) != sent {
				t.Errorf("%v was sent", all)
			}
		})
	}
}

// TestAccImportInsideAModule: the module that declares a session and its objects also imports them.
func TestAccImportInsideAModule(t *testing.T) {
	t.Parallel()
	acctest.Require(t, "1.16", "")
	w := acctest.New(t, wawptest.Config{Paid: true})
	ids := []string{"3EB0BCB2E3D4", "5056E8A0B1C2"}
	for _, id := range ids {
		w.Add(wawptest.Session{InstanceID: id, Status: "WORKING", Me: &wawptest.Me{ID: "201145202826@c.us"}})
		w.SetWebhook(id, wawptest.Webhook{
			URL: "https://crm.example.com/hooks/wawp", Events: []string{"message"},
			Active: true, Delay: 2, Attempts: 15,
		})
	}
	cli := w.AttachedCLI(t, `module "team" {
		source      = "./team"
		for_each    = toset(["`+strings.Join(ids, `", "`)+`"])
		instance_id = each.key
	}`)
	if err := os.Mkdir(filepath.Join(cli.Dir, "team"), 0o700); err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(cli.Dir, "team", "main.tf"), `
		terraform {
			required_providers {
				wawp = { source = "wawp/wawp" }
			}
		}
		variable "instance_id" {}
		import {
			to = wawp_session.team
			id = var.instance_id
		}
		import {
			to = wawp_session_pairing.team
			identity = { instance_id = var.instance_id }
		}
		import {
			to = wawp_session_webhook.team
			id = "${var.instance_id},https://crm.example.com/hooks/wawp"
		}
		resource "wawp_session" "team" {}
		resource "wawp_session_pairing" "team" {
			instance_id = wawp_session.team.instance_id
		}
		resource "wawp_session_webhook" "team" {
			instance_id = wawp_session.team.instance_id
			url         = "https://crm.example.com/hooks/wawp"
			events      = ["message"]
		}`)
	cli.OK("get")
	acctest.Contains(t, cli.OK("apply", "-auto-approve", "-no-color"), "6 imported, 0 added, 0 changed, 0 destroyed.")
	cli.OK("plan", "-detailed-exitcode")
	for _, r := range w.Requests() {
		if r.Method != http.MethodGet && r.Path != "/v2/session/info" {
			t.Errorf("an import sent %v", r)
		}
	}
}

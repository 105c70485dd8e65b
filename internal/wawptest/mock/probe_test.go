//go:build unix

package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

const (
	create = "POST /v2/session/create"
	info   = "POST /v2/session/info"
	remove = "DELETE /v2/session/delete"

	// Each special character needs an escape: in a URL, in JSON, in a configuration of curl, or in a shell.
	token = `c4nary/of+1&="é\o $HOME`
)

// probe is a run of tools/probe with a simulated API of its own.
type probe struct {
	*wawptest.API
	t                *testing.T
	path             string // PATH: a directory with all programs that it can run
	recordsArguments bool   // whether the programs record their arguments
	env              []string
	stdin            string
	stdout, stderr   bytes.Buffer
}

func newProbe(t *testing.T, config wawptest.Config) *probe {
	t.Helper()
	if signal.Ignored(syscall.SIGHUP) { // nohup ignores SIGHUP, and the script would inherit that
		signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP)
	}
	config.Token = cmp.Or(config.Token, token)
	p := &probe{API: wawptest.New(config), t: t, path: t.TempDir()}
	server, err := wawptest.Listen(p.API)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	if err := os.WriteFile(filepath.Join(p.path, ".curlrc"), []byte("header = \"X-Mine: 1\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tool := range []string{"curl", "jq", "sleep"} {
		if err := os.Symlink(requireProgram(t, tool), filepath.Join(p.path, tool)); err != nil {
			t.Fatal(err)
		}
	}
	p.env = []string{
		"PATH=" + p.path, "WAWP_BASE_URL=" + server.URL, "WAWP_ACCESS_TOKEN= " + config.Token + "\n", "YES=1",
		"PAUSE=0",
		"http_proxy=http://127.0.0.1:1", "HOME=" + p.path, // these two must have no effect
	}
	return p
}

// recordArguments makes the programs record their arguments, which every user of a machine can see.
func (p *probe) recordArguments() {
	p.t.Helper()
	p.recordsArguments = true
	for _, tool := range []string{"curl", "jq"} {
		script := fmt.Sprintf("#!%s\nprintf '%%s\\n' \"$@\" >>'%s/arguments'\nexec '%s' \"$@\"\n",
			requireProgram(p.t, "bash"), p.path, requireProgram(p.t, tool))
		path := filepath.Join(p.path, tool)
		if err := errors.Join(os.Remove(path), os.WriteFile(path, []byte(script), 0o700)); err != nil {
			p.t.Fatal(err)
		}
	}
}

// requireProgram returns the path of a program, or skips the test.
func requireProgram(t *testing.T, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		t.Skipf("NOT TESTED: tools/probe, because %s is not at hand", program)
	}
	return path
}

// command returns the command, in a process group of its own.
func (p *probe) command() *exec.Cmd {
	p.t.Helper()
	cmd := exec.CommandContext(p.t.Context(), requireProgram(p.t, "bash"), "../../../tools/probe")
	cmd.Env = p.env
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(p.stdin), &p.stdout, &p.stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return cmd
}

// run runs the script, and checks its exit code. If there is a signal, all its processes get it when the first matching
// request arrives, before that is carried out. The faults are injected for the requests after that.
func (p *probe) run(code int, signal syscall.Signal, match string, faults ...wawptest.Fault) {
	p.t.Helper()
	release := make(chan struct{})
	if signal != 0 {
		p.Inject(wawptest.Fault{Match: match, Hold: release, Times: 1})
	}
	for _, f := range faults {
		p.Inject(f)
	}
	cmd := p.command()
	if err := cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	ctx, ended := context.WithCancel(p.t.Context())
	defer ended()
	if signal != 0 {
		go func() {
			if p.WaitFor(ctx, match, 1) == nil {
				_ = syscall.Kill(-cmd.Process.Pid, signal)
			}
			close(release)
		}()
	}
	p.end(cmd, code)
}

func (p *probe) end(cmd *exec.Cmd, code int) {
	p.t.Helper()
	_ = cmd.Wait() // ProcessState has the result
	if got := cmd.ProcessState.ExitCode(); got != code {
		p.t.Errorf("exit code %d, want %d; it printed\n%s%s", got, code, &p.stdout, &p.stderr)
	}
}

// checkPrinted checks that an output has these texts.
func (p *probe) checkPrinted(output *bytes.Buffer, texts ...string) {
	p.t.Helper()
	for _, text := range texts {
		if !strings.Contains(output.String(), text) {
			p.t.Errorf("it does not say %q:\n%s", text, output)
		}
	}
}

// checkNotPrinted checks that no output, and no recorded argument, has one of the texts or the token.
func (p *probe) checkNotPrinted(texts ...string) {
	p.t.Helper()
	var arguments []byte
	if p.recordsArguments {
		var err error
		arguments, err = os.ReadFile(filepath.Join(p.path, "arguments"))
		if err != nil {
			p.t.Error(err)
		}
	}
	for _, text := range append(texts, token, "c4nary", base64.StdEncoding.EncodeToString([]byte(token))) {
		for where, output := range map[string]string{
			"stdout": p.stdout.String(), "stderr": p.stderr.String(),
			"an argument": string(arguments),
		} {
			if text == "" || strings.Contains(output, text) {
				p.t.Errorf("%q is in %s:\n%s", text, where, output)
			}
		}
	}
}

// createdID returns the id of the session that the script created, "" if there is none.
func (p *probe) createdID() string {
	for _, r := range p.Requests() {
		if id := r.Query.Get("instance_id"); id != "" {
			return id
		}
	}
	return ""
}

// checkSessionsLeft checks how many sessions exist, and that one create was sent.
func (p *probe) checkSessionsLeft(sessions int) {
	p.t.Helper()
	if got := len(p.Sessions()); got != sessions || p.Count(create) != 1 {
		p.t.Errorf("%d sessions after %d creates, want %d after 1", got, p.Count(create), sessions)
	}
}

// TestAccProbe calls each endpoint that the provider calls and that needs no phone. It prints no values.
func TestAccProbe(t *testing.T) {
	t.Parallel()
	var seconds atomic.Int64 // the clock advances by one at each look
	clock := func() time.Time { return time.Unix(seconds.Add(1), 0) }
	p := newProbe(t, wawptest.Config{
		Paid: true, Now: clock, BootTime: 5 * time.Second, SystemListed: true,
		Secrets: "shown",
	})
	p.recordArguments()
	p.Add(wawptest.Session{}) // must stay as it is
	var mu sync.Mutex
	values := map[string]bool{}
	p.Inject(wawptest.Fault{Reshape: func(answer map[string]any) any {
		mu.Lock()
		defer mu.Unlock()
		collectValues(values, answer)
		return answer
	}})
	p.run(0, 0, "")
	p.checkSessionsLeft(1)
	p.checkPrinted(&p.stderr, "creates a session at http://127.0.0.1:")
	const waited = `"webhooks":{}},"name":"string","status":"STARTING"}` + "\n" + info + "\n"
	if shown, asked := strings.Count(p.stdout.String(), waited), p.Count(info); shown != 4 || asked < 8 {
		t.Errorf("of %d looks, those that told nothing new are not left out: %d\n%s", asked, shown, &p.stdout)
	}
	for _, own := range []string{"standard_policy", "https://example.com/", "message", "any", "application/json"} {
		delete(values, own) // what the script sends, and the name of a type
	}
	if len(values) < 10 {
		t.Errorf("the answers held no more than %v", values)
	}
	p.checkNotPrinted(slices.Collect(maps.Keys(values))...)

	guide, err := os.ReadFile("../../../templates/guides/api-coverage.md.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range regexp.MustCompile("(?m)^\\| ([A-Z]+) \\| `(/v2/.*)` \\| (.*) \\|$").FindAllStringSubmatch(
		string(guide), -1) {
		method, path, needsPhone := row[1], row[2], row[2] == "/v2/auth/request-code" || row[2] == "/v2/send/text"
		entry := regexp.MustCompile("(?m)^" + method + " " + regexp.QuoteMeta(path) +
			"( .*)?\n  [0-9]{3} application/json, [0-9]+ bytes\n  {.*}$")
		want := !strings.HasPrefix(row[3], "not used") && !needsPhone
		if got := entry.MatchString(p.stdout.String()); got != want {
			t.Errorf("%s %s: asked %t, want %t", method, path, got, want)
		}
	}
	// Only the requests in want may be refused.
	var refused []string
	for _, r := range p.Requests() {
		if r.Status >= 300 {
			refused = append(refused, r.String())
		}
		own := r.Header.Get("User-Agent") == "terraform-provider-wawp/probe" &&
			r.Header.Get("Accept") == "application/json"
		if !own || r.Header.Get("X-Mine") != "" {
			t.Errorf("%v: headers %v", r, r.Header)
		}
	}
	if want := []string{
		"POST /v2/session/logout -> 400", info + " -> 401", "POST /v2/session/nonsense -> 404",
		"GET /v2/session/rate-limit -> 404", info + " -> 404",
	}; !slices.Equal(refused, want) {
		t.Errorf("refused: %q, want %q", refused, want)
	}
	p.checkPrinted(
		&p.stdout,
		"### Answers of the Wawp API\n```\n"+create+"\n  201 application/json, ",
		` bytes`+"\n"+
			`  {"instance_id":"string","server_name":"string","session_name":"string","status":"STOPPED"}`+"\n",
		`  {"code":"not_connected","message":"The session is not connected to a phone: it is SCAN_QR_CODE."}`,
		`"free_policies":["string"],"has_active_plan":"boolean"`,
		`"data":{"status":404}`,
		`{"link":"null"}`,
		`"hmac":"string"`,
		`{"code":"invalid_instance","message":"The instance ID is incorrect or the instance was deleted."}`+"\n```\n",
	)
}

// collectValues adds the texts of an answer, but for those that may be shown.
func collectValues(values map[string]bool, value any) {
	switch value := value.(type) {
	case string:
		values[value] = true
	case []any:
		for _, element := range value {
			collectValues(values, element)
		}
	case map[string]any:
		for key, inner := range value {
			if key != "status" && key != "code" && key != "message" {
				collectValues(values, inner)
			}
		}
	}
}

// TestAccProbeOfOtherAnswers gives answers in every other form, with secrets in each place. The session is deleted in
// the end.
func TestAccProbeOfOtherAnswers(t *testing.T) {
	t.Parallel()
	p := newProbe(t, wawptest.Config{})
	const (
		link   = "https://app.wawp.net/temp-qr/abcdefghijklmnopqrstuvwxyz"
		code   = "ABC1-2345"
		mail   = "jane@doe.example"
		number = "201145202826"
		canary = "s3cretcanary"
	)
	answer := func(status int, body string, contentType string) wawptest.Fault {
		return wawptest.Fault{Status: status, Body: body, Header: http.Header{"Content-Type": {contentType}}}
	}
	p.recordArguments()
	looks := 0
	p.ChooseFaults(func(r wawptest.Request) wawptest.Fault {
		id := r.Query.Get("instance_id")
		terminal := "\x1b[2J\u202e `"
		secrets := strings.Join([]string{
			canary, id, link, code, mail, number, token, url.QueryEscape(token), terminal,
		}, " ")
		encoded, _ := json.Marshal(secrets)
		switch r.Method + " " + r.Path {
		case create:
			return wawptest.Fault{Reshape: func(answer map[string]any) any {
				p.Remove(answer["instance_id"].(string))
				p.Add(wawptest.Session{InstanceID: "123456789012"})
				return wawptest.Wrap("data", "session")(map[string]any{"instanceId": 123456789012})
			}}
		case info:
			if looks++; looks == 1 {
				keys := strings.NewReplacer(
					"ID", id, "NUMBER", number, "CANARY", canary, "MAIL", mail, "TEXT", string(encoded))
				return answer(
					200,
					keys.Replace("\ufeff"+`{"status":TEXT,"code":TEXT,"message":TEXT,
					"ID":1,"NUMBER":TEXT,"CANARY":null,"MAIL":[],
					"a":{"status":{"b":TEXT},"code":[TEXT,1,null],"message":NUMBER},
					"lower_Case-key.x":true,"list":[1,2,"a",{"status":false},{"status":false}]}`),
					"application/problem+json; charset="+canary,
				)
			}
		case "GET /v2/session/rate-limit":
			return answer(502, "<html>"+secrets, "text/html; charset=utf-8")
		case "PATCH /v2/session/rate-limit":
			return answer(200, secrets, canary+"/"+canary)
		case "POST /v2/session/start":
			return wawptest.Fault{Act: true, Status: 204, Header: http.Header{"Content-Type": nil}}
		case "POST /v2/auth/qr":
			return answer(200, string(encoded), "application/json")
		case "GET /v2/session/temp-link":
			return answer(308, "", "text/plain")
		case "POST /v2/session/temp-link":
			return wawptest.Fault{Drop: true}
		case "DELETE /v2/session/temp-link":
			return wawptest.Fault{Cut: true, Body: `{"code":` + string(encoded) + `}`}
		case "POST /v2/session/restart":
			return answer(200, `{"a":1}{"b":2}`, "application/json")
		}
		return wawptest.Fault{}
	})
	p.run(130, syscall.SIGINT, "POST /v2/webhook/set")
	p.checkSessionsLeft(0)
	p.checkNotPrinted(p.createdID(), canary, link, code, mail, number, "$HOME", "\x1b", "\u202e", "<html>", "```\n`")
	p.checkPrinted(
		&p.stdout,
		create+"\n  201 application/json, ",
		`{"data":{"session":{"instanceId":"number"}}}`,
		info+"\n  200 application/problem+json, ",
		`"message":"(hidden) (hidden) (hidden) `,
		`"(hidden)":`,
		`"lower_Case-key.x":"boolean"`,
		`"a":{"status":{"b":"string"},"code":["null","number","string"],"message":"number"}`,
		`"list":["number","string",{"status":false}]`,
		"\n  502 text/html, ",
		"\n  200 no type, ",
		"start\n  204 no type, 0 bytes\n",
		" bytes, holds the token\n",
		" bytes\n  \"string\"\n",
		"\n  308 text/plain, 0 bytes\n",
		"\n  000 no type, 0 bytes, curl: 5",
		"curl: 18",
		"restart\n  200 application/json, 14 bytes\n"+info,
	)
}

// TestAccProbeWithUnknownCreate: a create is sent once. If its outcome is unknown, the script says so, and touches no
// other session.
func TestAccProbeWithUnknownCreate(t *testing.T) {
	t.Parallel()
	const other, plain = `"instance_id":"0123456789AB"`, "c4naryt0ken12"
	for name, test := range map[string]struct {
		fault    wawptest.Fault
		left     int
		mayExist bool
	}{
		"quota": {wawptest.Fault{
			Status: 403, Body: `{"code":"quota_reached","message":"No more.",` + other + `}`,
		}, 1, false},
		"redirect": {wawptest.Fault{
			Status: 307, Header: http.Header{"Location": {"/v2/session/create"}},
		}, 1, false},
		"timeout":      {wawptest.Fault{Status: 408, Act: true}, 2, true},
		"server error": {wawptest.Fault{Status: 500, Body: `{` + other + `}`}, 1, true},
		"no answer":    {wawptest.Fault{Drop: true, Act: true}, 2, true},
		"no id":        {wawptest.Fault{Reshape: wawptest.Without("instance_id")}, 2, true},
		"an error with status 200": {wawptest.Fault{
			Body: `{"code":"quota_reached","message":"No more.",` + other + `}`,
		}, 1, true},
		"a list":            {wawptest.Fault{Body: `[{` + other + `}]`}, 1, true},
		"the token as id":   {wawptest.Fault{Reshape: wawptest.Set("instance_id", plain)}, 2, true},
		"nonsense as id":    {wawptest.Fault{Reshape: wawptest.Set("instance_id", "a\nb")}, 2, true},
		"a number too long": {wawptest.Fault{Reshape: wawptest.Set("instance_id", 12345678901234567)}, 2, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newProbe(t, wawptest.Config{Token: plain})
			p.Add(wawptest.Session{InstanceID: "0123456789AB"})
			p.run(1, 0, "", test.fault)
			p.checkSessionsLeft(test.left)
			lines := map[bool]int{false: 1, true: 2}[test.mayExist]
			warns := strings.Contains(p.stderr.String(), "A session may exist")
			if warns != test.mayExist || strings.Count(p.stderr.String(), "\n") != lines || p.Count("") != 1 {
				t.Errorf("%d requests; it says %s", p.Count(""), &p.stderr)
			}
			p.checkPrinted(&p.stdout, create+"\n  ")
			p.checkNotPrinted("0123456789AB")
		})
	}
	t.Run("nobody there", func(t *testing.T) {
		t.Parallel()
		p := newProbe(t, wawptest.Config{})
		p.env = append(p.env, "WAWP_BASE_URL=http://127.0.0.1:1/")
		p.run(1, 0, "")
		p.checkPrinted(&p.stdout, "curl: 7")
		if strings.Contains(p.stderr.String(), "!!!") || p.Count("") != 0 {
			t.Errorf("it says %s", &p.stderr)
		}
	})
}

// TestAccProbeDeletesSession: the script deletes the session even if it fails, or says that it could not.
func TestAccProbeDeletesSession(t *testing.T) {
	t.Parallel()
	const gone = `{"code":"invalid_instance","message":"gone"}`
	for name, test := range map[string]struct {
		signal syscall.Signal
		at     string // which request the signal comes
		fault  wawptest.Fault
		left   int
	}{
		"during create":          {syscall.SIGINT, create, wawptest.Fault{Match: "-"}, 0},
		"half an answer":         {syscall.SIGINT, info, wawptest.Fault{Match: create, Cut: true}, 0},
		"refused once":           {syscall.SIGTERM, info, wawptest.Fault{Match: remove, Status: 500, Times: 1}, 0},
		"done without an answer": {syscall.SIGHUP, info, wawptest.Fault{Match: remove, Drop: true, Act: true}, 0},
		"done, with info down":   {syscall.SIGINT, info, wawptest.Fault{Match: info, Status: 500}, 0},
		"done, and info says so": {syscall.SIGINT, info, wawptest.Fault{Match: info, Body: `{"status":"DELETED"}`}, 0},
		"said, and not done": {
			syscall.SIGINT, info,
			wawptest.Fault{Match: remove, Body: `{"status":"DELETED"}`},
			1,
		},
		"gone, which is a lie": {syscall.SIGINT, info, wawptest.Fault{Match: remove, Status: 404, Body: gone}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newProbe(t, wawptest.Config{})
			code := 130
			if test.left > 0 {
				code = 1
			}
			p.run(code, test.signal, test.at, test.fault)
			p.checkSessionsLeft(test.left)
			p.checkPrinted(&p.stdout, create, remove, "\n```\n")
			p.checkPrinted(&p.stderr, "Stopping")
			if test.left > 0 {
				p.checkPrinted(&p.stderr, "!!! Session "+p.createdID()+" was not deleted")
				p.stderr.Reset()
			}
			p.checkNotPrinted(p.createdID())
			if p.Count("POST /v2/session/start") != 0 {
				t.Error("it went on after the signal")
			}
		})
	}
	t.Run("nobody reads", func(t *testing.T) {
		t.Parallel()
		p := newProbe(t, wawptest.Config{})
		reader, writer, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		release := make(chan struct{})
		p.Inject(wawptest.Fault{Match: info, Hold: release})
		cmd := p.command()
		cmd.Stdout = writer
		if err := errors.Join(cmd.Start(), writer.Close(), p.WaitFor(t.Context(), info, 1),
			reader.Close()); err != nil {
			t.Error(err)
		}
		close(release)
		p.end(cmd, 130)
		p.checkSessionsLeft(0)
	})
}

// TestAccProbeNeedsInput: without a token or a consent, the script sends nothing.
func TestAccProbeNeedsInput(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		missing string // a program
		env     string
		stdin   string
		says    string
	}{
		"without curl":       {"curl", "", "", "curl is missing"},
		"without jq":         {"jq", "", "", "jq is missing"},
		"without a token":    {"", "WAWP_ACCESS_TOKEN=", "", "WAWP_ACCESS_TOKEN is not set"},
		"with a blank token": {"", "WAWP_ACCESS_TOKEN= \t", "", "WAWP_ACCESS_TOKEN is not set"},
		"unencrypted":        {"", "WAWP_BASE_URL=http://example.com", "", "WAWP_BASE_URL must begin with https://"},
		"almost this machine": {
			"", "WAWP_BASE_URL=http://localhost.example.com", "",
			"WAWP_BASE_URL must begin with https://",
		},
		"no host": {"", "WAWP_BASE_URL=https:///v2", "", "WAWP_BASE_URL must begin with https://"},
		"a user in the address": {
			"", "WAWP_BASE_URL=https://a:c4nary@example.com", "",
			"WAWP_BASE_URL must begin with https://",
		},
		"a query": {
			"", "WAWP_BASE_URL=https://example.com/?c4nary", "",
			"WAWP_BASE_URL must begin with https://",
		},
		"without consent":   {"", "YES=", "no\n", `It goes on only after "yes"`},
		"without an answer": {"", "YES=", "", `It goes on only after "yes"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newProbe(t, wawptest.Config{})
			p.env, p.stdin = append(p.env, test.env), test.stdin
			if test.missing != "" {
				if err := os.Remove(filepath.Join(p.path, test.missing)); err != nil {
					t.Fatal(err)
				}
			}
			p.run(2, 0, "")
			p.checkPrinted(&p.stderr, "probe: "+test.says, "Nothing was sent.")
			if p.Count("") != 0 || p.stdout.Len() > 0 || strings.Contains(p.stderr.String(), "c4nary") {
				t.Errorf("%d requests; it printed\n%s%s", p.Count(""), &p.stdout, &p.stderr)
			}
		})
	}
	t.Run("goes on after yes", func(t *testing.T) {
		t.Parallel()
		p := newProbe(t, wawptest.Config{})
		p.env, p.stdin = append(p.env, "YES="), "yes\n"
		p.run(1, 0, "", wawptest.Fault{Status: 403})
		p.checkSessionsLeft(0)
	})
}

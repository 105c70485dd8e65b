package pairing_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/zclconf/go-cty/cty"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

func TestMain(m *testing.M) { os.Exit(acctest.Main(m)) }

// The endpoints, as faults and counts name them.
const (
	create  = "POST /v2/session/create"
	info    = "POST /v2/session/info"
	logout  = "POST /v2/session/logout"
	limits  = "GET /v2/session/rate-limit"
	getQR   = "POST /v2/auth/qr"
	askCode = "POST /v2/auth/request-code"
)

const id = "3EB0BCB2E3D4"

// phone is the phone that the tests link: its number as WhatsApp writes it.
const phone = "201145202826"

// newWorld opens an account that has a session.
func newWorld(t *testing.T, config wawptest.Config, session wawptest.Session) *acctest.World {
	t.Helper()
	w := acctest.New(t, config)
	session.InstanceID = id
	w.Add(session)
	return w
}

// workingSession is a session to which the phone is linked.
func workingSession() wawptest.Session {
	return wawptest.Session{Status: "WORKING", Me: &wawptest.Me{ID: phone + "@c.us", PushName: "Support"}}
}

// pairConfig configures the action.
func pairConfig(arguments string) string {
	return fmt.Sprintf("action \"wawp_session_pair\" \"this\" {\n  config {\n    instance_id = %q\n%s\n  }\n}\n", id,
		arguments)
}

const invoke = "-invoke=action.wawp_session_pair.this"

// TestAccDrawnCodeScans renders the QR code in the output as a terminal does, and reads it with another program.
func TestAccDrawnCodeScans(t *testing.T) {
	t.Parallel()
	acctest.Require(t, "1.14", "")
	if _, err := exec.LookPath("zbarimg"); err != nil {
		t.Skip("needs zbarimg (Debian's package zbar-tools) on PATH")
	}
	for name, arguments := range map[string][]string{
		"with colours":    {invoke},
		"without colours": {invoke, "-no-color"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, wawptest.Config{PairAfter: time.Millisecond}, wawptest.Session{})
			output, code := w.CLI(t, pairConfig("")).Run(append([]string{"apply", "-auto-approve"}, arguments...)...)
			if code != 0 {
				t.Fatal(output)
			}
			issued := w.QRCodes(id)
			if len(issued) != 1 {
				t.Fatalf("%d codes were issued", len(issued))
			}
			for terminal, colours := range map[string]colours{
				"dark":      {text: color.Gray{Y: 220}, background: color.Gray{Y: 20}},
				"light":     {text: color.Gray{Y: 20}, background: color.Gray{Y: 250}},
				"solarized": {text: color.RGBA{0x83, 0x94, 0x96, 255}, background: color.RGBA{0x00, 0x2b, 0x36, 255}},
			} {
				file := filepath.Join(t.TempDir(), terminal+".png")
				savePNG(t, file, render(t, output, colours))
				read, err := exec.CommandContext(t.Context(), "zbarimg", "--quiet", "--raw", file).Output()
				if err != nil || strings.TrimSpace(string(read)) != issued[0] {
					t.Errorf("on a %s terminal the code is not read as the one that was issued (%v)", terminal, err)
				}
			}
			acctest.Contains(t, output, "Scan this code",
				"The phone of \"Support\" ("+phone+"@c.us) is linked to the session "+id)
		})
	}
}

// colours are the default colours of a terminal.
type colours struct{ text, background color.Color }

// sequences matches escape sequences of a terminal, with the parameters of those that set colours (SGR).
var sequences = regexp.MustCompile("\x1b(\\[([0-9;]*)m)?")

// render draws the output of a program. A character is 4 pixels wide and 8 high; letters are not legible.
func render(t *testing.T, output string, terminal colours) image.Image {
	t.Helper()
	const columns, width, height = 200, 4, 8
	lines := strings.Split(output, "\n")
	canvas := image.NewRGBA(image.Rect(0, 0, columns*width, len(lines)*height))
	fill := func(area image.Rectangle, c color.Color) {
		for y := area.Min.Y; y < area.Max.Y; y++ {
			for x := area.Min.X; x < area.Max.X; x++ {
				canvas.Set(x, y, c)
			}
		}
	}
	fill(canvas.Bounds(), terminal.background)
	now := terminal
	for row, line := range lines {
		column := 0
		for line != "" {
			if at := sequences.FindStringSubmatchIndex(line); at != nil && at[0] == 0 {
				if at[4] < 0 {
					t.Fatalf("line %d has a sequence that is not SGR: %q", row, line)
				}
				now = now.afterSGR(t, line[at[4]:at[5]], terminal)
				line = line[at[1]:]
				continue
			}
			r := []rune(line)[0]
			line = line[len(string(r)):]
			cell := image.Rect(column*width, row*height, (column+1)*width, (row+1)*height)
			upper, lower := cell, cell
			upper.Max.Y, lower.Min.Y = cell.Min.Y+height/2, cell.Min.Y+height/2
			fill(cell, now.background)
			switch r {
			case ' ':
			case '█':
				fill(cell, now.text)
			case '▀':
				fill(upper, now.text)
			case '▄':
				fill(lower, now.text)
			default:
				fill(cell.Inset(1), now.text)
			}
			column++
		}
	}
	return canvas
}

// afterSGR returns the colours after a sequence of SGR with these parameters.
func (c colours) afterSGR(t *testing.T, parameters string, terminal colours) colours {
	t.Helper()
	codes := strings.Split(parameters, ";")
	for i := 0; i < len(codes); i++ {
		switch code, _ := strconv.Atoi(codes[i]); {
		case code == 0:
			c = terminal
		case code == 1, code == 4, code >= 30 && code <= 37: // bold, underlined, a colour of Terraform's own text
		case (code == 38 || code == 48) && i+2 < len(codes) && codes[i+1] == "5":
			of256 := map[string]color.Color{"16": color.Black, "231": color.White}[codes[i+2]]
			if of256 == nil {
				t.Fatalf("colour %s is not known here", codes[i+2])
			}
			if code == 38 {
				c.text = of256
			} else {
				c.background = of256
			}
			i += 2
		default:
			t.Fatalf("SGR %q is not known here", parameters)
		}
	}
	return c
}

func savePNG(t *testing.T, file string, picture image.Image) {
	t.Helper()
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if err := png.Encode(f, picture); err != nil {
		t.Fatal(err)
	}
}

// TestAccPairWithAPhoneNumber shows a code to type in place of a QR code.
func TestAccPairWithAPhoneNumber(t *testing.T) {
	t.Parallel()
	acctest.Require(t, "1.14", "")
	w := newWorld(t, wawptest.Config{PairAfter: time.Millisecond}, wawptest.Session{Status: "SCAN_QR_CODE"})
	output := w.CLI(t, pairConfig(`phone_number = "+20 (114) 520-2826"`)).OK("apply", "-auto-approve", "-no-color",
		invoke)
	acctest.Contains(t, output, "On the phone with the number "+phone, w.PairingCodes(id)[0],
		"The phone of \"Support\" ("+phone+"@c.us) is linked")
	if w.Count(askCode) != 1 || w.Count(getQR) != 0 {
		t.Errorf("the requests are %v", w.Requests())
	}
}

// TestPairEndsWithoutAPhone: the diagnostic says why, with the argument if there is one, and nothing changes.
func TestPairEndsWithoutAPhone(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		session   wawptest.Session
		arguments string
		fault     wawptest.Fault
		says      []string
	}{
		"timed out": {
			wawptest.Session{Status: "SCAN_QR_CODE"},
			`timeouts = { invoke = "200ms" }`,
			wawptest.Fault{},
			[]string{
				"No phone was linked to the Wawp session", "within 200ms", "SCAN_QR_CODE", "invoke the action again",
			},
		},
		"another phone": {workingSession(), `phone_number = "+49 170 1234567"`, wawptest.Fault{}, []string{
			"Another phone is linked to the Wawp session", `with AttributeName("phone_number")`,
			"has the number " + phone + ", not 491701234567",
		}},
		"no number": {
			workingSession(), `phone_number = "0170 1234567"`,
			wawptest.Fault{},
			[]string{"Error: Invalid phone number", "begins with a single 0"},
		},
		"no timeout": {
			workingSession(), `timeouts = { invoke = "0s" }`,
			wawptest.Fault{},
			[]string{"Error: Invalid duration"},
		},
		"no session": {workingSession(), "", wawptest.Fault{
			Match: info, Status: 404,
			Body: `{"code":"invalid_instance","message":"Gone."}`,
		}, []string{
			"No phone was linked to the Wawp session", "Gone.", "Wawp knows no such instance",
		}},
		"wrong token": {workingSession(), "", wawptest.Fault{
			Match: info, Status: 401,
			Body: `{"code":"invalid_access_token","message":"Who?"}`,
		}, []string{"Who?", "WAWP_ACCESS_TOKEN"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, wawptest.Config{}, test.session)
			if test.fault.Match != "" {
				w.Inject(test.fault)
			}
			before, _ := w.Session(id)
			output := w.Terraform(t, pairConfig(test.arguments)).Fails("apply", invoke)
			acctest.Contains(t, output, test.says...)
			if now, _ := w.Session(id); now.Status != before.Status || (now.Me == nil) != (before.Me == nil) {
				t.Errorf("the session was %+v and is %+v", before, now)
			}
		})
	}
}

// TestAccPairingIsPairedByItsAction pairs a new session in one apply: the action draws the code before the resource
// waits.
func TestAccPairingIsPairedByItsAction(t *testing.T) {
	t.Parallel()
	acctest.Require(t, "1.14", "")
	w := acctest.New(t, wawptest.Config{PairAfter: time.Millisecond})
	cli := w.CLI(t, `
		resource "wawp_session" "this" {}
		action "wawp_session_pair" "this" {
			config { instance_id = wawp_session.this.instance_id }
		}
		resource "wawp_session_pairing" "this" {
			instance_id = wawp_session.this.instance_id
			lifecycle {
				action_trigger {
					events  = [before_create]
					actions = [action.wawp_session_pair.this]
				}
			}
		}
		output "who" { value = wawp_session_pairing.this.push_name }`)
	w.Inject(wawptest.Fault{Match: getQR, Times: 1, Status: 401}) // the first apply fails before the pairing begins
	acctest.Contains(t, cli.Fails("apply", "-auto-approve", "-no-color"), "Error: Wawp did not accept the access token",
		"WAWP_ACCESS_TOKEN")
	if state := cli.State(); len(state) != 1 || state[0].Name != "this" || state[0].Status != "" ||
		state[0].Attributes["session_name"] == nil {
		t.Fatalf("the state is %v", state)
	}
	output := cli.OK("apply", "-auto-approve", "-no-color")
	acctest.Contains(t, output, "Scan this code", "1 added", `who = "Support"`)
	acctest.Contains(t, cli.OK("plan", "-no-color"), "No changes.")
	cli.OK("destroy", "-auto-approve")
}

// interruptCLI runs the CLI until so many requests have arrived, presses Ctrl-C, and returns what it printed.
func interruptCLI(
	t *testing.T, w *acctest.World, cli *acctest.CLI, endpoint string, n int, arguments ...string,
) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	var output bytes.Buffer
	cmd := cli.Command(arguments...)
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if err := w.WaitFor(ctx, endpoint, n); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // the CLI ends with an error, which this test does not check
	return acctest.Unwrap(output.String())
}

func TestAccInterruptedPairIsReported(t *testing.T) {
	t.Parallel()
	acctest.Require(t, "1.14", "")
	w := newWorld(t, wawptest.Config{}, wawptest.Session{Status: "SCAN_QR_CODE"})
	output := interruptCLI(t, w, w.CLI(t, pairConfig("")), info, 2, "apply", "-auto-approve", "-no-color", invoke)
	acctest.Contains(t, output, "The wait for a phone was interrupted", "SCAN_QR_CODE", "invoke the action again")
	if now, _ := w.Session(id); now.Status != "SCAN_QR_CODE" {
		t.Errorf("the session is %+v", now)
	}
}

// TestPhoneNumberKnownOnlyDuringApply: the number is validated during the apply, and never counts as not set.
func TestPhoneNumberKnownOnlyDuringApply(t *testing.T) {
	t.Parallel()
	const late, says = "0170 1234567", "Error: Invalid phone number"
	t.Run("resource", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, wawptest.Config{}, workingSession())
		w.Inject(wawptest.Fault{Match: create, Reshape: wawptest.Set("session_name", late)})
		tf := w.Terraform(t,
			"resource \"wawp_session\" \"late\" {}\n"+
				pairingConfig("expected_phone_number = wawp_session.late.session_name"))
		tf.OK("plan")
		acctest.Contains(t, tf.Fails("apply"), says, "begins with a single 0")
		if len(tf.State()) != 1 {
			t.Errorf("the state is %v", tf.State())
		}
		w.CheckRequests(t, map[string]int{create: 1})
	})
	t.Run("action", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, wawptest.Config{PairAfter: time.Millisecond}, wawptest.Session{Status: "SCAN_QR_CODE"})
		p, ctx := acctest.Serve(t), t.Context()
		p.Configure(ctx, acctest.Object(p.Schemas.Provider, map[string]cty.Value{
			"access_token": cty.StringVal(w.Token), "base_url": cty.StringVal(w.Server.URL),
		}))
		config := func(number cty.Value) *tfprotov6.DynamicValue {
			return acctest.Encode(acctest.Object(p.Schemas.ActionSchemas["wawp_session_pair"].Schema,
				map[string]cty.Value{
					"instance_id": cty.StringVal(id), "phone_number": number,
				}))
		}
		plan := func(number cty.Value) string {
			resp, err := p.PlanAction(ctx, &tfprotov6.PlanActionRequest{
				ActionType: "wawp_session_pair",
				Config:     config(number),
			})
			if err != nil {
				t.Fatal(err)
			}
			return acctest.DiagnosticTexts(resp.Diagnostics)
		}
		acctest.NotContains(t, plan(cty.UnknownVal(cty.String)), "Error")
		acctest.Contains(t, plan(cty.StringVal(late)), says)
		resp, err := p.InvokeAction(ctx, &tfprotov6.InvokeActionRequest{
			ActionType: "wawp_session_pair",
			Config:     config(cty.StringVal(late)),
		})
		if err != nil {
			t.Fatal(err)
		}
		for event := range resp.Events {
			completed, _ := event.Type.(tfprotov6.CompletedInvokeActionEventType)
			acctest.Contains(t, acctest.DiagnosticTexts(completed.Diagnostics), says)
		}
		w.CheckRequests(t, nil)
	})
}

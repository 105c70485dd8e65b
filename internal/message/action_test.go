package message_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
	"github.com/wawp/terraform-provider-wawp/internal/message"
	"github.com/wawp/terraform-provider-wawp/internal/wawp"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

func TestMain(m *testing.M) { os.Exit(acctest.Main(m)) }

// The endpoints, as faults and counts name them.
const (
	info = "POST /v2/session/info"
	send = "POST /v2/send/text"
)

const (
	id   = "3EB0BCB2E3D4"
	chat = "201145202826@c.us"
	text = "Release 1.4.0 is deployed."
)

// newWorld opens an account that has a session with a phone.
func newWorld(t *testing.T, config wawptest.Config) *acctest.World {
	t.Helper()
	w := acctest.New(t, config)
	w.Add(wawptest.Session{InstanceID: id, Status: "WORKING", Me: &wawptest.Me{ID: "201012345678@c.us"}})
	return w
}

// values are those of attributes. nil is null, and unknown is not known yet.
type values map[string]any

var unknown = tftypes.UnknownValue

// invokeTimeout sets the invoke timeout of the action.
func invokeTimeout(time string) values {
	return values{"timeouts": map[string]tftypes.Value{"invoke": tftypes.NewValue(tftypes.String, time)}}
}

// actionConfig returns a configuration of the action, in which given replaces default values.
func actionConfig(ctx context.Context, given values) tfsdk.Config {
	var described action.SchemaResponse
	message.NewAction().Schema(ctx, action.SchemaRequest{}, &described)
	form, _ := described.Schema.Type().TerraformType(ctx).(tftypes.Object)
	all := map[string]tftypes.Value{}
	for name, kind := range form.AttributeTypes {
		value := values{"instance_id": id, "chat_id": chat, "message": text}[name]
		if replaced, ok := given[name]; ok {
			value = replaced
		}
		all[name] = tftypes.NewValue(kind, value)
	}
	return tfsdk.Config{Schema: described.Schema, Raw: tftypes.NewValue(form, all)}
}

// invokeAction runs the action in this process, with short pauses, and returns its progress and its error, each as
// lines.
func invokeAction(
	ctx context.Context, t *testing.T, w *acctest.World, given values, adjust ...func(*wawp.Options),
) (progress, failure string) {
	t.Helper()
	base, err := wawp.ParseBaseURL(w.Server.URL)
	if err != nil {
		t.Fatal(err)
	}
	options := wawp.Options{
		AccessToken: w.Token, BaseURL: base,
		RetryWait: time.Millisecond, PollInterval: time.Millisecond, SecondLook: time.Millisecond,
	}
	for _, a := range adjust {
		a(&options)
	}
	a := message.NewAction()
	configurable, _ := a.(action.ActionWithConfigure)
	configurable.Configure(ctx, action.ConfigureRequest{ProviderData: wawp.New(options)}, &action.ConfigureResponse{})
	resp := action.InvokeResponse{SendProgress: func(event action.InvokeProgressEvent) {
		progress += event.Message + "\n"
	}}
	a.Invoke(ctx, action.InvokeRequest{Config: actionConfig(ctx, given)}, &resp)
	for _, d := range resp.Diagnostics {
		failure += d.Summary() + "\n" + d.Detail() + "\n"
	}
	return progress, failure
}

func TestMessageIsSent(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		queue bool
		fault wawptest.Fault
		says  string
	}{
		"sent":             {false, wawptest.Fault{}, "Sent to " + chat + " (message id true_" + chat + "_3EB0"},
		"sent, without id": {false, wawptest.Fault{Act: true, Body: `{"sent":true}`}, "Sent to " + chat + ".\n"},
		"queued":           {true, wawptest.Fault{}, "Queued by the session's sending policy, for " + chat + " (job "},
		"queued, without id": {
			false,
			wawptest.Fault{Act: true, Body: `{"status":"queued"}`},
			"Queued by the session's sending policy, for " + chat + ".\n",
		},
		"no result": {false, wawptest.Fault{Act: true, Status: 204}, "Wawp accepted the message to " + chat + ", " +
			"but did not say whether it was sent."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, wawptest.Config{Queue: test.queue})
			test.fault.Match = send
			w.Inject(test.fault)
			output, failure := invokeAction(t.Context(), t, w, nil)
			acctest.Contains(t, output, test.says)
			acctest.NotContains(t, failure, "\n")
			w.CheckRequests(t, map[string]int{info: 1, send: 1})
			want := wawptest.Message{InstanceID: id, ChatID: chat, Text: text}
			if all := w.Messages(); len(all) != 1 || all[0] != want {
				t.Errorf("%v was sent, want %v", all, want)
			}
		})
	}
}

// TestMessageReachesItsChat: in each notation of the recipient.
func TestMessageReachesItsChat(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		queue     bool
		recipient string
		says      string
	}{
		"to a chat": {false, argument("chat_id", chat), "Sent to " + chat + " (message id true_" + chat + "_"},
		"of another form": {false, argument("chat_id", "201145202826:7@s.whatsapp.net"), "Sent to " + chat +
			" (message id " +
			"true_" + chat + "_"},
		"with a device": {false, argument("chat_id", "201145202826:3@c.us"), "Sent to " + chat + " (message id true_" +
			chat + "_"},
		"with an agent": {false, argument("chat_id", "201145202826.0:3@s.whatsapp.net"), "Sent to " + chat +
			" (message " +
			"id true_" + chat + "_"},
		"to a phone number": {false, argument("phone_number", "+20 114 520 2826"), "Sent to " + chat +
			" (message id true_" + chat + "_"},
		"through a queue": {
			true, argument("phone_number", "0020 114-520-2826"),
			"Queued by the session's sending policy, for " + chat + " (job ",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, wawptest.Config{Queue: test.queue})
			acctest.Contains(t, w.Terraform(t, actionBlock(test.recipient, argument("message", text))).OK("apply",
				invokeX),
				test.says)
			w.CheckRequests(t, map[string]int{info: 1, send: 1})
			if all := w.Messages(); len(all) != 1 || all[0] != (wawptest.Message{
				InstanceID: id, ChatID: chat,
				Text: text,
			}) {
				t.Errorf("%v was sent", all)
			}
		})
	}
}

// TestOnlyAWorkingSessionSends: statuses that need a person are an error once they have lasted, all others after the
// timeout.
func TestOnlyAWorkingSessionSends(t *testing.T) {
	t.Parallel()
	for status, test := range map[string]struct {
		looks int // 0: as many as there is time for
		says  string
	}{
		"STOPPED":      {6, "wawp_session_start"},
		"STARTING":     {0, "was still STARTING after 50ms (the invoke timeout)"},
		"SCAN_QR_CODE": {3, "wawp_session_pair"},
		"FAILED":       {6, "wawp_session_restart"},
		"PAUSED":       {0, "dashboard"},
		"":             {6, "has no status"},
	} {
		t.Run(status, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, wawptest.Config{})
			w.Inject(wawptest.Fault{Match: info, Reshape: wawptest.Set("status", status)})
			given := values{}
			if test.looks == 0 {
				given = invokeTimeout("50ms")
			}
			output, failure := invokeAction(t.Context(), t, w, given)
			acctest.Contains(t, failure, "WhatsApp message was not sent", id, status, "Nothing was sent", test.says)
			if test.looks == 0 {
				acctest.Contains(t, output, id+" is "+status+": waiting until it is WORKING, for at most 50ms.")
				return
			}
			acctest.NotContains(t, output, "\n")
			w.CheckRequests(t, map[string]int{info: test.looks})
		})
	}
}

// TestMessageWaitsForItsSession: transient statuses and faults do not end the wait. The message is sent once.
func TestMessageWaitsForItsSession(t *testing.T) {
	t.Parallel()
	is := func(status string, times int) wawptest.Fault {
		return wawptest.Fault{Match: info, Times: times, Reshape: wawptest.Set("status", status)}
	}
	fails := func(status int, body string) wawptest.Fault {
		return wawptest.Fault{Match: info, Times: 1, Status: status, Body: body}
	}
	const gone, dropped = `{"code":"invalid_instance","message":"gone"}`, `{"code":"invalid_session","message":"gone"}`
	for name, faults := range map[string][]wawptest.Fault{
		"starting":               {is("STARTING", 20)},
		"an unknown word":        {is("OPENING", 20)},
		"scanning, twice":        {is("SCAN_QR_CODE", 2)},
		"stopped, five times":    {is("STOPPED", 5)},
		"failed, five times":     {is("FAILED", 5)},
		"no status, five times":  {is("", 5)},
		"a restart":              {is("STOPPED", 5), is("STARTING", 3), is("SCAN_QR_CODE", 2)},
		"flapping":               {is("SCAN_QR_CODE", 1), is("STARTING", 1), is("SCAN_QR_CODE", 1), is("STARTING", 1)},
		"a 404, twice":           {fails(404, gone), fails(404, gone)},
		"a 404 in the middle":    {is("STARTING", 1), fails(404, gone), fails(404, gone), is("STARTING", 1)},
		"invalid_session, twice": {fails(404, dropped), fails(404, dropped)},
		"faults in the middle": {
			is("STARTING", 1), fails(502, ""), fails(500, ""), fails(429, ""),
			fails(200, "<html>"),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, wawptest.Config{})
			looks := 1
			for _, fault := range faults {
				w.Inject(fault)
				looks += fault.Times
			}
			output, failure := invokeAction(t.Context(), t, w, nil)
			acctest.Contains(t, output, "Sent to "+chat)
			acctest.NotContains(t, failure, "\n")
			if n := strings.Count(output, "waiting until it is WORKING"); n > 3 {
				t.Errorf("the wait is spoken of %d times:\n%s", n, output)
			}
			w.CheckRequests(t, map[string]int{info: looks, send: 1})
		})
	}
}

// TestEndedWaitReportsTheLastStatus: an error that does not pass ends the wait at once. The diagnostic of an
// interruption has the last status.
func TestEndedWaitReportsTheLastStatus(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{})
	w.Inject(wawptest.Fault{Match: info, Times: 1, Reshape: wawptest.Set("status", "STARTING")})
	w.Inject(wawptest.Fault{Match: info, Status: 401})
	_, failure := invokeAction(t.Context(), t, w, nil)
	acctest.Contains(t, failure, "Nothing was sent, because checking", "did not accept the access token")

	w.ClearFaults()
	w.Inject(wawptest.Fault{Match: info, Reshape: wawptest.Set("status", "STARTING")})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	w.ResetRequests()
	go func() {
		_ = w.WaitFor(t.Context(), info, 3)
		cancel()
	}()
	_, failure = invokeAction(ctx, t, w, nil)
	acctest.Contains(t, failure, "was STARTING when Terraform was interrupted", "Nothing was sent")
	if len(w.Messages()) != 0 {
		t.Errorf("%v was sent", w.Messages())
	}
}

func TestMessageThatWasNotSent(t *testing.T) {
	t.Parallel()
	const wasNot, check = "WhatsApp message was not sent", "Check that the recipient has WhatsApp"
	const dropped = `{"code":"invalid_session","message":"No."}`
	for name, test := range map[string]struct {
		fault wawptest.Fault
		says  []string
		waits bool // until the time is over
	}{
		"unknown session": {
			wawptest.Fault{
				Match: info, Status: 404,
				Body: `{"code":"invalid_instance","message":"gone"}`,
			},
			[]string{"Nothing was sent, because checking", "Wawp knows no such instance"},
			false,
		},
		"wrong token": {
			wawptest.Fault{Match: info, Status: 401},
			[]string{"Nothing was sent, because checking", "did not accept the access token"},
			false,
		},
		"lost look": {
			wawptest.Fault{Match: info, Drop: true},
			[]string{"Nothing was sent, because checking", "Check the network"},
			true,
		},
		"web page": {
			wawptest.Fault{Match: info, Body: "<html>Sign in</html>"},
			[]string{"Nothing was sent, because checking", "does not describe a session"},
			true,
		},
		"refused, 200": {
			wawptest.Fault{Match: send, Body: `{"sent":false,"message":"No such number."}`},
			[]string{chat, id, "It was not sent.", "No such number.", check},
			false,
		},
		"refused, code": {
			wawptest.Fault{Match: send, Body: `{"code":"not_allowed","message":"No."}`},
			[]string{"not_allowed", check},
			false,
		},
		"400": {
			wawptest.Fault{Match: send, Status: 400, Body: `{"code":"invalid_param","message":"No."}`},
			[]string{"invalid_param", check},
			false,
		},
		"403": {wawptest.Fault{
			Match: send, Status: 403,
			Body: `{"code":"subscription_required","message":"No."}`,
		}, []string{"Upgrade it in"}, false},
		"400, phone lost": {
			wawptest.Fault{Match: send, Status: 400, Body: dropped},
			[]string{"it may have lost its phone"},
			false,
		},
		"422, phone lost": {
			wawptest.Fault{Match: send, Status: 422, Body: dropped},
			[]string{"it may have lost its phone"},
			false,
		},
		"200, phone lost": {
			wawptest.Fault{Match: send, Body: dropped},
			[]string{"It was not sent", "it may have lost its phone"},
			false,
		},
		"404": {
			wawptest.Fault{
				Match: send, Status: 404,
				Body: `{"code":"invalid_session","message":"No."}`,
			},
			[]string{"invalid_session", "it may have lost its phone"},
			false,
		},
		"429":      {wawptest.Fault{Match: send, Status: 429}, []string{"Wawp asks for fewer requests"}, false},
		"redirect": {wawptest.Fault{Match: send, Status: 307}, []string{"Redirects are never followed"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, wawptest.Config{})
			w.Inject(test.fault)
			var given values
			if test.waits {
				given = invokeTimeout("300ms")
			}
			output, failure := invokeAction(t.Context(), t, w, given)
			acctest.Contains(t, failure, append(test.says, acctest.Summary(test.fault, wasNot))...)
			acctest.NotContains(t, failure, "may have been sent", text)
			acctest.NotContains(t, output, "\n")
			if len(w.Messages()) != 0 {
				t.Errorf("%v was sent", w.Messages())
			}
		})
	}
}

// TestMessageIsNeverSentTwice: a message whose outcome is unknown is not sent again.
func TestMessageIsNeverSentTwice(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]wawptest.Fault{
		"lost":         {Drop: true},
		"cut off":      {Cut: true},
		"500":          {Status: 500},
		"502":          {Status: 502, Body: "<html>Bad Gateway</html>"},
		"503":          {Status: 503},
		"web page":     {Body: "<html>Sign in</html>"},
		"fault behind": {Body: `{"code":"wawp_upstream_error","message":"timeout"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, wawptest.Config{})
			fault.Match, fault.Act = send, true
			w.Inject(fault)
			output, failure := invokeAction(t.Context(), t, w, nil, func(o *wawp.Options) { o.MaxRetries = 3 })
			acctest.Contains(t, failure, "WhatsApp message may have been sent", chat, "It was not sent again",
				"Look into the chat")
			acctest.NotContains(t, failure, text)
			acctest.NotContains(t, output, "\n")
			w.CheckRequests(t, map[string]int{info: 1, send: 1})
			if len(w.Messages()) != 1 {
				t.Errorf("%d messages were sent", len(w.Messages()))
			}
		})
	}
}

// TestActionChecksItsConfiguration: unknown values are accepted, and each invalid known value is refused.
func TestActionChecksItsConfiguration(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		given values
		says  []string // nothing: it passes
	}{
		"chat":              {values{}, nil},
		"group":             {values{"chat_id": "120363041234567890@g.us"}, nil},
		"old group":         {values{"chat_id": "201145202826-1500000000@g.us"}, nil},
		"channel":           {values{"chat_id": "120363041234567890@newsletter"}, nil},
		"kind yet to come":  {values{"chat_id": "a:1@new.kind-2"}, nil},
		"phone number":      {values{"chat_id": nil, "phone_number": "(+20) 114-520-2826"}, nil},
		"longest":           {values{"message": strings.Repeat("م", 4096)}, nil},
		"unknown instance":  {values{"instance_id": unknown}, nil},
		"unknown chat":      {values{"chat_id": unknown}, nil},
		"unknown number":    {values{"chat_id": nil, "phone_number": unknown}, nil},
		"both, one unknown": {values{"phone_number": unknown}, nil},
		"the other unknown": {values{"chat_id": unknown, "phone_number": "+20 114 520 2826"}, nil},
		"neither is known":  {values{"chat_id": unknown, "phone_number": unknown}, nil},
		"unknown message":   {values{"message": unknown}, nil},
		"unknown timeouts":  {values{"timeouts": unknown}, nil},
		"neither":           {values{"chat_id": nil}, []string{"One recipient is needed"}},
		"both":              {values{"phone_number": "+20 114 520 2826"}, []string{"One recipient is needed"}},
		"blank chat":        {values{"chat_id": " "}, []string{"Invalid chat id", "it is empty"}},
		"number as chat": {
			values{"chat_id": "201145202826"},
			[]string{"Invalid chat id", "goes into phone_number"},
		},
		"no user": {values{"chat_id": "@c.us"}, []string{"Invalid chat id", "something before the @"}},
		"no kind": {
			values{"chat_id": "201145202826@"},
			[]string{"Invalid chat id", "a kind of chat after it"},
		},
		"space": {values{"chat_id": "201145202826 @c.us"}, []string{"Invalid chat id", "no spaces"}},
		"bell":  {values{"chat_id": "\a@g.us"}, []string{"Invalid chat id"}},
		"two":   {values{"chat_id": "1@c.us,2@c.us"}, []string{"Invalid chat id"}},
		"plus":  {values{"chat_id": "+201145202826@c.us"}, []string{"Invalid chat id", "only digits"}},
		"national number": {
			values{"chat_id": nil, "phone_number": "0114 520 2826"},
			[]string{"Invalid phone number", "begins with a single 0"},
		},
		"blank number": {
			values{"chat_id": nil, "phone_number": ""},
			[]string{"Invalid phone number", "it is empty"},
		},
		"chat as number": {
			values{"chat_id": nil, "phone_number": chat},
			[]string{"Invalid phone number", "it is a chat id"},
		},
		"blank message": {values{"message": " \n"}, []string{"Invalid message", "it is empty"}},
		"too long": {
			values{"message": strings.Repeat("x", 4097)},
			[]string{"Invalid message", "4097 characters", "at most 4096"},
		},
		"bad, while unknown": {
			values{"chat_id": "1", "phone_number": unknown, "message": ""},
			[]string{"Invalid chat id", "Invalid message"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx := t.Context()
			var validated action.ValidateConfigResponse
			var planned action.ModifyPlanResponse
			a, _ := message.NewAction().(action.ActionWithValidateConfig)
			a.ValidateConfig(ctx, action.ValidateConfigRequest{Config: actionConfig(ctx, test.given)}, &validated)
			b, _ := message.NewAction().(action.ActionWithModifyPlan)
			b.ModifyPlan(ctx, action.ModifyPlanRequest{Config: actionConfig(ctx, test.given)}, &planned)
			if !validated.Diagnostics.Equal(planned.Diagnostics) {
				t.Errorf("the plan says %v", planned.Diagnostics)
			}
			output := fmt.Sprint(validated.Diagnostics)
			acctest.Contains(t, output, test.says...)
			if (len(test.says) == 0) == validated.Diagnostics.HasError() {
				t.Errorf("got %s", output)
			}
			if s, ok := test.given["message"].(string); ok && len(s) > 9 {
				acctest.NotContains(t, output, s[:9])
			}
		})
	}
}

func TestInvalidMessageIsRefused(t *testing.T) {
	t.Parallel()
	number, hello := argument("phone_number", "+20 114 520 2826"), argument("message", text)
	for name, test := range map[string]struct {
		arguments []string
		says      []string
	}{
		"neither recipient": {[]string{hello}, []string{"One recipient is needed"}},
		"national number": {
			[]string{argument("phone_number", "0114 520 2826"), hello},
			[]string{"Invalid phone number", `with AttributeName("phone_number")`},
		},
		"a timeout that is none": {
			[]string{number, hello, `timeouts = { invoke = "0s" }`},
			[]string{"Invalid duration"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, wawptest.Config{})
			acctest.Contains(t, w.Terraform(t, actionBlock(test.arguments...)).Fails("apply", invokeX), test.says...)
			w.CheckRequests(t, nil)
		})
	}
}

// TestActionChecksAgainBeforeItSends: values that the plan did not know are validated only then.
func TestActionChecksAgainBeforeItSends(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{})
	for _, given := range []values{
		{"instance_id": ""},
		{"chat_id": nil},
		{"chat_id": "x"},
		{"phone_number": "+20 114 520 2826"},
		{"chat_id": nil, "phone_number": "0114"},
		{"message": ""},
	} {
		if _, failure := invokeAction(t.Context(), t, w, given); failure == "" {
			t.Errorf("%v is sent", given)
		}
	}
	w.CheckRequests(t, nil)
}

// TestActionWithoutAClient: while the provider's configuration is not known, nothing can be sent.
func TestActionWithoutAClient(t *testing.T) {
	t.Parallel()
	var resp action.InvokeResponse
	message.NewAction().Invoke(t.Context(), action.InvokeRequest{Config: actionConfig(t.Context(), nil)}, &resp)
	acctest.Contains(t, fmt.Sprint(resp.Diagnostics), "The provider's configuration is not known yet")
}

// endableContext is a context that ends, with cause, when done is closed.
type endableContext struct {
	context.Context
	done  chan struct{}
	cause error
}

func (e endableContext) Done() <-chan struct{} { return e.done }

func (e endableContext) Err() error {
	select {
	case <-e.done:
		return e.cause
	default:
		return nil
	}
}

func TestActionCanceledBeforeItSends(t *testing.T) {
	t.Parallel()
	for says, with := range map[string]error{
		"Terraform was interrupted.":                                  context.Canceled,
		"The time that the timeouts attribute gives the operation is": context.DeadlineExceeded,
	} {
		t.Run(says, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, wawptest.Config{})
			w.Inject(wawptest.Fault{Match: info, Hold: make(chan struct{})})
			ctx := endableContext{t.Context(), make(chan struct{}), with}
			go func() {
				_ = w.WaitFor(t.Context(), info, 1)
				close(ctx.done)
			}()
			_, failure := invokeAction(ctx, t, w, nil)
			acctest.Contains(t, failure, "Nothing was sent", says)
			w.CheckRequests(t, map[string]int{info: 1})
		})
	}
}

// TestMessageInFlightIsNotCanceled: the warning says whether it was sent.
func TestMessageInFlightIsNotCanceled(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{})
	release := make(chan struct{})
	w.Inject(wawptest.Fault{Match: send, Hold: release})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		_ = w.WaitFor(t.Context(), send, 1)
		cancel()
		close(release)
	}()
	output, warning := invokeAction(ctx, t, w, nil)
	acctest.Contains(t, warning, "on its way when Terraform was interrupted", "Sent to "+chat)
	acctest.NotContains(t, output, "\n")
}

// canary is a token that looks different in a URL, in JSON and in HTML.
const canary = "cAn4ry/tok+en&=17"

// tokenSpellings are those in which a server could echo the token.
func tokenSpellings() []string {
	quoted, _ := json.Marshal(canary)
	return []string{canary, url.QueryEscape(canary), url.PathEscape(canary), strings.Trim(string(quoted), `"`)}
}

// leakFaults are the faults of an endpoint that could bring the token, or the text, to light.
func leakFaults(endpoint string) []wawptest.Fault {
	echo := strings.Join(tokenSpellings(), " ")
	faults := []wawptest.Fault{
		{Drop: true},
		{Cut: true},
		{Reshape: wawptest.Set("id", echo)},
		{Reshape: wawptest.Set("status", echo)},
		{Reshape: func(map[string]any) any {
			return map[string]any{"job_id": echo}
		}},
	}
	for _, output := range []string{echo, text} {
		encoded, _ := json.Marshal(output)
		for _, status := range []int{200, 400, 401, 403, 404, 429, 500, 502} {
			faults = append(faults,
				wawptest.Fault{Status: status, Body: fmt.Sprintf(`{"code":%[1]s,"message":%[1]s,"error":%[1]s}`,
					encoded)},
				wawptest.Fault{Status: status, Body: "<html>" + output + "</html>"},
				wawptest.Fault{Status: status, Body: fmt.Sprintf(`{"sent":false,"request":{"message":%s}}`, encoded)})
		}
	}
	for i := range faults {
		faults[i].Match = endpoint
	}
	return faults
}

// TestActionShowsNeitherTokenNorText: no progress and no error has the token or the text, if any request fails.
func TestActionShowsNeitherTokenNorText(t *testing.T) {
	t.Parallel()
	shown := 0
	for _, endpoint := range []string{info, send} {
		for _, leak := range leakFaults(endpoint) {
			w := newWorld(t, wawptest.Config{Token: canary})
			w.Inject(leak)
			progress, failure := invokeAction(t.Context(), t, w, invokeTimeout("100ms"))
			output := strings.ToLower(progress + failure)
			shown += strings.Count(output, "(redacted)")
			for _, spelling := range tokenSpellings() {
				acctest.NotContains(t, output, strings.ToLower(spelling))
			}
			if endpoint == send {
				acctest.NotContains(t, output, "release", "deployed")
			}
		}
	}
	if shown < 20 {
		t.Errorf("there was nothing to find: %d", shown)
	}
}

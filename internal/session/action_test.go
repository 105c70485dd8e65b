package session_test

import (
	"cmp"
	"context"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
	"github.com/wawp/terraform-provider-wawp/internal/session"
	"github.com/wawp/terraform-provider-wawp/internal/wawp"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

const restart = "POST /v2/session/restart"

// instanceID is the instance id of the session that the tests of actions are about.
const instanceID = "3EB0BCB2E3D4"

var actions = map[string]func() action.Action{
	start: session.NewStartAction, stop: session.NewStopAction, restart: session.NewRestartAction,
	logout: session.NewLogoutAction,
}

// instanceArgument is the argument of every action.
const instanceArgument = `instance_id = "3EB0BCB2E3D4"`

// allActions declares every action, on one session.
const allActions = `
	action "wawp_session_start" "x" {
		config {
			instance_id = "3EB0BCB2E3D4"
		}
	}
	action "wawp_session_stop" "x" {
		config {
			instance_id = "3EB0BCB2E3D4"
		}
	}
	action "wawp_session_restart" "x" {
		config {
			instance_id = "3EB0BCB2E3D4"
		}
	}
	action "wawp_session_logout" "x" {
		config {
			instance_id = "3EB0BCB2E3D4"
		}
	}
`

// invoke runs an action in this process, with short pauses. It returns its progress and its error as lines.
func invoke(ctx context.Context, t *testing.T, w *acctest.World, endpoint string,
	adjust ...func(*wawp.Options),
) (progress, failure string) {
	t.Helper()
	base, err := wawp.ParseBaseURL(w.Server.URL)
	if err != nil {
		t.Fatal(err)
	}
	options := wawp.Options{
		AccessToken: w.Token, BaseURL: base, PollInterval: time.Millisecond,
		SecondLook: time.Millisecond, RetryWait: time.Millisecond,
	}
	for _, a := range adjust {
		a(&options)
	}
	a := actions[endpoint]()
	configurable, _ := a.(action.ActionWithConfigure)
	configurable.Configure(ctx, action.ConfigureRequest{ProviderData: wawp.New(options)}, &action.ConfigureResponse{})

	var described action.SchemaResponse
	a.Schema(ctx, action.SchemaRequest{}, &described)
	form, _ := described.Schema.Type().TerraformType(ctx).(tftypes.Object)
	config := tfsdk.Config{Schema: described.Schema, Raw: tftypes.NewValue(form, map[string]tftypes.Value{
		"instance_id": tftypes.NewValue(tftypes.String, instanceID),
		"timeouts":    tftypes.NewValue(form.AttributeTypes["timeouts"], nil),
	})}
	resp := action.InvokeResponse{SendProgress: func(event action.InvokeProgressEvent) {
		progress += event.Message + "\n"
	}}
	a.Invoke(ctx, action.InvokeRequest{Config: config}, &resp)
	for _, d := range resp.Diagnostics {
		failure += d.Summary() + "\n" + d.Detail() + "\n"
	}
	return progress, failure
}

// injectStatuses makes session/info report these statuses, one after the other, and then the real one. 404, 500 and
// page are answers without a status.
func injectStatuses(w *acctest.World, statuses ...string) {
	for _, status := range statuses {
		f := wawptest.Fault{Match: info, Times: 1, Reshape: wawptest.Set("status", status)}
		switch status {
		case "404":
			f = wawptest.Fault{Match: info, Times: 1, Status: 404, Body: `{"code":"invalid_instance","message":"gone"}`}
		case "500":
			f = wawptest.Fault{Match: info, Times: 1, Status: 500}
		case "page":
			f = wawptest.Fault{Match: info, Times: 1, Body: "<html>"}
		}
		w.Inject(f)
	}
}

// How many looks in a row must show a status until it counts: SCAN_QR_CODE, and other transient statuses.
const scanLooks, settledLooks = 3, 6

var phone = &wawptest.Me{ID: "201012345678@c.us"}

// worldWithPhone returns a world with a session that has a phone: STOPPED for a start, else WORKING.
func worldWithPhone(t *testing.T, endpoint string) *acctest.World {
	t.Helper()
	w := acctest.New(t, wawptest.Config{})
	status := "WORKING"
	if endpoint == start {
		status = "STOPPED"
	}
	w.Add(wawptest.Session{InstanceID: instanceID, Status: status, Me: phone})
	return w
}

// TestActionReadsTheStatusFirst: the status of the session decides which request an action sends.
func TestActionReadsTheStatusFirst(t *testing.T) {
	t.Parallel()
	const fails = "fails: "
	idle := "nothing was sent"
	for _, test := range []struct {
		action, status string
		me             *wawptest.Me
		sends          map[string]int
		says           string // behind fails, in the error
	}{
		{
			start, "STOPPED", nil,
			map[string]int{info: 1 + scanLooks, start: 1},
			"has started. It is SCAN_QR_CODE: it waits for a person to link a phone, for example with the action " +
				"wawp_session_pair",
		},
		{start, "STOPPED", phone, map[string]int{info: 2, start: 1}, "has started. It is WORKING"},
		{start, "SCAN_QR_CODE", nil, map[string]int{info: scanLooks}, "wawp_session_pair"},
		{start, "SCAN_QR_CODE", nil, map[string]int{info: scanLooks}, idle},
		{start, "WORKING", phone, map[string]int{info: 1}, idle},
		{start, "READY", nil, map[string]int{info: 1}, idle},
		{start, "READY", nil, map[string]int{info: 1}, "READY, a status that this provider does not know"},
		{start, "FAILED", nil, map[string]int{info: 1}, fails + "with the action wawp_session_restart"},

		{stop, "STOPPED", nil, map[string]int{info: settledLooks}, idle},
		{stop, "SCAN_QR_CODE", nil, map[string]int{info: 2, stop: 1}, "is STOPPED"},
		{stop, "WORKING", phone, map[string]int{info: 2, stop: 1}, "stays linked"},
		{stop, "FAILED", nil, map[string]int{info: 2, stop: 1}, "is STOPPED"},
		{stop, "READY", nil, map[string]int{info: 2, stop: 1}, "is STOPPED"},

		{restart, "STOPPED", phone, map[string]int{info: 2, start: 1}, "nothing to stop"},
		{restart, "STOPPED", phone, map[string]int{info: 2, start: 1}, "has started. It is WORKING"},
		{
			restart, "SCAN_QR_CODE", nil,
			map[string]int{info: 1 + scanLooks, restart: 1},
			"has restarted. It is SCAN_QR_CODE",
		},
		{
			restart, "WORKING", phone,
			map[string]int{info: 2, restart: 1},
			"has restarted. It is WORKING: a phone is linked. Wawp advises to wait 30 seconds",
		},
		{restart, "FAILED", phone, map[string]int{info: 2, restart: 1}, "has restarted. It is WORKING"},
		{restart, "READY", phone, map[string]int{info: 2, restart: 1}, "has restarted. It is WORKING"},

		{logout, "WORKING", phone, map[string]int{info: 1, logout: 1}, "was logged out. It is SCAN_QR_CODE"},
		{logout, "SCAN_QR_CODE", nil, map[string]int{info: 1 + scanLooks}, idle},
		{logout, "STOPPED", phone, map[string]int{info: 1 + settledLooks, logout: 1}, fails + "Start or restart it " +
			"first"},
		{logout, "FAILED", nil, map[string]int{info: 1 + settledLooks, logout: 1}, fails + "Start or restart it first"},
		{logout, "READY", nil, map[string]int{info: 1 + settledLooks, logout: 1}, fails + "Start or restart it first"},
	} {
		t.Run(test.action+" of "+test.status, func(t *testing.T) {
			t.Parallel()
			w := acctest.New(t, wawptest.Config{})
			w.Add(wawptest.Session{InstanceID: instanceID, Status: test.status, Me: test.me})
			progress, failure := invoke(t.Context(), t, w, test.action)
			w.CheckRequests(t, test.sends)
			if want, ok := strings.CutPrefix(test.says, fails); ok {
				acctest.Contains(t, failure, instanceID, test.status, want)
			} else {
				acctest.Contains(t, progress, "The session "+instanceID, test.says)
				acctest.NotContains(t, failure, "\n")
			}
		})
	}
}

// TestRefusedLogoutIsReported: Wawp refuses the logout, and then no phone is linked any more.
func TestRefusedLogoutIsReported(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{})
	w.Add(wawptest.Session{InstanceID: instanceID, Status: "WORKING", Me: phone})
	w.Inject(wawptest.Fault{Match: logout, Status: 400, Body: `{"code":"not_connected","message":"No."}`})
	w.Inject(wawptest.Fault{Match: info, Skip: 1, Reshape: wawptest.Set("status", "SCAN_QR_CODE")})
	progress, failure := invoke(t.Context(), t, w, logout)
	acctest.Contains(t, progress, "is SCAN_QR_CODE: no phone is linked. Wawp refused the logout.")
	acctest.NotContains(t, progress+failure, "nothing was sent", "Error")
}

// TestActionsRun takes a session through all actions, as a person does, twice each.
func TestActionsRun(t *testing.T) {
	t.Parallel()
	w := worldWithPhone(t, start)
	tf := w.Terraform(t, allActions)
	for _, run := range []struct {
		action string
		sends  map[string]int
		says   string
	}{
		{
			"start",
			map[string]int{info: 2, start: 1},
			"The session 3EB0BCB2E3D4 has started. It is WORKING: a phone is linked.",
		},
		{
			"start",
			map[string]int{info: 1},
			"The session 3EB0BCB2E3D4 is not STOPPED, so it needs no start: nothing was sent.",
		},
		{"restart", map[string]int{info: 2, restart: 1}, "Wawp advises to wait 30 seconds before sending messages."},
		{"stop", map[string]int{info: 2, stop: 1}, "The session 3EB0BCB2E3D4 is STOPPED. Its phone stays linked"},
		{"stop", map[string]int{info: settledLooks}, "The session 3EB0BCB2E3D4 is STOPPED already: nothing was sent."},
		{
			"restart",
			map[string]int{info: 2, start: 1},
			"The session 3EB0BCB2E3D4 has nothing to stop: a start is enough.",
		},
		{"logout", map[string]int{info: 1, logout: 1}, "The session 3EB0BCB2E3D4 was logged out. It is SCAN_QR_CODE"},
		{
			"logout",
			map[string]int{info: 1 + scanLooks},
			"The session 3EB0BCB2E3D4 is SCAN_QR_CODE: no phone is linked, and nothing was sent.",
		},
	} {
		acctest.Contains(t, tf.OK("apply", "-invoke=action.wawp_session_"+run.action+".x"), run.says)
		w.CheckRequests(t, run.sends)
	}
	w.Remove(instanceID)
	output := tf.Fails("apply", "-invoke=action.wawp_session_restart.x")
	acctest.Contains(t, output, "Error: Action on a Wawp session failed", instanceID, "Wawp knows no such instance")
	w.CheckRequests(t, map[string]int{info: settledLooks})
}

func TestActionTimeout(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{BootTime: 1e15})
	w.Add(wawptest.Session{InstanceID: instanceID, Status: "STOPPED"})
	tf := w.Terraform(t, strings.ReplaceAll(allActions, instanceArgument, instanceArgument+"\n"+
		" timeouts = { invoke = \"1s\" }"))
	acctest.Contains(t, tf.Fails("apply", "-invoke=action.wawp_session_start.x"),
		"Action on a Wawp session ran out of time",
		"Wawp accepted the start of the session 3EB0BCB2E3D4, but the provider did not see the session leave "+
			"STARTING within 1s",
		"Its last status was STARTING.", "with the action wawp_session_restart")
}

func TestActionArgumentsAreValidated(t *testing.T) {
	t.Parallel()
	for arguments, says := range map[string]string{
		``:                   `The argument "instance_id" is required`,
		`instance_id = ""`:   `instance_id is set, but empty`,
		`instance_id = "\t"`: `instance_id is set, but empty`,
		instanceArgument + "\n timeouts = { invoke = \"0s\" }":   `timeouts.invoke must be a positive duration`,
		instanceArgument + "\n timeouts = { invoke = \"soon\" }": `timeouts.invoke must be a positive duration`,
	} {
		w := acctest.New(t, wawptest.Config{})
		tf := w.Terraform(t, strings.ReplaceAll(allActions, instanceArgument, arguments))
		for endpoint := range actions {
			acctest.Contains(t, tf.Fails("apply", "-invoke=action.wawp_session_"+path.Base(endpoint)+".x"), says)
		}
		w.CheckRequests(t, nil)
	}
}

// TestActionOfAnUnknownProvider: an action can be invoked before the provider's configuration is known.
func TestActionOfAnUnknownProvider(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{})
	tf := w.Terraform(t, allActions)
	tf.Unknown = true
	acctest.Contains(t, tf.Fails("apply", "-invoke=action.wawp_session_restart.x"),
		"The provider's configuration is not known yet")
	w.CheckRequests(t, nil)
}

// TestActionWaitsWhileStarting: a start sends nothing to a session that is STARTING, and a logout waits until its next
// status.
func TestActionWaitsWhileStarting(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		action, then string
		sends        map[string]int
		says         string
	}{
		{start, "WORKING", map[string]int{info: 4}, "has started. It is WORKING"},
		{start, "FAILED", map[string]int{info: 3 + settledLooks}, "is FAILED"},
		{logout, "SCAN_QR_CODE", map[string]int{info: 3 + scanLooks}, "nothing was sent"},
		{logout, "WORKING", map[string]int{info: 4, logout: 1}, "was logged out. It is SCAN_QR_CODE"},
		{logout, "STOPPED", map[string]int{info: 3 + settledLooks, logout: 1}, "Start or restart it first"},
		{stop, "WORKING", map[string]int{info: 4, stop: 1}, "is STOPPED"},
		{restart, "WORKING", map[string]int{info: 4, restart: 1}, "has restarted. It is WORKING"},
	} {
		t.Run(test.action+" until "+test.then, func(t *testing.T) {
			t.Parallel()
			w := acctest.New(t, wawptest.Config{})
			w.Add(wawptest.Session{InstanceID: instanceID, Status: test.then, Me: phone})
			injectStatuses(w, "STARTING", "", "STARTING")
			progress, failure := invoke(t.Context(), t, w, test.action)
			acctest.Contains(t, progress+failure, test.says)
			w.CheckRequests(t, test.sends)
		})
	}
}

// TestActionConfirmsTheTransition: an answer right after a request may be older than the request.
func TestActionConfirmsTheTransition(t *testing.T) {
	t.Parallel()
	nothing := func(map[string]any) any { return nil }
	same := wawptest.Set("status", "WORKING")
	for name, test := range map[string]struct {
		action   string
		answer   func(map[string]any) any // to the request; nil is the usual one
		statuses string                   // reported by session/info before the real status
		looks    int
		says     string
		fails    string
	}{
		"start, seen as STOPPED":    {start, nil, "STOPPED,STOPPED,STARTING", 4, "is STARTING.", ""},
		"start, seen has no status": {start, nothing, "STOPPED,,STARTING,", 5, "It is WORKING", ""},
		"start that fails": {start, nil, "STOPPED,STARTING" + strings.Repeat(",FAILED", settledLooks), 2 +
			settledLooks, "is STARTING.", "with the action wawp_session_restart"},
		"start, seen as FAILED": {start, nil, "STOPPED,STARTING,FAILED,FAILED", 5, "It is WORKING", ""},
		"start, seen as SCAN_QR_CODE": {
			start, nil, "STOPPED,STARTING,SCAN_QR_CODE,SCAN_QR_CODE", 5,
			"It is WORKING", "",
		},
		"start, answered by a 404": {
			start, nil, "STOPPED,404,404,404,404,404,404,404,STARTING", 10,
			"It is WORKING", "",
		},
		"stop, seen as WORKING": {stop, nil, "WORKING,WORKING,STOPPING", 4, "is STOPPING.", ""},
		"restart, seen as WORKING": {
			restart, nothing, "WORKING,WORKING,WORKING,STARTING,STARTING", 6,
			"is STARTING.", "",
		},
		"restart, seen as STOPPED": {
			restart, nothing, "WORKING,WORKING,STOPPED,STARTING", 5, "is STOPPED.",
			"",
		},
		"restart, its answer tells": {restart, nil, "WORKING,WORKING", 2, "has restarted. It is WORKING", ""},
		"restart, its answer is the same": {
			restart, same, "WORKING,WORKING,STARTING", 4,
			"has restarted. It is WORKING", "",
		},
		"restart of a FAILED one": {
			restart, nothing, "FAILED,FAILED,STARTING", 4,
			"has restarted. It is WORKING", "",
		},
		"restart, seen as SCAN_QR_CODE": {
			restart, nothing,
			"WORKING,STOPPED,STARTING,SCAN_QR_CODE,SCAN_QR_CODE,STARTING", 7, "has restarted. It is WORKING", "",
		},
		"restart, answered by a 404": {
			restart, nothing, "WORKING,404,404,404,404,404,404,404,STARTING", 10,
			"has restarted. It is WORKING", "",
		},
		"restart that brings FAILED": {
			restart, nothing, "WORKING,WORKING,STARTING" +
				strings.Repeat(",FAILED", settledLooks), 3 + settledLooks, "",
			"was WORKING, has restarted, but is FAILED. Log it out",
		},
		"restart that brings FAILED again": {
			restart, nothing, "FAILED,STARTING" + strings.Repeat(",FAILED", settledLooks),
			2 + settledLooks, "", "was FAILED, has restarted, but is FAILED. Log it out",
		},
		"logout, seen as WORKING": {
			logout, nothing, "WORKING,WORKING,WORKING", 4,
			"was logged out. It is SCAN_QR_CODE", "",
		},
		"logout, seen has no status": {logout, nothing, "WORKING,", 3, "was logged out. It is SCAN_QR_CODE", ""},
		"logout that brings FAILED":  {logout, nothing, "WORKING,FAILED", 2, "was logged out. It is FAILED.", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := worldWithPhone(t, test.action)
			injectStatuses(w, strings.Split(test.statuses, ",")...)
			if test.answer != nil {
				w.Inject(wawptest.Fault{Match: test.action, Reshape: test.answer})
			}
			progress, failure := invoke(t.Context(), t, w, test.action)
			w.CheckRequests(t, map[string]int{info: test.looks, test.action: 1})
			acctest.Contains(t, progress, test.says)
			acctest.Contains(t, failure, test.fails)
			// once, with what it means, is enough
			acctest.NotContains(t, progress, "is WORKING.\n", "is SCAN_QR_CODE.\n")
			if test.fails == "" {
				acctest.NotContains(t, failure, "\n")
			}
		})
	}
}

// TestAcceptedLogoutSucceeds: only the answer shows that an engine that does not run was logged out.
func TestAcceptedLogoutSucceeds(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{})
	w.Add(wawptest.Session{InstanceID: instanceID, Status: "STOPPED", Me: phone})
	w.Inject(wawptest.Fault{Match: logout, Status: 204})
	progress, failure := invoke(t.Context(), t, w, logout)
	acctest.Contains(t, progress, "was logged out. It is STOPPED.")
	acctest.NotContains(t, failure, "\n")
}

// TestLogoutRefusedForAnotherReason: not every refusal means that the engine has to run.
func TestLogoutRefusedForAnotherReason(t *testing.T) {
	t.Parallel()
	for _, fault := range []wawptest.Fault{
		{Match: logout, Status: 404, Body: `{"code":"invalid_instance","message":"gone"}`},
		{Match: logout, Status: 404, Body: foreignAnswer},
		{Match: logout, Status: 403, Body: `{"code":"no","message":"No."}`},
	} {
		w := acctest.New(t, wawptest.Config{})
		w.Add(wawptest.Session{InstanceID: instanceID, Status: "STOPPED"})
		w.Inject(fault)
		_, failure := invoke(t.Context(), t, w, logout)
		acctest.Contains(t, failure, "Asking Wawp for the logout of the session "+instanceID+", which was "+
			"STOPPED, failed")
		acctest.NotContains(t, failure, "Start or restart it first")
	}
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

// contextUntil returns a context whose deadline is exceeded when the n-th request to an endpoint has arrived.
func contextUntil(t *testing.T, w *acctest.World, endpoint string, n int) context.Context {
	t.Helper()
	ctx := endableContext{t.Context(), make(chan struct{}), context.DeadlineExceeded}
	go func() {
		_ = w.WaitFor(t.Context(), endpoint, n)
		close(ctx.done)
	}()
	return ctx
}

// TestActionTimeoutAndInterruption ends an action at each step, by its timeout and by an interruption, and checks the
// diagnostic. Each case ends when the n-th request to an endpoint has arrived.
func TestActionTimeoutAndInterruption(t *testing.T) {
	t.Parallel()
	const interrupted, outOfTime = "Action on a Wawp session was interrupted",
		"Action on a Wawp session ran out of time"
	for _, end := range []struct {
		summary string
		with    error
		how     string
	}{
		{interrupted, context.Canceled, "before Terraform was interrupted."},
		{outOfTime, context.DeadlineExceeded, "within 2m0s"},
	} {
		for name, test := range map[string]struct {
			action, status string
			laterStatus    string // reported by session/info from the second look on
			unanswered     string // an endpoint that does not answer
			at             string
			n              int
			says           string
		}{
			"at the first look": {start, "STOPPED", "", info, info, 1, "Nothing was sent: the provider could " +
				"not read the session " + instanceID + " " + end.how},
			"start is under way": {start, "STOPPED", "", start, start, 1, "may have taken effect"},
			"start": {
				start, "STOPPED", "STARTING", "", info, 4,
				"Wawp accepted the start of the session " + instanceID + ", but the provider did not see the " +
					"session leave STARTING " +
					end.how,
			},
			"start, not told": {start, "STOPPED", " ", "", info, 4, "Wawp accepted the start of the session " +
				instanceID +
				", but the provider did not see the session leave STARTING " + end.how},
			"a start that was begun": {
				start, "STARTING", "STARTING", "", info, 4,
				"Nothing was sent: the provider did " +
					"not see the session " + instanceID + " leave STARTING " + end.how,
			},
			"stop is under way": {stop, "WORKING", "", stop, stop, 1, "may have taken effect"},
			"stop": {
				stop, "WORKING", "WORKING", "", info, 4,
				"Wawp accepted the stop of the session " + instanceID + ", but the provider did not see the session " +
					"become STOPPED " +
					end.how,
			},
			"restart is under way": {restart, "WORKING", "", restart, restart, 1, "may have taken effect"},
			"restart": {
				restart, "WORKING", "STARTING", "", info, 4,
				"Wawp accepted the restart of the session " + instanceID + ", but the provider did not see the " +
					"session leave STARTING " +
					end.how,
			},
			"logout is under way": {logout, "WORKING", "", logout, logout, 1, "may have taken effect"},
			"logout": {
				logout, "WORKING", "WORKING", "", info, 4,
				"Wawp accepted the logout of the session " + instanceID + ", but the provider did not see the " +
					"session leave WORKING " +
					end.how,
			},
			"a boot before a logout": {
				logout, "STARTING", "STARTING", "", info, 4,
				"Nothing was sent: the provider did " +
					"not see the session " + instanceID + " keep one status " + end.how,
			},
		} {
			t.Run(end.summary+": "+name, func(t *testing.T) {
				t.Parallel()
				w := acctest.New(t, wawptest.Config{BootTime: 1e15})
				w.Add(wawptest.Session{InstanceID: instanceID, Status: test.status, Me: phone})
				if test.action == logout && test.unanswered == "" {
					// so that the effect must be seen
					w.Inject(wawptest.Fault{Match: logout, Reshape: wawptest.Without("status")})
				}
				if test.unanswered != "" {
					w.Inject(wawptest.Fault{Match: test.unanswered, Hold: make(chan struct{})})
				}
				if test.laterStatus != "" {
					w.Inject(wawptest.Fault{Match: info, Skip: 1, Reshape: wawptest.Set("status", test.laterStatus)})
				}
				ctx := endableContext{t.Context(), make(chan struct{}), end.with}
				go func() {
					_ = w.WaitFor(t.Context(), test.at, test.n)
					close(ctx.done)
				}()
				_, failure := invoke(ctx, t, w, test.action)
				acctest.Contains(t, failure, test.says)
				if test.unanswered == test.action {
					acctest.Contains(t, failure, "which was "+test.status, "Run the action again")
				} else {
					acctest.Contains(t, failure, end.summary)
				}
				if test.laterStatus != "" {
					acctest.Contains(t, failure, "Its last status was "+cmp.Or(strings.TrimSpace(test.laterStatus),
						test.status)+".")
				}
				if stuck := test.laterStatus == "STARTING" &&
					end.summary == outOfTime; stuck != strings.Contains(failure,
					"longer than 60 s") {
					t.Errorf("the advice to restart is wrong or missing: %s", failure)
				}
			})
		}
	}
}

// TestActionCanceledBeforeTheRequest: the time, or Terraform, ends between the look and the request.
func TestActionCanceledBeforeTheRequest(t *testing.T) {
	t.Parallel()
	for summary, with := range map[string]error{
		"Action on a Wawp session was interrupted": context.Canceled,
		"Action on a Wawp session ran out of time": context.DeadlineExceeded,
	} {
		for endpoint := range actions {
			t.Run(endpoint+": "+summary, func(t *testing.T) {
				t.Parallel()
				w := worldWithPhone(t, endpoint)
				ctx := endableContext{t.Context(), make(chan struct{}), with}
				_, failure := invoke(ctx, t, w, endpoint, func(o *wawp.Options) {
					o.Log = func(attempt context.Context, _ wawp.Attempt) { // the look is over
						close(ctx.done)
						<-attempt.Done()
					}
				})
				acctest.Contains(t, failure, summary, "Asking Wawp for the", instanceID, "before it was sent")
				w.CheckRequests(t, map[string]int{info: 1})
			})
		}
	}
}

// TestActionThatRunsOutOfTimeQuotesTheLastAnswer: the diagnostic of a timeout has the last error, too.
func TestActionThatRunsOutOfTimeQuotesTheLastAnswer(t *testing.T) {
	t.Parallel()
	w := worldWithPhone(t, stop)
	w.Inject(wawptest.Fault{Match: info, Skip: 1, Status: 503})
	ctx := endableContext{t.Context(), make(chan struct{}), context.DeadlineExceeded}
	_, failure := invoke(ctx, t, w, stop, func(o *wawp.Options) {
		o.MaxRetries = 20
		o.Log = func(attempt context.Context, a wawp.Attempt) {
			if a.Status == 503 {
				close(ctx.done)
				<-attempt.Done()
			}
		}
	})
	acctest.Contains(t, failure, "Action on a Wawp session ran out of time",
		"The last answer: POST /v2/session/info: HTTP 503")
}

// TestRestartNotSeenIsAnError: a restart may be quicker than two looks, or not have happened at all.
func TestRestartNotSeenIsAnError(t *testing.T) {
	t.Parallel()
	for _, status := range []string{"WORKING", "SCAN_QR_CODE", "FAILED"} {
		t.Run(status, func(t *testing.T) {
			t.Parallel()
			w := acctest.New(t, wawptest.Config{})
			w.Add(wawptest.Session{InstanceID: instanceID, Status: status})
			w.Inject(wawptest.Fault{Match: restart, Status: 204})
			ctx := endableContext{t.Context(), make(chan struct{}), context.DeadlineExceeded}
			go func() {
				_ = w.WaitFor(t.Context(), info, 10)
				close(ctx.done)
			}()
			_, failure := invoke(ctx, t, w, restart)
			acctest.Contains(t, failure,
				"Wawp accepted the restart of the session "+instanceID+", but the provider did not see the session "+
					"leave "+status,
				"quicker than the pause between two reads")
			if w.Count(restart) != 1 {
				t.Errorf("the restart was sent %d times", w.Count(restart))
			}
		})
	}
}

// TestActionsUnderFault has a request fail at each step.
func TestActionsUnderFault(t *testing.T) {
	t.Parallel()
	const (
		failed    = "Action on a Wawp session failed"
		mayHave   = "Action on a Wawp session may have taken effect"
		outOfTime = "Action on a Wawp session ran out of time"
	)
	own := `{"code":"invalid_instance","message":"gone"}`
	for _, endpoint := range []string{start, stop, restart, logout} {
		for name, test := range map[string]struct {
			fault wawptest.Fault
			says  []string
		}{
			"unknown session": {
				wawptest.Fault{Match: info, Status: 404, Body: own},
				[]string{failed, "Nothing was sent", "Wawp knows no such instance"},
			},
			"foreign 404": {
				wawptest.Fault{Match: info, Status: 404, Body: foreignAnswer},
				[]string{failed, "Nothing was sent", "Check base_url"},
			},
			"web page": {
				wawptest.Fault{Match: info, Body: "<html>Sign in</html>"},
				[]string{outOfTime, "Nothing was sent", "does not describe a session"},
			},
			"wrong token": {
				wawptest.Fault{Match: info, Status: 401, Body: own},
				[]string{failed, "did not accept the access token"},
			},
			"no status": {
				wawptest.Fault{Match: info, Reshape: wawptest.Without("status")},
				[]string{"Wawp session has no status", "So the provider did nothing"},
			},
			"request: 404": {
				wawptest.Fault{Match: endpoint, Status: 404, Body: own},
				[]string{failed, "Wawp knows no such instance"},
			},
			"request: foreign": {
				wawptest.Fault{Match: endpoint, Status: 404, Body: foreignAnswer},
				[]string{failed, "Check base_url"},
			},
			"request: 403": {
				wawptest.Fault{Match: endpoint, Status: 403, Body: own},
				[]string{failed, "Asking Wawp for", "HTTP 403"},
			},
			"request: conflict": {wawptest.Fault{
				Match: endpoint, Status: 409,
				Body: `{"code":"busy","message":"Busy."}`,
			}, []string{failed, "Busy."}},
			"request: 500": {
				wawptest.Fault{Match: endpoint, Status: 500},
				[]string{mayHave, "HTTP 500", "Run the action again"},
			},
			"request: lost": {
				wawptest.Fault{Match: endpoint, Drop: true},
				[]string{mayHave, "the request was sent, but", "Run the action again"},
			},
			"request: in disguise": {
				wawptest.Fault{Match: endpoint, Body: `{"code":"server_not_found","message":"No."}`},
				[]string{mayHave, "server_not_found", "Run the action again"},
			},
			"wait: 401": {
				wawptest.Fault{Match: info, Skip: 1, Status: 401},
				[]string{
					failed, "Wawp accepted the", "because reading it failed", "did not accept the access token",
					"Its last status was",
				},
			},
			"wait: 404": {
				wawptest.Fault{Match: info, Skip: 1, Status: 404, Body: own},
				[]string{outOfTime, "Wawp accepted the", "The last answer", "gone", "Its last status was"},
			},
			"wait: 500": {
				wawptest.Fault{Match: info, Skip: 1, Status: 500},
				[]string{outOfTime, "Wawp accepted the", "The last answer", "HTTP 500"},
			},
		} {
			t.Run(endpoint+" "+name, func(t *testing.T) {
				t.Parallel()
				w := worldWithPhone(t, endpoint)
				w.Inject(test.fault)
				if test.fault.Match == info {
					// so that the effect must be seen
					w.Inject(wawptest.Fault{Match: logout, Reshape: wawptest.Without("status")})
				}
				ctx := t.Context()
				if name == "wait: 404" && endpoint == logout {
					test.says = []string{failed, "Wawp accepted the", "gone"}
				}
				if test.says[0] == outOfTime {
					ctx = contextUntil(t, w, info, 10)
				}
				_, failure := invoke(ctx, t, w, endpoint)
				acctest.Contains(t, failure, instanceID, acctest.Summary(test.fault, test.says[0]))
				acctest.Contains(t, failure, test.says[1:]...)
				acctest.NotContains(t, failure, "Start or restart it first")
				most := 1
				if refusals := []string{
					"request: conflict", "request: 403", "request: 404",
					"request: foreign",
				}; endpoint == logout && slices.Contains(refusals, name) {
					most = 2 // once more when the status has lasted
				}
				if n := w.Count(endpoint); n > most || n == 0 && test.fault.Match == endpoint {
					t.Errorf("it was sent %d times", n)
				}
			})
		}
	}
}

// TestActionWithUnknownOutcomeIsNotRepeated: of the requests, only a stop can be sent twice.
func TestActionWithUnknownOutcomeIsNotRepeated(t *testing.T) {
	t.Parallel()
	for endpoint, want := range map[string]int{start: 1, stop: 3, restart: 1, logout: 1} {
		t.Run(endpoint, func(t *testing.T) {
			t.Parallel()
			w := worldWithPhone(t, endpoint)
			w.Inject(wawptest.Fault{Match: endpoint, Drop: true, Act: true})
			invoke(t.Context(), t, w, endpoint, func(o *wawp.Options) { o.MaxRetries = 2 })
			if n := w.Count(endpoint); n != want {
				t.Errorf("it was sent %d times, want %d", n, want)
			}
		})
	}
}

func TestActionSurvivesAPanic(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{})
	_, failure := invoke(t.Context(), t, w, restart,
		func(o *wawp.Options) { o.Transport = panicTransport{"/v2/session/info"} })
	acctest.Contains(t, failure, "The provider crashed", "index out of range")
}

// TestActionsTellATerminalNothing: progress has no terminal sequences, because Terraform prints it as it is.
func TestActionsTellATerminalNothing(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{})
	w.Add(wawptest.Session{InstanceID: instanceID, Status: "WORKING"})
	injectStatuses(w, "WORKING", "\x1b[2J\r\nSTARTING")
	progress, _ := invoke(t.Context(), t, w, restart)
	acctest.Contains(t, progress, "[2J STARTING")
	acctest.NotContains(t, progress, "\x1b", "\r")
}

// TestActionsNeverShowTheToken: no progress and no error has the token, in any spelling, if any request fails.
func TestActionsNeverShowTheToken(t *testing.T) {
	t.Parallel()
	for endpoint := range actions {
		for step, fault := range map[string]wawptest.Fault{
			"look": {Match: info}, "request": {Match: endpoint},
			"wait": {Match: info, Skip: 1},
		} {
			t.Run(endpoint+" "+step, func(t *testing.T) {
				t.Parallel()
				for _, leak := range append(leakFaults(fault.Match),
					wawptest.Fault{Match: fault.Match, Times: 1, Reshape: wawptest.Set("status", echoedToken())}) {
					w := acctest.New(t, wawptest.Config{Token: canary})
					w.Add(wawptest.Session{InstanceID: instanceID, Status: "STOPPED"})
					if endpoint != start {
						w.SetStatus(instanceID, "WORKING")
					}
					leak.Skip, leak.Act = fault.Skip, true
					w.Inject(leak)
					w.Inject(wawptest.Fault{
						Match: info, Skip: 1, Times: 1,
						Reshape: wawptest.Set("status", "STARTING"),
					})
					progress, failure := invoke(t.Context(), t, w, endpoint)
					for _, spelling := range strings.Fields(echoedToken()) {
						acctest.NotContains(t, strings.ToLower(progress+failure), strings.ToLower(spelling))
					}
				}
			})
		}
	}
}

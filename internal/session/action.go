package session

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/action/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/wawp/terraform-provider-wawp/internal/conn"
	"github.com/wawp/terraform-provider-wawp/internal/explain"
	"github.com/wawp/terraform-provider-wawp/internal/validate"
	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

// defaultActionTimeout bounds an action, its wait included. Wawp calls 60 s of STARTING too long.
const defaultActionTimeout = 2 * time.Minute

var (
	_ action.ActionWithConfigure  = (*Action)(nil)
	_ action.ActionWithModifyPlan = (*Action)(nil)
)

// Action is one of the actions wawp_session_start, _stop, _restart and _logout.
type Action struct {
	actionKind
	client *wawp.Client // nil while the provider's configuration is not known
}

// actionKind is what tells one action from the others.
type actionKind struct {
	name            string // of the action's type, behind wawp_session_
	description     string
	transientStatus string // a status that leaves nothing to do, and that a session may only pass through
	run             func(context.Context, *actionRun) *problem
}

// NewStartAction returns the action wawp_session_start.
func NewStartAction() action.Action {
	return &Action{actionKind: actionKind{"start", startDescription, wawp.StatusScan, start}}
}

// NewStopAction returns the action wawp_session_stop.
func NewStopAction() action.Action {
	return &Action{actionKind: actionKind{"stop", stopDescription, wawp.StatusStopped, stop}}
}

// NewRestartAction returns the action wawp_session_restart.
func NewRestartAction() action.Action {
	return &Action{actionKind: actionKind{"restart", restartDescription, "", restart}}
}

// NewLogoutAction returns the action wawp_session_logout.
func NewLogoutAction() action.Action {
	return &Action{actionKind: actionKind{"logout", logoutDescription, "", logOut}}
}

type actionModel struct {
	InstanceID types.String   `tfsdk:"instance_id"`
	Timeouts   timeouts.Value `tfsdk:"timeouts"`
}

const (
	startDescription = "Starts the engine of a session that is `STOPPED`, and waits until it has left `STARTING`: it " +
		"is `WORKING` if a phone is linked, else `SCAN_QR_CODE`, which is believed once it has lasted for 6 seconds. " +
		"If the session is started already, it only says so. One that is `FAILED` needs `wawp_session_restart`. To " +
		"keep a session started, set `desired_state` of `wawp_session` instead. " + versionRequirement
	stopDescription = "Stops the engine of a session, and waits until it is `STOPPED`. Until it is started again it " +
		"neither sends nor receives. The phone stays linked. If the session has been `STOPPED` for 15 seconds, so " +
		"that it is not only restarting, it sends nothing and says so. If `desired_state` of its `wawp_session` is " +
		"`started`, the next apply starts it again: to keep it stopped, set that to `stopped` instead. " +
		versionRequirement
	restartDescription = "Stops and starts the engine of a session, and waits until it was seen to boot and has left " +
		"`STARTING`: it is `WORKING` if a phone is linked, else `SCAN_QR_CODE`, which is believed once it has lasted " +
		"for 6 seconds. The phone stays linked. Wawp advises a restart, once, for a session that is `FAILED`, or " +
		"`STARTING` for longer than 60 seconds. One that is `STOPPED` is started. The action fails if it does not " +
		"see the restart happen. Afterwards, wait 30 seconds before sending messages. " + versionRequirement
	logoutDescription = "Unlinks the phone from a session, and waits until the session is no longer `WORKING`. The " +
		"session stays, with its webhooks, and normally shows `SCAN_QR_CODE`: a person can link a phone again. A " +
		"session that is not `WORKING` is waited for first, for longer than it takes to connect or to restart. If it " +
		"shows `SCAN_QR_CODE` then, it only says so. If a `wawp_session_pairing` of the session is in the state, the " +
		"next plan makes it anew, and the apply waits for a person with a phone. " + versionRequirement
	versionRequirement = "Needs Terraform 1.14 or later; to run before or after a destroy, as the page of the " +
		"resource `wawp_session` shows, 1.16."
)

// Metadata names the action.
func (a *Action) Metadata(_ context.Context, req action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_session_" + a.name
}

// Schema describes the action.
func (a *Action) Schema(ctx context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: a.description,
		Attributes: map[string]schema.Attribute{
			"instance_id": schema.StringAttribute{
				Required: true,
				MarkdownDescription: "Identifier of the session's instance, such as `3EB0BCB2E3D4`: `instance_id` of " +
					"a `wawp_session`.",
				Validators: []validator.String{validate.InstanceID{}},
			},
			"timeouts": validate.ActionTimeouts(timeouts.AttributesWithOpts(ctx, timeouts.Opts{
				InvokeDescription: "How long the action may take, waiting included. Default: `2m`. When it ends, the " +
					"action fails, and says what it saw last. Until then it looks again after a 404 or a fault; a " +
					"session that was never found is an error after 15 seconds.",
			})),
		},
	}
}

// Configure takes over the provider's client.
func (a *Action) Configure(_ context.Context, req action.ConfigureRequest, resp *action.ConfigureResponse) {
	a.client = conn.Client(req.ProviderData, &resp.Diagnostics)
}

// ModifyPlan refuses what cannot be used: of an action, values of variables are validated nowhere else.
func (a *Action) ModifyPlan(ctx context.Context, req action.ModifyPlanRequest, resp *action.ModifyPlanResponse) {
	defer explain.Crash(ctx, &resp.Diagnostics)
	resp.Diagnostics.Append(validate.ActionConfig(ctx, req.Config)...)
}

// Invoke looks at the session, and does what its status leaves to do.
func (a *Action) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	defer explain.Crash(ctx, &resp.Diagnostics)
	resp.Diagnostics.Append(validate.ActionConfig(ctx, req.Config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	var config actionModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	timeout, diags := config.Timeouts.Invoke(ctx, defaultActionTimeout)
	resp.Diagnostics.Append(diags...)
	if conn.Missing(a.client, &resp.Diagnostics) || resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	r := &actionRun{
		client: a.client, id: config.InstanceID.ValueString(), timeout: timeout,
		progress: resp.SendProgress,
	}
	p := r.readStatus(ctx, a.transientStatus)
	if p == nil {
		p = a.run(ctx, r)
	}
	if p != nil {
		resp.Diagnostics.Append(explain.Diagnostic(p.summary, p.detail, p.err))
	}
}

package session

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/action/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/wawp/terraform-provider-wawp/internal/diagnostic"
	"github.com/wawp/terraform-provider-wawp/internal/providerdata"
	"github.com/wawp/terraform-provider-wawp/internal/validate"
	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

// defaultActionTimeout bounds an action, including its wait. It leaves room for the 60 seconds of STARTING after which
// Wawp advises a restart (internal/wawp/API.md, section 3).
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

// actionKind holds what differs between the four actions.
type actionKind struct {
	name        string // follows wawp_session_ in the action's type
	description string
	// transientStatus is a status that counts only once it has lasted. Any other status counts at once.
	transientStatus string
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
	startDescription = "Starts the engine of a session that is `STOPPED`, and waits until it has left `STARTING`. " +
		"Then it is `WORKING` if a phone is linked, else `SCAN_QR_CODE`. The action believes `SCAN_QR_CODE` only " +
		"when it has lasted for 6 seconds. If the session is already started, the action sends nothing and says so. " +
		"A session that is `FAILED` needs `wawp_session_restart`. To keep a session started, set `desired_state` of " +
		"`wawp_session` " +
		"instead. " + versionRequirement
	stopDescription = "Stops the engine of a session, and waits until it is `STOPPED`. A stopped session neither " +
		"sends nor receives. The phone stays linked. If the session is `STOPPED` already, and stays so for 15 " +
		"seconds, the action sends nothing and says so. If `desired_state` of its `wawp_session` is `started`, the " +
		"next apply starts it again. To keep it stopped, set `desired_state` to `stopped` instead. " +
		versionRequirement
	restartDescription = "Stops and starts the engine of a session, and waits until it has seen the restart and the " +
		"session has left `STARTING`. Then it is `WORKING` if a phone is linked, else `SCAN_QR_CODE`. The action " +
		"believes `SCAN_QR_CODE` only when it has lasted for 6 seconds. The phone stays linked. Wawp advises one " +
		"restart for a session that is `FAILED`, or `STARTING` for longer than 60 seconds. A session that is " +
		"`STOPPED` is started. The action fails if it does not see the restart. Afterwards, wait 30 seconds before " +
		"sending messages. " +
		versionRequirement
	logoutDescription = "Unlinks the phone from a session, and waits until the session is no longer `WORKING`. The " +
		"session and its webhooks stay. It normally shows `SCAN_QR_CODE` then, and a person can link a phone again. " +
		"If the session is not `WORKING`, the action first waits for longer than connecting or restarting takes. If " +
		"it then shows `SCAN_QR_CODE`, no phone is linked: the action sends nothing and says so. If the state has a " +
		"`wawp_session_pairing` of the session, the next plan creates it again, and the apply waits for a person " +
		"with a phone. " + versionRequirement
	versionRequirement = "Needs Terraform 1.14 or later. Running it before or after a destroy needs 1.16: the page " +
		"of the resource `wawp_session` shows how."
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
				InvokeDescription: "How long the action may take, including its wait. Default: `2m`. After that, the " +
					"action fails, and shows the last status that it saw. Until then it reads the session again " +
					"after a 404 or a fault. A session that is never found is an error after 15 seconds.",
			})),
		},
	}
}

// Configure takes over the provider's client.
func (a *Action) Configure(_ context.Context, req action.ConfigureRequest, resp *action.ConfigureResponse) {
	a.client = providerdata.Client(req.ProviderData, &resp.Diagnostics)
}

// ModifyPlan validates the arguments. Terraform validates values of variables in an action nowhere else.
func (a *Action) ModifyPlan(ctx context.Context, req action.ModifyPlanRequest, resp *action.ModifyPlanResponse) {
	defer diagnostic.Recover(ctx, &resp.Diagnostics)
	resp.Diagnostics.Append(validate.ActionConfig(ctx, req.Config)...)
}

// Invoke reads the status of the session, and then sends the request that the action is for, if one is needed.
func (a *Action) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	defer diagnostic.Recover(ctx, &resp.Diagnostics)
	resp.Diagnostics.Append(validate.ActionConfig(ctx, req.Config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	var config actionModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	timeout, diags := config.Timeouts.Invoke(ctx, defaultActionTimeout)
	resp.Diagnostics.Append(diags...)
	if providerdata.Missing(a.client, &resp.Diagnostics) || resp.Diagnostics.HasError() {
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
		resp.Diagnostics.Append(diagnostic.ForError(p.summary, p.detail, p.err))
	}
}

// Package message implements the action wawp_send_text, which sends a text message, and the function chat_id, which
// turns a phone number into a chat id.
package message

import (
	"context"
	"errors"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/action/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"

	"github.com/wawp/terraform-provider-wawp/internal/diagnostic"
	"github.com/wawp/terraform-provider-wawp/internal/providerdata"
	"github.com/wawp/terraform-provider-wawp/internal/validate"
	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

// defaultTimeout is the default of the invoke timeout.
const defaultTimeout = 2 * time.Minute

var (
	_ action.ActionWithConfigure      = (*Action)(nil)
	_ action.ActionWithModifyPlan     = (*Action)(nil)
	_ action.ActionWithValidateConfig = (*Action)(nil)
)

// Action is the action wawp_send_text.
type Action struct {
	client *wawp.Client // nil while the provider's configuration is not known
}

// NewAction returns the action.
func NewAction() action.Action { return &Action{} }

// Metadata names the action.
func (a *Action) Metadata(_ context.Context, req action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_send_text"
}

// Schema describes the action.
func (a *Action) Schema(ctx context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Sends a WhatsApp text message through a session: to tell a team what was deployed, or " +
			"to test that a session works.\n\n" +
			"**Every run sends the message, once**, as soon as the session is `WORKING`. While the session is " +
			"`STARTING`, the action waits, within `timeouts`. If the session has no phone (`SCAN_QR_CODE`), is " +
			"`STOPPED` or `FAILED`, and stays so for some seconds, the action fails and sends nothing. If Wawp's " +
			"answer is lost, the message may have been sent. Then the action fails and says so. It does not send the " +
			"message again, because it could arrive twice.\n\n" +
			"Run it with `terraform apply -invoke=action.wawp_send_text.<name>`, or from the `action_trigger` of a " +
			"resource: with the event `after_update`, each change of the resource sends a message. If it fails, the " +
			"apply ends with an error. The resource stays as it is, and the next apply does not send the message. In " +
			"Terraform 1.16 and later, `on_failure = continue` in the `action_trigger` turns the error into a " +
			"warning, so that the deployment does not fail. Do not use `on_failure = taint`: the next apply would " +
			"replace the resource to send a message.\n\n" +
			"Terraform shows the message in plans, and stores it in saved plans: put no secret in it. Needs " +
			"Terraform 1.14 or later. Running it before or after a destroy needs 1.16: the page of the resource " +
			"`wawp_session` shows how.",
		Attributes: map[string]schema.Attribute{
			"instance_id": schema.StringAttribute{
				Required: true,
				MarkdownDescription: "Identifier of the instance of the session that sends, such as `3EB0BCB2E3D4`: " +
					"`instance_id` of a `wawp_session`.",
				Validators: []validator.String{validate.InstanceID{}},
			},
			"chat_id": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Id of the chat to send to. `201145202826@c.us` is a person, " +
					"`120363041234567890@g.us` a group. The id of a channel ends with `@newsletter`. The id of a " +
					"person may also end with `@s.whatsapp.net`, or contain a device number. Exactly one of " +
					"`chat_id` and `phone_number` is required.",
			},
			"phone_number": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Phone number of the person to send to, with the country code, in any usual " +
					"notation, such as `+20 114 520 2826`. Exactly one of `chat_id` and `phone_number` is required.",
			},
			"message": schema.StringAttribute{
				Required: true,
				MarkdownDescription: "Text of the message, 1 to 4,096 characters. If Wawp quotes the whole text in " +
					"an error, the provider redacts it, unless it is shorter than 12 bytes.",
			},
			"timeouts": validate.ActionTimeouts(timeouts.AttributesWithOpts(ctx, timeouts.Opts{
				InvokeDescription: "How long the action may take, including the wait for the session and retries. " +
					"Default: `2m`. A request that is on its way at that time may still take the provider's " +
					"`request_timeout`.",
			})),
		},
	}
}

// Configure takes over the provider's client.
func (a *Action) Configure(_ context.Context, req action.ConfigureRequest, resp *action.ConfigureResponse) {
	a.client = providerdata.Client(req.ProviderData, &resp.Diagnostics)
}

// ValidateConfig validates the arguments whose values are literals.
func (a *Action) ValidateConfig(ctx context.Context, req action.ValidateConfigRequest,
	resp *action.ValidateConfigResponse,
) {
	defer diagnostic.Recover(ctx, &resp.Diagnostics)
	resp.Diagnostics.Append(checkConfig(ctx, req.Config)...)
}

// ModifyPlan validates the arguments that the plan knows. Terraform validates values of variables in an action nowhere
// else.
func (a *Action) ModifyPlan(ctx context.Context, req action.ModifyPlanRequest, resp *action.ModifyPlanResponse) {
	defer diagnostic.Recover(ctx, &resp.Diagnostics)
	resp.Diagnostics.Append(checkConfig(ctx, req.Config)...)
	resp.Diagnostics.Append(validate.ActionConfig(ctx, req.Config)...)
}

func checkConfig(ctx context.Context, source tfsdk.Config) diag.Diagnostics {
	var config model
	if diags := source.Get(ctx, &config); diags.HasError() {
		return diags
	}
	return config.check()
}

// Invoke sends the message, once, as soon as the session is WORKING.
func (a *Action) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	defer diagnostic.Recover(ctx, &resp.Diagnostics)
	resp.Diagnostics.Append(checkConfig(ctx, req.Config)...) // values may be new since the plan
	resp.Diagnostics.Append(validate.ActionConfig(ctx, req.Config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	var config model
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	timeout, diags := config.Timeouts.Invoke(ctx, defaultTimeout)
	resp.Diagnostics.Append(diags...)
	if providerdata.Missing(a.client, &resp.Diagnostics) || resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	id, chat := config.InstanceID.ValueString(), config.chat()
	session, err := waitUntilWorking(ctx, a.client, id, func(s wawp.Session) {
		resp.SendProgress(action.InvokeProgressEvent{Message: waitingMessage(s, timeout)})
	})
	switch {
	case err != nil && (ctx.Err() == nil || session.Status == ""):
		resp.Diagnostics.Append(sessionNotRead(id, err))
		return
	case session.Status != wawp.StatusWorking:
		resp.Diagnostics.Append(notReady(ctx, session, timeout))
		return
	}
	sent, err := a.client.SendText(ctx, id, chat, config.Message.ValueString())
	if err != nil {
		resp.Diagnostics.Append(notSent(id, chat, err))
		return
	}
	if errors.Is(ctx.Err(), context.Canceled) { // Terraform then shows no progress, only diagnostics
		resp.Diagnostics.AddWarning("WhatsApp message was on its way when Terraform was "+
			"interrupted", outcome(sent, chat))
		return
	}
	resp.SendProgress(action.InvokeProgressEvent{Message: outcome(sent, chat)})
}

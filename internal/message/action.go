// Package message offers wawp_send_text, an action that sends a text message, and chat_id, a function that makes a chat
// id of a phone number.
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

	"github.com/wawp/terraform-provider-wawp/internal/conn"
	"github.com/wawp/terraform-provider-wawp/internal/explain"
	"github.com/wawp/terraform-provider-wawp/internal/validate"
	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

// defaultTimeout bounds the action.
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
			"**Every run sends the message, once**, as soon as the session is `WORKING`: one that is `STARTING` is " +
			"waited for, within `timeouts`. One that has no phone (`SCAN_QR_CODE`), is `STOPPED` or `FAILED`, and " +
			"stays so for some seconds, sends nothing: the action fails. If the answer is lost, the message may have " +
			"been sent: the action fails, says so, and does not send it again, because it could arrive twice.\n\n" +
			"Run it with `terraform apply -invoke=action.wawp_send_text.<name>`, or from the `action_trigger` of a " +
			"resource: with the event `after_update`, each change of the resource sends a message. If it fails, the " +
			"apply ends with an error, the resource stays as it is, and the next apply does not send the message. In " +
			"Terraform 1.16 and later, `on_failure = continue` in the `action_trigger` makes a warning of the error, " +
			"so that no deployment fails for a message. Do not use `on_failure = taint`: the next apply would " +
			"replace the resource to send a message.\n\n" +
			"Terraform shows the message in plans, and stores it in saved ones: put no secret in it. Needs Terraform " +
			"1.14 or later; to run before or after a destroy, as the page of the resource `wawp_session` shows, 1.16.",
		Attributes: map[string]schema.Attribute{
			"instance_id": schema.StringAttribute{
				Required: true,
				MarkdownDescription: "Identifier of the sending session's instance, such as `3EB0BCB2E3D4`: " +
					"`instance_id` of a `wawp_session`.",
				Validators: []validator.String{validate.InstanceID{}},
			},
			"chat_id": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Chat to send it to: `201145202826@c.us` is a person, `120363041234567890@g.us` " +
					"a group, and `@newsletter` ends the id of a channel. The id of a person may also end with " +
					"`@s.whatsapp.net`, or have the number of a device. Exactly one of `chat_id` and `phone_number` " +
					"is required.",
			},
			"phone_number": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Phone number of the person to send it to, with the country code, in any usual " +
					"notation, such as `+20 114 520 2826`. Exactly one of `chat_id` and `phone_number` is required.",
			},
			"message": schema.StringAttribute{
				Required: true,
				MarkdownDescription: "Text of the message, 1 to 4,096 characters. The provider redacts it where Wawp " +
					"quotes it whole in an error, unless it is shorter than 12 bytes.",
			},
			"timeouts": validate.ActionTimeouts(timeouts.AttributesWithOpts(ctx, timeouts.Opts{
				InvokeDescription: "How long the action may take, the wait for the session and retries included. " +
					"Default: `2m`. A message that is on its way when the time ends is given up no sooner than after " +
					"the provider's `request_timeout`.",
			})),
		},
	}
}

// Configure takes over the provider's client.
func (a *Action) Configure(_ context.Context, req action.ConfigureRequest, resp *action.ConfigureResponse) {
	a.client = conn.Client(req.ProviderData, &resp.Diagnostics)
}

// ValidateConfig refuses what could not be sent, as far as the configuration says it literally.
func (a *Action) ValidateConfig(ctx context.Context, req action.ValidateConfigRequest,
	resp *action.ValidateConfigResponse,
) {
	defer explain.Crash(ctx, &resp.Diagnostics)
	resp.Diagnostics.Append(checkConfig(ctx, req.Config)...)
}

// ModifyPlan refuses what could not be sent, as far as the plan knows it: values of variables are validated nowhere
// else.
func (a *Action) ModifyPlan(ctx context.Context, req action.ModifyPlanRequest, resp *action.ModifyPlanResponse) {
	defer explain.Crash(ctx, &resp.Diagnostics)
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
	defer explain.Crash(ctx, &resp.Diagnostics)
	resp.Diagnostics.Append(checkConfig(ctx, req.Config)...) // what was not known before
	resp.Diagnostics.Append(validate.ActionConfig(ctx, req.Config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	var config model
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	timeout, diags := config.Timeouts.Invoke(ctx, defaultTimeout)
	resp.Diagnostics.Append(diags...)
	if conn.Missing(a.client, &resp.Diagnostics) || resp.Diagnostics.HasError() {
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
	if errors.Is(ctx.Err(), context.Canceled) { // then its end alone is shown
		resp.Diagnostics.AddWarning("WhatsApp message was on its way when Terraform was interrupted", outcome(sent, chat))
		return
	}
	resp.SendProgress(action.InvokeProgressEvent{Message: outcome(sent, chat)})
}

package pairing

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/action/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/wawp/terraform-provider-wawp/internal/diagnostic"
	"github.com/wawp/terraform-provider-wawp/internal/providerdata"
	"github.com/wawp/terraform-provider-wawp/internal/validate"
	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

const argumentNumber = "phone_number"

var (
	_ action.ActionWithConfigure  = (*Pair)(nil)
	_ action.ActionWithModifyPlan = (*Pair)(nil)
)

// Pair is the action wawp_session_pair.
type Pair struct {
	client *wawp.Client // nil while the provider's configuration is not known
}

// NewPair returns the action.
func NewPair() action.Action { return &Pair{} }

type pairModel struct {
	InstanceID  types.String   `tfsdk:"instance_id"`
	PhoneNumber types.String   `tfsdk:"phone_number"`
	Timeouts    timeouts.Value `tfsdk:"timeouts"`
}

// Metadata names the action.
func (p *Pair) Metadata(_ context.Context, req action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_session_pair"
}

// Schema describes the action.
func (p *Pair) Schema(ctx context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Draws the QR code of a session in the terminal, and waits until a phone is linked. " +
			"With `phone_number`, it shows a pairing code to type instead. It starts a session that is stopped, " +
			"restarts one that failed (once), and draws a new code when one expires. If a phone is already linked, " +
			"it only says whose. Everyone who sees the output can link a phone: do not invoke it where logs are " +
			"public. Needs Terraform 1.14 or later.",
		Attributes: map[string]schema.Attribute{
			"instance_id": schema.StringAttribute{
				Required: true,
				MarkdownDescription: "Identifier of the session's instance, such as `3EB0BCB2E3D4`: `instance_id` of " +
					"a `wawp_session`.",
				Validators: []validator.String{validate.InstanceID{}},
			},
			argumentNumber: schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Phone number of the phone to link, in any usual notation with the country " +
					"code, such as `+20 114 520 2826`. With it, the action shows a pairing code to type on the phone " +
					"instead of the QR code, and refuses another phone. Numbers of Argentina, Brazil and Mexico " +
					"match with and without the digit that WhatsApp may leave out there. Default: a QR code, for any " +
					"phone.",
				Validators: []validator.String{validate.PhoneNumber{}},
			},
			"timeouts": validate.ActionTimeouts(timeouts.AttributesWithOpts(ctx, timeouts.Opts{
				InvokeDescription: "How long to wait for a person, as a duration such as `90s` or `1h`. Default: " +
					"`10m`. After that, the action fails. It unlinks no phone, and does not stop a session that it " +
					"started. The action ends sooner if Wawp gives no more codes: a session that nobody scans " +
					"becomes `FAILED`. The action restarts it once, and ends the second time.",
			})),
		},
	}
}

// Configure takes over the provider's client.
func (p *Pair) Configure(_ context.Context, req action.ConfigureRequest, resp *action.ConfigureResponse) {
	p.client = providerdata.Client(req.ProviderData, &resp.Diagnostics)
}

// ModifyPlan validates the arguments. Terraform validates values of variables in an action nowhere else.
func (p *Pair) ModifyPlan(ctx context.Context, req action.ModifyPlanRequest, resp *action.ModifyPlanResponse) {
	defer diagnostic.Recover(ctx, &resp.Diagnostics)
	var number types.String
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root(argumentNumber), &number)...)
	_, diags := digits(ctx, number, argumentNumber)
	resp.Diagnostics.Append(diags...)
	resp.Diagnostics.Append(validate.ActionConfig(ctx, req.Config)...)
}

// Invoke shows codes until a phone is linked.
func (p *Pair) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	defer diagnostic.Recover(ctx, &resp.Diagnostics)
	resp.Diagnostics.Append(validate.ActionConfig(ctx, req.Config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	var config pairModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	timeout, diags := config.Timeouts.Invoke(ctx, defaultWaitTimeout)
	resp.Diagnostics.Append(diags...)
	number, diags := digits(ctx, config.PhoneNumber, argumentNumber)
	resp.Diagnostics.Append(diags...)
	if providerdata.Missing(p.client, &resp.Diagnostics) || resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	r := &pairingRun{
		client: p.client, id: config.InstanceID.ValueString(), number: number, now: time.Now,
		report: func(message string) { resp.SendProgress(action.InvokeProgressEvent{Message: message}) },
	}
	last, err := watchForPhone(ctx, p.client, r.id, func(l wawp.Look) (bool, error) { return r.look(ctx, l) })
	if d := notInvoked(ctx, number, last, timeout, r.cause(ctx, err)); d != nil {
		resp.Diagnostics.Append(d)
		return
	}
	r.report(linkedTo(last))
}

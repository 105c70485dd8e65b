package pairing

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/ephemeral/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/wawp/terraform-provider-wawp/internal/diagnostic"
	"github.com/wawp/terraform-provider-wawp/internal/providerdata"
	"github.com/wawp/terraform-provider-wawp/internal/validate"
	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

// defaultOpenTimeout is the default of the open timeout.
const defaultOpenTimeout = 2 * time.Minute

var _ ephemeral.EphemeralResourceWithConfigure = (*QRCode)(nil)

// QRCode is the ephemeral resource wawp_session_qr_code.
type QRCode struct {
	client *wawp.Client // nil while the provider's configuration is not known
}

// NewQRCode returns the ephemeral resource.
func NewQRCode() ephemeral.EphemeralResource { return &QRCode{} }

type codeModel struct {
	InstanceID types.String   `tfsdk:"instance_id"`
	Value      types.String   `tfsdk:"value"`
	Image      types.String   `tfsdk:"image"`
	ExpiresAt  types.String   `tfsdk:"expires_at"`
	Available  types.Bool     `tfsdk:"available"`
	Timeouts   timeouts.Value `tfsdk:"timeouts"`
}

// Metadata names the ephemeral resource.
func (q *QRCode) Metadata(_ context.Context, req ephemeral.MetadataRequest, resp *ephemeral.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_session_qr_code"
}

// Schema describes the ephemeral resource.
func (q *QRCode) Schema(ctx context.Context, _ ephemeral.SchemaRequest, resp *ephemeral.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The QR code that links a phone to a session, as a value that another system can show. " +
			"Terraform stores it neither in the state nor in a plan. Unless the session waits for a scan " +
			"(`SCAN_QR_CODE`), the code is null, which is no error. Terraform opens it with each plan, apply and " +
			"destroy, and it is valid for only 20 to 40 seconds. To show a code in the terminal, use the action " +
			"`wawp_session_pair` instead. To send somebody a page with the code, use `wawp_session_temp_link`.",
		Attributes: map[string]schema.Attribute{
			"instance_id": schema.StringAttribute{
				Required: true,
				MarkdownDescription: "Identifier of the session's instance, such as `3EB0BCB2E3D4`: `instance_id` of " +
					"a `wawp_session`.",
				Validators: []validator.String{validate.InstanceID{}},
			},
			"value": schema.StringAttribute{
				Computed:  true,
				Sensitive: true,
				MarkdownDescription: "Text of the QR code. A secret: everyone who has it can link a phone. Null " +
					"unless `available`.",
			},
			"image": schema.StringAttribute{
				Computed:  true,
				Sensitive: true,
				MarkdownDescription: "The code as a picture: a data URI with a PNG image, for the `src` of an HTML " +
					"`img`. A secret. Null unless `available`.",
			},
			"expires_at": schema.StringAttribute{
				Computed: true,
				MarkdownDescription: "When the code expires, as an RFC 3339 time in UTC. Null if there is " +
					"no code, or if Wawp does not report the time.",
			},
			"available": schema.BoolAttribute{
				Computed:            true,
				MarkdownDescription: "Whether there is a code, because the session waits for a scan.",
			},
			"timeouts": validate.EphemeralTimeouts(timeouts.AttributesWithOpts(ctx, timeouts.Opts{
				OpenDescription: "How long reading the code may take, including retries. Default: `2m`.",
			})),
		},
	}
}

// Configure takes over the provider's client.
func (q *QRCode) Configure(_ context.Context, req ephemeral.ConfigureRequest, resp *ephemeral.ConfigureResponse) {
	q.client = providerdata.Client(req.ProviderData, &resp.Diagnostics)
}

// Open reads the code. No status of the session is an error, because Terraform opens it at every plan, apply and
// destroy.
func (q *QRCode) Open(ctx context.Context, req ephemeral.OpenRequest, resp *ephemeral.OpenResponse) {
	defer diagnostic.Recover(ctx, &resp.Diagnostics)
	var data codeModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &data)...)
	timeout, diags := data.Timeouts.Open(ctx, defaultOpenTimeout)
	resp.Diagnostics.Append(diags...)
	if providerdata.Missing(q.client, &resp.Diagnostics) || resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	id := data.InstanceID.ValueString()
	code, err := q.client.GetQRCode(ctx, id)
	if err == nil {
		err = data.setCode(code)
	}
	if err != nil && !isNoCode(wawp.KindOf(err)) && !q.isNotWaiting(ctx, id) {
		resp.Diagnostics.Append(diagnostic.ForError("Wawp QR code could not be read",
			diagnostic.Failure("Asking for the QR code of the session "+id+" failed", err), err))
		return
	}
	data.Available = types.BoolValue(err == nil)
	resp.Diagnostics.Append(resp.Result.Set(ctx, data)...)
}

// isNoCode reports whether an error says that there is no QR code, because the session does not wait for a scan, or is
// gone.
func isNoCode(k wawp.Kind) bool { return k.Untimely() || k.Missing() }

// isNotWaiting reports whether the status shows that the session does not wait for a scan. Then there is no code, and
// the error that Wawp answers does not matter.
func (q *QRCode) isNotWaiting(ctx context.Context, id string) bool {
	session, err := q.client.GetSession(ctx, id)
	return err == nil && session.Status != "" && session.Status != wawp.StatusScan
}

// setCode sets the attributes of the code.
func (m *codeModel) setCode(code wawp.QRCode) error {
	image, err := pngDataURI(code.Value)
	if err != nil {
		return err
	}
	m.Value, m.Image = types.StringValue(code.Value), types.StringValue(image)
	if !code.ExpiresAt.IsZero() {
		m.ExpiresAt = types.StringValue(code.ExpiresAt.Format(time.RFC3339))
	}
	return nil
}

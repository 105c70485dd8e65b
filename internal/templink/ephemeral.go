package templink

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/ephemeral/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/wawp/terraform-provider-wawp/internal/conn"
	"github.com/wawp/terraform-provider-wawp/internal/explain"
	"github.com/wawp/terraform-provider-wawp/internal/validate"
	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

const (
	// defaultOpenTimeout is the default of the ephemeral resource's timeout.
	defaultOpenTimeout = 2 * time.Minute
	// minValidity is for how long a link must still be valid to be given away: somebody has to get it, to open it, and
	// to find the phone.
	minValidity = 5 * time.Minute
)

var _ ephemeral.EphemeralResourceWithConfigure = (*Ephemeral)(nil)

// Ephemeral is the ephemeral resource wawp_session_temp_link. It has no Close: the link was handed to somebody, and
// must outlive the run.
type Ephemeral struct {
	client *wawp.Client // nil while the provider's configuration is not known
}

// NewEphemeral returns the ephemeral resource.
func NewEphemeral() ephemeral.EphemeralResource { return &Ephemeral{} }

// Metadata names the ephemeral resource.
func (e *Ephemeral) Metadata(_ context.Context, req ephemeral.MetadataRequest, resp *ephemeral.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_session_temp_link"
}

// Schema describes the ephemeral resource.
func (e *Ephemeral) Schema(ctx context.Context, _ ephemeral.SchemaRequest, resp *ephemeral.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The temporary link of a session: a page on which a person scans the session's QR code " +
			"with a phone, valid for 30 minutes. It is in no state and no plan. A link that is valid for 5 more " +
			"minutes is given as it is, whoever made it; a new one, which ends it, is made only where there is none " +
			"and the session needs a scan. So a link that was handed to somebody stays valid for 25 minutes at " +
			"least, however often Terraform plans, applies or destroys. The link is not revoked when Terraform is " +
			"done.",
		Attributes: map[string]schema.Attribute{
			"instance_id": schema.StringAttribute{
				Required: true,
				MarkdownDescription: instanceIDDescription + " While it is known only after an apply, Terraform " +
					"waits with the link until then. A session that is gone is no error: `link` is null.",
				Validators: []validator.String{validate.InstanceID{}},
			},
			"link": schema.StringAttribute{
				Computed:  true,
				Sensitive: true,
				MarkdownDescription: linkDescription + " Null where there is no link that is valid for 5 more " +
					"minutes, and the session needs no scan: a phone is linked already, or the session is stopped, " +
					"still starting, failed or gone. Whatever hands the link over should fail if it is null, as in " +
					"the example.",
			},
			"expires_at": schema.StringAttribute{
				Computed: true,
				MarkdownDescription: "When the link expires, in UTC, as RFC 3339 writes it: `2026-01-31T12:00:00Z`. " +
					"Null where there is no link, or Wawp does not report it.",
			},
			"timeouts": validate.EphemeralTimeouts(timeouts.AttributesWithOpts(ctx, timeouts.Opts{
				OpenDescription: "How long finding or making the link may take, retries included. Default: `2m`.",
			})),
		},
	}
}

// Configure takes over the provider's client.
func (e *Ephemeral) Configure(_ context.Context, req ephemeral.ConfigureRequest, resp *ephemeral.ConfigureResponse) {
	e.client = conn.Client(req.ProviderData, &resp.Diagnostics)
}

// Open finds the link, or makes one. Terraform opens at plan, at apply and at destroy, so the state of the session is
// never an error.
func (e *Ephemeral) Open(ctx context.Context, req ephemeral.OpenRequest, resp *ephemeral.OpenResponse) {
	defer explain.Crash(ctx, &resp.Diagnostics)
	var data ephemeralModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &data)...)
	timeout, diags := data.Timeouts.Open(ctx, defaultOpenTimeout)
	resp.Diagnostics.Append(diags...)
	if conn.Missing(e.client, &resp.Diagnostics) || resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	id := data.InstanceID.ValueString()
	link, err := e.open(ctx, id)
	switch {
	case wawp.KindOf(err).Missing(): // the session is gone
	case wawp.KindOf(err).Untimely():
		resp.Diagnostics.Append(linkRefused(id, err))
	case err != nil:
		resp.Diagnostics.Append(explain.Diagnostic("Wawp temporary link could not be found or made",
			explain.Failure("Finding or making the temporary link of the session "+id+" failed", err), err))
		return
	}
	if host := e.client.LeadsElsewhere(link); host != "" {
		resp.Diagnostics.Append(otherHost(id, host))
	}
	data.refresh(link)
	resp.Diagnostics.Append(resp.Result.Set(ctx, data)...)
}

// open returns the link that is valid, and stays so for long enough. Only where there is none, and the session waits
// for a scan, it makes one, while nobody else in this process does: a second link would end the first.
func (e *Ephemeral) open(ctx context.Context, id string) (wawp.TempLink, error) {
	unlock, err := e.client.LockTempLinks(ctx, id)
	if err != nil {
		return wawp.TempLink{}, err
	}
	defer unlock()
	link, err := e.client.GetTempLink(ctx, id)
	if err != nil || isUsable(link) {
		return link, err
	}
	session, err := e.client.GetSession(ctx, id)
	if err != nil || session.Status != wawp.StatusScan {
		return wawp.TempLink{}, err
	}
	link, err = e.client.CreateTempLink(ctx, id)
	if wawp.OutcomeUnknown(err) {
		if current, lookErr := e.client.GetTempLink(ctx, id); lookErr == nil && isUsable(current) {
			return current, nil
		}
	}
	return link, err
}

func isUsable(link wawp.TempLink) bool { return link.URL != "" && !link.EndsWithin(minValidity) }

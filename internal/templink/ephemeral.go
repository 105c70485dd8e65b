package templink

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/ephemeral/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/wawp/terraform-provider-wawp/internal/diagnostic"
	"github.com/wawp/terraform-provider-wawp/internal/providerdata"
	"github.com/wawp/terraform-provider-wawp/internal/validate"
	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

const (
	// defaultOpenTimeout is the default of the open timeout.
	defaultOpenTimeout = 2 * time.Minute
	// minValidity is how long an existing link must still be valid to be returned. A person needs time to receive it,
	// to open it and to find the phone.
	minValidity = 5 * time.Minute
)

var _ ephemeral.EphemeralResourceWithConfigure = (*Ephemeral)(nil)

// Ephemeral is the ephemeral resource wawp_session_temp_link. It has no Close, because the link must stay valid after
// the run.
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
			"with a phone, valid for 30 minutes. Terraform stores it neither in the state nor in a plan. If the " +
			"session has a link that is valid for 5 more minutes, this is that link. Otherwise, and only if the " +
			"session needs a scan, Wawp makes a new link, which ends the old one. So a link that you hand out stays " +
			"valid for at least 25 minutes, however often Terraform plans, applies or destroys. The link is not " +
			"revoked at the end of the run.",
		Attributes: map[string]schema.Attribute{
			"instance_id": schema.StringAttribute{
				Required: true,
				MarkdownDescription: instanceIDDescription + " If it is known only after an apply, Terraform reads " +
					"the link during that apply. If the session is gone, `link` is null, which is no error.",
				Validators: []validator.String{validate.InstanceID{}},
			},
			"link": schema.StringAttribute{
				Computed:  true,
				Sensitive: true,
				MarkdownDescription: linkDescription + " Null if no link is valid for 5 more minutes and the session " +
					"needs no scan: a phone is already linked, or the session is stopped, starting, failed or gone. " +
					"The step that hands the link out should fail if it is null, as in the example.",
			},
			"expires_at": schema.StringAttribute{
				Computed: true,
				MarkdownDescription: "When the link expires, as an RFC 3339 time in UTC, such as " +
					"`2026-01-31T12:00:00Z`. Null if there is no link, or Wawp does not report it.",
			},
			"timeouts": validate.EphemeralTimeouts(timeouts.AttributesWithOpts(ctx, timeouts.Opts{
				OpenDescription: "How long finding or making the link may take, including retries. Default: `2m`.",
			})),
		},
	}
}

// Configure takes over the provider's client.
func (e *Ephemeral) Configure(_ context.Context, req ephemeral.ConfigureRequest, resp *ephemeral.ConfigureResponse) {
	e.client = providerdata.Client(req.ProviderData, &resp.Diagnostics)
}

// Open returns the current link, or a new one. No status of the session is an error, because Terraform opens it at
// every plan, apply and destroy.
func (e *Ephemeral) Open(ctx context.Context, req ephemeral.OpenRequest, resp *ephemeral.OpenResponse) {
	defer diagnostic.Recover(ctx, &resp.Diagnostics)
	var data ephemeralModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &data)...)
	timeout, diags := data.Timeouts.Open(ctx, defaultOpenTimeout)
	resp.Diagnostics.Append(diags...)
	if providerdata.Missing(e.client, &resp.Diagnostics) || resp.Diagnostics.HasError() {
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
		resp.Diagnostics.Append(diagnostic.ForError("Wawp temporary link could not be found or made",
			diagnostic.Failure("Finding or making the temporary link of the session "+id+" failed", err), err))
		return
	}
	if host := e.client.ForeignHost(link); host != "" {
		resp.Diagnostics.Append(otherHost(id, host))
	}
	data.refresh(link)
	resp.Diagnostics.Append(resp.Result.Set(ctx, data)...)
}

// open returns the current link if it stays valid for long enough. Otherwise it creates one, if the session waits for a
// scan. It holds the lock of the session's links, because a second link would end the first.
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

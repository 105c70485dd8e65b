package ratelimit

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/datasource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/wawp/terraform-provider-wawp/internal/diagnostic"
	"github.com/wawp/terraform-provider-wawp/internal/providerdata"
	"github.com/wawp/terraform-provider-wawp/internal/validate"
	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

var _ datasource.DataSourceWithConfigure = (*DataSource)(nil)

// DataSource is the data source wawp_session_rate_limit_policies.
type DataSource struct {
	client *wawp.Client // nil while the provider's configuration is not known
}

// NewDataSource returns the data source.
func NewDataSource() datasource.DataSource { return &DataSource{} }

// Metadata names the data source.
func (d *DataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_session_rate_limit_policies"
}

// Schema describes the data source.
func (d *DataSource) Schema(ctx context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	limitAttributes := map[string]schema.Attribute{}
	for name, description := range limitDescriptions {
		limitAttributes[name] = schema.Int64Attribute{Computed: true, MarkdownDescription: description}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the sending policies that `wawp_session_rate_limit` can set for a session, with " +
			"their limits, and the current policy of the session. It is an error if there is no such session.",
		Attributes: map[string]schema.Attribute{
			"instance_id": schema.StringAttribute{
				Required: true,
				MarkdownDescription: "Identifier of the session's instance, such as `3EB0BCB2E3D4`: `instance_id` of " +
					"a `wawp_session`.",
				Validators: []validator.String{validate.InstanceID{}},
			},
			"current_policy": schema.StringAttribute{
				Computed: true,
				MarkdownDescription: "Slug of the current policy of the session. Null if Wawp's answer does not have " +
					"it.",
			},
			"has_active_plan": schema.BoolAttribute{Computed: true, MarkdownDescription: hasActivePlanDescription},
			"policies": schema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "All policies, sorted by `slug`.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"slug": schema.StringAttribute{
						Computed: true,
						MarkdownDescription: "Slug of the policy, for the argument `policy` of " +
							"`wawp_session_rate_limit`.",
					},
					"available": schema.BoolAttribute{
						Computed: true,
						MarkdownDescription: "Whether the account may use the policy. If Wawp does not report it, " +
							"this is `true` for a free policy, and for an account with an active paid plan.",
					},
					"free": schema.BoolAttribute{
						Computed: true,
						MarkdownDescription: "Whether the policy needs no paid plan. `false` if Wawp does not report " +
							"it.",
					},
					"limits": schema.SingleNestedAttribute{
						Computed:            true,
						MarkdownDescription: limitsDescription,
						Attributes:          limitAttributes,
					},
				}},
			},
			"timeouts": validate.DataTimeouts(timeouts.AttributesWithOpts(ctx, timeouts.Opts{
				ReadDescription: "How long reading the policies may take, including retries. Default: `5m`.",
			})),
		},
	}
}

// Configure takes over the provider's client.
func (d *DataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.client = providerdata.Client(req.ProviderData, &resp.Diagnostics)
}

// Read reads the policies. A session that does not exist is an error.
func (d *DataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	defer diagnostic.Recover(ctx, &resp.Diagnostics)
	var data dataModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &data)...)
	timeout, diags := data.Timeouts.Read(ctx, defaultTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	if providerdata.Missing(d.client, &resp.Diagnostics) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	id := data.InstanceID.ValueString()
	current, err := d.client.GetRateLimit(ctx, id)
	if err != nil {
		resp.Diagnostics.Append(diagnostic.ForError("Wawp sending policies could not be read",
			diagnostic.Failure("Reading the sending policies of the session "+id+" failed", err), err))
		return
	}
	data.refresh(current)
	resp.Diagnostics.Append(resp.State.Set(ctx, data)...)
}

package webhook

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/datasource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/wawp/terraform-provider-wawp/internal/diagnostic"
	"github.com/wawp/terraform-provider-wawp/internal/providerdata"
	"github.com/wawp/terraform-provider-wawp/internal/validate"
	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

var _ datasource.DataSourceWithConfigure = (*DataSource)(nil)

// DataSource is the data source wawp_session_webhooks.
type DataSource struct {
	client *wawp.Client // nil while the provider's configuration is not known
}

// NewDataSource returns the data source.
func NewDataSource() datasource.DataSource { return &DataSource{} }

type dataModel struct {
	InstanceID types.String   `tfsdk:"instance_id"`
	Webhooks   types.List     `tfsdk:"webhooks"`
	Timeouts   timeouts.Value `tfsdk:"timeouts"`
}

// Metadata names the data source.
func (d *DataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_session_webhooks"
}

// Schema describes the data source.
func (d *DataSource) Schema(ctx context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reads all webhooks of a session, also those made outside Terraform, except Wawp's own " +
			"system webhook. Webhooks need a paid plan.",
		Attributes: map[string]schema.Attribute{
			"instance_id": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: instanceIDDescription,
				Validators:          []validator.String{validate.InstanceID{}},
			},
			"webhooks": schema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "The webhooks, sorted by `url`, without their secrets.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"url": schema.StringAttribute{
						Computed:            true,
						MarkdownDescription: "Address to which Wawp posts the events.",
					},
					"events": schema.SetAttribute{
						Computed: true, ElementType: types.StringType,
						MarkdownDescription: "Names of the events that are posted.",
					},
					"enabled": schema.BoolAttribute{Computed: true, MarkdownDescription: enabledDescription},
					"retries": schema.SingleNestedAttribute{
						Computed:            true,
						MarkdownDescription: retriesDescription + " Null where Wawp does not report it.",
						Attributes: map[string]schema.Attribute{
							"delay_seconds": schema.Int64Attribute{
								Computed:            true,
								MarkdownDescription: delaySecondsDescription,
							},
							"attempts": schema.Int64Attribute{Computed: true, MarkdownDescription: attemptsDescription},
						},
					},
				}},
			},
			"timeouts": validate.DataTimeouts(timeouts.AttributesWithOpts(ctx, timeouts.Opts{
				ReadDescription: "How long reading them may take, including retries. Default and maximum: `5m`.",
			})),
		},
	}
}

// Configure takes over the provider's client.
func (d *DataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.client = providerdata.Client(req.ProviderData, &resp.Diagnostics)
}

// Read reads the webhooks.
func (d *DataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	defer diagnostic.Recover(ctx, &resp.Diagnostics)
	var data dataModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &data)...)
	timeout, diags := data.Timeouts.Read(ctx, defaultTimeout)
	resp.Diagnostics.Append(diags...)
	if providerdata.Missing(d.client, &resp.Diagnostics) || resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	id := data.InstanceID.ValueString()
	hooks, err := d.client.ListWebhooks(ctx, id)
	if err != nil {
		resp.Diagnostics.Append(diagnostic.ForError("Wawp webhooks could not be read",
			diagnostic.Failure("Reading the webhooks of the session "+id+" failed", err), err))
		return
	}
	all := make([]webhookModel, len(hooks))
	for i, hook := range hooks {
		all[i].Retries = types.ObjectNull(retriesTypes)
		all[i].refresh(hook)
	}
	data.Webhooks, diags = types.ListValueFrom(ctx, types.ObjectType{AttrTypes: objectTypes}, all)
	resp.Diagnostics.Append(diags...)
	resp.Diagnostics.Append(resp.State.Set(ctx, data)...)
}

package session

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

// DataSource is the data source wawp_session.
type DataSource struct {
	client *wawp.Client // nil while the provider's configuration is not known
}

// NewDataSource returns the data source.
func NewDataSource() datasource.DataSource { return &DataSource{} }

type dataModel struct {
	sessionModel
	Timeouts timeouts.Value `tfsdk:"timeouts"`
}

// Metadata names the data source.
func (d *DataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_session"
}

// Schema describes the data source.
func (d *DataSource) Schema(ctx context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reads a session that is managed elsewhere: in another configuration, or in the " +
			"dashboard. It fails if there is no such session.",
		Attributes: map[string]schema.Attribute{
			"instance_id": schema.StringAttribute{
				Required: true,
				MarkdownDescription: "Identifier of the session's instance, such as `3EB0BCB2E3D4`, under which the " +
					"dashboard lists it.",
				Validators: []validator.String{validate.InstanceID{}},
			},
			"session_name": schema.StringAttribute{Computed: true, MarkdownDescription: sessionNameDescription},
			"server_name":  schema.StringAttribute{Computed: true, MarkdownDescription: serverNameDescription},
			"status":       schema.StringAttribute{Computed: true, MarkdownDescription: statusDescription},
			"account": schema.SingleNestedAttribute{
				Computed:            true,
				MarkdownDescription: accountDescription,
				Attributes: map[string]schema.Attribute{
					"chat_id":      schema.StringAttribute{Computed: true, MarkdownDescription: chatIDDescription},
					"phone_number": schema.StringAttribute{Computed: true, MarkdownDescription: phoneNumberDescription},
					"push_name":    schema.StringAttribute{Computed: true, MarkdownDescription: pushNameDescription},
				},
			},
			"timeouts": validate.DataTimeouts(timeouts.AttributesWithOpts(ctx, timeouts.Opts{
				ReadDescription: "How long reading the session may take, including retries. Default: `5m`.",
			})),
		},
	}
}

// Configure takes over the provider's client.
func (d *DataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.client = providerdata.Client(req.ProviderData, &resp.Diagnostics)
}

// Read reads the session. A session that does not exist is an error.
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
	session, err := d.client.GetSession(ctx, id)
	if err != nil {
		resp.Diagnostics.Append(diagnostic.ForError("Wawp session could not be read",
			diagnostic.Failure("Reading the session "+id+" failed", err), err))
		return
	}
	data.refresh(session)
	data.unknownToNull()
	resp.Diagnostics.Append(resp.State.Set(ctx, data)...)
}

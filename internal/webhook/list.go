package webhook

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/wawp/terraform-provider-wawp/internal/diagnostic"
	"github.com/wawp/terraform-provider-wawp/internal/providerdata"
	"github.com/wawp/terraform-provider-wawp/internal/validate"
	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

var _ list.ListResourceWithConfigure = (*ListResource)(nil)

// ListResource is the list resource wawp_session_webhook, for terraform query.
type ListResource struct {
	client *wawp.Client // nil while the provider's configuration is not known
}

// NewListResource returns the list resource.
func NewListResource() list.ListResource { return &ListResource{} }

// Metadata names the list resource, like the resource.
func (l *ListResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_session_webhook"
}

// ListResourceConfigSchema describes the list block.
func (l *ListResource) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest,
	resp *list.ListResourceSchemaResponse,
) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the webhooks of a session for `terraform query` (Terraform 1.14 and later), " +
			"which can write `import` blocks for them. Wawp's own system webhook is left out. Webhooks need a paid " +
			"plan.",
		Attributes: map[string]schema.Attribute{
			"instance_id": schema.StringAttribute{
				Required: true,
				MarkdownDescription: "Identifier of the session's instance, such as `3EB0BCB2E3D4`, as a literal or " +
					"from a variable. A query file cannot use the resources of the configuration.",
				Validators: []validator.String{validate.InstanceID{}},
			},
		},
	}
}

// Configure takes over the provider's client.
func (l *ListResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	l.client = providerdata.Client(req.ProviderData, &resp.Diagnostics)
}

// List lists the webhooks of the session, sorted by URL.
func (l *ListResource) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	var diags diag.Diagnostics
	id, hooks := l.read(ctx, req, &diags)
	if diags.HasError() {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	stream.Results = func(push func(list.ListResult) bool) {
		for _, hook := range hooks {
			if !push(result(ctx, req, id, hook)) { // false once the limit of the list block is reached
				return
			}
		}
	}
}

func (l *ListResource) read(ctx context.Context, req list.ListRequest, diags *diag.Diagnostics) (types.String,
	[]wawp.Webhook,
) {
	defer diagnostic.Recover(ctx, diags)
	var id types.String
	diags.Append(req.Config.GetAttribute(ctx, path.Root("instance_id"), &id)...)
	if providerdata.Missing(l.client, diags) || diags.HasError() {
		return id, nil
	}
	ctx, cancel := context.WithTimeout(ctx, defaultTimeout)
	defer cancel()
	hooks, err := l.client.ListWebhooks(ctx, id.ValueString())
	if err != nil {
		diags.Append(diagnostic.ForError("Wawp webhooks could not be listed",
			diagnostic.Failure("Listing the webhooks of the session "+id.ValueString()+" failed", err), err))
	}
	return id, hooks
}

// result returns one webhook as a list result.
func result(ctx context.Context, req list.ListRequest, id types.String, hook wawp.Webhook) list.ListResult {
	r := req.NewListResult(ctx)
	listed := model{InstanceID: id, Timeouts: timeouts.Value{Object: types.ObjectNull(map[string]attr.Type{
		"create": types.StringType, "read": types.StringType, "update": types.StringType, "delete": types.StringType,
	})}}
	listed.Retries = types.ObjectNull(retriesTypes)
	listed.refresh(hook)
	r.DisplayName = wawp.Text(hook.URL)
	r.Diagnostics.Append(r.Identity.Set(ctx, listed.identity())...)
	if req.IncludeResource {
		r.Diagnostics.Append(r.Resource.Set(ctx, listed)...)
	}
	return r
}

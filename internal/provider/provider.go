// Package provider configures the Wawp provider, lists its objects, and serves them. It makes no requests to the API.
package provider

import (
	"context"
	"os"

	"github.com/hashicorp/terraform-plugin-framework-validators/float64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/wawp/terraform-provider-wawp/internal/diagnostic"
	"github.com/wawp/terraform-provider-wawp/internal/message"
	"github.com/wawp/terraform-provider-wawp/internal/pairing"
	"github.com/wawp/terraform-provider-wawp/internal/ratelimit"
	"github.com/wawp/terraform-provider-wawp/internal/session"
	"github.com/wawp/terraform-provider-wawp/internal/templink"
	"github.com/wawp/terraform-provider-wawp/internal/validate"
	"github.com/wawp/terraform-provider-wawp/internal/wawp"
	"github.com/wawp/terraform-provider-wawp/internal/webhook"
)

// Address is where registries list the provider.
const Address = "registry.terraform.io/wawp/wawp"

var (
	_ provider.ProviderWithActions            = (*Provider)(nil)
	_ provider.ProviderWithEphemeralResources = (*Provider)(nil)
	_ provider.ProviderWithFunctions          = (*Provider)(nil)
	_ provider.ProviderWithListResources      = (*Provider)(nil)
)

// Provider is the Wawp provider.
type Provider struct {
	// Version is the release, as the User-Agent and `terraform version` show it.
	Version string
	// Adjust, if set, changes the options of the client. Tests use it to shorten pauses.
	Adjust func(*wawp.Options)
}

// model is the provider block.
type model struct {
	AccessToken       types.String  `tfsdk:"access_token"`
	BaseURL           types.String  `tfsdk:"base_url"`
	RequestTimeout    types.String  `tfsdk:"request_timeout"`
	MaxRetries        types.Int64   `tfsdk:"max_retries"`
	RequestsPerSecond types.Float64 `tfsdk:"requests_per_second"`
	CACertFile        types.String  `tfsdk:"ca_cert_file"`
}

// Metadata names the provider.
func (p *Provider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "wawp"
	resp.Version = p.Version
}

// Schema describes the provider block.
func (p *Provider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Manages the sessions of a [Wawp](https://wawp.net) account: the instances through " +
			"which " +
			"WhatsApp messages are sent and received. No argument is required: with `WAWP_ACCESS_TOKEN` in the " +
			"environment, " +
			"`provider \"wawp\" {}` is enough. Configuring the provider makes no request.",
		Attributes: map[string]schema.Attribute{
			"access_token": schema.StringAttribute{
				MarkdownDescription: "Access token of the Wawp account, as its dashboard shows it. Default: the " +
					"environment " +
					"variable `WAWP_ACCESS_TOKEN`. Surrounding white space is removed. The provider never writes it " +
					"to the state, a plan, a log or an error. Terraform itself stores a literal or a plain variable " +
					"in saved plans, " +
					"so use the environment or an `ephemeral` variable.",
				Optional:   true,
				Sensitive:  true,
				Validators: []validator.String{validate.NotBlank{Secret: true}},
			},
			"base_url": schema.StringAttribute{
				MarkdownDescription: "Address of the API, without its `/v2`. It has `https://`, a host in ASCII " +
					"and, if needed, a path. It has no query and no user name. `http://` works too, but sends the " +
					"token unencrypted. Default: the environment " +
					"variable `WAWP_BASE_URL`, else `" + wawp.DefaultBaseURL + "`.",
				Optional:   true,
				Validators: []validator.String{validate.BaseURL{}},
			},
			"request_timeout": schema.StringAttribute{
				MarkdownDescription: "How long one attempt of a request may take, as a duration such as `90s` or " +
					"`2m`. Default: `60s`. The time starts when there is a connection. Making the connection has the " +
					"same limit, " +
					"but 30 seconds at most. Creating a session can be slow. The provider never interrupts a " +
					"creation before this " +
					"timeout, so give a CI job a longer grace period between SIGTERM and SIGKILL.",
				Optional:   true,
				Validators: []validator.String{validate.Duration{}},
			},
			"max_retries": schema.Int64Attribute{
				MarkdownDescription: "How many times a request is sent again at most, `0` to `20`. Default: `4`. " +
					"The provider sends a request again if it did not reach Wawp, or got status 429. After a fault, " +
					"it repeats only reads and other requests that can run twice without harm. A session is never " +
					"created again after an attempt that may have succeeded.",
				Optional:   true,
				Validators: []validator.Int64{int64validator.Between(0, 20)},
			},
			"requests_per_second": schema.Float64Attribute{
				MarkdownDescription: "How many requests per second the provider sends at most, for example `0.5` or " +
					"`10`. Default: no limit.",
				Optional:   true,
				Validators: []validator.Float64{float64validator.AtLeast(0.01)},
			},
			"ca_cert_file": schema.StringAttribute{
				MarkdownDescription: "Path of a file, of at most 1 MiB, with PEM certificates of the authorities to " +
					"trust, in " +
					"place of the system's: for a proxy that inspects TLS, or a private address of the API. Default: " +
					"the system's " +
					"authorities.",
				Optional:   true,
				Validators: []validator.String{validate.NotBlank{}},
			},
		},
	}
}

// Configure makes the client that the objects use. While an argument is unknown, it makes none, because a default could
// lead to the wrong account. If Terraform supports deferral, as in a Stack, Configure then defers all objects.
func (p *Provider) Configure(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	defer diagnostic.Recover(ctx, &resp.Diagnostics)
	var config model
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	var client *wawp.Client
	if config.known() {
		options, diags := config.options(os.Getenv)
		resp.Diagnostics.Append(diags...)
		if resp.Diagnostics.HasError() {
			return
		}
		options.UserAgent = userAgent(p.Version, req.TerraformVersion, os.Getenv("TF_APPEND_USER_AGENT"))
		options.Log = logAttempt(options.AccessToken)
		if p.Adjust != nil {
			p.Adjust(&options)
		}
		client = wawp.New(options)
	} else if req.ClientCapabilities.DeferralAllowed {
		resp.Deferred = &provider.Deferred{Reason: provider.DeferredReasonProviderConfigUnknown}
	}
	resp.ResourceData = client
	resp.DataSourceData = client
	resp.EphemeralResourceData = client
	resp.ListResourceData = client
	resp.ActionData = client
}

// Resources lists the resources.
func (p *Provider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{
		pairing.NewResource, ratelimit.NewResource, session.NewResource,
		templink.NewResource, webhook.NewResource,
	}
}

// DataSources lists the data sources.
func (p *Provider) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{ratelimit.NewDataSource, session.NewDataSource, webhook.NewDataSource}
}

// ListResources lists what terraform query can list.
func (p *Provider) ListResources(context.Context) []func() list.ListResource {
	return []func() list.ListResource{webhook.NewListResource}
}

// EphemeralResources lists the ephemeral resources.
func (p *Provider) EphemeralResources(context.Context) []func() ephemeral.EphemeralResource {
	return []func() ephemeral.EphemeralResource{pairing.NewQRCode, templink.NewEphemeral}
}

// Actions lists the actions, which Terraform has since 1.14.
func (p *Provider) Actions(context.Context) []func() action.Action {
	return []func() action.Action{
		message.NewAction, pairing.NewPair,
		session.NewLogoutAction, session.NewRestartAction, session.NewStartAction, session.NewStopAction,
	}
}

// Functions lists the functions.
func (p *Provider) Functions(context.Context) []func() function.Function {
	return []func() function.Function{message.NewFunction}
}

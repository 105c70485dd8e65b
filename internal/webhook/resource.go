// Package webhook implements wawp_session_webhook, an address to which Wawp posts the events of a session: the
// resource, the data source and the list resource.
package webhook

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/wawp/terraform-provider-wawp/internal/diagnostic"
	"github.com/wawp/terraform-provider-wawp/internal/providerdata"
	"github.com/wawp/terraform-provider-wawp/internal/state"
	"github.com/wawp/terraform-provider-wawp/internal/validate"
	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

// defaultTimeout is the default of every timeout.
const defaultTimeout = 5 * time.Minute

var (
	_ resource.ResourceWithConfigure      = (*Resource)(nil)
	_ resource.ResourceWithIdentity       = (*Resource)(nil)
	_ resource.ResourceWithImportState    = (*Resource)(nil)
	_ resource.ResourceWithModifyPlan     = (*Resource)(nil)
	_ resource.ResourceWithValidateConfig = (*Resource)(nil)
)

// Resource is the resource wawp_session_webhook.
type Resource struct {
	client *wawp.Client // nil while the provider's configuration is not known
}

// NewResource returns the resource.
func NewResource() resource.Resource { return &Resource{} }

// Metadata names the resource.
func (r *Resource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_session_webhook"
}

// Configure takes over the provider's client.
func (r *Resource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.client = providerdata.Client(req.ProviderData, &resp.Diagnostics)
}

// ModifyPlan refuses a url that has the access token in it, and requires a write-only secret if the apply will send it.
func (r *Resource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	defer diagnostic.Recover(ctx, &resp.Diagnostics)
	if req.Plan.Raw.IsNull() || req.Plan.Raw.Equal(req.State.Raw) {
		return
	}
	var plan, prior, config model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &prior)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	if r.client != nil && r.client.QuotesToken(plan.URL.ValueString()) {
		resp.Diagnostics.AddError(summaryAddress,
			"The url has the access token in it. Wawp would send the token to that "+
				"host, and the provider, which shows the token nowhere, could not read the webhook back. Use a "+
				"secret of "+
				"its own.")
	}
	version := plan.HMACSecretWOVersion
	if !version.IsNull() && !version.Equal(prior.HMACSecretWOVersion) && config.HMACSecretWO.IsNull() {
		resp.Diagnostics.AddError(summarySecret,
			"hmac_secret_wo_version is set, or was changed, without hmac_secret_wo. Set hmac_secret_wo to the secret "+
				"to send. Later plans do not need it.")
	}
}

// Create creates the webhook. If there already is one with the same URL, it adopts one with the same settings, and
// refuses to overwrite another.
func (r *Resource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	defer diagnostic.Recover(ctx, &resp.Diagnostics)
	var plan, config model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	timeout, diags := plan.Timeouts.Create(ctx, defaultTimeout)
	resp.Diagnostics.Append(diags...)
	wanted := plan.wanted(ctx, &resp.Diagnostics)
	if providerdata.Missing(r.client, &resp.Diagnostics) || resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	id := plan.InstanceID.ValueString()
	defaults := wawp.DefaultRetries
	secret := plan.secret(config)
	existing, op, err := r.create(ctx, id, wanted, secret)
	switch {
	case errors.Is(err, errDeclaredTwice):
		resp.Diagnostics.Append(declaredTwice(id, wanted))
		return
	case err != nil:
		resp.Diagnostics.Append(operationFailed(op, id, wanted, err))
		return
	case existing != nil && !existing.Matches(wanted):
		resp.Diagnostics.Append(urlInUse(id, *existing, wanted))
		return
	case existing != nil:
		resp.Diagnostics.Append(webhookAdopted(id, wanted, secret != ""))
		plan.fillRetries(wanted, existing.Retries)
	}
	plan.fillRetries(wanted, &defaults)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
	resp.Diagnostics.Append(state.Created(ctx, r.client, resp.Private, true)...)
}

// Read refreshes the state. It removes the webhook only if two lists lack it, or if the session is proven to be gone.
func (r *Resource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	defer diagnostic.Recover(ctx, &resp.Diagnostics)
	var m model
	resp.Diagnostics.Append(req.State.Get(ctx, &m)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, m.identity())...)
	timeout, diags := m.Timeouts.Read(ctx, defaultTimeout)
	resp.Diagnostics.Append(diags...)
	justImported := state.JustImported(ctx, req.Private)
	if resp.Diagnostics.HasError() || providerdata.MissingInRead(r.client, justImported, &resp.Diagnostics) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	id, address := m.InstanceID.ValueString(), m.URL.ValueString()
	var hook wawp.Webhook
	look := func() (found bool, err error) {
		hooks, err := r.client.ListWebhooks(ctx, id, address)
		hook, found = wawp.FindWebhook(hooks, address)
		return found || justImported, err
	}
	read := func(wawp.Session) error { return lookTwice(ctx, r.client, look) }
	err := read(wawp.Session{})
	switch {
	case wawp.KindOf(err) == wawp.SubscriptionRequired && !justImported:
		resp.Diagnostics.Append(m.object().Kept("the account has no paid plan", reason(err)))
	case err != nil && !m.object().ReadAgain(ctx, r.client, req, resp, err, read): // ReadAgain has decided
	case hook.URL == "" && justImported:
		resp.Diagnostics.Append(noneToImport(id, m.webhook()))
	case hook.URL == "":
		m.object().Gone(ctx, r.client, req, resp,
			"it is not among the session's webhooks, nor was it some seconds later")
	default:
		m.refresh(hook)
		resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
		resp.Diagnostics.Append(state.Described(ctx, r.client, resp.Private)...)
	}
}

// Update sends only the values that have changed. To remove a secret, it deletes the webhook and creates it again.
func (r *Resource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	defer diagnostic.Recover(ctx, &resp.Diagnostics)
	var plan, prior, config model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &prior)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, prior.identity())...)
	timeout, diags := plan.Timeouts.Update(ctx, defaultTimeout)
	resp.Diagnostics.Append(diags...)
	change, wanted := plan.change(ctx, prior, config, &resp.Diagnostics), plan.wanted(ctx, &resp.Diagnostics)
	if providerdata.Missing(r.client, &resp.Diagnostics) || resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	id, address := prior.InstanceID.ValueString(), prior.URL.ValueString()
	var err error
	switch {
	case prior.hasSecret() && !plan.hasSecret():
		defaults := wawp.DefaultRetries
		wanted.Retries = cmp.Or(wanted.Retries, &defaults)
		err = r.write(ctx, id, address, func(address string) error { return r.client.DeleteWebhook(ctx, id, address) })
		if err == nil || isNotListed(err) && state.Doubt(ctx, r.client, req.Private) == "" {
			err = r.recreate(ctx, id, wanted)
		}
	case !change.IsEmpty():
		err = r.write(ctx, id, address, func(address string) error {
			return r.client.UpdateWebhook(ctx, id, address, change)
		})
	}
	if err != nil {
		resp.Diagnostics.Append(operationFailed(changing, id, prior.webhook(), err))
		return
	}
	plan.fillRetries(wanted, nil)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
}

// Delete deletes the webhook. A webhook that is already gone is no error, and one that this run has created or adopted
// stays.
func (r *Resource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	defer diagnostic.Recover(ctx, &resp.Diagnostics)
	var m model
	resp.Diagnostics.Append(req.State.Get(ctx, &m)...)
	timeout, diags := m.Timeouts.Delete(ctx, defaultTimeout)
	resp.Diagnostics.Append(diags...)
	if providerdata.Missing(r.client, &resp.Diagnostics) || resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	id, hook := m.InstanceID.ValueString(), m.webhook()
	err := r.remove(ctx, id, m)
	var gone bool
	var reason string
	if notListed := (*notListedError)(nil); errors.As(err, &notListed) {
		reason = state.Doubt(ctx, r.client, req.Private)
		gone = reason == ""
		if gone && slices.ContainsFunc(notListed.listed,
			func(other wawp.Webhook) bool { return other.Resembles(hook.URL) }) {
			resp.Diagnostics.Append(similarWebhookLeft(id, hook))
		}
	} else {
		gone, reason = m.object().WentWithSession(ctx, r.client, req.Private, err)
	}
	switch {
	case err == nil, gone:
	case errors.Is(err, errDeclaredTwice):
		resp.Diagnostics.Append(webhookTakenOver(id, hook))
	case reason != "":
		resp.Diagnostics.Append(notDeleted(m.object(), reason, err))
	default:
		resp.Diagnostics.Append(operationFailed(deleting, id, hook, err))
	}
}

// ImportState imports by "instance_id,url" or by identity.
func (r *Resource) ImportState(ctx context.Context, req resource.ImportStateRequest,
	resp *resource.ImportStateResponse,
) {
	defer diagnostic.Recover(ctx, &resp.Diagnostics)
	var imported model
	if req.ID == "" && req.Identity != nil {
		var given identity
		resp.Diagnostics.Append(req.Identity.Get(ctx, &given)...)
		req.ID = given.InstanceID.ValueString() + "," + given.URL.ValueString()
	}
	imported.setID(req.ID)
	if imported.InstanceID.ValueString() == "" || imported.URL.ValueString() == "" {
		resp.Diagnostics.AddError("No webhook to import",
			"Give the instance id and the webhook's url, separated by a comma: 3EB0BCB2E3D4,https://example.com/wawp")
		return
	}
	resp.Diagnostics.Append(validate.CheckInstanceID(path.Root("instance_id"), imported.InstanceID.ValueString())...)
	if resp.Diagnostics.HasError() {
		return
	}
	if wawp.IsSystemWebhook(imported.URL.ValueString()) {
		resp.Diagnostics.AddError(systemSummary, systemDetail)
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("instance_id"), imported.InstanceID)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("url"), imported.URL)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, imported.identity())...)
	resp.Diagnostics.Append(state.Imported(ctx, resp.Private)...)
}

// setID parses an import id. A URL can contain commas, an instance id cannot.
func (m *model) setID(id string) {
	instance, address, _ := strings.Cut(id, ",")
	m.InstanceID, m.URL = types.StringValue(strings.TrimSpace(instance)), types.StringValue(strings.TrimSpace(address))
}

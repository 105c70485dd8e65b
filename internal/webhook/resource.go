// Package webhook offers wawp_session_webhook: an address to which Wawp posts the events of a session.
package webhook

import (
	"context"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/wawp/terraform-provider-wawp/internal/conn"
	"github.com/wawp/terraform-provider-wawp/internal/explain"
	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

// defaultTimeout is that of every operation.
const defaultTimeout = 5 * time.Minute

// keyImported marks a webhook in the private state that was imported and not read yet.
const keyImported = "imported"

var (
	_ resource.ResourceWithConfigure   = (*Resource)(nil)
	_ resource.ResourceWithIdentity    = (*Resource)(nil)
	_ resource.ResourceWithImportState = (*Resource)(nil)
	_ resource.ResourceWithModifyPlan  = (*Resource)(nil)
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
	r.client = conn.Client(req.ProviderData, &resp.Diagnostics)
}

// ModifyPlan replaces a webhook whose secret was removed: a change keeps what it leaves out, the secret included.
func (r *Resource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	defer explain.Crash(ctx, &resp.Diagnostics)
	if req.State.Raw.IsNull() || req.Plan.Raw.IsNull() || req.Plan.Raw.Equal(req.State.Raw) {
		return
	}
	var plan, state model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if state.hasSecret() && !plan.hasSecret() {
		resp.RequiresReplace.Append(path.Root("hmac_secret"), path.Root("hmac_secret_wo_version"))
	}
}

// Create makes the webhook, unless there is one on its URL: the same one is adopted, another one is not overwritten.
func (r *Resource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	defer explain.Crash(ctx, &resp.Diagnostics)
	var plan, config model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	timeout, diags := plan.Timeouts.Create(ctx, defaultTimeout)
	resp.Diagnostics.Append(diags...)
	wanted := plan.wanted(ctx, &resp.Diagnostics)
	if conn.Missing(r.client, &resp.Diagnostics) || resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	id := plan.InstanceID.ValueString()
	defaults := wawp.DefaultRetries
	secret := plan.secret(config)
	adopted, op, err := r.create(ctx, id, wanted, secret)
	switch {
	case err != nil:
		resp.Diagnostics.Append(failed(op, id, wanted.URL, err))
		return
	case adopted != nil && !adopted.Matches(wanted):
		resp.Diagnostics.Append(occupied(id, *adopted, wanted))
		return
	case adopted != nil:
		resp.Diagnostics.Append(adoption(id, wanted.URL, secret != ""))
		plan.settle(wanted, adopted.Retries)
	}
	plan.settle(wanted, &defaults)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
	resp.Diagnostics.Append(conn.MarkToken(ctx, r.client, resp.Private)...)
}

// create makes the webhook, or returns the one that is on its URL already: one that is as wanted only gets the secret. It
// looks while it is its turn, so that nobody else in this process makes or deletes one in between. It says what it was at
// when it failed.
func (r *Resource) create(ctx context.Context, id string, wanted wawp.Webhook, secret string) (*wawp.Webhook, operation, error) {
	unlock, err := r.client.LockWebhooks(ctx, id)
	if err != nil {
		return nil, lookingFor, err
	}
	defer unlock()
	hooks, err := r.client.LookForWebhooks(ctx, id)
	if err != nil {
		return nil, lookingFor, err
	}
	there, found := wawp.FindWebhook(hooks, wanted.URL)
	switch {
	case !found:
		return nil, making, r.client.SetWebhook(ctx, id, wanted, secret)
	case there.Matches(wanted) && secret != "":
		return &there, changing, r.client.UpdateWebhook(ctx, id, there.URL, wawp.WebhookChange{Secret: &secret})
	}
	return &there, making, nil
}

// Read refreshes the state. Only a list that can be read and lacks the webhook, or a session that is proved to be gone,
// removes it.
func (r *Resource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	defer explain.Crash(ctx, &resp.Diagnostics)
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, state.identity())...)
	timeout, diags := state.Timeouts.Read(ctx, defaultTimeout)
	resp.Diagnostics.Append(diags...)
	imported, diags := req.Private.GetKey(ctx, keyImported)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	isNew := string(imported) == "true"
	if conn.MissingInRead(r.client, isNew, &resp.Diagnostics) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	id, address := state.InstanceID.ValueString(), state.URL.ValueString()
	hooks, err := r.client.ListWebhooks(ctx, id)
	if err != nil {
		r.notRead(ctx, req, resp, id, address, isNew, err)
		return
	}
	hook, found := wawp.FindWebhook(hooks, address)
	if !found {
		resp.Diagnostics.Append(gone(id, address, "it is not among the session's webhooks"))
		resp.State.RemoveResource(ctx)
		return
	}
	state.refresh(hook)
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, keyImported, []byte("false"))...)
	resp.Diagnostics.Append(conn.MarkToken(ctx, r.client, resp.Private)...)
}

// notRead decides what it means that the session's webhooks could not be read.
func (r *Resource) notRead(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse, id, address string, isNew bool, err error) {
	evidence := wawp.ChildEvidence{OtherToken: conn.IsOtherToken(ctx, r.client, req.Private), Child: err}
	verdict, reason := wawp.JudgeChild(evidence)
	if verdict == wawp.LookAgain {
		evidence.Looked = true
		_, evidence.Info = r.client.GetSession(ctx, id)
		verdict, reason = wawp.JudgeChild(evidence)
	}
	switch {
	case verdict == wawp.Broken, isNew:
		resp.Diagnostics.Append(failed(reading, id, address, err))
	case verdict == wawp.Absent:
		resp.Diagnostics.Append(gone(id, address, reason))
		resp.State.RemoveResource(ctx)
	default:
		resp.Diagnostics.Append(kept(id, address, reason, err))
	}
}

// Update sends what has changed, and nothing else.
func (r *Resource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	defer explain.Crash(ctx, &resp.Diagnostics)
	var plan, state, config model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, state.identity())...)
	timeout, diags := plan.Timeouts.Update(ctx, defaultTimeout)
	resp.Diagnostics.Append(diags...)
	change := plan.change(ctx, state, config, &resp.Diagnostics)
	if conn.Missing(r.client, &resp.Diagnostics) || resp.Diagnostics.HasError() {
		return
	}
	if !change.IsEmpty() {
		ctx, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		id, address := state.InstanceID.ValueString(), state.URL.ValueString()
		err := r.write(ctx, id, address, func(address string) error { return r.client.UpdateWebhook(ctx, id, address, change) })
		if err != nil {
			resp.Diagnostics.Append(failed(changing, id, address, err))
			return
		}
	}
	plan.settle(plan.wanted(ctx, &resp.Diagnostics), nil)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
}

// Delete deletes the webhook. One that is gone already is fine.
func (r *Resource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	defer explain.Crash(ctx, &resp.Diagnostics)
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	timeout, diags := state.Timeouts.Delete(ctx, defaultTimeout)
	resp.Diagnostics.Append(diags...)
	if conn.Missing(r.client, &resp.Diagnostics) || resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	id, address := state.InstanceID.ValueString(), state.URL.ValueString()
	err := r.write(ctx, id, address, func(address string) error { return r.client.DeleteWebhook(ctx, id, address) })
	switch {
	case wawp.IsNotFound(err) && conn.IsOtherToken(ctx, r.client, req.Private):
		resp.Diagnostics.Append(unknownToToken(id, address, err))
	case err != nil && !wawp.IsNotFound(err):
		resp.Diagnostics.Append(failed(deleting, id, address, err))
	}
}

// ImportState imports by "instance_id,url" or by identity.
func (r *Resource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	defer explain.Crash(ctx, &resp.Diagnostics)
	var imported model
	if req.ID == "" && req.Identity != nil {
		var given identity
		resp.Diagnostics.Append(req.Identity.Get(ctx, &given)...)
		imported.InstanceID, imported.URL = given.InstanceID, given.URL
	} else {
		imported.setID(req.ID)
	}
	if imported.InstanceID.ValueString() == "" || imported.URL.ValueString() == "" {
		resp.Diagnostics.AddError("No webhook to import",
			"Give the instance id and the webhook's url, separated by a comma: 3EB0BCB2E3D4,https://example.com/wawp")
		return
	}
	if wawp.IsSystemWebhook(imported.URL.ValueString()) {
		resp.Diagnostics.AddError(systemSummary, systemDetail)
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("instance_id"), imported.InstanceID)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("url"), imported.URL)...)
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, keyImported, []byte("true"))...)
}

// setID reads an import id. A URL can hold commas, an instance id cannot.
func (m *model) setID(id string) {
	instance, address, _ := strings.Cut(id, ",")
	m.InstanceID, m.URL = types.StringValue(strings.TrimSpace(instance)), types.StringValue(strings.TrimSpace(address))
}

// write changes or deletes the webhook on an address, while nobody else in this process writes to the session's webhooks. If
// Wawp knows none there, it looks whether Wawp writes the address in its own way.
func (r *Resource) write(ctx context.Context, id, address string, do func(address string) error) error {
	unlock, err := r.client.LockWebhooks(ctx, id)
	if err != nil {
		return err
	}
	defer unlock()
	if err = do(address); !wawp.IsNotFound(err) {
		return err
	}
	hooks, lookErr := r.client.LookForWebhooks(ctx, id)
	if there, found := wawp.FindWebhook(hooks, address); lookErr == nil && found && there.URL != address {
		return do(there.URL)
	}
	return err
}

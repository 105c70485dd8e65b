// Package templink offers wawp_session_temp_link, the page on which a person scans the QR code of a session: as a
// resource, and as an ephemeral resource.
package templink

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/wawp/terraform-provider-wawp/internal/diagnostic"
	"github.com/wawp/terraform-provider-wawp/internal/providerdata"
	"github.com/wawp/terraform-provider-wawp/internal/state"
	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

// defaultTimeout is the default of each of the resource's timeouts.
const defaultTimeout = 5 * time.Minute

var (
	_ resource.ResourceWithConfigure   = (*Resource)(nil)
	_ resource.ResourceWithIdentity    = (*Resource)(nil)
	_ resource.ResourceWithImportState = (*Resource)(nil)
	_ resource.ResourceWithModifyPlan  = (*Resource)(nil)
)

// Resource is the resource wawp_session_temp_link.
type Resource struct {
	client *wawp.Client // nil while the provider's configuration is not known
}

// NewResource returns the resource.
func NewResource() resource.Resource { return &Resource{} }

// Metadata names the resource.
func (r *Resource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_session_temp_link"
}

// Configure takes over the provider's client.
func (r *Resource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.client = providerdata.Client(req.ProviderData, &resp.Diagnostics)
}

// ModifyPlan plans the values that are known. A new link has not expired, so that a count can depend on that. A change
// in place keeps the link.
func (r *Resource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	defer diagnostic.Recover(ctx, &resp.Diagnostics)
	if req.Plan.Raw.IsNull() {
		return // a destroy
	}
	var plan, prior model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if req.State.Raw.IsNull() {
		plan.Expired = types.BoolValue(false)
	} else {
		resp.Diagnostics.Append(req.State.Get(ctx, &prior)...)
		plan.Link, plan.ExpiresAt, plan.Expired = prior.Link, prior.ExpiresAt, prior.Expired
	}
	if !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(resp.Plan.Set(ctx, plan)...)
	}
}

// Create creates a link, which ends the previous one.
func (r *Resource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	defer diagnostic.Recover(ctx, &resp.Diagnostics)
	var plan model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	timeout, diags := plan.Timeouts.Create(ctx, defaultTimeout)
	resp.Diagnostics.Append(diags...)
	if providerdata.Missing(r.client, &resp.Diagnostics) || resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	id := plan.InstanceID.ValueString()
	link, err := r.create(ctx, id)
	if err != nil {
		resp.Diagnostics.Append(notMade(id, err))
		return
	}
	if host := r.client.ForeignHost(link); host != "" {
		resp.Diagnostics.Append(otherHost(id, host))
	}
	plan.refresh(link)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identity{plan.InstanceID})...)
	resp.Diagnostics.Append(state.Created(ctx, r.client, resp.Private, true)...)
}

func (r *Resource) create(ctx context.Context, id string) (wawp.TempLink, error) {
	unlock, err := r.client.LockTempLinks(ctx, id)
	if err != nil {
		return wawp.TempLink{}, err
	}
	defer unlock()
	return r.client.CreateTempLink(ctx, id)
}

// Read reads whether the link is still valid. Only a proven absence of the session removes it from the state.
func (r *Resource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	defer diagnostic.Recover(ctx, &resp.Diagnostics)
	var m model
	resp.Diagnostics.Append(req.State.Get(ctx, &m)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identity{m.InstanceID})...)
	timeout, diags := m.Timeouts.Read(ctx, defaultTimeout)
	resp.Diagnostics.Append(diags...)
	justImported := state.JustImported(ctx, req.Private)
	if resp.Diagnostics.HasError() || providerdata.MissingInRead(r.client, justImported, &resp.Diagnostics) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	id := m.InstanceID.ValueString()
	active, err := r.client.GetTempLink(ctx, id)
	readAgain := func(wawp.Session) error {
		active, err = r.client.GetTempLink(ctx, id)
		return err
	}
	switch {
	case wawp.KindOf(err).Untimely() && !justImported:
		resp.Diagnostics.Append(object(id).Kept("Wawp refuses to show it, perhaps because the session needs no scan",
			diagnostic.Reason(err)))
		return
	case err != nil && !object(id).ReadAgain(ctx, r.client, req, resp, err, readAgain):
		return
	case justImported && (active.URL == "" || active.EndsWithin(0)):
		resp.Diagnostics.Append(noneToImport(id))
		return
	}
	if host := r.client.ForeignHost(active); justImported && host != "" {
		resp.Diagnostics.Append(otherHost(id, host))
	}
	m.refresh(active)
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
	resp.Diagnostics.Append(state.Described(ctx, r.client, resp.Private)...)
}

// object describes the link for the package state.
func object(id string) state.Object {
	return state.Object{
		Type: "wawp_session_temp_link", Noun: "temporary link", InstanceID: id,
		Name:   "the temporary link of the session " + id,
		Paired: true, // not known here, so it may be
		Anew:   "makes a new one, which fails unless instance_id names another session by then",
	}
}

// Update makes no request, because a change in place concerns only the state.
func (r *Resource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	defer diagnostic.Recover(ctx, &resp.Diagnostics)
	var plan model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identity{plan.InstanceID})...)
}

// Delete revokes the link, unless it is no longer valid.
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
	id := m.InstanceID.ValueString()
	err := r.revoke(ctx, id, m.link())
	if err == nil {
		return
	}
	if wawp.KindOf(err).Untimely() {
		resp.Diagnostics.Append(maybeStillValid(id, err))
		return
	}
	if gone, reason := object(id).WentWithSession(ctx, r.client, req.Private, err); !gone {
		resp.Diagnostics.Append(notRevoked(id, reason, err))
	}
}

// revoke revokes a link, unless it has certainly ended. Wawp can only revoke all links of a session at once, so revoke
// first checks that the current link is this one (internal/wawp/API.md, section 7). After a refusal or a lost answer,
// it reads the link again, after a pause: an earlier answer may be some seconds old.
func (r *Resource) revoke(ctx context.Context, id string, link wawp.TempLink) error {
	unlock, err := r.client.LockTempLinks(ctx, id)
	if err != nil {
		return err
	}
	defer unlock()
	if r.client.HasMadeTempLink(id) {
		return nil // a newer link has ended this one
	}
	current, err := r.client.GetTempLink(ctx, id)
	switch {
	case err == nil && link.HasEnded(current):
		return nil
	case err != nil && !wawp.KindOf(err).Untimely():
		return err
	}
	err = r.client.RevokeTempLinks(ctx, id)
	kind := wawp.KindOf(err)
	mayBeGone := kind.OutcomeUnknown() || kind.Untimely() || kind.Missing() || kind == wawp.NotFound
	if mayBeGone && r.client.Pause(ctx) == nil {
		if after, lookErr := r.client.GetTempLink(ctx, id); lookErr == nil && !after.Is(link.URL) {
			return nil
		}
	}
	return err
}

// ImportState imports by instance id or by identity.
func (r *Resource) ImportState(ctx context.Context, req resource.ImportStateRequest,
	resp *resource.ImportStateResponse,
) {
	defer diagnostic.Recover(ctx, &resp.Diagnostics)
	state.Object{Name: "the session whose temporary link it is"}.Import(ctx, req, resp)
}

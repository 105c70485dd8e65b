// Package ratelimit implements wawp_session_rate_limit, the sending policy of a session, and the data source of all
// policies.
package ratelimit

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/wawp/terraform-provider-wawp/internal/diagnostic"
	"github.com/wawp/terraform-provider-wawp/internal/providerdata"
	"github.com/wawp/terraform-provider-wawp/internal/state"
	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

// defaultTimeout is the default of every timeout.
const defaultTimeout = 5 * time.Minute

var (
	_ resource.ResourceWithConfigure   = (*Resource)(nil)
	_ resource.ResourceWithIdentity    = (*Resource)(nil)
	_ resource.ResourceWithImportState = (*Resource)(nil)
	_ resource.ResourceWithModifyPlan  = (*Resource)(nil)
)

// Resource is the resource wawp_session_rate_limit.
type Resource struct {
	client *wawp.Client // nil while the provider's configuration is not known
}

// NewResource returns the resource.
func NewResource() resource.Resource { return &Resource{} }

// Metadata names the resource.
func (r *Resource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_session_rate_limit"
}

// Configure takes over the provider's client.
func (r *Resource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.client = providerdata.Client(req.ProviderData, &resp.Diagnostics)
}

// ModifyPlan keeps the values that a change does not touch: only another policy brings other limits.
func (r *Resource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	defer diagnostic.Recover(ctx, &resp.Diagnostics)
	if req.State.Raw.IsNull() || req.Plan.Raw.IsNull() {
		return // a create or a destroy
	}
	var plan, prior model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &prior)...)
	if resp.Diagnostics.HasError() {
		return
	}
	plan.HasActivePlan = prior.HasActivePlan
	if plan.Policy.Equal(prior.Policy) {
		plan.Limits = prior.Limits
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, plan)...)
}

// Create sets the policy of the session.
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

	resp.Diagnostics.Append(r.set(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identity{plan.InstanceID})...)
	resp.Diagnostics.Append(state.Created(ctx, r.client, resp.Private, true)...)
}

// set sets the planned policy, and fills in the unknown values. The policy stays the planned one even if a read shows
// another: answers to reads may be older than the change.
func (r *Resource) set(ctx context.Context, plan *model) diag.Diagnostics {
	var diags diag.Diagnostics
	id, slug := plan.InstanceID.ValueString(), plan.Policy.ValueString()
	answer, err := r.client.SetRateLimit(ctx, id, slug)
	plan.fillUnknown(answer)
	switch {
	case err == nil && answer.Policy == slug && plan.isComplete():
		return nil
	case err != nil && wawp.KindOf(err) != wawp.Unreadable && !wawp.IsPolicyRefused(err):
		diags.Append(notSet(id, slug, err))
		return diags
	}

	current, lookErr := r.client.GetRateLimit(ctx, id)
	isSet := wawp.KindOf(err) == wawp.Unreadable && current.Policy == slug
	switch {
	case err != nil && lookErr != nil:
		diags.Append(notSet(id, slug, err))
		return diags
	case err != nil && !isSet:
		diags.Append(policyRefused(id, slug, err, current))
		return diags
	case lookErr != nil:
		diags.Append(notReadBack(id, slug, lookErr))
	case answer.Policy == slug, current.Policy == slug:
	case answer.Policy == "" && current.Policy == "":
		diags.Append(policyNotReported(id))
	default:
		diags.Append(otherPolicyShown(id, slug, current.Policy))
	}
	plan.fillUnknown(current)
	plan.unknownToNull()
	return diags
}

// Read refreshes the state. Only a proven absence of the session removes its policy from it.
func (r *Resource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	defer diagnostic.Recover(ctx, &resp.Diagnostics)
	var m model
	resp.Diagnostics.Append(req.State.Get(ctx, &m)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identity{m.InstanceID})...)
	timeout, diags := m.Timeouts.Read(ctx, defaultTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() || providerdata.MissingInRead(r.client, state.JustImported(ctx, req.Private),
		&resp.Diagnostics) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	id := m.InstanceID.ValueString()
	current, err := r.client.GetRateLimit(ctx, id)
	readAgain := func(wawp.Session) error {
		current, err = r.client.GetRateLimit(ctx, id)
		return err
	}
	if err != nil && !object(id).ReadAgain(ctx, r.client, req, resp, err, readAgain) {
		return
	}
	if current.Policy == "" {
		resp.Diagnostics.Append(policyNotReported(id))
	}
	m.refresh(current)
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
	resp.Diagnostics.Append(state.Described(ctx, r.client, resp.Private)...)
}

// object describes the policy for the package state.
func object(id string) state.Object {
	return state.Object{
		Type: "wawp_session_rate_limit", Noun: "sending policy", InstanceID: id,
		Name:   "the sending policy of the session " + id,
		Paired: true, // not known here, so it may be
		Anew:   "sets it again, which fails unless instance_id names another session by then",
	}
}

// Update sets another policy. Other changes make no request.
func (r *Resource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	defer diagnostic.Recover(ctx, &resp.Diagnostics)
	var plan, prior model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &prior)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identity{prior.InstanceID})...)
	timeout, diags := plan.Timeouts.Update(ctx, defaultTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	if !plan.Policy.Equal(prior.Policy) {
		if providerdata.Missing(r.client, &resp.Diagnostics) {
			return
		}
		ctx, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		resp.Diagnostics.Append(r.set(ctx, &plan)...)
		if resp.Diagnostics.HasError() {
			return
		}
	}
	plan.unknownToNull()
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
}

// Delete makes no request. A session always has a policy, and keeps its current one.
func (r *Resource) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {}

// ImportState imports by instance id or by identity.
func (r *Resource) ImportState(ctx context.Context, req resource.ImportStateRequest,
	resp *resource.ImportStateResponse,
) {
	defer diagnostic.Recover(ctx, &resp.Diagnostics)
	state.Object{Name: "the session whose sending policy it is"}.Import(ctx, req, resp)
}

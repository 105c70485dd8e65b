// Package pairing links a phone to a session. The resource wawp_session_pairing waits for a person, the action
// wawp_session_pair shows a code, and the ephemeral resource wawp_session_qr_code returns one.
package pairing

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/wawp/terraform-provider-wawp/internal/diagnostic"
	"github.com/wawp/terraform-provider-wawp/internal/providerdata"
	"github.com/wawp/terraform-provider-wawp/internal/state"
	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

const (
	// defaultWaitTimeout is how long a person has to link a phone.
	defaultWaitTimeout = 10 * time.Minute
	// defaultTimeout is the default of the other timeouts.
	defaultTimeout = 5 * time.Minute
)

var (
	_ resource.ResourceWithConfigure   = (*Resource)(nil)
	_ resource.ResourceWithIdentity    = (*Resource)(nil)
	_ resource.ResourceWithImportState = (*Resource)(nil)
	_ resource.ResourceWithModifyPlan  = (*Resource)(nil)
)

// Resource is the resource wawp_session_pairing.
type Resource struct {
	client *wawp.Client // nil while the provider's configuration is not known
}

// NewResource returns the resource.
func NewResource() resource.Resource { return &Resource{} }

// Metadata names the resource.
func (r *Resource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_session_pairing"
}

// Configure takes over the provider's client.
func (r *Resource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.client = providerdata.Client(req.ProviderData, &resp.Diagnostics)
}

// ModifyPlan keeps the values of the account, because no change in place touches the phone. It warns if the plan
// unlinks a phone, or if the linked phone is not the expected one.
func (r *Resource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	defer diagnostic.Recover(ctx, &resp.Diagnostics)
	if req.State.Raw.IsNull() {
		return // a create
	}
	var plan, prior model
	resp.Diagnostics.Append(req.State.Get(ctx, &prior)...)
	if !req.Plan.Raw.IsNull() {
		resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	}
	// The plan of a destroy has no instance id, and that of a replacement another one.
	isDestroyed := !plan.InstanceID.Equal(prior.InstanceID)
	if id := prior.InstanceID; isDestroyed && prior.LogoutOnDestroy.ValueBool() {
		resp.Diagnostics.Append(object(id.ValueString()).Unlinks(prior.PhoneNumber, prior.PushName))
	}
	if req.Plan.Raw.IsNull() {
		return
	}
	expected, diags := digits(ctx, plan.ExpectedPhoneNumber, argumentExpected)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() || isDestroyed {
		return
	}
	plan.PhoneNumber, plan.ChatID, plan.PushName = prior.PhoneNumber, prior.ChatID, prior.PushName
	if linked := prior.PhoneNumber.ValueString(); expected != "" && linked != "" && !wawp.SamePhone(expected, linked) {
		resp.Diagnostics.Append(otherPhone(prior.InstanceID.ValueString(), linked))
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, plan)...)
}

// Create waits until a phone is linked, and records nothing before. Terraform would taint an object that is recorded
// before an error, and the next apply would log a phone out.
func (r *Resource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	defer diagnostic.Recover(ctx, &resp.Diagnostics)
	var plan model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	timeout, diags := plan.Timeouts.Create(ctx, defaultWaitTimeout)
	resp.Diagnostics.Append(diags...)
	expected, diags := digits(ctx, plan.ExpectedPhoneNumber, argumentExpected)
	resp.Diagnostics.Append(diags...)
	if providerdata.Missing(r.client, &resp.Diagnostics) || resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	id := plan.InstanceID.ValueString()
	if !r.client.Claim(resourceKey(id)) {
		resp.Diagnostics.Append(declaredTwice(id))
		return
	}
	w := &phoneWait{client: r.client, id: id, expected: expected, isNewPhone: r.client.IsUnlinked(id)}
	last, err := watchForPhone(ctx, r.client, id, w.look)
	d := notPaired(ctx, expected, last, timeout, err)
	// If the timeout has ended the wait, the phone is not claimed yet. A second claim does no harm.
	if d == nil && !w.claim() {
		d = stillUnlinking(id, timeout)
	}
	if d != nil {
		resp.Diagnostics.Append(d)
		return
	}
	plan.refresh(last)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identity{plan.InstanceID})...)
	resp.Diagnostics.Append(state.Created(ctx, r.client, resp.Private, true)...)
}

// Read refreshes the state. It removes the pairing only if it is proven that no phone is linked, or that the session is
// absent.
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
	session, ok := object(id).ReadSession(ctx, r.client, req, resp)
	doubt := state.Doubt(ctx, r.client, req.Private)
	switch {
	case !ok: // ReadSession has decided
	case justImported && session.Status != wawp.StatusWorking:
		resp.Diagnostics.Append(nothingToImport(session))
	case session.Status == wawp.StatusScan && doubt != "":
		resp.Diagnostics.Append(object(id).Kept(doubt,
			"What Wawp reports of the session: its status is SCAN_QR_CODE, and was SCAN_QR_CODE some seconds before."))
	case session.Status == wawp.StatusScan:
		resp.Diagnostics.Append(phoneUnlinked(id))
		resp.State.RemoveResource(ctx)
	default:
		if session.Status == wawp.StatusFailed {
			resp.Diagnostics.Append(sessionFailed(id))
		}
		m.refresh(session)
		resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
		resp.Diagnostics.Append(state.Described(ctx, r.client, resp.Private)...)
	}
}

// object describes the pairing for the package state. A phone was linked, because there is a pairing.
func object(id string) state.Object {
	return state.Object{
		Type: "wawp_session_pairing", Noun: "pairing", InstanceID: id, Name: "the pairing of the session " + id,
		Paired: true,
		Anew:   "creates it again, which fails unless instance_id names another session by then",
	}
}

// Update makes no request, because no change in place touches the phone.
func (r *Resource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	defer diagnostic.Recover(ctx, &resp.Diagnostics)
	var plan model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identity{plan.InstanceID})...)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
}

// Delete unlinks the phone, unless logout_on_destroy is false. The session stays.
func (r *Resource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	defer diagnostic.Recover(ctx, &resp.Diagnostics)
	var m model
	resp.Diagnostics.Append(req.State.Get(ctx, &m)...)
	timeout, diags := m.Timeouts.Delete(ctx, defaultTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() || !m.LogoutOnDestroy.ValueBool() {
		return
	}
	if providerdata.Missing(r.client, &resp.Diagnostics) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	id := m.InstanceID.ValueString()
	if !r.client.ClaimUnless(logoutKey(id), pairingKey(id)) {
		resp.Diagnostics.Append(phoneTakenOver(id))
		return
	}
	u, err := r.client.Unlink(ctx, id, true, nil)
	if err == nil {
		return
	}
	gone, reason := object(id).WentWithSession(ctx, r.client, req.Private, err)
	switch {
	case gone:
	case wawp.KindOf(err).Untimely() && ctx.Err() == nil && u.Status != "" && u.Status != wawp.StatusWorking:
		resp.Diagnostics.Append(perhapsLinked(u.Session, err))
	default:
		resp.Diagnostics.Append(notUnlinked(ctx, u, timeout, reason, err))
	}
}

// Keys for [wawp.Client.Claim]: the resource that waits for a phone, the phone that it has, and the logout of a phone.
func resourceKey(id string) string { return "resource of the pairing " + id }
func pairingKey(id string) string  { return "pairing " + id }
func logoutKey(id string) string   { return "logout " + id }

// ImportState imports by instance id or by identity.
func (r *Resource) ImportState(ctx context.Context, req resource.ImportStateRequest,
	resp *resource.ImportStateResponse,
) {
	defer diagnostic.Recover(ctx, &resp.Diagnostics)
	state.Object{Name: "the session to which a phone is linked"}.Import(ctx, req, resp)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("logout_on_destroy"), true)...)
}

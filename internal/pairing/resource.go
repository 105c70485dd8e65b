// Package pairing offers what links a phone to a session: the resource wawp_session_pairing, which waits for a person, the
// action wawp_session_pair, which shows that person a code, and the ephemeral resource wawp_session_qr_code.
package pairing

import (
	"context"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/wawp/terraform-provider-wawp/internal/conn"
	"github.com/wawp/terraform-provider-wawp/internal/explain"
	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

const (
	// defaultPatience is how long a person has to link a phone.
	defaultPatience = 10 * time.Minute
	// defaultTimeout is the default of the other timeouts.
	defaultTimeout = 5 * time.Minute
)

// keyUnread is the key of the private state that says that the pairing was imported, and not read since.
const keyUnread = "unread"

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
	r.client = conn.Client(req.ProviderData, &resp.Diagnostics)
}

// ModifyPlan keeps the plan of a change quiet, as no change touches the phone, and warns if another phone than the expected
// one is linked.
func (r *Resource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	defer explain.Crash(ctx, &resp.Diagnostics)
	if req.State.Raw.IsNull() || req.Plan.Raw.IsNull() {
		return // a create or a destroy
	}
	var plan, state model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	expected, diags := digits(ctx, plan.ExpectedPhoneNumber, argumentExpected)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	plan.PhoneNumber, plan.ChatID, plan.PushName = state.PhoneNumber, state.ChatID, state.PushName
	if linked := state.PhoneNumber.ValueString(); expected != "" && linked != "" && expected != linked {
		resp.Diagnostics.Append(otherPhone(state.InstanceID.ValueString(), linked))
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, plan)...)
}

// Create waits until a phone is linked. Before that nothing is put into the state: an object that is there in part would be
// tainted, and the next apply would log a phone out.
func (r *Resource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	defer explain.Crash(ctx, &resp.Diagnostics)
	var plan model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	timeout, diags := plan.Timeouts.Create(ctx, defaultPatience)
	resp.Diagnostics.Append(diags...)
	expected, diags := digits(ctx, plan.ExpectedPhoneNumber, argumentExpected)
	resp.Diagnostics.Append(diags...)
	if conn.Missing(r.client, &resp.Diagnostics) || resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	id, isLinked := plan.InstanceID.ValueString(), linkedAndTold()
	seen, err := wait(ctx, r.client, id, func(s wawp.Session) (bool, error) {
		return s.Status == wawp.StatusStopped || isLinked(s), nil
	})
	if d := notPaired(ctx, expected, seen, timeout, err); d != nil {
		resp.Diagnostics.Append(d)
		return
	}
	plan.refresh(seen)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identity{plan.InstanceID})...)
	resp.Diagnostics.Append(conn.MarkToken(ctx, r.client, resp.Private)...)
}

// Read refreshes the state. Only a proof that no phone is linked, or that the session is absent, removes the pairing from it.
func (r *Resource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	defer explain.Crash(ctx, &resp.Diagnostics)
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identity{state.InstanceID})...)
	timeout, diags := state.Timeouts.Read(ctx, defaultTimeout)
	resp.Diagnostics.Append(diags...)
	unread, diags := req.Private.GetKey(ctx, keyUnread)
	resp.Diagnostics.Append(diags...)
	isNew := string(unread) == "true"
	if resp.Diagnostics.HasError() {
		return
	}
	if conn.MissingInRead(r.client, isNew, &resp.Diagnostics) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	id := state.InstanceID.ValueString()
	now, err := r.client.GetSession(ctx, id)
	if err == nil && now.Status == wawp.StatusScan && !isNew {
		now, err = r.client.GetSessionAgain(ctx, id) // a session passes through it while it connects
	}
	switch {
	case err != nil:
		r.notRead(ctx, req, resp, id, isNew, err)
	case isNew && now.Status != wawp.StatusWorking:
		resp.Diagnostics.Append(nothingToImport(now))
	case now.Status == wawp.StatusScan:
		resp.Diagnostics.Append(unlinked(id))
		resp.State.RemoveResource(ctx)
	default:
		if now.Status == wawp.StatusFailed {
			resp.Diagnostics.Append(failed(id))
		}
		state.refresh(now)
		resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
		resp.Diagnostics.Append(resp.Private.SetKey(ctx, keyUnread, []byte("false"))...)
		resp.Diagnostics.Append(conn.MarkToken(ctx, r.client, resp.Private)...)
	}
}

// notRead decides what a failed read means. What was just imported is never dropped: that it cannot be read is an error.
func (r *Resource) notRead(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse, id string, isNew bool, err error) {
	evidence := wawp.Evidence{ // it was seen and paired, or there would be no pairing
		Seen: true, Paired: true, OtherToken: conn.IsOtherToken(ctx, r.client, req.Private), Info: err,
	}
	verdict, reason := wawp.Judge(evidence)
	if verdict == wawp.LookAgain && !isNew {
		evidence.Looked, evidence.SecondLook = true, r.client.ProbeRateLimit(ctx, id)
		verdict, reason = wawp.Judge(evidence)
	}
	switch {
	case verdict == wawp.Broken, isNew:
		resp.Diagnostics.AddError("Wawp pairing could not be read", explain.Failure("Reading the session "+id+" failed", err))
	case verdict == wawp.Absent:
		resp.Diagnostics.Append(gone(id, reason))
		resp.State.RemoveResource(ctx)
	default:
		resp.Diagnostics.Append(kept(id, reason, err))
	}
}

// Update makes no request: nothing that can change in place touches the phone.
func (r *Resource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	defer explain.Crash(ctx, &resp.Diagnostics)
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
	defer explain.Crash(ctx, &resp.Diagnostics)
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	timeout, diags := state.Timeouts.Delete(ctx, defaultTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() || !state.LogoutOnDestroy.ValueBool() {
		return
	}
	if conn.Missing(r.client, &resp.Diagnostics) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	resp.Diagnostics.Append(r.unlink(ctx, state.InstanceID.ValueString(), conn.IsOtherToken(ctx, r.client, req.Private))...)
}

// unlink logs the phone out, and sees that it took hold. To another access token than before no 404 says that the session is gone.
func (r *Resource) unlink(ctx context.Context, id string, otherToken bool) diag.Diagnostics {
	after, err := r.client.LogoutSession(ctx, id)
	switch {
	case wawp.IsNotFound(err) && otherToken:
		return diag.Diagnostics{unknownToToken(id, err)}
	case wawp.IsNotFound(err):
		return nil // gone, and the link with it
	case wawp.IsMoot(err):
		return r.refusedUnlink(ctx, id, otherToken, err)
	case err == nil && after.Status != "" && after.Status != wawp.StatusWorking:
		return nil
	case err == nil:
		_, err = r.client.WaitForSession(ctx, id, func(s wawp.Session) bool { return s.Status != wawp.StatusWorking })
	}
	if err != nil && !wawp.IsNotFound(err) {
		return diag.Diagnostics{notUnlinked(id, err)}
	}
	return nil
}

// refusedUnlink looks at a session whose logout made no sense to Wawp: either no phone is linked, or it is not connected.
func (r *Resource) refusedUnlink(ctx context.Context, id string, otherToken bool, refusal error) diag.Diagnostics {
	now, err := r.client.GetSession(ctx, id)
	switch {
	case wawp.IsNotFound(err) && otherToken:
		return diag.Diagnostics{unknownToToken(id, err)}
	case wawp.IsNotFound(err), err == nil && now.Status == wawp.StatusScan:
		return nil
	case err != nil, now.Status == wawp.StatusWorking:
		return diag.Diagnostics{notUnlinked(id, refusal)}
	}
	return diag.Diagnostics{perhapsLinked(now, refusal)}
}

// ImportState imports by instance id, from the command line, an import block with an id, or one with an identity.
func (r *Resource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	defer explain.Crash(ctx, &resp.Diagnostics)
	resource.ImportStatePassthroughWithIdentity(ctx, path.Root("instance_id"), path.Root("instance_id"), req, resp)
	var id types.String
	resp.Diagnostics.Append(resp.State.GetAttribute(ctx, path.Root("instance_id"), &id)...)
	if strings.TrimSpace(id.ValueString()) == "" {
		resp.Diagnostics.AddError("No instance id to import", "Give the instance id of the session to which a phone is linked, "+
			"which "+explain.Dashboard+" shows, such as 3EB0BCB2E3D4.")
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("logout_on_destroy"), true)...)
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, keyUnread, []byte("true"))...)
}

// Package session offers wawp_session: one instance of the Wawp account.
package session

import (
	"context"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/wawp/terraform-provider-wawp/internal/conn"
	"github.com/wawp/terraform-provider-wawp/internal/explain"
	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

// Defaults of the timeouts attribute.
const (
	defaultPatience = 60 * time.Second // for desired_state, in create and update
	defaultTimeout  = 5 * time.Minute  // for read and delete
)

// Keys of the private state.
const (
	keySeen     = "seen"     // session/info has described the session
	keyImported = "imported" // it was not created by Terraform
)

var (
	_ resource.ResourceWithConfigure   = (*Resource)(nil)
	_ resource.ResourceWithIdentity    = (*Resource)(nil)
	_ resource.ResourceWithImportState = (*Resource)(nil)
	_ resource.ResourceWithModifyPlan  = (*Resource)(nil)
)

// Resource is the resource wawp_session.
type Resource struct {
	client *wawp.Client // nil while the provider's configuration is not known
}

// NewResource returns the resource.
func NewResource() resource.Resource { return &Resource{} }

// Metadata names the resource.
func (r *Resource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_session"
}

// Configure takes over the provider's client.
func (r *Resource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.client = conn.Client(req.ProviderData, &resp.Diagnostics)
}

// Create makes the session and records it before anything else. What follows can end in warnings only: an error would
// taint the session, and the next apply would destroy it.
func (r *Resource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	patience, diags := plan.Timeouts.Create(ctx, defaultPatience)
	resp.Diagnostics.Append(diags...)
	if conn.Missing(r.client, &resp.Diagnostics) || resp.Diagnostics.HasError() {
		return
	}
	defer survivePanic(ctx, resp)

	made, err := r.client.CreateSession(ctx)
	if err != nil {
		resp.Diagnostics.Append(notCreated(err, time.Now()))
		return
	}
	tflog.Info(ctx, "created a Wawp session", map[string]any{"instance_id": made.InstanceID})
	record(ctx, resp, plan, made)
	resp.Diagnostics.Append(conn.MarkToken(ctx, r.client, resp.Private)...)
	if plan.DesiredState.ValueString() == "" && made.Status != "" {
		return // the answer told all
	}

	session, described, left := r.finish(ctx, made, plan.DesiredState, patience)
	if left != nil {
		resp.Diagnostics.AddWarning(left.summary, left.detail)
	}
	if described {
		resp.Diagnostics.Append(resp.Private.SetKey(ctx, keySeen, []byte("true"))...)
	}
	plan.refresh(made)
	record(ctx, resp, plan, session)
}

// finish does what is left once the session exists: the state that is wanted, or just its status if the answer to create
// did not tell it.
func (r *Resource) finish(ctx context.Context, made wawp.Session, want types.String, patience time.Duration) (wawp.Session, bool, *shortfall) {
	if want.ValueString() != "" {
		session, described, left := drive(ctx, r.client, made.InstanceID, want.ValueString(), patience)
		if !described {
			session = made
		}
		return session, described, left
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	session, err := r.client.GetSession(ctx, made.InstanceID)
	if err != nil {
		return made, false, nil // the status stays null; the next refresh tells it
	}
	return session, true, nil
}

// record puts the session into the response, state and identity, with whatever is known of it so far.
func record(ctx context.Context, resp *resource.CreateResponse, plan model, s wawp.Session) {
	plan.refresh(s)
	if plan.DesiredState.IsUnknown() {
		plan.observeDesired(s)
	}
	plan.settle()
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identity{plan.InstanceID})...)
}

// Read refreshes the state. Only a proven absence removes the session from it.
func (r *Resource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	defer explain.Crash(ctx, &resp.Diagnostics)
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identity{state.InstanceID})...)
	timeout, diags := state.Timeouts.Read(ctx, defaultTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	if conn.MissingInRead(r.client, isNewlyImported(ctx, req.Private), &resp.Diagnostics) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	session, err := r.client.GetSession(ctx, state.InstanceID.ValueString())
	if err != nil {
		r.notRead(ctx, req, resp, state, err)
		return
	}
	state.refresh(session)
	state.observeDesired(session)
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, keySeen, []byte("true"))...)
	resp.Diagnostics.Append(conn.MarkToken(ctx, r.client, resp.Private)...)
}

// notRead decides what a failed read means.
func (r *Resource) notRead(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse, state model, err error) {
	id := state.InstanceID.ValueString()
	evidence := wawp.Evidence{
		Seen: has(ctx, req.Private, keySeen), Paired: state.isPaired(),
		OtherToken: conn.IsOtherToken(ctx, r.client, req.Private), Info: err,
	}
	verdict, reason := r.judge(ctx, id, evidence)
	switch {
	case verdict == wawp.Broken, isNewlyImported(ctx, req.Private):
		resp.Diagnostics.AddError("Wawp session could not be read", explain.Failure("Reading the session "+id+" failed", err))
	case verdict == wawp.Absent:
		resp.Diagnostics.Append(gone(id, reason))
		resp.State.RemoveResource(ctx)
	default:
		resp.Diagnostics.Append(kept(id, reason, err))
	}
}

// judge decides what a failed session/info means, with the second look where there has to be one.
func (r *Resource) judge(ctx context.Context, id string, e wawp.Evidence) (wawp.Verdict, string) {
	verdict, reason := wawp.Judge(e)
	if verdict == wawp.LookAgain {
		e.Looked, e.SecondLook = true, r.client.ProbeRateLimit(ctx, id)
		verdict, reason = wawp.Judge(e)
	}
	return verdict, reason
}

// Update starts or stops the session where desired_state has changed. Nothing else makes a request.
func (r *Resource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	defer explain.Crash(ctx, &resp.Diagnostics)
	var plan, state model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identity{state.InstanceID})...)
	patience, diags := plan.Timeouts.Update(ctx, defaultPatience)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	want := plan.DesiredState.ValueString()
	if want != "" && want != state.DesiredState.ValueString() {
		if conn.Missing(r.client, &resp.Diagnostics) {
			return
		}
		session, _, left := drive(ctx, r.client, state.InstanceID.ValueString(), want, patience)
		if left != nil && left.failed {
			resp.Diagnostics.AddError(left.summary, left.detail)
			return
		}
		if left != nil {
			resp.Diagnostics.AddWarning(left.summary, left.detail)
		}
		plan.Account = state.Account // which an answer may leave out
		plan.refresh(session)
		resp.Diagnostics.Append(resp.Private.SetKey(ctx, keySeen, []byte("true"))...)
	}
	plan.settle()
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
}

// Delete logs the phone out, so that its list of linked devices does not keep a dead one, and deletes the session.
func (r *Resource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	defer explain.Crash(ctx, &resp.Diagnostics)
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	timeout, diags := state.Timeouts.Delete(ctx, defaultTimeout)
	resp.Diagnostics.Append(diags...)
	resp.Diagnostics.Append(protect(state, duringApply)...)
	if conn.Missing(r.client, &resp.Diagnostics) || resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	id := state.InstanceID.ValueString()
	if state.Status.ValueString() == wawp.StatusWorking {
		if _, err := r.client.LogoutSession(ctx, id); err != nil && !wawp.IsMoot(err) {
			resp.Diagnostics.AddWarning("Wawp session was not logged out",
				explain.Failure("Unlinking the phone before the session "+id+" is deleted failed; the deletion goes on, and the phone "+
					"may still list it under its linked devices, where it can be removed by hand", err))
		}
	}
	err := r.client.DeleteSession(ctx, id)
	switch {
	case wawp.IsNotFound(err) && conn.IsOtherToken(ctx, r.client, req.Private):
		resp.Diagnostics.AddError("Wawp session could not be deleted", explain.OtherToken("Deleting the session "+id+" failed",
			"wawp_session", err))
	case wawp.IsInvalidSession(err):
		if doubt := r.doubt(ctx, id, state); doubt != "" {
			resp.Diagnostics.AddError("Wawp session could not be deleted", explain.Failure("Deleting the session "+id+" failed; it stays in "+
				"the state: "+doubt+". If it is gone for good, remove it with: terraform state rm 'wawp_session.<name>'", err))
		}
	case err == nil, wawp.IsNotFound(err):
		return
	case wawp.IsNotOffered(err) && !has(ctx, req.Private, keySeen):
		resp.Diagnostics.Append(forgotten(id, err))
	default:
		resp.Diagnostics.AddError("Wawp session could not be deleted",
			explain.Failure("Deleting the session "+id+" failed; it stays in the state", err))
	}
}

// doubt returns why a session may still be there whose deletion was answered by invalid_session; "" means that it is gone.
func (r *Resource) doubt(ctx context.Context, id string, state model) string {
	_, err := r.client.GetSession(ctx, id)
	if err == nil {
		return "session/info describes it"
	}
	verdict, reason := r.judge(ctx, id, wawp.Evidence{Seen: true, Paired: state.isPaired(), Info: err})
	if verdict == wawp.Absent {
		return ""
	}
	return reason
}

// ImportState imports by instance id, from the command line, an import block with an id, or one with an identity.
func (r *Resource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	defer explain.Crash(ctx, &resp.Diagnostics)
	resource.ImportStatePassthroughWithIdentity(ctx, path.Root("instance_id"), path.Root("instance_id"), req, resp)
	var id types.String
	resp.Diagnostics.Append(resp.State.GetAttribute(ctx, path.Root("instance_id"), &id)...)
	if strings.TrimSpace(id.ValueString()) == "" {
		resp.Diagnostics.AddError("No instance id to import", "Give the instance id of the session, which "+explain.Dashboard+
			" shows, such as 3EB0BCB2E3D4.")
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("deletion_protection"), false)...)
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, keyImported, []byte("true"))...)
}

// has says whether a key of the private state is set.
func has(ctx context.Context, p conn.PrivateState, key string) bool {
	value, _ := p.GetKey(ctx, key)
	return string(value) == "true"
}

// isNewlyImported says whether nobody has seen the session yet, neither Terraform nor session/info: it may not exist at all.
func isNewlyImported(ctx context.Context, p conn.PrivateState) bool {
	return has(ctx, p, keyImported) && !has(ctx, p, keySeen)
}

// survivePanic turns a panic of Create into a diagnostic. The session is in the response if it was created: that must
// reach Terraform.
func survivePanic(ctx context.Context, resp *resource.CreateResponse) {
	cause := recover()
	switch {
	case cause == nil:
	case resp.State.Raw.IsNull():
		resp.Diagnostics.Append(maybeCreated(explain.Panic(ctx, cause), time.Now()))
	default:
		resp.Diagnostics.AddWarning("The provider crashed after it had created the session",
			"The session is in the state; the next plan shows what is left to do. "+explain.Panic(ctx, cause))
	}
}

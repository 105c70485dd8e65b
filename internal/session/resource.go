// Package session implements wawp_session, an instance of the Wawp account: the resource, the data source and the
// actions.
package session

import (
	"cmp"
	"context"
	"errors"
	"os"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/wawp/terraform-provider-wawp/internal/diagnostic"
	"github.com/wawp/terraform-provider-wawp/internal/parent"
	"github.com/wawp/terraform-provider-wawp/internal/providerdata"
	"github.com/wawp/terraform-provider-wawp/internal/state"
	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

// Defaults of the timeouts attribute.
const (
	defaultWaitTimeout = 60 * time.Second // for desired_state, in create and update
	defaultTimeout     = 5 * time.Minute  // for read and delete
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
	r.client = providerdata.Client(req.ProviderData, &resp.Diagnostics)
}

// Create creates the session, and records it before anything else. Later failures are warnings: an error would taint
// the session, and the next apply would destroy it.
func (r *Resource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	defer diagnostic.Recover(ctx, &resp.Diagnostics)
	var plan model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	waitTimeout, diags := plan.Timeouts.Create(ctx, defaultWaitTimeout)
	resp.Diagnostics.Append(diags...)
	if providerdata.Missing(r.client, &resp.Diagnostics) || resp.Diagnostics.HasError() {
		return
	}
	defer recoverCreate(ctx, resp)

	defer parent.Hold()()
	created, err := r.client.CreateSession(ctx)
	if created.InstanceID == "" {
		resp.Diagnostics.Append(notCreated(err, time.Now()))
		return
	}
	tflog.Info(ctx, "created a Wawp session", map[string]any{"instance_id": created.InstanceID})
	defer r.deleteOrphan(ctx, created.InstanceID, resp.Private)
	record(ctx, resp, plan, created)
	if err != nil {
		resp.Diagnostics.Append(incompleteAnswer(created.InstanceID, err))
	}
	resp.Diagnostics.Append(state.Created(ctx, r.client, resp.Private, false)...)
	resp.Diagnostics.Append(warnIfLinked(ctx, resp.Private, created)...)
	if plan.DesiredState.ValueString() == "" && created.Status != "" {
		return // the answer had everything
	}

	session, described, p := r.afterCreate(ctx, created, plan.DesiredState, waitTimeout)
	if p != nil {
		resp.Diagnostics.AddWarning(p.summary, p.detail)
	}
	if described {
		resp.Diagnostics.Append(state.Created(ctx, r.client, resp.Private, true)...)
		resp.Diagnostics.Append(warnIfLinked(ctx, resp.Private, session)...)
	}
	plan.refresh(created) // the first names that Wawp reports are kept
	record(ctx, resp, plan, session)
}

// warnIfLinked warns if a phone is already linked to a new session, and notes that in the private state. Nobody can
// have linked a phone yet, so the session may have existed before.
func warnIfLinked(ctx context.Context, p state.Private, s wawp.Session) diag.Diagnostics {
	if !hasPhone(s) || state.WasLinked(ctx, p) {
		return nil
	}
	return append(state.CreatedLinked(ctx, p), linkedAlready(s.InstanceID))
}

func hasPhone(s wawp.Session) bool { return s.Account != nil || s.Status == wawp.StatusWorking }

// deleteOrphan deletes the session that was just created if Terraform has ended, because no state will have it. It
// leaves a session that existed before.
func (r *Resource) deleteOrphan(ctx context.Context, id string, p state.Private) {
	if !parent.IsGone(ctx) || state.WasLinked(ctx, p) {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), defaultTimeout)
	defer cancel()
	fields := map[string]any{"instance_id": id}
	tflog.Warn(ctx, "Terraform has ended, so nobody can record the Wawp session that was just created: deleting it",
		fields)
	if err := r.client.DeleteSession(ctx, id); err != nil {
		fields["error"] = err.Error()
		tflog.Warn(ctx, "the Wawp session that nobody records could not be deleted", fields)
		return
	}
	tflog.Warn(ctx, "deleted the Wawp session that nobody could record", fields)
}

// afterCreate brings the new session to desired_state, if that is set. Otherwise it reads the status that the answer to
// the create lacked. Its results are those of reconcile.
func (r *Resource) afterCreate(ctx context.Context, created wawp.Session, want types.String,
	waitTimeout time.Duration,
) (wawp.Session, bool, *problem) {
	if want.ValueString() != "" {
		session, described, p := reconcile(ctx, r.client, created, false, want.ValueString(), waitTimeout)
		if !described {
			session = created
		}
		return session, described, p
	}
	ctx, cancel := context.WithTimeout(ctx, waitTimeout)
	defer cancel()
	session, err := r.client.GetSession(ctx, created.InstanceID)
	if err != nil {
		return created, false, nil // the status stays null until the next refresh
	}
	return session, true, nil
}

// record puts the session into state and identity of the response, with the values that are known so far.
func record(ctx context.Context, resp *resource.CreateResponse, plan model, s wawp.Session) {
	plan.refresh(s)
	if plan.DesiredState.IsUnknown() {
		plan.refreshDesiredState(s)
	}
	plan.unknownToNull()
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identity{plan.InstanceID})...)
}

// Read refreshes the state. Only a proven absence removes the session from it.
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

	session, ok := m.object().ReadSession(ctx, r.client, req, resp)
	if !ok {
		return
	}
	prior := m.session()
	wasPaired := m.isPaired()
	m.refresh(session)
	m.refreshDesiredState(session)
	if !wasPaired && m.isPaired() && r.client.IsClaimed(plannedKey(session.InstanceID)) {
		resp.Diagnostics.Append(linkedAfterPlan(m, prior))
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
	resp.Diagnostics.Append(state.Described(ctx, r.client, resp.Private)...)
}

// Update starts or stops the session if desired_state has changed. Other changes make no request.
func (r *Resource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	defer diagnostic.Recover(ctx, &resp.Diagnostics)
	var plan, prior model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &prior)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identity{prior.InstanceID})...)
	waitTimeout, diags := plan.Timeouts.Update(ctx, defaultWaitTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	want := plan.DesiredState.ValueString()
	if want != "" && want != prior.DesiredState.ValueString() {
		if providerdata.Missing(r.client, &resp.Diagnostics) {
			return
		}
		session, _, p := reconcile(ctx, r.client, prior.session(), prior.isPaired(), want, waitTimeout)
		if p != nil && p.failed {
			resp.Diagnostics.Append(diagnostic.ForError(p.summary, p.detail, p.err))
			return
		}
		if p != nil {
			resp.Diagnostics.AddWarning(p.summary, p.detail)
		}
		plan.Account = prior.Account // an answer may lack it
		plan.refresh(session)
		resp.Diagnostics.Append(state.Described(ctx, r.client, resp.Private)...)
	}
	plan.unknownToNull()
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
}

// Delete logs the phone out and deletes the session. Without the logout, the phone would keep listing a dead device.
func (r *Resource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	defer diagnostic.Recover(ctx, &resp.Diagnostics)
	var m model
	resp.Diagnostics.Append(req.State.Get(ctx, &m)...)
	timeout, diags := m.Timeouts.Delete(ctx, defaultTimeout)
	resp.Diagnostics.Append(diags...)
	resp.Diagnostics.Append(checkProtection(m, applyRemedy)...)
	isPlanRecent := state.TakeDestroyPlan(ctx, resp.Private)
	if providerdata.Missing(r.client, &resp.Diagnostics) || resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	id := m.InstanceID.ValueString()
	if state.WasLinked(ctx, req.Private) && os.Getenv(envAllowDestroy) != "1" {
		if d := r.checkNotLinked(ctx, id); d != nil {
			resp.Diagnostics.Append(d)
			return
		}
	}
	waitTimeout := timeout / 2 // the rest is for the deletion
	if !m.isPaired() {
		waitTimeout = min(waitTimeout, defaultWaitTimeout)
	}
	last, logoutErr := r.unlink(ctx, m, isPlanRecent, waitTimeout)
	found, err := m.object().RemoveSession(ctx, r.client, req.Private)
	// The session was gone before the logout, unless an earlier attempt of the deletion may have been carried out.
	failed := (*wawp.Error)(nil)
	wasGone := errors.As(err, &failed) && !failed.MayHaveActed && wawp.KindOf(logoutErr).Missing()
	switch {
	case found.Verdict == wawp.Absent && logoutErr != nil && !wasGone:
		last.Status = cmp.Or(last.Status, m.Status.ValueString())
		resp.Diagnostics.Append(notLoggedOut(last, m.isPaired() || hasPhone(last), waitTimeout, logoutErr))
	case found.Verdict == wawp.Absent:
	case found.Verdict == wawp.NoEndpoint:
		resp.Diagnostics.Append(removedFromStateOnly(id, err))
	default:
		reason := found.Reason
		if found.Verdict == wawp.NotJudged {
			reason = "" // the answer has it
		}
		resp.Diagnostics.Append(diagnostic.ForError(summaryNotDeleted,
			m.object().NotDeleted("Deleting the session "+id+" failed", reason, err), err))
	}
}

// unlink logs the phone out if one may be linked. It returns the session as last seen, and the reason why the phone may
// still list it.
func (r *Resource) unlink(
	ctx context.Context, m model, isPlanRecent bool, waitTimeout time.Duration,
) (wawp.Session, error) {
	ctx, cancel := context.WithTimeout(ctx, waitTimeout)
	defer cancel()
	if r.client.IsUnlinked(m.InstanceID.ValueString()) {
		return m.session(), nil
	}
	s, mayBeLinked, err := r.mayBeLinked(ctx, m, isPlanRecent)
	if !mayBeLinked {
		return s, err
	}
	u, err := r.client.Unlink(ctx, s.InstanceID, s.Status == wawp.StatusWorking, nil)
	return u.Session, err
}

// mayBeLinked says whether a phone may be linked, and returns the session as last seen. The state can be older than the
// phone, so mayBeLinked reads the session if the state shows none. It does not if the state shows STOPPED and the plan
// of the destroy is recent, because nobody can link a phone before the session is started.
func (r *Resource) mayBeLinked(
	ctx context.Context, m model, isPlanRecent bool,
) (s wawp.Session, mayBeLinked bool, err error) {
	s = m.session()
	// Terraform plans the destroy of a deposed object during the apply, by a state of any age.
	isPlanRecent = isPlanRecent && !r.client.IsClaimed(plannedKey(s.InstanceID))
	switch {
	case m.isPaired(), s.Status == wawp.StatusStarting:
		return s, true, nil
	case s.Status == wawp.StatusStopped && isPlanRecent:
		return s, false, nil
	}
	now, err := r.client.GetSession(ctx, s.InstanceID)
	if wawp.KindOf(err).IsTransient() {
		now, err = r.client.GetSessionAgain(ctx, s.InstanceID)
	}
	switch {
	case err != nil:
		return s, false, err
	case now.Account == nil && now.Status == "":
		return s, false, errors.New("POST /v2/session/info describes the session without a status")
	}
	return now, !showsNoPhone(now), nil
}

// showsNoPhone reports whether a session has a status in which no phone is linked, or none that Wawp reports.
func showsNoPhone(s wawp.Session) bool {
	return s.Account == nil &&
		slices.Contains([]string{wawp.StatusScan, wawp.StatusStopped, wawp.StatusFailed}, s.Status)
}

// checkNotLinked reads a session to which a phone was already linked when it was created. It returns an error unless
// the session shows twice that no phone is linked any more, or is not found.
func (r *Resource) checkNotLinked(ctx context.Context, id string) diag.Diagnostic {
	lostPhone := func(s wawp.Session) bool { return s.Status == wawp.StatusScan || s.Status == wawp.StatusFailed }
	now, err := r.client.GetSession(ctx, id)
	if err == nil && lostPhone(now) { // a session passes through these statuses while it connects
		now, err = r.client.GetSessionAgain(ctx, id)
	}
	switch {
	case wawp.KindOf(err).Missing(), wawp.KindOf(err) == wawp.NotFound, err == nil && lostPhone(now):
		return nil
	case err != nil:
		attempt := "Looking at the session " + id + " before its deletion failed"
		return diag.NewErrorDiagnostic(summaryNotDeleted, diagnostic.Failure(attempt, err))
	}
	return notDeletedWhileLinked(id)
}

// ImportState imports by instance id or by identity.
func (r *Resource) ImportState(ctx context.Context, req resource.ImportStateRequest,
	resp *resource.ImportStateResponse,
) {
	defer diagnostic.Recover(ctx, &resp.Diagnostics)
	state.Object{Name: "the session"}.Import(ctx, req, resp)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("deletion_protection"), false)...)
}

// recoverCreate turns a panic of Create into a diagnostic. If the session was created, the response has it, and must
// reach Terraform.
func recoverCreate(ctx context.Context, resp *resource.CreateResponse) {
	cause := recover()
	switch {
	case cause == nil:
	case resp.State.Raw.IsNull():
		resp.Diagnostics.Append(maybeCreated(diagnostic.Panic(ctx, cause), time.Now()))
	default:
		resp.Diagnostics.AddWarning("The provider crashed after it had created the session",
			"The session is in the state. The next plan shows what is left to do. "+diagnostic.Panic(ctx, cause))
	}
}

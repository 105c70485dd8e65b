package session

import (
	"context"
	"os"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/wawp/terraform-provider-wawp/internal/diagnostic"
	"github.com/wawp/terraform-provider-wawp/internal/state"
)

// envAllowDestroy, set to 1, lifts deletion_protection for a run.
const envAllowDestroy = "WAWP_ALLOW_DESTROY"

// ModifyPlan refuses to destroy a protected session, and warns if a destroy unlinks a phone. In the plan of a change it
// keeps the values that the change does not touch.
func (r *Resource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	defer diagnostic.Recover(ctx, &resp.Diagnostics)
	if req.State.Raw.IsNull() || req.Plan.Raw.Equal(req.State.Raw) {
		return // a create, or no change
	}
	var prior model
	resp.Diagnostics.Append(req.State.Get(ctx, &prior)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if req.Plan.Raw.IsNull() {
		r.planDestroy(ctx, prior, resp)
		return
	}
	var plan, config model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if config.DesiredState.IsNull() {
		plan.DesiredState = prior.DesiredState // removing the argument changes nothing
	}
	if plan.DesiredState.Equal(prior.DesiredState) {
		plan.sessionModel = prior.sessionModel // no request will be made, so no value can change
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, plan)...)
}

// planDestroy refuses to destroy a protected session, and warns if a phone is linked.
//
// Terraform before 1.12 plans the destroy of what was removed from the configuration before it reads that
// (hashicorp/terraform#36394). Then Read warns, and Delete looks: see [Resource.mayBeLinked].
func (r *Resource) planDestroy(ctx context.Context, prior model, resp *resource.ModifyPlanResponse) {
	resp.Diagnostics.Append(checkProtection(prior, planRemedy)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if r.client != nil {
		r.client.Claim(plannedKey(prior.InstanceID.ValueString()))
	}
	resp.Diagnostics.Append(state.PlannedDestroy(ctx, resp.Private)...)
	if prior.isPaired() {
		resp.Diagnostics.Append(prior.unlinks())
	}
}

// plannedKey names the plan of a destroy, for [wawp.Client.Claim].
func plannedKey(id string) string { return "planned destroy of " + id }

// unlinks returns a warning that a plan unlinks the phone.
func (m *model) unlinks() diag.Diagnostic {
	account := m.Account.Attributes()
	number, _ := account["phone_number"].(types.String)
	name, _ := account["push_name"].(types.String)
	return m.object().Unlinks(number, name)
}

// Remedies for a protected session. During an apply the session may be tainted, which a plan does not show.
const (
	planRemedy  = "To destroy it, set deletion_protection = false, apply that, and destroy it then."
	applyRemedy = planRemedy + " If Terraform wants to replace it because it is marked as tainted, run: terraform " +
		"untaint 'wawp_session.<name>'."
)

// checkProtection refuses the deletion of a session that is protected in the state.
func checkProtection(state model, remedy string) diag.Diagnostics {
	var diags diag.Diagnostics
	if !state.DeletionProtection.ValueBool() {
		return diags
	}
	id := state.InstanceID.ValueString()
	if os.Getenv(envAllowDestroy) == "1" {
		diags.AddWarning("The protection of Wawp session "+id+" is overridden",
			"Its deletion_protection is true, but "+envAllowDestroy+"=1 is set in the environment, so it is "+
				"destroyed. If you do not want that, do not apply this plan, and remove the variable from the "+
				"environment.")
		return diags
	}
	diags.AddAttributeError(path.Root("deletion_protection"), "Wawp session "+id+" is protected from deletion",
		"The session "+id+" has deletion_protection = true in the state. "+remedy+" If no configuration can "+
			"change the object any more, "+envAllowDestroy+"=1 in the environment lifts the protection for one "+
			"run.")
	return diags
}

package ratelimit

import (
	datatimeouts "github.com/hashicorp/terraform-plugin-framework-timeouts/datasource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

// model is the resource in configuration, plan and state.
type model struct {
	InstanceID    types.String   `tfsdk:"instance_id"`
	Policy        types.String   `tfsdk:"policy"`
	Limits        types.Object   `tfsdk:"limits"`
	HasActivePlan types.Bool     `tfsdk:"has_active_plan"`
	Timeouts      timeouts.Value `tfsdk:"timeouts"`
}

// identity is the resource identity of the policy of a session.
type identity struct {
	InstanceID types.String `tfsdk:"instance_id"`
}

// dataModel is the data source.
type dataModel struct {
	InstanceID    types.String       `tfsdk:"instance_id"`
	CurrentPolicy types.String       `tfsdk:"current_policy"`
	HasActivePlan types.Bool         `tfsdk:"has_active_plan"`
	Policies      []policyModel      `tfsdk:"policies"`
	Timeouts      datatimeouts.Value `tfsdk:"timeouts"`
}

type policyModel struct {
	Slug      types.String `tfsdk:"slug"`
	Available types.Bool   `tfsdk:"available"`
	Free      types.Bool   `tfsdk:"free"`
	Limits    types.Object `tfsdk:"limits"`
}

// refresh copies the values of an answer. If the answer lacks the policy, the policy stays as it is.
func (m *model) refresh(r wawp.RateLimit) {
	if r.Policy != "" {
		m.Policy = types.StringValue(r.Policy)
	}
	m.Limits = limits(r.LimitsOf(m.Policy.ValueString()))
	m.HasActivePlan = types.BoolPointerValue(r.HasActivePlan)
}

// fillUnknown sets the unknown values that an answer has. Known values of the plan stay: Terraform requires that an
// apply keeps them.
func (m *model) fillUnknown(r wawp.RateLimit) {
	if l := r.LimitsOf(m.Policy.ValueString()); l != nil && m.Limits.IsUnknown() {
		m.Limits = limits(l)
	}
	if r.HasActivePlan != nil && m.HasActivePlan.IsUnknown() {
		m.HasActivePlan = types.BoolPointerValue(r.HasActivePlan)
	}
}

// isComplete reports whether all values are known.
func (m *model) isComplete() bool { return !m.Limits.IsUnknown() && !m.HasActivePlan.IsUnknown() }

// unknownToNull sets to null the values that are still unknown at the end of an apply.
func (m *model) unknownToNull() {
	if m.Limits.IsUnknown() {
		m.Limits = limits(nil)
	}
	if m.HasActivePlan.IsUnknown() {
		m.HasActivePlan = types.BoolNull()
	}
}

func (d *dataModel) refresh(r wawp.RateLimit) {
	if r.Policy != "" {
		d.CurrentPolicy = types.StringValue(r.Policy)
	}
	d.HasActivePlan = types.BoolPointerValue(r.HasActivePlan)
	d.Policies = make([]policyModel, 0, len(r.Policies))
	for _, p := range r.Policies {
		d.Policies = append(d.Policies, policyModel{
			Slug:      types.StringValue(p.Slug),
			Available: types.BoolValue(p.Available),
			Free:      types.BoolValue(p.Free),
			Limits:    limits(r.LimitsOf(p.Slug)),
		})
	}
}

// limits returns the limits as an object; nil becomes null.
func limits(l *wawp.Limits) types.Object {
	limitTypes := make(map[string]attr.Type, len(limitDescriptions))
	for name := range limitDescriptions {
		limitTypes[name] = types.Int64Type
	}
	if l == nil {
		return types.ObjectNull(limitTypes)
	}
	return types.ObjectValueMust(limitTypes, map[string]attr.Value{
		"send_message_per_minute":    types.Int64PointerValue(l.SendMessagePerMinute),
		"send_message_daily_cap":     types.Int64PointerValue(l.SendMessageDailyCap),
		"account_protection_seconds": types.Int64PointerValue(l.AccountProtectionSeconds),
		"concurrent_limit":           types.Int64PointerValue(l.ConcurrentLimit),
		"group_req_per_minute":       types.Int64PointerValue(l.GroupReqPerMinute),
		"group_daily_cap":            types.Int64PointerValue(l.GroupDailyCap),
		"check_req_per_minute":       types.Int64PointerValue(l.CheckReqPerMinute),
		"check_daily_cap":            types.Int64PointerValue(l.CheckDailyCap),
	})
}

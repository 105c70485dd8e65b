package session

import (
	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/wawp/terraform-provider-wawp/internal/state"
	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

// The values of desired_state.
const (
	started = "started"
	stopped = "stopped"
)

// sessionModel holds the values that Wawp reports of a session. The resource and the data source share it.
type sessionModel struct {
	InstanceID  types.String `tfsdk:"instance_id"`
	SessionName types.String `tfsdk:"session_name"`
	ServerName  types.String `tfsdk:"server_name"`
	Status      types.String `tfsdk:"status"`
	Account     types.Object `tfsdk:"account"`
}

// model is the resource in configuration, plan and state.
type model struct {
	sessionModel
	DesiredState       types.String   `tfsdk:"desired_state"`
	DeletionProtection types.Bool     `tfsdk:"deletion_protection"`
	Timeouts           timeouts.Value `tfsdk:"timeouts"`
}

// identity is the resource identity of a session.
type identity struct {
	InstanceID types.String `tfsdk:"instance_id"`
}

var accountTypes = map[string]attr.Type{
	"chat_id":      types.StringType,
	"phone_number": types.StringType,
	"push_name":    types.StringType,
}

// refresh copies the values of an answer. The first names that Wawp reports are kept: they never change, and some
// answers lack them or have others under the same keys. The account is kept until SCAN_QR_CODE shows that no phone is
// linked: an engine that does not run may not report it (internal/wawp/API.md, section 3).
func (o *sessionModel) refresh(s wawp.Session) {
	o.InstanceID = types.StringValue(s.InstanceID)
	o.SessionName = priorOr(o.SessionName, s.Name)
	o.ServerName = priorOr(o.ServerName, s.ServerName)
	o.Status = stringOrNull(s.Status)
	if o.Account.IsUnknown() || s.Status == wawp.StatusScan {
		o.Account = types.ObjectNull(accountTypes)
	}
	if a := s.Account; a != nil {
		o.Account = types.ObjectValueMust(accountTypes, map[string]attr.Value{
			"chat_id":      stringOrNull(a.ChatID),
			"phone_number": stringOrNull(a.PhoneNumber),
			"push_name":    stringOrNull(a.PushName),
		})
	}
}

// session returns the session as the state has it, without its account.
func (o *sessionModel) session() wawp.Session {
	return wawp.Session{InstanceID: o.InstanceID.ValueString(), Status: o.Status.ValueString()}
}

// isPaired reports whether a phone was linked when the session was last read. Wawp may not report whose.
func (o *sessionModel) isPaired() bool {
	return !o.Account.IsNull() || o.Status.ValueString() == wawp.StatusWorking
}

// object describes the session for the package state.
func (m *model) object() state.Object {
	id := m.InstanceID.ValueString()
	return state.Object{
		Type: "wawp_session", Noun: "session", InstanceID: id, Name: "the session " + id, Paired: m.isPaired(),
		Protected: m.DeletionProtection.ValueBool(), Anew: "creates a new one, to which a phone has to be linked again",
	}
}

// unknownToNull sets to null the values that are still unknown at the end of an apply.
func (m *model) unknownToNull() {
	m.sessionModel.unknownToNull()
	if m.DesiredState.IsUnknown() {
		m.DesiredState = types.StringNull()
	}
}

func (o *sessionModel) unknownToNull() {
	for _, value := range []*types.String{&o.SessionName, &o.ServerName, &o.Status} {
		if value.IsUnknown() {
			*value = types.StringNull()
		}
	}
	if o.Account.IsUnknown() {
		o.Account = types.ObjectNull(accountTypes)
	}
}

// refreshDesiredState derives desired_state from the status. FAILED and statuses that the provider does not know leave
// it as it is.
func (m *model) refreshDesiredState(s wawp.Session) {
	switch s.Status {
	case wawp.StatusStopped:
		m.DesiredState = types.StringValue(stopped)
	case wawp.StatusStarting, wawp.StatusScan, wawp.StatusWorking:
		m.DesiredState = types.StringValue(started)
	}
}

// priorOr returns the prior value, or the one of the answer if there is no prior value.
func priorOr(prior types.String, answered string) types.String {
	if prior.ValueString() == "" && answered != "" {
		return types.StringValue(answered)
	}
	return prior
}

func stringOrNull(s string) types.String {
	if s == "" {
		return types.StringNull()
	}
	return types.StringValue(s)
}

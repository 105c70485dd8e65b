package pairing

import (
	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

// model is the resource in configuration, plan and state.
type model struct {
	InstanceID          types.String   `tfsdk:"instance_id"`
	ExpectedPhoneNumber types.String   `tfsdk:"expected_phone_number"`
	LogoutOnDestroy     types.Bool     `tfsdk:"logout_on_destroy"`
	PhoneNumber         types.String   `tfsdk:"phone_number"`
	ChatID              types.String   `tfsdk:"chat_id"`
	PushName            types.String   `tfsdk:"push_name"`
	Timeouts            timeouts.Value `tfsdk:"timeouts"`
}

// identity is what tells one pairing from all others.
type identity struct {
	InstanceID types.String `tfsdk:"instance_id"`
}

// refresh takes over whose phone is linked. What is not told stays as it is, or becomes null.
func (m *model) refresh(s wawp.Session) {
	if a := s.Account; a != nil {
		m.PhoneNumber = textOrNull(a.PhoneNumber)
		m.ChatID = textOrNull(a.ChatID)
		m.PushName = textOrNull(a.PushName)
	}
	for _, value := range []*types.String{&m.PhoneNumber, &m.ChatID, &m.PushName} {
		if value.IsUnknown() {
			*value = types.StringNull()
		}
	}
}

// expected returns the digits of the phone number that is expected; "" means that any is welcome, or that it is not known yet.
func (m *model) expected() string { return digits(m.ExpectedPhoneNumber) }

// digits returns those of a phone number in any notation, which a validator has seen.
func digits(number types.String) string {
	found, err := wawp.ParsePhoneNumber(number.ValueString())
	if err != nil {
		return ""
	}
	return found
}

// textOrNull returns null for "", which is how the client says that a value was not told.
func textOrNull(s string) types.String {
	if s == "" {
		return types.StringNull()
	}
	return types.StringValue(s)
}

package pairing

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/wawp/terraform-provider-wawp/internal/validate"
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
		m.PhoneNumber = stringOrNull(a.PhoneNumber)
		m.ChatID = stringOrNull(a.ChatID)
		m.PushName = stringOrNull(a.PushName)
	}
	for _, value := range []*types.String{&m.PhoneNumber, &m.ChatID, &m.PushName} {
		if value.IsUnknown() {
			*value = types.StringNull()
		}
	}
}

// digits returns those of the phone number that an argument holds, in any notation; "" where it is not set, or not
// known yet. A value that became known only during an apply was validated nowhere else, and must not pass for one that
// is not set.
func digits(ctx context.Context, number types.String, argument string) (string, diag.Diagnostics) {
	var checked validator.StringResponse
	validate.PhoneNumber{}.ValidateString(ctx, validator.StringRequest{Path: path.Root(argument), ConfigValue: number},
		&checked)
	found, _ := wawp.ParsePhoneNumber(number.ValueString()) // of its error the validator has told
	return found, checked.Diagnostics
}

// stringOrNull returns null for "", which is how the client says that a value was not told.
func stringOrNull(s string) types.String {
	if s == "" {
		return types.StringNull()
	}
	return types.StringValue(s)
}

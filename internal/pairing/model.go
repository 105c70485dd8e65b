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

// identity is the resource identity of a pairing.
type identity struct {
	InstanceID types.String `tfsdk:"instance_id"`
}

// refresh copies the account of the linked phone. Values that Wawp does not report stay as they are; unknown ones
// become null.
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

// digits returns the digits of the phone number in an argument; "" if it is null or unknown. It also validates the
// number: Terraform does not validate values that become known during an apply.
func digits(ctx context.Context, number types.String, argument string) (string, diag.Diagnostics) {
	var checked validator.StringResponse
	validate.PhoneNumber{}.ValidateString(ctx, validator.StringRequest{Path: path.Root(argument), ConfigValue: number},
		&checked)
	found, _ := wawp.ParsePhoneNumber(number.ValueString()) // the validator reports its error
	return found, checked.Diagnostics
}

// stringOrNull returns null for "", which the client uses for values that Wawp does not report.
func stringOrNull(s string) types.String {
	if s == "" {
		return types.StringNull()
	}
	return types.StringValue(s)
}

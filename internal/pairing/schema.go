package pairing

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/wawp/terraform-provider-wawp/internal/validate"
)

const argumentExpected = "expected_phone_number"

// Schema describes the resource.
func (r *Resource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "A phone that is linked to a session. Creating it waits until a person links a phone, " +
			"so that resources that depend on it come after that. If a phone is already linked, it does not wait. " +
			"Nothing is recorded before a phone is linked. Session, phone and state stay as they were if the wait " +
			"times out, is interrupted, or finds the wrong phone. The next apply waits again. If the phone is " +
			"unlinked " +
			"later, the next plan creates the resource again. Destroying it unlinks the phone, unless " +
			"`logout_on_destroy` is `false`.",
		Attributes: map[string]schema.Attribute{
			"instance_id": schema.StringAttribute{
				Required: true,
				MarkdownDescription: "Identifier of the session's instance, such as `3EB0BCB2E3D4`: `instance_id` of " +
					"a `wawp_session`, which must be started by then. Changing it replaces the resource: it unlinks " +
					"the phone of the old session (see `logout_on_destroy`), and waits for a phone at the new one.",
				PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
				Validators:    []validator.String{validate.InstanceID{}},
			},
			argumentExpected: schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Phone number of the phone to link, in any usual notation with the country " +
					"code, such as `+20 114 520 2826`. Default: any phone. If another phone is linked, creating the " +
					"resource fails, and leaves session and phone as they are. If another phone is linked later, " +
					"plans show a warning. Changing it makes no request. Numbers of Argentina, Brazil and Mexico " +
					"match with and without the digit that WhatsApp may leave out there.",
				Validators: []validator.String{validate.PhoneNumber{}},
			},
			"logout_on_destroy": schema.BoolAttribute{
				Optional: true,
				Computed: true,
				Default:  booldefault.StaticBool(true),
				MarkdownDescription: "Whether destroying the resource unlinks the phone. Default: `true`. With " +
					"`false` the phone stays linked, and Terraform only removes the resource from the state. " +
					"Changing it makes no request.",
			},
			"phone_number": accountAttribute("Phone number of the linked phone: digits only, with the country code, " +
				"such as `201145202826`. Null if WhatsApp hides it. It is personal data, and is stored in the state."),
			"chat_id": accountAttribute("WhatsApp's id of the linked account, such as `201145202826@c.us`. It is " +
				"personal data, and is stored in the state."),
			"push_name": accountAttribute("Name that the owner of the account chose. Null if Wawp does not report " +
				"it. It is personal data, and is stored in the state."),
			"timeouts": validate.Timeouts(timeouts.Attributes(ctx, timeouts.Opts{
				Create: true, Read: true, Delete: true,
				CreateDescription: "How long to wait for a person to link a phone, as a duration such as `90s` or " +
					"`1h`. Default: `10m`. After that, the apply fails, and the next one waits again.",
				ReadDescription: "How long reading the session may take, including retries. Default: `5m`.",
				DeleteDescription: "How long unlinking the phone may take, including the wait for a session that is " +
					"not `WORKING`. Default: `5m`. After that, the destroy fails, and the pairing stays in the state.",
			})),
		},
	}
}

// accountAttribute describes a value that is known once a phone is linked.
func accountAttribute(description string) schema.StringAttribute {
	return schema.StringAttribute{Computed: true, MarkdownDescription: description}
}

// IdentitySchema describes the resource identity of a pairing.
func (r *Resource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest,
	resp *resource.IdentitySchemaResponse,
) {
	resp.IdentitySchema = identityschema.Schema{
		Attributes: map[string]identityschema.Attribute{
			"instance_id": identityschema.StringAttribute{
				RequiredForImport: true,
				Description:       "Identifier of the session's instance.",
			},
		},
	}
}

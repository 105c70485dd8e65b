package session

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/wawp/terraform-provider-wawp/internal/validate"
)

// Descriptions that the resource and the data source share.
const (
	instanceIDDescription = "Identifier of the session's instance, such as `3EB0BCB2E3D4`, under which the dashboard " +
		"lists it. Wawp gives it; it never changes."
	sessionNameDescription = "Name of the session at Wawp, such as `wawp-84729105`. Wawp gives it; it cannot be chosen."
	serverNameDescription  = "Name of the server that runs the session. Wawp gives it; null where Wawp does not " +
		"report it."
	statusDescription = "Status of the session as last read: `STOPPED`, `STARTING`, `SCAN_QR_CODE` (waits for a " +
		"person with a phone), `WORKING` (a phone is linked), `FAILED`, or another word of Wawp's. Null where Wawp " +
		"does not report it. It changes on its own, so do not build other resources on it."
	accountDescription = "WhatsApp account of the linked phone, as last read. It is null until a phone is linked, so " +
		"read its attributes with `one(...account[*].phone_number)` or `try(...)`; from Pulumi, " +
		"`account?.phoneNumber`. It is personal data, and is stored in the state."
	chatIDDescription      = "Chat id of the account, such as `201234567890@c.us`."
	phoneNumberDescription = "Phone number of the account, digits only; null where its chat id hides it."
	pushNameDescription    = "Name that the owner of the phone chose; null if there is none."
)

// Schema describes the resource.
func (r *Resource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "A session: one instance of the Wawp account, to which one WhatsApp phone can be " +
			"linked. It counts against the account's quota from its creation to its deletion. No endpoint of Wawp " +
			"lists sessions, so the Terraform state is where they are known. Creating one links no phone: a person " +
			"does, with the help of `wawp_session_pairing`, `wawp_session_temp_link` or the action " +
			"`wawp_session_pair`. Destroying it deletes the instance for good, and unlinks its phone, which is " +
			"waited for if the session is not `WORKING` just then; `deletion_protection` guards against that.",
		Attributes: map[string]schema.Attribute{
			"instance_id":  constantAttribute(instanceIDDescription),
			"session_name": constantAttribute(sessionNameDescription),
			"server_name":  constantAttribute(serverNameDescription),
			"status":       schema.StringAttribute{Computed: true, MarkdownDescription: statusDescription},
			"account": schema.SingleNestedAttribute{
				Computed: true,
				MarkdownDescription: accountDescription + " An answer without it changes nothing, until the session " +
					"shows `SCAN_QR_CODE`.",
				Attributes: map[string]schema.Attribute{
					"chat_id":      schema.StringAttribute{Computed: true, MarkdownDescription: chatIDDescription},
					"phone_number": schema.StringAttribute{Computed: true, MarkdownDescription: phoneNumberDescription},
					"push_name":    schema.StringAttribute{Computed: true, MarkdownDescription: pushNameDescription},
				},
			},
			"desired_state": schema.StringAttribute{
				Optional: true,
				Computed: true,
				MarkdownDescription: "Whether the session's engine should run: `started` or `stopped`. Only a " +
					"session that is started sends and receives, and can be linked to a phone. Changing it starts or " +
					"stops the session in place; the phone stays linked. A session that waits for its QR code to be " +
					"scanned counts as started. Left out, Terraform leaves the engine alone, and this shows whether " +
					"it was found started or stopped.",
				Validators: []validator.String{stringvalidator.OneOf(started, stopped)},
			},
			"deletion_protection": schema.BoolAttribute{
				Optional: true,
				Computed: true,
				Default:  booldefault.StaticBool(false),
				MarkdownDescription: "Refuses to destroy or replace the session while it is `true` in the state. " +
					"Default: `false`. Changing it makes no request; to lift it, set it to `false` and apply before " +
					"the destroy. The environment variable `WAWP_ALLOW_DESTROY=1` lifts it for one run. With " +
					"`create_before_destroy` a replacement makes the new session before the deletion of the old one " +
					"is refused: do not combine the two.",
			},
			"timeouts": validate.Timeouts(timeouts.Attributes(ctx, timeouts.Opts{
				Create: true, Read: true, Update: true, Delete: true,
				CreateDescription: "How long to wait, once the session exists, until `desired_state` is reached, as " +
					"a duration such as `90s`. Default: `60s`. When it ends, the apply succeeds with a warning. The " +
					"request that creates the session is bounded by the provider's `request_timeout` instead.",
				ReadDescription: "How long reading the session may take, retries included. Default: `5m`.",
				UpdateDescription: "How long to wait until a changed `desired_state` is reached, requests included. " +
					"Default: `60s`. When it ends, the apply succeeds with a warning; if Wawp has not answered the " +
					"request to start or stop it by then, the apply fails, and the next one goes on.",
				DeleteDescription: "How long logging out and deleting may take, retries included. Default: `5m`. Up " +
					"to half of it is for waiting until a session that is linked to a phone can be logged out.",
			})),
		},
	}
}

// IdentitySchema describes what identifies a session across its whole life.
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

// constantAttribute describes a value that Wawp gives once.
func constantAttribute(description string) schema.StringAttribute {
	return schema.StringAttribute{
		Computed:            true,
		MarkdownDescription: description,
		PlanModifiers:       []planmodifier.String{stringplanmodifier.UseNonNullStateForUnknown()},
	}
}

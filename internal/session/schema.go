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
		"lists it. Wawp assigns it, and it never changes."
	sessionNameDescription = "Name of the session at Wawp, such as `wawp-84729105`. Wawp assigns it."
	serverNameDescription  = "Name of the server that runs the session. Wawp assigns it. Null if Wawp does not " +
		"report it."
	statusDescription = "Status of the session as last read: `STOPPED`, `STARTING`, `SCAN_QR_CODE` (waits for a " +
		"person with a phone), `WORKING` (a phone is linked), `FAILED`, or another status of Wawp's. Null if Wawp " +
		"does not report it. It changes by itself, so do not make other resources depend on it."
	accountDescription = "WhatsApp account of the linked phone, as last read. Null until a phone is linked: read its " +
		"attributes with `one(...account[*].phone_number)` or `try(...)`, in Pulumi with `account?.phoneNumber`. It " +
		"is personal data, and is stored in the state."
	chatIDDescription      = "Chat id of the account, such as `201234567890@c.us`."
	phoneNumberDescription = "Phone number of the account, digits only. Null if its chat id hides the number."
	pushNameDescription    = "Name that the owner of the phone chose. Null if there is none."
)

// Schema describes the resource.
func (r *Resource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "A session: one instance of the Wawp account, to which one WhatsApp phone can be " +
			"linked. It counts against the account's quota from its creation to its deletion. No endpoint of Wawp " +
			"lists sessions, so only the Terraform state knows them. Creating a session links no phone: a person " +
			"does that, with `wawp_session_pairing`, `wawp_session_temp_link` or the action `wawp_session_pair`. " +
			"Destroying it unlinks the phone and deletes the instance for good. `deletion_protection` guards against " +
			"that. If the session is not `WORKING`, the destroy first waits until the phone can be unlinked.",
		Attributes: map[string]schema.Attribute{
			"instance_id":  constantAttribute(instanceIDDescription),
			"session_name": constantAttribute(sessionNameDescription),
			"server_name":  constantAttribute(serverNameDescription),
			"status":       schema.StringAttribute{Computed: true, MarkdownDescription: statusDescription},
			"account": schema.SingleNestedAttribute{
				Computed: true,
				MarkdownDescription: accountDescription + " The last value stays until the session shows " +
					"`SCAN_QR_CODE`, also if Wawp does not report it meanwhile.",
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
					"started session sends and receives, and can be linked to a phone. Changing it starts or stops " +
					"the session in place, and the phone stays linked. A session that waits for a scan of its QR " +
					"code counts as started. Default: Terraform does not change the engine, and this shows whether " +
					"it is started or stopped.",
				Validators: []validator.String{stringvalidator.OneOf(started, stopped)},
			},
			"deletion_protection": schema.BoolAttribute{
				Optional: true,
				Computed: true,
				Default:  booldefault.StaticBool(false),
				MarkdownDescription: "While this is `true` in the state, the provider refuses to destroy or replace " +
					"the " +
					"session. Default: `false`. Changing it makes no request. To lift the protection, set it to " +
					"`false` and " +
					"apply, before the destroy. The environment variable `WAWP_ALLOW_DESTROY=1` lifts it for one " +
					"run. Do not combine `deletion_protection` with `create_before_destroy`: Terraform would create " +
					"the new session, and only then would the deletion of the old one be refused.",
			},
			"timeouts": validate.Timeouts(timeouts.Attributes(ctx, timeouts.Opts{
				Create: true, Read: true, Update: true, Delete: true,
				CreateDescription: "How long to wait until the new session reaches `desired_state`, as a duration " +
					"such as `90s`. Default: `60s`. After that, the apply succeeds with a warning. The provider's " +
					"`request_timeout` limits the request that creates the session.",
				ReadDescription: "How long reading the session may take, including retries. Default: `5m`.",
				UpdateDescription: "How long to wait until a changed `desired_state` is reached, including requests. " +
					"Default: `60s`. After that, the apply succeeds with a warning. If Wawp has not answered the " +
					"request to start or stop the session by then, the apply fails, and the next one tries again.",
				DeleteDescription: "How long logging out and deleting may take, including retries. Default: `5m`. Up " +
					"to half of it is for the wait until a session with a linked phone can be logged out.",
			})),
		},
	}
}

// IdentitySchema describes the resource identity of a session.
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

// constantAttribute describes a value that Wawp assigns once.
func constantAttribute(description string) schema.StringAttribute {
	return schema.StringAttribute{
		Computed:            true,
		MarkdownDescription: description,
		PlanModifiers:       []planmodifier.String{stringplanmodifier.UseNonNullStateForUnknown()},
	}
}

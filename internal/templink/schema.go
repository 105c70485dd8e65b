package templink

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/mapvalidator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/mapplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/wawp/terraform-provider-wawp/internal/validate"
)

// Descriptions that the resource and the ephemeral resource share.
const (
	instanceIDDescription = "Identifier of the session's instance, such as `3EB0BCB2E3D4`: `instance_id` of a " +
		"`wawp_session`."
	linkDescription = "Address of the page, to open in a browser. It is a secret: everyone who has it can link a " +
		"phone to the session."
)

// Schema describes the resource.
func (r *Resource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "A temporary link of a session: a page on which a person scans the session's QR code " +
			"with a phone. It is valid for 30 minutes. Creating it links no phone. A session has at most one valid " +
			"link: a new link ends the previous one, so declare one of these per session. An expired link stays in " +
			"the state, with `expired = true`, and is not renewed by itself. To make a new one, change `triggers`, " +
			"or apply with `-replace`. Destroying the resource revokes the link if it is still valid.",
		Attributes: map[string]schema.Attribute{
			"instance_id": schema.StringAttribute{
				Required: true,
				MarkdownDescription: instanceIDDescription + " Changing it revokes this link, and makes a link " +
					"for the session with the new id.",
				PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
				Validators:    []validator.String{validate.InstanceID{}},
			},
			"triggers": schema.MapAttribute{
				Optional:    true,
				ElementType: types.StringType,
				MarkdownDescription: "Any values. Changing them makes a new link. If there were none before, as " +
					"after an import, setting them makes a new link only if the link has expired.",
				Validators: []validator.Map{mapvalidator.NoNullValues()},
				PlanModifiers: []planmodifier.Map{mapplanmodifier.RequiresReplaceIf(replaceIfNewTriggers,
					replaceDescription,
					replaceDescription)},
			},
			"link": schema.StringAttribute{
				Computed:  true,
				Sensitive: true,
				MarkdownDescription: linkDescription + " It is stored in the state. To avoid that, use the ephemeral " +
					"resource of the same name.",
			},
			"expires_at": schema.StringAttribute{
				Computed: true,
				MarkdownDescription: "When the link expires, as an RFC 3339 time in UTC, such as " +
					"`2026-01-31T12:00:00Z`. If Wawp does not report it, this is 30 minutes after the link was made, " +
					"and null after an import.",
			},
			"expired": schema.BoolAttribute{
				Computed: true,
				MarkdownDescription: "Whether the link was no longer valid when Terraform last read it: it had " +
					"expired by Wawp's clock, was revoked, or was replaced by another link.",
			},
			"timeouts": validate.Timeouts(timeouts.Attributes(ctx, timeouts.Opts{
				Create: true, Read: true, Delete: true,
				CreateDescription: "How long making the link may take, including retries. Default: `5m`.",
				ReadDescription:   "How long reading the link may take, including retries. Default: `5m`.",
				DeleteDescription: "How long revoking the link may take, including retries. Default: `5m`.",
			})),
		},
	}
}

const replaceDescription = "a change makes a new link, unless there were no triggers before and the link is still valid"

// replaceIfNewTriggers decides whether a change of the triggers makes a new link: if there were triggers before, or if
// the link has expired.
func replaceIfNewTriggers(
	ctx context.Context, req planmodifier.MapRequest, resp *mapplanmodifier.RequiresReplaceIfFuncResponse,
) {
	var expired types.Bool
	resp.Diagnostics.Append(req.State.GetAttribute(ctx, path.Root("expired"), &expired)...)
	resp.RequiresReplace = !req.StateValue.IsNull() || expired.ValueBool()
}

// IdentitySchema describes the resource identity of the link of a session.
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

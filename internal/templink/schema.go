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
	linkDescription = "Address of the page, to open in a browser. It is a secret: whoever has it can link a " +
		"phone to the session."
)

// Schema describes the resource.
func (r *Resource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "A temporary link of a session: a page on which a person scans the session's QR code " +
			"with a phone. It is valid for 30 minutes, and making it links no phone. A session has one valid link at " +
			"most: making one ends the one before it, so declare one of these per session. A link that has expired " +
			"stays in the state, with `expired = true`, and is not renewed by itself: change `triggers` to make a " +
			"new one, or apply with `-replace`. Destroying the resource revokes the link if it is still valid.",
		Attributes: map[string]schema.Attribute{
			"instance_id": schema.StringAttribute{
				Required: true,
				MarkdownDescription: instanceIDDescription + " Changing it makes a link of the other session, and " +
					"revokes this one.",
				PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
				Validators:    []validator.String{validate.InstanceID{}},
			},
			"triggers": schema.MapAttribute{
				Optional:    true,
				ElementType: types.StringType,
				MarkdownDescription: "Values of any meaning. Changing them makes a new link. Setting them where " +
					"there were none, as after an import, makes one only if the link has expired; otherwise they are " +
					"just stored.",
				Validators: []validator.Map{mapvalidator.NoNullValues()},
				PlanModifiers: []planmodifier.Map{mapplanmodifier.RequiresReplaceIf(replaceIfNewTriggers, replaceDescription,
					replaceDescription)},
			},
			"link": schema.StringAttribute{
				Computed:  true,
				Sensitive: true,
				MarkdownDescription: linkDescription + " It is stored in the state; where that is too much, use the " +
					"ephemeral resource of the same name.",
			},
			"expires_at": schema.StringAttribute{
				Computed: true,
				MarkdownDescription: "When the link expires, in UTC, as RFC 3339 writes it: `2026-01-31T12:00:00Z`. " +
					"Where Wawp does not report it: 30 minutes after the link was made, and null after an import.",
			},
			"expired": schema.BoolAttribute{
				Computed: true,
				MarkdownDescription: "Whether the link was no longer valid when Terraform last looked: its time was " +
					"over by Wawp's clock, it was revoked, or another link had taken its place.",
			},
			"timeouts": validate.Timeouts(timeouts.Attributes(ctx, timeouts.Opts{
				Create: true, Read: true, Delete: true,
				CreateDescription: "How long making the link may take, retries included. Default: `5m`.",
				ReadDescription:   "How long reading the link may take, retries included. Default: `5m`.",
				DeleteDescription: "How long revoking the link may take, retries included. Default: `5m`.",
			})),
		},
	}
}

const replaceDescription = "a change makes a new link, unless there were no triggers before and the link is still valid"

// replaceIfNewTriggers says whether a change of the triggers makes a new link: if there were some before, or nothing is
// lost by it.
func replaceIfNewTriggers(
	ctx context.Context, req planmodifier.MapRequest, resp *mapplanmodifier.RequiresReplaceIfFuncResponse,
) {
	var expired types.Bool
	resp.Diagnostics.Append(req.State.GetAttribute(ctx, path.Root("expired"), &expired)...)
	resp.RequiresReplace = !req.StateValue.IsNull() || expired.ValueBool()
}

// IdentitySchema describes what identifies the link of a session across its whole life.
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

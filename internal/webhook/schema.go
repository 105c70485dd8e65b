package webhook

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int64planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/objectplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/wawp/terraform-provider-wawp/internal/validate"
)

// Descriptions that the resource and the data source share.
const (
	instanceIDDescription = "Identifier of the session's instance, such as `3EB0BCB2E3D4`: `instance_id` of a " +
		"`wawp_session`."
	urlDescription = "Address to which Wawp posts the events: `https://`, and reachable from the internet. It " +
		"is the webhook's key: a session has at most one webhook on it."
	eventsDescription = "Names of the events to post, such as `message`, `message.ack` or `session.status`. Wawp " +
		"decides which names there are."
	enabledDescription      = "Whether events are posted."
	retriesDescription      = "How Wawp repeats a delivery that failed."
	delaySecondsDescription = "Pause between two attempts, in seconds."
	attemptsDescription     = "How many times a delivery is attempted."
)

// Schema describes the resource.
func (r *Resource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "A webhook of a session: an address to which Wawp posts the session's events, such as " +
			"each message. Webhooks need a paid plan of Wawp. Several webhooks of one session may be managed side by " +
			"side; Wawp's own system webhook is never touched. Destroying the resource deletes the webhook.",
		Attributes: map[string]schema.Attribute{
			"instance_id": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: instanceIDDescription + " Changing it makes a new webhook.",
				Validators:          []validator.String{validate.InstanceID{}},
				PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"url": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: urlDescription + " Changing it makes a new webhook.",
				Validators:          []validator.String{publicURL{}},
				PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"events": schema.SetAttribute{
				Required:            true,
				ElementType:         types.StringType,
				MarkdownDescription: eventsDescription + " At least one. Changing them changes the webhook in place.",
				Validators: []validator.Set{
					setvalidator.SizeAtLeast(1),
					setvalidator.NoNullValues(),
					setvalidator.ValueStringsAre(validate.Name{}),
				},
			},
			"enabled": schema.BoolAttribute{
				Optional: true,
				Computed: true,
				Default:  booldefault.StaticBool(true),
				MarkdownDescription: enabledDescription + " Default: `true`. With `false` the webhook stays, with " +
					"its settings, and nothing is posted.",
			},
			"retries": retriesAttribute(),
			"hmac_secret": schema.StringAttribute{
				Optional:  true,
				Sensitive: true,
				MarkdownDescription: "Secret with which Wawp signs deliveries, in the header `X-Wawp-Signature`. It " +
					"is stored in the state: prefer `hmac_secret_wo`. It is never read back, so a change in the " +
					"dashboard is not noticed. Removing it deletes the webhook and makes it again with its other " +
					"settings, because a change keeps what it leaves out.",
			},
			"hmac_secret_wo": schema.StringAttribute{
				Optional:  true,
				WriteOnly: true,
				Sensitive: true,
				MarkdownDescription: "Secret with which Wawp signs deliveries, in the header `X-Wawp-Signature`, as " +
					"a write-only argument: it is in no state, and in no plan, unless it is a literal or comes from " +
					"a variable that is not `ephemeral`, which Terraform stores in saved plans. It is sent when the " +
					"webhook is made, and again whenever `hmac_secret_wo_version` changes: only then it has to be " +
					"there. Removing both does what removing `hmac_secret` does.",
			},
			"hmac_secret_wo_version": schema.Int64Attribute{
				Optional: true,
				MarkdownDescription: "Version of `hmac_secret_wo`, any number: change it to have a new secret sent. " +
					"Required wherever `hmac_secret_wo` is set. Where the version is new or changed, the secret has " +
					"to be set, too; later it may be left out, and the version stays.",
			},
			"timeouts": validate.Timeouts(timeouts.Attributes(ctx, timeouts.Opts{
				Create: true, Read: true, Update: true, Delete: true,
				CreateDescription: "How long making the webhook may take, with retries and the wait for its turn " +
					"among the session's webhooks. Default: `5m`.",
				ReadDescription:   "How long reading it may take, retries included. Default, and most: `5m`.",
				UpdateDescription: "How long changing it may take, counted as for `create`. Default: `5m`.",
				DeleteDescription: "How long deleting it may take, counted as for `create`. Default: `5m`.",
			})),
		},
	}
}

func retriesAttribute() schema.SingleNestedAttribute {
	number := func(description string, least int64) schema.Int64Attribute {
		return schema.Int64Attribute{
			Optional:            true,
			Computed:            true,
			MarkdownDescription: description,
			Validators:          []validator.Int64{int64validator.AtLeast(least)},
			PlanModifiers:       []planmodifier.Int64{int64planmodifier.UseNonNullStateForUnknown()},
		}
	}
	return schema.SingleNestedAttribute{
		Optional:            true,
		Computed:            true,
		MarkdownDescription: retriesDescription + " Left out, Wawp decides, and this shows what it has decided.",
		PlanModifiers:       []planmodifier.Object{objectplanmodifier.UseNonNullStateForUnknown()},
		Attributes: map[string]schema.Attribute{
			"delay_seconds": number(delaySecondsDescription+" Default: `2` when the webhook is made; later, what "+
				"it was.", 0),
			"attempts": number(attemptsDescription+" Default: `15` when the webhook is made; later, what it "+
				"was.", 1),
		},
	}
}

// IdentitySchema describes what identifies a webhook across its whole life.
func (r *Resource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest,
	resp *resource.IdentitySchemaResponse,
) {
	resp.IdentitySchema = identityschema.Schema{
		Attributes: map[string]identityschema.Attribute{
			"instance_id": identityschema.StringAttribute{
				RequiredForImport: true,
				Description:       "Identifier of the session's instance.",
			},
			"url": identityschema.StringAttribute{
				RequiredForImport: true,
				Description:       "Address of the webhook.",
			},
		},
	}
}

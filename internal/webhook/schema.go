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
	urlDescription = "Address to which Wawp posts the events. It begins with `https://`, and must be reachable from " +
		"the internet. It identifies the webhook: a session has at most one webhook with this address."
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
			"each message. Webhooks need a paid plan of Wawp. A session can have several webhooks. The provider " +
			"never changes Wawp's own system webhook. Destroying the resource deletes the webhook.",
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
				Required:    true,
				ElementType: types.StringType,
				MarkdownDescription: eventsDescription + " At least one is required. Changing them changes the " +
					"webhook in place.",
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
				MarkdownDescription: enabledDescription + " Default: `true`. With `false` the webhook and its " +
					"settings stay, but Wawp posts nothing.",
			},
			"retries":                retriesAttribute(),
			"hmac_secret":            secretAttribute(),
			"hmac_secret_wo":         writeOnlySecretAttribute(),
			"hmac_secret_wo_version": secretVersionAttribute(),
			"timeouts": validate.Timeouts(timeouts.Attributes(ctx, timeouts.Opts{
				Create: true, Read: true, Update: true, Delete: true,
				CreateDescription: "How long making the webhook may take, including retries and the wait for other " +
					"changes of the session's webhooks. Default: `5m`.",
				ReadDescription: "How long reading it may take, including retries. Default and maximum: `5m`.",
				UpdateDescription: "How long changing it may take, with retries and waits as for `create`. Default: " +
					"`5m`.",
				DeleteDescription: "How long deleting it may take, with retries and waits as for `create`. Default: " +
					"`5m`.",
			})),
		},
	}
}

func secretAttribute() schema.StringAttribute {
	return schema.StringAttribute{
		Optional:  true,
		Sensitive: true,
		MarkdownDescription: "Secret with which Wawp signs deliveries, in the header `X-Wawp-Signature`. It is " +
			"stored in the state: prefer `hmac_secret_wo`. Wawp may not show it, so Terraform does not notice a " +
			"change in the dashboard. Removing it deletes the webhook and makes it again with its other settings, " +
			"because Wawp removes no secret in place.",
	}
}

func writeOnlySecretAttribute() schema.StringAttribute {
	return schema.StringAttribute{
		Optional:  true,
		WriteOnly: true,
		Sensitive: true,
		MarkdownDescription: "Secret with which Wawp signs deliveries, in the header `X-Wawp-Signature`, as a " +
			"write-only " +
			"argument: Terraform does not store it in the state. Saved plans contain it only if it is a literal, or " +
			"comes " +
			"from a variable that is not `ephemeral`. The provider sends it when it makes the webhook, and whenever " +
			"`hmac_secret_wo_version` changes. You need to set it only then. Removing `hmac_secret_wo` and " +
			"`hmac_secret_wo_version` has the same effect as removing `hmac_secret`.",
	}
}

func secretVersionAttribute() schema.Int64Attribute {
	return schema.Int64Attribute{
		Optional: true,
		MarkdownDescription: "Version of `hmac_secret_wo`, any number. Change it to send a new secret. Required if " +
			"`hmac_secret_wo` is set. If the version is new or changed, the secret must be set, too. Later you may " +
			"leave " +
			"the secret out, and keep the version.",
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
		MarkdownDescription: retriesDescription + " Default: Wawp decides, and this shows its values.",
		PlanModifiers:       []planmodifier.Object{objectplanmodifier.UseNonNullStateForUnknown()},
		Attributes: map[string]schema.Attribute{
			"delay_seconds": number(delaySecondsDescription+" Default: `2` for a new webhook, later the previous "+
				"value.", 0),
			"attempts": number(attemptsDescription+" Default: `15` for a new webhook, later the previous value.", 1),
		},
	}
}

// IdentitySchema describes the resource identity of a webhook.
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

package ratelimit

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/wawp/terraform-provider-wawp/internal/validate"
)

// Descriptions that the resource and the data source share.
const (
	hasActivePlanDescription = "Whether the account has an active paid plan, which includes the policies that are " +
		"not free. Null if Wawp does not report it."
	limitsDescription = "Limits of the policy, which Wawp sets. Wawp documents only their names, so the meaning of " +
		"each is inferred from its name. A limit is null if it is unlimited or not reported. All of `limits` is null " +
		"if Wawp reports none."
)

// limitDescriptions describes each limit. Wawp documents only their names (internal/wawp/API.md, section 6).
var limitDescriptions = map[string]string{
	"send_message_per_minute":    "Messages that the session may send per minute.",
	"send_message_daily_cap":     "Messages that the session may send per day.",
	"account_protection_seconds": "Seconds of pause with which Wawp protects the WhatsApp account.",
	"concurrent_limit":           "Requests that Wawp runs at the same time.",
	"group_req_per_minute":       "Requests about groups per minute.",
	"group_daily_cap":            "Requests about groups per day.",
	"check_req_per_minute":       "Checks of phone numbers per minute.",
	"check_daily_cap":            "Checks of phone numbers per day.",
}

// Schema describes the resource.
func (r *Resource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	limitAttributes := map[string]schema.Attribute{}
	for name, description := range limitDescriptions {
		limitAttributes[name] = schema.Int64Attribute{Computed: true, MarkdownDescription: description}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "The sending policy of a session: how fast and how much it may send. That lowers the " +
			"risk that WhatsApp bans its account. Every session has exactly one policy, so declare one of these per " +
			"session. If the policy is changed in the dashboard, the next apply sets it back in place. Destroying " +
			"the resource makes no request: the session keeps its policy.",
		Attributes: map[string]schema.Attribute{
			"instance_id": schema.StringAttribute{
				Required: true,
				MarkdownDescription: "Identifier of the session's instance, such as `3EB0BCB2E3D4`: `instance_id` of " +
					"a `wawp_session`. Changing it replaces the resource: it sets the policy of the new session, and " +
					"the old session keeps its policy.",
				PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
				Validators:    []validator.String{validate.InstanceID{}},
			},
			"policy": schema.StringAttribute{
				Required: true,
				MarkdownDescription: "Slug of the policy, such as `strict` or `standard_policy`. The data source " +
					"`wawp_session_rate_limit_policies` lists them, and shows which ones the account may use. A " +
					"policy that the account may not use is an error during the apply. Changing it sets the other " +
					"policy in place.",
				Validators: []validator.String{validate.Name{}},
			},
			"limits": schema.SingleNestedAttribute{
				Computed:            true,
				MarkdownDescription: limitsDescription,
				Attributes:          limitAttributes,
			},
			"has_active_plan": schema.BoolAttribute{Computed: true, MarkdownDescription: hasActivePlanDescription},
			"timeouts": validate.Timeouts(timeouts.Attributes(ctx, timeouts.Opts{
				Create: true, Read: true, Update: true,
				CreateDescription: "How long setting the policy may take, including retries. Default: `5m`.",
				ReadDescription:   "How long reading the policy may take, including retries. Default: `5m`.",
				UpdateDescription: "How long setting another policy may take, including retries. Default: `5m`.",
			})),
		},
	}
}

// IdentitySchema describes the resource identity of the policy of a session.
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

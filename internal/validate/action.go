package validate

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/action/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// ActionConfig validates instance_id and timeouts of an action, as far as they are known. Terraform itself validates
// only literals of an action. So call ActionConfig when the action is planned, for values of variables, and when it
// is invoked, for values that were not known before.
func ActionConfig(ctx context.Context, config tfsdk.Config) diag.Diagnostics {
	var id types.String
	var limits timeouts.Value
	diags := config.GetAttribute(ctx, path.Root("instance_id"), &id)
	diags.Append(config.GetAttribute(ctx, path.Root("timeouts"), &limits)...)

	var idResponse validator.StringResponse
	InstanceID{}.ValidateString(ctx, validator.StringRequest{Path: path.Root("instance_id"), ConfigValue: id},
		&idResponse)
	var timeoutsResponse validator.ObjectResponse
	Durations{}.ValidateObject(ctx, validator.ObjectRequest{Path: path.Root("timeouts"), ConfigValue: limits.Object},
		&timeoutsResponse)
	diags.Append(idResponse.Diagnostics...)
	diags.Append(timeoutsResponse.Diagnostics...)
	return diags
}

package webhook

import (
	"context"
	"net/url"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/wawp/terraform-provider-wawp/internal/diagnostic"
	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

// The diagnostic about Wawp's own webhook. It never quotes the address, because its last part is a token.
const (
	systemSummary = "This is Wawp's own webhook"
	systemDetail  = "This is the address of Wawp's system webhook, which the provider never changes. Use the address " +
		"of a webhook of your own."
)

const (
	summaryAddress = "Invalid webhook address"
	summarySecret  = "Invalid secret of a webhook"
)

// ValidateConfig validates the secrets. Its diagnostics name the arguments, but have no attribute path: with a path,
// Terraform quotes the line of the configuration, and the secret in it.
func (r *Resource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest,
	resp *resource.ValidateConfigResponse,
) {
	defer diagnostic.Recover(ctx, &resp.Diagnostics)
	var config model
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	isSet := func(s types.String) bool { return !s.IsNull() && !s.IsUnknown() } // an unknown value may become null
	hasStoredSecret, hasWriteOnly := isSet(config.HMACSecret), isSet(config.HMACSecretWO)
	for name, secret := range map[string]types.String{
		"hmac_secret":    config.HMACSecret,
		"hmac_secret_wo": config.HMACSecretWO,
	} {
		if isSet(secret) && strings.TrimSpace(secret.ValueString()) == "" {
			resp.Diagnostics.AddError(summarySecret, name+" is set, but empty. Give it a value, or leave it out.")
		}
	}
	switch {
	case hasStoredSecret && hasWriteOnly:
		resp.Diagnostics.AddError(summarySecret,
			"Both hmac_secret and hmac_secret_wo are set. A webhook has one secret: leave one of them out.")
	case hasWriteOnly && config.HMACSecretWOVersion.IsNull():
		resp.Diagnostics.AddError(summarySecret,
			"hmac_secret_wo is set without hmac_secret_wo_version, which says when to send it again. Set that to any "+
				"number.")
	case hasStoredSecret && req.ClientCapabilities.WriteOnlyAttributesAllowed:
		resp.Diagnostics.AddWarning("A write-only argument is available",
			"hmac_secret is stored in the state. Prefer hmac_secret_wo with hmac_secret_wo_version, which is not "+
				"stored.")
	}
}

// publicURL refuses addresses to which Wawp would not post, and Wawp's own webhook. It neither quotes the URL nor sets
// an attribute path, with which Terraform would quote the line: a URL can contain a secret.
type publicURL struct{}

// Description implements [validator.Describer].
func (publicURL) Description(context.Context) string { return "must be an https URL with a host" }

// MarkdownDescription implements [validator.Describer].
func (v publicURL) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

// ValidateString implements [validator.String].
func (publicURL) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	text := req.ConfigValue.ValueString()
	if reason := invalidReason(text); reason != "" {
		resp.Diagnostics.AddError(summaryAddress, "The url cannot be that of a webhook: "+reason)
	} else if wawp.IsSystemWebhook(text) {
		resp.Diagnostics.AddError(systemSummary, systemDetail)
	}
}

// invalidReason says why Wawp could not post to an address; "" if it could.
func invalidReason(text string) string {
	u, err := url.Parse(text)
	switch {
	case strings.TrimSpace(text) != text:
		return "it begins or ends with white space."
	case wawp.HasBadEscape(text):
		return "it has a % without two hexadecimal digits after it. Write a percent sign as %25."
	case !strings.HasPrefix(strings.ToLower(text), "https://"):
		return "it does not begin with https://. Wawp posts only to such addresses."
	case !wawp.IsReadable(text):
		return "it has an invisible character, such as a line break or a mark for the direction of writing, or more " +
			"than 4,096 characters."
	case err != nil, u.Hostname() == "", strings.Contains(u.Host, "%"):
		return "the part between https:// and the path is not a host. Write a name or an IP address, without escapes " +
			"such as %41, and a port if needed."
	}
	return ""
}

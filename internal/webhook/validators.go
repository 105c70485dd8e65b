package webhook

import (
	"context"
	"net/url"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/wawp/terraform-provider-wawp/internal/explain"
	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

// What is said of Wawp's own webhook. Its address is never quoted: its last part is a token.
const (
	systemSummary = "This is Wawp's own webhook"
	systemDetail  = "The address is that of Wawp's system webhook, which the provider never touches. Give the " +
		"address of a webhook of your own."
)

const summarySecret = "Invalid secret of a webhook"

// ValidateConfig refuses secrets that do not go together. It stands on the object and names the arguments: Terraform
// quotes the line of one that is pointed at, secret and all.
func (r *Resource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest,
	resp *resource.ValidateConfigResponse,
) {
	defer explain.Crash(ctx, &resp.Diagnostics)
	var config model
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	isSet := func(s types.String) bool { return !s.IsNull() && !s.IsUnknown() } // what is unknown may become null
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
			"hmac_secret is stored in the state. Prefer hmac_secret_wo, which is not, with hmac_secret_wo_version.")
	}
}

// publicURL refuses what Wawp would not post to, and Wawp's own webhook. It quotes nothing, and points at nothing,
// because Terraform would quote the line: a URL can hold a secret.
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
		resp.Diagnostics.AddError("Invalid webhook address", "The url cannot be that of a webhook: "+reason)
	} else if wawp.IsSystemWebhook(text) {
		resp.Diagnostics.AddError(systemSummary, systemDetail)
	}
}

// invalidReason says why Wawp could not post to an address; "" means that it could.
func invalidReason(text string) string {
	u, err := url.Parse(text)
	switch {
	case strings.TrimSpace(text) != text:
		return "it has white space around it."
	case wawp.HasBadEscape(text):
		return "it has a % that does not begin an escape of two hexadecimal digits. Write a percent sign itself as %25."
	case !strings.HasPrefix(strings.ToLower(text), "https://"):
		return "it does not begin with https://, and Wawp posts to no other addresses."
	case !wawp.IsReadable(text):
		return "it has a character that cannot be seen, such as a line break or a mark for the direction of writing, " +
			"or more than 4,096 characters."
	case err != nil, u.Hostname() == "", strings.Contains(u.Host, "%"):
		return "what stands between https:// and the path cannot be read as a host. Write a name or an IP address, " +
			"without escapes such as %41, and perhaps a port."
	}
	return ""
}

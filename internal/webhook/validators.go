package webhook

import (
	"context"
	"net/url"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

// What is said of Wawp's own webhook. Its address is never quoted: its last part is a token.
const (
	systemSummary = "This is Wawp's own webhook"
	systemDetail  = "The address is that of Wawp's system webhook, which the provider never touches. Give the address of a webhook of your own."
)

// publicURL refuses what Wawp would not post to, and Wawp's own webhook. It quotes nothing: a URL can hold a secret.
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
	u, err := url.Parse(text)
	switch {
	case err != nil, u.Scheme != "https", u.Hostname() == "", strings.TrimSpace(text) != text:
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid webhook address",
			"Wawp posts to https addresses only: the url must begin with https:// (in lower case) and name a host, without white "+
				"space around it.")
	case wawp.IsSystemWebhook(text):
		resp.Diagnostics.AddAttributeError(req.Path, systemSummary, systemDetail)
	}
}

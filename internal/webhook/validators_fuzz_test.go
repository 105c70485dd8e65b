package webhook

import (
	"net/url"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

// FuzzPublicURL: what is accepted is an https address that can be found again, and what is not is not quoted. $ is a
// secret.
func FuzzPublicURL(f *testing.F) {
	for _, text := range []string{
		"https://example.com/wawp", "https://user:$@example.com/$?token=$", "http://a/$", "HTTPS://a/$", " https://a",
		"https://", "https://:443/$", "https://[::1]:443/",
		"https://app.wawp.net/api/webhook/$", "https://APP.wawp.net:443//api/webhook/$", "https://%zz/$", "",
	} {
		f.Add(text)
	}
	const secret = "hunter2-canary"
	f.Fuzz(func(t *testing.T, text string) {
		text = strings.ReplaceAll(text, "$", secret)
		var resp validator.StringResponse
		publicURL{}.ValidateString(t.Context(), validator.StringRequest{
			Path:        path.Root("url"),
			ConfigValue: types.StringValue(text),
		}, &resp)
		for _, d := range resp.Diagnostics {
			if strings.Contains(d.Summary()+d.Detail(), secret) {
				t.Errorf("it says %s: %s", d.Summary(), d.Detail())
			}
		}
		if resp.Diagnostics.HasError() {
			return
		}
		u, err := url.Parse(text)
		if err != nil || u.Scheme != "https" || u.Hostname() == "" || wawp.IsSystemWebhook(text) {
			t.Errorf("%q is accepted: %v", text, err)
		}
		if _, found := wawp.FindWebhook([]wawp.Webhook{{URL: text}}, text); !found {
			t.Errorf("%q is not found", text)
		}
	})
}

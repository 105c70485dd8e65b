package validate

import (
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

// check validates a text, and checks what is said of it: nothing that a terminal would obey.
func check(t *testing.T, v validator.String, text string) (said string) {
	t.Helper()
	var resp validator.StringResponse
	v.ValidateString(t.Context(), validator.StringRequest{
		Path:        path.Root("argument"),
		ConfigValue: types.StringValue(text),
	}, &resp)
	for _, d := range resp.Diagnostics {
		said += d.Summary() + ": " + d.Detail()
	}
	if resp.Diagnostics.HasError() != (said != "") ||
		strings.ContainsFunc(said, func(c rune) bool { return !unicode.IsPrint(c) }) {
		t.Errorf("of %q it says %q", text, said)
	}
	return said
}

func FuzzDuration(f *testing.F) {
	for _, text := range []string{
		"90s", "2m", "1h30m", "0", "0s", "-1s", "60", "1.5h", "9223372036854775807ns",
		"9223372036854775808ns", "1µs", "soon", "\x1b[2J\xff", "",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := time.ParseDuration(text)
		if said := check(t, Duration{}, text); (said == "") != (err == nil && d > 0) {
			t.Errorf("%q is %s (%v), and it says: %s", text, d, err, said)
		}
		object := types.ObjectValueMust(map[string]attr.Type{"create": types.StringType},
			map[string]attr.Value{"create": types.StringValue(text)})
		var resp validator.ObjectResponse
		Durations{}.ValidateObject(t.Context(), validator.ObjectRequest{
			Path:        path.Root("timeouts"),
			ConfigValue: object,
		}, &resp)
		if resp.Diagnostics.HasError() == (err == nil && d > 0) {
			t.Errorf("timeouts of %q: %v", text, resp.Diagnostics)
		}
	})
}

// FuzzText checks any text as what it may be in a configuration. $ is a secret in it.
func FuzzText(f *testing.F) {
	for _, text := range []string{
		"https://api.wawp.net", "https://user:$@api.wawp.net", "http://$", "$://a", "https://[$", "https://%zz$",
		"+20 114 520 2826", "$", " ", "", "https://a/?$#$",
	} {
		f.Add(text)
	}
	const secret = "hunter/2+secret="
	f.Fuzz(func(t *testing.T, text string) {
		text = strings.ReplaceAll(text, "$", secret)
		_, noURL := wawp.ParseBaseURL(text)
		_, noNumber := wawp.ParsePhoneNumber(text)
		for _, test := range []struct {
			validator validator.String
			valid     bool
		}{
			{BaseURL{}, noURL == nil},
			{PhoneNumber{}, noNumber == nil},
			{NotBlank{}, strings.TrimSpace(text) != ""},
			{InstanceID{}, wawp.IsInstanceID(text)},
			{Name{}, text != "" && text == wawp.Text(text)},
		} {
			said := check(t, test.validator, text)
			if (said == "") != test.valid || strings.Contains(said, secret) {
				t.Errorf("%T says of %q: %s", test.validator, text, said)
			}
		}
	})
}

package validate

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// TestNameMustSurviveAnAnswer: a name that would be read back as another one would be changed by every apply.
func TestNameMustSurviveAnAnswer(t *testing.T) {
	t.Parallel()
	for name, valid := range map[string]bool{
		"strict": true, "session.status": true, "می\u200cخواهم 👨\u200d👩\u200d👧": true, strings.Repeat("x", 256): true,
		"two words": true,
		"":          false, " ": false, " strict": false, "a\nb": false, "a\u202eb": false, "a\x1b[2J": false,
		strings.Repeat("x", 257): false,
	} {
		if said := check(t, Name{}, name); (said == "") != valid {
			t.Errorf("%q is valid: %t: %s", name, valid, said)
		}
	}
}

// TestInstanceIDsHaveAForm, and what has not is not quoted: it could be anything.
func TestInstanceIDsHaveAForm(t *testing.T) {
	t.Parallel()
	for id, summary := range map[string]string{
		"3EB0BCB2E3D4": "", "12345678": "", "a.b_c:d@e-f": "", strings.Repeat("x", 128): "", "": "Empty value",
		" ":             "Empty value",
		"A1'; rm -rf /": "Invalid instance id", `A1"`: "Invalid instance id", "${file}": "Invalid instance id",
		"A1\n": "Invalid instance id",
		" A1":  "Invalid instance id", "\u0661": "Invalid instance id", strings.Repeat("x", 129): "Invalid instance id",
	} {
		if said := check(t, InstanceID{}, id); !strings.HasPrefix(said, summary) || (said == "") != (summary == "") ||
			len(id) > 1 && strings.Contains(said, id) {
			t.Errorf("%q: %s", id, said)
		}
	}
}

// TestSecretIsNamedAndNotPointedAt: Terraform would quote its line, with the secret in it.
func TestSecretIsNamedAndNotPointedAt(t *testing.T) {
	t.Parallel()
	for _, secret := range []bool{true, false} {
		var resp validator.StringResponse
		request := validator.StringRequest{Path: path.Root("hmac_secret"), ConfigValue: types.StringValue(" ")}
		NotBlank{Secret: secret}.ValidateString(t.Context(), request, &resp)
		if resp.Diagnostics.ErrorsCount() != 1 || !strings.Contains(resp.Diagnostics[0].Detail(), "hmac_secret") {
			t.Fatalf("secret: %t: %v", secret, resp.Diagnostics)
		}
		if _, points := resp.Diagnostics[0].(diag.DiagnosticWithPath); points == secret {
			t.Errorf("secret: %t, and the diagnostic points at it: %t", secret, points)
		}
	}
}

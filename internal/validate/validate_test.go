package validate

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

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

// Package conn hands the provider's connection to Wawp to the objects that use it.
package conn

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

// Summary and detail of the diagnostic for an object that cannot be reached, because the provider's configuration depends
// on values that Terraform does not know before another resource is applied.
const (
	UnknownSummary = "The provider's configuration is not known yet"
	UnknownDetail  = "An argument of the wawp provider block depends on something that is known only after an apply, so Wawp " +
		"could not be asked. Apply what the provider block depends on first (terraform apply -target=...), or give the " +
		"provider values that are known, such as the environment variable WAWP_ACCESS_TOKEN."
)

// Client returns the client from the data that the provider's Configure method set. It is nil before the provider is
// configured, and while its configuration is not known: see [UnknownSummary].
func Client(data any, diags *diag.Diagnostics) *wawp.Client {
	if data == nil {
		return nil
	}
	client, ok := data.(*wawp.Client)
	if !ok {
		diags.AddError("Unexpected provider data",
			fmt.Sprintf("Got %T instead of a client. This is a bug of the provider, please report it.", data))
	}
	return client
}

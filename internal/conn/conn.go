// Package conn hands the provider's client of Wawp to the objects that use it.
package conn

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

// What is said while the provider's configuration depends on values that Terraform does not know before another
// resource is applied.
const (
	unknownSummary = "The provider's configuration is not known yet"
	unknownDetail  = "An argument of the wawp provider block depends on something that is known only after an " +
		"apply, so Wawp " +
		"could not be asked. Apply what the provider block depends on first (terraform apply -target=...), or give the " +
		"provider values that are known, such as the environment variable WAWP_ACCESS_TOKEN."
)

// Client returns the client from the data that the provider's Configure method set. It is nil before the provider is
// configured, and while its configuration is not known: see [Missing].
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

// Missing says whether there is no client, and adds an error if so.
func Missing(client *wawp.Client, diags *diag.Diagnostics) bool {
	if client == nil {
		diags.AddError(unknownSummary, unknownDetail)
	}
	return client == nil
}

// MissingInRead is [Missing] for a resource that is refreshed: its state can stay as it is, with a warning, unless it
// was just imported.
func MissingInRead(client *wawp.Client, imported bool, diags *diag.Diagnostics) bool {
	if client == nil && !imported {
		diags.AddWarning(unknownSummary, unknownDetail+" Until then the state stays as it is.")
		return true
	}
	return Missing(client, diags)
}

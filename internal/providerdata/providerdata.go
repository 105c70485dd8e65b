// Package providerdata gives each object the provider's client of Wawp, or an error if there is none yet.
package providerdata

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

// The diagnostic while the provider block depends on values that Terraform knows only after an apply.
const (
	unknownSummary = "The provider's configuration is not known yet"
	unknownDetail  = "An argument of the wawp provider block depends on something that is known only after an apply, " +
		"so " +
		"Wawp could not be asked. Apply what the provider block depends on first (terraform apply -target=...), or " +
		"give " +
		"the provider values that are known, such as the environment variable WAWP_ACCESS_TOKEN."
)

// Client returns the client from the data that the provider's Configure method has set. It is nil before the provider
// is configured, and while the provider's configuration is not known: see [Missing].
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

// MissingInRead is [Missing] for the read of a resource. Unless the resource was just imported, it adds a warning
// instead of an error, and the state stays as it is.
func MissingInRead(client *wawp.Client, imported bool, diags *diag.Diagnostics) bool {
	if client == nil && !imported {
		diags.AddWarning(unknownSummary, unknownDetail+" Until then the state stays as it is.")
		return true
	}
	return Missing(client, diags)
}

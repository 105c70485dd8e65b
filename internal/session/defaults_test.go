package session

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
)

// TestDefaultsAreAsDescribed compares the defaults of timeouts with what their descriptions say.
func TestDefaultsAreAsDescribed(t *testing.T) {
	t.Parallel()
	var described resource.SchemaResponse
	(&Resource{}).Schema(context.Background(), resource.SchemaRequest{}, &described)
	timeouts, _ := described.Schema.Attributes["timeouts"].(schema.SingleNestedAttribute)
	for name, want := range map[string]time.Duration{
		"create": defaultWaitTimeout, "read": defaultTimeout, "update": defaultWaitTimeout, "delete": defaultTimeout,
	} {
		about := timeouts.Attributes[name].GetDescription() + timeouts.Attributes[name].GetMarkdownDescription()
		_, rest, _ := strings.Cut(about, "Default: `")
		described, _, _ := strings.Cut(rest, "`")
		if d, err := time.ParseDuration(described); err != nil || d != want {
			t.Errorf("%s: %q is described, and is %s", name, described, want)
		}
	}
}

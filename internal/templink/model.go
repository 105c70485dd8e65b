package templink

import (
	"time"

	ephemeraltimeouts "github.com/hashicorp/terraform-plugin-framework-timeouts/ephemeral/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

// model is the resource in configuration, plan and state.
type model struct {
	InstanceID types.String   `tfsdk:"instance_id"`
	Triggers   types.Map      `tfsdk:"triggers"`
	Link       types.String   `tfsdk:"link"`
	ExpiresAt  types.String   `tfsdk:"expires_at"`
	Expired    types.Bool     `tfsdk:"expired"`
	Timeouts   timeouts.Value `tfsdk:"timeouts"`
}

// identity is the resource identity of the link of a session.
type identity struct {
	InstanceID types.String `tfsdk:"instance_id"`
}

// ephemeralModel is the ephemeral resource.
type ephemeralModel struct {
	InstanceID types.String            `tfsdk:"instance_id"`
	Link       types.String            `tfsdk:"link"`
	ExpiresAt  types.String            `tfsdk:"expires_at"`
	Timeouts   ephemeraltimeouts.Value `tfsdk:"timeouts"`
}

// refresh compares the link with the current one. If the model has no link yet, it takes the current one.
func (m *model) refresh(current wawp.TempLink) {
	if m.Link.IsNull() || m.Link.IsUnknown() {
		m.Link, m.ExpiresAt = types.StringValue(current.URL), timeOrNull(current.ExpiresAt)
	}
	isShown := current.Is(m.Link.ValueString())
	if isShown && !current.ExpiresAt.IsZero() {
		m.ExpiresAt = timeOrNull(current.ExpiresAt)
	}
	m.Expired = types.BoolValue(!isShown || m.link().HasEnded(current))
}

// link returns the link in the state.
func (m *model) link() wawp.TempLink {
	end, _ := time.Parse(time.RFC3339, m.ExpiresAt.ValueString()) // null is zero
	return wawp.TempLink{URL: m.Link.ValueString(), ExpiresAt: end}
}

// refresh copies the link; the zero value becomes null.
func (m *ephemeralModel) refresh(active wawp.TempLink) {
	m.Link, m.ExpiresAt = types.StringNull(), timeOrNull(active.ExpiresAt)
	if active.URL != "" {
		m.Link = types.StringValue(active.URL)
	}
}

// timeOrNull returns a time as RFC 3339 text; the zero time becomes null.
func timeOrNull(t time.Time) types.String {
	if t.IsZero() {
		return types.StringNull()
	}
	return types.StringValue(t.UTC().Format(time.RFC3339))
}

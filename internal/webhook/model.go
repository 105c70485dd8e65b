package webhook

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/wawp/terraform-provider-wawp/internal/state"
	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

// webhookModel holds the values that Wawp reports of a webhook. The resource and the data source share it.
type webhookModel struct {
	URL     types.String `tfsdk:"url"`
	Events  types.Set    `tfsdk:"events"`
	Enabled types.Bool   `tfsdk:"enabled"`
	Retries types.Object `tfsdk:"retries"`
}

// model is the resource in configuration, plan and state.
type model struct {
	webhookModel
	InstanceID          types.String   `tfsdk:"instance_id"`
	HMACSecret          types.String   `tfsdk:"hmac_secret"`
	HMACSecretWO        types.String   `tfsdk:"hmac_secret_wo"`
	HMACSecretWOVersion types.Int64    `tfsdk:"hmac_secret_wo_version"`
	Timeouts            timeouts.Value `tfsdk:"timeouts"`
}

// identity is the resource identity of a webhook.
type identity struct {
	InstanceID types.String `tfsdk:"instance_id"`
	URL        types.String `tfsdk:"url"`
}

func (m model) identity() identity { return identity{m.InstanceID, m.URL} }

// webhook returns a webhook with only the URL, to name it.
func (m model) webhook() wawp.Webhook { return wawp.Webhook{URL: m.URL.ValueString()} }

// object describes the webhook for the package state.
func (m model) object() state.Object {
	id := m.InstanceID.ValueString()
	return state.Object{
		Type: "wawp_session_webhook", Noun: "webhook", InstanceID: id, Name: describe(id, m.webhook()),
		Paired: true, // not known here, so it may be
		Anew:   "makes it again, which fails if its session is gone",
	}
}

// retries is the nested attribute of the same name.
type retries struct {
	DelaySeconds types.Int64 `tfsdk:"delay_seconds"`
	Attempts     types.Int64 `tfsdk:"attempts"`
}

var retriesTypes = map[string]attr.Type{"delay_seconds": types.Int64Type, "attempts": types.Int64Type}

var objectTypes = map[string]attr.Type{
	"url":     types.StringType,
	"events":  types.SetType{ElemType: types.StringType},
	"enabled": types.BoolType,
	"retries": types.ObjectType{AttrTypes: retriesTypes},
}

// refresh copies the values of an answer. Values that the answer lacks stay as they are. The URL stays as the
// configuration has it, because Wawp may spell it differently. The secret is not read, because Wawp may mask it or
// leave it out (internal/wawp/API.md, section 5).
func (o *webhookModel) refresh(hook wawp.Webhook) {
	if o.URL.ValueString() == "" {
		o.URL = types.StringValue(hook.URL)
	}
	if hook.Events != nil || o.Events.IsNull() {
		o.Events = eventSet(hook.Events)
	}
	if hook.Enabled != nil || o.Enabled.IsNull() {
		o.Enabled = types.BoolValue(hook.Enabled == nil || *hook.Enabled)
	}
	switch {
	case hook.Retries != nil:
		o.Retries = retriesObject(*hook.Retries)
	case o.Retries.IsUnknown():
		o.Retries = types.ObjectNull(retriesTypes)
	}
}

func eventSet(events []string) types.Set {
	values := make([]attr.Value, len(events))
	for i, event := range events {
		values[i] = types.StringValue(event)
	}
	return types.SetValueMust(types.StringType, values)
}

func retriesObject(r wawp.Retries) types.Object {
	return types.ObjectValueMust(retriesTypes, map[string]attr.Value{
		"delay_seconds": types.Int64Value(r.DelaySeconds),
		"attempts":      types.Int64Value(r.Attempts),
	})
}

// wanted returns the webhook that a plan describes. Its retries are nil if the plan does not set them. If the plan sets
// one of the two values, the other is Wawp's default.
func (m model) wanted(ctx context.Context, diags *diag.Diagnostics) wawp.Webhook {
	hook := wawp.Webhook{URL: m.URL.ValueString(), Enabled: m.Enabled.ValueBoolPointer()}
	diags.Append(m.Events.ElementsAs(ctx, &hook.Events, false)...)
	if m.Retries.IsNull() || m.Retries.IsUnknown() {
		return hook
	}
	var given retries
	diags.Append(m.Retries.As(ctx, &given, basetypes.ObjectAsOptions{})...)
	all := wawp.DefaultRetries
	if !given.DelaySeconds.IsUnknown() && !given.DelaySeconds.IsNull() {
		all.DelaySeconds = given.DelaySeconds.ValueInt64()
	}
	if !given.Attempts.IsUnknown() && !given.Attempts.IsNull() {
		all.Attempts = given.Attempts.ValueInt64()
	}
	hook.Retries = &all
	return hook
}

// fillRetries sets the retries that the plan left unknown. defaults are those that Wawp uses if none are sent; nil if
// they are not known.
func (m *model) fillRetries(wanted wawp.Webhook, defaults *wawp.Retries) {
	switch {
	case wanted.Retries != nil:
		m.Retries = retriesObject(*wanted.Retries)
	case m.Retries.IsUnknown() && defaults != nil:
		m.Retries = retriesObject(*defaults)
	case m.Retries.IsUnknown():
		m.Retries = types.ObjectNull(retriesTypes)
	}
}

// secret returns the secret to send. The write-only secret is only in the configuration.
func (m model) secret(config model) string {
	if !config.HMACSecretWO.IsNull() {
		return config.HMACSecretWO.ValueString()
	}
	return m.HMACSecret.ValueString()
}

// hasSecret reports whether a secret is set, as far as plan or state show it.
func (m model) hasSecret() bool { return !m.HMACSecret.IsNull() || !m.HMACSecretWOVersion.IsNull() }

// change returns the differences between a plan and the prior state.
func (m model) change(ctx context.Context, prior, config model, diags *diag.Diagnostics) wawp.WebhookChange {
	var change wawp.WebhookChange
	wanted := m.wanted(ctx, diags)
	if !m.Events.Equal(prior.Events) {
		change.Events = wanted.Events
	}
	if !m.Enabled.Equal(prior.Enabled) {
		change.Enabled = wanted.Enabled
	}
	if wanted.Retries != nil && !retriesObject(*wanted.Retries).Equal(prior.Retries) {
		change.Retries = wanted.Retries
	}
	if secret := m.secret(config); secret != "" &&
		(!m.HMACSecret.Equal(prior.HMACSecret) || !m.HMACSecretWOVersion.Equal(prior.HMACSecretWOVersion)) {
		change.Secret = &secret
	}
	return change
}

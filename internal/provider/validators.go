package provider

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

// notBlank refuses text that is empty or white space. It never quotes the value.
type notBlank struct{}

func (notBlank) Description(context.Context) string { return "must not be empty" }

func (v notBlank) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (notBlank) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if isKnown(req) && strings.TrimSpace(req.ConfigValue.ValueString()) == "" {
		resp.Diagnostics.AddAttributeError(req.Path, "Empty value",
			fmt.Sprintf("%s is set, but empty. Give it a value, or leave it out (null) to use the default.", req.Path))
	}
}

// baseURL refuses what cannot be the address of an API.
type baseURL struct{}

func (baseURL) Description(context.Context) string { return "must be an http or https URL with a host" }

func (v baseURL) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (baseURL) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if !isKnown(req) {
		return
	}
	if _, err := wawp.ParseBaseURL(req.ConfigValue.ValueString()); err != nil {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid API address", fmt.Sprintf("%s is no address of an API: %s.", req.Path, err))
	}
}

// duration refuses what is no positive duration.
type duration struct{}

func (duration) Description(context.Context) string {
	return "must be a positive duration, such as 90s or 2m"
}

func (v duration) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v duration) ValidateString(ctx context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if !isKnown(req) {
		return
	}
	text := req.ConfigValue.ValueString()
	if d, err := time.ParseDuration(text); err != nil || d <= 0 {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid duration", fmt.Sprintf("%s %s, but is %q.", req.Path, v.Description(ctx), text))
	}
}

func isKnown(req validator.StringRequest) bool {
	return !req.ConfigValue.IsNull() && !req.ConfigValue.IsUnknown()
}

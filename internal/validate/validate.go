// Package validate has validators for configuration values that terraform-plugin-framework-validators does not have.
package validate

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

// NotBlank refuses text that is empty or white space. It never quotes the value.
type NotBlank struct {
	// Secret makes the diagnostic name the argument without pointing at it, because Terraform would quote its line.
	Secret bool
}

// Description implements [validator.Describer].
func (NotBlank) Description(context.Context) string { return "must not be empty" }

// MarkdownDescription implements [validator.Describer].
func (v NotBlank) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

// ValidateString implements [validator.String].
func (v NotBlank) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if !isKnown(req) || strings.TrimSpace(req.ConfigValue.ValueString()) != "" {
		return
	}
	const summary = "Empty value"
	detail := fmt.Sprintf("%s is set, but empty. Give it a value, or, where it is optional, leave it out.", req.Path)
	if v.Secret {
		resp.Diagnostics.AddError(summary, detail)
		return
	}
	resp.Diagnostics.AddAttributeError(req.Path, summary, detail)
}

// InstanceID refuses text that cannot be the id of an instance.
type InstanceID struct{}

// Description implements [validator.Describer].
func (InstanceID) Description(context.Context) string {
	return "must be an instance id: 1 to 128 letters (A to Z, a to z), digits and signs of . _ : @ -"
}

// MarkdownDescription implements [validator.Describer].
func (v InstanceID) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

// ValidateString implements [validator.String].
func (InstanceID) ValidateString(ctx context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	NotBlank{}.ValidateString(ctx, req, resp)
	if isKnown(req) && !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(CheckInstanceID(req.Path, req.ConfigValue.ValueString())...)
	}
}

// CheckInstanceID refuses text that cannot be the id of an instance. It never quotes the text.
func CheckInstanceID(argument path.Path, id string) diag.Diagnostics {
	var diags diag.Diagnostics
	if !wawp.IsInstanceID(id) {
		diags.AddAttributeError(argument, "Invalid instance id", fmt.Sprintf(
			"%s is not an instance id: those are 1 to 128 letters (A to Z, a to z), digits and signs of . _ : @ -. "+
				"The Wawp "+
				"dashboard shows them.", argument))
	}
	return diags
}

// Name refuses text with characters that the client drops when it reads an answer. With such a name, nobody could tell
// whether Wawp has accepted it.
type Name struct{}

// Description implements [validator.Describer].
func (Name) Description(context.Context) string {
	return "must be 1 to 256 characters, without control or bidirectional characters, and without white space around it"
}

// MarkdownDescription implements [validator.Describer].
func (v Name) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

// ValidateString implements [validator.String].
func (v Name) ValidateString(ctx context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	NotBlank{}.ValidateString(ctx, req, resp)
	if text := req.ConfigValue.ValueString(); isKnown(req) && !resp.Diagnostics.HasError() && text != wawp.Text(text) {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid name",
			fmt.Sprintf("%s %s.", req.Path, v.Description(ctx)))
	}
}

// BaseURL refuses text that cannot be the address of an API. Its diagnostic names the argument without pointing at it,
// because Terraform would quote its line, and that may have a password in it.
type BaseURL struct{}

// Description implements [validator.Describer].
func (BaseURL) Description(context.Context) string { return "must be an http or https URL with a host" }

// MarkdownDescription implements [validator.Describer].
func (v BaseURL) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

// ValidateString implements [validator.String].
func (BaseURL) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if !isKnown(req) {
		return
	}
	if _, err := wawp.ParseBaseURL(req.ConfigValue.ValueString()); err != nil {
		resp.Diagnostics.AddError("Invalid API address",
			fmt.Sprintf("%s is not the address of an API: %s.", req.Path, err))
	}
}

// PhoneNumber refuses text that is not a phone number with a country code. It never quotes the value.
type PhoneNumber struct{}

// Description implements [validator.Describer].
func (PhoneNumber) Description(context.Context) string {
	return "must be a phone number with its country code, such as +20 114 520 2826"
}

// MarkdownDescription implements [validator.Describer].
func (v PhoneNumber) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

// ValidateString implements [validator.String].
func (v PhoneNumber) ValidateString(ctx context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if !isKnown(req) {
		return
	}
	if _, err := wawp.ParsePhoneNumber(req.ConfigValue.ValueString()); err != nil {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid phone number",
			fmt.Sprintf("%s %s, but %s.", req.Path, v.Description(ctx), err))
	}
}

// Duration refuses text that is not a positive duration.
type Duration struct{}

// Description implements [validator.Describer].
func (Duration) Description(context.Context) string {
	return "must be a positive duration, such as 90s or 2m"
}

// MarkdownDescription implements [validator.Describer].
func (v Duration) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

// ValidateString implements [validator.String].
func (v Duration) ValidateString(ctx context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if !isKnown(req) {
		return
	}
	text := req.ConfigValue.ValueString()
	if !isPositive(text) {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid duration",
			fmt.Sprintf("%s %s, but is %q.", req.Path, v.Description(ctx), text))
	}
}

// Durations refuses an object, such as timeouts, with a value that is not a positive duration. With such a timeout no
// operation could succeed, not even the one that corrects it.
type Durations struct{}

// Description implements [validator.Describer].
func (Durations) Description(context.Context) string {
	return "must have positive durations, such as 90s or 2m"
}

// MarkdownDescription implements [validator.Describer].
func (v Durations) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

// ValidateObject implements [validator.Object].
func (Durations) ValidateObject(ctx context.Context, req validator.ObjectRequest, resp *validator.ObjectResponse) {
	for name, value := range req.ConfigValue.Attributes() {
		if text, ok := value.(types.String); ok {
			var each validator.StringResponse
			Duration{}.ValidateString(ctx, validator.StringRequest{Path: req.Path.AtName(name), ConfigValue: text},
				&each)
			resp.Diagnostics.Append(each.Diagnostics...)
		}
	}
}

func isPositive(text string) bool {
	d, err := time.ParseDuration(text)
	return err == nil && d > 0
}

func isKnown(req validator.StringRequest) bool {
	return !req.ConfigValue.IsNull() && !req.ConfigValue.IsUnknown()
}

package validate

import (
	action "github.com/hashicorp/terraform-plugin-framework/action/schema"
	datasource "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	ephemeral "github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	resource "github.com/hashicorp/terraform-plugin-framework/resource/schema"
)

const aboutTimeouts = "How long operations may take, as durations such as `90s` or `2m`."

// Timeouts adds a description to the timeouts attribute of a resource, and a validator that refuses durations that are
// not positive.
func Timeouts(attribute resource.Attribute) resource.Attribute {
	if nested, ok := attribute.(resource.SingleNestedAttribute); ok {
		nested.MarkdownDescription = aboutTimeouts
		nested.Validators = append(nested.Validators, Durations{})
		return nested
	}
	return attribute
}

// DataTimeouts does for a data source what [Timeouts] does for a resource.
func DataTimeouts(attribute datasource.Attribute) datasource.Attribute {
	if nested, ok := attribute.(datasource.SingleNestedAttribute); ok {
		nested.MarkdownDescription = aboutTimeouts
		nested.Validators = append(nested.Validators, Durations{})
		return nested
	}
	return attribute
}

// ActionTimeouts does for an action what [Timeouts] does for a resource.
func ActionTimeouts(attribute action.Attribute) action.Attribute {
	if nested, ok := attribute.(action.SingleNestedAttribute); ok {
		nested.MarkdownDescription = aboutTimeouts
		nested.Validators = append(nested.Validators, Durations{})
		return nested
	}
	return attribute
}

// EphemeralTimeouts does for an ephemeral resource what [Timeouts] does for a resource.
func EphemeralTimeouts(attribute ephemeral.Attribute) ephemeral.Attribute {
	if nested, ok := attribute.(ephemeral.SingleNestedAttribute); ok {
		nested.MarkdownDescription = aboutTimeouts
		nested.Validators = append(nested.Validators, Durations{})
		return nested
	}
	return attribute
}

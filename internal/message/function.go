package message

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/function"

	"github.com/wawp/terraform-provider-wawp/internal/diagnostic"
	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

var _ function.Function = (*Function)(nil)

// Function is the function chat_id.
type Function struct{}

// NewFunction returns the function.
func NewFunction() function.Function { return &Function{} }

// Metadata names the function.
func (*Function) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "chat_id"
}

// Definition describes the function.
func (*Function) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "Turns a phone number into a WhatsApp chat id",
		Description: "Returns the id of the WhatsApp chat with the user of a phone number: its digits, with the " +
			"country code, and @c.us. It makes no request, so it does not know whether the number is in use, or has " +
			"WhatsApp.",
		MarkdownDescription: "Returns the id of the WhatsApp chat with the user of a phone number: its digits, with " +
			"the country code, and `@c.us`. `+20 114 520 2826` becomes `201145202826@c.us`.\n\n" +
			"It makes no request, so it does not know whether the number is in use, or has WhatsApp. In a few " +
			"countries, the digits of some chat ids differ from the number that people dial. In Argentina, a 9 " +
			"follows the country code; older numbers of Mexico and Brazil differ, too. If a message does not arrive " +
			"there, take the chat id from a message that the person has sent.\n\n" +
			"The module that calls it must name the provider in its `required_providers`.",
		Parameters: []function.Parameter{
			function.StringParameter{
				Name: "phone",
				Description: "Phone number with its country code, in any usual notation, such as +20 114 520 2826, " +
					"0020 114-520-2826 or +44 (0)20 7946 0958. It is an error if the number clearly has no " +
					"country code.",
				MarkdownDescription: "Phone number with its country code, in any usual notation, such as `+20 114 " +
					"520 2826`, `0020 114-520-2826` or `+44 (0)20 7946 0958`. It is an error if the number clearly " +
					"has no country code.",
			},
		},
		Return: function.StringReturn{},
	}
}

// Run returns the chat id of a phone number.
func (*Function) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var diags diag.Diagnostics
	defer func() { resp.Error = function.ConcatFuncErrors(resp.Error, function.FuncErrorFromDiags(ctx, diags)) }()
	defer diagnostic.Recover(ctx, &diags)

	var phone string
	resp.Error = req.Arguments.Get(ctx, &phone)
	if resp.Error != nil {
		return
	}
	digits, err := wawp.ParsePhoneNumber(phone)
	if err != nil {
		resp.Error = function.NewArgumentFuncError(0, "this is no phone number with its country code: "+err.Error())
		return
	}
	resp.Error = resp.Result.Set(ctx, wawp.ChatID(digits))
}

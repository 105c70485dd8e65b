package message_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
	"github.com/wawp/terraform-provider-wawp/internal/message"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

func TestAccChatIDIsMade(t *testing.T) {
	t.Parallel()
	acctest.Require(t, "1.8", "1.7")
	w := acctest.New(t, wawptest.Config{})
	cli := w.CLI(t, `
		variable "phone" { default = "0020 114-520-2826" }
		resource "terraform_data" "n" { input = "+44 (0)20 7946 0958" }
		output "literal"  { value = provider::wawp::chat_id("+20 114 520 2826") }
		output "variable" { value = provider::wawp::chat_id(var.phone) }
		output "unknown"  { value = provider::wawp::chat_id(terraform_data.n.output) }`)
	output := cli.OK("apply", "-auto-approve", "-no-color")
	acctest.Contains(t, output, `literal = "201145202826@c.us"`, `variable = "201145202826@c.us"`,
		`unknown = "442079460958@c.us"`)

	output = cli.Fails("plan", "-no-color", "-var=phone=0114 520 2826")
	acctest.Contains(t, output, `Invalid value for "phone" parameter`, "var.phone",
		"no phone number with its country code", "it begins with a single 0")
	if w.Count("") != 0 {
		t.Errorf("requests were made: %v", w.Requests())
	}
}

func TestChatIDNamesItsArgument(t *testing.T) {
	t.Parallel()
	for phone, says := range map[string]string{
		"201145202826@c.us": "it is a chat id", "": "it is empty",
		"+999 1234567": "no country code",
	} {
		resp := function.RunResponse{Result: function.NewResultData(types.StringUnknown())}
		arguments := function.NewArgumentsData([]attr.Value{types.StringValue(phone)})
		message.NewFunction().Run(t.Context(), function.RunRequest{Arguments: arguments}, &resp)
		if resp.Error == nil || resp.Error.FunctionArgument == nil || *resp.Error.FunctionArgument != 0 ||
			!strings.Contains(resp.Error.Text, says) {
			t.Errorf("%q: %+v, want %q", phone, resp.Error, says)
		}
	}
}

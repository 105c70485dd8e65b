package message

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/action/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

// maxMessageLength is how long a message may be, in characters (internal/wawp/API.md, section 8).
const maxMessageLength = 4096

// model is the configuration of the action.
type model struct {
	InstanceID  types.String   `tfsdk:"instance_id"`
	ChatID      types.String   `tfsdk:"chat_id"`
	PhoneNumber types.String   `tfsdk:"phone_number"`
	Message     types.String   `tfsdk:"message"`
	Timeouts    timeouts.Value `tfsdk:"timeouts"`
}

// check validates the values that are known. An unknown value may become null.
func (m model) check() diag.Diagnostics {
	var diags diag.Diagnostics
	switch {
	case m.ChatID.IsUnknown() || m.PhoneNumber.IsUnknown():
	case m.ChatID.IsNull() == m.PhoneNumber.IsNull():
		diags.AddError("One recipient is needed",
			"A message goes to one chat: set either chat_id or phone_number, and not both.")
	}
	for _, attribute := range []struct {
		name    string
		summary string
		value   types.String
		check   func(string) error
	}{
		{name: "chat_id", summary: "Invalid chat id", value: m.ChatID, check: checkChatID},
		{name: "phone_number", summary: "Invalid phone number", value: m.PhoneNumber, check: checkPhoneNumber},
		{name: "message", summary: "Invalid message", value: m.Message, check: checkMessage},
	} {
		if attribute.value.IsNull() || attribute.value.IsUnknown() {
			continue
		}
		if err := attribute.check(attribute.value.ValueString()); err != nil {
			diags.AddAttributeError(path.Root(attribute.name), attribute.summary,
				attribute.name+" cannot be used: "+err.Error()+".")
		}
	}
	return diags
}

// chat returns the id of the chat to send to. The model must have passed check.
func (m model) chat() string {
	if digits, err := wawp.ParsePhoneNumber(m.PhoneNumber.ValueString()); err == nil {
		return wawp.ChatID(digits)
	}
	return wawp.NormalChatID(m.ChatID.ValueString())
}

var errEmpty = errors.New("it is empty")

// chatID matches a chat id: an identifier, and a kind of chat such as c.us or g.us. Wawp decides which kinds there are.
var chatID = regexp.MustCompile(`^[!-?A-~]+@[a-z][a-z0-9.-]*$`)

func checkChatID(id string) error {
	id = wawp.NormalChatID(id)
	user, kind, found := strings.Cut(id, "@")
	switch {
	case strings.TrimSpace(id) == "":
		return errEmpty
	case !found:
		return errors.New("it has no @, as in 201145202826@c.us. A phone number goes into phone_number")
	case !chatID.MatchString(id):
		return errors.New("it does not look like 201145202826@c.us: no spaces, something before the @, and a kind of " +
			"chat after it, such as c.us or g.us")
	case kind == "c.us" && strings.Trim(user, "0123456789") != "":
		return errors.New("only digits may stand before @c.us: the phone number with its country code, without + or " +
			"00. The function chat_id turns any notation into a chat id")
	}
	return nil
}

func checkPhoneNumber(number string) error {
	_, err := wawp.ParsePhoneNumber(number)
	return err
}

func checkMessage(text string) error {
	if strings.TrimSpace(text) == "" {
		return errEmpty
	}
	if n := utf8.RuneCountInString(text); n > maxMessageLength {
		return fmt.Errorf("it is too long: it has %d characters, and Wawp sends at most %d", n, maxMessageLength)
	}
	return nil
}

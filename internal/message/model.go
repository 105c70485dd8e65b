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

// maxMessageLength is how long a message may be, in characters (documentation of send/text).
const maxMessageLength = 4096

// model is the configuration of the action.
type model struct {
	InstanceID  types.String   `tfsdk:"instance_id"`
	ChatID      types.String   `tfsdk:"chat_id"`
	PhoneNumber types.String   `tfsdk:"phone_number"`
	Message     types.String   `tfsdk:"message"`
	Timeouts    timeouts.Value `tfsdk:"timeouts"`
}

// check says what is wrong with the values that are known. A value that is not known yet may turn out to be null.
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

// chat returns the id of the chat to send to, once check has found nothing.
func (m model) chat() string {
	if digits, err := wawp.ParsePhoneNumber(m.PhoneNumber.ValueString()); err == nil {
		return wawp.ChatID(digits)
	}
	return wawp.NormalChatID(m.ChatID.ValueString())
}

var errEmpty = errors.New("it is empty")

// chatID is the form of a chat id: what identifies the chat, and its kind, such as c.us or g.us. The kinds are Wawp's.
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
		return errors.New("it is not of the form 201145202826@c.us: no spaces, something before the @, and a kind of " +
			"chat after it, such as c.us or g.us")
	case kind == "c.us" && strings.Trim(user, "0123456789") != "":
		return errors.New("before @c.us there are only digits: the phone number with its country code, without + or " +
			"00. The function chat_id makes one of any notation")
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
		return fmt.Errorf("it is too long: %d characters, and Wawp sends %d at most", n, maxMessageLength)
	}
	return nil
}

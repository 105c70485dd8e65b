package message

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

// FuzzRecipient makes a chat id of any phone number, and checks any text as a recipient: of what is accepted, the
// message arrives.
func FuzzRecipient(f *testing.F) {
	for _, text := range []string{
		"201145202826@c.us", "+20 114 520 2826", "120363041234567890@g.us", "201145202826-1500000000@g.us",
		"123123@lid", "a@b@c.us", "@c.us", "x@c.us",
		"1@", " 1@c.us", "201145202826:3@c.us", "201145202826.0:3@s.whatsapp.net", "1@c.us\n", "\u0661@c.us", "",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		resp := function.RunResponse{Result: function.NewResultData(types.StringUnknown())}
		new(Function).Run(t.Context(),
			function.RunRequest{Arguments: function.NewArgumentsData([]attr.Value{types.StringValue(text)})}, &resp)
		made, _ := resp.Result.Value().(types.String)
		m := model{PhoneNumber: types.StringValue(text), ChatID: types.StringValue(text)}
		isNumber, isChat := checkPhoneNumber(text) == nil, checkChatID(text) == nil
		switch {
		case isNumber != (resp.Error == nil), isNumber && isChat:
			t.Errorf("%q is a number: %t, a chat: %t, the function says: %v", text, isNumber, isChat, resp.Error)
		case isNumber && (checkChatID(made.ValueString()) != nil || m.chat() != made.ValueString()):
			t.Errorf("the chat id of %q is %q", text, made.ValueString())
		case isChat && (m.chat() != wawp.NormalChatID(text) || strings.Count(text, "@") != 1 ||
			strings.ContainsFunc(text, func(c rune) bool {
				return c > unicode.MaxASCII || !unicode.IsGraphic(c) || unicode.IsSpace(c)
			})):
			t.Errorf("%q is a chat id", text)
		}
	})
}

func FuzzMessage(f *testing.F) {
	f.Add("Deployed.")
	f.Add(" \n\u00a0")
	f.Add(strings.Repeat("é", maxMessageLength))
	f.Fuzz(func(t *testing.T, text string) {
		fits := strings.TrimSpace(text) != "" && utf8.RuneCountInString(text) <= maxMessageLength
		if err := checkMessage(text); (err == nil) != fits {
			t.Errorf("%q: %v", text, err)
		}
	})
}

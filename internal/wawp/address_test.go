package wawp

import (
	"context"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// TestErrorsShowOnlyTheHostOfAWebhook has a server that quotes the address of a webhook in every spelling.
func TestErrorsShowOnlyTheHostOfAWebhook(t *testing.T) {
	t.Parallel()
	for address, secrets := range map[string][]string{
		"https://hooks.example.com/c4nary-p4th?key=c4nary-qu3ry": {"c4nary"},
		// too short to stand alone
		"https://hooks.example.com/in/x7Kq2?k=9zQ4":                           {"x7Kq2", "9zQ4"},
		"https://hooks.example.com/we/webhook-c4nary/":                        {"c4nary"},
		"https://hooks.example.com?c4nary-qu3ry":                              {"c4nary"},
		"https://hooks.example.com/wawp#c4nary-fr4gment":                      {"c4nary"},
		"https://c4nary-us3r:c4nary-passw0rd@hooks.example.com":               {"c4nary"},
		"https://me:pw@hooks.example.com/":                                    {"me:pw", "pw@"},
		"https://hooks.example.com/caf%C3%A9-c4nary/a%2Fc4nary?x=a+c4nary%26": {"c4nary"},
		"https://hooks.example.com/services/T0/B0/c4naryc4nary":               {"c4nary", "/T0", "/B0"},
	} {
		for name, quoted := range quotations(address) {
			t.Run(address+" "+name, func(t *testing.T) {
				t.Parallel()
				for _, operation := range []struct {
					name string
					do   func(context.Context, *Client) error
				}{
					{"set", func(ctx context.Context, c *Client) error {
						return c.SetWebhook(ctx, "A1", Webhook{URL: address, Events: []string{"m"}}, "hush/hush")
					}},
					{"update", func(ctx context.Context, c *Client) error {
						return c.UpdateWebhook(ctx, "A1", address, WebhookChange{Enabled: &yes})
					}},
					{"delete", func(ctx context.Context, c *Client) error {
						return c.DeleteWebhook(ctx, "A1",
							address)
					}},
					{"look", func(ctx context.Context, c *Client) error {
						_, err := c.ListWebhooksAlone(ctx, "A1", address)
						return err
					}},
					{"list", func(ctx context.Context, c *Client) error {
						_, err := c.ListWebhooks(ctx, "A1", address)
						return err
					}},
				} {
					for _, status := range []int{200, 422} {
						encoded, _ := json.Marshal("Delivery to " + quoted + " failed, signed with hush/hush.")
						s := serve(t, response(status, fmt.Sprintf(`{"code":"bad","message":%s}`, encoded)))
						var log []Attempt
						c := client(t, s.URL, func(o *Options) {
							o.MaxRetries, o.Log = 0, func(_ context.Context, a Attempt) { log = append(log, a) }
						})
						err := operation.do(context.Background(), c)
						if err == nil {
							t.Fatal("no error")
						}
						unsaid := secrets
						if operation.name == "set" {
							unsaid = append([]string{"hush"}, secrets...)
						}
						for _, secret := range unsaid {
							if said := fmt.Sprintf("%v %+v", err, log); strings.Contains(said, secret) {
								t.Errorf("%s, HTTP %d: %s", operation.name, status, said)
							}
						}
						if !strings.Contains(err.Error(), "Delivery to ") {
							t.Errorf("%s: the rest of the message is not shown: %v", operation.name, err)
						}
					}
				}
			})
		}
	}
}

// quotations are the ways in which a server may quote an address.
func quotations(address string) map[string]string {
	u, _ := url.Parse(address)
	bare := strings.TrimPrefix(address, "https://")
	behind := strings.TrimPrefix(strings.TrimPrefix(bare, u.User.String()+"@"), u.Host)
	all := map[string]string{
		"whole": address, "without scheme": bare, "relative": "//" + bare, "as a request": "GET " + behind +
			" HTTP/1.1",
		"in HTML": strings.ReplaceAll(html.EscapeString(address), "/", "&#x2F;"), "user alone": u.User.String() + "@",
		"decoded":                        u.Host + u.Path + "?" + u.Query().Encode() + "#" + u.Fragment,
		"in a query":                     url.QueryEscape(bare),
		"in a query, with small letters": escapes.ReplaceAllStringFunc(url.QueryEscape(bare), strings.ToLower),
		"in JSON":                        strings.ReplaceAll(bare, "/", `\/`),
		"in JSON, in ASCII":              strings.ReplaceAll(bare, "/", `\u002f`),
	}
	for _, slash := range slashes {
		all[slash] = strings.ReplaceAll(bare, "/", slash)
	}
	if part := strings.Trim(u.Path, "/"); part != "" {
		all["path"] = "/" + part
	}
	return all
}

// escapes are those of a URL.
var escapes = regexp.MustCompile(`%[0-9A-F]{2}`)

// TestRedactedAddressLeavesWordsOfTheMessage has addresses with short and common parts. They are redacted only where
// they stand in the address.
func TestRedactedAddressLeavesWordsOfTheMessage(t *testing.T) {
	t.Parallel()
	const message = "The webhook on v1 is active: retries 1, m=events"
	s := serve(t, response(422, `{"code":"webhook_invalid","message":"`+message+`"}`))
	err := client(t, s.URL).DeleteWebhook(context.Background(), "A1", "https://hooks.example.com/v1/webhook?m=1&active")
	if err == nil || !strings.Contains(err.Error(), "webhook_invalid") || !strings.Contains(err.Error(), message) {
		t.Errorf("%v", err)
	}
}

// TestPartsOfAnAddressAreRedactedByTheirLength has parts that stand alone, without the sign in front of them.
func TestPartsOfAnAddressAreRedactedByTheirLength(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"https://h.example.com/" + strings.Repeat("x", minSecretLength):   "a (redacted) b",
		"https://h.example.com/" + strings.Repeat("x", minSecretLength-1): "a xxxxxxx b",
		"https:///" + strings.Repeat("x", minSecretLength):                "a (redacted) b", // it has no host
	} {
		part := address[strings.LastIndex(address, "/")+1:]
		if got := newRedactor(behindHost(address)...).line("a " + part + " b"); got != want {
			t.Errorf("%s: %q is shown as %q", address, part, got)
		}
	}
}

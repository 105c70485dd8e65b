package diagnostic

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"testing"

	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

// TestEveryAnswerHasANextStep expects a next step for each answer, and without an answer.
func TestEveryAnswerHasANextStep(t *testing.T) {
	t.Parallel()
	for status := range 600 {
		if status > 0 && status < 200 {
			continue // not the last answer to anything
		}
		reply := answer{status: status}
		if status == 0 {
			reply.broken = errors.New("broken")
		}
		_, err := reply.client().CreateSession(t.Context())
		if wawp.KindOf(err) == "" || Next(err) == "" {
			t.Errorf("HTTP %d: nothing is said after %v", status, err)
		}
	}
}

// TestEveryKindHasANextStep, and all but the widest have one of their own.
func TestEveryKindHasANextStep(t *testing.T) {
	t.Parallel()
	kindOf := map[string]wawp.Kind{}
	alike := map[wawp.Kind]wawp.Kind{
		wawp.GatewayFault: wawp.ServerFault, wawp.NotSent: wawp.Unsendable, wawp.NoAnswer: wawp.Unsendable,
	}
	for _, kind := range []wawp.Kind{
		wawp.Unsendable, wawp.NotSent, wawp.BadRequest, wawp.Unauthorized, wawp.QuotaReached, wawp.SubscriptionRequired,
		wawp.NoSuchInstance,
		wawp.NotFound, wawp.InvalidSession, wawp.Conflict, wawp.TooManyRequests, wawp.Refused, wawp.Redirect,
		wawp.ServerFault,
		wawp.GatewayFault, wawp.NoAnswer, wawp.Unreadable,
	} {
		next := Next(&wawp.Error{Op: "POST /v2/session/info", Kind: kind})
		if other, known := kindOf[next]; next == "" || known && alike[kind] != other {
			t.Errorf("after %s a person reads the same as after %v: %s", kind, other, next)
		} else if !known {
			kindOf[next] = kind
		}
	}
}

// answer is a server that gives one answer to everything.
type answer struct {
	status int
	body   string
	name   string // of a header
	value  string // of the header
	broken error  // why there is no answer
}

func (a answer) RoundTrip(r *http.Request) (*http.Response, error) {
	httptrace.ContextClientTrace(r.Context()).GotConn(httptrace.GotConnInfo{})
	header := http.Header{}
	if a.name != "" {
		header.Set(a.name, a.value)
	}
	return &http.Response{
		StatusCode: a.status, Header: header, Body: io.NopCloser(strings.NewReader(a.body)),
		Request: r,
	}, a.broken
}

// client is one that asks once.
func (a answer) client() *wawp.Client {
	return wawp.New(wawp.Options{AccessToken: "T0k3nC4n4ry9x", Transport: a})
}

func TestNextStepByAnswer(t *testing.T) {
	t.Parallel()
	const own = `{"code":%q,"message":"No"}`
	for name, test := range map[string]struct {
		answer
		says string
	}{
		"a pause of a minute": {
			answer{status: 429, name: "Retry-After", value: "90"},
			"Run Terraform again in 1m30s, at ",
		},
		"a pause, and a cause": {
			answer{status: 401, name: "Retry-After", value: "90"},
			"check access_token in the provider block",
		},
		"both are told": {
			answer{status: 401, name: "Retry-After", value: "90"},
			"Run Terraform again in 1m30s, at ",
		},
		"a pause after 503": {
			answer{status: 503, name: "Retry-After", value: "90"},
			"Run Terraform again in 1m30s, at ",
		},
		"a refusal, a pause": {
			answer{status: 425, name: "Retry-After", value: "90"},
			"Run Terraform again in 1m30s, at ",
		},
		"a redirect, a pause": {answer{status: 302, name: "Retry-After", value: "90"}, "Redirects are never followed"},
		"no quota, a pause": {answer{
			status: 403, name: "Retry-After", value: "90",
			body: fmt.Sprintf(own, "quota_reached"),
		}, "upgrade the paid plan"},
		"too many requests": {answer{status: 429}, "Wawp asks for fewer requests."},
		"a wrong token":     {answer{status: 401}, "check access_token in the provider block"},
		"no quota": {
			answer{status: 403, body: fmt.Sprintf(own, "quota_reached")},
			"that an earlier apply has left behind",
		},
		"no paid plan": {
			answer{status: 403, body: fmt.Sprintf(own, "subscription_required")},
			"to accounts with an active paid plan only",
		},
		"forbidden": {
			answer{status: 403},
			"paid plan includes this, and whether the instance belongs to this account.",
		},
		"a wrong request": {answer{status: 400}, "incomplete or wrong"},
		"a redirect": {
			answer{status: 302, name: "Location", value: "https://elsewhere.example/login"},
			"If you know that host, set base_url to https://elsewhere.example. That host then gets the access token.",
		},
		"a redirect nowhere": {
			answer{status: 302, name: "Location", value: "https://a'b"},
			"Perhaps something on the way, such as a proxy",
		},
		"no such instance": {answer{status: 404, body: fmt.Sprintf(own, "instance_not_found")}, "Compare it with " +
			Dashboard + "."},
		"a session's 404": {answer{status: 404, body: `{"message":"Session not found"}`}, "Compare it with " +
			Dashboard + "."},
		"a lost phone": {
			answer{status: 404, body: fmt.Sprintf(own, "invalid_session")},
			"or its phone is no longer linked",
		},
		"the wrong moment": {answer{status: 409}, "in the status that the session has now"},
		"another server's 404": {answer{status: 404, body: "<html>"}, "Check base_url (default " + wawp.DefaultBaseURL +
			")"},
		"another server": {answer{status: 200, body: "<html>"}, "Check base_url (default " + wawp.DefaultBaseURL +
			")"},
		"no answer":            {answer{broken: errors.New("broken")}, "Check the network"},
		"a fault of Wawp's":    {answer{status: 500}, "a fault on Wawp's side"},
		"a fault of a gateway": {answer{status: 599}, "a fault on Wawp's side"},
		"another refusal":      {answer{status: 499}, "look at the session in " + Dashboard + "."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := test.answer.client().GetSession(t.Context(), "3EB0BCB2E3D4")
			if next := Next(err); !strings.Contains(next, test.says) {
				t.Errorf("after %v a person reads: %s", err, next)
			}
		})
	}
}

func TestNextStepForAWebhookNamesIt(t *testing.T) {
	t.Parallel()
	for body, says := range map[string]string{
		`{"code":"not_found","message":"No such webhook"}`:                    "no such webhook",
		`{"code":"webhook_not_found"}`:                                        "no such webhook",
		`{"code":"not_found","message":"No such instance"}`:                   "no such instance",
		`<html>404 Not Found</html>`:                                          "Check base_url",
		`{"message":"Cannot DELETE /v2/webhook/delete"}`:                      "Check base_url",
		`{"code":"rest_no_route","message":"No route was found"}`:             "Check base_url",
		`{"message":"The requested endpoint was not found: webhook, delete"}`: "Check base_url",
	} {
		client := answer{status: 404, body: body}.client()
		if next := Next(client.DeleteWebhook(t.Context(), "3EB0BCB2E3D4",
			"https://example.com/hook")); !strings.Contains(next, says) {
			t.Errorf("%s: a person reads: %s", body, next)
		}
	}
}

// TestNextStepOfARefusalNamesTheStatusOrThePhoneNumber expects that a refusal is not called a bug of the provider.
func TestNextStepOfARefusalNamesTheStatusOrThePhoneNumber(t *testing.T) {
	t.Parallel()
	client := answer{status: 400, body: `{"code":"no","message":"No."}`}.client()
	for name, ask := range map[string]func(string) error{
		"start":   func(id string) error { _, err := client.StartSession(t.Context(), id); return err },
		"stop":    func(id string) error { _, err := client.StopSession(t.Context(), id); return err },
		"restart": func(id string) error { _, err := client.RestartSession(t.Context(), id); return err },
		"logout":  func(id string) error { _, err := client.LogoutSession(t.Context(), id); return err },
		"QR code": func(id string) error { _, err := client.GetQRCode(t.Context(), id); return err },
	} {
		if next := Next(ask("3EB0BCB2E3D4")); !strings.Contains(next, "in the status that the session has now") {
			t.Errorf("%s: a person reads: %s", name, next)
		}
	}
	for body, says := range map[string]string{
		`{"message":"Not registered on WhatsApp"}`: "Compare phone_number",
		"<html>": "Check base_url",
	} {
		for _, status := range []int{400, 404, 410, 422} {
			if body == "<html>" && status != 404 {
				continue
			}
			_, err := answer{status: status, body: body}.client().RequestPairingCode(t.Context(), "3EB0BCB2E3D4",
				"201145202826")
			if next := Next(err); !strings.Contains(next, says) {
				t.Errorf("HTTP %d %s: a person reads: %s", status, body, next)
			}
		}
	}
}

func TestReasonsAreReportedOnce(t *testing.T) {
	t.Parallel()
	var told Reasons
	refused := func(status int, message string) error {
		return &wawp.Error{Op: "POST /v2/auth/qr", Kind: wawp.BadRequest, Status: status, Message: message}
	}
	for i, step := range []struct {
		err   error
		isNew bool
	}{
		{refused(400, "Not now."), true},
		{refused(400, "Not now."), false},
		{refused(409, "Not now."), true},
		{refused(400, "Try again in 20 s."), true},
		{refused(400, "Try again in 3 s."), false},
		{errors.New("broken"), true},
		{errors.New("broken"), false},
	} {
		if told.Note(step.err) != step.isNew {
			t.Errorf("%d: %v", i, step.err)
		}
	}
	n := 0
	for i := range 100 {
		if told.Note(refused(400, strings.Repeat("x", i))) {
			n++
		}
	}
	if n+4 != mostReasons {
		t.Errorf("%d were told", n+4)
	}
}

// TestFailureIsAttemptAnswerAndNextStep expects one paragraph for each.
func TestFailureIsAttemptAnswerAndNextStep(t *testing.T) {
	t.Parallel()
	refused := &wawp.Error{Op: "POST /v2/session/start", Kind: wawp.ServerFault, Status: 500}
	nothing := LastAnswer(&wawp.Error{Op: "POST /v2/session/start", Kind: wawp.NotSent}) +
		LastAnswer(errors.New("broken")) + Next(errors.New("broken"))
	for want, got := range map[string]string{
		"Starting failed.\n\nPOST /v2/session/start: HTTP 500\n\n" + Next(refused): Failure("Starting failed", refused),
		"Starting failed.\n\nThe reason: broken": Failure("Starting failed",
			errors.New("broken")),
		"\n\nThe last answer: POST /v2/session/start: HTTP 500": LastAnswer(fmt.Errorf("in vain: %w",
			refused)),
		"": nothing,
	} {
		if got != want {
			t.Errorf("it is %q, not %q", got, want)
		}
	}
}

func TestNextStepAfterAWait(t *testing.T) {
	t.Parallel()
	for says, err := range map[string]error{
		"Terraform was interrupted":            context.Canceled,
		"requests_per_second lets too few":     wawp.ErrNoTurn,
		"The time that the timeouts attribute": context.DeadlineExceeded,
	} {
		if next := Next(fmt.Errorf("waiting: %w", err)); !strings.HasPrefix(next, says) {
			t.Errorf("after %v a person reads: %s", err, next)
		}
	}
}

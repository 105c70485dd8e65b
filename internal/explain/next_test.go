package explain

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

// TestEveryAnswerHasANextStep: whatever the server answers, and if it does not, a person is told what to do.
func TestEveryAnswerHasANextStep(t *testing.T) {
	t.Parallel()
	for status := range 600 {
		if status > 0 && status < 200 {
			continue // not the last answer to anything
		}
		if Next(&wawp.Error{Op: "POST /v2/session/info", Status: status}) == "" {
			t.Errorf("HTTP %d: nothing is said", status)
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
	header := http.Header{}
	if a.name != "" {
		header.Set(a.name, a.value)
	}
	return &http.Response{StatusCode: a.status, Header: header, Body: io.NopCloser(strings.NewReader(a.body)), Request: r}, a.broken
}

func TestNextStepIsThatOfTheAnswer(t *testing.T) {
	t.Parallel()
	const own = `{"code":%q,"message":"No"}`
	for name, test := range map[string]struct {
		answer
		says string
	}{
		"a pause of a minute":  {answer{status: 429, name: "Retry-After", value: "90"}, "Come back in 1m30s, at "},
		"too many requests":    {answer{status: 429}, "Wawp asks for fewer requests."},
		"a wrong token":        {answer{status: 401}, "Check access_token in the provider block"},
		"no quota":             {answer{status: 403, body: fmt.Sprintf(own, "quota_reached")}, "as many instances as its plan allows. Delete one"},
		"no paid plan":         {answer{status: 403, body: fmt.Sprintf(own, "subscription_required")}, "to paid accounts only"},
		"forbidden":            {answer{status: 403}, "Compare plan and instance in " + Dashboard + "."},
		"a wrong request":      {answer{status: 400}, "incomplete or wrong"},
		"a redirect":           {answer{status: 302, name: "Location", value: "https://elsewhere.example/login"}, "If the API is at https://elsewhere.example, set base_url"},
		"no such instance":     {answer{status: 404, body: fmt.Sprintf(own, "instance_not_found")}, "Compare it with " + Dashboard + "."},
		"another server's 404": {answer{status: 404, body: "<html>"}, "check base_url (default " + wawp.DefaultBaseURL + ")"},
		"another server":       {answer{status: 200, body: "<html>"}, "check base_url (default " + wawp.DefaultBaseURL + ")"},
		"no answer":            {answer{broken: errors.New("broken")}, "Check the network"},
		"a fault of Wawp's":    {answer{status: 500}, "a fault on Wawp's side"},
		"a fault of a gateway": {answer{status: 599}, "a fault on Wawp's side"},
		"another refusal":      {answer{status: 499}, "look at the session in " + Dashboard + "."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := wawp.New(wawp.Options{AccessToken: "T0k3nC4n4ry9x", Transport: test.answer}).GetSession(t.Context(), "3EB0BCB2E3D4")
			if next := Next(err); !strings.Contains(next, test.says) {
				t.Errorf("after %v a person reads: %s", err, next)
			}
		})
	}
}

func TestNextStepForAWebhookNamesIt(t *testing.T) {
	t.Parallel()
	client := wawp.New(wawp.Options{AccessToken: "T0k3nC4n4ry9x", Transport: answer{status: 404, body: `{"code":"not_found","message":"No such instance"}`}})
	if next := Next(client.DeleteWebhook(t.Context(), "3EB0BCB2E3D4", "https://example.com/hook")); !strings.Contains(next, "no such webhook") {
		t.Errorf("a person reads: %s", next)
	}
}

// TestFailureIsAttemptAnswerAndNextStep, each a paragraph.
func TestFailureIsAttemptAnswerAndNextStep(t *testing.T) {
	t.Parallel()
	refused := &wawp.Error{Op: "POST /v2/session/start", Status: 500}
	nothing := LastAnswer(&wawp.Error{Op: "POST /v2/session/start"}) + LastAnswer(errors.New("broken")) + Next(errors.New("broken"))
	for want, got := range map[string]string{
		"Starting failed.\n\nPOST /v2/session/start: HTTP 500\n\n" + Next(refused): Failure("Starting failed", refused),
		"Starting failed.\n\nThe reason: broken":                                   Failure("Starting failed", errors.New("broken")),
		"\n\nThe last answer: POST /v2/session/start: HTTP 500":                    LastAnswer(fmt.Errorf("in vain: %w", refused)),
		"": nothing,
	} {
		if got != want {
			t.Errorf("it is %q, not %q", got, want)
		}
	}
	other := OtherToken("Deleting failed", "wawp_session", refused)
	if !strings.HasPrefix(other, "Deleting failed, with another access token than before") || !strings.Contains(other, "terraform state rm 'wawp_session.<name>'.\n\nPOST /v2") {
		t.Errorf("it is %q", other)
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

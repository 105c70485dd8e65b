package provider_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
	"github.com/wawp/terraform-provider-wawp/internal/wawp"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

const (
	fuzzedToken = "can+ary/tok=en&14"
	fuzzedID    = "3EB0BCB2E3D4"
)

// tokenSpellings replaces single bytes, which a fuzzer finds easily, by the token as servers spell it.
var tokenSpellings = strings.NewReplacer("$", fuzzedToken, "~", url.QueryEscape(fuzzedToken), "|",
	strings.ReplaceAll(fuzzedToken, "/", `\/`))

// cannedAnswer is a transport that gives each request the same answer.
type cannedAnswer struct {
	asError bool // returns an error with the body as its text, and no answer
	status  int
	body    string
}

func (a *cannedAnswer) RoundTrip(r *http.Request) (*http.Response, error) {
	httptrace.ContextClientTrace(r.Context()).GotConn(httptrace.GotConnInfo{})
	if a.asError {
		return nil, errors.New(a.body)
	}
	return &http.Response{
		StatusCode: a.status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(a.body)),
		Request: r,
	}, nil
}

// switchableTransport passes requests on until an answer is stored. A shared read can outlive the test that began it,
// so the transport stays the same for all inputs.
type switchableTransport struct{ atomic.Pointer[cannedAnswer] }

func (a *switchableTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	if canned := a.Load(); canned != nil {
		return canned.RoundTrip(r)
	}
	return http.DefaultTransport.RoundTrip(r)
}

// The blocks to fuzz: resources, and blocks that change no resource.
var (
	resourceBlocks = []string{
		`resource "wawp_session" "x" { timeouts = { delete = "40ms" } }`,
		`resource "wawp_session_rate_limit" "x" {
			instance_id = "3EB0BCB2E3D4"
			policy      = "strict"
		}`,
		`resource "wawp_session_temp_link" "x" { instance_id = "3EB0BCB2E3D4" }`,
		`resource "wawp_session_webhook" "x" {
			instance_id = "3EB0BCB2E3D4"
			url         = "https://example.com/wawp"
			events      = ["message"]
		}`,
		`resource "wawp_session_pairing" "x" {
			instance_id = "3EB0BCB2E3D4"
			timeouts    = { create = "20ms", delete = "20ms" }
		}`,
	}
	readOnlyBlocks = []struct{ configuration, command, option string }{
		{`data "wawp_session" "x" { instance_id = "3EB0BCB2E3D4" }`, "plan", ""},
		{`data "wawp_session_rate_limit_policies" "x" { instance_id = "3EB0BCB2E3D4" }`, "plan", ""},
		{`data "wawp_session_webhooks" "x" { instance_id = "3EB0BCB2E3D4" }`, "plan", ""},
		{`ephemeral "wawp_session_temp_link" "x" { instance_id = "3EB0BCB2E3D4" }`, "plan", ""},
		{`ephemeral "wawp_session_qr_code" "x" { instance_id = "3EB0BCB2E3D4" }`, "plan", ""},
		{"list \"wawp_session_webhook\" \"x\" {\n config {\n instance_id = \"3EB0BCB2E3D4\"\n }\n }", "query", ""},
		{`action "wawp_send_text" "x" {
			config {
				instance_id = "3EB0BCB2E3D4"
				chat_id     = "201145202826@c.us"
				message     = "A private word."
				timeouts    = { invoke = "20ms" }
			}
		}`, "apply", "-invoke=action.wawp_send_text.x"},
	}
)

// fuzzedCommand is a command of Terraform with a configuration and a state.
type fuzzedCommand struct {
	tf        *acctest.Terraform
	name      string
	arguments []string
}

// fuzzedCommands returns the commands to fuzz: for each resource an apply that creates it, a refresh and a destroy; and
// a command for each of the other blocks.
func fuzzedCommands(f *testing.F, w *acctest.World, api *switchableTransport) []fuzzedCommand {
	f.Helper()
	shared := w.Provider(f, func(o *wawp.Options) {
		o.PollInterval, o.SecondLook, o.RetryWait, o.MaxRetries, o.Transport = 1, 1, 1, 1, api
	})
	var all []fuzzedCommand
	for _, configuration := range resourceBlocks {
		tf := w.Terraform(f, configuration)
		tf.Shared = shared
		all = append(all, fuzzedCommand{tf.Clone(f), "apply", nil})
		w.Remove(fuzzedID)
		w.Add(wawptest.Session{InstanceID: fuzzedID, Status: "SCAN_QR_CODE"})
		if strings.Contains(configuration, "pairing") {
			w.Pair(fuzzedID, "201145202826", "Support")
		}
		tf.Configure(strings.Replace(configuration, `create = "20ms"`, `create = "1m"`, 1)) // this apply must succeed
		tf.OK("apply")
		all = append(all, fuzzedCommand{tf, "refresh", nil}, fuzzedCommand{tf, "destroy", []string{"-refresh=false"}})
	}
	for _, q := range readOnlyBlocks {
		tf := w.Terraform(f, q.configuration)
		tf.Shared = shared
		all = append(all, fuzzedCommand{tf, q.command, strings.Fields(q.option)})
	}
	return all
}

// FuzzProvider makes each call of Terraform with any answer of the API.
func FuzzProvider(f *testing.F) {
	api, w := &switchableTransport{}, acctest.New(f, wawptest.Config{Token: fuzzedToken, Paid: true})
	all := fuzzedCommands(f, w, api)
	for i := range all {
		for j, body := range []string{
			`{"instance_id":"A1","name":"wawp-1$","status":"WORKING","me":{"id":"201145202826@c.us",` +
				`"pushName":"\u001b[2J|"},"config":{"webhooks":{}}}`,
			`{"policies":[{"slug":"strict","limits":{"concurrent_limit":"5"}}],"policy":"strict$",` +
				`"webhooks":[{"url":"https://example.com/wawp","events":["message","$"],` +
				`"retries":{"delay":2,"attempts":15}}],"link":"https://app.wawp.net/temp-qr/abcdefghijklmnop",` +
				`"expires_at":1795410000,"value":"2@$","code":"ABCD-1234"}`,
			`{"code":"invalid_session","message":"No session ~ $"}`, "",
		} {
			f.Add(uint8(i), []uint16{200, 200, 404, 500}[j], body)
		}
	}
	f.Add(uint8(20), uint16(200), `{"webhooks":[{"url":"https://example.com/\u001b[2J\u007f"}]}`)
	f.Add(uint8(0), uint16(1000), "malformed HTTP response \"$\x1b[2J\"")
	f.Fuzz(func(t *testing.T, which uint8, status uint16, body string) {
		api.Store(&cannedAnswer{
			asError: status/1000 == 1, status: int(status % 1000),
			body: tokenSpellings.Replace(body),
		})
		c := all[int(which)%len(all)]
		tf := c.tf.Clone(t)
		w.Begin(t, tf.Shared)
		output, _ := tf.Run(c.name, c.arguments...)
		checkShown(t, output, fmt.Sprint(tf.State())+tf.Values())
		for _, instance := range tf.State() {
			if instance.Status != "" {
				t.Errorf("the %s is %s: %s", instance.Type, instance.Status, output)
			}
		}
	})
}

// FuzzImport imports each resource by any id.
func FuzzImport(f *testing.F) {
	for i := range resourceBlocks {
		for _, id := range []string{
			fuzzedID, fuzzedID + ",https://example.com/wawp", " a , https://example.com/?a=b,c ", "", " ", ",", "a,",
			",b", "a\x00b", "\xff", "\u00a0",
			"a,https://app.wawp.net/api/webhook/x",
		} {
			f.Add(uint8(i), id)
		}
	}
	served := acctest.Serve(f)
	f.Fuzz(func(t *testing.T, which uint8, id string) {
		kind := strings.Split(resourceBlocks[int(which)%len(resourceBlocks)], `"`)[1]
		instance, hook := importResult(t, served, kind, id)
		if instance == "" && hook == "" {
			return
		}
		again := instance
		if kind == "wawp_session_webhook" {
			again += "," + hook
			if hook == "" || strings.TrimSpace(hook) != hook || wawp.IsSystemWebhook(hook) ||
				strings.Contains(instance, ",") {
				t.Errorf("the webhook %q is imported as %q, %q", id, instance, hook)
			}
		}
		if strings.TrimSpace(instance) == "" {
			t.Errorf("%q is imported as %q", id, instance)
		}
		if second, secondHook := importResult(t, served, kind, again); second != instance || secondHook != hook {
			t.Errorf("%q is imported as %q, %q, and that as %q, %q", id, instance, hook, second, secondHook)
		}
	})
}

// importResult returns the instance id and the URL of an imported object. Both are "" if the id is refused.
func importResult(t *testing.T, served *acctest.Protocol, kind, id string) (instance, hook string) {
	t.Helper()
	resp, err := served.ImportResourceState(t.Context(), &tfprotov6.ImportResourceStateRequest{TypeName: kind, ID: id})
	if err != nil {
		t.Fatal(err)
	}
	output := acctest.DiagnosticTexts(resp.Diagnostics)
	checkShown(t, output, "")
	if strings.Contains(output, "Error: ") {
		return "", ""
	}
	all := acctest.Decode(served.Schemas.ResourceSchemas[kind], resp.ImportedResources[0].State).AsValueMap()
	if url, ok := all["url"]; ok {
		hook = url.AsString()
	}
	return all["instance_id"].AsString(), hook
}

// checkShown checks what Terraform prints (output) and stores (stored).
func checkShown(t *testing.T, output, stored string) {
	t.Helper()
	if strings.Contains(output, "crashed") || strings.Contains(output, "Provider produced") {
		t.Errorf("a crash, or an answer that breaks a rule: %s", output)
	}
	if strings.ContainsFunc(output, isHostile) {
		t.Errorf("it says what a terminal obeys: %q", output)
	}
	if len(output) > 5000 {
		t.Errorf("it says %d bytes: %s", len(output), output)
	}
	for _, token := range []string{
		fuzzedToken, url.QueryEscape(fuzzedToken),
		strings.ReplaceAll(fuzzedToken, "/", `\/`),
	} {
		if strings.Contains(output+stored, token) {
			t.Errorf("it says or keeps the token as %s: %s", token, output)
		}
	}
}

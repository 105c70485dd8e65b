package provider_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unicode"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/wawp/terraform-provider-wawp/internal/provider"
	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

const (
	fuzzedToken = "can+ary/tok=en&14"
	fuzzedID    = "3EB0BCB2E3D4"
)

// marks are what the fuzzer places in an answer with a single byte: the token as servers spell it.
var marks = strings.NewReplacer("$", fuzzedToken, "~", url.QueryEscape(fuzzedToken), "|", strings.ReplaceAll(fuzzedToken, "/", `\/`))

// answered is a transport that gives each request the same answer.
type answered struct {
	fails  bool // in place of an answer, with an error that holds the body
	status int
	body   string
}

// api is a transport whose answer changes: a read that several share may outlive those who wait for it.
type api struct{ atomic.Pointer[answered] }

func (a *api) RoundTrip(r *http.Request) (*http.Response, error) { return a.Load().RoundTrip(r) }

func (a *answered) RoundTrip(r *http.Request) (*http.Response, error) {
	httptrace.ContextClientTrace(r.Context()).GotConn(httptrace.GotConnInfo{})
	if a.fails {
		return nil, errors.New(a.body)
	}
	return &http.Response{StatusCode: a.status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(a.body)), Request: r}, nil
}

// protocol is what Terraform calls.
type protocol interface {
	tfprotov6.ProviderServer
	tfprotov6.ActionServer
	tfprotov6.ListResourceServer
}

// terraform calls a provider as Terraform does, in this process.
type terraform struct {
	protocol
	schemas *tfprotov6.GetProviderSchemaResponse
	api     *api
}

// result is what Terraform is given: all of it is shown or stored.
type result struct {
	diagnostics []*tfprotov6.Diagnostic
	values      []*tfprotov6.DynamicValue
	said        string
}

func newTerraform(f *testing.F) *terraform {
	f.Helper()
	api := &api{}
	served, err := providerserver.NewProtocol6WithError(&provider.Provider{Version: "test", Adjust: func(o *wawp.Options) {
		o.PollInterval, o.SecondLook, o.RetryWait, o.MaxRetries, o.Transport = 1, 1, 1, 1, api
	}})()
	if err != nil {
		f.Fatal(err)
	}
	server, ok := served.(protocol)
	if !ok {
		f.Fatal("the provider lacks a part of the protocol")
	}
	schemas, err := server.GetProviderSchema(f.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		f.Fatal(err)
	}
	tf := &terraform{server, schemas, api}
	configured, err := server.ConfigureProvider(f.Context(), &tfprotov6.ConfigureProviderRequest{
		Config: value(f, schemas.Provider, values{"access_token": fuzzedToken}, nil),
	})
	if err != nil || len(configured.Diagnostics) > 0 {
		f.Fatal(err, configured)
	}
	return tf
}

// values are those of attributes: of type string, bool, int, []string, or tftypes.Value.
type values map[string]any

// value builds an object of a schema: attributes that are not given are null, or, where they are computed, as computed says.
func value(tb testing.TB, schema *tfprotov6.Schema, given values, computed any) *tfprotov6.DynamicValue {
	tb.Helper()
	kind, ok := schema.ValueType().(tftypes.Object)
	if !ok {
		tb.Fatal("the schema is not that of an object")
	}
	all := map[string]tftypes.Value{}
	for _, attribute := range schema.Block.Attributes {
		v := given[attribute.Name]
		if attribute.Computed && v == nil {
			v = computed
		}
		if list, ok := v.([]string); ok {
			var items []tftypes.Value
			for _, item := range list {
				items = append(items, tftypes.NewValue(tftypes.String, item))
			}
			v = items
		}
		all[attribute.Name] = tftypes.NewValue(kind.AttributeTypes[attribute.Name], v)
	}
	encoded, err := tfprotov6.NewDynamicValue(kind, tftypes.NewValue(kind, all))
	if err != nil {
		tb.Fatal(err)
	}
	return &encoded
}

func none(tb testing.TB, schema *tfprotov6.Schema) *tfprotov6.DynamicValue {
	tb.Helper()
	encoded, err := tfprotov6.NewDynamicValue(schema.ValueType(), tftypes.NewValue(schema.ValueType(), nil))
	if err != nil {
		tb.Fatal(err)
	}
	return &encoded
}

func isNone(t *testing.T, schema *tfprotov6.Schema, v *tfprotov6.DynamicValue) bool {
	t.Helper()
	if v == nil {
		return true
	}
	decoded, err := v.Unmarshal(schema.ValueType())
	if err != nil {
		t.Fatal(err)
	}
	return decoded.IsNull()
}

// step is something that Terraform asks of the provider.
type step func(*testing.T, context.Context) result

// private is a private state in which all is set that an object may set.
func private() []byte {
	encoded, _ := json.Marshal(map[string][]byte{"seen": []byte("true"), "imported": []byte("true")})
	return encoded
}

func (tf *terraform) readDataSource(f *testing.F, name string) step {
	f.Helper()
	config := value(f, tf.schemas.DataSourceSchemas[name], values{"instance_id": fuzzedID}, nil)
	return func(t *testing.T, ctx context.Context) result {
		t.Helper()
		resp, err := tf.ReadDataSource(ctx, &tfprotov6.ReadDataSourceRequest{TypeName: name, Config: config})
		if err != nil {
			t.Fatal(err)
		}
		return result{resp.Diagnostics, []*tfprotov6.DynamicValue{resp.State}, ""}
	}
}

func (tf *terraform) open(f *testing.F, name string) step {
	f.Helper()
	config := value(f, tf.schemas.EphemeralResourceSchemas[name], values{"instance_id": fuzzedID}, nil)
	return func(t *testing.T, ctx context.Context) result {
		t.Helper()
		resp, err := tf.OpenEphemeralResource(ctx, &tfprotov6.OpenEphemeralResourceRequest{TypeName: name, Config: config})
		if err != nil {
			t.Fatal(err)
		}
		return result{resp.Diagnostics, []*tfprotov6.DynamicValue{resp.Result}, ""}
	}
}

func (tf *terraform) list(f *testing.F, name string) step {
	f.Helper()
	config := value(f, tf.schemas.ListResourceSchemas[name], values{"instance_id": fuzzedID}, nil)
	return func(t *testing.T, ctx context.Context) result {
		t.Helper()
		resp, err := tf.ListResource(ctx, &tfprotov6.ListResourceRequest{TypeName: name, Config: config, IncludeResource: true, Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		var all result
		for item := range resp.Results {
			all.diagnostics = append(all.diagnostics, item.Diagnostics...)
			all.values = append(all.values, item.Resource)
			all.said += item.DisplayName
		}
		return all
	}
}

func (tf *terraform) invoke(f *testing.F, name string, given values) step {
	f.Helper()
	config := value(f, tf.schemas.ActionSchemas[name].Schema, given, nil)
	return func(t *testing.T, ctx context.Context) result {
		t.Helper()
		resp, err := tf.InvokeAction(ctx, &tfprotov6.InvokeActionRequest{ActionType: name, Config: config})
		if err != nil {
			t.Fatal(err)
		}
		var all result
		for event := range resp.Events {
			switch event := event.Type.(type) {
			case tfprotov6.ProgressInvokeActionEventType:
				all.said += event.Message
			case tfprotov6.CompletedInvokeActionEventType:
				all.diagnostics = append(all.diagnostics, event.Diagnostics...)
			}
		}
		return all
	}
}

func (tf *terraform) readResource(f *testing.F, name string, state values) step {
	f.Helper()
	before := value(f, tf.schemas.ResourceSchemas[name], state, nil)
	return func(t *testing.T, ctx context.Context) result {
		t.Helper()
		resp, err := tf.ReadResource(ctx, &tfprotov6.ReadResourceRequest{TypeName: name, CurrentState: before, Private: private()})
		if err != nil {
			t.Fatal(err)
		}
		return result{resp.Diagnostics, []*tfprotov6.DynamicValue{resp.NewState}, ""}
	}
}

func (tf *terraform) create(f *testing.F, name string, given values) step {
	f.Helper()
	schema := tf.schemas.ResourceSchemas[name]
	config, nothing := value(f, schema, given, nil), none(f, schema)
	plan, err := tf.PlanResourceChange(f.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: name, PriorState: nothing, Config: config, ProposedNewState: value(f, schema, given, tftypes.UnknownValue),
	})
	if err != nil || len(plan.Diagnostics) > 0 {
		f.Fatal(err, plan.Diagnostics)
	}
	return func(t *testing.T, ctx context.Context) result {
		t.Helper()
		resp, err := tf.ApplyResourceChange(ctx, &tfprotov6.ApplyResourceChangeRequest{
			TypeName: name, PriorState: nothing, Config: config, PlannedState: plan.PlannedState, PlannedPrivate: plan.PlannedPrivate,
		})
		if err != nil {
			t.Fatal(err)
		}
		if failed(resp.Diagnostics) != isNone(t, schema, resp.NewState) {
			t.Errorf("the %s is tainted, or lost: %s", name, words(resp.Diagnostics))
		}
		return result{resp.Diagnostics, []*tfprotov6.DynamicValue{resp.NewState}, ""}
	}
}

func (tf *terraform) destroy(f *testing.F, name string, state values) step {
	f.Helper()
	schema := tf.schemas.ResourceSchemas[name]
	before, nothing := value(f, schema, state, nil), none(f, schema)
	return func(t *testing.T, ctx context.Context) result {
		t.Helper()
		resp, err := tf.ApplyResourceChange(ctx, &tfprotov6.ApplyResourceChangeRequest{
			TypeName: name, PriorState: before, Config: nothing, PlannedState: nothing, PlannedPrivate: private(),
		})
		if err != nil {
			t.Fatal(err)
		}
		if failed(resp.Diagnostics) == isNone(t, schema, resp.NewState) {
			t.Errorf("the %s was not destroyed, and left the state; or was, and is in it: %s", name, words(resp.Diagnostics))
		}
		return result{resp.Diagnostics, []*tfprotov6.DynamicValue{resp.NewState}, ""}
	}
}

func failed(diagnostics []*tfprotov6.Diagnostic) bool {
	for _, d := range diagnostics {
		if d.Severity == tfprotov6.DiagnosticSeverityError {
			return true
		}
	}
	return false
}

func words(diagnostics []*tfprotov6.Diagnostic) string {
	var all strings.Builder
	for _, d := range diagnostics {
		all.WriteString(d.Summary + "\n" + d.Detail + "\n")
	}
	return all.String()
}

// FuzzProvider gives everything that Terraform calls, and that does not wait, any answers of the API.
func FuzzProvider(f *testing.F) {
	tf := newTerraform(f)
	policy := values{"instance_id": fuzzedID, "policy": "strict"}
	hook := values{"instance_id": fuzzedID, "url": "https://example.com/wawp", "events": []string{"message"}, "enabled": true}
	link := values{"instance_id": fuzzedID, "link": "https://app.wawp.net/temp-qr/abcdefghijklmnop"}
	pairing := values{"instance_id": fuzzedID, "logout_on_destroy": true, "chat_id": "201145202826@c.us"}
	steps := []step{
		tf.readDataSource(f, "wawp_session"), tf.readDataSource(f, "wawp_session_rate_limit_policies"), tf.readDataSource(f, "wawp_session_webhooks"),
		tf.open(f, "wawp_session_temp_link"), tf.open(f, "wawp_session_qr_code"), tf.list(f, "wawp_session_webhook"),
		tf.create(f, "wawp_session", nil), tf.create(f, "wawp_session_rate_limit", policy), tf.create(f, "wawp_session_temp_link", values{"instance_id": fuzzedID}),
		tf.create(f, "wawp_session_webhook", hook), tf.readResource(f, "wawp_session", values{"instance_id": fuzzedID}),
		tf.readResource(f, "wawp_session_rate_limit", policy), tf.readResource(f, "wawp_session_temp_link", link), tf.readResource(f, "wawp_session_webhook", hook),
		tf.readResource(f, "wawp_session_pairing", pairing), tf.destroy(f, "wawp_session", values{"instance_id": fuzzedID}),
		tf.destroy(f, "wawp_session_temp_link", link), tf.destroy(f, "wawp_session_webhook", hook), tf.destroy(f, "wawp_session_pairing", pairing),
		tf.invoke(f, "wawp_send_text", values{"instance_id": fuzzedID, "chat_id": "201145202826@c.us", "message": "A private word."}),
	}
	for i := range steps {
		for j, body := range []string{
			`{"instance_id":"A1","name":"wawp-1$","status":"WORKING","me":{"id":"201145202826@c.us","pushName":"\u001b[2J|"},"config":{"webhooks":{}}}`,
			`{"policies":[{"slug":"strict","limits":{"concurrent_limit":"5"}}],"policy":"strict$","webhooks":[{"url":"https://example.com/wawp","events":["message","$"],` +
				`"retries":{"delay":2,"attempts":15}}],"link":"https://app.wawp.net/temp-qr/abcdefghijklmnop","expires_at":1795410000,"value":"2@$","code":"ABCD-1234"}`,
			`{"code":"invalid_session","message":"No session ~ $"}`, "",
		} {
			f.Add(uint8(i), []uint16{200, 200, 404, 500}[j], body)
		}
	}
	f.Add(uint8(5), uint16(200), `{"webhooks":[{"url":"https://example.com/\u001b[2J\u007f"}]}`)
	f.Add(uint8(6), uint16(1000), "malformed HTTP response \"$\x1b[2J\"")
	f.Fuzz(func(t *testing.T, which uint8, status uint16, body string) {
		tf.api.Store(&answered{fails: status/1000 == 1, status: int(status % 1000), body: marks.Replace(body)})
		ctx, cancel := context.WithTimeout(t.Context(), 900*time.Millisecond)
		defer cancel()
		got := steps[int(which)%len(steps)](t, ctx)
		checkShown(t, got)
	})
}

// FuzzImport imports anything, by any id.
func FuzzImport(f *testing.F) {
	tf := newTerraform(f)
	names := []string{"wawp_session", "wawp_session_pairing", "wawp_session_rate_limit", "wawp_session_temp_link", "wawp_session_webhook"}
	for i := range names {
		for _, id := range []string{
			fuzzedID, fuzzedID + ",https://example.com/wawp", " a , https://example.com/?a=b,c ", "", " ", ",", "a,", ",b", "a\x00b", "\xff", "\u00a0",
			"a,https://app.wawp.net/api/webhook/x",
		} {
			f.Add(uint8(i), id)
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, id string) {
		name := names[int(which)%len(names)]
		imported := tf.imports(t, name, id)
		if imported == nil {
			return
		}
		again, hook := imported["instance_id"], imported["url"]
		if name == "wawp_session_webhook" {
			again += "," + hook
			if hook == "" || strings.TrimSpace(hook) != hook || wawp.IsSystemWebhook(hook) || strings.Contains(imported["instance_id"], ",") {
				t.Errorf("the webhook %q is imported as %q", id, imported)
			}
		}
		if strings.TrimSpace(imported["instance_id"]) == "" {
			t.Errorf("%q is imported as %q", id, imported)
		}
		if second := tf.imports(t, name, again); second["instance_id"] != imported["instance_id"] || second["url"] != hook {
			t.Errorf("%q is imported as %q, and that as %q", id, imported, second)
		}
	})
}

// imports returns the id and the url of what is imported; nil if it is refused.
func (tf *terraform) imports(t *testing.T, name, id string) map[string]string {
	t.Helper()
	resp, err := tf.ImportResourceState(t.Context(), &tfprotov6.ImportResourceStateRequest{TypeName: name, ID: id})
	if err != nil {
		t.Fatal(err)
	}
	checkShown(t, result{diagnostics: resp.Diagnostics})
	if failed(resp.Diagnostics) {
		return nil
	}
	decoded, err := resp.ImportedResources[0].State.Unmarshal(tf.schemas.ResourceSchemas[name].ValueType())
	if err != nil {
		t.Fatal(err)
	}
	attributes, found := map[string]tftypes.Value{}, map[string]string{}
	if err := decoded.As(&attributes); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"instance_id", "url"} {
		var text string
		if attribute, ok := attributes[key]; ok && attribute.As(&text) == nil {
			found[key] = text
		}
	}
	return found
}

// checkShown checks what Terraform shows and stores.
func checkShown(t *testing.T, got result) {
	t.Helper()
	said := words(got.diagnostics) + got.said
	if strings.Contains(said, "crashed") {
		t.Errorf("a crash: %s", said)
	}
	if strings.ContainsFunc(said, func(c rune) bool { return c != '\n' && !unicode.IsPrint(c) }) {
		t.Errorf("it says what cannot be printed: %q", said)
	}
	if len(said) > 5000 {
		t.Errorf("it says %d bytes: %s", len(said), said)
	}
	for _, token := range []string{fuzzedToken, url.QueryEscape(fuzzedToken), strings.ReplaceAll(fuzzedToken, "/", `\/`)} {
		if strings.Contains(said, token) {
			t.Errorf("it says the token as %s: %s", token, said)
		}
		for _, v := range got.values {
			if v != nil && bytes.Contains(v.MsgPack, []byte(token)) {
				t.Errorf("the token is in a value as %s: %q", token, v.MsgPack)
			}
		}
	}
}

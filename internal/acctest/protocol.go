package acctest

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
	"github.com/zclconf/go-cty/cty/msgpack"

	"github.com/wawp/terraform-provider-wawp/internal/provider"
	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

// Protocol is the provider at its protocol (tfprotov6), called in this process without a connection.
type Protocol struct {
	server
	Schemas *tfprotov6.GetProviderSchemaResponse
	secrets []string // see Secrets
}

type server interface {
	tfprotov6.ProviderServer
	tfprotov6.ActionServer
	tfprotov6.ListResourceServer
}

// Serve starts a provider with pauses of milliseconds. It is not configured yet.
func Serve(t testing.TB, adjust ...func(*wawp.Options)) *Protocol {
	t.Helper()
	served, err := providerserver.NewProtocol6WithError(newProvider(adjust))()
	if err != nil {
		t.Fatal(err)
	}
	p := &Protocol{server: served.(server)}
	if p.Schemas, err = p.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{}); err != nil {
		t.Fatal(err)
	}
	p.secrets = p.Secrets()
	return p
}

// Provider starts a provider that is configured for the account. All commands of a test may share it.
func (w *World) Provider(t testing.TB, adjust ...func(*wawp.Options)) *Protocol {
	t.Helper()
	p := Serve(t, adjust...)
	w.Begin(t, p)
	return p
}

// Begin configures a provider for the account, as Terraform does at the beginning of a run.
func (w *World) Begin(t testing.TB, p *Protocol) {
	t.Helper()
	config := Object(p.Schemas.Provider, map[string]cty.Value{
		"access_token": cty.StringVal(w.Token), "base_url": cty.StringVal(w.Server.URL),
	})
	if diags := p.Configure(t.Context(), config); len(diags) > 0 {
		t.Fatal(DiagnosticTexts(diags))
	}
}

// newProvider returns a provider with pauses of milliseconds.
func newProvider(adjust []func(*wawp.Options)) *provider.Provider {
	return &provider.Provider{Version: "test", Adjust: func(o *wawp.Options) {
		o.PollInterval, o.SecondLook, o.RetryWait = 5*time.Millisecond, 5*time.Millisecond, time.Millisecond
		for _, a := range adjust {
			a(o)
		}
	}}
}

// Configure validates and sets the arguments of the provider block.
func (p *Protocol) Configure(ctx context.Context, config cty.Value) []*tfprotov6.Diagnostic {
	validated, err := p.ValidateProviderConfig(ctx, &tfprotov6.ValidateProviderConfigRequest{Config: Encode(config)})
	if err != nil || containsError(validated.Diagnostics) {
		return append(validated.Diagnostics, protocolError(err)...)
	}
	resp, err := p.ConfigureProvider(ctx, &tfprotov6.ConfigureProviderRequest{
		Config:           Encode(config),
		TerraformVersion: "1.16.4",
	})
	if err != nil {
		return protocolError(err)
	}
	return append(validated.Diagnostics, resp.Diagnostics...)
}

// Object returns an object of a schema. Attributes that are not given are null.
func Object(schema *tfprotov6.Schema, given map[string]cty.Value) cty.Value {
	all := map[string]cty.Value{}
	for name, kind := range Type(schema).AttributeTypes() {
		all[name] = cty.NullVal(kind)
		if v, ok := given[name]; ok {
			all[name] = v
		}
	}
	return cty.ObjectVal(all)
}

// Type returns the type of a schema's objects.
func Type(schema *tfprotov6.Schema) cty.Type {
	encoded, err := json.Marshal(schema.ValueType())
	if err != nil {
		panic(err)
	}
	kind, err := ctyjson.UnmarshalType(encoded)
	if err != nil {
		panic(err)
	}
	return kind
}

// Encode encodes a value for the protocol.
func Encode(v cty.Value) *tfprotov6.DynamicValue {
	encoded, err := msgpack.Marshal(v, v.Type())
	if err != nil {
		panic(err)
	}
	return &tfprotov6.DynamicValue{MsgPack: encoded}
}

// Decode decodes a value of the protocol; nil is null.
func Decode(schema *tfprotov6.Schema, v *tfprotov6.DynamicValue) cty.Value {
	kind := Type(schema)
	if v == nil {
		return cty.NullVal(kind)
	}
	decoded, err := msgpack.Unmarshal(v.MsgPack, kind)
	if err != nil {
		panic(err)
	}
	return decoded
}

// DiagnosticTexts returns the texts of diagnostics, as a CLI begins them, with the attributes that they point at.
func DiagnosticTexts(diagnostics []*tfprotov6.Diagnostic) string {
	var all strings.Builder
	for _, d := range diagnostics {
		all.WriteString(map[bool]string{
			true:  "Error: ",
			false: "Warning: ",
		}[d.Severity == tfprotov6.DiagnosticSeverityError])
		all.WriteString(d.Summary + "\n" + d.Detail + "\n")
		if d.Attribute != nil {
			all.WriteString("with " + d.Attribute.String() + "\n")
		}
	}
	return all.String()
}

// containsError reports whether one of the diagnostics is an error.
func containsError(diagnostics []*tfprotov6.Diagnostic) bool {
	for _, d := range diagnostics {
		if d.Severity == tfprotov6.DiagnosticSeverityError {
			return true
		}
	}
	return false
}

// protocolError returns the diagnostic of an error of the protocol, or of a rule of Terraform that the provider broke;
// none for nil.
func protocolError(err error) []*tfprotov6.Diagnostic {
	if err == nil {
		return nil
	}
	return errorDiagnostic("Provider produced an invalid answer", err.Error())
}

func errorDiagnostic(summary, detail string) []*tfprotov6.Diagnostic {
	return []*tfprotov6.Diagnostic{{Severity: tfprotov6.DiagnosticSeverityError, Summary: summary, Detail: detail}}
}

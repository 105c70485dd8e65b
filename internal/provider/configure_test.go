package provider

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-log/tflog"
	"github.com/hashicorp/terraform-plugin-log/tflogtest"

	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

// environment returns a getenv that knows these pairs of names and values.
func environment(pairs ...string) func(string) string {
	return func(name string) string {
		for i := 0; i+1 < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1]
			}
		}
		return ""
	}
}

func TestOptionsPrecedence(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		config model
		getenv func(string) string
		token  string
		url    string
	}{
		"defaults": {model{}, environment(envAccessToken, "env"), "env", wawp.DefaultBaseURL},
		"environment": {
			model{},
			environment(envAccessToken, "env", envBaseURL, "https://env.test/"), "env",
			"https://env.test",
		},
		"configuration wins": {
			model{
				AccessToken: types.StringValue("conf"),
				BaseURL:     types.StringValue("https://conf.test"),
			},
			environment(envAccessToken, "env", envBaseURL, "https://env.test"), "conf", "https://conf.test",
		},
		"white space": {
			model{},
			environment(envAccessToken, " env\n", envBaseURL, " https://env.test\n"), "env",
			"https://env.test",
		},
		"each on its own": {
			model{AccessToken: types.StringValue("conf")},
			environment(envBaseURL, "https://env.test"), "conf", "https://env.test",
		},
	} {
		o, diags := test.config.options(test.getenv)
		if len(diags) != 0 || o.AccessToken != test.token || o.BaseURL.String() != test.url {
			t.Errorf("%s: token %q, address %s, diagnostics %v", name, o.AccessToken, o.BaseURL, diags)
		}
	}
}

func TestOptionsNumbers(t *testing.T) {
	t.Parallel()
	o, _ := model{}.options(environment(envAccessToken, "t"))
	if o.RequestTimeout != 60*time.Second || o.MaxRetries != 4 || o.RequestsPerSecond != 0 || o.RootCAs != nil {
		t.Errorf("defaults are %+v", o)
	}
	o, _ = model{
		RequestTimeout: types.StringValue("90s"), MaxRetries: types.Int64Value(0),
		RequestsPerSecond: types.Float64Value(0.5),
	}.options(environment(envAccessToken, "t"))
	if o.RequestTimeout != 90*time.Second || o.MaxRetries != 0 || o.RequestsPerSecond != 0.5 {
		t.Errorf("options are %+v", o)
	}
}

func TestOptionsDiagnostics(t *testing.T) {
	t.Parallel()
	empty := filepath.Join(t.TempDir(), "empty.pem")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	endless := filepath.Join(t.TempDir(), "endless.pem")
	if err := os.WriteFile(endless, bytes.Repeat([]byte("\n"), maxCertificates+1), 0o600); err != nil {
		t.Fatal(err)
	}
	token := environment(envAccessToken, "t")
	for name, test := range map[string]struct {
		config model
		getenv func(string) string
		level  diag.Severity
		says   []string
	}{
		"no token": {
			model{},
			environment(), diag.SeverityError,
			[]string{"access_token", "WAWP_ACCESS_TOKEN", "ephemeral", "secret store"},
		},
		"blank token": {
			model{},
			environment(envAccessToken, " "), diag.SeverityError,
			[]string{"WAWP_ACCESS_TOKEN"},
		},
		"bad address": {
			model{},
			environment(envAccessToken, "t", envBaseURL, "api.wawp.net"), diag.SeverityError,
			[]string{"WAWP_BASE_URL", "https://"},
		},
		"plain http": {
			model{BaseURL: types.StringValue("http://api.wawp.test")},
			token, diag.SeverityWarning,
			[]string{"base_url", "unencrypted"},
		},
		"no such file": {
			model{CACertFile: types.StringValue("/does/not/exist")},
			token, diag.SeverityError,
			[]string{"ca_cert_file"},
		},
		"a directory": {
			model{CACertFile: types.StringValue(t.TempDir())},
			token, diag.SeverityError,
			[]string{"no regular file"},
		},
		"endless": {
			model{CACertFile: types.StringValue(endless)},
			token, diag.SeverityError,
			[]string{"longer than 1 MiB"},
		},
		"look-alike": {
			model{BaseURL: types.StringValue("https://w\u0430wp.net")},
			token, diag.SeverityError,
			[]string{"xn--"},
		},
		"no certificate": {model{CACertFile: types.StringValue(empty)}, token, diag.SeverityError, []string{"PEM"}},
	} {
		_, diags := test.config.options(test.getenv)
		if len(diags) != 1 || diags[0].Severity() != test.level {
			t.Errorf("%s: %v", name, diags)
			continue
		}
		for _, phrase := range test.says {
			if output := diags[0].Summary() + diags[0].Detail(); !strings.Contains(output, phrase) {
				t.Errorf("%s: %q is not in: %s", name, phrase, output)
			}
		}
	}
	for _, address := range []string{"http://localhost:1", "http://127.0.0.1:1", "http://[::1]:1"} {
		if _, diags := (model{BaseURL: types.StringValue(address)}).options(token); len(diags) != 0 {
			t.Errorf("%s: %v", address, diags)
		}
	}
}

// TestTokenDiagnosticHasNoPath: Terraform quotes the line that a diagnostic points at, and the token is in that line.
func TestTokenDiagnosticHasNoPath(t *testing.T) {
	t.Parallel()
	for _, token := range []types.String{types.StringNull(), types.StringValue(" ")} {
		_, diags := model{AccessToken: token}.options(environment())
		if _, points := diags[0].(diag.DiagnosticWithPath); points ||
			!strings.Contains(diags[0].Detail(), "access_token") {
			t.Errorf("%s: %v", token, diags)
		}
	}
}

func TestCACertFileIsTrusted(t *testing.T) {
	t.Parallel()
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"status":"WORKING"}`))
	}))
	t.Cleanup(server.Close)
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	wide := utf16.Encode([]rune("\ufeff" + string(block)))
	little, _ := binary.Append(nil, binary.LittleEndian, wide)
	big, _ := binary.Append(nil, binary.BigEndian, wide)
	files := map[string][]byte{
		"ca.pem": block, "with-a-byte-order-mark.pem": append([]byte("\xef\xbb\xbf"), block...), "": nil,
		"utf-16le.pem": little, "utf-16be.pem": big, "utf-16le-without-a-mark.pem": little[2:],
	}
	for name, content := range files {
		config, trusted := model{BaseURL: types.StringValue(server.URL)}, name != ""
		if trusted {
			file := filepath.Join(t.TempDir(), name)
			if err := os.WriteFile(file, content, 0o600); err != nil {
				t.Fatal(err)
			}
			config.CACertFile = types.StringValue(file)
		}
		o, diags := config.options(environment(envAccessToken, "t"))
		if diags.HasError() {
			t.Fatal(diags)
		}
		_, err := wawp.New(o).GetSession(context.Background(), "A1")
		if (err == nil) != trusted {
			t.Errorf("%q is to be trusted: %t, error: %v", name, trusted, err)
		}
	}
}

func TestUnknownConfigurationIsNotKnown(t *testing.T) {
	t.Parallel()
	if !(model{}).known() {
		t.Error("an empty block is not known")
	}
	for name, m := range map[string]model{
		"access_token":        {AccessToken: types.StringUnknown()},
		"base_url":            {BaseURL: types.StringUnknown()},
		"request_timeout":     {RequestTimeout: types.StringUnknown()},
		"max_retries":         {MaxRetries: types.Int64Unknown()},
		"requests_per_second": {RequestsPerSecond: types.Float64Unknown()},
		"ca_cert_file":        {CACertFile: types.StringUnknown()},
	} {
		if m.known() {
			t.Errorf("an unknown %s passes for known", name)
		}
	}
}

func TestUserAgent(t *testing.T) {
	t.Parallel()
	for appended, want := range map[string]string{
		"":                             "terraform-provider-wawp/1.2.3 Terraform/1.11.4",
		" team/42 ":                    "terraform-provider-wawp/1.2.3 Terraform/1.11.4 team/42",
		"a\tb\nc\x00d\x7fe\u0085f\r\n": "terraform-provider-wawp/1.2.3 Terraform/1.11.4 a b c d e f",
	} {
		if got := userAgent("1.2.3", "1.11.4", appended); got != want {
			t.Errorf("user agent is %q, want %q", got, want)
		}
	}
}

// TestLogMasksToken checks each field of an attempt that can repeat the token.
func TestLogMasksToken(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	logAttempt("c4nary-t0ken")(tflogtest.RootLogger(context.Background(), &log), wawp.Attempt{
		Method: http.MethodPost, Path: "/v2/session/create", Err: "Post https://a.test?access_token=c4nary-t0ken: EOF",
		Code:    "c4nary-t0ken",
		Message: "c4nary-t0ken", InstanceID: "c4nary-t0ken",
	})
	if strings.Contains(log.String(), "c4nary") || !strings.Contains(log.String(), "/v2/session/create") {
		t.Errorf("log: %s", log.String())
	}
}

// TestLogHasFailureAndOperation: an entry has the failure, the pause before the next attempt, and the id of Terraform's
// operation.
func TestLogHasFailureAndOperation(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	ctx := tflog.SetField(tflogtest.RootLogger(context.Background(), &log), "tf_req_id", "7")
	tell := logAttempt("c4nary-t0ken")
	tell(ctx, wawp.Attempt{
		Method: http.MethodPost, Path: "/v2/session/info", InstanceID: "A1", Status: 429, Number: 2,
		Duration: time.Second,
		Kind:     wawp.TooManyRequests, Code: "slow_down", Message: "Not so fast.", Pause: 1500 * time.Millisecond,
	})
	tell(ctx, wawp.Attempt{Method: http.MethodPost, Path: "/v2/session/create", Status: 201, Number: 1})
	lines, err := tflogtest.MultilineJSONDecode(&log)
	if err != nil || len(lines) != 2 {
		t.Fatal(lines, err)
	}
	for i, want := range []string{
		`{"@level":"debug","@message":"request","@module":"provider.wawp","again_in_milliseconds":1500,"attempt":2,` +
			`"code":"slow_down",` +
			`"instance_id":"A1","kind":"too many requests","message":"Not so fast.","method":"POST",` +
			`"milliseconds":1000,` +
			`"path":"/v2/session/info","status":429,"tf_req_id":"7"}`,
		`{"@level":"debug","@message":"request","@module":"provider.wawp","attempt":1,"method":"POST",` +
			`"milliseconds":0,` +
			`"path":"/v2/session/create","status":201,"tf_req_id":"7"}`,
	} {
		if line, _ := json.Marshal(lines[i]); string(line) != want {
			t.Errorf("the log has\n%s, want\n%s", line, want)
		}
	}
}

// TestSecretsAreSensitive: Terraform prints no attribute that is sensitive.
func TestSecretsAreSensitive(t *testing.T) {
	t.Parallel()
	ctx, p := context.Background(), &Provider{}
	open := map[string]bool{} // whether Terraform would print it
	var own provider.SchemaResponse
	p.Schema(ctx, provider.SchemaRequest{}, &own)
	for name, attribute := range own.Schema.Attributes {
		open[name] = !attribute.IsSensitive()
	}
	for _, make := range p.Resources(ctx) {
		var resp resource.SchemaResponse
		make().Schema(ctx, resource.SchemaRequest{}, &resp)
		for name, attribute := range resp.Schema.Attributes {
			open[name] = open[name] || !attribute.IsSensitive()
		}
	}
	for _, make := range p.EphemeralResources(ctx) {
		var resp ephemeral.SchemaResponse
		make().Schema(ctx, ephemeral.SchemaRequest{}, &resp)
		for name, attribute := range resp.Schema.Attributes {
			open[name] = open[name] || !attribute.IsSensitive()
		}
	}
	for _, name := range []string{"access_token", "hmac_secret", "hmac_secret_wo", "image", "link", "value"} {
		if printed, known := open[name]; printed || !known {
			t.Errorf("%s is printed: %t, known: %t", name, printed, known)
		}
	}
}

// TestSchemasAreValidAndDescribed runs the framework's checks of each schema, and finds attributes without a
// description.
func TestSchemasAreValidAndDescribed(t *testing.T) {
	t.Parallel()
	ctx, p := context.Background(), &Provider{}
	for _, make := range p.Resources(ctx) {
		var resp resource.SchemaResponse
		make().Schema(ctx, resource.SchemaRequest{}, &resp)
		if diags := resp.Schema.ValidateImplementation(ctx); diags.HasError() {
			t.Error(diags)
		}
		for name, attribute := range resp.Schema.Attributes {
			if attribute.GetMarkdownDescription() == "" && attribute.GetDescription() == "" && name != "timeouts" {
				t.Errorf("%s has no description", name)
			}
		}
	}
	for _, make := range p.DataSources(ctx) {
		var resp datasource.SchemaResponse
		make().Schema(ctx, datasource.SchemaRequest{}, &resp)
		if diags := resp.Schema.ValidateImplementation(ctx); diags.HasError() {
			t.Error(diags)
		}
		for name, attribute := range resp.Schema.Attributes {
			if attribute.GetMarkdownDescription() == "" && name != "timeouts" {
				t.Errorf("%s has no description", name)
			}
		}
	}
}

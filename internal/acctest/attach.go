package acctest

import (
	"context"
	"encoding/json"
	"os"
	"testing"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"
	"github.com/zclconf/go-cty/cty"

	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

// AttachedCLI makes a directory like [World.CLI]. But this process serves the provider, with pauses of milliseconds,
// and the CLI attaches to it, which halves the time of a run. The provider does not see the environment of the CLI:
// tests of the environment, of logs, of signals and of installation need [World.CLI].
func (w *World) AttachedCLI(t *testing.T, configuration string, adjust ...func(*wawp.Options)) *CLI {
	t.Helper()
	c := &CLI{Dir: t.TempDir(), t: t, path: executable(t)}
	c.Env = []string{
		"HOME=" + t.TempDir(), "TMPDIR=" + os.TempDir(), "PATH=" + os.Getenv("PATH"), "GOGC=" + os.Getenv("GOGC"),
		"TF_CLI_CONFIG_FILE=" + os.Getenv("TF_CLI_CONFIG_FILE"), "TF_IN_AUTOMATION=1", "CHECKPOINT_DISABLE=1",
		"TF_REATTACH_PROVIDERS=" + w.serve(t, adjust),
	}
	c.Configure(configuration)
	return c
}

// serve serves the provider until the test ends, and returns the value of TF_REATTACH_PROVIDERS.
func (w *World) serve(t *testing.T, adjust []func(*wawp.Options)) string {
	t.Helper()
	p := Serve(t, adjust...)
	served := attached{p, map[string]cty.Value{
		"access_token": cty.StringVal(w.Token),
		"base_url":     cty.StringVal(w.Server.URL),
	}}
	ctx, stop := context.WithCancel(context.Background())
	addresses, ended := make(chan *plugin.ReattachConfig), make(chan struct{})
	go func() {
		_ = tf6server.Serve("registry.terraform.io/wawp/wawp", func() tfprotov6.ProviderServer { return served },
			tf6server.WithDebug(ctx, addresses, ended), tf6server.WithGoPluginLogger(hclog.NewNullLogger()),
			tf6server.WithLoggingSink(t), tf6server.WithoutLogStderrOverride())
	}()
	t.Cleanup(func() {
		stop()
		<-ended
	})
	at := <-addresses
	how := map[string]any{
		"Protocol": at.Protocol, "ProtocolVersion": at.ProtocolVersion, "Pid": at.Pid, "Test": true,
		"Addr": map[string]string{"Network": at.Addr.Network(), "String": at.Addr.String()},
	}
	encoded, err := json.Marshal(map[string]any{
		"registry.terraform.io/wawp/wawp": how,
		"registry.opentofu.org/wawp/wawp": how,
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(encoded)
}

// attached is a provider that takes missing arguments of its block from an account, instead of the environment.
type attached struct {
	*Protocol
	account map[string]cty.Value
}

// ConfigureProvider implements [tfprotov6.ProviderServer].
func (a attached) ConfigureProvider(ctx context.Context,
	req *tfprotov6.ConfigureProviderRequest,
) (*tfprotov6.ConfigureProviderResponse, error) {
	given := Decode(a.Schemas.Provider, req.Config).AsValueMap()
	for name, value := range a.account {
		if given[name].IsNull() {
			given[name] = value
		}
	}
	req.Config = Encode(cty.ObjectVal(given))
	return a.Protocol.ConfigureProvider(ctx, req)
}

// Package acctest is what acceptance tests share: an account at the simulated API, the provider, and a real Terraform
// or OpenTofu CLI.
package acctest

import (
	"fmt"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/wawp/terraform-provider-wawp/internal/provider"
	"github.com/wawp/terraform-provider-wawp/internal/wawp"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

// World is the surroundings of one test: its own account at its own API.
type World struct {
	*wawptest.API
	Server *wawptest.Server
	Token  string
}

// New opens an account, for as long as the test runs.
func New(t testing.TB, config wawptest.Config) *World {
	t.Helper()
	api := wawptest.New(config)
	server, err := wawptest.Listen(api)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	if config.Token == "" {
		config.Token = wawptest.DefaultToken
	}
	return &World{API: api, Server: server, Token: config.Token}
}

// Providers serves the provider from this process, with short pauses, to the CLI that plugin-testing runs.
func (w *World) Providers(adjust ...func(*wawp.Options)) map[string]func() (tfprotov6.ProviderServer, error) {
	p := &provider.Provider{Version: "test", Adjust: func(o *wawp.Options) {
		o.PollInterval, o.SecondLook, o.RetryWait = 5*time.Millisecond, 5*time.Millisecond, time.Millisecond
		for _, a := range adjust {
			a(o)
		}
	}}
	return map[string]func() (tfprotov6.ProviderServer, error){"wawp": providerserver.NewProtocol6WithError(p)}
}

// source says where the provider comes from. It is spelled without a host, because Terraform's and OpenTofu's differ.
const source = "terraform {\n  required_providers {\n    wawp = { source = \"wawp/wawp\" }\n  }\n}\n\n"

// Config puts a provider block for the account in front of a configuration. arguments are further ones of the block.
func (w *World) Config(configuration string, arguments ...string) string {
	block := fmt.Sprintf("provider \"wawp\" {\n  access_token = %q\n  base_url     = %q\n", w.Token, w.Server.URL)
	for _, argument := range arguments {
		block += "  " + argument + "\n"
	}
	return source + block + "}\n\n" + configuration
}

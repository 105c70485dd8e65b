// Package acctest is what the tests of the provider share: an account at the simulated API, the provider served in this
// process, Terraform's rules in this process ([Terraform]), and a real Terraform or OpenTofu CLI ([CLI]). A package
// whose tests run a CLI calls [Main] in its TestMain.
package acctest

import (
	"fmt"
	"testing"

	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

// World is the account of one test, at an API of its own.
type World struct {
	*wawptest.API
	Server *wawptest.Server
	Token  string
}

// New opens an account that lasts until the test ends.
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

// requiredProviders is the block with the source of the provider. It names no host, because Terraform's and OpenTofu's
// differ.
const requiredProviders = "terraform {\n  required_providers {\n    wawp = { source = \"wawp/wawp\" }\n  }\n}\n\n"

// Config puts a provider block for the account in front of a configuration. arguments are further arguments of the
// block, a line each.
func (w *World) Config(configuration string, arguments ...string) string {
	block := fmt.Sprintf("provider \"wawp\" {\n  access_token = %q\n  base_url     = %q\n", w.Token, w.Server.URL)
	for _, argument := range arguments {
		block += "  " + argument + "\n"
	}
	return requiredProviders + block + "}\n\n" + configuration
}

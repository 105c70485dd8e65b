package provider_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

func TestMain(m *testing.M) { os.Exit(acctest.Main(m)) }

func TestArgumentsAreValidated(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{})
	for argument, says := range map[string]string{
		`access_token = ""`:             "access_token is set, but empty",
		`base_url = "api.wawp.net"`:     "must begin with https://",
		`base_url = "https://a:b@c"`:    "no user name or password",
		`request_timeout = "soon"`:      "must be a positive duration",
		`request_timeout = "0s"`:        "must be a positive duration",
		`request_timeout = "60"`:        "must be a positive duration",
		`max_retries = -1`:              "between 0 and 20",
		`max_retries = 1.5`:             "max_retries",
		`requests_per_second = 0`:       "at least 0.01",
		`ca_cert_file = " "`:            "ca_cert_file is set, but empty",
		`base_url = "https://c/v2"`:     "must not end in /v2",
		`ca_cert_file = "no/such/file"`: "Reading ca_cert_file failed",
	} {
		t.Run(argument, func(t *testing.T) {
			t.Parallel()
			tf := w.Terraform(t, "provider \"wawp\" {\n  "+argument+"\n}\nresource \"wawp_session\" \"x\" {}\n")
			name, _, _ := strings.Cut(argument, " ")
			acctest.Contains(t, tf.Fails("plan"), says, name)
		})
	}
}

func TestAccMissingTokenDiagnostic(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{})
	cli := w.CLI(t, `resource "wawp_session" "x" {}`)
	cli.Env = append(cli.Env, "WAWP_ACCESS_TOKEN=")
	acctest.Contains(t, cli.Fails("plan", "-no-color"), "No Wawp access token", "WAWP_ACCESS_TOKEN", "ephemeral",
		"secret store")
	w.CheckRequests(t, nil)
}

func TestConfigureMakesNoRequest(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{})
	w.Terraform(t, `resource "wawp_session" "x" {}`).OK("plan")
	w.CheckRequests(t, nil)
}

func TestAccUserAgent(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{})
	cli := w.CLI(t, `resource "wawp_session" "x" {}`)
	cli.Env = append(cli.Env, "TF_APPEND_USER_AGENT=team/42")
	cli.OK("apply", "-auto-approve")
	agent := w.Requests()[0].Header.Get("User-Agent")
	if !strings.HasPrefix(agent, "terraform-provider-wawp/dev Terraform/1.") || !strings.HasSuffix(agent, " team/42") {
		t.Errorf("user agent is %q", agent)
	}
}

// TestAccProxyIsUsed sends requests for a host that does not exist to the simulated API as their proxy.
func TestAccProxyIsUsed(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{})
	cli := w.CLI(t, `resource "wawp_session" "x" {}`)
	cli.Env = append(cli.Env, "WAWP_BASE_URL=http://api.wawp.test", "HTTP_PROXY="+w.Server.URL)
	cli.OK("apply", "-auto-approve")
	if n := len(w.Sessions()); n != 1 {
		t.Errorf("%d sessions were created through the proxy", n)
	}
}

// TestAccUnknownConfiguration configures the provider with a value that is known only after an apply.
func TestAccUnknownConfiguration(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{})
	w.Add(wawptest.Session{InstanceID: "3EB0BCB2E3D4"})
	// A change of "turn" replaces the resource, whose output is then unknown.
	configure := func(turn, more string) string {
		return fmt.Sprintf("resource \"terraform_data\" \"late\" {\n  input            = %q\n  triggers_replace = "+
			"%q\n}\n", w.Token, turn) +
			"provider \"wawp\" {\n  access_token = terraform_data.late.output\n}\nresource \"wawp_session\" \"x\" " +
			"{\n  count = 2\n}\n" + more
	}
	cli := w.CLI(t, configure("1", ""))
	cli.Env = append(cli.Env, "WAWP_ACCESS_TOKEN=not-to-be-used")
	cli.OK("apply", "-auto-approve")
	w.ResetRequests()

	cli.Configure(configure("2", ""))
	output := cli.OK("plan", "-no-color")
	if n := strings.Count(output, "Warning: The provider's configuration is not known yet"); n != 1 {
		t.Errorf("%d warnings, want one for all sessions:\n%s", n, output)
	}
	acctest.Contains(t, output, "1 to add, 0 to change, 1 to destroy") // which is terraform_data alone
	cli.Configure(configure("2", "data \"wawp_session\" \"y\" {\n  instance_id = \"3EB0BCB2E3D4\"\n}\n"))
	acctest.Contains(t, cli.Fails("plan", "-no-color"), "Error: The provider's configuration is not known yet")
	w.CheckRequests(t, nil)
	if n := len(cli.State()); n != 3 {
		t.Errorf("%d resources are in the state, want 3", n)
	}
}

// TestAccProtocolDataIsNotWritten: with this variable, terraform-plugin-go would write the token into files.
func TestAccProtocolDataIsNotWritten(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{})
	cli := w.CLI(t, "resource \"wawp_session\" \"x\" {}\n")
	dir := t.TempDir()
	cli.Env = append(cli.Env, "TF_LOG_SDK_PROTO_DATA_DIR="+dir)
	cli.OK("apply", "-auto-approve")
	if files, err := os.ReadDir(dir); err != nil || len(files) > 0 {
		t.Errorf("%d files were written (%v)", len(files), err)
	}
}

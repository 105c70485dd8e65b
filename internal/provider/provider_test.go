package provider_test

import (
	"os"
	"strings"
	"testing"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

func TestMain(m *testing.M) { os.Exit(acctest.Main(m)) }

func TestAccArgumentsAreValidated(t *testing.T) {
	t.Parallel()
	acctest.SameOnEveryCLI(t)
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
			cli := w.CLI(t, "provider \"wawp\" {\n  "+argument+"\n}\nresource \"wawp_session\" \"x\" {}\n")
			said := cli.Fails("plan", "-no-color")
			name, _, _ := strings.Cut(argument, " ")
			if !strings.Contains(said, says) || !strings.Contains(said, name) {
				t.Errorf("%q is not in:\n%s", says, said)
			}
		})
	}
}

func TestAccMissingTokenIsExplained(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{})
	cli := w.CLI(t, `resource "wawp_session" "x" {}`)
	cli.Env = append(cli.Env, "WAWP_ACCESS_TOKEN=")
	said := cli.Fails("plan", "-no-color")
	for _, phrase := range []string{"No Wawp access token", "WAWP_ACCESS_TOKEN", "ephemeral", "secret store"} {
		if !strings.Contains(said, phrase) {
			t.Errorf("%q is not in:\n%s", phrase, said)
		}
	}
	if n := w.Count(""); n != 0 {
		t.Errorf("%d requests were made", n)
	}
}

func TestAccConfiguringMakesNoRequest(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{})
	w.CLI(t, `resource "wawp_session" "x" {}`).OK("plan")
	if n := w.Count(""); n != 0 {
		t.Errorf("%d requests were made: %v", n, w.Requests())
	}
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

// TestAccProxyIsHonoured sends the requests for a host that does not exist through the simulated API as a proxy.
func TestAccProxyIsHonoured(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{})
	cli := w.CLI(t, `resource "wawp_session" "x" {}`)
	cli.Env = append(cli.Env, "WAWP_BASE_URL=http://api.wawp.test", "HTTP_PROXY="+w.Server.URL)
	cli.OK("apply", "-auto-approve")
	if n := len(w.Sessions()); n != 1 {
		t.Errorf("%d sessions were created through the proxy", n)
	}
}

// TestAccUnknownConfiguration makes the provider depend on what is known only after an apply.
func TestAccUnknownConfiguration(t *testing.T) {
	t.Parallel()
	for _, argument := range []string{"access_token", "base_url"} {
		t.Run(argument, func(t *testing.T) {
			t.Parallel()
			w := acctest.New(t, wawptest.Config{})
			w.Add(wawptest.Session{InstanceID: "3EB0BCB2E3D4"})
			value := map[string]string{"access_token": w.Token, "base_url": w.Server.URL}[argument]
			// A change of "turn" replaces the resource, whose output is then unknown.
			configure := func(turn string) string {
				return "resource \"terraform_data\" \"known_late\" {\n  input            = \"" + value + "\"\n  triggers_replace = \"" + turn + "\"\n}\n" +
					"provider \"wawp\" {\n  " + argument + " = terraform_data.known_late.output\n}\n" +
					"resource \"wawp_session\" \"x\" {\n  count = 2\n}\n" +
					"resource \"wawp_session\" \"imported\" {}\n" +
					"import {\n  to = wawp_session.imported\n  id = \"3EB0BCB2E3D4\"\n}\n"
			}
			cli := w.CLI(t, configure("1"))
			cli.Env = append(cli.Env, "WAWP_ACCESS_TOKEN=not-to-be-used", "WAWP_BASE_URL=http://127.0.0.1:1")
			if argument == "access_token" {
				cli.Env = append(cli.Env, "WAWP_BASE_URL="+w.Server.URL)
			} else {
				cli.Env = append(cli.Env, "WAWP_ACCESS_TOKEN="+w.Token)
			}
			cli.OK("apply", "-auto-approve", "-target=terraform_data.known_late")
			cli.OK("apply", "-auto-approve")
			before := w.Count("")

			cli.Configure(configure("2"))
			said := cli.OK("plan", "-no-color")
			if n := strings.Count(said, "Warning: The provider's configuration is not known yet"); n != 1 {
				t.Errorf("%d warnings, want one for all sessions:\n%s", n, said)
			}
			if !strings.Contains(said, "1 to add, 0 to change, 1 to destroy") {
				t.Errorf("the plan is not for terraform_data alone:\n%s", said)
			}
			if n := w.Count("") - before; n != 0 {
				t.Errorf("%d requests were made", n)
			}
			if n := len(cli.State()); n != 4 {
				t.Errorf("%d resources are in the state, want 4", n)
			}

			cli.Configure(configure("3") + "data \"wawp_session\" \"y\" {\n  instance_id = \"3EB0BCB2E3D4\"\n}\n")
			if said := cli.Fails("plan", "-no-color"); !strings.Contains(said, "Error: The provider's configuration is not known yet") {
				t.Errorf("the data source says:\n%s", said)
			}
		})
	}
}

// TestAccProtocolDataIsNotWritten: terraform-plugin-go would write the token into files.
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

package session_test

import (
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

func TestDataSource(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{})
	w.Add(wawptest.Session{
		InstanceID: "3EB0BCB2E3D4", Name: "wawp-84729105", Status: "WORKING",
		Me: &wawptest.Me{ID: "201012345678@c.us", PushName: "John Doe"},
	})
	account := map[string]knownvalue.Check{
		"chat_id":      knownvalue.StringExact("201012345678@c.us"),
		"phone_number": knownvalue.StringExact("201012345678"),
		"push_name":    knownvalue.StringExact("John Doe"),
	}
	var checks []statecheck.StateCheck
	for attribute, want := range map[string]knownvalue.Check{
		"session_name": knownvalue.StringExact("wawp-84729105"), "server_name": knownvalue.Null(),
		"status": knownvalue.StringExact("WORKING"), "account": knownvalue.ObjectExact(account),
	} {
		checks = append(checks, statecheck.ExpectKnownValue("data.wawp_session.x", tfjsonpath.New(attribute), want))
	}
	w.Steps(t, resource.TestStep{
		Config:            w.Config(`data "wawp_session" "x" { instance_id = "3EB0BCB2E3D4" }`),
		ConfigStateChecks: checks,
	})
}

func TestDataSourceFailsUnlessTheSessionIsThere(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault wawptest.Fault
		id    string
		says  string
	}{
		"no such session": {
			wawptest.Fault{},
			"3EB0BCB2E3D4",
			`(?s)invalid_instance.*Wawp\s+knows\s+no\s+such\s+instance`,
		},
		"empty id": {wawptest.Fault{}, "", `instance_id`},
		"foreign 404": {
			wawptest.Fault{Match: info, Status: 404, Body: foreignAnswer},
			"3EB0BCB2E3D4",
			`Check\s+base_url`,
		},
		"unreadable": {
			wawptest.Fault{Match: info, Body: "{}"},
			"3EB0BCB2E3D4",
			`does\s+not\s+describe\s+a\s+session`,
		},
		"fault": {
			wawptest.Fault{Match: info, Status: 500},
			"3EB0BCB2E3D4",
			`HTTP\s+500\s+\(after\s+5\s+attempts\)`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.New(t, wawptest.Config{})
			if test.fault.Match != "" {
				w.Inject(test.fault)
			}
			w.Steps(t, resource.TestStep{
				Config:      w.Config(`data "wawp_session" "x" { instance_id = "` + test.id + `" }`),
				ExpectError: regexp.MustCompile(test.says),
			})
		})
	}
}

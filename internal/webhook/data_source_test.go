package webhook_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

const dataSourceConfig = `data "wawp_session_webhooks" "x" { instance_id = "` + id + `" }`

func TestDataSource(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{SystemListed: true, Secrets: "shown"})
	addTwoWebhooks(w)
	object := func(url string, enabled bool, retries knownvalue.Check, events ...knownvalue.Check) knownvalue.Check {
		return knownvalue.ObjectExact(map[string]knownvalue.Check{
			"url": knownvalue.StringExact(url), "enabled": knownvalue.Bool(enabled), "retries": retries,
			"events": knownvalue.SetExact(events),
		})
	}
	w.Steps(t, resource.TestStep{
		Config: w.Config(dataSourceConfig),
		ConfigStateChecks: []statecheck.StateCheck{
			statecheck.ExpectKnownValue("data.wawp_session_webhooks.x", tfjsonpath.New("webhooks"),
				knownvalue.ListExact([]knownvalue.Check{
					object(target+"/a", false, retries(9, 1), knownvalue.StringExact("an.event.of.tomorrow")),
					object(target+"/b", true, retries(2, 15), knownvalue.StringExact("message"),
						knownvalue.StringExact("poll.vote")),
				})),
		},
	})
}

// TestDataSourceForms reads answers in the forms that the API page leaves open (P6).
func TestDataSourceForms(t *testing.T) {
	t.Parallel()
	for body, count := range map[string]int{
		`{"webhooks":null,"systemConfig":null}`: 0,
		`{"webhooks":{}}`:                       0,
		`{"data":{"webhooks":[{"url":"https://a.test","events":["m"],` +
			`"is_active":"1"}]}}`: 1,
		`{"webhooks":{"0":{"url":"https://a.test","events":[],"is_active":true,"retries":{"delay":"2",` +
			`"attempts":"15"}}}}`: 1,
		`{"webhooks":[{"url":"https://a.test","events":["m"],"is_active":0,"hmac":{"key":"x"},` +
			`"retries":{"delaySeconds":2,"attempts":15,"policy":"p"}}]}`: 1,
		`{"webhooks":[{"url":"https://s.test","events":["m"]}],` +
			`"systemConfig":{"url":"https://s.test"}}`: 0,
	} {
		w := newWorld(t, wawptest.Config{})
		w.Inject(wawptest.Fault{Match: list, Body: body})
		w.Steps(t, resource.TestStep{
			Config: w.Config(dataSourceConfig),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue("data.wawp_session_webhooks.x", tfjsonpath.New("webhooks"),
					knownvalue.ListSizeExact(count)),
			},
		})
	}
}

func TestDataSourceFails(t *testing.T) {
	t.Parallel()
	for says, fault := range map[string]wawptest.Fault{
		"no active paid plan": {
			Match: list, Status: 403,
			Body: `{"code":"subscription_required","message":"Pay."}`,
		},
		"lists no webhooks":           {Match: list, Body: `{"success":true}`},
		"Wawp knows no such instance": {Match: list, Status: 404, Body: `{"code":"invalid_instance","message":"gone"}`},
	} {
		w := newWorld(t, wawptest.Config{})
		w.Inject(fault)
		acctest.Contains(t, w.Terraform(t, dataSourceConfig).Fails("plan"), says)
	}
}

package provider_test

import (
	"fmt"
	"testing"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

// accountConfig manages every object that can belong to a session: one session has a phone, the other waits for one.
const accountConfig = `provider "wawp" {
  max_retries = 0
}

resource "wawp_session_pairing" "x" {
  instance_id = "3EB0PAIRED"
}

resource "wawp_session_webhook" "x" {
  instance_id = "3EB0PAIRED"
  url         = "https://crm.example.com/hooks/wawp"
  events      = ["message"]
}

resource "wawp_session_rate_limit" "x" {
  instance_id = "3EB0PAIRED"
  policy      = "standard_policy"
}

resource "wawp_session_temp_link" "x" {
  instance_id = "3EB0WAITS"
}
`

// newAccount makes both sessions, and a Terraform with accountConfig.
func newAccount(t *testing.T) (*acctest.World, *acctest.Terraform) {
	t.Helper()
	w := acctest.New(t, wawptest.Config{Paid: true})
	for _, id := range []string{"3EB0PAIRED", "3EB0WAITS"} {
		w.Add(wawptest.Session{InstanceID: id, Status: "SCAN_QR_CODE"})
	}
	w.Pair("3EB0PAIRED", "201012345678", "John")
	return w, w.Terraform(t, accountConfig)
}

// TestTokenOfAnotherAccountKeepsState: for the token of another account, Wawp knows no such session. That proves
// nothing about objects that belong to the session, so they stay in the state. (Package session tests the session
// itself.)
func TestTokenOfAnotherAccountKeepsState(t *testing.T) {
	t.Parallel()
	const token = "t0ken-of-somebody-else"
	other := acctest.New(t, wawptest.Config{Token: token, Paid: true})
	w, tf := newAccount(t)
	tf.OK("apply")
	before := tf.State()
	tf.BaseURL, tf.Token = other.Server.URL, token

	acctest.Contains(t, tf.OK("apply", "-refresh-only"), "the access token, or the address, is another one than before",
		"Warning: Wawp pairing could not be checked and stays in the state",
		"Warning: Wawp webhook could not be checked and stays in the state",
		"Warning: Wawp sending policy could not be checked and stays in the state",
		"Warning: Wawp temporary link could not be checked and stays in the state")
	if got := tf.State(); fmt.Sprint(got) != fmt.Sprint(before) {
		t.Errorf("the state was %v and is %v", before, got)
	}
	acctest.Contains(t, tf.Fails("destroy"), "the access token, or the address, is another one than before",
		"Error: The phone was not unlinked from the Wawp session", "terraform state rm 'wawp_session_pairing.<name>'",
		"Error: Wawp webhook could not be deleted", "terraform state rm 'wawp_session_webhook.<name>'",
		"Error: Wawp temporary link was not revoked", "terraform state rm 'wawp_session_temp_link.<name>'")
	other.Inject(wawptest.Fault{
		Match: "POST /v2/session/logout", Status: 400,
		Body: `{"code":"bad_request","message":"no such instance"}`,
	})
	acctest.Contains(t, tf.Fails("destroy"), "Error: The phone was not unlinked from the Wawp session")
	if left := len(tf.State()); left != len(before)-1 { // a policy needs no request to leave the state
		t.Errorf("%d resources are in the state, want %d", left, len(before)-1)
	}
	tf.BaseURL, tf.Token = w.Server.URL, w.Token
	tf.OK("destroy")
}

// TestTransientAbsenceChangesNothing: a 404 that passes within seconds changes no state and prints no warning.
func TestTransientAbsenceChangesNothing(t *testing.T) {
	t.Parallel()
	for _, endpoint := range []string{
		"POST /v2/session/info", "GET /v2/session/webhook", "GET /v2/session/rate-limit", "GET /v2/session/temp-link",
	} {
		t.Run(endpoint, func(t *testing.T) {
			t.Parallel()
			w, tf := newAccount(t)
			tf.OK("apply")
			w.Inject(wawptest.Fault{
				Match: endpoint, Times: 1, Status: 404,
				Body: `{"code":"invalid_instance","message":"gone"}`,
			})
			output := tf.OK("plan")
			acctest.Contains(t, output, "No changes.")
			acctest.NotContains(t, output, "Warning")
			if w.Count(endpoint) < 2 {
				t.Errorf("the requests are %v", w.Requests())
			}
		})
	}
}

// TestRenewedTokenProvesAbsence: a renewed token can prove that objects are gone once it has read them.
func TestRenewedTokenProvesAbsence(t *testing.T) {
	t.Parallel()
	w, tf := newAccount(t)
	tf.OK("apply")
	w.SetToken("renewed")
	tf.Token = "renewed"
	tf.OK("apply", "-refresh-only")
	w.Remove("3EB0PAIRED")
	w.Remove("3EB0WAITS")
	tf.OK("apply", "-refresh-only")
	if left := tf.State(); len(left) != 0 {
		t.Errorf("the state holds %v", left)
	}
}

// TestSameSessionsOfAnotherAccountKeepState: another account that has sessions of the same ids describes its own
// sessions. A phone or a webhook that they lack stays in the state.
func TestSameSessionsOfAnotherAccountKeepState(t *testing.T) {
	t.Parallel()
	const token = "t0ken-of-somebody-else"
	for name, sameToken := range map[string]bool{"another token": false, "another address": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, tf := newAccount(t)
			config := wawptest.Config{Token: token, Paid: true}
			if sameToken {
				config.Token = w.Token
			}
			other := acctest.New(t, config)
			for _, id := range []string{"3EB0PAIRED", "3EB0WAITS"} {
				other.Add(wawptest.Session{InstanceID: id, Status: "SCAN_QR_CODE"})
			}
			tf.OK("apply")
			before := len(tf.State())
			tf.BaseURL, tf.Token = other.Server.URL, other.Token
			for range 2 {
				output := tf.OK("apply", "-refresh-only")
				acctest.Contains(t, output,
					"the access token, or the address, is another one than before", "its status is SCAN_QR_CODE",
					"Warning: Wawp pairing could not be checked and stays in the state",
					"Warning: Wawp webhook could not be checked and stays in the state")
				acctest.NotContains(t, output, "Wawp webhook is gone", "A phone was unlinked")
			}
			tf.BaseURL, tf.Token = w.Server.URL, w.Token
			acctest.Contains(t, tf.OK("plan"), "No changes.")
			if after := len(tf.State()); after != before {
				t.Errorf("%d resources were in the state, and %d are", before, after)
			}
		})
	}
}

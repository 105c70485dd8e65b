package session_test

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
	"github.com/wawp/terraform-provider-wawp/internal/wawp"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

// noRetries is a provider block without retries: the tests are about what follows the last attempt.
const noRetries = "provider \"wawp\" {\n  max_retries     = 0\n  request_timeout = \"2s\"\n}\n\n"

// foreignAnswer is the answer of a server that is not Wawp to an unknown path.
const foreignAnswer = "404 page not found"

// checkRecorded checks that the state has exactly the n sessions at Wawp, none of them tainted.
func checkRecorded(t *testing.T, w *acctest.World, tf acctest.StateReader, n int) {
	t.Helper()
	state := tf.State()
	if len(state) != n || len(w.Sessions()) != n {
		t.Errorf("%d sessions in the state, %d at Wawp, want %d", len(state), len(w.Sessions()), n)
	}
	for _, s := range state {
		if id, _ := s.Attributes["instance_id"].(string); s.Status != "" {
			t.Errorf("the session is %s", s.Status)
		} else if _, found := w.Session(id); !found && n > 0 {
			t.Errorf("the state has %q, which Wawp does not know", id)
		}
	}
}

// TestCreatedSessionIsNeverLost is promise P1: whatever fails after the create, the apply succeeds with a warning, the
// session is recorded, and the next plan shows what is left to do.
func TestCreatedSessionIsNeverLost(t *testing.T) {
	t.Parallel()
	const planned = "0 to add, 1 to change, 0 to destroy"
	for name, test := range map[string]struct {
		fault wawptest.Fault
		world wawptest.Config
		warns string
		plan  string // once the fault is over
		waits bool   // until the timeout
	}{
		"info fails": {
			wawptest.Fault{Match: info, Status: 500},
			wawptest.Config{},
			"POST /v2/session/info: HTTP 500", planned, true,
		},
		"info is dropped": {
			wawptest.Fault{Match: info, Drop: true},
			wawptest.Config{},
			"the request was sent, but",
			planned, true,
		},
		"info is foreign": {
			wawptest.Fault{Match: info, Status: 404, Body: foreignAnswer},
			wawptest.Config{},
			"Check base_url", planned, false,
		},
		"info is refused": {
			wawptest.Fault{
				Match: info, Status: 401,
				Body: `{"code":"invalid_access_token","message":"No."}`,
			},
			wawptest.Config{},
			"did not accept the access token", planned, false,
		},
		"info is HTML": {
			wawptest.Fault{Match: info, Body: "<html>Sign in</html>"},
			wawptest.Config{},
			"does not describe a session", planned, true,
		},
		"info has no status": {
			wawptest.Fault{Match: info, Reshape: wawptest.Without("status")},
			wawptest.Config{},
			"has no status", planned, false,
		},
		"start fails": {
			wawptest.Fault{Match: start, Status: 502},
			wawptest.Config{},
			"POST /v2/session/start: HTTP 502", planned, false,
		},
		"start is dropped": {
			wawptest.Fault{Match: start, Drop: true},
			wawptest.Config{},
			"the request was sent, but",
			planned, false,
		},
		"start is refused": {
			wawptest.Fault{
				Match: start, Status: 403,
				Body: `{"code":"subscription_required","message":"Pay."}`,
			},
			wawptest.Config{},
			"subscription_required",
			planned, false,
		},
		"the wait fails": {
			wawptest.Fault{Match: info, Skip: 1, Status: 500},
			wawptest.Config{},
			"POST /v2/session/info: HTTP 500", "No changes.", true,
		},
		"it goes on booting": {
			wawptest.Fault{},
			wawptest.Config{BootTime: 20 * time.Second},
			"its last status was STARTING", "No changes.", true,
		},
		"it ends as FAILED": {
			wawptest.Fault{Match: info, Skip: 1, Reshape: wawptest.Set("status", "FAILED")},
			wawptest.Config{},
			"is FAILED", "No changes.", false,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.New(t, test.world)
			if test.fault.Match != "" {
				w.Inject(test.fault)
			}
			tf := w.Terraform(t, noRetries+`resource "wawp_session" "x" {
				desired_state = "started"
				timeouts      = { create = "`+map[bool]string{true: "300ms", false: "10s"}[test.waits]+`" }
			}`)
			output := tf.OK("apply")
			acctest.Contains(t, output, "Warning: Wawp session", test.warns, "1 added, 0 changed, 0 destroyed")
			checkRecorded(t, w, tf, 1)
			w.ClearFaults()
			acctest.Contains(t, tf.OK("plan"), test.plan)
		})
	}
}

// TestAccCreateWaitsForNobody: SCAN_QR_CODE counts as started, so a create does not wait for a scan. The log has the id
// at once.
func TestAccCreateWaitsForNobody(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{})
	cli := w.CLI(t, `resource "wawp_session" "x" {
		desired_state = "started"
		timeouts      = { create = "10s" }
	}`)
	file := filepath.Join(cli.Dir, "info.log")
	cli.Env = append(cli.Env, "TF_LOG_PROVIDER=INFO", "TF_LOG_PATH="+file)
	acctest.NotContains(t, cli.OK("apply", "-auto-approve", "-no-color"), "Warning: Wawp session")
	log, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	acctest.Contains(t, string(log), "created a Wawp session", "instance_id="+w.Sessions()[0].InstanceID)
}

// panicTransport is a transport that panics at a path, to simulate a bug of the provider.
type panicTransport struct{ path string }

func (e panicTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Path == e.path {
		return nil, errors.New(strings.Fields(e.path)[1]) // there is only one field
	}
	return http.DefaultTransport.RoundTrip(r)
}

func TestPanicAfterCreateKeepsTheSession(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{})
	at := "/v2/session/start"
	tf := w.Terraform(t, startedConfig, func(o *wawp.Options) {
		if at != "" {
			o.Transport = panicTransport{at}
		}
	})
	acctest.Contains(t, tf.OK("apply"), "Warning: ", "1 added, 0 changed, 0 destroyed")
	checkRecorded(t, w, tf, 1)
	if state := tf.State()[0].Attributes["desired_state"]; state != "started" {
		t.Errorf("desired_state is %v", state)
	}
	at = ""
	acctest.Contains(t, tf.OK("apply"), "0 added, 1 changed, 0 destroyed") // tainted, it would be replaced
	if w.Count(create) != 1 {
		t.Errorf("%d sessions were created", w.Count(create))
	}
	at = "/v2/session/info"
	acctest.Contains(t, tf.Fails("refresh"), "index out of range") // Read has nothing to lose
}

func TestPanicInCreateReportsAPossibleSession(t *testing.T) {
	t.Parallel()
	tf := acctest.New(t, wawptest.Config{}).Terraform(t, minimalConfig,
		func(o *wawp.Options) { o.Transport = panicTransport{"/v2/session/create"} })
	acctest.Contains(t, tf.Fails("apply"), "may have been created")
}

// TestCreateWithUnknownOutcomeIsNotRepeated is promise P2, as a user sees it: although max_retries is 4, one request is
// made.
func TestCreateWithUnknownOutcomeIsNotRepeated(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]wawptest.Fault{
		"500":               {Status: 500, Body: `{"code":"internal","message":"Internal server error"}`},
		"502":               {Status: 502, Body: "<html>Bad gateway</html>"},
		"503":               {Status: 503, Header: http.Header{"Retry-After": {"0"}}},
		"504":               {Status: 504},
		"timeout":           {Hold: make(chan struct{})},
		"reset":             {Drop: true},
		"empty":             {Status: 201, Body: ""},
		"cut off":           {Body: `{"instance_id":"3EB0BC`},
		"no id":             {Reshape: wawptest.Without("instance_id")},
		"error in disguise": {Body: `{"code":"server_not_found","message":"No server is free"}`},
		"HTML":              {Body: "<html>Sign in</html>"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.New(t, wawptest.Config{})
			fault.Match, fault.Act = create, true
			w.Inject(fault)
			waitTimeout := map[bool]string{true: "200ms", false: "10s"}[name == "timeout"]
			tf := w.Terraform(t, "provider \"wawp\" {\n  request_timeout = \""+waitTimeout+"\"\n}\n"+minimalConfig)
			output := tf.Fails("apply")
			acctest.Contains(t, output, "A Wawp session may have been created", "POST /v2/session/create:",
				"https://app.wawp.net",
				"to = wawp_session.<name>", "terraform import 'wawp_session.<name>'")
			acctest.Contains(t, acctest.Unwrap(output),
				"that Terraform does not know of Do not simply apply again: a session may exist")
			acctest.NotContains(t, output, "Check the network", "Check base_url")
			if n := w.Count(""); n != 1 {
				t.Errorf("%d requests were made, want 1: %v", n, w.Requests())
			}
			if len(tf.State()) != 0 {
				t.Errorf("the state holds %v", tf.State())
			}
		})
	}
}

// TestIncompleteCreateAnswerIsRecorded: an answer to create needs only the id.
func TestIncompleteCreateAnswerIsRecorded(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{})
	w.Inject(wawptest.Fault{Match: create, Cut: true})
	tf := w.Terraform(t, minimalConfig)
	acctest.Contains(t, tf.OK("apply"), "Warning: The answer to the creation of a Wawp session was not whole")
	checkRecorded(t, w, tf, 1)
	tf.OK("refresh")
	acctest.Contains(t, tf.OK("plan"), "No changes.")
}

// TestCreateWithUnknownOutcomeCanBeImported follows the advice of the diagnostic.
func TestCreateWithUnknownOutcomeCanBeImported(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{})
	w.Inject(wawptest.Fault{Match: create, Times: 1, Act: true, Status: 504})
	tf := w.Terraform(t, minimalConfig)
	tf.Fails("apply")
	tf.OK("import", address, w.Sessions()[0].InstanceID)
	acctest.Contains(t, tf.OK("apply"), "0 added, 0 changed, 0 destroyed")
	checkRecorded(t, w, tf, 1)
}

func TestRefusedCreateReportsTheReason(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault wawptest.Fault
		says  []string
	}{
		"quota": {
			wawptest.Fault{Status: 403, Body: `{"code":"quota_reached","message":"You have 3 of 3."}`},
			[]string{"You have 3 of 3.", "that an earlier apply has left behind", "upgrade the paid plan"},
		},
		"other 403": {
			wawptest.Fault{Status: 403, Body: `{"code":"blocked","message":"Blocked."}`},
			[]string{"Blocked.", "paid plan includes this"},
		},
		"401": {
			wawptest.Fault{Status: 401, Body: `{"code":"invalid_access_token","message":"Who?"}`},
			[]string{"Who?", "WAWP_ACCESS_TOKEN"},
		},
		"400": {wawptest.Fault{
			Status: 400, Header: http.Header{"Content-Type": {"text/plain; charset=utf-8"}},
			Body: "Bad Request - Missing Token",
		}, []string{"HTTP 400 (text/plain, 27 bytes)"}},
		"400 as XML": {
			wawptest.Fault{Status: 400, Body: "<error>Missing Token</error>"},
			[]string{"HTTP 400 (application/json, 28 bytes)"},
		},
		"foreign 404": {wawptest.Fault{Status: 404, Body: foreignAnswer}, []string{"Check base_url"}},
		"redirect": {
			wawptest.Fault{
				Status: 308,
				Header: http.Header{"Location": {"https://www.api.wawp.test/v2/session/create"}},
			},
			[]string{"www.api.wawp.test", "set base_url"},
		},
		"429 for long": {
			wawptest.Fault{Status: 429, Header: http.Header{"Retry-After": {"3600"}}},
			[]string{"Run Terraform again in 1h0m0s", "requests_per_second"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.New(t, wawptest.Config{})
			test.fault.Match = create
			w.Inject(test.fault)
			output := w.Terraform(t, minimalConfig).Fails("apply")
			acctest.Contains(t, output, "Error: "+acctest.Summary(test.fault, "Wawp session was not created"))
			acctest.Contains(t, output, test.says...)
			acctest.NotContains(t, output, "may have been created", "terraform import")
			if n := w.Count(""); n != 1 {
				t.Errorf("%d requests were made, want 1", n)
			}
		})
	}
}

func TestCreateIsRepeatedAfter429(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{})
	w.Inject(wawptest.Fault{Match: create, Times: 1, Status: 429})
	tf := w.Terraform(t, minimalConfig, func(o *wawp.Options) { o.RetryWait = 100 * time.Millisecond })
	acctest.NotContains(t, tf.OK("apply"), "Warning: Wawp")
	checkRecorded(t, w, tf, 1)
	requests := w.Requests()
	if len(requests) != 2 || requests[1].Time.Sub(requests[0].Time) < 50*time.Millisecond {
		t.Errorf("not two requests with a pause between them: %v", requests)
	}
}

func TestSessionDeletedInTheDashboard(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{})
	tf := w.Terraform(t, minimalConfig)
	tf.OK("apply")
	tf.OK("refresh") // session/info describes it for the first time
	id := w.Sessions()[0].InstanceID
	w.Remove(id)
	acctest.Contains(t, tf.OK("plan"), "Warning: Wawp session is gone: "+id, "1 to add, 0 to change, 0 to destroy")
	tf.OK("apply")
	checkRecorded(t, w, tf, 1)
}

// TestSessionDeletedBeforeTheFirstRefresh: a wait for desired_state counts as having read the session.
func TestSessionDeletedBeforeTheFirstRefresh(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{})
	tf := w.Terraform(t, startedConfig)
	tf.OK("apply")
	w.Remove(w.Sessions()[0].InstanceID)
	acctest.Contains(t, tf.OK("plan"), "is gone", "1 to add, 0 to change, 0 to destroy")
}

// TestNewSessionMayNotBeKnownEverywhere: a new session that Wawp has not yet described stays in the state for 2
// minutes.
func TestNewSessionMayNotBeKnownEverywhere(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{})
	tf := w.Terraform(t, minimalConfig)
	tf.OK("apply")
	w.Remove(w.Sessions()[0].InstanceID)
	const young = "was created less than 2 minutes ago"
	for _, age := range []time.Duration{0, time.Minute} {
		tf.Age(age)
		acctest.Contains(t, tf.OK("apply", "-refresh-only"),
			"Warning: Wawp session could not be checked and stays in the state", young)
		acctest.Contains(t, tf.Fails("destroy", "-refresh=false"), "Error: Wawp session could not be deleted", young)
	}
	tf.Age(time.Minute)
	acctest.Contains(t, tf.OK("plan"), "Warning: Wawp session is gone", "1 to add")
	tf.OK("destroy", "-refresh=false")
	checkRecorded(t, w, tf, 0)
}

// TestTransientAbsenceKeepsTheState: a restart, or a server that lags behind, answers for some seconds that there is no
// such session.
func TestTransientAbsenceKeepsTheState(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{})
	tf := w.Terraform(t, startedConfig)
	tf.OK("apply")
	w.Inject(wawptest.Fault{Match: info, Times: 1, Status: 404, Body: `{"code":"invalid_instance","message":"gone"}`})
	w.ResetRequests()
	output := tf.OK("plan")
	acctest.Contains(t, output, "No changes.")
	acctest.NotContains(t, output, "Warning")
	w.CheckRequests(t, map[string]int{info: 2})
}

// TestAbsenceTakesThreeAnswers, and no more.
func TestAbsenceTakesThreeAnswers(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{})
	tf := w.Terraform(t, startedConfig)
	tf.OK("apply")
	w.Remove(w.Sessions()[0].InstanceID)
	w.ResetRequests()
	acctest.Contains(t, tf.OK("refresh"), "is gone")
	w.CheckRequests(t, map[string]int{info: 2, rateLimit: 1})
}

// TestAbsentProtectedSessionStaysInTheState: its absence is an error that says how to remove it from the state.
func TestAbsentProtectedSessionStaysInTheState(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{})
	tf := w.Terraform(t,
		"resource \"wawp_session\" \"x\" {\n  desired_state       = \"started\"\n  deletion_protection = true\n}")
	tf.OK("apply")
	id := w.Sessions()[0].InstanceID
	w.Remove(id)
	acctest.Contains(t, tf.Fails("plan"), "Error: Wawp session is gone, and protected: "+id,
		"terraform state rm 'wawp_session.<name>'")
	if len(tf.State()) != 1 {
		t.Error("it left the state")
	}
}

// TestUnprovenAbsenceKeepsTheState is promise P3, as a user sees it.
func TestUnprovenAbsenceKeepsTheState(t *testing.T) {
	t.Parallel()
	own := `{"code":"invalid_instance","message":"gone"}`
	for name, test := range map[string]struct {
		info   wawptest.Fault
		second wawptest.Fault
		fails  bool // else it warns
	}{
		"a proxy's 404": {
			wawptest.Fault{Status: 404, Body: "<html>Not Found</html>"},
			wawptest.Fault{Status: 404},
			false,
		},
		"an unknown route": {wawptest.Fault{
			Status: 404,
			Body:   `{"code":"rest_no_route","message":"No route was found"}`,
		}, wawptest.Fault{Status: 404}, false},
		"an HTML page":         {wawptest.Fault{Body: "<html>Sign in</html>"}, wawptest.Fault{Status: 404}, false},
		"an error in disguise": {wawptest.Fault{Body: own}, wawptest.Fault{Status: 404}, false},
		"an empty answer":      {wawptest.Fault{Status: 204}, wawptest.Fault{Status: 404}, false},
		"a gateway's JSON 404": {
			wawptest.Fault{Status: 404, Body: `{"message":"Not Found"}`},
			wawptest.Fault{Status: 404, Body: `{"message":"Not Found"}`},
			false,
		},
		"invalid_session as error": {
			wawptest.Fault{
				Status: 404,
				Body:   `{"status":404,"error":"invalid_session","message":"no"}`,
			},
			wawptest.Fault{Status: 404, Body: own},
			false,
		},
		"401":       {wawptest.Fault{Status: 401, Body: own}, wawptest.Fault{Status: 404}, true},
		"403":       {wawptest.Fault{Status: 403, Body: own}, wawptest.Fault{Status: 404}, true},
		"410":       {wawptest.Fault{Status: 410, Body: own}, wawptest.Fault{Status: 404}, true},
		"500":       {wawptest.Fault{Status: 500, Body: own}, wawptest.Fault{Status: 404}, true},
		"no answer": {wawptest.Fault{Drop: true}, wawptest.Fault{Status: 404}, true},
		"the rate limit answers": {
			wawptest.Fault{Status: 404, Body: own},
			wawptest.Fault{Body: `{"policies":[]}`},
			false,
		},
		"the rate limit is broken": {wawptest.Fault{Status: 404, Body: own}, wawptest.Fault{Status: 503}, false},
		"invalid_session, paired": {
			wawptest.Fault{Status: 404, Body: `{"code":"invalid_session","message":"no"}`},
			wawptest.Fault{Status: 404, Body: own},
			false,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.New(t, wawptest.Config{})
			tf := w.Terraform(t, noRetries+startedConfig)
			tf.OK("apply")
			w.Pair(w.Sessions()[0].InstanceID, "201012345678", "John")
			tf.OK("refresh")
			before := tf.State()
			test.info.Match, test.second.Match = info, rateLimit
			w.Inject(test.info)
			w.Inject(test.second)
			if test.fails {
				acctest.Contains(t, tf.Fails("refresh"), "Error: "+acctest.Summary(test.info,
					"Wawp session could not be read"), w.Sessions()[0].InstanceID)
			} else {
				output := tf.OK("refresh")
				acctest.Contains(t, output, "Warning: Wawp session could not be checked and stays in the state",
					w.Sessions()[0].InstanceID, "terraform state rm")
			}
			if got := tf.State(); fmt.Sprint(got) != fmt.Sprint(before) {
				t.Errorf("the state was %v and is %v", before, got)
			}
		})
	}
}

// TestWorkingSessionWithoutAccountIsPaired: a WORKING session has a phone, even if Wawp does not report its account.
func TestWorkingSessionWithoutAccountIsPaired(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{})
	tf := w.Terraform(t, noRetries+startedConfig)
	tf.OK("apply")
	w.Pair(w.Sessions()[0].InstanceID, "201012345678", "John")
	w.Inject(wawptest.Fault{Match: info, Reshape: wawptest.Without("me")})
	tf.OK("refresh")
	w.ClearFaults()
	before := tf.State()
	for _, endpoint := range []string{info, rateLimit} {
		w.Inject(wawptest.Fault{Match: endpoint, Status: 404, Body: `{"code":"invalid_session","message":"no"}`})
	}
	acctest.Contains(t, tf.OK("refresh"), "Warning: Wawp session could not be checked and stays in the state")
	if got := tf.State(); fmt.Sprint(got) != fmt.Sprint(before) {
		t.Errorf("the state was %v and is %v", before, got)
	}
}

// TestTokenOfAnotherAccountProvesNothing: another account knows none of the sessions of this one, and says so of each.
func TestTokenOfAnotherAccountProvesNothing(t *testing.T) {
	t.Parallel()
	const token = "t0ken-of-somebody-else"
	w, other := acctest.New(t, wawptest.Config{}), acctest.New(t, wawptest.Config{Token: token})
	for name, configuration := range map[string]string{"never " +
		"described": noRetries + minimalConfig, "described": noRetries +
		startedConfig} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tf := w.Terraform(t, configuration)
			tf.OK("apply")
			before := tf.State()
			tf.BaseURL, tf.Token = other.Server.URL, token
			acctest.Contains(t, tf.OK("plan"), "Warning: Wawp session could not be checked and stays in the state",
				"the access token, or the address, is another one than before")
			acctest.Contains(t, tf.Fails("destroy"), "Error: Wawp session could not be deleted",
				"the access token, or the address, is another one than before", "terraform state rm")
			if got := tf.State(); fmt.Sprint(got) != fmt.Sprint(before) {
				t.Errorf("the state was %v and is %v", before, got)
			}
			tf.BaseURL, tf.Token = w.Server.URL, w.Token
			tf.OK("plan") // succeeds if there is nothing to change
			tf.OK("destroy")
		})
	}
}

// TestRenewedTokenIsThatOfTheSameAccount: once a session was described to it, it proves as much as the old one.
func TestRenewedTokenIsThatOfTheSameAccount(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{})
	tf := w.Terraform(t, noRetries+startedConfig)
	tf.OK("apply")
	w.SetToken("renewed")
	tf.Token = "renewed"
	tf.OK("apply", "-refresh-only")
	id := w.Sessions()[0].InstanceID
	w.Remove(id)
	acctest.Contains(t, tf.OK("plan"), "Warning: Wawp session is gone: "+id)
}

func TestServerThatOffersOnlyCreate(t *testing.T) {
	t.Parallel()
	for name, reshape := range map[string]func(map[string]any) any{
		"with status": wawptest.Set("extra", true), "without status": wawptest.Without("status", "server_name"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.New(t, wawptest.Config{Endpoints: []string{create}})
			w.Inject(wawptest.Fault{Match: create, Reshape: reshape})
			tf := w.Terraform(t, `resource "wawp_session" "x" { count = 3 }`)
			acctest.NotContains(t, tf.OK("apply"), "Warning: Wawp")
			checkRecorded(t, w, tf, 3)

			output := tf.OK("plan")
			acctest.Contains(t, output, "Warning: Wawp session could not be checked and stays in the state",
				"No changes.")

			acctest.Contains(t, tf.OK("destroy"),
				"Wawp session "+w.Sessions()[0].InstanceID+" was removed from the state only", "3 destroyed")
			if len(tf.State()) != 0 {
				t.Errorf("the state holds %v", tf.State())
			}
		})
	}
}

// TestExistingSessionStaysInTheState: an answer like that of an unknown route to a deletion does not prove that the
// server has only create, even if it has not described the session yet.
func TestExistingSessionStaysInTheState(t *testing.T) {
	t.Parallel()
	const page = "<html>Not Found</html>"
	elsewhere := acctest.New(t, wawptest.Config{Endpoints: []string{create}}).Server.URL
	answered := func(body string, endpoints ...string) (faults []wawptest.Fault) {
		for _, endpoint := range endpoints {
			faults = append(faults, wawptest.Fault{Match: endpoint, Status: 404, Body: body})
		}
		return faults
	}
	and := func(faults []wawptest.Fault, more ...wawptest.Fault) []wawptest.Fault { return append(faults, more...) }
	none := answered(`{"error":"tenant_not_found","message":"No."}`, info)[0]
	for name, test := range map[string]struct {
		faults  []wawptest.Fault
		address string // another one than that of the creation
		refresh string
		says    string
	}{
		"server_not_found": {
			answered(`{"code":"server_not_found","message":"No."}`, remove), "", "false",
			"session/info describes it",
		},
		"wawp_upstream_error": {
			answered(`{"code":"wawp_upstream_error","message":"No."}`, remove), "", "false",
			"session/info describes it",
		},
		"a web page": {answered(page, remove), "", "false", "session/info describes it"},
		"an unknown route": {
			answered(`{"code":"rest_no_route","message":"No."}`, remove), "", "false",
			"session/info describes it",
		},
		"405": {
			[]wawptest.Fault{{Match: remove, Status: 405}},
			"", "false",
			"session/info describes it",
		},
		"info is broken": {
			and(answered(page, remove), wawptest.Fault{Match: info, Status: 500}), "",
			"false", "session/info does not confirm it",
		},
		"info is a web page": {
			and(answered(page, remove), wawptest.Fault{Match: info, Body: page}), "", "false",
			"could not be understood",
		},
		"info has no such tenant": {
			and(answered(page, remove, rateLimit), none), "", "false",
			"does not name the session",
		},
		"info has no such instance": {
			and(answered(page, remove, rateLimit), answered(noSuchInstance, info)...), "", "false",
			"less than 2 minutes ago",
		},
		"all but the policy": {answered(page, remove, info), "", "false", "does not name the session"},
		"a code of Wawp everywhere": {
			answered(`{"code":"server_not_found","message":"No."}`, remove, info, rateLimit),
			"", "true", "server_not_found",
		},
		"another address":         {nil, elsewhere, "false", "base_url"},
		"another address, looked": {nil, elsewhere, "true", "base_url"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.New(t, wawptest.Config{})
			tf := w.Terraform(t, noRetries+minimalConfig)
			tf.OK("apply")
			for _, fault := range test.faults {
				w.Inject(fault)
			}
			tf.BaseURL = cmp.Or(test.address, tf.BaseURL)
			acctest.Contains(t, tf.Fails("destroy", "-refresh="+test.refresh),
				"Error: Wawp session could not be deleted", "stays in the state", test.says)
			checkRecorded(t, w, tf, 1)
			w.ClearFaults()
			tf.BaseURL = w.Server.URL
			tf.OK("destroy")
			checkRecorded(t, w, tf, 0)
		})
	}
}

func TestDestroyUnderFault(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault wawptest.Fault
		gone  bool // the destroy succeeds
		says  string
		alone bool // no phone was linked
	}{
		"all is gone": {
			wawptest.Fault{Status: 404, Body: `{"code":"invalid_instance","message":"gone"}`},
			true, "1 destroyed", false,
		},
		"a gateway's JSON 404": {
			wawptest.Fault{Match: remove, Status: 404, Body: `{"message":"Not Found"}`},
			false,
			"stays in the state", false,
		},
		"busy, in disguise": {wawptest.Fault{
			Match: remove,
			Body:  `{"status":"error","message":"The instance is busy"}`,
		}, false, "The instance is busy", false},
		"a 404 that passes": {wawptest.Fault{
			Match: remove, Times: 1, Status: 404,
			Body: `{"code":"invalid_instance","message":"gone"}`,
		}, true, "1 destroyed", false},
		"a 404 that stays": {wawptest.Fault{
			Match: remove, Status: 404,
			Body: `{"code":"invalid_instance","message":"gone"}`,
		}, false, "session/info describes it", false},
		"perhaps phoneless": {wawptest.Fault{
			Match: remove, Status: 404,
			Body: `{"code":"invalid_session","message":"no"}`,
		}, false, "session/info describes it", false},
		"all is phoneless": {
			wawptest.Fault{Status: 404, Body: `{"code":"invalid_session","message":"no"}`},
			false,
			"may only mean that the session lost its phone", false,
		},
		"never had a phone": {
			wawptest.Fault{Status: 404, Body: `{"code":"invalid_session","message":"no"}`},
			true,
			"1 destroyed", true,
		},
		"logout fails": {
			wawptest.Fault{Match: logout, Status: 500},
			true,
			"Warning: Wawp session was not logged out", false,
		},
		"lost, then gone": {
			wawptest.Fault{Match: remove, Times: 1, Act: true, Drop: true},
			true, "1 destroyed",
			false,
		},
		"a proxy's 404": {
			wawptest.Fault{Match: remove, Status: 404, Body: foreignAnswer},
			false,
			"stays in the state", false,
		},
		"refused": {
			wawptest.Fault{Match: remove, Status: 403, Body: `{"code":"no","message":"No."}`},
			false, "stays in the state", false,
		},
		"a hotel's web page": {
			wawptest.Fault{Match: remove, Body: "<html>Sign in</html>"},
			false,
			"the answer is an error", false,
		},
		"an error in disguise": {
			wawptest.Fault{Match: remove, Body: `{"code":"server_not_found","message":"No."}`},
			false, "server_not_found", false,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.New(t, wawptest.Config{})
			tf := w.Terraform(t, startedConfig)
			tf.OK("apply")
			if !test.alone {
				w.Pair(w.Sessions()[0].InstanceID, "201012345678", "John")
			}
			tf.OK("refresh") // the state has WORKING, if a phone is linked
			w.Inject(test.fault)
			if test.gone {
				acctest.Contains(t, tf.OK("destroy", "-refresh=false"), test.says)
			} else {
				acctest.Contains(t, tf.Fails("destroy", "-refresh=false"), test.says)
			}
			if remaining := len(tf.State()); (remaining == 0) != test.gone {
				t.Errorf("%d sessions are in the state", remaining)
			}
			if loggedOut := w.Count(logout) > 0; loggedOut == test.alone {
				t.Errorf("a phone was logged out: %t", loggedOut)
			}
		})
	}
}

func TestDeletionProtection(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{})
	tf := w.Terraform(t, `resource "wawp_session" "x" { deletion_protection = true }`)
	tf.OK("apply")
	refusal := "Wawp session " + w.Sessions()[0].InstanceID + " is protected from deletion"
	acctest.Contains(t, tf.Fails("plan", "-destroy"), refusal, "deletion_protection = false",
		`with AttributeName("deletion_protection")`)
	acctest.Contains(t, tf.Fails("apply", "-replace=wawp_session.x"), refusal, "terraform untaint")
	tf.Configure("")
	acctest.Contains(t, tf.Fails("plan"), refusal)
	checkRecorded(t, w, tf, 1)
	if w.Count(remove)+w.Count(logout) != 0 {
		t.Error("a protected session was touched")
	}
}

func TestAccDeletionProtection(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{})
	cli := w.CLI(t, `resource "wawp_session" "x" { deletion_protection = true }`)
	cli.OK("apply", "-auto-approve", "-no-color")
	id := w.Sessions()[0].InstanceID
	refusal := "Wawp session " + id + " is protected from deletion"
	acctest.Contains(t, cli.Fails("plan", "-destroy", "-target=wawp_session.x", "-no-color"), refusal)
	cli.Configure("removed {\n  from = wawp_session.x\n  lifecycle {\n    destroy = true\n  }\n}\n")
	acctest.Contains(t, cli.Fails("plan", "-no-color"), refusal)
	checkRecorded(t, w, cli, 1)
	cli.Env = append(cli.Env, "WAWP_ALLOW_DESTROY=1")
	acctest.Contains(t, cli.OK("apply", "-auto-approve", "-no-color"),
		"Warning: The protection of Wawp session "+id+" is overridden")
	checkRecorded(t, w, cli, 0)
}

// TestDeposedObjectHasAWayOut changes the environment, so it runs alone.
func TestDeposedObjectHasAWayOut(t *testing.T) {
	w := acctest.New(t, wawptest.Config{})
	tf := w.Terraform(t,
		"resource \"wawp_session\" \"x\" {\n"+
			"  deletion_protection = true\n"+
			"  lifecycle {\n"+
			"    create_before_destroy = true\n"+
			"  }\n"+
			"}\n")
	tf.OK("apply")
	tf.Fails("apply", "-replace=wawp_session.x") // leaves the old one deposed
	checkRecorded(t, w, tf, 2)
	t.Setenv("WAWP_ALLOW_DESTROY", "1")
	acctest.Contains(t, tf.OK("apply"), "Warning: The protection of Wawp session")
	checkRecorded(t, w, tf, 1)
}

func TestFailedChangeIsAnError(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{})
	tf := w.Terraform(t, noRetries+stoppedConfig)
	tf.OK("apply")
	w.Inject(wawptest.Fault{Match: start, Status: 403, Body: `{"code":"no","message":"No."}`})
	tf.Configure(noRetries + startedConfig)
	acctest.Contains(t, tf.Fails("apply"), "Error: Wawp session is not in its desired_state", "HTTP 403")
	checkRecorded(t, w, tf, 1)
	w.ClearFaults()
	acctest.Contains(t, tf.OK("apply"), "0 added, 1 changed, 0 destroyed")
}

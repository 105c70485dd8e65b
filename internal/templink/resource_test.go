package templink_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

func TestMain(m *testing.M) { os.Exit(acctest.Main(m)) }

// The endpoints, as faults and counts name them.
const (
	get    = "GET /v2/session/temp-link"
	post   = "POST /v2/session/temp-link"
	revoke = "DELETE /v2/session/temp-link"
	info   = "POST /v2/session/info"
)

const (
	id      = "3EB0BCB2E3D4"
	address = "wawp_session_temp_link.x"
	scan    = "SCAN_QR_CODE"
)

// clock is the clock of a simulated API. Only Advance moves it.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 1, 31, 11, 30, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// linkUntilNoon returns an answer with a link that expires half an hour after the clock's start.
func linkUntilNoon(link string) string {
	return fmt.Sprintf(`{"link":%q,"expires_at":"2026-01-31T12:00:00Z"}`, link)
}

// newWorld opens an account that has a session which waits for a scan.
func newWorld(t *testing.T, config wawptest.Config) *acctest.World {
	t.Helper()
	w := acctest.New(t, config)
	w.Add(wawptest.Session{InstanceID: id, Status: scan})
	return w
}

// linkConfig configures a link of the session.
func linkConfig(arguments ...string) string {
	return fmt.Sprintf("resource \"wawp_session_temp_link\" \"x\" {\n  instance_id = %q\n  %s\n}\n", id,
		strings.Join(arguments, "\n  "))
}

// attributeCheck checks one attribute in the state.
func attributeCheck(attribute string, want knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(address, tfjsonpath.New(attribute), want)
}

// linkChecks checks that the state has the n-th link that was ever made for the session.
func linkChecks(w *acctest.World, n int, expires string, expired bool) []statecheck.StateCheck {
	isLink := knownvalue.StringFunc(func(link string) error {
		if all := w.Links(id); len(all) < n || all[n-1] != link {
			return fmt.Errorf("%s is not the link number %d of %v", link, n, all)
		}
		return nil
	})
	return []statecheck.StateCheck{
		attributeCheck("link", isLink), attributeCheck("expires_at", knownvalue.StringExact(expires)),
		attributeCheck("expired", knownvalue.Bool(expired)),
	}
}

// validLink asks the API which link is valid; "" is none. It ends all faults.
func validLink(t *testing.T, w *acctest.World) string {
	t.Helper()
	w.ClearFaults()
	query := url.Values{"access_token": {w.Token}, "instance_id": {id}}
	answer := httptest.NewRecorder()
	w.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/v2/session/temp-link?"+query.Encode(), nil))
	var body struct{ Link *string }
	if err := json.Unmarshal(answer.Body.Bytes(), &body); err != nil || answer.Code != http.StatusOK {
		t.Fatalf("%d %s", answer.Code, answer.Body)
	}
	if body.Link == nil {
		return ""
	}
	return *body.Link
}

// onlyResource returns the attributes of the one resource in the state.
func onlyResource(t *testing.T, tf acctest.StateReader) map[string]any {
	t.Helper()
	all := tf.State()
	if len(all) != 1 || all[0].Status != "" {
		t.Fatalf("the state holds %d resources", len(all))
	}
	return all[0].Attributes
}

func TestLifecycle(t *testing.T) {
	t.Parallel()
	now := newClock()
	w := newWorld(t, wawptest.Config{Now: now.Now})
	unchanged := acctest.Plans(address, plancheck.ResourceActionNoop)
	replaced := acctest.Plans(address, plancheck.ResourceActionReplace,
		plancheck.ExpectUnknownValue(address, tfjsonpath.New("link")),
		plancheck.ExpectUnknownValue(address, tfjsonpath.New("expires_at")),
		plancheck.ExpectKnownValue(address, tfjsonpath.New("expired"), knownvalue.Bool(false)))
	inPlace := acctest.Plans(address, plancheck.ResourceActionUpdate,
		plancheck.ExpectKnownValue(address, tfjsonpath.New("link"), knownvalue.NotNull()))
	const one, two = `triggers = { turn = "1" }`, `triggers = { turn = "2" }`
	w.Steps(t,
		resource.TestStep{
			Config:            w.Config(linkConfig()),
			ConfigStateChecks: linkChecks(w, 1, "2026-01-31T12:00:00Z", false),
		},
		resource.TestStep{ // triggers where there were none are only stored
			Config: w.Config(linkConfig(one)), ConfigPlanChecks: inPlace,
			ConfigStateChecks: linkChecks(w, 1, "2026-01-31T12:00:00Z", false),
		},
		resource.TestStep{ // its time is over
			PreConfig: func() { now.Advance(30 * time.Minute) },
			Config:    w.Config(linkConfig(one)), ConfigPlanChecks: unchanged,
			ConfigStateChecks: linkChecks(w, 1, "2026-01-31T12:00:00Z", true),
		},
		resource.TestStep{ // a change of them makes a new link
			Config: w.Config(linkConfig(two)), ConfigPlanChecks: replaced,
			ConfigStateChecks: linkChecks(w, 2, "2026-01-31T12:30:00Z", false),
		},
		resource.TestStep{ // another link takes its place
			PreConfig: func() { now.Advance(time.Minute); w.NewLink(id) },
			Config:    w.Config(linkConfig(two)), ConfigPlanChecks: unchanged,
			ConfigStateChecks: linkChecks(w, 2, "2026-01-31T12:30:00Z", true),
		},
		resource.TestStep{ // the time for operations is nothing to Wawp
			Config:            w.Config(linkConfig(two, `timeouts = { create = "10s", read = "10s", delete = "10s" }`)),
			ConfigPlanChecks:  inPlace,
			ConfigStateChecks: linkChecks(w, 2, "2026-01-31T12:30:00Z", true),
		},
		resource.TestStep{ // triggers that are gone are a change
			Config: w.Config(linkConfig()), ConfigPlanChecks: replaced,
			ConfigStateChecks: linkChecks(w, 4, "2026-01-31T12:31:00Z", false),
		},
		resource.TestStep{ // it is revoked elsewhere
			PreConfig: func() { w.ExpireLink(id) },
			Config:    w.Config(linkConfig()), ConfigPlanChecks: unchanged,
			ConfigStateChecks: linkChecks(w, 4, "2026-01-31T12:31:00Z", true),
		},
		resource.TestStep{ // triggers make a new link of one that has expired, also where there were none
			Config: w.Config(linkConfig(one)), ConfigPlanChecks: replaced,
			ConfigStateChecks: linkChecks(w, 5, "2026-01-31T12:31:00Z", false),
		},
	)
	if n := w.Count(post); n != 4 || w.Count(revoke) != 2 || w.Count("") != n+2+w.Count(get) {
		t.Errorf("the requests were %v", w.Requests())
	}
	for _, r := range w.Requests() {
		if r.Status != http.StatusOK {
			t.Errorf("%s", r)
		}
	}
}

func TestAnotherSession(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{})
	w.Add(wawptest.Session{InstanceID: "5056E8000001", Status: scan})
	w.Steps(t,
		resource.TestStep{Config: w.Config(linkConfig())},
		resource.TestStep{
			Config:           w.Config(strings.Replace(linkConfig(), id, "5056E8000001", 1)),
			ConfigPlanChecks: acctest.Plans(address, plancheck.ResourceActionReplace),
		},
	)
	if len(w.Links("5056E8000001")) != 1 || validLink(t, w) != "" {
		t.Errorf("the first session's link is %q, the second's were %v", validLink(t, w), w.Links("5056E8000001"))
	}
}

func TestNoDuplicateRequests(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{})
	tf := w.Terraform(t, linkConfig())
	tf.OK("apply")
	w.CheckRequests(t, map[string]int{post: 1})
	tf.OK("plan")
	w.CheckRequests(t, map[string]int{get: 1})
	tf.Configure(linkConfig(`timeouts = { read = "10s" }`, `triggers = {}`))
	acctest.Contains(t, tf.OK("apply", "-refresh=false"), "0 added, 1 changed")
	w.CheckRequests(t, nil)
	tf.OK("destroy", "-refresh=false")
	w.CheckRequests(t, map[string]int{get: 1, revoke: 1})
}

// TestDestroy revokes the link, also where Wawp shows what is some seconds old, and no other one: Wawp can only revoke
// all of them.
func TestDestroy(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		before func(*acctest.World, *clock)
		want   map[string]int
		doubt  string // why stays in the state; "": it does not
	}{
		"valid":                {func(*acctest.World, *clock) {}, map[string]int{get: 1, revoke: 1}, ""},
		"another one is valid": {func(w *acctest.World, _ *clock) { w.NewLink(id) }, map[string]int{get: 1}, ""},
		"none is shown": {func(w *acctest.World, _ *clock) {
			w.Inject(wawptest.Fault{Match: get, Times: 1, Body: `{"link":null}`})
		}, map[string]int{get: 1, revoke: 1}, ""},
		"an older one is shown": {
			func(w *acctest.World, _ *clock) {
				w.Inject(wawptest.Fault{
					Match: get, Times: 1,
					Body: strings.Replace(linkUntilNoon(foreignLink), "T12:00", "T11:59", 1),
				})
			},
			map[string]int{get: 1, revoke: 1},
			"",
		},
		"reading is refused": {
			func(w *acctest.World, _ *clock) { w.Inject(wawptest.Fault{Match: get, Times: 1, Status: 409}) },
			map[string]int{get: 1, revoke: 1},
			"",
		},
		"its time is over": {
			func(_ *acctest.World, now *clock) { now.Advance(30 * time.Minute) },
			map[string]int{get: 1},
			"",
		},
		"revoked elsewhere": {
			func(w *acctest.World, _ *clock) { w.ExpireLink(id) },
			map[string]int{get: 1, revoke: 1},
			"",
		},
		"revoked elsewhere, which is an error": {
			func(w *acctest.World, _ *clock) {
				w.ExpireLink(id)
				w.Inject(wawptest.Fault{
					Match: revoke, Status: 404,
					Body: `{"code":"not_found","message":"The session has none."}`,
				})
			},
			map[string]int{get: 2, revoke: 1},
			"",
		},
		"revoked elsewhere, of which all is a 404": {
			func(w *acctest.World, _ *clock) {
				w.ExpireLink(id)
				none := `{"code":"not_found","message":"No active link for this session"}`
				w.Inject(wawptest.Fault{Match: get, Times: 2, Status: 404, Body: none})
				w.Inject(wawptest.Fault{Match: revoke, Status: 404, Body: none})
			},
			map[string]int{get: 2, revoke: 1},
			"",
		},
		"the session is gone": {
			func(w *acctest.World, _ *clock) { w.Remove(id) },
			map[string]int{get: 1, info: 1, "GET /v2/session/rate-limit": 1},
			"",
		},
		"gone in between": {
			func(w *acctest.World, _ *clock) {
				w.Inject(wawptest.Fault{Match: revoke, Status: 404, Body: noSuchInstance})
			},
			map[string]int{get: 2, revoke: 1, info: 1},
			"session/info describes it",
		},
		"the phone dropped": {
			func(w *acctest.World, _ *clock) {
				w.Inject(wawptest.Fault{Match: get, Status: 404, Body: invalidSession})
			},
			map[string]int{get: 1},
			"invalid_session may only mean that the session lost its phone",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			now := newClock()
			w := newWorld(t, wawptest.Config{Now: now.Now})
			tf := w.Terraform(t, linkConfig())
			tf.OK("apply")
			w.ResetRequests()
			test.before(w, now)
			if test.doubt == "" {
				acctest.Contains(t, tf.OK("destroy", "-refresh=false"), "1 destroyed")
			} else {
				acctest.Contains(t, tf.Fails("destroy", "-refresh=false"), "Error: Wawp temporary link was not revoked",
					test.doubt)
			}
			w.CheckRequests(t, test.want)
			switch {
			case name == "another one is valid":
				if link := validLink(t, w); link == "" || link != w.Links(id)[1] {
					t.Error("the other link was revoked")
				}
			case test.want[revoke] > 0 && test.doubt == "":
				if link := validLink(t, w); link != "" {
					t.Error("the link is still valid")
				}
			}
		})
	}
}

// TestCreateBeforeDestroy: the end of the old link is not the end of the new one, also if Wawp still shows the old one.
func TestCreateBeforeDestroy(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{Now: newClock().Now})
	configure := func(turn int) string {
		return linkConfig(fmt.Sprintf("triggers = { turn = %d }", turn),
			"lifecycle {\n    create_before_destroy = true\n  }")
	}
	tf := w.Terraform(t, configure(1))
	tf.OK("apply")
	w.Inject(wawptest.Fault{Match: get, Times: 2, Body: linkUntilNoon(w.Links(id)[0])})
	tf.Configure(configure(2))
	acctest.Contains(t, tf.OK("apply"), "1 added, 0 changed, 1 destroyed")
	if link := validLink(t, w); link == "" || link != onlyResource(t, tf)["link"] || link != w.Links(id)[1] {
		t.Errorf("%q is valid, the state has %v", link, onlyResource(t, tf)["link"])
	}
	acctest.Contains(t, tf.OK("plan"), "No changes.")
}

func TestWithTheSessionItself(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{})
	tf := w.Terraform(t, `
		resource "wawp_session" "x" { desired_state = "started" }
		resource "wawp_session_temp_link" "x" {
			instance_id = wawp_session.x.instance_id
			triggers    = { name = wawp_session.x.session_name }
		}
		resource "wawp_session" "too_late" {
			count = wawp_session_temp_link.x.expired ? 1 : 0 # which the plan of a new link must know
		}`)
	acctest.Contains(t, tf.OK("apply"), "2 added")
	acctest.Contains(t, tf.OK("plan"), "No changes.")
	tf.OK("refresh") // after which the session counts as seen

	first := w.Sessions()[0].InstanceID
	w.Remove(first) // in the dashboard
	output := tf.OK("apply")
	acctest.Contains(t, output, "Warning: Wawp temporary link is gone", first, "2 added, 0 changed, 0 destroyed")
	second := w.Sessions()[0].InstanceID
	w.ExpireLink(second)
	acctest.Contains(t, tf.OK("apply"), "1 added, 0 changed, 0 destroyed") // too_late
	acctest.Contains(t, tf.OK("destroy"), "3 destroyed")
}

func TestArgumentsAreValidated(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{})
	for name, test := range map[string]struct{ configuration, says string }{
		"empty instance":      {strings.Replace(linkConfig(), id, " ", 1), "instance_id is set, but empty"},
		"read timeout":        {linkConfig(`timeouts = { read = "0s" }`), "timeouts.read must be a positive duration"},
		"link":                {linkConfig(`link = "x"`), "link"},
		"ephemeral, instance": {ephemeralConfig(`""`), "instance_id is set, but empty"},
		"ephemeral, timeout": {
			ephemeralConfig(quoted, `timeouts = { open = "-1s" }`),
			"timeouts.open must be a positive duration",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.Contains(t, w.Terraform(t, test.configuration).Fails("plan"), test.says)
		})
	}
	t.Cleanup(func() { w.CheckRequests(t, nil) })
}

// TestImport takes the link that there is, without a change but for what only Terraform knows (P5).
func TestImport(t *testing.T) {
	t.Parallel()
	for argument, says := range map[string]string{
		"":                              "0 added, 0 changed, 0 destroyed",
		`triggers = { turn = "1" }`:     "0 added, 1 changed, 0 destroyed",
		`timeouts = { create = "20s" }`: "0 added, 1 changed, 0 destroyed",
	} {
		t.Run(argument, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, wawptest.Config{Now: newClock().Now})
			tf := w.Terraform(t, linkConfig(argument))
			tf.OK("apply")
			made := onlyResource(t, tf)
			tf.Forget(address)
			w.ResetRequests()
			tf.OK("import", address, id)
			acctest.Contains(t, tf.OK("apply"), says)
			if got := onlyResource(t, tf); fmt.Sprint(got) != fmt.Sprint(made) || got["link"] != validLink(t, w) {
				t.Errorf("the state was %v and is %v", made, got)
			}
			acctest.Contains(t, tf.OK("plan"), "No changes.")
			if n := w.Count(get); n != w.Count("") {
				t.Errorf("the requests were %v", w.Requests())
			}
		})
	}
}

func TestAccImportBlock(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ need, by, argument, says string }{
		"id": {
			"1.11", fmt.Sprintf("id = %q", id), `triggers = { turn = "1" }`,
			"1 imported, 0 added, 1 changed, 0 destroyed",
		},
		"identity": {
			"1.12", fmt.Sprintf("identity = { instance_id = %q }", id), "",
			"1 imported, 0 added, 0 changed, 0 destroyed",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.Require(t, test.need, test.need)
			w := newWorld(t, wawptest.Config{})
			link := w.NewLink(id)
			cli := w.CLI(t, linkConfig(test.argument)+"import {\n  to = "+address+"\n  "+test.by+"\n}\n")
			acctest.Contains(t, cli.OK("apply", "-auto-approve", "-no-color"), test.says)
			if s := onlyResource(t, cli); s["link"] != link {
				t.Errorf("the state is %v", s)
			}
		})
	}
}

func TestImportWithoutALink(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{})
	tf := w.Terraform(t, linkConfig())
	for _, blank := range []string{"", " "} {
		acctest.Contains(t, tf.Fails("import", address, blank), "No instance id to import")
	}
	w.CheckRequests(t, nil)
	acctest.Contains(t, tf.Fails("import", address, id), "Error: No temporary link to import", id,
		"an apply makes a new link")
	w.CheckRequests(t, map[string]int{get: 1})
	if len(tf.State()) != 0 {
		t.Errorf("the state holds %v", tf.State())
	}
}

// TestLinkExpiresByTime, by Wawp's clock, also if Wawp still shows it.
func TestLinkExpiresByTime(t *testing.T) {
	t.Parallel()
	for name, shown := range map[string]string{
		"shown with its end":    linkUntilNoon(foreignLink),
		"shown without its end": `{"link":"` + foreignLink + `"}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			now := newClock()
			w := newWorld(t, wawptest.Config{Now: now.Now})
			tf := w.Terraform(t, linkConfig())
			w.Inject(wawptest.Fault{Match: post, Reshape: wawptest.Set("link", foreignLink)})
			tf.OK("apply")
			w.Inject(wawptest.Fault{Match: get, Body: shown})
			for _, expired := range []bool{false, true} {
				tf.OK("refresh")
				if s := onlyResource(t, tf); s["expired"] != expired || s["expires_at"] != "2026-01-31T12:00:00Z" {
					t.Errorf("expired is to be %t; the state is %v", expired, s)
				}
				now.Advance(30 * time.Minute)
			}
		})
	}
}

func TestImportOfAnExpiredLink(t *testing.T) {
	t.Parallel()
	now := newClock()
	w := newWorld(t, wawptest.Config{Now: now.Now})
	w.Inject(wawptest.Fault{Match: get, Body: linkUntilNoon(foreignLink)})
	now.Advance(time.Hour)
	acctest.Contains(t, w.Terraform(t, linkConfig()).Fails("import", address, id), "Error: No temporary link to import")
}

// TestImportOfAnUnreadableLink drops nothing silently: it is an error, however clear the absence is.
func TestImportOfAnUnreadableLink(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]wawptest.Fault{
		"no such session": {Match: info, Skip: 1000},
		"foreign 404":     {Match: get, Status: 404, Body: foreignAnswer},
		"invalid_session": {Match: get, Status: 404, Body: invalidSession},
		"unreadable":      {Match: get, Body: "<html>"},
		"not allowed":     {Match: get, Status: 403, Body: `{"code":"forbidden","message":"no"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.New(t, wawptest.Config{})
			w.Inject(fault)
			output := w.Terraform(t, linkConfig()).Fails("import", address, id)
			acctest.Contains(t, output, "Reading the temporary link of the session "+id+" failed")
		})
	}
}

// TestImportedLinkIsLikeAnyOther once it has been read: its session can go.
func TestImportedLinkIsLikeAnyOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{})
	w.NewLink(id)
	tf := w.Terraform(t, linkConfig())
	tf.OK("import", address, id)
	w.Remove(id)
	acctest.Contains(t, tf.OK("plan"), "Warning: Wawp temporary link is gone", id, "1 to add")
}

// TestImportWithoutExpiry: when a link ends that was made elsewhere, nobody can guess. A change in place keeps that.
func TestImportWithoutExpiry(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{})
	w.NewLink(id)
	w.Inject(wawptest.Fault{Match: get, Reshape: wawptest.Without("expires_at")})
	tf := w.Terraform(t, linkConfig())
	tf.OK("import", address, id)
	tf.Configure(linkConfig(`timeouts = { read = "20s" }`))
	acctest.Contains(t, tf.OK("apply"), "0 added, 1 changed")
	if s := onlyResource(t, tf); s["expires_at"] != nil || s["link"] != w.Links(id)[0] || s["expired"] != false {
		t.Errorf("the state is %v", s)
	}
	acctest.Contains(t, tf.OK("plan"), "No changes.")
}

// TestLinkToAnotherHostWarns where it is given, by its host alone; one that nobody should be sent to is none.
func TestLinkToAnotherHostWarns(t *testing.T) {
	t.Parallel()
	const summary = "Warning: A temporary link leads to another host"
	page := func(w *acctest.World, link string) {
		w.ClearFaults()
		for _, endpoint := range []string{get, post} {
			w.Inject(wawptest.Fault{Match: endpoint, Reshape: wawptest.Set("link", link)})
		}
	}
	ask := fmt.Sprintf("ephemeral \"wawp_session_temp_link\" \"x\" { instance_id = %q }\n", id)
	for link, host := range map[string]string{
		"https://elsewhere.example/temp-qr/s3cr3t": "elsewhere.example",
		"https://xn--wwp-6cd.net:8443/s3cr3t":      "xn--wwp-6cd.net:8443",
		"https://app.wawp.net/temp-qr/s3cr3t":      "", "http://127.0.0.1/s3cr3t": "",
	} {
		w := newWorld(t, wawptest.Config{})
		page(w, link)
		tf := w.Terraform(t, linkConfig())
		output := []string{tf.OK("apply")}
		tf.Forget(address)
		output = append(output, tf.OK("import", address, id))
		tf.Configure(ask)
		output = append(output, tf.OK("plan"))
		for _, output := range output {
			acctest.NotContains(t, output, "s3cr3t")
			if host == "" {
				acctest.NotContains(t, output, summary)
			} else {
				acctest.Contains(t, output, summary, "leads to "+host+".")
			}
		}
		tf.Configure(linkConfig())
		acctest.NotContains(t, tf.OK("plan"), "Warning")
	}
	for _, link := range []string{
		"https://user@app.wawp.net/s3cr3t", "https://app.w\u0430wp.net/s3cr3t",
		"ftp://app.wawp.net/s3cr3t", "https://app.wawp.net/s3cr3t\u202e",
	} {
		w := newWorld(t, wawptest.Config{})
		page(w, link)
		output := w.Terraform(t, linkConfig()).Fails("apply")
		acctest.Contains(t, output, "Wawp temporary link was not made", "There may be a new link")
		acctest.NotContains(t, output+w.Terraform(t, ask).Fails("plan"), "s3cr3t")
	}
}

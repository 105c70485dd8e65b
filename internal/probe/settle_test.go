package main

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/wawp/terraform-provider-wawp/internal/wawp"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

// What is found in answers of various forms. The calls of a table row are the only ones that there are.
func TestQuestions(t *testing.T) {
	t.Parallel()
	const (
		policy   = "Which field holds the current policy?"
		expires  = "Which field says when the link expires?"
		limits   = "Which types do the limits of the policies have (one of them means unlimited)?"
		differs  = "How does that differ from the answer for a deleted session?"
		isOwn    = "Does the provider take that for Wawp's own word that the session is gone?"
		agrees   = "Does the rate limit of a deleted session agree (the second look)?"
		me       = "What is `me` while no phone is linked?"
		whereID  = "Where is the instance id in the answer of create, and what is it?"
		tellsNew = "What else does create tell?"
		newState = "Is a new session STOPPED or STARTING?"
		repeats  = "Does any answer repeat the access token?"
		mails    = "Does any answer hold an e-mail address?"
	)
	type heard struct {
		step   string
		status int
		body   string
	}
	deleted, gone := heard{stepDelete, 200, ``}, heard{stepGone, 404, `{"code":"invalid_instance","message":"m"}`}
	for name, test := range map[string]struct {
		question string
		heard    []heard
		want     string // "" is open
	}{
		"status of create":        {"Which status does create answer with?", []heard{{stepCreate, 202, `{}`}}, "202"},
		"create refused":          {"Which status does create answer with?", []heard{{stepCreate, 403, `{}`}}, ""},
		"id":                      {whereID, []heard{{stepCreate, 201, `{"instance_id":"x"}`}}, "`instance_id`, string"},
		"id, numeric":             {whereID, []heard{{stepCreate, 201, `{"instanceId":1}`}}, "`instanceId`, number"},
		"id, wrapped":             {whereID, []heard{{stepCreate, 201, `{"data":{"session":{"instanceId":"x"}}}`}}, "`data.session.instanceId`, string"},
		"id, outermost":           {whereID, []heard{{stepCreate, 201, `{"config":{"instance_id":1},"instance_id":"x"}`}}, "`instance_id`, string"},
		"id, elsewhere":           {whereID, []heard{{stepCreate, 201, `{"uuid":"x"}`}}, "nowhere in {uuid: string}"},
		"create tells all":        {tellsNew, []heard{{stepCreate, 201, `{"status":200,"data":{"status":"STARTING","name":"x","serverName":null}}`}}, "`data.status`, string; `data.name`, string; `data.serverName`, null"},
		"create tells nothing":    {tellsNew, []heard{{stepCreate, 201, `{}`}}, "no status; no session name/name; no server name"},
		"new state":               {newState, []heard{{stepCreate, 201, `{"instance_id":"x","status":"STARTING"}`}, {stepInfo, 200, `{"status":"SCAN_QR_CODE"}`}}, "STARTING"},
		"new state by info":       {newState, []heard{{stepCreate, 201, `{"instance_id":"x"}`}, {stepInfo, 200, `{"data":{"status":"stopped"}}`}}, "STOPPED"},
		"new state, other":        {newState, []heard{{stepInfo, 200, `{"status":"T0k3n"}`}}, "a state that is not documented"},
		"new state, none":         {newState, []heard{{stepInfo, 200, `{"status":"success"}`}}, ""},
		"me absent":               {me, []heard{{stepStarted, 200, `{"status":"SCAN_QR_CODE"}`}}, "absent"},
		"me null":                 {me, []heard{{stepStarted, 200, `{"me":null}`}}, "`me`, null"},
		"me empty":                {me, []heard{{stepStarted, 200, `{"data":{"me":{}}}`}}, "`data.me`, {}"},
		"me, form":                {me, []heard{{stepStarted, 200, `{"me":{"id":{"user":"x"},"pushName":null}}`}}, "`me`, {id: {...}, pushName: null}"},
		"me, no answer":           {me, nil, ""},
		"policy":                  {policy, []heard{{stepRateLimit, 200, `{"data":{"policy":{"slug":"x"},"policies":[]}}`}}, "`data.policy`, {slug: string}"},
		"policy, by another name": {policy, []heard{{stepRateLimit, 200, `{"data":{"assigned":"x","policies":[],"free_policies":[],"hasActivePlan":1,"zoe":"x"}}`}}, "none of the names guessed; beside the policies there is `assigned`, `key1`"},
		"policy, in the list":     {policy, []heard{{stepRateLimit, 200, `{"policies":{"strict":{"current":true}}}`}}, "none of the names guessed; beside the policies there is nothing"},
		"policy, all else":        {policy, []heard{{stepRateLimit, 200, `{"ok":true}`}}, "none of the names guessed: the answer is {ok: boolean}"},
		"limits":                  {limits, []heard{{stepRateLimit, 200, `{"policies":{"strict":{"limits":{"daily_cap":null}},"x":{"limits":{"a":1,"b":"1"}}}}`}}, "null and number and string"},
		"limits of a list":        {limits, []heard{{stepRateLimit, 200, `{"policies":[{"limits":{"daily_cap":1}}]}`}}, "number"},
		"no limits":               {limits, []heard{{stepRateLimit, 200, `{"policies":[]}`}}, ""},
		"expiry":                  {expires, []heard{{stepNewLink, 200, `{"link":{"url":"x","expiresAt":1}}`}}, "`link.expiresAt`, number"},
		"expiry, other":           {expires, []heard{{stepNewLink, 200, `{"link":"x","until":"x"}`}}, "none of the names guessed: the answer is {link: string, until: string}"},
		"empty start":             {"What does start answer?", []heard{{stepStart, 204, ``}}, "204, no body"},
		"refused start":           {"What does start answer?", []heard{{stepStart, 409, `{"code":"missing_param","message":"x"}`}}, "409, {code: string, message: string} (missing_param)"},
		"webhooks refused":        {"Which webhooks does a new session have, or what are they refused with?", []heard{{stepWebhooks, 403, `{"code":"subscription_required","message":"x"}`}}, "403, {code: string, message: string} (subscription_required)"},
		"system webhook":          {"Is the system webhook among the session's own ones?", []heard{{stepWebhooks, 200, `{"webhooks":[{"url":"x"}]}`}}, "yes: the list of a new session is not empty"},
		"GET like POST":           {"Does temp-link answer a GET like a POST?", []heard{{stepNewLink, 201, `{"link":"x"}`}, {stepLink, 200, `{"link":{}}`}}, "they differ in status, keys or types"},
		"own":                     {isOwn, []heard{deleted, gone}, "yes"},
		"own, not by its text":    {isOwn, []heard{deleted, {stepGone, 404, `<html>`}}, "no"},
		"own, not deleted":        {isOwn, []heard{{stepDelete, 500, ``}, gone}, ""},
		"second look":             {agrees, []heard{deleted, {stepGoneLimit, 404, `{"code":"T0k3n","message":"m"}`}}, "yes: 404, {code: string, message: string} (an unknown code, no. 1)"},
		"second look, not so":     {agrees, []heard{deleted, {stepGoneLimit, 200, `{}`}}, "no: 200, {}"},
		"route, other code":       {differs, []heard{deleted, gone, {stepUnknownRoute, 404, `{"code":"rest_no_route","message":"m"}`}}, "they differ in code"},
		"route, unknown codes":    {differs, []heard{deleted, {stepGone, 404, `{"code":"a1","message":"m"}`}, {stepUnknownRoute, 404, `{"code":"b1","message":"m"}`}}, "they differ in code"},
		"route, the same":         {differs, []heard{deleted, gone, {stepUnknownRoute, 404, `{"code":"invalid_instance","message":"m"}`}}, "not at all, and the provider takes it for the word that a session is gone"},
		"route, by its text":      {differs, []heard{deleted, {stepGone, 404, `{"message":"no such session"}`}, {stepUnknownRoute, 404, `{"message":"no route"}`}}, "in its text only"},
		"token":                   {repeats, []heard{{stepCreate, 201, `{"config":"` + token + `"}`}, {stepInfo, 200, `{}`}}, "yes: create"},
		"no token":                {repeats, []heard{{stepInfo, 200, `{"id":"x@c.us"}`}}, "no, none of 1"},
		"e-mail":                  {mails, []heard{{stepInfo, 200, `{"a":"john@doe.example"}`}}, "yes: info of the new session"},
		"no e-mail":               {mails, []heard{{stepInfo, 200, `{"id":"201012345678@c.us"}`}}, "no, none of 1"},
		"429":                     {"Is 429 ever answered?", []heard{{stepInfo, 429, ``}}, "yes: info of the new session"},
		"phone":                   {"What is `me` once a phone is linked?", []heard{deleted}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScrubber(token)
			var calls []call
			for _, h := range test.heard {
				calls = append(calls, s.call(t.Context(), step{name: h.step}, raw{h.status, "application/json", []byte(h.body)}))
			}
			settled, open := settle(calls)
			lines := settled
			if test.want == "" {
				lines = open
			}
			found := ""
			for _, line := range lines {
				if rest, ok := strings.CutPrefix(line, test.question); ok {
					found = line
					if got := strings.TrimSpace(rest); test.want != "" && got != test.want {
						t.Errorf("found %q, want %q", got, test.want)
					}
				}
			}
			if found == "" {
				t.Errorf("it is not among %q", lines)
			}
			if len(settled)+len(open) != len(questions) {
				t.Errorf("%d settled, %d open of %d", len(settled), len(open), len(questions))
			}
		})
	}
}

// The file that a walk writes makes a fresh simulator answer another walk in the same forms, whatever they are.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		config wawptest.Config
		forms  func(string) string // replaces forms in the file, before it is loaded
	}{
		"free":    {wawptest.Config{}, nil},
		"paid":    {wawptest.Config{Paid: true, SystemListed: true}, nil},
		"renamed": {wawptest.Config{Paid: true}, renamed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, _ := simulate(t, test.config)
			p.expect(0)
			if test.forms != nil {
				written, err := os.ReadFile(p.file)
				if err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(p.file, []byte(test.forms(string(written))), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			again, api := simulate(t, test.config)
			api.Answer(p.fixture())
			again.expect(0)
			got, want := again.fixture().Calls, p.fixture().Calls
			if len(got) != len(want) {
				t.Fatalf("%d calls, want %d", len(got), len(want))
			}
			for i := range want {
				if !reflect.DeepEqual(got[i], want[i]) {
					t.Errorf("got %+v\nwant %+v", got[i], want[i])
				}
			}
		})
	}
}

// renamed spells keys in another way, and changes statuses.
func renamed(fixture string) string {
	return strings.NewReplacer(
		`"instance_id"`, `"instanceId"`, `"session_name"`, `"sessionName"`, `"server_name"`, `"serverName"`,
		`"current_policy"`, `"policySlug"`, `"expires_at"`, `"expiry"`, `"status": 201`, `"status": 202`,
	).Replace(fixture)
}

// The provider's client understands a simulator that answers in the forms of a recorded fixture, whose keys are spelled in
// another way and lie in envelopes.
func TestClientUnderstandsForms(t *testing.T) {
	t.Parallel()
	for _, envelope := range [][]string{nil, {"data"}, {"data", "session"}, {"result", "metadata"}} {
		t.Run(strings.Join(envelope, "."), func(t *testing.T) {
			t.Parallel()
			p, _ := simulate(t, wawptest.Config{})
			p.expect(0)
			encoded, err := json.Marshal(p.fixture())
			if err != nil {
				t.Fatal(err)
			}
			f, err := wawptest.LoadFixture(bytes.NewReader([]byte(renamed(string(encoded)))))
			if err != nil {
				t.Fatal(err)
			}
			for i := range f.Calls {
				if f.Calls[i].Status < 300 {
					for j := range envelope {
						f.Calls[i].Form = map[string]any{envelope[len(envelope)-1-j]: f.Calls[i].Form}
					}
				}
			}
			q, api := simulate(t, wawptest.Config{})
			api.Answer(f)

			base, err := address(q.env["WAWP_BASE_URL"])
			if err != nil {
				t.Fatal(err)
			}
			client := wawp.New(wawp.Options{AccessToken: token, BaseURL: base, Transport: q.transport})
			created, err := client.CreateSession(t.Context())
			if err != nil || created.InstanceID != api.Sessions()[0].InstanceID || created.Name == "" || created.ServerName != "server-1" || created.Status != wawp.StatusStopped {
				t.Fatalf("created %+v, %v", created, err)
			}
			for _, act := range []struct {
				what  string
				do    func() (wawp.Session, error)
				state string
			}{
				{"get", func() (wawp.Session, error) { return client.GetSession(t.Context(), created.InstanceID) }, wawp.StatusStopped},
				{"start", func() (wawp.Session, error) { return client.StartSession(t.Context(), created.InstanceID) }, wawp.StatusStarting},
				{"get", func() (wawp.Session, error) { return client.GetSession(t.Context(), created.InstanceID) }, wawp.StatusScan},
				{"stop", func() (wawp.Session, error) { return client.StopSession(t.Context(), created.InstanceID) }, wawp.StatusStopped},
			} {
				if s, err := act.do(); err != nil || s.Status != act.state || s.Name != created.Name {
					t.Errorf("%s: got %+v, %v", act.what, s, err)
				}
			}
			if err := client.DeleteSession(t.Context(), created.InstanceID); err != nil || len(api.Sessions()) != 0 {
				t.Errorf("delete: %v; left %v", err, api.Sessions())
			}
			if _, err := client.GetSession(t.Context(), created.InstanceID); !wawp.KindOf(err).Missing() {
				t.Errorf("once deleted: %v", err)
			}
		})
	}
}

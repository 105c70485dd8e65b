package wawp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

var whole = Session{
	InstanceID: "A1", Name: "wawp-1", Status: StatusWorking,
	Account: &Account{ChatID: "201012345678@c.us", PhoneNumber: "201012345678", PushName: "John"},
}

// TestSessionIsReadInEveryForm tests promise P6 for sessions.
func TestSessionIsReadInEveryForm(t *testing.T) {
	t.Parallel()
	me := `"me":{"id":"201012345678@c.us","pushName":"John"}`
	only := func(status string) Session { return Session{InstanceID: "A1", Name: "wawp-1", Status: status} }
	unnamed := func(a Account) Session { return Session{InstanceID: "A1", Status: StatusWorking, Account: &a} }
	for name, test := range map[string]struct {
		body string
		want Session
	}{
		"as documented": {
			`{"name":"wawp-1","status":"WORKING","config":{"webhooks":{},"proxy":null},` + me + `}`,
			whole,
		},
		"under data":    {`{"data":{"name":"wawp-1","status":"WORKING",` + me + `}}`, whole},
		"under session": {`{"session":{"session_name":"wawp-1","status":"WORKING",` + me + `}}`, whole},
		"under result":  {`{"result":{"sessionName":"wawp-1","status":"WORKING",` + me + `}}`, whole},
		"under data.session": {
			`{"success":true,"data":{"session":{"name":"wawp-1","status":"WORKING",` + me + `}}}`,
			whole,
		},
		"lower case":         {`{"name":"wawp-1","status":"working",` + me + `}`, whole},
		"envelope with word": {`{"status":"success","data":{"name":"wawp-1","status":"WORKING",` + me + `}}`, whole},
		"envelope, number":   {`{"status":200,"data":{"name":"wawp-1","status":"WORKING",` + me + `}}`, whole},
		"envelope, text no.": {`{"status":"200","data":{"name":"wawp-1","status":"WORKING",` + me + `}}`, whole},
		"code success": {
			`{"code":"success","message":"done","name":"wawp-1","status":"WORKING",` + me + `}`,
			whole,
		},
		"byte order mark": {"\xef\xbb\xbf\n" + `{"name":"wawp-1","status":"WORKING",` + me + `}`, whole},
		"webhooks array": {`{"name":"wawp-1","status":"STOPPED","config":{"webhooks":[{"url":"https://x"}],` +
			`"proxy":"p"}}`, only(StatusStopped)},
		"webhooks null": {
			`{"name":"wawp-1","status":"STOPPED","config":{"webhooks":null,"proxy":{"a":1}}}`,
			only(StatusStopped),
		},
		"config null":        {`{"name":"wawp-1","status":"STOPPED","config":null}`, only(StatusStopped)},
		"me null":            {`{"name":"wawp-1","status":"SCAN_QR_CODE","me":null}`, only(StatusScan)},
		"me empty":           {`{"name":"wawp-1","status":"SCAN_QR_CODE","me":{}}`, only(StatusScan)},
		"me empty, then not": {`{"name":"wawp-1","status":"WORKING","me":{},"data":{` + me + `}}`, whole},
		"me is a word":       {`{"name":"wawp-1","status":"SCAN_QR_CODE","me":"nobody"}`, only(StatusScan)},
		"status unknown":     {`{"name":"wawp-1","status":"Paused"}`, only("PAUSED")},
		"status missing":     {`{"name":"wawp-1"}`, only("")},
		"status is a number": {`{"name":"wawp-1","status":3}`, only("")},
		"with server": {
			`{"name":"wawp-1","status":"STOPPED","server_name":"s7"}`,
			Session{InstanceID: "A1", Name: "wawp-1", ServerName: "s7", Status: StatusStopped},
		},
		"me.name": {
			`{"status":"WORKING","me":{"id":"1@c.us","name":"J","lid":"2@lid"}}`,
			unnamed(Account{"1@c.us", "1", "J"}),
		},
		"pushName null": {
			`{"status":"WORKING","me":{"id":"1@c.us","pushName":null}}`,
			unnamed(Account{"1@c.us", "1", ""}),
		},
		"id with device": {
			`{"status":"WORKING","me":{"id":"1:12@s.whatsapp.net"}}`,
			unnamed(Account{"1@c.us", "1", ""}),
		},
		"id of another form": {
			`{"status":"WORKING","me":{"id":{"_serialized":"1@s.whatsapp.net"}}}`,
			unnamed(Account{"1@c.us", "1", ""}),
		},
		"id without a server": {`{"status":"WORKING","me":{"id":"1:12"}}`, unnamed(Account{"1@c.us", "1", ""})},
		"id with an agent": {
			`{"status":"WORKING","me":{"id":"1.0:12@s.whatsapp.net"}}`,
			unnamed(Account{"1@c.us", "1", ""}),
		},
		"id with no device": {`{"status":"WORKING","me":{"id":"1:x@c.us"}}`, unnamed(Account{"1:x@c.us", "", ""})},
		"id as object": {
			`{"status":"WORKING","me":{"id":{"user":"1","_serialized":"1@c.us"}}}`,
			unnamed(Account{"1@c.us", "1", ""}),
		},
		"id as number": {
			`{"status":"WORKING","me":{"id":201012345678901234567}}`,
			unnamed(Account{"201012345678901234567@c.us", "201012345678901234567", ""}),
		},
		"id hides the number": {`{"status":"WORKING","me":{"id":"123@lid"}}`, unnamed(Account{"123@lid", "", ""})},
		"token echoed": {
			`{"name":"wawp-` + testToken + `","status":"WORKING","config":{"metadata":{"access_token":"` + testToken +
				`"}}}`,
			Session{InstanceID: "A1", Name: "wawp-(redacted)", Status: StatusWorking},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, response(200, test.body))
			got, err := client(t, s.URL).GetSession(context.Background(), "A1")
			if err != nil {
				t.Fatal(err)
			}
			checkSession(t, got, test.want)
		})
	}
}

func checkSession(t *testing.T, got, want Session) {
	t.Helper()
	if (got.Account == nil) != (want.Account == nil) || got.Account != nil && *got.Account != *want.Account {
		t.Errorf("account is %+v, want %+v", got.Account, want.Account)
	}
	got.Account, want.Account = nil, nil
	if got != want {
		t.Errorf("session is %+v, want %+v", got, want)
	}
}

func TestCreatedSessionIsFoundInEveryForm(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]Session{
		`{"instance_id":"3EB0BCB2E3D4","session_name":"wawp-1","server_name":"s7"}`: {
			InstanceID: "3EB0BCB2E3D4",
			Name:       "wawp-1", ServerName: "s7",
		},
		`{"instanceId":"3EB0BCB2E3D4"}`:        {InstanceID: "3EB0BCB2E3D4"},
		`{"instance_id":123456789012}`:         {InstanceID: "123456789012"},
		`{"instance_id":5056e8}`:               {InstanceID: "5056e8"},
		`{"instance_id":"505600000000"}`:       {InstanceID: "505600000000"},
		`{"instance_id":12345678901234567890}`: {InstanceID: "12345678901234567890"},
		`{"data":{"instance_id":"A1","status":"STARTING"}}`: {
			InstanceID: "A1",
			Status:     StatusStarting,
		},
		`{"session":{"instance_id":"A1"}}`:           {InstanceID: "A1"},
		`{"result":{"instanceId":"A1"}}`:             {InstanceID: "A1"},
		`{"data":{"metadata":{"instance_id":"A1"}}}`: {InstanceID: "A1"},
		`{"name":"wawp-1","status":"STARTING","config":{"metadata":{"instance_id":"A1",` +
			`"user_email":"e"}}}`: {InstanceID: "A1", Name: "wawp-1", Status: StatusStarting},
	} {
		s := serve(t, response(201, body))
		got, err := client(t, s.URL).CreateSession(context.Background())
		if err != nil {
			t.Errorf("%s: %v", body, err)
		}
		checkSession(t, got, want)
	}
}

func TestEchoedTokenIsRedactedInASession(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{"instance_id":"` + testToken + `"}`, `{"data":{"instance_id":"x` + testToken +
		`"}}`} {
		s := serve(t, response(201, body))
		if got, err := client(t, s.URL).CreateSession(context.Background()); !OutcomeUnknown(err) {
			t.Errorf("%s: %+v, %v", body, got, err)
		}
	}
	s := serve(t, response(200, `{"instance_id":"A1","status":"`+testToken+`"}`))
	if got, _ := client(t, s.URL).GetSession(context.Background(), "A1"); got.Status != "(REDACTED)" {
		t.Errorf("status is %s", got.Status)
	}
	const digits = "12345678901234" // a token that could be a phone number
	s = serve(t, response(200, `{"me":{"id":"`+digits+`@c.us"}}`))
	c := client(t, s.URL, func(o *Options) { o.AccessToken = digits })
	if got, err := c.GetSession(context.Background(), "A1"); err != nil || got.Account == nil ||
		got.Account.PhoneNumber != "" {
		t.Errorf("account is %+v (%v)", got.Account, err)
	}
}

// TestNoFieldKeepsTheToken tests promise P4 for what ends in the state.
func TestNoFieldKeepsTheToken(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	body := strings.ReplaceAll(`{"name":"$","server_name":"$","status":"$","me":{"id":"$","pushName":"$"},
		"webhooks":[{"url":"https://a.test/$","events":["$"]}],"current_policy":"$",
		"policies":[{"slug":"$"}]}`, "$", testToken)
	c := client(t, serve(t, response(200, body)).URL)
	session, err := c.GetSession(ctx, "A1")
	hooks, listErr := c.ListWebhooks(ctx, "A1")
	policy, policyErr := c.GetRateLimit(ctx, "A1")
	if err := errors.Join(err, listErr, policyErr); err != nil {
		t.Fatal(err)
	}
	kept := fmt.Sprintf("%+v %+v %+v %+v", session, *session.Account, hooks, policy)
	if strings.Contains(strings.ToLower(kept), testToken) {
		t.Errorf("the token is kept: %s", kept)
	}
}

func TestEndlessAnswerIsCutOff(t *testing.T) {
	t.Parallel()
	s := serve(t, response(200, strings.Repeat(" ", maxBody)+`{"status":"WORKING"}`))
	if got, err := client(t, s.URL).GetSession(context.Background(), "A1"); KindOf(err) != Unreadable ||
		!strings.Contains(err.Error(), "longer than 1 MiB") {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestTooLongAnswerIsReported(t *testing.T) {
	t.Parallel()
	for _, status := range []int{200, 404, 500} {
		for length, want := range map[int]string{maxBody: "(text/html, 1048576 bytes)", maxBody +
			1: "(text/html, longer than 1 MiB)", 2 * maxBody: "(text/html, longer than 1 MiB)"} {
			s := serve(t, response(status, strings.Repeat("x", length), "Content-Type", "text/html"))
			_, err := client(t, s.URL, func(o *Options) { o.MaxRetries = 0 }).GetSession(t.Context(), "A1")
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("HTTP %d, %d bytes: %v", status, length, err)
			}
		}
	}
}

func TestSuccessThatDescribesNoSessionIsUnreadable(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		"", " ", "null", "[]", `"WORKING"`, "OK", "{}", `{"success":true}`, `{"status":"success"}`, `{"status":404}`,
		`{"data":[]}`,
		"<html><title>Sign in</title></html>", "<?xml version=\"1.0\"?><error/>", `{"name":"wawp-1","status":"WORK`,
		`{"code":"invalid_session","message":"no"}`, `{"status":404,"message":"Session not found","error":"Not Found"}`,
		`{"error":{"code":"x","message":"y"},"name":"rest_error"}`,
		`{"status":"failed","code":"wawp_upstream_error","message":"boom"}`,
		`{"status":"not_found","error":"gone"}`, `{"data":{"code":"x","message":"y","status":"failed"}}`,
	} {
		s := serve(t, response(200, body))
		got, err := client(t, s.URL).GetSession(context.Background(), "A1")
		if KindOf(err) != Unreadable || !strings.Contains(err.Error(), "does not describe a session") {
			t.Errorf("%s: %+v, %v", body, got, err)
		}
	}
}

func TestActionsRejectA2xxWithAnErrorBody(t *testing.T) {
	t.Parallel()
	for body, fine := range map[string]bool{
		"":                      true,
		"OK":                    true,
		"{}":                    true,
		"null":                  true,
		`{"success":true}`:      true,
		`{"message":"Deleted"}`: true,
		`{"code":"success","message":"done","job_id":7}`:                  true,
		`{"name":"wawp-1","status":"DELETED","instance_id":"A1"}`:         true,
		`{"code":"server_not_found","message":"No server"}`:               false,
		`{"status":500,"error":"Internal","message":"oops"}`:              false,
		`{"error":{"code":"x","message":"y"}}`:                            false,
		`{"status":"error","message":"The instance is busy"}`:             false,
		`{"success":false,"message":"No"}`:                                false,
		`{"status":500,"message":"No"}`:                                   false,
		`{"status":400,"message":"No"}`:                                   false,
		`{"status":399,"message":"No"}`:                                   true,
		`{"data":{"code":"x","message":"y"}}`:                             false,
		`{"error":"busy"}`:                                                false,
		`{"error":"It is busy"}`:                                          false,
		`{"error":{"reason":7}}`:                                          false,
		`{"error":null,"status":"success"}`:                               true,
		"<html>Sign in to the hotel</html>":                               false,
		`{"code":"invalid_session","message":"no","data":{"status":404}}`: false,
	} {
		s := serve(t, response(200, body))
		if err := client(t, s.URL).DeleteSession(context.Background(), "A1"); (err == nil) != fine {
			t.Errorf("%s: %v", body, err)
		}
	}
	s := serve(t, response(204, ""))
	if err := client(t, s.URL).DeleteSession(context.Background(), "A1"); err != nil {
		t.Errorf("204: %v", err)
	}
}

func TestErrorsAreReadInEveryForm(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]apiError{
		`{"code":"invalid_instance","message":"gone"}`:                 {"invalid_instance", "gone"},
		`{"code":"x","message":"y","data":{"status":404}}`:             {"x", "y"},
		`{"data":{"code":"x","message":"y"}}`:                          {"x", "y"},
		`{"status":404,"message":"gone","error":"Not Found"}`:          {"", "gone"},
		`{"status":404,"message":"Invalid","error":"invalid_session"}`: {"invalid_session", "Invalid"},
		`{"error":"invalid_session"}`:                                  {"invalid_session", "invalid_session"},
		`{"error":{"code":"x","message":"y"}}`:                         {"x", "y"},
		`{"message":"The instance was deleted"}`:                       {"", "The instance was deleted"},
		`{"error":"Session not found"}`:                                {"", "Session not found"},
		`{"code":404,"message":"Session not found"}`:                   {"404", "Session not found"},

		// What is no complaint at all.
		`{}`:                           {},
		`{"status":404}`:               {},
		`<html>404</html>`:             {},
		`404 page not found`:           {},
		``:                             {},
		`[{"code":"x","message":"y"}]`: {},
	} {
		if got := parse([]byte(body)).apiError(); got != want {
			t.Errorf("%s: %+v, want %+v", body, got, want)
		}
	}
}

func TestWaitReturnsWhatItSawLast(t *testing.T) {
	t.Parallel()
	s := serve(t, response(200, `{"status":"STARTING"}`), response(200, `{"status":"STARTING"}`),
		response(200, `{"status":"SCAN_QR_CODE"}`))
	got, err := client(t, s.URL).WatchSession(context.Background(), "A1",
		func(l Look) (bool, error) { return l.Status == StatusScan, nil })
	if err != nil || got.Status != StatusScan || s.count() != 3 {
		t.Errorf("%+v, %v after %d looks", got, err, s.count())
	}

	ctx, cancel := context.WithCancel(context.Background())
	got, err = client(t, s.URL).WatchSession(ctx, "A1", func(Look) (bool, error) { cancel(); return false, nil })
	if !errors.Is(err, context.Canceled) || got.Status != StatusScan {
		t.Errorf("interrupted: %+v, %v", got, err)
	}

	s = serve(t, response(200, `{"status":"STARTING"}`), response(403, ""))
	got, err = client(t, s.URL).WatchSession(context.Background(), "A1", func(Look) (bool, error) { return false, nil })
	if err == nil || got.Status != StatusStarting {
		t.Errorf("refused: %+v, %v", got, err)
	}
}

func TestWaitEndsWithItsContext(t *testing.T) {
	t.Parallel()
	s := serve(t, response(200, `{"status":"STARTING"}`))
	c := client(t, s.URL, func(o *Options) { o.PollInterval = time.Hour })
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		_, err := c.WatchSession(ctx, "A1", func(Look) (bool, error) { cancel(); return false, nil })
		ended <- err
	}()
	select {
	case err := <-ended:
		if !errors.Is(err, context.Canceled) || s.count() != 1 {
			t.Errorf("%v after %d looks", err, s.count())
		}
	case <-time.After(10 * time.Second):
		t.Error("the wait goes on")
	}
}

func TestInstant(t *testing.T) {
	t.Parallel()
	want := time.Date(2026, 11, 23, 4, 5, 6, 0, time.UTC)
	for _, form := range []any{
		"2026-11-23T04:05:06Z", "2026-11-23T06:05:06+02:00", "2026-11-23T06:05:06+0200", "2026-11-23T04:05:06.000Z",
		"2026-11-23 04:05:06", "2026-11-23T04:05:06", "2026-11-23 06:05:06+02:00", " 2026-11-23T04:05:06Z ",
		want.Unix(), want.UnixMilli(), fmt.Sprint(want.Unix()), fmt.Sprint(want.UnixMilli()),
	} {
		body, _ := json.Marshal(map[string]any{"data": map[string]any{"expiresAt": form}})
		if got := parse(body).instant("expires_at", "expiresAt"); !got.Equal(want) {
			t.Errorf("%v is read as %v", form, got)
		}
	}
	for _, edge := range []string{"0001-01-01T00:00:01Z", "9999-12-31T23:59:59Z"} {
		if got := instant(edge).Format(time.RFC3339); got != edge {
			t.Errorf("%s is read as %s", edge, got)
		}
	}
	for _, form := range []any{
		nil, "", "soon", 30, -5, "NaN", "1e300", "1e-300", "0x1p5", true,
		map[string]any{},
		"2026-13-23",
		"0000-06-01T00:00:00Z",
		"0000-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", // in UTC their years have no four digits
	} {
		body, _ := json.Marshal(map[string]any{"expires_at": form})
		if got := parse(body).instant("expires_at"); !got.IsZero() {
			t.Errorf("%v is read as %v", form, got)
		}
	}
}

// TestDeepAnswerIsReadInPart has envelopes within envelopes. Only some layers are read.
func TestDeepAnswerIsReadInPart(t *testing.T) {
	t.Parallel()
	wrapped := func(depth int, inner string) string {
		return strings.Repeat(`{"data":`, depth) + inner + strings.Repeat("}", depth)
	}
	for depth, want := range map[int]bool{1: true, maxLayers - 1: true, maxLayers: false, 5000: false} {
		s := serve(t, response(200, wrapped(depth, `{"status":"WORKING"}`)))
		got, err := client(t, s.URL).GetSession(t.Context(), "A1")
		if (err == nil) != want || want != (got.Status == StatusWorking) {
			t.Errorf("%d envelopes: %+v, %v", depth, got, err)
		}
	}
	const one = `{"data":{"a":1},"session":{"a":1},"result":{"a":1},"config":{"a":1},"metadata":{"a":1}}`
	wide := one
	for range 3 {
		wide = strings.ReplaceAll(wide, `{"a":1}`, one)
	}
	if n := len(parse([]byte(wide)).layers); n != maxLayers {
		t.Errorf("%d layers", n)
	}
}

// TestObjectsOfABrokenAnswerAreLimited has objects one after the other. Those after the limit are not read.
func TestObjectsOfABrokenAnswerAreLimited(t *testing.T) {
	t.Parallel()
	for before, want := range map[int]string{maxLayers - 1: "A1", maxLayers: ""} {
		if got := salvage([]byte(strings.Repeat(`{"a":1} `, before) +
			`{"instance_id":"A1"}`)).instanceID(); got != want {
			t.Errorf("after %d objects, the id is read as %q", before, got)
		}
	}
}

// TestValuesOfAnAnswerAreLimited: a list and its values count, and what comes after the limit is not read.
func TestValuesOfAnAnswerAreLimited(t *testing.T) {
	t.Parallel()
	for values, want := range map[int]bool{1: true, maxValues - 1: true, maxValues: false, 2 * maxValues: false} {
		list := "[" + strings.Repeat("0,", values-1) + "0]"
		if _, length, err := readValue([]byte(list)); (err == nil) != want || want && length != len(list) {
			t.Errorf("%d values: %d bytes of %d were read, %v", values, length, len(list), err)
		}
	}
}

// costlyAnswers are answers of a megabyte that take long, or much memory, where each part of them is looked at in the
// light of all others.
func costlyAnswers() map[string]string {
	const size = maxBody - 64
	fill := func(before, unit, after string) string {
		return before + strings.Repeat(unit, (size-len(before)-len(after))/len(unit)) + after
	}
	return map[string]string{
		"envelopes":        strings.Repeat(`{"link":0,"data":`, 9000) + `1` + strings.Repeat("}", 9000),
		"envelopes, flat":  fill(`{"link":true,"data":{"data":{`, `"link":"x","data":{},`, `"a":1}}}`),
		"small objects":    fill(`{"webhooks":[`, `{"url":1},`, `{}]}`),
		"empty objects":    fill(`{"policies":[`, `{},`, `{}]}`),
		"lists":            `{"webhooks":` + strings.Repeat("[", 9000) + strings.Repeat("]", 9000) + "}",
		"keys":             fill(`{`, `"":0,`, `"a":1}`),
		"slugs":            fill(`{"policies":[`, `"a",`, `"b"]}`),
		"a message":        fill(`{"code":"x","message":"`, `https%3a%2f%2fa https://a:b@c/`, `"}`),
		"a status":         fill(`{"status":"`, `\u001b`, `"}`),
		"the token":        fill(`{"message":"`, testToken, `"}`),
		"almost the token": fill(`{"message":"`, testToken[:len(testToken)-1], `"}`),
		"ids":              fill(``, `"instance_id":"A`, ``),
		"quotation marks":  fill(``, `"`, ``),
		"backslashes":      fill(`{"a":"`, `\\`, `"}`),
		"comments":         fill(`{"a":1,`, `/**/`, `"b":2}`),
		"no comment":       fill(`{"a":1,`, `/*`, `"b":2}`),
		"NUL":              fill(`{"a":1,`, "\x00", `"b":2}`),
		"tags":             fill(`{"a":1}`, `<br>`, ``),
		"beginnings":       fill(``, `{"a"`, ``),
		"encoded twice":    fill(`"{\"a\":\"`, `\\`, `\"}"`),
		"encoded often":    fill(`{"data":"{`, `\"data\":\"{}\",`, `}"}`),
		"codes":            fill(`{"code":[`, `"x",`, `1]}`),
	}
}

// TestConcurrentLargeAnswersAreLimited bounds the memory of all answers that are decoded at once.
func TestConcurrentLargeAnswersAreLimited(t *testing.T) { //nolint:paralleltest // it takes all room
	for range cap(decoding) {
		decoding <- struct{}{}
	}
	parsed := make(chan document, 1)
	go func() { parsed <- parse([]byte(`{"a":"` + strings.Repeat("x", largeAnswer) + `"}`)) }()
	small := make(chan document, 1)
	go func() { small <- parse([]byte(`{"a":"` + strings.Repeat("x", largeAnswer-len(`{"a":""}`)) + `"}`)) }()
	select {
	case d := <-small:
		if len(d.layers) != 1 {
			t.Error("a small answer is not read")
		}
	case <-time.After(10 * time.Second):
		t.Error("a small answer waits for room")
	}
	<-time.After(20 * time.Millisecond)
	if len(parsed) > 0 {
		t.Error("a large answer finds room")
	}
	for range cap(decoding) {
		<-decoding
	}
	if d := <-parsed; len(d.layers) != 1 {
		t.Error("a large answer is not read")
	}
}

// TestArrayIsReadAsAList has answers that are not a JSON object.
func TestArrayIsReadAsAList(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]int{
		`[{"id":1},{"id":2}]`: 2, ` [] `: 0, `[1]`: -1, `[{"id":1}`: -1, `[] x`: -1, `"a"`: -1, `{"labels":[]}`: -1,
	} {
		d := parse([]byte(body))
		if list, ok := d.list(""); ok != (want >= 0) || ok && len(list) != want {
			t.Errorf("%s is read as %v, %t", body, list, ok)
		}
	}
}

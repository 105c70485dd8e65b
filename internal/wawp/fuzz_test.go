package wawp

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"html"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	"unicode"
	"unicode/utf8"
)

// What each fuzz target looks for, beside a panic: an error that holds the token, a secret, the address of the API or
// what a terminal would obey, or that is endless; a request that is repeated although it may have acted; and values
// that callers rely on not to be there.

// Hosts and words that no answer holds by chance.
const (
	fuzzedHost   = "api.fuzzed.test"
	fuzzedSecret = "a private/word, ü🚀 12"
)

// secretMarks are what the fuzzer places in an answer with a single byte: the token as servers spell it, and the
// secret that was sent.
var secretMarks = strings.NewReplacer(
	"$", testToken,
	"~", url.QueryEscape(testToken),
	"^", strings.NewReplacer("+", `\u002b`, "/", `\/`, "=", `\u003d`, "&", `\u0026`).Replace(testToken),
	"`", html.EscapeString(testToken),
	"|", strings.ReplaceAll(testToken, "/", `\/`),
	"#", fuzzedSecret,
	"!", strings.ReplaceAll(inASCII(fuzzedSecret), "/", `\/`),
)

// Forms of answers that API.md describes, or that are plausible.
var (
	errorForms = []string{
		"", " ", "null", "[]", "{}", `"text"`, "1e999", "\xef\xbb\xbf{}", "\xff\xfe", `{"a":`, `{"a":1}]`,
		"Bad Request $ ~ #", `<html><body>502 $ ~ ` + "`" + `</body></html>`,
		`<?xml version="1.0"?><error><code>missing_param</code><t>$</t></error>`,
		`{"code":"invalid_session","message":"No session for ^"}`, `{"t":"#","u":"!"}`, `{"code":"$","message":"$"}`,
		`{"status":401,"message":"$","error":"|"}`,
		`{"code":"rest_no_route","message":"No route was found","data":{"status":404}}`,
		`{"code":"quota_reached","message":"#"}`,
		`{"code":"x","message":"y","details":{"recommendation":"$"}}`,
		`{"error":{"code":"subscription_required","message":"~"}}`,
		`{"wawp_upstream_error":{"message":"$"}}`, `{"error":"qr_not_available"}`,
		`{"success":false,"data":{"error":"$"}}`,
		`{"user":{"access_token":"^","user_email":"a@example.com"}}`, `{"message":"\u001b[2J\u202e\u0000"}`,
		`{"message":1,"code":404}`,
		"at https://other.example/v2/session/create?access_token=~",
	}
	sessionForms = []string{
		`{"name":"wawp-84729105","status":"WORKING","config":{"webhooks":{},"proxy":null},` +
			`"me":{"id":"201012345678@c.us","pushName":"John Doe"}}`,
		`{"instance_id":"3EB0BCB2E3D4","session_name":"wawp-84729105","server_name":"s1"}`,
		`{"data":{"instanceId":123456789}}`,
		`{"session":{"instance_id":"5056E8123456","status":"starting"}}`, `{"instance_id":"$"}`,
		`{"instance_id":"A$","name":"|"}`,
		`{"name":"x","status":"STARTING","config":{"metadata":{"user_id":1,"user_email":"a@example.com",` +
			`"access_token":"$","instance_id":"A1"}}}`,
		`{"name":"wawp-84729105","status":"SCAN_QR_CODE","instance_id":"3EB0BCB2E3D4","qr":"data:image/png;base64,` +
			`iVBORw0KGgo="}`,
		`{"name":"wawp-84729105","status":"DELETED","instance_id":"3EB0BCB2E3D4"}`,
		`{"status":"success","data":{"status":"Working$"}}`,
		`{"result":{"me":{"id":{"_serialized":"1:2@s.whatsapp.net"},"lid":"123123@lid","name":"$"}}}`,
		`{"me":{"id":"$@c.us"},"status":200}`,
	}
	rateLimitForms = []string{
		`{"policies":[{"slug":"strict","available":true,"limits":{"send_message_per_minute":5,"group_daily_cap":-1,` +
			`"concurrent_limit":null}}],` +
			`"free_policies":["strict"],"has_active_plan":false,"current_policy":"strict"}`,
		`{"policies":{"standard_policy":{"limits":{"sendMessageDailyCap":"100"}}},` +
			`"free_policies":[{"slug":"standard_policy"}],"policy":{"slug":"$"}}`,
		`{"data":{"rate_limit":{"policy_slug":"x","check_daily_cap":1e3}},"hasActivePlan":"1"}`,
		`{"policies":{"0":"a","$":{}},"current":7}`,
	}
	webhookForms = []string{
		`{"webhooks":[{"url":"https://example.com/wawp","events":["message","session.status","message"],` +
			`"is_active":1,` +
			`"retries":{"delay":2,"attempts":15},"hmac":"***","name":"n"}],` +
			`"systemConfig":{"url":"https://app.wawp.net/api/webhook/$","events":[]}}`,
		`{"webhooks":null}`, `{"webhooks":{}}`,
		`{"data":{"webhooks":{"0":{"url":"https://a.example/$","events":null,"isActive":"0"}}}}`,
		`{"webhooks":[{"url":"https://a.example","hmac":{"key":"#"},"retries":{"delaySeconds":"2","attempts":"3",` +
			`"policy":"linear"}},` +
			`{"url":"https://APP.wawp.net:443/api/webhook/x"},{"url":"https://a.example"}]}`,
		`{"webhooks":[{"url":""}]}`, `{"webhooks":["https://a.example"]}`,
	}
	tempLinkForms = []string{
		`{"link":null}`, `{"link":""}`,
		`{"link":"https://app.wawp.net/temp-qr/0123456789abcdefABCDEF","expires_at":"2026-11-23T07:00:00Z"}`,
		`{"data":{"link":{"url":"https:\/\/app.wawp.net\/temp-qr\/abcdefghijklmnop","expiry":1795410000}}}`,
		`{"link":{"token":"abcdefghijklmnop_-"}}`,
		`{"link":"$"}`, `{"link":"https://app.wawp.net/temp-qr/~","expiresAt":"2026-11-23 07:00:00"}`,
		`{"token":"","expires":"1795410000000"}`,
		`{"code":"x","message":"y","link":"https://help.example/page"}`,
		`{"success":true,"url":"HTTP://a.example","valid_until":"0000-01-01T00:00:00+23:59"}`,
	}
	codeForms = []string{
		`{"qr":"data:image/png;base64,iVBORw0KGgo="}`, `{"value":"2@abc/DEF+ghi=,jkl=,mno="}`, `{"code":"ABCD-1234"}`,
		`{"code":"$"}`,
		`{"mimetype":"application/json",` +
			`"data":"eyJ2YWx1ZSI6IjJAYWJjL0RFRitnaGk9LGprbD0sbW5vPSIsImV4cGlyeSI6MTc5NTQxMDAwMDAwMH0="}`,
		`{"mimetype":"application\/json","data":{"value":"$2@a","expiry":1795410000000}}`, `{"data":"e30"}`,
		`{"data":{"pairingCode":"abcd 1234"}}`,
		`{"code":"qr_not_available","message":"Not now","details":{"recommendation":"Start it"}}`,
		`{"code":"success","data":{"code":"ABCD1234"}}`,
	}
	sentForms = []string{
		`{"_data":{"id":{"fromMe":true,"_serialized":"true_201234567890@c.us_3EB0$"},"ack":0,"t":1795410000},` +
			`"key":{"id":1},"status":200,"error":{}}`,
		`{"id":"x"}`, `{"sent":true,"upstream_status":201}`, `{"status":"queued"}`, `{"code":"success","job_id":"j$"}`,
		`{"queued":"1","jobId":7}`,
		`{"code":"wawp_upstream_error","message":"#"}`, `{"sent":false}`, `{"status":"error","message":"Not sent: #"}`,
		`{"message":{"id":"\u001b[2J"}}`,
	}
)

// fixedTransport is a transport that gives each request the same answer.
type fixedTransport struct {
	fails    bool // in place of an answer, with an error that holds the body
	breaks   bool // before the end of the body
	status   int
	header   http.Header
	body     string
	requests map[string]int
}

func (a *fixedTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	httptrace.ContextClientTrace(r.Context()).GotConn(httptrace.GotConnInfo{})
	a.requests[r.Method+" "+r.URL.Path]++
	if a.fails {
		return nil, errors.New(a.body)
	}
	body := io.Reader(strings.NewReader(a.body))
	if a.breaks {
		body = io.MultiReader(body, iotest.ErrReader(errors.New(a.body)))
	}
	return &http.Response{StatusCode: a.status, Header: a.header, Body: io.NopCloser(body), Request: r}, nil
}

// newFuzzed returns a client that never pauses: of pauses that the server asks for, the deadline of the context is
// nearer.
func newFuzzed(t *testing.T, transport http.RoundTripper) (*Client, context.Context) {
	t.Helper()
	log := func(_ context.Context, a Attempt) { checkShown(t, "log", a.Method+a.Path+a.Code+a.Message+a.Err) }
	ctx, cancel := context.WithTimeout(t.Context(), 900*time.Millisecond)
	t.Cleanup(cancel)
	return client(t, "http://"+fuzzedHost+"/prefix", func(o *Options) {
		o.MaxRetries, o.RetryWait, o.Transport, o.Log = 1, 1, transport, log
	}), ctx
}

// request is something that callers ask for, with a check of what they are given.
type request struct {
	operation
	ask func(*testing.T, context.Context, *Client) error
}

func requestOf(op operation, ask func(context.Context, *Client) (any, error)) request {
	return request{op, func(t *testing.T, ctx context.Context, c *Client) error {
		t.Helper()
		value, err := ask(ctx, c)
		if err == nil {
			checkValue(t, value)
		}
		return err
	}}
}

const fuzzedID = "3EB0BCB2E3D4"

var (
	sessionRequests = []request{
		{createSession, func(t *testing.T, ctx context.Context, c *Client) error {
			t.Helper()
			session, err := c.CreateSession(ctx)
			if err == nil || session.InstanceID != "" { // as far as it was read
				checkValue(t, session)
			}
			if err != nil && session.InstanceID != "" && !OutcomeUnknown(err) {
				t.Errorf("%+v was made, and the error is %v", session, err)
			}
			return err
		}},
		requestOf(getSession, func(ctx context.Context, c *Client) (any, error) { return c.GetSession(ctx, fuzzedID) }),
		requestOf(startSession, func(ctx context.Context, c *Client) (any,
			error,
		) {
			return c.StartSession(ctx, fuzzedID)
		}),
		requestOf(stopSession, func(ctx context.Context, c *Client) (any,
			error,
		) {
			return c.StopSession(ctx, fuzzedID)
		}),
		requestOf(restartSession, func(ctx context.Context, c *Client) (any,
			error,
		) {
			return c.RestartSession(ctx, fuzzedID)
		}),
		requestOf(logoutSession, func(ctx context.Context, c *Client) (any,
			error,
		) {
			return c.LogoutSession(ctx, fuzzedID)
		}),
		requestOf(deleteSession, func(ctx context.Context, c *Client) (any, error) {
			return nil,
				c.DeleteSession(ctx, fuzzedID)
		}),
	}
	rateLimitRequests = []request{
		requestOf(getRateLimit, func(ctx context.Context, c *Client) (any,
			error,
		) {
			return c.GetRateLimit(ctx, fuzzedID)
		}),
		requestOf(setRateLimit, func(ctx context.Context, c *Client) (any,
			error,
		) {
			return c.SetRateLimit(ctx, fuzzedID, "strict")
		}),
	}
	fuzzedHook      = Webhook{URL: "https://example.com/wawp", Events: []string{"message"}}
	webhookRequests = []request{
		requestOf(listWebhooks, func(ctx context.Context, c *Client) (any,
			error,
		) {
			return c.ListWebhooksAlone(ctx, fuzzedID)
		}),
		requestOf(setWebhook, func(ctx context.Context, c *Client) (any, error) {
			return nil, c.SetWebhook(ctx, fuzzedID, fuzzedHook, fuzzedSecret)
		}),
		requestOf(updateWebhook, func(ctx context.Context, c *Client) (any, error) {
			secret := fuzzedSecret
			return nil, c.UpdateWebhook(ctx, fuzzedID, fuzzedHook.URL, WebhookChange{Secret: &secret})
		}),
		requestOf(deleteWebhook, func(ctx context.Context, c *Client) (any, error) {
			return nil, c.DeleteWebhook(ctx, fuzzedID, fuzzedHook.URL)
		}),
	}
	tempLinkRequests = []request{
		requestOf(getTempLink, func(ctx context.Context, c *Client) (any,
			error,
		) {
			return c.GetTempLink(ctx, fuzzedID)
		}),
		requestOf(createTempLink, func(ctx context.Context, c *Client) (any,
			error,
		) {
			return c.CreateTempLink(ctx, fuzzedID)
		}),
		requestOf(revokeTempLinks, func(ctx context.Context, c *Client) (any, error) {
			return nil,
				c.RevokeTempLinks(ctx, fuzzedID)
		}),
	}
	codeRequests = []request{
		requestOf(getQRCode, func(ctx context.Context, c *Client) (any, error) { return c.GetQRCode(ctx, fuzzedID) }),
		requestOf(requestCode, func(ctx context.Context, c *Client) (any, error) {
			code, err := c.RequestPairingCode(ctx, fuzzedID, "201145202826")
			if err == nil && !pairingCode.MatchString(code) {
				return nil, errors.New(code)
			}
			return code, err
		}),
	}
	sentRequests = []request{
		requestOf(sendText, func(ctx context.Context, c *Client) (any, error) {
			return c.SendText(ctx, fuzzedID, "201145202826@c.us", fuzzedSecret)
		}),
	}
	allRequests = slices.Concat(sessionRequests, rateLimitRequests, webhookRequests, tempLinkRequests, codeRequests,
		sentRequests)
)

// FuzzAnswers gives every operation any status, with any body and the headers that matter.
func FuzzAnswers(f *testing.F) {
	forms := slices.Concat(errorForms, sessionForms, rateLimitForms, webhookForms, tempLinkForms, codeForms, sentForms)
	statuses := []uint16{200, 201, 204, 301, 400, 401, 403, 404, 408, 422, 429, 500, 502, 503, 1000, 2200, 2500}
	for i, form := range forms {
		f.Add(uint8(i), statuses[i%len(statuses)], "1", "https://other.example/~?access_token=~", form)
	}
	for i := range allRequests {
		for _, status := range []uint16{429, 500, 502, 1000, 2200, 2502} { // after which some are sent again
			f.Add(uint8(i), status, "", "", `{"t":"#","u":"!"}`)
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, status uint16, retryAfter, location, body string) {
		a := &fixedTransport{
			fails: status/1000 == 1, breaks: status/1000 == 2, status: int(status % 1000),
			body:   secretMarks.Replace(body),
			header: http.Header{"Retry-After": {retryAfter}, "Location": {secretMarks.Replace(location)}},
		}
		checkRequest(t, allRequests[int(which)%len(allRequests)], a)
	})
}

func FuzzSession(f *testing.F)   { fuzzSuccess(f, sessionRequests, sessionForms) }
func FuzzRateLimit(f *testing.F) { fuzzSuccess(f, rateLimitRequests, rateLimitForms) }
func FuzzWebhooks(f *testing.F)  { fuzzSuccess(f, webhookRequests, webhookForms) }
func FuzzTempLink(f *testing.F)  { fuzzSuccess(f, tempLinkRequests, tempLinkForms) }
func FuzzCodes(f *testing.F)     { fuzzSuccess(f, codeRequests, codeForms) }
func FuzzSendText(f *testing.F)  { fuzzSuccess(f, sentRequests, sentForms) }

// fuzzSuccess gives the operations on an object any body, with a status that says success.
func fuzzSuccess(f *testing.F, requests []request, forms []string) {
	f.Helper()
	for _, form := range slices.Concat(forms, errorForms) {
		f.Add(form)
	}
	f.Fuzz(func(t *testing.T, body string) {
		for _, r := range requests {
			checkRequest(t, r, &fixedTransport{status: http.StatusOK, body: secretMarks.Replace(body)})
		}
	})
}

// checkRequest asks, and checks the promises that hold for every request.
func checkRequest(t *testing.T, r request, a *fixedTransport) {
	t.Helper()
	a.requests = map[string]int{}
	c, ctx := newFuzzed(t, a)
	err := r.ask(t, ctx, c)
	_, isOnce := callsSentOnce[r.operation]
	if n := a.requests[r.method+" /prefix"+strings.ReplaceAll(r.path, "{id}", fuzzedID)]; n < 1 || n > 2 || n == 2 &&
		isOnce && r.operation != setWebhook &&
		a.status != 429 {
		t.Errorf("%s was sent %d times, status %d", r, n, a.status)
	}
	checkError(t, r.operation, err)
	switch {
	// which has looked, and found it there
	case err == nil && (a.fails || a.status/100 != 2) && r.path != setWebhook.path:
		t.Errorf("%s with status %d is a success", r, a.status)
	case err != nil && KindOf(err) == "":
		t.Errorf("the error has no kind: %v", err)
	case KindOf(err) == NoSuchInstance && a.status != 404:
		t.Errorf("no such instance: %v", err)
	case err != nil && a.fails && !OutcomeUnknown(err):
		t.Errorf("it may have acted: %v", err)
	}
}

// confidential are the operations that send the secret.
var confidential = []operation{setWebhook, updateWebhook, sendText}

// checkError checks the error of an operation, and those in it.
func checkError(t *testing.T, op operation, err error) {
	t.Helper()
	var e *Error
	if err != nil && !errors.As(err, &e) {
		t.Fatalf("%v is not an Error", err)
	}
	if e != nil && e.Redirect == "" && strings.Contains(err.Error(), fuzzedHost) {
		t.Errorf("the error holds the address of the API: %s", err)
	}
	if e != nil && (e.RetryAfter < 0 || e.Attempts < 1) {
		t.Errorf("the error is %+v", *e)
	}
	if err != nil {
		checkShown(t, "error", err.Error())
		for _, secret := range []string{
			fuzzedSecret, inASCII(fuzzedSecret),
			strings.ReplaceAll(inASCII(fuzzedSecret), "/", `\/`),
		} {
			if slices.Contains(confidential, op) && strings.Contains(err.Error(), secret) {
				t.Errorf("the error holds the secret: %v", err)
			}
		}
	}
}

// checkShown checks a text that a person sees.
func checkShown(t *testing.T, what, text string) {
	t.Helper()
	checkHidden(t, what, text)
	if !isHarmless(text) {
		t.Errorf("the %s holds what a terminal obeys: %q", what, text)
	}
	if n := utf8.RuneCountInString(text); n > 5*quoteLength {
		t.Errorf("the %s has %d characters", what, n)
	}
}

// isHarmless says whether a text can be printed: it ends no line, and has nothing that a terminal obeys or that turns
// the text around it.
func isHarmless(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, func(c rune) bool {
		return unicode.In(c, unicode.Cc, unicode.Bidi_Control, unicode.Zl, unicode.Zp)
	})
}

// checkHidden checks that a text holds the token in no spelling.
func checkHidden(t *testing.T, what, text string) {
	t.Helper()
	text = strings.ToLower(text)
	for _, token := range echoesOf(testToken) {
		if strings.Contains(text, strings.ToLower(token)) {
			t.Errorf("the %s holds the token as %s: %q", what, token, text)
		}
	}
}

// checkValue checks what a caller is given.
func checkValue(t *testing.T, value any) {
	t.Helper()
	var encoded bytes.Buffer
	encoder := json.NewEncoder(&encoded)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		t.Errorf("%+v cannot be written: %v", value, err) // a year with five digits, say
	}
	checkHidden(t, "value", encoded.String())
	var decoded any
	if err := json.Unmarshal(encoded.Bytes(), &decoded); err == nil {
		checkTexts(t, decoded)
	}
	switch value := value.(type) {
	case Session:
		checkFuzzedSession(t, value)
	case RateLimit:
		checkFuzzedRateLimit(t, value)
	case []Webhook:
		checkFuzzedWebhooks(t, value)
	case TempLink:
		u, err := url.Parse(value.URL)
		if value.URL != "" && (err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" ||
			!value.Is(value.URL)) {
			t.Errorf("the link is %q", value.URL)
		}
	case QRCode:
		if isBlank(value.Value) || strings.HasPrefix(value.Value, "data:") {
			t.Errorf("the code is %q", value.Value)
		}
	case Sent:
		checkShown(t, "id", value.MessageID+value.JobID)
		if value.MessageID != "" && value.JobID != "" || value.Queued && !value.Told {
			t.Errorf("sent: %+v", value)
		}
	}
}

// checkTexts checks every text in a value: it is fit to be kept.
func checkTexts(t *testing.T, value any) {
	t.Helper()
	switch value := value.(type) {
	case string:
		if n := utf8.RuneCountInString(value); !isHarmless(value) || n > wholeLength+len(tempLinkPage) {
			t.Errorf("a text of %d characters is kept: %.300q", n, value)
		}
	case []any:
		for _, item := range value {
			checkTexts(t, item)
		}
	case map[string]any:
		for _, item := range value {
			checkTexts(t, item)
		}
	}
}

func checkFuzzedSession(t *testing.T, s Session) {
	t.Helper()
	checkShown(t, "status", s.Status)
	if isBlank(s.InstanceID) || s.Status != strings.ToUpper(s.Status) {
		t.Errorf("the session is %+v", s)
	}
	if s.Account != nil && (isBlank(s.Account.ChatID) || strings.Trim(s.Account.PhoneNumber, "0123456789") != "") {
		t.Errorf("the account is %+v", s.Account)
	}
}

func checkFuzzedRateLimit(t *testing.T, r RateLimit) {
	t.Helper()
	slugs := make([]string, len(r.Policies))
	for i, p := range r.Policies {
		slugs[i] = p.Slug
		if isBlank(p.Slug) || i > 0 && slugs[i-1] >= p.Slug {
			t.Errorf("the policies are %q", slugs)
		}
		l := r.LimitsOf(p.Slug)
		if l == nil {
			continue
		}
		for _, limit := range []*int64{
			l.SendMessagePerMinute, l.SendMessageDailyCap, l.AccountProtectionSeconds, l.ConcurrentLimit,
			l.GroupReqPerMinute, l.GroupDailyCap, l.CheckReqPerMinute, l.CheckDailyCap,
		} {
			if limit != nil && *limit < 1 {
				t.Errorf("a limit of %s is %d", p.Slug, *limit)
			}
		}
	}
}

func checkFuzzedWebhooks(t *testing.T, hooks []Webhook) {
	t.Helper()
	for i, hook := range hooks {
		found, ok := FindWebhook(hooks, hook.URL)
		if isBlank(hook.URL) || IsSystemWebhook(hook.URL) || !ok || found.URL != hook.URL || i > 0 &&
			hooks[i-1].URL > hook.URL {
			t.Errorf("webhook %d is %q", i, hook.URL)
		}
		if slices.ContainsFunc(hook.Events, isBlank) ||
			!slices.Equal(hook.Events, slices.Compact(slices.Sorted(slices.Values(hook.Events)))) ||
			!hook.Matches(hook) {
			t.Errorf("the events are %q", hook.Events)
		}
	}
}

// isBlank says whether a text is empty or has white space around it.
func isBlank(s string) bool { return s == "" || strings.TrimSpace(s) != s }

// fixedConn is a connection to a server that always sends the same.
type fixedConn struct{ io.Reader }

func (fixedConn) Write(p []byte) (int, error)      { return len(p), nil }
func (fixedConn) Close() error                     { return nil }
func (fixedConn) LocalAddr() net.Addr              { return &net.TCPAddr{} }
func (fixedConn) RemoteAddr() net.Addr             { return &net.TCPAddr{} }
func (fixedConn) SetDeadline(time.Time) error      { return nil }
func (fixedConn) SetReadDeadline(time.Time) error  { return nil }
func (fixedConn) SetWriteDeadline(time.Time) error { return nil }

// FuzzWire has a server that sends any bytes. net/http reads them first.
func FuzzWire(f *testing.F) {
	f.Add("HTTP/1.1 200 OK\r\n$: $\r\nno colon $\r\n\r\n")
	f.Add("HTTP/1.1 200 OK\r\nContent-Length: 24\r\n\r\n{\"instance_id\":\"A1\"}    ")
	f.Add("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{\"instance_id\":\"$")
	f.Add("HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"ins\r\n$")
	f.Add("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\n\x1f\x8b$")
	f.Add("HTTP/1.0 429 Slow $\r\nRetry-After: 1\r\n\r\n")
	f.Add("HTTP/1.1 302 Found\r\nLocation: //~/$\r\nContent-Length: 0\r\n\r\n")
	f.Add("HTTP/1.1 2OO $\r\n\r\n")
	f.Add("HTTP/1.1 200 OK\r\nbad header ~ \x1b[2J\r\n\r\n")
	f.Add("HTTP/1.1 101 $\r\nUpgrade: $\r\nConnection: upgrade\r\n\r\n")
	f.Add("HTTP/1.1 200 OK\r\nContent-Length: $\r\n\r\n")
	f.Add("\x15\x03\x01\x00\x02\x02\x16 $")
	f.Fuzz(func(t *testing.T, sent string) {
		transport := newTransport(nil)
		transport.DialContext = func(context.Context, string, string) (net.Conn, error) {
			return fixedConn{strings.NewReader(secretMarks.Replace(sent))}, nil
		}
		defer transport.CloseIdleConnections()
		c, ctx := newFuzzed(t, transport)
		for _, r := range []request{sessionRequests[0], sentRequests[0]} {
			checkError(t, r.operation, r.ask(t, ctx, c))
		}
	})
}

// FuzzRedaction has the token and the secret stand anywhere in a text, however long.
func FuzzRedaction(f *testing.F) {
	for _, form := range slices.Concat(errorForms, tempLinkForms, codeForms) {
		f.Add(form, uint16(1))
		f.Add(form, uint16(1000))
	}
	r := newRedactor(testToken, fuzzedSecret)
	f.Fuzz(func(t *testing.T, text string, times uint16) {
		text = strings.Repeat(secretMarks.Replace(text), int(times%4096))
		checkHidden(t, "value", r.value(text))
		checkShown(t, "line", r.line(text))
	})
}

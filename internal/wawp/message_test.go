package wawp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

const aChat = "201145202826@c.us"

// TestSendTextReadsSuccessesInEveryForm tests promise P6 for messages.
func TestSendTextReadsSuccessesInEveryForm(t *testing.T) {
	t.Parallel()
	const id = "true_201145202826@c.us_3EB0F1A2"
	message, plain, bare := Sent{MessageID: id, Told: true}, Sent{MessageID: "77", Told: true}, Sent{Told: true}
	queued, job := Sent{Queued: true, Told: true}, Sent{JobID: "77", Queued: true, Told: true}
	for body, want := range map[string]Sent{
		``: {}, ` `: {}, `{}`: {}, `[]`: {}, `null`: {}, "{}\n": {}, `{ }`: {}, "null\n": {}, "\xef\xbb\xbf[ ]": {},

		`{"_data":{"id":{"fromMe":true,"remote":"201145202826@c.us","id":"3EB0F1A2","_serialized":"` + id +
			`"},"ack":1,"t":1700000000}}`: message,
		`{"_data":{"id":"` + id + `"}}`:                             message,
		`{"_data":{"ack":0}}`:                                       bare,
		`{"id":"` + id + `","ack":1}`:                               message,
		`{"id":{"_serialized":"` + id + `"},"body":"x"}`:            message,
		`{"id":{"id":"77"}}`:                                        plain,
		`{"id":77}`:                                                 plain,
		`{"messageId":"77"}`:                                        plain,
		`{"message_id":"77"}`:                                       plain,
		`{"key":{"id":"77","fromMe":true},"status":"PENDING"}`:      plain, // WhatsApp's own word, not Wawp's queue
		`{"key":{"id":"77"},"message":{"conversation":"x"}}`:        plain,
		`{"data":{"id":"77"}}`:                                      plain,
		`{"success":true,"data":{"message":{"key":{"id":"77"}}}}`:   plain,
		`{"result":{"_data":{"id":{"_serialized":"` + id + `"}}}}`:  message,
		`{"sent":true}`:                                             bare,
		`{"sent":"1","upstream_status":201}`:                        bare,
		`{"sent":true,"code":"sent_text","message":"Message sent"}`: bare,
		`{"status":"success","message":"Message sent"}`:             bare,
		`{"status":200,"message":"Message sent","error":null}`:      bare,
		`{"code":200,"message":"Message sent","errors":[]}`:         bare,
		`{"id":"77","error":{}}`:                                    plain,
		`{"id":"77","error":"0"}`:                                   plain,
		`{"code":"success","id":"77"}`:                              plain,

		`{"status":"queued"}`:                                        queued,
		`{"status":"Accepted","message":"Will be sent"}`:             queued,
		`{"status":"pending","sent":false}`:                          queued,
		`{"data":{"status":"scheduled"}}`:                            queued,
		`{"queued":true,"code":"policy","message":"Slow down"}`:      queued,
		`{"status":"queued","id":"77"}`:                              job,
		`{"code":"success","job_id":"77"}`:                           job,
		`{"code":"success","message":"Queued","data":{"job_id":77}}`: job,
		`{"jobId":77}`: job,
		`{"status":"sent","job_id":5,"id":{"_serialized":"` + id + `"}}`: message,
	} {
		got, err := readSent(answer{status: http.StatusOK, body: []byte(body)}, newRedactor(testToken))
		if err != nil || got != want {
			t.Errorf("%s: got %+v (%v), want %+v", body, got, err, want)
		}
	}
}

// TestSendTextReadsRefusalsInA2xx: a refusal under a status that says success. Where the message may have been sent
// all the same, nobody may say that it was not.
func TestSendTextReadsRefusalsInA2xx(t *testing.T) {
	t.Parallel()
	for mayBeSent, bodies := range map[bool][]string{
		false: {
			`{"sent":false}`,
			`{"sent":0,"id":"77"}`,
			`{"success":false}`,
			`{"success":"false","data":{}}`,
			`{"status":false}`,
			`{"data":{"sent":false}}`,
			`{"code":"server_not_found","message":"No."}`,
			`{"code":"invalid_session","message":"No.","id":"77"}`,
			`{"code":"invalid_session","message":"No.","data":{"status":404}}`,
			`{"status":"error"}`,
			`{"status":"Failed","job_id":77}`,
			`{"status":"rejected","sent":true}`,
			`{"status":400,"message":"No.","error":"Bad Request"}`,
			`{"status":"422"}`,
			`{"code":404,"message":"No."}`,
			`{"error":"No."}`,
			`{"error":true,"message":"No."}`,
			`{"error":{"message":"No."}}`,
			`{"errors":[{"message":"No."}]}`,
			`{"sent":false,"upstream_status":404}`,
		},
		true: {
			`{"status":500,"message":"No.","error":"Internal"}`,
			`{"sent":false,"upstream_status":504}`,
			`{"wawp_upstream_error":{"message":"timeout"}}`,
			`{"sent":false,"wawp_upstream_error":"timeout"}`,
			`{"code":"wawp_upstream_error","message":"timeout"}`,
			`{"error":"wawp_upstream_error"}`,
			`{"_data":{"id":{"_serialized":"x"}},"error":"timeout"}`,
			`{"success":false,"key":{"id":"x"}}`,
			`{"message":"Hm."}`,
			`{"code":"hm"}`,
			`{"name":"wawp-1","status":"WORKING","session":{"id":"wawp-1"}}`,
			`{"id":null,"key":"x"}`,
			`[{"id":"77"}]`,
			`"sent"`,
			`7`,
			`sent`,
			`<html><body>Sign in</body></html>`,
			`{"sent":true`,
		},
	} {
		for _, body := range bodies {
			got, err := readSent(answer{status: http.StatusOK, body: []byte(body)}, newRedactor(testToken))
			if err == nil || got != (Sent{}) || OutcomeUnknown(err) != mayBeSent {
				t.Errorf("%s: got %+v (%v), may have been sent: %t, want %t", body, got, err, OutcomeUnknown(err),
					mayBeSent)
			}
		}
	}
}

func TestSendTextHasCredentialsInTheQueryOnly(t *testing.T) {
	t.Parallel()
	s := serve(t, response(200, `{"sent":true}`))
	_, err := client(t, s.URL).SendText(context.Background(), "3EB0BCB2E3D4", aChat, "Deployed \U0001f389 <ok> \"&\"\n")
	if err != nil {
		t.Fatal(err)
	}
	r := s.requests[0]
	if want := (url.Values{
		"access_token": {testToken},
		"instance_id":  {"3EB0BCB2E3D4"},
	}).Encode(); r.url.RawQuery != want {
		t.Errorf("the query is %s, want %s", r.url.RawQuery, want)
	}
	var body map[string]any
	if err := json.Unmarshal([]byte(r.body), &body); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"chatId": aChat, "message": "Deployed \U0001f389 <ok> \"&\"\n"}
	if fmt.Sprint(body) != fmt.Sprint(want) || r.method != http.MethodPost || r.url.Path != "/v2/send/text" {
		t.Errorf("%s %s with %v, want %v", r.method, r.url.Path, body, want)
	}
}

// TestSendTextIsSentOnce tests promise P7 for messages: a retry follows only if the server surely sent nothing.
func TestSendTextIsSentOnce(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		reply http.HandlerFunc
		want  int
		may   bool
	}{
		"reset":        {connectionReset, 1, true},
		"timeout":      {noResponse, 1, true},
		"cut off":      {truncatedResponse, 1, true},
		"500":          {response(500, ""), 1, true},
		"502":          {response(502, "<html>"), 1, true},
		"503":          {response(503, ""), 1, true},
		"408":          {response(408, ""), 1, true},
		"429":          {response(429, ""), 3, false},
		"400":          {response(400, `{"code":"missing_param","message":"No."}`), 1, false},
		"404":          {response(404, `{"code":"invalid_session","message":"No."}`), 1, false},
		"redirect":     {response(307, "", "Location", "https://elsewhere.test/"), 1, false},
		"in disguise":  {response(200, `{"sent":false}`), 1, false},
		"unreadable":   {response(200, `<html>`), 1, true},
		"upstream 502": {response(502, `{"code":"wawp_upstream_error","message":"No."}`), 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, test.reply)
			c := client(t, s.URL, func(o *Options) { o.MaxRetries, o.RequestTimeout = 2, 300*time.Millisecond })
			_, err := c.SendText(context.Background(), "3EB0BCB2E3D4", aChat, "hello")
			if err == nil || s.count() != test.want || OutcomeUnknown(err) != test.may {
				t.Errorf("sent %d times, want %d; may have been sent: %t (%v)", s.count(), test.want,
					OutcomeUnknown(err),
					err)
			}
		})
	}
}

// TestSendTextIgnoresCancellationOnceSent expects the answer although the caller has canceled.
func TestSendTextIgnoresCancellationOnceSent(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		cancel()
		response(200, `{"id":"77"}`)(w, r)
	})
	if sent, err := client(t, s.URL).SendText(ctx, "3EB0BCB2E3D4", aChat, "hello"); err != nil ||
		sent.MessageID != "77" {
		t.Errorf("got %+v (%v)", sent, err)
	}
	if _, err := client(t, s.URL).SendText(ctx, "3EB0BCB2E3D4", aChat, "hello"); !errors.Is(err, context.Canceled) ||
		OutcomeUnknown(err) || s.count() != 1 {
		t.Errorf("called off before it was sent: %v, %d requests", err, s.count())
	}
}

// TestNoErrorQuotesTheMessage has the message in each spelling in which a server can echo it. It checks errors and the
// log.
func TestNoErrorQuotesTheMessage(t *testing.T) {
	t.Parallel()
	const canary = "Dear Amélie, your \"code\" is 7+7 & <49>"
	quoted, _ := json.Marshal(canary)
	for name, echo := range map[string]string{
		"plain": canary, "JSON": strings.Trim(string(quoted), `"`), "HTML": html.EscapeString(canary),
		"query": url.QueryEscape(canary),
		"path":  url.PathEscape(canary),
	} {
		for _, status := range []int{200, 400, 500} {
			encoded, _ := json.Marshal(echo)
			for _, body := range []string{
				"<html>" + echo, fmt.Sprintf(`{"code":"invalid","message":%s}`, encoded),
				fmt.Sprintf(`{"sent":false,"request":%s}`, quoted),
			} {
				s := serve(t, response(status, body))
				var log []Attempt
				c := client(t, s.URL, func(o *Options) {
					o.MaxRetries = 0
					o.Log = func(_ context.Context, a Attempt) { log = append(log, a) }
				})
				_, err := c.SendText(context.Background(), "3EB0BCB2E3D4", aChat, canary)
				if shown := fmt.Sprintf("%v %#v %+v", err, err, log); err == nil || strings.Contains(shown, "7+7") ||
					strings.Contains(shown, "7%2B7") {
					t.Errorf("%s, %d: the message is shown: %s", name, status, shown)
				}
			}
		}
	}
	s := serve(t, response(400, `{"code":"no","message":"The token is not valid."}`))
	if _, err := client(t, s.URL).SendText(context.Background(), "3EB0BCB2E3D4", aChat,
		"ok"); !strings.Contains(err.Error(), "The token is not valid.") {
		t.Errorf("a short message blots out the answer: %v", err)
	}
}

// TestShortMessageIsNotRedacted has a server that quotes the message in an error.
func TestShortMessageIsNotRedacted(t *testing.T) {
	t.Parallel()
	for length, want := range map[int]bool{shortestText - 1: true, shortestText: false} {
		message := strings.Repeat("x", length)
		s := serve(t, response(400, `{"code":"no","message":"Got '`+message+`'."}`))
		_, err := client(t, s.URL).SendText(t.Context(), "3EB0BCB2E3D4", aChat, message)
		if err == nil || strings.Contains(err.Error(), message) != want {
			t.Errorf("%d bytes: %v", length, err)
		}
	}
}

// TestMessageIDsAreSafeToShow matters because the ids are shown as progress.
func TestMessageIDsAreSafeToShow(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"id", "job_id"} {
		body, _ := json.Marshal(map[string]string{key: "a\x1b[2J\n" + testToken + strings.Repeat("x", 900)})
		sent, err := readSent(answer{status: http.StatusOK, body: body}, newRedactor(testToken))
		shown := sent.MessageID + sent.JobID
		if err != nil || !strings.HasPrefix(shown, "a[2J (redacted)xxx") || len(shown) > 300 {
			t.Errorf("%s: %q (%v)", key, shown, err)
		}
	}
}

package wawp

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"testing"
)

// TestClassify has a row for each end that an attempt can have.
func TestClassify(t *testing.T) {
	t.Parallel()
	body := func(status int, body string) ending {
		return ending{answer: answer{status: status, body: []byte(body)}, sent: true}
	}
	code := func(status int, code string) ending {
		return body(status, fmt.Sprintf(`{"code":%q,"message":"The session was not found."}`, code))
	}
	says := func(message string) ending { return body(404, fmt.Sprintf(`{"message":%q}`, message)) }
	for want, ends := range map[Kind][]ending{
		0: {body(200, ""), body(201, `{"code":"success"}`), body(204, ""), body(200, "<html>")}, // which a decoder judges
		Unsendable: {
			{err: ErrNoTurn}, {err: fmt.Errorf("no: %w", errNotBuilt)}, {err: fmt.Errorf("called off: %w", context.Canceled)},
			{err: network{&tls.CertificateVerificationError{Err: errors.New("unknown authority")}}},
		},
		NotSent:              {{err: network{errors.New("connection refused")}}, {err: context.DeadlineExceeded}},
		NoAnswer:             {{err: network{errors.New("reset")}, sent: true}, {err: ErrTimeout, sent: true, answer: answer{status: 201}}},
		TooManyRequests:      {body(429, ""), code(429, "invalid_session")},
		Unauthorized:         {body(401, ""), code(401, "invalid_instance"), code(401, "invalid_session")},
		QuotaReached:         {code(403, "quota_reached"), code(403, "QUOTA_REACHED"), body(403, `{"message":"Your quota is used up"}`)},
		SubscriptionRequired: {code(403, "subscription_required")},
		Conflict:             {body(409, ""), body(422, `{"error":"Session status is not as expected","status":"STARTING"}`), code(404, "qr_not_available"), code(400, "qr_not_available")},
		NoSuchInstance: {
			code(404, "invalid_instance"), code(404, "instance_not_found"), code(404, "session_not_found"), code(404, "not_found"),
			says("Session not found"), says("No such instance"), body(404, `{"status":404,"message":"Instance not found","error":"Not Found"}`),
			body(404, `{"error":"No session with this id"}`), body(404, `{"error":{"code":"invalid_instance"}}`), body(404, `{"data":{"code":"invalid_instance"}}`),
		},
		InvalidSession: {
			code(404, "invalid_session"), code(400, "invalid_session"), code(409, "invalid_session"), code(410, "invalid_session"),
			body(404, `{"status":404,"error":"invalid_session","message":"no"}`),
		},
		NotFound: {
			code(404, "server_not_found"), code(404, "ResourceNotFound"), code(404, "tenant_not_found"), code(404, "wawp_upstream_error"),
			code(404, "rest_no_route"), code(404, "of_tomorrow"), body(404, `{"code":404,"message":"Session not found"}`), body(404, ""),
			body(404, "404 page not found"), body(404, "<html>The session was not found</html>"), says("Not Found"),
			says("No route was found for this session"), says("Cannot POST /v2/session/info"), says("Unknown endpoint: session info"),
			body(404, `{"status":404,"message":"Not found","error":"Not Found"}`), body(405, ""), code(405, "not_found"),
			body(404, `{"status":404,"message":"Session not found","error":"server_not_found"}`),
		},
		BadRequest:   {body(400, "Bad Request - Missing Token"), code(400, "missing_param")},
		Refused:      {body(403, ""), code(403, "invalid_session"), body(410, ""), code(410, "invalid_instance"), body(413, ""), body(451, "")},
		Redirect:     {body(301, ""), body(308, ""), body(304, "")},
		ServerFault:  {body(500, ""), code(500, "invalid_session"), body(501, ""), body(505, "")},
		GatewayFault: {body(502, "<html>"), body(503, ""), body(504, ""), body(408, "")},
		Unreadable:   {{err: errTooLong, sent: true, answer: answer{status: 200}}, body(0, ""), body(199, ""), body(600, "")},
	} {
		for i, end := range ends {
			if got := classify(end); got != want {
				t.Errorf("%s, %d: HTTP %d %s, %v is %s", want, i, end.status, end.body, end.err, got)
			}
		}
	}
}

func TestEachKindHasAName(t *testing.T) {
	t.Parallel()
	for k := Unsendable; k <= Unreadable; k++ {
		if k.Error() == "" {
			t.Errorf("%d has none", k)
		}
	}
}

// TestIDIsSalvaged from whatever was read of an answer to create.
func TestIDIsSalvaged(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"instance_id":"3EB0BCB2E3D4","session_na`:               "3EB0BCB2E3D4",
		`{"data":{"instanceId": "A1", "status":`:                  "A1",
		`{"instance_id":12345678,`:                                "12345678",
		"<b>Notice</b>: undefined {x}\n" + `{"instance_id":"A1"}`: "A1",
		"\xef\xbb\xbf\xef\xbb\xbf" + `{"instance_id":"A1"}`:       "A1",
		`{"instance_id":"A1"}` + "\x00\x00":                       "A1",
		`/* by hand */ {"instance_id":"A1"} // end`:               "A1",
		`{"instance_id":"A1"}{"instance_id":"A1"}`:                "A1",
		`{"instance_id":"A1"}{"instance_id":"B2"}`:                "",
		`{"instance_id":"3EB0BC`:                                  "",
		`{"instance_id":123`:                                      "",
		`{"message":"no \"instance_id\":\"A1\""`:                  "",
		`{"name":"instance_id"`:                                   "",
	} {
		if got := salvageID([]byte(body)); got != want {
			t.Errorf("%s: got %q, want %q", body, got, want)
		}
	}
}

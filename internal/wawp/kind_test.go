package wawp

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"slices"
	"testing"
)

// TestClassify has a row for each way in which an attempt can end.
func TestClassify(t *testing.T) {
	t.Parallel()
	body := func(status int, body string) outcome {
		return outcome{answer: answer{status: status, body: []byte(body)}, sent: true}
	}
	code := func(status int, code string) outcome {
		return body(status, fmt.Sprintf(`{"code":%q,"message":"The session was not found."}`, code))
	}
	says := func(message string) outcome { return body(404, fmt.Sprintf(`{"message":%q}`, message)) }
	all := func(messages ...string) (ends []outcome) {
		for _, message := range messages {
			ends = append(ends, says(message), body(404, fmt.Sprintf(`{"code":"not_found","message":%q}`, message)),
				body(404, fmt.Sprintf(`{"status":404,"message":%q,"error":"Not Found"}`, message)))
		}
		return ends
	}
	beside := func(parts ...string) (ends []outcome) {
		for _, part := range parts {
			ends = append(ends, body(404, `{"message":"Session not found",`+part+`}`),
				body(404, `{"code":"not_found",`+part+`,"message":"Session not found"}`),
				body(404, `{"code":"invalid_instance",`+part+`}`))
		}
		return ends
	}
	for want, ends := range map[Kind][]outcome{
		// which a decoder judges
		"": {
			body(200, ""), body(201, `{"code":"success"}`), body(204, ""), body(200, "<html>"),
			code(200, "invalid_instance"),
		},
		Unsendable: {
			{err: ErrNoTurn},
			{err: fmt.Errorf("no: %w", errNotBuilt)},
			{err: fmt.Errorf("called off: %w", context.Canceled)},
			{err: networkError{&tls.CertificateVerificationError{Err: errors.New("unknown authority")}, false}},
		},
		NotSent: {{err: networkError{errors.New("connection refused"), false}}, {err: context.DeadlineExceeded}},
		NoAnswer: {
			{err: networkError{errors.New("reset"), true}, sent: true},
			{err: ErrTimeout, sent: true, answer: answer{status: 201}},
			{err: fmt.Errorf("called off: %w", context.Canceled), sent: true},
		},
		TooManyRequests: {body(429, ""), code(429, "invalid_session")},
		Unauthorized:    {body(401, ""), code(401, "invalid_instance"), code(401, "invalid_session")},
		QuotaReached: {
			code(403, "quota_reached"), code(403, "QUOTA_REACHED"),
			body(403, `{"message":"Your quota is used up"}`),
			body(403, `{"status":403,"error":"quota_reached","message":"No."}`),
		},
		SubscriptionRequired: {
			code(403, "subscription_required"),
			body(403, `{"code":"subscription_required","message":"Not within your quota"}`),
		},
		Conflict: {
			body(409, ""), body(422, `{"error":"Session status is not as expected","status":"STARTING"}`),
			code(404, "qr_not_available"),
			code(400, "qr_not_available"), code(403, "qr_not_available"), code(410, "qr_not_available"),
		},
		NoSuchInstance: slices.Concat([]outcome{
			code(404, "invalid_instance"), code(404, "instance_not_found"), code(404, "session_not_found"),
			code(404, "not_found"), code(404, "NOT_FOUND"),
			body(404, `{"error":"No session with this id"}`), body(404, `{"error":{"code":"invalid_instance"}}`),
			body(404, `{"data":{"code":"invalid_instance"}}`),
			body(404, `{"code":"invalid_instance","message":"No route, no handler, no server."}`),
			body(404, `{"code":null,"message":"Session not found"}`),
			body(404, `{"code":"","error":true,"statusCode":404,"http_code":404,"message":"Session not found"}`),
			body(404,
				`{"code":"session_not_found","error":"not_found","data":{"code":"instance_not_found","status":404}}`),
			body(404, `{"errorCode":"invalid_instance","message":"x"}`),
			body(404, `{"errors":[{"code":"invalid_instance"}]}`),
			body(404, `{"message":["Session not found"]}`),
		}, all("Session not found", "No such instance", "Instance not found", "The session was not found.",
			"Instance does not exist", "This session doesn't exist!",
			"The requested instance could not be found", "Unknown session", "The instance was deleted",
			"session is unknown", "No instance found with this ID", "No session with that ID was found",
			"No such session exists",
			"Session with id 3EB0BCB2E3D4 not found", "Instance not found: 3EB0BCB2E3D4",
			`Session "wawp-84729105" does not exist`, "The session no longer exists",
			"The instance ID is incorrect or the instance was deleted.",
			"Instance ID is likely incorrect or was deleted", "Session was not found or has been deleted")),
		InvalidSession: {
			code(404, "invalid_session"), code(400, "invalid_session"), code(403, "invalid_session"),
			code(405, "invalid_session"),
			code(409, "invalid_session"), code(410, "invalid_session"), code(422, "invalid_session"),
			body(404, `{"status":404,"error":"invalid_session","message":"no"}`),
			body(404, `{"data":{"code":"invalid_session"},"message":"Session not found"}`),
		},
		NotFound: slices.Concat([]outcome{
			code(404, "server_not_found"), code(404, "ResourceNotFound"), code(404, "tenant_not_found"),
			code(404, "wawp_upstream_error"),
			code(404, "rest_no_route"), code(404, "of_tomorrow"), code(404, "quota_reached"),
			body(404, `{"code":404,"message":"Session not found"}`), body(404, ""),
			body(404, "404 page not found"), body(404, "<html>The session was not found</html>"), says("Not Found"),
			body(404, `{"error":"Not Found"}`),
			says("No route was found for this session"), says("no Route matched with those values"),
			says("The route v2/session/info could not be found."),
			says("Cannot POST /v2/session/info"), says("Unknown endpoint: session info"), says("cannot get session"),
			says("Cannot DELETE session"),
			says("Cannot PATCH session"), says("/session/info is not here"),
			says("The requested URL of the session was not found"),
			body(404, `{"timestamp":"t","status":404,"error":"Not Found","path":"/v2/session/info"}`),
			body(404, `{"statusCode":404,"message":"Cannot POST /v2/session/info","error":"Not Found"}`),
			body(404, `{"code":"rest_no_route","message":"Es wurde nichts gefunden.","data":{"status":404}}`),
			body(404, `{"status":404,"message":"Not found","error":"Not Found"}`),
			body(404, `{"message":"Session not fou`),
			body(404, `{"status":404,"message":"Session not found","error":"server_not_found"}`),
			body(405, ""), code(405, "not_found"), code(405, "invalid_instance"), // a 404 alone proves something
			code(404, "NotFound"), code(404, "Not Found"), body(404, `{"code":"not_found"}`),
			body(404, `{"message":"Session not found","data":{"message":"No server"}}`),
			body(404, `{"message":["Session not found","No server"]}`),
			body(404, `{"message":"Session not found","error":"No server"}`),
			body(404, `{"code":"invalid_instance","data":{"code":"invalid_session"}}`),
			body(404, `{"message":{"a":"Session not found"}}`),
		}, beside(`"data":{"code":"server_not_found"}`, `"error":"tenant_not_found"`, `"errorCode":"server_not_found"`,
			`"error_code":"server_not_found"`,
			`"errcode":"no_server"`, `"ErrorCode":5`, `"subcode":17`, `"errno":17`,
			`"error":{"code":"server_not_found"}`, `"details":{"reason":{"code":"of_tomorrow"}}`,
			`"errors":[{"code":"server_not_found"}]`, `"errors":["server_not_found"]`,
			`"error":{"type":{"error_type":"ServerError"}}`,
			`"data":{"code":["server_not_found"]}`, `"data":{"code":["invalid_instance"]}`, `"data":{"code":{"a":1}}`,
			`"data":{"code":true}`,
			`"data":{"code":404}`, `"type":"server_not_found"`, `"reason":"no_server"`,
		), []outcome{
			body(404, `{"code":["invalid_instance"],"message":"Session not found"}`),
			body(404, `{"code":{},"message":"Session not found"}`),
		},
			all("Unable to resolve the request session/info", "No handler for session/info",
				"Class SessionController does not exist", "Your login session has expired",
				"No healthy server instance is available", "No active link for this session",
				"Policy strict not found for this session", "No session for this instance",
				"The instance has no session", "The session could not be deleted", "Session not found on server s7",
				"Session store not found", "No instance", "No session", "Your session was not found",
				"Session file does not exist", "The instance exists", "Session", "session/info not found",
				"Page not found: your session was deleted", "Session expired",
				"No webhook of this session was found", "The session has none.", "QR code of the session not found",
				"The session is not deleted", "Sessions not found",
				"Controller of the session not found", "Not found: session path", "The upstream instance was not found",
				"Session not found, or no route"),
		),
		BadRequest: {
			body(400, "Bad Request - Missing Token"), code(400, "missing_param"),
			code(400, "invalid_instance"), code(400, "not_found"),
		},
		Refused: {
			body(403, ""), code(403, "of_tomorrow"), body(403, `{"message":"No."}`), body(410, ""),
			code(410, "invalid_instance"), body(413, ""), body(451, ""),
		},
		Redirect:     {body(301, ""), body(308, ""), body(304, "")},
		ServerFault:  {body(500, ""), code(500, "invalid_session"), body(501, ""), body(505, "")},
		GatewayFault: {body(502, "<html>"), body(503, ""), body(504, ""), body(408, ""), code(503, "invalid_session")},
		Unreadable: {
			{err: errTooLong, sent: true, answer: answer{status: 200}},
			body(0, ""), body(199, ""),
			body(600, ""),
		},
	} {
		for i, end := range ends {
			if got := classify(end); got != want {
				t.Errorf("%s, %d: HTTP %d %s, %v is %s", want, i, end.status, end.body, end.err, got)
			}
		}
	}
}

// allKinds are those that an [Error] can have.
var allKinds = []Kind{
	Unsendable, NotSent, BadRequest, Unauthorized, QuotaReached, SubscriptionRequired, NoSuchInstance, NotFound,
	InvalidSession, Conflict,
	TooManyRequests, Refused, Redirect, ServerFault, GatewayFault, NoAnswer, Unreadable,
}

func TestOutcomeUnknownAndTransientByKind(t *testing.T) {
	t.Parallel()
	mayHaveActed := []Kind{ServerFault, GatewayFault, NoAnswer, Unreadable}
	for name, test := range map[string]struct {
		says  func(Kind) bool
		kinds []Kind
	}{
		"OutcomeUnknown": {Kind.OutcomeUnknown, mayHaveActed},
		"IsTransient": {Kind.IsTransient, append([]Kind{
			NotSent, TooManyRequests, BadRequest, Conflict, NoSuchInstance,
			InvalidSession, NotFound,
		}, mayHaveActed...)},
		"Untimely": {Kind.Untimely, []Kind{Conflict, BadRequest}},
		"Missing":  {Kind.Missing, []Kind{NoSuchInstance, InvalidSession}},
	} {
		for _, k := range append([]Kind{""}, allKinds...) {
			if got := test.says(k); got != slices.Contains(test.kinds, k) {
				t.Errorf("%s of %q: %t", name, k, got)
			}
		}
	}
}

// TestKindThroughErrorsIs finds the kind of wrapped errors by errors.Is, KindOf and OutcomeUnknown.
func TestKindThroughErrorsIs(t *testing.T) {
	t.Parallel()
	for _, k := range allKinds {
		err := fmt.Errorf("wrapped: %w", &Error{Kind: k})
		if !errors.Is(err, k) || KindOf(err) != k || OutcomeUnknown(err) != k.OutcomeUnknown() {
			t.Errorf("%s is %s", k, KindOf(err))
		}
		for _, other := range allKinds {
			if other != k && errors.Is(err, other) {
				t.Errorf("%s is %s, too", k, other)
			}
		}
	}
	for _, err := range []error{nil, errors.New("other"), NoAnswer} {
		if KindOf(err) != "" || OutcomeUnknown(err) {
			t.Errorf("%v has the kind %s", err, KindOf(err))
		}
	}
}

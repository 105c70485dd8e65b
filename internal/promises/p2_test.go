package promises

var p2 = promise{"P2", "A session is never created twice", []clause{
	{
		kept:  "A creation that was not sent, because no connection was got, is sent again",
		lines: []line{{"internal/wawp/retry.go", "case e.err != nil && !e.sent, e.status", "case e.status"}},
		test:  "wawp TestCreateIsSentAgainAfterWhatSurelyMadeNothing/a failed dial",
	},
	{
		kept:  "A creation whose TLS handshake failed is sent again: what was sent is told by httptrace, never by the text of an error",
		lines: []line{{"internal/wawp/attempt.go", "return h.gotConn && h.calledOff == nil", "return h.calledOff == nil"}},
		test:  "wawp TestCreateIsSentAgainAfterWhatSurelyMadeNothing/a failed TLS handshake",
	},
	{
		kept: "A creation that a proxy did not let through is sent again",
		lines: []line{{
			"internal/wawp/attempt.go",
			"GotConn: func(httptrace.GotConnInfo) { hold.connected() }", "ConnectDone: func(string, string, error) { hold.connected() }",
		}},
		test: "wawp TestProxyThatRefusesTheTunnelMeansNotSent",
	},
	{
		kept:  "A creation that was refused with 429 is sent again",
		lines: []line{{"internal/wawp/retry.go", ", e.status == http.StatusTooManyRequests:", ":"}},
		test:  "wawp TestCreateIsSentAgainAfterWhatSurelyMadeNothing/429",
	},
	{
		kept:  "After a reset a creation is not sent again",
		lines: []line{{"internal/wawp/retry.go", "case e.err != nil:\n\t\treturn r >= repeatHarmless", "case e.err != nil:\n\t\treturn true"}},
		test:  "wawp TestCreateIsSentOnceWhenItMayHaveActed/reset",
	},
	{
		kept:  "After a timeout it is not sent again",
		lines: []line{{"internal/wawp/retry.go", "case e.err != nil:\n\t\treturn r >= repeatHarmless", "case e.err != nil:\n\t\treturn true"}},
		test:  "wawp TestCreateIsSentOnceWhenItMayHaveActed/timeout",
	},
	{
		kept:  "After 500 it is not sent again",
		lines: []line{{"internal/wawp/retry.go", "return r >= repeatRead", "return true"}},
		test:  "wawp TestCreateIsSentOnceWhenItMayHaveActed/500",
	},
	{
		kept:  "After 502, 503 and 504 it is not sent again",
		lines: []line{{"internal/wawp/retry.go", "http.StatusGatewayTimeout:\n\t\treturn r >= repeatHarmless", "http.StatusGatewayTimeout:\n\t\treturn true"}},
		test:  "wawp TestCreateIsSentOnceWhenItMayHaveActed",
	},
	{
		kept:  "After a success that cannot be read it is not sent again: one without an id is an error",
		lines: []line{{"internal/wawp/session.go", `if id == "" || id != c.redact.value(id) {`, "if id != c.redact.value(id) {"}},
		test:  "wawp TestCreateIsSentOnceWhenItMayHaveActed/no id",
	},
	{
		kept: "Each of these is an error that says that a session may exist: a request without an answer, a 5xx, 408, and a success that cannot be read",
		lines: []line{
			{"internal/wawp/errors.go", "e.sent && (e.Status == 0 || e.Status/100 == 2 ||", "e.sent && (e.Status/100 == 2 ||"},
			{"internal/wawp/errors.go", "e.sent && (e.Status == 0 || e.Status/100 == 2 ||", "e.sent && (e.Status == 0 ||"},
			{"internal/wawp/errors.go", "e.Status/100 == 5 || e.Status == http.StatusRequestTimeout", "e.Status == http.StatusRequestTimeout"},
			{"internal/wawp/errors.go", "e.Status/100 == 5 || e.Status == http.StatusRequestTimeout", "e.Status/100 == 5"},
		},
		test: "wawp TestCreateIsSentOnceWhenItMayHaveActed",
	},
	{
		kept:  "An error of what was surely not sent does not say so",
		lines: []line{{"internal/wawp/errors.go", "e.sent && (e.Status == 0 || e.Status/100 == 2 ||", "(e.Status == 0 || e.Status/100 == 2 ||"}},
		test:  "wawp TestProxyThatRefusesTheTunnelMeansNotSent",
	},
	{
		kept:  "A refusal does not say so",
		lines: []line{{"internal/wawp/errors.go", "e.Status/100 == 5 || e.Status == http.StatusRequestTimeout", "e.Status/100 >= 4"}},
		test:  "wawp TestCreateThatIsRefusedMadeNothing",
	},
	{
		kept:  "The user reads that a session may have been created",
		lines: []line{{"internal/session/words.go", "if wawp.MayHaveActed(err) {", "if wawp.MayHaveActed(nil) {"}},
		test:  "session TestAccAmbiguousCreateIsNotRepeated/500",
	},
	{
		kept:  "The user reads that the dashboard shows it",
		lines: []line{{"internal/session/words.go", "what, explain.Dashboard, now", `what, "the dashboard", now`}},
		test:  "session TestAccAmbiguousCreateIsNotRepeated/500",
	},
	{
		kept: "The user reads how to adopt it: the `import` block and the command, the resource's name left to fill in",
		lines: []line{
			{"internal/session/words.go", "to = wawp_session.<name>", "to = ..."},
			{"internal/session/words.go", "terraform import 'wawp_session.<name>'", "terraform import ..."},
		},
		test: "session TestAccAmbiguousCreateIsNotRepeated/500",
	},
	{
		kept: "To adopt it like that works",
		lines: []line{{
			"internal/session/resource.go",
			`resource.ImportStatePassthroughWithIdentity(ctx, path.Root("instance_id"), path.Root("instance_id"), req, resp)`, "",
		}},
		test: "session TestAccAmbiguousCreateCanBeAdopted",
	},
	{
		kept: "No request has an Idempotency-Key, for which net/http would send it again by itself",
		lines: []line{{
			"internal/wawp/client.go", `request.Header.Set("Accept", "application/json")`,
			`request.Header.Set("Accept", "application/json")` + "\n\t" + `request.Header.Set("Idempotency-Key", "1")`,
		}},
		test: "wawp TestRequestCarriesCredentialsAsDocumented",
	},
	{
		kept:  "Requests travel over HTTP/1 alone: over HTTP/2, net/http would send one again that a server may have acted upon",
		lines: []line{{"internal/wawp/client.go", "t.Protocols.SetHTTP1(true)", "t.Protocols.SetHTTP2(true)"}},
		test:  "wawp TestCreateIsNotReplayedByTheTransport",
	},
	{
		kept:  "Redirects are never followed, for any request",
		lines: []line{{"internal/wawp/client.go", ", CheckRedirect: neverRedirect}", "}"}},
		test:  "wawp TestRedirectsAreNotFollowed",
	},
	{
		kept:  "A redirect is an error that names the other host",
		lines: []line{{"internal/wawp/errors.go", "if end.status/100 == 3 {", "if false {"}},
		test:  "wawp TestRedirectsAreNotFollowed",
	},
}}

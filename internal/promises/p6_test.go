package promises

var p6 = promise{"P6", "Any answer is survived", []clause{
	{
		kept: "An answer may be flat, or wrapped into `data`, `session`, `result`, `config` and `metadata`",
		lines: []line{
			{"internal/wawp/decode.go", `[]string{"data", `, `[]string{`},
			{"internal/wawp/decode.go", `"session", "result",`, `"result",`},
			{"internal/wawp/decode.go", `"result", "config"`, `"config"`},
			{"internal/wawp/decode.go", `"config", "metadata"}`, `"metadata"}`},
			{"internal/wawp/decode.go", `"config", "metadata"}`, `"config"}`},
		},
		test: "wawp TestCreatedSessionIsFoundInEveryForm",
	},
	{
		kept: "Names are in snake or camel case",
		lines: []line{
			{"internal/wawp/session.go", `id := d.text("instance_id", "instanceId")`, `id := d.text("instance_id")`},
			{"internal/wawp/session.go", `id := d.text("instance_id", "instanceId")`, `id := d.text("instanceId")`},
		},
		test: "wawp TestCreatedSessionIsFoundInEveryForm",
	},
	{
		kept: "Names may be others: of a session `session_name`, `sessionName`, `name`; of its account `pushName`, `name`",
		lines: []line{
			{"internal/wawp/session.go", `value(d.text("session_name", "sessionName", "name"))`, `value(d.text("sessionName", "name"))`},
			{"internal/wawp/session.go", `value(d.text("session_name", "sessionName", "name"))`, `value(d.text("session_name", "name"))`},
			{"internal/wawp/session.go", `value(d.text("session_name", "sessionName", "name"))`, `value(d.text("session_name", "sessionName"))`},
			{"internal/wawp/session.go", `[]string{"pushName", "push_name", "name"}`, `[]string{"pushName", "push_name"}`},
		},
		test: "wawp TestSessionIsReadInEveryForm",
	},
	{
		kept: "Ids are text or numbers, and keep their digits",
		lines: []line{
			{"internal/wawp/decode.go", "decoder.UseNumber()\n", "\n"},
			{"internal/wawp/decode.go", "return v.String()", `return ""`},
		},
		test: "wawp TestCreatedSessionIsFoundInEveryForm",
	},
	{
		kept: "Booleans are true and false, 1 and 0, or these as text",
		lines: []line{
			{"internal/wawp/decode.go", "return b, true", "return b, false"},
			{"internal/wawp/decode.go", `case "1", "true":`, `case "true":`},
			{"internal/wawp/decode.go", `case "1", "true":`, `case "1":`},
			{"internal/wawp/decode.go", `case "0", "false":`, `case "false":`},
		},
		test: "wawp TestWebhooksAreReadInEveryForm",
	},
	{
		kept:  "Limits are unlimited as null, 0, a negative number or a word",
		lines: []line{{"internal/wawp/ratelimit.go", "!(n >= 1 && n < math.MaxInt64)", "n >= math.MaxInt64"}},
		test:  "wawp TestLimitsInEveryForm",
	},
	{
		kept: "Dates are in a standard form, with or without a zone, or Unix times in seconds or milliseconds",
		lines: []line{
			{"internal/wawp/decode.go", "case n >= 1e11 && n < 1e14:", "case n >= 1e14:"},
			{"internal/wawp/decode.go", "case n >= 1e8 && n < 1e11:", "case n >= 1e15:"},
			{"internal/wawp/decode.go", "{time.RFC3339, time.DateTime,", "{time.DateTime,"},
			{"internal/wawp/decode.go", "{time.RFC3339, time.DateTime,", "{time.RFC3339,"},
			{"internal/wawp/decode.go", `"2006-01-02T15:04:05", "`, `"`},
			{"internal/wawp/decode.go", `"2006-01-02 15:04:05Z07:00", `, ""},
			{"internal/wawp/decode.go", `, "2006-01-02T15:04:05Z0700"`, ""},
		},
		test: "wawp TestInstant",
	},
	{
		kept: "Lists may be objects by some key, or null, and the fields of a webhook have several names",
		lines: []line{
			{"internal/wawp/decode.go", "items = slices.Collect(maps.Values(value))", "_ = slices.Collect(maps.Values(value))"},
			{"internal/wawp/decode.go", "\t\tcase nil:\n\t\tcase []any:", "\t\tcase []any:"},
			{"internal/wawp/webhook.go", `"is_active", "isActive", "active", "enabled"`, `"isActive", "active", "enabled"`},
			{"internal/wawp/webhook.go", `"is_active", "isActive", "active", "enabled"`, `"is_active", "active", "enabled"`},
			{"internal/wawp/webhook.go", `"is_active", "isActive", "active", "enabled"`, `"is_active", "isActive", "enabled"`},
			{"internal/wawp/webhook.go", `"is_active", "isActive", "active", "enabled"`, `"is_active", "isActive", "active"`},
			{"internal/wawp/webhook.go", `"delay", "delaySeconds", "delay_seconds"`, `"delay", "delay_seconds"`},
		},
		test: "wawp TestWebhooksAreReadInEveryForm",
	},
	{
		kept: "The sending policy is found under each of its likely names, as text or as an object",
		lines: []line{
			{"internal/wawp/ratelimit.go", `"current_policy", "policy", "policy_slug", "current"`, `"policy", "policy_slug", "current"`},
			{"internal/wawp/ratelimit.go", `"current_policy", "policy", "policy_slug", "current"`, `"current_policy", "policy_slug", "current"`},
			{"internal/wawp/ratelimit.go", `"current_policy", "policy", "policy_slug", "current"`, `"current_policy", "policy", "current"`},
			{"internal/wawp/ratelimit.go", `"current_policy", "policy", "policy_slug", "current"`, `"current_policy", "policy", "policy_slug"`},
			{"internal/wawp/ratelimit.go", "return o[camel(name)]", "return nil"},
			{"internal/wawp/ratelimit.go", `[]string{"rate_limit", "rateLimit"}`, `[]string{}`},
			{"internal/wawp/ratelimit.go", `text(o["slug"]), text(field(o, "policy_slug"))`, `text(field(o, "policy_slug"))`},
		},
		test: "wawp TestRateLimitIsReadInEveryForm",
	},
	{
		kept: "A link is text or an object, an address or its token alone",
		lines: []line{
			{"internal/wawp/templink.go", "if inner := d.object(name); inner != nil {", "if false {\n\t\t\tinner := d.object(name)"},
			{"internal/wawp/templink.go", "return tempLinkPage + link", `return ""`},
			{"internal/wawp/templink.go", `none = none || ok && !isSet(value)`, "_ = ok"},
		},
		test: "wawp TestTempLinkIsReadInEveryForm",
	},
	{
		kept:  "A QR code comes in an envelope of Base64, or plain",
		lines: []line{{"internal/wawp/auth.go", `if inner := parse(unpack(d.text("data"))); len(inner.layers) > 0 {`, `if inner := parse(unpack(d.text("data"))); false {`}},
		test:  "wawp TestQRCodeIsReadInEveryForm",
	},
	{
		kept: "A status is in any case, and not that of the envelope",
		lines: []line{
			{"internal/wawp/session.go", "strings.ToUpper(oneLine(", "strings.ToLower(oneLine("},
			{"internal/wawp/session.go", `words := []string{"SUCCESS", `, `words := []string{`},
			{"internal/wawp/session.go", ` && strings.Trim(s, "0123456789") != "" {` + "\n\t\t\treturn s", " {\n\t\t\treturn s"},
		},
		test: "wawp TestSessionIsReadInEveryForm",
	},
	{
		kept: "An account's id is text or an object, with or without the number of a device",
		lines: []line{
			{"internal/wawp/session.go", `chatID = text(id["_serialized"])`, `_ = text(id["_serialized"])`},
			{"internal/wawp/session.go", `user, _, _ = strings.Cut(user, ":")`, ""},
			{"internal/wawp/session.go", `server == "c.us" ||`, ""},
			{"internal/wawp/session.go", ` || server == "s.whatsapp.net"`, ""},
		},
		test: "wawp TestSessionIsReadInEveryForm",
	},
	{
		kept:  "A byte order mark is passed over",
		lines: []line{{"internal/wawp/decode.go", `"\xef\xbb\xbf"`, `"\xef\xbb"`}},
		test:  "wawp TestSessionIsReadInEveryForm/byte order mark",
	},
	{
		kept:  "An empty success is a success where nothing has to be told",
		lines: []line{{"internal/wawp/session.go", "if !tellsSession(d) && d.failed() {", "if !tellsSession(d) {"}},
		test:  "wawp TestActionsAcceptAnySuccessButAnErrorInDisguise",
	},
	{
		kept: "A success with the body of an error is an error: a page, a code with a message, `success` false, an `error`, a `status` that says so",
		lines: []line{
			{"internal/wawp/session.go", "if !tellsSession(d) && d.failed() {", "if !tellsSession(d) && false {"},
			{"internal/wawp/decode.go", "d.markup || c.code", "c.code"},
			{"internal/wawp/decode.go", `c.code != "" && c.message != "" {`, `c.code == "?" {`},
			{"internal/wawp/decode.go", `layer["success"] == false || `, ""},
			{"internal/wawp/decode.go", `status == "error" || `, ""},
			{"internal/wawp/decode.go", "number >= http.StatusBadRequest", "number >= 10*http.StatusBadRequest"},
			{"internal/wawp/decode.go", `return e != ""`, `return e == "?"`},
			{"internal/wawp/decode.go", "case map[string]any:\n\t\t\treturn true", "case map[string]any:\n\t\t\treturn false"},
		},
		test: "wawp TestActionsAcceptAnySuccessButAnErrorInDisguise",
	},
	{
		kept:  "The HTTP status decides first: a `code` in a success is no error, be it a word",
		lines: []line{{"internal/wawp/decode.go", `if c.code == "success" {`, "if false {"}},
		test:  "wawp TestActionsAcceptAnySuccessButAnErrorInDisguise",
	},
	{
		kept:  "A pairing code, too, is in `code`, and a word there is none",
		lines: []line{{"internal/wawp/auth.go", "pairingCode.MatchString(code) && ", ""}},
		test:  "wawp TestPairingCodeIsReadInEveryForm",
	},
	{
		kept: "An error is read as code and message, as text, as an object, and in an envelope",
		lines: []line{
			{"internal/wawp/decode.go", `c := complaint{code: text(layer["code"]), message: text(layer["message"])}`, `c := complaint{message: text(layer["message"])}`},
			{"internal/wawp/decode.go", `c := complaint{code: text(layer["code"]), message: text(layer["message"])}`, `c := complaint{code: text(layer["code"])}`},
			{"internal/wawp/decode.go", `if c.code == "" && slug.MatchString(e) {`, "if false {"},
			{"internal/wawp/decode.go", "c.message = cmp.Or(c.message, e)", "_ = e"},
			{"internal/wawp/decode.go", `cmp.Or(c.code, text(e["code"])), cmp.Or(`, `c.code, cmp.Or(`},
		},
		test: "wawp TestErrorsAreReadInEveryForm",
	},
	{
		kept:  "Two answers in one are none",
		lines: []line{{"internal/wawp/decode.go", " || decoder.More() {", " {"}},
		test:  "wawp TestCreateIsSentOnceWhenItMayHaveActed/two objects",
	},
	{
		kept:  "An answer without an end is cut off",
		lines: []line{{"internal/wawp/attempt.go", "io.LimitReader(response.Body, maxBody)", "io.LimitReader(response.Body, 1<<40)"}},
		test:  "wawp TestAnswerWithoutEndIsCutOff",
	},
	{
		kept: "What cannot be understood is an error that says so, and quotes its beginning",
		lines: []line{
			{"internal/wawp/errors.go", "sent: true, text: missing,", "sent: true,"},
			{"internal/wawp/errors.go", "e.describe(redact, a)\n", "_ = redact\n"},
		},
		test: "wawp TestSuccessThatDescribesNoSessionIsUnreadable",
	},
	{
		kept: "What is quoted is one short line, without what a terminal would obey",
		lines: []line{
			{"internal/wawp/redact.go", "len(runes) > quoteLength", "len(runes) > 1000*quoteLength"},
			{"internal/wawp/redact.go", "if !unicode.IsPrint(c) {", "if !unicode.IsPrint(c) && false {"},
			{"internal/wawp/redact.go", `strings.Join(strings.Fields(s), " ")`, "s"},
		},
		test: "wawp TestQuoteIsShortAndInOneLine",
	},
}}

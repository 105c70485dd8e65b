package promises

var p4 = promise{"P4", "The token never shows", []clause{
	{
		kept: "No error holds a URL of the API: the transport's own error is told, never that of net/http's client, which quotes it",
		lines: []line{{
			"internal/wawp/attempt.go", "\te := l.newError()\n",
			"\te := l.newError()\n\tif err != nil {\n\t\te.text = err.Error()\n\t}\n",
		}},
		test: "wawp TestErrorsHoldNoToken/reset",
	},
	{
		kept: "The token is scrubbed from what a server says: from its message and from its code",
		lines: []line{
			{"internal/wawp/errors.go", "redact.quote(cmp.Or(said.message, string(a.body)))", "oneLine(cmp.Or(said.message, string(a.body)))"},
			{"internal/wawp/errors.go", "e.Code = redact.quote(said.code)", "e.Code = oneLine(said.code)"},
		},
		test: "wawp TestErrorsHoldNoToken",
	},
	{
		kept: "It is scrubbed from what net/http quotes of an answer that it cannot read, in errors and in the log",
		lines: []line{
			{"internal/wawp/errors.go", "e.text = l.redact.quote(end.err.Error())", "e.text = end.err.Error()"},
			{"internal/wawp/errors.go", "e.cause = &reason{e.text, end.err}", "e.cause = end.err"},
			{"internal/wawp/attempt.go", "a.Err = l.redact.quote(l.last.err.Error())", "a.Err = l.last.err.Error()"},
		},
		test: "wawp TestErrorsHoldNoToken",
	},
	{
		kept: "It is scrubbed in each spelling: as in a query, a path, HTML and JSON, with `/` as `\\/`",
		lines: []line{
			{"internal/wawp/redact.go", "url.QueryEscape(secret),", ""},
			{"internal/wawp/redact.go", "url.PathEscape(secret),", ""},
			{"internal/wawp/redact.go", "html.EscapeString(secret),", "html.EscapeString(blot),"},
			{"internal/wawp/redact.go", "strings.Trim(string(quoted), `\"`),", "string(quoted),"},
			{"internal/wawp/redact.go", "strings.ReplaceAll(spelling, \"/\", `\\/`), blot", `"/", "/"`},
		},
		test: "wawp TestErrorsHoldNoToken",
	},
	{
		kept:  "It is scrubbed as PHP writes JSON: in ASCII alone",
		lines: []line{{"internal/wawp/redact.go", "inASCII(secret),", ""}},
		test:  "wawp TestSecretInASCIIIsBlottedOut",
	},
	{
		kept:  "It is scrubbed as it is, whatever characters it has",
		lines: []line{{"internal/wawp/redact.go", "\t\t\tsecret,\n", "\n"}},
		test:  "wawp TestNoErrorQuotesTheMessage",
	},
	{
		kept:  "It is scrubbed before an answer is cut to what is quoted, so that no half of it shows",
		lines: []line{{"internal/wawp/redact.go", `oneLine(r.text(strings.ToValidUTF8(said, "?")))`, `r.text(oneLine(strings.ToValidUTF8(said, "?")))`}},
		test:  "wawp TestQuoteIsShortAndInOneLine",
	},
	{
		kept:  "Of a redirect nothing but the scheme and the host is told",
		lines: []line{{"internal/wawp/errors.go", `target.Scheme + "://" + target.Host`, "target.String()"}},
		test:  "wawp TestRedirectsAreNotFollowed",
	},
	{
		kept:  "The log has one line per attempt: method, path, status, code",
		lines: []line{{"internal/wawp/attempt.go", "l.client.log(ctx, l.describe(time.Since(started)))", "_ = started"}},
		test:  "wawp TestLogTellsEachAttempt",
	},
	{
		kept:  "What the log tells of an answer is scrubbed",
		lines: []line{{"internal/wawp/attempt.go", "a.Code = l.redact.quote(parse(l.last.body).complaint().code)", "a.Code = parse(l.last.body).complaint().code"}},
		test:  "wawp TestErrorsHoldNoToken",
	},
	{
		kept:  "The logger masks the token once more",
		lines: []line{{"internal/provider/configure.go", "ctx = tflog.SubsystemMaskLogStrings(ctx, subsystem, token)", ""}},
		test:  "provider TestLogMasksTheToken",
	},
	{
		kept:  "Of a crash no value is told",
		lines: []line{{"internal/explain/explain.go", "a panic with a value of type %T", "a panic with %v"}},
		test:  "explain TestPanicIsAnErrorThatQuotesNoValue",
	},
	{
		kept: "A server that tells the token in any field brings it into no state: it is scrubbed from what is kept",
		lines: []line{
			{"internal/wawp/session.go", `c.redact.value(d.text("session_name", "sessionName", "name"))`, `d.text("session_name", "sessionName", "name")`},
			{"internal/wawp/session.go", `c.redact.value(d.text("server_name", "serverName"))`, `d.text("server_name", "serverName")`},
			{"internal/wawp/session.go", "oneLine(c.redact.value(status(d)))", "oneLine(status(d))"},
			{"internal/wawp/session.go", "&Account{ChatID: c.redact.value(chatID)}", "&Account{ChatID: chatID}"},
			{"internal/wawp/session.go", "c.redact.value(text(me[key]))", "text(me[key])"},
			{"internal/wawp/webhook.go", `c.redact.value(d.text("url"))`, `d.text("url")`},
			{"internal/wawp/webhook.go", "c.redact.value(text(event))", "text(event)"},
			{"internal/wawp/ratelimit.go", "c.redact.value(slugOf(value))", "slugOf(value)"},
			{"internal/wawp/ratelimit.go", "slug = c.redact.value(cmp.Or(", "slug = (cmp.Or("},
		},
		test: "wawp TestNoFieldKeepsTheToken",
	},
	{
		kept:  "An id that holds the token is no id",
		lines: []line{{"internal/wawp/session.go", `if id == "" || id != c.redact.value(id) {`, `if id == "" {`}},
		test:  "wawp TestEchoOfTheTokenIsNotKept",
	},
	{
		kept:  "A link that holds the token is no link",
		lines: []line{{"internal/wawp/templink.go", "case err != nil, link != c.redact.value(link), strings", "case err != nil, strings"}},
		test:  "wawp TestSuccessThatTellsOfNoTempLinkIsUnreadable",
	},
	{
		kept:  "A QR code that holds the token is no code",
		lines: []line{{"internal/wawp/auth.go", ` || code.Value != c.redact.value(code.Value)`, ""}},
		test:  "wawp TestNoCodeIsAnError",
	},
	{
		kept:  "A pairing code that is the token is no code",
		lines: []line{{"internal/wawp/auth.go", ` && code == c.redact.value(code)`, ""}},
		test:  "wawp TestTokenIsNoPairingCode",
	},
	{
		kept:  "Nothing is quoted of a `base_url` that cannot be read, because it can hold a password",
		lines: []line{{"internal/wawp/client.go", "case err != nil:\n\t\treturn nil, errors.New(\"it is not a URL\")", "case err != nil:\n\t\treturn nil, err"}},
		test:  "wawp TestParseBaseURL",
	},
	{
		kept: "Terraform prints no secret: token, `hmac_secret`, `hmac_secret_wo`, link and QR code are sensitive",
		lines: []line{
			{"internal/provider/provider.go", "Sensitive:  true,", ""},
			{"internal/webhook/schema.go", "Optional:  true,\n\t\t\t\tSensitive: true,\n", "Optional:  true,\n"},
			{"internal/webhook/schema.go", "WriteOnly: true,\n\t\t\t\tSensitive: true,\n", "WriteOnly: true,\n"},
			{"internal/templink/schema.go", "Sensitive:           true,", ""},
			{"internal/templink/ephemeral.go", "Sensitive: true,", ""},
			{"internal/pairing/qr_code.go", "Sensitive:           true,", ""},
			{"internal/pairing/qr_code.go", "Sensitive: true,", ""},
		},
		test: "provider TestSecretsAreSensitive",
	},
	{
		kept:  "`hmac_secret` is in the state only, `hmac_secret_wo` nowhere, whatever a server says",
		lines: []line{{"internal/wawp/client.go", "newRedactor(c.token, secret)", "newRedactor(c.token, secret[:0])"}},
		test:  "webhook TestAccSecretNeverShows",
	},
	{
		kept:  "`hmac_secret_wo` is write-only, so Terraform does not keep it",
		lines: []line{{"internal/webhook/schema.go", "WriteOnly: true,", ""}},
		test:  "webhook TestAccWriteOnlySecret",
	},
	{
		kept:  "The address of Wawp's own webhook, which holds a token, is no webhook to read, list or import",
		lines: []line{{"internal/wawp/webhook.go", "hook.URL != system && !IsSystemWebhook(hook.URL)", "hook.URL != system"}},
		test:  "wawp TestWebhooksAreReadInEveryForm",
	},
	{
		kept: "A link is in the state of its resource only: whoever quotes one, it is blotted out",
		lines: []line{
			{"internal/wawp/redact.go", "(temp-qr|api[\\\\/]+webhook)", "(api[\\\\/]+webhook)"},
			{"internal/wawp/redact.go", "if len(word) < opaqueLength {", "if true {"},
		},
		test: "wawp TestErrorsHoldNoTempLink",
	},
	{
		kept: "Blotted out, too, are pairing codes, QR codes and their pictures, addresses of Wawp's own webhook, tokens of others, e-mail addresses, passwords of proxies",
		lines: []line{
			{"internal/wawp/redact.go", "`\\b[A-Z0-9]{4}-[A-Z0-9]{4}\\b`,", ""},
			{"internal/wawp/redact.go", "`(\\b|[A-Za-z_])[0-9]@[A-Za-z0-9+/=_,\\\\-]{8,}`,", ""},
			{"internal/wawp/redact.go", "`(?i:data:[a-z]+/[a-z0-9.+-]+;base64,[a-z0-9+/=\\\\]*)`,", ""},
			{"internal/wawp/redact.go", "(temp-qr|api[\\\\/]+webhook)", "(temp-qr)"},
			{"internal/wawp/redact.go", "`(?i:\"(access[_-]?token|token|secret|hmac([_-]?(secret|key))?|password|qr|value|link|e-?mail|user_email)\"\\s*:\\s*(\"[^\"]*\"?|\\{[^{}]*\\}?))`,", ""},
			{"internal/wawp/redact.go", "`[^\\s/\"'@:]+:[^\\s/\"'@]+@`,", ""},
			{"internal/wawp/redact.go", "`(?i:\\b(access_token|token|secret|hmac|password)=[^\\s&\"']+)`,", ""},
		},
		test: "wawp TestSecretsAreBlottedOut",
	},
	{
		kept:  "A QR code that cannot be drawn is not quoted",
		lines: []line{{"internal/pairing/draw.go", "return \"\", errNoDrawing // the", "return \"\", errors.New(code) // the"}},
		test:  "pairing TestWhatDoesNotFitIsAnErrorThatDoesNotQuoteIt",
	},
	{
		kept:  "A message of 12 bytes or more, which an answer quotes whole, is in no error and no log",
		lines: []line{{"internal/wawp/client.go", "newRedactor(c.token, text)", "newRedactor(c.token, text[:0])"}},
		test:  "wawp TestNoErrorQuotesTheMessage",
	},
	{
		kept:  "The files of terraform-plugin-go's protocol data, which would hold the token, are never written",
		lines: []line{{"internal/provider/server.go", "_ = os.Unsetenv(envProtocolData)", "_ = envProtocolData"}},
		test:  "provider TestAccProtocolDataIsNotWritten",
	},
	{
		kept:      "Terraform itself stores a plain variable or a literal in saved plans, and logs `-var`: the documentation says so, and the examples use the environment or an ephemeral variable",
		otherwise: "the page and the examples are text; `TestAccTokenNeverShows` lives through both ways that they show, and searches state, saved plans, logs and output",
	},
}}

package promises

var p7 = promise{"P7", "Waiting is patient and interruptible", []clause{
	{
		kept:  "A wait looks each 3 seconds",
		lines: []line{{"internal/wawp/client.go", "defaultPollInterval   = 3 * time.Second", "defaultPollInterval   = time.Second"}},
		test:  "wawp TestDefaultsAreAsDocumented",
	},
	{
		kept:  "A wait ends at once with its timeout and with Ctrl-C",
		lines: []line{{"internal/wawp/retry.go", "case <-ctx.Done():\n\t\treturn ctx.Err()\n", ""}},
		test:  "wawp TestWaitEndsWithItsContext",
	},
	{
		kept:  "A wait tells what it saw last",
		lines: []line{{"internal/wawp/session.go", "\t\t\tlast = s\n", "\t\t\t_ = s\n"}},
		test:  "wawp TestWaitReturnsWhatItSawLast",
	},
	{
		kept:  "The wait for a person outlasts faults that pass",
		lines: []line{{"internal/pairing/wait.go", "case seen && wawp.MayPass(err) &&", "case seen && false &&"}},
		test:  "pairing TestWaitOutlastsFaultsThatPass",
	},
	{
		kept:  "The wait for one's turn at the webhooks or links of a session ends with Ctrl-C",
		lines: []line{{"internal/wawp/webhook.go", "case <-ctx.Done():\n\t\treturn nil, ctx.Err()\n\t}\n}", "case <-ctx.Done():\n\t\treturn func() {}, nil\n\t}\n}"}},
		test:  "wawp TestLockWebhooksTakesTurns",
	},
	{
		kept: "Pauses between retries double, up to 60 seconds, and vary",
		lines: []line{
			{"internal/wawp/retry.go", "c.retryWait<<min(retry, 16)", "c.retryWait"},
			{"internal/wawp/retry.go", "min(c.retryWait<<min(retry, 16), longestPause)", "c.retryWait << min(retry, 16)"},
			{"internal/wawp/retry.go", "rand.N(longest/2+1)", "rand.N(time.Duration(1))"},
		},
		test: "wawp TestPausesGrowAndVary",
	},
	{
		kept: "`Retry-After` is honoured, up to 60 seconds and the time that is left",
		lines: []line{
			{"internal/wawp/retry.go", "if wait := retryAfter(l.last.header, time.Now()); wait > 0 {", "if wait := retryAfter(l.last.header, time.Now()); wait > time.Hour {"},
			{"internal/wawp/retry.go", "wait <= longestPause && (", "("},
			{"internal/wawp/retry.go", "wait < time.Until(deadline)", "wait < time.Until(deadline)+time.Hour"},
			{"internal/wawp/retry.go", "&& l.worthWaiting(ctx)", ""},
		},
		test: "wawp TestRetryAfterIsWaitedForIfItIsBearable",
	},
	{
		kept:  "`Retry-After` is in seconds or a date",
		lines: []line{{"internal/wawp/retry.go", "if date, err := http.ParseTime(value); err == nil {", "if date, err := http.ParseTime(value); err == nil && false {"}},
		test:  "wawp TestRetryAfter",
	},
	{
		kept:  "A longer one is an error that knows when to come back",
		lines: []line{{"internal/wawp/errors.go", "e.RetryAfter = retryAfter(end.header, time.Now())", "_ = time.Now"}},
		test:  "wawp TestErrorSaysWhenToComeBack",
	},
	{
		kept:  "That error tells the user",
		lines: []line{{"internal/explain/explain.go", "case e.RetryAfter > 0:", "case false:"}},
		test:  "session TestAccRefusedCreateSaysWhyAndCriesNoWolf/429 for long",
	},
	{
		kept: "Every request is sent again that was not sent or was refused with 429",
		lines: []line{
			{"internal/wawp/retry.go", "case e.err != nil && !e.sent, e.status", "case e.status"},
			{"internal/wawp/retry.go", ", e.status == http.StatusTooManyRequests:", ":"},
		},
		test: "wawp TestRetryTable",
	},
	{
		kept: "After 502, 503, 504, a reset and a timeout these are, too: stop, delete, the PATCH of a sending policy, update and delete of a webhook, the DELETE of links",
		lines: []line{
			{"internal/wawp/session.go", `stop", repeat: repeatHarmless`, `stop", repeat: repeatRefused`},
			{"internal/wawp/session.go", `delete", repeat: repeatHarmless`, `delete", repeat: repeatRefused`},
			{"internal/wawp/ratelimit.go", `repeat: repeatHarmless`, `repeat: repeatRefused`},
			{"internal/wawp/webhook.go", `update", repeat: repeatHarmless`, `update", repeat: repeatRefused`},
			{"internal/wawp/webhook.go", `delete", repeat: repeatHarmless`, `delete", repeat: repeatRefused`},
			{"internal/wawp/templink.go", `repeat: repeatHarmless`, `repeat: repeatRefused`},
		},
		test: "wawp TestRetryTable",
	},
	{
		kept: "Only these after 500: info, and whatever else only reads",
		lines: []line{
			{"internal/wawp/session.go", `info", repeat: repeatRead`, `info", repeat: repeatHarmless`},
			{"internal/wawp/ratelimit.go", `repeat: repeatRead`, `repeat: repeatHarmless`},
			{"internal/wawp/webhook.go", `repeat: repeatRead`, `repeat: repeatHarmless`},
			{"internal/wawp/templink.go", `repeat: repeatRead`, `repeat: repeatHarmless`},
			{"internal/wawp/auth.go", `qr", repeat: repeatRead`, `qr", repeat: repeatHarmless`},
			{"internal/wawp/session.go", `stop", repeat: repeatHarmless`, `stop", repeat: repeatRead`},
		},
		test: "wawp TestRetryTable",
	},
	{
		kept: "Never otherwise are these: create, start, restart, logout, the POST of a link, a pairing code, a message",
		lines: []line{
			{"internal/wawp/session.go", `create", repeat: repeatRefused`, `create", repeat: repeatHarmless`},
			{"internal/wawp/session.go", `start", repeat: repeatRefused}` + "\n\tstop", `start", repeat: repeatHarmless}` + "\n\tstop"},
			{"internal/wawp/session.go", `restart", repeat: repeatRefused`, `restart", repeat: repeatHarmless`},
			{"internal/wawp/session.go", `logout", repeat: repeatRefused`, `logout", repeat: repeatHarmless`},
			{"internal/wawp/templink.go", `repeat: repeatRefused`, `repeat: repeatHarmless`},
			{"internal/wawp/auth.go", `request-code", repeat: repeatRefused`, `request-code", repeat: repeatHarmless`},
			{"internal/wawp/message.go", `repeat: repeatRefused`, `repeat: repeatHarmless`},
		},
		test: "wawp TestRetryTable",
	},
	{
		kept: "A webhook is set again only after a look of our own, where it is not there and no answer came from Wawp",
		lines: []line{
			{"internal/wawp/webhook.go", "if !MayHaveActed(err) {", "if true {"},
			{"internal/wawp/webhook.go", "lookErr != nil || ", "lookErr != nil && false || "},
			{"internal/wawp/webhook.go", "!wasLost(err) || ", ""},
			{"internal/wawp/webhook.go", "ok && there.Matches(hook)", "ok && there.Matches(hook) && false"},
		},
		test: "wawp TestSetWebhookLooksBeforeItSendsAgain",
	},
	{
		kept:  "A webhook is set again no more often than `max_retries` says",
		lines: []line{{"internal/wawp/webhook.go", "attempt == c.maxRetries || ", ""}},
		test:  "wawp TestSetWebhookLooksBeforeItSendsAgain/it is never there",
	},
	{
		kept:  "Nothing is sent again more often than `max_retries` says",
		lines: []line{{"internal/wawp/client.go", "RetryMax:     c.maxRetries", "RetryMax:     c.maxRetries + 1"}},
		test:  "wawp TestRetriesEndInAnAnswerOrInTheLastError/in vain",
	},
	{
		kept:  "A success that broke off is no answer",
		lines: []line{{"internal/wawp/attempt.go", "if err != nil && response.StatusCode/100 == 2 {", "if err != nil && response.StatusCode == 0 {"}},
		test:  "wawp TestRetriesEndInAnAnswerOrInTheLastError/after faults",
	},
	{
		kept:  "What would end the same is not tried again: a certificate that is not trusted, a turn after the deadline",
		lines: []line{{"internal/wawp/retry.go", "case errors.As(e.err, &certificate), errors.Is(e.err, ErrNoTurn):", "case errors.As(e.err, &certificate) && false:"}},
		test:  "wawp TestHopelessAttemptsAreNotRepeated",
	},
	{
		kept:  "`request_timeout` is that of each attempt",
		lines: []line{{"internal/wawp/attempt.go", "return context.WithTimeout(caller, timeout)", "return context.WithCancel(caller)"}},
		test:  "wawp TestEachAttemptHasItsTimeout",
	},
	{
		kept:      "Nothing sleeps without a context",
		otherwise: "`.golangci.yml` forbids time.Sleep, and `.ci/run` looks",
	},
}}

package promises

var p1 = promise{"P1", "A session that was created is not lost", []clause{
	{
		kept:  "The id is logged at INFO as soon as Wawp has answered",
		lines: []line{{"internal/session/resource.go", `tflog.Info(ctx, "created`, `tflog.Debug(ctx, "created`}},
		test:  "session TestAccCreateWaitsForNobody",
	},
	{
		kept:  "The session is put into the state before anything else is done",
		lines: []line{{"internal/session/resource.go", "record(ctx, resp, plan, made)\n", "\n"}},
		test:  "session TestAccPanicAfterCreateLosesNothing",
	},
	{
		kept: "Its identity is put there, too",
		lines: []line{{
			"internal/session/resource.go",
			"resp.Diagnostics.Append(resp.Identity.Set(ctx, identity{plan.InstanceID})...)", "",
		}},
		test: "session TestAccMinimal",
	},
	{
		kept:  "So is what was learned of it until the creation is over",
		lines: []line{{"internal/session/resource.go", "record(ctx, resp, plan, session)", "_ = session"}},
		test:  "session TestAccDesiredState",
	},
	{
		kept:  "Whatever fails after the creation is a warning, never an error, which would taint the session",
		lines: []line{{"internal/session/resource.go", "AddWarning(left.summary, left.detail)\n\t}\n\tif described", "AddError(left.summary, left.detail)\n\t}\n\tif described"}},
		test:  "session TestAccCreatedSessionIsNeverLost/info fails",
	},
	{
		kept:  "A status that cannot be read is null, without a word",
		lines: []line{{"internal/session/resource.go", "return made, false, nil // the status", "return made, false, noStatus(made.InstanceID) // the status"}},
		test:  "session TestAccServerThatOffersOnlyCreate/without status",
	},
	{
		kept:  "A crash after the creation is a warning",
		lines: []line{{"internal/session/resource.go", "defer survivePanic(ctx, resp)", "defer explain.Crash(ctx, &resp.Diagnostics)"}},
		test:  "session TestAccPanicAfterCreateLosesNothing",
	},
	{
		kept:  "A crash before the answer is an error that says that a session may exist",
		lines: []line{{"internal/session/resource.go", "case resp.State.Raw.IsNull():", "case false:"}},
		test:  "session TestAccPanicOfCreateIsAPossibleSession",
	},
	{
		kept:  "A crash in any other operation is an error, which ends no creation beside it",
		lines: []line{{"internal/explain/explain.go", "diags.AddError(\"The provider crashed\"", "diags.AddWarning(\"The provider crashed\""}},
		test:  "explain TestPanicIsAnErrorThatQuotesNoValue",
	},
	{
		kept: "A request to create that is on the wire ignores cancellation",
		lines: []line{
			{"internal/wawp/session.go", "repeat: repeatRefused, keep: true, account: true", "repeat: repeatRefused, account: true"},
			{"internal/wawp/attempt.go", "context.WithTimeout(context.WithoutCancel(caller), timeout)", "context.WithTimeout(caller, timeout)"},
			{"internal/wawp/attempt.go", "if !h.gotConn {", "if true {"},
		},
		test: "wawp TestCreateOnTheWireIgnoresCancellation",
	},
	{
		kept: "Even so it ends with `request_timeout`",
		lines: []line{{
			"internal/wawp/attempt.go",
			"context.WithTimeout(context.WithoutCancel(caller), timeout)", "context.WithCancel(context.WithoutCancel(caller))",
		}},
		test: "wawp TestCreateThatOutlivesItsCallerSaysThatItTimedOut",
	},
	{
		kept:  "The wait for a turn (`requests_per_second`) ends with Ctrl-C, and nothing is sent",
		lines: []line{{"internal/wawp/attempt.go", "l.client.limiter.Wait(ctx)", "l.client.limiter.Wait(context.WithoutCancel(ctx))"}},
		test:  "wawp TestCancellationBeforeTheWireSendsNothing/limiter",
	},
	{
		kept:  "The pause before a retry ends with Ctrl-C, and nothing is sent",
		lines: []line{{"internal/wawp/client.go", "retryablehttp.NewRequestWithContext(ctx,", "retryablehttp.NewRequestWithContext(context.WithoutCancel(ctx),"}},
		test:  "wawp TestCancellationBeforeTheWireSendsNothing/back-off",
	},
	{
		kept:  "The wait for a connection ends with Ctrl-C, and nothing is sent",
		lines: []line{{"internal/wawp/attempt.go", "h.calledOff = caller.Err()\n\t\t\tcancel()", "h.calledOff = caller.Err()"}},
		test:  "wawp TestCancellationBeforeTheWireSendsNothing/dial",
	},
	{
		kept:  "A connection that comes in the moment of a Ctrl-C carries nothing",
		lines: []line{{"internal/wawp/attempt.go", "hold.guard(request)\n", "\n"}},
		test:  "wawp TestConnectionAfterCancellationSendsNothing",
	},
	{
		kept:  "Every other request ends with Ctrl-C, also on the wire, but the making of a webhook or link and the sending of a message",
		lines: []line{{"internal/wawp/attempt.go", "return context.WithTimeout(caller, timeout)", "return context.WithTimeout(context.WithoutCancel(caller), timeout)"}},
		test:  "wawp TestOtherRequestsOnTheWireAreCalledOff",
	},
	{
		kept:  "After one Ctrl-C nothing more is created, and all that was made is in the state",
		lines: []line{{"internal/wawp/session.go", "repeat: repeatRefused, keep: true, account: true", "repeat: repeatRefused, account: true"}},
		test:  "session TestAccSignalsLoseNothing/Ctrl-C",
	},
	{
		kept:  "The same holds for SIGTERM to Terraform",
		lines: []line{{"internal/wawp/session.go", "repeat: repeatRefused, keep: true, account: true", "repeat: repeatRefused, account: true"}},
		test:  "session TestAccSignalsLoseNothing/SIGTERM to the CLI",
	},
	{
		kept:  "The same holds for SIGTERM to the process group: the provider ignores it while it serves",
		lines: []line{{"main.go", "signal.Ignore(syscall.SIGTERM)", "signal.Reset(syscall.SIGTERM)"}},
		test:  "session TestAccSignalsLoseNothing/SIGTERM to the process group",
	},
	{
		kept:  "The wait for `desired_state` within the creation is bounded",
		lines: []line{{"internal/session/engine.go", "context.WithTimeout(ctx, patience)", "context.WithCancel(ctx)"}},
		test:  "session TestAccCreatedSessionIsNeverLost/it goes on booting",
	},
	{
		kept:  "Its bound is 60 seconds, unless `timeouts` says otherwise",
		lines: []line{{"internal/session/resource.go", "defaultPatience = 60 * time.Second", "defaultPatience = 600 * time.Second"}},
		test:  "session TestDefaultsAreAsDescribed",
	},
	{
		kept:  "That wait is over once the session waits for a person",
		lines: []line{{"internal/session/engine.go", `s.Status != wawp.StatusStopped && s.Status != wawp.StatusStarting`, `s.Status == wawp.StatusWorking`}},
		test:  "session TestAccCreateWaitsForNobody",
	},
	{
		kept:      "A second Ctrl-C, a kill, or a runner's hard limit is survived by no provider; the documentation says so, and names the grace period to allow",
		otherwise: "Terraform ends at once, so nothing can be tested; `make chaos` counts what is lost then",
	},
}}

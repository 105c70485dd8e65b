package promises

var p3 = promise{"P3", "Only a proven absence removes a session from the state", []clause{
	{
		kept:  "Absent is only what session/info has described before",
		lines: []line{{"internal/wawp/absence.go", "case !e.Seen:", "case false:"}},
		test:  "wawp TestJudge",
	},
	{
		kept: "A read that describes a session is remembered (`seen`)",
		lines: []line{{
			"internal/session/resource.go",
			"resp.State.Set(ctx, state)...)\n\tresp.Diagnostics.Append(resp.Private.SetKey(ctx, keySeen, []byte(\"true\"))...)",
			"resp.State.Set(ctx, state)...)",
		}},
		test: "session TestAccDeletedInTheDashboard",
	},
	{
		kept:  "So is a creation that brought it to `desired_state`",
		lines: []line{{"internal/session/resource.go", "if described {", "if described && false {"}},
		test:  "session TestAccDeletedBeforeItWasRefreshed",
	},
	{
		kept:  "With another access token than before, which may be that of another account, nothing proves an absence",
		lines: []line{{"internal/wawp/absence.go", "case e.OtherToken:\n\t\treturn Unclear, otherToken\n\tcase !e.Seen:", "case !e.Seen:"}},
		test:  "wawp TestJudge",
	},
	{
		kept:  "Which token it was, a creation remembers",
		lines: []line{{"internal/session/resource.go", "record(ctx, resp, plan, made)\n\tresp.Diagnostics.Append(conn.MarkToken(ctx, r.client, resp.Private)...)", "record(ctx, resp, plan, made)"}},
		test:  "session TestAccTokenOfAnotherAccountProvesNothing/never described",
	},
	{
		kept: "So does a read that describes the session, so a renewed token proves as much as the old one",
		lines: []line{{
			"internal/session/resource.go",
			"resp.Private.SetKey(ctx, keySeen, []byte(\"true\"))...)\n\tresp.Diagnostics.Append(conn.MarkToken(ctx, r.client, resp.Private)...)",
			"resp.Private.SetKey(ctx, keySeen, []byte(\"true\"))...)",
		}},
		test: "session TestAccRenewedTokenIsThatOfTheSameAccount",
	},
	{
		kept:  "A deletion with another token, to which Wawp says that the session is gone, is an error, and the state is kept",
		lines: []line{{"internal/session/resource.go", "case wawp.IsNotFound(err) && conn.IsOtherToken(ctx, r.client, req.Private):", "case false:"}},
		test:  "session TestAccTokenOfAnotherAccountProvesNothing/described",
	},
	{
		kept:  "Absent is only what session/info answers with 404: after 401, 403, 5xx and no answer the plan stops with an error",
		lines: []line{{"internal/wawp/absence.go", "case !IsNotFound(e.Info):\n\t\treturn Broken", "case false:\n\t\treturn Broken"}},
		test:  "wawp TestJudge",
	},
	{
		kept: "After such an error the state is as it was",
		lines: []line{{
			"internal/session/resource.go", `resp.Diagnostics.AddError("Wawp session could not be read"`,
			"resp.State.RemoveResource(ctx)\n\t\t" + `resp.Diagnostics.AddWarning("Wawp session could not be read"`,
		}},
		test: "session TestAccUnprovenAbsenceKeepsTheState/401",
	},
	{
		kept:  "A 404 that is not Wawp's own proves nothing",
		lines: []line{{"internal/wawp/absence.go", "case IsNotOffered(e.Info):", "case false:"}},
		test:  "wawp TestJudge",
	},
	{
		kept:  "Wawp's own is a JSON object that speaks of an instance or a session, or has a code",
		lines: []line{{"internal/wawp/decode.go", "c.own = c.isOwn(layer)", "c.own = true"}},
		test:  "wawp TestForeignErrorsAreNotOwn",
	},
	{
		kept: "A routing answer is not Wawp's own: one with a `rest_*` code, or one that speaks of a route",
		lines: []line{
			{"internal/wawp/decode.go", `return !strings.HasPrefix(c.code, "rest_") &&`, "return true &&"},
			{"internal/wawp/decode.go", "if strings.Contains(message, routing) {", "if strings.Contains(message, routing) && false {"},
		},
		test: "wawp TestForeignErrorsAreNotOwn",
	},
	{
		kept:  "A second look is taken before a session is removed",
		lines: []line{{"internal/wawp/absence.go", "case !e.Looked:\n\t\treturn LookAgain, \"session/info", "case !e.Looked:\n\t\treturn Absent, \"session/info"}},
		test:  "wawp TestJudge",
	},
	{
		kept:  "The second look asks for the rate limit",
		lines: []line{{"internal/session/resource.go", "= true, r.client.ProbeRateLimit(ctx, id)", "= true, e.Info"}},
		test:  "session TestAccUnprovenAbsenceKeepsTheState/the rate limit answers",
	},
	{
		kept:  "If the rate limit can be read, the session lives",
		lines: []line{{"internal/wawp/absence.go", "case e.SecondLook == nil:\n\t\treturn Unclear", "case e.SecondLook == nil:\n\t\treturn Absent"}},
		test:  "wawp TestJudge",
	},
	{
		kept:  "Anything but a success and 404 as second answer leaves it open",
		lines: []line{{"internal/wawp/absence.go", "case !isStatus404(e.SecondLook):", "case false:"}},
		test:  "wawp TestJudge",
	},
	{
		kept:  "With `invalid_session` a session that has an account is never removed",
		lines: []line{{"internal/wawp/absence.go", "case IsInvalidSession(e.Info) && e.Paired:", "case false:"}},
		test:  "wawp TestJudge",
	},
	{
		kept:  "Whether it has one, the state tells",
		lines: []line{{"internal/session/resource.go", "Paired: state.isPaired(),\n", "Paired: false,\n"}},
		test:  "session TestAccUnprovenAbsenceKeepsTheState/invalid_session, paired",
	},
	{
		kept:  "An unreadable success is a warning, not an absence",
		lines: []line{{"internal/wawp/absence.go", "case IsUnreadable(e.Info):", "case false:"}},
		test:  "wawp TestJudge",
	},
	{
		kept: "What is unclear leaves the state as it was",
		lines: []line{{
			"internal/session/resource.go", "resp.Diagnostics.Append(kept(id, reason, err))",
			"resp.Diagnostics.Append(kept(id, reason, err))\n\t\tresp.State.RemoveResource(ctx)",
		}},
		test: "session TestAccUnprovenAbsenceKeepsTheState/a proxy's 404",
	},
	{
		kept:  "What is unclear is a warning that says how to give the session up",
		lines: []line{{"internal/session/words.go", "terraform state rm 'wawp_session.<name>'", "..."}},
		test:  "session TestAccUnprovenAbsenceKeepsTheState/a proxy's 404",
	},
	{
		kept: "The summary of that warning is constant, so that Terraform shows many as one",
		lines: []line{{
			"internal/session/words.go", `diag.NewWarningDiagnostic("Wawp session could not be checked and stays in the state", `,
			`diag.NewWarningDiagnostic("Wawp session could not be checked and stays in the state: "+id, `,
		}},
		test: "session TestAccServerThatOffersOnlyCreate/with status",
	},
	{
		kept:  "A session that is proved to be gone is removed",
		lines: []line{{"internal/session/resource.go", "resp.State.RemoveResource(ctx)", ""}},
		test:  "session TestAccDeletedInTheDashboard",
	},
	{
		kept:  "The removal is a warning that names the session",
		lines: []line{{"internal/session/resource.go", "resp.Diagnostics.Append(gone(id, reason))", ""}},
		test:  "session TestAccDeletedInTheDashboard",
	},
	{
		kept:  "What was just imported and cannot be read is an error",
		lines: []line{{"internal/session/resource.go", "case verdict == wawp.Broken, isNewlyImported(ctx, req.Private):", "case verdict == wawp.Broken:"}},
		test:  "session TestAccImportOfWhatIsNotThere",
	},
	{
		kept:  "To delete a session of which Wawp itself says that it is gone succeeds",
		lines: []line{{"internal/session/resource.go", "case err == nil, wawp.IsNotFound(err):", "case err == nil:"}},
		test:  "session TestAccDestroyUnderFault/already gone",
	},
	{
		kept:  "If it says so with `invalid_session`, which may only mean a lost phone, session/info and the rate limit are asked, too",
		lines: []line{{"internal/session/resource.go", "case wawp.IsInvalidSession(err):", "case false:"}},
		test:  "session TestAccDestroyUnderFault/perhaps phoneless",
	},
	{
		kept:  "If a phone is linked in the state, that answer is not enough, even if they agree",
		lines: []line{{"internal/session/resource.go", "wawp.Evidence{Seen: true, Paired: state.isPaired(), Info: err}", "wawp.Evidence{Seen: true, Info: err}"}},
		test:  "session TestAccDestroyUnderFault/all is phoneless",
	},
	{
		kept:  "Otherwise it is gone, if they agree",
		lines: []line{{"internal/session/resource.go", "if verdict == wawp.Absent {", "if verdict == wawp.Broken {"}},
		test:  "session TestAccDestroyUnderFault/never had a phone",
	},
	{
		kept:  "Any other 404 as answer to a deletion is an error, and the state is kept, if the session was ever seen",
		lines: []line{{"internal/session/resource.go", "case wawp.IsNotOffered(err) && !has(ctx, req.Private, keySeen):", "case wawp.IsNotOffered(err):"}},
		test:  "session TestAccDestroyUnderFault/a proxy's 404",
	},
	{
		kept:  "If it never was, it is removed from the state with a warning",
		lines: []line{{"internal/session/resource.go", "case wawp.IsNotOffered(err) && !has(ctx, req.Private, keySeen):", "case false:"}},
		test:  "session TestAccServerThatOffersOnlyCreate/with status",
	},
	{
		kept:  "That warning names the session",
		lines: []line{{"internal/session/words.go", `"Wawp session "+id+" was removed`, `"Wawp session was removed`}},
		test:  "session TestAccServerThatOffersOnlyCreate/with status",
	},
	{
		kept: "What belongs to a session is removed with it, when it is read, only if its own endpoint and session/info agree",
		lines: []line{
			{"internal/wawp/absence.go", "case !e.Looked:\n\t\treturn LookAgain, \"Wawp answers", "case !e.Looked:\n\t\treturn Absent, \"Wawp answers"},
			{"internal/wawp/absence.go", "case e.Info == nil:\n\t\treturn Unclear", "case e.Info == nil:\n\t\treturn Absent"},
			{"internal/wawp/absence.go", "case !IsNotFound(e.Info):\n\t\treturn Unclear", "case false:\n\t\treturn Unclear"},
			{"internal/wawp/absence.go", "case IsInvalidSession(e.Child), IsInvalidSession(e.Info):", "case false:"},
			{"internal/wawp/absence.go", "case IsNotOffered(e.Child):", "case false:"},
			{"internal/wawp/absence.go", "case IsUnreadable(e.Child):", "case false:"},
			{"internal/wawp/absence.go", "case IsSubscriptionRequired(e.Child):", "case false:"},
			{"internal/wawp/absence.go", "case e.OtherToken:\n\t\treturn Unclear, otherToken\n\tcase !e.Looked:", "case !e.Looked:"},
		},
		test: "wawp TestJudgeChild",
	},
	{
		kept: "With another access token than that of its creation it is kept",
		lines: []line{
			{"internal/pairing/resource.go", "OtherToken: conn.IsOtherToken(ctx, r.client, req.Private)", "OtherToken: false"},
			{"internal/ratelimit/resource.go", "OtherToken: conn.IsOtherToken(ctx, r.client, req.Private)", "OtherToken: false"},
			{"internal/templink/resource.go", "OtherToken: conn.IsOtherToken(ctx, r.client, req.Private)", "OtherToken: false"},
			{"internal/webhook/resource.go", "OtherToken: conn.IsOtherToken(ctx, r.client, req.Private)", "OtherToken: false"},
			{"internal/pairing/resource.go", "identity{plan.InstanceID})...)\n\tresp.Diagnostics.Append(conn.MarkToken(ctx, r.client, resp.Private)...)", "identity{plan.InstanceID})...)"},
			{"internal/ratelimit/resource.go", "identity{plan.InstanceID})...)\n\tresp.Diagnostics.Append(conn.MarkToken(ctx, r.client, resp.Private)...)", "identity{plan.InstanceID})...)"},
			{"internal/templink/resource.go", "identity{plan.InstanceID})...)\n\tresp.Diagnostics.Append(conn.MarkToken(ctx, r.client, resp.Private)...)", "identity{plan.InstanceID})...)"},
			{"internal/webhook/resource.go", "plan.identity())...)\n\tresp.Diagnostics.Append(conn.MarkToken(ctx, r.client, resp.Private)...)", "plan.identity())...)"},
		},
		test: "provider TestAccTokenOfAnotherAccountDropsNothing",
	},
	{
		kept: "A deletion that has something to ask for is an error then",
		lines: []line{
			{"internal/pairing/resource.go", "case wawp.IsNotFound(err) && otherToken:\n\t\treturn diag.Diagnostics{unknownToToken(id, err)}\n\tcase wawp.IsNotFound(err):", "case wawp.IsNotFound(err):"},
			{"internal/pairing/resource.go", "case wawp.IsNotFound(err) && otherToken:\n\t\treturn diag.Diagnostics{unknownToToken(id, err)}\n\tcase wawp.IsNotFound(err), err", "case wawp.IsNotFound(err), err"},
			{"internal/templink/resource.go", "case wawp.IsNotFound(err) && conn.IsOtherToken(ctx, r.client, req.Private):", "case false:"},
			{"internal/webhook/resource.go", "case wawp.IsNotFound(err) && conn.IsOtherToken(ctx, r.client, req.Private):", "case false:"},
		},
		test: "provider TestAccTokenOfAnotherAccountDropsNothing",
	},
	{
		kept: "Each read with a renewed token makes it the one to compare with",
		lines: []line{
			{"internal/pairing/resource.go", "[]byte(\"false\"))...)\n\t\tresp.Diagnostics.Append(conn.MarkToken(ctx, r.client, resp.Private)...)", "[]byte(\"false\"))...)"},
			{"internal/ratelimit/resource.go", "[]byte(\"false\"))...)\n\tresp.Diagnostics.Append(conn.MarkToken(ctx, r.client, resp.Private)...)", "[]byte(\"false\"))...)"},
			{"internal/templink/resource.go", "[]byte(\"false\"))...)\n\tresp.Diagnostics.Append(conn.MarkToken(ctx, r.client, resp.Private)...)", "[]byte(\"false\"))...)"},
			{"internal/webhook/resource.go", "[]byte(\"false\"))...)\n\tresp.Diagnostics.Append(conn.MarkToken(ctx, r.client, resp.Private)...)", "[]byte(\"false\"))...)"},
		},
		test: "provider TestAccRenewedTokenIsThatOfTheSameAccount",
	},
}}

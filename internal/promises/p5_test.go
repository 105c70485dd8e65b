package promises

var p5 = promise{"P5", "Plans are quiet", []clause{
	{
		kept:  "What Wawp gives once stays known in every plan",
		lines: []line{{"internal/session/schema.go", "stringplanmodifier.UseNonNullStateForUnknown()", "stringplanmodifier.RequiresReplaceIfConfigured()"}},
		test:  "session TestAccDesiredState",
	},
	{
		kept:  "What is null may still be told, so it is not planned as null",
		lines: []line{{"internal/session/schema.go", "stringplanmodifier.UseNonNullStateForUnknown()", "stringplanmodifier.UseStateForUnknown()"}},
		test:  "session TestAccNameThatIsToldLate",
	},
	{
		kept:  "`status` and `account` keep their value in the plan",
		lines: []line{{"internal/session/plan.go", "plan.observed = state.observed", "_ = state.observed"}},
		test:  "session TestAccWhatOnlyTerraformKnowsMakesNoRequest",
	},
	{
		kept:  "They do not where `desired_state` changes",
		lines: []line{{"internal/session/plan.go", "if plan.DesiredState.Equal(state.DesiredState) {", "if true {"}},
		test:  "session TestAccDesiredState",
	},
	{
		kept:  "To leave `desired_state` out changes nothing",
		lines: []line{{"internal/session/plan.go", "plan.DesiredState = state.DesiredState", "_ = state.DesiredState"}},
		test:  "session TestAccWhatOnlyTerraformKnowsMakesNoRequest",
	},
	{
		kept:  "An account stays while an engine that does not run tells none",
		lines: []line{{"internal/session/model.go", "if o.Account.IsUnknown() || s.Status == wawp.StatusScan {", "if true {"}},
		test:  "session TestAccStoppedSessionKeepsItsAccount",
	},
	{
		kept:  "After an import of a session there is nothing to change",
		lines: []line{{"internal/session/resource.go", `resp.State.SetAttribute(ctx, path.Root("deletion_protection"), false)`, `resp.State.SetAttribute(ctx, path.Root("deletion_protection"), true)`}},
		test:  "session TestAccImport/import block, id",
	},
	{
		kept:  "After an import of a pairing there is nothing to change",
		lines: []line{{"internal/pairing/resource.go", `resp.State.SetAttribute(ctx, path.Root("logout_on_destroy"), true)`, `resp.State.SetAttribute(ctx, path.Root("logout_on_destroy"), false)`}},
		test:  "pairing TestAccImport",
	},
	{
		kept:  "An imported link is taken as it is; `triggers` that were not there before are just stored",
		lines: []line{{"internal/templink/schema.go", "resp.RequiresReplace = !req.StateValue.IsNull() || expired.ValueBool()", "resp.RequiresReplace = true"}},
		test:  "templink TestAccImportBlock",
	},
	{
		kept:  "`timeouts` and `deletion_protection` change in place, without a request",
		lines: []line{{"internal/session/resource.go", `if want != "" && want != state.DesiredState.ValueString() {`, `if want != "" {`}},
		test:  "session TestAccChangeInPlaceMakesNoRequest",
	},
	{
		kept:  "`timeouts` of a sending policy change in place, without a request",
		lines: []line{{"internal/ratelimit/resource.go", "if !plan.Policy.Equal(state.Policy) {", "if true {"}},
		test:  "ratelimit TestAccTimeoutsMakeNoRequest",
	},
	{
		kept: "Its limits stay known then",
		lines: []line{
			{"internal/ratelimit/resource.go", "plan.Limits = state.Limits", "_ = state.Limits"},
			{"internal/ratelimit/resource.go", "plan.HasActivePlan = state.HasActivePlan", "_ = state.HasActivePlan"},
		},
		test: "ratelimit TestAccTimeoutsMakeNoRequest",
	},
	{
		kept:  "`timeouts` of a webhook change in place, without a request",
		lines: []line{{"internal/webhook/resource.go", "if !change.IsEmpty() {", "if true {"}},
		test:  "webhook TestAccLifecycle/secrets hidden",
	},
	{
		kept: "`timeouts` of a link change in place, and the link stays known",
		lines: []line{{
			"internal/templink/resource.go", "plan.Link, plan.ExpiresAt, plan.Expired = state.Link, state.ExpiresAt, state.Expired", "_ = state.Link",
		}},
		test: "templink TestAccImportWithoutExpiry",
	},
	{
		kept:  "`timeouts` of a pairing change in place, and the phone stays known",
		lines: []line{{"internal/pairing/resource.go", "plan.PhoneNumber, plan.ChatID, plan.PushName = state.PhoneNumber, state.ChatID, state.PushName", ""}},
		test:  "pairing TestAccLifecycle",
	},
	{
		kept: "A secret shows once after an import, in place, and is sent then: nobody knows which one Wawp has",
		lines: []line{{
			"internal/webhook/model.go", "(!m.HMACSecret.Equal(before.HMACSecret) || !m", "(!m",
		}},
		test: "webhook TestAccUpdateSendsOnlyWhatChanged",
	},
	{
		kept: "Statuses are an open set",
		lines: []line{{
			"internal/wawp/session.go", "strings.Trim(s, \"0123456789\") != \"\" {\n\t\t\treturn s", "slices.Contains([]string{StatusStopped, StatusWorking}, s) {\n\t\t\treturn s",
		}},
		test: "wawp TestSessionIsReadInEveryForm/status unknown",
	},
	{
		kept: "Names of events are an open set",
		lines: []line{{
			"internal/webhook/schema.go", "setvalidator.ValueStringsAre(validate.NotBlank{})", `setvalidator.ValueStringsAre(stringvalidator.OneOf("message", "session.status"))`,
		}},
		test: "webhook TestAccEventThatNobodyKnows",
	},
	{
		kept:  "Slugs of policies are an open set",
		lines: []line{{"internal/ratelimit/schema.go", "Validators: []validator.String{validate.NotBlank{}},\n\t\t\t},\n\t\t\t\"limits\"", "Validators: []validator.String{validate.Duration{}},\n\t\t\t},\n\t\t\t\"limits\""}},
		test:  "ratelimit TestAccTimeoutsMakeNoRequest",
	},
	{
		kept:      "No example outputs `status`, which changes on its own",
		otherwise: "the examples are no code: `TestExamplesDoNotOutputStatus` reads them",
	},
}}

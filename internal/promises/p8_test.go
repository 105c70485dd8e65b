package promises

var p8 = promise{"P8", "Nothing is asked for twice", []clause{
	{
		kept:  "A creation without `desired_state` is one request, if its answer tells the status",
		lines: []line{{"internal/session/resource.go", `made.Status != "" {`, "false {"}},
		test:  "session TestAccNothingIsAskedForTwice",
	},
	{
		kept:  "The deletion of a session without a phone is one request",
		lines: []line{{"internal/session/resource.go", "if state.Status.ValueString() == wawp.StatusWorking {", "if true {"}},
		test:  "session TestAccNothingIsAskedForTwice",
	},
	{
		kept:  "To set a sending policy is one request, if its answer tells all",
		lines: []line{{"internal/ratelimit/resource.go", "case err == nil && answer.Policy == slug && plan.isComplete():", "case false:"}},
		test:  "ratelimit TestAccNothingIsAskedForTwice",
	},
	{
		kept:  "To make a link is one request, if its answer holds it",
		lines: []line{{"internal/wawp/templink.go", `if link.URL == "" && !d.failed() {`, "if !d.failed() {"}},
		test:  "wawp TestCreateTempLink",
	},
	{
		kept:  "Reads of the webhooks of a session at the same time share a request",
		lines: []line{{"internal/wawp/webhook.go", "c.reads.DoChan(id, func", "c.reads.DoChan(id+time.Now().String(), func"}},
		test:  "wawp TestReadsOfWebhooksAreShared",
	},
	{
		kept: "Connections are kept and used again, for all that Terraform does at once",
		lines: []line{
			{"internal/wawp/client.go", "t.MaxIdleConnsPerHost = maxConnections", "t.DisableKeepAlives = true"},
			{"internal/wawp/client.go", "t.MaxConnsPerHost = maxConnections", ""},
		},
		test: "wawp TestConnectionsAreKeptAndFew",
	},
	{
		kept:  "Idle ones are dropped after 30 seconds, before a server would",
		lines: []line{{"internal/wawp/client.go", "t.IdleConnTimeout = 30 * time.Second", ""}},
		test:  "wawp TestDefaultsAreAsDocumented",
	},
	{
		kept: "To start the provider makes no request",
		lines: []line{{
			"internal/provider/provider.go", "client = wawp.New(options)",
			`client = wawp.New(options)` + "\n\t\t" + `_, _ = client.GetSession(ctx, "3EB0BCB2E3D4")`,
		}},
		test: "provider TestAccConfiguringMakesNoRequest",
	},
}}

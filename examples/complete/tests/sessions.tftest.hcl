# Run with `terraform test` or `tofu test`: needs no token and no network, and makes nothing.

# The mock makes ids and links up, each another one.
mock_provider "wawp" {}

variables {
  webhook_secrets = {
    "support/crm" = "only-for-this-test"
  }
}

run "makes_what_terraform_tfvars_says" {
  assert {
    condition     = toset(keys(output.instance_ids)) == toset(["support", "alerts", "sandbox"])
    error_message = "Each session has its instance id in the output."
  }

  assert {
    condition     = alltrue([for name, session in wawp_session.this : output.instance_ids[name] == session.instance_id])
    error_message = "The ids are those of the sessions."
  }

  assert {
    condition = alltrue([
      for name in ["support/crm", "support/monitoring"] : wawp_session_webhook.this[name].instance_id == wawp_session.this["support"].instance_id
    ])
    error_message = "A webhook is on the session that it is listed under."
  }

  assert {
    condition = alltrue([
      for name in ["support", "alerts"] : wawp_session_rate_limit.this[name].instance_id == wawp_session.this[name].instance_id
    ])
    error_message = "A policy is that of the session that it is listed under."
  }

  assert {
    condition     = wawp_session.this["support"].desired_state == "started" && wawp_session.this["sandbox"].desired_state == "stopped"
    error_message = "An engine runs unless it is said not to."
  }

  assert {
    condition     = wawp_session.this["support"].deletion_protection && !wawp_session.this["sandbox"].deletion_protection
    error_message = "A session is protected unless it is said not to be."
  }

  assert {
    condition     = { for name, limit in wawp_session_rate_limit.this : name => limit.policy } == { support = "standard_policy", alerts = "strict" }
    error_message = "A session has the policy that is asked for, or none."
  }

  assert {
    condition     = toset(keys(wawp_session_webhook.this)) == toset(["support/crm", "support/monitoring"])
    error_message = "Each webhook is there once, by session and name."
  }

  assert {
    condition     = wawp_session_webhook.this["support/crm"].hmac_secret_wo_version == 1 && wawp_session_webhook.this["support/monitoring"].hmac_secret_wo_version == null
    error_message = "A webhook has a secret where a version of it is given."
  }

  assert {
    condition     = output.links == { support = wawp_session_temp_link.this["support"].link }
    error_message = "There is a link where one is asked for."
  }

  assert {
    condition     = wawp_session_temp_link.this["support"].instance_id == wawp_session.this["support"].instance_id
    error_message = "A link is to the session that asks for it."
  }
}

run "needs_nothing_but_a_name" {
  variables {
    sessions = { support = {} }
  }

  assert {
    condition     = length(wawp_session.this) == 1 && length(wawp_session_webhook.this) == 0 && length(wawp_session_rate_limit.this) == 0
    error_message = "Only the session itself is made."
  }
}

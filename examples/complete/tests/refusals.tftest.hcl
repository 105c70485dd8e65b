# What a wrong configuration is told, at plan time.

mock_provider "wawp" {}

run "name_with_a_space" {
  command = plan

  variables {
    sessions = { "support team" = {} }
  }

  expect_failures = [var.sessions]
}

run "link_of_a_stopped_session" {
  command = plan

  variables {
    sessions = { support = { started = false, link = "1" } }
  }

  expect_failures = [var.sessions]
}

run "two_webhooks_on_one_url" {
  command = plan

  variables {
    sessions = {
      support = {
        webhooks = {
          messages = { url = "https://crm.example.com/hooks/wawp", events = ["message"] }
          status   = { url = "https://crm.example.com/hooks/wawp", events = ["session.status"] }
        }
      }
    }
  }

  expect_failures = [var.sessions]
}

run "short_secret" {
  command = plan

  variables {
    sessions        = { support = {} }
    webhook_secrets = { "support/crm" = "short" }
  }

  expect_failures = [var.webhook_secrets]
}

run "version_without_a_secret" {
  command = plan

  variables {
    sessions = {
      support = {
        webhooks = { crm = { url = "https://crm.example.com/hooks/wawp", events = ["message"], secret_version = 1 } }
      }
    }
  }

  expect_failures = [var.webhook_secrets]
}

mock_provider "wawp" {
  # What is not set here is made up: random letters, 0, false, empty lists.
  mock_resource "wawp_session" {
    defaults = {
      instance_id = "3EB0BCB2E3D4"
    }
  }
}

run "webhook_is_the_team_s" {
  variables {
    team = "night-shift"
  }

  assert {
    condition     = endswith(wawp_session_webhook.team.url, "/night-shift")
    error_message = "The address ends in the team's name."
  }

  assert {
    condition     = wawp_session_webhook.team.instance_id == "3EB0BCB2E3D4"
    error_message = "The webhook is not on the team's session."
  }
}

run "name_that_fits_into_no_address" {
  command = plan

  variables {
    team = "night shift"
  }

  expect_failures = [var.team]
}

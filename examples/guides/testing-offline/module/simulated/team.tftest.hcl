# The address and the token are those of the simulator, so that this cannot reach a real
# account whatever the environment holds.
provider "wawp" {
  base_url     = "http://127.0.0.1:8765"
  access_token = "simulated"
}

variables {
  team = "night-shift"
}

run "is_applied" {
  assert {
    condition     = wawp_session.team.status == "SCAN_QR_CODE"
    error_message = "The session should wait for a phone."
  }

  assert {
    condition     = output.messages_per_minute == 5
    error_message = "That is not the limit of the policy strict."
  }
}

# It goes on from the state of the run before: only the policy changes.
run "takes_another_policy" {
  variables {
    policy = "standard_policy"
  }

  assert {
    condition     = output.messages_per_minute == 20
    error_message = "That is not the limit of the policy standard_policy."
  }
}

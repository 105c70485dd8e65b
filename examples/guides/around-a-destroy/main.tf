resource "wawp_session" "campaign" {
  desired_state = "started"

  lifecycle {
    action_trigger {
      events = [before_destroy]
      actions = [
        action.wawp_session_start.campaign, # a session that is stopped can neither send nor log out
        action.wawp_send_text.farewell,
        action.wawp_session_logout.campaign,
      ]
      on_failure = continue
    }

    action_trigger {
      events     = [after_destroy]
      actions    = [action.wawp_send_text.gone]
      on_failure = continue
    }
  }
}

# caller is the resource that triggers the action.
action "wawp_session_start" "campaign" {
  config {
    instance_id = caller.instance_id
  }
}

action "wawp_send_text" "farewell" {
  config {
    instance_id  = caller.instance_id
    phone_number = "+20 114 520 2826"
    message      = "The campaign is over: this number goes out of service."
  }
}

action "wawp_session_logout" "campaign" {
  config {
    instance_id = caller.instance_id
  }
}

# Another session sends this one: the first is gone by then.
action "wawp_send_text" "gone" {
  config {
    instance_id  = "3EB0BCB2E3D4"
    phone_number = "+20 114 520 2826"
    message      = "The session ${caller.instance_id} is deleted."
  }
}

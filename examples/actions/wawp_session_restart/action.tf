resource "wawp_session" "support" {
  desired_state = "started"
}

# terraform apply -invoke=action.wawp_session_restart.support
action "wawp_session_restart" "support" {
  config {
    instance_id = wawp_session.support.instance_id

    timeouts = {
      invoke = "5m"
    }
  }
}

# An apply restarts the session, too, whenever the date is changed.
resource "terraform_data" "support_restarted" {
  input = "2026-01-31"

  lifecycle {
    action_trigger {
      events  = [after_update]
      actions = [action.wawp_session_restart.support]
    }
  }
}

resource "wawp_session" "support" {
  desired_state = "started"
}

# Before the phone is handed to somebody else: unlinks it.
# The session stays, and another phone can be linked.
# terraform apply -invoke=action.wawp_session_logout.support
action "wawp_session_logout" "support" {
  config {
    instance_id = wawp_session.support.instance_id
  }
}

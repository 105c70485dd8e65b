resource "wawp_session" "support" {}

# terraform apply -invoke=action.wawp_session_pair.support
action "wawp_session_pair" "support" {
  config {
    instance_id = wawp_session.support.instance_id
  }
}

# The same with a code to type, for a person who cannot scan this screen:
# terraform apply -invoke=action.wawp_session_pair.support_by_code
action "wawp_session_pair" "support_by_code" {
  config {
    instance_id  = wawp_session.support.instance_id
    phone_number = "+20 114 520 2826"

    timeouts = {
      invoke = "30m"
    }
  }
}

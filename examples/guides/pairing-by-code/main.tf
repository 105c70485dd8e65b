variable "support_phone" {
  description = "Phone number of the phone to link, with the country code."
  type        = string
  default     = "+20 114 520 2826"
}

resource "wawp_session" "support" {
  desired_state = "started"
}

# Shows a code, which the person with the phone types there.
action "wawp_session_pair" "support" {
  config {
    instance_id  = wawp_session.support.instance_id
    phone_number = var.support_phone
  }
}

resource "wawp_session_pairing" "support" {
  instance_id           = wawp_session.support.instance_id
  expected_phone_number = var.support_phone

  lifecycle {
    action_trigger {
      events  = [before_create]
      actions = [action.wawp_session_pair.support]
    }
  }
}

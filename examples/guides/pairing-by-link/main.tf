resource "wawp_session" "support" {
  desired_state = "started"
}

# A page with the QR code, valid for 30 minutes. Raise the number to make a new one.
resource "wawp_session_temp_link" "support" {
  instance_id = wawp_session.support.instance_id
  triggers    = { number = 1 }
}

output "pairing_page" {
  value     = wawp_session_temp_link.support.link
  sensitive = true
}

# Waits for the phone of the support team, and for no other.
resource "wawp_session_pairing" "support" {
  instance_id           = wawp_session.support.instance_id
  expected_phone_number = "+20 114 520 2826"

  timeouts = {
    create = "30m"
  }
}

resource "wawp_session" "support" {
  desired_state = "started"
}

# The apply waits here until a person has linked a phone.
resource "wawp_session_pairing" "support" {
  instance_id           = wawp_session.support.instance_id
  expected_phone_number = "+20 114 520 2826"

  timeouts = {
    create = "30m"
  }
}

# What needs a linked phone comes after it.
output "support_chat_id" {
  value = wawp_session_pairing.support.chat_id
}

# A session that is managed elsewhere. Its phone stays linked when this is destroyed.
resource "wawp_session_pairing" "sales" {
  instance_id       = "3EB0BCB2E3D4"
  logout_on_destroy = false
}

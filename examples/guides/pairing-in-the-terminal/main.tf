resource "wawp_session" "support" {}

# Starts the session if need be, and draws the QR code.
action "wawp_session_pair" "support" {
  config {
    instance_id = wawp_session.support.instance_id
  }
}

# Before the wait begins, the QR code is drawn in the terminal: one apply creates the
# session and pairs it.
resource "wawp_session_pairing" "support" {
  instance_id = wawp_session.support.instance_id

  lifecycle {
    action_trigger {
      events  = [before_create]
      actions = [action.wawp_session_pair.support]
    }
  }
}

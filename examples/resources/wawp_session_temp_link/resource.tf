resource "wawp_session" "sales" {
  desired_state = "started"
}

# A page for the colleague with the phone. A new session gets a new page.
resource "wawp_session_temp_link" "sales" {
  instance_id = wawp_session.sales.instance_id
}

# Read it with: terraform output -raw pairing_page
output "pairing_page" {
  value     = wawp_session_temp_link.sales.link
  sensitive = true
}

# A page of a session that is managed elsewhere. To get another one, count up the turn.
resource "wawp_session_temp_link" "support" {
  instance_id = "3EB0BCB2E3D4"
  triggers    = { turn = 1 }
}

resource "wawp_session" "sales" {
  desired_state = "started"
}

# A page for the colleague with the phone. A new session gets a new page; to get another
# one later, raise the number.
resource "wawp_session_temp_link" "sales" {
  instance_id = wawp_session.sales.instance_id
  triggers    = { number = 1 }
}

# Read it with: terraform output -raw pairing_page
output "pairing_page" {
  value     = wawp_session_temp_link.sales.link
  sensitive = true
}

# A page of a session that is managed elsewhere.
resource "wawp_session_temp_link" "support" {
  instance_id = "3EB0BCB2E3D4"
}

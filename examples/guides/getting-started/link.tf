# A page with the QR code, valid for 30 minutes.
resource "wawp_session_temp_link" "support" {
  instance_id = wawp_session.support.instance_id
}

# Read it with: terraform output -raw pairing_page
output "pairing_page" {
  value     = wawp_session_temp_link.support.link
  sensitive = true
}

resource "wawp_session" "sales" {
  desired_state = "started"
}

# The link is in no state, no plan and no output.
ephemeral "wawp_session_temp_link" "sales" {
  instance_id = wawp_session.sales.instance_id
}

locals {
  # Null where there is nothing to scan: a phone is linked, or the session still starts.
  pairing_page = ephemeral.wawp_session_temp_link.sales.link
}

# Invites the colleague with the phone, once for each session, by a script of your own,
# which mails $PAGE. Without a page the apply fails, and the next one tries again.
# Terraform shows nothing of what the script prints, because a link is among its variables.
resource "terraform_data" "invitation" {
  triggers_replace = wawp_session.sales.instance_id

  provisioner "local-exec" {
    command     = "test -n \"$PAGE\" && ./invite.sh sales@example.com"
    environment = { PAGE = local.pairing_page == null ? "" : local.pairing_page }
  }
}

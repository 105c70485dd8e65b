resource "wawp_session" "support" {
  desired_state = "started"
}

ephemeral "wawp_session_qr_code" "support" {
  instance_id = wawp_session.support.instance_id
}

# Only what is ephemeral itself can take the code: a local like this one, a write-only
# argument, another provider's block.
locals {
  # tflint-ignore: terraform_unused_declarations
  support_qr_page = (
    ephemeral.wawp_session_qr_code.support.available
    ? "<img src=\"${ephemeral.wawp_session_qr_code.support.image}\" alt=\"Scan me\">"
    : "<p>Nothing to scan.</p>"
  )
}

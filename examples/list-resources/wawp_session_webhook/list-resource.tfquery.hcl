list "wawp_session_webhook" "support" {
  provider = wawp

  config {
    instance_id = "3EB0BCB2E3D4"
  }
}

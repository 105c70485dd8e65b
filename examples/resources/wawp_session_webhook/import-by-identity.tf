import {
  to = wawp_session_webhook.crm
  identity = {
    instance_id = "3EB0BCB2E3D4"
    url         = "https://crm.example.com/hooks/wawp"
  }
}

data "wawp_session_webhooks" "support" {
  instance_id = "3EB0BCB2E3D4"
}

output "webhooks_that_are_off" {
  value = [
    for webhook in data.wawp_session_webhooks.support.webhooks :
    webhook.url if !webhook.enabled
  ]
}

data "wawp_session_webhooks" "support" {
  instance_id = "3EB0BCB2E3D4"
}

output "webhooks_that_are_off" {
  value = [for hook in data.wawp_session_webhooks.support.webhooks : hook.url if !hook.enabled]
}

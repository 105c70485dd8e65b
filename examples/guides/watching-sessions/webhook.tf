resource "wawp_session_webhook" "alerts" {
  instance_id = wawp_session.support.instance_id
  url         = "https://alerts.example.com/hooks/wawp"
  events      = ["session.status"]

  hmac_secret_wo         = var.webhook_secret
  hmac_secret_wo_version = 1
}

variable "webhook_secret" {
  description = "Secret shared with the receiver. Set it with TF_VAR_webhook_secret."
  type        = string
  ephemeral   = true
  sensitive   = true
}

resource "wawp_session" "support" {
  desired_state = "started"
}

resource "wawp_session_webhook" "crm" {
  instance_id = wawp_session.support.instance_id
  url         = "https://crm.example.com/hooks/wawp"
  events      = ["message", "session.status"]

  # The receiver knows the same secret. It is in no state and no plan.
  hmac_secret_wo         = var.webhook_secret
  hmac_secret_wo_version = var.webhook_secret_version
}

variable "webhook_secret" {
  description = "Secret shared with the receiver. Set it with TF_VAR_webhook_secret."
  type        = string
  ephemeral   = true
  sensitive   = true
}

variable "webhook_secret_version" {
  description = "Raise it when the secret changes, to have the new one sent."
  type        = number
  default     = 1
}

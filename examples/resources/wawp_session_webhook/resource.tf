resource "wawp_session" "support" {
  desired_state = "started"
}

# The address of the CRM gets each message, and each change of the session's status.
resource "wawp_session_webhook" "crm" {
  instance_id = wawp_session.support.instance_id
  url         = "https://crm.example.com/hooks/wawp"
  events      = ["message", "session.status"]

  retries = {
    delay_seconds = 5
    attempts      = 10
  }

  # Signs the deliveries. It is in no state and no plan; to change it, raise the version.
  hmac_secret_wo         = var.webhook_secret
  hmac_secret_wo_version = 1
}

variable "webhook_secret" {
  description = "Secret shared with the CRM. Set it with TF_VAR_webhook_secret."
  type        = string
  ephemeral   = true
  sensitive   = true
}

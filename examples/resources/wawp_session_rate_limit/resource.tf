resource "wawp_session" "alerts" {}

# The policy of a session of this configuration.
resource "wawp_session_rate_limit" "alerts" {
  instance_id = wawp_session.alerts.instance_id
  policy      = "strict"
}

# The policy of a session that is managed elsewhere.
resource "wawp_session_rate_limit" "support" {
  instance_id = "3EB0BCB2E3D4"
  policy      = "standard_policy"
}

# Null where Wawp does not report it.
output "messages_per_minute" {
  value = one(wawp_session_rate_limit.support.limits[*].send_message_per_minute)
}

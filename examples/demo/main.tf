resource "wawp_session" "support" {
  desired_state = "started"
}

resource "wawp_session_rate_limit" "support" {
  instance_id = wawp_session.support.instance_id
  policy      = "strict"
}

resource "wawp_session_webhook" "crm" {
  instance_id = wawp_session.support.instance_id
  url         = "https://crm.example.com/hooks/wawp"
  events      = ["message", "session.status"]
}

# A page for a person with a phone, who is awaited next.
resource "wawp_session_temp_link" "support" {
  instance_id = wawp_session.support.instance_id
}

resource "wawp_session_pairing" "support" {
  instance_id = wawp_session.support.instance_id
  depends_on  = [wawp_session_temp_link.support]
}

output "instance_id" {
  value = wawp_session.support.instance_id
}

output "session_name" {
  value = wawp_session.support.session_name
}

output "messages_per_minute" {
  value = wawp_session_rate_limit.support.limits.send_message_per_minute
}

output "paired_with" {
  value = "${wawp_session_pairing.support.push_name} (${wawp_session_pairing.support.chat_id})"
}

output "instance_ids" {
  description = "The instance id of each session: what the programs that send messages need."
  value       = { for name, session in wawp_session.this : name => session.instance_id }
}

output "messages_per_minute" {
  description = "What each session with a policy may send; null where that is unlimited."
  value       = { for name, limit in wawp_session_rate_limit.this : name => try(limit.limits.send_message_per_minute, null) }
}

output "links" {
  description = "The pages on which phones are linked, valid for 30 minutes. Whoever has one can link a phone. Read them with `terraform output -json links`."
  value       = { for name, link in wawp_session_temp_link.this : name => link.link }
  sensitive   = true
}

# Waits until a phone is linked. What needs a linked phone depends on this.
resource "wawp_session_pairing" "support" {
  instance_id = wawp_session.support.instance_id
}

output "chat_id" {
  value = wawp_session_pairing.support.chat_id
}

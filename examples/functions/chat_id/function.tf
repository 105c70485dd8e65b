# 201145202826@c.us
output "chat_id" {
  value = provider::wawp::chat_id("+20 114 520 2826")
}

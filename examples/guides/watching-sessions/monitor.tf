# All but the access token, which the monitoring tool has in its own store of secrets.
output "monitor" {
  value = {
    instance_id = wawp_session.support.instance_id
    look        = "https://api.wawp.net/v2/session/info" # POST; status in the answer must be WORKING
    send        = "https://api.wawp.net/v2/send/text"    # POST
    chat_id     = provider::wawp::chat_id("+20 114 520 2826")
  }
}

resource "wawp_session" "support" {
  desired_state = "started"
}

resource "wawp_session_rate_limit" "support" {
  instance_id = wawp_session.support.instance_id
  policy      = "standard_policy"
}

resource "wawp_session_webhook" "crm" {
  instance_id = wawp_session.support.instance_id
  url         = "https://crm.example.com/hooks/wawp"
  events      = ["message"]
}

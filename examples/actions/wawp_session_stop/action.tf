# The session of a team that works in the daytime: Terraform leaves its engine alone,
# and a scheduler starts and stops it.
resource "wawp_session" "office" {}

# terraform apply -invoke=action.wawp_session_stop.office
action "wawp_session_stop" "office" {
  config {
    instance_id = wawp_session.office.instance_id
  }
}

# The access token comes from the environment variable WAWP_ACCESS_TOKEN.
provider "wawp" {}

resource "wawp_session" "support" {
  desired_state = "started"
}

output "instance_id" {
  value = wawp_session.support.instance_id
}

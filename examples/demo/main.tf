terraform {
  required_providers {
    wawp = {
      source = "wawp/wawp"
    }
  }
}

provider "wawp" {}

resource "wawp_session" "support" {
  desired_state = "started"
}

output "instance_id" {
  value = wawp_session.support.instance_id
}

output "session_name" {
  value = wawp_session.support.session_name
}

terraform {
  required_version = ">= 1.11"

  required_providers {
    wawp = {
      source  = "wawp/wawp"
      version = ">= 0.1.0"
    }
  }
}

# The access token comes from the environment variable WAWP_ACCESS_TOKEN.
provider "wawp" {}

resource "wawp_session" "support" {
  desired_state = "started"
}

output "instance_id" {
  value = wawp_session.support.instance_id
}

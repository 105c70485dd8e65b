terraform {
  required_version = ">= 1.11"

  required_providers {
    wawp = {
      source  = "wawp/wawp"
      version = ">= 0.1.0"
    }
  }

  # Its address and credentials are in the environment: TF_HTTP_ADDRESS and so on.
  backend "http" {}
}

provider "wawp" {}

resource "wawp_session" "support" {
  desired_state       = "started"
  deletion_protection = true
}

output "instance_id" {
  value = wawp_session.support.instance_id
}

terraform {
  required_version = ">= 1.14"

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

# Draws the QR code in the terminal.
action "wawp_session_pair" "support" {
  config {
    instance_id = wawp_session.support.instance_id
  }
}

# A phone that is linked to the session. The code is drawn before the wait begins.
resource "wawp_session_pairing" "support" {
  instance_id = wawp_session.support.instance_id

  lifecycle {
    action_trigger {
      events  = [before_create]
      actions = [action.wawp_session_pair.support]
    }
  }
}

output "chat_id" {
  value = wawp_session_pairing.support.chat_id
}

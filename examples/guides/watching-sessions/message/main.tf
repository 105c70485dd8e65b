terraform {
  required_version = ">= 1.16"

  required_providers {
    wawp = {
      source  = "wawp/wawp"
      version = ">= 0.1.0"
    }
  }
}

provider "wawp" {}

variable "found" {
  description = "What was found: another value than at the last apply sends a message."
  type        = string
  default     = "works"
}

resource "terraform_data" "support" {
  input = var.found

  lifecycle {
    action_trigger {
      events     = [after_create, after_update]
      actions    = [action.wawp_send_text.on_call]
      on_failure = continue
    }
  }
}

# The session that sends is another one than the one that is watched.
action "wawp_send_text" "on_call" {
  config {
    instance_id  = "3EB0BCB2E3D4"
    phone_number = "+20 114 520 2826"
    message      = "The session of the support team ${var.found}."
  }
}

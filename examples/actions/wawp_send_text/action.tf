# Tells the team when a new release was deployed.
# Each new value of triggers_replace sends one message.
resource "terraform_data" "release" {
  triggers_replace = var.release

  lifecycle {
    action_trigger {
      events  = [after_create]
      actions = [action.wawp_send_text.deployed]
    }
  }
}

# To send it by hand, or to test the session:
# terraform apply -invoke=action.wawp_send_text.deployed
action "wawp_send_text" "deployed" {
  config {
    instance_id  = "3EB0BCB2E3D4"
    phone_number = "+20 114 520 2826"
    message      = "Release ${var.release} is deployed."
  }
}

variable "release" {
  description = "Release to deploy."
  type        = string
  default     = "1.4.0"
}

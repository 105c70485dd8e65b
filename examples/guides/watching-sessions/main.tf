terraform {
  required_version = ">= 1.11"

  required_providers {
    wawp = {
      source  = "wawp/wawp"
      version = ">= 0.1.0"
    }
  }
}

provider "wawp" {}

resource "wawp_session" "support" {
  desired_state = "started"
}

variable "support_number" {
  description = "The number that is to be linked: country code and digits, nothing else."
  type        = string
  default     = "201145202826"
}

data "wawp_session" "support" {
  instance_id = wawp_session.support.instance_id
}

check "support" {
  assert {
    condition     = data.wawp_session.support.status == "WORKING"
    error_message = "The session ${data.wawp_session.support.instance_id} is ${coalesce(data.wawp_session.support.status, "without a status")}."
  }

  # The account is null until a phone is linked, and where Wawp does not tell it.
  assert {
    condition = (
      data.wawp_session.support.status != "WORKING" ||
      one(data.wawp_session.support.account[*].phone_number) == var.support_number
    )
    error_message = "The session ${data.wawp_session.support.instance_id} is not linked to the expected phone."
  }
}

output "instance_id" {
  value = wawp_session.support.instance_id
}

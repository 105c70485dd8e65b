terraform {
  required_version = ">= 1.11"

  required_providers {
    wawp = {
      source  = "wawp/wawp"
      version = ">= 0.1.0"
    }
  }
}

variable "team" {
  description = "The team that the session is for, as it is written in addresses."
  type        = string

  validation {
    condition     = can(regex("^[a-z-]+$", var.team))
    error_message = "A team has small letters and hyphens only."
  }
}

variable "policy" {
  description = "Slug of the sending policy."
  type        = string
  default     = "strict"
}

resource "wawp_session" "team" {
  desired_state = "started"
}

resource "wawp_session_rate_limit" "team" {
  instance_id = wawp_session.team.instance_id
  policy      = var.policy
}

resource "wawp_session_webhook" "team" {
  instance_id = wawp_session.team.instance_id
  url         = "https://hooks.example.com/wawp/${var.team}"
  events      = ["message"]
}

output "instance_id" {
  value = wawp_session.team.instance_id
}

output "messages_per_minute" {
  value = wawp_session_rate_limit.team.limits.send_message_per_minute
}

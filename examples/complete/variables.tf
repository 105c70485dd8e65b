variable "sessions" {
  description = <<-EOT
    The sessions, by a name of your own. Terraform knows a session by that name: under another name it is another session, unless a
    `moved` block says so.

    - `started`: whether its engine runs.
    - `protected`: whether Terraform refuses to destroy it.
    - `policy`: slug of its sending policy; null leaves that to the Wawp dashboard.
    - `link`: anything. Makes a page, valid for 30 minutes, on which a person scans the QR code; another value makes another page.
    - `webhooks`: addresses to which Wawp posts its events, by a name of your own. Deliveries are signed where `secret_version` is set:
      `webhook_secrets` then has the secret, and another version sends that anew.
  EOT
  type = map(object({
    started   = optional(bool, true)
    protected = optional(bool, true)
    policy    = optional(string)
    link      = optional(string)
    webhooks = optional(map(object({
      url            = string
      events         = set(string)
      enabled        = optional(bool, true)
      secret_version = optional(number)
    })), {})
  }))
  nullable = false

  validation {
    condition     = alltrue([for name in keys(var.sessions) : can(regex("^[a-z][a-z0-9-]*$", name))])
    error_message = "The name of a session begins with a letter, and has small letters, digits and hyphens only."
  }

  validation {
    condition     = alltrue([for session in var.sessions : session.started || session.link == null])
    error_message = "A stopped session shows no QR code: it takes no link."
  }

  validation {
    condition = alltrue([
      for session in var.sessions : length(session.webhooks) == length(distinct([for hook in session.webhooks : hook.url]))
    ])
    error_message = "A session has one webhook on a url: give that one the events of both."
  }
}

variable "webhook_secrets" {
  description = "The secrets that sign deliveries, by session and webhook, such as `support/crm`. They are in no state and no plan."
  type        = map(string)
  default     = {}
  nullable    = false
  sensitive   = true
  ephemeral   = true

  validation {
    condition     = alltrue([for secret in values(var.webhook_secrets) : length(secret) >= 16])
    error_message = "A secret has 16 characters or more."
  }

  validation {
    condition = alltrue(flatten([
      for name, session in var.sessions : [
        for hook_name, hook in session.webhooks :
        hook.secret_version == null || contains(keys(var.webhook_secrets), "${name}/${hook_name}")
      ]
    ]))
    error_message = "A webhook with a secret_version needs its secret here."
  }
}

# The provider is not configured here: whoever uses this as a module does that, and alone it takes WAWP_ACCESS_TOKEN.

locals {
  # One element for each webhook, such as "support/crm".
  webhooks = merge([
    for name, session in var.sessions : {
      for hook_name, hook in session.webhooks : "${name}/${hook_name}" => merge(hook, { session = name })
    }
  ]...)
}

resource "wawp_session" "this" {
  for_each = var.sessions

  desired_state       = each.value.started ? "started" : "stopped"
  deletion_protection = each.value.protected
}

resource "wawp_session_rate_limit" "this" {
  for_each = { for name, session in var.sessions : name => session.policy if session.policy != null }

  instance_id = wawp_session.this[each.key].instance_id
  policy      = each.value
}

resource "wawp_session_webhook" "this" {
  for_each = local.webhooks

  instance_id = wawp_session.this[each.value.session].instance_id
  url         = each.value.url
  events      = each.value.events
  enabled     = each.value.enabled

  hmac_secret_wo         = each.value.secret_version == null ? null : var.webhook_secrets[each.key]
  hmac_secret_wo_version = each.value.secret_version
}

resource "wawp_session_temp_link" "this" {
  for_each = { for name, session in var.sessions : name => session.link if session.link != null }

  instance_id = wawp_session.this[each.key].instance_id
  triggers    = { link = each.value }
}

locals {
  instance_ids = {
    support = "3EB0BCB2E3D4"
    sales   = "5056E8A0B1C2"
  }
}

import {
  for_each = local.instance_ids
  to       = wawp_session.this[each.key]
  id       = each.value
}

resource "wawp_session" "this" {
  for_each = local.instance_ids
}

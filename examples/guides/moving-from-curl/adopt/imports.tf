import {
  to = wawp_session.support
  id = "3EB0BCB2E3D4"
}

import {
  to = wawp_session_rate_limit.support
  id = "3EB0BCB2E3D4"
}

import {
  to = wawp_session_webhook.crm
  id = "3EB0BCB2E3D4,https://crm.example.com/hooks/wawp"
}

import {
  to = wawp_session_rate_limit.support
  identity = {
    instance_id = "3EB0BCB2E3D4"
  }
}

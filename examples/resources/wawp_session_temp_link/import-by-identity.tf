import {
  to = wawp_session_temp_link.support
  identity = {
    instance_id = "3EB0BCB2E3D4"
  }
}

import {
  to = wawp_session.support
  identity = {
    instance_id = "3EB0BCB2E3D4"
  }
}

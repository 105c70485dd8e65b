import {
  to = wawp_session.support
  id = "3EB0BCB2E3D4"
}

import {
  to = wawp_session_temp_link.support
  id = "3EB0BCB2E3D4"
}

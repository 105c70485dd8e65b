import {
  to = wawp_session_pairing.sales
  id = "3EB0BCB2E3D4"
}

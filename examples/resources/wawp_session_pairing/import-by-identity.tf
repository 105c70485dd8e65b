import {
  to = wawp_session_pairing.sales
  identity = {
    instance_id = "3EB0BCB2E3D4"
  }
}

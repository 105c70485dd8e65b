data "wawp_session" "support" {
  instance_id = "3EB0BCB2E3D4"
}

output "support_number" {
  value = data.wawp_session.support.account == null ? "no phone is linked" : data.wawp_session.support.account.phone_number
}

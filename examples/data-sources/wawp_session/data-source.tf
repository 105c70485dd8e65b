data "wawp_session" "support" {
  instance_id = "3EB0BCB2E3D4"
}

# Null unless a phone is linked.
output "support_number" {
  value = one(data.wawp_session.support.account[*].phone_number)
}

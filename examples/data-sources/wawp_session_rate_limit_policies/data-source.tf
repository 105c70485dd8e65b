data "wawp_session_rate_limit_policies" "support" {
  instance_id = "3EB0BCB2E3D4"
}

output "usable_policies" {
  value = [for p in data.wawp_session_rate_limit_policies.support.policies : p.slug if p.available]
}

data "wawp_session_rate_limit_policies" "support" {
  instance_id = "3EB0BCB2E3D4"
}

output "usable_policies" {
  value = [
    for policy in data.wawp_session_rate_limit_policies.support.policies :
    policy.slug if policy.available
  ]
}

# Without this, Terraform would destroy the old resource, and a generic provider
# would delete the session with it.
removed {
  from = terraform_data.support

  lifecycle {
    destroy = false
  }
}

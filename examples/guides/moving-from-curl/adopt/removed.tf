# Without this, Terraform would destroy what is no longer in the configuration,
# and with it the session.
removed {
  from = terraform_data.support

  lifecycle {
    destroy = false
  }
}

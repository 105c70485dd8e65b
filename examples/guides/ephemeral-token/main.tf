variable "wawp_access_token" {
  description = "Access token of the Wawp account. Set it with TF_VAR_wawp_access_token."
  type        = string
  ephemeral   = true # kept out of state and saved plans
  sensitive   = true
}

provider "wawp" {
  access_token = var.wawp_access_token
}

terraform {
  required_version = ">= 1.11"

  required_providers {
    wawp = {
      source = "wawp/wawp"
    }
  }
}

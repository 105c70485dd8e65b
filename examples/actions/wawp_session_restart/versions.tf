terraform {
  required_version = ">= 1.14"

  required_providers {
    wawp = {
      source  = "wawp/wawp"
      version = ">= 0.1.0"
    }
  }
}

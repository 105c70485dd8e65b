terraform {
  required_providers {
    wawp = {
      source = "wawp/wawp"
    }
  }
}

provider "wawp" {}

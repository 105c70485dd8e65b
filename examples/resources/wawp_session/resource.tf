# The smallest session: Terraform creates and deletes it, and leaves its engine alone.
resource "wawp_session" "sandbox" {}

# A session for production: its engine runs, and it cannot be destroyed by mistake.
resource "wawp_session" "support" {
  desired_state       = "started"
  deletion_protection = true

  timeouts = {
    create = "2m"
  }
}

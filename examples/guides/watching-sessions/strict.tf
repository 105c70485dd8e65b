# What needs this session refers to the data source: unless the session works, nothing of it
# is planned, and the plan fails.
data "wawp_session" "alerts" {
  instance_id = "3EB0BCB2E3D4"

  lifecycle {
    postcondition {
      condition     = self.status == "WORKING"
      error_message = "The session ${self.instance_id} is ${coalesce(self.status, "without a status")}."
    }
  }
}

output "alerts_come_from" {
  value = one(data.wawp_session.alerts.account[*].chat_id)
}

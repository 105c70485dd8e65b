sessions = {
  support = {
    policy = "standard_policy"
    link   = "1"

    webhooks = {
      crm = {
        url            = "https://crm.example.com/hooks/wawp"
        events         = ["message", "message.ack"]
        secret_version = 1
      }
      monitoring = {
        url    = "https://status.example.com/wawp"
        events = ["session.status"]
      }
    }
  }

  alerts = {
    policy = "strict"
  }

  sandbox = {
    started   = false
    protected = false
  }
}

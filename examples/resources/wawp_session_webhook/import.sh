terraform import wawp_session_webhook.crm '3EB0BCB2E3D4,https://crm.example.com/hooks/wawp'

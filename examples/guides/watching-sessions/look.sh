#!/bin/sh
# Prints the status of the session INSTANCE_ID. Ends with 1 unless that is WORKING, or if nobody can tell.
status=$(curl --silent --show-error --max-time 30 --config - <<END | jq --raw-output .status
url = "${WAWP_BASE_URL:-https://api.wawp.net}/v2/session/info?access_token=$WAWP_ACCESS_TOKEN&instance_id=$INSTANCE_ID"
header = "Content-Type: application/json"
data = "{\"access_token\": \"$WAWP_ACCESS_TOKEN\", \"instance_id\": \"$INSTANCE_ID\"}"
END
)
echo "$status"
[ "$status" = WORKING ]

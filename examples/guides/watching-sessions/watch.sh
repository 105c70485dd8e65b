#!/usr/bin/env bash
# Plans, and says what fails, what else there is to warn of, and what has drifted. Ends with 1 if
# the plan fails, or a check does not pass, in two looks, a minute apart. It changes nothing,
# neither at Wawp nor in the state, and does not wait for the lock of the state.
set -uo pipefail
trap 'rm -f watch.tfplan watch.json' EXIT

look() {
  terraform plan -input=false -lock=false -json -out=watch.tfplan >watch.json
  local planned=$?
  jq -r 'select(.type == "diagnostic") | .diagnostic |
    if .severity == "error" or .summary == "Check block assertion failed"
    then "\(.summary): \(.detail)" else "Warning: \(.summary)" end' watch.json
  ((planned == 0)) && terraform show -json watch.tfplan >watch.json &&
    jq -e 'all(.checks[]? | select(.address.kind == "check"); .status == "pass")' watch.json >/dev/null
}

look || {
  echo "Looking again in a minute."
  sleep "${PAUSE:-60}"
  look
}
result=$?
jq -r '.resource_drift[]? | .address as $address | .change | .before as $was |
  if .after then [.after | to_entries[] | select(.value != $was[.key]).key] | "Drifted: \($address) (\(join(", ")))"
  else "Gone: \($address)" end' watch.json
exit "$result"

#!/usr/bin/env bash
# Looks after the session, and sends a message when it stops working, and when it works again.
set -uo pipefail

found=works
bash watch.sh || found="does not work"
terraform -chdir=message apply -auto-approve -input=false -var "found=$found"
[ "$found" = works ]

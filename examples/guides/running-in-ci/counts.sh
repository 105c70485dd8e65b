terraform plan -input=false -out=wawp.tfplan >/dev/null
terraform show -json wawp.tfplan |
  jq -r '.resource_changes[] | select(.change.actions != ["no-op"]) | "\(.change.actions | join(", ")): \(.type)"' |
  sort | uniq -c
rm wawp.tfplan

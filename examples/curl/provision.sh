#!/usr/bin/env bash
# Gives one purchaser its entitlements of a listing, then prints the future licence.
#
#   PORTAL_SHARING_URL=https://…/portal/sharing/rest PORTAL_ADMIN_URL=https://…/portal/portaladmin \
#   PORTAL_USERNAME=… PORTAL_PASSWORD=… ./provision.sh ITEM_ID PURCHASER_ORG_ID ORG_ENTITLEMENTS
#
# ORG_ENTITLEMENTS is JSON, such as {"maxUsers":10,"entitlements":{"standard":{"num":8}}}
# CURL_CA_BUNDLE names the certificate authority of the portal, if the system does not trust it.
set -euo pipefail

if (($# != 3)); then
  echo "usage: $0 ITEM_ID PURCHASER_ORG_ID ORG_ENTITLEMENTS" >&2
  exit 2
fi
item=$1 purchaser=$2 entitlements=$3
: "${PORTAL_SHARING_URL:?}" "${PORTAL_ADMIN_URL:?}" "${PORTAL_USERNAME:?}" "${PORTAL_PASSWORD:?}"

# The portal answers errors with HTTP 200, so --fail is not enough: look for "error" in the answer.
# f=json is always needed. Without it the portal answers an HTML page.
# Throttling (429), an unavailable portal (503) and a broken connection are temporary. Retrying is safe:
# provisioning sets the entitlements, it does not add to them.
call() {
  local answer
  answer=$(curl --silent --show-error --fail --max-time 30 --retry 3 --retry-all-errors "$@") || return
  if ! jq --exit-status 'has("error") | not' >/dev/null <<<"$answer"; then
    jq --raw-output '.error | "\(.code): \(.message)", (.details // [])[]' <<<"$answer" >&2
    return 1
  fi
  printf '%s\n' "$answer"
}

# Secrets go through a pipe, because every user of the machine can read the arguments of a command.
secret() { printf '%s' "$1"; }

token=$(
  call "$PORTAL_SHARING_URL/generateToken" \
    --data f=json \
    --data-urlencode "username=$PORTAL_USERNAME" \
    --data-urlencode password@<(secret "$PORTAL_PASSWORD") \
    --data client=requestip | jq --raw-output .token
)

call "$PORTAL_SHARING_URL/content/listings/$item/provisionOrgEntitlements" \
  --data f=json \
  --data-urlencode token@<(secret "$token") \
  --data-urlencode "purchaserOrgId=$purchaser" \
  --data-urlencode "orgEntitlements=$entitlements" |
  jq --compact-output '{purchaserOrgId} + .orgEntitlements'

# GET only. An entry with a count of 0 is not a future entitlement; its date is the expiration of the licence.
call --get "$PORTAL_ADMIN_URL/license/getFutureLicense" \
  --data f=json \
  --header @<(secret "X-Esri-Authorization: Bearer $token") |
  jq --compact-output '
    [.userTypes, .appBundles, .apps, .extensions] | add
    | map(select(.maximumRegisteredMembers > 0)
      | {id, members: .maximumRegisteredMembers, from: (.startDate / 1000 | todate)})[]'

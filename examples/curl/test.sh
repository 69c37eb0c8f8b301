#!/usr/bin/env bash
# Tests provision.sh against mockportal. Each test has its own sandbox, an isolated portal on the server.
#
#   MOCKPORTAL_URL          where the server listens      (http://127.0.0.1:8080)
#   MOCKPORTAL_CONTROL_URL  where its control API listens ($MOCKPORTAL_URL/__admin)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

root=${MOCKPORTAL_URL:-http://127.0.0.1:8080}
control=${MOCKPORTAL_CONTROL_URL:-$root/__admin}
item=6489da7f08f045ac8c0a5b1de37d56fe
purchaser=sWwd06TnJR4lHopc
entitlements='{"maxUsers":10,"entitlements":{"standard":{"num":8},"advanced":{"num":2}}}'

# --- a few lines to copy -----------------------------------------------------------

work=$(mktemp -d)
sandbox=
finish() {
  # If a test stops in the middle, its sandbox is deleted here.
  [[ -z $sandbox ]] || curl --silent -X DELETE "$control/sandboxes/$sandbox" >/dev/null || true
  rm -rf "$work"
}
trap finish EXIT

admin() { curl --silent --show-error --fail --max-time 10 "$control$1" "${@:2}"; }

curl --silent --output /dev/null --max-time 10 "$control/scenarios" || {
  printf 'no mockportal answers at %s\n' "$control" >&2
  exit 1
}

# begin NAME SCENARIO creates the sandbox of a test.
begin() {
  name=$1
  admin /sandboxes --data "{\"scenario\": \"$2\"}" >"$work/sandbox"
  sandbox=$(jq --raw-output .id "$work/sandbox")
}

# end deletes the sandbox and fails if calls violated the contract.
end() {
  admin "/sandboxes/$sandbox" -X DELETE >"$work/summary"
  sandbox=
  expect "calls that violate the contract" 0 "$(jq .violations "$work/summary")"
  passed=$((passed + 1))
  printf 'ok %d - %s\n' "$passed" "$name"
}
passed=0

# expect WHAT WANT GOT
expect() {
  [[ $2 == "$3" ]] || {
    printf 'not ok - %s: %s\n  want: %s\n   got: %s\n' "$name" "$1" "$2" "$3" >&2
    exit 1
  }
}

# rule RULE changes the answers to the next matching calls.
rule() { admin "/sandboxes/$sandbox/rules" --data "$1" >/dev/null; }

# journal FILTER prints the journaled calls through jq.
journal() { admin "/sandboxes/$sandbox/calls" | jq --compact-output --raw-output "$1"; }

# run [PURCHASER] runs the program: its output is in $work/stdout and $work/stderr, its exit code in $code.
run() {
  code=0
  PORTAL_SHARING_URL=$(jq --raw-output .sharingUrl "$work/sandbox") \
  PORTAL_ADMIN_URL=$(jq --raw-output .portalAdminUrl "$work/sandbox") \
  PORTAL_USERNAME=admin PORTAL_PASSWORD=${password:-admin-password} \
    ./provision.sh "$item" "${1:-$purchaser}" "$entitlements" >"$work/stdout" 2>"$work/stderr" || code=$?
}

# --- the tests ---------------------------------------------------------------------

begin "it provisions, and tells the future" future-entitlements
run
expect "exit code" 0 "$code"
expect "standard error" "" "$(cat "$work/stderr")"
expect "the provision" "[\"$purchaser\",10,8]" \
  "$(jq -c 'select(.maxUsers) | [.purchaserOrgId, .maxUsers, .entitlements.standard.num]' "$work/stdout")"
expect "the future" \
  '["creatorUT",25,"2020-07-01T00:00:00Z"] ["fieldAppsAB",10,"2020-07-01T00:00:00Z"] ["Insights",5,"2020-07-01T00:00:00Z"]' \
  "$(jq -c 'select(.id) | [.id, .members, .from]' "$work/stdout" | paste -sd ' ' -)"
expect "the calls" "generateToken provisionOrgEntitlements getFutureLicense" "$(journal '[.calls[].operation] | join(" ")')"
expect "what was sent" true "$(journal ".calls[1].params.orgEntitlements == $entitlements")"
end

begin "it prints nothing of a licence without a future" no-future-entitlements
run
expect "exit code" 0 "$code"
expect "lines" 1 "$(wc -l <"$work/stdout" | tr -d ' ')"
end

begin "it says why an order is refused, and stops" trial
run 0123456789abcdef
expect "exit code" 1 "$code"
expect "standard output" "" "$(cat "$work/stdout")"
expect "standard error" "400: item not provisioned" "$(cat "$work/stderr")"
expect "the last call" "provisionOrgEntitlements 400" "$(journal '.calls[-1] | "\(.operation) \(.errorCode)"')"
end

begin "it says why nobody is signed in" trial
password=wrong
run
unset password
expect "exit code" 1 "$code"
expect "standard error" $'400: Unable to generate token.\nInvalid username or password.' "$(cat "$work/stderr")"
expect "the calls" generateToken "$(journal '[.calls[].operation] | join(" ")')"
end

begin "a member needs the privilege" missing-privilege
run
expect "exit code" 1 "$code"
expect "error" 403 "$(cut -d: -f1 "$work/stderr")"
end

begin "an order is refused after the end of the trial" trial
admin "/sandboxes/$sandbox/clock" --data '{"advance": "31d"}' >/dev/null
run
expect "standard error" "400: item not provisioned" "$(cat "$work/stderr")"
end

begin "throttled, it tries again" trial
rule '{"when": {"operation": "provisionOrgEntitlements"}, "times": 1,
  "reply": {"status": 429, "headers": {"Retry-After": "1"}, "offSpec": true}}'
run
expect "exit code" 0 "$code"
expect "the answers" "429 200" "$(journal '[.calls[] | select(.operation == "provisionOrgEntitlements").status] | join(" ")')"
end

begin "after a broken connection it tries again" trial
rule '{"when": {"operation": "provisionOrgEntitlements"}, "times": 1, "fault": {"kind": "reset"}}'
run
expect "exit code" 0 "$code"
expect "the outcomes" "fault ok" "$(journal '[.calls[] | select(.operation == "provisionOrgEntitlements").outcome] | join(" ")')"
end

printf '%d passed\n' "$passed"

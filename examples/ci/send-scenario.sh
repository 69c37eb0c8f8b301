#!/bin/sh
# Sends a scenario to a running mockportal and prints the URLs of its sandbox. A service container in CI cannot mount
# files, so it gets its scenario this way.
#
#   sh send-scenario.sh SCENARIO.json [ID] >sandbox.env
#
# SCENARIO.json is a whole scenario document, in JSON. A new sandbox plays it: an isolated portal with its own world,
# clock, rules and journal. ID is the id of the sandbox; without it the server picks one.
#
#   MOCKPORTAL_URL            the server's root (http://127.0.0.1:8080)
#   MOCKPORTAL_CONTROL_TOKEN  the value of the server's --control-token (none)
#   MOCKPORTAL_MEMBER         whose token is printed (admin)
#
# It prints lines NAME=value, as $GITHUB_ENV, GitLab's dotenv reports and `set -a; . ./sandbox.env` read them:
# MOCKPORTAL_SANDBOX, MOCKPORTAL_SHARING_URL, MOCKPORTAL_PORTALADMIN_URL and MOCKPORTAL_TOKEN.
# It needs curl and jq. If the server refuses the scenario, it prints the mistakes with their places.
set -eu

url=${MOCKPORTAL_URL:-http://127.0.0.1:8080}
url=${url%/}
member=${MOCKPORTAL_MEMBER:-admin}

die() {
  printf 'send-scenario: %s\n' "$*" >&2
  exit 1
}

case $# in
  1 | 2) ;;
  *) die "usage: send-scenario.sh SCENARIO.json [ID]" ;;
esac
[ -r "$1" ] || die "there is no file $1"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The service container may still be starting: 30 retries, one per second.
curl --silent --fail --output /dev/null --max-time 10 \
  --retry 30 --retry-delay 1 --retry-connrefused "$url/readyz" || die "$url is not ready"

# The document is sent unchanged: a seed may have more digits than jq keeps.
{
  printf '{'
  [ -z "${2-}" ] || printf '"id": "%s", ' "$2"
  printf '"scenario": '
  cat "$1"
  printf '}'
} >"$work/sandbox"

# The scenario and the token are not arguments of curl, so no process list shows them.
authorization() {
  [ -z "${MOCKPORTAL_CONTROL_TOKEN-}" ] || printf 'header = "Authorization: Bearer %s"\n' "$MOCKPORTAL_CONTROL_TOKEN"
}

status=$(authorization | curl --silent --show-error --config - --max-time 30 --output "$work/answer" \
  --write-out '%{http_code}' --header 'Content-Type: application/json' --data-binary "@$work/sandbox" \
  "$url/__admin/sandboxes") || die "$url does not answer"
if [ "$status" != 201 ]; then
  jq --raw-output '.detail' "$work/answer" >&2 || cat "$work/answer" >&2
  die "$url refused $1 with status $status"
fi

# Print all four lines or none. Refuse a value that is not one plain word in a shell.
jq --raw-output --arg member "$member" '
  .id as $id
  | (first(.members[] | select(.username == "\($member).\($id)") | .token // empty)
     // error("the scenario gives no token to the member \($member)")) as $token
  | { MOCKPORTAL_SANDBOX: $id, MOCKPORTAL_SHARING_URL: .sharingUrl,
      MOCKPORTAL_PORTALADMIN_URL: .portalAdminUrl, MOCKPORTAL_TOKEN: $token }
  | [to_entries[]
     | if .value | test("^[A-Za-z0-9._~:/+=@%\\[\\]-]+$") then "\(.key)=\(.value)"
       else error("\(.key) is not one plain word") end]
  | .[]' "$work/answer" || die "the answer of $url cannot be handed on"

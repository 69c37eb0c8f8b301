#!/bin/sh
# Sends a scenario to a mockportal that is already running, such as a service container of a CI, which cannot mount
# files; and prints where it is played.
#
#   sh send-scenario.sh SCENARIO.json [ID] >sandbox.env
#
# SCENARIO.json is a whole scenario document, in JSON. It is played in a sandbox of its own: an isolated portal with
# its own world, clock, rules and journal. ID names the sandbox; without it the server does.
#
#   MOCKPORTAL_URL            the server's root (http://127.0.0.1:8080)
#   MOCKPORTAL_CONTROL_TOKEN  what the server's --control-token says (nothing)
#   MOCKPORTAL_MEMBER         whose token is printed (admin)
#
# It prints lines NAME=value, as $GITHUB_ENV, GitLab's dotenv reports and `set -a; . ./sandbox.env` read them:
# MOCKPORTAL_SANDBOX, MOCKPORTAL_SHARING_URL, MOCKPORTAL_PORTALADMIN_URL and MOCKPORTAL_TOKEN.
# It needs curl and jq. When the server refuses the scenario, its answer says what is wrong where.
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

# The service container may still be starting: 30 more attempts, one a second.
curl --silent --fail --output /dev/null --max-time 10 \
  --retry 30 --retry-delay 1 --retry-connrefused "$url/readyz" || die "$url is not ready"

# The document goes out as it stands: a seed may have more digits than jq keeps.
{
  printf '{'
  [ -z "${2-}" ] || printf '"id": "%s", ' "$2"
  printf '"scenario": '
  cat "$1"
  printf '}'
} >"$work/sandbox"

# Neither scenario nor token is an argument of curl's, so no list of processes shows them.
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

# All four lines or none; what would not be one plain word in a shell is refused.
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

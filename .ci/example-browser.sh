#!/usr/bin/env bash
# Runs the suite of examples/browser: Chromium goes through the portal's OAuth pages, over plain HTTP, and then over TLS with the
# authority that the program has made.
#
# It works on a copy, and writes nothing into the tree. Without Chromium it fails.
#
#   CI_ALLOW_SKIP=1   skip if Node.js or the packages cannot be installed, instead of failing
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=.ci/lib.sh
source .ci/lib.sh
# shellcheck source=.ci/node.sh
source .ci/node.sh

readonly tests=22 # all of them

# browser_tools installs Chromium, and certutil, which writes what Chromium trusts.
browser_tools() {
  local missing=() pair
  for pair in chromium:chromium certutil:libnss3-tools; do
    command -v "${pair%%:*}" >/dev/null || missing+=("${pair#*:}")
  done
  ((${#missing[@]} == 0)) || need_packages "${missing[@]}" || die "$why"
  CHROMIUM=$(command -v chromium) || die "still no chromium"
  export CHROMIUM
  say "$("$CHROMIUM" --version 2>/dev/null)"
}

# trust FILE makes the browsers in $work/trusting trust an authority.
trust() {
  local database=$work/trusting/.pki/nssdb
  mkdir -p "$database"
  certutil -d "sql:$database" -N --empty-password
  certutil -d "sql:$database" -A -t C,, -n mockportal -i "$1"
}

browser_tools
node_tools browser
copy_example node # the browser's tests use its support folder
copy_example browser
node_packages browser
build
start plain --strict
start tls --strict --tls
curl --silent --fail --insecure --max-time 10 "${urls[tls]}/__admin/ca.pem" >"$work/ca.pem"
trust "$work/ca.pem"

mkdir "$work/home"
export MOCKPORTAL_TLS_URL=${urls[tls]}
HOME=$work/home MOCKPORTAL_URL=${urls[plain]} suite browser "over HTTP" "$tests"
HOME=$work/trusting MOCKPORTAL_URL=${urls[tls]} NODE_EXTRA_CA_CERTS=$work/ca.pem suite browser "over TLS" "$tests"
nothing_left

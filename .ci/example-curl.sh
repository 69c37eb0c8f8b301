#!/usr/bin/env bash
# Runs the test of examples/curl against the program of this checkout, over plain HTTP and over TLS.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=.ci/lib.sh
source .ci/lib.sh
# shellcheck source=.ci/serve.sh
source .ci/serve.sh

missing=()
for tool in curl jq shellcheck; do
  command -v "$tool" >/dev/null || missing+=("$tool")
done
if ((${#missing[@]} > 0)); then
  tried=0
  need_packages "${missing[@]}" || tried=$?
  ((tried != 1)) || {
    skip "examples/curl" "$why"
    exit 0
  }
  ((tried == 0)) || die "$why"
fi

shellcheck examples/curl/*.sh
build
start plain --strict
start tls --strict --tls
curl --silent --fail --insecure --max-time 10 "${urls[tls]}/__admin/ca.pem" >"$work/ca.pem"

# suite WHAT URL
suite() {
  local passed
  MOCKPORTAL_URL=$2 timeout 60 bash examples/curl/test.sh >"$work/out" || {
    cat "$work/out"
    die "examples/curl $1"
  }
  passed=$(sed -n 's/ passed$//p' "$work/out")
  ((passed == $(grep -c '^begin "' examples/curl/test.sh))) || die "examples/curl $1: only ${passed:-0} tests passed"
  say "$1: $passed tests passed"
}
suite "over HTTP" "${urls[plain]}"
CURL_CA_BUNDLE=$work/ca.pem suite "over TLS" "${urls[tls]}"

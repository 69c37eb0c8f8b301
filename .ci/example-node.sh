#!/usr/bin/env bash
# Runs the suite of examples/node, which uses Esri's JavaScript client, against the program of this checkout:
# over plain HTTP, and then over TLS.
#
# It works on a copy, and writes nothing into the tree.
#
#   CI_ALLOW_SKIP=1   skip if Node.js or the packages cannot be installed, instead of failing
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=.ci/lib.sh
source .ci/lib.sh
# shellcheck source=.ci/serve.sh
source .ci/serve.sh

# --- the tools -----------------------------------------------------------------

missing=()
for pair in node:nodejs npm:npm jq:jq curl:curl; do
  command -v "${pair%%:*}" >/dev/null || missing+=("${pair#*:}")
done
((${#missing[@]} == 0)) || packages_for "examples/node" "${missing[@]}"
(($(node --print 'process.versions.node.split(".")[0]') >= 18)) ||
  allowed_skip "examples/node" "it needs Node.js 18 or later, here is $(node --version)"
say "node $(node --version), npm $(npm --version 2>/dev/null)"

# --- every error has its row -----------------------------------------------------

rows=0
for fixture in fixtures/errors/*/*.json; do
  id=${fixture#fixtures/}
  id=${id%.json}
  grep -qF "'$id': {" examples/node/test/errors.test.js || die "examples/node/test/errors.test.js has no row for $id"
  rows=$((rows + 1))
done
say "$rows error fixtures, each with its row"

# --- the suite -----------------------------------------------------------------

example=$work/node
mkdir "$example"
git ls-files -z --cached --others --exclude-standard examples/node | while IFS= read -r -d '' file; do
  [[ ! -e $file ]] || (cd examples/node && cp --parents "${file#examples/node/}" "$example")
done
(cd "$example" && npm ci --no-audit --no-fund --loglevel=error) || allowed_skip "examples/node" "npm ci failed (see above)"

build
start plain --strict
start tls --strict --tls
curl --silent --fail --insecure --max-time 10 "${urls[tls]}/__admin/ca.pem" >"$work/ca.pem"

# suite WHAT MIN runs the suite. It fails with fewer than MIN tests, so a suite that finds no tests cannot pass.
suite() {
  local what=$1 min=$2 passed
  (cd "$example" && timeout 120 node --test --test-reporter=tap) >"$work/tap" 2>"$work/tap.err" || {
    grep -A 30 '^ *not ok' "$work/tap" || cat "$work/tap" "$work/tap.err"
    die "examples/node $what"
  }
  passed=$(awk '/^# pass /{print $3}' "$work/tap")
  ((passed >= min)) || die "examples/node $what: only $passed tests passed, at least $min are expected"
  say "$what: $passed tests passed, $(awk '/^# skipped /{print $3}' "$work/tap") skipped"
}

export MOCKPORTAL_TLS_URL=${urls[tls]}
MOCKPORTAL_URL=${urls[plain]} suite "over HTTP" 90
# Only the error "SSL Required" cannot be tested over TLS.
MOCKPORTAL_URL=${urls[tls]} NODE_EXTRA_CA_CERTS=$work/ca.pem suite "over TLS" 90
for server in plain tls; do
  # A test that does not delete its sandbox leaves it behind.
  left=$(curl --silent --fail --insecure --max-time 10 "${urls[$server]}/__admin/sandboxes" | jq --compact-output .sandboxes)
  [[ $left == '["default"]' ]] || die "sandboxes are left on the server: $left"
done

#!/usr/bin/env bash
# Runs the suite of examples/node, which uses Esri's JavaScript client, against the program of this checkout:
# over plain HTTP, and then over TLS. The test of docs/any-language.md is part of it.
#
# It works on a copy, and writes nothing into the tree.
#
#   CI_ALLOW_SKIP=1   skip if Node.js or the packages cannot be installed, instead of failing
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=.ci/lib.sh
source .ci/lib.sh
# shellcheck source=.ci/node.sh
source .ci/node.sh

node_tools node

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

copy_example node
cp examples/node/support/mockportal.js "$work/examples/node/mockportal.mjs"
block js docs/any-language.md >"$work/examples/node/page.test.mjs"
node_packages node
build
start plain --strict
start tls --strict --tls
curl --silent --fail --insecure --max-time 10 "${urls[tls]}/__admin/ca.pem" >"$work/ca.pem"

export MOCKPORTAL_TLS_URL=${urls[tls]}
MOCKPORTAL_URL=${urls[plain]} suite node "over HTTP" 91
# Only the error "SSL Required" cannot be tested over TLS.
MOCKPORTAL_URL=${urls[tls]} NODE_EXTRA_CA_CERTS=$work/ca.pem suite node "over TLS" 91

# --- a mistake fails a test, with its hint -----------------------------------------

cd "$work/examples/node"
sed 's/token, purchaserOrgId,/token, purchaserOrgID: purchaserOrgId,/' page.test.mjs >wrong.test.mjs
! MOCKPORTAL_URL=${urls[plain]} node --test --test-reporter=tap wrong.test.mjs >"$work/tap" || die "a misspelt parameter passes"
grep -qF 'did you mean "purchaserOrgId"?' "$work/tap" || die "a misspelt parameter fails without its hint"
say "a misspelt parameter fails its test, with the hint"
nothing_left

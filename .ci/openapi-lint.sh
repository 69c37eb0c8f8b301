#!/usr/bin/env bash
# Checks the OpenAPI documents with two independent validators, Redocly and Spectral. A
# warning counts as an error. .ci/openapi-lint/ says which rules are off, and why.
#
#   CI_ALLOW_SKIP=1        skip if Node.js cannot be installed, instead of failing
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=.ci/lib.sh
source .ci/lib.sh

readonly config=.ci/openapi-lint
readonly documents=(openapi/portal.yaml openapi/control.yaml)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
# Otherwise they send statistics and look for updates.
export REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true

tools() {
  local missing=()
  command -v node >/dev/null || missing+=(nodejs)
  command -v npm >/dev/null || missing+=(npm)
  ((${#missing[@]} == 0)) || packages_for "the linters of the OpenAPI documents" "${missing[@]}"
  cp "$config"/package.json "$config"/package-lock.json "$work"
  # Neither needs the install scripts of packages.
  (cd "$work" && npm ci --ignore-scripts --no-audit --no-fund --loglevel error >/dev/null)
  say "Node.js $(node --version), Redocly $(redocly --version 2>/dev/null), Spectral $(spectral --version)"
}
redocly() { "$work/node_modules/.bin/redocly" "$@"; }
spectral() { "$work/node_modules/.bin/spectral" "$@"; }

# as_found TOOL COMMAND… shows the output of a linter only if it has findings.
as_found() {
  local tool=$1
  shift
  "$@" >"$work/out" 2>&1 || {
    cat "$work/out"
    die "$tool has found something"
  }
  say "$tool: nothing found in ${documents[*]}"
}

tools
as_found Redocly redocly lint --config "$config/redocly.yaml" --max-problems 100 "${documents[@]}"
as_found Spectral spectral lint --ruleset "$config/spectral.yaml" --fail-severity hint "${documents[@]}"

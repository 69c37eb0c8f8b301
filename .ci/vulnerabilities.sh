#!/usr/bin/env bash
# govulncheck looks for known vulnerabilities in what the program and its tests call, in all modules and
# in the standard library. Where its database cannot be had, the step is skipped, and says so.
#
#   GOVULNDB=URL           the database, if it is not https://vuln.go.dev
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=.ci/lib.sh
source .ci/lib.sh

readonly govulncheck=v1.9.0 db=${GOVULNDB:-https://vuln.go.dev}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

command -v curl >/dev/null || need_packages curl || die "$why"
if ! curl --silent --show-error --fail --location --max-time 20 --output "$work/index" "$db/index/db.json"; then
  skip "the search for known vulnerabilities" "its database cannot be had from $db: nobody has looked for any in this run"
  exit 0
fi
go_tool govulncheck golang.org/x/vuln/cmd/govulncheck golang.org/x/vuln "$govulncheck"
"$tool" -db "$db" -test ./... || die "govulncheck has found something, or could not look"

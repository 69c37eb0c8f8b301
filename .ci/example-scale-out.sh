#!/usr/bin/env bash
# Runs the test of examples/scale-out: three servers behind nginx, which it installs.
#
#   CI_ALLOW_SKIP=1   skip if nginx cannot be installed, instead of failing
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=.ci/lib.sh
source .ci/lib.sh

# The tests must not see the caller's settings for the program.
# shellcheck disable=SC2086,SC2046 # a list of names
unset ${!MOCKPORTAL_@}
PATH=$PATH:/usr/sbin # where Debian has nginx, and which is not on every PATH
command -v nginx >/dev/null || packages_for "examples/scale-out" nginx-light

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
go build -o "$work/mockportal" ./cmd/mockportal
PATH=$work:$PATH
cd examples/scale-out
unformatted=$(gofmt -l .)
[[ -z $unformatted ]] || die "examples/scale-out: not formatted by gofmt: $unformatted"
go vet .
go test -count=1 -v .

#!/usr/bin/env bash
# Reads reports with the tools of others: JUnit XML with junitparser and the schema
# that Jenkins has for it, HAR with the JSON schema of HAR 1.2.
#
#   bash .ci/reports.sh                      the golden files of internal/report, and its commands with the real curl
#   bash .ci/reports.sh junit.xml calls.har  files that mockportal wrote: *.xml and *.har
#
#   CI_ALLOW_SKIP=1   a failed installation of the tools is a loud skip, not a failure
set -euo pipefail
files=()
for file in "$@"; do
  files+=("$(realpath -- "$file")")
done
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=.ci/lib.sh
source .ci/lib.sh

# The schema that Jenkins has (junit-10.xsd) comes with the sources of pytest.
readonly pytest=9.2.0

# Whatever is installed is kept for the next run, under a name that says what it is.
versions=$(cat .ci/reports/package-lock.json .ci/reports/requirements.txt; python3 --version; echo "$pytest")
tools=${XDG_CACHE_HOME:-$HOME/.cache}/mockportal-ci/reports-$(sha256sum <<<"$versions" | cut -c1-12)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

install_tools() {
  local missing=() pair
  for pair in python3:python3 node:nodejs npm:npm curl:curl; do
    command -v "${pair%%:*}" >/dev/null || missing+=("${pair#*:}")
  done
  python3 -c 'import ensurepip' 2>/dev/null || missing+=(python3-venv)
  ((${#missing[@]} == 0)) || need_packages "${missing[@]}" || return
  [[ ! -e $tools/complete ]] || return 0
  say "installing the readers (once) …"
  rm -rf "$tools"
  mkdir -p "$tools"
  cp .ci/reports/package.json .ci/reports/package-lock.json "$tools/"
  { npm ci --prefix "$tools" --ignore-scripts --no-audit --no-fund --loglevel=error &&
    python3 -m venv "$tools/venv" &&
    "$tools/venv/bin/pip" install --quiet --disable-pip-version-check --requirement .ci/reports/requirements.txt &&
    "$tools/venv/bin/pip" download --quiet --disable-pip-version-check --no-deps --no-binary pytest --dest "$work" "pytest==$pytest" &&
    tar -xzf "$work/pytest-$pytest.tar.gz" -C "$tools" --strip-components 3 "pytest-$pytest/testing/example_scripts/junit-10.xsd" &&
    touch "$tools/complete"; } || {
    why="a registry did not give what .ci/reports names (its last words stand above)"
    return 2
  }
}

# curl is not asked for by go test: without it the test that needs it is skipped.
repeat_calls() {
  go test -count=1 -v -run '^TestCurl' ./internal/report >"$work/log" || {
    cat "$work/log"
    die "the commands"
  }
  grep -q -- '--- PASS: TestCurlRepeatsTheCall' "$work/log" || die "no command was given to curl"
  say "$(curl --version | head -n 1 | cut -d' ' -f1-2) repeats calls"
}

failed=0
install_tools || failed=$?
if ((failed != 0)); then
  # 1: it cannot be tried here; 2: it was tried and failed.
  ((failed == 1)) || [[ ${CI_ALLOW_SKIP-} == 1 ]] || die "the readers of reports: $why"
  skip "reading the reports with the tools of others" "$why"
  exit 0
fi

if ((${#files[@]} == 0)); then
  repeat_calls
  files=(internal/report/testdata/*.xml internal/report/testdata/*.har)
fi
junit=() har=()
for file in "${files[@]}"; do
  case $file in
    *.xml) junit+=("$file") ;;
    *.har) har+=("$file") ;;
    *) die "$file: neither .xml nor .har" ;;
  esac
done
((${#junit[@]} == 0)) || "$tools/venv/bin/python" .ci/reports/read_junit.py "$tools/junit-10.xsd" "${junit[@]}"
((${#har[@]} == 0)) || NODE_PATH=$tools/node_modules node .ci/reports/read_har.js "${har[@]}"

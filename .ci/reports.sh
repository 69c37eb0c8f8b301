#!/usr/bin/env bash
# Reads reports with independent tools: JUnit XML with junitparser and the schema of
# Jenkins, HAR with the JSON schema of HAR 1.2.
#
#   bash .ci/reports.sh                      the golden files of internal/report, its commands with the real curl, and
#                                            what mockportal run writes about commands that pass and fail
#   bash .ci/reports.sh junit.xml calls.har  files that mockportal wrote: *.xml and *.har
#
#   CI_ALLOW_SKIP=1   skip if the tools cannot be installed, instead of failing
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

# The installed tools are kept for the next run, in a folder named after their versions.
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

# Without curl, go test skips the test that needs it.
repeat_calls() {
  go test -count=1 -v -run '^TestCurl' ./internal/report >"$work/log" || {
    cat "$work/log"
    die "the commands"
  }
  grep -q -- '--- PASS: TestCurlRepeatsTheCall' "$work/log" || die "no command was given to curl"
  say "$(curl --version | head -n 1 | cut -d' ' -f1-2) repeats calls"
}

# write_reports runs mockportal run with commands that end in different ways, and with characters that are special in
# XML, JSON and URLs.
write_reports() {
  # shellcheck disable=SC2086 # a list of names; the program must not see the caller's settings
  unset ${!MOCKPORTAL_@}
  mkdir -p "$work/pack/scenarios" "$work/written"
  cat >"$work/pack/scenarios/client.yaml" <<'YAML'
format: 1
summary: A client provisions for <"one"> & asks once.
extends: trial
seed: 18446744073709551615
expect:
  - when: { operation: provisionOrgEntitlements, params: { purchaserOrgId: "<]]>&\"'é😀" } }
    exactly: 1
  - when: { operation: getFutureLicense }
    exactly: 1
YAML
  # One script for both commands, with a name that XML must escape.
  command="$work/a <b> & \"c\" ]]> é.sh"
  cat >"$command" <<'SH'
#!/usr/bin/env bash
set -euo pipefail
ask() { curl --silent --show-error --globoff --output /dev/null "$@"; }
root=$MOCKPORTAL_URL
license=portal/portaladmin/license/getFutureLicense
provision=portal/sharing/rest/content/listings/6489da7f08f045ac8c0a5b1de37d56fe/provisionOrgEntitlements
entitlements='orgEntitlements={"maxUsers":1,"entitlements":{}}'
ask --data f=json --data "token=$MOCKPORTAL_TOKEN" --data purchaserOrgId=sWwd06TnJR4lHopc \
  --data-urlencode "$entitlements" "$root/$provision"
ask "$root/$license?f=json&token=$MOCKPORTAL_TOKEN"
[[ ${1-} != wrong ]] || {
  ask "$root/$license?f=json&token=$MOCKPORTAL_TOKEN&%3C%5D%5D%3E%26%22%27=%00%01%1B%7F%FF%E2%80%A8%F0%9F%98%80"
  ask "$root/$license?f=json&f=pjson&token=$MOCKPORTAL_TOKEN"
  ask --data-binary $'\xff=\x01&f=json&purchaserOrgId=%3C%5D%5D%3E&orgEntitlements=%7B' "$root/$provision?token=$MOCKPORTAL_TOKEN"
  ask --path-as-is "$root/a/../b//%20%22%3C%3E%C3%A9?x"
  ask --request POST --header 'Content-Type: application/json' --data '{"id":"odd","scenario":"client"}' "$MOCKPORTAL_CONTROL_URL/sandboxes"
  ask "$root/sandboxes/odd/$license?f=json&token=$MOCKPORTAL_TOKEN&callback=a%0Ab"
  ask --request DELETE "$MOCKPORTAL_CONTROL_URL/sandboxes/odd"
}
exit "${2-0}"
SH
  chmod +x "$command"
  go build -o "$work/mockportal" ./cmd/mockportal
  run_about passing 0 --scenario trial -- "$command"
  run_about violating 1 --scenario trial -- "$command" wrong
  run_about unmet 1 --pack "$work/pack" --scenario client -- "$command"
  run_about failing 7 --pack "$work/pack" --scenario client -- "$command" wrong 7
  run_about dropped 1 --journal-max-calls 2 -- "$command" wrong
  run_about killed 137 -- bash -c 'kill -9 $$'
  run_about missing 127 -- "$command.not"
}

# run_about NAME CODE ARG… runs mockportal run, which must exit with CODE. Its reports are NAME.xml and NAME.har.
run_about() {
  local name=$1 want=$2 code=0
  shift 2
  "$work/mockportal" run --report "$work/written/$name.xml" --har "$work/written/$name.har" "$@" 2>"$work/log" || code=$?
  ((code == want)) || {
    cat "$work/log"
    die "mockportal run ($name) ended with $code, not $want"
  }
}

# counted FILE TEXT fails unless a reader found TEXT in a report.
counted() {
  grep -qxF "$work/written/$1: $2" <<<"$found" || die "$1 was to be read as: $2"
}

failed=0
install_tools || failed=$?
if ((failed != 0)); then
  # 1: it cannot try; 2: it tried and failed.
  ((failed == 1)) || [[ ${CI_ALLOW_SKIP-} == 1 ]] || die "the readers of reports: $why"
  skip "reading the reports with the tools of others" "$why"
  exit 0
fi

if ((${#files[@]} == 0)); then
  repeat_calls
  write_reports
  files=(internal/report/testdata/*.xml internal/report/testdata/*.har "$work"/written/*)
fi
junit=() har=()
for file in "${files[@]}"; do
  case $file in
    *.xml) junit+=("$file") ;;
    *.har) har+=("$file") ;;
    *) die "$file: neither .xml nor .har" ;;
  esac
done
found=
if ((${#junit[@]} > 0)); then
  found+=$("$tools/venv/bin/python" .ci/reports/read_junit.py "$tools/junit-10.xsd" "${junit[@]}")$'\n'
fi
if ((${#har[@]} > 0)); then
  found+=$(NODE_PATH=$tools/node_modules node .ci/reports/read_har.js "${har[@]}")$'\n'
fi
printf %s "${found//"$work/"/}"
[[ -d $work/written ]] || exit 0

# The tests: the command, the contract, and the expectations of both sandboxes.
counted failing.xml "6 tests, 5 failures, 0 skipped"
counted failing.har "7 entries, 0 of them faults"
counted violating.xml "2 tests, 1 failures, 0 skipped"
counted violating.har "7 entries, 0 of them faults"
counted unmet.xml "4 tests, 1 failures, 0 skipped"
counted unmet.har "2 entries, 0 of them faults"
counted passing.xml "2 tests, 0 failures, 0 skipped"
counted passing.har "2 entries, 0 of them faults"
counted dropped.xml "2 tests, 1 failures, 0 skipped"
counted dropped.har "2 entries, 0 of them faults"
counted killed.xml "2 tests, 1 failures, 0 skipped"
counted missing.xml "2 tests, 1 failures, 0 skipped"
! grep -l admin-token "$work"/written/* || die "a report has a token"

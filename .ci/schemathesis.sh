#!/usr/bin/env bash
# Schemathesis reads the two OpenAPI documents and looks for answers that violate them.
# Each run has its own server:
#
#   portal   the defaults, errors with HTTP 200
#   status   errors with HTTP error statuses, so that refusals are checked too
#   control  the control API, over TLS and with a control token
#
# .ci/schemathesis/*.toml say which checks are off, and why.
#
#   CI_ALLOW_SKIP=1        skip if Python cannot be installed, instead of failing
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=.ci/lib.sh
source .ci/lib.sh
# shellcheck source=.ci/serve.sh
source .ci/serve.sh
# The caller's settings must not count here.
# shellcheck disable=SC2086,SC2046 # a list of names
unset ${!SCHEMATHESIS_@}

readonly here=$PWD/.ci/schemathesis
readonly token=control-token
runs=()

# --- the tools -----------------------------------------------------------------

tools() {
  local missing=()
  python3 -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3-venv)
  command -v curl >/dev/null || missing+=(curl)
  ((${#missing[@]} == 0)) || packages_for "Schemathesis" "${missing[@]}"
  python3 -m venv "$work/venv"
  # The list is complete: pip installs nothing else.
  "$work/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps --requirement .ci/schemathesis.txt
  "$work/venv/bin/pip" check >/dev/null || die "the versions in .ci/schemathesis.txt conflict"
  build
  say "$("$work/venv/bin/schemathesis" --version), $("$work/mockportal" version | head -n 1)"
}

# --- the servers ---------------------------------------------------------------

# The scenario of the server "status".
by_status() {
  mkdir -p "$work/pack/scenarios"
  cat >"$work/pack/scenarios/by-status.yaml" <<'EOF'
format: 1
summary: The trial, with errors under their codes as HTTP statuses.
extends: trial
world:
  portal: { errors: status }
EOF
}

# served NAME DOCUMENT CURL_FLAG… downloads a document from a server. It must equal the file.
served() {
  local name=$1 document=$2
  shift 2
  mkdir -p "$work/$name"
  curl --silent --show-error --fail --max-time 10 "$@" --output "$work/$name/$document.yaml" "${urls[$name]}/__admin/$document.yaml"
  cmp "$work/$name/$document.yaml" "openapi/$document.yaml" || die "/__admin/$document.yaml is not openapi/$document.yaml"
}

# --- the runs ------------------------------------------------------------------

# examine NAME DOCUMENT starts a run with the downloaded document.
examine() {
  local name=$1 document=$2
  (
    cd "$work/$name"
    # Nothing is kept for the next run: this folder is removed with its caches.
    SCHEMATHESIS_HOOKS=$here/hooks.py PYTHONDONTWRITEBYTECODE=1 \
      exec "$work/venv/bin/schemathesis" --config-file "$here/$name.toml" --no-color run "$document.yaml" --url "${urls[$name]}" \
      --report ndjson --report-ndjson-path events.ndjson
  ) >"$work/$name/out" 2>&1 &
  runs+=($!)
  pids+=($!)
}

# verdict NAME PROCESS [CHECK…] waits for a run and prints its figures. The listed checks are off.
verdict() {
  local name=$1 code=0
  wait "$2" || code=$?
  shift 2
  ((code == 0)) || cat "$work/$name/out"
  [[ ! -s $work/$name/events.ndjson ]] ||
    "$work/venv/bin/python" -B "$here/count.py" "$name" "$work/$name/events.ndjson" "$@" || code=1
  # The server logs panics and answers that violate its contract.
  if [[ -s $work/$name.log ]]; then
    head -n 20 "$work/$name.log" >&2
    code=1
  fi
  ((code == 0)) || failed+=("$name")
}

tools
by_status

start portal
served portal portal
examine portal portal

start status --pack "$work/pack" --scenario by-status
served status portal
examine status portal

start control --tls --control-token "$token"
mkdir "$work/control"
export CONTROL_TOKEN=$token CONTROL_CA=$work/control/ca.pem
authorization="Authorization: Bearer $token"
# The next calls trust this authority. The first call cannot.
curl --silent --show-error --fail --max-time 10 --insecure --header "$authorization" \
  --output "$CONTROL_CA" "${urls[control]}/__admin/ca.pem"
served control control --cacert "$CONTROL_CA" --header "$authorization"
examine control control

failed=()
verdict portal "${runs[0]}" ignored_auth negative_data_rejection unsupported_method
verdict status "${runs[1]}"
verdict control "${runs[2]}"
((${#failed[@]} == 0)) || die "Schemathesis has findings: ${failed[*]}"
say "Schemathesis: nothing found"

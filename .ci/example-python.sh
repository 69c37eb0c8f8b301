#!/usr/bin/env bash
# Runs examples/python as its README says, in a copy, in parallel, against a server over
# HTTP and another over HTTPS. Both are strict. The test of docs/any-language.md is part of
# it. It first uses only requests and Authlib, then also Esri's client.
#
# The installed packages are cached, by the text of the requirements and the version of
# Python. Without the cache the installation of the client takes a minute.
#
#   CI_ALLOW_SKIP=1        skip if an installation fails, instead of failing
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=.ci/lib.sh
source .ci/lib.sh
# shellcheck source=.ci/serve.sh
source .ci/serve.sh

readonly cache=${XDG_CACHE_HOME:-$HOME/.cache}/mockportal-ci
readonly workers=2

# Esri's client must not see the caller's settings either.
unset ESRI_API_KEY
report=()

# --- Python ----------------------------------------------------------------------

# has_python checks for Python with venv and with pip for venv.
has_python() { python3 -c 'import venv, ensurepip' 2>/dev/null; }

need_python() {
  has_python || packages_for "examples/python" python3 python3-venv
  has_python || die "python3 has no venv, also after its installation"
  python3 --version
}

# install NAME sets venv to a folder with the packages of NAME.txt.
install() {
  local key began=$SECONDS
  key=$({ python3 -c 'import sys; print(sys.version, sys.prefix)' && cat "$work"/python/requirements*.txt; } | sha256sum)
  venv=$cache/python-${key:0:16}-$1
  # The mark comes last, so that an interrupted installation does not count.
  if [[ ! -e $venv/complete ]]; then
    mkdir -p "$cache"
    rm -rf "$venv"
    python3 -m venv "$venv"
    # Only imported files are compiled, which are few.
    "$venv/bin/pip" install --quiet --disable-pip-version-check --no-compile -r "$work/python/$1.txt" >"$work/pip.log" 2>&1 ||
      allowed_skip "examples/python" "pip could not install $1.txt: $(tail -n 1 "$work/pip.log")"
    "$venv/bin/pip" check
    : >"$venv/complete"
  fi
  # Keep only the newest folder of each kind.
  find "$cache" -maxdepth 1 -name "python-????????????????-$1" ! -path "$venv" -exec rm -rf {} +
  say "$1: installed in $((SECONDS - began)) s"
}

# --- the suite -------------------------------------------------------------------

# suite CLIENT WANTED FILE… runs these tests. The last line of pytest must match WANTED,
# because pytest also exits with 0 if tests are skipped or missing.
suite() {
  local client=$1 wanted=$2 last
  shift 2
  (cd "$work/python" && exec "$venv/bin/pytest" -p no:cacheprovider -n "$workers" "$@") 2>&1 | tee "$work/pytest.log"
  last=$(tail -n 1 "$work/pytest.log")
  [[ $last =~ $wanted ]] || die "$client: pytest does not end with $wanted"
  report+=("$client: ${BASH_REMATCH[1]} tests passed")
}

cp -R examples/python "$work/python"
block python docs/any-language.md >"$work/python/test_page.py"
need_python
build
start plain --strict
start tls --strict --tls
export MOCKPORTAL_URL=${urls[plain]} MOCKPORTAL_TLS_URL=${urls[tls]}

passed='^=+ ([0-9]+) passed in '
install requirements
suite "requests and Authlib" "$passed" --ignore test_arcgis.py
install requirements-arcgis
suite "arcgis $("$venv/bin/pip" list --format=freeze | sed -n 's/^arcgis==//p')" "$passed" test_arcgis.py

say
printf '%s\n' "${report[@]}"

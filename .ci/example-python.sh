#!/usr/bin/env bash
# Runs examples/python as its README says, in a copy: against a server over HTTP and
# another over HTTPS, both strict, in parallel; first with requests alone, then with
# Esri's own client as well.
#
# What pip installs is kept in the cache for the next run, by the text of the
# requirements and the version of Python. Without the cache the client takes a minute.
#
#   CI_ALLOW_SKIP=1        a failed installation is a loud skip, not a failure
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=.ci/lib.sh
source .ci/lib.sh

readonly cache=${XDG_CACHE_HOME:-$HOME/.cache}/mockportal-ci
readonly start_within=20
readonly workers=2

# The caller's own settings must not decide where the server is and how it answers.
# shellcheck disable=SC2086,SC2046 # a list of names
unset ${!MOCKPORTAL_@} ESRI_API_KEY

work=$(mktemp -d)
servers=()
report=()

# shellcheck disable=SC2329 # called by the trap
clean_up() {
  local code=$? log
  trap - EXIT
  ((${#servers[@]} == 0)) || kill "${servers[@]}" 2>/dev/null || true
  if ((code != 0)); then
    for log in "$work"/*.log; do
      [[ ! -s $log ]] || { printf -- '--- the end of %s:\n' "${log##*/}" && tail -n 20 "$log"; } >&2
    done
  fi
  rm -rf "$work"
  exit "$code"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# --- Python ----------------------------------------------------------------------

# has_python: with venv and with what venv needs to install pip.
has_python() { python3 -c 'import venv, ensurepip' 2>/dev/null; }

need_python() {
  local tried=0
  has_python || need_packages python3 python3-venv || tried=$?
  case $tried in
    0) has_python || die "python3 has no venv, also after its installation" ;;
    1)
      skip "examples/python" "$why"
      exit 0
      ;;
    *) missing "$why" ;;
  esac
  python3 --version
}

# missing REASON: what was tried and failed is a failure, unless the caller allows a skip.
missing() {
  [[ -n ${CI_ALLOW_SKIP-} ]] || die "no examples/python: $1 (CI_ALLOW_SKIP=1 makes this a skip)"
  skip "examples/python" "$1"
  exit 0
}

# install NAME sets venv to a folder that has what the requirements NAME.txt say.
install() {
  local key began=$SECONDS
  key=$({ python3 -c 'import sys; print(sys.version, sys.prefix)' && cat "$work"/python/requirements*.txt; } | sha256sum)
  venv=$cache/python-${key:0:16}-$1
  # The mark is made last, so that an installation that was cut short is not taken for one.
  if [[ ! -e $venv/complete ]]; then
    mkdir -p "$cache"
    rm -rf "$venv"
    python3 -m venv "$venv"
    # Compiled is what gets imported, a small part of it.
    "$venv/bin/pip" install --quiet --disable-pip-version-check --no-compile -r "$work/python/$1.txt" >"$work/pip.log" 2>&1 ||
      missing "pip could not install $1.txt: $(tail -n 1 "$work/pip.log")"
    "$venv/bin/pip" check
    : >"$venv/complete"
  fi
  # Only the newest of its kind is kept.
  find "$cache" -maxdepth 1 -name "python-????????????????-$1" ! -path "$venv" -exec rm -rf {} +
  say "$1: installed in $((SECONDS - began)) s"
}

# --- the servers -----------------------------------------------------------------

# start NAME FLAG… starts a server on a free port, and sets url.
start() {
  local name=$1 deadline=$((SECONDS + start_within)) ready
  shift
  "$work/mockportal" serve --addr 127.0.0.1:0 --strict "$@" >"$work/$name.out" 2>"$work/$name.log" &
  servers+=($!)
  until ready=$(grep '^{.*}$' "$work/$name.out"); do
    kill -0 "${servers[-1]}" 2>/dev/null || die "the $name server ended before it was ready"
    ((SECONDS < deadline)) || die "the $name server was not ready after $start_within s"
    sleep 0.05
  done
  url=$(sed -E 's/^\{"url":"([^"]+)".*/\1/' <<<"$ready")
}

# --- the suite -------------------------------------------------------------------

# suite CLIENT WANTED FILE… runs these tests, and holds their end to WANTED, a pattern
# of pytest's last line: a skipped test and no test at all end with 0 too.
suite() {
  local client=$1 wanted=$2 last
  shift 2
  (cd "$work/python" && exec "$venv/bin/pytest" -p no:cacheprovider -n "$workers" "$@") 2>&1 | tee "$work/pytest.log"
  last=$(tail -n 1 "$work/pytest.log")
  [[ $last =~ $wanted ]] || die "$client: pytest does not end with $wanted"
  report+=("$client: ${BASH_REMATCH[1]} tests passed")
}

cp -R examples/python "$work/python"
need_python
go build -o "$work/mockportal" ./cmd/mockportal
start plain
export MOCKPORTAL_URL=$url
start tls --tls
export MOCKPORTAL_TLS_URL=$url

passed='^=+ ([0-9]+) passed in '
install requirements
suite "requests" "$passed" --ignore test_arcgis.py
install requirements-arcgis
suite "arcgis $("$venv/bin/pip" list --format=freeze | sed -n 's/^arcgis==//p')" "$passed" test_arcgis.py

say
printf '%s\n' "${report[@]}"

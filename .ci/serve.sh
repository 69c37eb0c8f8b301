# shellcheck shell=bash
# Builds the program of this checkout and starts servers for the scripts of the examples. It is sourced, after lib.sh.
# It makes a folder, $work, and removes it with all servers at the end.

# The caller's own settings for the program have no say.
# shellcheck disable=SC2086 # a list of names
unset ${!MOCKPORTAL_@}
export LC_ALL=C

work=$(mktemp -d)
pids=()
declare -A urls=() # by name; urls[plain]=http://127.0.0.1:40123

# shellcheck disable=SC2329 # called by the trap
clean_up() {
  local code=$? pid
  trap - EXIT
  for pid in "${pids[@]}"; do
    kill "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  rm -rf "$work"
  exit "$code"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

build() { go build -o "$work/mockportal" ./cmd/mockportal; }

# start NAME [FLAG…] starts a server on a free port, and waits for its ready line: sets urls[NAME].
start() {
  local name=$1 deadline=$((SECONDS + 20)) pid
  shift
  "$work/mockportal" serve --addr 127.0.0.1:0 --log-level error "$@" >"$work/$name.json" 2>"$work/$name.log" &
  pid=$!
  pids+=("$pid")
  until [[ -s $work/$name.json ]]; do
    kill -0 "$pid" 2>/dev/null || die "the server ended before it was ready: $(cat "$work/$name.log")"
    ((SECONDS < deadline)) || die "no ready line after 20 s"
    sleep 0.1
  done
  # shellcheck disable=SC2034 # read by the callers
  urls[$name]=$(jq --raw-output .url "$work/$name.json")
}

# shellcheck shell=bash
# Builds the program and starts servers, for scripts with clients. It is sourced, after lib.sh.
# It creates the folder $work. At the end it stops all servers and removes the folder. After a failure it shows the logs.

# The servers must not see the caller's settings for the program.
# shellcheck disable=SC2086 # a list of names
unset ${!MOCKPORTAL_@}
export LC_ALL=C

work=$(mktemp -d)
pids=()            # of servers, and of what else is to end with the script
declare -A urls=() # by name; urls[plain]=http://127.0.0.1:40123

# shellcheck disable=SC2329 # called by the trap
clean_up() {
  local code=$? pid log
  trap - EXIT
  for pid in "${pids[@]}"; do
    kill "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
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

build() { go build -o "$work/mockportal" ./cmd/mockportal; }

# start NAME [FLAG…] starts a server on a free port, waits for its ready line and sets urls[NAME]. The log is $work/NAME.log.
start() {
  local name=$1 deadline=$((SECONDS + 20)) ready
  shift
  "$work/mockportal" serve --addr 127.0.0.1:0 --log-level error "$@" >"$work/$name.out" 2>"$work/$name.log" &
  pids+=($!)
  until ready=$(grep '^{.*}$' "$work/$name.out"); do
    kill -0 "${pids[-1]}" 2>/dev/null || die "the server \"$name\" ended before it was ready"
    ((SECONDS < deadline)) || die "no ready line of the server \"$name\" after 20 s"
    sleep 0.05
  done
  # shellcheck disable=SC2034 # read by the callers
  urls[$name]=$(sed -n 's/.*"url":"\([^"]*\)".*/\1/p' <<<"$ready")
}

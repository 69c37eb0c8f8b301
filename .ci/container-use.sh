# shellcheck shell=bash disable=SC2034,SC2154 # it shares variables with what sources it
# Starts containers and calls them. It is sourced by .ci/container.sh.

readonly item=6489da7f08f045ac8c0a5b1de37d56fe
readonly purchaser=sWwd06TnJR4lHopc
readonly entitlements='{"maxUsers":10,"entitlements":{"standard":{"num":8},"advanced":{"num":2},"spatialAnalyst":{"num":2}}}'

# These limits and this runtime also work in an environment without higher limits and
# without cgroups version 2.
readonly locked_down=(--runtime runc --ulimit nofile=1024:1024 --ulimit nproc=1024:1024
  --read-only --cap-drop all --security-opt no-new-privileges --log-driver k8s-file)

# start [PODMAN FLAG…] -- [ARGUMENT…] starts a container on a free port of the
# loopback interface, waits for its ready line, and sets id, base and ready.
start() {
  local flags=() deadline=$((SECONDS + 20))
  while [[ $1 != -- ]]; do
    flags+=("$1")
    shift
  done
  shift
  id=$(podman run --detach --publish 127.0.0.1::8080 "${locked_down[@]}" "${flags[@]}" "$image" "$@")
  containers+=("$id")
  until ready=$(podman logs "$id" 2>/dev/null) && [[ -n $ready ]]; do
    [[ $(podman inspect --format '{{.State.Running}}' "$id") == true ]] || die "the container ended before it was ready"
    ((SECONDS < deadline)) || die "no ready line after 20 s"
    sleep 0.1
  done
  base=http://$(podman port "$id" 8080/tcp)
}

# run_once ARGUMENT… runs a command of the image to its end. It sets code, and writes
# the output to $work/stdout and $work/stderr.
run_once() {
  code=0
  podman run --rm "${locked_down[@]}" "$image" "$@" >"$work/stdout" 2>"$work/stderr" || code=$?
}

fetch() { curl --silent --show-error --max-time 10 "$@"; }
provision() { provision_at "$base/portal/sharing/rest" "$1"; }
# provision_at SHARING_URL TOKEN
provision_at() {
  fetch "$1/content/listings/$item/provisionOrgEntitlements" \
    --data f=json --data-urlencode "token=$2" --data "purchaserOrgId=$purchaser" \
    --data-urlencode "orgEntitlements=$entitlements"
}
future_license() { fetch "$base/portal/portaladmin/license/getFutureLicense?f=json&token=$1"; }

commands() {
  say "its commands:"
  run_once version
  expect "version ends with" 0 "$code"
  expect "version prints the VERSION of the build" "$version" "$(grep -oF "$version" "$work/stdout" || cat "$work/stdout")"
  run_once --no-such-flag
  expect "a wrong flag ends with" 2 "$code"
  expect "a wrong flag on stdout" "" "$(cat "$work/stdout")"
  [[ -s $work/stderr ]] || die "a wrong flag is not explained on stderr"
  run_once --scenario no-such-scenario
  expect "an unknown scenario ends with" 2 "$code"
  run_once healthcheck
  expect "healthcheck, where no server runs, ends with" 1 "$code"
}

serve() {
  say "serving, read-only, without capabilities:"
  start --
  is_ready_line trial admin admin-token
  is_locked_down
  is_healthy
  expect "/readyz" 200 "$(fetch --output /dev/null --write-out '%{http_code}' "$base/readyz")"
  answers admin-token
  expect "error code for a wrong token" 498 "$(future_license wrong | jq '.error.code')"
  expect "the last call, shown by the program in the container" '3 getFutureLicense - error 498 0 -' \
    "$(podman exec "$id" /mockportal calls | tail -n 1 | xargs)"
  keeps_pages_out
  stops_by_signal
}

# is_ready_line SCENARIO MEMBER TOKEN
is_ready_line() {
  expect "lines on stdout" 1 "$(wc -l <<<"$ready")"
  expect "the ready line names the scenario" "$1" "$(jq -r '.scenario' <<<"$ready")"
  expect "the ready line names a token" "$3" "$(jq -r --arg member "$2" '.tokens[$member]' <<<"$ready")"
  expect "the ready line names the URLs" true \
    "$(jq '[.url, .sharingUrl, .portalAdminUrl, .controlUrl] | all(type == "string" and startswith("http"))' <<<"$ready")"
}

# keeps_pages_out asks as a page in a browser would whose name was rebound to the container's address. The portal's own paths stay open.
keeps_pages_out() {
  local port=${base##*:}
  rebound() {
    fetch --resolve "rebound.example:$port:127.0.0.1" --output /dev/null --write-out '%{http_code}' "http://rebound.example:$port$1"
  }
  expect "the control API under a foreign name" 403 "$(rebound /__admin/scenarios)"
  expect "the portal under a foreign name" 200 "$(rebound '/sharing/rest/info?f=json')"
}

# is_locked_down checks the kernel's view, not the settings.
is_locked_down() {
  local status
  status=$(cat "/proc/$(pid)/status")
  expect "it runs as user" "65532 65532 65532 65532" "$(field Uid)"
  expect "it runs as group" "65532 65532 65532 65532" "$(field Gid)"
  expect "its capabilities" 0000000000000000 "$(field CapEff)"
}
field() { awk -v name="$1:" '$1 == name { $1 = ""; print substr($0, 2) }' <<<"$status"; }
pid() { podman inspect --format '{{.State.Pid}}' "$id"; }

is_healthy() {
  expect "the image has a health check" '["CMD","/mockportal","healthcheck"]' \
    "$(podman image inspect --format '{{json .HealthCheck.Test}}' "$image")"
  podman healthcheck run "$id" >/dev/null || die "the health check fails"
  expect "the health check" healthy "$(podman inspect --format '{{.State.Health.Status}}' "$id")"
}

# answers TOKEN
answers() {
  local answer
  answer=$(provision "$1")
  expect "provisionOrgEntitlements answers for the listing" "$item $purchaser" \
    "$(jq -r '"\(.itemId) \(.purchaserOrgId)"' <<<"$answer")"
  expect "provisionOrgEntitlements sets what was sent" true \
    "$(jq --argjson sent "$entitlements" '.orgEntitlements | del(.entitlementsModified) == $sent' <<<"$answer")"
  answer=$(future_license "$1")
  expect "getFutureLicense lists user types" true "$(jq '.userTypes | type == "array" and length > 0' <<<"$answer")"
  expect "getFutureLicense lists bundles, apps and extensions" true \
    "$(jq '[.appBundles, .apps, .extensions] | all(type == "array")' <<<"$answer")"
}

# stops_by_signal measures the process: podman takes longer to start than the process to stop.
stops_by_signal() {
  local process begin took
  process=$(pid)
  begin=${EPOCHREALTIME/[.,]/}
  as_root kill -TERM "$process"
  while [[ -e /proc/$process ]]; do
    took=$(((${EPOCHREALTIME/[.,]/} - begin) / 1000))
    ((took < 5000)) || die "still running 5 s after SIGTERM"
    sleep 0.01
  done
  took=$(((${EPOCHREALTIME/[.,]/} - begin) / 1000))
  ((took < 1000)) || die "SIGTERM took $took ms, at most 1000 are allowed"
  expect "SIGTERM stopped it (after $took ms) with code" 0 "$(podman wait "$id")"
  podman rm "$id" >/dev/null
}

# with_pack plays a scenario from the mounted pack.
with_pack() {
  say "with a pack of its own, mounted read-only:"
  mkdir -p "$work/pack/scenarios"
  cat >"$work/pack/scenarios/team.yaml" <<'EOF'
format: 1
summary: A team's own scenario, which gives the seller another token.
extends: trial
world:
  members:
    admin: { token: team-token }
EOF
  # The container runs as another user, but only the owner can read mktemp's folder.
  chmod 755 "$work" "$work/pack" "$work/pack/scenarios"
  chmod 644 "$work/pack/scenarios/team.yaml"
  start --volume "$work/pack:/pack:ro" -- serve --scenario team
  is_ready_line team admin team-token
  answers team-token
  expect "error code for the built-in token, which it replaces" 498 "$(future_license admin-token | jq '.error.code')"
  podman stop --time 10 "$id" >/dev/null
  expect "podman stop ended it with code" 0 "$(podman inspect --format '{{.State.ExitCode}}' "$id")"
  podman rm "$id" >/dev/null
}

# time_to_healthy prints figures and checks none. An engine runs the first health check
# after the interval; here it runs at once.
time_to_healthy() {
  local begin created ready_after
  begin=$(milliseconds)
  id=$(podman run --detach --publish 127.0.0.1::8080 "${locked_down[@]}" "$image")
  created=$(($(milliseconds) - begin))
  containers+=("$id")
  base=http://$(podman port "$id" 8080/tcp)
  until curl --silent --fail --max-time 1 --output /dev/null "$base/readyz"; do
    (($(milliseconds) - begin < 20000)) || die "not ready after 20 s"
    sleep 0.01
  done
  ready_after=$(($(milliseconds) - begin))
  until podman healthcheck run "$id" >/dev/null; do
    (($(milliseconds) - begin < 20000)) || die "not healthy after 20 s"
  done
  say "healthy $(($(milliseconds) - begin)) ms after podman run began: podman run took $created ms, /readyz answered after $ready_after ms;"
  say "  within the container, from its start to the ready line: $(started_within) ms"
  podman rm --force --time 0 "$id" >/dev/null
}
milliseconds() { printf '%s' $((${EPOCHREALTIME/[.,]/} / 1000)); }
# started_within compares the clock of the engine with the time of the log's first line.
started_within() {
  local started logged
  started=$(date -d "$(podman inspect --format '{{.State.StartedAt.Format "2006-01-02T15:04:05.000Z07:00"}}' "$id")" +%s%3N)
  logged=$(date -d "$(podman logs --timestamps "$id" 2>/dev/null | head -n 1 | cut -d' ' -f1)" +%s%3N)
  printf '%s' $((logged - started))
}

# emulated runs the image for the other architecture with a mounted emulator. That needs
# no support from the kernel.
emulated() {
  local arch=arm64 machine=aarch64 emulator
  [[ $native != arm64 ]] || { arch=amd64 machine=x86_64; }
  say "the image for linux/$arch, emulated:"
  has_command "qemu-$machine-static" || need_packages qemu-user-static || {
    skip "running the image for linux/$arch" "$why"
    return
  }
  emulator=$(type -P "qemu-$machine-static")
  local image flags
  image=$(named "$arch")
  flags=(--platform "linux/$arch" --volume "$emulator:/emulator:ro" --entrypoint '["/emulator", "/mockportal"]')
  expect "version says" "mockportal $version ($(go env GOVERSION), linux/$arch)" \
    "$(podman run --rm "${locked_down[@]}" "${flags[@]}" "$image" version)"
  start "${flags[@]}" --
  is_ready_line trial admin admin-token
  podman exec "$id" /emulator /mockportal healthcheck >/dev/null || die "the health check fails"
  answers admin-token
  podman stop --time 10 "$id" >/dev/null
  expect "podman stop ended it with code" 0 "$(podman inspect --format '{{.State.ExitCode}}' "$id")"
  podman rm "$id" >/dev/null
}

# by_control mounts nothing. It sends the scenario to the control API, which requires a
# token here.
by_control() {
  say "with a scenario sent over the control API:"
  start --env MOCKPORTAL_CONTROL_TOKEN=control-secret --
  local MOCKPORTAL_SANDBOX MOCKPORTAL_SHARING_URL MOCKPORTAL_PORTALADMIN_URL MOCKPORTAL_TOKEN
  send_scenario examples/ci/scenario.json
  expect "without the control token it ends with" 1 "$code"
  expect "without the control token it prints" "" "$(cat "$work/stdout")"
  export MOCKPORTAL_CONTROL_TOKEN=control-secret
  sed 's/"extends"/"extents"/' examples/ci/scenario.json >"$work/faulty.json"
  send_scenario "$work/faulty.json"
  expect "a faulty scenario ends with" 1 "$code"
  expect "the server says where the fault is" "$(grep -n extents "$work/faulty.json" | cut -d: -f1):3: unknown key \"extents\"" \
    "$(grep -oE '[0-9]+:3: unknown key "extents"' "$work/stderr")"
  send_scenario examples/ci/scenario.json job-1
  expect "the scenario is taken" 0 "$code"
  expect "it prints the names" "MOCKPORTAL_PORTALADMIN_URL MOCKPORTAL_SANDBOX MOCKPORTAL_SHARING_URL MOCKPORTAL_TOKEN" \
    "$(cut -d= -f1 "$work/stdout" | LC_ALL=C sort | paste -sd' ')"
  # shellcheck disable=SC1091 # written by the script
  source "$work/stdout"
  plays_what_was_sent
  unset MOCKPORTAL_CONTROL_TOKEN
  podman rm --force --time 0 "$id" >/dev/null
}
# send_scenario FILE [ID] sets code, and writes the output to $work/stdout and $work/stderr.
send_scenario() {
  code=0
  MOCKPORTAL_URL=$base sh examples/ci/send-scenario.sh "$@" >"$work/stdout" 2>"$work/stderr" || code=$?
}
plays_what_was_sent() {
  local url="$MOCKPORTAL_PORTALADMIN_URL/license/getFutureLicense?f=json&token=$MOCKPORTAL_TOKEN"
  expect "the sandbox" job-1 "$MOCKPORTAL_SANDBOX"
  expect "its rule holds for one call" "429 200" \
    "$(fetch --output /dev/null --write-out '%{http_code} ' "$url")$(fetch --output /dev/null --write-out '%{http_code}' "$url")"
  expect "expectations unmet so far" 1 "$(sandbox | jq '.unmet | length')"
  expect "its purchaser" "Acme Ltd" "$(provision_at "$MOCKPORTAL_SHARING_URL" "$MOCKPORTAL_TOKEN" | jq -r .purchaserFullName)"
  expect "unmet expectations and violations at its end" '[[],0]' "$(sandbox --request DELETE | jq -c '[.unmet, .violations]')"
  expect "the sandbox is gone" 404 "$(sandbox --output /dev/null --write-out '%{http_code}')"
}
sandbox() { fetch --header "Authorization: Bearer $MOCKPORTAL_CONTROL_TOKEN" "$base/__admin/sandboxes/job-1" "$@"; }

#!/usr/bin/env bash
# Builds the image of the Dockerfile, and uses it as a user would: starts it locked
# down, calls both operations, mounts a pack, stops it.
#
# It needs no daemon and no registry: buildah and podman come from Debian, and the
# base image is made from the Go of this machine, unless GO_IMAGE names another one.
#
#   GO_IMAGE=golang:1.26   build on this image instead
#   CI_ALLOW_SKIP=1        a failed installation of the tools is a loud skip, not a failure
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=.ci/lib.sh
source .ci/lib.sh

readonly max_size=15000000
readonly image=localhost/mockportal:ci-$$
readonly item=6489da7f08f045ac8c0a5b1de37d56fe
readonly purchaser=sWwd06TnJR4lHopc
readonly entitlements='{"maxUsers":10,"entitlements":{"standard":{"num":8},"advanced":{"num":2},"spatialAnalyst":{"num":2}}}'

work=$(mktemp -d)
containers=()
built=

# shellcheck disable=SC2329 # called by the trap
clean_up() {
  local code=$? id
  trap - EXIT
  for id in "${containers[@]}"; do
    # A container that is still there after a failure has something to say.
    if ((code != 0)) && podman container exists "$id" 2>/dev/null; then
      printf -- '--- the log of container %.12s:\n' "$id" >&2
      podman logs "$id" >&2 || true
    fi
    podman rm --force --time 0 "$id" >/dev/null 2>&1 || true
  done
  if [[ -n $built ]]; then
    podman rmi --force "$image" >/dev/null 2>&1 || true
  fi
  # Through sudo, the build leaves files there that are root's.
  rm -rf "$work" 2>/dev/null || as_root rm -rf "$work" || true
  exit "$code"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

buildah() { as_root buildah "$@"; }
# Without systemd podman complains, at level error, that nobody will run the health
# checks by the clock. It says what truly fails as its own last word, not in this log.
podman() { as_root podman --log-level fatal "$@"; }

# --- the tools -----------------------------------------------------------------

# install_tools installs what is missing, all at once.
install_tools() {
  local missing=() pair
  for pair in buildah:buildah podman:podman runc:runc iptables:iptables curl:curl jq:jq; do
    has_command "${pair%%:*}" || missing+=("${pair#*:}")
  done
  # The base image has nothing but this shell in it, so it must be a static one.
  if [[ -z ${GO_IMAGE-} ]] && ! is_static busybox; then
    missing+=(busybox-static)
  fi
  ((${#missing[@]} == 0)) || need_packages "${missing[@]}"
}
# iptables and the like live in folders that are not on everybody's PATH.
has_command() { PATH=$PATH:/usr/sbin:/sbin type -P "$1" >/dev/null; }
is_static() { has_command "$1" && ! ldd "$(type -P "$1")" >/dev/null 2>&1; }

tools() {
  local tried=0
  can_be_root || {
    skip "the container" "building and running it takes root or a sudo that asks for no password"
    exit 0
  }
  install_tools || tried=$?
  case $tried in
    0) ;;
    1)
      skip "the container" "$why"
      exit 0
      ;;
    *)
      [[ -n ${CI_ALLOW_SKIP-} ]] || die "no container tools: $why (CI_ALLOW_SKIP=1 makes this a skip)"
      skip "the container" "$why"
      exit 0
      ;;
  esac
  say "$(buildah --version); $(podman --version); $(runc --version | head -n 1)"
}

# --- the image -----------------------------------------------------------------

# base_image makes localhost/golang:1.26, which `FROM golang:1.26` finds without a
# registry. It is kept for the next run, and made anew when the machine's Go changes.
base_image() {
  if [[ -n ${GO_IMAGE-} ]]; then
    go_image=$GO_IMAGE
    return
  fi
  go_image=localhost/golang:1.26
  local version goroot root
  version=$(go env GOVERSION)
  [[ $version == go1.26* ]] || say "note: the base image takes the place of golang:1.26, but this machine has $version"
  if [[ $(podman image inspect --format '{{index .Labels "mockportal.go"}}' "$go_image" 2>/dev/null) == "$version" ]]; then
    say "base image: $go_image with $version, made earlier"
    return
  fi
  goroot=$(go env GOROOT)
  root=$work/base
  mkdir -p "$root"/{bin,tmp,root,go,etc/ssl/certs,usr/local/go}
  chmod 1777 "$root/tmp"
  (cd "$goroot" && cp -RL bin src pkg lib VERSION go.env "$root/usr/local/go/")
  cp "$(type -P busybox)" "$root/bin/busybox"
  local applet
  for applet in $("$root/bin/busybox" --list); do
    [[ $applet == busybox ]] || ln -sf busybox "$root/bin/$applet"
  done
  [[ ! -e /etc/ssl/certs/ca-certificates.crt ]] || cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
  echo 'root:x:0:0::/root:/bin/sh' >"$root/etc/passwd"
  cat >"$work/Dockerfile.base" <<'EOF'
FROM scratch
COPY . /
ENV PATH=/usr/local/go/bin:/go/bin:/bin GOPATH=/go GOTOOLCHAIN=local
WORKDIR /go
EOF
  buildah bud --quiet --isolation chroot --format docker --label "mockportal.go=$version" \
    --file "$work/Dockerfile.base" --tag "$go_image" "$root" >/dev/null
  rm -rf "$root"
  say "base image: $go_image, made from this machine's $version"
}

build() {
  go mod download
  local build_cache=$work/go-build
  # Root may use the build cache of this machine; through sudo it would leave files
  # there that their owner cannot remove.
  ((EUID != 0)) || build_cache=$(go env GOCACHE)
  mkdir -p "$build_cache"
  built=1
  buildah bud --quiet --isolation chroot --format docker --pull-never \
    --volume "$(go env GOMODCACHE)/cache/download:/modules:ro" \
    --volume "$build_cache:/root/.cache/go-build" \
    --build-arg GOPROXY=file:///modules \
    --build-arg GO_IMAGE="$go_image" \
    --build-arg VERSION="$version" \
    --tag "$image" . >/dev/null || die "the Dockerfile does not build"
}

weigh() {
  local size layers
  size=$(podman image inspect --format '{{.Size}}' "$image")
  layers=$(podman image inspect --format '{{len .RootFS.Layers}}' "$image")
  say "image: $(megabytes "$size") in $layers layer(s)"
  podman history --format '{{.Size}}\t{{.CreatedBy}}' "$image" | cut -c1-110
  ((size <= max_size)) || die "the image has $size bytes, at most $max_size are allowed"
}
megabytes() { printf '%d.%d MB' $(($1 / 1000000)) $(($1 % 1000000 / 100000)); }

# contents: nothing but the binary and the empty folder for a pack.
contents() {
  local id files
  id=$(podman create "$image")
  containers+=("$id")
  files=$(podman export "$id" | tar -t | LC_ALL=C sort)
  # Some versions of podman add the mount points that every container gets.
  files=$(grep -vxE '(dev|etc|proc|run|sys)/.*' <<<"$files" || true)
  expect "the files in the image" $'mockportal\npack/' "$files"
  podman rm "$id" >/dev/null
}

# --- using it ------------------------------------------------------------------

checked=0
# expect WHAT WANT GOT
expect() {
  [[ $2 == "$3" ]] || die "$1: want $(printf %q "$2"), got $(printf %q "$3")"
  checked=$((checked + 1))
  say "  ok: $1: ${2//$'\n'/, }"
}

# The limits and the runtime are those that also work inside a sandbox that allows
# neither higher limits nor cgroups of version 2.
readonly locked_down=(--runtime runc --ulimit nofile=1024:1024 --ulimit nproc=1024:1024
  --read-only --cap-drop all --security-opt no-new-privileges --log-driver k8s-file)

# start [PODMAN FLAG…] -- [ARGUMENT…] starts a container on a free port of the
# loopback interface, and waits for its ready line: sets id, base and ready.
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

# run_once ARGUMENT… runs a command of the image to its end: sets code, and writes
# its output to $work/stdout and $work/stderr.
run_once() {
  code=0
  podman run --rm "${locked_down[@]}" "$image" "$@" >"$work/stdout" 2>"$work/stderr" || code=$?
}

fetch() { curl --silent --show-error --max-time 10 "$@"; }
provision() {
  fetch "$base/portal/sharing/rest/content/listings/$item/provisionOrgEntitlements" \
    --data f=json --data-urlencode "token=$1" --data "purchaserOrgId=$purchaser" \
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

# is_locked_down asks the kernel, not the settings.
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

# stops_by_signal times the process itself: starting podman takes longer than stopping.
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

# with_pack plays a scenario that only the mounted pack has.
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
  # The container's user is nobody here: mktemp's folder is for its owner alone.
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

tools
version=$(git describe --always --dirty 2>/dev/null || echo unknown)-ci
base_image
build
weigh
contents
commands
serve
with_pack
say "container: $checked checks passed"

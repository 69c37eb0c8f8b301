#!/usr/bin/env bash
# Tests the two Go modules under examples/ as their users would. They are separate
# modules, outside ./... and the go.mod of the main module.
#
# examples/testcontainers needs a container engine: the one that docker reaches,
# otherwise podman behind a socket of this script.
#
#   CI_ALLOW_SKIP=1        skip if the tools cannot be installed, instead of failing
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=.ci/lib.sh
source .ci/lib.sh

# The tests must not see the caller's settings for the program.
# shellcheck disable=SC2086,SC2046 # a list of names
unset ${!MOCKPORTAL_@}
export LC_ALL=C
# Results are not cached: Go does not notice another container engine.
export GOFLAGS="${GOFLAGS-} -count=1"

readonly image=localhost/mockportal:example-go-$$
readonly start_within=20 # seconds
work=$(mktemp -d)
# Not podman.sock: with that name testcontainers looks for a network "podman", which
# podman lists as "bridge", and creates a network that stays behind.
socket=$work/engine.sock
service= # the process that answers on the socket
engine=  # docker or podman, once the image is built by it

# shellcheck disable=SC2329 # called by the trap
clean_up() {
  local code=$? id
  trap - EXIT
  if [[ -n $engine ]]; then
    # An interrupted test leaves its containers behind.
    for id in $("$engine" ps --all --quiet --filter "ancestor=$image"); do
      "$engine" rm --force "$id" >/dev/null 2>&1 || true
    done
    "$engine" rmi --force "$image" >/dev/null 2>&1 || true
  fi
  if [[ -n $service ]]; then
    as_root kill "$service" 2>/dev/null || true
    wait "$service" 2>/dev/null || true
  fi
  rm -rf "$work" 2>/dev/null || as_root rm -rf "$work" || true
  exit "$code"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# These limits and this runtime also work in an environment without higher limits and
# without cgroups version 2, as in .ci/container.sh.
cat >"$work/containers.conf" <<'EOF'
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
log_driver = "k8s-file"
[engine]
runtime = "runc"
EOF
rootly=(env "CONTAINERS_CONF=$work/containers.conf")
((EUID == 0)) || rootly=(sudo -n "${rootly[@]}")
podman() { "${rootly[@]}" podman --log-level fatal "$@"; }

# --- the modules -----------------------------------------------------------------

# sound FOLDER checks a module without running it. The module is the current folder.
sound() {
  local unformatted
  go mod verify
  go mod tidy -diff
  unformatted=$(gofmt -l .)
  [[ -z $unformatted ]] || die "examples/$1: not formatted by gofmt: $unformatted"
  go vet ./...
}

c_compiler() {
  local cc
  cc=$(go env CC)
  command -v "${cc%% *}" >/dev/null || need_packages gcc libc6-dev || die "go test -race needs a C compiler: $why"
}

# --- the container -----------------------------------------------------------------

# find_engine sets engine. If there is none and none can be installed, it skips and leaves engine empty.
find_engine() {
  local tried=0 found=
  if command -v docker >/dev/null && docker info >/dev/null 2>&1; then
    found=docker
  elif can_be_root; then
    install_podman || tried=$?
    ((tried != 0)) || found=podman
  else
    why="no engine answers, and starting one takes root or a sudo that asks for no password"
  fi
  if [[ -n $found ]]; then
    build "$found"
  elif ((tried == 2)) && [[ -z ${CI_ALLOW_SKIP-} ]]; then
    die "no container tools: $why (CI_ALLOW_SKIP=1 makes this a skip)"
  else
    skip "running examples/testcontainers" "$why"
  fi
}

install_podman() {
  local missing=() tool
  for tool in buildah podman runc iptables; do
    # iptables is in a folder that is not on every PATH.
    PATH=$PATH:/usr/sbin:/sbin type -P "$tool" >/dev/null || missing+=("$tool")
  done
  ((${#missing[@]} == 0)) || need_packages "${missing[@]}"
}

# build ENGINE builds the image of the Dockerfile without its first stage: the binary is
# built here. .ci/container.sh builds both stages.
build() {
  local context=$work/image
  mkdir -p "$context/pack"
  CGO_ENABLED=0 go build -trimpath -o "$context/mockportal" ./cmd/mockportal
  sed -n '/^FROM scratch/,$ s|^COPY --from=build /out/ /$|COPY . /|; /^FROM scratch/,$ p' Dockerfile >"$work/Dockerfile"
  grep -qx 'COPY . /' "$work/Dockerfile" || die "the last stage of the Dockerfile is not as this script knows it"
  engine=$1
  case $engine in
    docker) docker build --quiet --file "$work/Dockerfile" --tag "$image" "$context" >/dev/null ;;
    podman)
      as_root buildah bud --quiet --isolation chroot --format docker \
        --file "$work/Dockerfile" --tag "$image" "$context" >/dev/null
      serve
      ;;
  esac
  say "image: $image, built by $engine"
}

# serve starts podman's service, which has docker's API.
serve() {
  local deadline=$((SECONDS + start_within))
  "${rootly[@]}" podman --log-level fatal system service --time 0 "unix://$socket" >"$work/service.log" 2>&1 &
  service=$!
  until [[ -S $socket ]]; do
    kill -0 "$service" 2>/dev/null || die "podman system service has ended: $(cat "$work/service.log")"
    ((SECONDS < deadline)) || die "podman system service does not answer after $start_within s"
    sleep 0.1
  done
  ((EUID == 0)) || as_root chmod a+rw "$socket"
  export DOCKER_HOST=unix://$socket
  # testcontainers would pull another image to clean up. clean_up does that here.
  export TESTCONTAINERS_RYUK_DISABLED=true
}

# contained runs the tests and the examples, and fails if one was skipped.
contained() {
  local log=$work/test.log
  MOCKPORTAL_IMAGE=$image go test -v ./... >"$log" 2>&1 || {
    cat "$log"
    die "examples/testcontainers"
  }
  grep -E '^ *(--- |ok )' "$log"
  ! grep -qE '^ *--- SKIP|^SKIPPED' "$log" || die "an engine is there, but tests were skipped: $(grep -E -m 1 '^SKIPPED|SKIP' "$log")"
  grep -q '^--- PASS: ExampleRun ' "$log" || die "the examples were not run"
}

say "examples/go:"
(
  cd examples/go
  sound go
  c_compiler
  CGO_ENABLED=1 go test -race ./...
)
say "examples/testcontainers:"
(cd examples/testcontainers && sound testcontainers)
find_engine
if [[ -n $engine ]]; then
  (cd examples/testcontainers && contained)
else
  (cd examples/testcontainers && go test ./...)
fi

#!/usr/bin/env bash
# The two Go modules under examples/, as their users have them: modules of their own,
# which neither ./... of the main module nor its go.mod knows.
#
# examples/testcontainers is run where a container engine is: the one that docker
# reaches, else podman behind a socket of this script's own.
#
#   CI_ALLOW_SKIP=1        a failed installation of the tools is a loud skip, not a failure
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=.ci/lib.sh
source .ci/lib.sh

# The caller's own settings for the program must not decide what the tests see.
# shellcheck disable=SC2086,SC2046 # a list of names
unset ${!MOCKPORTAL_@}
export LC_ALL=C
# A result is never taken from an earlier run: Go does not see that another engine is asked.
export GOFLAGS="${GOFLAGS-} -count=1"

readonly image=localhost/mockportal:example-go-$$
readonly start_within=20 # seconds
work=$(mktemp -d)
# Not podman.sock: by that name testcontainers looks for a network "podman", which
# podman lists as "bridge", and makes a network of its own that stays.
socket=$work/engine.sock
service= # the process that answers on the socket
engine=  # docker or podman, once the image is built by it

# shellcheck disable=SC2329 # called by the trap
clean_up() {
  local code=$? id
  trap - EXIT
  if [[ -n $engine ]]; then
    # A test that was ended leaves its containers behind.
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

# The limits and the runtime are those that also work inside a sandbox that allows
# neither higher limits nor cgroups of version 2, as in .ci/container.sh.
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

# sound FOLDER checks a module without running it. Called in it.
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

# find_engine sets engine; when there is none and none can be had, it says so and leaves it empty.
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
    # iptables and the like live in folders that are not on everybody's PATH.
    PATH=$PATH:/usr/sbin:/sbin type -P "$tool" >/dev/null || missing+=("$tool")
  done
  ((${#missing[@]} == 0)) || need_packages "${missing[@]}"
}

# build ENGINE makes the image of the Dockerfile, but for its first stage: the binary is
# built here. .ci/container.sh builds all of it.
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

# serve starts podman's own service, which speaks as docker does.
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
  # The watchman of testcontainers is an image of its own, from a registry; clean_up does without.
  export TESTCONTAINERS_RYUK_DISABLED=true
}

# contained runs the tests and the examples, and holds that none of them was skipped.
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

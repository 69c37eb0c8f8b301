#!/usr/bin/env bash
# Builds the images of the Dockerfile and uses them as a user would: it starts a
# locked-down container, calls both operations, mounts a pack, sends a scenario and stops
# it. Then it runs the container examples, and the other suites against a container.
#
# It needs no daemon and no registry: buildah and podman come from Debian, and the base
# image is made from the Go of this machine, unless GO_IMAGE names another image.
#
#   GO_IMAGE=golang:1.26   build on this image instead
#   CI_ARTIFACTS=DIR       keep the bills of materials there; otherwise they are checked and deleted
#   CI_ALLOW_SKIP=1        skip if the tools cannot be installed, instead of failing
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=.ci/lib.sh
source .ci/lib.sh
# shellcheck source=.ci/container-tools.sh
source .ci/container-tools.sh
# shellcheck source=.ci/container-image.sh
source .ci/container-image.sh
# shellcheck source=.ci/container-use.sh
source .ci/container-use.sh
# shellcheck source=.ci/container-examples.sh
source .ci/container-examples.sh

# The containers must not see the caller's settings for the program.
# shellcheck disable=SC2086 # a list of names
unset ${!MOCKPORTAL_@}

work=$(mktemp -d)
containers=()
images=()

# shellcheck disable=SC2329 # called by the trap
clean_up() {
  local code=$? id
  trap - EXIT
  for id in "${containers[@]}"; do
    # After a failure, show the logs of the containers that still exist.
    if ((code != 0)) && podman container exists "$id" 2>/dev/null; then
      printf -- '--- the log of container %.12s:\n' "$id" >&2
      podman logs --tail 50 "$id" >&2 || true
    fi
    podman rm --force --time 0 "$id" >/dev/null 2>&1 || true
  done
  compose_down
  for id in "${images[@]}"; do
    podman rmi --force "$id" >/dev/null 2>&1 || true
  done
  # With sudo the build leaves files of root there.
  rm -rf "$work" 2>/dev/null || as_root rm -rf "$work" || true
  exit "$code"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

checked=0
ok() {
  checked=$((checked + 1))
  say "  ok: $*"
}
# expect WHAT WANT GOT
expect() {
  [[ $2 == "$3" ]] || die "$1: want $(printf %q "$2"), got $(printf %q "$3")"
  ok "$1: ${2//$'\n'/, }"
}

tools
version=$(git describe --always --dirty 2>/dev/null || echo unknown)-ci
revision=$(git rev-parse HEAD 2>/dev/null || echo unknown)
native=$(go env GOHOSTARCH)
image=localhost/mockportal:ci-$$-$native
base_image
for arch in amd64 arm64; do
  build "$arch"
done
for arch in amd64 arm64; do
  say "the image for linux/$arch:"
  weigh "$arch"
  contents "$arch"
  is_built_for "$arch"
  labels "$arch"
  environment "$arch"
  bill_of_materials "$arch"
done
commands
serve
time_to_healthy
emulated
with_pack
by_control
pipelines
compose
client_suites
say "container: $checked checks passed"

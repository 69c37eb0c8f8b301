# shellcheck shell=bash disable=SC2034,SC2154 # it shares variables with what sources it
# The tools of .ci/container.sh. It is sourced, not run.

# The checkers are built outside go.mod, and kept for the next run.
readonly cyclonedx_gomod=v1.7.0
readonly actionlint=v1.7.12

buildah() { as_root buildah "$@"; }
# Without systemd podman logs an error: nothing runs the health checks. Real failures are
# in the last line of its output, not in this log.
podman() { as_root podman --log-level fatal "$@"; }

# install_tools installs all missing tools at once.
install_tools() {
  local missing=() pair
  for pair in buildah:buildah podman:podman runc:runc iptables:iptables curl:curl jq:jq; do
    has_command "${pair%%:*}" || missing+=("${pair#*:}")
  done
  # The base image contains only this shell, so the shell must be static.
  if [[ -z ${GO_IMAGE-} ]] && ! is_static busybox; then
    missing+=(busybox-static)
  fi
  ((${#missing[@]} == 0)) || need_packages "${missing[@]}"
}
# iptables is in a folder that is not on every PATH.
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

# python_tools installs the Python programs of container-requirements.txt, once for each
# version of that file, and sets python to their folder.
python_tools() {
  local folder
  folder=$tools_folder/container-$(sha256sum .ci/container-requirements.txt | cut -c1-16)
  python=$folder/bin
  [[ ! -e $folder/complete ]] || return 0
  say "installing the Python tools (once) …"
  python_folder "$folder" .ci/container-requirements.txt
  touch "$folder/complete"
}

# python_folder FOLDER REQUIREMENTS
python_folder() {
  rm -rf "$1"
  python3 -m venv "$1" >"$work/venv.log" 2>&1 || {
    need_packages python3 python3-venv || die "$why"
    python3 -m venv "$1"
  }
  "$1/bin/pip" install --quiet --disable-pip-version-check --requirement "$2"
}

# shellcheck shell=bash
# What the scripts in this folder share. It is sourced, not run.

say() { printf '%s\n' "$*"; }

# die MESSAGE ends the script with one clear line.
die() {
  printf 'FAILED: %s\n' "$*" >&2
  exit 1
}

# skip WHAT REASON says loudly that something was not done, and leaves a note for
# the table at the end of .ci/run.
skip() {
  printf '\n!!! SKIPPED: %s, because %s\n\n' "$1" "$2"
  if [[ -n ${CI_NOTES-} ]]; then
    printf 'SKIPPED: %s, because %s\n' "$1" "$2" >>"$CI_NOTES"
  fi
}

# as_root COMMAND… runs it as root, by sudo where needed; can_be_root says whether it could.
can_be_root() { ((EUID == 0)) || sudo -n true 2>/dev/null; }
as_root() {
  if ((EUID == 0)); then
    command "$@"
  else
    sudo -n "$@"
  fi
}

# need_packages PACKAGE… installs Debian packages. When that cannot be tried here it
# says why in $why and returns 1; when it was tried and failed, it returns 2.
need_packages() {
  why=
  command -v apt-get >/dev/null || {
    why="this system has no apt-get to install $* with"
    return 1
  }
  can_be_root || {
    why="installing $* takes root or a sudo that asks for no password"
    return 1
  }
  say "installing $* …"
  local log
  log=$(mktemp)
  # The package lists are fetched only when the install fails without: a new machine
  # has none, or old ones.
  if ! apt_install "$@" >"$log" 2>&1; then
    if ! { as_root apt-get update -q && apt_install "$@"; } >"$log" 2>&1; then
      tail -n 20 "$log"
      rm -f "$log"
      # shellcheck disable=SC2034 # read by the callers
      why="apt-get could not install $* (its last lines stand above)"
      return 2
    fi
  fi
  rm -f "$log"
}
apt_install() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"
}

# allowed_skip WHAT REASON ends the script with a loud skip where the caller allows one, else as a failure.
allowed_skip() {
  [[ -n ${CI_ALLOW_SKIP-} ]] || die "no $1: $2 (CI_ALLOW_SKIP=1 makes this a skip)"
  skip "$1" "$2"
  exit 0
}

# packages_for WHAT PACKAGE… installs Debian packages; where that cannot be tried here it is a loud skip.
packages_for() {
  local what=$1 tried=0
  shift
  need_packages "$@" || tried=$?
  case $tried in
    0) ;;
    1)
      skip "$what" "$why"
      exit 0
      ;;
    *) allowed_skip "$what" "$why" ;;
  esac
}

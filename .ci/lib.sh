# shellcheck shell=bash
# Functions for the scripts in this folder. It is sourced, not run.

say() { printf '%s\n' "$*"; }

# die MESSAGE prints one line and ends the script with an error.
die() {
  printf 'FAILED: %s\n' "$*" >&2
  exit 1
}

# skip WHAT REASON prints that a check was skipped, and notes it for the table of
# .ci/run.
skip() {
  printf '\n!!! SKIPPED: %s, because %s\n\n' "$1" "$2"
  if [[ -n ${CI_NOTES-} ]]; then
    printf 'SKIPPED: %s, because %s\n' "$1" "$2" >>"$CI_NOTES"
  fi
}

# What takes long to install is kept here for the next run.
tools_folder=${XDG_CACHE_HOME:-$HOME/.cache}/mockportal-ci

# go_tool NAME PACKAGE MODULE VERSION builds a tool once for each version of it and of Go,
# and sets tool. The checksum database verifies the sources. A module of its own gets the
# exact version, without a query for other versions. It needs a folder $work.
go_tool() {
  tool=$tools_folder/$1-$4-$(go env GOVERSION)
  mkdir -p "$tools_folder"
  [[ ! -x $tool ]] || return 0
  say "building $1 $4 (once) …"
  # shellcheck disable=SC2154 # set by the callers
  local folder=$work/$1
  mkdir -p "$folder"
  (
    cd "$folder"
    go mod init tool
    go mod edit -require "$3@$4"
    env GOFLAGS=-mod=mod GOWORK=off go build -o "$folder/built" "$2"
  ) >"$work/build.log" 2>&1 || {
    tail -n 5 "$work/build.log" >&2
    die "$1 $4 cannot be built"
  }
  mv "$folder/built" "$tool"
}

# as_root COMMAND… runs a command as root, with sudo if needed. can_be_root tells whether that is possible.
can_be_root() { ((EUID == 0)) || sudo -n true 2>/dev/null; }
as_root() {
  if ((EUID == 0)); then
    command "$@"
  else
    sudo -n "$@"
  fi
}

# need_packages PACKAGE… installs Debian packages. It sets $why and returns 1 if it
# cannot try, and 2 if it tried and failed.
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
  # The package lists are fetched only if the installation fails without them: a new
  # machine has none, or old ones.
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

# allowed_skip WHAT REASON ends the script: with a skip if CI_ALLOW_SKIP allows it, otherwise with a failure.
allowed_skip() {
  [[ -n ${CI_ALLOW_SKIP-} ]] || die "no $1: $2 (CI_ALLOW_SKIP=1 makes this a skip)"
  skip "$1" "$2"
  exit 0
}

# packages_for WHAT PACKAGE… installs Debian packages. If it cannot try, it skips.
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

# block LANGUAGE PAGE prints the page's block in a language, of which it has one.
block() {
  local found
  found=$(sed -n "/^\`\`\`$1\$/,/^\`\`\`\$/{/^\`\`\`/d;p;}" "$2")
  [[ -n $found ]] || die "$2 has no block in $1"
  printf '%s\n' "$found"
}

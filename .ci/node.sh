# shellcheck shell=bash
# Runs the suites of examples for Node.js, with servers of serve.sh. It is sourced, after lib.sh.

# shellcheck source=.ci/serve.sh
source .ci/serve.sh

# node_tools EXAMPLE installs Node.js and what else a suite and its script need.
node_tools() {
  local missing=() pair
  for pair in node:nodejs npm:npm jq:jq curl:curl; do
    command -v "${pair%%:*}" >/dev/null || missing+=("${pair#*:}")
  done
  ((${#missing[@]} == 0)) || packages_for "examples/$1" "${missing[@]}"
  (($(node --print 'process.versions.node.split(".")[0]') >= 18)) ||
    allowed_skip "examples/$1" "it needs Node.js 18 or later, here is $(node --version)"
  say "node $(node --version), npm $(npm --version 2>/dev/null)"
}

# copy_example EXAMPLE copies its files, those that are not committed too, to $work/examples.
copy_example() {
  mkdir -p "$work/examples"
  git ls-files -z --cached --others --exclude-standard "examples/$1" | while IFS= read -r -d '' file; do
    [[ ! -e $file ]] || cp --parents "$file" "$work"
  done
}

# node_packages EXAMPLE installs the packages of a copied example.
node_packages() {
  (cd "$work/examples/$1" && npm ci --no-audit --no-fund --loglevel=error) || allowed_skip "examples/$1" "npm ci failed (see above)"
}

# suite EXAMPLE WHAT MIN runs the suite of a copied example. It fails with fewer than MIN passed tests, so a suite that finds no tests
# cannot pass.
suite() {
  local example=$1 what=$2 min=$3 passed
  (cd "$work/examples/$example" && timeout 300 node --test --test-reporter=tap) >"$work/tap" 2>"$work/tap.err" || {
    grep -A 30 '^ *not ok' "$work/tap" || cat "$work/tap" "$work/tap.err"
    die "examples/$example $what"
  }
  passed=$(awk '/^# pass /{print $3}' "$work/tap")
  ((passed >= min)) || die "examples/$example $what: only $passed tests passed, at least $min are expected"
  say "$what: $passed tests passed, $(awk '/^# skipped /{print $3}' "$work/tap") skipped"
}

# nothing_left fails if a server has sandboxes: a test that does not delete its sandbox leaves it behind.
nothing_left() {
  local url left
  for url in "${urls[@]}"; do
    left=$(curl --silent --fail --insecure --max-time 10 "$url/__admin/sandboxes" | jq --compact-output .sandboxes)
    [[ $left == '["default"]' ]] || die "sandboxes are left on the server: $left"
  done
}

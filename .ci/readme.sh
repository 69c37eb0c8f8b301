#!/usr/bin/env bash
# Runs what README.md tells a newcomer to run.
#
# Every command, file and answer comes from README.md. The script fails at a block or a
# command that it does not know, so that every example is tested. It works on a copy of
# the tree, with uncommitted changes, and writes nothing into the tree.
#
# The README's server listens on the default port 8080, which must be free.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=.ci/lib.sh
source .ci/lib.sh

readonly port=8080
readonly module_path=github.com/mockportal/mockportal
readonly max_lines=12     # of the test that the README shows
readonly start_within=120 # seconds; the first start compiles
readonly stop_within=5    # seconds

# The caller's settings for the program and for curl must not count.
# shellcheck disable=SC2086 # a list of names
unset ${!MOCKPORTAL_@}
export LC_ALL=C

work=$(mktemp -d)
checkout=$work/mockportal # by this name, as the README's replace wants it
server=                   # the process group of the README command that serves
mkdir "$work/tmp" "$work/blocks"
export TMPDIR=$work/tmp # what go run leaves when it is killed goes with the rest
export CURL_HOME=$work  # what a newcomer needs no options for: see tools

# shellcheck disable=SC2329 # called by the trap
clean_up() {
  local code=$?
  trap - EXIT
  if [[ -n $server ]]; then
    if ((code != 0)); then
      printf -- '--- what the server wrote:\n' >&2
      cat "$work/stdout" "$work/stderr" >&2 || true
    fi
    kill -KILL -- "-$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
  fi
  rm -rf "$work"
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
# expect_part WHAT PART TEXT
expect_part() {
  [[ $3 == *"$2"* ]] || die "$1 has no $2: $3"
  ok "$1 has $2"
}

# as_written COMMANDS runs commands as if typed, one after another, until one fails.
as_written() { bash -euo pipefail -c "$1"; }

# run WHAT FOLDER COMMANDS runs commands in a folder and sets output. They must succeed.
run() {
  output=$(cd "$2" && as_written "$3" 2>&1) || {
    printf '%s\n' "$output" >&2
    die "$1 (its output stands above)"
  }
}

# --- tools -------------------------------------------------------------------------

tools() {
  local pair missing=()
  command -v go >/dev/null || die "there is no Go on the PATH"
  for pair in curl:curl git:git ps:procps diff:diffutils; do
    command -v "${pair%%:*}" >/dev/null || missing+=("${pair#*:}")
  done
  ((${#missing[@]} == 0)) || need_packages "${missing[@]}" || die "$why"
  # The README's calls are unchanged, but a status other than 2xx is a failure here.
  printf '%s\n' fail silent show-error 'max-time = 10' 'noproxy = "*"' >"$work/.curlrc"
  cat >"$work/json.go" <<'EOF'
// Prints the JSON value that is standard input: keys sorted, a member a line.
package main

import (
	"encoding/json"
	"errors"
	"io"
	"log"
	"os"
)

func main() {
	in, out := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	in.UseNumber()
	out.SetIndent("", "  ")
	var value, more any
	if err := in.Decode(&value); err != nil {
		log.Fatal(err)
	}
	if err := in.Decode(&more); !errors.Is(err, io.EOF) {
		log.Fatal("something follows the value")
	}
	if err := out.Encode(value); err != nil {
		log.Fatal(err)
	}
}
EOF
  go build -o "$work/json" "$work/json.go"
}

# as_json WHAT TEXT sets json to the JSON value of the text, in normal form.
as_json() {
  json=$("$work/json" <<<"$2" 2>"$work/why") || die "$1 is not a JSON value ($(<"$work/why")): $2"
}

# same WHAT WANT GOT compares line by line and shows the differences.
same() {
  diff -U 2 --label README <(printf '%s\n' "$2") --label "what came" <(printf '%s\n' "$3") >&2 ||
    die "$1 (the difference stands above)"
}

# fresh_checkout copies the working tree, without ignored files.
fresh_checkout() {
  local file
  git clone --quiet --no-checkout . "$checkout"
  git -C "$checkout" reset --quiet
  git ls-files -z --cached --others --exclude-standard |
    while read -r -d '' file; do
      # git lists deleted files too.
      [[ ! -e $file ]] || printf '%s\0' "$file"
    done |
    tar --create --null --files-from - | tar --extract --directory "$checkout"
  before=$(status)
}
status() { git -C "$checkout" status --porcelain --untracked-files=all; }

# --- the README --------------------------------------------------------------------

# read_readme writes each fenced block to blocks/N, its language to N.lang, its line to
# N.line and the last line of text before it to N.before; and each command between
# backquotes in the text to a line of blocks/inline.
read_readme() {
  awk -v folder="$work/blocks/" '
    function unreadable() { print NR ": " $0; bad = 1 }
    function put(what, text) { print text > (folder n what); close(folder n what) }
    !open && /^```[a-z]*$/ {
      open = 1; n++
      put(".lang", substr($0, 4)); put(".line", NR); put(".before", before)
      printf "" > (folder n)
      next
    }
    open && /^```$/ { open = 0; close(folder n); next }
    open { print > (folder n); next }
    /^(    |\t)/ || /^ *(```|~~~)/ { unreadable() }
    NF { before = $0 }
    {
      spans = split($0, span, "`")
      if (spans > 0 && spans % 2 == 0) unreadable()
      for (i = 2; i <= spans; i += 2)
        if (span[i] ~ /(^|[ \/])(bash|curl|docker|git|go|mockportal) ./) print span[i] > (folder "inline")
    }
    END {
      print n + 0 > (folder "count")
      if (open) unreadable()
      exit bad
    }' "$checkout/README.md" >"$work/unreadable" ||
    die "README.md has code that .ci/readme.sh cannot read, in line $(head -n 1 "$work/unreadable")"
  blocks=$(<"$work/blocks/count")
}

declare -A number=() # of the block with this name
declare -A known=()  # by number: the name of the block; by text: the command in the text
declare -A used=()   # likewise, once it has been run

# know NAME LANGUAGE PATTERN names the first block that matches.
know() {
  local n
  for ((n = 1; n <= blocks; n++)); do
    # shellcheck disable=SC2053 # a pattern
    if [[ -z ${known[$n]-} && $(<"$work/blocks/$n.lang") == "$2" && $(<"$work/blocks/$n") == $3 ]]; then
      number[$1]=$n
      known[$n]=$1
      return
    fi
  done
  die "README.md has no $2 block like $3 any more, which .ci/readme.sh wants to run"
}

# know_all names all blocks and all commands in the text. A new one must be added here and run below.
know_all() {
  know docker sh 'docker build *'
  know serve sh 'go run ./cmd/mockportal'
  know call sh 'curl *listings/*'
  know answer json '{"itemId":*'
  know test go 'func Test*'
  know scenario yaml 'format: 1*'
  know error json '{"error":*'
  know pack sh '*mockportal check *'
  know module sh 'go mod edit *'
  know commands text 'mockportal *'
  know sandboxes sh 'curl *__admin/sandboxes -d *'
  know control sh 'curl *__admin*'
  know expected yaml 'expect:*'
  know verify sh 'go run ./cmd/mockportal verify *'
  know unmet text 'the expectation is unmet*'
  known['go test ./...']=1
  known['go doc github.com/mockportal/mockportal/mock']=1
  known['mockportal list fixtures']=1
  known['mockportal calls 2 --as curl']=1
  known['mockportal run -- npm test']=1
  known['docker build --platform linux/arm64 -t mockportal .']=1
  known['docker run --rm -p 8080:8080 -v ./acme:/pack:ro mockportal serve --scenario acme']=1
  each_block known
  each_command known
}

# each_block ARRAY and each_command ARRAY fail unless the array has all of the README's.
each_block() {
  local -n have=$1
  local n
  for ((n = 1; n <= blocks; n++)); do
    [[ -n ${have[$n]-} ]] ||
      die "README block $n is not run by .ci/readme.sh ($(<"$work/blocks/$n.lang"), line $(<"$work/blocks/$n.line"): $(head -n 1 "$work/blocks/$n"))"
  done
}
each_command() {
  local -n have=$1
  local command
  while read -r command; do
    [[ -n ${have[$command]-} ]] || die "README command \`$command\` is not run by .ci/readme.sh"
  done <"$work/blocks/inline"
}

# take NAME sets text to a block and marks it as used.
take() {
  text=$(<"$work/blocks/${number[$1]}")
  used[${number[$1]}]=1
}
# take_command TEXT marks a command in the text as used. The README must have it.
take_command() {
  grep -qxF -e "$1" "$work/blocks/inline" || die "README.md has no command \`$1\` any more, which .ci/readme.sh wants to run"
  text=$1
  # shellcheck disable=SC2034 # read by each_command
  used[$1]=1
}

# path_of NAME sets path to the file name of a block: the last one in the text before it.
path_of() {
  local before
  before=$(<"$work/blocks/${number[$1]}.before")
  [[ $before =~ \`([a-z0-9./-]+)\`:$ ]] || die "the README does not end its text before block ${number[$1]} with the name of a file: $before"
  path=${BASH_REMATCH[1]}
  [[ $path != /* && $path != *..* ]] || die "the README's file $path is not in the checkout"
}

# --- a server ----------------------------------------------------------------------

# start WHAT COMMANDS runs a server in the checkout, waits for its ready line and sets ready.
start() {
  local deadline=$((SECONDS + start_within))
  port_is_free || die "port $port of 127.0.0.1, which the README's commands use, is taken on this machine"
  : >"$work/stdout" # of an earlier one
  # Job control gives the server its own process group.
  set -m
  (cd "$checkout" && exec bash -euo pipefail -c "$2") >"$work/stdout" 2>"$work/stderr" &
  server=$!
  set +m
  until ready=$(grep '^{.*}$' "$work/stdout"); do
    kill -0 "$server" 2>/dev/null || die "$1 ended before it was ready"
    ((SECONDS < deadline)) || die "$1: no ready line after $start_within s"
    sleep 0.05
  done
  as_json "the ready line" "$ready"
  ok "$1: ready"
  expect_part "the ready line" "\"url\":\"http://127.0.0.1:$port\"" "$ready"
}
port_is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; }

# stop sends SIGTERM to the program itself: after a signal, go run exits with its own
# code.
stop() {
  local deadline=$((SECONDS + stop_within)) code=0
  kill -TERM "$(program)"
  while kill -0 "$server" 2>/dev/null; do
    ((SECONDS < deadline)) || die "still running $stop_within s after SIGTERM"
    sleep 0.02
  done
  wait "$server" || code=$?
  expect "SIGTERM stopped it with code" 0 "$code"
  server=
  port_is_free || die "something still listens on port $port after SIGTERM"
}
# program prints the id of the process that go run started.
program() {
  ps -A -o pid= -o pgid= -o comm= |
    awk -v group="$server" '$2 == group && $3 ~ /(^|\/)mockportal$/ { print $1; n++ } END { exit n != 1 }' ||
    die "no single process mockportal runs in the group of the README's command"
}

# --- the checks --------------------------------------------------------------------

accepted() {
  say "proven elsewhere, accepted as they stand here:"
  take docker
  expect "by .ci/container.sh" 'docker build -t mockportal . && docker run --rm -p 8080:8080 mockportal' "$text"
  take_command 'docker build --platform linux/arm64 -t mockportal .'
  ok "by .ci/container.sh: $text"
  take_command 'docker run --rm -p 8080:8080 -v ./acme:/pack:ro mockportal serve --scenario acme'
  ok "by .ci/container.sh: $text"
  take_command 'go test ./...'
  ok "by .ci/run: $text"
}

first_call() {
  local call
  say "serving, and the first call:"
  take serve
  start "$text" "$text"
  take call
  call=$text
  run "the README's call" "$checkout" "$call"
  take answer
  is_answer "$output" "$text"
  journal "$call"
  stop
}

# is_answer GOT WANT
is_answer() {
  local got
  as_json "the answer" "$1"
  got=$json
  as_json "the README's answer" "$2"
  same "the answer is not the README's answer" "$json" "$got"
  ok "the answer is, as JSON, the README's"
  same "the answer is the README's JSON, but not its text" "$2" "$1"
  ok "the answer is, as text, the README's"
}

# journal CALL misspells a parameter of the call, so that the README's calls of the
# control API show a violation.
journal() {
  local misspelt=${1/purchaserOrgId/purchaserOrgID} line calls=0
  [[ $misspelt != "$1" ]] || die "the README's call has no purchaserOrgId to misspell"
  run "the misspelt call" "$checkout" "$misspelt"
  sandboxes
  say "what came, over HTTP, after a misspelt call:"
  take control
  while read -r line; do
    run "$line" "$checkout" "$line"
    as_json "the answer to $line" "$output"
    ok "$line: JSON"
    shows "$line"
    calls=$((calls + 1))
  done <<<"$text"
  expect "calls of the control API" "$(grep -c __admin <<<"$text")" "$calls"
  verified
  repeated "$misspelt"
}

# verified checks the README's expectations, which are unmet, as the README says.
verified() {
  local name want code=0
  path_of expected
  name=$path
  take expected
  printf '%s\n' "$text" >"$checkout/$name"
  take unmet
  want=$text
  take verify
  [[ $text == *" $name" ]] || die "the README verifies something else than $name: $text"
  output=$(cd "$checkout" && as_written "$text" 2>&1) || code=$?
  expect "the exit code of $text" 1 "$code"
  same "the explanation is not the README's" "$want" "${output%$'\n'exit status 1}"
  ok "the explanation is the README's, word for word"
  rm "$checkout/$name"
}

# repeated runs the command that repeats the misspelt call, and expects the same answer.
repeated() {
  local want again
  run "the misspelt call" "$checkout" "$1"
  want=$output
  take_command 'mockportal calls 2 --as curl'
  PATH=$work/bin:$PATH run "$text" "$checkout" "$text"
  again=$output
  MOCKPORTAL_TOKEN=admin-token run "what $text prints" "$checkout" "$again"
  expect "the answer to the repeated call" "$want" "$output"
}

# sandboxes creates a sandbox, advances its clock, breaks its next answer, resets and deletes it.
sandboxes() {
  local line calls=0
  say "a sandbox, from its making to its end:"
  take sandboxes
  while read -r line; do
    run "$line" "$checkout" "$line"
    as_json "the answer to $line" "$output"
    case $line in
      *DELETE*) expect_part "the answer" '"calls":0' "$output" ;;
      */sandboxes\ *) expect_part "the answer" '"token":"admin-token.my-test"' "$output" ;;
      */clock*) expect_part "the answer" '"now":"2016-08-22T16:48:37Z"' "$output" ;;
      */rules*) expect_part "the answer" '{"ids":["rule-1"]}' "$output" ;;
      */reset*) expect_part "the answer" '"now":"2016-07-22T16:48:37Z"' "$output" ;;
      *) die "README line $line: .ci/readme.sh does not know what it is for" ;;
    esac
    ok "$line"
    calls=$((calls + 1))
  done <<<"$text"
  expect "calls that make and end a sandbox" "$(grep -c __admin <<<"$text")" "$calls"
}

# shows LINE checks the output of the command on that line of the README.
shows() {
  case $1 in
    */calls*)
      expect_part "the answer" '"total":1,' "$output"
      expect_part "the answer" 'did you mean \"purchaserOrgId\"?' "$output"
      ;;
    */world*) expect_part "the answer" '"purchaserUsername":"jsmith"' "$output" ;;
    */scenarios*) expect_part "the answer" '"name":"trial"' "$output" ;;
    *) die "README line $1: .ci/readme.sh does not know what it is for" ;;
  esac
}

# a_suite runs the README's command with a fake npm that calls the portal once.
a_suite() {
  say "a suite in another language:"
  # shellcheck disable=SC2016 # for the shell of that script
  printf '%s\n' '#!/bin/sh' '[ "$*" = test ]' 'curl "$MOCKPORTAL_PORTALADMIN_URL/license/getFutureLicense?f=json&token=$MOCKPORTAL_TOKEN"' >"$work/bin/npm"
  chmod +x "$work/bin/npm"
  take_command 'mockportal run -- npm test'
  PATH=$work/bin:$PATH run "$text" "$work" "$text"
  rm "$work/bin/npm"
  expect_part "the suite's own output" '{"userTypes":' "$output"
  expect_part "the summary" 'mockportal: 1 call (1 licensing)' "$output"
}

# examples checks that the README lists each folder under examples, with its lines of code.
examples() {
  local row folder lines rows=0
  say "the examples:"
  while read -r row; do
    [[ $row =~ ^\|\ \[(examples/[a-z]+)\].*\|\ ([0-9]+)\ \|$ ]] || die "README row without a folder and a number of lines: $row"
    folder=${BASH_REMATCH[1]}
    lines=$(git -C "$checkout" ls-files -z "$folder" "$folder.yaml" | tr '\0' '\n' | grep -v /testdata/ | grep -E '\.(go|js|py|sh|ya?ml)$' |
      (cd "$checkout" && xargs cat) | wc -l)
    expect "the lines of $folder" "$lines" "${BASH_REMATCH[2]}"
    rows=$((rows + 1))
  done < <(grep -E '^\| \[examples/' "$checkout/README.md")
  expect "the README's rows of examples" "$(find "$checkout/examples" -mindepth 1 -maxdepth 1 -type d | wc -l)" "$rows"
}

# commands checks that the README lists exactly the commands of --help.
commands() {
  local named offered
  say "the commands:"
  take commands
  named=$(sed -nE 's/^mockportal \[?([a-z]+)\]?( .*)?$/\1/p' <<<"$text")
  expect "lines of the README's list" "$(wc -l <<<"$text")" "$(wc -l <<<"$named")"
  run "mockportal --help" "$checkout" "$work/bin/mockportal --help"
  offered=$(sed -nE '/^Commands:/,/^[^ C]/s/^  ([a-z]+)( .*)?$/\1/p' <<<"$output")
  expect "the commands of mockportal --help" "$(sort <<<"$named")" "$(sort <<<"$offered")"

  take_command 'mockportal list fixtures'
  PATH=$work/bin:$PATH run "$text" "$checkout" "$text"
  expect "the kinds of evidence in $text" $'assumed\ndocumented\nobserved' \
    "$(awk 'NR > 1 { print $2 }' <<<"$output" | sort -u)"
}

pack() {
  local name written=''
  say "a pack:"
  for name in scenario error; do
    path_of "$name"
    take "$name"
    mkdir -p "$(dirname "$checkout/$path")"
    printf '%s\n' "$text" >"$checkout/$path"
    written+="?? $path"$'\n'
    ok "wrote $path"
  done
  replaces "$path" "$text"

  take pack
  start "${text//$'\n'/; }" "$text"
  output=$(head -n 1 "$work/stdout")
  [[ $output == 'ok: '* ]] || die "want ok, got $output"
  ok "the check says $output"
  expect_part "the ready line" '"scenario":"acme"' "$ready"
  take call
  run "the README's call" "$checkout" "$text"
  as_json "the answer" "$output"
  expect_part "the answer" '"purchaserUsername":"acme"' "$output"
  expect_part "the answer" '"purchaserFullName":"Acme Ltd"' "$output"
  stop
  output=$(status | grep -vxF -e "${written%$'\n'}" || true)
  [[ $output == "$before" ]] || die "the README's commands have left something in the checkout:"$'\n'"$output"
  ok "git status shows the two files of the pack, and nothing else that was not there"
}

# replaces PATH TEXT checks that the fixture with this path in a pack replaces a built-in
# one, and that its text is TEXT.
replaces() {
  local name=${1#*/fixtures/} built_in got
  name=${name%.json}
  run "show $name, built in" "$checkout" "$work/bin/mockportal show $name"
  as_json "the built-in fixture $name" "$output"
  built_in=$json
  run "show $name, with the pack" "$checkout" "$work/bin/mockportal show --pack ${1%%/*} $name"
  as_json "the fixture $name" "$output"
  got=$json
  as_json "the README's fixture" "$2"
  [[ $json != "$built_in" ]] || die "the README's fixture $name is the built-in one: it shows nothing"
  same "the fixture $name is not the README's" "$json" "$got"
  ok "$name has the README's text, with the pack only"
}

go_test() {
  local module=$work/yours file=provision_test.go lines hook='# write the test, then'
  say "in a Go test, from a module of its own:"
  take test
  lines=$(wc -l <<<"$text")
  ((lines <= max_lines)) || die "the README's test has $lines lines, at most $max_lines are allowed"
  expect "the README's test functions" 1 "$(grep -c '^func ' <<<"$text")"
  ok "its lines: $lines, at most $max_lines are allowed"
  test_file >"$work/$file"

  mkdir "$module"
  run "go mod init" "$module" "go mod init example.com/yours"
  take module
  [[ $'\n'$text$'\n' == *$'\n'"$hook"$'\n'* ]] || die "the README's commands no longer say where to write the test: $hook"
  run "the README's commands for a Go test" "$module" "${text/"$hook"/cp ../$file .}"
  is_tested "${text//$'\n'/; }"

  take_command "go doc $module_path/mock"
  run "$text" "$module" "$text"
  expect_part "$text" 'func NewServer(' "$output"

  run "go mod vendor" "$module" "go mod vendor"
  run "the test with vendor" "$module" "go test -mod=vendor ./..."
  is_tested "go mod vendor; go test -mod=vendor ./..."
  output=$(go -C "$module" list -mod=vendor -f '{{.Dir}}' "$module_path/mock")
  expect "with vendor, the package comes from" "vendor/$module_path/mock" "${output#"$module/"}"

  misspelt "$module" "$file"
}

# is_tested COMMANDS fails if go test ran no test, because go test does not.
is_tested() {
  grep -qE $'^ok  \texample\\.com/yours\t([0-9.]+s|\\(cached\\))$' <<<"$output" || die "$1: no test was run: $output"
  ok "$1: the test passes"
}

# test_file prints the README's test with what it leaves out: the package clause, the
# imports, and two names, with the values of the README's call.
test_file() {
  local test=$text call item entitlements
  take call
  call=$text
  [[ $call =~ listings/([0-9a-f]+)/ ]] || die "the README's call names no item"
  item=${BASH_REMATCH[1]}
  [[ $call =~ orgEntitlements=([^\'\`]+)\' ]] || die "the README's call has no orgEntitlements"
  entitlements=${BASH_REMATCH[1]}
  cat <<EOF
package yours_test

import (
	"net/url"
	"testing"

	"$module_path/mock"
)

const (
	item         = "$item"
	entitlements = \`$entitlements\`
)

$test
EOF
}

# misspelt MODULE FILE checks that a misspelt parameter fails the test, and that the
# server's message, not the README's own, suggests the right name.
misspelt() {
  sed '/"f"/s/"purchaserOrgId"/"purchaserOrgID"/' "$work/$2" >"$1/$2"
  ! cmp -s "$work/$2" "$1/$2" || die "the README's test has no purchaserOrgId to misspell"
  ! output=$(go -C "$1" test ./... 2>&1) || die "the test passes with purchaserOrgID in place of purchaserOrgId"
  expect_part "the test fails with purchaserOrgID, and what it says" 'did you mean "purchaserOrgId"?' \
    "$(grep -v 'calls: ' <<<"$output")"
}

tools
fresh_checkout
read_readme
know_all
say "README.md: $blocks blocks and $(sort -u "$work/blocks/inline" | wc -l) commands in the text, all known here"
accepted
go -C "$checkout" build -o "$work/bin/mockportal" ./cmd/mockportal
first_call
commands
a_suite
examples
pack
go_test
# All known blocks and commands must have been used.
each_block used
each_command used
say "README: $checked checks passed"

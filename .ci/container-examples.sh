# shellcheck shell=bash disable=SC2034,SC2154 # it shares variables with what sources it
# Runs the examples that need a container. It is sourced by .ci/container.sh.

# pipelines checks the CI files with linters. Then it runs the steps of their test jobs
# against the service container of the job.
pipelines() {
  say "the pipelines:"
  python_tools
  go_tool actionlint github.com/rhysd/actionlint/cmd/actionlint github.com/rhysd/actionlint "$actionlint"
  "$tool" examples/ci/github-actions.yml || die "actionlint refuses github-actions.yml"
  judge vendor.gitlab-ci examples/ci/gitlab-ci.yml
  start --
  mkdir "$work/job"
  ln -s "$PWD" "$work/job/mockportal"
  github_job
  gitlab_job
  podman rm --force --time 0 "$id" >/dev/null
}

# judge SCHEMA FILE checks a file with a schema from check-jsonschema.
judge() {
  "$python/check-jsonschema" --quiet --builtin-schema "$1" "$2" || die "$2 breaks its schema"
  ok "$2 keeps the schema $1"
}

# as_json FILE
as_json() {
  "$python/python" -c 'import json, ruamel.yaml, sys
json.dump(ruamel.yaml.YAML(typ="safe").load(open(sys.argv[1])), sys.stdout)' "$1"
}

# github_job runs each step like the runner: with bash -e, and with GITHUB_ENV from
# earlier steps.
github_job() {
  local steps step
  steps=$(as_json examples/ci/github-actions.yml | jq -c '.jobs.test.steps[] | select(.run)')
  : >"$work/job/env"
  while read -r step <&3; do
    in_job bash --noprofile --norc -eo pipefail -c "set -a; . ./env; set +a"$'\n'"$(jq -r .run <<<"$step")"
    ok "GitHub's step does: $(jq -r .name <<<"$step")"
  done 3<<<"$steps"
  expect "the steps with commands" 3 "$(wc -l <<<"$steps")"
}

# gitlab_job runs the lines of the script in one shell, like the runner.
gitlab_job() {
  as_json examples/ci/gitlab-ci.yml | jq -r '.test.script | "set -e", .[]' >"$work/job/script"
  in_job sh ./script
  expect "the lines of GitLab's script" 4 "$(as_json examples/ci/gitlab-ci.yml | jq '.test.script | length')"
}
in_job() {
  (cd "$work/job" && MOCKPORTAL_URL=$base GITHUB_ENV=$work/job/env "$@" >"$work/job/log" 2>&1) || {
    cat "$work/job/log" >&2
    die "a step of the pipeline fails"
  }
}

# compose starts examples/compose.yaml. podman-compose waits for a healthy service only
# from podman 4.6 on, and podman needs systemd for health checks. So this starts
# mockportal first and runs the health check itself.
compose() {
  say "compose:"
  python_tools
  judge vendor.compose-spec examples/compose.yaml
  expect "the application waits until the double is" service_healthy \
    "$(as_json examples/compose.yaml | jq -r '.services.app.depends_on.mockportal.condition')"
  expect "the health check is the image's" "$(property "$native" 'json .HealthCheck' | jq -cS .)" "$(compose_health)"
  dns || {
    skip "running examples/compose.yaml" "$why"
    return
  }
  app_image=localhost/mockportal-app:ci-$$
  (cd examples/compose && go vet .)
  build_image "$app_image" examples/compose
  composed=1
  too_early
  run_composed
  compose_down
}

# too_early proves that compose must wait: the application does not wait by itself.
too_early() {
  local app
  podman_compose up --no-build --no-deps --detach app >"$work/compose.log" 2>&1 || compose_failed
  app=$(container_of app)
  expect "without the double the application ends with" 1 "$(podman wait "$app")"
  expect "it says" "upcoming: the portal does not answer" "$(podman logs "$app" 2>&1 | grep -oE '^upcoming: [a-z ]+')"
  podman_compose down >>"$work/compose.log" 2>&1 || compose_failed
}

run_composed() {
  local app deadline=$((SECONDS + 20))
  podman_compose up --no-build --detach mockportal >"$work/compose.log" 2>&1 || compose_failed
  id=$(container_of mockportal)
  until podman healthcheck run "$id" >/dev/null; do
    ((SECONDS < deadline)) || compose_failed
    sleep 0.1
  done
  expect "the double is" healthy "$(podman inspect --format '{{.State.Health.Status}}' "$id")"
  podman_compose up --no-build --no-deps --detach app >>"$work/compose.log" 2>&1 || compose_failed
  app=$(container_of app)
  expect "the application ends with" 0 "$(podman wait "$app")"
  expect "the application prints what its README says" \
    "$(awk '/^```/ { shown = $0 == "```text"; next } shown' examples/compose/README.md)" "$(podman logs "$app")"
  base=http://$(podman port "$id" 8080/tcp)
  expect "the double saw" '[["getFutureLicense","ok","none"]]' \
    "$(fetch "$base/__admin/sandboxes/default/calls" |
      jq -c '[.calls[] | [.operation, .outcome, (if .violations == [] then "none" else "some" end)]]')"
}
compose_failed() {
  cat "$work/compose.log" >&2
  die "examples/compose.yaml does not run"
}

# compose_health prints the health check of the file in the form of an image, in nanoseconds.
compose_health() {
  as_json examples/compose.yaml | jq -cS '.services.mockportal.healthcheck
    | def ns: rtrimstr("s") | tonumber * 1000000000;
      { Test: .test, Interval: (.interval | ns), Timeout: (.timeout | ns), Retries: .retries }'
}

# dns installs a plugin. With old versions of podman, containers need it to find each other by name.
dns() {
  [[ $(podman info --format '{{.Host.NetworkBackend}}') == cni ]] || return 0
  [[ -e /usr/lib/cni/dnsname || -e /usr/libexec/cni/dnsname ]] ||
    need_packages golang-github-containernetworking-plugin-dnsname
}

composed=
# The same runtime and limits as above, in a file, because compose starts podman.
podman_compose() {
  cat >"$work/containers.conf" <<'EOF'
[engine]
runtime = "runc"
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
log_driver = "k8s-file"
EOF
  as_root env CONTAINERS_CONF="$work/containers.conf" MOCKPORTAL_IMAGE="$image" APP_IMAGE="$app_image" MOCKPORTAL_PORT= \
    "$python/podman-compose" --in-pod false --project-name "mockportal-ci-$$" --file examples/compose.yaml "$@"
}
container_of() {
  podman ps --all --quiet --filter "label=com.docker.compose.project=mockportal-ci-$$" \
    --filter "label=com.docker.compose.service=$1"
}
compose_down() {
  [[ -n $composed ]] || return 0
  podman_compose down --timeout 1 >/dev/null 2>&1 || true
  composed=
}

# client_suites runs the suites of examples/ from a clean checkout against the published
# port of one container. The log at level debug has a line for each call, so this notices
# a suite that called another server.
client_suites() {
  local suite
  for suite in node python; do
    if [[ ! -d examples/$suite ]]; then
      skip "the suite examples/$suite" "there is no such folder"
      continue
    fi
    say "examples/$suite against the published port:"
    mkdir -p "$work/suites"
    git ls-files -z --cached --others --exclude-standard "examples/$suite" |
      tar --null --files-from - -cf - | tar -C "$work/suites" -xf -
    start -- --log-level debug
    "${suite}_suite" "$work/suites/examples/$suite"
    local calls
    calls=$(podman logs "$id" 2>&1 | grep -c 'msg=call' || true)
    ((calls > 0)) || die "examples/$suite passed without a call to the container"
    expect "examples/$suite passed, with $calls calls; the container still runs" true \
      "$(podman inspect --format '{{.State.Running}}' "$id")"
    podman rm --force --time 0 "$id" >/dev/null
  done
}

# in_suite FOLDER COMMAND… shows the output if the command fails.
in_suite() {
  (cd "$1" && shift && MOCKPORTAL_URL=$base MOCKPORTAL_CONTROL_URL=$base/__admin "$@" >"$work/suite.log" 2>&1) || {
    cat "$work/suite.log" >&2
    die "a suite of examples/ fails against the container"
  }
}
# node_suite FOLDER
node_suite() {
  has_command npm || need_packages nodejs npm || die "$why"
  in_suite "$1" npm ci --no-audit --no-fund
  in_suite "$1" npm test
  grep -E '^(# |ℹ )(tests|pass|fail) ' "$work/suite.log" | paste -sd' '
}
# python_suite FOLDER
python_suite() {
  python_folder "$work/suites/venv" "$1/requirements.txt"
  in_suite "$1" "$work/suites/venv/bin/python" -m pytest --quiet -rs
  grep '^SKIPPED' "$work/suite.log" || true
  tail -n 1 "$work/suite.log"
}

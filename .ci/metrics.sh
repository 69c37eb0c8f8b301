#!/usr/bin/env bash
# promtool, Prometheus' own checker, reads /metrics before and after calls, and must find nothing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=.ci/lib.sh
source .ci/lib.sh
# shellcheck source=.ci/serve.sh
source .ci/serve.sh

# promtool_command sets promtool. The Debian package is only unpacked: installed, it would start a Prometheus.
promtool_command() {
  promtool=$(type -P promtool) && return
  command -v apt-get >/dev/null || {
    skip "the check of /metrics" "this system has neither promtool nor an apt-get to get it with"
    exit 0
  }
  mkdir -p "$work/deb"
  download || { as_root apt-get update -q && download; } >"$work/apt.log" 2>&1 || die "apt-get could not download prometheus"
  dpkg-deb --extract "$work"/deb/prometheus_*.deb "$work/deb"
  promtool=$work/deb/usr/bin/promtool
}
download() { (cd "$work/deb" && apt-get download -q prometheus) >"$work/apt.log" 2>&1; }

# check WHAT
check() {
  curl --silent --show-error --fail --max-time 10 --header 'Authorization: Bearer control-token' "${urls[plain]}/metrics" >"$work/metrics"
  "$promtool" check metrics <"$work/metrics" || die "promtool has found something in /metrics, $1"
  say "promtool: nothing found in $(grep -vc '^#' "$work/metrics") time series, $1"
}

command -v curl >/dev/null || need_packages curl || die "$why"
promtool_command
say "$("$promtool" --version | head -n 1)"
build
start plain --control-token control-token
check "before any call"
license='portal/portaladmin/license/getFutureLicense?f=json'
for path in "$license&token=admin-token" "$license" nowhere; do
  curl --silent --show-error --max-time 10 --output /dev/null "${urls[plain]}/$path"
done
check "after calls"
grep -qx 'mockportal_calls_total{operation="getFutureLicense",outcome="ok"} 1' "$work/metrics" || die "the calls are not counted"

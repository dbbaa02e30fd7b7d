#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-only
# sh tests/run.sh [--all | --sanitize]
# Installs what the tests need, builds with gcc in build/ (or $BUILD) and runs
# every test. --all, or CI=true, adds the sanitizer builds: clang with address
# and undefined, then with thread; --sanitize runs these alone.
# The last line is the sum: N passed, N failed, N skipped.
set -eu
cd "$(dirname "$0")/.."

plain=true sanitize=false still=
[ "${CI:-}" = true ] && sanitize=true
case ${1:-} in
'') ;;
--all) sanitize=true ;;
--sanitize) plain=false sanitize=true ;;
*) sed -n '3,7s/^# //p' "$0"; exit 2 ;;
esac

packages='curl openssl ffmpeg clang-format mandoc man-db systemd python3
  tmux snmpd snmptrapd snmp libsnmp-base smitools python3-jsonschema prometheus
  gnuplot-nox'
players='vlc-bin vlc-plugin-base vlc-plugin-access-extra mplayer mpv
  libxine2-bin libxine2-ffmpeg libxine2-misc-plugins libxine2-dev libmms-dev
  gstreamer1.0-tools gstreamer1.0-plugins-base gstreamer1.0-plugins-good
  gstreamer1.0-plugins-ugly gstreamer1.0-libav'
# mailutils is a mailx for nagios4-core that brings no mail server
monitoring='monitoring-plugins-basic monitoring-plugins-standard prometheus
  prometheus-snmp-exporter mailutils nagios4-core icinga2-bin
  postgresql-15 zabbix-server-pgsql zabbix-frontend-php php-cli php-pgsql'
browser='chromium chromium-driver fonts-dejavu-core'
compilers='clang libclang-rt-14-dev llvm'
$plain && packages="$packages $players $browser $monitoring"
$sanitize && packages="$packages $compilers"
# shellcheck disable=SC2086
sh data/prepare.sh $packages

# Tests wait more than they compute.
MESON_TESTTHREADS=${MESON_TESTTHREADS:-$((2 * $(nproc)))}
export MESON_TESTTHREADS

passed=0 failed=0 skipped=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
: >"$work/names"

# number LABELS: the sum of these lines of meson's summary
number ()
{
  awk -F: -v labels="^($1)\$" '$1 ~ labels { sum += $2 } END { print sum + 0 }' "$work/log"
}

# run NAME COMMAND...: its output is shown and kept in $work/log
run ()
{
  name=$1
  shift
  printf '\n==> %s: %s\n' "$name" "$*"
  { "$@" 2>&1 && echo 0 >"$work/status" || echo 1 >"$work/status"; } </dev/null | tee "$work/log"
  [ "$(cat "$work/status")" = 0 ]
}

# stage NAME FOLDER TEST-OPTIONS -- SETUP-OPTIONS
stage ()
{
  name=$1 folder=$2 options=
  shift 2
  while [ "$1" != -- ]; do
    options="$options $1"
    shift
  done
  shift
  if [ ! -f "$folder/build.ninja" ] && ! run "$name" meson setup "$folder" "$@"; then
    failed=$((failed + 1))
    return
  fi
  if ! run "$name" meson compile -C "$folder"; then
    failed=$((failed + 1))
    return
  fi
  # shellcheck disable=SC2086
  if run "$name" $still meson test -C "$folder" --no-rebuild --print-errorlogs $options; then
    bad=0
  else
    bad=1
  fi
  passed=$((passed + $(number 'Ok|Expected Fail')))
  skipped=$((skipped + $(number Skipped)))
  counted=$(number 'Fail|Unexpected Pass|Timeout')
  awk -v stage="$name" '/^ *[0-9]+\/[0-9]+ .* (FAIL|TIMEOUT|ERROR|UNEXPECTEDPASS) / && !seen[$1]++ { print stage ": " $0 }
    /^(not ok|Bail out)/ { print "  " $0 }' "$work/log" >>"$work/names"
  [ "$counted" -gt "$bad" ] && bad=$counted
  failed=$((failed + bad))
}

if $plain; then
  stage gcc "${BUILD:-build}" -- --buildtype=debugoptimized
fi
if $sanitize; then
  export CC=clang
  ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1
  UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
  export ASAN_OPTIONS UBSAN_OPTIONS
  stage address,undefined build-asan \
    --no-suite players --no-suite page --no-suite lint --no-suite bench \
    --no-suite monitoring --timeout-multiplier 4 -- \
    -Db_sanitize=address,undefined -Db_lundef=false
  # Its shadow memory collides with addresses that some kernels choose.
  setarch -R true 2>/dev/null && still='setarch -R'
  stage thread build-tsan \
    --suite unit --suite session --suite model --suite integration --timeout-multiplier 6 -- \
    -Db_sanitize=thread -Db_lundef=false
fi

[ "$failed" -eq 0 ] || { printf '\nfailed:\n' && cat "$work/names"; }
printf '\n%s passed, %s failed, %s skipped\n' "$passed" "$failed" "$skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]

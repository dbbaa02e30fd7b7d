#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-only
# sh tests/fresh/demo.sh
# For a machine nobody has touched: `sh data/demo.sh` installs, builds and
# serves, and ffmpeg decodes five seconds of it in every way a player may ask.
set -eu
cd "$(dirname "$0")/../.."
. tests/fresh/check.sh
began=$(date +%s)
timeout 900 sh data/demo.sh >/tmp/demo.log 2>&1 &
demo=$!
sh data/prepare.sh curl ffmpeg
if ! wait_for 600 sh -c "! kill -0 $demo || curl -fsS http://127.0.0.1:8087/healthz" ||
  ! kill -0 $demo; then
  tail -n 40 /tmp/demo.log
  check 'the demo answers' false
  finish
fi
echo "from nothing to a healthy demo: $(($(date +%s) - began)) s"
check 'the demo prints what to open' grep -q 'mmsh://.*/streams/demo' /tmp/demo.log
for url in mmsh http; do
  url=$url://127.0.0.1:8086/streams/demo
  check "5 s of $url" decodes 5 "$url"
done
check 'status as JSON' curl -fsS -o /dev/null http://127.0.0.1:8087/admin/status
curl -sS http://127.0.0.1:8087/admin/streams/demo
echo
kill -INT "$(cat /proc/$demo/task/$demo/children)" 2>/dev/null || kill "$demo"
check 'Ctrl-C ends it with status 0' wait "$demo"
finish

#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-only
# systemd understands every line of the unit, and its own judgement of the
# sandbox stays at an exposure of 2.0 or below.
set -eu
cd "$1"
command -v systemd-analyze >/dev/null 2>&1 || { echo 'systemd-analyze is missing'; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
printf '#!/bin/sh\n' >"$work/stream-pump"
chmod +x "$work/stream-pump"
sed -e "s|@BINDIR@|$work|g" -e 's|@SYSCONFDIR@|/etc|g' stream-pump.service \
  >"$work/stream-pump.service"

said=$(systemd-analyze verify --man=no --generators=no "$work/stream-pump.service" 2>&1) || {
  printf '%s\n' "$said"
  exit 1
}
if printf '%s\n' "$said" | grep -F 'stream-pump.service:'; then
  exit 1
fi
systemd-analyze security --help | grep -q -- --offline || exit 0
systemd-analyze security --no-pager --offline=true --threshold=20 \
  "$work/stream-pump.service" >"$work/judgement" || {
  grep -v '✓' "$work/judgement"
  exit 1
}
tail -n 1 "$work/judgement"

#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-only
# sh data/prepare.sh [PACKAGE...]
# Installs what the build needs, and the packages named, where apt-get and the
# right to use it are at hand. Elsewhere it says what is missing and goes on:
# meson then names the first library it cannot find.
set -eu
missing=
for package in gcc libc6-dev meson ninja-build pkg-config gettext \
  libglib2.0-dev libglib2.0-dev-bin libjson-glib-dev libsoup-3.0-dev libsnmp-dev \
  libgnutls28-dev glib-networking "$@"; do
  status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$status" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
if ! command -v apt-get >/dev/null 2>&1 || [ "$(id -u)" != 0 ]; then
  echo "perhaps missing (apt-get install as root would bring it):$missing" >&2
  exit 0
fi
echo "installing:$missing"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
export DEBIAN_FRONTEND=noninteractive
tries=60
# shellcheck disable=SC2086
until { apt-get update && apt-get install -y --no-install-recommends $missing; } \
  >"$log" 2>&1 </dev/null; do
  tries=$((tries - 1))
  if [ $tries = 0 ] || ! grep -q 'Could not get lock' "$log"; then
    tail -n 30 "$log" >&2
    exit 1
  fi
  sleep 5
done

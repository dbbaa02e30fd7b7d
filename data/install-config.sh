#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-only
# install-config.sh CONFIG FOLDER SYSUSERS
# Run by `meson install`: a first configuration when FOLDER has none (an
# operator's file is never touched); then, when this is the live system and not
# a package being made, the system user and systemd's view of its units.
set -eu
config=$1 folder=${DESTDIR:-}$2 sysusers=$3
if [ ! -e "$folder/stream-pump.json" ]; then
  mkdir -p "$folder"
  cp "$config" "$folder/stream-pump.json"
  chmod 644 "$folder/stream-pump.json"
  echo "Installing a first configuration to $folder/stream-pump.json"
fi
[ -z "${DESTDIR:-}" ] && [ "$(id -u)" = 0 ] && [ -d /run/systemd/system ] || exit 0
systemd-sysusers "$sysusers" || echo 'no system user made: the unit takes a dynamic one' >&2
systemctl daemon-reload || true

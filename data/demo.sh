#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-only
# sh data/demo.sh [OPTION...]
# Installs what the build needs, builds into build-demo/ and runs
# `stream-pump --demo` in the foreground with the options given. Ctrl-C ends it.
set -eu
cd "$(dirname "$0")/.."
sh data/prepare.sh
if [ ! -f build-demo/build.ninja ]; then
  meson setup build-demo --buildtype=release >build-demo.log 2>&1 || {
    cat build-demo.log
    exit 1
  }
  mv build-demo.log build-demo/setup.log
fi
ninja -C build-demo src/pump/stream-pump src/pumpctl/pumpctl
cat <<'TEXT'

No player with a screen at hand? In another terminal of this machine:
  ffmpeg -t 5 -i mmsh://127.0.0.1:8086/streams/demo -f null -
TEXT
exec build-demo/src/pump/stream-pump --demo "$@"

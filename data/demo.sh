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
ninja -C build-demo src/pump/stream-pump
cat <<'TEXT'

The demo serves one looping stream. From another terminal of this machine:

  watch it     ffplay mmsh://127.0.0.1:8086/streams/demo      (or mpv, mplayer)
               vlc mms://127.0.0.1:8086/streams/demo
               mpv http://127.0.0.1:8086/streams/demo         any player: bare ASF
  no screen    ffmpeg -t 5 -i mmsh://127.0.0.1:8086/streams/demo -f null -
  a browser    http://127.0.0.1:8086/streams/demo             a page that says how
  look inside  curl http://127.0.0.1:8087/admin/status
               curl http://127.0.0.1:8087/admin/streams/demo
               curl http://127.0.0.1:8087/admin/clients
  act          curl -d '{"stream": "demo"}' http://127.0.0.1:8087/admin/kick

Ctrl-C ends it, with a proper end of stream to everybody who watches.

TEXT
exec build-demo/src/pump/stream-pump --demo "$@"

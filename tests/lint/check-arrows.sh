#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-only
# Headers are included by bare name: then the compiler refuses what a folder's
# meson.build does not allow. A path would walk around that wall.
set -eu
cd "$1"
found=$(grep -rnE '^[[:space:]]*#[[:space:]]*include[[:space:]]+"[^"]*/' \
  --include='*.[ch]' --include='*.def' src tests) || exit 0
printf 'included by path, not by bare name:\n%s\n' "$found"
exit 1

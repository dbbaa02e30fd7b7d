#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-only
# What clang-format 14 makes of a file is right. Other versions differ in small
# things, so only 14 is asked.
set -eu
cd "$1"
for tool in clang-format-14 clang-format; do
  command -v "$tool" >/dev/null 2>&1 || continue
  "$tool" --version | grep -q 'version 14\.' || continue
  wrong=$(find src tests -name '*.[ch]' -exec "$tool" --dry-run {} + 2>&1 |
    sed -n 's/^\([^ :]*\):\([0-9]*\):.*clang-format.*/\1/p' | sort | uniq -c)
  [ -n "$wrong" ] || exit 0
  printf 'places a file, clang-format -i mends them:\n%s\n' "$wrong"
  exit 1
done
echo 'clang-format 14 is missing'
exit 77

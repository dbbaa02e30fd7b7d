#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-only
# Every source file says its licence in its first two lines.
set -eu
cd "$1"
files=$(find src tests data po .ci stream-pump.service meson.build \
  \( -name '*.[ch]' -o -name '*.def' -o -name '*.sh' -o -name '*.service' \
  -o -name '*.[1-9]' -o -name '*.po' -o -name meson.build -o -path .ci/run \) -type f)
status=0
for file in $files; do
  head -n 2 "$file" | grep -q 'SPDX-License-Identifier: GPL-3\.0-only' && continue
  echo "$file: no SPDX-License-Identifier: GPL-3.0-only in its first two lines"
  status=1
done
exit $status

#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-only
# Past 500 lines a second type hides in the file.
set -eu
cd "$1"
find src tests -name '*.[ch]' -exec wc -l {} + |
  awk '$2 != "total" && $1 > 500 { print $2 ": " $1 " lines, 500 is the most"; bad = 1 }
       END { exit bad }'

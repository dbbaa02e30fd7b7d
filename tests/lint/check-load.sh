#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-only
# check-load.sh SOURCE PROGRAM: stream-pump-load(1) names every option, exit
# status and member of the JSON of the program, and no other option.
set -eu
program=$(realpath "$2")
cd "$1"
page=data/stream-pump-load.1
LC_ALL=C
export LC_ALL
status=0

complain ()
{
  echo "$*"
  status=1
}

known=$("$program" --help | sed -n 's/^  \(-[a-z], \)\{0,1\}--\([a-z-]*\).*/\2/p')
[ "$(echo "$known" | wc -w)" -ge 20 ] || complain "$program --help lists no options"
for option in $known; do
  grep -q "^\.It Fl Fl $option\( \|\$\)" "$page" || complain "$page does not name --$option"
done
for option in $(sed -n 's/^\.It Fl Fl \([a-z-]*\).*/\1/p' "$page"); do
  echo "$known" | grep -qx -e "$option" || complain "$page: there is no --$option"
done
for code in $(sed -n 's/^#define SP_LOAD_EXIT_[A-Z_]* \([0-9]*\).*/\1/p' tests/bench/load/sp-load-options.h); do
  grep -q "^\.It $code\$" "$page" || complain "$page does not name exit status $code"
done
members=$(tr '\n' ' ' <tests/bench/load/sp-load-report.c | sed 's/ \{1,\}/ /g' |
  grep -oE '\(builder, "[a-z0-9_]*"' | cut -d'"' -f2 | sort -u)
[ "$(echo "$members" | wc -w)" -ge 25 ] || complain 'sp-load-report.c has another shape now'
for member in $members; do
  grep -q "^\.\(It \)\{0,1\}Cm \(.* \)\{0,1\}$member\( \|\$\)" "$page" ||
    complain "$page does not name the member $member"
done
exit $status

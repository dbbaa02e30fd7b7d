#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-only
# The manual pages are well-formed, and stream-pump(8) names every option, every
# exit status, every MESSAGE_ID and every route of the admin REST.
set -eu
cd "$1"
page=data/stream-pump.8
status=0

# named WHAT PATTERN: the page has a line with it
named ()
{
  grep -q -e "$2" "$page" && return 0
  echo "$page does not name $1"
  status=1
}

for id in $(sed -n 's/^#define SP_MESSAGE_[A-Z_]* "\([0-9a-f]*\)".*/\1/p' src/base/sp-log.h); do
  named "MESSAGE_ID $id" "^\.It Li $id\$"
done
for code in $(sed -n 's/^#define SP_EXIT_[A-Z_]* \([0-9]*\).*/\1/p' src/pump/sp-options.h); do
  named "exit status $code" "^\.It $code\$"
done
for option in $(sed -n 's/^.*{ "\([a-z-]*\)",$/\1/p' src/pump/sp-options.c); do
  named "option --$option" "^\.It Fl Fl $option\( \|\$\)"
done
# "/admin/streams/{path}" is /admin/streams/PATH there
for route in $(sed -n 's/^.*"\(\/[a-z\/{}.]*\)",.*$/\1/p' src/admin/sp-admin-routes.c |
  sed 's/{\([a-z]*\)}/\U\1/g' | sort -u); do
  sed 's/ Ns \(Ar\|Pa\) //g' $page | grep -q "^\.It Cm [A-Z]* Pa $route\( \|\$\)" && continue
  echo "$page does not name route $route"
  status=1
done
for what in MESSAGE_ID:src/base/sp-log.h SP_EXIT_:src/pump/sp-options.h \
  '"check-config":src/pump/sp-options.c' '"/admin/kick":src/admin/sp-admin-routes.c'; do
  grep -q -e "${what%%:*}" "${what#*:}" && continue
  echo "${what#*:} has another shape now: this check sees nothing in it"
  status=1
done

command -v mandoc >/dev/null 2>&1 || { [ $status -eq 0 ] && echo 'mandoc is missing' && exit 77; exit 1; }
for file in data/*.[158]; do
  mandoc -T lint -W warning "$file" || status=1
done
exit $status

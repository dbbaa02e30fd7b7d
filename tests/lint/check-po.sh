#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-only
# Every sentence for people is known to gettext and translated in every
# language of po/LINGUAS.
set -eu
cd "$1"
for tool in xgettext msgcmp msgfmt; do
  command -v "$tool" >/dev/null 2>&1 || { echo "$tool is missing"; exit 77; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0

grep -rlE --include='*.[ch]' '(^|[^[:alnum:]_])(N?_|C_|g?n?gettext|g_dngettext) ?\(' src |
  sort >"$work/users"
grep -vE '^(#|$)' po/POTFILES.in | sort >"$work/listed"
for file in $(comm -23 "$work/users" "$work/listed"); do
  echo "$file: has text for people but is not in po/POTFILES.in"
  status=1
done
for file in $(cat "$work/listed"); do
  [ -f "$file" ] && continue
  echo "po/POTFILES.in: $file does not exist"
  exit 1
done

touch "$work/all.pot"
[ ! -s "$work/listed" ] || xgettext --from-code=UTF-8 --language=C \
  --keyword=_ --keyword=N_ --keyword=C_:1c,2 --keyword=g_dngettext:2,3 \
  --files-from="$work/listed" --output="$work/all.pot"
for language in $(grep -vE '^(#|$)' po/LINGUAS); do
  msgfmt --check --output-file=/dev/null "po/$language.po" || status=1
  [ ! -s "$work/all.pot" ] || msgcmp "po/$language.po" "$work/all.pot" || status=1
done
exit $status

#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-only
# The README names the two commands, and every configuration key of the schema
# is explained to operators in the README or in stream-pump.json(5).
set -eu
cd "$1"
status=0
for command in 'sh data/demo.sh' 'sh tests/run.sh'; do
  grep -qF "$command" README.md && continue
  echo "README.md does not name its command '$command'"
  status=1
done
[ -f data/stream-pump.schema.json ] || exit $status
command -v python3 >/dev/null 2>&1 || { echo 'python3 is missing'; exit 77; }
keys=$(python3 - data/stream-pump.schema.json <<'PY'
import json, sys

def walk(node):
    if isinstance(node, dict):
        for name, value in node.items():
            if name == 'properties' and isinstance(value, dict):
                yield from value
            yield from walk(value)
    elif isinstance(node, list):
        for value in node:
            yield from walk(value)

print('\n'.join(sorted(set(walk(json.load(open(sys.argv[1])))))))
PY
)
for key in $keys; do
  cat README.md data/stream-pump.json.5 2>/dev/null | sed 's/\\-/-/g' |
    grep -qw -- "$key" && continue
  echo "configuration key '$key' is explained nowhere"
  status=1
done
exit $status

#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-only
# Calls that have no bound, end the process, leave the path of control or start
# a shell, and tests that wait by the clock.
set -eu
cd "$1"
status=0

# refuse PATTERN WHY FOLDER...
refuse ()
{
  pattern=$1 why=$2
  shift 2
  found=$(grep -rnE --include='*.[ch]' "$pattern" "$@" 2>/dev/null) || return 0
  printf '%s:\n%s\n' "$why" "$found"
  status=1
}

call ()
{
  printf '(^|[^[:alnum:]_])(%s)[[:space:]]*\\(' "$1"
}

refuse "$(call 'strcpy|strcat|sprintf|vsprintf|gets|strtok')" \
  'writes without a bound or keeps hidden state' src tests
refuse "$(call 'atoi|atol|atoll|atof')" 'cannot tell a number from rubbish' src tests
refuse "$(call 'alloca|g_alloca|g_newa|g_newa0')" 'grows the stack by a number' src tests
refuse "$(call 'system|popen|g_spawn_command_line_sync|g_spawn_command_line_async')" \
  'starts a shell or waits for a program' src
refuse "$(call 'g_error')" 'ends the process' src
refuse '^[[:space:]]*goto[[:space:]]' 'leaves the path of control' src tests
refuse "$(call 'sleep|usleep|nanosleep|g_usleep')" 'waits by the clock' \
  src tests/unit tests/session tests/model
exit $status

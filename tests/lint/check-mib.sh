#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-only
# smilint finds nothing to say about the MIB. Its exit status says nothing.
set -eu
cd "$1"
command -v smilint >/dev/null 2>&1 || { echo 'smilint is missing (smitools)'; exit 77; }
said=$(SMIPATH=tests/snmp/stubs smilint -l 6 ./mib/STREAM-PUMP-MIB.txt 2>&1) || true
[ -z "$said" ] && exit 0
printf '%s\n' "$said"
exit 1

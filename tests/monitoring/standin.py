#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-only
"""standin.py MIB FILE: a pump for snmpd's pass_persist.

FILE holds {"NAME.INSTANCE": value}; it is read again when it changes. Types
come from the MIB. A missing or empty FILE is a pump that is gone: snmpd answers
"No Such Object" as it does without a subagent."""
import json
import os
import sys
from bisect import bisect_right
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / 'data/monitoring'))
from mib import Mib  # noqa: E402

TYPES = {'Counter32': 'counter', 'Counter64': 'counter64', 'Gauge32': 'gauge', 'Unsigned32': 'gauge',
         'TimeTicks': 'timeticks', 'TimeStamp': 'timeticks', 'Integer32': 'integer', 'TruthValue': 'integer',
         'DateAndTime': 'octet', 'InetAddress': 'octet', 'OBJECT IDENTIFIER': 'objectid'}


def type_of(node):
    syntax = node.syntax.split(' (')[0]
    if node.values or syntax == 'InetAddressType':
        return 'integer'
    if syntax == 'InetPortNumber':
        return 'gauge'
    if syntax.startswith('OCTET'):
        return 'octet'
    return TYPES.get(syntax, 'string')


class StandIn:
    def __init__(self, mib, path):
        self.mib, self.path, self.seen = mib, path, None
        self.oids, self.cells = [], {}

    def refresh(self):
        try:
            stamp = os.stat(self.path).st_mtime_ns
        except FileNotFoundError:
            stamp = 0
        if stamp == self.seen:
            return
        self.seen = stamp
        text = Path(self.path).read_text(encoding='utf-8') if stamp else ''
        self.cells = {}
        for key, value in json.loads(text or '{}').items():
            name, _, instance = key.partition('.')
            node = self.mib[name]
            oid = tuple(map(int, f'{node.oid}.{instance}'.split('.')))
            self.cells[oid] = (type_of(node), value)
        self.oids = sorted(self.cells)

    def answer(self, order, asked):
        self.refresh()
        oid = tuple(int(number) for number in asked.strip('.').split('.'))
        if order == 'getnext':
            place = bisect_right(self.oids, oid)
            oid = self.oids[place] if place < len(self.oids) else None
        if oid not in self.cells:
            return ['NONE']
        kind, value = self.cells[oid]
        return ['.' + '.'.join(map(str, oid)), kind, str(value)]


def main():
    standin = StandIn(Mib(sys.argv[1]), sys.argv[2])
    while True:
        order = sys.stdin.readline().strip().lower()
        if not order:
            return
        if order == 'ping':
            reply = ['PONG']
        elif order in ('get', 'getnext'):
            reply = standin.answer(order, sys.stdin.readline())
        else:
            sys.stdin.readline(), sys.stdin.readline()
            reply = ['not-writable']
        print('\n'.join(reply), flush=True)


if __name__ == '__main__':
    main()

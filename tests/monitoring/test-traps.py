#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-only
"""Each notification of the MIB, sent by snmptrap to a real snmptrapd with our
handler, becomes one line; others' notifications become none."""
import os
import socket

import lab
from lab import DATA, FOLDER, fact

mib = lab.the_mib()
lab.need('snmptrapd', 'snmptrapd')
snmptrap = lab.need('snmptrap', 'snmp')
HANDLER = DATA / 'snmpd/trap-handler'
root = mib.root.rsplit('.', 2)[0]


def kinds():
    """number of a notification -> name in MIB, severity in sp-events.def"""
    text = (lab.SOURCE / 'src/stats/sp-events.def').read_text()
    severities = {}
    for line in text.splitlines():
        if line.startswith('SP_EVENT ('):
            _, severity, number = [word.strip() for word in line[len('SP_EVENT ('):].split(',')][:3]
            severities[number] = severity.lower()
    for node in mib.objects.values():
        if node.kind == 'NOTIFICATION-TYPE':
            number = node.oid.rpartition('.')[2]
            yield node, severities[number]


def main():
    seen, port = FOLDER / 'seen', lab.port(socket.SOCK_DGRAM)
    conf = (DATA / 'snmpd/snmptrapd.conf').read_text()
    path = '@MONITORING_DIR@/snmpd/trap-handler'
    fact(path in conf, 'the example names the handler')
    (FOLDER / 'snmptrapd.conf').write_text(conf.replace(path, f'{HANDLER} {root} {seen}'))
    fact(os.access(HANDLER, os.X_OK), 'the handler can be run')
    environment = {**os.environ, 'MIBS': '', 'SNMPCONFPATH': str(FOLDER), 'SNMP_PERSISTENT_DIR': str(FOLDER / 'persist')}
    lab.start('snmptrapd', 'snmptrapd', '-f', '-C', '-c', FOLDER / 'snmptrapd.conf', '-On', '-Lo',
              f'udp:127.0.0.1:{port}', env=environment)

    def send(oid, *values):
        # an inform: it comes back when the handler was called
        return lab.run(snmptrap, '-Ci', '-v2c', '-c', 'public', '-t', '2', '-r', '3', f'127.0.0.1:{port}', '', oid,
                       *values, env=environment)

    lab.wait_for(lambda: send('.1.3.6.1.6.3.1.1.5.1').returncode == 0, 10)
    fact(not seen.exists(), "another program's notification is passed over")
    nodes = list(kinds())
    for node, severity in nodes:
        done = send('.' + node.oid, '.' + mib['spStreamName'].oid + '.7', 's', 'council',
                    '.' + mib['spSourceUrl'].oid + '.7.1', 's', 'mmsh://a/b;c $(id)')
        fact(done.returncode == 0, f'{node.name} is taken', done.stdout)
    lab.wait_for(lambda: seen.exists() and len(seen.read_text().splitlines()) >= len(nodes), 10)
    lines = seen.read_text().splitlines()
    fact(len(lines) == len(nodes) >= 21, f'{len(lines)} lines of {len(nodes)} notifications')
    for node, severity in nodes:
        wanted = f' {severity} {node.name} stream="council" source="mmsh://a/b;c $(id)"'
        fact(sum(wanted in line for line in lines) == 1, f'{node.name}: {severity}', '\n'.join(lines))
    lab.finish()


if __name__ == '__main__':
    main()

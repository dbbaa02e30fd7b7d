#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-only
"""The Nagios commands as Nagios would run them, on a pump whose values are set:
OK, then the fault, then OK again, then a pump that is gone."""
import re

import lab
from lab import fact
from nagios import BLOCK, COMMANDS, NAGIOS, SERVICES, commands, execute, services

lab.need('check_snmp', 'monitoring-plugins-standard')
lab.need('snmpget', 'snmp')
mib = lab.the_mib()


def check_objects():
    for name, line in commands.items():
        block = next(found.group(0) for found in BLOCK.finditer(COMMANDS) if found.group(1) == name)
        oids = re.search(r' -o (\S+)', line)
        if not oids:
            fact('check_http' in line, f'{name} is over SNMP or HTTP')
            continue
        objects = []
        for oid in oids.group(1).split(','):
            number = oid.replace('$_HOSTPUMP_OID$', mib.root).replace('$ARG1$', '1')
            node = mib.find(number)
            objects.append(node.name if node else f'nothing at {oid}')
        fact(f'# {", ".join(objects)}\n' in block, f'{name} reads what it says', objects)
        fact(' -z 2 ' in line and ' -c ' in line and ';' not in line, f'{name} has -c, -z 2 and no semicolon')
    called = {call.split('!')[0] for call in services.values()}
    fact(called == set(commands), 'the example has a service for each command', called ^ set(commands))
    root = re.search(r'_PUMP_OID\s+(\S+)', SERVICES).group(1)
    fact(root == '.' + mib.root, 'the root of the example is that of the MIB')


def check_icinga2():
    text = (NAGIOS / 'stream-pump-icinga2.conf').read_text()
    for number in sorted(set(re.findall(r'"(\.\d[\d.]*)"', text))):
        if number.startswith('.1.3.6'):
            fact(number == '.' + mib.root, 'the root of the Icinga 2 example')
            continue
        node = mib.find(mib.root + number.rstrip('.'))
        fact(node is not None and node.is_scalar != number.endswith('.'), f'{number} is {node and node.name}')


# service, values that break it, the state that it must take
FAULTS = [
    ('Pump', {'spPumpOperStatus_0': 3}, 'WARNING'),
    ('Pump', {'spPumpOperStatus_0': 4}, 'WARNING'),
    ('Pump', {'spPumpOperStatus_0': 5}, 'CRITICAL'),
    ('Streams without media', {'spPumpStreamsAlarm_0': 1}, 'WARNING'),
    ('Streams without media', {'spPumpStreamsAlarm_0': 3}, 'CRITICAL'),
    ('Clients', {'spPumpClients_0': 4600}, 'WARNING'),
    ('Clients', {'spPumpClients_0': 4950}, 'CRITICAL'),
    ('Outgoing rate', {'spPumpBitRateOut_0': 960000}, 'CRITICAL'),
    ('Configuration', {'spPumpConfigResult_0': 2}, 'WARNING'),
    ('Draining', {'spPumpDrainState_0': 2, 'spPumpViewersRemaining_0': 7}, 'WARNING'),
    ('Main loop', {'spPumpLoopDelay_0': 200}, 'WARNING'),
    ('Pump House', {'spHouseLinkStatus_0': 4}, 'CRITICAL'),
    ('Certificate 1', {'spCertDaysLeft_1': 20}, 'WARNING'),
    ('Certificate 1', {'spCertDaysLeft_1': -1}, 'CRITICAL'),
    ('Listener 1', {'spListenerOperStatus_1': 2}, 'CRITICAL'),
    ('Stream council', {'spStreamOperStatus_1': 3}, 'CRITICAL'),
    ('Stream council', {'spStreamOperStatus_1': 4}, 'CRITICAL'),
    ('Stream council', {'spStreamOperStatus_1': 2}, 'OK'),
    ('Stream council', {'spStreamOperStatus_1': 7}, 'OK'),
    ('Stream council', {'spStreamClients_1': 495}, 'CRITICAL'),
    ('Health of council', {'spStreamHealth_1': 2}, 'WARNING'),
    ('Health of council', {'spStreamHealth_1': 3}, 'CRITICAL'),
    ('Health of council', {'spStreamHealth_1': 4}, 'CRITICAL'),
    ('Source of council', {'spSourceOperStatus_1_1': 4}, 'CRITICAL'),
    ('Source of council', {'spSourceOperStatus_1_1': 2}, 'OK'),
    ('Lag of council', {'spStreamClientsBehind_1': 30, 'spStreamLagWorst_1': 6000}, 'WARNING'),
    ('Lag of council', {'spStreamClientsBehind_1': 60, 'spStreamLagWorst_1': 6000}, 'CRITICAL'),
    ('Canary of council', {'spCanaryResult_1': 3}, 'CRITICAL'),
    ('Canary of council', {'spCanaryFirstPacket_1': 4000}, 'WARNING'),
    ('Canary of council', {'spCanaryResult_1': 1}, 'OK'),
]
# counters: they must rise for the alarm, and rest for its end
RATES = [
    ('Clients turned away', 'spPumpClientsRejected.0'),
    ('Slow clients dropped', 'spPumpClientsDropped.0'),
    ('Header of council', 'spStreamHeaderChanges.1'),
]


def check_faults():
    pump = lab.StandIn(mib)
    snmp_port = pump.snmpd.port
    over_snmp = [name for name, call in services.items() if '-o ' in commands[call.split('!')[0]]]
    for service in over_snmp:
        state, text = execute(service, snmp_port)
        fact(state == 'OK' and (service in dict(RATES) or '|' in text), f'{service}: OK, with performance data', text)
        if '|' in text:
            fact(' ' not in text.split('|')[1].strip().split('=')[0], f'{service}: label {text.split("|")[1].split("=")[0]}')
    for service, values, wanted in FAULTS:
        pump.set(**values)
        state, text = execute(service, snmp_port)
        fact(state == wanted, f'{service}: {wanted} on {values}', text)
        pump.set()
        state, text = execute(service, snmp_port)
        fact(state == 'OK', f'{service}: OK again', text)
    lab.time.sleep(1.1)
    high = {cell: 1000 for _, cell in RATES}
    pump.write({**pump.cells, **high})
    for service, _ in RATES:
        state, text = execute(service, snmp_port)
        fact(state == 'CRITICAL' and '|' in text, f'{service}: CRITICAL while it rises', text)
    lab.time.sleep(1.1)
    for service, _ in RATES:
        state, text = execute(service, snmp_port)
        fact(state == 'OK', f'{service}: OK when it rests', text)
    pump.gone()
    for service in over_snmp:
        state, text = execute(service, snmp_port)
        fact(state == 'CRITICAL', f'{service}: CRITICAL when the pump is gone', text)
    pump.set()
    for service in over_snmp:
        if service not in dict(RATES):
            state, text = execute(service, snmp_port)
            fact(state == 'OK', f'{service}: OK when it is back', text)


if __name__ == '__main__':
    check_objects()
    check_icinga2()
    check_faults()
    lab.finish()

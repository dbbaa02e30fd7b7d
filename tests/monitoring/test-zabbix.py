#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-only
"""The template in a real Zabbix server: imported twice, every item supported; each
fault becomes a problem, and its end ends it. One host is a stand-in that can have
every fault, the other the built pump, which loses its source."""
import re
import time

import lab
from lab import DATA, fact
from zabbix import Zabbix

began = time.monotonic()
TEMPLATE = 'Stream Pump by SNMP'
QUICK = {'{$PUMP.DELAY}': '2s', '{$PUMP.DISCOVERY}': '5s', '{$PUMP.CERT.DELAY}': '2s', '{$PUMP.NODATA}': '30s',
         '{$PUMP.TIME}': '5s', '{$PUMP.LIMIT.TIME}': '5s', '{$PUMP.DROPPED.TIME}': '5s'}
# values of the stand-in, the problem
FAULTS = [
    ({'spStreamOperStatus_1': 3, 'spStreamHealth_1': 5}, 'Stream council has no media'),
    ({'spStreamOperStatus_2': 6}, 'Stream camera2 has failed'),
    ({'spStreamHealth_1': 3}, 'Stream council: the source is stalled'),
    ({'spStreamHealth_2': 4}, 'Stream camera2: the source repeats itself'),
    ({'spStreamHealth_2': 2}, 'Stream camera2: the source is degraded'),
    ({'spStreamClientsBehind_2': 9}, 'Stream camera2: many clients are behind'),
    ({'spCanaryResult_1': 3}, 'Stream council cannot be played'),
    ({'spStreamClients_1': 480}, 'Stream council is near its client limit'),
    ({'spSourceOperStatus_1_1': 4}, 'Source mmsh://encoder.example.org/ cannot be reached'),
    ({'spPumpClients_0': 4900}, 'Pump is near its client limit'),
    ({'spPumpOperStatus_0': 5}, 'Pump is full'),
    ({'spPumpConfigResult_0': 2}, 'Pump runs on an older configuration'),
    ({'spPumpDrainState_0': 2}, 'Pump is draining'),
    ({'spPumpDescriptorsUsed_0': 1000}, 'Pump is near its descriptor limit'),
    ({'spHouseLinkStatus_0': 4}, 'Link to the Pump House is lost'),
    ({'spListenerOperStatus_1': 2}, 'Listener media is down'),
    ({'spCertDaysLeft_1': 10}, 'Certificate CN=pump.example.org runs out soon'),
    ({'spPumpLoopDelay_0': 800}, 'Main loop of the pump is late'),
    ({'spCanaryFirstPacket_2': 5000}, 'Stream camera2 starts slowly'),
    ({'spPumpDrainState_0': 3}, 'Pump is drained'),
    ({'spListenerOperStatus_1': 3}, 'Listener media has stopped accepting'),
    ({'spCertDaysLeft_1': 3, 'spCertStatus_1': 2}, 'Certificate CN=pump.example.org runs out very soon'),
    ({'spCertStatus_1': 5}, 'Certificate CN=pump.example.org cannot be used'),
]
# counters that rise, by how much a second, the problem
RISES = [
    ('spPumpClientsRejected.0', 10, 'Pump turns clients away'),
    ('spStreamClientsRejected.1', 10, 'Stream council turns clients away'),
    ('spPumpClientsDropped.0', 10, 'Many slow clients are dropped'),
    ('spPumpAccessLinesLost.0', 10, 'Access log loses lines'),
    ('spStreamHeaderChanges.2', 10, 'Stream camera2 has another header'),
]
# by itself: clients that are turned away hide it
RATE = [('spPumpOctetsOut.0', 10 ** 9, 'Pump is near its bit rate limit')]
# what is not tried: a start is no fault
UNTRIED = {'Pump was restarted'}


def together(faults):
    """Faults that can be told apart are tried at once: a name belongs to one object."""
    rounds = []
    for values, problem in faults:
        for values_of, problems in rounds:
            if not set(values) & set(values_of):
                values_of.update(values)
                problems.append(problem)
                break
        else:
            rounds.append((dict(values), [problem]))
    return rounds


def read(zabbix, host, wanted):
    """The items of @host, once there are @wanted and all have been read."""
    def all_read():
        items = zabbix.items(host)
        late = [each['itemid'] for each in items if not int(each['lastclock'])]
        if late:  # some are read once in a quarter of an hour
            zabbix.ask('task.create', [{'type': 6, 'request': {'itemid': number}} for number in late])
        return len(items) >= wanted and all(int(each['lastclock']) or each['state'] == '1' for each in items)

    lab.wait_for(all_read, 90, 3)
    return zabbix.items(host)


def real_pump():
    """The pump and its source, under a master agent of their own."""
    snmpd = lab.Snmpd(name='snmpd2')
    source = lab.Pump('source', [lab.file_stream('council')], canary_ms=0)
    pump = lab.Pump('pump', [lab.pull_stream('council', source.port)],
                    snmp={'agentx': f'unix:{snmpd.agentx}', 'ping_s': 1, 'max_age_ms': 500}, canary_ms=2000)
    source.start()
    pump.start()
    return snmpd, source


def lose_source(zabbix, host, source):
    lost = 'Stream council has no media'
    items = read(zabbix, host, 27 + 25 + 5 + 6)
    bad = [f'{each["name"]}: {each["error"]}' for each in items if each['state'] == '1']
    fact(len(items) >= 27 + 25 + 5 + 6 and not bad, f'the real pump: {len(items)} items, all supported', '\n'.join(bad))
    fact(lost not in zabbix.problems(host), f'the real pump: not yet "{lost}"')
    for what, act, is_lost in (('lost', lambda: source.stop(lab.signal.SIGKILL), True),
                               ('back', source.start, False)):
        start = time.monotonic()
        act()
        lab.wait_for(lambda: (lost in zabbix.problems(host)) == is_lost, 60, 1)
        fact((lost in zabbix.problems(host)) == is_lost, f'the real pump: its source is {what}, and Zabbix says so',
             zabbix.problems(host))
        told(f'{time.monotonic() - start:.0f} s after its source was {what}')


def rise(zabbix, host, standin, rises):
    wanted, seen = {problem for *_, problem in rises}, set()

    def climb():
        for cell, step, _ in rises:
            standin.cells[cell] += step
        standin.set()
        seen.update(zabbix.problems(host))
        return wanted <= seen

    lab.wait_for(climb, 60, 1)
    for problem in sorted(wanted):
        fact(problem in seen, f'problem: {problem}', seen)
    lab.wait_for(lambda: not zabbix.problems(host), 60, 1)
    fact(zabbix.problems(host) == set(), 'and all of them end', zabbix.problems(host))
    told(f'{len(rises)} counters tried')


def told(text):
    print(f'        {time.monotonic() - began:5.1f} s: {text}', flush=True)


def main():
    standin = lab.StandIn(lab.the_mib())
    snmpd, source = real_pump()
    zabbix = Zabbix()
    told('Zabbix is up')
    for time_of in ('once', 'again'):
        fact(zabbix.take(DATA / 'zabbix/stream-pump-zabbix6.yaml') is True, f'the template is imported, {time_of}')
        count = len(zabbix.ask('template.get', filter={'host': [TEMPLATE]})), len(
            zabbix.ask('item.get', templated=True, search={'key_': 'pump.'}))
        fact(count[0] == 1, f'one template, {count[1]} items')
    names = {re.sub(r'\{#\w+\}', '*', each['description'])
             for method, more in (('trigger.get', {}), ('triggerprototype.get', {}))
             for each in zabbix.ask(method, output=['description'], templated=True, search={'description': ''},
                                    templateids=zabbix.ask('template.get', filter={'host': [TEMPLATE]})[0]['templateid'],
                                    **more)}
    tried = {problem for *_, problem in [*FAULTS, *RISES, *RATE, ('Pump does not answer',)]}
    untried = {name for name in names if not any(
        re.fullmatch(re.escape(name).replace(r'\*', '.*'), problem) for problem in tried)}
    fact(untried == UNTRIED, f'{len(names)} triggers, all tried but {len(UNTRIED)}', untried ^ UNTRIED)
    host = zabbix.host('pump-1', TEMPLATE, standin.snmpd.port, QUICK)
    real = zabbix.host('pump-2', TEMPLATE, snmpd.port, QUICK)
    wanted = 27 + 2 * 25 + 2 * 5 + 6 + 2 + 2 * 4

    items = read(zabbix, host, wanted)
    bad = [f'{each["name"]}: {each["error"]}' for each in items if each['state'] == '1']
    silent = [each['name'] for each in items if not int(each['lastclock']) and each['state'] == '0']
    fact(len(items) == wanted and not bad, f'{len(items)} items, all supported', '\n'.join(bad))
    if not fact(not silent, 'every item has a value', silent):
        lab.finish()
    told('items read')
    lose_source(zabbix, real, source)
    fact(zabbix.problems(host) == set(), 'no problem while all is well', zabbix.problems(host))
    for values, problems in together(FAULTS):
        standin.set(**values)
        lab.wait_for(lambda: set(problems) <= zabbix.problems(host), 60, 1)
        seen = zabbix.problems(host)
        for problem in problems:
            fact(problem in seen, f'problem: {problem}', seen)
        standin.set()
        lab.wait_for(lambda: not zabbix.problems(host), 60, 1)
        fact(zabbix.problems(host) == set(), 'and all of them end', zabbix.problems(host))
        told(f'{len(problems)} faults tried')
    rise(zabbix, host, standin, RISES)
    rise(zabbix, host, standin, RATE)
    standin.gone()
    lab.wait_for(lambda: 'Pump does not answer' in zabbix.problems(host), 90, 1)
    fact(zabbix.problems(host) == {'Pump does not answer'}, 'a pump that is gone is one problem', zabbix.problems(host))
    standin.set()
    lab.wait_for(lambda: not zabbix.problems(host), 90, 1)
    fact(zabbix.problems(host) == set(), 'it ends when the pump is back', zabbix.problems(host))
    told('end')
    lab.finish()


if __name__ == '__main__':
    main()

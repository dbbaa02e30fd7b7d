#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-only
"""The template in a real Zabbix server: imported twice, every item supported; each
fault becomes a problem, and its end ends it."""
import time

import lab
from lab import DATA, fact
from zabbix import Zabbix

began = time.monotonic()
TEMPLATE = 'Stream Pump by SNMP'
QUICK = {'{$PUMP.DELAY}': '2s', '{$PUMP.DISCOVERY}': '5s', '{$PUMP.CERT.DELAY}': '2s', '{$PUMP.NODATA}': '30s',
         '{$PUMP.TIME}': '5s', '{$PUMP.LIMIT.TIME}': '5s'}
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
]


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


def told(text):
    print(f'        {time.monotonic() - began:5.1f} s: {text}', flush=True)


def main():
    standin = lab.StandIn(lab.the_mib())
    zabbix = Zabbix()
    told('Zabbix is up')
    for time_of in ('once', 'again'):
        fact(zabbix.take(DATA / 'zabbix/stream-pump-zabbix6.yaml') is True, f'the template is imported, {time_of}')
        count = len(zabbix.ask('template.get', filter={'host': [TEMPLATE]})), len(
            zabbix.ask('item.get', templated=True, search={'key_': 'pump.'}))
        fact(count[0] == 1, f'one template, {count[1]} items')
    host = zabbix.host('pump-1', TEMPLATE, standin.snmpd.port, QUICK)
    wanted = 27 + 2 * 25 + 2 * 5 + 6 + 2 + 2 * 4

    def all_read():
        items = zabbix.items(host)
        late = [each['itemid'] for each in items if not int(each['lastclock'])]
        if late:  # some are read once in a quarter of an hour
            zabbix.ask('task.create', [{'type': 6, 'request': {'itemid': number}} for number in late])
        return len(items) >= wanted and all(int(each['lastclock']) or each['state'] == '1' for each in items)

    lab.wait_for(all_read, 90, 3)
    items = zabbix.items(host)
    bad = [f'{each["name"]}: {each["error"]}' for each in items if each['state'] == '1']
    silent = [each['name'] for each in items if not int(each['lastclock']) and each['state'] == '0']
    fact(len(items) == wanted and not bad, f'{len(items)} items, all supported', '\n'.join(bad))
    if not fact(not silent, 'every item has a value', silent):
        lab.finish()
    told('items read')
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

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-only
"""What the pack names is there: objects in the MIB, metrics in /metrics of the
built daemon; and the files that are made are what their makers make."""
import json
import re
import shutil
import sys

import lab
import promql
from lab import DATA, SOURCE, fact

mib = lab.the_mib()
PROMETHEUS = DATA / 'prometheus'
OF_PROMETHEUS = {'up', 'ALERTS'}


def made(path, *command):
    done = lab.run(sys.executable, *command)
    fact(done.stdout == path.read_text(), f'{path.name} is what its maker makes', done.stdout[-300:])


def check_zabbix():
    path = DATA / 'zabbix/stream-pump-zabbix6.yaml'
    made(path, DATA / 'zabbix/make-template.py', lab.MIB_FILE)
    text = path.read_text()
    uuids = re.findall(r"uuid: '(.*?)'", text)
    fact(len(uuids) == len(set(uuids)) > 100, f'{len(uuids)} identifiers, each once')
    named = re.findall(r"^\s+(?:-\n\s+)?snmp_oid: '(?:discovery\[\{#\w+\},)?\{\$PUMP\.OID\}([\d.]+?)"
                       r"(?:\.\{#SNMPINDEX\})?\]?'", text, re.M)
    fact(len(named) == text.count('snmp_oid:'), f'{len(named)} numbers are read')
    for number in sorted(set(named)):
        node = mib.find(mib.root + number)
        exact = node and mib.root + number == node.oid + ('.0' if node.is_scalar else '')
        fact(bool(exact), f'{number} is {node and node.name}')
    prints = set(re.findall(r"name: '([^']*)'\n\s+mappings", text))
    fact(prints == set(re.findall(r"valuemap:\n\s+name: '([^']*)'", text)), f'{len(prints)} value maps, all in use')
    macros = set(re.findall(r"macro: '(\{\$[^']*\})'", text))
    used = {'{$' + name + '}' for name in re.findall(r'\{\$([A-Z._]+)', text)}
    fact(macros == used, f'{len(macros)} macros, all in use', macros ^ used)


def check_exporter():
    text = (PROMETHEUS / 'snmp.yml').read_text()
    rows = re.findall(r'^  - name: (\w+)\n    oid: ([\d.]+)', text, re.M)
    wrong = [(name, oid) for name, oid in rows if name not in mib.objects or mib[name].oid != oid]
    fact(len(rows) > 100 and not wrong, f'snmp.yml: {len(rows)} metrics are objects of the MIB', wrong)
    generator = shutil.which('prometheus-snmp-generator')
    if not generator:
        print('        not tried, prometheus-snmp-generator is missing: snmp.yml is what it makes')
        return
    shutil.copy(PROMETHEUS / 'generator.yml', lab.FOLDER)
    done = lab.run(generator, 'generate', cwd=lab.FOLDER, env={
        **lab.os.environ, 'HOME': str(lab.FOLDER), 'MIBS': 'ALL',
        'MIBDIRS': f'{SOURCE}/mib:{SOURCE}/tests/snmp/stubs'})
    if fact(done.returncode == 0, 'the generator takes the MIB', done.stdout):
        new = (lab.FOLDER / 'snmp.yml').read_text()
        fact(text.split('\n', 1)[1] == new, 'snmp.yml is what its maker makes')


def expressions():
    """file, expression of every rule"""
    for path in sorted(PROMETHEUS.glob('*rules.yml')):
        lines = path.read_text().split('\n')
        for number, line in enumerate(lines):
            found = re.match(r'( +)expr: (.*)', line)
            if not found:
                continue
            text, indent = found.group(2), len(found.group(1))
            if text == '>-':
                text = ''
                for more in lines[number + 1:]:
                    if len(more) - len(more.lstrip()) <= indent:
                        break
                    text += ' ' + more.strip()
            yield path.name, text.strip()


def check_dashboard():
    path = DATA / 'grafana/stream-pump.json'
    made(path, DATA / 'grafana/make-dashboard.py')
    board = json.loads(path.read_text())
    panels = board['panels']
    cells = set()
    for panel in panels:
        at = panel['gridPos']
        own = {(at['x'] + x, at['y'] + y) for x in range(at['w']) for y in range(at['h'])}
        if cells & own or at['x'] + at['w'] > 24:
            fact(False, f'{panel["title"]} has a place of its own', at)
        cells |= own
    fact(len({panel['id'] for panel in panels}) == len(panels) > 30, f'{len(panels)} panels, none on another')
    asked = [target['expr'] for panel in panels for target in panel.get('targets', [])]
    asked += [each['expr'] for each in board['annotations']['list']]
    names = {variable['name'] for variable in board['templating']['list']}
    used = set(re.findall(r'\$\{?(\w+)', path.read_text())) - {'__rate_interval', '__all'}
    fact(used == names, f'variables {sorted(names)}', used ^ names)
    for panel in panels:
        for target in panel.get('targets', []):
            for label in re.findall(r'\{\{(\w+)\}\}', target['legendFormat']):
                by = re.search(r'\bby \(([^)]*)\)', target['expr'])
                if by and label not in by.group(1):
                    fact(False, f'{panel["title"]}: legend {label}', target['expr'])
    return asked


def check_parses(asked):
    promtool = lab.need('promtool', 'prometheus')
    rules = {'groups': [{'name': 'all', 'rules': [
        {'record': f'r{number}', 'expr': promql.plain(each)} for number, each in enumerate(asked)]}]}
    path = lab.FOLDER / 'asked.yml'
    path.write_text(json.dumps(rules))
    done = lab.run(promtool, 'check', 'rules', path)
    fact(done.returncode == 0, f'{len(asked)} expressions of the dashboard parse', done.stdout)


def sample():
    """Names of /metrics from a pump with one stream of each kind, TLS and a limit."""
    key, certificate = lab.FOLDER / 'pump.key', lab.FOLDER / 'pump.crt'
    lab.run(lab.need('openssl', 'openssl'), 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256',
            '-nodes', '-days', '10', '-subj', '/CN=pump', '-keyout', key, '-out', certificate)
    pump = lab.Pump('pump', [lab.file_stream('council'), {'name': 'p', 'path': 'p', 'type': 'mmsh_push'}],
                    ssl=True, ssl_port=lab.port(), ssl_key=str(key), ssl_cert=str(certificate), canary_ms=1000,
                    limits={'clients': 10, 'bandwidth_kbps': 100000})
    pump.start()
    lab.wait_for(lambda: 'stream_pump_canary_ok{' in pump.get('/metrics')[1], 20)
    status, text = pump.get('/metrics')
    fact(status == 200, 'the pump has /metrics')
    promtool = lab.need('promtool', 'prometheus')
    done = lab.run(promtool, 'check', 'metrics', input=text)
    fact(done.returncode == 0 and not done.stdout, 'promtool check metrics is silent', done.stdout)
    pump.stop()
    return set(re.findall(r'^([a-zA-Z_:][\w:]*)', text, re.M))


def check_metrics(asked):
    shown = sample()
    recorded = {name for path in PROMETHEUS.glob('*rules.yml')
                for name in re.findall(r'record: (\S+)', path.read_text())}
    over_snmp = set(re.findall(r'^  - name: (\w+)', (PROMETHEUS / 'snmp.yml').read_text(), re.M))
    for where, expression in [*expressions(), *[('dashboard', each) for each in asked]]:
        named = promql.metrics(promql.plain(expression))
        known = OF_PROMETHEUS | (over_snmp if 'snmp' in where else shown | recorded)
        fact(bool(named) and named <= known, f'{where}: {", ".join(sorted(named))}', named - known)


def check_snmpd():
    text = (DATA / 'snmpd/stream-pump.conf').read_text()
    root = mib.root.rsplit('.', 2)[0]
    for number in re.findall(r'^view\s+\S+\s+\w+\s+\.([\d.]+)', text, re.M):
        if number.startswith('1.3.6.1.4'):
            fact(number == root or number in mib.by_oid, f'view of {number}')
    writable = {node.oid for node in mib.objects.values() if node.access == 'read-write'}
    opened = set(re.findall(r'^view\s+pumpwrite\s+included\s+\.([\d.]+)', text, re.M))
    fact(opened == writable, f'the write view is the {len(writable)} columns that can be written', opened ^ writable)


if __name__ == '__main__':
    check_zabbix()
    check_exporter()
    check_snmpd()
    dashboard = check_dashboard()
    check_parses(dashboard)
    check_metrics(dashboard)
    lab.finish()

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-only
"""The built pump, fed by another, watched by check_snmp and check_http through a real
snmpd, and by Prometheus over /metrics and over snmp_exporter: each fault raises its
alarms, and its end ends them. The rules are those of the pack with their times cut."""
import json
import re
import signal
import socket
import time

import lab
from lab import DATA, FOLDER, fact
from nagios import execute, services_of

began = time.monotonic()
mib = lab.the_mib()
PROMETHEUS = DATA / 'prometheus'


def certificate(days):
    lab.run('openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days',
            str(days), '-subj', '/CN=pump', '-keyout', FOLDER / 'pump.key', '-out', FOLDER / 'pump.crt')


def picture(name, seconds, size, rate, bitrate):
    """Moving noise. The demo is ten seconds long: played in a loop it counts as a
    source that repeats itself."""
    path = FOLDER / name
    done = lab.run('ffmpeg', '-nostdin', '-loglevel', 'error', '-f', 'lavfi', '-i',
                   f'testsrc2=s={size}:r={rate},noise=alls=100:allf=t', '-t', str(seconds), '-c:v', 'wmv2',
                   '-b:v', bitrate, '-g', str(2 * rate), '-f', 'asf', path)
    if done.returncode:
        raise SystemExit(done.stdout)
    return path


def quick_rules():
    for name in ('stream-pump-rules.yml', 'stream-pump-snmp-rules.yml'):
        text = (PROMETHEUS / name).read_text()
        text = re.sub(r'for: \w+', 'for: 2s', text)
        text = re.sub(r'\[\d+m\]', '[10s]', text)
        (FOLDER / name).write_text(text)


class Watch:
    """Prometheus with the pack's rules, and snmp_exporter."""

    def __init__(self, pump, snmpd):
        self.exporter, self.port = lab.port(), lab.port()
        lab.start('exporter', 'prometheus-snmp-exporter', f'--config.file={PROMETHEUS}/snmp.yml',
                  f'--web.listen-address=127.0.0.1:{self.exporter}')
        quick_rules()
        self.target = f'127.0.0.1:{snmpd.port}'
        (FOLDER / 'prometheus.yml').write_text(json.dumps({
            'global': {'scrape_interval': '1s', 'scrape_timeout': '1s', 'evaluation_interval': '1s'},
            'rule_files': ['stream-pump-rules.yml', 'stream-pump-snmp-rules.yml'],
            'scrape_configs': [
                {'job_name': 'stream-pump', 'static_configs': [{'targets': [f'127.0.0.1:{pump.admin}']}]},
                {'job_name': 'stream-pump-snmp', 'metrics_path': '/snmp', 'scrape_interval': '2s',
                 'scrape_timeout': '2s',
                 'params': {'module': ['stream_pump'], 'target': [self.target]},
                 'static_configs': [{'targets': [f'127.0.0.1:{self.exporter}']}]}]}))
        lab.start('prometheus', 'prometheus', f'--config.file={FOLDER}/prometheus.yml',
                  f'--storage.tsdb.path={FOLDER}/tsdb', f'--web.listen-address=127.0.0.1:{self.port}')

    def ask(self, path):
        done = lab.run('curl', '-sS', '-m', '5', f'http://127.0.0.1:{self.port}{path}')
        return json.loads(done.stdout)['data'] if done.returncode == 0 and done.stdout.startswith('{') else None

    def firing(self, but='camera2'):
        """Alerts of the pump and of its streams but one."""
        data = self.ask('/api/v1/alerts') or {'alerts': []}
        return {each['labels']['alertname'] for each in data['alerts'] if each['state'] == 'firing'
                and but not in (each['labels'].get('stream'), each['labels'].get('spStreamName'))}

    def up(self):
        data = self.ask('/api/v1/targets?state=active')
        return bool(data) and all(each['health'] == 'up' for each in data['activeTargets']) and len(
            data['activeTargets']) == 2

    def scrape(self, module):
        done = lab.run('curl', '-sS', '-m', '10',
                       f'http://127.0.0.1:{self.exporter}/snmp?module={module}&target={self.target}')
        return done.stdout

    def told(self, alert):
        data = self.ask('/api/v1/alerts')
        return [each['annotations']['summary'] for each in data['alerts'] if each['labels']['alertname'] == alert]


class Stage:
    def __init__(self):
        for program, package in (('prometheus', 'prometheus'), ('prometheus-snmp-exporter', 'prometheus-snmp-exporter'),
                                 ('check_snmp', 'monitoring-plugins-standard'), ('snmpget', 'snmp'),
                                 ('check_http', 'monitoring-plugins-basic'), ('curl', 'curl'), ('ffmpeg', 'ffmpeg'),
                                 ('openssl', 'openssl')):
            lab.need(program, package)
        lab.os.environ.get('STREAM_PUMP') or lab.skip('STREAM_PUMP names no daemon')
        self.plain = picture('plain.asf', 240, '160x120', 10, '300k')
        # six megabits a second: buffers fill in seconds; and another header
        self.heavy = picture('heavy.asf', 60, '320x240', 25, '6M')
        certificate(90)
        self.traps = FOLDER / 'traps'
        self.source = lab.Pump('source', [lab.file_stream('council', self.plain), lab.file_stream('camera2')],
                               canary_ms=0)
        trap_port = lab.port(socket.SOCK_DGRAM)
        self.snmpd = lab.Snmpd(f'trap2sink 127.0.0.1:{trap_port} public')
        self._trap_receiver(trap_port)
        self.pump = lab.Pump(
            'pump', [lab.pull_stream('council', self.source.port, limits={'clients': 12}),
                     lab.pull_stream('camera2', self.source.port)],
            snmp={'agentx': f'unix:{self.snmpd.agentx}', 'ping_s': 1, 'max_age_ms': 500}, canary_ms=2000,
            ssl=True, ssl_port=lab.port(), ssl_key=str(FOLDER / 'pump.key'), ssl_cert=str(FOLDER / 'pump.crt'))
        self.source.start()
        self.pump.start()
        self.watch = Watch(self.pump, self.snmpd)

    def _trap_receiver(self, port):
        path = '@MONITORING_DIR@/snmpd/trap-handler'
        conf = (DATA / 'snmpd/snmptrapd.conf').read_text()
        (FOLDER / 'snmptrapd.conf').write_text(conf.replace(path, f'{DATA}/snmpd/trap-handler '
                                                            f'{mib.root.rsplit(".", 2)[0]} {self.traps}'))
        if lab.shutil.which('snmptrapd'):
            lab.start('snmptrapd', 'snmptrapd', '-f', '-C', '-c', FOLDER / 'snmptrapd.conf', '-On', '-Lo',
                      f'udp:127.0.0.1:{port}', env=self.snmpd.environment())

    def trapped(self):
        text = self.traps.read_text() if self.traps.exists() else ''
        return set(re.findall(r' (sp\w+)', text))

    def numbers(self):
        """stream name -> its number"""
        rows = self.snmpd.walk(mib['spStreamName'].oid)
        return {value.strip('"'): oid.rpartition('.')[2] for oid, value in rows.items()}

    def check(self, service):
        return execute(service, self.snmpd.port, self.pump.admin, self.services)

    def states(self, services):
        return {service: self.check(service)[0] for service in services}

    def settle(self):
        lab.wait_for(lambda: len(self.numbers()) == 2, 15)
        number = self.numbers()['council']
        certificates = self.snmpd.walk(mib['spCertSubject'].oid)
        self.services = services_of(number, next(iter(certificates), '.1').rpartition('.')[2])
        lab.wait_for(self.watch.up, 20, 0.5)
        fact(self.watch.up(), 'Prometheus scrapes the pump, and the pump by snmp_exporter')
        lab.wait_for(lambda: set(self.states(self.services).values()) == {'OK'}, 20, 1)
        time.sleep(1.1)  # what gives a rate is not asked twice in a second
        for service in self.services:
            state, text = self.check(service)
            fact(state == 'OK', f'{service}: OK', text)
        lab.wait_for(lambda: not self.watch.firing() - {'StreamPumpRestarted', 'StreamPumpSnmpRestarted'}, 30, 1)

    def exported(self):
        """What snmp_exporter makes of the pump. Names are the MIB's, not Prometheus's: promtool
        may say so (3), but it must be able to read them (not 1)."""
        text = self.watch.scrape('stream_pump')
        promtool = lab.run(lab.need('promtool', 'prometheus'), 'check', 'metrics', input=text)
        fact(promtool.returncode in (0, 3), 'snmp_exporter: promtool reads what it gives', promtool.stdout[-500:])
        shown = set(re.findall(r'^(sp\w+)', text, re.M))
        wanted = set(re.findall(r'^  - name: (\w+)', (PROMETHEUS / 'snmp.yml').read_text().split('\nstream_pump_clients:')[0],
                                re.M))
        # nobody is among the worst yet, and an index has no value of its own
        lacks = {name for name in wanted - shown if mib[name].is_value and not name.startswith('spWorst')}
        fact(len(shown) > 100 and not lacks, f'snmp_exporter: {len(shown)} metrics of the pump', sorted(lacks))

    def fault(self, title, break_it, mend, alerts, services, seconds=40, while_on=lambda: None):
        def raised():
            while_on()
            return alerts <= self.watch.firing() and self.states(services) == services

        def over():
            return not alerts & self.watch.firing() and set(self.states(services).values()) <= {'OK'}

        start = time.monotonic()
        break_it()
        lab.wait_for(raised, seconds, 0.5)
        firing, states = self.watch.firing(), self.states(services)
        took = time.monotonic() - start
        fact(alerts <= firing, f'{title}: {", ".join(sorted(alerts))} ({took:.0f} s)', firing)
        for service, wanted in services.items():
            fact(states[service] == wanted, f'{title}: {service} is {wanted}', self.check(service))
        for alert in alerts:
            for text in self.watch.told(alert):
                print(f'        "{text}"', flush=True)
        start = time.monotonic()
        mend()
        lab.wait_for(over, seconds, 0.5)
        firing, states = self.watch.firing(), self.states(services)
        took = time.monotonic() - start
        fact(not alerts & firing, f'{title}: it clears ({took:.0f} s)', alerts & firing)
        fact(set(states.values()) <= {'OK'}, f'{title}: OK again', states)


class Viewers:
    """Clients that ask for a stream and do not read on."""

    def __init__(self, port, path, count):
        self.sockets = []
        for _ in range(count):
            one = socket.socket()
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            one.connect(('127.0.0.1', port))
            one.sendall((f'GET /streams/{path} HTTP/1.0\r\nUser-Agent: NSPlayer/12.0\r\n'
                         'Pragma: no-cache,rate=1.000,stream-time=0,stream-offset=0:0,request-context=2\r\n'
                         'Pragma: xPlayStrm=1\r\nPragma: xClientGUID={3300AD50-2C39-46c0-AE0A-000000000001}\r\n'
                         'Pragma: stream-switch-count=1\r\nPragma: stream-switch-entry=ffff:1:0\r\n\r\n').encode())
            self.sockets.append(one)

    def close(self):
        for one in self.sockets:
            one.close()


def main():
    stage = Stage()
    stage.settle()
    stage.exported()
    print(f'        {time.monotonic() - began:.0f} s: all is up', flush=True)
    pump, source = stage.pump, stage.source
    streams = json.loads((pump.folder / 'pump.json').read_text())['streams']

    repeats = {'StreamPumpSourceLooping', 'StreamPumpSnmpHealth'}
    lab.wait_for(lambda: repeats <= stage.watch.firing('council'), 30, 0.5)
    fact(repeats <= stage.watch.firing('council'), 'a source that repeats itself is told', stage.watch.firing('council'))
    stage.fault('source lost', lambda: source.stop(signal.SIGKILL), source.start,
                {'StreamPumpSourceDown', 'StreamPumpSnmpNoMedia'},
                {'Stream council': 'CRITICAL', 'Health of council': 'CRITICAL', 'Streams without media': 'WARNING'})

    def again():
        # what came late stays late: a new connection is a new beginning
        source.process.send_signal(signal.SIGCONT)
        source.stop()
        source.start()

    stage.fault('source stalled', lambda: source.process.send_signal(signal.SIGSTOP),
                again,
                {'StreamPumpSourceStalled', 'StreamPumpSnmpHealth', 'StreamPumpCanaryFailed',
                 'StreamPumpSnmpCanaryFailed'}, {'Health of council': 'CRITICAL', 'Canary of council': 'CRITICAL'})
    def other_file():
        source.stop()
        source.configure([lab.file_stream('council', stage.heavy), lab.file_stream('camera2', stage.plain)])
        source.start()

    stage.fault('another header', other_file, lambda: None, {'StreamPumpHeaderChanged', 'StreamPumpSnmpHeaderChanged'}, {})

    fact(not repeats & stage.watch.firing('council'), 'and so is its end', stage.watch.firing('council'))
    crowd, clients = [], set()
    stage.fault('many are behind', lambda: crowd.append(Viewers(pump.port, 'council', 10)), lambda: crowd[0].close(),
                {'StreamPumpMassLag', 'StreamPumpSnmpMassLag'}, {}, 60, lambda: clients.update(
                    re.findall(r'^spClientLag\{[^}]*spClientNumber="(\d+)"[^}]*\} [1-9]',
                               stage.watch.scrape('stream_pump_clients'), re.M)))
    fact(len(clients) == 10, f'snmp_exporter: {len(clients)} clients that are behind, each by itself')

    def too_many():
        crowd.append(Viewers(pump.port, 'council', 14))

    stage.fault('limit reached', too_many, lambda: [each.close() for each in crowd],
                {'StreamPumpClientsRefused', 'StreamPumpStreamClientsRefused', 'StreamPumpSnmpClientsRejected'},
                {}, while_on=too_many)

    def reconfigure(**members):
        pump.configure(streams, **members)
        pump.reload()

    stage.fault('configuration rejected', lambda: reconfigure(workers='many'), lambda: reconfigure(workers=0),
                {'StreamPumpConfigRejected', 'StreamPumpSnmpConfigRejected'}, {'Configuration': 'WARNING'})

    def renew(days):
        certificate(days)
        pump.reload()

    stage.fault('certificate near its end', lambda: renew(10), lambda: renew(90),
                {'StreamPumpCertificateExpires', 'StreamPumpSnmpCertificateExpires'}, {'Certificate 1': 'WARNING'})
    stage.fault('drain', lambda: pump.get('/admin/drain', {}), lambda: pump.get('/admin/drain', {'off': True}),
                {'StreamPumpDraining'},
                {'Pump serves': 'CRITICAL', 'Admin REST': 'CRITICAL', 'Draining': 'WARNING', 'Pump': 'WARNING'})
    stage.fault('pump gone', lambda: pump.stop(signal.SIGKILL), pump.start,
                {'StreamPumpDown', 'StreamPumpSnmpGone'}, {name: 'CRITICAL' for name in stage.services
                                                           if name not in ('Clients turned away', 'Header of council',
                                                                           'Slow clients dropped')})
    lab.wait_for(lambda: 'StreamPumpRestarted' in stage.watch.firing(), 20, 0.5)
    fact('StreamPumpRestarted' in stage.watch.firing(), 'a restart is told')
    if stage.traps.exists():
        wanted = {'spPumpStarted', 'spSourceDown', 'spSourceUp', 'spStreamHeaderChanged', 'spStreamMassLag',
                  'spStreamMassLagOver', 'spConfigRejected', 'spCertExpiring'}
        lab.wait_for(lambda: wanted <= stage.trapped(), 5)
        fact(wanted <= stage.trapped(), f'{len(wanted)} kinds of notification were handled', wanted - stage.trapped())
    print(f'        {time.monotonic() - began:.0f} s in all', flush=True)
    lab.finish()


if __name__ == '__main__':
    main()

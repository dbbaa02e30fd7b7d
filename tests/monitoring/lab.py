# SPDX-License-Identifier: GPL-3.0-only
"""What the tests of the pack start and stop: a private snmpd on loopback, a pump
(the real one, or a stand-in whose every value can be set), and a count of facts.

Everything lives in one temporary folder and ends with the test; only processes
started here are ended."""
import atexit
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from functools import lru_cache
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
DATA = SOURCE / 'data/monitoring'
sys.path.insert(0, str(DATA))
sys.dont_write_bytecode = True
from mib import Mib  # noqa: E402

os.environ['PATH'] += ':/usr/sbin:/sbin'
MIB_FILE = SOURCE / 'mib/STREAM-PUMP-MIB.txt'
PLUGINS = Path('/usr/lib/nagios/plugins')
FOLDER = Path(tempfile.mkdtemp(prefix='pump-monitoring.'))
_running = []
_failed = []


def _clean():
    for process in reversed(_running):
        end(process)
    if _failed and os.environ.get('KEEP'):
        print(f'# kept: {FOLDER}')
    else:
        shutil.rmtree(FOLDER, ignore_errors=True)


atexit.register(_clean)
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


def skip(why):
    print(f'SKIP: {why}')
    sys.exit(77)


def need(program, package):
    """The path of @program; without it the test is skipped."""
    path = shutil.which(program) or (str(PLUGINS / program) if (PLUGINS / program).exists() else None)
    if not path:
        skip(f'{program} is missing (package {package})')
    return path


def fact(is_true, text, more=''):
    print(('ok      ' if is_true else 'NOT OK  ') + text, flush=True)
    if not is_true:
        _failed.append(text)
        if more:
            print('#  ' + str(more).strip().replace('\n', '\n#  '), flush=True)
    return is_true


def finish():
    print(f'{len(_failed)} failed')
    sys.exit(1 if _failed else 0)


def wait_for(what, seconds, every=0.2):
    """What @what gives once it is true; its last answer when time is over."""
    end_at = time.monotonic() + seconds
    while True:
        answer = what()
        if answer or time.monotonic() > end_at:
            return answer
        time.sleep(every)


def port(kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


def run(*command, timeout=60, **more):
    return subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, timeout=timeout, check=False, **more)


def start(name, *command, **more):
    log = open(FOLDER / f'{name}.log', 'ab')
    process = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=log,
                               stderr=log, start_new_session=True, **more)
    _running.append(process)
    return process


def end(process, how=signal.SIGTERM):
    if process.poll() is None:
        process.send_signal(how)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    if process in _running:
        _running.remove(process)


def log_of(name):
    return (FOLDER / f'{name}.log').read_text(errors='replace')[-3000:]


class Snmpd:
    """A master agent on a port of its own. @more goes into its configuration."""

    def __init__(self, more='', name='snmpd'):
        need('snmpd', 'snmpd')
        self.name, self.process = name, None
        self.agentx = FOLDER / f'{name}.agentx'
        for _ in range(5):
            self.port = port(socket.SOCK_DGRAM)
            (FOLDER / f'{name}.conf').write_text(
                f'agentAddress udp:127.0.0.1:{self.port}\nmaster agentx\nagentXSocket unix:{self.agentx}\n'
                'agentXPerms 0600 0700\nagentXTimeout 2\nagentXRetries 1\n'
                f'rocommunity public 127.0.0.1\nrwcommunity private 127.0.0.1\n{more}\n')
            self.start()
            if wait_for(lambda: self.get('1.3.6.1.2.1.1.3.0') or self.process.poll() is not None, 10) is not True:
                return
        sys.exit('no snmpd: ' + log_of(name))

    def environment(self):
        return {**os.environ, 'MIBS': '', 'SNMPCONFPATH': str(FOLDER), 'SNMP_PERSISTENT_DIR': str(FOLDER / f'{self.name}.persist')}

    def start(self):
        self.process = start(self.name, 'snmpd', '-f', '-C', '-c', FOLDER / f'{self.name}.conf', '-Lo', '-I',
                             '-smux,mteTrigger,mteTriggerConf,diskio,lmSensors,ifTable,ifXTable,hr_filesys,'
                             'hr_storage,ucd_snmp', env=self.environment())

    def get(self, oid):
        done = run('snmpget', '-v2c', '-c', 'public', '-Ovqe', '-t', '1', '-r', '1', f'127.0.0.1:{self.port}', oid,
                   env=self.environment())
        return None if done.returncode or 'No Such' in done.stdout else done.stdout.strip()

    def walk(self, oid):
        done = run('snmpbulkwalk', '-v2c', '-c', 'public', '-On', '-Oqe', '-t', '2', f'127.0.0.1:{self.port}', oid,
                   env=self.environment())
        rows = (line.partition(' ') for line in done.stdout.splitlines() if line.startswith('.'))
        return {name: value for name, _, value in rows if not value.startswith('No ')}


class StandIn:
    """A pump whose every value can be set, behind a private snmpd."""

    def __init__(self, mib):
        self.mib, self.path = mib, FOLDER / 'standin.json'
        self.cells = sane(mib)
        self.write()
        self.snmpd = Snmpd(f'pass_persist .{mib.root} {sys.executable} '
                           f'{SOURCE}/tests/monitoring/standin.py {MIB_FILE} {self.path}')

    def write(self, cells=None):
        text = json.dumps(self.cells if cells is None else cells)
        (FOLDER / 'standin.new').write_text(text)
        os.replace(FOLDER / 'standin.new', self.path)

    def set(self, **cells):
        """NAME_INSTANCE=value, '_' for the dots; back to the sane values first."""
        self.write({**self.cells, **{key.replace('_', '.'): value for key, value in cells.items()}})

    def gone(self):
        self.write({})


# a healthy value for each object; others get one by their type
SANE = {
    'spPumpUpTime': 360000, 'spPumpOperStatus': 2, 'spPumpAdminStatus': 1, 'spPumpConfigResult': 1,
    'spPumpDrainState': 1, 'spPumpStreamsAlarm': 0, 'spPumpClients': 12, 'spPumpClientLimit': 5000,
    'spPumpBitRateLimit': 1000000, 'spPumpLoopDelay': 3, 'spPumpDescriptorsUsed': 40, 'spPumpDescriptorLimit': 1024,
    'spStreamAdminStatus': 1, 'spStreamOperStatus': 1, 'spStreamHealth': 1, 'spStreamHealthReason': '',
    'spStreamClients': 12, 'spStreamClientLimit': 500, 'spStreamKickAll': 1,
    'spStreamClientsBehind': 0, 'spStreamLagWorst': 120, 'spStreamStartDelay': 80,
    'spCanaryResult': 2, 'spCanaryFirstByte': 2, 'spCanaryHeader': 3, 'spCanaryFirstPacket': 60,
    'spCanaryStalls': 0, 'spCanaryStallTime': 0, 'spCanaryError': '',
    'spSourceType': 1, 'spSourceUrl': 'mmsh://encoder.example.org/', 'spSourceOperStatus': 1, 'spSourceHealth': 1,
    'spSourceAddressType': 1, 'spSourceAdminStatus': 1, 'spSourceLastError': '', 'spSourceHealthReason': '',
    'spStreamName': 'council', 'spListenerName': 'media', 'spListenerAddressType': 1, 'spListenerOperStatus': 1,
    'spCertRole': 1, 'spCertSubject': 'CN=pump.example.org', 'spCertDaysLeft': 80, 'spCertStatus': 1,
    'spHouseLinkStatus': 3, 'spClientTableMode': 2, 'spWorstLag': 120, 'spNotifyEnable': 1,
}
BY_TYPE = {'DateAndTime': '07 EA 08 19 0C 00 00 00 2B 00 00', 'InetAddress': '7F 00 00 01', 'TruthValue': 2,
           'SnmpAdminString': 'text', 'InetPortNumber': 8086, 'OBJECT IDENTIFIER': '.1.3.6.1'}
# rows by the last word of the INDEX
ROWS = {'spStreamIndex': ['1', '2'], 'spSourceIndex': ['1.1', '2.1'], 'spListenerIndex': ['1'], 'spCertIndex': ['1'],
        'spWorstRank': ['1.1', '1.2'], 'spLagBucket': [f'1.{n}' for n in range(1, 9)],
        'spClientNumber': [], 'spEventNumber': []}


def sane(mib):
    cells = {}
    for node in mib.objects.values():
        if not node.is_value:
            continue
        rows = ['0']
        if not node.is_scalar:
            entry = mib.by_oid[node.oid.rpartition('.')[0]]
            entry = mib[entry.augments] if entry.augments else entry
            rows = ROWS[entry.index[-1]]
        for row in rows:
            value = SANE.get(node.name, BY_TYPE.get(node.syntax.split(' (')[0], 1))
            if node.syntax.startswith('OCTET'):
                value = '00'
            cells[f'{node.name}.{row}'] = value
    if 'spStreamName.2' in cells:
        cells['spStreamName.2'] = 'camera2'
    return cells


class Pump:
    """The daemon under test ($STREAM_PUMP); skipped when there is none."""

    def __init__(self, name, streams, **members):
        self.name, self.port, self.admin = name, port(), port()
        self.program = os.environ.get('STREAM_PUMP') or skip('STREAM_PUMP names no daemon')
        self.folder = FOLDER / name
        self.folder.mkdir()
        self.members, self.process = members, None
        self.configure(streams)

    def configure(self, streams, **members):
        self.members.update(members)
        (self.folder / 'pump.json').write_text(json.dumps({
            'listen': ['127.0.0.1'], 'port': self.port,
            'admin': {'listen': '127.0.0.1', 'port': self.admin}, 'streams': streams, **self.members,
            # a machine that has too much to do is no reason to refuse a test
            'limits': {'lateness_ms': 0, **self.members.get('limits', {})}}))

    def start(self):
        self.process = start(self.name, self.program, '--config', self.folder / 'pump.json',
                             env={**os.environ, 'STATE_DIRECTORY': str(self.folder)})
        if not wait_for(lambda: self.get('/healthz')[0] == 200 or self.process.poll() is not None, 20) \
                or self.process.poll() is not None:
            sys.exit(f'{self.name} does not start: ' + log_of(self.name))

    def stop(self, how=signal.SIGTERM):
        end(self.process, how)

    def reload(self):
        self.process.send_signal(signal.SIGHUP)

    def get(self, path, body=None):
        """status, text; status 0: nobody is there"""
        request = urllib.request.Request(f'http://127.0.0.1:{self.admin}{path}',
                                         data=None if body is None else json.dumps(body).encode(),
                                         headers={'Content-Type': 'application/json'})
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ''

    def json(self, path):
        return json.loads(self.get(path)[1])


def file_stream(path, file=None, **more):
    return {'name': path, 'path': path, 'type': 'file',
            'source_options': {'path': str(file or SOURCE / 'data/demo.asf')}, **more}


def pull_stream(path, from_port, **more):
    return {'name': path, 'path': path, 'type': 'mmsh_pull', 'source_options': {
        'host': '127.0.0.1', 'port': from_port, 'path': f'/streams/{path}', 'retry_ms': 500, 'stall_ms': 40000},
        **more}


@lru_cache
def the_mib():
    return Mib(MIB_FILE)

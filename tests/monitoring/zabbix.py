# SPDX-License-Identifier: GPL-3.0-only
"""A private Zabbix 6.0: PostgreSQL, the server, and its API under "php -S", all on
loopback and in the test's folder. No web server and no service manager."""
import json
import os
import pwd
import shutil
import socket
import subprocess
import urllib.request
from pathlib import Path

import lab
from lab import FOLDER

POSTGRES = Path('/usr/lib/postgresql/15/bin')
SCHEMA = Path('/usr/share/zabbix-server-pgsql')
FRONTEND = Path('/usr/share/zabbix')


def low_port():
    """Zabbix takes none above 32767, where the kernel chooses."""
    for number in range(21000 + os.getpid() % 9000, 32767):
        with socket.socket() as probe:
            try:
                probe.bind(('127.0.0.1', number))
            except OSError:
                continue
        return number
    raise SystemExit('no port below 32768 is free')


class Zabbix:
    def __init__(self):
        lab.need('zabbix_server', 'zabbix-server-pgsql')
        lab.need('php', 'php-cli')
        if not (POSTGRES / 'initdb').exists():
            lab.skip('PostgreSQL 15 is missing (package postgresql-15)')
        if not FRONTEND.is_dir():
            lab.skip('the frontend is missing (package zabbix-frontend-php)')
        self.token, self.number = None, 0
        FOLDER.chmod(0o755)
        self._database()
        self._server()
        self._frontend()

    def _database(self):
        """As nobody's superuser: PostgreSQL will not run as root."""
        self.base, self.socket = FOLDER / 'postgres', FOLDER / 'sockets'
        self.base.mkdir(mode=0o700)
        self.socket.mkdir()
        who = {}
        if os.getuid() == 0:
            user = pwd.getpwnam('postgres')
            who = {'user': user.pw_uid, 'group': user.pw_gid, 'extra_groups': []}
            for folder in (self.base, self.socket):
                os.chown(folder, user.pw_uid, user.pw_gid)
        done = lab.run(POSTGRES / 'initdb', '-D', self.base, '-A', 'trust', '-U', 'zabbix', '-N', '-E', 'UTF8',
                       '--locale=C', cwd='/', **who)
        if done.returncode:
            raise SystemExit(done.stdout)
        lab.start('postgres', POSTGRES / 'postgres', '-D', self.base, '-c', 'listen_addresses=', '-c',
                  f'unix_socket_directories={self.socket}', '-c', 'fsync=off', '-c', 'synchronous_commit=off', '-c',
                  'full_page_writes=off', cwd='/', **who)
        self.psql = ['psql', '-h', str(self.socket), '-U', 'zabbix', '-qAtX', '-v', 'ON_ERROR_STOP=1']
        if not lab.wait_for(lambda: self._sql('select 1', 'template1').returncode == 0, 30):
            raise SystemExit(lab.log_of('postgres'))
        self._sql('create database zabbix', 'template1')
        for name in ('schema', 'images', 'data'):
            text = subprocess.run(['zcat', str(SCHEMA / f'{name}.sql.gz')], stdout=subprocess.PIPE, check=True).stdout
            done = subprocess.run([*self.psql, '-1', 'zabbix'], input=text, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.PIPE, check=False)
            if done.returncode:
                raise SystemExit(done.stderr.decode())
        self._sql('analyze')

    def _sql(self, text, database='zabbix'):
        return lab.run(*self.psql, '-c', text, database)

    def _server(self):
        self.port = low_port()
        (FOLDER / 'zabbix.conf').write_text(
            f'ListenPort={self.port}\nListenIP=127.0.0.1\nLogType=console\nPidFile={FOLDER}/zabbix.pid\n'
            f'SocketDir={FOLDER}\nDBHost={self.socket}\nDBName=zabbix\nDBUser=zabbix\nAllowRoot=1\n'
            'StartPollers=3\nStartPingers=0\nStartDiscoverers=0\nStartHTTPPollers=0\nStartTrappers=2\n'
            'CacheUpdateFrequency=2\nHousekeepingFrequency=0\nFpingLocation=/bin/true\n')
        self.server = lab.start('zabbix', 'zabbix_server', '-f', '-c', FOLDER / 'zabbix.conf')

    def _frontend(self):
        web, self.web = FOLDER / 'web', lab.port()
        shutil.copytree(FRONTEND, web, ignore=shutil.ignore_patterns('locale', 'fonts', 'img'), symlinks=False)
        (web / 'conf').mkdir(exist_ok=True)
        # the frontend knows its configuration by one constant
        loader = web / 'include/classes/core/CConfigFile.php'
        loader.write_text(loader.read_text().replace('/etc/zabbix/zabbix.conf.php', f'{web}/conf/zabbix.conf.php'))
        keys = {'TYPE': 'POSTGRESQL', 'SERVER': str(self.socket), 'PORT': '5432', 'DATABASE': 'zabbix',
                'USER': 'zabbix', 'PASSWORD': '', 'SCHEMA': '', 'ENCRYPTION': False, 'KEY_FILE': '', 'CERT_FILE': '',
                'CA_FILE': '', 'VERIFY_HOST': False, 'CIPHER_LIST': '', 'VAULT_URL': '', 'VAULT_DB_PATH': '',
                'VAULT_TOKEN': '', 'DOUBLE_IEEE754': True}
        (web / 'conf/zabbix.conf.php').write_text(
            f"<?php\n$DB = json_decode('{json.dumps(keys)}', true);\n$ZBX_SERVER = '127.0.0.1';\n"
            f"$ZBX_SERVER_PORT = '{self.port}';\n$ZBX_SERVER_NAME = 'lab';\n"
            '$IMAGE_FORMAT_DEFAULT = IMAGE_FORMAT_PNG;\n')
        lab.start('php', 'php', '-d', 'memory_limit=256M', '-S', f'127.0.0.1:{self.web}', cwd=web)
        if not lab.wait_for(self._login, 30):
            raise SystemExit('no API: ' + lab.log_of('php'))
        if self.server.poll() is not None:
            raise SystemExit('no server: ' + lab.log_of('zabbix'))

    def _login(self):
        try:
            self.token = self.ask('user.login', username='Admin', password='zabbix')
        except OSError:
            return False
        return True

    def ask(self, method, params=None, **named):
        self.number += 1
        body = {'jsonrpc': '2.0', 'method': method, 'params': named if params is None else params,
                'id': self.number, 'auth': self.token}
        request = urllib.request.Request(f'http://127.0.0.1:{self.web}/api_jsonrpc.php', json.dumps(body).encode(),
                                         {'Content-Type': 'application/json-rpc'})
        with urllib.request.urlopen(request, timeout=60) as answer:
            reply = json.load(answer)
        if 'error' in reply:
            raise RuntimeError(f'{method}: {reply["error"]}')
        return reply['result']

    def take(self, path):
        """Imports a template, as the page "Import" does with everything ticked."""
        rules = {name: {'createMissing': True, 'updateExisting': True, **({} if name == 'templates' else {
            'deleteMissing': True})} for name in ('templates', 'items', 'discoveryRules', 'triggers', 'graphs',
                                                  'valueMaps')}
        rules['groups'] = {'createMissing': True, 'updateExisting': True}
        return self.ask('configuration.import', format='yaml', rules=rules, source=path.read_text())

    def host(self, name, template, port, macros):
        template = self.ask('template.get', filter={'host': [template]})[0]['templateid']
        group = self.ask('hostgroup.get', limit=1)[0]['groupid']
        made = self.ask('host.create', host=name, groups=[{'groupid': group}], templates=[{'templateid': template}],
                        macros=[{'macro': macro, 'value': value} for macro, value in macros.items()],
                        interfaces=[{'type': 2, 'main': 1, 'useip': 1, 'ip': '127.0.0.1', 'dns': '',
                                     'port': str(port), 'details': {'version': 2, 'bulk': 1, 'community': 'public'}}])
        return made['hostids'][0]

    def items(self, host):
        return self.ask('item.get', hostids=host, output=['itemid', 'name', 'key_', 'lastvalue', 'lastclock', 'state', 'error'],
                        webitems=False)

    def problems(self, host):
        return {each['name'] for each in self.ask('problem.get', hostids=host, output=['name'])}

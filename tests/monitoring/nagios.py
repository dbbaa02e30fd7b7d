# SPDX-License-Identifier: GPL-3.0-only
"""The Nagios pack, read and run as Nagios would."""
import re
import shlex

import lab
from lab import DATA

NAGIOS = DATA / 'nagios'
COMMANDS = (NAGIOS / 'stream-pump-commands.cfg').read_text()
SERVICES = (NAGIOS / 'stream-pump-services.cfg').read_text()
BLOCK = re.compile(r'(?:^#[^\n]*\n)*define command \{\n\s*command_name\s+(\S+)\n\s*command_line\s+(.*?)\n\}', re.M)
commands = dict(BLOCK.findall(COMMANDS))
services = dict(re.findall(r'service_description\s+(.*?)\n\s*check_command\s+(\S.*?)\n', SERVICES))
STATES = ['OK', 'WARNING', 'CRITICAL', 'UNKNOWN']


def services_of(stream, certificate):
    """The example's, for the stream and the certificate of these numbers."""
    renumbered = {}
    for name, call in services.items():
        command, *arguments = call.split('!')
        if 'council' in name:
            arguments[0] = re.sub(r'^1', stream, arguments[0])
        elif 'Certificate' in name:
            arguments[0] = certificate
        renumbered[name] = '!'.join([command, *arguments])
    return renumbered


def execute(service, snmp_port, admin_port=0, calls=None):
    """The state and the text of one check."""
    name, *arguments = (calls or services)[service].split('!')
    line = commands[name]
    values = {'USER1': str(lab.PLUGINS), 'HOSTADDRESS': '127.0.0.1', '_HOSTSNMP_PORT': str(snmp_port),
              '_HOSTSNMP_AUTH': '-P 2c -C public', '_HOSTPUMP_OID': '.' + lab.the_mib().root,
              '_HOSTADMIN_PORT': str(admin_port), '_HOSTADMIN_AUTH': '',
              **{f'ARG{number}': text for number, text in enumerate(arguments, 1)}}
    for macro, value in values.items():
        line = line.replace(f'${macro}$', value)
    # a state folder of the test's own, for --rate
    done = lab.run(*shlex.split(line), env={**lab.os.environ, 'MP_STATE_PATH': str(lab.FOLDER)})
    return STATES[min(done.returncode, 3)], done.stdout.strip()

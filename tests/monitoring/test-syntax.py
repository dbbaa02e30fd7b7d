#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-only
"""Nagios and Icinga 2 read the files of the pack, and Icinga 2 makes of them the
checks that the Nagios file has: the same objects, thresholds and labels."""
import getpass
import grp
import os
import re
import shutil

import lab
from lab import FOLDER, fact
from nagios import NAGIOS, commands, services

mib = lab.the_mib()
USER, GROUP = getpass.getuser(), grp.getgrgid(os.getgid()).gr_name
AS_WE_ARE = {**os.environ, 'ICINGA2_USER': USER, 'ICINGA2_GROUP': GROUP}
DAYS = '\n'.join(f'    {day} 00:00-24:00' for day in (
    'sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'))
# what the Nagios of a site has already
BASE = f'''
define timeperiod {{
    timeperiod_name 24x7
    alias all
{DAYS}
}}
define command {{
    command_name check-host-alive
    command_line /bin/true
}}
define contact {{
    contact_name nagiosadmin
    service_notification_period 24x7
    host_notification_period 24x7
    service_notification_commands check-host-alive
    host_notification_commands check-host-alive
}}
'''
ICINGA = f'''
const PluginDir = "{lab.PLUGINS}"
const NodeName = "lab"
const ZoneName = "lab"
include <itl>
include "{NAGIOS}/stream-pump-icinga2.conf"
object CheckCommand "alive" {{ command = [ "/bin/true" ] }}
object Host "pump-1" {{
  check_command = "alive"
  address = "127.0.0.1"
  vars.pump_oid = ".{mib.root}"
  vars.pump_streams["council"] = {{ number = 1, clients_warn = 450, clients_crit = 490 }}
  vars.pump_certificates["media"] = {{ number = 1 }}
}}
'''
# Icinga 2's name for the Nagios service
SAME = {
    'pump state': 'Pump', 'pump streams without media': 'Streams without media', 'pump turned away': 'Clients turned away',
    'pump dropped': 'Slow clients dropped', 'pump configuration': 'Configuration', 'pump draining': 'Draining',
    'pump main loop': 'Main loop', 'pump house': 'Pump House', 'pump stream council': 'Stream council',
    'pump send lateness': 'Send lateness',
    'pump health of council': 'Health of council', 'pump lag of council': 'Lag of council',
    'pump canary of council': 'Canary of council', 'pump header of council': 'Header of council',
    'pump certificate media': 'Certificate 1',
}


def check_nagios(program):
    (FOLDER / 'base.cfg').write_text(BASE)
    (FOLDER / 'resource.cfg').write_text(f'$USER1$={lab.PLUGINS}\n')
    (FOLDER / 'results').mkdir()
    (FOLDER / 'nagios.cfg').write_text(
        f'cfg_file={FOLDER}/base.cfg\ncfg_file={NAGIOS}/stream-pump-commands.cfg\n'
        f'cfg_file={NAGIOS}/stream-pump-services.cfg\nresource_file={FOLDER}/resource.cfg\n'
        f'log_file={FOLDER}/nagios.log\ntemp_file={FOLDER}/tmp\ntemp_path={FOLDER}\n'
        f'nagios_user={USER}\nnagios_group={GROUP}\n'
        f'check_result_path={FOLDER}/results\nlock_file={FOLDER}/lock\nillegal_macro_output_chars=`~$&|\'"<>\n')
    done = lab.run(program, '-v', FOLDER / 'nagios.cfg')
    fact(done.returncode == 0 and 'Total Warnings: 0' in done.stdout, 'Nagios 4 reads the files without a warning',
         done.stdout[-1500:])


def icinga_checks(program):
    (FOLDER / 'icinga2.conf').write_text(ICINGA)
    where = [f'-D{name}={FOLDER}' for name in ('CacheDir', 'DataDir', 'LogDir', 'InitRunDir', 'SpoolDir')]
    done = lab.run(program, 'daemon', '-C', '-c', FOLDER / 'icinga2.conf', *where, env=AS_WE_ARE)
    fact(done.returncode == 0 and 'warning' not in done.stdout, 'Icinga 2 reads the file', done.stdout[-1500:])
    listed = lab.run(program, 'object', 'list', '--type', 'Service', *where, env=AS_WE_ARE).stdout
    listed = re.sub(r'\x1b\[[\d;]*m', '', listed)
    for block in listed.split("Object 'pump-1!")[1:]:
        yield block.split("'")[0], {key: value.strip().strip('"') for key, value in
                                    re.findall(r'\* pump_(\w+) = (.*)', block)}


def check_icinga2(program):
    seen = dict(icinga_checks(program))
    fact(set(seen) == set(SAME), f'{len(seen)} services', set(seen) ^ set(SAME))
    for name, values in seen.items():
        call, *arguments = services[SAME[name]].split('!')
        line = commands[call].replace('$_HOSTPUMP_OID$', '.' + mib.root)
        for number, text in enumerate(arguments, 1):
            line = line.replace(f'$ARG{number}$', text)
        wanted = {key: re.search(rf' {option} (\S+)', line).group(1) for key, option in (
            ('oids', '-o'), ('warn', '-w'), ('crit', '-c'), ('label', '-l'))}
        found = {key: values.get(key) for key in wanted}
        rate = values.get('rate') == 'true'
        fact(found == wanted and rate == ('--rate' in line), f'{name} is as in Nagios', f'{found}\n{wanted}')


def main():
    tools = {'nagios4': check_nagios, 'icinga2': check_icinga2}
    there = [name for name in tools if shutil.which(name)]
    if not there:
        lab.skip('nagios4 and icinga2 are missing (packages nagios4-core, icinga2-bin)')
    for name in tools:
        if name in there:
            tools[name](shutil.which(name))
        else:
            print(f'        not tried, {name} is missing')
    lab.finish()


if __name__ == '__main__':
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-only
"""Each alert of Prometheus, by promtool: quiet while all is well, firing on its
fault, quiet again after it. Five minutes well, ten of fault, the rest well."""
import json
import re

import lab
from lab import DATA, fact

PROMETHEUS = DATA / 'prometheus'
promtool = lab.need('promtool', 'prometheus')
INSTANCE = 'instance="pump-1"'
STREAM = f'{INSTANCE}, stream="council"'
JOB = f'{INSTANCE}, job="stream-pump"'
SNMP = f'{INSTANCE}, job="stream-pump-snmp"'
SNMP_STREAM = f'{INSTANCE}, spStreamName="council"'
DAY = 86400


def gauge(well, fault):
    return f'{well}x20 {fault}x39 {well}x120'


def counter(each):
    """Rises by @each in every interval of the fault."""
    return f'0x20 {each}+{each}x39 {40 * each}x120'


def states(metric, labels, label, words, well, fault):
    return {f'{metric}{{{labels}, {label}="{word}"}}': gauge(int(word == well), int(word == fault)) for word in words}


PUMP_STATES = ['starting', 'up', 'degraded', 'draining', 'full', 'stopping']
STREAM_STATES = ['disabled', 'idle', 'waiting', 'holding', 'live', 'fallback']
HEALTHS = ['ok', 'degraded', 'stalled', 'looping', 'absent']
SNMP_STATES = ['up', 'connecting', 'noSource', 'stalled', 'disabled', 'failed', 'idle']


def pump_state(fault):
    return states('stream_pump_state', INSTANCE, 'state', PUMP_STATES, 'up', fault)


def stream_state(fault):
    return states('stream_pump_stream_state', STREAM, 'state', STREAM_STATES, 'live', fault)


def health(fault):
    return states('stream_pump_stream_health', STREAM, 'health', HEALTHS, 'ok', fault)


def one(metric, labels, well, fault):
    return {f'{metric}{{{labels}}}': gauge(well, fault)}


def rising(metric, labels, each=1):
    return {f'{metric}{{{labels}}}': counter(each)}


def snmp_set(metric, words, well, fault, labels=SNMP_STREAM):
    return states(metric, labels, metric, words, well, fault)


# alert, labels of what fires, series
ALERTS = [
    ('StreamPumpDown', JOB, one('up', JOB, 1, 0)),
    ('StreamPumpNobodyScraped', 'job="stream-pump"',
     {f'up{{job="stream-pump", {INSTANCE}}}': '1x20 stale _x38 1x120'}),
    ('StreamPumpRestarted', JOB, {f'process_start_time_seconds{{{JOB}}}': '0x20 400x160'}),
    ('StreamPumpConfigRejected', INSTANCE, one('stream_pump_config_ok', INSTANCE, 1, 0)),
    ('StreamPumpDraining', f'{INSTANCE}, state="draining"', pump_state('draining')),
    ('StreamPumpFull', f'{INSTANCE}, state="full"', pump_state('full')),
    ('StreamPumpNearClientLimit', INSTANCE,
     {**one('stream_pump_clients', INSTANCE, 10, 90), **one('stream_pump_client_limit', INSTANCE, 100, 100)}),
    ('StreamPumpNearBandwidthLimit', INSTANCE,
     {**one('stream_pump_bitrate_out_bps', INSTANCE, 1000, 9500),
      **one('stream_pump_bandwidth_limit_bps', INSTANCE, 10000, 10000)}),
    ('StreamPumpNearDescriptorLimit', JOB,
     {**one('process_open_fds', JOB, 10, 1000), **one('process_max_fds', JOB, 1024, 1024)}),
    ('StreamPumpAcceptPaused', INSTANCE, rising('stream_pump_accept_pauses_total', INSTANCE)),
    ('StreamPumpClientsRefused', INSTANCE, rising('stream_pump_requests_limited_total', INSTANCE)),
    ('StreamPumpOverloaded', f'{INSTANCE}, cause="lateness"',
     one('stream_pump_overload', f'{INSTANCE}, cause="lateness"', 0, 1)),
    ('StreamPumpLoopLate', INSTANCE, one('stream_pump_loop_delay_seconds', INSTANCE, 0.01, 0.9)),
    ('StreamPumpListenerDown', f'{INSTANCE}, listener="media"',
     one('stream_pump_listener_up', f'{INSTANCE}, listener="media"', 1, 0)),
    ('StreamPumpSnmpLost', INSTANCE, {f'stream_pump_agentx_losses_total{{{INSTANCE}}}': '0x20 1x160',
                                      **one('stream_pump_agentx_connected', INSTANCE, 1, 0)}),
    ('StreamPumpAccessLogLost', INSTANCE, rising('stream_pump_access_lines_lost_total', INSTANCE)),
    ('StreamPumpCertificateExpires', f'{INSTANCE}, file="pump.crt"',
     one('stream_pump_certificate_expiry_timestamp_seconds', f'{INSTANCE}, file="pump.crt"', 90 * DAY, 20 * DAY)),
    ('StreamPumpCertificateExpiresSoon', f'{INSTANCE}, file="pump.crt"',
     one('stream_pump_certificate_expiry_timestamp_seconds', f'{INSTANCE}, file="pump.crt"', 90 * DAY, 100)),
    ('StreamPumpSourceDown', f'{STREAM}, state="waiting"', stream_state('waiting')),
    ('StreamPumpSourceDown', f'{STREAM}, state="holding"', stream_state('holding')),
    ('StreamPumpOnFallback', f'{STREAM}, state="fallback"', stream_state('fallback')),
    ('StreamPumpSourceStalled', f'{STREAM}, health="stalled"', health('stalled')),
    ('StreamPumpSourceLooping', f'{STREAM}, health="looping"', health('looping')),
    ('StreamPumpSourceDegraded', f'{STREAM}, health="degraded"', health('degraded')),
    ('StreamPumpSourceFlaps', STREAM, rising('stream_pump_stream_source_losses_total', STREAM)),
    ('StreamPumpHeaderChanged', STREAM, rising('stream_pump_stream_header_changes_total', STREAM)),
    ('StreamPumpStreamNearClientLimit', STREAM,
     {**one('stream_pump_stream_clients', STREAM, 10, 95), **one('stream_pump_stream_client_limit', STREAM, 100, 100)}),
    ('StreamPumpStreamClientsRefused', STREAM, rising('stream_pump_stream_clients_refused_stream_total', STREAM)),
    ('StreamPumpMassLag', STREAM,
     {**one('stream_pump_stream_clients', STREAM, 20, 20), **one('stream_pump_stream_clients_behind', STREAM, 0, 12)}),
    ('StreamPumpClientsCut', STREAM, rising('stream_pump_stream_clients_cut_total', STREAM, 5)),
    ('StreamPumpCanaryFailed', STREAM, one('stream_pump_canary_ok', STREAM, 1, 0)),
    ('StreamPumpStartsSlowly', STREAM, one('stream_pump_canary_first_packet_seconds', STREAM, 0.1, 4)),
    # over SNMP
    ('StreamPumpSnmpGone', SNMP, {**one('up', SNMP, 1, 0), f'spPumpUpTime{{{INSTANCE}}}': '100x20 stale _x38 1x120'}),
    ('StreamPumpSnmpGone', SNMP, {f'up{{{SNMP}}}': '1x180', f'spPumpUpTime{{{INSTANCE}}}': '100x20 stale _x38 1x120'}),
    ('StreamPumpSnmpRestarted', INSTANCE, {f'spPumpUpTime{{{INSTANCE}}}': '1000+15x20 0+15x160'}),
    ('StreamPumpSnmpNoMedia', f'{SNMP_STREAM}, spStreamOperStatus="noSource"',
     snmp_set('spStreamOperStatus', SNMP_STATES, 'up', 'noSource')),
    ('StreamPumpSnmpNoMedia', f'{SNMP_STREAM}, spStreamOperStatus="stalled"',
     snmp_set('spStreamOperStatus', SNMP_STATES, 'idle', 'stalled')),
    ('StreamPumpSnmpHealth', f'{SNMP_STREAM}, spStreamHealth="looping"',
     snmp_set('spStreamHealth', HEALTHS, 'ok', 'looping')),
    ('StreamPumpSnmpHeaderChanged', SNMP_STREAM, rising('spStreamHeaderChanges', SNMP_STREAM)),
    ('StreamPumpSnmpNearClientLimit', INSTANCE,
     {**one('spPumpClients', INSTANCE, 10, 95), **one('spPumpClientLimit', INSTANCE, 100, 100)}),
    ('StreamPumpSnmpClientsRejected', INSTANCE, rising('spPumpClientsRejected', INSTANCE)),
    ('StreamPumpSnmpClientsDropped', INSTANCE, rising('spPumpClientsDropped', INSTANCE, 5)),
    ('StreamPumpSnmpMassLag', SNMP_STREAM,
     {**one('spStreamClientsBehind', SNMP_STREAM, 0, 12), **one('spStreamClients', SNMP_STREAM, 20, 20)}),
    ('StreamPumpSnmpCanaryFailed', f'{SNMP_STREAM}, spCanaryResult="failed"',
     snmp_set('spCanaryResult', ['none', 'played', 'failed'], 'played', 'failed')),
    ('StreamPumpSnmpConfigRejected', f'{INSTANCE}, spPumpConfigResult="invalid"',
     snmp_set('spPumpConfigResult', ['ok', 'invalid', 'unreadable'], 'ok', 'invalid', INSTANCE)),
    ('StreamPumpSnmpHouseLost', f'{INSTANCE}, spHouseLinkStatus="lost"',
     snmp_set('spHouseLinkStatus', ['notConfigured', 'connecting', 'up', 'lost', 'refused'], 'up', 'lost', INSTANCE)),
    ('StreamPumpSnmpListenerDown', f'{INSTANCE}, spListenerName="media", spListenerOperStatus="down"',
     snmp_set('spListenerOperStatus', ['up', 'down', 'paused'], 'up', 'down', f'{INSTANCE}, spListenerName="media"')),
    ('StreamPumpSnmpCertificateExpires', f'{INSTANCE}, spCertSubject="CN=pump"',
     one('spCertDaysLeft', f'{INSTANCE}, spCertSubject="CN=pump"', 80, 5)),
    ('StreamPumpSnmpNotificationsSuppressed', INSTANCE, rising('spNotifySuppressed', INSTANCE)),
]


def alerts_of(name):
    """alert -> its labels in annotations, severity"""
    text = (PROMETHEUS / name).read_text()
    for block in re.split(r'^ +- alert: ', text, flags=re.M)[1:]:
        yield (block.split('\n', 1)[0], set(re.findall(r'\$labels\.(\w+)', block)),
               re.search(r'severity: (\w+)', block).group(1))


def case(alert, fired, series, files):
    question = f'ALERTS{{alertname="{alert}", alertstate="firing"}}'
    return {
        'rule_files': [str(PROMETHEUS / name) for name in files], 'evaluation_interval': '15s',
        'tests': [{
            'interval': '15s',
            'input_series': [{'series': name, 'values': values} for name, values in series.items()],
            'promql_expr_test': [
                {'expr': question, 'eval_time': '5m', 'exp_samples': []},
                {'expr': question, 'eval_time': '14m30s', 'exp_samples': [{'labels': fired, 'value': 1}]},
                {'expr': question, 'eval_time': '40m', 'exp_samples': []}]}]}


def main():
    files = ['stream-pump-rules.yml', 'stream-pump-snmp-rules.yml']
    for name in files:
        done = lab.run(promtool, 'check', 'rules', PROMETHEUS / name)
        fact(done.returncode == 0, f'promtool check rules {name}', done.stdout)
    done = lab.run(promtool, 'check', 'config', PROMETHEUS / 'scrape.yml')
    fact(done.returncode == 0, 'promtool check config scrape.yml', done.stdout)
    known = {alert: (labels, severity) for name in files for alert, labels, severity in alerts_of(name)}
    tried = {alert for alert, _, _ in ALERTS}
    fact(tried == set(known), f'each of {len(known)} alerts is tried', tried ^ set(known))
    cases = []
    for alert, labels, series in ALERTS:
        told, severity = known[alert]
        fact(told <= set(re.findall(r'(\w+)=', labels)), f'{alert} speaks of labels it has', told)
        fired = f'ALERTS{{alertname="{alert}", alertstate="firing", severity="{severity}", {labels}}}'
        cases.append((alert, labels, lab.FOLDER / f'{len(cases)}.yml'))
        cases[-1][2].write_text(json.dumps(case(alert, fired, series, files)))  # JSON is YAML
    well = lab.run(promtool, 'test', 'rules', *[path for _, _, path in cases]).returncode == 0
    for alert, labels, path in cases:
        done = None if well else lab.run(promtool, 'test', 'rules', path)
        fact(well or done.returncode == 0, f'{alert} fires and clears: {labels}', done and done.stdout)
    lab.finish()


if __name__ == '__main__':
    main()

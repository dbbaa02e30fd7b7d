#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-only
"""make-template.py MIB: writes the Zabbix 6.0 template to standard output.

Numbers and value maps come from the MIB, everything else from the tables
below. Zabbix wants version 4 UUIDs: they are derived from the names, so that a
new import updates what is there instead of doubling it."""
import hashlib
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from mib import Mib, words  # noqa: E402  (it lies one folder above)

TEMPLATE = 'Stream Pump by SNMP'
GROUP_UUID = 'a571c0d144b14fd4a87a9d9b2aa9fcd6'  # Zabbix's own of that group
GROUP = 'Templates/Applications'
mib = Mib(sys.argv[1])


def uuid(*parts):
    digits = list(hashlib.md5('/'.join((TEMPLATE,) + parts).encode()).hexdigest())
    digits[12] = '4'
    digits[16] = '89ab'[int(digits[16], 16) % 4]
    return ''.join(digits)


# --- YAML, as Zabbix itself writes it: every scalar quoted ---

def lines(value, depth):
    pad = '  ' * depth
    for key, each in value.items():
        if isinstance(each, dict):
            yield f'{pad}{key}:'
            yield from lines(each, depth + 1)
        elif isinstance(each, list):
            if each:
                yield f'{pad}{key}:'
            for entry in each:
                if isinstance(entry, dict):
                    yield f'{pad}  -'
                    yield from lines(entry, depth + 2)
                else:
                    yield f'{pad}  - {quoted(entry)}'
        elif each is not None:
            yield f'{pad}{key}: {quoted(each)}'


def quoted(text):
    return "'" + str(text).replace("'", "''") + "'"


# --- items ---

RATE = [{'type': 'CHANGE_PER_SECOND', 'parameters': ['']}]
BITS = RATE + [{'type': 'MULTIPLIER', 'parameters': ['8']}]
KEEP = [{'type': 'DISCARD_UNCHANGED_HEARTBEAT', 'parameters': ['1h']}]
VANISH = [{'type': 'CHECK_NOT_SUPPORTED', 'parameters': [''], 'error_handler': 'DISCARD_VALUE'}]


def times(factor):
    return [{'type': 'MULTIPLIER', 'parameters': [factor]}]


# how an item reads its object: value type, units, preprocessing
READ = {
    'text': ('CHAR', None, KEEP),
    'state': (None, None, None),
    'count': (None, None, None),
    'rate': ('FLOAT', '1/s', RATE),
    'bits': ('FLOAT', 'bps', BITS),
    'kbit': (None, 'bps', times('1000')),
    'ms': ('FLOAT', 's', times('0.001')),
    'plain ms': (None, '!ms', None),
    'ticks': (None, 'uptime', times('0.01')),
    'kib': (None, 'B', times('1024')),
    'bytes': (None, 'B', None),
    'days': ('FLOAT', '!d', None),
}
maps = {}


def map_of(name):
    """The value map of an enumeration, made at its first use."""
    values = mib[name].values
    title = f'{TEMPLATE}: ' + words(name[2:])
    maps[title] = values
    return title


def item(component, key, title, name, how, delay='{$PUMP.DELAY}', index=None, vanishes=False, short=False):
    kind, units, steps = READ[how]
    oid = '{$PUMP.OID}' + mib.below_root(name) + (f'.{index}' if index else '')
    if index:
        key = f'{key}[{index}]'
    steps = (VANISH if vanishes else []) + (steps or [])
    return {
        'uuid': uuid('item', key), 'name': title, 'type': 'SNMP_AGENT', 'snmp_oid': oid,
        'key': key, 'delay': delay, 'history': '1d' if short else '7d',
        'trends': '0' if kind == 'CHAR' or short else None,
        'value_type': kind, 'units': units,
        'description': f'{name} of STREAM-PUMP-MIB.',
        'valuemap': {'name': map_of(name)} if how == 'state' else None,
        'preprocessing': steps or None,
        'tags': [{'tag': 'component', 'value': component}],
    }


# component, key, title, object, how, delay
PUMP_ITEMS = [
    ('pump', 'pump.name', 'name', 'spPumpName', 'text', '1h'),
    ('pump', 'pump.version', 'version', 'spPumpVersion', 'text', '15m'),
    ('pump', 'pump.uptime', 'uptime', 'spPumpUpTime', 'ticks'),
    ('pump', 'pump.state', 'state', 'spPumpOperStatus', 'state'),
    ('pump', 'pump.config', 'configuration', 'spPumpConfigResult', 'state'),
    ('pump', 'pump.drain', 'draining', 'spPumpDrainState', 'state'),
    ('pump', 'pump.remaining', 'viewers remaining while draining', 'spPumpViewersRemaining', 'count'),
    ('pump', 'pump.loop', 'main loop delay', 'spPumpLoopDelay', 'plain ms'),
    ('pump', 'pump.fds', 'descriptors used', 'spPumpDescriptorsUsed', 'count'),
    ('pump', 'pump.fds.limit', 'descriptor limit', 'spPumpDescriptorLimit', 'count', '15m'),
    ('pump', 'pump.memory', 'memory', 'spPumpMemory', 'kib'),
    ('pump', 'pump.access.lost', 'access log lines lost per second', 'spPumpAccessLinesLost', 'rate'),
    ('streams', 'pump.streams', 'streams', 'spPumpStreams', 'count'),
    ('streams', 'pump.streams.up', 'streams up', 'spPumpStreamsUp', 'count'),
    ('streams', 'pump.streams.alarm', 'streams without media', 'spPumpStreamsAlarm', 'count'),
    ('clients', 'pump.clients', 'clients', 'spPumpClients', 'count'),
    ('clients', 'pump.clients.limit', 'client limit', 'spPumpClientLimit', 'count', '15m'),
    ('clients', 'pump.clients.accepted', 'clients accepted per second', 'spPumpClientsAccepted', 'rate'),
    ('clients', 'pump.clients.rejected', 'clients rejected per second', 'spPumpClientsRejected', 'rate'),
    ('clients', 'pump.clients.denied', 'clients denied per second', 'spPumpClientsDenied', 'rate'),
    ('clients', 'pump.clients.dropped', 'slow clients dropped per second', 'spPumpClientsDropped', 'rate'),
    ('traffic', 'pump.bits.in', 'bits in', 'spPumpOctetsIn', 'bits'),
    ('traffic', 'pump.bits.out', 'bits out', 'spPumpOctetsOut', 'bits'),
    ('traffic', 'pump.bits.limit', 'bit rate limit', 'spPumpBitRateLimit', 'kbit', '15m'),
    ('snmp', 'pump.notify.suppressed', 'notifications suppressed per second', 'spNotifySuppressed', 'rate'),
    ('house', 'house.link', 'House link', 'spHouseLinkStatus', 'state'),
    ('house', 'house.reports.failed', 'House reports failed per second', 'spHouseReportFailures', 'rate'),
]

INDEX = '{#SNMPINDEX}'
# rule -> component, what an item's title begins with, then key, title, object, how, delay
PROTOTYPES = {
    'stream': ('streams', 'Stream {#STREAM}', [
        ('stream.state', 'state', 'spStreamOperStatus', 'state'),
        ('stream.enabled', 'wanted', 'spStreamAdminStatus', 'state'),
        ('stream.health', 'health', 'spStreamHealth', 'state'),
        ('stream.health.reason', 'health, in words', 'spStreamHealthReason', 'text'),
        ('stream.idle', 'idle time', 'spStreamIdleTime', 'ms'),
        ('stream.clients', 'clients', 'spStreamClients', 'count'),
        ('stream.clients.limit', 'client limit', 'spStreamClientLimit', 'count', '15m'),
        ('stream.rejected', 'clients rejected per second', 'spStreamClientsRejected', 'rate'),
        ('stream.dropped', 'slow clients dropped per second', 'spStreamClientsDropped', 'rate'),
        ('stream.bits.in', 'bits in', 'spStreamOctetsIn', 'bits'),
        ('stream.bits.out', 'bits out', 'spStreamOctetsOut', 'bits'),
        ('stream.bits.nominal', 'nominal bit rate', 'spStreamBitRateNominal', 'kbit', '5m'),
        ('stream.skipped', 'packets skipped per second', 'spStreamPacketsSkipped', 'rate'),
        ('stream.bad', 'bad packets per second', 'spStreamPacketsBad', 'rate'),
        ('stream.failures', 'source failures per second', 'spStreamSourceFailures', 'rate'),
        ('stream.headers', 'header changes', 'spStreamHeaderChanges', 'count'),
        ('stream.behind', 'clients behind', 'spStreamClientsBehind', 'count'),
        ('stream.lag', 'worst lag', 'spStreamLagWorst', 'ms'),
        ('stream.start', 'start delay', 'spStreamStartDelay', 'ms'),
        ('stream.player.stalls', 'stalls players report per second', 'spStreamPlayerStalls', 'rate'),
        ('stream.player.lost', 'packets players missed per second', 'spStreamPlayerPacketsLost', 'rate'),
        ('stream.canary', 'canary', 'spCanaryResult', 'state'),
        ('stream.canary.packet', 'canary, first packet', 'spCanaryFirstPacket', 'ms'),
        ('stream.canary.stall', 'canary, time stalled', 'spCanaryStallTime', 'ms'),
        ('stream.canary.error', 'canary, in words', 'spCanaryError', 'text'),
    ]),
    'source': ('sources', 'Source {#SNMPINDEX} {#URL}', [
        ('source.state', 'state', 'spSourceOperStatus', 'state'),
        ('source.health', 'health', 'spSourceHealth', 'state'),
        ('source.failures', 'failures per second', 'spSourceFailures', 'rate'),
        ('source.bits', 'bits in', 'spSourceOctets', 'bits'),
        ('source.error', 'last error', 'spSourceLastError', 'text'),
    ]),
    'listener': ('listeners', 'Listener {#LISTENER}', [
        ('listener.state', 'state', 'spListenerOperStatus', 'state'),
        ('listener.connections', 'connections', 'spListenerConnections', 'count'),
        ('listener.accepted', 'accepted per second', 'spListenerAccepted', 'rate'),
        ('listener.errors', 'accept errors per second', 'spListenerAcceptErrors', 'rate'),
        ('listener.tls', 'TLS failures per second', 'spListenerTlsFailures', 'rate'),
        ('listener.bad', 'bad requests per second', 'spListenerBadRequests', 'rate'),
    ]),
    'cert': ('certificates', 'Certificate {#SUBJECT}', [
        ('cert.days', 'days left', 'spCertDaysLeft', 'days'),
        ('cert.state', 'state', 'spCertStatus', 'state'),
    ]),
    'worst': ('clients', 'Stream number {#STREAMNUMBER}, place {#RANK} of the worst clients', [
        ('worst.client', 'client', 'spWorstClient', 'count'),
        ('worst.lag', 'lag', 'spWorstLag', 'ms'),
        ('worst.queue', 'queue', 'spWorstQueue', 'bytes'),
        ('worst.skipped', 'packets skipped', 'spWorstPacketsSkipped', 'count'),
    ]),
    'client': ('clients', 'Client {#SNMPINDEX} {#CLIENTID}', [
        ('client.state', 'state', 'spClientState', 'state'),
        ('client.bits', 'bits out', 'spClientOctets', 'bits'),
        ('client.lag', 'lag', 'spClientLag', 'ms'),
        ('client.rtt', 'round trip', 'spClientRtt', 'count'),
    ]),
}


def prototypes(rule):
    component, begin, rows = PROTOTYPES[rule]
    passing = rule in ('worst', 'client')
    delay = {'cert': '{$PUMP.CERT.DELAY}'}.get(rule, '{$PUMP.DELAY}')
    return [item(component, key, f'{begin}: {title}', name, how, *(more or [delay]),
                 index=INDEX, vanishes=passing, short=passing)
            for key, title, name, how, *more in rows]


# --- triggers ---

def of(key, function='last', more='', index=None):
    return f'{function}(/{TEMPLATE}/{key}' + (f'[{INDEX}]' if index else '') + f'{more})'


def each(key, function='last', more=''):
    return of(key, function, more, index=True)


def trigger(title, priority, expression, data=None, why=None, after=(), manual=None, scope='availability'):
    return {
        'uuid': uuid('trigger', title), 'expression': expression, 'name': title, 'opdata': data,
        'priority': priority, 'description': why, 'manual_close': manual,
        'dependencies': [{'name': other['name'], 'expression': other['expression']} for other in after],
        'tags': [{'tag': 'scope', 'value': scope}],
    }


def seen(key, value, index=True):
    """The item had this value, and no other, during {$PUMP.TIME}."""
    return (f'{of(key, "min", ",{$PUMP.TIME}", index)}={value} and '
            f'{of(key, "max", ",{$PUMP.TIME}", index)}={value}')


GONE = trigger('Pump does not answer', 'HIGH', f'nodata(/{TEMPLATE}/pump.uptime,{{$PUMP.NODATA}})=1',
               why='The pump has ended, its link to the master agent is broken, or the host is not '
                   'reached. A master agent without its subagent answers "no such object", not with a timeout.')
CONFIG = trigger('Pump runs on an older configuration', 'WARNING', f'{of("pump.config")}<>1',
                 '{ITEM.LASTVALUE1}', 'The last configuration was refused; its journal says why.',
                 after=[GONE], scope='notice')
REJECTS = trigger('Pump turns clients away', 'AVERAGE', f'{of("pump.clients.rejected", "min", ",#2")}>0',
                  '{ITEM.LASTVALUE1}', 'A limit of the pump or of a stream is reached.',
                  after=[GONE], scope='capacity')
PUMP_TRIGGERS = {
    'pump.uptime': [
        GONE,
        trigger('Pump was restarted', 'INFO', f'{of("pump.uptime")}<10m', after=[GONE], manual='YES', scope='notice')],
    'pump.state': [
        trigger('Pump is full', 'WARNING', seen('pump.state', 5, False), after=[GONE], scope='capacity')],
    'pump.drain': [
        trigger('Pump is draining', 'INFO', f'{of("pump.drain")}=2', after=[GONE], scope='notice'),
        trigger('Pump is drained', 'INFO', f'{of("pump.drain")}=3', after=[GONE], scope='notice')],
    'pump.config': [CONFIG],
    'pump.clients.rejected': [REJECTS],
    'pump.clients.dropped': [
        trigger('Many slow clients are dropped', 'WARNING',
                f'{of("pump.clients.dropped", "avg", ",{$PUMP.DROPPED.TIME}")}*60>{{$PUMP.DROPPED.WARN}}', after=[GONE], scope='performance')],
    'pump.loop': [
        trigger('Main loop of the pump is late', 'WARNING', f'{of("pump.loop", "min", ",{$PUMP.LIMIT.TIME}")}>{{$PUMP.LOOP.WARN}}',
                '{ITEM.LASTVALUE1}', after=[GONE], scope='performance')],
    'pump.access.lost': [
        trigger('Access log loses lines', 'WARNING', f'{of("pump.access.lost", "min", ",#2")}>0', after=[GONE], scope='notice')],
    'house.link': [
        trigger('Link to the Pump House is lost', 'AVERAGE', f'{of("house.link", "min", ",{$PUMP.TIME}")}>=4',
                '{ITEM.LASTVALUE1}', after=[GONE])],
}
PUMP_WIDE = [  # of more than one item
    trigger('Pump is near its client limit', 'WARNING',
            f'{of("pump.clients.limit")}>0 and {of("pump.clients", "min", ",{$PUMP.LIMIT.TIME}")}'
            f'>={of("pump.clients.limit")}*{{$PUMP.CLIENTS.WARN}}/100',
            '{ITEM.LASTVALUE2} of {ITEM.LASTVALUE1}', after=[GONE, REJECTS], scope='capacity'),
    trigger('Pump is near its bit rate limit', 'WARNING',
            f'{of("pump.bits.limit")}>0 and {of("pump.bits.out", "avg", ",{$PUMP.LIMIT.TIME}")}'
            f'>={of("pump.bits.limit")}*{{$PUMP.BITS.WARN}}/100', after=[GONE, REJECTS], scope='capacity'),
    trigger('Pump is near its descriptor limit', 'AVERAGE',
            f'{of("pump.fds")}>{of("pump.fds.limit")}*0.9', after=[GONE], scope='capacity'),
]
WATCHED = '{$PUMP.STREAM.CONTROL:"{#STREAM}"}=1'
NO_MEDIA = trigger(
    'Stream {#STREAM} has no media', 'HIGH',
    f'{WATCHED} and {each("stream.state", "min", ",{$PUMP.TIME}")}>=3 and '
    f'{each("stream.state", "max", ",{$PUMP.TIME}")}<=4', '{ITEM.LASTVALUE1}',
    'No source feeds the stream, or the one that is connected delivers nothing.', after=[GONE])
FAILED = trigger('Stream {#STREAM} has failed', 'HIGH', f'{WATCHED} and {each("stream.state")}=6',
                 why='It cannot work as configured.', after=[GONE])
LOOPING = trigger('Stream {#STREAM}: the source repeats itself', 'AVERAGE', f'{WATCHED} and {seen("stream.health", 4)}',
                  after=[GONE, NO_MEDIA])
STALLED = trigger('Stream {#STREAM}: the source is stalled', 'AVERAGE', f'{WATCHED} and {seen("stream.health", 3)}',
                  why='It is connected and delivers nothing.', after=[GONE, NO_MEDIA])
MASS_LAG = trigger(
    'Stream {#STREAM}: many clients are behind', 'AVERAGE',
    f'{each("stream.clients")}>={{$PUMP.BEHIND.CLIENTS}} and {each("stream.behind", "min", ",{$PUMP.TIME}")}'
    f'>{each("stream.clients")}*{{$PUMP.BEHIND.WARN}}/100',
    '{ITEM.LASTVALUE2} of {ITEM.LASTVALUE1}', 'Many at once: the line out of the pump, not the clients.',
    after=[GONE, NO_MEDIA], scope='performance')
STREAM_LIMIT = trigger('Stream {#STREAM} turns clients away', 'AVERAGE', f'{each("stream.rejected", "min", ",#2")}>0',
                       after=[GONE], scope='capacity')
STREAM_TRIGGERS = {
    'stream.state': [NO_MEDIA, FAILED],
    'stream.health': [
        STALLED, LOOPING,
        trigger('Stream {#STREAM}: the source is degraded', 'WARNING', f'{WATCHED} and {seen("stream.health", 2)}',
                why='It delivers, but late, too little, or with gaps.', after=[GONE, NO_MEDIA], scope='performance')],
    'stream.rejected': [STREAM_LIMIT],
    'stream.headers': [
        trigger('Stream {#STREAM} has another header', 'INFO', f'{each("stream.headers", "change")}>0',
                why='The encoder was restarted or set up anew: clients began again.', after=[GONE],
                manual='YES', scope='notice')],
    'stream.canary': [
        trigger('Stream {#STREAM} cannot be played', 'HIGH', f'{WATCHED} and {each("stream.canary")}=3',
                why='The pump tried to play it as a client would. The item "canary, in words" says what came.',
                after=[GONE, NO_MEDIA])],
    'stream.canary.packet': [
        trigger('Stream {#STREAM} starts slowly', 'WARNING',
                f'{each("stream.canary.packet", "min", ",{$PUMP.LIMIT.TIME}")}>{{$PUMP.START.WARN}}', '{ITEM.LASTVALUE1}',
                after=[GONE, NO_MEDIA], scope='performance')],
}
STREAM_WIDE = [
    MASS_LAG,
    trigger('Stream {#STREAM} is near its client limit', 'WARNING',
            f'{each("stream.clients.limit")}>0 and {each("stream.clients", "min", ",{$PUMP.LIMIT.TIME}")}'
            f'>={each("stream.clients.limit")}*{{$PUMP.CLIENTS.WARN}}/100',
            '{ITEM.LASTVALUE2} of {ITEM.LASTVALUE1}', after=[GONE, STREAM_LIMIT], scope='capacity'),
]
SOURCE_TRIGGERS = {
    'source.state': [trigger('Source {#URL} cannot be reached', 'AVERAGE', seen('source.state', 4), after=[GONE])],
}
LISTENER_TRIGGERS = {
    'listener.state': [
        trigger('Listener {#LISTENER} is down', 'HIGH', f'{each("listener.state", "min", ",#2")}=2 and '
                f'{each("listener.state", "max", ",#2")}=2', after=[GONE]),
        trigger('Listener {#LISTENER} has stopped accepting', 'AVERAGE', f'{each("listener.state", "min", ",#2")}=3',
                why='Descriptors have run out.', after=[GONE], scope='capacity')],
}
EXPIRES = trigger('Certificate {#SUBJECT} runs out very soon', 'HIGH',
                  f'{each("cert.days")}<{{$PUMP.CERT.CRIT}}', '{ITEM.LASTVALUE1} days', after=[GONE], scope='notice')
CERT_TRIGGERS = {
    'cert.days': [EXPIRES, trigger('Certificate {#SUBJECT} runs out soon', 'WARNING',
                                   f'{each("cert.days")}<{{$PUMP.CERT.WARN}}', '{ITEM.LASTVALUE1} days',
                                   after=[GONE, EXPIRES], scope='notice')],
    'cert.state': [trigger('Certificate {#SUBJECT} cannot be used', 'HIGH', f'{each("cert.state")}>=3',
                           '{ITEM.LASTVALUE1}', after=[GONE])],
}
WORST_TRIGGERS = {}


# --- discovery ---

# one line: Zabbix reads no quoted text of several
SPLIT = [{'type': 'JAVASCRIPT', 'parameters': [
    'var rows = JSON.parse(value); rows.forEach(function (row) { var index = row["{#SNMPINDEX}"].split("."); '
    'row["{#STREAMNUMBER}"] = index[0]; row["{#RANK}"] = index[1]; }); return JSON.stringify(rows);']}]


def rule(key, title, macro, name, triggers, wide=(), conditions=(), steps=None, graphs=(), delay='{$PUMP.DISCOVERY}',
         status=None, lifetime='7d', why=None):
    protos = prototypes(key)
    for proto in protos:
        proto['trigger_prototypes'] = triggers.pop(proto['key'].split('[')[0], None)
    assert not triggers, triggers
    return {
        'uuid': uuid('rule', key), 'name': title, 'type': 'SNMP_AGENT',
        'snmp_oid': f'discovery[{macro},{{$PUMP.OID}}{mib.below_root(name)}]', 'key': f'{key}.discovery',
        'delay': delay, 'status': status,
        'filter': {'evaltype': 'AND', 'conditions': [
            {'macro': on, 'value': pattern, 'operator': operator, 'formulaid': chr(ord('A') + place)}
            for place, (on, pattern, operator) in enumerate(conditions)]} if conditions else None,
        'lifetime': lifetime, 'description': why, 'item_prototypes': protos,
        'trigger_prototypes': list(wide), 'graph_prototypes': list(graphs),
        'preprocessing': (steps or []) + KEEP,
    }


def graph(title, rows, kind='graph'):
    return {'uuid': uuid(kind, title), 'name': title, 'graph_items': [
        {'sortorder': str(place) if place else None, 'drawtype': how, 'color': color, 'yaxisside': side,
         'item': {'host': TEMPLATE, 'key': key}}
        for place, (key, color, how, side) in enumerate(rows)]}


GREEN, BLUE, RED, AMBER = '1A7C11', '2774A4', 'F63100', 'FFAC00'
AREA, BOLD = 'GRADIENT_LINE', 'BOLD_LINE'


def at(key):
    return f'{key}[{INDEX}]'


RULES = [
    rule('stream', 'Streams', '{#STREAM}', 'spStreamName', STREAM_TRIGGERS, STREAM_WIDE,
         conditions=[('{#STREAM}', '{$PUMP.STREAM.MATCHES}', None),
                     ('{#STREAM}', '{$PUMP.STREAM.NOT_MATCHES}', 'NOT_MATCHES_REGEX')],
         why='By their number, which never moves to another name.',
         graphs=[
             graph('Stream {#STREAM}: traffic', [
                 (at('stream.bits.out'), GREEN, AREA, None), (at('stream.bits.in'), BLUE, BOLD, None),
                 (at('stream.clients'), RED, None, 'RIGHT')], 'graph prototype'),
             graph('Stream {#STREAM}: quality', [
                 (at('stream.lag'), AMBER, AREA, None), (at('stream.canary.packet'), BLUE, BOLD, None),
                 (at('stream.behind'), RED, None, 'RIGHT')], 'graph prototype')]),
    rule('source', 'Sources', '{#URL}', 'spSourceUrl', SOURCE_TRIGGERS),
    rule('listener', 'Listeners', '{#LISTENER}', 'spListenerName', LISTENER_TRIGGERS),
    rule('cert', 'Certificates', '{#SUBJECT}', 'spCertSubject', CERT_TRIGGERS),
    rule('worst', 'Worst clients', '{#CLIENT}', 'spWorstClient', WORST_TRIGGERS, steps=SPLIT, lifetime='1h',
         conditions=[('{#RANK}', '{$PUMP.WORST.RANKS}', None)],
         why='The clients of each stream that are furthest behind. A place is not a client: the item "client" '
             'says who holds it. A place that nobody holds keeps its last value until it is forgotten.'),
    rule('client', 'Clients', '{#CLIENTID}', 'spClientExternalId', {}, status='DISABLED', lifetime='1h',
         conditions=[('{#CLIENTID}', '{$PUMP.CLIENT.MATCHES}', None)],
         why='Off: each client becomes four items, and clients come and go. For a pump with few, long-lived '
             'clients, such as other pumps, turn it on and set {$PUMP.CLIENT.MATCHES}.'),
]

MACROS = [
    ('{$PUMP.OID}', '.' + mib.root, 'Root of the objects of the pump, as set in the pump, with .1.1 behind it.'),
    ('{$PUMP.DELAY}', '1m', 'How often items are read.'),
    ('{$PUMP.DISCOVERY}', '5m', 'How often streams and the like are looked for.'),
    ('{$PUMP.CERT.DELAY}', '30m', 'How often certificates are read.'),
    ('{$PUMP.NODATA}', '5m', 'Silence after which the pump counts as gone.'),
    ('{$PUMP.TIME}', '2m', 'How long a fault must last.'),
    ('{$PUMP.LIMIT.TIME}', '5m', 'How long a limit must be near, or something be late.'),
    ('{$PUMP.CLIENTS.WARN}', '90', 'Percent of a client limit.'),
    ('{$PUMP.BITS.WARN}', '90', 'Percent of the bit rate limit.'),
    ('{$PUMP.DROPPED.WARN}', '5', 'Slow clients dropped per minute.'),
    ('{$PUMP.DROPPED.TIME}', '10m', 'Over this time.'),
    ('{$PUMP.BEHIND.WARN}', '25', 'Percent of the clients of a stream that are behind.'),
    ('{$PUMP.BEHIND.CLIENTS}', '8', 'Clients that a stream must have for that.'),
    ('{$PUMP.START.WARN}', '3', 'Seconds to the first packet, as the pump sees it itself.'),
    ('{$PUMP.LOOP.WARN}', '100', 'Main loop delay in milliseconds.'),
    ('{$PUMP.STREAM.CONTROL}', '1', 'Set to 0, with the stream name as context, to silence one stream.'),
    ('{$PUMP.STREAM.MATCHES}', '.*', 'Streams to watch.'),
    ('{$PUMP.STREAM.NOT_MATCHES}', 'CHANGE_IF_NEEDED', 'Streams not to watch.'),
    ('{$PUMP.WORST.RANKS}', '^[1-3]$', 'Places of the worst clients to watch.'),
    ('{$PUMP.CLIENT.MATCHES}', '^pump-', 'Client identifiers to watch when the rule for clients is on.'),
    ('{$PUMP.CERT.WARN}', '21', 'Days.'),
    ('{$PUMP.CERT.CRIT}', '7', 'Days.'),
]
GRAPHS = [
    graph('Pump: traffic', [('pump.bits.out', GREEN, AREA, None), ('pump.bits.in', BLUE, BOLD, None)]),
    graph('Pump: clients', [('pump.clients', GREEN, AREA, None), ('pump.clients.limit', RED, None, None)]),
]


def template():
    items = [item(component, key, f'Pump: {title}' if not title.startswith('House') else title, name, how, *more)
             for component, key, title, name, how, *more in PUMP_ITEMS]
    for each_item in items:
        each_item['triggers'] = PUMP_TRIGGERS.pop(each_item['key'], None)
    assert not PUMP_TRIGGERS, PUMP_TRIGGERS
    return {
        'uuid': uuid('template'), 'template': TEMPLATE, 'name': TEMPLATE,
        'description': 'Watches one Stream Pump through STREAM-PUMP-MIB. Numeric OIDs: the Zabbix server needs '
                       'no MIB file. Made by make-template.py: change that, not this.',
        'groups': [{'name': GROUP}], 'items': items, 'discovery_rules': RULES,
        'tags': [{'tag': 'class', 'value': 'application'}, {'tag': 'target', 'value': 'stream-pump'}],
        'macros': [{'macro': name, 'value': value, 'description': why} for name, value, why in MACROS],
        'valuemaps': [{'uuid': uuid('map', name), 'name': name, 'mappings': [
            {'value': str(number), 'newvalue': words(word)} for number, word in sorted(values.items())]}
            for name, values in sorted(maps.items())],
    }


print('# SPDX-License-Identifier: GPL-3.0-only')
print('\n'.join(lines({'zabbix_export': {
    'version': '6.0', 'date': '2026-08-22T00:00:00Z', 'groups': [{'uuid': GROUP_UUID, 'name': GROUP}],
    'templates': [template()], 'triggers': PUMP_WIDE, 'graphs': GRAPHS}}, 0)))

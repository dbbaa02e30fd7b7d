# SPDX-License-Identifier: GPL-3.0-only
"""A pump that is not there: what the admin REST may answer, made up.

mock.py [PORT [SCENE [TOKEN]]] serves it until it is ended. Scenes: "full" has
every member and every trouble, "empty" no streams, "sparse" only the oldest
members, "rude" names made to break a page, "drain" a pump that empties.
"""
import http.server
import json
import pathlib
import sys
import threading
import time
import urllib.parse

PAGE = pathlib.Path(__file__).resolve().parents[2] / 'data' / 'page'
TYPES = {'.html': 'text/html', '.css': 'text/css', '.js': 'text/javascript', '.svg': 'image/svg+xml'}
BOUNDS = [100, 250, 500, 1000, 2000, 5000, 10000, None]


def iso(ago_s=0.0):
    return time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(time.time() - ago_s))


def wave(seed, period=17.0):
    """Between -1 and 1, the same for all who ask at the same time."""
    x = (time.time() / period + seed * 0.37) % 2
    return 1 - 2 * abs(1 - x)


def crowd(clients, seed):
    """About as many; the first clients are those that can be listed."""
    return clients if clients in (0, 130) else max(1, clients + round(clients * 0.2 * wave(seed, 9.0)))


def source(index, kind, url, state='active', health='ok', **more):
    made = {
        'index': index, 'type': kind, 'url': url, 'state': state, 'health': health, 'health_reason': None,
        'enabled': state != 'disabled', 'connected_since': iso(7400) if state == 'active' else None,
        'address': '192.0.2.41' if state == 'active' else None, 'port': 8080 if state == 'active' else 0,
        'tls': False, 'product': 'WMEncoder/12.0.7600.16385' if state == 'active' else None, 'connects': 3,
        'failures': 0, 'bytes': 918273645 if state == 'active' else 0, 'packets': 120034, 'retry_ms': None,
        'last_error': None,
    }
    made.update(more)
    return made


def histogram(counts):
    return [{'le_ms': bound, 'clients': count} for bound, count in zip(BOUNDS, counts)]


def stream(index, path, name, state='live', clients=0, bps=512000, counts=None, **more):
    is_on = state in ('live', 'fallback')
    clients = crowd(clients, index)
    counts = counts or ([clients] + [0] * 7)
    made = {
        'index': index, 'path': path, 'name': name, 'state': state, 'draining': False, 'on_demand': False,
        'source_type': 'mmsh_pull', 'source_label': f'mmsh_pull http://encoder{index}.example.org:8080/' if is_on else None,
        'source_rank': 0 if is_on else None, 'source_error': None, 'health': 'ok' if is_on else 'absent',
        'health_reason': None, 'live_since': iso(7390) if is_on else None, 'live_s': 7390 if is_on else None,
        'last_packet_at': iso(0.2) if is_on else None, 'idle_ms': 180 if is_on else None, 'clients': clients,
        'clients_peak': clients + 21, 'client_limit': 500, 'bitrate_bps': int(bps * (1 + 0.03 * wave(index))) if is_on else 0,
        'bitrate_out_bps': int(bps * clients), 'nominal_bps': bps, 'start_delay_ms': 420, 'packet_size_bytes': 1444,
        'header_bytes': 5120, 'opaque': False,
        'counters': {'bytes_sent': 81927364554, 'packets_skipped': 17 * index},
        'quality': {
            'clients': clients, 'behind': sum(counts[5:]), 'lag_worst_ms': 0 if clients == 0 else 7120 if sum(counts[5:]) else 180,
            'lag_mean_ms': 44, 'lag_histogram': histogram(counts), 'worst': [],
        },
        'canary': {'at': iso(34), 'ok': True, 'first_byte_ms': 2, 'header_ms': 4, 'first_packet_ms': 61, 'stalls': 0,
                   'stall_ms': 0, 'error': None} if is_on else None,
        'sources': [source(1, 'mmsh_pull', f'http://encoder{index}.example.org:8080/',
                           'active' if is_on else 'waiting', 'ok' if is_on else 'absent')],
    }
    made.update(more)
    if made['health'] == 'degraded':
        made['bitrate_bps'] = int(bps * (0.7 + 0.25 * wave(index, 4.0)))
    if made['health'] == 'stalled':
        made['bitrate_bps'] = 0
    return made


def full_streams(pump):
    watched = len(pump.clients)
    return [
        stream(1, 'archive', 'Archive, looped', 'idle', on_demand=True, source_type='file', health='absent', canary=None,
               client_limit=0, sources=[source(1, 'file', 'archive.wmv', 'standby', 'absent')]),
        stream(2, 'camera2', 'Second camera', 'fallback', 12, 300000, source_rank=1,
               source_label='mmsh_pull http://spare.example.org:8080/',
               sources=[source(1, 'mmsh_pull', 'http://encoder2.example.org:8080/', 'waiting', 'absent', failures=31,
                               retry_ms=8400, last_error='connection refused by 192.0.2.42:8080'),
                        source(2, 'mmsh_pull', 'http://spare.example.org:8080/', connected_since=iso(640))]),
        stream(3, 'council', 'Council chamber', 'live', watched, 768000,
               [watched * 7 // 10, watched // 8, 3, 2, 1, 2, 1, 0], live_since=iso(18000), live_s=18000),
        stream(4, 'courtyard', 'Courtyard, Gebäude Süd', 'live', 41, 412000, health='looping',
               health_reason='the same 300 packets came four times', source_type='mmsh_push',
               source_label='mmsh_push 198.51.100.20:51022'),
        stream(5, 'field', 'Field unit', 'waiting', 0, 0, source_type='mmsh_push', canary=None, nominal_bps=0,
               source_error='no encoder has come yet', sources=[source(1, 'mmsh_push', None, 'listening', 'absent')]),
        stream(6, 'harbour', 'Harbour', 'live', 230, 1250000, [180, 30, 9, 4, 3, 2, 1, 1], health='stalled', idle_ms=8100,
               health_reason='connected, and nothing for 8.1 s',
               canary={'at': iso(20), 'ok': False, 'first_byte_ms': 2, 'header_ms': 5, 'first_packet_ms': None,
                       'stalls': 0, 'stall_ms': 0, 'error': 'no packet in 10 s'}),
        stream(7, 'market', 'Market square', 'live', 8, 300000, health='degraded',
               health_reason='211 kbit/s of the 300 kbit/s that the header names', draining=True,
               canary={'at': iso(51), 'ok': True, 'first_byte_ms': 3, 'header_ms': 5, 'first_packet_ms': 1870,
                       'stalls': 2, 'stall_ms': 3400, 'error': None}),
        stream(8, 'old', 'Old studio', 'disabled', 0, 0, canary=None, nominal_bps=0,
               sources=[source(1, 'mmsh_pull', 'http://old.example.org/', 'disabled', 'absent')]),
        stream(9, 'press/room-1', 'Press room', 'holding', 5, 0, source_error='the encoder closed the connection',
               health_reason=None, canary=None),
    ]


def rude_streams(pump):
    long = 'Übertragung-aus-dem-Großen-Sitzungssaal-des-Rathauses-' * 3
    return [
        stream(1, 'a' * 120, long, 'live', len(pump.clients), 9.9e10, health='degraded', health_reason=long * 2,
               source_label='mmsh_pull http://' + 'very-long-name.' * 12 + 'example.org:65535/' + 'x' * 200),
        stream(2, 'b', '<img src=x onerror="window.broken=1"><script>window.broken=1</script>', 'waiting', 0,
               source_error='<b>bold</b> & "quoted" \u202e backwards'),
        stream(3, 'c', '', 'no such state', 99999999, 1, canary={}, quality={}, sources=[{}], counters=None),
        {'path': 'd'},
        {'path': 'e', 'name': 7, 'clients': 'many', 'quality': None, 'canary': {'ok': None}, 'sources': None},
    ]


def make_client(number):
    is_slow = number in (7, 19)
    agents = ['NSPlayer/12.00.19041.4412 WMFSDK/12.00.19041.4412', 'VLC/3.0.24 LibVLC/3.0.24', 'Lavf/59.27.100', None]
    report = {
        'at': iso(20), 'buffering_count': number % 3, 'buffering_ms': number % 3 * 1300, 'packets_received': 9000,
        'packets_lost': number % 4, 'packets_lost_net': 0, 'packets_recovered': 0, 'quality_percent': 100 - number % 4,
        'played_s': 500, 'bandwidth_bps': 4200000, 'status': 200, 'version': '12.0.19041', 'os': 'Windows_10', 'id': None,
    }
    return {
        'id': number, 'stream': 'council', 'address': '2001:db8:40::%x' % number if number % 5 == 0 else f'203.0.113.{number % 250}',
        'port': 40000 + number, 'listener': 1, 'user_agent': agents[number % 4],
        'external_id': f'user-{number:04}' if number % 3 else None, 'framing': 'asf' if number % 4 == 2 else 'mmsh',
        'tls': number % 6 == 0, 'state': 'behind' if is_slow else 'opening' if number == 11 else 'playing',
        'connected_since': iso(60.0 * number), 'connected_s': 60 * number, 'bytes_sent': 5763000 * number,
        'packets_sent': 4100 * number, 'packets_skipped': 240 if is_slow else 0, 'lag_ms': 3100 + 575 * (number - 7) // 2 if is_slow
        else 20 + number * 7 % 130, 'queue_bytes': 412000 if is_slow else 0, 'bitrate_bps': 768000 - number * 311,
        'rtt_us': 9000 + number * 731, 'retransmits': number // 9, 'bytes_acked': 5700000 * number, 'start_delay_ms': 380,
        'player': report if number % 4 == 0 else None,
    }


def make_events():
    told = [
        ('started', 'info', None, 'stream-pump 0.1.0 ready'), ('source_up', 'clear', 'council', 'source up: http://encoder3.example.org:8080/'),
        ('source_up', 'clear', 'harbour', 'source up: http://encoder6.example.org:8080/'),
        ('client_in', 'client', 'council', None), ('config_reloaded', 'info', None, 'generation 4 applied'),
        ('source_down', 'major', 'camera2', 'source lost: connection reset by 192.0.2.42:8080'),
        ('source_up', 'clear', 'camera2', 'source up: fallback 1, http://spare.example.org:8080/'),
        ('client_dropped', 'warning', 'harbour', '3 clients were too slow'), ('client_out', 'client', 'council', 'closed'),
        ('source_health', 'warning', 'courtyard', 'looping: the same 300 packets came four times'),
        ('cert_expiring', 'warning', None, 'pump.crt ends in 12 days'), ('mass_lag', 'major', 'harbour', '38 of 230 clients are behind'),
        ('mass_lag_over', 'clear', 'harbour', 'the clients keep up again'),
        ('stream_stalled', 'major', 'harbour', 'connected, and nothing for 3 s'),
        ('canary_failed', 'major', 'harbour', 'no packet in 10 s'), ('config_rejected', 'warning', None, 'streams[3].path: missing'),
    ]
    return [{'number': n + 1, 'kind': kind, 'severity': severity, 'at': iso(900 - 55 * n), 'stream': path, 'source': None,
             'client': 17 if severity == 'client' else None, 'address': '203.0.113.17' if severity == 'client' else None,
             'repeats': 4 if kind == 'client_dropped' else 1, 'text': said} for n, (kind, severity, path, said) in enumerate(told)]


class Pump:
    """What is remembered of what was asked."""

    def __init__(self, scene='full', token=None):
        self.scene = scene
        self.token = token
        self.lock = threading.Condition()
        self.clients = {} if scene == 'empty' else {n: make_client(n) for n in range(1, 131)}
        self.events = [] if scene == 'empty' else make_events()
        self.drain = {'state': 'serving', 'viewers_remaining': 0, 'deadline': None, 'redirect': None, 'reason': None}
        self.asked = []  # (method, path, body) of each change
        self.feeds = 0  # event feeds that are open
        self.resumed = []  # after which number each feed began
        self.has_feed = True
        if scene == 'drain':
            self.drain = {'state': 'draining', 'viewers_remaining': 12, 'deadline': iso(-1700),
                          'redirect': 'http://pump2.example.org:8086', 'reason': 'admin'}

    def streams(self):
        if self.scene == 'empty':
            return []
        if self.scene == 'sparse':
            return [{'path': 'council', 'name': 'Council chamber', 'state': 'live', 'clients': 3, 'bitrate_bps': 300000}, {'path': 'field'}]
        return rude_streams(self) if self.scene == 'rude' else full_streams(self)

    def status(self):
        streams = self.streams()
        if self.scene == 'sparse':
            return {'name': 'stream-pump', 'version': '0.1.0', 'clients': 3, 'streams': 2}
        clients = sum(each['clients'] for each in streams if isinstance(each.get('clients'), int))
        alarms = sum(each.get('state') in ('waiting', 'holding') or each.get('health') == 'stalled' for each in streams)
        state = 'draining' if self.drain['state'] != 'serving' else 'degraded' if alarms else 'up'
        return {
            'name': 'stream-pump', 'version': '0.1.0', 'host': 'pump-paris-3' if self.scene != 'rude' else 'pump-' * 20,
            'state': state, 'started': iso(277000), 'uptime_s': 277000, 'workers': 4, 'streams': len(streams),
            'streams_live': sum(each.get('state') in ('live', 'fallback') for each in streams), 'streams_alarm': alarms,
            'clients': clients, 'clients_peak': 641, 'client_limit': 5000, 'bandwidth_limit_kbps': 1000000, 'connections': clients + 9,
            'bytes_sent': 4812736455412, 'bytes_received': 91827364554, 'bitrate_in_bps': int(4.1e6 * (1 + 0.02 * wave(3))) if streams else 0,
            'bitrate_out_bps': int(clients * 780000 * (1 + 0.04 * wave(1))), 'drain': self.drain,
            'config': {'generation': 4, 'applied_at': iso(5400), 'tried_at': iso(75), 'result': 'invalid', 'revision': 'ab' * 32},
            'config_generation': 4, 'loop_delay_ms': 3, 'descriptors': clients + 48, 'descriptor_limit': 65536, 'memory_kib': 41822,
            'snmp': {'connected': True, 'notifying': True}, 'house': None, 'last_event': self.events[-1]['number'] if self.events else 0,
            'counters': {}, 'totals': {}, 'listeners': self.listeners(clients), 'certificates': self.certificates(),
        }

    def listeners(self, clients):
        def made(index, name, **more):
            return {'index': index, 'name': name, 'address': '::', 'port': 8086, 'tls': False, 'state': 'up', 'connections': 0,
                    'accepted': 0, 'accept_errors': 0, 'tls_failures': 0, 'bad_requests': 0, 'certificate': None, 'last_error': None, **more}
        return [made(1, 'media [::]:8086', connections=clients, accepted=128734, bad_requests=41),
                made(2, 'tls [::]:8089', tls=True, connections=22, accepted=4711, tls_failures=7, certificate=1),
                made(3, 'media 192.0.2.7:80', state='down', last_error='address not available'),
                made(4, 'admin 127.0.0.1:8087', connections=1, accepted=912)]

    def certificates(self):
        if self.scene == 'empty':
            return []

        def made(index, file, days, status, subject):
            return {'index': index, 'file': file, 'subject': subject, 'issuer': 'CN=R11,O=Example Trust', 'not_after': iso(-86400.0 * days),
                    'days_left': days, 'status': status, 'sha256': 'c0ffee' * 10}
        return [made(1, '/etc/stream-pump/pump.crt', 12, 'expiring', 'CN=pump3.example.org'),
                made(2, '/etc/stream-pump/media.crt', 74, 'valid', 'CN=media.example.org'),
                made(3, '/etc/stream-pump/old.crt', -3, 'expired', 'CN=old.example.org')]

    def tell(self, kind, severity, path, said, client=None):
        with self.lock:
            self.events.append({'number': len(self.events) + 1, 'kind': kind, 'severity': severity, 'at': iso(), 'stream': path,
                                'source': None, 'client': client, 'address': None, 'repeats': 1, 'text': said})
            self.lock.notify_all()

    def kick(self, wanted):
        gone = [number for number, each in self.clients.items()
                if all(each.get({'client': 'id'}.get(key, key)) == value for key, value in wanted.items() if key != 'ban_seconds')]
        for number in gone:
            del self.clients[number]
        if gone:
            self.tell('clients_kicked', 'info', 'council', f'{len(gone)} kicked')
        return len(gone)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def log_message(self, *args):
        pass

    def answer(self, status, kind, body, **headers):
        self.send_response(status)
        for name, value in {'Content-Type': kind, 'Content-Length': str(len(body)), 'Connection': 'close', 'Cache-Control': 'no-store',
                            'X-Content-Type-Options': 'nosniff', **headers}.items():
            self.send_header(name.replace('_', '-'), value)
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True

    def answer_json(self, value, status=200):
        self.answer(status, 'application/json', json.dumps(value).encode())

    def problem(self, status, detail, **more):
        self.answer(status, 'application/problem+json',
                    json.dumps({'type': 'about:blank', 'title': 'No', 'status': status, 'detail': detail, **more}).encode())

    def serve_file(self, name):
        self.answer(200, TYPES[pathlib.Path(name).suffix] + '; charset=utf-8', (PAGE / name).read_bytes(),
                    Content_Security_Policy="default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")

    def is_admitted(self):
        token = self.server.pump.token
        if token is None or self.headers.get('Authorization') == f'Bearer {token}':
            return True
        self.problem(401, "send the token of admin.token_file as 'Authorization: Bearer TOKEN'" if 'Authorization' not in self.headers
                     else 'the token is not that of admin.token_file')
        return False

    def do_GET(self):
        pump = self.server.pump
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        name = 'index.html' if url.path == '/' else url.path.lstrip('/')
        if '/' not in name and (PAGE / name).is_file():
            self.serve_file(name)
        elif not self.is_admitted():
            pass
        elif url.path == '/admin/status':
            self.answer_json(pump.status())
        elif url.path == '/admin/streams':
            self.answer_json({'streams': pump.streams()})
        elif url.path == '/admin/clients':
            self.clients(pump, query)
        elif url.path == '/admin/events' and query.get('format') == 'json':
            self.answer_json({'events': [e for e in pump.events if e['number'] > int(query.get('after', 0))], 'last': len(pump.events)})
        elif url.path == '/admin/events' and pump.has_feed:
            self.feed(pump, int(self.headers.get('Last-Event-ID') or query.get('after', 0)))
        else:
            self.problem(404, f"there is nothing at '{url.path}'")

    def clients(self, pump, query):
        after, limit = int(query.get('after', 0)), int(query.get('limit', 100))
        path = query.get('stream')
        found = [each for number, each in sorted(pump.clients.items())
                 if number > after and (each['stream'] == path or pump.scene == 'rude')]
        self.answer_json({'clients': found[:limit], 'next': found[limit - 1]['id'] if len(found) > limit else None})

    def feed(self, pump, after):
        self.send_response(200)
        self.send_header('Content-Type', 'text/event-stream')
        self.send_header('Connection', 'close')
        self.end_headers()
        self.close_connection = True
        pump.feeds += 1
        pump.resumed.append(after)
        try:
            while not self.server.is_ending:
                with pump.lock:
                    news = [event for event in pump.events if event['number'] > after]
                    if not news:
                        pump.lock.wait(0.5)
                for event in news:
                    after = event['number']
                    self.wfile.write(f"id: {after}\nevent: {event['kind']}\ndata: {json.dumps(event)}\n\n".encode())
                if not news:
                    self.wfile.write(b':\n\n')
        except OSError:
            pass
        finally:
            pump.feeds -= 1

    def do_POST(self):
        pump = self.server.pump
        body = json.loads(self.rfile.read(int(self.headers.get('Content-Length') or 0)) or b'null')
        if not self.is_admitted():
            return
        pump.asked.append(('POST', self.path, body))
        if self.path == '/admin/kick':
            kicked = pump.kick(body)
            if kicked:
                self.answer_json({'kicked': kicked})
            else:
                self.problem(404, 'no client matches, so none was kicked')
        elif self.path == '/admin/drain':
            is_on = not body.get('off')
            pump.drain = {'state': 'draining' if is_on else 'serving', 'viewers_remaining': len(pump.clients) if is_on else 0,
                          'deadline': iso(-body['deadline_s']) if body.get('deadline_s') else None, 'redirect': body.get('redirect'),
                          'reason': 'admin' if is_on else None}
            self.answer_json(pump.drain)
        elif self.path == '/admin/reload' and len([a for a in pump.asked if a[1] == self.path]) % 2:
            self.problem(422, 'the configuration was refused', problems=[
                "pump.json: streams[3].path: 'a/b' may hold only letters, digits and _", 'pump.json: limits.clients: 0 is too small'])
        elif self.path == '/admin/reload':
            self.answer_json({'applied': True, 'generation': 5, 'changes': [
                {'key': 'streams[council].burst_ms', 'effect': 'new clients only'}, {'key': 'admin.port', 'effect': 'restart needed'}]})
        else:
            self.problem(404, f"there is nothing at '{self.path}'")


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, pump, port=0):
        super().__init__(('127.0.0.1', port), Handler)
        self.pump = pump
        self.is_ending = False
        self.url = f'http://127.0.0.1:{self.server_address[1]}/'

    def start(self):
        threading.Thread(target=self.serve_forever, args=(0.1,), daemon=True).start()
        return self

    def stop(self):
        self.is_ending = True
        self.shutdown()
        self.server_close()


if __name__ == '__main__':
    arguments = sys.argv[1:] + [None] * 3
    server = Server(Pump(arguments[1] or 'full', arguments[2]), int(arguments[0] or 8099))
    print(server.url, flush=True)
    server.serve_forever()

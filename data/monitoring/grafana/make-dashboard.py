#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-only
"""make-dashboard.py: writes the Grafana dashboard to standard output.

Pumps on top, then a row for each stream that is chosen. A state is a set of
0/1 series in /metrics; a timeline wants one number, so each is weighted."""
import json

PUMP = 'instance=~"$instance"'
JOB = 'job="stream-pump", ' + PUMP
STREAM = PUMP + ', stream=~"$stream"'
SOURCE = {'type': 'prometheus', 'uid': '${datasource}'}
GREEN, AMBER, ORANGE, RED, GREY, BLUE = 'green', 'yellow', 'orange', 'red', 'text', 'blue'

PUMP_STATES = [('starting', BLUE), ('up', GREEN), ('degraded', ORANGE), ('draining', AMBER), ('full', RED),
               ('stopping', GREY)]
STREAM_STATES = [('disabled', GREY), ('idle', BLUE), ('waiting', RED), ('holding', ORANGE), ('live', GREEN),
                 ('fallback', AMBER)]
HEALTHS = [('ok', GREEN), ('degraded', AMBER), ('stalled', RED), ('looping', ORANGE), ('absent', GREY)]

panels = []
place = {'x': 0, 'y': 0, 'height': 0}


def put(panel, width, height):
    if place['x'] + width > 24:
        place['x'], place['y'] = 0, place['y'] + place['height']
    panel['id'] = len(panels) + 1
    panel['gridPos'] = {'x': place['x'], 'y': place['y'], 'w': width, 'h': height}
    place['x'], place['height'] = place['x'] + width, height
    panels.append(panel)


def row(title, repeat=None):
    if place['x']:
        place['x'], place['y'] = 0, place['y'] + place['height']
    panel = {'type': 'row', 'title': title, 'collapsed': False, 'panels': []}
    if repeat:
        panel['repeat'] = repeat
    put(panel, 24, 1)
    place['x'], place['y'] = 0, place['y'] + 1


def target(expression, legend, letter, **more):
    return {'refId': letter, 'datasource': SOURCE, 'editorMode': 'code', 'expr': expression,
            'legendFormat': legend, 'range': True, **more}


def panel(kind, title, queries, unit='short', why=None, options=None, custom=None, defaults=None, **more):
    return {
        'type': kind, 'title': title, 'description': why or '', 'datasource': SOURCE,
        'targets': [target(expression, legend, chr(ord('A') + place), **more)
                    for place, (expression, legend) in enumerate(queries)],
        'fieldConfig': {'defaults': {'unit': unit, 'custom': custom or {}, **(defaults or {})}, 'overrides': []},
        'options': options or {},
    }


def stat(title, expression, unit='short', limits=None, why=None):
    steps = [{'color': GREEN, 'value': None}] + [{'color': color, 'value': value} for value, color in limits or []]
    put(panel('stat', title, [(expression, '')], unit, why,
              {'colorMode': 'value', 'graphMode': 'area', 'reduceOptions': {'calcs': ['lastNotNull']}},
              defaults={'thresholds': {'mode': 'absolute', 'steps': steps}, 'min': 0}), 4, 4)


def graph(title, queries, unit='short', width=8, why=None, stack=False):
    put(panel('timeseries', title, queries, unit, why,
              {'legend': {'displayMode': 'list', 'placement': 'bottom', 'showLegend': True},
               'tooltip': {'mode': 'multi', 'sort': 'desc'}},
              {'lineWidth': 1, 'fillOpacity': 10, 'showPoints': 'never',
               'stacking': {'mode': 'normal' if stack else 'none', 'group': 'A'}}, {'min': 0}), width, 7)


def weighted(metric, label, where, words, by):
    parts = [f'{weight} * {metric}{{{where}, {label}="{word}"}}' for weight, (word, _) in enumerate(words, 1)]
    return f'sum by ({by}) (' + ' or '.join(parts) + ')'


def timeline(title, expression, legend, words, width=24, why=None):
    mapping = {str(weight): {'text': word, 'color': color, 'index': weight}
               for weight, (word, color) in enumerate(words, 1)}
    put(panel('state-timeline', title, [(expression, legend)], 'none', why,
              {'mergeValues': True, 'showValue': 'auto', 'rowHeight': 0.8,
               'legend': {'displayMode': 'list', 'placement': 'bottom', 'showLegend': False},
               'tooltip': {'mode': 'single'}},
              {'fillOpacity': 80, 'lineWidth': 0},
              {'mappings': [{'type': 'value', 'options': mapping}], 'color': {'mode': 'thresholds'},
               'thresholds': {'mode': 'absolute', 'steps': [{'color': GREY, 'value': None}]}}), width, 5)


def heatmap(title, expression, why):
    put(panel('heatmap', title, [(expression, '{{le}}')], 'short', why,
              {'calculate': False, 'yAxis': {'unit': 's'}, 'cellGap': 1, 'showValue': 'never',
               'color': {'mode': 'scheme', 'scheme': 'Oranges', 'steps': 32, 'min': 0},
               'tooltip': {'show': True, 'yHistogram': True}, 'legend': {'show': True},
               'rowsFrame': {'layout': 'le'}}, format='heatmap'), 12, 7)


def rate(metric, where, over='$__rate_interval'):
    return f'rate({metric}{{{where}}}[{over}])'


row('Pumps')
stat('Pumps up', f'sum(up{{{JOB}}})')
stat('Viewers', f'sum(stream_pump_clients{{{PUMP}}})')
stat('Sent', f'sum(stream_pump_bitrate_out_bps{{{PUMP}}})', 'bps')
stat('Streams without source', f'sum(stream_pump_stream_state{{{PUMP}, state=~"waiting|holding"}}) or vector(0)',
     limits=[(1, RED)])
stat('Streams that do not play', f'count(stream_pump_canary_ok{{{PUMP}}} == 0) or vector(0)', limits=[(1, RED)],
     why='By the canary: the pump plays each of its streams as a client would.')
stat('First certificate runs out', f'min(stream_pump_certificate_expiry_timestamp_seconds{{{PUMP}}}) - time()', 's')
timeline('State of the pumps', weighted('stream_pump_state', 'state', PUMP, PUMP_STATES, 'instance'), '{{instance}}',
         PUMP_STATES)
graph('Viewers', [(f'stream_pump_clients{{{PUMP}}}', '{{instance}}'),
                  (f'stream_pump_client_limit{{{PUMP}}} > 0', '{{instance}} limit')])
graph('Bit rate', [(f'stream_pump_bitrate_out_bps{{{PUMP}}}', '{{instance}} out'),
                   (f'stream_pump_bitrate_in_bps{{{PUMP}}}', '{{instance}} in'),
                   (f'stream_pump_bandwidth_limit_bps{{{PUMP}}} > 0', '{{instance}} limit')], 'bps')
graph('Streams by state', [(f'sum by (state) (stream_pump_stream_state{{{PUMP}}})', '{{state}}')], stack=True)
timeline('State of the streams', weighted('stream_pump_stream_state', 'state', STREAM, STREAM_STATES,
                                          'instance, stream'), '{{stream}} {{instance}}', STREAM_STATES)

row('Limits and events')
graph('Turned away', [
    (rate('stream_pump_requests_limited_total', PUMP), '{{instance}} limit'),
    (rate('stream_pump_requests_draining_total', PUMP), '{{instance}} draining'),
    (rate('stream_pump_requests_denied_total', PUMP), '{{instance}} banned'),
    (rate('stream_pump_requests_not_live_total', PUMP), '{{instance}} not live')], 'reqps')
graph('Errors of clients', [
    (rate('stream_pump_requests_bad_total', PUMP), '{{instance}} malformed'),
    (rate('stream_pump_requests_not_found_total', PUMP), '{{instance}} no such stream'),
    (rate('stream_pump_tls_failures_total', PUMP), '{{instance}} TLS'),
    (rate('stream_pump_requests_timed_out_total', PUMP), '{{instance}} too slow')], 'reqps')
graph('Events', [
    (f'increase(stream_pump_events_total{{{PUMP}}}[$__rate_interval])', '{{instance}} events'),
    (f'increase(stream_pump_notifications_sent_total{{{PUMP}}}[$__rate_interval])', '{{instance}} notifications'),
    (f'increase(stream_pump_notifications_suppressed_total{{{PUMP}}}[$__rate_interval])',
     '{{instance}} suppressed')])
graph('Descriptors', [(f'process_open_fds{{{JOB}}}', '{{instance}}'),
                      (f'process_max_fds{{{JOB}}}', '{{instance}} limit')])
graph('Memory', [(f'process_resident_memory_bytes{{{JOB}}}', '{{instance}}'),
                 (f'stream_pump_memory_limit_bytes{{{PUMP}}} > 0', '{{instance}} limit')], 'bytes')
graph('Send lateness', [(f'stream_pump_send_lateness_seconds{{{PUMP}}}', '{{instance}}'),
                        (f'stream_pump_lateness_limit_seconds{{{PUMP}}} > 0', '{{instance}} limit')], 's',
      why='Above the limit new viewers are refused.')
graph('Main loop', [(f'stream_pump_loop_delay_seconds{{{PUMP}}}', '{{instance}}')], 's',
      why='The longest that the main loop was late in the last minute.')

row('Certificates')
put(panel('bargauge', 'Time left', [(f'stream_pump_certificate_expiry_timestamp_seconds{{{PUMP}}} - time()',
                                     '{{instance}} {{file}}')], 's', None,
          {'orientation': 'horizontal', 'displayMode': 'basic', 'reduceOptions': {'calcs': ['lastNotNull']}},
          defaults={'min': 0, 'max': 90 * 86400, 'thresholds': {'mode': 'absolute', 'steps': [
              {'color': RED, 'value': None}, {'color': AMBER, 'value': 7 * 86400},
              {'color': GREEN, 'value': 21 * 86400}]}}), 24, 5)

row('Stream $stream', repeat='stream')
timeline('State', weighted('stream_pump_stream_state', 'state', STREAM, STREAM_STATES, 'instance, stream'),
         '{{instance}}', STREAM_STATES, 12)
timeline('Health of the source', weighted('stream_pump_stream_health', 'health', STREAM, HEALTHS, 'instance, stream'),
         '{{instance}}', HEALTHS, 12)
graph('Viewers', [(f'stream_pump_stream_clients{{{STREAM}}}', '{{instance}}'),
                  (f'stream_pump_stream_client_limit{{{STREAM}}} > 0', '{{instance}} limit')])
graph('Bit rate of the source', [
    (f'stream_pump_stream_bitrate_in_bps{{{STREAM}}}', '{{instance}}'),
    (f'stream_pump_stream_bitrate_nominal_bps{{{STREAM}}} > 0', '{{instance}} nominal')], 'bps')
graph('Bit rate to viewers', [(f'stream_pump_stream_bitrate_out_bps{{{STREAM}}}', '{{instance}}')], 'bps')
heatmap('Lag of viewers', f'sum by (le) (stream_pump_stream_client_lag_seconds_bucket{{{STREAM}}})',
        'How many viewers are how far behind the newest packet.')
graph('Lag', [
    (f'histogram_quantile(0.95, sum by (le, instance) (stream_pump_stream_client_lag_seconds_bucket{{{STREAM}}}))',
     '{{instance}} 95 %'),
    (f'histogram_quantile(0.5, sum by (le, instance) (stream_pump_stream_client_lag_seconds_bucket{{{STREAM}}}))',
     '{{instance}} median'),
    (f'stream_pump_stream_client_lag_worst_seconds{{{STREAM}}}', '{{instance}} worst')], 's', 12)
graph('Canary', [
    (f'stream_pump_canary_first_packet_seconds{{{STREAM}}}', '{{instance}} first packet'),
    (f'stream_pump_canary_ok{{{STREAM}}} == 0', '{{instance}} does not play')], 's')
graph('Viewers come and go', [
    (rate('stream_pump_stream_clients_connected_total', STREAM), '{{instance}} come'),
    (rate('stream_pump_stream_clients_disconnected_total', STREAM), '{{instance}} go'),
    (rate('stream_pump_stream_clients_cut_total', STREAM), '{{instance}} cut'),
    (rate('stream_pump_stream_clients_refused_total', STREAM), '{{instance}} refused')], 'cps')
graph('Packets that viewers missed', [
    (rate('stream_pump_stream_packets_skipped_total', STREAM), '{{instance}} skipped'),
    (rate('stream_pump_stream_player_packets_lost_total', STREAM), '{{instance}} by their word'),
    (rate('stream_pump_stream_packets_bad_total', STREAM), '{{instance}} bad at the source')], 'pps')
graph('Source', [
    (f'increase(stream_pump_stream_source_losses_total{{{STREAM}}}[$__rate_interval])', '{{instance}} lost'),
    (f'increase(stream_pump_stream_source_errors_total{{{STREAM}}}[$__rate_interval])', '{{instance}} errors'),
    (f'increase(stream_pump_stream_fallback_switches_total{{{STREAM}}}[$__rate_interval])', '{{instance}} fallback'),
    (f'increase(stream_pump_stream_header_changes_total{{{STREAM}}}[$__rate_interval])', '{{instance}} new header')])
graph('Silence of the source', [(f'stream_pump_stream_idle_seconds{{{STREAM}}}', '{{instance}}')], 's')
graph('Stalls, by the word of the players', [
    (rate('stream_pump_stream_player_stalls_total', STREAM), '{{instance}} stalls/s'),
    (rate('stream_pump_stream_player_stall_seconds_total', STREAM), '{{instance}} of a second')])


def variable(name, label, query):
    return {'name': name, 'label': label, 'type': 'query', 'datasource': SOURCE, 'definition': query,
            'query': {'query': query, 'refId': name}, 'refresh': 2, 'sort': 1, 'multi': True, 'includeAll': True,
            'allValue': '.*' if name == 'instance' else None, 'current': {'text': ['All'], 'value': ['$__all']}}


def annotation(name, expression, text, color):
    return {'name': name, 'datasource': SOURCE, 'enable': True, 'iconColor': color, 'expr': expression,
            'titleFormat': name, 'textFormat': text, 'step': '15s'}


print(json.dumps({
    'title': 'Stream Pump', 'uid': 'stream-pump', 'tags': ['stream-pump'], 'schemaVersion': 37, 'version': 1,
    'editable': True, 'graphTooltip': 1, 'refresh': '30s', 'timezone': 'browser',
    'time': {'from': 'now-6h', 'to': 'now'},
    'templating': {'list': [
        {'name': 'datasource', 'label': 'Data source', 'type': 'datasource', 'query': 'prometheus',
         'current': {}, 'refresh': 1},
        variable('instance', 'Pump', 'label_values(stream_pump_clients, instance)'),
        variable('stream', 'Stream', 'label_values(stream_pump_stream_clients{instance=~"$instance"}, stream)')]},
    'annotations': {'list': [
        annotation('Alarm', f'ALERTS{{alertname=~"StreamPump.*", alertstate="firing", severity!="info", {PUMP}}}',
                   '{{alertname}} {{stream}} {{instance}}', RED),
        annotation('Restart', f'changes(process_start_time_seconds{{{JOB}}}[1m]) > 0', '{{instance}}', BLUE)]},
    'panels': panels,
}, indent=2))

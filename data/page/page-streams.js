// SPDX-License-Identifier: GPL-3.0-only
// The streams: one card each, and what is inside when it is opened.
import { ClientTable } from './page-clients.js';
import {
  addressOf, attr, badge, el, histogram, History, icon, keyed, put, row, setBadge, setHistogram, setLines, setSpark, spark, table, text, twoLines,
} from './page-draw.js';
import { bytes, isKnown, millis, moment, number, plural, rate, since, span, t } from './page-words.js';

const IDLE_SHOWN_MS = 3000;
const HEALTH_TONES = { ok: 'ok', degraded: 'warn', looping: 'warn', stalled: 'bad', absent: 'bad' };
const SOURCE_TONES = { active: 'ok', standby: 'info', connecting: 'info', waiting: 'bad', listening: 'off', disabled: 'off' };
const WORST = ['ok', 'off', 'info', 'warn', 'bad'];

function stateTone(stream) {
  if (stream.state === 'disabled' || stream.state === 'idle')
    return 'off';
  if (stream.state === 'live')
    return 'ok';
  if (stream.state === 'fallback')
    return 'warn';
  return stream.state === 'waiting' || stream.state === 'holding' ? 'bad' : 'info';
}

function isOn(stream) { return stream.state === 'live' || stream.state === 'fallback'; }

// How the whole stream does: the worst of what is known of it.
export function toneOf(stream) {
  const tones = [stateTone(stream)];
  if (isOn(stream) && stream.health)
    tones.push(HEALTH_TONES[stream.health] ?? 'info');
  if (isOn(stream) && stream.canary?.ok === false)
    tones.push('warn');
  if (stream.draining)
    tones.push('info');
  return tones.reduce((worst, tone) => WORST.indexOf(tone) > WORST.indexOf(worst) ? tone : worst);
}

function reasonOf(stream) {
  const parts = [];
  if (stream.health_reason && (isOn(stream) || stream.state === 'holding'))
    parts.push(stream.health_reason);
  if (!isOn(stream) && stream.source_error)
    parts.push(stream.source_error);
  if (parts.length === 0 && isOn(stream) && stream.idle_ms > IDLE_SHOWN_MS)
    parts.push(t('silent for {time}', { time: millis(stream.idle_ms) }));
  return parts.join(' · ');
}

function sourceOf(stream) {
  const rank = stream.source_rank > 0 ? `${t('fallback {n}:', { n: stream.source_rank })} ` : '';
  if (stream.source_label || isOn(stream))
    return rank + text(stream.source_label);
  return [stream.source_type, t('no source')].filter(Boolean).join(', ');
}

function metric(label, picture) {
  const parts = { value: el('span', { class: 'value' }), more: el('small'), picture };
  parts.node = el('div', {}, el('dt', {}, label), el('dd', {}, el('span', { class: 'pair' }, parts.value, picture), parts.more));
  return parts;
}

function setMetric(parts, value, more, tone = null) {
  put(parts.value, value);
  put(parts.more, more);
  attr(parts.node, 'data-tone', tone);
}

function canaryLines(canary) {
  if (!canary || canary.ok === null || canary.ok === undefined)
    return [text(null), canary === null ? t('not yet') : '', null];
  if (!canary.ok)
    return [t('failed'), canary.error ?? since(canary.at), 'bad'];
  const more = canary.stalls > 0 ? plural(canary.stalls, 'one stall', '{n} stalls') : since(canary.at);
  return [isKnown(canary.first_packet_ms) ? millis(canary.first_packet_ms) : t('passed'), more, canary.stalls > 0 ? 'warn' : 'ok'];
}

function setCanary(node, canary) {
  const [value, more, tone] = canaryLines(canary);
  put(node.value, value);
  put(node.more, more);
  attr(node.node, 'data-tone', tone === 'ok' ? null : tone);
  node.picture.hidden = tone === null;
  setBadge(node.picture, tone ?? 'off', tone === 'bad' ? '' : t('passed'));
  attr(node.node, 'title', canary?.at ? [moment(canary.at), isKnown(canary.header_ms)
    ? t('header {time}', { time: millis(canary.header_ms) }) : null, canary.error].filter(Boolean).join(', ') : null);
}

function sourceColumns() {
  return [
    { label: t('Source'), class: 'long', make: twoLines },
    { label: t('State'), make: (cell) => cell.append(badge(), ' ', badge(), el('small')) },
    { label: t('Address'), class: 'address', make: twoLines },
    { label: t('Received'), class: 'number', make: twoLines },
    { label: t('Connections'), class: 'number', make: twoLines },
    { label: t('Last error'), class: 'long', make: twoLines },
  ];
}

function waitOf(source) {
  if (isKnown(source.retry_ms) && source.retry_ms > 0)
    return t('again in {time}', { time: millis(source.retry_ms) });
  return source.connected_since
    ? t('connected for {time}', { time: span((Date.now() - new Date(source.connected_since)) / 1000) }) : '';
}

function showSource(node, source) {
  const [name, state, address, received, connects, error] = node.cells;
  const [main, health, wait] = [state.children[0], state.children[1], state.children[2]];
  setLines(name, text(source.url ?? source.type), [source.url ? source.type : null, source.product].filter(Boolean).join(', '));
  setBadge(main, SOURCE_TONES[source.state] ?? 'info', t(String(source.state ?? '')));
  health.hidden = !source.health || source.health === 'absent' || source.state !== 'active';
  setBadge(health, HEALTH_TONES[source.health] ?? 'info', t(String(source.health ?? '')));
  put(wait, source.health_reason && !health.hidden ? source.health_reason : waitOf(source));
  setLines(address, addressOf(source), source.tls ? 'TLS' : '');
  setLines(received, bytes(source.bytes), '');
  setLines(connects, number(source.connects),
    source.failures > 0 ? plural(source.failures, 'one failure', '{n} failures') : '');
  setLines(error, text(source.last_error), '');
}

// One stream on the page.
class Card {
  constructor(stream, past) {
    this.past = past;
    this.name = stream.name || stream.path;
    const id = `stream-${stream.index ?? ''}-${stream.path}`.replace(/[^\w-]/g, '_');
    this.opener = el('button', {
      type: 'button', class: 'opener', 'aria-expanded': 'false', 'aria-controls': `${id}-inside`, onclick: () => this.toggle(),
    }, icon('more'), el('span'));
    this.under = el('p', { class: 'under' });
    this.state = badge();
    this.health = badge();
    this.drain = badge();
    this.reason = el('p', { class: 'reason' });
    this.source = el('p', { class: 'under' });
    this.viewers = metric(t('Clients'), spark());
    this.bitrate = metric(t('Bitrate'), spark());
    this.lag = metric(t('Lag'), histogram());
    this.canary = metric(t('Canary'), badge());
    this.inside = el('div', { class: 'inside', id: `${id}-inside`, hidden: true });
    this.article = el('article', { 'aria-labelledby': id },
      el('div', { class: 'who' }, el('h3', { id }, this.opener), this.under),
      el('div', { class: 'how' }, el('p', {}, this.state, ' ', this.health, ' ', this.drain), this.reason, this.source),
      el('dl', { class: 'metrics' }, this.viewers.node, this.bitrate.node, this.lag.node, this.canary.node), this.inside);
    this.node = el('li', { class: 'panel stream' }, this.article);
    this.node.card = this;
    this.stream = stream;
    if (past.isOpen)
      this.open();
  }

  toggle() {
    if (this.past.isOpen)
      this.close();
    else
      this.open();
  }

  open() {
    this.past.isOpen = true;
    const columns = sourceColumns();
    const sources = table(t('Sources of {name}', { name: this.name }), columns, { class: 'cards' });
    this.columns = columns;
    this.sources = sources;
    this.facts = el('dl', { class: 'facts' });
    this.clients = new ClientTable(this.stream);
    this.sourceBox = el('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': t('Sources of {name}', { name: this.name }) }, sources.node);
    this.inside.replaceChildren(this.facts, this.sourceBox, this.clients.node);
    this.inside.hidden = false;
    attr(this.opener, 'aria-expanded', 'true');
    this.showInside();
  }

  close() {
    this.past.isOpen = false;
    this.clients = null;
    this.inside.hidden = true;
    this.inside.replaceChildren();
    attr(this.opener, 'aria-expanded', 'false');
  }

  show(stream) {
    this.stream = stream;
    const isSeen = stream.clients > 0;
    const { quality } = stream;
    attr(this.node, 'data-tone', toneOf(stream));
    put(this.opener.lastChild, stream.name || stream.path);
    put(this.under, `/streams/${stream.path}`);
    setBadge(this.state, stateTone(stream), t(text(stream.state)));
    this.health.hidden = !isOn(stream) || !stream.health || stream.health === 'ok';
    setBadge(this.health, HEALTH_TONES[stream.health] ?? 'info', t(String(stream.health ?? '')));
    this.drain.hidden = !stream.draining;
    setBadge(this.drain, 'info', t('no new clients'));
    put(this.reason, reasonOf(stream));
    attr(this.reason, 'title', reasonOf(stream) || null);
    put(this.source, sourceOf(stream));
    attr(this.source, 'title', sourceOf(stream));
    setMetric(this.viewers, number(stream.clients), [
      isKnown(stream.clients_peak) ? t('peak {n}', { n: number(stream.clients_peak) }) : null,
      stream.client_limit > 0 ? t('limit {n}', { n: number(stream.client_limit) }) : null].filter(Boolean).join(', '));
    setMetric(this.bitrate, rate(stream.bitrate_bps),
      isKnown(stream.bitrate_out_bps) ? t('out {rate}', { rate: rate(stream.bitrate_out_bps) }) : '');
    setMetric(this.lag, isSeen ? millis(quality?.lag_worst_ms) : text(null), !isSeen ? t('no clients')
      : quality?.behind > 0 ? t('{n} behind', { n: number(quality.behind) })
        : isKnown(quality?.clients) ? t('worst of {n}', { n: number(quality.clients) }) : '', quality?.behind > 0 ? 'warn' : null);
    setHistogram(this.lag.picture, isSeen ? quality?.lag_histogram : null);
    setSpark(this.viewers.picture, this.past.viewers, number, 'Clients, last {span}: {low} to {high}');
    setSpark(this.bitrate.picture, this.past.bitrate, rate, 'Bitrate, last {span}: {low} to {high}');
    setCanary(this.canary, stream.canary);
    if (this.past.isOpen)
      this.showInside();
  }

  showInside() {
    const { stream } = this;
    const sources = Array.isArray(stream.sources) ? stream.sources : [];
    facts(this.facts, [
      [t('Live for'), span(stream.live_s)],
      [t('Declared bitrate'), stream.nominal_bps > 0 ? rate(stream.nominal_bps) : text(null)],
      [t('Start delay'), stream.start_delay_ms > 0 ? millis(stream.start_delay_ms) : text(null)],
      [t('Packet size'), stream.opaque ? t('opaque') : bytes(stream.packet_size_bytes)],
      [t('Header'), bytes(stream.header_bytes)],
      [t('Skipped packets'), number(stream.counters?.packets_skipped)],
      [t('All sent'), bytes(stream.counters?.bytes_sent)],
    ]);
    this.sourceBox.hidden = sources.length === 0;
    keyed(this.sources.body, sources, (source) => source.index, () => row(this.columns), showSource);
    this.clients.refresh();
  }
}

// Pairs of a name and a value, as a description list.
export function facts(list, pairs) {
  keyed(list, pairs, ([name]) => name, ([name]) => el('div', {}, el('dt', {}, name), el('dd')),
    (node, [, value]) => put(node.lastChild, value));
}

export class StreamList {
  constructor(list) {
    this.list = list;
    this.past = new Map(); // by path: what a card needs that is made again
  }

  add(streams, at) {
    const paths = new Set(streams.map((stream) => stream.path));
    for (const path of this.past.keys())
      if (!paths.has(path))
        this.past.delete(path);
    for (const stream of streams) {
      if (!this.past.has(stream.path))
        this.past.set(stream.path, { viewers: new History(), bitrate: new History(), isOpen: false });
      const past = this.past.get(stream.path);
      past.viewers.add(at, stream.clients);
      past.bitrate.add(at, stream.bitrate_bps);
    }
  }

  show(streams) {
    keyed(this.list, streams, (stream) => stream.path,
      (stream) => new Card(stream, this.past.get(stream.path)).node, (node, stream) => node.card.show(stream));
  }

  // In another language.
  rebuild() { this.list.replaceChildren(); }
}

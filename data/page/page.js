// SPDX-License-Identifier: GPL-3.0-only
// The status page: asks the pump every two seconds while somebody looks.
import { notice, order, question, say, unnotice } from './page-ask.js';
import { attr, badge, el, History, keyed, put, row, setBadge, setLines, setSpark, spark, table, text, twoLines } from './page-draw.js';
import { EventFeed } from './page-events.js';
import { facts, StreamList, toneOf } from './page-streams.js';
import { ask, hooks, setToken, token } from './page-talk.js';
import {
  bytes, day, isKnown, lang, millis, moment, number, plural, rate, setLang, since, span, t, time,
} from './page-words.js';

const EVERY_MS = 2000;
const FIND_FROM = 9; // streams, for which a search field is worth its place
const PUMP_TONES = { up: 'ok', degraded: 'warn', draining: 'info', full: 'bad', stopping: 'info', starting: 'info' };
const CERT_TONES = { valid: 'ok', expiring: 'warn', expired: 'bad', 'not yet valid': 'warn', unreadable: 'bad' };
const LISTENER_TONES = { up: 'ok', paused: 'warn', down: 'bad' };

const $ = (id) => document.getElementById(id);
const list = new StreamList($('streams'));
const feed = new EventFeed();
const pumpViewers = new History();
const pumpOut = new History();
let status = null;
let streams = null;
let timer = null;
let isLost = false;
let tiles = null;
let seen = new Map(); // the tones that were told last

// --- the header and the totals -------------------------------------------------

function tile(label, picture) {
  const parts = { value: el('span', { class: 'value' }), more: el('small'), picture };
  parts.node = el('div', { class: 'panel' }, el('dt', {}, label), el('dd', {}, parts.value, parts.more),
    picture ? el('dd', { class: 'graph' }, picture) : null);
  return parts;
}

function makeTiles() {
  tiles = {
    viewers: tile(t('Clients'), spark()), out: tile(t('Out'), spark()), input: tile(t('In'), null),
    live: tile(t('Live streams'), null), uptime: tile(t('Uptime'), null),
  };
  $('totals').replaceChildren(...Object.values(tiles).map((each) => each.node));
}

function inAll(value) { return isKnown(value) ? t('{n} in all', { n: bytes(value) }) : ''; }

function setTile(parts, value, more, tone = null) {
  put(parts.value, value);
  put(parts.more, more);
  attr(parts.node, 'data-tone', tone);
}

function showTotals() {
  setTile(tiles.viewers, number(status.clients), [
    isKnown(status.clients_peak) ? t('peak {n}', { n: number(status.clients_peak) }) : null,
    status.client_limit > 0 ? t('limit {n}', { n: number(status.client_limit) }) : null].filter(Boolean).join(', '));
  setTile(tiles.out, rate(status.bitrate_out_bps), status.bandwidth_limit_kbps > 0
    ? t('limit {n}', { n: rate(status.bandwidth_limit_kbps * 1000) }) : inAll(status.bytes_sent));
  setTile(tiles.input, rate(status.bitrate_in_bps), inAll(status.bytes_received));
  setTile(tiles.live, `${number(status.streams_live)} / ${number(status.streams)}`,
    !isKnown(status.streams_alarm) ? '' : status.streams_alarm > 0 ? t('{n} in alarm', { n: number(status.streams_alarm) })
      : t('none in alarm'), status.streams_alarm > 0 ? 'bad' : null);
  setTile(tiles.uptime, span(status.uptime_s), status.started ? t('since {time}', { time: since(status.started) }) : '');
  setSpark(tiles.viewers.picture, pumpViewers, number, 'Clients, last {span}: {low} to {high}');
  setSpark(tiles.out.picture, pumpOut, rate, 'Bitrate, last {span}: {low} to {high}');
}

function isDraining() { return status.drain?.state === 'draining' || status.drain?.state === 'drained'; }

function showDraining() {
  const box = $('draining');
  if (!isDraining()) {
    box.replaceChildren();
    return;
  }
  const { drain } = status;
  const lines = [
    t('No new clients are taken.'),
    drain.redirect ? t('They are sent to {url}.', { url: drain.redirect }) : null,
    drain.state === 'drained' ? t('The last client has gone: the pump can be stopped.') : null,
    drain.deadline && drain.state !== 'drained' ? t('Those present are ended at {time}.', { time: since(drain.deadline) }) : null,
    drain.reason ? `(${t('asked by {who}', { who: drain.reason })})` : null,
  ];
  if (box.childElementCount === 0)
    box.append(el('div', { class: 'notice', 'data-tone': 'info' }, badge(), el('p', { class: 'strong' }), el('p')));
  const [mark, remaining, rest] = box.firstChild.children;
  setBadge(mark, 'info', drain.state === 'drained' ? t('Drained') : t('Draining'));
  put(remaining, drain.viewers_remaining > 0 ? plural(drain.viewers_remaining, 'one client remains', '{n} clients remain')
    : t('no client remains'));
  put(rest, lines.filter(Boolean).join(' '));
}

function showHeader() {
  const name = status.host || 'Stream Pump';
  const state = $('state').firstChild ?? $('state').appendChild(badge());
  const alarms = status.streams_alarm > 0 ? `(${status.streams_alarm}) ` : '';
  put($('host'), name);
  put($('version'), `Stream Pump ${text(status.version)}`);
  state.hidden = !status.state;
  setBadge(state, PUMP_TONES[status.state] ?? 'info', t(String(status.state ?? '')));
  document.title = `${alarms}${name} – Stream Pump`;
  put($('drain').lastChild, isDraining() ? t('Serve again…') : t('Drain…'));
}

// --- certificates, listeners, the machine --------------------------------------

function section(box, id, title, columns, caption) {
  const made = table(caption, columns, { class: 'cards' });
  box.replaceChildren(el('div', { class: 'bar' }, el('h2', { id }, title)),
    el('div', { class: 'panel scroll', tabindex: '0', role: 'region', 'aria-labelledby': id }, made.node));
  box.columns = columns;
  box.body = made.body;
}

function showRows(box, items, update) {
  keyed(box.body, items, (item) => item.index ?? item.file ?? item.name, () => row(box.columns), update);
}

function showCertificates() {
  const box = $('certificates');
  const items = Array.isArray(status.certificates) ? status.certificates : [];
  box.hidden = items.length === 0;
  if (!box.body)
    section(box, 'certificates-title', t('Certificates'), [
      { label: t('Certificate'), class: 'long', make: twoLines },
      { label: t('Ends'), class: 'number', make: twoLines },
      { label: t('State'), make: (cell) => cell.append(badge()) }], t('Certificates'));
  showRows(box, [...items].sort((a, b) => (a.days_left ?? 1e9) - (b.days_left ?? 1e9)), (node, item) => {
    const [name, end, state] = node.cells;
    setLines(name, text(item.subject ?? item.file), [item.issuer, item.subject ? item.file : null].filter(Boolean).join(' · '), item.sha256);
    setLines(end, day(item.not_after), !isKnown(item.days_left) ? '' : item.days_left < 0 ? t('expired')
      : plural(item.days_left, 'one day left', '{n} days left'), moment(item.not_after));
    setBadge(state.firstChild, CERT_TONES[item.status] ?? 'info', t(String(item.status ?? '')));
  });
}

function showListeners() {
  const box = $('listeners');
  const items = Array.isArray(status.listeners) ? status.listeners : [];
  box.hidden = items.length === 0;
  if (!box.body)
    section(box, 'listeners-title', t('Listeners'), [
      { label: t('Listener'), class: 'long', make: twoLines },
      { label: t('State'), make: (cell) => cell.append(badge(), el('small')) },
      { label: t('Open now'), class: 'number', make: twoLines },
      { label: t('Accepted'), class: 'number', make: twoLines },
      { label: t('Faults'), class: 'number', make: twoLines }], t('Listeners'));
  showRows(box, items, (node, item) => {
    const [name, state, open, accepted, faults] = node.cells;
    const sum = ['accept_errors', 'tls_failures', 'bad_requests'].map((key) => item[key]).filter(isKnown);
    setLines(name, text(item.name ?? item.address), item.tls ? 'TLS' : '');
    setBadge(state.firstChild, LISTENER_TONES[item.state] ?? 'info', t(String(item.state ?? '')));
    put(state.lastChild, item.last_error);
    setLines(open, number(item.connections), '');
    setLines(accepted, number(item.accepted), '');
    setLines(faults, sum.length > 0 ? number(sum.reduce((a, b) => a + b, 0)) : text(null), '',
      ['accept_errors', 'tls_failures', 'bad_requests'].map((key) => `${key} ${text(item[key])}`).join(', '));
  });
}

function showMachine() {
  const config = status.config ?? {};
  const generation = config.generation ?? status.config_generation;
  facts($('machine'), [
    [t('Configuration'), [isKnown(generation) ? t('generation {n}', { n: number(generation) }) : text(null),
      config.applied_at ? t('applied {time}', { time: since(config.applied_at) }) : null,
      config.result && config.result !== 'ok' ? t('last attempt refused') : null].filter(Boolean).join(', ')],
    [t('Memory'), isKnown(status.memory_kib) ? bytes(status.memory_kib * 1024) : text(null)],
    [t('Descriptors'), `${number(status.descriptors)} ${isKnown(status.descriptor_limit) ? t('of {n}', { n: number(status.descriptor_limit) }) : ''}`],
    [t('Slowest turn'), millis(status.loop_delay_ms)],
    [t('Connections'), `${number(status.connections)}${isKnown(status.workers) ? `, ${t('{n} workers', { n: number(status.workers) })}` : ''}`],
    [t('SNMP'), status.snmp ? t(status.snmp.connected ? 'connected' : 'not connected') : text(null)],
  ]);
}

// --- the streams -----------------------------------------------------------------

function showStreams() {
  const wanted = $('find').value.trim().toLowerCase();
  const shown = wanted === '' ? streams : streams.filter((stream) =>
    `${stream.name ?? ''} ${stream.path}`.toLowerCase().includes(wanted));
  $('find').hidden = streams.length < FIND_FROM && wanted === '';
  list.show(shown);
  $('streams').hidden = shown.length === 0;
  $('no-streams').hidden = shown.length > 0;
  put($('no-streams'), streams.length === 0 ? t('This pump has no streams. Add them to its configuration, then reload it.')
    : t('No stream has “{text}” in its name.', { text: $('find').value.trim() }));
  put($('streams-sum'), streams.length > 0 ? number(streams.length) : '');
}

// Only what turned better or worse is said aloud.
function tell() {
  const now = new Map(streams.map((stream) => [stream.path, [toneOf(stream), stream]]));
  const changes = [];
  for (const [path, [tone, stream]] of now)
    if (seen.has(path) && seen.get(path) !== tone)
      changes.push(`${stream.name || path}: ${[stream.state, stream.health === 'ok' ? null : stream.health]
        .filter(Boolean).map((word) => t(word)).join(', ')}`);
  if (seen.has('') && seen.get('') !== status.state)
    changes.unshift(`${status.host ?? 'Stream Pump'}: ${t(String(status.state))}`);
  if (changes.length > 0)
    say(changes.join('. '));
  seen = new Map([...now].map(([path, [tone]]) => [path, tone]));
  seen.set('', status.state);
}

// --- the clockwork -----------------------------------------------------------------

function show() {
  if (status === null)
    return;
  $('sign-in').hidden = true;
  $('content').hidden = false;
  $('actions').hidden = false;
  $('forget').hidden = !token();
  showHeader();
  showTotals();
  showDraining();
  showStreams();
  showCertificates();
  showListeners();
  showMachine();
}

function lose() {
  if (!isLost) {
    isLost = true;
    notice('bad', t('The pump does not answer; trying again'), 'lost');
  }
  document.body.classList.add('stale');
}

function find() {
  if (isLost)
    say(t('The pump answers again'));
  isLost = false;
  unnotice('lost');
  document.body.classList.remove('stale');
  put($('fresh'), t('Updated {time}', { time: time(Date.now()) }));
}

async function look() {
  timer = null;
  try {
    const [newStatus, answer] = await Promise.all([ask('GET', '/admin/status'), ask('GET', '/admin/streams')]);
    const at = Date.now();
    status = newStatus;
    streams = (answer.streams ?? []).filter((stream) => stream && typeof stream.path === 'string');
    pumpViewers.add(at, status.clients);
    pumpOut.add(at, status.bitrate_out_bps);
    list.add(streams, at);
    unnotice('look');
    find();
    show();
    tell();
    if (!document.hidden)
      feed.follow(status);
  } catch (problem) {
    if (problem.status === 401)
      return; // signing in starts it again
    if (problem.status === undefined)
      lose();
    else
      notice('bad', problem.message, 'look', problem.problems);
  }
  plan();
}

function plan() {
  if (timer === null && !document.hidden && $('sign-in').hidden)
    timer = setTimeout(look, EVERY_MS);
}

function onVisibility() {
  if (document.hidden) {
    clearTimeout(timer);
    timer = null;
    feed.stop();
    put($('fresh'), t('Paused while this tab is hidden'));
  } else if (timer === null && $('sign-in').hidden) {
    look();
  }
}

// --- who may look -------------------------------------------------------------------

function signIn(problem) {
  const isFirst = $('sign-in').hidden;
  feed.stop();
  clearTimeout(timer);
  timer = null;
  if (token()) // the first of several refusals
    put($('sign-in-error'), problem.message);
  setToken(null);
  $('content').hidden = true;
  $('actions').hidden = true;
  $('forget').hidden = true;
  $('sign-in').hidden = false;
  put($('fresh'), '');
  $('ask').close();
  if (isFirst || document.activeElement === document.body)
    $('token').focus();
  else
    $('token').select();
}

function onToken(event) {
  event.preventDefault();
  setToken($('token').value);
  put($('sign-in-error'), '');
  $('sign-in').hidden = true;
  $('token').value = '';
  look().then(() => {
    if ($('sign-in').hidden)
      $('main').focus({ preventScroll: true });
  });
}

function forget() {
  setToken(null);
  location.reload();
}

// --- what may be asked ----------------------------------------------------------------

async function onDrain() {
  if (isDraining()) {
    const yes = await question({
      title: t('Serve again?'), body: [t('The pump takes new clients again.')], action: t('Serve again'),
    });
    if (yes !== null && await order('POST', '/admin/drain', { off: true }) !== null)
      notice('ok', t('The pump serves again'), 'order');
    return;
  }
  const answer = await question({
    title: t('Drain this pump?'),
    body: [t('No new clients are taken; those present stay until they leave.')],
    fields: [
      { key: 'redirect', label: t('Send new clients to (URL, may be empty)'), type: 'url', placeholder: 'http://' },
      { key: 'minutes', label: t('End those present after (minutes, may be empty)'), type: 'number', min: 1, max: 10080, step: 1 },
    ],
    action: t('Drain'),
    isDangerous: true,
  });
  if (answer === null)
    return;
  const body = {};
  if (answer.redirect.trim() !== '')
    body.redirect = answer.redirect.trim();
  if (Number(answer.minutes) > 0)
    body.deadline_s = Math.round(Number(answer.minutes) * 60);
  if (await order('POST', '/admin/drain', body) !== null)
    notice('ok', t('The pump drains'), 'order');
}

async function onReload() {
  const yes = await question({
    title: t('Reload the configuration?'), body: [t('The file is read again. If it has a mistake nothing changes.')], action: t('Reload'),
  });
  const done = yes !== null ? await order('POST', '/admin/reload', {}) : null;
  if (done === null)
    return;
  const changes = (done.changes ?? []).map((change) => `${text(change.key)} – ${t(String(change.effect))}`);
  notice('ok', [t('The configuration was applied'), isKnown(done.generation) ? ` (${t('generation {n}', { n: number(done.generation) })})` : '',
    '. ', changes.length === 0 ? t('Nothing in it has changed.') : ''].join('').trim(), 'order', changes);
}

// --- how it looks -----------------------------------------------------------------------

function keep(name, value) {
  try {
    localStorage.setItem(name, value);
  } catch { /* for this once, then */ }
}

function translate() {
  for (const node of document.querySelectorAll('[data-t]')) {
    node.dataset.t ||= node.textContent;
    put(node, t(node.dataset.t));
  }
  for (const name of ['placeholder', 'aria-label'])
    attr($('find'), name, t('Find a stream'));
  const other = lang() === 'fr' ? ['English', 'en'] : ['Français', 'fr'];
  put($('lang'), other[0]);
  attr($('lang'), 'lang', other[1]);
  makeTiles();
  list.rebuild();
  feed.rebuild();
  for (const id of ['certificates', 'listeners'])
    $(id).body = null;
  $('machine').replaceChildren();
  show();
}

function onLang() {
  const code = lang() === 'fr' ? 'en' : 'fr';
  const url = new URL(location.href);
  setLang(code);
  keep('lang', code);
  url.searchParams.set('lang', code);
  history.replaceState(null, '', url);
  translate();
}

function onTheme() {
  const root = document.documentElement;
  const isDark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  root.dataset.theme = isDark ? 'light' : 'dark';
  keep('theme', root.dataset.theme);
}

function firstLang() {
  const asked = new URLSearchParams(location.search).get('lang');
  let kept = null;
  try {
    kept = localStorage.getItem('lang');
  } catch { /* none */ }
  return asked ?? kept ?? (navigator.language ?? 'en').split('-')[0];
}

hooks.onUnauthorized = signIn;
setLang(firstLang());
translate();
$('lang').addEventListener('click', onLang);
$('theme').addEventListener('click', onTheme);
$('drain').addEventListener('click', onDrain);
$('reload').addEventListener('click', onReload);
$('forget').addEventListener('click', forget);
$('find').addEventListener('input', showStreams);
$('sign-in-form').addEventListener('submit', onToken);
document.addEventListener('visibilitychange', onVisibility);
look();

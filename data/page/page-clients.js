// SPDX-License-Identifier: GPL-3.0-only
// The viewers of one stream: a table that is fetched while it is open.
import { notice, order, question } from './page-ask.js';
import { addressOf, attr, badge, el, keyed, put, row, setBadge, setLines, table, text, twoLines } from './page-draw.js';
import { ask } from './page-talk.js';
import { bytes, isKnown, millis, moment, number, percent, plural, rate, since, span, t } from './page-words.js';

const PAGE = 100;
const MOST = 1000; // what one request may ask for
const EVERY_MS = 4000;

const TONES = { playing: 'ok', behind: 'warn', opening: 'info', waiting: 'off', closing: 'off' };

// What may be sorted by, and how: the largest first, but ids.
const SORTS = {
  id: (a, b) => a.id - b.id,
  connected_s: (a, b) => (b.connected_s ?? -1) - (a.connected_s ?? -1),
  bytes_sent: (a, b) => (b.bytes_sent ?? -1) - (a.bytes_sent ?? -1),
  lag_ms: (a, b) => (b.lag_ms ?? -1) - (a.lag_ms ?? -1),
};

function columnsOf() {
  return [
    { label: t('Client'), sort: 'id', make: (cell) => cell.append(el('span', { class: 'value' }), badge()) },
    { label: t('Address'), class: 'address', make: twoLines },
    { label: t('External id'), class: 'clip', make: twoLines },
    { label: t('Player'), class: 'clip wide', make: twoLines },
    { label: t('Since'), class: 'number', sort: 'connected_s', make: twoLines },
    { label: t('Bitrate'), class: 'number', make: twoLines },
    { label: t('Sent'), class: 'number', sort: 'bytes_sent', make: twoLines },
    { label: t('Lag'), class: 'number', sort: 'lag_ms', make: twoLines },
    { label: t('Skipped'), class: 'number', make: twoLines },
    { label: t('Round trip'), class: 'number', make: twoLines },
    { label: t('Resent'), class: 'number', make: twoLines },
    { label: t('As reported'), class: 'report', make: twoLines },
    { label: t('Action'), class: 'act', head: el('span', { class: 'away' }, t('Action')) },
  ];
}

// [stalls, the rest] of what the player told of itself.
function reportOf(player) {
  if (!player)
    return [text(null), ''];
  const main = [
    isKnown(player.quality_percent) ? t('quality {percent}', { percent: percent(player.quality_percent) }) : null,
    isKnown(player.buffering_count)
      ? plural(player.buffering_count, 'one stall', '{n} stalls')
        + (player.buffering_ms > 0 ? ` (${millis(player.buffering_ms)})` : '') : null,
  ];
  const more = [
    isKnown(player.packets_lost) ? t('{n} lost', { n: number(player.packets_lost) }) : null,
    isKnown(player.bandwidth_bps) && player.bandwidth_bps > 0 ? rate(player.bandwidth_bps) : null,
    player.version ? text(player.version) : null,
  ];
  return [main.filter(Boolean).join(', ') || text(null), more.filter(Boolean).join(', ')];
}

function show(node, client) {
  const [id, address, external, player, age, bitrate, sent, lag, skipped, trip, resent, report] = node.cells;
  const [stalls, more] = reportOf(client.player);
  put(id.firstChild, client.id);
  id.lastChild.hidden = !client.state || client.state === 'playing';
  setBadge(id.lastChild, TONES[client.state] ?? 'info', t(String(client.state)));
  setLines(address, addressOf(client), [client.framing, client.tls ? 'TLS' : null].filter(Boolean).join(', '));
  setLines(external, text(client.external_id), '', client.external_id);
  setLines(player, text(client.user_agent), client.player?.os ? text(client.player.os) : '', client.user_agent);
  setLines(age, span(client.connected_s), since(client.connected_since), moment(client.connected_since));
  setLines(bitrate, rate(client.bitrate_bps), '');
  setLines(sent, bytes(client.bytes_sent), '');
  setLines(lag, millis(client.lag_ms), client.queue_bytes > 0 ? bytes(client.queue_bytes) : '');
  setLines(skipped, number(client.packets_skipped), '');
  setLines(trip, isKnown(client.rtt_us) && client.rtt_us > 0 ? millis(client.rtt_us / 1000) : text(null), '');
  setLines(resent, number(client.retransmits), '');
  setLines(report, stalls, more);
  attr(lag, 'data-tone', client.lag_ms > 2000 ? 'warn' : null);
  attr(skipped, 'data-tone', client.packets_skipped > 0 ? 'warn' : null);
}

function bans(label) {
  return { key: 'ban', label, choices: [['0', t('no')], ['600', t('for 10 minutes')], ['3600', t('for 1 hour')], ['86400', t('for 1 day')]] };
}

async function kick(filter, answer) {
  const ban = Number(answer.ban);
  const done = await order('POST', '/admin/kick', ban > 0 ? { ...filter, ban_seconds: ban } : filter);
  if (done !== null)
    notice('ok', plural(done.kicked ?? 0, 'one client was kicked', '{n} clients were kicked'), 'order');
  return done !== null;
}

export class ClientTable {
  constructor(stream) {
    this.path = stream.path;
    this.name = stream.name || stream.path;
    this.wanted = PAGE;
    this.sort = 'id';
    this.clients = null;
    this.next = null;
    this.asked = 0;
    this.node = this.build();
  }

  build() {
    this.columns = columnsOf();
    for (const column of this.columns.filter((each) => each.sort))
      column.head = el('button', { type: 'button', class: 'sort', onclick: () => this.sortBy(column.sort) }, column.label);
    const made = table(t('Clients of {name}', { name: this.name }), this.columns, { class: 'cards clients' });
    this.head = made.head;
    this.body = made.body;
    this.box = el('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': t('Clients of {name}', { name: this.name }) }, made.node);
    this.sum = el('p', { class: 'note' });
    this.more = el('button', { type: 'button', onclick: () => this.showMore() }, t('Show more'));
    this.choice = el('select', { onchange: () => this.sortBy(this.choice.value) },
      ...this.columns.filter((each) => each.sort).map((each) => el('option', { value: each.sort }, each.label)));
    this.choice.value = this.sort;
    this.all = el('button', { type: 'button', class: 'danger', onclick: () => this.kickAll() }, t('Kick all…'));
    const bar = el('div', { class: 'bar' }, el('h4', {}, t('Clients')), this.sum,
      el('label', { class: 'push narrow' }, `${t('Sort by')} `, this.choice), this.all);
    this.draw();
    return el('div', {}, bar, this.box, el('div', { class: 'row' }, this.more));
  }

  sortBy(key) {
    this.sort = key;
    this.choice.value = key;
    this.draw();
  }

  showMore() {
    this.wanted += PAGE;
    this.refresh(true);
  }

  // As many as are wanted, in as few requests as may be.
  async fetchAll() {
    let clients = [];
    let after = null;
    do {
      const limit = Math.min(MOST, this.wanted - clients.length);
      const page = await ask('GET', `/admin/clients?stream=${encodeURIComponent(this.path)}&limit=${limit}`
        + (after === null ? '' : `&after=${after}`));
      clients = clients.concat(page.clients ?? []);
      after = page.next ?? null;
    } while (after !== null && clients.length < this.wanted);
    return { clients, next: after };
  }

  async refresh(isAtOnce = false) {
    const now = Date.now();
    if (!isAtOnce && now - this.asked < EVERY_MS)
      return;
    this.asked = now;
    try {
      const { clients, next } = await this.fetchAll();
      this.clients = clients;
      this.next = next;
      this.draw();
    } catch (problem) {
      if (problem.status !== undefined && problem.status !== 401)
        notice('bad', problem.message, `clients ${this.path}`);
    }
  }

  draw() {
    const clients = [...(this.clients ?? [])].sort(SORTS[this.sort]);
    for (const [at, column] of this.columns.entries())
      attr(this.head.cells[at], 'aria-sort', !column.sort ? null : column.sort !== this.sort ? 'none'
        : column.sort === 'id' ? 'ascending' : 'descending');
    keyed(this.body, clients, (client) => client.id, (client) => this.rowOf(client), show);
    const isEmpty = clients.length === 0;
    this.box.hidden = isEmpty;
    this.all.hidden = isEmpty;
    this.choice.parentElement.hidden = isEmpty;
    this.more.hidden = this.next === null;
    put(this.sum, this.clients === null ? t('The clients are being fetched…') : isEmpty ? t('Nobody watches at present.')
      : t(this.next === null ? '{n} shown' : '{n} shown, there are more', { n: number(clients.length) }));
  }

  rowOf(client) {
    const node = row(this.columns);
    node.lastChild.append(el('button', {
      type: 'button', class: 'danger small', 'aria-label': t('Kick client {id}', { id: client.id }), onclick: () => this.kickOne(client),
    }, t('Kick')));
    return node;
  }

  async kickOne(client) {
    const answer = await question({
      title: t('Kick client {id}?', { id: client.id }),
      body: [
        el('p', { class: 'strong' }, [addressOf(client), client.external_id, client.user_agent].filter(Boolean).join(' · ')),
        t('The connection is ended at once. A player may come back by itself.'),
      ],
      fields: [bans(t('Refuse it afterwards'))],
      action: t('Kick'),
      isDangerous: true,
    });
    if (answer !== null && await kick({ client: client.id }, answer))
      await this.refresh(true);
  }

  async kickAll() {
    const answer = await question({
      title: t('Kick all clients of {name}?', { name: this.name }),
      body: [t('Every connection of this stream is ended at once. Players may come back by themselves.')],
      fields: [bans(t('Refuse them afterwards'))],
      action: t('Kick all…').replace('…', ''),
      isDangerous: true,
    });
    if (answer !== null && await kick({ stream: this.path }, answer))
      await this.refresh(true);
  }
}

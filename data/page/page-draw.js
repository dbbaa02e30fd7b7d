// SPDX-License-Identifier: GPL-3.0-only
// Pieces of the page. Text from the pump only ever becomes text nodes.
import { DASH, isKnown, millis, number, span, t } from './page-words.js';

const SVG = 'http://www.w3.org/2000/svg';

// el('td', { class: 'number', onclick: f }, 'text', node, ...)
export function el(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  set(node, attributes);
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

function set(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on'))
      node.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false)
      node.setAttribute(name, value === true ? '' : value);
  }
}

export function svg(name, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, name);
  set(node, attributes);
  node.append(...children);
  return node;
}

export function icon(name) {
  return svg('svg', { class: 'icon', 'aria-hidden': 'true' }, svg('use', { href: `#i-${name}` }));
}

// Only what differs is written: a selection or a reader's place stays.
export function put(node, text) {
  const next = text === null || text === undefined || text === '' ? '' : String(text);
  if (node.textContent !== next)
    node.textContent = next;
}

export function attr(node, name, value) {
  if (value === null || value === undefined || value === false)
    node.removeAttribute(name);
  else if (node.getAttribute(name) !== String(value))
    node.setAttribute(name, value);
}

export function text(value) {
  return typeof value === 'string' && value !== '' ? value : isKnown(value) ? number(value) : DASH;
}

// "192.0.2.1:8080", "[2001:db8::1]:8080"
export function addressOf({ address, port }) {
  if (typeof address !== 'string' || address === '')
    return DASH;
  const host = address.includes(':') ? `[${address}]` : address;
  return isKnown(port) && port > 0 ? `${host}:${port}` : host;
}

// A shape, a colour and a word, so that no one of them is needed alone.
export function badge() {
  return el('span', { class: 'badge' }, icon('off'), el('span'));
}

export function setBadge(node, tone, word) {
  attr(node, 'data-tone', tone);
  attr(node.querySelector('use'), 'href', `#i-${tone}`);
  put(node.lastChild, word);
}

// The children of @parent become those of @items, in their order; what has the
// same key stays the same element, with its focus.
export function keyed(parent, items, keyOf, make, update) {
  const old = new Map([...parent.children].map((node) => [node.dataset.key, node]));
  const focused = parent.contains(document.activeElement) ? document.activeElement : null;
  let place = parent.firstElementChild;
  for (const item of items) {
    const key = String(keyOf(item));
    let node = old.get(key);
    if (node === undefined) {
      node = make(item);
      node.dataset.key = key;
    }
    old.delete(key);
    if (node === place)
      place = place.nextElementSibling;
    else
      parent.insertBefore(node, place);
    update(node, item);
  }
  for (const node of old.values())
    node.remove();
  if (focused !== null && focused !== document.activeElement)
    (focused.isConnected ? focused : parent.closest('[tabindex]') ?? parent).focus?.({ preventScroll: true });
}

const WINDOW_MS = 300000;
const SHORT_MS = 60000;
const GAP_MS = 12000;

// The last minutes of one figure; null: not known at that time.
export class History {
  constructor() { this.points = []; }

  add(at, value) {
    this.points.push([at, isKnown(value) ? value : null]);
    while (this.points.length > 0 && this.points[0][0] < at - WINDOW_MS)
      this.points.shift();
  }
}

export function spark() {
  return svg('svg', { class: 'spark', viewBox: '0 0 100 24', preserveAspectRatio: 'none', role: 'img' },
    svg('path', { class: 'area' }), svg('path', { class: 'line' }), svg('path', { class: 'dot' }));
}

// Runs of points without a gap, in the coordinates of the picture.
function runsOf(points, from, length, top) {
  const runs = [];
  let last = null;
  for (const [at, value] of points) {
    if (value !== null) {
      if (last === null || at - last > GAP_MS)
        runs.push([]);
      runs.at(-1).push([(at - from) / length * 100, 22.5 - value / top * 20]);
    }
    last = value === null ? null : at;
  }
  return runs;
}

const xy = ([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`;

// @sentence: with {span}, {low} and {high}, for those who do not see the line.
export function setSpark(node, history, show, sentence) {
  const [area, line, dot] = node.children;
  const { points } = history;
  const known = points.filter(([, value]) => value !== null).map(([, value]) => value);
  node.toggleAttribute('data-empty', known.length === 0);
  if (known.length === 0) {
    attr(node, 'aria-label', DASH);
    for (const path of node.children)
      attr(path, 'd', null);
    return;
  }
  const end = points.at(-1)[0];
  const length = Math.min(WINDOW_MS, Math.max(SHORT_MS, end - points[0][0]));
  const high = Math.max(...known);
  const runs = runsOf(points, end - length, length, high > 0 ? high : 1);
  attr(line, 'd', runs.map((run) => `M${run.map(xy).join('L')}`).join(''));
  attr(area, 'd', runs.map((run) => `M${run[0][0].toFixed(1)} 24L${run.map(xy).join('L')}L${run.at(-1)[0].toFixed(1)} 24Z`).join(''));
  attr(dot, 'd', `M${xy(runs.at(-1).at(-1))}h0`);
  attr(node, 'aria-label', t(sentence, {
    span: span(length / 1000), low: show(Math.min(...known)), high: show(high),
  }));
}

export function histogram() {
  return svg('svg', { class: 'bars', viewBox: '0 0 64 24', preserveAspectRatio: 'none', role: 'img' });
}

// Roots, so that one straggler among thousands is seen.
export function setHistogram(node, buckets) {
  const list = Array.isArray(buckets) ? buckets.filter((bucket) => isKnown(bucket?.clients)) : [];
  const top = Math.sqrt(Math.max(1, ...list.map((bucket) => bucket.clients)));
  const width = 64 / Math.max(1, list.length);
  node.toggleAttribute('data-empty', list.length === 0);
  while (node.childElementCount > list.length)
    node.lastChild.remove();
  list.forEach((bucket, at) => {
    const bar = node.children[at] ?? node.appendChild(svg('rect'));
    const height = bucket.clients > 0 ? Math.max(3, Math.sqrt(bucket.clients) / top * 23) : 1;
    attr(bar, 'x', (at * width + 0.5).toFixed(1));
    attr(bar, 'width', (width - 1.5).toFixed(1));
    attr(bar, 'y', (24 - height).toFixed(1));
    attr(bar, 'height', height.toFixed(1));
    attr(bar, 'class', bucket.clients === 0 ? 'none' : !isKnown(bucket.le_ms) || bucket.le_ms > 2000 ? 'late' : null);
  });
  attr(node, 'aria-label', list.length === 0 ? DASH : t('Clients by lag: {list}', {
    list: list.map(({ le_ms: ms, clients }) => isKnown(ms)
      ? t('up to {time}: {n}', { time: millis(ms), n: number(clients) })
      : t('more: {n}', { n: number(clients) })).join('; '),
  }));
}

// A table that is a table at any width: its roles are said, since a narrow
// screen shows its rows as cards, and browsers then forget them.
export function table(caption, columns, attributes = {}) {
  const head = el('tr', { role: 'row' });
  for (const column of columns)
    head.append(el('th', { role: 'columnheader', scope: 'col', class: column.class }, column.head ?? column.label));
  const body = el('tbody', { role: 'rowgroup' });
  return {
    node: el('table', { role: 'table', ...attributes },
      el('caption', {}, caption), el('thead', { role: 'rowgroup' }, head), body),
    head,
    body,
  };
}

// A row of @columns; each has make(cell) or leaves the cell empty.
export function row(columns) {
  const node = el('tr', { role: 'row' });
  columns.forEach((column, at) => {
    const isHead = at === 0;
    const cell = el(isHead ? 'th' : 'td', {
      role: isHead ? 'rowheader' : 'cell', scope: isHead ? 'row' : null, class: column.class, 'data-label': column.label,
    });
    column.make?.(cell);
    node.append(cell);
  });
  return node;
}

// Two lines in a cell: what matters, and what goes with it.
export function twoLines(cell) {
  cell.append(el('span', { class: 'value' }), el('small'));
}

export function setLines(cell, value, more, title) {
  put(cell.children[0], value);
  put(cell.children[1], more);
  attr(cell, 'title', title);
}

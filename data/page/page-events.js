// SPDX-License-Identifier: GPL-3.0-only
// The event feed: read as it comes, or asked for where that cannot be done.
import { say } from './page-ask.js';
import { attr, el, icon, put } from './page-draw.js';
import { ask, readEvents } from './page-talk.js';
import { isKnown, kindName, moment, since, t } from './page-words.js';

const MOST = 300;
const LOOK_BACK = 200;
const POLL_MS = 5000;
const AGAIN_MS = 60000; // the feed is tried again, once it could not be had
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30000;

const TONES = { clear: 'ok', info: 'info', warning: 'warn', major: 'bad', client: 'client' };

const isQuiet = (event) => event.severity !== 'client';
const isBad = (event) => event.severity === 'major' || event.severity === 'warning';
const CHOICES = { all: () => true, quiet: isQuiet, bad: isBad };

function wait(ms, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => { clearTimeout(timer); resolve(); }, { once: true });
  });
}

export class EventFeed {
  constructor() {
    this.list = document.getElementById('events');
    this.state = document.getElementById('events-state');
    this.empty = document.getElementById('no-events');
    this.which = document.getElementById('events-which');
    this.which.addEventListener('change', () => this.rebuild());
    this.events = [];
    this.last = null; // the number of the newest; null: not known where to begin
    this.uptime = 0;
    this.stopper = null;
    this.how = '';
  }

  // @status tells whether there is a feed, and where it is. Called with each.
  follow(status) {
    if (!isKnown(status.last_event)) {
      put(this.empty, t('This pump has no event feed.'));
      return;
    }
    if (status.uptime_s < this.uptime || status.last_event < this.last)
      this.last = null; // another run of the pump, which counts anew
    this.uptime = status.uptime_s ?? 0;
    this.last ??= Math.max(0, status.last_event - LOOK_BACK);
    if (this.stopper === null) {
      this.stopper = new AbortController();
      this.run(this.stopper.signal);
    }
  }

  stop() {
    this.stopper?.abort();
    this.stopper = null;
  }

  async run(signal) {
    let pause = FIRST_WAIT_MS;
    this.show();
    while (!signal.aborted) {
      try {
        await readEvents(this.last, () => { pause = FIRST_WAIT_MS; this.tell('as they come'); }, (data) => this.take(data), signal);
      } catch (problem) {
        if (signal.aborted || problem.status === 401)
          return;
        if (problem.status !== undefined)
          await this.poll(signal);
        else
          this.tell('interrupted');
        pause = Math.min(pause * 2, LONGEST_WAIT_MS);
      }
      await wait(pause, signal);
    }
  }

  // For a minute: then the feed is tried again.
  async poll(signal) {
    const end = Date.now() + AGAIN_MS;
    while (!signal.aborted && Date.now() < end) {
      try {
        const { events } = await ask('GET', `/admin/events?format=json&after=${this.last}&limit=100`);
        this.tell('every few seconds');
        (events ?? []).forEach((event) => this.add(event));
      } catch {
        this.tell('interrupted');
      }
      await wait(POLL_MS, signal);
    }
  }

  tell(how) {
    this.how = how;
    put(this.state, t(how));
  }

  take(data) {
    try {
      this.add(JSON.parse(data));
    } catch { /* not an event of this version */ }
  }

  add(event) {
    if (!event || !isKnown(event.number) || event.number <= this.last)
      return;
    this.last = event.number;
    this.events.push(event);
    if (this.events.length > MOST)
      this.events.shift();
    if (event.severity === 'major' && Date.now() - new Date(event.at) < POLL_MS * 2)
      say([kindName(event.kind), event.stream, event.text].filter(Boolean).join(', '));
    if (CHOICES[this.which.value](event))
      this.list.prepend(this.rowOf(event));
    while (this.list.childElementCount > MOST)
      this.list.lastChild.remove();
    this.show();
  }

  rowOf(event) {
    const tone = TONES[event.severity] ?? 'info';
    const about = [event.stream ? `/${event.stream}` : null, isKnown(event.client) && event.client > 0
      ? t('client {id}', { id: event.client }) : null, event.address].filter(Boolean).join(' · ');
    return el('li', { 'data-tone': tone },
      el('time', { datetime: event.at ?? '', title: moment(event.at) }, since(event.at)), icon(tone),
      el('div', {}, el('p', {}, el('span', { class: 'away' }, `${t(String(event.severity ?? 'info'))}: `), el('strong', {}, kindName(event.kind)), ' ',
        el('span', { class: 'about' }, about), event.repeats > 1 ? el('span', { class: 'times' }, ` ×${event.repeats}`) : null),
      event.text ? el('p', { class: 'said' }, event.text) : null));
  }

  show() {
    const isEmpty = this.list.childElementCount === 0;
    this.list.hidden = isEmpty;
    this.empty.hidden = !isEmpty;
    if (isEmpty)
      put(this.empty, t(this.events.length === 0 ? 'Nothing has happened yet.' : 'Nothing of this kind yet.'));
    attr(this.state, 'data-how', this.how || null);
  }

  rebuild() {
    this.list.replaceChildren(...this.events.filter(CHOICES[this.which.value]).map((event) => this.rowOf(event)).reverse());
    put(this.state, this.how ? t(this.how) : '');
    if (this.stopper !== null)
      this.show();
    else
      put(this.empty, t('This pump has no event feed.'));
  }
}

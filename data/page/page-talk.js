// SPDX-License-Identifier: GPL-3.0-only
// The admin REST: one request at a time is a promise, the event feed a loop.

const TIMEOUT_MS = 10000;
const SILENCE_MS = 45000; // the pump sends a comment every 15 s
const MAX_LINE = 1 << 20;

let memory = null; // where sessionStorage is off

// Called with the problem whenever the pump asks for its token.
export const hooks = { onUnauthorized() {} };

export function token() {
  try {
    return sessionStorage.getItem('token') ?? memory;
  } catch {
    return memory;
  }
}

export function setToken(text) {
  memory = text;
  try {
    if (text === null)
      sessionStorage.removeItem('token');
    else
      sessionStorage.setItem('token', text);
  } catch { /* in memory, then */ }
}

// What the pump refused: its own words, made for the person who reads them.
export class Problem extends Error {
  constructor(status, detail, problems) {
    super(detail);
    this.status = status;
    this.problems = problems;
  }
}

function headers(more) {
  const given = token();
  return given ? { ...more, Authorization: `Bearer ${encodable(given)}` } : more;
}

// A header takes no more than Latin-1; a token with other letters is no token.
function encodable(text) { return text.replace(/[^\x20-\xff]/g, '?').trim(); }

async function problemOf(response) {
  let body = {};
  try {
    body = await response.json();
  } catch { /* not ours: a proxy's page */ }
  const detail = typeof body?.detail === 'string' ? body.detail : `${response.status} ${response.statusText}`;
  const problems = Array.isArray(body?.problems) ? body.problems.map(String) : [];
  const problem = new Problem(response.status, detail, problems);
  if (problem.status === 401)
    hooks.onUnauthorized(problem);
  return problem;
}

export async function ask(method, path, body) {
  const response = await fetch(path, {
    method,
    headers: headers(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    body: body === undefined ? undefined : JSON.stringify(body),
    cache: 'no-store',
    credentials: 'omit',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!response.ok)
    throw await problemOf(response);
  return response.status === 204 ? null : response.json();
}

// Splits text into events as the HTML standard says; bytes may be cut anywhere.
export class EventParser {
  constructor(onEvent) {
    this.onEvent = onEvent;
    this.rest = '';
    this.clear();
  }

  clear() {
    this.data = [];
    this.id = null;
  }

  push(text) {
    const lines = (this.rest + text).split(/\r\n|\n|\r(?!$)/);
    this.rest = lines.pop();
    if (this.rest.length > MAX_LINE)
      throw new Error('a line of the event feed is too long');
    for (const line of lines)
      this.line(line);
  }

  line(line) {
    if (line === '') {
      if (this.data.length > 0)
        this.onEvent(this.data.join('\n'), this.id);
      this.clear();
      return;
    }
    const colon = line.indexOf(':');
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'data')
      this.data.push(value);
    else if (name === 'id')
      this.id = value;
  }
}

// Reads the feed until it ends. EventSource cannot send the token, so fetch.
export async function readEvents(after, onOpen, onEvent, signal) {
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), SILENCE_MS);
  const response = await fetch('/admin/events', {
    headers: headers({ Accept: 'text/event-stream', 'Last-Event-ID': String(after) }),
    cache: 'no-store',
    credentials: 'omit',
    signal: AbortSignal.any([signal, silence.signal]),
  });
  try {
    if (!response.ok)
      throw await problemOf(response);
    if (!(response.headers.get('Content-Type') ?? '').startsWith('text/event-stream'))
      throw new Problem(406, 'not an event feed', []);
    onOpen();
    const parser = new EventParser(onEvent);
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done)
        return;
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), SILENCE_MS);
      parser.push(value);
    }
  } finally {
    clearTimeout(timer);
    silence.abort();
  }
}

// SPDX-License-Identifier: GPL-3.0-only
// Messages, and questions before anything is changed.
import { attr, el, icon, put } from './page-draw.js';
import { ask } from './page-talk.js';
import { t } from './page-words.js';

const MAX_NOTICES = 4;

function container() { return document.getElementById('notices'); }

// A message that stays until it is closed; the one of the same key is replaced.
export function notice(tone, text, key = text, list = []) {
  unnotice(key);
  const close = el('button', { type: 'button', class: 'quiet', 'aria-label': t('Close this message'), onclick: () => node.remove() },
    icon('close'));
  const node = el('div', { class: 'notice', 'data-tone': tone }, icon(tone),
    el('div', {}, el('p', {}, text),
      list.length > 0 ? el('ul', {}, ...list.map((item) => el('li', {}, item))) : null),
    close);
  node.dataset.key = key;
  container().append(node);
  while (container().childElementCount > MAX_NOTICES)
    container().firstElementChild.remove();
}

export function unnotice(key) {
  for (const node of container().children)
    if (node.dataset.key === key)
      node.remove();
}

// For those who hear the page: what has changed by itself.
export function say(text) {
  put(document.getElementById('said'), text);
}

// {key, label, type, ...attributes} or {key, label, choices: [[value, text]]}
function fieldOf(field) {
  const { key, label, choices, ...attributes } = field;
  const id = `ask-${key}`;
  const input = choices
    ? el('select', { id, name: key }, ...choices.map(([value, words]) => el('option', { value }, words)))
    : el('input', { id, name: key, autocomplete: 'off', ...attributes });
  return el('p', { class: 'field' }, el('label', { for: id }, label), input);
}

// Resolves to what was filled in, or null when the answer is no.
export function question({ title, body = [], fields = [], action, isDangerous = false, cancel = t('Cancel') }) {
  const dialog = document.getElementById('ask');
  const opener = document.activeElement;
  const no = el('button', { type: 'button', onclick: () => dialog.close('no'), autofocus: true }, cancel);
  const yes = action
    ? el('button', { type: 'submit', value: 'yes', class: isDangerous ? 'main danger' : 'main' }, action)
    : null;
  const form = el('form', { method: 'dialog' }, el('h2', { id: 'ask-title' }, title),
    ...body.map((part) => typeof part === 'string' ? el('p', {}, part) : part),
    ...fields.map(fieldOf), el('div', { class: 'row end' }, no, yes));
  dialog.replaceChildren(form);
  attr(dialog, 'data-danger', isDangerous ? '' : null);
  dialog.returnValue = 'no';
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      const answer = dialog.returnValue === 'yes' ? Object.fromEntries(new FormData(form)) : null;
      if (opener?.isConnected)
        opener.focus();
      resolve(answer);
    }, { once: true });
  });
}

// Asks the pump for something; what it refuses is shown in its own words.
// Resolves to null then.
export async function order(method, path, body) {
  try {
    const answer = await ask(method, path, body);
    unnotice('order');
    return answer ?? {};
  } catch (problem) {
    if (problem.status !== 401)
      notice('bad', problem.message, 'order', problem.problems);
    return null;
  }
}

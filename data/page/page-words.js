// SPDX-License-Identifier: GPL-3.0-only
// Words and numbers for people. English sentences are the keys; what the pump
// does not know (null, absent) is a dash.

export const DASH = '–';

const french = {
  // the frame
  'Skip to the streams': 'Aller aux flux',
  'Reload…': 'Recharger…',
  'Drain…': 'Vider…',
  'Serve again…': 'Remettre en service…',
  'Dark or light': 'Sombre ou clair',
  'This pump asks for its token': 'Cette pompe demande son jeton',
  'It is in the file that admin.token_file names. It is kept until this tab is closed.':
    'Il est dans le fichier que nomme admin.token_file. Il est gardé jusqu’à la fermeture de cet onglet.',
  'Token': 'Jeton',
  'Open': 'Ouvrir',
  'Forget the token': 'Oublier le jeton',
  'The pump as a whole': 'La pompe dans son ensemble',
  'Streams': 'Flux',
  'Find a stream': 'Chercher un flux',
  'Events': 'Événements',
  'Which events': 'Quels événements',
  'without clients': 'sans les clients',
  'all': 'tous',
  'alarms only': 'alarmes seules',
  'Certificates': 'Certificats',
  'Listeners': 'Ports d’écoute',
  'Inside': 'À l’intérieur',
  'Close this message': 'Fermer ce message',
  'Cancel': 'Annuler',
  'Updated {time}': 'Mis à jour à {time}',
  'Paused while this tab is hidden': 'En pause tant que cet onglet est caché',
  'The pump does not answer; trying again': 'La pompe ne répond pas ; nouvel essai',
  'The pump answers again': 'La pompe répond à nouveau',

  // totals
  'Clients': 'Clients',
  'Out': 'Sortie',
  'In': 'Entrée',
  'Live streams': 'Flux en direct',
  'Uptime': 'En marche depuis',
  'peak {n}': 'maximum {n}',
  'of {n}': 'sur {n}',
  'limit {n}': 'limite {n}',
  '{n} in alarm': '{n} en alarme',
  'none in alarm': 'aucun en alarme',
  '{n} in all': '{n} en tout',
  'since {time}': 'depuis {time}',
  '{n} workers': '{n} fils de travail',
  'Draining': 'Vidage en cours',
  'Drained': 'Vidée',
  'No new clients are taken.': 'Aucun nouveau client n’est admis.',
  'The last client has gone: the pump can be stopped.':
    'Le dernier client est parti : la pompe peut être arrêtée.',
  'They are sent to {url}.': 'Ils sont envoyés vers {url}.',
  'Those present are ended at {time}.': 'Les présents seront coupés à {time}.',
  'asked by {who}': 'demandé par {who}',
  'one client remains': 'il reste un client',
  '{n} clients remain': 'il reste {n} clients',
  'no client remains': 'il ne reste aucun client',

  // streams
  'This pump has no streams. Add them to its configuration, then reload it.':
    'Cette pompe n’a aucun flux. Ajoutez-en à sa configuration, puis rechargez-la.',
  'No stream has “{text}” in its name.': 'Aucun flux n’a « {text} » dans son nom.',
  'State': 'État',
  'Bitrate': 'Débit',
  'Lag': 'Retard',
  'Canary': 'Canari',
  'out {rate}': 'sortie {rate}',
  'worst of {n}': 'le pire de {n}',
  '{n} behind': '{n} à la traîne',
  'no clients': 'aucun client',
  'passed': 'réussi',
  'failed': 'échoué',
  'not yet': 'pas encore',
  'header {time}': 'en-tête {time}',
  '{n} stalls': '{n} arrêts',
  'one stall': 'un arrêt',
  'Source': 'Source',
  'no source': 'aucune source',
  'silent for {time}': 'muette depuis {time}',
  'fallback {n}:': 'secours {n} :',
  'no new clients': 'pas de nouveaux clients',
  'on demand': 'à la demande',
  'Clients, last {span}: {low} to {high}': 'Clients, dernières {span} : {low} à {high}',
  'Bitrate, last {span}: {low} to {high}': 'Débit, dernières {span} : {low} à {high}',
  'Clients by lag: {list}': 'Clients par retard : {list}',
  'up to {time}: {n}': 'jusqu’à {time} : {n}',
  'more: {n}': 'au-delà : {n}',
  'Declared bitrate': 'Débit annoncé',
  'Start delay': 'Délai de départ',
  'Packet size': 'Taille des paquets',
  'Header': 'En-tête',
  'Live for': 'En direct depuis',
  'Skipped packets': 'Paquets sautés',
  'opaque': 'opaque',
  'Sources of {name}': 'Sources de {name}',
  'Address': 'Adresse',
  'Received': 'Reçu',
  'Connections': 'Connexions',
  'Last error': 'Dernière erreur',
  'one failure': 'un échec',
  '{n} failures': '{n} échecs',
  'again in {time}': 'nouvel essai dans {time}',
  'connected for {time}': 'connectée depuis {time}',

  // viewers of a stream
  'Clients of {name}': 'Clients de {name}',
  'Nobody watches at present.': 'Personne ne regarde en ce moment.',
  'The clients are being fetched…': 'Chargement des clients…',
  'Kick all…': 'Éjecter tous…',
  'Show more': 'En voir plus',
  '{n} shown, there are more': '{n} affichés, il y en a d’autres',
  '{n} shown': '{n} affichés',
  'Sort by': 'Trier par',
  'Client': 'Client',
  'External id': 'Identifiant externe',
  'Player': 'Lecteur',
  'Since': 'Depuis',
  'Sent': 'Envoyé',
  'Skipped': 'Sautés',
  'Round trip': 'Aller-retour',
  'Resent': 'Renvoyés',
  'As reported': 'Selon le lecteur',
  'Action': 'Action',
  'Kick': 'Éjecter',
  'Kick client {id}': 'Éjecter le client {id}',
  'quality {percent}': 'qualité {percent}',
  '{n} lost': '{n} perdus',

  // dialogs
  'Kick client {id}?': 'Éjecter le client {id} ?',
  'The connection is ended at once. A player may come back by itself.':
    'La connexion est coupée aussitôt. Un lecteur peut revenir de lui-même.',
  'Kick all clients of {name}?': 'Éjecter tous les clients de {name} ?',
  'Every connection of this stream is ended at once. Players may come back by themselves.':
    'Toutes les connexions de ce flux sont coupées aussitôt. Des lecteurs peuvent revenir d’eux-mêmes.',
  'Refuse it afterwards': 'Le refuser ensuite',
  'Refuse them afterwards': 'Les refuser ensuite',
  'no': 'non',
  'for 10 minutes': 'pendant 10 minutes',
  'for 1 hour': 'pendant 1 heure',
  'for 1 day': 'pendant 1 jour',
  'one client was kicked': 'un client a été éjecté',
  '{n} clients were kicked': '{n} clients ont été éjectés',
  'Drain this pump?': 'Vider cette pompe ?',
  'No new clients are taken; those present stay until they leave.':
    'Aucun nouveau client n’est admis ; les présents restent jusqu’à leur départ.',
  'Send new clients to (URL, may be empty)': 'Envoyer les nouveaux vers (URL, facultatif)',
  'End those present after (minutes, may be empty)': 'Éjecter les présents après (minutes, facultatif)',
  'Drain': 'Vider',
  'The pump drains': 'La pompe se vide',
  'Serve again?': 'Remettre en service ?',
  'The pump takes new clients again.': 'La pompe admet à nouveau des clients.',
  'Serve again': 'Remettre en service',
  'The pump serves again': 'La pompe est de nouveau en service',
  'Reload the configuration?': 'Recharger la configuration ?',
  'The file is read again. If it has a mistake nothing changes.':
    'Le fichier est relu. S’il contient une erreur, rien ne change.',
  'Reload': 'Recharger',
  'The configuration was applied': 'La configuration est appliquée',
  'Nothing in it has changed.': 'Rien n’y a changé.',
  'now': 'maintenant',
  'new clients only': 'pour les nouveaux clients',
  'restart needed': 'après un redémarrage',

  // events, certificates, listeners, inside
  'This pump has no event feed.': 'Cette pompe ne publie pas d’événements.',
  'Nothing has happened yet.': 'Il ne s’est encore rien passé.',
  'Nothing of this kind yet.': 'Rien de ce genre pour l’instant.',
  'as they come': 'en direct',
  'every few seconds': 'toutes les quelques secondes',
  'interrupted': 'interrompus',
  'client {id}': 'client {id}',
  'one day left': 'un jour restant',
  '{n} days left': '{n} jours restants',
  'expired': 'expiré',
  'valid': 'valide',
  'expiring': 'expire bientôt',
  'not yet valid': 'pas encore valide',
  'unreadable': 'illisible',
  'Certificate': 'Certificat',
  'Ends': 'Fin',
  'Listener': 'Port',
  'Open now': 'Ouvertes',
  'Accepted': 'Acceptées',
  'Faults': 'Fautes',
  'down': 'fermé',
  'paused': 'en pause',
  'up': 'en service',
  'Configuration': 'Configuration',
  'generation {n}': 'génération {n}',
  'applied {time}': 'appliquée le {time}',
  'last attempt refused': 'dernier essai refusé',
  'Memory': 'Mémoire',
  'Descriptors': 'Descripteurs',
  'Slowest turn': 'Tour le plus lent',
  'SNMP': 'SNMP',
  'connected': 'connecté',
  'not connected': 'non connecté',
  'All sent': 'Tout envoyé',

  // the pump's own words
  'starting': 'démarre', 'degraded': 'dégradé', 'draining': 'se vide', 'full': 'pleine',
  'stopping': 's’arrête', 'drained': 'vidée', 'disabled': 'désactivé', 'idle': 'au repos',
  'waiting': 'en attente', 'holding': 'retient', 'live': 'en direct', 'fallback': 'secours',
  'ok': 'bon', 'stalled': 'bloquée', 'looping': 'en boucle', 'absent': 'absente',
  'active': 'active', 'standby': 'en réserve', 'connecting': 'se connecte', 'listening': 'à l’écoute',
  'opening': 's’ouvre', 'playing': 'lit', 'behind': 'à la traîne', 'closing': 'se ferme',
  'clear': 'fin d’alarme', 'info': 'information', 'warning': 'avertissement', 'major': 'alarme',
  'client': 'client',
  'Pump started': 'Pompe démarrée', 'Pump stops': 'Pompe à l’arrêt', 'Source up': 'Source arrivée',
  'Source lost': 'Source perdue', 'Stream stalled': 'Flux bloqué', 'Stream recovered': 'Flux rétabli',
  'Stream is full': 'Flux complet', 'Pump is full': 'Pompe pleine',
  'Slow clients dropped': 'Clients lents coupés', 'House lost': 'House perdue',
  'House back': 'House retrouvée', 'Certificate runs out': 'Certificat à renouveler',
  'Configuration refused': 'Configuration refusée', 'Header changed': 'En-tête changé',
  'Many clients lag': 'Retards en masse', 'Clients keep up again': 'Retards résorbés',
  'Source health': 'Santé de la source', 'Canary failed': 'Canari en échec',
  'Canary plays again': 'Canari rétabli',
  'Configuration applied': 'Configuration appliquée', 'Stream added': 'Flux ajouté',
  'Stream changed': 'Flux modifié', 'Stream removed': 'Flux retiré',
  'Clients kicked': 'Clients éjectés', 'Order by SNMP': 'Ordre par SNMP',
  'Out of descriptors': 'Plus de descripteurs', 'Limit no longer reached': 'Limite plus atteinte',
  'Client in': 'Client arrivé', 'Client out': 'Client parti',
};

const kinds = {
  started: 'Pump started', stopping: 'Pump stops', source_up: 'Source up', source_down: 'Source lost',
  stream_stalled: 'Stream stalled', stream_recovered: 'Stream recovered',
  stream_limit: 'Stream is full', pump_limit: 'Pump is full', client_dropped: 'Slow clients dropped',
  house_lost: 'House lost', house_restored: 'House back', cert_expiring: 'Certificate runs out',
  config_rejected: 'Configuration refused', header_changed: 'Header changed',
  mass_lag: 'Many clients lag', mass_lag_over: 'Clients keep up again',
  source_health: 'Source health', canary_failed: 'Canary failed',
  canary_recovered: 'Canary plays again', drained: 'Drained', draining: 'Draining',
  config_reloaded: 'Configuration applied', stream_added: 'Stream added',
  stream_changed: 'Stream changed', stream_removed: 'Stream removed',
  clients_kicked: 'Clients kicked', order: 'Order by SNMP', accept_paused: 'Out of descriptors',
  limit_over: 'Limit no longer reached', client_in: 'Client in', client_out: 'Client out',
};

let language = 'en';
let locale = 'en';
let formats = new Map();

export function lang() { return language; }

export function setLang(code) {
  language = code === 'fr' ? 'fr' : 'en';
  locale = (navigator.languages ?? []).find((name) => name.split('-')[0] === language) ?? language;
  formats = new Map();
  document.documentElement.lang = language;
}

// The sentence in the language of the page, each {name} replaced.
export function t(text, values = {}) {
  const sentence = language === 'fr' ? french[text] ?? text : text;
  return sentence.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
}

// t('one') or t('{n} many'), by the language's own rule.
export function plural(n, one, many) {
  const rule = new Intl.PluralRules(language).select(n);
  return rule === 'one' && n !== 0 ? t(one) : t(many, { n: number(n) });
}

export function kindName(kind) { return t(kinds[kind] ?? String(kind ?? DASH)); }

export function isKnown(value) {
  return typeof value === 'number' && Number.isFinite(value);
}

function format(name, make) {
  if (!formats.has(name))
    formats.set(name, make());
  return formats.get(name);
}

export function number(value, digits = 0) {
  if (!isKnown(value))
    return DASH;
  return format(`n${digits}`, () => new Intl.NumberFormat(locale, { maximumFractionDigits: digits })).format(value);
}

function unit(value, name, digits, display = 'short') {
  return format(`u${name}${digits}${display}`, () => new Intl.NumberFormat(locale, {
    style: 'unit', unit: name, unitDisplay: display, maximumFractionDigits: digits,
  })).format(value);
}

export function percent(value) {
  if (!isKnown(value))
    return DASH;
  return format('%', () => new Intl.NumberFormat(locale, { style: 'percent' })).format(value / 100);
}

export function rate(bps) {
  if (!isKnown(bps))
    return DASH;
  const [name, size] = bps >= 1e9 ? ['Gbit/s', 1e9] : bps >= 1e6 ? ['Mbit/s', 1e6] : ['kbit/s', 1e3];
  const value = bps / size;
  return `${number(value, value < 10 && size > 1e3 ? 2 : value < 100 && size > 1e3 ? 1 : 0)}\u00a0${name}`;
}

export function bytes(value) {
  if (!isKnown(value))
    return DASH;
  const names = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'];
  let step = 0;
  while (value >= 1000 && step < names.length - 1) {
    value /= 1000;
    step++;
  }
  return unit(value, names[step], step > 0 && value < 100 ? 1 : 0);
}

// "3 d 4 h": the two largest units.
export function span(seconds) {
  if (!isKnown(seconds))
    return DASH;
  const parts = [['day', 86400], ['hour', 3600], ['minute', 60], ['second', 1]];
  let left = Math.max(0, Math.floor(seconds));
  const at = Math.max(0, parts.findIndex(([, size]) => left >= size));
  const first = left < 1 ? 3 : at;
  return parts.slice(first, first + 2).map(([name, size]) => {
    const n = Math.floor(left / size);
    left -= n * size;
    return n === 0 && name !== parts[first][0] ? '' : unit(n, name, 0, 'narrow');
  }).filter(Boolean).join('\u00a0');
}

export function millis(ms) {
  if (!isKnown(ms))
    return DASH;
  if (ms < 1000)
    return `${number(ms, ms < 10 ? 1 : 0)}\u00a0ms`;
  return ms < 60000 ? `${number(ms / 1000, 1)}\u00a0s` : span(ms / 1000);
}

function when(iso, name, options) {
  const date = new Date(iso ?? NaN);
  if (iso === null || Number.isNaN(date.getTime()))
    return DASH;
  return format(name, () => new Intl.DateTimeFormat(locale, options)).format(date);
}

export function time(iso) { return when(iso, 'time', { timeStyle: 'medium' }); }
export function day(iso) { return when(iso, 'day', { dateStyle: 'medium' }); }
export function moment(iso) { return when(iso, 'moment', { dateStyle: 'medium', timeStyle: 'medium' }); }
// The time alone if it was today.
export function since(iso) {
  return day(iso) === day(Date.now()) ? time(iso) : when(iso, 'since', { dateStyle: 'medium', timeStyle: 'short' });
}

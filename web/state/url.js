// The experiment as an address: #v1&net=mini-vgg&seed=7&ink=…, only what differs from the initial values. Unknown
// keys and
// values that a setting may not have are ignored, so that old and edited links open.

import { effect } from '@preact/signals-core';
import { accept, settings } from './schema.js';
import { inflateText, deflateText, fromBase64url, toBase64url } from './pack.js';

/** @typedef {import('./schema.js').SettingName} SettingName */

const names = /** @type {SettingName[]} */ (Object.keys(settings));
const kVersion = 'v1';
const kMaxStrokeBytes = 200000;

/**
 * Reads signals: an effect that calls it follows them.
 * @param {Record<SettingName, {value: any}>} store
 * @param {Partial<Record<SettingName, any>>} [initial]  what counts as not worth saying
 */
export async function encodeAddress(store, initial = {}) {
  const values = Object.fromEntries(names.map((name) => [name, store[name].value]));
  return encodeSettings(values, initial);
}

/**
 * @param {Partial<Record<SettingName, any>>} values
 * @param {Partial<Record<SettingName, any>>} [initial]
 * @returns {Promise<string>} '' or '#v1&…'
 */
export async function encodeSettings(values, initial = {}) {
  const parts = [];
  for (const name of names) {
    const setting = settings[name];
    const value = values[name];
    const plain = name in initial ? initial[name] : setting.initial;
    if (value === undefined || value === plain) continue;
    parts.push(`${setting.key}=${await encodeValue(setting.type, value)}`);
  }
  return parts.length ? `#${kVersion}&${parts.join('&')}` : '';
}

/**
 * @param {string} hash  with or without '#'
 * @returns {Promise<Partial<Record<SettingName, any>>>}
 */
export async function decodeSettings(hash) {
  const [version, ...parts] = hash.replace(/^#/, '').split('&');
  if (version !== kVersion) return {};
  /** @type {Partial<Record<SettingName, any>>} */
  const values = {};
  for (const part of parts) {
    const at = part.indexOf('=');
    const name = names.find((candidate) => settings[candidate].key === part.slice(0, at));
    if (!name) continue;
    const value = await decodeValue(settings[name].type, part.slice(at + 1)).catch(() => undefined);
    const accepted = value === undefined ? undefined : accept(name, value);
    if (accepted !== undefined) values[name] = accepted;
  }
  return values;
}

/** @param {import('./schema.js').Setting['type']} type @param {any} value */
async function encodeValue(type, value) {
  if (value === null) return '';
  if (type === 'definition' || type === 'options') return deflateText(JSON.stringify(value));
  if (type === 'strokes') return packStrokes(value);
  return encodeURIComponent(String(value)).replaceAll('%2F', '/').replaceAll('%40', '@').replaceAll('%2C', ',');
}

/** @param {import('./schema.js').Setting['type']} type @param {string} text @returns {Promise<any>} */
async function decodeValue(type, text) {
  if (type === 'strokes') return unpackStrokes(text);
  if (text === '') return null;
  if (type === 'definition' || type === 'options') return JSON.parse(await inflateText(text));
  const plain = decodeURIComponent(text);
  if (type === 'number' || type === 'integer') return plain.trim() === '' ? undefined : Number(plain);
  return plain;
}

/**
 * Strokes as bytes: number of points, then steps from point to point, all as zigzag varints.
 * @param {number[][][]} strokes
 */
export function packStrokes(strokes) {
  /** @type {number[]} */
  const bytes = [];
  const put = (/** @type {number} */ value) => {
    let rest = value < 0 ? -2 * value - 1 : 2 * value;
    for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest & 127) | 128);
    bytes.push(rest);
  };
  for (const stroke of strokes) {
    put(stroke.length);
    let [x, y] = [0, 0];
    for (const point of stroke) {
      const [nextX, nextY] = point.map(Math.round);
      put(nextX - x);
      put(nextY - y);
      [x, y] = [nextX, nextY];
    }
  }
  return toBase64url(Uint8Array.from(bytes));
}

/** @param {string} text @returns {number[][][]} */
export function unpackStrokes(text) {
  const bytes = fromBase64url(text);
  if (bytes.length > kMaxStrokeBytes) throw new Error('The drawing of the link is too long.');
  let at = 0;
  const take = () => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      if (at >= bytes.length || scale > 2 ** 28) throw new Error('The drawing of the link is damaged.');
      const byte = bytes[at++];
      value += (byte & 127) * scale;
      if (byte < 128) return value % 2 ? -(value + 1) / 2 : value / 2;
    }
  };
  const strokes = [];
  while (at < bytes.length) {
    const length = take();
    if (length < 0 || length > bytes.length) throw new Error('The drawing of the link is damaged.');
    const stroke = [];
    let [x, y] = [0, 0];
    for (let i = 0; i < length; i++) {
      x += take();
      y += take();
      stroke.push([x, y]);
    }
    strokes.push(stroke);
  }
  return strokes;
}

/**
 * Keeps the address in step with the store. A change of net or data makes an entry in the history.
 * @param {object} parts
 * @param {import('./store.js').Store} parts.store
 * @param {import('../host/browser.js').Host} parts.host
 * @param {Partial<Record<SettingName, any>>} parts.initial
 * @param {(settings: Record<string, any>) => Promise<void>} parts.follow
 * @returns {() => void} stop
 */
export function syncAddress({ store, host, initial, follow }) {
  let written = host.page.hash();
  let following = false;
  let latest = 0;
  /** @type {(() => void) | undefined} */
  let cancel;
  const entry = () =>
    names.filter((name) => /** @type {any} */ (settings[name]).entry).map((name) => store[name].value);
  let lastEntry = JSON.stringify(entry());

  const write = async () => {
    const mine = ++latest;
    const nowEntry = JSON.stringify(entry());
    const hash = await encodeAddress(store, initial);
    if (mine !== latest || following || hash === written) return;
    const push = nowEntry !== lastEntry;
    lastEntry = nowEntry;
    written = hash;
    host.page.setHash(hash, push);
  };

  const stopWriting = effect(() => {
    for (const name of names) store[name].value;
    cancel?.();
    // Browsers refuse hundreds of changes a minute; a pen makes as many.
    cancel = host.clock.after(250, write);
  });

  const stopListening = host.page.onHash(async () => {
    const hash = host.page.hash();
    if (hash === written) return;
    latest++;
    written = hash;
    following = true;
    const values = await decodeSettings(hash);
    const plain = Object.fromEntries(names.map((name) => [name, settings[name].initial]));
    try {
      await follow({ ...plain, ...initial, ...values });
    } finally {
      lastEntry = JSON.stringify(entry());
      following = false;
    }
  });

  return () => {
    cancel?.();
    stopWriting();
    stopListening();
  };
}

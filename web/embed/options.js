// What an embedder may say in the address of the frame: ?panels=draw,net,train&net=lenet5&lang=ru&… Every setting of
// the page's own addresses is known by the same name; what stands behind # wins.

import { decodeSettings } from '../state/url.js';

export const panels = /** @type {const} */ (['pick', 'draw', 'stages', 'net', 'inspector', 'train', 'test', 'table']);
/** @typedef {typeof panels[number]} Panel */

/** @type {readonly Panel[]} */
export const defaultPanels = ['draw', 'net', 'train'];

/**
 * Panels in the order in which they are laid out, whatever the order of the address; unknown names are passed over.
 * @param {string | null} text
 * @returns {Panel[]}
 */
export function readPanels(text) {
  const wanted = new Set((text ?? '').split(',').map((name) => name.trim()));
  const known = panels.filter((panel) => wanted.has(panel));
  return known.length ? known : [...defaultPanels];
}

/**
 * @param {URLSearchParams} query
 * @param {string} hash
 * @returns {Promise<Record<string, any>>} settings
 */
export async function readSettings(query, hash) {
  const parts = [...query].map(([key, value]) => `${key}=${encodeURIComponent(value)}`);
  return { ...(await decodeSettings(`#v1&${parts.join('&')}`)), ...(await decodeSettings(hash)) };
}

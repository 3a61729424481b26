// What the page opens with: the address, then the query (?lang=ru), then the languages of the browser.

import { samples, kFirstSample } from '../draw/samples.js';
import { accept } from './schema.js';
import { decodeSettings } from './url.js';

/**
 * @param {import('../host/browser.js').Host} host
 * @returns {Promise<{settings: Record<string, any>, initial: Record<string, any>}>}  `initial`: what this browser would
 *   open without an address, and what the address need not say
 */
export async function openingSettings(host) {
  const asked = accept('language', host.page.query().get('lang'));
  const known = host.page.languages().map((language) => language.slice(0, 2).toLowerCase());
  const language = asked ?? known.find((each) => each === 'en' || each === 'ru') ?? 'en';
  const initial = { language, strokes: samples[kFirstSample] };
  const settings = { ...initial, ...(await decodeSettings(host.page.hash())) };
  return { settings, initial };
}

// Every text of the page. Keys are flat ("area.name"); a key with plural forms is written once per form
// ("data.images.one", "data.images.few", …) and asked for without the ending, with a `count`.

import { signal } from '@preact/signals-core';
import en from './en.json' with { type: 'json' };

/** @typedef {'en' | 'ru'} Language */
/** @typedef {Record<string, string | number>} TextParams */

/**
 * English is in the bundle (as far as the first moment needs it; the rest comes with afterwards.js) and stands in for
 * what has not arrived.
 * @type {Partial<Record<Language, Record<string, string>>>}
 */
const texts = { en };
/** Rises with each language that arrives: translators follow it. */
const arrived = signal(0);

/** @type {Language[]} */
export const languages = ['en', 'ru'];

/**
 * @typedef {object} TranslatorExtras
 * @property {(value: number, options?: Intl.NumberFormatOptions) => string} number
 * @property {(value: number, digits?: number) => string} percent  0.123 → 12.3 %
 * @property {(key: string) => boolean} has
 * @property {() => Language} language
 */
/** @typedef {((key: string, params?: TextParams) => string) & TranslatorExtras} Translate */

/**
 * Texts that have arrived, besides those that were there.
 * @param {Language} language
 * @param {Record<string, string>} table
 */
export function addTexts(language, table) {
  texts[language] = {...texts[language], ...table};
  arrived.value++;
}

/**
 * Fetches the texts of a language, once. They come as a script (texts-ru.js, from ru.js), which works in files and
 * sandboxed frames too. Never fails: without them the page speaks English.
 * @param {Language} language
 * @param {{loadScript: (path: string) => Promise<void>}} host
 */
export async function loadTexts(language, host) {
  if (texts[language]) return;
  /** @type {any} */ (globalThis).cnnTexts = addTexts;
  await host.loadScript(`texts-${language}.js`).catch(() => {});
}

/**
 * A translator that reads the language each time it is called, so that a view which calls it follows a change.
 * @param {() => Language} language
 * @returns {Translate}
 */
export function createTranslator(language) {
  /** @type {Map<string, Intl.NumberFormat>} */
  const formats = new Map();
  /** @type {Map<Language, Intl.PluralRules>} */
  const rules = new Map();

  /** @param {number} value @param {Intl.NumberFormatOptions} [options] */
  const number = (value, options) => {
    const key = language() + (options ? JSON.stringify(options) : '');
    let format = formats.get(key);
    if (!format) formats.set(key, (format = new Intl.NumberFormat(language(), options)));
    return format.format(value);
  };

  /** @param {string} key @param {TextParams} [params] @returns {string | undefined} */
  const pattern = (key, params) => {
    arrived.value;
    const table = /** @type {Record<string, string>} */ (texts[language()] ?? texts.en);
    if (key in table) return table[key];
    if (params && typeof params.count === 'number') {
      let rule = rules.get(language());
      if (!rule) rules.set(language(), (rule = new Intl.PluralRules(language())));
      return table[`${key}.${rule.select(params.count)}`] ?? table[`${key}.other`];
    }
    return undefined;
  };

  /** @type {any} */
  const t = (/** @type {string} */ key, /** @type {TextParams | undefined} */ params) =>
    fill(pattern(key, params) ?? key, params, number);
  t.number = number;
  t.percent = (/** @type {number} */ value, digits = 1) =>
    number(value, { style: 'percent', minimumFractionDigits: digits, maximumFractionDigits: digits });
  t.has = (/** @type {string} */ key) => key in /** @type {Record<string, string>} */ (texts.en);
  t.language = language;
  return t;
}

/**
 * @param {string} text
 * @param {TextParams | undefined} params
 * @param {(value: number) => string} number
 */
function fill(text, params, number) {
  if (!params) return text;
  return text.replace(/\{(\w+)\}/g, (whole, name) => {
    const value = params[name];
    if (value === undefined) return whole;
    return typeof value === 'number' ? number(value) : value;
  });
}

/**
 * What a class of a data set is called: "7", or "Sneaker" where the set has names.
 * @param {Translate} t
 * @param {string} data
 * @param {number} index
 */
export function className(t, data, index) {
  const key = `class.${data}.${index}`;
  return t.has(key) ? t(key) : String(index);
}

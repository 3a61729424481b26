// The terms of one number as the engine tells them (wasm/js/explain-types.js), arranged for the eye: windows of numbers
// where they come from a window, a list where they do not. Pure, and generic over layers: only the terms are looked at.

import { formatAddress } from './format.js';

/**
 * @typedef {object} Term
 * @property {number} input    which of the node's inputs; −1: a constant 1
 * @property {number} row
 * @property {number} column
 * @property {number} channel
 * @property {number} value
 * @property {number} weight
 * @property {number} product
 * @property {number} [tensor]   which of the node's parameters takes part; −1: none
 * @property {number} [element]  flat index in it
 * @property {boolean} outside  padding
 */
/**
 * @typedef {object} Windows
 * @property {'windows'} form
 * @property {number[]} rows      of the source, in order: their distances are the dilation
 * @property {number[]} columns
 * @property {number[]} channels
 * @property {(Term | undefined)[][]} cells  [channel][row · columns]
 * @property {number[]} sums      of the products of each channel
 * @property {Term[]} constants   what is added besides: the bias
 */
/** @typedef {{form: 'list', terms: Term[], constants: Term[]}} List */

const kFields = /** @type {const} */ (['input', 'row', 'column', 'channel', 'value', 'weight', 'product']);

/**
 * @param {Record<string, Float32Array>} arrays
 * @param {number[][]} shapes  of the inputs
 * @returns {Term[]}
 */
export function termsOf(arrays, shapes) {
  return Array.from(arrays.input, (_, i) => {
    const term = /** @type {Term} */ (
      /** @type {unknown} */ (Object.fromEntries(kFields.map((field) => [field, arrays[field][i]])))
    );
    if (arrays.tensor) [term.tensor, term.element] = [arrays.tensor[i], arrays.element[i]];
    const shape = shapes[term.input];
    const { row, column } = term;
    term.outside = Boolean(shape) && (row < 0 || column < 0 || row >= shape[0] || column >= shape[1]);
    return term;
  });
}

/**
 * Address of the unit that a term comes from.
 * @param {Term} term @param {string[]} inputs  names of the node's inputs @param {number[][]} shapes  of them
 */
export function sourceOf({ input, channel, row, column }, inputs, shapes) {
  const [h, w] = shapes[input];
  return formatAddress({ node: inputs[input], channel, ...(h * w > 1 && { row, column }) });
}

/** @param {Term[]} terms @returns {Windows | List} */
export function arrange(terms) {
  const constants = terms.filter(({ input }) => input < 0);
  const others = terms.filter(({ input }) => input >= 0);
  const distinct = (/** @type {'input' | 'row' | 'column' | 'channel'} */ field) =>
    [...new Set(others.map((term) => term[field]))].sort((a, b) => a - b);
  const [rows, columns] = [distinct('row'), distinct('column')];
  const area = rows.length * columns.length;
  const channels = distinct('channel');
  if (area < 2 || distinct('input').length !== 1 || area * channels.length !== others.length) {
    return { form: 'list', terms: others, constants };
  }
  const places = [rows, columns, channels].map((list) => new Map(list.map((at, i) => [at, i])));
  /** @type {(Term | undefined)[][]} */
  const cells = channels.map(() => new Array(area));
  const sums = channels.map(() => 0);
  for (const term of others) {
    const [y, x, c] = [term.row, term.column, term.channel].map((at, i) => places[i].get(at) ?? 0);
    cells[c][y * columns.length + x] = term;
    sums[c] += term.product;
  }
  return { form: 'windows', rows, columns, channels, cells, sums, constants };
}

/**
 * The terms that matter most, and what all the others add.
 * @param {Term[]} terms @param {number} count
 */
export function strongest(terms, count) {
  const sorted = [...terms].sort((a, b) => Math.abs(b.product) - Math.abs(a.product));
  const rest = sorted.slice(count);
  return { shown: sorted.slice(0, count), rest: rest.length, sum: rest.reduce((sum, { product }) => sum + product, 0) };
}

/** One of value, weight, product of all windows as maps [h, w, c]. @param {Windows} windows @param {'value' | 'weight' | 'product'} field */
export function windowMaps({ rows, columns, channels, cells }, field) {
  const area = rows.length * columns.length;
  const maps = new Float32Array(area * channels.length);
  cells.forEach((cell, c) => cell.forEach((term, i) => (maps[i * channels.length + c] = term?.[field] ?? 0)));
  return maps;
}

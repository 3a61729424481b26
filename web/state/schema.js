// The settings of an experiment, each described once: its name in the store, its key in the address, how it is read
// from
// text, and what it is when nobody says anything. Store, address and undo are loops over this table.

import { kMostWorkers } from '../worker/protocol.js';

/**
 * @typedef {object} Setting
 * @property {string} key     in the address
 * @property {'choice' | 'name' | 'number' | 'integer' | 'definition' | 'options' | 'strokes' | 'unit'} type
 * @property {readonly (string | null)[]} [choices]
 * @property {number} [min]
 * @property {number} [max]
 * @property {any} initial
 * @property {boolean} [entry]  a change makes an entry in the history of the browser, so that Back undoes it
 */

/** Names as the engine allows them. */
const kName = /^[A-Za-z0-9_.-]{1,64}$/;
/** `conv2/7@12,3`: node, channel, row, column; what comes later may be left out. */
const kUnit = /^[A-Za-z0-9_.-]{1,64}(\/\d{1,5}(@\d{1,4},\d{1,4})?)?$/;

/** One object, so that "as at the beginning" is seen by identity. @type {Readonly<Record<string, any>>} */
const kNoOptions = Object.freeze({});

/** @satisfies {Record<string, Setting>} */
export const settings = {
  language: { key: 'lang', type: 'choice', choices: ['en', 'ru'], initial: 'en' },
  theme: { key: 'theme', type: 'choice', choices: ['auto', 'light', 'dark'], initial: 'auto' },
  net: { key: 'net', type: 'name', initial: 'lenet5', entry: true },
  definition: { key: 'def', type: 'definition', initial: null, entry: true },
  data: { key: 'data', type: 'name', initial: 'mnist', entry: true },
  // What weights the net opens with, and what Train does when they are the trained ones.
  start: { key: 'start', type: 'choice', choices: ['trained', 'fresh'], initial: 'trained' },
  trainFrom: { key: 'from', type: 'choice', choices: ['fresh', 'continue'], initial: 'fresh' },
  seed: { key: 'seed', type: 'integer', min: 0, max: 2147483647, initial: 1 },
  optimizer: { key: 'opt', type: 'name', initial: 'adam' },
  learningRate: { key: 'lr', type: 'number', min: 0, max: 1000, initial: 0.001 },
  momentum: { key: 'momentum', type: 'number', min: 0, max: 0.9999, initial: 0.9 },
  weightDecay: { key: 'decay', type: 'number', min: 0, max: 1, initial: 0 },
  batchSize: { key: 'batch', type: 'integer', min: 1, max: 1024, initial: 32 },
  // Workers that share a batch; 0: as many as the machine has cores for.
  workers: { key: 'workers', type: 'integer', min: 0, max: kMostWorkers, initial: 0 },
  // Options of the engine's trainer that are not as at the beginning, by their names in the catalogue ("augment.shift").
  trainer: { key: 'train', type: 'options', initial: kNoOptions },
  room: { key: 'room', type: 'choice', choices: ['train', 'architecture', 'data', 'runs', null], initial: null },
  selection: { key: 'unit', type: 'unit', initial: null, entry: true },
  // Which question about the selected unit is answered.
  aspect: { key: 'as', type: 'choice', choices: ['forward', 'backward', 'field', 'excites'], initial: 'forward' },
  // What the maps of the network are of, as the engine calls it.
  quantity: {
    key: 'show',
    type: 'choice',
    choices: ['activation', 'gradient', 'parameter', 'parameter_gradient'],
    initial: 'activation',
  },
  strokes: { key: 'ink', type: 'strokes', initial: null },
};

/** @typedef {keyof typeof settings} SettingName */

/**
 * The value if it is one that the setting may have, else undefined. Numbers outside their range are refused, not moved.
 * @param {SettingName} name
 * @param {unknown} value
 * @returns {any}
 */
export function accept(name, value) {
  /** @type {Setting} */
  const setting = settings[name];
  switch (setting.type) {
    case 'choice':
      return setting.choices?.includes(/** @type {any} */ (value)) ? value : undefined;
    case 'name':
      return typeof value === 'string' && kName.test(value) ? value : undefined;
    case 'unit':
      return value === null || (typeof value === 'string' && kUnit.test(value)) ? value : undefined;
    case 'integer':
    case 'number': {
      const inRange =
        typeof value === 'number' && value >= (setting.min ?? -Infinity) && value <= (setting.max ?? Infinity);
      return inRange && (setting.type === 'number' || Number.isInteger(value)) ? value : undefined;
    }
    case 'definition':
      return value === null || (typeof value === 'object' && !Array.isArray(value)) ? value : undefined;
    case 'options':
      if (!isOptions(value)) return undefined;
      return Object.keys(value).length ? value : kNoOptions;
    case 'strokes':
      return value === null || isStrokes(value) ? value : undefined;
  }
}

/** @param {any} value @returns {value is Record<string, any>} */
function isOptions(value) {
  return (
    Object.prototype.toString.call(value) === '[object Object]' &&
    Object.entries(value).every(([key, each]) => kName.test(key) && ['number', 'string', 'boolean'].includes(typeof each))
  );
}

/** @param {unknown} value */
function isStrokes(value) {
  return (
    Array.isArray(value) &&
    value.every(
      (stroke) =>
        Array.isArray(stroke) &&
        stroke.every((point) => Array.isArray(point) && point.length === 2 && point.every(Number.isFinite)),
    )
  );
}

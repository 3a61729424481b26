// What the tests of the bindings share: the engine under test, small data, and a node that knows relaxed SIMD.

import { existsSync, readFileSync } from 'node:fs';

import { loadEngine } from '../../wasm/js/index.js';

/** @typedef {import('../../wasm/js/index.js').Engine} Engine */
/** @typedef {import('../../wasm/js/index.js').ModuleName} ModuleName */

const root = new URL('../../', import.meta.url);

/** @param {string} path  from the repository's root */
export const fileUrl = (path) => new URL(path, root);

/** @param {ModuleName} module */
export const moduleBytes = (module) => readFileSync(fileUrl(`build/wasm/engine-${module}.wasm`));

/**
 * The modules that are built and that this process can run: Node 20 runs relaxed SIMD only with
 * --experimental-wasm-relaxed-simd. (modules.test.mjs requires both.)
 */
export const runnableModules = /** @type {ModuleName[]} */ (['simd128', 'relaxed']).filter(
  (module) =>
    existsSync(fileUrl(`build/wasm/engine-${module}.wasm`)) && WebAssembly.validate(moduleBytes(module)),
);

/** @type {Map<ModuleName, Engine>} */
const engines = new Map();

/** One engine a module for tests that do not care about what ran before. @param {ModuleName} [module] @returns {Engine} */
export function sharedEngine(module = 'simd128') {
  let engine = engines.get(module);
  if (!engine) engines.set(module, (engine = loadEngine({ module })));
  return engine;
}

/** @param {string} id */
export const architecture = (id) => JSON.parse(readFileSync(fileUrl(`assets/architectures/${id}.json`), 'utf8'));

/** A net that learns the pictures of makeIdx() in a few steps. */
export const smallNet = {
  name: 'small',
  preprocessing: { divide: 255 },
  layers: [
    { type: 'input', shape: [8, 8, 1] },
    { type: 'conv2d', name: 'conv1', filters: 4, kernel: 3, activation: 'relu' },
    { type: 'pool2d', name: 'pool1', mode: 'max', kernel: 2 },
    { type: 'flatten' },
    { type: 'dense', name: 'dense1', units: 3 },
    { type: 'softmax', name: 'prediction' },
  ],
};

/** Pseudo-random numbers in [0, 1), the same everywhere (Numerical Recipes' generator). @param {number} seed */
export function noise(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/**
 * An idx image file followed by its label file: the class is where the bright band is.
 * @param {number} count
 * @param {{size?: number, classes?: number, seed?: number}} [options]
 */
export function makeIdx(count, { size = 8, classes = 3, seed = 1 } = {}) {
  const random = noise(seed);
  const bytes = new Uint8Array(16 + count * size * size + 8 + count);
  const view = new DataView(bytes.buffer);
  [0x803, count, size, size].forEach((value, i) => view.setUint32(4 * i, value));
  const labelsAt = 16 + count * size * size;
  view.setUint32(labelsAt, 0x801);
  view.setUint32(labelsAt + 4, count);
  for (let i = 0; i < count; i++) {
    const label = i % classes;
    for (let p = 0; p < size * size; p++) {
      const bright = Math.floor((p * classes) / (size * size)) === label ? 160 : 0;
      bytes[16 + i * size * size + p] = bright + Math.floor(random() * 64);
    }
    bytes[labelsAt + 8 + i] = label;
  }
  return bytes;
}

/** @param {Engine} engine @param {number} count */
export function smallData(engine, count, expected = count) {
  const data = engine.createDataset({ shape: [8, 8, 1], classes: 3, expected });
  data.append(makeIdx(count));
  return data;
}

/** @param {Uint8Array | Float32Array} a @param {Uint8Array | Float32Array} b */
export function sameBits(a, b) {
  return Buffer.compare(bits(a), bits(b)) === 0;
}

/** @param {Uint8Array | Float32Array} array */
const bits = (array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength);

/** A net with absurdly many parameters: more than any memory here. */
export const absurdNet = {
  layers: [
    { type: 'input', shape: [1, 1, 4096] },
    { type: 'dense', units: 1 << 20 },
    { type: 'dense', units: 1 << 20 },
    { type: 'softmax' },
  ],
};

/** @param {() => unknown} work @returns {any} what it throws */
export function thrown(work) {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

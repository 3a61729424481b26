// Calls into the module: arguments are copied in, results are copied out, and nothing points into the heap in between.

import { EngineError } from './errors.js';

/** Out-parameters and arguments start on this boundary. */
const kAlignment = 8;
const kNothing = new Uint8Array(0);

/** @param {number} size */
const aligned = (size) => Math.ceil(size / kAlignment) * kAlignment;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * A text, or bytes or floats of the caller: they become a pointer and a count.
 * @typedef {string | Uint8Array | Float32Array} Bulk
 * @typedef {number | bigint | Bulk} Argument
 */

/**
 * What a call wrote into its out-parameters, by their position. Everything is a copy.
 * @typedef {object} Results
 * @property {(slot: number) => number} handle
 * @property {(slot: number) => number} int
 * @property {(slot: number) => number} double
 * @property {(slot: number) => string} text
 * @property {(slot: number) => any} json
 * @property {(slot: number) => Uint8Array} bytes
 * @property {(slot: number, into?: Float32Array) => Float32Array} floats  into: the beginning of an array of the caller
 */

export class Bridge {
  #exports;
  /** @type {EngineError | null} */
  #broken = null;

  /** @param {WebAssembly.Module} module */
  constructor(module) {
    const { exports } = new WebAssembly.Instance(module, {});
    this.#exports = /** @type {Record<string, any>} */ (exports);
    this.#exports._initialize();
  }

  /** Bytes of the module's heap. */
  get heapBytes() {
    return this.#exports.memory.buffer.byteLength;
  }

  /**
   * Calls a function that returns a status. Bulk arguments become pointer and count; `outs` pointers to out-parameters
   * come last.
   * @template T
   * @param {string} name
   * @param {Argument[]} args
   * @param {number} [outs]
   * @param {(results: Results) => T} [read]
   * @returns {T}
   */
  call(name, args, outs = 0, read) {
    // One block for everything, so that a call costs one allocation.
    let size = outs * kAlignment;
    const prepared = args.map((arg) => {
      if (typeof arg === 'number' || typeof arg === 'bigint') return { value: arg, bytes: kNothing, at: 0, count: 0 };
      const array = typeof arg === 'string' ? encoder.encode(arg) : arg;
      const at = size;
      size += aligned(array.byteLength);
      const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
      return { value: null, bytes, at, count: array.length };
    });

    const block = this.#alloc(size);
    try {
      // The heap may have grown in alloc: this view is made after it.
      const heap = new Uint8Array(this.#exports.memory.buffer);
      /** @type {(number | bigint)[]} */
      const flat = [];
      for (const { value, bytes, at, count } of prepared) {
        if (value !== null) {
          flat.push(value);
          continue;
        }
        heap.set(bytes, block + at);
        flat.push(block + at, count);
      }
      for (let slot = 0; slot < outs; slot++) flat.push(block + slot * kAlignment);
      if (this.#enter(name, flat) !== 0) throw this.#lastError();
      return read ? read(this.#results(block)) : /** @type {T} */ (undefined);
    } finally {
      this.#free(block);
    }
  }

  /**
   * Calls a function that cannot fail.
   * @param {string} name
   * @param {number[]} args
   * @returns {number}
   */
  ask(name, ...args) {
    return this.#enter(name, args);
  }

  /** @param {string} name @param {(number | bigint)[]} args @returns {number} */
  #enter(name, args) {
    if (this.#broken) throw this.#broken;
    try {
      return this.#exports[name](...args);
    } catch (error) {
      // A trap leaves the module's stack and heap in an unknown state: nothing may enter it again.
      this.#broken = new EngineError(
        {
          code: 'internal',
          subject: 'engine',
          message: `stopped in ${name} (${/** @type {Error} */ (error).message}) and has to be loaded again.`,
        },
        error,
      );
      throw this.#broken;
    }
  }

  /** @param {number} size */
  #alloc(size) {
    if (size === 0) return 0;
    const block = size <= 2 ** 31 ? this.#enter('cnn_alloc', [size]) : 0;
    if (block !== 0) return block;
    throw new EngineError({
      code: 'out_of_memory',
      subject: 'memory',
      message: `could not get ${Math.ceil(size / 1e6)} MB.`,
    });
  }

  /** @param {number} block */
  #free(block) {
    if (block !== 0 && !this.#broken) this.#enter('cnn_free', [block]);
  }

  #lastError() {
    const out = this.#alloc(kAlignment);
    try {
      this.#enter('cnn_last_error', [out]);
      return new EngineError(this.#results(out).json(0));
    } finally {
      this.#free(out);
    }
  }

  /** @param {number} outs  where the out-parameters lie @returns {Results} */
  #results(outs) {
    const { buffer } = this.#exports.memory;
    const view = new DataView(buffer);
    const place = (/** @type {number} */ slot) => outs + slot * kAlignment;
    const pointer = (/** @type {number} */ slot) => view.getUint32(place(slot), true);
    const count = (/** @type {number} */ slot) => view.getUint32(place(slot) + 4, true);
    const bytes = (/** @type {number} */ slot) => new Uint8Array(buffer, pointer(slot), count(slot));
    const text = (/** @type {number} */ slot) => decoder.decode(bytes(slot));
    return {
      handle: pointer,
      int: (slot) => view.getInt32(place(slot), true),
      double: (slot) => view.getFloat64(place(slot), true),
      text,
      json: (slot) => JSON.parse(text(slot)),
      bytes: (slot) => bytes(slot).slice(),
      floats(slot, into) {
        const there = new Float32Array(buffer, pointer(slot), count(slot));
        if (!into) return there.slice();
        into.set(there);
        return into;
      },
    };
  }
}

/**
 * JSON for the engine; a text is taken as it is, so that its author sees his own places in errors.
 * @param {unknown} value
 * @returns {string}
 */
export function toJson(value) {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? 'null');
}

/**
 * One object of the engine, from create to destroy.
 */
export class Handle {
  /** @param {Bridge} bridge @param {string} noun @param {number} pointer */
  constructor(bridge, noun, pointer) {
    this.bridge = bridge;
    this.noun = noun;
    /** @type {number} */
    this.pointer = pointer;
  }

  /** The pointer, for calls. */
  get use() {
    if (this.pointer !== 0) return this.pointer;
    throw new EngineError({ code: 'invalid_value', subject: this.noun, message: 'has been destroyed.' });
  }

  /**
   * @template T
   * @param {string} verb
   * @param {Argument[]} [args]
   * @param {number} [outs]
   * @param {(results: Results) => T} [read]
   * @returns {T}
   */
  call(verb, args = [], outs = 0, read) {
    return this.bridge.call(`cnn_${this.noun}_${verb}`, [this.use, ...args], outs, read);
  }

  /** Frees it; again does nothing. */
  destroy() {
    if (this.pointer === 0) return;
    const { pointer } = this;
    this.pointer = 0;
    this.bridge.ask(`cnn_${this.noun}_destroy`, pointer);
  }
}

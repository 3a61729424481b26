// The engine from the bytes of a module: runs wherever there is WebAssembly, a worker above all. Synchronous: every call
// returns when its work is done.

import { Bridge, toJson } from './bridge.js';
import { EngineError, wholeNumber } from './errors.js';
import { Dataset, Evaluation, Net, Trainer, asBytes, asSeed, readStages } from './handles.js';

export { EngineError };

/** @typedef {'simd128' | 'relaxed'} ModuleName */

/**
 * @param {object} options
 * @param {ModuleName} [options.module]  the module that the bytes are expected to be
 * @param {BufferSource} options.bytes
 * @returns {Engine}
 */
export function loadEngine({ module, bytes }) {
  let compiled;
  try {
    compiled = new WebAssembly.Module(bytes);
  } catch (error) {
    const message = `this machine cannot run it (${/** @type {Error} */ (error).message}).`;
    throw new EngineError({ code: 'unsupported', subject: 'WebAssembly module', message }, error);
  }
  const engine = new Engine(new Bridge(compiled));
  if (module === undefined || module === engine.module) return engine;
  const message = `is ${engine.module}, not ${module}.`;
  throw new EngineError({ code: 'unsupported', subject: 'WebAssembly module', message });
}

export class Engine {
  #bridge;
  #catalogue;

  /** @param {Bridge} bridge */
  constructor(bridge) {
    this.#bridge = bridge;
    /** @type {import('./types.js').Catalogue} */
    this.#catalogue = bridge.call('cnn_describe', [], 1, (results) => results.json(0));
  }

  /** Which of the two modules this is. @returns {ModuleName} */
  get module() {
    return this.#catalogue.build;
  }

  /** Size of the module's memory; grows, never shrinks. */
  get heapBytes() {
    return this.#bridge.heapBytes;
  }

  /** What the engine offers: layers with their fields, options, error codes. @returns {import('./types.js').Catalogue} */
  describe() {
    return structuredClone(this.#catalogue);
  }

  /**
   * The table of a definition, without making the net.
   * @param {object | string} definition  JSON as object or as text
   * @returns {import('./types.js').Summary}
   */
  summarize(definition) {
    return this.#bridge.call('cnn_summarize', [toJson(definition)], 1, (results) => results.json(0));
  }

  /** @param {import('./types.js').Drawing} drawing */
  rasterize(drawing) {
    return this.#bridge.call('cnn_rasterize', [toJson(drawing)], 2, readStages);
  }

  /** What Trainer.order() asks for, for its take(). @param {Uint8Array} order @returns {Uint8Array} */
  fulfil(order) {
    return this.#bridge.call('cnn_fulfil', [asBytes(order, 'order')], 1, (results) => results.bytes(0));
  }

  /**
   * @param {object | string} definition  JSON as object or as text
   * @param {{seed?: number}} [options]
   * @returns {Net}
   */
  createNet(definition, { seed = 1 } = {}) {
    return new Net(this.#bridge, this.#make('cnn_net_create', [toJson(definition), asSeed(seed)]));
  }

  /** @param {Uint8Array} bytes  a model file @returns {Net} */
  loadNet(bytes) {
    return new Net(this.#bridge, this.#make('cnn_net_load', [asBytes(bytes, 'model file')]));
  }

  /**
   * An empty data set that grows by append().
   * @param {object} options
   * @param {number[]} options.shape  [h, w, c]
   * @param {number} options.classes
   * @param {number} [options.expected]  images it will have; 0: unknown, what it has is all
   * @returns {Dataset}
   */
  createDataset({ shape, classes, expected = 0 }) {
    const [h, w, c] = [0, 1, 2].map((i) => wholeNumber(shape?.[i], 'shape'));
    const args = [h, w, c, wholeNumber(classes, 'classes'), wholeNumber(expected, 'expected', 2 ** 32 - 1)];
    return new Dataset(this.#bridge, this.#make('cnn_dataset_create', args));
  }

  /**
   * @param {Net} net
   * @param {Dataset | null} dataset  null: only stepOn() is used
   * @param {import('./types.js').TrainerOptions} [options]
   * @returns {Trainer}
   */
  createTrainer(net, dataset, options = {}) {
    const args = [net.use, dataset ? dataset.use : 0, toJson(options)];
    return new Trainer(this.#bridge, this.#make('cnn_trainer_create', args));
  }

  /**
   * @param {Net} net
   * @param {Dataset} dataset
   * @param {{limit?: number}} [options]  only the first `limit` images; 0: all it has now
   * @returns {Evaluation}
   */
  createEvaluation(net, dataset, { limit = 0 } = {}) {
    const args = [net.use, dataset.use, wholeNumber(limit, 'limit', 2 ** 32 - 1)];
    return new Evaluation(this.#bridge, this.#make('cnn_evaluation_create', args));
  }

  /**
   * Over the images that the trainer's option `validation` holds out.
   * @param {Trainer} trainer
   * @param {{limit?: number}} [options]  only the first `limit` images; 0: all that have arrived
   * @returns {Evaluation}
   */
  createHeldOutEvaluation(trainer, { limit = 0 } = {}) {
    const args = [trainer.use, wholeNumber(limit, 'limit', 2 ** 32 - 1)];
    return new Evaluation(this.#bridge, this.#make('cnn_evaluation_create_held_out', args));
  }

  /** @param {string} name @param {import('./bridge.js').Argument[]} args @returns {number} */
  #make(name, args) {
    return this.#bridge.call(name, args, 1, (results) => results.handle(0));
  }
}

// The engine's objects. Each method is one call of cnn_api.h; every array that comes back is a copy.

import { Handle, toJson } from './bridge.js';
import { EngineError, wholeNumber } from './errors.js';

/** @typedef {import('./bridge.js').Bridge} Bridge */
/** @typedef {import('./bridge.js').Results} Results */
/** @typedef {import('./types.js').Stage} Stage */

/** Gradients that are added at a time: 64 kB of them. */
const kPiece = 1 << 14;

/** @param {unknown} value @param {string} subject @returns {Uint8Array} */
export function asBytes(value, subject) {
  if (value instanceof Uint8Array) return value;
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  throw new EngineError({ code: 'invalid_value', subject, message: 'must be bytes (a Uint8Array).' });
}

/** @param {unknown} value @param {string} subject @returns {Float32Array} */
function asFloats(value, subject) {
  if (value instanceof Float32Array) return value;
  throw new EngineError({ code: 'invalid_value', subject, message: 'must be numbers in a Float32Array.' });
}

/** @param {unknown} seed @returns {bigint} */
export function asSeed(seed) {
  return BigInt(wholeNumber(seed, 'seed', Number.MAX_SAFE_INTEGER));
}

/**
 * The stages of a drawing, from the out-parameters text and pixels.
 * @param {Results} results
 * @returns {{stages: Stage[]}}
 */
export function readStages(results) {
  const pixels = results.floats(1);
  /** @type {{stages: {name: Stage['name'], h: number, w: number, offset: number}[]}} */
  const { stages } = results.json(0);
  return {
    stages: stages.map(({ name, h, w, offset }) => ({ name, h, w, pixels: pixels.slice(offset, offset + h * w) })),
  };
}

/**
 * An answer with its arrays cut out of the one that came.
 * @param {Results} results
 * @returns {import('./explain-types.js').Explanation}
 */
function readAnswer(results) {
  const values = results.floats(1);
  const { arrays = [], ...answer } = results.json(0);
  /** @param {{name: string, shape: number[], offset: number}} entry */
  const cut = ({ shape, offset }) => values.subarray(offset, offset + shape.reduce((size, extent) => size * extent, 1));
  return {
    answer,
    arrays: Object.fromEntries(arrays.map((/** @type {any} */ entry) => [entry.name, cut(entry)])),
  };
}

export class Net extends Handle {
  /** @param {Bridge} bridge @param {number} pointer */
  constructor(bridge, pointer) {
    super(bridge, 'net', pointer);
  }

  /** @returns {import('./types.js').NetInfo} */
  info() {
    return this.call('info', [], 1, (results) => results.json(0));
  }

  /** Draws all parameters anew. @param {number} seed */
  initialize(seed) {
    this.call('initialize', [asSeed(seed)]);
  }

  /**
   * The answers alone: quicker than forward(), whose activations stay as they are.
   * @param {Float32Array} images  [batch, input shape]
   * @param {number} batch
   * @returns {Float32Array} [batch, outputs]
   */
  predict(images, batch) {
    return this.call('predict', [asFloats(images, 'images'), wholeNumber(batch, 'batch')], 1, (results) => results.floats(0));
  }

  /**
   * Forward pass over preprocessed images; the activations are then there for tensor().
   * @param {Float32Array} images  [batch, input shape]
   * @param {number} batch
   */
  forward(images, batch) {
    this.call('forward', [asFloats(images, 'images'), wholeNumber(batch, 'batch')]);
  }

  /**
   * The same from bytes, with the net's own preprocessing.
   * @param {Uint8Array} images  [batch, h, w, c]
   * @param {number} batch
   * @param {[number, number]} [size]  height and width of the pictures; else the net's input's, or square when it crops
   */
  forwardBytes(images, batch, [h, w] = [0, 0]) {
    const count = wholeNumber(batch, 'batch');
    this.call('forward_bytes', [asBytes(images, 'images'), count, wholeNumber(h, 'images'), wholeNumber(w, 'images')]);
  }

  /**
   * Rasterises a drawing and runs it as a batch of one.
   * @param {import('./types.js').Drawing} drawing
   * @returns {{stages: Stage[]}}
   */
  forwardDrawing(drawing) {
    return this.call('forward_drawing', [toJson(drawing)], 2, readStages);
  }

  /**
   * Gradients of the loss of the last forward pass, for tensor().
   * @param {Uint8Array} labels  one an image
   * @returns {number} the loss
   */
  backward(labels) {
    return this.call('backward', [asBytes(labels, 'labels')], 1, (results) => results.double(0));
  }

  /**
   * @param {import('./types.js').TensorKind} kind
   * @param {string} address  'conv1' for what belongs to a node, 'conv1/kernel' for parameters; '': all parameters, as they
   *   lie in memory
   * @param {Float32Array} [into]  takes the values instead of a new array
   * @returns {Float32Array}
   */
  tensor(kind, address, into) {
    return this.call('tensor', [String(kind), String(address)], 1, (results) => results.floats(0, into));
  }

  /**
   * Answers a question about the first image of the last forward pass, with the weights of now.
   * @param {import('./explain-types.js').Query} query
   * @param {Dataset | null} [dataset]  for questions about one
   * @returns {import('./explain-types.js').Explanation}
   */
  explain(query, dataset = null) {
    return this.call('explain', [dataset ? dataset.use : 0, toJson(query)], 2, readAnswer);
  }

  /** @param {string} address  '': all parameters, as tensor('parameter', '') has them @param {Float32Array} values */
  setParameter(address, values) {
    this.call('set_parameter', [String(address), asFloats(values, 'values')]);
  }

  /**
   * The model file.
   * @param {object} [record]  stored with it; without one, what the net was loaded with
   * @returns {Uint8Array}
   */
  save(record) {
    return this.call('save', [record === undefined ? '' : toJson(record)], 1, (results) => results.bytes(0));
  }
}

export class Dataset extends Handle {
  /** @param {Bridge} bridge @param {number} pointer */
  constructor(bridge, pointer) {
    super(bridge, 'dataset', pointer);
  }

  /** Images it has. */
  get count() {
    return this.bridge.ask('cnn_dataset_count', this.use);
  }

  /** An idx image file followed by its idx label file. @param {Uint8Array} idx */
  append(idx) {
    this.call('append', [asBytes(idx, 'idx file')]);
  }

  /** @param {number} index @returns {{pixels: Uint8Array, label: number}} */
  image(index) {
    return this.call('image', [wholeNumber(index, 'index', 2 ** 32 - 1)], 2, (results) => ({
      pixels: results.bytes(0),
      label: results.int(1),
    }));
  }
}

export class Trainer extends Handle {
  /** @param {Bridge} bridge @param {number} pointer */
  constructor(bridge, pointer) {
    super(bridge, 'trainer', pointer);
  }

  /** One step on the next batch. @returns {import('./types.js').StepResult} */
  step() {
    return this.call('step', [], 1, (results) => results.json(0));
  }

  /**
   * One step on a batch of the caller.
   * @param {Float32Array} images  preprocessed, [batch, input shape]
   * @param {Uint8Array} labels
   * @returns {import('./types.js').StepResult}
   */
  stepOn(images, labels) {
    const args = [asFloats(images, 'images'), asBytes(labels, 'labels')];
    return this.call('step_on', args, 1, (results) => results.json(0));
  }

  /**
   * Draws the next batch, for batch(), of a step whose images may be computed in several places; state `trained`: go on.
   * Until finish() only what belongs to the step may be called.
   * @returns {import('./types.js').StepResult}
   */
  begin() {
    return this.call('begin', [], 1, (results) => results.json(0));
  }

  /** The same on a batch as of stepOn(). @param {Float32Array} images @param {Uint8Array} labels */
  beginOn(images, labels) {
    const args = [asFloats(images, 'images'), asBytes(labels, 'labels')];
    return this.call('begin_on', args, 1, (results) => results.json(0));
  }

  /** Gradients of images of the batch; they move to its front. @param {number} first @param {number} images */
  compute(first, images) {
    this.call('compute', [wholeNumber(first, 'first'), wholeNumber(images, 'images')]);
  }

  /** Those of other images of it, as share() or shareRest() had them. @param {Float32Array} gradients @param {number} offset */
  add(gradients, offset) {
    // In pieces that stay in the cache between being copied and being added.
    for (let done = 0; done < gradients.length; done += kPiece) {
      const piece = asFloats(gradients, 'gradients').subarray(done, done + kPiece);
      this.call('add', [piece, wholeNumber(offset + done, 'offset')]);
    }
  }

  /** The loss of other images of it. @param {import('./types.js').ShareLoss} share */
  addLoss({ images, loss, correct }) {
    this.call('add_loss', [wholeNumber(images, 'images'), loss ?? NaN, wholeNumber(correct, 'correct')]);
  }

  /** All late gradients and all losses are in: learns from them. False: finish() will. */
  settle() {
    return this.call('settle', [], 1, (results) => results.int(0) === 1);
  }

  /** Draws the batch of the next step, while replicas work. */
  drawAhead() {
    this.call('draw_ahead');
  }

  /**
   * Pictures of coming steps that another engine may change before their step comes, for its fulfil().
   * @returns {Uint8Array}  empty: there are none, or too few
   */
  order() {
    return this.call('order', [], 1, (results) => results.bytes(0));
  }

  /** What fulfil() made of it. @param {Uint8Array} order */
  take(order) {
    this.call('take', [asBytes(order, 'order')]);
  }

  /** Of all parameters, those from this one on are the late ones: a replica has their gradients first. */
  get lateFrom() {
    return this.bridge.ask('cnn_trainer_late_from', this.use);
  }

  /** The update. @returns {import('./types.js').StepResult} */
  finish() {
    return this.call('finish', [], 1, (results) => results.json(0));
  }

  /**
   * On a replica (a trainer without data set): late gradients of images that are a part of a step's batch.
   * @param {Float32Array} images  preprocessed, [batch, input shape]
   * @param {Uint8Array} labels
   * @param {{share: number, draw: number}} part  share: 0…1 of the batch; draw: a number of its own for what dropout draws
   * @param {Float32Array} gradients  takes them
   * @returns {import('./types.js').ShareLoss}
   */
  share(images, labels, { share, draw }, gradients) {
    const args = [asFloats(images, 'images'), asBytes(labels, 'labels'), Number(share), asSeed(draw)];
    return this.call('share', args, 2, (results) => {
      results.floats(0, gradients);
      return { images: labels.length, ...results.json(1) };
    });
  }

  /** The other gradients of it. @param {Float32Array} gradients  takes them */
  shareRest(gradients) {
    this.call('share_rest', [], 1, (results) => results.floats(0, gradients));
  }

  /** Takes effect with the next step. @param {import('./types.js').TrainerOptions} options  only those that change */
  configure(options) {
    this.call('configure', [toJson(options)]);
  }

  /**
   * Answers a question about the step that comes next, without taking it.
   * @param {import('./explain-types.js').Query} query
   * @returns {import('./explain-types.js').Explanation}
   */
  explain(query) {
    return this.call('explain', [toJson(query)], 2, readAnswer);
  }

  /**
   * The last step's batch as the net received it, augmented and preprocessed; empty before the first step.
   * @returns {{images: Float32Array, labels: Uint8Array}}  images [labels.length, input shape]
   */
  batch() {
    return this.call('batch', [], 2, (results) => ({ images: results.floats(0), labels: results.bytes(1) }));
  }

  /**
   * Early stopping: whether the last `patience` losses on held-out images were no better than the best before.
   * @param {number} heldOutLoss
   */
  shouldStop(heldOutLoss) {
    return this.call('should_stop', [Number(heldOutLoss)], 1, (results) => results.int(0) === 1);
  }

  /** All that a continued training needs besides net and data. @returns {Uint8Array} */
  checkpoint() {
    return this.call('checkpoint', [], 1, (results) => results.bytes(0));
  }

  /** @param {Uint8Array} bytes  of checkpoint() */
  restore(bytes) {
    this.call('restore', [asBytes(bytes, 'checkpoint')]);
  }
}

export class Evaluation extends Handle {
  /** @param {Bridge} bridge @param {number} pointer */
  constructor(bridge, pointer) {
    super(bridge, 'evaluation', pointer);
  }

  /** The next images. @param {number} images @returns {import('./types.js').EvaluationResult} */
  step(images) {
    return this.call('step', [wholeNumber(images, 'images')], 1, (results) => results.json(0));
  }

  /**
   * Of the images seen so far: the class that each was taken for, and its loss.
   * @returns {{classes: Uint8Array, losses: Float32Array}}
   */
  answers() {
    return this.call('answers', [], 2, (results) => ({ classes: results.bytes(0), losses: results.floats(1) }));
  }
}

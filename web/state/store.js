// The one state of the page: signals. Settings (see schema.js) are what an address restores; the rest is what the
// worker
// said last. Only actions.js writes here; views read.

import { signal } from '@preact/signals-core';
import { settings } from './schema.js';

/**
 * @template T
 * @typedef {import('@preact/signals-core').Signal<T>} Signal
 */

/** @typedef {import('../worker/protocol.js').Prediction} Prediction */
/** @typedef {import('../worker/protocol.js').StepReport} StepReport */
/** @typedef {import('../worker/protocol.js').EvaluationReport} EvaluationReport */
/**
 * @typedef {'loading' | 'ready' | 'training' | 'paused' | 'waiting' | 'diverged' | 'lost' | 'unsupported' | 'failed'}
 *   Status
 */
/** @typedef {'trained' | 'fresh' | 'learnt' | 'file'} WeightsOrigin */

/**
 * @typedef {object} Notice  one sentence to the user, with at most one thing to do about it
 * @property {string} key
 * @property {import('../i18n/index.js').TextParams} [params]
 * @property {'info' | 'good' | 'warning' | 'error'} tone
 * @property {{key: string, run: () => void}} [action]
 */

/**
 * @typedef {object} TestImage  a picture of the data set that stands on the pad instead of a drawing
 * @property {'train' | 'test'} part
 * @property {number} index
 * @property {number} label
 * @property {Uint8Array} pixels  0…255, [h, w, c]
 */

/** @typedef {{loaded: number, total: number}} Progress */

/** Held-out accuracies whose first time is told. */
const kGoals = [0.9, 0.95, 0.98, 0.99];

/** Curves, as arrays that only grow (or are thinned); `version` says that they did. */
export class History {
  /** @type {number[]} */ steps = [];
  /** @type {number[]} */ loss = [];
  /** @type {number[]} */ accuracy = [];
  /** @type {number[]} */ learningRate = [];
  /** @type {number[]} */ heldOutSteps = [];
  /** @type {number[]} */ heldOutLoss = [];
  /** @type {number[]} */ heldOutAccuracy = [];
  /** When the held-out accuracy first reached a goal. @type {{goal: number, step: number, seconds: number}[]} */
  reached = [];
  version = signal(0);

  /** @param {number} step @param {number} loss @param {number} accuracy @param {number} learningRate */
  add(step, loss, accuracy, learningRate) {
    this.steps.push(step);
    this.learningRate.push(learningRate);
    this.loss.push(loss);
    this.accuracy.push(accuracy);
    if (this.steps.length > 8192) this.#thin();
    this.version.value++;
  }

  /** @param {number} step @param {number} loss @param {number} accuracy @param {number} seconds  of training */
  addHeldOut(step, loss, accuracy, seconds) {
    for (const goal of kGoals) {
      const known = this.reached.some((each) => each.goal === goal);
      if (accuracy >= goal && !known) this.reached.push({ goal, step, seconds });
    }
    this.heldOutSteps.push(step);
    this.heldOutLoss.push(loss);
    this.heldOutAccuracy.push(accuracy);
    this.version.value++;
  }

  /** Forgets what came after `step` (0: everything). @param {number} step */
  cut(step) {
    const kept = step > 0 ? this.steps.filter((s) => s <= step).length : 0;
    for (const series of this.#perStep()) series.length = kept;
    this.reached = this.reached.filter((each) => step > 0 && each.step <= step);
    const keptHeldOut = step > 0 ? this.heldOutSteps.filter((s) => s <= step).length : 0;
    for (const series of [this.heldOutSteps, this.heldOutLoss, this.heldOutAccuracy]) series.length = keptHeldOut;
    this.version.value++;
  }

  copy() {
    const { steps, loss, accuracy, learningRate, heldOutSteps, heldOutLoss, heldOutAccuracy, reached } = this;
    const heldOut = { heldOutSteps, heldOutLoss, heldOutAccuracy };
    return structuredClone({ steps, loss, accuracy, learningRate, ...heldOut, reached });
  }

  /** @param {ReturnType<History['copy']>} copy */
  assign(copy) {
    Object.assign(this, structuredClone(copy));
    this.version.value++;
  }

  #perStep() {
    return [this.steps, this.loss, this.accuracy, this.learningRate];
  }

  /** Every two points become their mean: an hour of training stays drawable. */
  #thin() {
    const half = this.steps.length >> 1;
    for (let i = 0; i < half; i++) {
      this.steps[i] = this.steps[2 * i + 1];
      this.loss[i] = (this.loss[2 * i] + this.loss[2 * i + 1]) / 2;
      this.accuracy[i] = (this.accuracy[2 * i] + this.accuracy[2 * i + 1]) / 2;
      this.learningRate[i] = this.learningRate[2 * i + 1];
    }
    for (const series of this.#perStep()) series.length = half;
  }
}

/**
 * @param {Partial<Record<import('./schema.js').SettingName, any>>} [start]  settings that are not as at the beginning
 */
export function createStore(start = {}) {
  const initial = Object.fromEntries(
    Object.entries(settings).map(([name, { initial: value }]) => [
      name,
      start[/** @type {import('./schema.js').SettingName} */ (name)] ?? value,
    ]),
  );
  return {
    // Settings
    language: /** @type {Signal<import('../i18n/index.js').Language>} */ (signal(initial.language)),
    theme: /** @type {Signal<'auto' | 'light' | 'dark'>} */ (signal(initial.theme)),
    net: /** @type {Signal<string>} */ (signal(initial.net)),
    definition: /** @type {Signal<any>} */ (signal(initial.definition)),
    data: /** @type {Signal<string>} */ (signal(initial.data)),
    start: /** @type {Signal<'trained' | 'fresh'>} */ (signal(initial.start)),
    trainFrom: /** @type {Signal<'fresh' | 'continue'>} */ (signal(initial.trainFrom)),
    seed: /** @type {Signal<number>} */ (signal(initial.seed)),
    optimizer: /** @type {Signal<string>} */ (signal(initial.optimizer)),
    learningRate: /** @type {Signal<number>} */ (signal(initial.learningRate)),
    momentum: /** @type {Signal<number>} */ (signal(initial.momentum)),
    weightDecay: /** @type {Signal<number>} */ (signal(initial.weightDecay)),
    trainer: /** @type {Signal<Readonly<Record<string, any>>>} */ (signal(initial.trainer)),
    batchSize: /** @type {Signal<number>} */ (signal(initial.batchSize)),
    workers: /** @type {Signal<number>} */ (signal(initial.workers)),
    room: /** @type {Signal<'train' | 'architecture' | 'data' | 'runs' | null>} */ (signal(initial.room)),
    selection: /** @type {Signal<string | null>} */ (signal(initial.selection)),
    quantity: /** @type {Signal<import('../worker/protocol.js').TensorKind>} */ (signal(initial.quantity)),
    strokes: /** @type {Signal<import('../worker/protocol.js').Strokes | null>} */ (signal(initial.strokes)),

    // What happens now
    status: /** @type {Signal<Status>} */ (signal('loading')),
    notice: /** @type {Signal<Notice | null>} */ (signal(null)),
    loading: /** @type {Signal<{what: string, loaded: number, total: number} | null>} */ (signal(null)),
    module: /** @type {Signal<string>} */ (signal('')),
    catalogue: /** @type {Signal<any>} */ (signal(null)),
    info: /** @type {Signal<any>} */ (signal(null)), // net.info(): {definition, record, summary}
    weightsOrigin: /** @type {Signal<WeightsOrigin>} */ (signal('fresh')),
    aspect: /** @type {Signal<'forward' | 'backward' | 'field' | 'excites'>} */ (signal(initial.aspect)),
    /** A unit of the net that something outside of the network view points at. */
    pointed: /** @type {Signal<string | null>} */ (signal(null)),
    /** Whether the next training step is shown in slow motion, and the node at which it is. */
    slow: /** @type {Signal<boolean>} */ (signal(false)),
    lit: /** @type {Signal<string | null>} */ (signal(null)),
    /** What a unit sees of the layers before it, to be drawn into the network view. */
    boxes: /** @type {Signal<{node: string, top: number, left: number, bottom: number, right: number}[] | null>} */ (
      signal(null)
    ),
    prediction: /** @type {Signal<Prediction | null>} */ (signal(null)),
    testImage: /** @type {Signal<TestImage | null>} */ (signal(null)),
    // What the worker sends with each prediction; null: the activations of all nodes.
    tensors: /** @type {Signal<import('../worker/protocol.js').TensorRef[] | null>} */ (signal(null)),
    report: /** @type {Signal<StepReport | null>} */ (signal(null)),
    heldOut: /** @type {Signal<EvaluationReport | null>} */ (signal(null)),
    evaluation: /** @type {Signal<EvaluationReport | null>} */ (signal(null)),
    datasets: /** @type {Signal<any[]>} */ (signal([])), // {id, classes, …} of the data sets that exist
    manifest: /** @type {Signal<any>} */ (signal(null)),
    datasetProgress: /** @type {Signal<{train: Progress, test: Progress}>} */ (
      signal({ train: { loaded: 0, total: 0 }, test: { loaded: 0, total: 0 } })
    ),
    history: new History(),
    // Steps whose weights can be looked at, and the one that is (null: now).
    snapshots: /** @type {Signal<number[]>} */ (signal([])),
    past: /** @type {Signal<number | null>} */ (signal(null)),
    flow: /** @type {Signal<import('../worker/flow.js').FlowPoint[]>} */ (signal([])),
    // Cell of the confusion matrix whose pictures are shown: [true class, class it was taken for].
    cell: /** @type {Signal<[number, number] | null>} */ (signal(null)),
    runs: /** @type {Signal<import('./runs.js').Run[]>} */ (signal([])),
  };
}

/** @typedef {ReturnType<typeof createStore>} Store */

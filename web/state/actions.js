// Everything a person can do, and everything the worker says, as changes of the store. Nothing else talks to the
// worker.

import { createClient, RemoteError } from '../worker/client.js';
import { accept, settings } from './schema.js';
import { createClassifier } from './classifier.js';
import { createDataLoader } from './data-loader.js';
import { createDrawing } from './drawing.js';
import { createFiles } from './files.js';
import { createKeep } from './keep.js';
import { createNetActions } from './net-actions.js';
import { createPast } from './past.js';
import { createRuns } from './runs.js';
import { createTeam } from './team.js';
import { createTraining } from './training.js';
import { trainerOptions } from './nets.js';

const kGoodNewsMs = 8000;

/** @typedef {import('./store.js').Store} Store */
/** @typedef {import('../host/browser.js').Host} Host */
/** @typedef {import('../worker/client.js').Client} Client */

/**
 * What the parts of the actions share.
 * @typedef {object} Context
 * @property {Store} store
 * @property {Host} host
 * @property {Client} client
 * @property {ReturnType<typeof createDataLoader>} data
 * @property {ReturnType<typeof createClassifier>} classifier
 * @property {boolean} eagerData  whether the first chunks are fetched before anybody asks for them
 * @property {{model: Uint8Array, trainer: Uint8Array | null, step: number} | null} lastCheckpoint
 * @property {() => Promise<{trainable: Record<string, any>, fullSize: Record<string, any>}>} architectures  definitions by
 *   id: those that can be trained here, and those in their published size, too large for that
 * @property {() => void} classifyAgain  what is on the pad, now
 * @property {(notice: import('./store.js').Notice | null) => void} say
 * @property {(error: any, key: string) => void} complain  unless the worker was lost, which is told elsewhere
 */

/**
 * @param {object} parts
 * @param {Store} parts.store
 * @param {Host} parts.host
 * @param {string} parts.workerSource
 * @param {boolean} [parts.eagerData]
 */
export function createActions({ store, host, workerSource, eagerData = true }) {
  const client = createClient({
    startWorker: () => host.startWorker(workerSource),
    clock: host.clock,
    onEvent: (event, data) => training.onEvent(event, data),
    onLost(reason) {
      team.disband();
      nets.recover(reason);
    },
  });
  const data = createDataLoader({ client, host, store });
  const classifier = createClassifier({
    classify: (input) => client.classify({ input, tensors: store.tensors.value }),
    nextFrame: (run) => host.nextFrame(run),
    onAnswer: (prediction) => (store.prediction.value = prediction),
    onError: (error) => context.complain(error, 'notice.classifyFailed'),
  });

  /** @type {ReturnType<Context['architectures']> | null} */
  let architectures = null;

  /** @type {Context} */
  const context = {
    store,
    host,
    client,
    data,
    classifier,
    eagerData,
    lastCheckpoint: null,
    architectures() {
      architectures ??= host.asset('architectures.json').then((bytes) => JSON.parse(new TextDecoder().decode(bytes)));
      // What failed is asked for anew.
      architectures.catch(() => (architectures = null));
      return architectures;
    },
    classifyAgain: () => classifier.want(drawing.input()),
    say(notice) {
      store.notice.value = notice;
      // Good news needs no answer.
      if (notice?.tone === 'good') {
        host.clock.after(kGoodNewsMs, () => store.notice.value === notice && (store.notice.value = null));
      }
    },
    complain(error, key) {
      if (error?.code === 'worker_lost' || error?.code === 'changed') return;
      const reason = error instanceof RemoteError ? error.message : String(error?.message ?? error);
      store.notice.value = { key, params: { reason }, tone: 'error' };
    },
  };

  const drawing = createDrawing(context);
  const nets = createNetActions(context, {
    trainAgain: () => training.train(),
    restored: (at) => training.restored(at),
  });
  const keep = createKeep(context, nets);
  const team = createTeam(context, workerSource);
  const training = createTraining(context, nets, keep, team);
  const files = createFiles(context, nets);
  const past = createPast(context);
  const runs = createRuns(context);

  return {
    /** Starts the worker and everything else. */
    async start() {
      host.page.onOnline(training.reconnected);
      runs.bring();
      await nets.start();
      if (store.status.value === 'ready') await keep.offer();
    },

    // The pad
    draw: drawing.draw,
    clear: drawing.clear,
    undo: drawing.undo,
    canUndo: drawing.canUndo,
    example: drawing.example,
    showTestImage: drawing.showTestImage,

    // The net and its data
    chooseNet: nets.chooseNet,
    chooseData: nets.chooseData,
    applyDefinition: nets.applyDefinition,
    undoDefinition: nets.undoDefinition,
    canUndoDefinition: nets.canUndoDefinition,
    trainedWeights: nets.trainedWeights,
    summarize: (/** @type {any} */ definition) => client.summarize({ definition }),
    architectures: context.architectures,
    /** A copy of a tensor, e.g. ('parameter', 'conv1/kernel'). @returns {Promise<Float32Array>} */
    tensor: async (/** @type {string} */ kind, /** @type {string} */ address) =>
      (await client.tensor({ kind, address })).values,
    /**
     * A question to the engine about what is on the pad, or about the training step that comes next.
     * @param {import('../../wasm/js/explain-types.js').Query} query
     * @param {'input' | 'step'} [source]
     * @returns {Promise<import('../../wasm/js/explain-types.js').Explanation>}
     */
    explain: (query, source = 'input') => client.explain({ query, source }),
    /**
     * The parts of the pictures of the data set that excite a channel most.
     * @param {{node: string, channel: number, count: number, images: number}} query
     * @returns {Promise<import('../../wasm/js/explain-types.js').TopPatchesAnswer>}
     */
    topPatches: (query) => client.topPatches({ query, part: 'train' }),
    /** What comes with each prediction from now on. @param {import('../worker/protocol.js').TensorRef[] | null} tensors */
    watch(tensors) {
      if (JSON.stringify(tensors) === JSON.stringify(store.tensors.peek())) return;
      store.tensors.value = tensors;
      if (store.info.peek()) context.classifyAgain();
    },
    /** Pictures that have arrived. @returns {Promise<{index: number, pixels: Uint8Array, label: number}[]>} */
    images: (/** @type {'train' | 'test'} */ part, /** @type {number[]} */ indices) => client.images({part, indices}),
    loadData: (/** @type {'train' | 'test'} */ part, chunks = Infinity) =>
        data.load(part, chunks).catch((error) => context.complain(error, 'notice.dataFailed')),

    // Training
    train: training.train,
    pause: training.pause,
    toggle: training.toggle,
    step: training.step,
    reset: training.reset,
    evaluate: training.evaluate,
    /** Workers that train together when nobody says how many. */
    automaticWorkers: team.automatic,
    visit: past.visit,
    /** Pictures of the last training step as the net received them, at most so many. */
    batch: (/** @type {number} */ limit) => client.batch({ limit }),
    /** Pictures of this cell of the confusion matrix; null: the worst mistakes. */
    showCell: (/** @type {[number, number] | null} */ cell) => (store.cell.value = cell),

    // The shelf of runs
    pinRun: runs.pin,
    removeRun: runs.remove,
    /** Everything as that run was begun. @param {import('./runs.js').Run} run */
    async repeatRun(run) {
      const names = /** @type {import('./schema.js').SettingName[]} */ (Object.keys(settings));
      await training.pause();
      await nets.follow({ ...Object.fromEntries(names.map((name) => [name, store[name].value])), ...run.settings });
      await client.configureTraining({ options: trainerOptions(store) });
      const wentOn = run.settings.start === 'trained' && run.settings.trainFrom === 'continue';
      await (wentOn ? nets.trainedWeights() : training.reset());
    },

    // Files and links
    saveModel: files.saveModel,
    loadFile: files.loadFile,
    share: files.share,

    /**
     * Changes settings; what a setting may not be is refused. Training follows at once.
     * @param {Partial<Record<import('./schema.js').SettingName, any>>} patch
     * @returns {boolean} whether all were taken
     */
    configure(patch) {
      let all = true;
      for (const [key, value] of Object.entries(patch)) {
        const name = /** @type {import('./schema.js').SettingName} */ (key);
        const accepted = accept(name, value);
        if (accepted === undefined)
          all = false;
        else
          store[name].value = accepted;
      }
      if ('seed' in patch) nets.seedChanged();
      if (store.catalogue.value) {
        client
          .configureTraining({ options: trainerOptions(store) })
          .catch((error) => context.complain(error, 'notice.settingRefused'));
        training.configured();
      }
      return all;
    },
    /** @param {string | null} address  `conv2/7@12,3`, or null */
    select(address) {
      const accepted = accept('selection', address);
      if (accepted !== undefined) store.selection.value = accepted;
    },
    /** @param {import('../worker/protocol.js').TensorKind} quantity */
    showQuantity: (quantity) => void (store.quantity.value = accept('quantity', quantity) ?? store.quantity.value),
    /** @param {'forward' | 'backward' | 'field' | 'excites'} aspect */
    showAspect: (aspect) => void (store.aspect.value = accept('aspect', aspect) ?? store.aspect.value),
    /** @param {'train' | 'architecture' | 'data' | 'runs' | null} room */
    openRoom(room) {
      store.room.value = room;
      if (room === 'data') data.load('test').catch((error) => context.complain(error, 'notice.dataFailed'));
    },
    complain: context.complain,
    dismiss: () => context.say(null),
    /** Settings that came from the address (Back, Forward, an edited link). */
    follow: nets.follow,
    end() {
      team.disband();
      client.end();
    },
  };
}

/** @typedef {ReturnType<typeof createActions>} Actions */

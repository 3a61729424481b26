// Opening nets and data sets: presets, definitions, files, links, and everything anew after the worker was lost.

import { signal } from '@preact/signals-core';
import { accept, settings } from './schema.js';
import { datasets, presets, trainerOptions, weightsPath } from './nets.js';

/**
 * @typedef {object} Snapshot  what was learnt, kept when something else is opened
 * @property {Uint8Array} model
 * @property {Uint8Array | null} trainer
 * @property {number} step
 * @property {string} net
 * @property {any} definition
 * @property {string} data
 * @property {ReturnType<import('./store.js').History['copy']>} history
 * @property {import('./store.js').StepReport | null} report
 * @property {import('./store.js').WeightsOrigin} [origin]  'learnt' where nothing is said
 */

/**
 * @param {import('./actions.js').Context} context
 * @param {{trainAgain: () => Promise<void>, restored: (step: number) => void}} training
 */
export function createNetActions(context, training) {
  const { store, host, client, data, classifier, say, complain } = context;

  /** Rises with each opening: of two under way only the later one counts. */
  let generation = 0;
  /** Definitions before each Apply, for undo. @type {{net: string, definition: any}[]} */
  const earlier = [];
  const canUndoDefinition = signal(false);
  let losses = 0;

  const definition = async () => {
    const { net } = store;
    return net.value === 'custom' ? store.definition.value : (await context.architectures()).trainable[net.value];
  };

  /** The bytes of the engine; asked for at once and again after a loss. */
  const wasm = async () => {
    const module = host.wasmModule();
    return { module, wasm: await host.asset(`wasm/engine-${module}.wasm.gz`) };
  };

  /** Bytes of trained weights that the settings ask for, or null. */
  const trainedBytes = async () => {
    const path = store.net.value === 'custom' ? null : weightsPath(store.net.value, store.data.value);
    return path ? host.asset(path) : null;
  };

  /** @param {Promise<Uint8Array | null>} [weights]  when already under way */
  const open = async (weights = store.start.value === 'trained' ? trainedBytes() : Promise.resolve(null)) => {
    const mine = ++generation;
    const bytes = await weights.catch((error) => {
      complain(error, 'notice.weightsFailed');
      return null;
    });
    const fresh = bytes ? null : await definition();
    if (mine !== generation) return;
    const info = bytes
      ? await client.openModel({ bytes })
      : await client.openDefinition({ definition: fresh, seed: store.seed.value });
    if (mine !== generation) return;
    opened(info, bytes ? 'trained' : 'fresh');
    const { net, data: set, start } = store;
    if (start.value === 'trained' && net.value !== 'custom' && !weightsPath(net.value, set.value)) {
      say({ key: 'notice.noWeights', tone: 'info' });
    }
  };

  /** @param {any} info @param {import('./store.js').WeightsOrigin} origin */
  const opened = (info, origin) => {
    store.info.value = info;
    store.weightsOrigin.value = origin;
    store.report.value = null;
    store.heldOut.value = null;
    store.evaluation.value = null;
    store.history.cut(0);
    store.snapshots.value = [];
    store.flow.value = [];
    store.past.value = null;
    store.cell.value = null;
    context.lastCheckpoint = null;
    const node = store.selection.value?.split('/')[0];
    const known = info.summary.layers.some((/** @type {any} */ layer) => layer.name === node);
    if (node && !known) store.selection.value = null;
    store.status.value = 'ready';
    context.classifyAgain();
  };

  /** @returns {Promise<Snapshot | null>} what would be lost by opening something else */
  const snapshot = async () => {
    const origin = store.weightsOrigin.value;
    if (origin !== 'learnt' && origin !== 'file') return null;
    const kept = await client.checkpoint().catch(() => null);
    if (!kept) return null;
    return {
      ...kept,
      net: store.net.value,
      definition: store.definition.value,
      data: store.data.value,
      history: store.history.copy(),
      report: store.report.value,
      origin,
    };
  };

  /** @param {Snapshot} kept */
  const bringBack = async (kept) => {
    const mine = ++generation;
    const otherData = kept.data !== store.data.value;
    store.net.value = kept.net;
    store.definition.value = kept.definition;
    store.data.value = kept.data;
    say(null);
    try {
      // A restored trainer needs the set that it was made for, even if no picture has arrived.
      await (otherData ? data.open() : data.ready());
      const { model, trainer, step } = kept;
      // The buffers are handed over; the snapshot stays whole.
      const info = await client.restore({ model: model.slice(), trainer: trainer?.slice() ?? null, step });
      if (mine !== generation) return;
      opened(info, kept.origin ?? 'learnt');
      store.history.assign(kept.history);
      store.report.value = kept.report;
      if (step) store.status.value = 'paused';
      context.lastCheckpoint = { model, trainer, step };
      training.restored(step);
      if (otherData) loadFirstChunks();
    } catch (error) {
      complain(error, 'notice.openFailed');
    }
  };

  /** @param {Snapshot | null} kept */
  const offer = (kept) => {
    if (!kept) return;
    say({
      key: kept.origin === 'file' ? 'notice.fileKept' : 'notice.learntKept',
      params: { step: kept.step },
      tone: 'info',
      action: { key: 'notice.bringBack', run: () => bringBack(kept) },
    });
  };

  const loadFirstChunks = () =>
    data
      .load('train', 1)
      .then(() => data.load('test', 1))
      .catch((error) => complain(error, 'notice.dataFailed'));

  /** What differs from now becomes so, with as little as possible opened anew. @param {Record<string, any>} wanted */
  const change = async (wanted) => {
    const otherNet = 'net' in wanted && wanted.net !== store.net.value;
    const otherDefinition = 'definition' in wanted && !sameJson(wanted.definition, store.definition.value);
    const otherData = 'data' in wanted && wanted.data !== store.data.value;
    const mine = ++generation;
    const kept = await snapshot();
    if (mine !== generation) return;
    if (wanted.net) store.net.value = wanted.net;
    if (otherDefinition) store.definition.value = wanted.definition;
    if (otherData) store.data.value = wanted.data;
    say(null);
    try {
      const opening = otherData ? data.open() : null;
      await Promise.all([opening, otherNet || otherData || otherDefinition ? open() : null]);
      offer(kept);
      if (otherData) {
        if (store.testImage.value) {
          store.testImage.value = null;
          context.classifyAgain();
        }
        if (context.eagerData) loadFirstChunks();
      }
    } catch (error) {
      complain(error, 'notice.openFailed');
    }
  };

  const connect = async () => {
    const engine = wasm();
    engine.catch(() => {});
    await client.connect();
    const { catalogue, module } = await client.start(await engine);
    store.catalogue.value = catalogue;
    store.module.value = module;
    await client.configureTraining({ options: trainerOptions(store) });
  };

  return {
    opened,
    snapshot,
    offer,
    bringBack,

    async start() {
      if (!host.hasSimd()) {
        store.status.value = 'unsupported';
        return;
      }
      // The engine and the weights travel at the same time.
      const weights = store.start.value === 'trained' ? trainedBytes() : Promise.resolve(null);
      weights.catch(() => {});
      store.loading.value = { what: 'engine', loaded: 0, total: 1 };
      if (store.net.value !== 'custom' && !presets.includes(store.net.value)) {
        say({ key: 'notice.unknownNet', params: { name: store.net.value }, tone: 'warning' });
        store.net.value = settings.net.initial;
      }
      if (store.net.value === 'custom' && !store.definition.value) store.net.value = settings.net.initial;
      if (!datasets.includes(store.data.value)) store.data.value = settings.data.initial;
      try {
        await connect();
        await open(weights).catch((error) => {
          // A link may carry a definition that does not hold together: say so and open the first net instead.
          if (error?.code === 'worker_lost') throw error;
          complain(error, 'notice.openFailed');
          store.net.value = settings.net.initial;
          store.definition.value = null;
          return open();
        });
        store.loading.value = null;
        await new Promise((resolve) => host.nextFrame(() => resolve(undefined)));
        if (context.eagerData) loadFirstChunks();
      } catch (error) {
        store.loading.value = null;
        if (/** @type {any} */ (error)?.code === 'worker_lost') return;
        store.status.value = 'failed';
        complain(error, 'notice.startFailed');
      }
    },

    /** The worker is gone: another one, with everything as it was at the last checkpoint. @param {string} reason */
    async recover(reason) {
      const wasTraining = store.status.value === 'training' || store.status.value === 'waiting';
      const kept = context.lastCheckpoint;
      const origin = store.weightsOrigin.value;
      const { history } = store;
      const curves = history.copy();
      const mine = ++generation;
      store.status.value = 'lost';
      say({ key: 'notice.workerLost', params: { reason }, tone: 'warning' });
      classifier.forget();
      data.forget();
      if (++losses > 5) {
        store.status.value = 'failed';
        say({ key: 'notice.workerGone', tone: 'error' });
        return;
      }
      try {
        await connect();
        await data.open();
        if (kept) {
          const { model, trainer, step } = kept;
          const info = await client.restore({ model: model.slice(), trainer: trainer?.slice() ?? null, step });
          if (mine !== generation) return;
          opened(info, origin);
          history.assign(curves);
          history.cut(step);
          context.lastCheckpoint = kept;
          training.restored(step);
        } else {
          await open();
        }
        const step = kept?.step ?? 0;
        say({ key: 'notice.workerRestored', params: { step }, tone: 'info' });
        await data.load('train', 1);
        if (wasTraining && kept) await training.trainAgain();
        else if (step) store.status.value = 'paused';
        data.load('test', 1).catch(() => {});
      } catch (error) {
        if (/** @type {any} */ (error)?.code === 'worker_lost') return;
        store.status.value = 'failed';
        complain(error, 'notice.startFailed');
      }
    },

    /** Another data set under the net that is open. @param {string} id */
    async useData(id) {
      store.data.value = id;
      await data.open();
      if (context.eagerData) loadFirstChunks();
    },
    /** @param {string} id */
    chooseNet: (id) => change({ net: id, definition: null }),
    /** @param {string} id */
    chooseData: (id) => change({ data: id }),
    trainedWeights: async () => {
      store.start.value = 'trained';
      const kept = await snapshot();
      await open().catch((error) => complain(error, 'notice.openFailed'));
      say(null);
      offer(kept);
    },

    /**
     * A net from JSON text. Nothing changes when it is refused.
     * @param {string} text
     * @param {{keep?: boolean}} [options]  keep: weights of layers that stay as they are
     * @returns {Promise<{ok: true} | {ok: false, message: string, path: string, line: number}>}
     */
    async applyDefinition(text, { keep = false } = {}) {
      const mine = ++generation;
      try {
        const kept = await snapshot();
        // As text: the engine names the line of a syntax error, as it names the layer of any other.
        const info = await client.openDefinition({ definition: text, seed: store.seed.value, keep });
        if (mine !== generation) return { ok: true };
        earlier.push({ net: store.net.value, definition: store.definition.value });
        canUndoDefinition.value = true;
        store.net.value = 'custom';
        store.definition.value = info.definition;
        const { layers } = info.kept;
        opened(info, layers.length ? 'learnt' : 'fresh');
        say(null);
        // Should the worker be lost, what was kept is not.
        if (layers.length) context.lastCheckpoint = await client.checkpoint();
        if (layers.length) say({ key: 'notice.weightsKept', params: { names: layers.join(', ') }, tone: 'info' });
        offer(kept);
        return { ok: true };
      } catch (error) {
        return { ok: false, ...refusalOf(error) };
      }
    },
    canUndoDefinition,
    async undoDefinition() {
      const before = earlier.pop();
      canUndoDefinition.value = earlier.length > 0;
      if (before) await change(before);
    },

    /** A new seed makes new weights, where none have been learnt. */
    seedChanged() {
      if (store.weightsOrigin.value !== 'fresh' || store.status.value === 'training') return;
      client
        .reset({ seed: store.seed.value })
        .then((info) => opened(info, 'fresh'))
        .catch((error) => complain(error, 'notice.openFailed'));
    },

    /** @param {Record<string, any>} wanted  all settings, as an address says them */
    async follow(wanted) {
      for (const name of /** @type {import('./schema.js').SettingName[]} */ (Object.keys(settings))) {
        if (['net', 'definition', 'data', 'strokes'].includes(name)) continue;
        const value = accept(name, wanted[name]);
        if (value !== undefined) store[name].value = value;
      }
      const { net, definition: custom } = wanted;
      const known = net === 'custom' ? custom : presets.includes(net);
      await change({
        ...(known ? { net, definition: net === 'custom' ? custom : null } : {}),
        ...(datasets.includes(wanted.data) ? { data: wanted.data } : {}),
      });
    },
  };
}

/** What the engine has against a definition, and where. @param {any} error */
export function refusalOf({ message, path = '' }) {
  return { message, path, line: Number(/\bline (\d+)/.exec(message)?.[1] ?? 0) };
}

/** @param {any} a @param {any} b */
function sameJson(a, b) {
  return JSON.stringify(a) === JSON.stringify(b);
}

// The shelf of runs: what a training was made with and how it went, kept for comparison and for doing it again.

import { settings } from './schema.js';
import { thin } from '../widgets/series.js';

const kKey = 'runs';
const kMost = 24;
/** Buckets of a kept curve; thin() takes two points of each. */
const kBuckets = 200;

/** What makes a run what it is: same values, same numbers. */
export const runSettings = /** @type {const} */ ([
  'net',
  'definition',
  'data',
  'start',
  'trainFrom',
  'seed',
  'optimizer',
  'learningRate',
  'momentum',
  'weightDecay',
  'batchSize',
  'workers',
  'trainer',
]);

/** @typedef {{x: number[], y: number[]}} Series */
/**
 * @typedef {object} Run
 * @property {number} id
 * @property {Record<string, any>} settings
 * @property {number} parameters
 * @property {number} step
 * @property {number} epoch
 * @property {number} seconds        of training
 * @property {number | null} heldOut  accuracy at the end
 * @property {number | null} loss
 * @property {Record<'loss' | 'accuracy' | 'heldOutLoss' | 'heldOutAccuracy', Series>} curves
 */

/** @param {import('./actions.js').Context} context */
export function createRuns({ store, host, say }) {
  const keep = async () => {
    const outlives = await host.storage.set(kKey, store.runs.value);
    if (!outlives && !store.notice.value) say({ key: 'notice.runsInMemory', tone: 'info' });
  };

  return {
    /** Those of earlier visits. */
    async bring() {
      const kept = await host.storage.get(kKey);
      if (Array.isArray(kept)) store.runs.value = [...kept.filter(isRun), ...store.runs.value].slice(-kMost);
    },

    /** The training of now, as it stands. */
    pin() {
      const { history, report, heldOut, info } = store;
      if (!report.value || history.steps.length === 0) return;
      const id = 1 + Math.max(0, ...store.runs.value.map((run) => run.id));
      /** @type {Run} */
      const run = {
        id,
        settings: Object.fromEntries(runSettings.map((name) => [name, store[name].value])),
        parameters: info.value.summary.parameters,
        step: report.value.step,
        epoch: report.value.epoch,
        seconds: report.value.seconds ?? 0,
        heldOut: heldOut.value?.accuracy ?? null,
        loss: report.value.loss,
        curves: {
          loss: thin(history.steps, history.loss, kBuckets),
          accuracy: thin(history.steps, history.accuracy, kBuckets),
          heldOutLoss: thin(history.heldOutSteps, history.heldOutLoss, kBuckets),
          heldOutAccuracy: thin(history.heldOutSteps, history.heldOutAccuracy, kBuckets),
        },
      };
      store.runs.value = [...store.runs.value, run].slice(-kMost);
      return keep();
    },

    /** @param {number} id */
    remove(id) {
      store.runs.value = store.runs.value.filter((run) => run.id !== id);
      return keep();
    },
  };
}

/** @param {any} value */
function isRun(value) {
  return Number.isInteger(value?.id) && typeof value.settings === 'object' && Array.isArray(value.curves?.loss?.x);
}

/**
 * The settings in which runs differ: only these are worth a column.
 * @param {readonly {settings: Record<string, any>}[]} runs
 */
export function differing(runs) {
  const text = (/** @type {any} */ run, /** @type {string} */ name) =>
    JSON.stringify(run.settings[name] ?? settings[/** @type {import('./schema.js').SettingName} */ (name)].initial);
  return runSettings.filter((name) => new Set(runs.map((run) => text(run, name))).size > 1);
}

// Training and evaluation, and what the worker reports about them.

import { trainerOptions } from './nets.js';

/** Chunks of test pictures that hold the thousand of the held-out sample. */
const kHeldOutChunks = 2;

/**
 * @param {import('./actions.js').Context} context
 * @param {ReturnType<typeof import('./net-actions.js').createNetActions>} nets
 * @param {ReturnType<typeof import('./keep.js').createKeep>} keep
 * @param {ReturnType<typeof import('./team.js').createTeam>} team
 */
export function createTraining(context, nets, keep, team) {
  const { store, client, data, say, complain } = context;

  const busy = () => store.status.value === 'training' || store.status.value === 'waiting';
  const able = () => ['ready', 'paused', 'diverged'].includes(store.status.value);

  /** Fresh weights when the trained ones stand there, unless the user wants to go on from them. */
  const prepare = async () => {
    if (store.weightsOrigin.value === 'trained' && store.trainFrom.value === 'fresh') {
      const info = await client.reset({ seed: store.seed.value });
      nets.opened(info, 'fresh');
      say({
        key: 'notice.freshWeights',
        params: { seed: String(store.seed.value) },
        tone: 'info',
        action: { key: 'notice.trainedWeights', run: () => nets.trainedWeights() },
      });
    }
  };

  const train = async () => {
    if (busy()) return;
    if (store.status.value !== 'lost' && !able()) return;
    const again = store.status.value === 'lost';
    store.status.value = 'waiting';
    store.room.value ??= 'train';
    if (store.notice.value?.tone === 'error') say(null);
    try {
      if (!again) await prepare();
      store.weightsOrigin.value = 'learnt';
      store.status.value = 'waiting';
      await data.load('train', 1);
      await team.gather();
      await client.configureTraining({ options: trainerOptions(store) });
      if (store.status.value !== 'waiting') return;
      await client.train();
      store.status.value = 'training';
      loadRest();
    } catch (error) {
      if (/** @type {any} */ (error)?.code !== 'worker_lost') store.status.value = 'paused';
      complain(error, 'notice.trainFailed');
    }
  };

  /** Enough test pictures for the held-out sample, and all there is to train on. */
  const loadRest = () => {
    const failed = (/** @type {any} */ error) => complain(error, 'notice.dataFailed');
    data.load('test', kHeldOutChunks).catch(failed);
    data.load('train').catch(failed);
  };

  const pause = async () => {
    if (!busy()) return;
    store.status.value = 'paused';
    await client.pause().catch((error) => complain(error, 'notice.trainFailed'));
  };

  /** @param {import('./store.js').StepReport} report */
  const take = (report) => {
    store.report.value = report;
    store.history.add(report.step, report.loss, report.accuracy, report.learningRate);
  };

  return {
    train,
    pause,
    toggle: () => (busy() ? pause() : train()),
    /** Options have changed. */
    configured: () => busy() && team.assist(),
    /** The connection is back: what training waits for is asked for again. */
    reconnected() {
      if (busy()) loadRest();
    },

    /** @param {{goOn?: boolean}} [how]  goOn: with the weights that are there, whatever "train from" says */
    async step({ goOn = false } = {}) {
      if (busy()) return pause();
      if (!able()) return;
      store.room.value ??= 'train';
      try {
        if (!goOn) await prepare();
        store.weightsOrigin.value = 'learnt';
        await data.load('train', 1);
        await team.gather();
        while ((await client.step()).waiting && (await data.more('train')));
        if (store.status.value === 'ready') store.status.value = 'paused';
      } catch (error) {
        complain(error, 'notice.trainFailed');
      }
    },

    async reset() {
      if (!store.info.value) return;
      try {
        const wereTrained = store.weightsOrigin.value === 'trained';
        const kept = await nets.snapshot();
        const info = await client.reset({ seed: store.seed.value });
        nets.opened(info, 'fresh');
        say(null);
        nets.offer(kept);
        if (wereTrained) {
          const action = { key: 'notice.trainedWeights', run: () => nets.trainedWeights() };
          say({ key: 'notice.reset', params: { seed: String(store.seed.value) }, tone: 'info', action });
        }
      } catch (error) {
        complain(error, 'notice.trainFailed');
      }
    },

    async evaluate() {
      if (!store.info.value) return;
      const { evaluation } = store;
      if (evaluation.value && !evaluation.value.done) return;
      const step = store.report.value?.step ?? 0;
      const total = store.datasetProgress.value.test.total;
      const before = evaluation.value;
      evaluation.value = {
        step,
        complete: true,
        done: false,
        seen: 0,
        total,
        errors: 0,
        accuracy: 0,
        loss: 0,
        confusion: [],
      };
      try {
        await data.load('test');
        evaluation.value = await client.evaluate({ limit: 0 });
      } catch (error) {
        if (evaluation.value && !evaluation.value.done) evaluation.value = before;
        complain(error, 'notice.evaluateFailed');
      }
    },

    /** The worker stands at this step again. @param {number} step */
    restored(step) {
      const { report } = store;
      if (report.value && report.value.step > step) report.value = { ...report.value, step };
    },

    /** @param {string} event @param {any} message */
    onEvent(event, message) {
      switch (event) {
        case 'report':
          take(message);
          if (store.status.value === 'waiting') store.status.value = 'training';
          break;
        case 'heldOut':
          store.heldOut.value = message;
          store.history.addHeldOut(message.step, message.loss, message.accuracy, message.seconds);
          break;
        case 'evaluation':
          store.evaluation.value = message;
          break;
        case 'snapshots':
          store.snapshots.value = message;
          break;
        case 'flow':
          store.flow.value = [...store.flow.value, message];
          break;
        case 'prediction':
          store.prediction.value = message;
          break;
        case 'teamLost':
          team.lose(message.reason);
          break;
        case 'checkpoint':
          context.lastCheckpoint = message;
          if (store.status.value === 'paused') keep.save(message);
          break;
        case 'stopped':
          if (message.reason === 'waiting') {
            if (store.status.value === 'training') store.status.value = 'waiting';
          } else if (message.reason === 'diverged') {
            store.status.value = 'diverged';
            const params = { step: message.step, rate: String(store.learningRate.value) };
            say({ key: 'notice.diverged', params, tone: 'error' });
          } else if (message.reason === 'early') {
            store.status.value = 'paused';
            say({ key: 'notice.stoppedEarly', params: { step: message.step }, tone: 'info' });
          } else {
            store.status.value = 'paused';
            say({ key: 'notice.trainFailed', params: { reason: message.message }, tone: 'error' });
          }
          break;
      }
    },
  };
}

// What a person takes away and brings back: model files, definitions, links.

import { datasets } from './nets.js';
import { kFirstSample, samples } from '../draw/samples.js';
import { encodeAddress } from './url.js';

const kMaxModelBytes = 256 * 1024 * 1024;
const kMaxDefinitionBytes = 1024 * 1024;

/**
 * @param {import('./actions.js').Context} context
 * @param {ReturnType<typeof import('./net-actions.js').createNetActions>} nets
 */
export function createFiles(context, nets) {
  const { store, host, client, say, complain } = context;

  /** What is written into the file beside the weights. */
  const record = () => {
    const { report, evaluation, data, seed, optimizer, learningRate, batchSize, weightDecay } = store;
    return {
      ...(store.info.value?.record ?? {}),
      data: data.value,
      ...(report.value && {
        step: report.value.step,
        epoch: report.value.epoch,
        loss: report.value.loss,
        seed: seed.value,
        optimizer: optimizer.value,
        learning_rate: learningRate.value,
        batch_size: batchSize.value,
        weight_decay: weightDecay.value,
      }),
      ...(evaluation.value?.done && evaluation.value.complete && { test_accuracy: evaluation.value.accuracy }),
    };
  };

  return {
    async saveModel() {
      if (!store.info.value) return;
      try {
        const { bytes } = await client.saveModel({ record: record() });
        const step = store.report.value?.step;
        const name = `${store.net.value}-${store.data.value}${step ? `-${step}` : ''}.cnn`;
        host.download(name, bytes);
        say({ key: 'notice.saved', params: { name }, tone: 'good' });
      } catch (error) {
        complain(error, 'notice.saveFailed');
      }
    },

    /**
     * A model file or a definition. What is open stays when the file is refused.
     * @param {File} file
     */
    async loadFile(file) {
      const refuse = (/** @type {string} */ key, /** @type {any} */ params) =>
        say({ key, params: { name: file.name, ...params }, tone: 'error' });
      if (file.size > kMaxModelBytes) return refuse('notice.fileLarge', { limit: kMaxModelBytes >> 20 });
      let bytes;
      try {
        bytes = new Uint8Array(await file.arrayBuffer());
      } catch (error) {
        return refuse('notice.fileUnreadable', { reason: String(/** @type {any} */ (error).message) });
      }
      if (isDefinition(bytes)) {
        if (bytes.length > kMaxDefinitionBytes) return refuse('notice.fileLarge', { limit: 1 });
        const result = await nets.applyDefinition(new TextDecoder().decode(bytes));
        if (!result.ok) refuse('notice.fileRefused', { reason: result.message });
        else say({ key: 'notice.fileOpened', params: { name: file.name }, tone: 'good' });
        return;
      }
      try {
        const kept = await nets.snapshot();
        const info = await client.openModel({ bytes });
        // Without the presets it is a net of one's own.
        const presets = await context.architectures().catch(() => null);
        const trainable = presets?.trainable ?? {};
        const known = Object.keys(trainable).find((id) => sameNet(trainable[id], info.definition));
        store.net.value = known ?? 'custom';
        store.definition.value = known ? null : info.definition;
        nets.opened(info, 'file');
        // Should the worker be lost, the file is not asked for again.
        context.lastCheckpoint = await client.checkpoint();
        const { data: trainedOn } = info.record ?? {};
        if (datasets.includes(trainedOn) && trainedOn !== store.data.value) await nets.useData(trainedOn);
        say({ key: 'notice.fileOpened', params: { name: file.name }, tone: 'good' });
        nets.offer(kept);
      } catch (error) {
        if (/** @type {any} */ (error)?.code === 'worker_lost') return;
        refuse('notice.fileRefused', { reason: /** @type {any} */ (error).message });
      }
    },

    /** The state as a hash, language included: the receiver sees what the sender sees. */
    share: () => encodeAddress(store, { strokes: samples[kFirstSample], language: undefined }),
  };
}

/** JSON, unless it is a net with weights, as ConvNetJS saves it. @param {Uint8Array} bytes */
function isDefinition(bytes) {
  const head = new TextDecoder().decode(bytes.subarray(0, 1024)).trimStart();
  return /^[{[]/.test(head) && !head.includes('"layer_type"');
}

/** Whether two definitions have the same layers, as written. @param {any} a @param {any} b */
function sameNet(a, b) {
  const layers = (/** @type {any} */ each) => JSON.stringify([each?.layers, each?.layer_defs, each?.scaling]);
  return layers(a) === layers(b);
}

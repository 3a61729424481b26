// Which nets and data sets the page offers.

import architectures from 'virtual:architectures';
import weights from 'virtual:weights';

/** From the plainest to the deepest; presets that are not named here come after, in the order of their ids. */
const order = ['softmax', 'mlp', 'lenet5', 'keras-mnist', 'convnetjs-mnist', 'mini-alexnet', 'mini-vgg', 'mini-inception', 'mini-resnet'];

/** @param {string} id */
const place = (id) => (order.includes(id) ? order.indexOf(id) : order.length);

export const presets = [...architectures].sort((a, b) => place(a) - place(b) || (a < b ? -1 : 1));

export const datasets = ['mnist', 'fashion-mnist'];

/**
 * The file of trained weights, if the site has one.
 * @param {string} net
 * @param {string} data
 */
export function weightsPath(net, data) {
  return weights.includes(`${net}-${data}`) ? `weights/${net}-${data}.cnn.gz` : null;
}

/**
 * Options of the trainer, as the engine calls them: all of them, so that what goes back to its beginning does so there.
 * @param {import('./store.js').Store} store
 */
export function trainerOptions(store) {
  /** @type {Record<string, any>} */
  const others = {};
  /** @type {Record<string, any>} */
  const augment = {};
  for (const field of store.catalogue.value?.trainer ?? []) others[field.key] = field.default;
  for (const field of store.catalogue.value?.augment ?? []) augment[field.key] = field.default;
  for (const [key, value] of Object.entries(store.trainer.value)) {
    if (key.startsWith('augment.')) augment[key.slice('augment.'.length)] = value;
    else others[key] = value;
  }
  return {
    ...others,
    augment,
    optimizer: store.optimizer.value,
    learning_rate: store.learningRate.value,
    momentum: store.momentum.value,
    weight_decay: store.weightDecay.value,
    batch_size: store.batchSize.value,
    seed: store.seed.value,
  };
}

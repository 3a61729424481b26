// What the page knows of the optimisers beyond the engine's catalogue: which options each reads (engine/kernels/update.h
// has the rules), and the learning rate that it is usually begun with.

/**
 * The usual rates are those of the papers, where these name one (Adadelta: Zeiler 2012; Adam: Kingma & Ba 2015; AdamW:
 * Loshchilov & Hutter 2019), else what Keras and PyTorch begin with.
 * @type {Record<string, {rate: number, reads: string[]}>}
 */
const kOptimizers = {
  sgd: { rate: 0.01, reads: [] },
  momentum: { rate: 0.01, reads: ['momentum'] },
  nesterov: { rate: 0.01, reads: ['momentum'] },
  adagrad: { rate: 0.01, reads: ['epsilon'] },
  adadelta: { rate: 1, reads: ['rho', 'epsilon'] },
  rmsprop: { rate: 0.001, reads: ['rho', 'epsilon'] },
  adam: { rate: 0.001, reads: ['beta1', 'beta2', 'epsilon'] },
  adamw: { rate: 0.001, reads: ['beta1', 'beta2', 'epsilon'] },
};
const kRead = new Set(Object.values(kOptimizers).flatMap(({ reads }) => reads));

/** Undefined for an optimiser that is newer than the page. @param {string} optimizer */
export function usualRate(optimizer) {
  return kOptimizers[optimizer]?.rate;
}

/**
 * Whether an option says anything to the training that these settings describe.
 * @param {string} key  of the catalogue
 * @param {{optimizer: string, trainer: Readonly<Record<string, any>>}} settings
 */
export function applies(key, { optimizer, trainer }) {
  const { schedule = 'constant' } = trainer;
  if (key === 'schedule_steps') return schedule !== 'constant';
  if (key === 'schedule_factor') return schedule === 'step';
  return !kRead.has(key) || !kOptimizers[optimizer] || kOptimizers[optimizer].reads.includes(key);
}

/**
 * The settings that change with the optimiser: a learning rate that nobody has chosen becomes the usual one.
 * @param {string} optimizer @param {{optimizer: string, learningRate: number}} before
 */
export function withOptimizer(optimizer, before) {
  const followed = before.learningRate === usualRate(before.optimizer) ? usualRate(optimizer) : undefined;
  return followed === undefined ? { optimizer } : { optimizer, learningRate: followed };
}

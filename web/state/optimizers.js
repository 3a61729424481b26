// What the choice of an optimiser or a schedule brings with it, as the engine's catalogue has it.

/** @typedef {import('../../wasm/js/types.js').Field} Field */

/**
 * The learning rate that an optimiser is usually begun with.
 * @param {Field[]} fields  of the trainer
 * @param {string} optimizer
 */
export function usualRate(fields, optimizer) {
  return fields.find(({ key }) => key === 'learning_rate')?.usual?.[optimizer];
}

/**
 * Whether an option says anything to the training that these options describe.
 * @param {Field} field
 * @param {Readonly<Record<string, any>>} options  all of the trainer's
 */
export function applies({ only = {} }, options) {
  return Object.entries(only).every(([key, choices]) => choices.includes(options[key]));
}

/**
 * The settings that change with the optimiser: a learning rate that nobody has chosen becomes the usual one.
 * @param {Field[]} fields  of the trainer
 * @param {string} optimizer
 * @param {{optimizer: string, learningRate: number}} before
 */
export function withOptimizer(fields, optimizer, before) {
  const followed = before.learningRate === usualRate(fields, before.optimizer) ? usualRate(fields, optimizer) : undefined;
  return followed === undefined ? { optimizer } : { optimizer, learningRate: followed };
}

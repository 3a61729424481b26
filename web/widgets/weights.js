// Which weights of a net belong to a channel, and how they make a picture.

import { stageOf, stagesOf } from './stages.js';

/** @typedef {import('./stages.js').LayerSummary} LayerSummary */
/**
 * @typedef {object} Weights
 * @property {string} address  for people: conv2/kernel[…, 7]
 * @property {string} tensor   for the engine: conv2/kernel
 * @property {[number, number, number]} shape  of the picture
 * @property {(all: Float32Array) => Float32Array} pick  this channel's from all
 */

/**
 * The weights that make a channel, as a picture: kernels of a convolution; of a dense unit, one weight for each value
 * of the maps before it. Told from the rank of the tensor, which the roles fix: [kh, kw, I, O] and [I, units].
 * @param {any} summary @param {LayerSummary} layer @param {number} channel
 * @returns {Weights | null}
 */
export function weightsOf(summary, layer, channel) {
  const stages = stagesOf(summary.layers);
  const stage = stageOf(stages, layer.name);
  const [lead] = stage?.nodes ?? [];
  if (!stage || !lead || (lead.role !== 'convolution' && lead.role !== 'dense')) return null;
  const rank = lead.role === 'convolution' ? 4 : 2;
  const tensor = lead.tensors.find(({ shape }) => shape.length === rank);
  if (!tensor) return null;
  const outputs = /** @type {number} */ (tensor.shape.at(-1));
  if (channel >= outputs) return null;
  const source = stages[stage.sources[0].stage].shown.shape;
  /** @type {[number, number, number]} */
  const shape = rank === 4 ? [tensor.shape[0], tensor.shape[1], tensor.shape[2]] : source;
  const count = shape[0] * shape[1] * shape[2];
  if (count * outputs !== tensor.count) return null;
  return {
    address: `${lead.name}/${tensor.name}[…, ${channel}]`,
    tensor: `${lead.name}/${tensor.name}`,
    shape,
    pick: (all) => Float32Array.from({ length: count }, (_, i) => all[i * outputs + channel]),
  };
}

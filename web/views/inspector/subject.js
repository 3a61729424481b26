// What the inspector is about: the selected layer, channel or unit, with what belongs to it.

import { parseAddress } from '../../widgets/format.js';
import { stageOf, stagesOf } from '../../widgets/stages.js';
import { weightsOf } from '../../widgets/weights.js';

/** @typedef {import('../../widgets/stages.js').LayerSummary} LayerSummary */
/**
 * @typedef {object} Subject
 * @property {LayerSummary} layer
 * @property {LayerSummary} lead  the layer that an activation or normalisation belongs to; else the layer itself
 * @property {number} [channel]
 * @property {number} [row]
 * @property {number} [column]
 * @property {import('../../widgets/weights.js').Weights | null} weights
 */

/** @param {any} summary @param {string | null} selection @returns {Subject | null} */
export function subjectOf(summary, selection) {
  const address = parseAddress(selection);
  const layer = summary?.layers.find((/** @type {LayerSummary} */ { name }) => name === address?.node);
  if (!address || !layer) return null;
  const channel = address.channel !== undefined && address.channel < layer.shape[2] ? address.channel : undefined;
  const inside =
    channel !== undefined && (address.row ?? 0) < layer.shape[0] && (address.column ?? 0) < layer.shape[1];
  const { row, column } = inside ? address : { row: undefined, column: undefined };
  const lead = stageOf(stagesOf(summary.layers), layer.name)?.nodes[0] ?? layer;
  const weights = channel === undefined ? null : weightsOf(summary, layer, channel);
  return { layer, lead, channel, row, column, weights };
}

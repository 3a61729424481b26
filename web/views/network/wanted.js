// What the worker has to send with each prediction: what the columns in sight show, and what is selected.

import { parseAddress } from '../../widgets/format.js';

/** @typedef {import('../../worker/protocol.js').TensorRef} TensorRef */

/**
 * @param {import('./layout.js').Column[]} columns
 * @param {Pick<import('../../state/store.js').Store, 'quantity' | 'selection' | 'info'>} store
 * @returns {TensorRef[]}
 */
export function wantedTensors(columns, { quantity, selection, info }) {
  /** @type {Map<string, TensorRef>} */
  const wanted = new Map();
  const want = (/** @type {TensorRef} */ { kind, address }) => wanted.set(`${kind} ${address}`, { kind, address });
  for (const { stage } of columns) want(/** @type {any} */ (stage.picture));
  const node = parseAddress(selection.value)?.node;
  const layer = info.value?.summary.layers.find((/** @type {any} */ { name }) => name === node);
  if (layer) {
    want({ kind: 'activation', address: layer.name });
    if (quantity.value.endsWith('gradient') && layer.role !== 'head') want({ kind: 'gradient', address: layer.name });
  }
  return [...wanted.values()];
}

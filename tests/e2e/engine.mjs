// What the page shows is compared with a net of the engine itself, in node.

import assert from 'node:assert/strict';

/** @typedef {import('../../wasm/js/types.js').LayerSummary} LayerSummary */
/** @typedef {import('../../wasm/js/handles.js').Net} Net */

/** @param {LayerSummary[]} layers @param {string} name @returns {LayerSummary} */
export function layerOf(layers, name) {
  const layer = layers.find((each) => each.name === name);
  assert.ok(layer, name);
  return layer;
}

/**
 * The value at an address such as conv2.relu/7@4,2; a unit of a vector needs no position.
 * @param {Net} net @param {string} address @param {'activation' | 'gradient'} [kind]
 */
export function valueAt(net, address, kind = 'activation') {
  const [, node, channel, row = '0', column = '0'] = /** @type {string[]} */ (
    /^([^/]+)\/(\d+)(?:@(\d+),(\d+))?$/.exec(address)
  );
  const [, w, c] = layerOf(net.info().summary.layers, node).shape;
  return net.tensor(kind, node)[(Number(row) * w + Number(column)) * c + Number(channel)];
}

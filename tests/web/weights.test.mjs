import assert from 'node:assert/strict';
import { test } from 'node:test';
import { weightsOf } from '../../web/widgets/weights.js';

/** @typedef {import('../../web/widgets/stages.js').LayerSummary} LayerSummary */

/**
 * @param {string} name @param {string} role @param {string[]} inputs @param {[number, number, number]} shape
 * @param {LayerSummary['tensors']} [tensors]
 * @returns {LayerSummary}
 */
const node = (name, role, inputs, shape, tensors = []) => ({
  name,
  path: `/layers/${name}`,
  type: role,
  role,
  inputs,
  shape,
  tensors,
  parameters: 0,
  macs: 0,
  activation_bytes: 0,
  attributes: {},
});
/** @param {string} name @param {number[]} shape */
const tensor = (name, shape) => ({ name, shape, count: shape.reduce((a, b) => a * b), trainable: true });
const summary = {
  layers: [
    node('in', 'input', [], [8, 8, 2]),
    node('c', 'convolution', ['in'], [6, 6, 4], [tensor('kernel', [3, 3, 2, 4]), tensor('bias', [4])]),
    node('c.r', 'activation', ['c'], [6, 6, 4]),
    node('p', 'pooling', ['c.r'], [3, 3, 4]),
    node('f', 'reshape', ['p'], [1, 1, 36]),
    node('d', 'dense', ['f'], [1, 1, 5], [tensor('kernel', [36, 5]), tensor('bias', [5])]),
  ],
};
/** @param {string} name @param {number} channel */
function of(name, channel) {
  const layer = summary.layers.find((each) => each.name === name);
  assert.ok(layer);
  return weightsOf(summary, layer, channel);
}

test('a channel of a convolution: its kernel, one picture for each map before it', () => {
  const weights = of('c.r', 3);
  assert.ok(weights);
  assert.equal(weights.tensor, 'c/kernel');
  assert.deepEqual(weights.shape, [3, 3, 2]);
  const all = Float32Array.from({ length: 72 }, (_, i) => i);
  assert.deepEqual([...weights.pick(all).slice(0, 3)], [3, 7, 11]);
  assert.equal(weights.pick(all).length, 18);
});

test('a dense unit: one weight for each value of the maps before it', () => {
  const weights = of('d', 2);
  assert.ok(weights);
  assert.deepEqual(weights.shape, [3, 3, 4]);
  const all = Float32Array.from({ length: 180 }, (_, i) => i);
  assert.deepEqual([...weights.pick(all).slice(0, 2)], [2, 7]);
});

test('layers without such weights have none', () => {
  assert.equal(of('p', 0), null);
  assert.equal(of('in', 0), null);
  assert.equal(of('c', 9), null, 'a channel that does not exist');
});

// Every layer against PyTorch in both modules: outputs, gradients of the inputs and of the parameters, by PyTorch's rule for
// float32. tests/engine/layers/golden_test.cpp does the same inside the engine; here the code is the one that the page runs.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { fileUrl, runnableModules, sharedEngine } from './support.mjs';

/** @typedef {[number, number]} Place  first number and count in the file */
/**
 * @typedef {object} Case
 * @property {any} layer
 * @property {'training' | 'inference'} mode
 * @property {number} batch
 * @property {[number, number, number][]} shapes  of the inputs
 * @property {Place[]} input
 * @property {Place[]} parameter
 * @property {Place} output
 * @property {Place} [output_gradient]  heads start from labels instead
 * @property {number[]} [labels]
 * @property {number} [loss]
 * @property {Place[]} input_gradient
 * @property {(Place | null)[]} parameter_gradient
 */

/** @type {{cases: Case[]}} */
const { cases } = JSON.parse(readFileSync(fileUrl('tests/golden/layers.json'), 'utf8'));
const file = readFileSync(fileUrl('tests/golden/layers.bin'));
const numbers = new Float64Array(file.buffer.slice(file.byteOffset, file.byteOffset + file.length));

/** @param {Place} place */
const golden = ([first, count]) => numbers.subarray(first, first + count);
/** One image of a batch. @param {Place} place @param {number} image @param {number} batch */
function ofImage(place, image, batch) {
  const size = place[1] / batch;
  return golden(place).subarray(image * size, (image + 1) * size);
}
/** @param {number[]} list */
const product = (list) => list.reduce((size, extent) => size * extent, 1);

/** @param {ArrayLike<number>} actual @param {ArrayLike<number>} expected @param {string} name */
function assertClose(actual, expected, name) {
  assert.equal(actual.length, expected.length, name);
  for (let i = 0; i < actual.length; i++) {
    const allowed = 1e-5 + 1.3e-6 * Math.abs(expected[i]);
    assert.ok(Math.abs(actual[i] - expected[i]) <= allowed, `${name}[${i}]: ${actual[i]}, PyTorch ${expected[i]}`);
  }
}

/**
 * A net around the layer "y": its inputs "x0", "x1" … are cut out of one column of numbers. Behind it, unless it is a head,
 * one dense unit "end" whose kernel is the gradient that y shall get, and a loss that hands the unit's miss back to it.
 * @param {Case} item
 */
function netAround({ layer, shapes, labels }) {
  const total = shapes.reduce((sum, shape) => sum + product(shape), 0);
  /** @type {any[]} */
  const layers = [{ type: 'input', name: 'all', shape: [total, 1, 1] }];
  let before = 0;
  shapes.forEach((shape, i) => {
    const after = total - before - product(shape);
    layers.push({ type: 'crop', inputs: ['all'], margin: [before, after, 0, 0] });
    layers.push({ type: 'reshape', name: `x${i}`, shape });
    before += product(shape);
  });
  layers.push({ ...layer, name: 'y', inputs: shapes.map((_, i) => `x${i}`) });
  if (!labels) {
    layers.push({ type: 'flatten' }, { type: 'dense', name: 'end', units: 1 }, { type: 'squared_error' });
  }
  return { layers };
}

/** The API runs nets as they answer: what batches make of a norm in training is seen in golden.test.mjs. @param {Case} item */
const runs = ({ layer, mode }) => mode === 'inference' || !['batch_norm', 'batch_instance_norm'].includes(layer.type);

/** @param {import('./support.mjs').Engine} engine @param {Case} item */
function check(engine, item) {
  const { layer, batch, labels, loss } = item;
  const net = engine.createNet(netAround(item));
  const { tensors } = net.info().summary.layers.find(({ name }) => name === 'y') ?? { tensors: [] };
  tensors.forEach(({ name }, i) => net.setParameter(`y/${name}`, Float32Array.from(golden(item.parameter[i]))));
  /** Σ over the images. @type {(Float64Array | null)[]} */
  const sums = item.parameter_gradient.map((place) => place && new Float64Array(place[1]));
  let mean = 0;
  for (let image = 0; image < batch; image++) {
    const says = `${JSON.stringify(layer)}, image ${image}: `;
    const expected = ofImage(item.output, image, batch);
    if (item.output_gradient) {
      const wanted = ofImage(item.output_gradient, image, batch);
      net.setParameter('end/kernel', Float32Array.from(wanted));
      // The unit's target is 1: it shall miss it by about 1.
      net.setParameter('end/bias', Float32Array.of(2 - wanted.reduce((sum, g, i) => sum + g * expected[i], 0)));
    }
    net.forward(Float32Array.from(item.input.flatMap((place) => [...ofImage(place, image, batch)])), 1);
    assertClose(net.tensor('activation', 'y'), expected, `${says}output`);
    const told = net.backward(Uint8Array.of(labels ? labels[image] : 0));
    mean += told / batch / (layer.weight ?? 1);
    // What y's gradient was multiplied by: the miss, and for a head that the loss is the mean over the batch.
    const factor = labels ? batch : net.tensor('activation', 'end')[0] - 1;
    item.input_gradient.forEach((place, i) => {
      const gradient = net.tensor('gradient', `x${i}`).map((value) => value / factor);
      assertClose(gradient, ofImage(place, image, batch), `${says}gradient of input ${i}`);
    });
    tensors.forEach(({ name }, i) => {
      const sum = sums[i];
      if (sum) net.tensor('parameter_gradient', `y/${name}`).forEach((value, k) => (sum[k] += value / factor));
    });
  }
  tensors.forEach(({ name }, i) => {
    const place = item.parameter_gradient[i];
    if (place) assertClose(/** @type {Float64Array} */ (sums[i]), golden(place), `${JSON.stringify(layer)}: gradient of ${name}`);
  });
  if (loss !== undefined) assertClose([mean], [loss], `${JSON.stringify(layer)}: loss`);
  net.destroy();
}

for (const module of runnableModules) {
  const types = new Set(cases.map(({ layer }) => layer.type));
  for (const type of types) {
    const items = cases.filter((item) => item.layer.type === type && runs(item));
    test(`${module}: ${type} as PyTorch has it, ${items.length} cases`, () => {
      assert.ok(items.length > 0);
      for (const item of items) check(sharedEngine(module), item);
    });
  }
}

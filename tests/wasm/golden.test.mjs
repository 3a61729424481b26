// A whole net against PyTorch, through the boundary: three steps with each optimiser, the loss and all parameters after
// each. The rule is PyTorch's for float32. (Activations and gradients of this net are compared in tests/engine: there
// batch normalisation can be seen in training mode.)

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { fileUrl, runnableModules, sharedEngine } from './support.mjs';

const { head, cases } = JSON.parse(readFileSync(fileUrl('tests/golden/training.json'), 'utf8'));
const file = readFileSync(fileUrl('tests/golden/training.bin'));
const numbers = new Float64Array(file.buffer.slice(file.byteOffset, file.byteOffset + file.length));

/** @param {[number, number]} place */
const golden = ([first, count]) => numbers.subarray(first, first + count);
/** @param {[number, number]} place */
const floats = (place) => Float32Array.from(golden(place));

/** @param {ArrayLike<number>} actual @param {ArrayLike<number>} expected @param {string} name */
function assertClose(actual, expected, name) {
  assert.equal(actual.length, expected.length, name);
  for (let i = 0; i < actual.length; i++) {
    const allowed = 1e-5 + 1.3e-6 * Math.abs(expected[i]);
    assert.ok(Math.abs(actual[i] - expected[i]) <= allowed, `${name}[${i}]: ${actual[i]}, PyTorch ${expected[i]}`);
  }
}

const parameters = /** @type {[string, [number, number]][]} */ (Object.entries(head.parameters));

for (const module of runnableModules) {
  const engine = sharedEngine(module);
  const makeNet = () => {
    const net = engine.createNet(head.definition);
    for (const [address, place] of parameters) net.setParameter(address, floats(place));
    return net;
  };

  for (const { options, steps } of cases) {
    test(`${module}: ${JSON.stringify(options)}`, () => {
      const net = makeNet();
      const trainer = engine.createTrainer(net, null, options);
      steps.forEach((/** @type {any} */ step, /** @type {number} */ i) => {
        const report = trainer.stepOn(floats(head.images[i]), Uint8Array.from(head.labels[i]));
        assertClose([/** @type {number} */ (report.loss)], [step.loss], `loss of step ${i + 1}`);
        assertClose(net.tensor('parameter', 'norm1/running_mean'), golden(step.running_mean), 'running mean');
        for (const [address, place] of /** @type {[string, [number, number]][]} */ (Object.entries(step.parameters))) {
          assertClose(net.tensor('parameter', address), golden(place), `${address} after step ${i + 1}`);
        }
      });
      trainer.destroy();
      net.destroy();
    });
  }
}

import assert from 'node:assert/strict';
import test from 'node:test';
import { createFlow, rootMeanSquare, updateRatio } from '../../web/worker/flow.js';
import { loadEngine } from '../../wasm/js/engine.js';
import { architecture, makeIdx, moduleBytes } from '../wasm/support.mjs';

test('root mean square, and the update as a share of the weights', () => {
  assert.equal(rootMeanSquare(Float32Array.of(3, -4, 0, 0)), 2.5);
  assert.equal(rootMeanSquare(new Float32Array(0)), 0);
  const before = [Float32Array.of(3, 0), Float32Array.of(4)];
  const after = [Float32Array.of(3, 0.5), Float32Array.of(4)];
  assert.equal(updateRatio(before, after), 0.1);
  assert.equal(updateRatio([], []), null);
  assert.equal(updateRatio([Float32Array.of(0)], [Float32Array.of(1)]), null, 'no share of nothing');
});

test('measurements are dense at first, then ever further apart in steps and at least so much in time', () => {
  let time = 0;
  const flow = createFlow(() => time);
  assert.equal(flow.due(1), true);
  const engine = loadEngine({ bytes: moduleBytes('simd128') });
  const net = engine.createNet(architecture('mlp'), { seed: 1 });
  const set = engine.createDataset({ shape: [28, 28, 1], classes: 10 });
  set.append(makeIdx(40, { size: 28, classes: 10, seed: 1 }));
  const { summary } = net.info();
  const trainer = engine.createTrainer(net, set, { optimizer: 'sgd', learning_rate: 0.1 });
  const before = flow.weights(net, summary);
  trainer.step();
  const point = flow.measure(net, summary, before, set, 1000);
  assert.equal(point.activation.length, summary.layers.length);
  summary.layers.forEach((layer, i) => {
    assert.ok(Number.isFinite(point.activation[i]), layer.name);
    const trained = layer.tensors.some((tensor) => tensor.trainable);
    assert.equal(typeof point.ratio[i] === 'number' && /** @type {number} */ (point.ratio[i]) > 0, trained, layer.name);
    assert.equal(point.gradient[i] === null, summary.heads.includes(layer.name), layer.name);
  });
  time = 100;
  assert.equal(flow.due(2000), false, 'too soon');
  time = 1000;
  assert.equal(flow.due(1010), false, 'too near');
  assert.equal(flow.due(1100), true);
  flow.forget();
  assert.equal(flow.due(1), true);
});

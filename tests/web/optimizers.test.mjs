import assert from 'node:assert/strict';
import test from 'node:test';
import { loadEngine } from '../../wasm/js/index.js';
import { applies, usualRate, withOptimizer } from '../../web/state/optimizers.js';
import { makeIdx, smallNet } from '../wasm/support.mjs';

const { trainer } = loadEngine({ module: 'simd128' }).describe();
/** @param {string} key */
function fieldOf(key) {
  const field = trainer.find((each) => each.key === key);
  assert.ok(field, key);
  return field;
}
const { choices: optimizers = [] } = fieldOf('optimizer');

test('every optimiser of the engine has a usual learning rate that the engine takes', () => {
  const { least = 0, most = 0 } = fieldOf('learning_rate');
  assert.ok(optimizers.length > 0);
  for (const name of optimizers) {
    const rate = Number(usualRate(name));
    assert.ok(rate > least && rate < most, name);
  }
});

test('a learning rate that nobody chose follows the optimiser, a chosen one stays', () => {
  assert.deepEqual(withOptimizer('adadelta', { optimizer: 'adam', learningRate: 0.001 }), { optimizer: 'adadelta', learningRate: 1 });
  assert.deepEqual(withOptimizer('adam', { optimizer: 'adadelta', learningRate: 1 }), { optimizer: 'adam', learningRate: 0.001 });
  assert.deepEqual(withOptimizer('adadelta', { optimizer: 'adam', learningRate: 0.02 }), { optimizer: 'adadelta' });
  assert.deepEqual(withOptimizer('newer', { optimizer: 'adam', learningRate: 0.001 }), { optimizer: 'newer' });
});

/** The update of one weight that the engine makes with these options. @param {any} options */
function updated(options) {
  const engine = loadEngine({ module: 'simd128' });
  const net = engine.createNet(smallNet, { seed: 1 });
  const data = engine.createDataset({ shape: [8, 8, 1], classes: 3, expected: 8 });
  data.append(makeIdx(8));
  const made = engine.createTrainer(net, data, { batch_size: 2, learning_rate: 0.1, ...options });
  for (let i = 0; i < 3; i++) made.step();
  return Array.from(net.tensor('parameter', 'dense1/kernel'));
}

test('an option is offered exactly to the optimisers whose update it changes', () => {
  for (const optimizer of optimizers) {
    const plain = updated({ optimizer });
    for (const [key, other] of Object.entries({ momentum: 0.5, rho: 0.5, beta1: 0.5, beta2: 0.5, epsilon: 0.5 })) {
      const changes = String(updated({ optimizer, [key]: other })) !== String(plain);
      assert.equal(applies(key, { optimizer, trainer: {} }), changes, `${key} and ${optimizer}`);
    }
  }
});

test('the length and the drop of a schedule are offered where there is one', () => {
  const at = (/** @type {string} */ key, /** @type {string} */ schedule) => applies(key, { optimizer: 'sgd', trainer: { schedule } });
  assert.ok(!applies('schedule_steps', { optimizer: 'sgd', trainer: {} }));
  assert.deepEqual(['step', 'cosine', 'one_cycle'].map((name) => at('schedule_steps', name)), [true, true, true]);
  assert.deepEqual(['step', 'cosine', 'one_cycle'].map((name) => at('schedule_factor', name)), [true, false, false]);
  assert.ok(applies('warmup_steps', { optimizer: 'sgd', trainer: {} }), 'a warm-up needs none');
});

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
    const rate = Number(usualRate(trainer, name));
    assert.ok(rate > least && rate < most, name);
  }
});

test('a learning rate that nobody chose follows the optimiser, a chosen one stays', () => {
  assert.deepEqual(withOptimizer(trainer, 'adadelta', { optimizer: 'adam', learningRate: 0.001 }), { optimizer: 'adadelta', learningRate: 1 });
  assert.deepEqual(withOptimizer(trainer, 'adam', { optimizer: 'adadelta', learningRate: 1 }), { optimizer: 'adam', learningRate: 0.001 });
  assert.deepEqual(withOptimizer(trainer, 'adadelta', { optimizer: 'adam', learningRate: 0.02 }), { optimizer: 'adadelta' });
  assert.deepEqual(withOptimizer(trainer, 'newer', { optimizer: 'adam', learningRate: 0.001 }), { optimizer: 'newer' });
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

/** Whether an option is offered exactly where it changes the update. @param {Record<string, any>} options @param {string} key @param {number} other */
function offeredWhereRead(options, key, other) {
  const changes = String(updated({ ...options, [key]: other })) !== String(updated(options));
  assert.equal(applies(fieldOf(key), options), changes, `${key} and ${JSON.stringify(options)}`);
}

test('an option is offered exactly to the optimisers whose update it changes', () => {
  for (const optimizer of optimizers) {
    for (const key of ['momentum', 'rho', 'beta1', 'beta2', 'epsilon']) offeredWhereRead({ optimizer }, key, 0.5);
  }
});

test('the length and the drop of a schedule are offered where there is one', () => {
  const { choices: schedules = [] } = fieldOf('schedule');
  assert.ok(schedules.length > 1);
  for (const schedule of schedules) {
    offeredWhereRead({ optimizer: 'sgd', schedule, schedule_steps: 2 }, 'schedule_steps', 3);
    offeredWhereRead({ optimizer: 'sgd', schedule, schedule_steps: 2 }, 'schedule_factor', 0.5);
    assert.ok(applies(fieldOf('warmup_steps'), { schedule }), 'a warm-up needs none');
  }
});

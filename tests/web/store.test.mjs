import assert from 'node:assert/strict';
import test from 'node:test';
import { History, createStore } from '../../web/state/store.js';
import { accept, settings } from '../../web/state/schema.js';

test('every setting is a signal of the store with the initial value of the schema', () => {
  const store = createStore();
  for (const [name, { initial }] of Object.entries(settings)) {
    assert.deepEqual(store[/** @type {keyof typeof settings} */ (name)].value, initial, name);
  }
  assert.equal(createStore({ seed: 5 }).seed.value, 5);
});

test('every initial value is one that the setting may have', () => {
  for (const [name, { initial }] of Object.entries(settings)) {
    assert.notEqual(accept(/** @type {keyof typeof settings} */ (name), initial), undefined, name);
  }
});

test('impossible values are refused', () => {
  for (const value of [NaN, Infinity, -1, '0.1', null, undefined])
    assert.equal(accept('learningRate', value), undefined);
  for (const value of [0, 1.5, 5000]) assert.equal(accept('batchSize', value), undefined);
  assert.equal(accept('learningRate', 1000), 1000, 'large is allowed: one may see it explode');
  assert.equal(accept('learningRate', 1001), undefined, 'the engine allows no more');
  assert.equal(accept('selection', 'conv2/7@12,3'), 'conv2/7@12,3');
  assert.equal(accept('selection', 'conv2/7@12'), undefined);
  assert.equal(accept('strokes', [[[1, NaN]]]), undefined);
});

test('curves forget what came after a step, and say that they changed', () => {
  const history = new History();
  for (let step = 1; step <= 10; step++) history.add(step, 1 / step, step / 10, 0.1);
  history.addHeldOut(5, 0.5, 0.9, 1);
  history.addHeldOut(10, 0.4, 0.96, 2);
  const version = history.version.value;
  history.cut(7);
  assert.equal(history.steps.length, 7);
  assert.deepEqual(history.heldOutSteps, [5]);
  assert.deepEqual(history.reached, [{ goal: 0.9, step: 5, seconds: 1 }]);
  assert.equal(history.learningRate.length, 7);
  assert.ok(history.version.value > version);
  history.cut(0);
  assert.equal(history.loss.length, 0);
});

test('a copy of the curves is whole and apart', () => {
  const history = new History();
  history.add(1, 2, 0.5, 0.1);
  const copy = history.copy();
  history.add(2, 1, 0.6, 0.1);
  history.assign(copy);
  assert.deepEqual(history.steps, [1]);
});

test('a long training stays drawable and keeps its ends', () => {
  const history = new History();
  for (let step = 1; step <= 50000; step++) history.add(step, 2, 0.5, 0.1);
  assert.ok(history.steps.length <= 8192);
  assert.equal(history.steps[history.steps.length - 1], 50000);
  assert.ok(history.steps.every((step, i) => i === 0 || step > history.steps[i - 1]));
  assert.ok(history.loss.every((loss) => loss === 2));
  assert.equal(history.learningRate.length, history.steps.length);
});

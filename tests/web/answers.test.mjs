import assert from 'node:assert/strict';
import test from 'node:test';
import { chosen } from '../../web/widgets/answers.js';
import { differing } from '../../web/state/runs.js';

const answers = {
  classes: Uint8Array.of(1, 2, 3, 3, 2),
  labels: Uint8Array.of(1, 1, 3, 1, 1),
  losses: Float32Array.of(0.1, 2, 0.4, 5, 3),
};

test('mistakes and bare successes with the largest loss first, or all in their order', () => {
  assert.deepEqual(chosen(answers, 'mistakes', null), [3, 4, 1]);
  assert.deepEqual(chosen(answers, 'unsure', null), [2, 0]);
  assert.deepEqual(chosen(answers, 'all', null), [0, 1, 2, 3, 4]);
});

test('a cell of the confusion matrix opens its pictures alone', () => {
  assert.deepEqual(chosen(answers, 'mistakes', [1, 2]), [4, 1]);
  assert.deepEqual(chosen(answers, 'mistakes', [3, 3]), [2]);
  assert.deepEqual(chosen(answers, 'all', [2, 1]), []);
});

test('runs are told apart by the settings that differ, an absent one being as at the beginning', () => {
  const run = (/** @type {any} */ settings) => ({ settings: { net: 'mlp', seed: 1, ...settings } });
  assert.deepEqual(differing([run({}), run({})]), []);
  assert.deepEqual(differing([run({}), run({ seed: 2, learningRate: 0.1 })]), ['seed', 'learningRate']);
  assert.deepEqual(differing([run({}), run({ batchSize: 32 })]), []);
  assert.deepEqual(differing([run({})]), []);
});

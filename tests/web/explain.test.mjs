// Questions about the kept input, through client, dispatcher and session with the real engine.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { createClient } from '../../web/worker/client.js';
import { makeIdx, smallNet } from '../wasm/support.mjs';
import { startSession } from './support/session.mjs';

/** @param {import('node:test').TestContext} t */
async function openClient(t) {
  const client = createClient({
    startWorker: async () => startSession(),
    clock: { every: () => () => {} },
    onEvent: () => {},
    onLost: () => {},
  });
  t.after(client.end);
  await client.connect();
  const wasm = readFileSync(new URL('../../build/wasm/engine-simd128.wasm', import.meta.url));
  await client.start({ wasm: new Uint8Array(wasm), module: 'simd128' });
  await client.openDefinition({ definition: smallNet, seed: 1 });
  const dataset = { id: 'small', shape: [8, 8, 1], classes: 3, train_total: 96, test_total: 0 };
  await client.openDataset({ dataset });
  await client.appendChunk({ id: 'small', part: 'train', bytes: makeIdx(96) });
  return client;
}

test('a question before there is an input is refused', async (t) => {
  const client = await openClient(t);
  await assert.rejects(client.explain({ query: { about: 'statistics' } }), /nothing to explain/);
});

test('answers are about the kept input and the weights of now', async (t) => {
  const client = await openClient(t);
  const query = { about: 'position', node: 'dense1', channel: 2 };
  const tensors = ['flatten_1', 'dense1'].map((address) => ({ kind: 'activation', address }));
  const shown = await client.classify({ input: { part: 'train', index: 5 }, tensors });
  const before = await client.explain({ query });
  assert.equal(before.answer.kind, 'products');
  assert.equal(Math.fround(before.answer.result), shown.tensors[1].values[2]);
  assert.deepEqual(before.arrays.value.slice(0, 36), shown.tensors[0].values);

  // Training changes the weights, a reset draws them anew: the input is still the same picture.
  await client.step();
  const after = await client.explain({ query });
  assert.notEqual(after.answer.result, before.answer.result);
  await client.reset({ seed: 1 });
  assert.equal((await client.explain({ query })).answer.result, before.answer.result);
  // Another net of the same shape has not seen the picture yet.
  await client.openDefinition({ definition: smallNet, seed: 1 });
  assert.equal((await client.explain({ query })).answer.result, before.answer.result);
});

test('weights travel when they change, gradients each time', async (t) => {
  const client = await openClient(t);
  const tensors = [
    { kind: 'parameter', address: 'dense1/kernel' },
    { kind: 'gradient', address: 'dense1' },
    { kind: 'parameter_gradient', address: 'dense1/bias' },
  ];
  const kinds = async () => {
    const answer = await client.classify({ input: { part: 'train', index: 5 }, tensors });
    return answer.tensors.map((/** @type {any} */ { kind }) => kind);
  };
  const all = tensors.map(({ kind }) => kind);
  assert.deepEqual(await kinds(), all);
  assert.deepEqual(await kinds(), all.slice(1), 'the same weights');
  await client.step();
  assert.deepEqual(await kinds(), all.slice(1), 'the step itself has told them');
  await client.reset({ seed: 2 });
  assert.deepEqual(await kinds(), all);

  // p − y at the logits, y being the picture's own class.
  const { tensors: told, probabilities, label } = await client.classify({ input: { part: 'train', index: 5 }, tensors });
  told[0].values.forEach((/** @type {number} */ gradient, /** @type {number} */ i) =>
    assert.ok(Math.abs(gradient - (probabilities[i] - (i === label ? 1 : 0))) < 1e-6),
  );
});

test('a refusal travels with its place', async (t) => {
  const client = await openClient(t);
  await client.classify({ input: { part: 'train', index: 0 }, tensors: [] });
  await assert.rejects(client.explain({ query: { about: 'position', node: 'dense2' } }), { code: 'not_found' });
  await assert.rejects(client.explain({ query: { about: 'position', node: 'dense1', channel: 3 } }), {
    code: 'invalid_value',
    message: /Got row 0, column 0, channel 3 of 3/,
  });
});

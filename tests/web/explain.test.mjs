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

test('the step that comes next is told before it is taken', async (t) => {
  const client = await openClient(t);
  const query = { about: 'update', parameter: 'conv1/bias', element: 1 };
  const { answer } = await client.explain({ query, source: 'step' });
  const bias = async () => (await client.tensor({ kind: 'parameter', address: 'conv1/bias' })).values[1];
  assert.equal(await bias(), Math.fround(answer.before));
  await client.step();
  assert.equal(await bias(), Math.fround(answer.after));
  const { arrays } = await client.explain({ query: { about: 'batch' }, source: 'step' });
  assert.equal(arrays.images.length, 32 * 64);
});

test('top patches over slices are those of the whole', async (t) => {
  const client = await openClient(t);
  const query = { node: 'conv1', channel: 2, count: 96, images: 1000 };
  const { patches, images } = await client.topPatches({ query });
  assert.equal(images, 96);
  assert.deepEqual(
    patches.map((/** @type {any} */ patch) => patch.index).sort((/** @type {number} */ a, /** @type {number} */ b) => a - b),
    Array.from({ length: 96 }, (_, i) => i),
  );
  for (let i = 1; i < 96; i++) assert.ok(patches[i].value <= patches[i - 1].value);
  const few = await client.topPatches({ query: { ...query, count: 4 }, part: 'train' });
  assert.deepEqual(few.patches, patches.slice(0, 4));
  await client.classify({ input: { part: 'train', index: patches[0].index }, maps: ['conv1'] });
  const { row, column, value } = patches[0];
  const there = await client.explain({ query: { about: 'position', node: 'conv1', row, column, channel: 2 } });
  assert.ok(Math.abs(there.answer.result - value) < 1e-6);
});

// Training by several workers, on the real engine: sessions that talk by ports.

import assert from 'node:assert/strict';
import test from 'node:test';
import { Worker } from 'node:worker_threads';
import { loadEngine } from '../../wasm/js/engine.js';
import { createBell, kBellNumbers } from '../../web/worker/bell.js';
import { createTeam, cutBatch, serveReplica } from '../../web/worker/team.js';
import { makeIdx, moduleBytes, sameBits } from '../wasm/support.mjs';

const definition = {
  layers: [
    { type: 'input', shape: [8, 8, 1] },
    { type: 'conv2d', name: 'conv1', filters: 4, activation: 'relu' },
    { type: 'flatten' },
    { type: 'dropout', name: 'drop', rate: 0 },
    { type: 'dense', name: 'logits', units: 3 },
    { type: 'softmax' },
  ],
};
const withDropout = structuredClone(definition);
withDropout.layers[3].rate = 0.3;
/** @type {import('../../wasm/js/types.js').TrainerOptions} */
const options = { optimizer: 'adam', learning_rate: 0.01, batch_size: 10, seed: 3 };

/** A trainer with a net and pictures of its own. @param {any} [of]  the definition */
function start(of = definition) {
  const engine = loadEngine({ bytes: moduleBytes('simd128') });
  const net = engine.createNet(of, { seed: 5 });
  const data = engine.createDataset({ shape: [8, 8, 1], classes: 3, expected: 64 });
  data.append(makeIdx(64, { size: 8, classes: 3, seed: 1 }));
  return { net, trainer: engine.createTrainer(net, data, options) };
}

/** @typedef {import('node:test').TestContext} TestContext */

/** Replicas in this thread. @param {TestContext} t @param {number} replicas @param {string[]} [lost] */
function gather(t, replicas, lost = []) {
  const team = createTeam((reason) => lost.push(reason), false);
  /** @type {MessagePort[]} */
  const far = [];
  for (let i = 0; i < replicas; i++) {
    const { port1, port2 } = new MessageChannel();
    serveReplica(port1, loadEngine({ bytes: moduleBytes('simd128') }));
    team.join(port2);
    far.push(port1);
  }
  t.after(() => {
    team.dismiss();
    for (const port of far) port.close();
  });
  return { team, far };
}

/**
 * Replicas in threads of their own, and what is said to them by message.
 * @param {TestContext} t @param {number} replicas @param {boolean} shared @param {string[]} [lost]
 */
async function gatherThreads(t, replicas, shared, lost = []) {
  const team = createTeam((reason) => lost.push(reason), shared);
  /** @type {any[]} */
  const said = [];
  /** @type {Worker[]} */
  const threads = [];
  for (let i = 0; i < replicas; i++) {
    const { port1, port2 } = new MessageChannel();
    const thread = new Worker(new URL('support/replica-thread.mjs', import.meta.url), {
      workerData: { port: port1 },
      transferList: [/** @type {any} */ (port1)],
    });
    threads.push(thread);
    await new Promise((resolve) => thread.once('message', resolve));
    const post = port2.postMessage.bind(port2);
    port2.postMessage = (/** @type {any} */ message, /** @type {any} */ transfer) => {
      const { buffer } = message.arrays?.late ?? {};
      said.push({ ...message, handed: buffer instanceof ArrayBuffer });
      post(message, transfer);
    };
    team.join(port2);
  }
  t.after(async () => {
    team.dismiss();
    for (const thread of threads) await thread.terminate();
  });
  return { team, said, threads };
}

/** @param {any} net @returns {Float32Array} */
const weights = (net) => net.tensor('parameter', '');

test('a batch is cut into equal parts, none of them empty', () => {
  assert.deepEqual(cutBatch(32, 1), [32]);
  assert.deepEqual(cutBatch(32, 3), [10, 11, 11]);
  assert.deepEqual(cutBatch(2, 4), [1, 1]);
});

for (const shared of [false, true]) {
  const memory = shared ? 'by shared memory' : 'by arrays handed over';

  test(`a team learns what one worker learns, up to rounding, ${memory}`, async (t) => {
    const alone = start();
    const together = start();
    const { team } = await gatherThreads(t, 2, shared);
    // Three epochs: the last batch of each is smaller.
    for (let step = 0; step < 21; step++) {
      const expected = alone.trainer.step();
      const result = await team.step(together.trainer, together.net, options);
      assert.deepEqual({ ...result, loss: 0 }, { ...expected, loss: 0 });
      assert.ok(Math.abs((result.loss ?? NaN) - (expected.loss ?? NaN)) < 1e-4, `${result.loss} ${expected.loss}`);
    }
    const expected = weights(alone.net);
    weights(together.net).forEach((value, i) => assert.ok(Math.abs(value - expected[i]) < 1e-3));
  });

  test(`twice the same team, twice the same weights to the bit, dropout and all, ${memory}`, async (t) => {
    const results = [];
    for (let run = 0; run < 2; run++) {
      const { net, trainer } = start(withDropout);
      const { team } = await gatherThreads(t, 2, shared);
      for (let step = 0; step < 20; step++) await team.step(trainer, net, options);
      results.push(weights(net));
    }
    assert.ok(sameBits(results[0], results[1]));
  });

  test(`arrays are made once, shared weights are written once a step, ${memory}`, async (t) => {
    const { net, trainer } = start();
    const { team, said } = await gatherThreads(t, 2, shared);
    /** How often all weights were read, into a new array and into one that was there. */
    let [made, written] = [0, 0];
    const tensor = net.tensor.bind(net);
    net.tensor = (kind, address, into) => {
      if (into) written++;
      else made++;
      return tensor(kind, address, into);
    };
    for (let step = 0; step < 5; step++) await team.step(trainer, net, options);
    assert.deepEqual([made, written], [1, shared ? 5 : 10]);
    const parts = said.filter(({ arrays }) => arrays);
    assert.ok(parts.every(({ handed }) => handed !== shared));
    if (!shared) assert.equal(parts.length, 10);
  });

  test(`options that change reach everybody, ${memory}`, async (t) => {
    const alone = start();
    const together = start();
    const { team } = await gatherThreads(t, 1, shared);
    const changed = { ...options, freeze: 'conv1' };
    for (let step = 0; step < 10; step++) {
      if (step === 5) {
        alone.trainer.configure(changed);
        together.trainer.configure(changed);
        team.configure(changed);
      }
      alone.trainer.step();
      await team.step(together.trainer, together.net, step < 5 ? options : changed);
    }
    const expected = weights(alone.net);
    weights(together.net).forEach((value, i) => assert.ok(Math.abs(value - expected[i]) < 1e-3));
  });

  test(`a thread that is gone when its part is due, ${memory}`, async (t) => {
    const alone = start();
    const together = start();
    const { team, threads } = await gatherThreads(t, 1, shared);
    for (let step = 0; step < 6; step++) {
      if (step === 3) {
        await threads[0].terminate();
        // As the page does once it notices.
        setTimeout(() => team.dismiss(), 50);
      }
      const expected = alone.trainer.step();
      const result = await team.step(together.trainer, together.net, options);
      assert.deepEqual({ ...result, loss: 0 }, { ...expected, loss: 0 });
    }
    assert.equal(team.size, 0);
    const expected = weights(alone.net);
    weights(together.net).forEach((value, i) => assert.ok(Math.abs(value - expected[i]) < 1e-3));
  });
}

test('by shared memory steps need no messages, but for a look at them now and then', async (t) => {
  const { net, trainer } = start();
  const { team, said, threads } = await gatherThreads(t, 1, true);
  const begin = performance.now();
  let steps = 0;
  let pongs = 0;
  threads[0].on('message', () => pongs++);
  while (performance.now() - begin < 1200) {
    if (steps % 100 === 0) threads[0].postMessage('ping');
    await team.step(trainer, net, options);
    steps++;
    // As the training's loop, which looks at its messages between slices.
    if (steps % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  assert.ok(steps > 200, `${steps} steps`);
  assert.ok(said.length < steps / 4, `${said.length} messages, ${steps} steps`);
  // The page takes a worker for lost that is silent for four seconds.
  assert.ok(pongs >= 2, `${pongs} answers`);
});

test('a thread that may not sleep, as that of a page itself, shares memory with a team all the same', async (t) => {
  const alone = start();
  const together = start();
  const { team } = await gatherThreads(t, 1, true);
  t.mock.method(Atomics, 'wait', () => {
    throw new TypeError('Atomics.wait cannot be called in this context');
  });
  for (let step = 0; step < 10; step++) {
    const expected = alone.trainer.step();
    const result = await team.step(together.trainer, together.net, options);
    assert.deepEqual({ ...result, loss: 0 }, { ...expected, loss: 0 });
  }
});

test('a bell is heard once for each time it was rung; who has left has to be called by message', () => {
  const numbers = new Int32Array(new SharedArrayBuffer(8 * kBellNumbers));
  createBell(numbers).ring();
  const bell = createBell(numbers, kBellNumbers);
  const far = createBell(numbers, kBellNumbers);
  assert.equal(bell.listen(1, 5), false);
  assert.equal(far.ring(), false);
  assert.equal(far.ring(), false);
  assert.equal(bell.listen(1, 0), true);
  assert.equal(bell.listen(2, 0), true);
  assert.equal(bell.leave(3), true);
  assert.equal(far.ring(), true, 'a message');
  assert.equal(bell.listen(3, 0), true);
  assert.equal(far.ring(), false, 'it is back');
  assert.equal(bell.leave(4), false, 'rung before it left');
});

test('what a member does not deliver is computed here', async (t) => {
  const alone = start();
  const shared = start();
  /** @type {string[]} */
  const lost = [];
  const { team, far } = gather(t, 2, lost);
  // One falls silent and is let go by the page, the other says that it failed.
  far[0].onmessage = () => {};
  far[1].onmessage = () => far[1].postMessage({ failed: 'out of memory' });
  setTimeout(() => team.dismiss(), 50);
  for (let step = 0; step < 5; step++) {
    const expected = alone.trainer.step();
    const result = await team.step(shared.trainer, shared.net, options);
    assert.deepEqual({ ...result, loss: 0 }, { ...expected, loss: 0 });
  }
  assert.equal(team.size, 0);
  assert.ok(lost.length <= 1);
  const expected = weights(alone.net);
  weights(shared.net).forEach((value, i) => assert.ok(Math.abs(value - expected[i]) < 1e-3));
});

test('a member that fails is told of once', async (t) => {
  const { net, trainer } = start();
  /** @type {string[]} */
  const lost = [];
  const { team, far } = gather(t, 1, lost);
  far[0].onmessage = () => far[0].postMessage({ failed: 'out of memory' });
  for (let step = 0; step < 3; step++) assert.equal((await team.step(trainer, net, options)).state, 'trained');
  assert.deepEqual(lost, ['out of memory']);
});

test('a member that fails between its two answers', async (t) => {
  const { net, trainer } = start();
  /** @type {string[]} */
  const lost = [];
  const { team, far } = gather(t, 1, lost);
  const post = far[0].postMessage.bind(far[0]);
  let answers = 0;
  far[0].postMessage = (/** @type {any} */ message, /** @type {any} */ transfer) =>
    ++answers === 6 ? post({ failed: 'out of memory' }) : post(message, transfer);
  for (let step = 0; step < 5; step++) assert.equal((await team.step(trainer, net, options)).step, step + 1);
  assert.deepEqual(lost, ['out of memory']);
});

test('another net under the team', async (t) => {
  const { team } = gather(t, 1);
  const first = start();
  await team.step(first.trainer, first.net, options);
  const other = start(withDropout);
  const result = await team.step(other.trainer, other.net, options);
  assert.equal(result.step, 1);
  // All its parameters are late ones.
  const { layers } = definition;
  const single = start({ layers: [layers[0], layers[2], ...layers.slice(4)] });
  assert.equal(single.trainer.lateFrom, 0);
  assert.equal((await team.step(single.trainer, single.net, options)).step, 1);
});

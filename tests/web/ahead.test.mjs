// Pictures that another worker changes before their step comes, on the real engine.

import assert from 'node:assert/strict';
import test from 'node:test';
import { loadEngine } from '../../wasm/js/engine.js';
import { createAhead, serveAhead } from '../../web/worker/ahead.js';
import { createTeam, serveReplica } from '../../web/worker/team.js';
import { makeIdx, moduleBytes, sameBits, smallNet } from '../wasm/support.mjs';

const kSteps = 500;

/**
 * Weights after some steps on pictures that are moved.
 * @param {import('node:test').TestContext} t
 * @param {((port: MessagePort) => void) | null} serve  who changes them; null: nobody else
 * @param {any} [of]  what the trainer does otherwise, and `shared`: whether a second worker has a part in the steps
 */
async function learn(t, serve, { shared = false, ...otherwise } = {}) {
  const engine = loadEngine({ bytes: moduleBytes('simd128') });
  const net = engine.createNet(smallNet, { seed: 5 });
  const data = engine.createDataset({ shape: [8, 8, 1], classes: 3, expected: 3000 });
  data.append(makeIdx(3000));
  /** @type {any} */
  let trainer = null;
  const ahead = createAhead(() => trainer);
  const { port1, port2 } = new MessageChannel();
  t.after(() => port2.close());
  serve?.(port1);
  if (serve) ahead.join(port2);
  const options = { batch_size: 8, augment: { shift: 1, rotate: 20 }, seed: 3 };
  trainer = Object.assign(engine.createTrainer(net, data, options), otherwise);
  const team = createTeam(() => {}, false);
  if (shared) {
    const ports = new MessageChannel();
    t.after(() => team.dismiss());
    serveReplica(ports.port1, loadEngine({ bytes: moduleBytes('simd128') }));
    team.join(ports.port2);
  }
  let taken = 0;
  const take = trainer.take.bind(trainer);
  trainer.take = (/** @type {Uint8Array} */ order) => (take(order), taken++);
  for (let step = 0; step < kSteps; step++) {
    ahead.ask();
    if (shared) await team.step(trainer, net, options);
    else trainer.step();
    // Messages come between slices of some steps.
    if (step % 7 === 6) await new Promise((resolve) => setTimeout(resolve));
  }
  return { weights: net.tensor('parameter', ''), taken };
}

const engine = () => loadEngine({ bytes: moduleBytes('simd128') });

test('pictures that another worker changes ahead of their steps make the same weights', async (t) => {
  const alone = await learn(t, null);
  const helped = await learn(t, (port) => serveAhead(port, engine()));
  assert.equal(alone.taken, 0);
  assert.ok(helped.taken >= 4, `${helped.taken} orders came back`);
  assert.ok(sameBits(alone.weights, helped.weights));
});

test('they are what the steps learn from', async (t) => {
  const alone = await learn(t, null);
  const other = await learn(t, (port) => {
    port.onmessage = ({ data }) => port.postMessage(data); // as they were
  });
  assert.ok(other.taken >= 4);
  assert.ok(!sameBits(alone.weights, other.weights));
});

test('so they are where two workers share the steps', async (t) => {
  const alone = await learn(t, null, { shared: true });
  const helped = await learn(t, (port) => serveAhead(port, engine()), { shared: true });
  assert.ok(helped.taken >= 4, `${helped.taken} orders came back`);
  assert.ok(sameBits(alone.weights, helped.weights));
});

test('steps go on when nobody answers, or nonsense comes back', async (t) => {
  const alone = await learn(t, null);
  const silent = await learn(t, () => {});
  assert.ok(sameBits(alone.weights, silent.weights));
  let orders = 0;
  const confused = await learn(t, (port) => {
    port.onmessage = () => {
      orders++;
      port.postMessage(new Uint8Array(5));
    };
  });
  assert.equal(confused.taken, 0);
  assert.equal(orders, 1, 'nothing more is asked of who answers so');
  assert.ok(sameBits(alone.weights, confused.weights));
});

test('steps go on where there is no memory to ask with', async (t) => {
  const alone = await learn(t, null);
  let asked = 0;
  const order = () => {
    asked++;
    throw new Error('could not get 1 MB.');
  };
  const poor = await learn(t, (port) => serveAhead(port, engine()), { order });
  assert.equal(asked, 1);
  assert.ok(sameBits(alone.weights, poor.weights));
});

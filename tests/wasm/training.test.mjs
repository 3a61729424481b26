// Training and evaluation through the bindings.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { loadEngine } from '../../wasm/js/index.js';
import { makeIdx, runnableModules, sameBits, sharedEngine, smallData, smallNet, thrown } from './support.mjs';

/** @typedef {import('../../wasm/js/index.js').Engine} Engine */
/** @typedef {import('../../wasm/js/handles.js').Net} Net */

/** @type {import('../../wasm/js/types.js').TrainerOptions} */
const options = { optimizer: 'adam', learning_rate: 0.01, batch_size: 16, seed: 3 };
const addresses = ['conv1/kernel', 'conv1/bias', 'dense1/kernel', 'dense1/bias'];

/** @param {Net} net */
const weights = (net) => addresses.map((address) => net.tensor('parameter', address));

/** @param {Float32Array[]} a @param {Float32Array[]} b */
const sameWeights = (a, b) => a.every((tensor, i) => sameBits(tensor, b[i]));

/** A whole training from nothing. @param {Engine} engine @param {number} steps @param {any} [more] */
function learn(engine, steps, more = {}) {
  const net = engine.createNet(smallNet, { seed: 5 });
  const data = smallData(engine, 96);
  const trainer = engine.createTrainer(net, data, { ...options, ...more });
  /** @type {number[]} */
  const losses = [];
  for (let i = 0; i < steps; i++) losses.push(/** @type {number} */ (trainer.step().loss));
  const result = { weights: weights(net), losses };
  trainer.destroy();
  data.destroy();
  net.destroy();
  return result;
}

for (const module of runnableModules) {
  const engine = sharedEngine(module);

  test(`${module}: a step shared with a replica is the step of one`, () => {
    const data = smallData(engine, 96);
    const [alone, shared, copy] = [5, 5, 8].map((seed) => engine.createNet(smallNet, { seed }));
    const trainers = [engine.createTrainer(alone, data, options), engine.createTrainer(shared, data, options)];
    const replica = engine.createTrainer(copy, null, options);
    const { lateFrom } = replica;
    const [early, late] = [lateFrom, copy.tensor('parameter', '').length - lateFrom].map((count) => new Float32Array(count));
    for (let step = 0; step < 20; step++) {
      const expected = trainers[0].step();
      assert.equal(trainers[1].begin().state, 'trained');
      const { images, labels } = trainers[1].batch();
      const own = 7;
      const size = images.length / labels.length;
      copy.setParameter('', shared.tensor('parameter', ''));
      const part = { share: (labels.length - own) / labels.length, draw: step };
      const loss = replica.share(images.subarray(own * size), labels.subarray(own), part, late);
      trainers[1].compute(0, own);
      trainers[1].drawAhead();
      trainers[1].add(late, lateFrom);
      trainers[1].addLoss(loss);
      assert.ok(trainers[1].settle());
      replica.shareRest(early);
      trainers[1].add(early, 0);
      const result = trainers[1].finish();
      assert.deepEqual({ ...result, loss: 0 }, { ...expected, loss: 0 });
      assert.ok(Math.abs(/** @type {number} */ (result.loss) - /** @type {number} */ (expected.loss)) < 1e-4);
    }
    const [a, b] = [alone, shared].map(weights);
    for (const [t, tensor] of a.entries()) tensor.forEach((value, i) => assert.ok(Math.abs(value - b[t][i]) < 1e-3));
    assert.throws(() => trainers[1].finish(), /has begun no step/);
    for (const object of [...trainers, replica, alone, shared, copy, data]) object.destroy();
  });

  test(`${module}: pictures that another engine changes before their step comes`, () => {
    const more = { ...options, batch_size: 2, augment: { shift: 1, noise: 0.1 } };
    const other = loadEngine({ module });
    /** @param {((order: Uint8Array) => Uint8Array) | null} answer */
    const learnt = (answer) => {
      const net = engine.createNet(smallNet, { seed: 5 });
      const data = engine.createDataset({ shape: [8, 8, 1], classes: 3, expected: 600 });
      data.append(makeIdx(600));
      const trainer = engine.createTrainer(net, data, more);
      let orders = 0;
      for (let step = 0; step < 400; step++) {
        const order = answer?.(trainer.order());
        if (order?.length) {
          orders++;
          trainer.take(order);
        }
        trainer.step();
      }
      assert.equal(orders, answer ? 2 : 0, 'an order for each epoch');
      assert.equal(thrown(() => trainer.take(new Uint8Array(100))).code, 'bad_file');
      const result = weights(net);
      for (const object of [trainer, data, net]) object.destroy();
      return result;
    };
    const alone = learnt(null);
    assert.ok(sameWeights(alone, learnt((order) => (order.length ? other.fulfil(order) : order))));
    assert.ok(!sameWeights(alone, learnt((order) => (order.length ? order.fill(0, order.length - 600 * 64) : order))), 'they are used');
    assert.equal(thrown(() => other.fulfil(new Uint8Array(3))).code, 'bad_file');
  });

  test(`${module}: a net learns, and the report says how far`, () => {
    const net = engine.createNet(smallNet, { seed: 1 });
    const data = smallData(engine, 96);
    const trainer = engine.createTrainer(net, data, options);
    const first = trainer.step();
    assert.deepEqual([first.state, first.step, first.epoch, first.images], ['trained', 1, 0, 16]);
    assert.equal(first.learning_rate, 0.01);
    let last = first;
    for (let i = 1; i < 60; i++) last = trainer.step();
    assert.deepEqual([last.step, last.epoch, last.epoch_end, last.images], [60, 10, true, 960]);
    assert.ok(/** @type {number} */ (last.loss) < 0.3 * /** @type {number} */ (first.loss));

    const evaluation = engine.createEvaluation(net, data, { limit: 90 });
    const half = evaluation.step(40);
    assert.deepEqual([half.done, half.seen, half.total], [false, 40, 90]);
    const report = evaluation.step(1000);
    assert.deepEqual([report.done, report.seen, report.total], [true, 90, 90]);
    assert.ok(report.accuracy > 0.95);
    assert.equal(report.errors, Math.round(90 * (1 - report.accuracy)));
    const counts = report.confusion.flat();
    assert.equal(counts.length, 9);
    assert.equal(counts.reduce((a, b) => a + b), 90);
    assert.equal(report.confusion[0][0] + report.confusion[1][1] + report.confusion[2][2], 90 - report.errors);
    const { classes, losses } = evaluation.answers();
    const wrong = [...classes].filter((each, i) => each !== data.image(i).label);
    assert.deepEqual([classes.length, losses.length, wrong.length], [90, 90, report.errors]);
    const sum = losses.reduce((a, b) => a + b);
    assert.ok(Math.abs(sum / 90 - /** @type {number} */ (report.loss)) < 1e-5);
    for (const object of [evaluation, trainer, data, net]) object.destroy();
  });

  test(`${module}: the same seed gives the same weights after 200 steps, to the bit`, () => {
    const augment = { shift: 1, rotate: 10 };
    for (const optimizer of ['adam', 'nesterov']) {
      const one = learn(engine, 200, { optimizer, augment });
      const two = learn(loadEngine({ module }), 200, { optimizer, augment });
      assert.deepEqual(one.losses, two.losses);
      assert.ok(sameWeights(one.weights, two.weights));
      assert.ok(!sameWeights(one.weights, learn(engine, 200, { optimizer, augment, seed: 4 }).weights));
    }
  });

  test(`${module}: looking inside between steps changes nothing and sees the weights of now`, () => {
    const net = engine.createNet(smallNet, { seed: 5 });
    const data = smallData(engine, 96);
    const trainer = engine.createTrainer(net, data, options);
    /** @type {Float32Array | null} */
    let before = null;
    for (let i = 0; i < 30; i++) {
      trainer.step();
      net.forwardBytes(data.image(0).pixels, 1);
      const now = net.tensor('activation', 'prediction');
      assert.ok(!before || !sameBits(before, now));
      before = now;
      net.backward(Uint8Array.of(data.image(0).label));
      net.save();
      net.info();
    }
    assert.ok(sameWeights(weights(net), learn(engine, 30).weights));
    for (const object of [trainer, data, net]) object.destroy();
  });

  test(`${module}: the batch is there as the net received it, and a share is held out`, () => {
    const net = engine.createNet(smallNet, { seed: 5 });
    const data = smallData(engine, 96);
    const trainer = engine.createTrainer(net, data, { ...options, validation: 0.25, patience: 2 });
    assert.deepEqual(trainer.batch(), { images: new Float32Array(0), labels: new Uint8Array(0) });
    trainer.step();
    const { images, labels } = trainer.batch();
    const size = images.length / labels.length;
    assert.equal(labels.length, 16);
    const known = Array.from({ length: 96 }, (_, index) => data.image(index));
    const received = (/** @type {number} */ i) => Array.from(images.subarray(i * size, (i + 1) * size), (v) => Math.round(v * 255));
    labels.forEach((label, i) => {
      const pixels = received(i);
      assert.ok(known.some((image) => image.label === label && pixels.every((value, p) => value === image.pixels[p])));
    });
    trainer.configure({ augment: { brightness: 0.5, noise: 0.2 } });
    trainer.step();
    assert.ok(!sameBits(trainer.batch().images.subarray(0, size), images.subarray(0, size)));

    const evaluation = engine.createHeldOutEvaluation(trainer);
    assert.equal(evaluation.step(1000).total, 24);
    assert.deepEqual([3, 2, 2.5, 2, 1].map((loss) => trainer.shouldStop(loss)), [false, false, false, true, false]);
    for (const object of [evaluation, trainer, data, net]) object.destroy();
  });

  test(`${module}: schedules are reported, what is frozen stays`, () => {
    const net = engine.createNet(smallNet, { seed: 5 });
    const data = smallData(engine, 96);
    const more = { schedule: /** @type {const} */ ('cosine'), schedule_steps: 4, freeze: 'conv*' };
    const trainer = engine.createTrainer(net, data, { ...options, ...more });
    const before = weights(net);
    const rates = [0, 1, 2, 3, 4].map(() => trainer.step().learning_rate);
    const expected = [0, 1, 2, 3, 4].map((step) => 0.005 * (1 + Math.cos((Math.PI * step) / 4)));
    rates.forEach((rate, i) => assert.ok(Math.abs(rate - expected[i]) < 1e-12));
    const after = weights(net);
    assert.deepEqual(after.map((tensor, i) => sameBits(tensor, before[i])), [true, true, false, false]);
    assert.match(thrown(() => trainer.configure({ freeze: 'cnv1' })).message, /matches nothing/);
    for (const object of [trainer, data, net]) object.destroy();
  });

  test(`${module}: a restored training goes on to the bit, in another engine too`, () => {
    const net = engine.createNet(smallNet, { seed: 5 });
    const data = smallData(engine, 96);
    const trainer = engine.createTrainer(net, data, options);
    for (let i = 0; i < 25; i++) trainer.step();
    const model = net.save();
    const state = trainer.checkpoint();
    const reports = [];
    for (let i = 0; i < 25; i++) reports.push(trainer.step());

    const elsewhere = loadEngine({ module });
    const copy = elsewhere.loadNet(model);
    const restored = elsewhere.createTrainer(copy, smallData(elsewhere, 96), options);
    const damaged = state.slice();
    damaged[Math.floor(damaged.length / 2)] ^= 1;
    for (const bytes of [damaged, state.subarray(0, 20), new Uint8Array(0)]) {
      assert.equal(thrown(() => restored.restore(bytes)).code, 'bad_file');
    }
    restored.restore(state);
    for (const report of reports) assert.deepEqual(restored.step(), report);
    assert.ok(sameWeights(weights(copy), weights(net)));
    for (const object of [trainer, data, net, restored, copy]) object.destroy();
  });

  test(`${module}: options change between steps, and a refused change changes nothing`, () => {
    const net = engine.createNet(smallNet, { seed: 5 });
    const data = smallData(engine, 96);
    const trainer = engine.createTrainer(net, data, options);
    trainer.step();
    trainer.configure({ learning_rate: 0 });
    const before = weights(net);
    assert.equal(trainer.step().learning_rate, 0);
    assert.ok(sameWeights(before, weights(net)));
    const refused = [
      [{ learning_rate: NaN }, 'invalid_value'],
      [{ learning_rate: -1 }, 'invalid_value'],
      [{ learning_rate: 0.1, batch_size: 1e9 }, 'invalid_value'],
      [{ learning_rate: 0.1, optimiser: 'sgd' }, 'invalid_definition'],
      [{ learning_rate: 0.1, augment: { shift: 'far' } }, 'invalid_value'],
    ];
    for (const [change, code] of /** @type {[any, string][]} */ (refused)) {
      assert.equal(thrown(() => trainer.configure(change)).code, code);
    }
    assert.match(thrown(() => trainer.configure(/** @type {any} */ ({ optimiser: 'sgd' }))).message, /"optimizer"/);
    assert.equal(trainer.step().learning_rate, 0);
    for (const object of [trainer, data, net]) object.destroy();
  });

  test(`${module}: a step waits for images that have not arrived`, () => {
    const net = engine.createNet(smallNet, { seed: 5 });
    const data = smallData(engine, 32, 96);
    assert.equal(data.count, 32);
    const trainer = engine.createTrainer(net, data, options);
    trainer.step();
    trainer.step();
    const before = weights(net);
    const waiting = trainer.step();
    assert.deepEqual([waiting.state, waiting.step], ['waiting', 2]);
    assert.ok(sameWeights(before, weights(net)));
    data.append(makeIdx(64, { seed: 2 }));
    const after = trainer.step();
    assert.deepEqual([after.state, after.step], ['trained', 3]);
    for (const object of [trainer, data, net]) object.destroy();
  });

  test(`${module}: an exploding learning rate stops with a sentence and the last good weights`, () => {
    const net = engine.createNet(smallNet, { seed: 5 });
    const data = smallData(engine, 96);
    const trainer = engine.createTrainer(net, data, { ...options, optimizer: 'sgd', learning_rate: 1000 });
    let report;
    // Dead units may make the loss constant instead; weights of this size leave the finite numbers at once.
    net.setParameter('dense1/kernel', new Float32Array(108).fill(3e38));
    for (let i = 0; i < 200; i++) {
      report = trainer.step();
      if (report.state === 'diverged') break;
    }
    assert.equal(report?.state, 'diverged');
    assert.ok((report?.message ?? '').length > 20);
    for (const tensor of weights(net)) assert.ok(tensor.every(Number.isFinite));
    for (const object of [trainer, data, net]) object.destroy();
  });

  test(`${module}: a batch of the caller`, () => {
    const net = engine.createNet(smallNet, { seed: 5 });
    const trainer = engine.createTrainer(net, null, options);
    const images = Float32Array.from({ length: 2 * 64 }, (_, i) => (i % 7) / 7);
    const first = trainer.stepOn(images, Uint8Array.of(0, 2));
    let last = first;
    for (let i = 0; i < 30; i++) last = trainer.stepOn(images, Uint8Array.of(0, 2));
    assert.equal(last.step, 31);
    assert.ok(/** @type {number} */ (last.loss) <= /** @type {number} */ (first.loss));
    assert.equal(thrown(() => trainer.stepOn(images, Uint8Array.of(0))).code, 'shape_mismatch');
    assert.equal(thrown(() => trainer.stepOn(images, Uint8Array.of(0, 3))).code, 'invalid_value');
    assert.match(thrown(() => trainer.step()).message, /no data set/);
    trainer.destroy();
    net.destroy();
  });

  test(`${module}: trainers outlive the handles they were made from`, () => {
    const net = engine.createNet(smallNet, { seed: 5 });
    const data = smallData(engine, 96);
    const trainer = engine.createTrainer(net, data, options);
    const evaluation = engine.createEvaluation(net, data);
    net.destroy();
    data.destroy();
    assert.equal(trainer.step().state, 'trained');
    assert.equal(evaluation.step(96).done, true);
    assert.equal(thrown(() => engine.createTrainer(net, data, options)).message, '[net] has been destroyed.');
    trainer.destroy();
    evaluation.destroy();
  });

  test(`${module}: broken idx files leave the set as it was`, () => {
    const data = smallData(engine, 8, 16);
    const good = makeIdx(8);
    const cases = [good.subarray(0, 300), good.subarray(0, 3), new Uint8Array(0), new Uint8Array(100), makeIdx(8, { size: 9 })];
    for (let at = 0; at < 16; at++) {
      const bad = good.slice();
      bad[at] ^= 0x80;
      cases.push(bad);
    }
    for (const bytes of cases) assert.equal(thrown(() => data.append(bytes)).name, 'EngineError');
    assert.equal(data.count, 8);
    data.append(good);
    assert.equal(data.count, 16);
    assert.deepEqual(data.image(9), { pixels: good.slice(16 + 64, 16 + 128), label: 1 });
    assert.equal(thrown(() => data.image(16)).code, 'not_found');
    data.destroy();
  });
}

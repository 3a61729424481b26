import assert from 'node:assert/strict';
import test from 'node:test';
import { createTrainingLoop } from '../../web/worker/training-loop.js';

/**
 * A loop whose clock moves by what its work is said to take.
 * `shared`: 1 where others have a part in the steps.
 * @typedef {'stepMs' | 'evaluationMs' | 'answerMs' | 'available' | 'divergeAt' | 'patience' | 'batch' | 'shared'} Option
 * @param {Partial<Record<Option, number>>} [options]
 */
function makeLoop({
  stepMs = 2,
  evaluationMs = 0.1,
  answerMs = 0,
  available = Infinity,
  divergeAt = Infinity,
  patience = Infinity,
  batch = 32,
  shared = 0,
} = {}) {
  let time = 0;
  let steps = 0;
  let arrived = available;
  /** @type {(() => void)[]} */
  const queue = [];
  /** @type {{event: string, data: any, time: number}[]} */
  const said = [];
  /** When each was ready. @type {number[]} */
  const answers = [];
  /** @type {number[]} */
  const slices = [];
  const evaluations = { made: 0, destroyed: 0 };

  const trainer = {
    shouldStop: () => --patience <= 0,
    step: () => (shared ? Promise.resolve(trainer.take()) : trainer.take()),
    take() {
      if ((steps + 1) * batch > arrived) return { state: 'waiting', step: steps, images: steps * batch };
      time += stepMs;
      if (steps + 1 >= divergeAt)
        return { state: 'diverged', step: steps, images: steps * batch, loss: null, message: 'no number' };
      steps++;
      const epochEnd = (steps * batch) % 60000 < batch;
      return {
        state: 'trained',
        step: steps,
        images: steps * batch,
        epoch_end: epochEnd,
        loss: 1 / steps,
        accuracy: 0.5,
        learning_rate: 0.1,
      };
    },
  };
  const evaluation = (/** @type {number} */ limit) => {
    evaluations.made++;
    const total = limit || 10000;
    let seen = 0;
    return {
      step(/** @type {number} */ images) {
        const now = Math.min(images, total - seen);
        seen += now;
        time += now * evaluationMs;
        return { done: seen === total, seen, total, errors: 0, accuracy: 1, loss: 0.1, confusion: [] };
      },
      answers: () => ({ classes: new Uint8Array(seen), losses: new Float32Array(seen) }),
      destroy: () => void evaluations.destroyed++,
    };
  };
  const loop = createTrainingLoop({
    now: () => time,
    later: (run) => queue.push(run),
    trainer: () => trainer,
    evaluation,
    checkpoint: () => ({ model: new Uint8Array(1), trainer: new Uint8Array(1) }),
    answer: () => {
      time += answerMs;
      answers.push(time);
    },
    trainTotal: () => 60000,
    send: (event, data) => said.push({ event, data, time }),
  });
  return {
    loop,
    said,
    answers,
    slices,
    evaluations,
    /** As somebody who waits asks for it. */
    evaluate: (limit = 0) => loop.evaluate(evaluation(limit), { complete: limit === 0, step: loop.step }),
    arrive: (/** @type {number} */ images) => {
      arrived = images;
      loop.arrived();
    },
    pending: () => queue.length,
    /** Runs slices until the time. @param {number} end */
    run(end) {
      while (time < end && queue.length) {
        const begin = time;
        queue.shift()?.();
        slices.push(time - begin);
        time += 0.2; // messages that waited
      }
    },
    /** @param {string} event */
    of: (event) => said.filter((each) => each.event === event),
  };
}

test('slices stay short, so that messages are answered', () => {
  const it = makeLoop({ stepMs: 3 });
  it.loop.start();
  it.run(5000);
  assert.ok(Math.max(...it.slices) <= 16, `longest slice ${Math.max(...it.slices)}`);
  assert.ok(it.slices.length > 300);
});

test('a step longer than a slice is one slice', () => {
  const it = makeLoop({ stepMs: 80 });
  it.loop.start();
  it.run(1000);
  assert.ok(it.slices.filter((ms) => ms > 0).every((ms) => ms < 81));
  assert.ok(it.loop.step >= 10);
});

test('reports come at most once a frame, with means and a true speed', () => {
  const it = makeLoop({ stepMs: 2, batch: 32 });
  it.loop.start();
  it.run(3000);
  const reports = it.of('report');
  assert.ok(reports.length > 30 && reports.length <= 50, String(reports.length));
  for (let i = 1; i < reports.length; i++) assert.ok(reports[i].time - reports[i - 1].time >= 60);
  const { data } = reports[reports.length - 1];
  assert.equal(data.images, data.step * 32);
  assert.equal(data.epoch, data.images / 60000);
  assert.equal(data.learningRate, 0.1);
  // 32 images each 2 ms, less what lies between the slices.
  assert.ok(data.imagesPerSecond > 14000 && data.imagesPerSecond <= 16000, String(data.imagesPerSecond));
});

test('the held-out sample comes every 200 steps and does not count as training time', () => {
  const it = makeLoop({ stepMs: 2, evaluationMs: 0.5 });
  it.loop.start();
  it.run(4000);
  const samples = it.of('heldOut');
  assert.deepEqual(
    samples.map(({ data }) => data.step),
    samples.map((_, i) => 200 * (i + 1)),
  );
  assert.ok(samples.length >= 2);
  assert.equal(samples[0].data.total, 1000);
  assert.equal(samples[0].data.complete, false);
  const reports = it.of('report');
  assert.ok(reports[reports.length - 1].data.imagesPerSecond > 13000);
  assert.ok(it.evaluations.made - it.evaluations.destroyed <= 1);
});

test('a report that an answer follows soon comes with it, so that the page is drawn once for both', () => {
  for (const answerMs of [0, 5, 8, 40]) {
    const it = makeLoop({ answerMs, evaluationMs: 0 });
    it.loop.start();
    it.run(8000);
    const reports = it.of('report').map(({ time }) => time);
    for (const time of it.answers) assert.ok(reports.includes(time), `no report with the answer at ${time}`);
    const gaps = reports.slice(1).map((time, i) => time - reports[i]);
    assert.ok(Math.min(...gaps) >= 60 - answerMs && Math.max(...gaps) < 2 * 60 + answerMs + 2 * 12, `${answerMs}: ${gaps}`);
  }
});

test('the kept input is answered again up to seventeen times a second, and for a fourteenth of the time at most', () => {
  for (const answerMs of [0, 1, 8, 40]) {
    const it = makeLoop({ answerMs });
    it.loop.start();
    it.run(8000);
    const count = it.answers.length;
    assert.ok(count <= 160 && count * answerMs <= 8000 / 13, `${count} answers of ${answerMs} ms`);
    assert.ok(count >= Math.min(100, 8000 / 20 / answerMs), `${count} answers of ${answerMs} ms`);
  }
});

test('checkpoints come every 200 steps or two seconds, but not more often than twice a second', () => {
  const fast = makeLoop({ stepMs: 0.5 });
  fast.loop.start();
  fast.run(3000);
  const times = fast.of('checkpoint').map(({ time }) => time);
  assert.ok(times.length >= 4 && times.length <= 6, String(times));
  const slow = makeLoop({ stepMs: 100 });
  slow.loop.start();
  slow.run(10000);
  assert.ok(slow.of('checkpoint').length >= 4);
});

test('pause stops at once, says where, and start goes on from there', () => {
  const it = makeLoop();
  it.loop.start();
  it.run(500);
  const step = it.loop.pause();
  assert.ok(step > 100);
  assert.equal(it.said[it.said.length - 1].event, 'checkpoint');
  it.run(1000);
  assert.equal(it.loop.step, step);
  assert.equal(it.pending(), 0);
  it.loop.start();
  it.run(1500);
  assert.ok(it.loop.step > step);
});

test('one step is one step, also while training runs', async () => {
  const it = makeLoop();
  const report = await it.loop.once();
  assert.equal(report.step, 1);
  assert.equal(report.waiting, false);
  it.loop.start();
  it.run(100);
  const step = it.loop.step;
  assert.equal((await it.loop.once()).step, step + 1);
  it.run(200);
  assert.equal(it.loop.step, step + 1, 'training is paused by it');
});

test('missing images make it wait, their arrival makes it go on', async () => {
  const it = makeLoop({ available: 320 });
  it.loop.start();
  it.run(500);
  assert.equal(it.loop.step, 10);
  assert.deepEqual(
    it.of('stopped').map(({ data }) => data.reason),
    ['waiting'],
  );
  assert.equal(it.pending(), 0, 'no busy waiting');
  assert.equal((await it.loop.once()).waiting, true);
  it.loop.start();
  it.run(520);
  it.arrive(640);
  it.run(1000);
  assert.equal(it.loop.step, 20);
});

test('a loss that is no number ends training with the last good weights answered', () => {
  const it = makeLoop({ divergeAt: 41 });
  it.loop.start();
  it.run(2000);
  assert.equal(it.loop.training, false);
  const [stopped] = it.of('stopped');
  assert.deepEqual(stopped.data, { reason: 'diverged', message: 'no number', step: 40 });
  assert.equal(it.of('report').at(-1)?.data.step, 40);
  assert.ok(it.answers.length >= 1);
});

test('training stops early when the trainer says so', () => {
  const it = makeLoop({ patience: 3 });
  it.loop.start();
  it.run(20000);
  assert.equal(it.loop.training, false);
  assert.equal(it.of('heldOut').length, 3);
  assert.equal(it.of('stopped')[0].data.reason, 'early');
});

test('the complete test goes before training and tells how far it is', async () => {
  const it = makeLoop({ evaluationMs: 0.2 });
  it.loop.start();
  it.run(200);
  const step = it.loop.step;
  const result = it.evaluate();
  it.run(5000);
  const report = await result;
  assert.equal(report.complete, true);
  assert.equal(report.seen, 10000);
  assert.equal(report.classes.length, 10000);
  assert.equal(report.step, step);
  const progress = it.of('evaluation');
  assert.ok(progress.length > 5);
  assert.ok(progress.every(({ data }, i) => i === 0 || data.seen > progress[i - 1].data.seen));
  assert.ok(it.loop.step > step, 'training went on');
});

test('another net ends what is under way', async () => {
  const it = makeLoop();
  it.loop.start();
  it.run(100);
  const result = it.evaluate();
  it.loop.forget();
  await assert.rejects(result, { code: 'changed' });
  it.run(500);
  assert.equal(it.loop.step, 0);
  assert.equal(it.evaluations.made, it.evaluations.destroyed);
});

test('who looks at other weights ends the evaluations that somebody waits for, and no others', async () => {
  const it = makeLoop({ stepMs: 1 });
  it.loop.start();
  it.run(100);
  const sample = it.evaluate(500);
  it.loop.dropEvaluations();
  await assert.rejects(sample, { code: 'changed' });
  it.run(5000);
  assert.ok(it.of('heldOut').length > 0);
  assert.ok(it.of('heldOut').every(({ data }) => data.seconds > 0.19));
});

test('after a restore the speed does not count what came before', () => {
  const it = makeLoop();
  it.loop.start();
  it.run(1000);
  const step = it.loop.pause();
  it.loop.forget(step);
  it.said.length = 0;
  it.loop.start();
  it.run(3000);
  const speeds = it.of('report').map(({ data }) => data.imagesPerSecond);
  assert.ok(speeds.length > 5 && Math.max(...speeds) <= 16500, String(Math.max(...speeds)));
});

test('a step that others have a part in: nothing else begins before it is over', async () => {
  /** @type {(() => void)[]} */
  const queue = [];
  /** @type {string[]} */
  const order = [];
  let steps = 0;
  /** @type {(() => void)[]} */
  const ends = [];
  const evaluation = {
    step: () => (order.push('evaluation'), { done: true, loss: 1 }),
    answers: () => ({}),
    destroy() {},
  };
  const loop = createTrainingLoop({
    now: () => 100 * steps,
    later: (run) => queue.push(run),
    trainer: () => ({
      step() {
        order.push('begin');
        return new Promise((resolve) =>
          ends.push(() => {
            order.push('end');
            steps++;
            resolve({ state: 'trained', step: steps, images: 8 * steps, loss: 1, accuracy: 1, learning_rate: 1 });
          }),
        );
      },
    }),
    evaluation: () => evaluation,
    checkpoint: () => ({ model: new Uint8Array(1), trainer: new Uint8Array(1) }),
    answer() {},
    trainTotal: () => 80,
    send() {},
  });
  loop.start();
  queue.shift()?.();
  assert.ok(loop.underWay instanceof Promise);
  const evaluated = loop.evaluate(evaluation, { complete: true, step: 0 });
  assert.equal(queue.length, 0, 'waits');
  ends.shift()?.();
  await loop.underWay;
  assert.equal(loop.underWay, null);
  assert.equal(loop.step, 1);
  queue.shift()?.();
  await evaluated;
  assert.deepEqual(order.slice(0, 3), ['begin', 'end', 'evaluation']);
});

test('short steps that others have a part in are several to a slice, which stays short', async () => {
  const it = makeLoop({ stepMs: 2, shared: 1 });
  it.loop.start();
  for (const steps of [5, 10]) {
    it.run(Infinity);
    while (it.loop.underWay) await it.loop.underWay;
    assert.equal(it.loop.step, steps);
    assert.equal(it.pending(), 1);
  }
});

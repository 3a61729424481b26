import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import test from 'node:test';
import './support/register.mjs';
import { createMockHost } from '../../web/host/mock.js';
import { createStore } from '../../web/state/store.js';
import { startSession, until } from './support/session.mjs';
import { readArchitectures } from '../../scripts/lib/bundle-plugins.mjs';
import { architecture, makeIdx, moduleBytes } from '../wasm/support.mjs';

const { createActions } = await import('../../web/state/actions.js');
const { presets, weightsPath } = await import('../../web/state/nets.js');

const kChunks = 4;
const kChunkImages = 200;

/** A page without a browser: mock host, real session, real engine, a small set of pictures in MNIST's size. */
function makePage({
  start = {},
  simd = true,
  cores = 1,
  storageDenied = false,
  offline = /** @returns {boolean} */ (/** @type {string} */ _path) => false,
} = {}) {
  /** @type {ReturnType<typeof startSession>[]} */
  const workers = [];
  /** @type {string[]} */
  const asked = [];
  const files = (/** @type {string} */ part, /** @type {number} */ count) =>
    Array.from({ length: count }, (_, i) => ({ file: `${part}-0${i}.idx.gz`, count: kChunkImages, bytes: 1 }));
  const host = createMockHost({
    simd,
    cores,
    storageDenied,
    async asset(path) {
      asked.push(path);
      if (offline(path)) throw new Error(`${path} could not be loaded (404).`);
      if (path.startsWith('wasm/')) return gzipSync(moduleBytes('simd128'));
      if (path === 'architectures.json') return new TextEncoder().encode(JSON.stringify(readArchitectures()));
      if (path.endsWith('manifest.json')) {
        const manifest = {
          id: path.split('/')[1],
          classes: 10,
          shape: [28, 28, 1],
          train: files('train', kChunks),
          test: files('test', 2),
          train_total: kChunks * kChunkImages,
          test_total: 2 * kChunkImages,
        };
        return new TextEncoder().encode(JSON.stringify(manifest));
      }
      if (path.startsWith('data/'))
        return gzipSync(makeIdx(kChunkImages, { size: 28, classes: 10, seed: path.length }));
      throw new Error(`${path} could not be loaded (404).`);
    },
    async startWorker() {
      const worker = startSession();
      workers.push(worker);
      return worker;
    },
  });
  const store = createStore({ net: 'mlp', start: 'fresh', ...start });
  const actions = createActions({ store, host, workerSource: '' });
  // Frames as a browser makes them.
  const frames = setInterval(() => host.frame(), 4);
  return {
    host,
    store,
    actions,
    workers,
    asked,
    async open() {
      await actions.start();
      await until(() => store.status.value !== 'loading', 'the page opens');
      if (store.status.value === 'ready') await until(() => store.prediction.value !== null, 'the first prediction');
    },
    close() {
      clearInterval(frames);
      actions.end();
    },
  };
}

/** @param {import('node:test').TestContext} t @param {Parameters<typeof makePage>[0]} [options] */
async function openPage(t, options) {
  const page = makePage(options);
  t.after(() => page.close());
  await page.open();
  return page;
}

test('the page opens: engine, net, an answer, then the first pictures', async (t) => {
  const { store, asked } = await openPage(t);
  assert.equal(store.status.value, 'ready');
  assert.equal(store.info.value.summary.output, 'prediction');
  const { probabilities, stages, tensors, values } = /** @type {any} */ (store.prediction.value);
  assert.equal(probabilities.length, 10);
  assert.ok(Math.abs(probabilities.reduce((/** @type {number} */ a, /** @type {number} */ b) => a + b) - 1) < 1e-4);
  assert.deepEqual(
    stages.map((/** @type {any} */ stage) => stage.name),
    ['ink', 'box', 'image'],
  );
  assert.deepEqual(
    tensors.map((/** @type {any} */ { kind, address }) => [kind, address]),
    store.info.value.summary.layers.map((/** @type {any} */ l) => ['activation', l.name]),
  );
  for (const { pixels } of stages) assert.equal(pixels.buffer, values.buffer, 'one buffer for all numbers');
  for (const tensor of tensors) assert.equal(tensor.values.buffer, values.buffer);
  await until(() => store.datasetProgress.value.test.loaded > 0, 'the first pictures');
  assert.ok(asked.findIndex((path) => path.startsWith('data/')) > asked.findIndex((path) => path.startsWith('wasm/')));
  assert.equal(store.datasetProgress.value.train.loaded, kChunkImages, 'only the first chunk');
});

test('a net without trained weights starts from random numbers and says so', async (t) => {
  const net = presets.find((id) => !weightsPath(id, 'mnist')) ?? '';
  const { store } = await openPage(t, { start: { net, start: 'trained' } });
  assert.equal(store.weightsOrigin.value, 'fresh');
  assert.equal(store.notice.value?.key, 'notice.noWeights');
});

test('another drawing, another answer; undo brings the old one back', async (t) => {
  const { store, actions } = await openPage(t);
  const before = store.prediction.value?.probabilities;
  actions.draw(
    [
      [
        [140, 30],
        [140, 250],
      ],
    ],
    { begin: true },
  );
  await until(() => store.prediction.value?.probabilities !== before, 'an answer');
  const line = store.prediction.value?.probabilities;
  assert.notDeepEqual(line, before);
  actions.undo();
  await until(() => store.prediction.value?.probabilities !== line, 'the old answer');
  assert.deepEqual(store.prediction.value?.probabilities, before);
});

test('training lowers the loss, streams the other chunks, and can be paused, stepped and reset', async (t) => {
  const { store, actions } = await openPage(t, { start: { learningRate: 0.003 } });
  actions.train();
  await until(() => (store.report.value?.step ?? 0) > 60, '60 steps');
  assert.equal(store.status.value, 'training');
  assert.equal(store.weightsOrigin.value, 'learnt');
  await actions.pause();
  await until(() => store.datasetProgress.value.train.loaded === kChunks * kChunkImages, 'all chunks');
  const { loss } = store.history;
  assert.ok(loss[loss.length - 1] < 0.8 * loss[0], `${loss[0]} → ${loss[loss.length - 1]}`);
  assert.ok((store.report.value?.imagesPerSecond ?? 0) > 0);
  const step = store.report.value?.step ?? 0;
  await actions.step();
  await until(() => store.report.value?.step === step + 1, 'one step');
  await actions.reset();
  assert.equal(store.status.value, 'ready');
  assert.equal(store.history.steps.length, 0);
  assert.equal(store.weightsOrigin.value, 'fresh');
  assert.equal(store.notice.value?.key, 'notice.learntKept');
  store.notice.value?.action?.run();
  await until(() => store.weightsOrigin.value === 'learnt', 'what was learnt');
  assert.equal(store.report.value?.step, step + 1);
});

test('the same seed gives the same curve', async (t) => {
  /** @type {number[][]} */
  const curves = [];
  for (let run = 0; run < 2; run++) {
    const { store, actions } = await openPage(t, { start: { seed: 11 } });
    for (let step = 1; step <= 8; step++) {
      await actions.step();
      await until(() => store.report.value?.step === step, `step ${step}`);
    }
    curves.push([...store.history.loss]);
  }
  assert.equal(curves[0].length, 8);
  assert.deepEqual(curves[0], curves[1]);
});

test('looking back shows the net as it was, and now is as if nothing had been', async (t) => {
  const { store, actions, host } = await openPage(t);
  const answer = () => [...(store.prediction.value?.probabilities ?? [])];
  await until(() => store.prediction.value !== null, 'an answer');
  const first = answer();
  for (let step = 1; step <= 12; step++) {
    await actions.step();
    await until(() => store.report.value?.step === step, `step ${step}`);
  }
  await until(() => store.snapshots.value.length === 13, 'snapshots of the first steps');
  assert.ok(store.flow.value.length > 4);
  await until(() => store.prediction.value?.step === 12, 'the answer after the last step');
  const last = answer();
  await actions.loadData('test');
  await actions.visit(0);
  await until(() => store.prediction.value?.step === 0, 'the answer before the first step');
  assert.deepEqual(answer(), first);
  host.tick(300);
  await until(() => store.evaluation.value?.step === 0 && store.evaluation.value.done, 'a test with those weights');
  assert.equal(store.evaluation.value?.complete, false);
  assert.equal(store.evaluation.value?.labels?.length, store.evaluation.value?.seen);
  await actions.step();
  await until(() => store.report.value?.step === 13, 'training goes on');
  assert.equal(store.prediction.value?.step, 0);
  await actions.visit(12);
  await until(() => store.prediction.value?.step === 12, 'the answer at step 12');
  assert.deepEqual(answer(), last);
  await actions.visit(null);
  await until(() => store.prediction.value?.step === 13, 'now');
  assert.equal(store.past.value, null);
  assert.equal(store.evaluation.value, null);
});

test('a pinned run outlives the page and can be repeated to the same numbers', async (t) => {
  const { store, actions, host } = await openPage(t, { start: { seed: 3 } });
  await actions.step();
  await until(() => store.report.value?.step === 1, 'a step');
  const loss = store.report.value?.loss;
  await actions.pinRun();
  assert.equal((await host.storage.get('runs')).length, 1);
  actions.configure({ seed: 4, learningRate: 0.5 });
  await actions.repeatRun(store.runs.value[0]);
  assert.deepEqual([store.seed.value, store.learningRate.value], [3, 0.001]);
  assert.equal(store.report.value, null);
  await actions.step();
  await until(() => store.report.value?.step === 1, 'the step again');
  assert.equal(store.report.peek()?.loss, loss);
  await actions.removeRun(store.runs.value[0].id);
  assert.deepEqual(await host.storage.get('runs'), []);
});

test('the complete test counts every picture', async (t) => {
  const { store, actions } = await openPage(t);
  await actions.evaluate();
  const report = /** @type {any} */ (store.evaluation.value);
  assert.equal(report.done, true);
  assert.equal(report.total, 2 * kChunkImages);
  assert.equal(
    report.confusion.flat().reduce((/** @type {number} */ a, /** @type {number} */ b) => a + b),
    report.total,
  );
  assert.equal(
    report.errors,
    report.total -
      report.confusion.reduce(
        (/** @type {number} */ sum, /** @type {number[]} */ row, /** @type {number} */ i) => sum + row[i],
        0,
      ),
  );
});

test('an exploding learning rate stops training with a sentence and keeps finite weights', async (t) => {
  const { store, actions } = await openPage(t, { start: { optimizer: 'sgd', learningRate: 100 } });
  actions.train();
  await until(() => store.status.value === 'diverged', 'the stop', 30000);
  assert.equal(store.notice.value?.key, 'notice.diverged');
  await until(() => Boolean(store.prediction.value?.probabilities.every(Number.isFinite)), 'finite weights');
  actions.configure({ learningRate: 0.01 });
  actions.train();
  await until(() => store.status.value === 'training', 'training again');
  await actions.pause();
});

test('a setting that cannot be is refused and nothing changes', async (t) => {
  const { store, actions } = await openPage(t);
  assert.equal(actions.configure({ learningRate: NaN }), false);
  assert.equal(store.learningRate.value, 0.001);
  assert.equal(actions.configure({ batchSize: 64, learningRate: 0.01 }), true);
  assert.equal(store.notice.value, null);
});

test('a worker that dies in training is replaced, from the last checkpoint', async (t) => {
  const { store, actions, workers, host } = await openPage(t);
  actions.train();
  await until(() => (store.report.value?.step ?? 0) > 30, 'training');
  await actions.pause();
  const saved = store.report.value?.step ?? 0;
  await new Promise((resolve) => setTimeout(resolve, 50));
  actions.train();
  await until(() => (store.report.value?.step ?? 0) > saved + 3, 'training');
  workers[0].die();
  for (let second = 0; second < 6; second++) host.tick(1000);
  assert.equal(store.status.value, 'lost');
  await until(() => store.status.value === 'training', 'the restart');
  assert.equal(workers.length, 2);
  assert.equal(store.notice.value?.key, 'notice.workerRestored');
  const restarted = Number(store.notice.value?.params?.step);
  assert.ok(restarted >= saved, `restarted from ${restarted}, saved at ${saved}`);
  await until(() => (store.report.value?.step ?? 0) > restarted + 10, 'training goes on');
  await actions.pause();
});

test('a worker that ends with an error while nothing was learnt opens the same net again', async (t) => {
  const { store, workers } = await openPage(t);
  const before = store.prediction.value?.probabilities;
  const worker = /** @type {any} */ (workers[0]);
  worker.onerror({ message: 'out of memory' });
  assert.equal(store.status.value, 'lost');
  await until(() => store.status.value === 'ready', 'the restart');
  await until(() => store.prediction.value?.probabilities !== before, 'an answer');
  assert.deepEqual(store.prediction.value?.probabilities, before, 'the seed gives the same weights');
});

test('training gathers as many workers as there are cores to spare, and goes on without one that dies', async (t) => {
  const { store, actions, workers } = await openPage(t, { cores: 3 });
  assert.equal(workers.length, 1, 'nobody waits for work that may never come');
  actions.train();
  await until(() => (store.report.value?.step ?? 0) > 10, 'training');
  assert.equal(workers.length, 2);
  /** @type {any} */ (workers[1]).onerror({ message: 'out of memory' });
  await until(() => store.notice.value?.key === 'notice.teamLost', 'the sentence');
  const { step } = /** @type {any} */ (store.report.value);
  await until(() => (store.report.value?.step ?? 0) > step + 10, 'training goes on');
  await actions.pause();
  actions.configure({ workers: 4 });
  actions.train();
  await until(() => store.status.value === 'training', 'training with others');
  assert.equal(workers.length, 5);
  await actions.pause();
});

test('a worker of its own changes the pictures as soon as some are to be changed', async (t) => {
  const { store, actions, workers } = await openPage(t, { cores: 2 });
  actions.train();
  await until(() => (store.report.value?.step ?? 0) > 5, 'training');
  assert.equal(workers.length, 1, 'there is nothing to change');
  actions.configure({ trainer: { 'augment.shift': 2 } });
  await until(() => workers.length === 2, 'the second worker');
  const { step } = /** @type {any} */ (store.report.value);
  await until(() => (store.report.value?.step ?? 0) > step + 20, 'training goes on');
  // Nothing but time depends on it: its end is no news.
  const notice = store.notice.value;
  /** @type {any} */ (workers[1]).onerror({ message: 'out of memory' });
  await until(() => (store.report.value?.step ?? 0) > step + 40, 'training goes on alone');
  assert.equal(store.notice.value, notice);
  await actions.pause();
  actions.train();
  await until(() => workers.length === 3, 'another one, with the next training');
  await actions.pause();
});

test('a worker that was sent home before it was there does not stay', async (t) => {
  const { store, actions, host, workers } = await openPage(t, { cores: 2 });
  const startWorker = host.startWorker;
  let begin = () => {};
  const begun = new Promise((resolve) => (begin = () => resolve(null)));
  host.startWorker = async (source) => {
    const worker = await startWorker(source);
    await begun;
    return worker;
  };
  actions.configure({ trainer: { 'augment.shift': 2 } });
  actions.train();
  await until(() => workers.length === 2, 'the second worker');
  t.after(() => workers[1].terminate());
  host.startWorker = startWorker;
  /** @type {any} */ (workers[0]).onerror({ message: 'out of memory' });
  begin();
  await until(() => workers[1].dead, 'its end');
  await until(() => store.status.value !== 'lost', 'the restart');
});

test('a machine of one core changes its pictures itself', async (t) => {
  const { store, actions, workers } = await openPage(t, { cores: 1 });
  actions.configure({ trainer: { 'augment.shift': 2 } });
  actions.train();
  await until(() => (store.report.value?.step ?? 0) > 5, 'training');
  assert.equal(workers.length, 1);
  await actions.pause();
});

test('the same workers learn the same, to the bit', async (t) => {
  const learnt = [];
  for (let run = 0; run < 2; run++) {
    const { store, actions } = await openPage(t, { start: { workers: 2 } });
    for (let step = 0; step < 5; step++) await actions.step();
    assert.equal(store.report.value?.step, 5);
    learnt.push(await actions.tensor('parameter', ''));
  }
  assert.deepEqual(learnt[0], learnt[1]);
});

test('saved, changed, loaded: the same answer', async (t) => {
  const { store, actions, host } = await openPage(t);
  await actions.step();
  await until(() => store.report.value?.step === 1, 'one step');
  await until(() => store.prediction.value?.step === 1, 'its answer');
  const answer = store.prediction.value?.probabilities;
  await actions.saveModel();
  assert.equal(host.downloads.length, 1);
  assert.match(host.downloads[0].name, /\.cnn$/);
  await actions.chooseNet('softmax');
  await until(() => store.prediction.value?.probabilities[0] !== answer?.[0], 'another answer');
  await actions.loadFile(new File([/** @type {any} */ (host.downloads[0].bytes)], 'mine.cnn'));
  assert.equal(store.net.value, 'mlp', 'the preset is recognised');
  assert.equal(store.weightsOrigin.value, 'file');
  assert.equal(store.info.value.record.step, 1);
  await until(() => String(store.prediction.value?.probabilities) === String(answer), 'the same answer');
});

test('a net that ConvNetJS saved is opened with its weights', async (t) => {
  const { store, actions } = await openPage(t);
  const saved = {
    layers: [
      { out_depth: 1, out_sx: 28, out_sy: 28, layer_type: 'input' },
      {
        ...{ out_depth: 10, out_sx: 1, out_sy: 1, layer_type: 'fc', num_inputs: 784, l1_decay_mul: 0, l2_decay_mul: 1 },
        filters: Array.from({ length: 10 }, (_, digit) => ({ sx: 1, sy: 1, depth: 784, w: { ...Array(784).fill(digit / 64) } })),
        biases: { sx: 1, sy: 1, depth: 10, w: Array(10).fill(0.5) },
      },
      { out_depth: 10, out_sx: 1, out_sy: 1, layer_type: 'softmax', num_inputs: 10 },
    ],
  };
  await actions.loadFile(new File([JSON.stringify(saved)], 'theirs.json'));
  assert.equal(store.notice.value?.key, 'notice.fileOpened', JSON.stringify(store.notice.value));
  assert.equal(store.weightsOrigin.value, 'file');
  assert.equal(store.net.value, 'custom');
  const values = /** @type {Float32Array} */ (await actions.tensor('parameter', 'dense_1/kernel'));
  assert.deepEqual([...values.slice(780 * 10, 781 * 10)], Array.from({ length: 10 }, (_, digit) => digit / 64));
});

test('a file brings its data set, survives a lost worker, and is kept when something else is opened', async (t) => {
  const first = await openPage(t, { start: { data: 'fashion-mnist' } });
  await first.actions.saveModel();
  const { bytes } = first.host.downloads[0];
  const { store, actions, workers } = await openPage(t, { start: { seed: 99 } });
  await actions.loadFile(new File([/** @type {any} */ (bytes)], 'clothes.cnn'));
  assert.equal(store.data.value, 'fashion-mnist');
  const weights = await actions.tensor('parameter', 'fc1/kernel');
  /** @type {any} */ (workers[0]).onerror({ message: 'gone' });
  await until(() => store.status.value === 'ready', 'the restart');
  assert.deepEqual(await actions.tensor('parameter', 'fc1/kernel'), weights);
  assert.equal(store.weightsOrigin.value, 'file');
  await actions.chooseNet('softmax');
  assert.equal(store.notice.value?.key, 'notice.fileKept');
  store.notice.value?.action?.run();
  await until(() => store.weightsOrigin.value === 'file', 'the file again');
  assert.equal(store.net.value, 'mlp');
  assert.deepEqual(await actions.tensor('parameter', 'fc1/kernel'), weights);
});

test('broken files are refused with a reason, and the open net stays', async (t) => {
  const { store, actions, host } = await openPage(t);
  await actions.saveModel();
  const whole = /** @type {Uint8Array} */ (host.downloads[0].bytes);
  const flipped = whole.slice();
  flipped[flipped.length >> 1] ^= 1;
  const info = store.info.value;
  for (const [name, bytes] of /** @type {[string, any][]} */ ([
    ['empty.cnn', new Uint8Array()],
    ['half.cnn', whole.slice(0, whole.length / 2)],
    ['flipped.cnn', flipped],
    ['picture.png', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10)],
    ['cut.json', '{ "layers": ['],
    ['wrong.json', '{ "layers": [{ "type": "input", "shape": [28, 28, 1] }, { "type": "conv2d", "kernal": 3 }] }'],
    ['damaged.gz', Uint8Array.of(0x1f, 0x8b, 8, 0, 1, 2, 3)],
  ])) {
    store.notice.value = null;
    await actions.loadFile(new File([bytes], name));
    const notice = /** @type {import('../../web/state/store.js').Notice | null} */ (store.notice.value);
    assert.equal(notice?.tone, 'error', name);
    assert.equal(notice?.params?.name, name);
    assert.ok(String(notice?.params?.reason).length > 10, name);
    assert.equal(store.info.value, info, name);
  }
});

test('a definition is applied as a whole or not at all, and can be undone', async (t) => {
  const { store, actions } = await openPage(t);
  const bad = await actions.applyDefinition(
    JSON.stringify({
      layers: [
        { type: 'input', shape: [28, 28, 1] },
        { type: 'conv2d', filters: 4, kernel: 99 },
      ],
    }),
  );
  assert.equal(bad.ok, false);
  assert.match(/** @type {any} */ (bad).path, /^\/layers\/1/);
  assert.equal(store.net.value, 'mlp');
  const syntax = await actions.applyDefinition('{\n "layers": [\n }');
  assert.equal(syntax.ok, false);
  assert.equal(/** @type {any} */ (syntax).line, 3);
  const good = await actions.applyDefinition(JSON.stringify(architecture('softmax')));
  assert.equal(good.ok, true);
  assert.equal(store.net.value, 'custom');
  assert.equal(actions.canUndoDefinition.value, true);
  await actions.undoDefinition();
  assert.equal(store.net.value, 'mlp');
  assert.equal(store.definition.value, null);
});

test('a test picture goes onto the net, and the pad brings the drawing back', async (t) => {
  const { store, actions } = await openPage(t);
  await until(() => store.datasetProgress.value.test.loaded > 0, 'pictures');
  const before = store.prediction.value;
  await actions.showTestImage(3);
  await until(() => store.prediction.value !== before, 'an answer');
  assert.equal(store.testImage.value?.label, 3);
  assert.deepEqual(store.prediction.value?.stages, []);
  actions.undo();
  assert.equal(store.testImage.value, null);
});

test('what was learnt is offered at the next visit', async (t) => {
  const first = await openPage(t);
  first.actions.train();
  await until(() => (first.store.report.value?.step ?? 0) > 5, 'training');
  await first.actions.pause();
  await until(() => first.store.status.value === 'paused', 'the pause');
  await new Promise((resolve) => setTimeout(resolve, 50));
  const kept = await first.host.storage.get('learnt');
  const second = makePage();
  t.after(() => second.close());
  await second.host.storage.set('learnt', kept);
  await second.open();
  await until(() => second.store.notice.value !== null, 'the offer');
  assert.equal(second.store.notice.value?.key, 'notice.storageKept');
  second.store.notice.value?.action?.run();
  await until(() => second.store.weightsOrigin.value === 'learnt', 'the weights');
  assert.equal(second.store.report.value?.step, kept.step);
});

test('a browser that keeps nothing says so once', async (t) => {
  const { store, actions } = await openPage(t, { storageDenied: true });
  actions.train();
  await until(() => (store.report.value?.step ?? 0) > 3, 'training');
  await actions.pause();
  await until(() => store.notice.value?.key === 'notice.storageDenied', 'the sentence');
});

test('without SIMD the page says so instead of starting', async (t) => {
  const { store, workers } = await openPage(t, { simd: false });
  assert.equal(store.status.value, 'unsupported');
  assert.equal(workers.length, 0);
});

test('data that does not arrive leaves a page that answers, and can be asked for again', async (t) => {
  let online = false;
  const { store, actions } = await openPage(t, { offline: (path) => !online && path.startsWith('data/') });
  await until(() => store.notice.value !== null, 'the sentence');
  assert.equal(store.notice.value?.key, 'notice.dataFailed');
  const before = store.prediction.value;
  actions.clear();
  await until(() => store.prediction.value !== before, 'an answer');
  online = true;
  await actions.loadData('train', 1);
  assert.equal(store.datasetProgress.value.train.loaded, kChunkImages);
});

test('training that waits for pictures goes on when the connection is back', async (t) => {
  let online = true;
  const { store, actions, host } = await openPage(t, { offline: (path) => !online && path.includes('train-0') });
  await until(() => store.datasetProgress.value.test.loaded > 0, 'the first pictures');
  online = false;
  actions.train();
  await until(
    () => store.status.value === 'waiting' && (store.report.value?.step ?? 0) === 6,
    'the end of the first chunk',
  );
  assert.equal(store.notice.value?.key, 'notice.dataFailed');
  online = true;
  host.reconnect();
  await until(() => (store.report.value?.step ?? 0) > 12, 'training goes on');
  await actions.pause();
});

test('pictures asked for while another data set is being opened are those of the new one', async (t) => {
  const { store, actions } = await openPage(t);
  const loading = actions.loadData('test');
  const choosing = actions.chooseData('fashion-mnist');
  await actions.loadData('train', 1);
  await Promise.all([loading, choosing]);
  assert.equal(store.notice.value, null);
  await until(() => store.datasetProgress.value.train.loaded >= kChunkImages, 'the new pictures');
  assert.equal(store.manifest.value.id, 'fashion-mnist');
});

test('a link to a net that is not there opens the first one and says so', async (t) => {
  const { store } = await openPage(t, { start: { net: 'alexnet' } });
  assert.equal(store.net.value, 'lenet5');
  assert.equal(store.notice.value?.key, 'notice.unknownNet');
});

test('going back in the history brings net, data and settings back', async (t) => {
  const { store, actions } = await openPage(t);
  await actions.follow({ net: 'softmax', definition: null, data: 'fashion-mnist', seed: 4, language: 'ru' });
  assert.equal(store.net.value, 'softmax');
  assert.equal(store.data.value, 'fashion-mnist');
  assert.equal(store.language.value, 'ru');
  assert.equal(store.info.value.summary.layers.length < 8, true);
  await until(() => store.datasetProgress.value.train.loaded > 0, 'its pictures');
});

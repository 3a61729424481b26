// What a second worker brings to the steps alone, without a page: images a second of training by one thread of node, by two
// that share each batch (arrays handed over, and memory shared as on an isolated page), and by two that know nothing of
// each other, each with a net and half batches of its own, which is all that the machine has for two. In turns; medians.
// Wants both modules built and two free cores.
//
//   node --experimental-wasm-relaxed-simd tests/bench/shares.mjs [--rounds 9] [net …]

import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { loadEngine } from '../../wasm/js/engine.js';
import { createTeam, serveReplica } from '../../web/worker/team.js';
import { architecture, makeIdx, moduleBytes } from '../wasm/support.mjs';

const kMilliseconds = 400;
const kBatch = 32;

const start = () => loadEngine({ bytes: moduleBytes('relaxed') });
const median = (/** @type {number[]} */ list) => [...list].sort((a, b) => a - b)[list.length >> 1];

/** @param {string} id @param {number} batch */
function prepare(id, batch) {
  const engine = start();
  const net = engine.createNet(architecture(id));
  const data = engine.createDataset({ shape: [28, 28, 1], classes: 10 });
  data.append(makeIdx(200 * kBatch, { size: 28, classes: 10, seed: 1 }));
  const options = { batch_size: batch };
  return { net, options, trainer: engine.createTrainer(net, data, options) };
}

/** Images a second. @param {() => any} step @param {number} batch */
async function speed(step, batch) {
  for (let i = 0; i < 5; i++) await step();
  const begin = performance.now();
  let steps = 0;
  for (; performance.now() - begin < kMilliseconds; steps++) await step();
  return (1000 * batch * steps) / (performance.now() - begin);
}

/** @param {any} data @param {MessagePort[]} [transferList] */
async function startWorker(data, transferList = []) {
  const worker = new Worker(new URL(import.meta.url), { workerData: data, transferList: /** @type {any} */ (transferList) });
  await new Promise((resolve) => worker.once('message', resolve));
  return worker;
}

/** @param {string} id */
function byOne(id) {
  const { trainer } = prepare(id, kBatch);
  return { speed: () => speed(() => trainer.step(), kBatch), async end() {} };
}

/** @param {string} id @param {boolean} shared */
async function byTeam(id, shared) {
  const { net, trainer, options } = prepare(id, kBatch);
  const team = createTeam((reason) => console.log(`The second worker failed: ${reason}`), shared);
  const { port1, port2 } = new MessageChannel();
  const worker = await startWorker(port1, [port1]);
  team.join(port2);
  return {
    speed: () => speed(() => team.step(trainer, net, options), kBatch),
    async end() {
      team.dismiss();
      await worker.terminate();
    },
  };
}

/** @param {string} id */
async function bothAlone(id) {
  const { trainer } = prepare(id, kBatch / 2);
  const worker = await startWorker(id);
  return {
    async speed() {
      const theirs = new Promise((resolve) => worker.once('message', resolve));
      worker.postMessage('go');
      return (await speed(() => trainer.step(), kBatch / 2)) + (await theirs);
    },
    end: () => worker.terminate(),
  };
}

if (isMainThread) {
  const { positionals, values } = parseArgs({ allowPositionals: true, options: { rounds: { type: 'string', default: '9' } } });
  const nets = positionals.length ? positionals : ['keras-mnist', 'lenet5', 'convnetjs-mnist', 'mini-vgg', 'mini-resnet'];
  for (const id of nets) {
    const ways = [byOne(id), await byTeam(id, false), await byTeam(id, true), await bothAlone(id)];
    /** @type {number[][]} */
    const speeds = ways.map(() => []);
    for (let round = 0; round < Number(values.rounds); round++) {
      for (const [i, way] of ways.entries()) speeds[i].push(await way.speed());
    }
    for (const way of ways) await way.end();
    const [one, ...others] = speeds.map(median);
    const [handed, shared, alone] = others.map((of) => `${of.toFixed(0)} (${(of / one).toFixed(2)})`);
    console.log(`${id}: ${one.toFixed(0)} images/s by one; by two ${handed}, with shared memory ${shared}; each alone ${alone}`);
  }
} else if (typeof workerData === 'string') {
  const { trainer } = prepare(workerData, kBatch / 2);
  parentPort?.on('message', async () => parentPort?.postMessage(await speed(() => trainer.step(), kBatch / 2)));
  parentPort?.postMessage('ready');
} else {
  serveReplica(workerData, start());
  parentPort?.postMessage('ready');
}

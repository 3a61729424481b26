// What a second worker brings to the steps alone, without a page: images a second of training by one thread of node and by two
// that share each batch. Wants both modules built and two free cores.
//
//   node --experimental-wasm-relaxed-simd tests/bench/shares.mjs [--memory] [net …]
//
// --memory: they share memory, as on an isolated page.

import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { loadEngine } from '../../wasm/js/engine.js';
import { createTeam, serveReplica } from '../../web/worker/team.js';
import { architecture, makeIdx, moduleBytes } from '../wasm/support.mjs';

const kMilliseconds = 2500;
const kBatch = 32;
const { positionals: nets, values: { memory } } = parseArgs({ allowPositionals: true, options: { memory: { type: 'boolean' } } });

const start = () => loadEngine({ bytes: moduleBytes('relaxed') });

/** @param {string} id @param {boolean} shared */
async function imagesPerSecond(id, shared) {
  const engine = start();
  const net = engine.createNet(architecture(id));
  const data = engine.createDataset({ shape: [28, 28, 1], classes: 10 });
  data.append(makeIdx(200 * kBatch, { size: 28, classes: 10, seed: 1 }));
  const options = { batch_size: kBatch };
  const trainer = engine.createTrainer(net, data, options);
  const team = createTeam((reason) => console.log(`The second worker failed: ${reason}`), memory);
  /** @type {Worker | undefined} */
  let worker;
  if (shared) {
    const { port1, port2 } = new MessageChannel();
    worker = new Worker(new URL(import.meta.url), { workerData: port1, transferList: [/** @type {any} */ (port1)] });
    await new Promise((resolve) => worker?.once('message', resolve));
    team.join(port2);
  }
  const step = () => (shared ? team.step(trainer, net, options) : trainer.step());
  for (let i = 0; i < 20; i++) await step();
  const begin = performance.now();
  let steps = 0;
  for (; performance.now() - begin < kMilliseconds; steps++) await step();
  const speed = (1000 * kBatch * steps) / (performance.now() - begin);
  team.dismiss();
  await worker?.terminate();
  return speed;
}

if (isMainThread) {
  for (const id of nets.length ? nets : ['keras-mnist', 'lenet5', 'convnetjs-mnist', 'mini-vgg', 'mini-resnet']) {
    const [one, two] = [await imagesPerSecond(id, false), await imagesPerSecond(id, true)];
    console.log(`${id}: ${one.toFixed(0)} images/s by one, ${two.toFixed(0)} by two: ${(two / one).toFixed(2)}`);
  }
} else {
  serveReplica(workerData, start());
  parentPort?.postMessage('ready');
}

// How long it takes, in the page and from fresh weights, to know 99.0 % of MNIST's 10 000 test pictures: ConvNetJS's net for
// digits by one cycle of the learning rate, on pictures that are shifted by a pixel at most. Prints the seconds from the click on
// Train to the last step, those of the complete test, and what it says.
//
//   node tests/bench/ninety-nine.mjs [--net convnetjs-mnist] [--epochs 3] [--rate 0.006] [--shift 1] [--seeds 1,2,3]
//   node tests/bench/ninety-nine.mjs --net lenet5 --epochs 2.7 --rate 0.004 --shift 0

import { parseArgs } from 'node:util';
import { encodeSettings } from '../../web/state/url.js';
import { attribute, launch, number, openPage, ready, serveSite, status, until } from '../e2e/browser.mjs';

const { values } = parseArgs({
  options: {
    net: { type: 'string', default: 'convnetjs-mnist' },
    epochs: { type: 'string', default: '3' },
    rate: { type: 'string', default: '0.006' },
    shift: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '1,2,3' },
  },
});
const steps = Math.round((Number(values.epochs) * 60000) / 32);

const server = await serveSite();
const browser = await launch('chromium');
try {
  for (const seed of values.seeds.split(',').map(Number)) {
    const address = await encodeSettings({
      net: values.net,
      start: 'fresh',
      seed,
      learningRate: Number(values.rate),
      trainer: { schedule: 'one_cycle', schedule_steps: steps, 'augment.shift': Number(values.shift) },
      room: 'train',
    });
    const { page, close } = await openPage(browser, server.url + address);
    await ready(page);
    const begin = performance.now();
    await page.click('#train-toggle');
    await until(async () => (await number(page, 'metric-step')) >= steps, 'the last step', 300000);
    const trained = performance.now();
    await page.click('#train-toggle');
    await until(async () => (await status(page)) === 'paused', 'the pause');
    const asked = performance.now();
    await page.click('#evaluate');
    await until(async () => (await attribute(page, 'test-accuracy', 'data-complete')) === 'true', 'the test', 60000);
    const seconds = (/** @type {number} */ from, /** @type {number} */ to) => ((to - from) / 1000).toFixed(1);
    const accuracy = (100 * (await number(page, 'test-accuracy'))).toFixed(2);
    console.log(`seed ${seed}: ${seconds(begin, trained)} s of training, ${seconds(asked, performance.now())} s of test: ${accuracy} %`);
    await close();
  }
} finally {
  await browser.close();
  await server.close();
}

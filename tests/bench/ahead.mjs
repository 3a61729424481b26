// What a worker brings that changes pictures before their step comes: images a second of training in the page by one worker,
// whose pictures it changes itself (the page is told of a single core) or another one does, in turns. Wants the built site and a
// machine with two free cores.
//
//   node tests/bench/ahead.mjs [--nets convnetjs-mnist,lenet5] [--rounds 3] [--seconds 3]

import { parseArgs } from 'node:util';
import { encodeSettings } from '../../web/state/url.js';
import { launch, number, openPage, ready, serveSite, until } from '../e2e/browser.mjs';

const { values } = parseArgs({
  options: {
    nets: { type: 'string', default: 'convnetjs-mnist,lenet5' },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '3' },
  },
});
/** @type {Record<string, Record<string, number>>} */
const changes = {
  'as they are': {},
  'shifted': { shift: 1 },
  'moved': { shift: 2, rotate: 10, scale: 0.1, shear: 0.1 },
  'bent': { shift: 2, rotate: 10, scale: 0.1, shear: 0.1, elastic: 3 },
  'with noise': { noise: 0.1 },
};
const median = (/** @type {number[]} */ list) => [...list].sort((a, b) => a - b)[list.length >> 1];
const oneCore = () => Object.defineProperty(navigator, 'hardwareConcurrency', { value: 1 });

const server = await serveSite();
const browser = await launch('chromium');
try {
  for (const net of values.nets.split(',')) {
    for (const [what, augment] of Object.entries(changes)) {
      const trainer = Object.fromEntries(Object.entries(augment).map(([key, value]) => [`augment.${key}`, value]));
      // No room that draws curves: what is measured is the training.
      const address = server.url + (await encodeSettings({ net, start: 'fresh', workers: 1, room: 'data', trainer }));
      /** By itself, by another. @type {number[][]} */
      const speeds = [[], []];
      for (let round = 0; round < Number(values.rounds); round++) {
        for (const [i, of] of speeds.entries()) {
          const { page, close } = await openPage(browser, address, i ? {} : { init: oneCore });
          await ready(page);
          await page.locator('#train-toggle').click();
          await until(async () => (await number(page, 'metric-step')) > 300, 'training');
          const [step, time] = [await number(page, 'metric-step'), performance.now()];
          await new Promise((resolve) => setTimeout(resolve, 1000 * Number(values.seconds)));
          of.push((32000 * ((await number(page, 'metric-step')) - step)) / (performance.now() - time));
          await close();
        }
      }
      const [itself, another] = speeds.map(median);
      console.log(`${net}, ${what}: ${itself.toFixed(0)} images/s by itself, ${another.toFixed(0)} (${(another / itself).toFixed(2)})`);
    }
  }
} finally {
  await browser.close();
  await server.close();
}

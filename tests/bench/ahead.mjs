// What a worker brings that changes pictures before their step comes: images a second of training in the page by one worker,
// whose pictures it changes itself (the page is told of a single core) or another one does. Two pages, one of each kind, train in
// turns, a second each, so that both see the same hours of the machine; medians, and the median of the ratios of neighbours.
// Wants the built site and a machine with two free cores.
//
//   node tests/bench/ahead.mjs [--nets convnetjs-mnist,lenet5] [--turns 24]

import { parseArgs } from 'node:util';
import { encodeSettings } from '../../web/state/url.js';
import { launch, number, oneCore, openPage, ready, serveSite, status, twoCores, until } from '../e2e/browser.mjs';

const { values } = parseArgs({
  options: {
    nets: { type: 'string', default: 'convnetjs-mnist,lenet5' },
    turns: { type: 'string', default: '24' },
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
const kWarmUp = 2;
const median = (/** @type {number[]} */ list) => [...list].sort((a, b) => a - b)[list.length >> 1];
const sleep = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** @param {import('playwright-core').Page} page @param {string} to */
const toggle = async (page, to) => {
  await page.locator('#train-toggle').click();
  await until(async () => (await status(page)) === to, to);
};

/** Images a second. @param {import('playwright-core').Page} page */
const turn = async (page) => {
  await toggle(page, 'training');
  await sleep(250);
  const [step, time] = [await number(page, 'metric-step'), performance.now()];
  await sleep(800);
  const speed = (32000 * ((await number(page, 'metric-step')) - step)) / (performance.now() - time);
  await toggle(page, 'paused');
  return speed;
};

const server = await serveSite();
const browser = await launch('chromium');
try {
  for (const net of values.nets.split(',')) {
    for (const [what, augment] of Object.entries(changes)) {
      const trainer = Object.fromEntries(Object.entries(augment).map(([key, value]) => [`augment.${key}`, value]));
      // No room that draws curves: what is measured is the training.
      const address = server.url + (await encodeSettings({ net, start: 'fresh', workers: 1, room: 'data', trainer }));
      const pages = await Promise.all([oneCore, twoCores].map((init) => openPage(browser, address, { init })));
      for (const { page } of pages) await ready(page);
      /** By itself, by another. @type {number[][]} */
      const speeds = [[], []];
      for (let i = 0; i < kWarmUp + Number(values.turns); i++) {
        for (const k of i % 2 ? [0, 1] : [1, 0]) {
          const speed = await turn(pages[k].page);
          if (i >= kWarmUp) speeds[k].push(speed);
        }
      }
      const ratio = median(speeds[1].map((speed, i) => speed / speeds[0][i]));
      const [itself, another] = speeds.map((of) => median(of).toFixed(0));
      console.log(`${net}, ${what}: ${itself} images/s by itself, ${another} with another, ${ratio.toFixed(2)}`);
      for (const { close } of pages) await close();
    }
  }
} finally {
  await browser.close();
  await server.close();
}

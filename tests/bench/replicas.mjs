// What a second worker brings: images a second of training in the page by one and by two workers, with arrays handed over
// and, where the page is isolated, with shared memory; in turns. Wants the built site and a machine with two free cores.
//
//   node tests/bench/replicas.mjs [--nets keras-mnist,mini-resnet] [--rounds 3] [--seconds 4]

import { parseArgs } from 'node:util';
import { launch, number, openPage, ready, serveSite, until } from '../e2e/browser.mjs';

const { values } = parseArgs({
  options: {
    nets: { type: 'string', default: 'keras-mnist,lenet5,mini-resnet' },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '4' },
  },
});
/** Workers, isolated. @type {[number, boolean][]} */
const ways = [[1, false], [2, false], [2, true]];
const median = (/** @type {number[]} */ list) => [...list].sort((a, b) => a - b)[list.length >> 1];

const servers = { open: await serveSite(), isolated: await serveSite({ isolated: true }) };
const browser = await launch('chromium');
try {
  for (const net of values.nets.split(',')) {
    /** @type {number[][]} */
    const speeds = ways.map(() => []);
    for (let round = 0; round < Number(values.rounds); round++) {
      for (const [i, [count, isolated]] of ways.entries()) {
        // No room that draws curves: what is measured is the training.
        const { url } = isolated ? servers.isolated : servers.open;
        const { page, close } = await openPage(browser, `${url}#v1&net=${net}&start=fresh&workers=${count}&room=data`);
        await ready(page);
        await page.locator('#train-toggle').click();
        await until(async () => (await number(page, 'metric-step')) > 20, 'training');
        const [step, time] = [await number(page, 'metric-step'), performance.now()];
        await new Promise((resolve) => setTimeout(resolve, 1000 * Number(values.seconds)));
        const steps = (await number(page, 'metric-step')) - step;
        speeds[i].push((32000 * steps) / (performance.now() - time));
        await close();
      }
    }
    const [one, ...others] = speeds.map(median);
    const [handed, shared] = others.map((of) => `${of.toFixed(0)} (${(of / one).toFixed(2)})`);
    console.log(`${net}: ${one.toFixed(0)} images/s by one; by two ${handed}, with shared memory ${shared}`);
  }
} finally {
  await browser.close();
  for (const server of Object.values(servers)) await server.close();
}

// How long it takes, in the page and from fresh weights, to know 99.0 % of MNIST's 10 000 test pictures: LeNet-5 by one cycle
// of the learning rate. Prints the seconds from the click on Train to the last step, those of the complete test, and what it says.
//
//   node tests/bench/ninety-nine.mjs [--epochs 2.7] [--rate 0.004] [--batch 32] [--seeds 1,2,3]

import { parseArgs } from 'node:util';
import { attribute, launch, number, openPage, ready, serveSite, status, until } from '../e2e/browser.mjs';

const { values } = parseArgs({
  options: {
    epochs: { type: 'string', default: '2.7' },
    rate: { type: 'string', default: '0.004' },
    batch: { type: 'string', default: '32' },
    seeds: { type: 'string', default: '1,2,3' },
  },
});
const steps = Math.round(Number(values.epochs) * Math.ceil(60000 / Number(values.batch)));

const server = await serveSite();
const browser = await launch('chromium');
try {
  for (const seed of values.seeds.split(',')) {
    const address = `${server.url}#v1&net=lenet5&start=fresh&seed=${seed}&lr=${values.rate}&batch=${values.batch}&room=train`;
    const { page, close } = await openPage(browser, address);
    await ready(page);
    await page.locator('#trainer-options summary').click();
    await page.selectOption('#option-schedule', 'one_cycle');
    await page.fill('#option-schedule_steps', String(steps));
    await page.press('#option-schedule_steps', 'Enter');
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

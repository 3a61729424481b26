// How fluent the page is and what looking costs, in Chromium. Wants the built site and a free machine.
//
//   node tests/bench/page.mjs frames [--net resnet20] [--phone] [--unfold] [--rounds 3]
//     a pen that moves 125 times a second: how often each visible map is painted, and the main thread's work for it
//   node tests/bench/page.mjs throughput [--net lenet5] [--rounds 3]
//     training steps a second in a frame with the network and in one without it, by turns

import { parseArgs } from 'node:util';
import { launch, number, openPage, ready, serveSite, until } from '../e2e/browser.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    net: { type: 'string' },
    phone: { type: 'boolean', default: false },
    unfold: { type: 'boolean', default: false },
    rounds: { type: 'string' },
  },
});
const median = (/** @type {number[]} */ list) => [...list].sort((a, b) => a - b)[list.length >> 1];
const pause = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms));
const server = await serveSite();
const browser = await launch('chromium');
/** Counts what is painted into the maps. */
const count = () => {
  const painted = new Map();
  Object.assign(window, { painted });
  const put = CanvasRenderingContext2D.prototype.putImageData;
  CanvasRenderingContext2D.prototype.putImageData = function (/** @type {any[]} */ ...rest) {
    if (this.canvas.closest?.('.column-maps')) painted.set(this.canvas, (painted.get(this.canvas) ?? 0) + 1);
    put.apply(this, /** @type {any} */ (rest));
  };
};

/** A circle that grows, so that no two moves are the same. @param {{x: number, y: number, width: number, height: number}} box */
const path = (box) => (/** @type {number} */ i) => {
  const angle = (i * Math.PI) / 40;
  const radius = 0.2 + 0.0004 * (i % 200);
  return { x: box.x + box.width * (0.5 + radius * Math.sin(angle)), y: box.y + box.height * (0.5 - radius * Math.cos(angle)) };
};

async function frames() {
  const phone = { viewport: { width: 360, height: 740 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true };
  const address = `${server.url}#v1&net=${values.net ?? 'resnet20'}&start=fresh`;
  const { page } = await openPage(browser, address, { init: count, ...(values.phone ? phone : {}) });
  await ready(page);
  if (values.unfold) await page.click('#network-fold');
  const cdp = await page.context().newCDPSession(page);
  if (values.phone) await cdp.send('Emulation.setCPUThrottlingRate', { rate: 4 });
  await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
  const worked = async () => {
    const { metrics } = await cdp.send('Performance.getMetrics');
    return 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0);
  };
  const box = await page.locator('#draw-pad').boundingBox();
  if (!box) throw new Error('The pad is not on the page.');
  const at = path(box);
  const repaints = [];
  const work = [];
  for (let round = 0; round < Number(values.rounds ?? 3); round++) {
    await page.click('#draw-clear');
    await page.mouse.move(at(0).x, at(0).y);
    await page.mouse.down();
    await pause(500);
    await page.evaluate(() => /** @type {any} */ (window).painted.clear());
    const [begin, before] = [performance.now(), await worked()];
    const sent = [];
    for (let i = 1; performance.now() - begin < 4000; i++) {
      sent.push(cdp.send('Input.dispatchMouseEvent', { type: 'mouseMoved', ...at(i), button: 'left', buttons: 1 }));
      await pause(Math.max(0, begin + 8 * i - performance.now()));
    }
    await Promise.all(sent);
    const painted = await page.evaluate(() => [.../** @type {any} */ (window).painted.values()]);
    const seconds = (performance.now() - begin) / 1000;
    repaints.push(median(painted) / seconds);
    work.push((await worked()) - before);
    work[round] /= median(painted);
    await page.mouse.up();
  }
  console.log(`repaints a second ${repaints.map((each) => each.toFixed(1)).join(' ')}: ${median(repaints).toFixed(1)}`);
  console.log(`main thread, ms a repaint ${work.map((each) => each.toFixed(1)).join(' ')}: ${median(work).toFixed(1)}`);
}

async function throughput() {
  const panels = { shown: 'draw,net,train', hidden: 'draw,train' };
  /** @type {Record<string, number[]>} */
  const speeds = { shown: [], hidden: [] };
  for (let round = 0; round < Number(values.rounds ?? 3); round++) {
    for (const [name, list] of Object.entries(panels)) {
      const address = `${server.url}embed.html?panels=${list}&net=${values.net ?? 'lenet5'}&start=fresh`;
      const { page, close } = await openPage(browser, address, { viewport: { width: 1000, height: 700 } });
      await until(async () => (await page.locator('#train-toggle').count()) > 0, 'the frame');
      await until(() => page.locator('#train-toggle').isEnabled(), 'the net');
      await page.click('#train-toggle');
      await until(async () => (await number(page, 'metric-step')) > 100, 'training', 60000);
      const [step, begin] = [await number(page, 'metric-step'), performance.now()];
      await pause(4000);
      speeds[name].push((1000 * ((await number(page, 'metric-step')) - step)) / (performance.now() - begin));
      await close();
    }
  }
  const [shown, hidden] = [speeds.shown, speeds.hidden].map(median);
  console.log(`steps a second: ${shown.toFixed(1)} with the network, ${hidden.toFixed(1)} without: ${(100 * (1 - shown / hidden)).toFixed(1)} % lost`);
}

try {
  if (positionals[0] === 'frames') await frames();
  else if (positionals[0] === 'throughput') await throughput();
  else console.log('usage: node tests/bench/page.mjs frames | throughput');
} finally {
  await browser.close();
  await server.close();
}

// How soon the page answers, in Chromium. Run alone: other work on the machine shows in the figures.

import assert from 'node:assert/strict';
import test from 'node:test';
import { launch, number, openPage, ready, serveSite, until } from './browser.mjs';

const server = await serveSite();
const browser = await launch('chromium');
test.after(async () => {
  await browser.close();
  await server.close();
});

/** @param {number[]} values */
const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

test('from opening the page to the first prediction: at most a second', async (t) => {
  /** @type {number[]} */
  const times = [];
  for (let run = 0; run < 5; run++) {
    const { page, close } = await openPage(browser, server.url, {
      init: () => {
        const watch = new MutationObserver(() => {
          if (!document.querySelector('#prediction[data-class]')) return;
          /** @type {any} */ (window).cnnFirst = performance.now();
          watch.disconnect();
        });
        watch.observe(document, { subtree: true, childList: true, attributes: true });
      },
    });
    await ready(page);
    times.push(await page.evaluate(() => /** @type {any} */ (window).cnnFirst));
    await close();
  }
  t.diagnostic(`first prediction after ${times.map((ms) => ms.toFixed(0)).join(', ')} ms`);
  assert.ok(median(times) <= 1000, `median ${median(times)} ms`);
});

test('from a move of the pen to the painted maps: at most 16 ms', async (t) => {
  const { page, close } = await openPage(browser, server.url);
  t.after(close);
  await ready(page);
  const draw = () => page.evaluate(async () => {
    const pad = /** @type {HTMLElement} */ (document.getElementById('draw-pad'));
    const box = pad.getBoundingClientRect();
    const bars = /** @type {HTMLElement} */ (document.querySelector('.bars'));
    /** @param {string} type @param {number} x @param {number} y */
    const send = (type, x, y) => {
      const button = type === 'pointermove' ? -1 : 0;
      const at = { clientX: box.left + x * box.width, clientY: box.top + y * box.height };
      pad.dispatchEvent(new PointerEvent(type, { pointerId: 9, button, bubbles: true, cancelable: true, ...at }));
    };
    const answered = () =>
      new Promise((resolve) => {
        const watch = new MutationObserver(() => {
          watch.disconnect();
          resolve(performance.now());
        });
        watch.observe(bars, { subtree: true, attributes: true, attributeFilter: ['data-probability'] });
      });
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const measured = [];
    const first = answered();
    send('pointerdown', 0.3, 0.2);
    await first;
    for (let i = 1; i <= 60; i++) {
      await frame();
      const turn = (i * Math.PI) / 20;
      const answer = answered();
      const begin = performance.now();
      send('pointermove', 0.5 + 0.28 * Math.sin(turn), 0.5 - (0.2 + 0.002 * i) * Math.cos(turn));
      measured.push((await answer) - begin);
    }
    send('pointerup', 0.5, 0.5);
    return measured;
  });
  // What the page can do, not what else the machine does at the moment: the best of three.
  let best = Infinity;
  for (let round = 0; round < 3 && best > 16; round++) {
    const times = await draw();
    const sorted = [...times].sort((a, b) => a - b);
    t.diagnostic(`pen to maps: median ${median(times).toFixed(1)} ms, 95 % within ${sorted[57].toFixed(1)} ms`);
    best = Math.min(best, median(times));
  }
  assert.ok(best <= 16, `median ${best} ms`);
});

test('the main thread is never busy for more than 50 ms while training runs', async (t) => {
  const { page, close } = await openPage(browser, server.url, {
    init: () => {
      const tasks = /** @type {number[]} */ (/** @type {any} */ (window).cnnLongTasks = []);
      new PerformanceObserver((list) => tasks.push(...list.getEntries().map((entry) => entry.duration))).observe({
        type: 'longtask',
      });
    },
  });
  t.after(close);
  await ready(page);
  await page.click('#train-toggle');
  await until(async () => (await number(page, 'metric-step')) > 50, 'training');
  await page.waitForTimeout(1500);
  await page.evaluate(() => void (/** @type {any} */ (window).cnnLongTasks.length = 0));
  await page.waitForTimeout(5000);
  const tasks = await page.evaluate(() => /** @type {any} */ (window).cnnLongTasks);
  t.diagnostic(`training ${(await number(page, 'metric-speed')).toFixed(0)} images/s`);
  assert.deepEqual(tasks, []);
});

test('pausing and drawing answer at once while training runs', async (t) => {
  const { page, close } = await openPage(browser, server.url);
  t.after(close);
  await ready(page);
  await page.selectOption('#architecture-picker', 'keras-mnist');
  await ready(page);
  await page.click('#train-toggle');
  await until(async () => (await number(page, 'metric-step')) > 3, 'training');
  const times = await page.evaluate(async () => {
    const bars = /** @type {HTMLElement} */ (document.querySelector('.bars'));
    const example = /** @type {HTMLElement} */ (document.getElementById('draw-example'));
    const measured = [];
    for (let i = 0; i < 12; i++) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      const begin = performance.now();
      const answer = new Promise((resolve) => {
        const watch = new MutationObserver(() => {
          watch.disconnect();
          resolve(undefined);
        });
        watch.observe(bars, { subtree: true, attributes: true, attributeFilter: ['data-probability'] });
      });
      example.click();
      await answer;
      measured.push(performance.now() - begin);
    }
    return measured;
  });
  t.diagnostic(`a drawing while the Keras net trains: median ${median(times).toFixed(0)} ms`);
  assert.ok(median(times) <= 100, `median ${median(times)} ms`);
});

/** Processor time of the main thread for one repaint of all that is seen, ms: at 60 frames a second there are 16.7, on a
 * phone of a quarter of the speed at 30 there are 8.3, and a busy machine makes half more of it. */
for (const [size, options, most] of /** @type {[string, import('playwright-core').BrowserContextOptions, number][]} */ ([
  ['desktop', {}, 16.7],
  ['phone', { viewport: { width: 360, height: 740 }, deviceScaleFactor: 2, isMobile: true }, 12.5],
])) {
  test(`every map of a net of twenty layers follows the pen: ${size}`, async (t) => {
    const { page, close } = await openPage(browser, `${server.url}#v1&net=resnet20&start=fresh`, {
      ...options,
      init: () => {
        const paints = /** @type {Map<HTMLCanvasElement, number>} */ (/** @type {any} */ (window).cnnPaints = new Map());
        const put = CanvasRenderingContext2D.prototype.putImageData;
        CanvasRenderingContext2D.prototype.putImageData = function (/** @type {unknown[]} */ ...all) {
          const { canvas } = this;
          if (canvas.closest?.('.column-maps')) paints.set(canvas, (paints.get(canvas) ?? 0) + 1);
          Reflect.apply(put, this, all);
        };
      },
    });
    t.after(close);
    await ready(page);
    await page.click('#network-fold');
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
    const busy = async () => {
      const { metrics } = await devtools.send('Performance.getMetrics');
      return 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? NaN);
    };
    await page.click('#draw-clear');
    await page.locator('#draw-pad').scrollIntoViewIfNeeded();
    const box = await page.locator('#draw-pad').boundingBox();
    assert.ok(box);
    const move = (/** @type {number} */ turn) =>
      page.mouse.move(box.x + box.width * (0.5 + 0.3 * Math.sin(turn)), box.y + box.height * (0.5 - 0.3 * Math.cos(turn)));
    await move(0);
    await page.mouse.down();
    for (let i = 1; i < 10; i++) await move(i / 12);
    await page.evaluate(() => /** @type {any} */ (window).cnnPaints.clear());
    const [begin, before] = [performance.now(), await busy()];
    for (let i = 10; i < 130; i++) await move(i / 12);
    const [seconds, spent] = [(performance.now() - begin) / 1000, (await busy()) - before];
    const paints = await page.evaluate(() => [.../** @type {any} */ (window).cnnPaints.values()]);
    await page.mouse.up();
    const least = Math.min(...paints);
    t.diagnostic(
      `${paints.length} columns ${(least / seconds).toFixed(0)} times a second, ${(spent / least).toFixed(1)} ms each time`,
    );
    assert.ok(paints.length >= 3, `${paints.length} columns are seen`);
    assert.ok(Math.max(...paints) - least <= 1, `no column lags behind: ${paints}`);
    assert.ok(spent / least <= most, `${spent / least} ms of the main thread`);
  });
}

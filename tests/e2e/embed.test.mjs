// The page inside a page of somebody else: another origin, a sandbox that allows scripts and nothing more.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import test from 'node:test';
import { kinds, launch, openPage, serveSite, until } from './browser.mjs';

const site = await serveSite();
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** @param {string} query */
const frameAddress = (query) => `${site.url}embed.html?${query}`;

/** The course page around the frame; it only listens. */
const course = createServer((request, response) => {
  const query = new URL(request.url ?? '/', 'http://host').searchParams;
  const frame = frameAddress(query.get('frame') ?? '').replaceAll('&', '&amp;');
  const code =
    query.get('code') ??
    `<iframe sandbox="allow-scripts" src="${frame}" style="border:0"
      width="${query.get('w') ?? 700}" height="${query.get('h') ?? 550}"></iframe>`;
  response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' });
  response.end(`<!doctype html><html lang="en"><title>course</title><link rel="icon" href="data:,">
    <body style="margin:0"><p>Text of the course.</p>
    ${code}
    <div style="height:4000px"></div>
    <script>
      window.heard = [];
      addEventListener('message', (event) => {
        if (event.source === document.querySelector('iframe').contentWindow) heard.push(event.data);
      });
    </script></body></html>`);
});
await new Promise((resolve) => course.listen(0, '127.0.0.1', () => resolve(undefined)));
const { port } = /** @type {import('node:net').AddressInfo} */ (course.address());
test.after(async () => {
  course.closeAllConnections?.();
  course.close();
  await site.close();
});

/** @typedef {import('playwright-core').Page} Page */

/** @param {Page} page @param {string} type @returns {Promise<any>} the last such message */
const heard = (page, type) =>
  page.evaluate(
    (wanted) => /** @type {any} */ (window).heard.findLast((/** @type {any} */ m) => m.type === wanted) ?? null,
    type,
  );

/** @param {Page} page @param {unknown} message */
const say = (page, message) =>
  page.evaluate((m) => document.querySelector('iframe')?.contentWindow?.postMessage(m, '*'), message);

for (const kind of kinds) {
  test(kind, async (t) => {
    // WebDriver BiDi presses nothing in frames that have a process of their own; the origins stay apart without one.
    const browser = await launch(kind, kind === 'firefox' ? { firefoxUserPrefs: { 'fission.autostart': false } } : {});
    t.after(() => browser.close());

    /** @param {any} sub @param {string} query @param {{w?: number, h?: number}} [size] */
    const visit = async (sub, query, { w = 700, h = 550 } = {}) => {
      /** @type {string[]} */
      const requests = [];
      const { page, errors, close } = await openPage(browser, 'about:blank', {
        viewport: { width: Math.max(w, 360), height: 700 },
      });
      page.on('request', (request) => requests.push(request.url()));
      sub.after(async () => {
        await close();
        assert.deepEqual(errors, [], 'console errors');
        const hosts = new Set(requests.filter((url) => url.startsWith('http')).map((url) => new URL(url).host));
        hosts.delete(`127.0.0.1:${port}`);
        assert.deepEqual([...hosts], [new URL(site.url).host], 'hosts that were asked');
      });
      await page.goto(`http://127.0.0.1:${port}/?w=${w}&h=${h}&frame=${encodeURIComponent(query)}`);
      await until(async () => (await heard(page, 'cnn:ready')) !== null, 'cnn:ready');
      const frame = /** @type {import('playwright-core').Frame} */ (
        page.frames().find((f) => f.url().includes('/embed.html'))
      );
      return { page, frame, requests };
    };
    const status = (/** @type {Page} */ page) => heard(page, 'cnn:state').then((state) => state?.status);
    const step = (/** @type {Page} */ page) => heard(page, 'cnn:state').then((state) => state?.step ?? 0);

    await t.test('answers, draws, trains when asked, rests out of sight', async (sub) => {
      const { page, frame, requests } = await visit(
        sub,
        'panels=draw,net,train&net=lenet5&data=mnist&lang=ru&start=fresh',
      );
      const bare = await frame.evaluate(() => {
        let storage = 'allowed';
        try {
          localStorage.length;
        } catch {
          storage = 'denied';
        }
        return {
          origin: self.origin,
          storage,
          focus: document.activeElement?.tagName,
          lang: document.documentElement.lang,
        };
      });
      assert.deepEqual(bare, { origin: 'null', storage: 'denied', focus: 'BODY', lang: 'ru' });
      assert.equal(await page.evaluate(() => document.activeElement?.tagName), 'BODY', 'the frame takes no focus');

      await until(async () => typeof (await heard(page, 'cnn:state'))?.class === 'number', 'the first prediction');
      const before = await heard(page, 'cnn:state');
      assert.equal(before.status, 'ready', 'starts paused');
      assert.deepEqual(
        requests.filter((url) => url.includes('/data/')),
        [],
        'no data before it is needed',
      );
      assert.ok(before.probability > 0 && before.probability <= 1);

      await frame.locator('#draw-clear').click();
      // Place in the window: that of the frame and that within it. (Not all drivers add them up across origins.)
      const outer = await page.locator('iframe').boundingBox();
      assert.ok(outer);
      const inner = await frame.evaluate(() => {
        const { x, y, width, height } = /** @type {HTMLElement} */ (
          document.getElementById('draw-pad')
        ).getBoundingClientRect();
        return { x, y, width, height };
      });
      const pad = { ...inner, x: outer.x + inner.x, y: outer.y + inner.y };
      await page.mouse.move(pad.x + pad.width * 0.5, pad.y + pad.height * 0.15);
      await page.mouse.down();
      await page.mouse.move(pad.x + pad.width * 0.5, pad.y + pad.height * 0.85, { steps: 12 });
      await page.mouse.up();
      await until(
        async () => (await heard(page, 'cnn:state'))?.probability !== before.probability,
        'an answer to the drawing',
      );

      await frame.locator('#train-toggle').click();
      await until(async () => (await status(page)) === 'training' && (await step(page)) > 3, 'training', 60000);
      assert.ok(
        requests.some((url) => /\/data\/mnist\/train-.*\.js$/.test(url)),
        'data came as scripts',
      );

      await page.evaluate(() => scrollTo(0, 3000));
      await until(async () => (await status(page)) === 'paused', 'rest out of sight');
      await new Promise((resolve) => setTimeout(resolve, 1000)); // the step under way and its message
      const resting = await step(page);
      await new Promise((resolve) => setTimeout(resolve, 1000));
      assert.equal(await step(page), resting);
      await page.evaluate(() => scrollTo(0, 0));
      await until(
        async () => (await status(page)) === 'training' && (await step(page)) > resting,
        'training again in sight',
      );

      await say(page, 'slide:stop');
      await until(async () => (await status(page)) === 'paused', 'rest on another slide');
      await say(page, 'slide:start');
      await until(async () => (await status(page)) === 'training', 'training on its slide');

      await say(page, { type: 'cnn:pause' });
      await until(async () => (await status(page)) === 'paused', 'pause by the host');
      await page.evaluate(() => scrollTo(0, 3000));
      await new Promise((resolve) => setTimeout(resolve, 300));
      await page.evaluate(() => scrollTo(0, 0));
      await new Promise((resolve) => setTimeout(resolve, 600));
      assert.equal(await status(page), 'paused', 'what the host paused stays paused');
    });

    await t.test('tells its height in all shapes, and takes settings', async (sub) => {
      const { page, frame } = await visit(sub, 'panels=draw,test&net=softmax&start=fresh&lang=en', { w: 360, h: 300 });
      await until(async () => (await heard(page, 'cnn:resize'))?.height > 300, 'its height');
      const { height } = await heard(page, 'cnn:resize');
      const own = await frame.evaluate(() => document.documentElement.getBoundingClientRect().height);
      assert.equal(height, Math.ceil(own));
      assert.equal((await heard(page, 'setHeight')).height, height);
      assert.equal((await heard(page, 'embed-size')).height, height);
      const lti = await page.evaluate(() =>
        /** @type {any} */ (window).heard.findLast((/** @type {any} */ m) => m.subject === 'lti.frameResize'),
      );
      assert.equal(lti.height, height);
      const wide = await frame.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= 360, `${wide} px wide`);

      assert.equal(await frame.locator('#network').count(), 0, 'only the panels that were asked for');
      assert.equal((await heard(page, 'cnn:ready')).net, 'softmax');
      await say(page, { type: 'cnn:set', net: 'mlp', learningRate: 0.02, nonsense: 1 });
      await until(async () => (await heard(page, 'cnn:state'))?.net === 'mlp', 'another net');
    });

    await t.test('Share, clicked before its view has arrived, opens once it has', async (sub) => {
      const { page, close } = await openPage(browser, 'about:blank');
      sub.after(close);
      /** @type {() => void} */
      let arrive = () => {};
      const asked = new Promise((/** @type {(value: void) => void} */ resolve) => (arrive = resolve));
      await page.route('**/afterwards.js', async (route) => {
        await asked;
        await route.continue();
      });
      await page.goto(`${site.url}?lang=en#v1&net=softmax&start=fresh`);
      await until(() => page.locator('#share').isEnabled(), 'the page');
      await page.locator('#share').click();
      assert.equal(await page.locator('#share-dialog').count(), 0);
      arrive();
      await until(() => page.locator('#share-link').isVisible(), 'the dialog');
    });

    await t.test('the code that the page gives makes such a frame', async (sub) => {
      const made = await openPage(browser, `${site.url}?lang=en#v1&net=softmax&start=fresh`);
      sub.after(made.close);
      await until(() => made.page.locator('#share').isEnabled(), 'the page');
      await made.page.locator('#share').click();
      await made.page.locator('.share-panels input[value="train"]').uncheck();
      await made.page.locator('.share-panels input[value="inspector"]').check();
      const code = await made.page.locator('#share-iframe').inputValue();
      assert.match(code, /^<iframe src="[^"]*embed\.html\?panels=draw,net,inspector#v1&amp;[^"]*net=softmax[^"]*"/);
      const link = await made.page.locator('#share-link').inputValue();
      assert.match(link, /#v1&.*net=softmax/);

      const { page, errors, close } = await openPage(
        browser,
        `http://127.0.0.1:${port}/?code=${encodeURIComponent(code)}`,
      );
      sub.after(close);
      await until(async () => (await heard(page, 'cnn:ready'))?.net === 'softmax', 'the net of the link');
      const frame = /** @type {import('playwright-core').Frame} */ (
        page.frames().find((f) => f.url().includes('/embed.html'))
      );
      assert.equal(await frame.locator('#inspector').count(), 1);
      assert.equal(await frame.locator('#train-toggle').count(), 0);
      assert.deepEqual([...made.errors, ...errors], [], 'console errors');
    });

    for (const theme of ['light', 'dark']) {
      await t.test(`no violation of accessibility rules, ${theme}`, async (sub) => {
        const panels = 'pick,draw,stages,net,inspector,train,test,table';
        const { page, frame } = await visit(sub, `panels=${panels}&start=fresh&theme=${theme}&unit=conv1.relu/2`, {
          w: 1100,
          h: 690,
        });
        await until(async () => typeof (await heard(page, 'cnn:state'))?.class === 'number', 'the first prediction');
        await frame.evaluate(axe);
        const violations = await frame.evaluate(async () => {
          const result = await /** @type {any} */ (globalThis).axe.run(document, {
            resultTypes: ['violations'],
            preload: false,
          });
          return result.violations.map(
            (/** @type {any} */ v) =>
              `${v.id}: ${v.nodes.map((/** @type {any} */ n) => n.target.join(' ')).join(' | ')}`,
          );
        });
        assert.deepEqual(violations, []);
      });
    }

    await t.test('fills a frame of usual size without scrolling', async (sub) => {
      for (const [w, h] of [
        [700, 550],
        [1100, 550],
      ]) {
        const { page, frame } = await visit(sub, 'panels=draw,net,train&start=fresh&theme=dark', { w, h });
        await until(async () => typeof (await heard(page, 'cnn:state'))?.class === 'number', 'the first prediction');
        const size = await frame.evaluate(() => {
          const root = document.documentElement;
          const network = /** @type {HTMLElement} */ (document.getElementById('network'));
          return {
            over: [root.scrollWidth - root.clientWidth, root.scrollHeight - root.clientHeight],
            net: network.scrollWidth - network.clientWidth,
          };
        });
        assert.deepEqual(size, { over: [0, 0], net: 0 }, `${w}×${h}`);
      }
    });
  });
}

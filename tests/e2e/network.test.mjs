// The network view against the engine itself: what is painted, what hovering and the keyboard say, and for whom.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import test from 'node:test';
import { loadEngine } from '../../wasm/js/index.js';
import { kFirstSample, samples } from '../../web/draw/samples.js';
import { attribute, kinds, launch, openPage, ready, serveSite, until } from './browser.mjs';
import { valueAt } from './engine.mjs';

const server = await serveSite();
test.after(() => server.close());

const definition = JSON.parse(
  await readFile(new URL('../../assets/architectures/lenet5.json', import.meta.url), 'utf8'),
);
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** The same net on the same drawing, in node. */
const engine = loadEngine({ module: 'simd128' });
const net = engine.createNet(definition, { seed: 1 });
net.forwardDrawing({ strokes: samples[kFirstSample] });

const fresh = '?module=simd128&lang=en#v1&start=fresh&seed=1';

/** @typedef {import('playwright-core').Page} Page */

/** @param {Page} page */
const readout = (page) =>
  page.evaluate(() => {
    const panel = /** @type {HTMLElement | null} */ (document.querySelector('.readout'));
    if (!panel || panel.hidden) return null;
    const text = (/** @type {string} */ name) => panel.querySelector(`.readout-${name}`)?.textContent ?? '';
    return { value: text('value'), address: text('address') };
  });

/** A number as the page writes it. @param {string} text */
const parse = (text) => Number(text.replace('−', '-').replace('e−', 'e-'));

/** @param {Page} page */
const columns = (page) =>
  page.evaluate(() =>
    [...document.querySelectorAll('.network-column')].map((column) => {
      const { node } = /** @type {HTMLElement} */ (column).dataset;
      const canvas = /** @type {HTMLCanvasElement} */ (column.querySelector('.column-maps canvas'));
      const { data } = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d')).getImageData(
        0,
        0,
        canvas.width,
        canvas.height,
      );
      return { id: column.id, node, colours: new Set(new Uint32Array(data.buffer)).size };
    }),
  );

for (const kind of kinds) {
  test(kind, async (t) => {
    const browser = await launch(kind);
    t.after(() => browser.close());
    const visit = async (/** @type {any} */ sub, address = fresh, /** @type {any} */ options = {}) => {
      const opened = await openPage(browser, server.url + address, options);
      sub.after(async () => {
        await opened.close();
        assert.deepEqual(opened.errors, [], 'console errors');
      });
      await ready(opened.page);
      return opened.page;
    };

    await t.test('every layer has a column, and every column shows its maps', async (sub) => {
      const page = await visit(sub);
      await until(async () => (await columns(page)).every(({ colours }) => colours > 4), 'painted maps');
      const shown = await columns(page);
      assert.deepEqual(
        shown.map(({ id }) => id),
        ['input', 'conv1', 'pool1', 'conv2', 'pool2', 'fc1', 'fc2', 'logits', 'prediction'].map(
          (name) => `column-${name}`,
        ),
      );
      assert.equal(shown[3].node, 'conv2.relu', 'the activation is folded into its layer');
      const fits = await page.evaluate(() => {
        const network = /** @type {HTMLElement} */ (document.getElementById('network'));
        return network.scrollWidth <= network.clientWidth;
      });
      assert.ok(fits, 'LeNet-5 fits without scrolling');
    });

    await t.test('hovering tells the number that the engine has', async (sub) => {
      const page = await visit(sub);
      let checked = 0;
      for (const id of ['input', 'conv1', 'pool1', 'conv2', 'fc1', 'logits', 'prediction']) {
        const box = await page.locator(`#column-${id} canvas`).first().boundingBox();
        assert.ok(box);
        for (const [x, y] of [
          [0.3, 0.21],
          [0.72, 0.47],
          [0.55, 0.83],
        ]) {
          await page.mouse.move(0, 0);
          await page.mouse.move(box.x + x * box.width, box.y + y * box.height);
          await until(async () => (await readout(page))?.address.startsWith(id) ?? false, `numbers of ${id}`).catch(
            () => {},
          );
          const told = await readout(page);
          if (!told) continue; // between two maps
          const expected = valueAt(net, told.address);
          assert.ok(
            Math.abs(parse(told.value) - expected) <= 6e-4 * Math.abs(expected) + 1e-4,
            `${told.address}: ${told.value} for ${expected}`,
          );
          checked++;
        }
      }
      assert.ok(checked >= 15, `${checked} numbers`);
      await page.mouse.move(5, 5);
      await until(async () => (await readout(page)) === null, 'the numbers to go');
    });

    await t.test('before the activation: the toggle shows the node itself', async (sub) => {
      const page = await visit(sub);
      await page.locator('#column-conv1 .column-step').click();
      assert.equal(await attribute(page, 'column-conv1', 'data-node'), 'conv1');
      const low = await page.locator('#column-conv1 .column-legend .low').textContent();
      const least = Math.min(...net.tensor('activation', 'conv1'));
      assert.ok(Math.abs(parse(low ?? '') - least) < 0.06 * Math.abs(least), `${low} for ${least}`);
    });

    await t.test('a click selects: the inspector shows the channel and its kernel', async (sub) => {
      const page = await visit(sub);
      const box = await page.locator('#column-conv2 canvas').first().boundingBox();
      assert.ok(box);
      await page.mouse.click(box.x + 4, box.y + 4);
      await until(async () => (await page.locator('#inspector h2').textContent()) === 'conv2.relu', 'the inspector');
      const zeros = await page.locator('#inspector [data-stat="zeros"]').textContent();
      const all = net.tensor('activation', 'conv2.relu');
      const own = all.filter((_, i) => i % 16 === 0);
      assert.equal(zeros?.split(' ')[0], `${Math.round((100 * own.filter((v) => v === 0).length) / own.length)}%`);
      const kernel = net.tensor('parameter', 'conv2/kernel').filter((_, i) => i % 16 === 0);
      const high = async () => parse((await page.locator('#inspector [data-stat="weights-high"]').textContent()) ?? '');
      await until(
        async () => Math.abs((await high()) - Math.max(...kernel)) < 0.01 * Math.max(...kernel),
        'the kernel of the channel',
      );
      await until(
        () => page.evaluate(() => location.hash.includes('unit=conv2.relu/0')),
        'the selection in the address',
      );
    });

    await t.test('the keyboard walks from layer to channel to position and back', async (sub) => {
      const page = await visit(sub);
      const said = () => page.locator('.network-announcement').textContent();
      const place = () => page.evaluate(() => document.activeElement?.closest('.network-column')?.id ?? null);
      await page.locator('#column-input .column-maps').focus();
      await page.keyboard.press('ArrowRight');
      assert.equal(await place(), 'column-conv1');
      assert.match((await said()) ?? '', /conv1.*6/);
      await page.keyboard.press('ArrowDown');
      assert.match((await said()) ?? '', /conv1\.relu\/0/);
      await page.keyboard.press('End');
      assert.match((await said()) ?? '', /conv1\.relu\/5/);
      await page.keyboard.press('Enter');
      assert.equal(await page.locator('#inspector h2').textContent(), 'conv1.relu');
      assert.match((await page.locator('.inspector-which').textContent()) ?? '', /5/);
      await page.keyboard.press('ArrowUp');
      const address = 'conv1.relu/5@13,14';
      assert.ok((await said())?.startsWith(address), (await said()) ?? '');
      const told = await readout(page);
      assert.equal(told?.address, address);
      assert.ok(Math.abs(parse(told?.value ?? '') - valueAt(net, address)) <= 6e-4 * Math.abs(valueAt(net, address)) + 1e-4);
      for (let i = 0; i < 3; i++) await page.keyboard.press('Escape');
      assert.equal(await place(), 'column-conv1', 'the focus stays in the layer');
      await until(
        async () => !(await page.locator('#inspector h2').textContent())?.includes('conv1'),
        'nothing selected',
      );
      const stops = await page.evaluate(() => document.querySelectorAll('.column-maps[tabindex="0"]').length);
      assert.equal(stops, 1, 'one stop in the tab order');
    });

    await t.test('resting a finger shows the numbers, and selects nothing', async (sub) => {
      const page = await visit(sub);
      const touch = (/** @type {string} */ type) =>
        page.evaluate((name) => {
          const canvas = /** @type {HTMLElement} */ (document.querySelector('#column-conv2 canvas'));
          const box = canvas.getBoundingClientRect();
          const at = { bubbles: true, cancelable: true, clientX: box.x + 6, clientY: box.y + 6 };
          canvas.dispatchEvent(new PointerEvent(name, { ...at, pointerType: 'touch', pointerId: 7, isPrimary: true }));
        }, type);
      await touch('pointerdown');
      assert.equal(await readout(page), null, 'not yet');
      await until(async () => {
        if ((await readout(page)) !== null) return true;
        // The maps may have moved from under the finger while the rest of the page arrived.
        await touch('pointerdown');
        await page.waitForTimeout(600);
        return false;
      }, 'the numbers');
      const told = await readout(page);
      assert.match(told?.address ?? '', /^conv2\.relu\/0@/);
      await touch('click');
      assert.ok(!(await page.locator('#inspector h2').textContent())?.includes('conv2'));
      await touch('click');
      await until(async () => (await page.locator('#inspector h2').textContent()) === 'conv2.relu', 'a tap selects');
    });

    await t.test('activations, gradients, weights and weight gradients are the engine\'s', async (sub) => {
      const page = await visit(sub);
      const best = net.tensor('activation', 'prediction').reduce((at, p, i, all) => (p > all[at] ? i : at), 0);
      net.backward(Uint8Array.of(best));
      const ends = () =>
        page.evaluate(() =>
          ['low', 'high'].map((end) => document.querySelector(`#column-conv2 .column-legend .${end}`)?.textContent ?? ''),
        );
      for (const [kind, address] of [
        ['gradient', 'conv2.relu'],
        ['parameter', 'conv2/kernel'],
        ['parameter_gradient', 'conv2/kernel'],
        ['activation', 'conv2.relu'],
      ]) {
        await page.locator(`#show-${kind}`).click();
        const values = net.tensor(/** @type {any} */ (kind), address);
        const expected = [Math.min(0, ...values), Math.max(0, ...values)];
        await until(
          async () => (await ends()).every((text, i) => Math.abs(parse(text) - expected[i]) <= 0.12 * Math.abs(expected[i])), // one digit, where there is no room for two
          `the ends of ${kind}: ${expected}`,
        );
        await until(
          () => page.evaluate((name) => location.hash.includes(`show=${name}`) === (name !== 'activation'), kind),
          'the address',
        );
      }
    });

    for (const [width, net] of /** @type {[number, string][]} */ ([[1440, 'mini-resnet'], [1440, 'mini-vgg'], [360, 'lenet5']])) {
      await t.test(`the ends of the scales keep apart: gradients of ${net}, ${width} wide`, async (sub) => {
        const page = await visit(sub, `${fresh}&net=${net}&show=gradient`, { viewport: { width, height: 800 } });
        /** Numbers under the maps with where they stand. */
        const numbers = () =>
          page.evaluate(() =>
            [...document.querySelectorAll('.column-legend > span')].flatMap((element) => {
              const range = document.createRange();
              range.selectNodeContents(element);
              const { left, right, top, bottom } = range.getBoundingClientRect();
              return right > left ? [{ text: element.textContent, left, right, top, bottom }] : [];
            }),
          );
        await until(async () => (await numbers()).length > 3, 'numbers');
        const all = await numbers();
        const clashes = all.flatMap((a, i) =>
          all
            .slice(i + 1)
            .filter((b) => a.left < b.right + 1 && b.left < a.right + 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 6)
            .map((b) => `${a.text} ${b.text}`),
        );
        assert.deepEqual(clashes, []);
      });
    }

    await t.test('phone: every button above the net can be pressed, and its help is read whole', async (sub) => {
      for (const language of ['ru', 'en']) {
        const address = `${fresh.replace('lang=en', `lang=${language}`)}&net=mini-inception`;
        const page = await visit(sub, address, { viewport: { width: 360, height: 740 } });
        await page.locator('.network-bar cnn-help button').click();
        const hidden = await page.evaluate(() => {
          const bar = /** @type {HTMLElement} */ (document.querySelector('.network-bar'));
          bar.scrollIntoView({ block: 'center' });
          return [...bar.querySelectorAll('button, .popup-panel')].flatMap((element) => {
            const { left, right, top, bottom } = element.getBoundingClientRect();
            const [x, y] = [(left + right) / 2, (top + bottom) / 2];
            const sides = [[left + 2, y], [right - 2, y], [x, top + 2], [x, bottom - 2]];
            const seen = sides.every((side) => element.contains(document.elementFromPoint(side[0], side[1])));
            return seen ? [] : [element.id || element.className];
          });
        });
        assert.deepEqual(hidden, [], language);
        assert.equal(await page.locator('.network-bar .popup-panel').count(), 1);
      }
    });

    await t.test('zoom by button, key and wheel; the point under the pointer stays', async (sub) => {
      const page = await visit(sub);
      const width = async () => (await page.locator('#column-conv1 canvas').first().boundingBox())?.width ?? 0;
      /** Columns move to their places: only there they are measured. */
      const place = async () => {
        const moving = () => page.evaluate(() => document.getElementById('network')?.getAnimations({ subtree: true }).length);
        await until(async () => (await moving()) === 0, 'the end of the movement');
        return page.locator('#column-conv2 canvas').first().boundingBox();
      };
      const before = await width();
      await page.locator('#network-zoomIn').click();
      await page.locator('#network-zoomIn').click();
      await until(async () => (await width()) > 1.3 * before, 'larger maps');
      await page.locator('#column-input .column-maps').focus();
      await page.keyboard.press('0');
      await until(async () => (await width()) === before, 'the whole net again');
      const box = await place();
      assert.ok(box);
      await page.mouse.move(box.x + 5, box.y + box.height / 2);
      await page.keyboard.down('Control');
      await page.mouse.wheel(0, -200);
      await page.keyboard.up('Control');
      await until(async () => (await width()) > 1.3 * before, 'larger maps');
      const after = await place();
      assert.ok(after && after.x < box.x + 10 && after.x > box.x - 20, `${box.x} → ${after?.x}`);
    });

    await t.test('branches stand side by side; blocks fold and unfold', async (sub) => {
      const page = await visit(sub, `${fresh}&net=mini-inception`);
      // Only what is on the screen is painted.
      const painted = async () => (await columns(page)).find(({ id }) => id === 'column-inception1');
      await until(async () => ((await painted())?.colours ?? 0) > 2, 'painted maps');
      const folded = (await columns(page)).map(({ id }) => id);
      assert.ok(folded.includes('column-inception1') && !folded.includes('column-inception1.conv1x1'));
      await page.locator('#column-inception1 .column-step').click();
      await until(async () => (await page.locator('[id="column-inception1.conv1x1"]').count()) === 1, 'its layers');
      const box = (/** @type {string} */ name) => page.locator(`[id="column-inception1.${name}"]`).boundingBox();
      await until(async () => {
        const [a, b] = [await box('conv1x1'), await box('reduce3x3')];
        return a !== null && b !== null && Math.abs(a.x + a.width / 2 - b.x - b.width / 2) < 2 && a.y + a.height <= b.y + 1;
      }, 'one branch above the other, when they have come to rest');
      await page.locator('.network-block').first().click();
      await until(async () => (await page.locator('#column-inception1').count()) === 1, 'one column again');
    });

    for (const scheme of /** @type {const} */ (['light', 'dark'])) {
      await t.test(`no violation of accessibility rules, ${scheme}`, async (sub) => {
        const page = await visit(sub, `${fresh}&theme=${scheme}&unit=conv2.relu/3@2,2&room=train`);
        await until(async () => (await page.locator('#inspector h2').textContent()) === 'conv2.relu', 'the inspector');
        await page.evaluate(axe);
        const violations = await page.evaluate(async () => {
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
  });
}

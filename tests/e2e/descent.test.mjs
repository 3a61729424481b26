// The way down, from the whole net to one position and its arithmetic, against the engine itself.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import test from 'node:test';
import { loadEngine } from '../../wasm/js/index.js';
import { kFirstSample, samples } from '../../web/draw/samples.js';
import { createTranslator } from '../../web/i18n/index.js';
import { encodeSettings } from '../../web/state/url.js';
import { formatValue } from '../../web/widgets/format.js';
import { kinds, launch, openPage, ready, serveSite, until } from './browser.mjs';
import { valueAt } from './engine.mjs';

const server = await serveSite();
test.after(() => server.close());

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const engine = loadEngine({ module: 'simd128' });

/** @param {string} name */
const definitionOf = async (name) =>
  JSON.parse(await readFile(new URL(`../../assets/architectures/${name}.json`, import.meta.url), 'utf8'));

/** The net on the first drawing, in node. @param {string} name */
const opened = async (name) => openedAs(await definitionOf(name));

/** @param {any} definition */
function openedAs(definition) {
  const net = engine.createNet(definition, { seed: 1 });
  net.forwardDrawing({ strokes: samples[kFirstSample] });
  return (/** @type {string} */ address, /** @type {'activation' | 'gradient'} */ kind = 'activation') => {
    if (kind === 'gradient') net.backward(Uint8Array.of(classOf(net.tensor('activation', 'prediction'))));
    return valueAt(net, address, kind);
  };
}

/** @param {Float32Array} probabilities */
const classOf = (probabilities) => probabilities.indexOf(Math.max(...probabilities));

const fresh = '?module=simd128&lang=en#v1&start=fresh&seed=1';

/** @typedef {import('playwright-core').Page} Page */

/** What the panel tells of each node on the way. @param {Page} page */
const stations = (page) =>
  page.evaluate(() =>
    [...document.querySelectorAll('#descent .arithmetic')].map((element) => ({
      .../** @type {{address: string, kind: string, result: string}} */ ({ .../** @type {HTMLElement} */ (element).dataset }),
      products: [...element.querySelectorAll('.arithmetic-part:last-of-type td')].map(({ textContent }) =>
        Number(textContent?.replace('−', '-')),
      ),
      marked: element.querySelectorAll('.is-marked').length,
      rows: element.querySelectorAll('.terms tr').length,
    })),
  );

/** @param {Page} page @param {(all: Awaited<ReturnType<typeof stations>>) => boolean} [condition] */
async function told(page, condition = (all) => all.length > 0) {
  await until(async () => condition(await stations(page)), 'the arithmetic');
  return stations(page);
}

for (const kind of kinds) {
  test(kind, async (t) => {
    const browser = await launch(kind);
    t.after(() => browser.close());
    const visit = async (/** @type {any} */ sub, address = fresh, /** @type {any} */ options = {}) => {
      const page = await openPage(browser, server.url + address, options);
      sub.after(async () => {
        await page.close();
        assert.deepEqual(page.errors, [], 'console errors');
      });
      await ready(page.page);
      return page.page;
    };

    await t.test('a click on a map opens it where the net stays in sight; every number is the engine\'s', async (sub) => {
      const page = await visit(sub);
      const valueOf = await opened('lenet5');
      const box = await page.locator('#column-conv2 canvas').first().boundingBox();
      assert.ok(box);
      await page.mouse.click(box.x + 4, box.y + 4);
      const [first, second] = await told(page);
      assert.match(first.address, /^conv2\/0@/);
      assert.match(second.address, /^conv2\.relu\/0@/);
      assert.equal(first.kind, 'products');
      assert.equal(Number(first.result), valueOf(first.address));
      assert.equal(Number(second.result), valueOf(second.address));
      assert.equal(first.products.length, 25, 'one window in numbers');
      assert.ok(await page.locator('#column-conv2 canvas').first().isVisible());
    });

    await t.test('the same for positions of every layer, of a chain and of a net with skips', async (sub) => {
      for (const [name, addresses] of /** @type {[string, string[]][]} */ ([
        ['lenet5', ['input/0@9,11', 'conv1.relu/3@0,0', 'pool2/9@3,1', 'fc1.relu/64', 'logits/7', 'prediction/2']],
        ['mini-resnet', ['norm1.relu/5@14,3', 'block2.add.relu/20@6,6', 'average/7']],
      ])) {
        const valueOf = await opened(name);
        const page = await visit(sub, `${fresh}&net=${name}&unit=${addresses[0]}`);
        for (const address of addresses) {
          await page.evaluate((unit) => (location.hash = location.hash.replace(/unit=[^&]*/, `unit=${unit}`)), address);
          const whole = address.includes('@') ? address : `${address}@0,0`;
          const all = await told(page, (list) => list.at(-1)?.address === whole);
          for (const { address: each, result } of all) assert.equal(Number(result), valueOf(each), each);
        }
      }
    });

    await t.test('pooling marks the winner, dense layers list their terms, softmax its shares', async (sub) => {
      const page = await visit(sub, `${fresh}&unit=pool1/2@7,7`);
      const [pool] = await told(page);
      assert.equal(pool.kind, 'maximum');
      assert.equal(pool.marked, 1);
      await page.evaluate(() => (location.hash = location.hash.replace(/unit=[^&]*/, 'unit=logits/3')));
      const [dense] = await told(page, (all) => all[0]?.address === 'logits/3@0,0');
      assert.equal(dense.rows, 14, 'twelve terms, what the others add, the bias');
      const term = page.locator('#descent .terms button').first();
      const name = (await term.textContent())?.trim() ?? '';
      await term.hover();
      await until(async () => (await page.locator('.network-marks .outline.look').count()) > 0, 'the unit lights up in the net');
      await term.click();
      await until(() => page.evaluate((unit) => location.hash.includes(`unit=${unit}`), name), 'the unit opens');
    });

    await t.test('dropout: the mask of the coming step, some dropped, the others scaled', async (sub) => {
      const page = await visit(sub, `${fresh}&net=mini-alexnet&batch=8&unit=drop6/0`);
      const seen = { kept: 0, dropped: 0 };
      for (let channel = 0; channel < 6; channel++) {
        await page.evaluate((unit) => (location.hash = location.hash.replace(/unit=[^&]*/, `unit=${unit}`)), `drop6/${channel}`);
        const station = page.locator(`.arithmetic[data-address^="drop6/${channel}@"]`);
        await until(async () => (await station.locator('.mask tr').count()) === 6, 'six pictures');
        const rows = await station.locator('.mask tr').evaluateAll((all) =>
          all.map((row) => ['value', 'weight', 'result'].map((name) => Number(/** @type {any} */ (row).dataset[name]))),
        );
        for (const [value, weight, result] of rows) {
          assert.ok(weight === 0 || weight === 2, `1/(1 − 0.5) or nothing, not ${weight}`);
          assert.ok(Math.abs(value * weight - result) < 1e-6);
          seen[weight ? 'kept' : 'dropped']++;
        }
      }
      assert.ok(seen.kept > 5 && seen.dropped > 5, JSON.stringify(seen));
    });

    await t.test('keyboard and Back: down, along, and up again', async (sub) => {
      const page = await visit(sub, `${fresh}&unit=conv1.relu/2`);
      const unit = () => page.evaluate(() => /unit=([^&]*)/.exec(location.hash)?.[1] ?? null);
      await told(page);
      await page.locator('#descent .map-frame').focus();
      const before = (await told(page))[0].address;
      await page.keyboard.press('ArrowUp');
      const [moved] = await told(page, (all) => all[0]?.address !== before);
      assert.equal(await unit(), 'conv1.relu/2', 'looking is not keeping');
      await page.keyboard.press('Enter');
      await until(async () => (await unit()) === moved.address.replace('conv1/', 'conv1.relu/'), 'the position in the address');
      await page.goBack();
      await until(async () => (await unit()) === 'conv1.relu/2', 'Back leads up');
      await page.locator('#descent .map-frame').focus();
      await page.keyboard.press('Escape');
      await until(async () => (await unit()) === 'conv1.relu', 'the layer');
      await page.locator('#descent .map-frame').focus();
      await page.keyboard.press('Enter');
      await until(async () => (await unit()) === 'conv1.relu/0', 'its first channel');
      await page.locator('#descent-close').click();
      await until(async () => (await unit()) === null, 'the whole net');
      assert.equal(await page.locator('#descent').count(), 0);
    });

    await t.test('play walks over the positions, a drag takes over', async (sub) => {
      const page = await visit(sub, `${fresh}&unit=conv2.relu/1@0,0`);
      await told(page);
      await page.locator('#descent-play').click();
      await told(page, (all) => all[0]?.address === 'conv2/1@0,3');
      const box = await page.locator('#descent .map-frame canvas').boundingBox();
      assert.ok(box);
      await page.mouse.move(box.x + 0.55 * box.width, box.y + 0.55 * box.height);
      await page.mouse.down();
      await page.mouse.move(box.x + 0.75 * box.width, box.y + 0.35 * box.height, { steps: 3 });
      await page.mouse.up();
      await told(page, (all) => all[0]?.address === 'conv2/1@3,7');
      assert.equal(await page.locator('#descent-play').getAttribute('aria-pressed'), 'false');
      await until(() => page.evaluate(() => location.hash.includes('unit=conv2.relu/1@3,7')), 'where the drag ended');
    });

    await t.test('backward: every gradient is the engine\'s, and a weight tells how it will change', async (sub) => {
      const page = await visit(sub, `${fresh}&unit=conv1.relu/2@10,12&as=backward`);
      const valueOf = await opened('lenet5');
      const [relu, conv] = await told(page, (all) => all.length === 2 && all[0].kind === 'backward');
      for (const { address, result } of [relu, conv]) {
        const expected = valueOf(address, 'gradient');
        assert.ok(Math.abs(Number(result) - expected) <= 1e-5 * Math.abs(expected) + 1e-9, `${address}: ${result} for ${expected}`);
      }
      await page.locator('#aspect-forward').click();
      await told(page, (all) => all[0]?.kind === 'products');
      await page.locator('#descent .numbers button').nth(7).click();
      const weight = page.locator('#descent .arithmetic[data-kind="weight"]');
      await until(async () => (await weight.count()) === 1 && (await weight.locator('[data-after]').count()) === 1, 'the weight');
      const [gradient, sum] = await Promise.all(['gradient', 'sum'].map((name) => weight.getAttribute(`data-${name}`)));
      assert.ok(Math.abs(Number(gradient) - Number(sum)) <= 1e-4 * Math.abs(Number(sum)) + 1e-7, `${gradient}, ${sum}`);
      const after = await weight.locator('[data-after]').getAttribute('data-after');
      const before = await weight.locator('[data-after]').getAttribute('data-before');
      assert.notEqual(before, after);
      await page.locator('#train-step').click();
      await until(
        async () => (await weight.locator('[data-after]').getAttribute('data-before')) === after,
        'the step to do what was foretold',
      );
    });

    /** What the sentence has to say beside the numbers. @type {[string, 'prediction' | 'logits', (right: boolean, gradient: number) => string][]} */
    const heads = [
      ['softmax', 'prediction', (right) => `asked for y = ${right ? 1 : 0}.`],
      ['binary_cross_entropy', 'prediction', (right) => `asked for y = ${right ? 1 : 0}.`],
      ['squared_error', 'logits', (right) => `asked for ${right ? 1 : 0}.`],
      [
        'svm',
        'logits',
        (right, gradient) =>
          right ? `each of the others by 1. Others that are closer: ${-gradient}.` : `1 behind the right one. ${gradient ? 'It is closer.' : 'It does.'}`,
      ],
    ];
    for (const [head, said, asked] of heads) {
      await t.test(`where the gradient begins: ${head}`, async (sub) => {
        const definition = await definitionOf('softmax');
        Object.assign(definition.layers.at(-1), { type: head, weight: 0.5 });
        const net = await encodeSettings({ net: 'custom', definition, aspect: 'backward' });
        const page = await visit(sub, `${fresh}${net.slice('#v1'.length)}&unit=logits/0`);
        const valueOf = openedAs(definition);
        const score = (/** @type {number} */ channel) => valueOf(`logits/${channel}@0,0`);
        const order = Array.from({ length: 10 }, (_, i) => i).sort((a, b) => score(b) - score(a));
        const text = createTranslator(() => 'en');
        for (const channel of [order[0], order[1], order[9]]) {
          await page.evaluate((unit) => (location.hash = location.hash.replace(/unit=[^&]*/, `unit=${unit}`)), `logits/${channel}`);
          await told(page, (all) => all[0]?.address === `logits/${channel}@0,0`);
          const loss = await page.locator('.arithmetic-loss').innerText();
          const gradient = valueOf(`logits/${channel}@0,0`, 'gradient');
          assert.ok(loss.includes(`said ${said === 'prediction' ? 'p = ' : ''}${formatValue(text, valueOf(`${said}/${channel}@0,0`))}`), loss);
          assert.ok(loss.includes(asked(channel === order[0], 2 * gradient)), loss);
          const weighed = `Times the weight of this loss, 0.5: ${formatValue(text, gradient)}.`;
          assert.ok(loss.endsWith(`${formatValue(text, 2 * gradient)}. ${weighed}`), `${loss} for ${gradient}`);
        }
      });
    }

    await t.test('what a unit sees, and what excites it', async (sub) => {
      const page = await visit(sub, `${fresh}&unit=conv2.relu/3@4,4&as=field`);
      await until(async () => (await page.locator('[data-field="size"]').textContent()) === '14×14', 'the receptive field');
      assert.equal(await page.locator('[data-field="jump"]').textContent(), '2×2');
      assert.ok((await page.locator('.network-marks .look-field').count()) >= 3, 'its box in the layers before');
      await page.locator('#aspect-excites').click();
      await until(async () => (await page.locator('.excites-patches li').count()) === 12, 'twelve pictures');
      assert.equal(await page.locator('.network-marks .look-field').count(), 0);
      await until(() => page.evaluate(() => location.hash.includes('as=excites')), 'the aspect in the address');
      await page.evaluate(() => (location.hash = location.hash.replace(/unit=[^&]*/, 'unit=prediction/3')));
      await until(async () => (await page.locator('.excites-row canvas').count()) === 6, 'three methods, twice');
      await until(async () => (await page.locator('cnn-excites').innerText()).includes('score of the class'), 'the climb');
    });

    await t.test('a training step in slow motion lights one station after another', async (sub) => {
      const page = await visit(sub, fresh.replace('start=fresh', 'start=trained'));
      const lit = () => page.evaluate(() => [...document.querySelectorAll('.is-lit')].map(({ id }) => id));
      const station = () => page.locator('#slow-step').getAttribute('data-station');
      await page.locator('#network-slow').click();
      await until(async () => (await lit())[0] === 'column-input', 'the batch');
      assert.equal(await station(), 'batch');
      /** @type {string[]} */
      const seen = [];
      while (!(await page.locator('#slow-next').isDisabled())) {
        await page.locator('#slow-next').click();
        seen.push(`${await station()} ${(await lit()).join()}`);
      }
      assert.deepEqual([seen[0], seen[7], seen[8], seen[9], seen.at(-1)], [
        'forward column-conv1',
        'forward column-prediction',
        'loss column-prediction',
        'backward column-logits',
        'update ',
      ]);
      await page.locator('#slow-take').click();
      await until(async () => (await page.locator('#metric-step').getAttribute('data-value')) === '1', 'the step');
      // From the trained weights that it was shown of; fresh ones begin with a loss of 2.3.
      const loss = Number(await page.locator('#metric-loss').getAttribute('data-value'));
      assert.ok(loss < 1, String(loss));
    });

    for (const [width, height, unit] of /** @type {[number, number, string][]} */ ([
      [1440, 900, 'conv2.relu/3@2,2'],
      [360, 740, 'prediction/3'],
    ])) {
      await t.test(`no violation of accessibility rules, ${width} wide`, async (sub) => {
        const page = await visit(sub, `${fresh}&unit=${unit}`, { viewport: { width, height } });
        await told(page);
        await page.evaluate(axe);
        const violations = await page.evaluate(async () => {
          const result = await /** @type {any} */ (globalThis).axe.run(document, {
            resultTypes: ['violations'],
            preload: false,
          });
          return result.violations.map(
            (/** @type {any} */ v) => `${v.id}: ${v.nodes.map((/** @type {any} */ n) => n.target.join(' ')).join(' | ')}`,
          );
        });
        assert.deepEqual(violations, []);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(overflow <= 0, 'nothing sticks out');
      });
    }
  });
}

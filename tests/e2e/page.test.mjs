// What a person does with the page, in both browsers.

import assert from 'node:assert/strict';
import { readFile, writeFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { decodeSettings } from '../../web/state/url.js';
import {
  attribute,
  drawWithMouse,
  kinds,
  launch,
  number,
  openPage,
  predicted,
  probabilities,
  ready,
  serveSite,
  status,
  until,
} from './browser.mjs';

/** A vertical line, a ring. */
const one = [
  [
    [0.5, 0.15],
    [0.5, 0.5],
    [0.5, 0.85],
  ],
];
const zero = [
  Array.from({ length: 17 }, (_, i) => [
    0.5 + 0.25 * Math.sin((i * Math.PI) / 8),
    0.5 - 0.36 * Math.cos((i * Math.PI) / 8),
  ]),
];

const server = await serveSite();
const folder = await mkdtemp(join(tmpdir(), 'cnn-page-'));
test.after(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

/** @param {import('playwright-core').Page} page */
const loss = (page) => number(page, 'metric-loss');

for (const kind of kinds) {
  test(kind, async (t) => {
    const browser = await launch(kind);
    t.after(() => browser.close());

    /** A page that has answered; at the end its console must be without errors. */
    const visit = async (/** @type {any} */ sub, hash = '', /** @type {any} */ options = {}) => {
      const opened = await openPage(browser, server.url + hash, options);
      sub.after(async () => {
        await opened.close();
        assert.deepEqual(opened.errors, [], 'console errors');
      });
      return opened.page;
    };

    await t.test('opens alive: a digit on the pad, an answer, maps, nothing asked of foreign hosts', async (sub) => {
      /** @type {string[]} */
      const requests = [];
      const { page, errors, close } = await openPage(browser, 'about:blank');
      sub.after(close);
      page.on('request', (request) => requests.push(request.url()));
      await page.goto(server.url);
      await ready(page);
      assert.equal(await predicted(page), 3, 'the sample digit');
      assert.equal(await attribute(page, 'weights-origin', 'data-value'), 'trained');
      const sum = (await probabilities(page)).reduce((a, b) => a + b);
      assert.ok(Math.abs(sum - 1) < 1e-3);
      assert.ok((await page.locator('#network canvas').count()) > 3);
      assert.ok(
        requests.every((url) => url.startsWith(server.url) || /^(blob|data):/.test(url)),
        requests.join('\n'),
      );
      assert.deepEqual(errors, []);
    });

    await t.test('drawing with the mouse changes the answer; clear and undo work', async (sub) => {
      const page = await visit(sub);
      await ready(page);
      await drawWithMouse(page, one);
      await until(async () => (await predicted(page)) === 1, 'a one');
      await page.click('#draw-clear');
      await until(async () => (await predicted(page)) === null, 'an empty pad');
      await drawWithMouse(page, zero);
      await until(async () => (await predicted(page)) === 0, 'a zero');
      await page.click('#draw-clear');
      await page.click('#draw-undo');
      await until(async () => (await predicted(page)) === 0, 'the zero again');
    });

    await t.test('the answer changes while the pen moves', async (sub) => {
      const page = await visit(sub);
      await ready(page);
      const box = /** @type {any} */ (await page.locator('#draw-pad').boundingBox());
      const seen = new Set();
      await page.mouse.move(box.x + 0.3 * box.width, box.y + 0.2 * box.height);
      await page.mouse.down();
      for (let i = 1; i <= 12; i++) {
        await page.mouse.move(box.x + (0.3 + 0.03 * i) * box.width, box.y + (0.2 + 0.05 * i) * box.height);
        await page.waitForTimeout(40);
        seen.add(String(await probabilities(page)));
      }
      await page.mouse.up();
      assert.ok(seen.size >= 8, `${seen.size} different answers while drawing`);
    });

    await t.test('bars are as long as they say; while it trains the stages are painted only when they change', async (sub) => {
      const page = await visit(sub, '#v1&net=lenet5&start=fresh&room=train', {
        init: () => {
          const painted = { stages: 0 };
          Object.assign(window, { painted });
          const draw = CanvasRenderingContext2D.prototype.drawImage;
          CanvasRenderingContext2D.prototype.drawImage = function (/** @type {any[]} */ ...rest) {
            if (this.canvas.id.startsWith('stage-')) painted.stages++;
            draw.apply(this, /** @type {any} */ (rest));
          };
        },
      });
      const stages = () => page.evaluate(() => /** @type {any} */ (window).painted.stages);
      await ready(page);
      const lengths = await page.evaluate(() =>
        Array.from(document.querySelectorAll('.bar-fill'), (bar) => parseFloat(getComputedStyle(bar).backgroundSize)),
      );
      (await probabilities(page)).forEach((share, i) => assert.ok(Math.abs(lengths[i] - 100 * share) <= 0.06, `bar ${i}`));

      await page.click('#train-toggle');
      await until(async () => (await number(page, 'metric-step')) > 20, 'training');
      const [before, then] = [await stages(), await number(page, 'metric-step')];
      assert.ok(before >= 3, 'one picture each');
      const told = await probabilities(page);
      await until(async () => (await number(page, 'metric-step')) > then + 50, 'more training');
      assert.notDeepEqual(await probabilities(page), told, 'it was answered again');
      assert.equal(await stages(), before);
      await page.click('#draw-clear');
      await drawWithMouse(page, one);
      await until(async () => (await stages()) >= before + 3, 'the new stages');

      // Where the canvases are smaller their pictures are as well.
      await page.setViewportSize({ width: 900, height: 800 });
      const fits = () =>
        page.evaluate(() => {
          const canvas = /** @type {HTMLCanvasElement} */ (document.getElementById('stage-ink'));
          return canvas.clientWidth < 50 && canvas.width === Math.round(canvas.clientWidth * devicePixelRatio);
        });
      await until(fits, 'canvases of the new size');
    });

    await t.test('drawing by touch', async (sub) => {
      const page = await visit(sub, '', {
        viewport: { width: 360, height: 740 },
        ...(kind === 'chromium' && { hasTouch: true }),
      });
      await ready(page);
      // Touch pointers as the browser would make them; neither driver can drag a finger.
      await page.evaluate((points) => {
        const pad = /** @type {HTMLElement} */ (document.getElementById('draw-pad'));
        const box = pad.getBoundingClientRect();
        const send = (/** @type {string} */ type, /** @type {number[]} */ [x, y]) =>
          pad.dispatchEvent(
            new PointerEvent(type, {
              pointerId: 5,
              pointerType: 'touch',
              isPrimary: true,
              button: type === 'pointermove' ? -1 : 0,
              bubbles: true,
              cancelable: true,
              clientX: box.left + x * box.width,
              clientY: box.top + y * box.height,
            }),
          );
        send('pointerdown', points[0]);
        for (const point of points.slice(1)) send('pointermove', point);
        send('pointerup', points[points.length - 1]);
      }, one[0]);
      await until(async () => (await predicted(page)) === 1, 'a one');
      assert.equal(
        await page.evaluate(
          () => getComputedStyle(/** @type {any} */ (document.getElementById('draw-pad'))).touchAction,
        ),
        'none',
      );
    });

    await t.test('drawing with the keyboard alone', async (sub) => {
      const page = await visit(sub);
      await ready(page);
      await page.focus('#draw-pad');
      await page.keyboard.press('Delete');
      for (let i = 0; i < 12; i++) await page.keyboard.press('ArrowUp');
      await page.keyboard.press(' ');
      for (let i = 0; i < 24; i++) await page.keyboard.press('ArrowDown');
      await page.keyboard.press(' ');
      await until(async () => (await predicted(page)) === 1, 'a one');
      await page.keyboard.press('Backspace');
      await until(async () => (await predicted(page)) === null, 'an empty pad');
      assert.notEqual(await status(page), 'training', 'Space on the pad does not train');
    });

    await t.test('every net of the picker opens and answers', async (sub) => {
      const page = await visit(sub);
      await ready(page);
      const ids = await page
        .locator('#architecture-picker option')
        .evaluateAll((options) => options.map((each) => /** @type {any} */ (each).value));
      const order = ['softmax', 'mlp', 'lenet5', 'keras-mnist', 'convnetjs-mnist', 'mini-alexnet', 'mini-vgg'];
      assert.deepEqual(ids.slice(0, order.length), order);
      assert.equal(ids.length, 13);
      for (const id of ids) {
        const before = String(await probabilities(page));
        if (id !== (await page.inputValue('#architecture-picker'))) {
          await page.selectOption('#architecture-picker', id);
          await until(async () => String(await probabilities(page)) !== before, `${id} answers`);
        }
        assert.equal(await status(page), 'ready', id);
      }
    });

    await t.test('another data set brings its classes, its weights and its pictures', async (sub) => {
      const page = await visit(sub);
      await ready(page);
      await page.selectOption('#dataset-picker', 'fashion-mnist');
      await page.click('#room-data');
      await until(async () => (await page.locator('.picture').count()) > 90, 'its test pictures');
      const picture = page.locator('.picture[data-index="0"]');
      assert.match(String(await picture.getAttribute('title')), /ankle boot/);
      await picture.click();
      await until(async () => (await predicted(page)) === 9, 'an ankle boot');
      assert.match(await page.locator('#prediction').innerText(), /ankle boot/);
    });

    await t.test('training: the loss falls, figures move, pause, step and reset do what they say', async (sub) => {
      const page = await visit(sub);
      await ready(page);
      await page.click('#train-toggle');
      await until(async () => (await number(page, 'metric-step')) > 5, 'the first steps');
      assert.equal(await attribute(page, 'notice', 'role'), 'status');
      assert.match(await page.locator('#notice').innerText(), /fresh weights/);
      const first = await loss(page);
      await until(
        async () => (await loss(page)) < 0.5 * first && (await number(page, 'metric-step')) > 150,
        'a falling loss',
        60000,
      );
      assert.ok((await number(page, 'metric-speed')) > 100);
      await until(async () => (await number(page, 'metric-heldout')) > 0.5, 'the held-out sample', 60000);
      assert.equal(await attribute(page, 'weights-origin', 'data-value'), 'learnt');
      await page.click('#train-toggle');
      await until(async () => (await status(page)) === 'paused', 'the pause');
      await page.waitForTimeout(300);
      const step = await number(page, 'metric-step');
      await page.waitForTimeout(400);
      assert.equal(await number(page, 'metric-step'), step, 'nothing moves while paused');
      const plots = await page.evaluate(() => {
        const first = /** @type {HTMLElement} */ (document.querySelector('.curve-readout'));
        first.textContent = 'long '.repeat(60);
        return [...document.querySelectorAll('[data-curve=loss] .curve-canvas, [data-curve=accuracy] .curve-canvas')].map(
          (each) => each.getBoundingClientRect().top,
        );
      });
      assert.equal(plots[0], plots[1], 'the plots stand side by side, however long the line above them');
      await page.click('#train-step');
      await until(async () => (await number(page, 'metric-step')) === step + 1, 'one step');
      await page.click('#train-reset');
      await until(async () => Number.isNaN(await number(page, 'metric-step')), 'empty figures');
      assert.equal(await attribute(page, 'weights-origin', 'data-value'), 'fresh');
      await page.click('#notice-action');
      await until(async () => (await number(page, 'metric-step')) === step + 1, 'what was learnt, brought back');
    });

    await t.test('settings change while training runs', async (sub) => {
      const page = await visit(sub);
      await ready(page);
      await page.click('#train-toggle');
      await until(async () => (await number(page, 'metric-step')) > 3, 'training');
      await page.selectOption('#optimizer', 'momentum');
      await page.selectOption('#batch-size', '64');
      await page.fill('#learning-rate', '0.02');
      await page.press('#learning-rate', 'Tab');
      const step = await number(page, 'metric-step');
      await until(async () => (await number(page, 'metric-step')) > step + 10, 'training goes on');
      assert.equal(await status(page), 'training');
      await until(() => page.url().includes('lr=0.02'), 'the address');
      assert.match(page.url(), /opt=momentum/);
      assert.match(page.url(), /batch=64/);
      assert.equal(await page.locator('#momentum').isVisible(), true);
      await page.fill('#learning-rate', 'fast');
      await page.press('#learning-rate', 'Tab');
      assert.equal(await page.getAttribute('#learning-rate', 'aria-invalid'), 'true');
      await page.keyboard.press('Escape');
      assert.equal(await status(page), 'training');
    });

    await t.test('the complete test: all 10 000 pictures, LeNet-5 at 99 %', async (sub) => {
      const page = await visit(sub, '#v1&room=train');
      await ready(page);
      await page.click('#evaluate');
      await until(async () => (await attribute(page, 'test-accuracy', 'data-complete')) === 'true', 'the test', 120000);
      assert.ok((await number(page, 'test-accuracy')) >= 0.99, String(await number(page, 'test-accuracy')));
      const counts = await page
        .locator('#confusion td')
        .evaluateAll((cells) => cells.map((cell) => Number(cell.textContent?.replace(/\D/g, '')) || 0));
      assert.equal(
        counts.reduce((a, b) => a + b, 0),
        10000,
      );
    });

    await t.test('saved, and loaded into a fresh page: the same answer', async (sub) => {
      const page = await visit(sub, '', {
        init: () => {
          const make = URL.createObjectURL.bind(URL);
          const blobs = /** @type {any[]} */ (/** @type {any} */ (window).cnnBlobs = []);
          URL.createObjectURL = (blob) => {
            blobs.push(blob);
            return make(blob);
          };
        },
      });
      await ready(page);
      await page.click('#train-step');
      await until(async () => (await number(page, 'metric-step')) === 1, 'one step');
      await page.waitForTimeout(300);
      const answer = await probabilities(page);
      const path = join(folder, `${kind}.cnn`);
      if (kind === 'chromium') {
        const [download] = await Promise.all([page.waitForEvent('download'), page.click('#save-model')]);
        assert.equal(download.suggestedFilename(), 'lenet5-mnist-1.cnn');
        await download.saveAs(path);
      } else {
        // This driver of Firefox does not tell of downloads: the bytes are taken where the page hands them over.
        await page.click('#save-model');
        await until(async () => (await page.locator('#notice').innerText()).includes('lenet5-mnist-1.cnn'), 'saved');
        const bytes = await page.evaluate(async () => [
          ...new Uint8Array(await /** @type {any} */ (window).cnnBlobs.at(-1).arrayBuffer()),
        ]);
        await writeFile(path, Uint8Array.from(bytes));
      }
      assert.ok((await readFile(path)).length > 100000);
      const other = await visit(sub);
      await ready(other);
      assert.notDeepEqual(await probabilities(other), answer);
      await other.setInputFiles('#load-model', path);
      await until(async () => (await attribute(other, 'weights-origin', 'data-value')) === 'file', 'the file');
      await until(async () => String(await probabilities(other)) === String(answer), 'the same answer');
    });

    await t.test('broken files are refused with a reason; the net stays', async (sub) => {
      const page = await visit(sub);
      await ready(page);
      const answer = await probabilities(page);
      for (const [name, bytes] of /** @type {[string, Uint8Array][]} */ ([
        ['noise.cnn', Uint8Array.from({ length: 5000 }, (_, i) => (i * 7919) % 256)],
        ['empty.cnn', new Uint8Array()],
        ['cut.json', new TextEncoder().encode('{"layers": [{"type": "inp')],
        ['unknown.json', new TextEncoder().encode('{"layers":[{"type":"input","shape":[28,28,1]},{"type":"conv3d"}]}')],
      ])) {
        const path = join(folder, name);
        await writeFile(path, bytes);
        await page.setInputFiles('#load-model', path);
        await until(async () => (await page.locator('#notice').innerText()).includes(name), name);
        assert.equal(await attribute(page, 'notice', 'role'), 'alert');
        assert.ok((await page.locator('#notice').innerText()).length > name.length + 20);
      }
      assert.deepEqual(await probabilities(page), answer);
      assert.equal(await status(page), 'ready');
    });

    await t.test('a definition is edited, refused with its place, applied, undone', async (sub) => {
      const page = await visit(sub, '#v1&room=architecture');
      await ready(page);
      await until(
        async () => (await page.locator('.presets .full-size').innerText()).includes('138,357,544'),
        'VGG-16 is counted',
      );
      const text = await page.inputValue('#definition');
      assert.match(text, /"conv2d"/);
      await page.fill('#definition', text.replace(/"filters": \d+/, '"filters": 0'));
      await page.click('#definition-apply');
      await until(async () => (await page.locator('#definition-error').innerText()).includes('/layers/1'), 'the place');
      assert.equal(await page.inputValue('#architecture-picker'), 'lenet5');
      await page.fill('#definition', text.replace(/"filters": \d+/, '"filters": 9'));
      await page.click('#definition-apply');
      await until(async () => (await page.inputValue('#architecture-picker')) === 'custom', 'the own net');
      await until(() => page.url().includes('def='), 'the address');
      const address = page.url();
      const other = await visit(sub, new URL(address).hash);
      await ready(other);
      assert.equal(await other.inputValue('#architecture-picker'), 'custom');
      assert.match(await other.inputValue('#definition'), /"filters": 9/);
      await page.click('#definition-undo');
      await until(async () => (await page.inputValue('#architecture-picker')) === 'lenet5', 'the net before');
    });

    await t.test('language and theme', async (sub) => {
      const page = await visit(sub, '?lang=ru');
      await ready(page);
      assert.equal(await page.evaluate(() => document.documentElement.lang), 'ru');
      assert.match(await page.locator('#train-toggle').innerText(), /Обучать/);
      await page.selectOption('#language-picker', 'en');
      await until(async () => /Train/.test(await page.locator('#train-toggle').innerText()), 'English');
      const light = await page.evaluate(() => getComputedStyle(document.body).color);
      await page.selectOption('#theme-picker', 'dark');
      await until(async () => (await page.evaluate(() => getComputedStyle(document.body).color)) !== light, 'dark');
      await until(() => page.url().includes('theme=dark'), 'the address');
    });

    await t.test('an experiment is a link; Back is undo for net and data', async (sub) => {
      const page = await visit(sub, '#v1&net=mlp&data=fashion-mnist&seed=7&lr=0.01&batch=64&room=train&lang=ru');
      await ready(page);
      assert.equal(await page.inputValue('#architecture-picker'), 'mlp');
      assert.equal(await page.inputValue('#dataset-picker'), 'fashion-mnist');
      assert.equal(await page.inputValue('#learning-rate'), '0.01');
      assert.equal(await page.inputValue('#batch-size'), '64');
      assert.equal(await page.inputValue('#seed'), '7');
      await page.selectOption('#architecture-picker', 'softmax');
      await until(() => page.url().includes('net=softmax'), 'the address');
      await page.goBack();
      await until(async () => (await page.inputValue('#architecture-picker')) === 'mlp', 'the net before');
      await page.click('#share');
      const link = await page.inputValue('#share-link');
      assert.match(link, /net=mlp/);
      assert.match(await page.inputValue('#share-iframe'), /^<iframe src="http.*embed\.html.*net=mlp/);
    });

    await t.test('the drawing is in the link', async (sub) => {
      const page = await visit(sub);
      await ready(page);
      await drawWithMouse(page, one);
      await until(async () => (await predicted(page)) === 1, 'a one');
      const strokes = async () => (await decodeSettings(new URL(page.url()).hash)).strokes ?? [];
      await until(async () => (await strokes()).at(-1)?.at(-1)?.[1] > 230, 'the address, down to the end of the stroke');
      const answer = await probabilities(page);
      const other = await visit(sub, new URL(page.url()).hash);
      await ready(other);
      assert.deepEqual(await probabilities(other), answer);
    });

    await t.test('a learning rate that explodes stops with a sentence and the page goes on', async (sub) => {
      const page = await visit(sub, '#v1&opt=sgd&lr=100&room=train');
      await ready(page);
      await page.click('#train-toggle');
      await until(async () => (await status(page)) === 'diverged', 'the stop');
      assert.match(await page.locator('#notice').innerText(), /learning rate/);
      assert.ok((await probabilities(page)).every(Number.isFinite));
      await page.fill('#learning-rate', '0.01');
      await page.press('#learning-rate', 'Tab');
      await page.click('#train-toggle');
      await until(async () => (await status(page)) === 'training', 'training again');
    });

    await t.test('a killed worker is replaced from the last checkpoint', async (sub) => {
      const page = await visit(sub, '', {
        init: () => {
          const Original = window.Worker;
          const workers = /** @type {Worker[]} */ (/** @type {any} */ (window).cnnWorkers = []);
          window.Worker = class extends Original {
            constructor(/** @type {any} */ ...parts) {
              super(.../** @type {[any]} */ (parts));
              workers.push(this);
            }
          };
        },
      });
      await ready(page);
      await page.click('#train-toggle');
      await until(async () => (await number(page, 'metric-step')) > 300, 'a checkpoint', 60000);
      // The first one trains; later ones share its work, where there are cores for them.
      await page.evaluate(() => /** @type {any} */ (window).cnnWorkers[0].terminate());
      await until(async () => (await status(page)) === 'lost', 'the loss is noticed');
      await until(async () => (await status(page)) === 'training', 'the restart');
      const sentence = await page.locator('#notice').innerText();
      const from = Number(/from step ([\d,]+)/.exec(sentence)?.[1].replace(',', ''));
      assert.ok(from >= 100, sentence);
      await until(async () => (await number(page, 'metric-step')) > from + 20, 'training goes on');
    });

    await t.test('where a worker from a blob fails, one from a data address is started', async (sub) => {
      const page = await visit(sub, '', {
        init: () => {
          const Original = window.Worker;
          const addresses = /** @type {string[]} */ (/** @type {any} */ (window).cnnAddresses = []);
          window.Worker = class extends Original {
            constructor(/** @type {any} */ address) {
              addresses.push(String(address).slice(0, 5));
              // As in browsers that load it and then only report an error.
              super(String(address).startsWith('blob:') ? 'data:text/javascript,throw 0' : address);
            }
          };
        },
      });
      await ready(page);
      assert.deepEqual(await page.evaluate(() => /** @type {any} */ (window).cnnAddresses), ['blob:', 'data:']);
    });

    await t.test('without storage everything works', async (sub) => {
      const page = await visit(sub, '', {
        init: () => {
          for (const name of ['localStorage', 'sessionStorage', 'indexedDB', 'caches']) {
            Object.defineProperty(window, name, {
              get() {
                throw new DOMException('denied', 'SecurityError');
              },
            });
          }
        },
      });
      await ready(page);
      await page.click('#train-toggle');
      await until(async () => (await number(page, 'metric-step')) > 20, 'training');
      await page.click('#train-toggle');
      await until(async () => (await status(page)) === 'paused', 'the pause');
      await page.click('.notice-close');
      await page.click('#train-toggle');
      await until(async () => (await status(page)) === 'training', 'training');
      await page.click('#train-toggle');
      await until(async () => /keep nothing/.test(await page.locator('#notice').innerText()), 'the sentence');
    });

    await t.test('without SIMD a sentence says what is missing', async (sub) => {
      const page = await visit(sub, '', { init: () => void (WebAssembly.validate = () => false) });
      await until(async () => (await status(page)) === 'unsupported', 'the sentence');
      assert.match(await page.locator('main').innerText(), /SIMD/);
    });

    await t.test('keys: Space trains and pauses, ? lists the keys', async (sub) => {
      const page = await visit(sub);
      await ready(page);
      await page.keyboard.press(' ');
      await until(async () => (await status(page)) === 'training', 'training');
      await page.keyboard.press(' ');
      await until(async () => (await status(page)) === 'paused', 'the pause');
      await page.keyboard.press('?');
      assert.equal(await page.locator('#keys-dialog').isVisible(), true);
      await page.keyboard.press('Escape');
      assert.equal(await page.locator('#keys-dialog').isVisible(), false);
    });

    await t.test('phone: nothing is wider than 360 px and everything can be reached', async (sub) => {
      const page = await visit(sub, '#v1&lang=ru', { viewport: { width: 360, height: 740 } });
      await ready(page);
      for (const room of [null, 'train', 'architecture', 'data', 'runs']) {
        if (room) await page.click(`#room-${room}`);
        await page.waitForTimeout(200);
        const width = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(width <= 360, `${room}: ${width} px`);
      }
      await page.click('#train-toggle');
      await until(async () => (await number(page, 'metric-step')) > 3, 'training');
    });
  });
}

// Numbers and pictures taken out of the page: what is pasted and saved says what the page says; in both browsers.

import assert from 'node:assert/strict';
import test from 'node:test';
import { attribute, kinds, launch, number, openPage, ready, serveSite, until } from './browser.mjs';

const server = await serveSite();
test.after(() => server.close());

/** Copies and saved files are kept where the page hands them over: drivers tell too little of both. */
function keepWhatLeaves() {
  const page = /** @type {any} */ (window);
  page.cnnCopied = [];
  page.cnnSaved = [];
  const writeText = async (/** @type {string} */ text) => {
    if (page.cnnDenied) throw new Error('denied');
    page.cnnCopied.push(text);
  };
  Object.defineProperty(navigator, 'clipboard', { value: { writeText } });
  const create = URL.createObjectURL;
  URL.createObjectURL = (blob) => {
    page.cnnSaved.push(blob);
    return create.call(URL, blob);
  };
}

for (const kind of kinds) {
  test(kind, async (t) => {
    const browser = await launch(kind);
    t.after(() => browser.close());
    const visit = async (/** @type {any} */ sub, hash = '') => {
      const opened = await openPage(browser, server.url + hash, { init: keepWhatLeaves });
      sub.after(async () => {
        await opened.close();
        assert.deepEqual(opened.errors, [], 'console errors');
      });
      await ready(opened.page);
      return opened.page;
    };
    /** @param {import('./browser.mjs').Page} page @param {string} within @param {string} what @param {{keys?: boolean}} [by] */
    const take = async (page, within, what, { keys = false } = {}) => {
      const menu = page.locator(`${within} cnn-export`);
      const press = async (/** @type {string} */ part) => {
        if (!keys) return menu.locator(part).click();
        await menu.locator(part).focus();
        await page.keyboard.press('Enter');
      };
      await press('.popup-button');
      await press(`[data-export="${what}"]`);
      await until(async () => (await menu.locator('.export-said').innerText()) !== '', 'a word about it');
      const said = await menu.locator('.export-said').innerText();
      if (keys) await page.keyboard.press('Escape');
      else await menu.locator('.popup-button').click();
      assert.equal(await menu.locator('.popup-panel').count(), 0);
      return said;
    };
    /** @param {import('./browser.mjs').Page} page */
    const copied = (page) => page.evaluate(() => /** @type {any} */ (window).cnnCopied.at(-1));
    /** @param {import('./browser.mjs').Page} page @returns {Promise<string>} */
    const savedText = (page) => page.evaluate(() => /** @type {any} */ (window).cnnSaved.at(-1).text());

    await t.test('the terms of an opened unit, as rows that add up to its number', async (sub) => {
      const page = await visit(sub, '#v1&unit=conv2/3@5,5');
      const station = page.locator('.arithmetic[data-address="conv2/3@5,5"]');
      await until(async () => (await station.count()) === 1, 'its arithmetic');
      const result = Number(await station.getAttribute('data-result'));
      await take(page, '#descent', 'numbers', { keys: true });
      const rows = String(await copied(page))
        .trimEnd()
        .split('\n')
        .map((row) => row.split('\t'));
      const map = rows.findIndex(([first]) => first === 'conv2/3');
      assert.ok(Math.abs(Number(rows[map + 6][5]) - result) < 1e-5 * Math.max(1, Math.abs(result)), 'in its map');
      const at = rows.findIndex(([first]) => first === 'conv2/3@5,5');
      assert.ok(Math.abs(Number(rows[at][1]) - result) < 1e-6);
      const terms = rows.slice(at + 2, at + 2 + 5 * 5 * 6 + 1);
      assert.match(terms[0][0], /^pool1\/\d@\d+,\d+$/);
      const sum = terms.reduce((total, term) => total + Number(term[3]), 0);
      assert.ok(Math.abs(sum - result) < 1e-4, `${sum} against ${result}`);
    });

    await t.test('its picture: texts stay texts in the SVG, the PNG is as sharp again', async (sub) => {
      const page = await visit(sub, '#v1&unit=conv2/3@5,5');
      await until(async () => (await page.locator('.arithmetic').count()) === 1, 'its arithmetic');
      const shown = await page.locator('.arithmetic header output').innerText();
      assert.match(await take(page, '#descent', 'svg'), /lenet5-conv2-3\.svg/);
      const drawn = await page.evaluate(async () => {
        const text = await /** @type {any} */ (window).cnnSaved.at(-1).text();
        const svg = new DOMParser().parseFromString(text, 'image/svg+xml').documentElement;
        return {
          texts: [...svg.querySelectorAll('text')].map((each) => each.textContent),
          pictures: svg.querySelectorAll('image').length,
          width: Number(svg.getAttribute('width')),
        };
      });
      assert.ok(drawn.texts.includes(shown), `${shown} in ${drawn.texts}`);
      assert.ok(!drawn.texts.includes('?'), 'no controls');
      assert.equal(drawn.pictures, 4, 'the map; values, weights and products of all channels');
      await take(page, '#descent', 'png');
      const png = await page.evaluate(async () => {
        const bitmap = await createImageBitmap(/** @type {any} */ (window).cnnSaved.at(-1));
        const canvas = document.createElement('canvas');
        [canvas.width, canvas.height] = [bitmap.width, bitmap.height];
        const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
        context.drawImage(bitmap, 0, 0);
        const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
        const colours = new Set();
        for (let i = 0; i < data.length; i += 4) colours.add((data[i] << 16) | (data[i + 1] << 8) | data[i + 2]);
        return { width: bitmap.width, colours: colours.size };
      });
      assert.equal(png.width, 2 * drawn.width);
      assert.ok(png.colours > 50, `${png.colours} colours`);
    });

    await t.test('the net as a whole, also what is scrolled out of sight', async (sub) => {
      const page = await visit(sub, '#v1&net=resnet20');
      await page.locator('#network-zoomIn').click();
      await page.locator('#network-zoomIn').click();
      await take(page, '.network-bar', 'svg');
      const blank = await page.evaluate(async () => {
        const text = await /** @type {any} */ (window).cnnSaved.at(-1).text();
        const svg = new DOMParser().parseFromString(text, 'image/svg+xml').documentElement;
        const maps = [...svg.querySelectorAll('image')].filter((each) => Number(each.getAttribute('height')) > 10);
        const empty = await Promise.all(
          maps.map(async (each) => {
            const image = new Image();
            image.src = String(each.getAttribute('href'));
            await image.decode();
            const canvas = document.createElement('canvas');
            [canvas.width, canvas.height] = [image.width, image.height];
            const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
            context.drawImage(image, 0, 0);
            return context.getImageData(0, 0, image.width, image.height).data.every((byte) => byte === 0);
          }),
        );
        return { maps: maps.length, empty: empty.filter(Boolean).length };
      });
      assert.ok(blank.maps >= 8, `${blank.maps} columns`);
      assert.equal(blank.empty, 0);
      await take(page, '.network-bar', 'numbers');
      const names = String(await copied(page)).trimEnd().split('\n').map((row) => row.split('\t')[0]);
      const shown = await page.locator('.network-column').evaluateAll((all) => all.map((each) => /** @type {any} */ (each).dataset.node));
      assert.deepEqual(shown.filter((name) => !names.includes(name)), []);
    });

    await t.test('curves and the batch of the last step; without the clipboard, a file', async (sub) => {
      const page = await visit(sub, '?lang=ru#v1&room=train');
      assert.equal(await page.locator('#batch').count(), 0);
      await page.click('#train-step');
      await until(async () => (await number(page, 'metric-step')) === 1, 'a step');
      await page.locator('cnn-batch').scrollIntoViewIfNeeded();
      await until(async () => (await page.locator('#batch li').count()) === 24, 'its pictures');
      const labels = () => page.locator('#batch li').evaluateAll((all) => all.map((each) => /** @type {any} */ (each).dataset.label).join(''));
      const before = await labels();
      await page.click('#train-step');
      await until(async () => (await labels()) !== before, 'those of the next step');

      await take(page, 'cnn-batch', 'numbers');
      const rows = String(await copied(page)).trimEnd().split('\n').map((row) => row.split('\t'));
      assert.equal(rows.map(([label]) => label).join(''), await labels());
      assert.equal(rows[0].length, 1 + 28 * 28);
      assert.ok(rows.flat().some((cell) => /^0,\d+$/.test(cell)), 'numbers as a Russian spreadsheet reads them');

      await page.evaluate(() => void (/** @type {any} */ (window).cnnDenied = true));
      assert.match(await take(page, 'cnn-curves', 'numbers'), /\.tsv/);
      const curves = (await savedText(page)).split('\n').map((row) => row.split('\t'));
      assert.deepEqual(curves.slice(1, 3).map(([step]) => step), ['1', '2']);
      const loss = await number(page, 'metric-loss');
      assert.ok(Math.abs(Number(curves[2][1].replace(',', '.')) - loss) < 1e-6);
      assert.equal(await attribute(page, 'status', 'data-value'), 'paused');
    });

    /** Pictures in the SVG that was saved, and how many of them differ. @param {import('./browser.mjs').Page} page */
    const drawn = (page) =>
      page.evaluate(async () => {
        const text = await /** @type {any} */ (window).cnnSaved.at(-1).text();
        const svg = new DOMParser().parseFromString(text, 'image/svg+xml').documentElement;
        const pictures = [...svg.querySelectorAll('image')].map((each) => each.getAttribute('href'));
        return { count: pictures.length, different: new Set(pictures).size };
      });
    /** @param {import('./browser.mjs').Page} page */
    const copiedRows = async (page) => String(await copied(page)).trimEnd().split('\n').map((row) => row.split('\t'));

    await t.test('the test pictures of the data room, with their pixels', async (sub) => {
      const page = await visit(sub, '?lang=ru#v1&room=data');
      await until(async () => (await page.locator('.pictures .picture').count()) === 96, 'a page of them');
      await page.click('.pager button:last-of-type');
      await until(async () => (await page.locator('.picture[data-index="96"]').count()) === 1, 'the next page');
      await take(page, 'cnn-data-room', 'numbers');
      const rows = await copiedRows(page);
      assert.deepEqual(rows.map(([index]) => Number(index)), Array.from({ length: 96 }, (_, i) => 96 + i));
      assert.ok(rows.every((row) => row.length === 2 + 28 * 28));
      const title = await page.locator('.picture[data-index="100"]').getAttribute('title');
      assert.ok(title?.includes(`100: ${rows[4][1]}.`), `${title}, ${rows[4][1]}`);
      const [least, most] = [Math.min, Math.max].map((of) => of(...rows.flatMap((row) => row.slice(2).map(Number))));
      assert.deepEqual([least, most], [0, 255]);
      await take(page, 'cnn-data-room', 'svg');
      assert.deepEqual(await drawn(page), { count: 96, different: 96 });
      await page.setViewportSize({ width: 360, height: 740 });
      const out = await page.locator('cnn-data-room').evaluate((room) =>
        [...room.querySelectorAll('.pager, .data-part > *')].filter((each) => each.getBoundingClientRect().right > innerWidth).length,
      );
      assert.equal(out, 0, 'nothing sticks out of a phone');
    });

    await t.test('the error desk: the whole list as rows, its page as a picture', async (sub) => {
      const page = await visit(sub, '#v1&net=softmax&room=train');
      await page.click('#evaluate');
      await until(async () => (await page.locator('.error-picture').count()) === 24, 'the worst mistakes', 60000);
      await take(page, 'cnn-error-desk', 'numbers');
      const [head, ...rows] = await copiedRows(page);
      assert.equal(head.length, 4);
      const accuracy = await number(page, 'test-accuracy');
      assert.equal(rows.length, Math.round((1 - accuracy) * 10000), 'every mistake, not those of the page alone');
      assert.ok(rows.every(([, truth, taken]) => truth !== taken));
      const shown = await page
        .locator('.error-picture')
        .evaluateAll((all) => all.map(({ dataset }) => [Number(dataset.index), Number(dataset.loss)]));
      assert.deepEqual(rows.slice(0, 24).map(([index]) => Number(index)), shown.map(([index]) => index));
      shown.forEach(([, loss], i) => assert.ok(Math.abs(Number(rows[i][3]) - loss) < 1e-6 * loss));
      await take(page, 'cnn-error-desk', 'svg');
      assert.deepEqual(await drawn(page), { count: 24, different: 24 });
    });
  });
}

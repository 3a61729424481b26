// A newcomer's five questions, each answered in at most three actions from the start page: the paths of web/README.md.

import assert from 'node:assert/strict';
import test from 'node:test';
import { launch, openPage, ready, serveSite, until } from './browser.mjs';

const kMostActions = 3;

const server = await serveSite();
const browser = await launch('chromium');
test.after(async () => {
  await browser.close();
  await server.close();
});

/** @typedef {import('playwright-core').Page} Page */

/** What a hand can do, counted. @param {Page} page */
function hand(page) {
  let actions = 0;
  return {
    get actions() {
      return actions;
    },
    /** @param {string} selector @param {{x: number, y: number}} [position] */
    async click(selector, position) {
      actions++;
      await page.locator(selector).first().click({ position });
    },
    /** From the middle of an element, in parts of its size. @param {string} selector @param {[number, number]} by */
    async drag(selector, [dx, dy]) {
      actions++;
      const box = await page.locator(selector).first().boundingBox();
      assert.ok(box, selector);
      const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
      await page.mouse.move(x, y);
      await page.mouse.down();
      await page.mouse.move(x + dx * box.width, y + dy * box.height, { steps: 3 });
      await page.mouse.up();
    },
  };
}

/** @param {Page} page @param {string} selector @param {number} count */
const shown = (page, selector, count) =>
  until(async () => (await page.locator(selector).count()) === count, `${count} of ${selector}`);

/** The pixels of a canvas, as text. @param {Page} page @param {string} selector */
const picture = (page, selector) =>
  page.evaluate((path) => /** @type {HTMLCanvasElement} */ (document.querySelector(path)).toDataURL(), selector);

/** @type {[string, (page: Page, act: ReturnType<typeof hand>) => Promise<void>][]} */
const questions = [
  [
    'which pixel made this 3?',
    async (page, act) => {
      const answer = Number(await page.locator('#prediction').getAttribute('data-class'));
      const box = await page.locator('#column-prediction canvas').first().boundingBox();
      assert.ok(box);
      await act.click('#column-prediction canvas', { x: box.width / 2, y: (box.height * (answer + 0.5)) / 10 });
      await act.click('#aspect-excites');
      await shown(page, '.excites-row canvas', 6);
      const opened = `unit=prediction/${answer}&as=excites`;
      await until(() => page.evaluate((part) => location.hash.includes(part), opened), 'the address');
      const [trained, random] = [0, 1].map((i) => `.excites-row:nth-of-type(${i + 1}) canvas`);
      assert.notEqual(await picture(page, trained), await picture(page, random), 'not what a net says that has learnt nothing');
    },
  ],
  [
    'which unit saw the loop?',
    async (page, act) => {
      await act.click('#column-conv2 canvas', { x: 4, y: 4 });
      await act.click('#aspect-excites');
      await shown(page, '.excites-patches li', 12);
    },
  ],
  [
    'what did pooling keep?',
    async (page, act) => {
      await act.click('#column-pool1 canvas', { x: 4, y: 4 });
      const station = page.locator('#descent .arithmetic[data-kind="maximum"]');
      await until(async () => (await station.locator('.is-marked').count()) === 1, 'the winner');
      const before = await station.getAttribute('data-address');
      await act.drag('#descent .map-frame canvas', [0.3, 0.3]);
      await until(async () => (await station.getAttribute('data-address')) !== before, 'another window');
      const kept = await station.locator('.is-marked').textContent();
      const result = Number(await station.getAttribute('data-result'));
      assert.ok(Math.abs(Number(kept?.replace('−', '-')) - result) <= 0.051, `${kept} is framed, ${result} went on`);
    },
  ],
  [
    'why does this layer not learn?',
    async (page, act) => {
      const ends = () =>
        page.evaluate(() =>
          ['conv1', 'conv2', 'logits'].map((node) =>
            document.querySelector(`#column-${node} .column-legend`)?.textContent?.replace(/\s+/g, ' ').trim(),
          ),
        );
      const activations = await ends();
      await act.click('#show-gradient');
      await until(async () => (await ends()).every((text, i) => text && text !== activations[i]), 'the scales of gradients');
    },
  ],
  [
    'what would this step change?',
    async (page, act) => {
      await act.click('#column-conv2 canvas', { x: 4, y: 4 });
      await until(async () => (await page.locator('#descent .numbers button').count()) >= 25, 'the weights of the window');
      await act.click('#descent .numbers button');
      await shown(page, '#descent [data-after]', 1);
      const [before, after] = await Promise.all(
        ['data-before', 'data-after'].map((name) => page.locator('#descent [data-after]').getAttribute(name)),
      );
      assert.notEqual(Number(before), Number(after));
    },
  ],
];

for (const [question, path] of questions) {
  test(question, async (t) => {
    const { page, errors, close } = await openPage(browser, `${server.url}?lang=en`);
    t.after(close);
    await ready(page);
    const act = hand(page);
    await path(page, act);
    assert.ok(act.actions <= kMostActions, `${act.actions} actions`);
    assert.deepEqual(errors, []);
  });
}

// Every view, with axe-core in both themes and widths, and with nothing but the keyboard.

import assert from 'node:assert/strict';
import test from 'node:test';
import { launch, openPage, ready, serveSite, until, violations } from './browser.mjs';

const server = await serveSite();
const browser = await launch('chromium');
test.after(async () => {
  await browser.close();
  await server.close();
});

/** @typedef {import('playwright-core').Page} Page */

/** Views: what the address says, what is pressed, what is then there. @type {{hash: string, press?: string, there: string}[]} */
const views = [
  { hash: '', there: '#column-prediction' },
  { hash: '&show=gradient', there: '#show-gradient[aria-pressed="true"]' },
  { hash: '&unit=conv2.relu/3@2,2', there: '.arithmetic[data-kind="products"]' },
  { hash: '&unit=conv1.relu/3@9,9&as=backward', there: '.arithmetic[data-kind="backward"]' },
  { hash: '&unit=pool2/3@1,2&as=field', there: '[data-field="size"]' },
  { hash: '&unit=prediction/3&as=excites', there: '.excites-patches li' },
  { hash: '', press: '#network-slow', there: '#slow-step' },
  { hash: '&room=architecture', press: '[data-block="1"] .block-head', there: '#block-field-filters' },
  { hash: '&room=data', there: '#room-data[aria-selected="true"]' },
  { hash: '&room=train', press: '#train-step', there: '#metric-step[data-value="1"]' },
  { hash: '&room=runs', press: '#run-pin', there: '[data-run]' },
  { hash: '&room=train', press: '#evaluate', there: '.error-picture' },
];

for (const [theme, language] of [['light', 'en'], ['dark', 'ru']]) {
  for (const width of [1440, 360]) {
    test(`no violation in any view: ${theme}, ${width} px`, async (t) => {
      const start = `#v1&theme=${theme}&lang=${language}`;
      const { page, close } = await openPage(browser, server.url + start, {
        bypassCSP: true,
        viewport: { width, height: 800 },
        reducedMotion: 'reduce',
      });
      t.after(close);
      await ready(page);
      for (const { hash, press, there } of views) {
        await page.evaluate((address) => (location.hash = address), start + hash);
        if (press) await page.locator(press).first().click();
        await until(async () => (await page.locator(there).count()) > 0, `${there} of ${hash}`, 60000);
        assert.deepEqual(await violations(page), [], `${hash} ${press ?? ''}`);
      }
    });
  }
}

/** By Tab alone, each stop in sight and marked. @param {Page} page @param {string} selector */
async function tabTo(page, selector) {
  for (let stops = 0; stops < 150; stops++) {
    await page.keyboard.press('Tab');
    const stop = await page.evaluate((wanted) => {
      const focused = document.activeElement;
      if (!focused || focused === document.body) return { there: false, fault: '' };
      const { outlineStyle, boxShadow } = getComputedStyle(focused);
      const box = focused.getBoundingClientRect();
      const seen = box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight;
      const marked = outlineStyle !== 'none' || boxShadow !== 'none';
      const name = `${focused.tagName} #${focused.id} .${focused.className}`;
      return { there: focused.matches(wanted), fault: seen && marked ? '' : `${name}: seen ${seen}, marked ${marked}` };
    }, selector);
    assert.equal(stop.fault, '', `on the way to ${selector}`);
    if (stop.there) return;
  }
  assert.fail(`Tab does not lead to ${selector}.`);
}

test('every view is reached and used by keyboard alone', async (t) => {
  const { page, errors, close } = await openPage(browser, `${server.url}#v1&lang=en`, { reducedMotion: 'reduce' });
  t.after(close);
  await ready(page);
  const there = (/** @type {string} */ selector) =>
    until(async () => (await page.locator(selector).count()) > 0, selector, 60000);
  const gone = (/** @type {string} */ selector) =>
    until(async () => (await page.locator(selector).count()) === 0, `the end of ${selector}`);
  const unit = () => page.evaluate(() => /unit=([^&]*)/.exec(location.hash)?.[1] ?? '');

  await t.test('the net, a layer, a channel, a position, its four aspects, and up again', async () => {
    await tabTo(page, '.column-maps');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await there('#descent .arithmetic');
    for (const [aspect, shown] of [
      ['backward', '.arithmetic[data-kind="backward"]'],
      ['field', '[data-field="size"]'],
      ['excites', '.excites-patches li'],
      ['forward', '.arithmetic[data-kind="products"]'],
    ]) {
      await tabTo(page, `#aspect-${aspect}`);
      await page.keyboard.press('Enter');
      await there(`#descent ${shown}`);
    }
    await tabTo(page, '#descent .map-frame');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Enter');
    await until(async () => /@/.test(await unit()), 'a position');
    await tabTo(page, '#descent .numbers button');
    await page.keyboard.press('Enter');
    await there('#descent [data-after]');
    for (const level of [/@/, /\//, /./]) {
      await until(async () => level.test(await unit()), String(level));
      await page.keyboard.press('Escape');
    }
    await gone('#descent');
    assert.ok(await page.evaluate(() => document.activeElement?.matches('.column-maps')), 'back where it was opened');
  });

  await t.test('a step in slow motion', async () => {
    await tabTo(page, '#network-slow');
    await page.keyboard.press('Enter');
    await there('#slow-step[data-station="batch"]');
    await tabTo(page, '#slow-next');
    await page.keyboard.press('Enter');
    await there('#slow-step[data-station="forward"]');
    await page.keyboard.press('Escape');
    await gone('#slow-step');
  });

  await t.test('the rooms: blocks, pictures, runs, mistakes', async () => {
    for (const [room, stop, shown] of [
      ['train', '#evaluate', '.error-picture'],
      ['train', '#train-step', '#metric-step[data-value="1"]'],
      ['architecture', '[data-block="0"] .block-head', '#block-name'],
      ['data', '.picture', '.picture[aria-pressed="true"]'],
      ['runs', '#run-pin', '[data-run]'],
    ]) {
      const tab = () => page.evaluate(() => [document.activeElement?.id, document.activeElement?.getAttribute('aria-selected')]);
      await tabTo(page, '[role="tab"]');
      while ((await tab())[0] !== `room-${room}`) await page.keyboard.press('ArrowRight');
      if ((await tab())[1] !== 'true') await page.keyboard.press('Enter');
      await there(`#room-${room}[aria-selected="true"]`);
      await tabTo(page, stop);
      await page.keyboard.press('Enter');
      await there(shown);
    }
  });

  assert.deepEqual(errors, []);
});

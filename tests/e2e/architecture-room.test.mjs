// The net edited as blocks and as text, in both browsers.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import { attribute, kinds, launch, openPage, ready, serveSite, until } from './browser.mjs';

const server = await serveSite();
test.after(() => server.close());
const axe = await readFile(new URL('../../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');

for (const kind of kinds) {
  test(kind, async (t) => {
    const browser = await launch(kind);
    t.after(() => browser.close());
    const { page, errors, close } = await openPage(browser, `${server.url}#v1&room=architecture`, { bypassCSP: true });
    await ready(page);
    const text = () => page.inputValue('#definition');
    const definition = async () => JSON.parse(await text());
    const names = () => page.locator('.block-name').allInnerTexts();

    await t.test('blocks and text say the same, and the table follows before anything is applied', async () => {
      const { layers } = await definition();
      assert.deepEqual(await names(), layers.map((/** @type {any} */ layer) => layer.name));
      const before = await page.locator('[data-total="parameters"]').innerText();
      await page.click('[data-block="1"] .block-head');
      await page.fill('#block-field-filters', '12');
      await page.press('#block-field-filters', 'Tab');
      await until(async () => (await definition()).layers[1].filters === 12, 'the text');
      await until(async () => (await page.locator('[data-total="parameters"]').innerText()) !== before, 'the table');
      await page.fill('#block-field-filters', '0');
      await page.press('#block-field-filters', 'Tab');
      assert.equal(await attribute(page, 'block-field-filters', 'aria-invalid'), 'true');
      assert.equal((await definition()).layers[1].filters, 12, 'what cannot be is not taken');
    });

    await t.test('by keyboard: walk, move, take out, undo, redo', async () => {
      await page.click('#definition-revert');
      await page.focus('[data-block="2"] .block-head');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Alt+ArrowUp');
      await until(async () => (await names())[2] === 'conv2', 'conv2 before pool1');
      await page.keyboard.press('Delete');
      await until(async () => !(await names()).includes('conv2'), 'conv2 is gone');
      await page.click('#definition-undo');
      await until(async () => (await names())[2] === 'conv2', 'conv2 again');
      await page.click('#definition-redo');
      await until(async () => !(await names()).includes('conv2'), 'gone again');
      await page.click('#definition-revert');
      await until(async () => (await names())[3] === 'conv2', 'as it was opened');
    });

    await t.test('a mistake is told at its block, with the reason of the engine', async () => {
      await page.click('[data-block="7"] .block-head');
      await page.fill('#block-inputs', 'nowhere');
      await page.press('#block-inputs', 'Tab');
      await until(async () => (await page.locator('[data-block="7"] .block-error').count()) === 1, 'the error');
      assert.match(await page.locator('[data-block="7"] .block-error').innerText(), /nowhere/);
      if (kind === 'chromium') {
        await page.evaluate(axe);
        const found = await page.evaluate(async () => {
          const { violations } = await /** @type {any} */ (window).axe.run();
          return violations.map((/** @type {any} */ each) => `${each.id}: ${each.nodes[0].html.slice(0, 160)}`);
        });
        assert.deepEqual(found, []);
      }
      await page.click('#definition-undo');
      await until(async () => (await page.locator('.block-error').count()) === 0, 'no error');
    });

    await t.test('a layer is added and applied; the layers that did not change keep their weights', async () => {
      await page.click('[data-block="6"] .block-head');
      await page.selectOption('#block-add', 'dropout');
      await until(async () => (await definition()).layers[7].type === 'dropout', 'the dropout');
      await page.click('#definition-apply');
      const news = () => page.locator('#notice').innerText();
      await until(async () => (await news()).includes('conv1, conv2, fc1, fc2, logits'), 'the layers that were kept');
      assert.ok((await page.locator('#summary').innerText()).includes('dropout1'));
      assert.equal(await attribute(page, 'weights-origin', 'data-value'), 'learnt');
      assert.equal(await attribute(page, 'prediction', 'data-class'), '3', 'it still knows the digit');
    });

    await close();
    assert.deepEqual(errors, [], 'console errors');
  });
}

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

    await t.test('a block is dragged to another place', async () => {
      const before = await names();
      await page.locator('[data-block="4"] .block-handle').scrollIntoViewIfNeeded();
      const [handle, target] = await Promise.all(
        ['[data-block="4"] .block-handle', '[data-block="1"]'].map((each) => page.locator(each).boundingBox()),
      );
      assert.ok(handle && target);
      const x = handle.x + handle.width / 2;
      await page.mouse.move(x, handle.y + handle.height / 2);
      await page.mouse.down();
      await page.mouse.move(x, target.y + target.height, { steps: 4 });
      await page.mouse.move(x, target.y + 2, { steps: 2 });
      assert.equal(await page.locator('[data-block="1"].is-before').count(), 1, 'where it would go');
      await page.mouse.up();
      const after = [before[0], before[4], ...before.slice(1, 4), ...before.slice(5)];
      await until(async () => String(await names()) === String(after), 'the new order');
      await page.click('#definition-undo');
      await until(async () => String(await names()) === String(before), 'the old one');
    });

    await t.test('a ConvNetJS script is pasted, says what it became, and is written as layers', async () => {
      await page.evaluate(() => {
        const clipboardData = new DataTransfer();
        clipboardData.setData(
          'text/plain',
          "layer_defs = [];\nlayer_defs.push({type:'input', out_sx:28, out_sy:28, out_depth:1}); // digits\n" +
            "layer_defs.push({type:'conv', sx:5, filters:7, stride:1, pad:2, activation:'relu'});\n" +
            "layer_defs.push({type:'softmax', num_classes:10});",
        );
        // Firefox makes no such event with data in it.
        const paste = Object.assign(new Event('paste', { bubbles: true, cancelable: true }), { clipboardData });
        document.getElementById('definition')?.dispatchEvent(paste);
      });
      await until(async () => (await definition()).layer_defs?.length === 3, 'the list');
      assert.equal(await page.locator('#blocks').count(), 0, 'no blocks of another net');
      await until(async () => (await page.locator('#summary').innerText()).includes('28×28×7'), 'what it became');
      await page.click('#definition-layers');
      await until(async () => (await names()).length === 6, 'its layers as blocks');
      assert.equal((await definition()).layers[1].filters, 7);
      assert.match(await page.locator('[data-block="1"] .block-what').innerText(), /filters 7/);
      await page.click('#definition-revert');
      await until(async () => (await names()).includes('conv2'), 'the net that is open');
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

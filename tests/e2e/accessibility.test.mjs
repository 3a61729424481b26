// axe-core over the states of the page.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import { launch, openPage, ready, serveSite } from './browser.mjs';

const server = await serveSite();
const browser = await launch('chromium');
const axe = await readFile(new URL('../../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
test.after(async () => {
  await browser.close();
  await server.close();
});

const states = [
  '#v1',
  '#v1&room=train&theme=dark',
  '#v1&room=architecture&lang=ru',
  '#v1&room=data&theme=dark&data=fashion-mnist',
  '#v1&room=runs&lang=ru',
];

for (const hash of states) {
  for (const width of [1440, 360]) {
    test(`no violations: ${hash}, ${width} px`, async (t) => {
      // The checker is a script of its own, which the policy of the page would refuse.
      const { page, close } = await openPage(browser, server.url + hash, {
        bypassCSP: true,
        viewport: { width, height: 800 },
        reducedMotion: 'reduce',
      });
      t.after(close);
      await ready(page);
      await page.waitForTimeout(500);
      await page.evaluate(axe);
      const found = await page.evaluate(async () => {
        const { violations } = await /** @type {any} */ (window).axe.run();
        return violations.map(
          (/** @type {any} */ each) =>
            `${each.id}: ${each.nodes.map((/** @type {any} */ node) => node.html.slice(0, 120)).join(' | ')}`,
        );
      });
      assert.deepEqual(found, []);
    });
  }
}

// Both browsers on the built site: launched once a file, each page with its console watched.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, firefox } from 'playwright-core';
import { serve } from '../../scripts/serve.mjs';

export const site = fileURLToPath(new URL('../../build/site/', import.meta.url));

/** @typedef {'chromium' | 'firefox'} Kind */
/** @typedef {import('playwright-core').Page} Page */

export const chromiumArgs = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** @typedef {import('playwright-core').Browser} Browser */
/** @type {Record<Kind, (options: import('playwright-core').LaunchOptions) => Promise<Browser>>} */
const launchers = {
  chromium: (options) => chromium.launch({ executablePath: '/usr/bin/chromium', args: chromiumArgs, ...options }),
  firefox: (options) =>
    firefox.launch(/** @type {any} */ ({ channel: 'moz-firefox', executablePath: '/usr/bin/firefox-esr', ...options })),
};

/** @type {Kind[]} */
export const kinds = ['chromium', 'firefox'];

/** @param {Kind} kind @param {import('playwright-core').LaunchOptions} [options] */
export const launch = (kind, options = {}) => launchers[kind](options);

/** The built site on a free port. @param {{isolated?: boolean}} [options]  whether its pages may share memory */
export async function serveSite({ isolated = false } = {}) {
  if (!existsSync(join(site, 'index.html'))) throw new Error('The site is not built: npm run build');
  return serve({ root: site, isolated });
}

/**
 * @param {import('playwright-core').Browser} browser
 * @param {string} url
 * @param {import('playwright-core').BrowserContextOptions & {init?: () => void}} [options]  init: runs before the page
 */
export async function openPage(browser, url, { init, ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  /** @type {string[]} */
  const errors = [];
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  page.on('pageerror', (error) => errors.push(String(error)));
  if (init) await page.addInitScript(init);
  await page.goto(url);
  return { page, errors, close: () => context.close() };
}

/** For openPage's init: what the page hears of the processor. */
export const oneCore = () => Object.defineProperty(navigator, 'hardwareConcurrency', { value: 1 });
export const twoCores = () => Object.defineProperty(navigator, 'hardwareConcurrency', { value: 2 });

/**
 * Asks again until the answer is true. (Playwright's own waiting evaluates text, which the page's policy forbids.)
 * @param {() => Promise<boolean> | boolean} condition
 * @param {string} what
 */
export async function until(condition, what, milliseconds = 30000) {
  const end = Date.now() + milliseconds;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`Nothing came of it within ${milliseconds / 1000} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

/** An attribute of an element by its id, or null. @param {Page} page @param {string} id @param {string} name */
export const attribute = (page, id, name) =>
  page.evaluate(([element, key]) => document.getElementById(element)?.getAttribute(key) ?? null, [id, name]);

/** The raw number in data-value. @param {Page} page @param {string} id */
export async function number(page, id) {
  const text = await attribute(page, id, 'data-value');
  return text === null ? NaN : Number(text);
}

/** @param {Page} page */
export const predicted = async (page) => {
  const text = await attribute(page, 'prediction', 'data-class');
  return text === null ? null : Number(text);
};

/** Probabilities as the bars say them. @param {Page} page */
export const probabilities = (page) =>
  page.evaluate(() =>
    Array.from({ length: 10 }, (_, i) => Number(document.getElementById(`prediction-${i}`)?.dataset.probability)),
  );

/** @param {Page} page */
export const status = (page) => attribute(page, 'status', 'data-value');

/** The page has opened and answered. @param {Page} page */
const answered = (page) =>
  until(async () => (await status(page)) === 'ready' && (await predicted(page)) !== null, 'the first prediction');

/** … and what comes afterwards is there too. @param {Page} page */
export async function ready(page) {
  await answered(page);
  const waits = () => page.evaluate(() => document.querySelector('cnn-shell:not([complete])') !== null);
  await until(async () => !(await waits()), 'the other views');
}

const axe = readFileSync(new URL('../../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');

/**
 * What axe-core has against the page. The checker is a script of its own: the page is opened with bypassCSP.
 * @param {Page} page
 */
export async function violations(page) {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { violations: found } = await /** @type {any} */ (window).axe.run();
    return found.map(
      (/** @type {any} */ each) =>
        `${each.id}: ${each.nodes.map((/** @type {any} */ node) => node.html.slice(0, 120)).join(' | ')}`,
    );
  });
}

/** Strokes by the mouse, in parts of the pad's side. @param {Page} page @param {number[][][]} strokes */
export async function drawWithMouse(page, strokes) {
  const box = await page.locator('#draw-pad').boundingBox();
  if (!box) throw new Error('The pad is not on the page.');
  for (const stroke of strokes) {
    const points = stroke.map(([x, y]) => [box.x + x * box.width, box.y + y * box.height]);
    await page.mouse.move(points[0][0], points[0][1]);
    await page.mouse.down();
    for (const [x, y] of points.slice(1)) await page.mouse.move(x, y, { steps: 4 });
    await page.mouse.up();
  }
}

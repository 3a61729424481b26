// Random positions of five nets, forwards and backwards: what the page shows of them, against the tensors of an engine
// that knows nothing of explaining.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import { loadEngine } from '../../wasm/js/index.js';
import { samples } from '../../web/draw/samples.js';
import { packStrokes, unpackStrokes } from '../../web/state/url.js';
import { chromiumArgs, kinds, launch, openPage, ready, serveSite } from './browser.mjs';
import { layerOf } from './engine.mjs';

const server = await serveSite();
test.after(() => server.close());

const engine = loadEngine({ module: 'simd128' });
const asset = (/** @type {string} */ path) => readFile(new URL(`../../assets/${path}`, import.meta.url));

/** Nets of different make, each with the weights that it opens with. */
const nets = /** @type {[string, 'trained' | 'fresh'][]} */ ([
  ['lenet5', 'trained'],
  ['keras-mnist', 'trained'],
  ['mini-vgg', 'trained'],
  ['mini-resnet', 'trained'],
  ['mini-inception', 'fresh'],
]);
/** Positions of each net, each in both directions. @type {Record<import('./browser.mjs').Kind, number>} */
const counts = { chromium: 100, firefox: 3 };

/** A nought over a four: no net is sure of it, so that gradients are not all but zero. */
const ink = packStrokes([...samples[0], ...samples[4]]);

/** @typedef {'activation' | 'gradient'} TensorKind */
/**
 * @typedef {object} Told  one station of the panel, as it is read
 * @property {string} kind
 * @property {string} address
 * @property {string} result
 * @property {string} output
 * @property {string[][]} rows  of the list of terms
 * @property {{label: string, rows: string[][]}[]} tables  windows of numbers
 * @property {string[]} notes
 */

/** The net on that drawing, in node. @param {string} name @param {'trained' | 'fresh'} start */
async function opened(name, start) {
  const net =
    start === 'trained'
      ? engine.loadNet(await asset(`weights/${name}-mnist.cnn`))
      : engine.createNet(String(await asset(`architectures/${name}.json`)), { seed: 1 });
  net.forwardDrawing({ strokes: unpackStrokes(ink) });
  const { layers, output } = net.info().summary;
  const probabilities = net.tensor('activation', output);
  const label = probabilities.indexOf(Math.max(...probabilities));
  net.backward(Uint8Array.of(label));
  /** Heads have no gradient of their own: at the loss it is p − y. @param {TensorKind} kind @param {string} node */
  const computed = (kind, node) =>
    kind === 'gradient' && layerOf(layers, node).role === 'head'
      ? net.tensor('activation', node).map((p, i) => p - (i === label ? 1 : 0))
      : net.tensor(kind, node);
  /** @type {Map<string, Float32Array>} */
  const known = new Map();
  /** @param {TensorKind} kind @param {string} node */
  const values = (kind, node) => {
    const key = `${kind} ${node}`;
    const all = known.get(key) ?? computed(kind, node);
    known.set(key, all);
    return all;
  };
  /** Channel, row, column; zero beyond the edge. @param {TensorKind} kind @param {string} node @param {number[]} place */
  const at = (kind, node, [channel, row = 0, column = 0]) => {
    const [h, w, c] = layerOf(layers, node).shape;
    return row < 0 || column < 0 || row >= h || column >= w ? 0 : values(kind, node)[(row * w + column) * c + channel];
  };
  const largest = (/** @type {TensorKind} */ kind, /** @type {string} */ node) =>
    values(kind, node).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return { layers, at, largest };
}

/** Numbers from 0 to below 1, the same in each run (mulberry32). @param {number} state */
const random = (state) => () => {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), state | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
};

/** @param {string} address */
const parts = (address) => {
  const [node, place] = address.split('/');
  return { node, place: place.split(/[@,]/).map(Number) };
};

/**
 * Opens the positions one after another, each in both directions, and reads what is told.
 * @param {import('playwright-core').Page} page @param {{address: string, hash: string, both: boolean}[]} list
 * @returns {Promise<{forward: Told[], backward: Told[]}[]>}
 */
const visit = (page, list) =>
  page.evaluate(async (list) => {
    /** @param {Element} element @param {string} selector */
    const texts = (element, selector) =>
      [...element.querySelectorAll(selector)].map(({ textContent }) => (textContent ?? '').replace(/\s+/g, ' ').trim());
    const stations = () => /** @type {HTMLElement[]} */ ([...document.querySelectorAll('#descent .arithmetic')]);
    /** @param {string} address @param {boolean} backward */
    const told = async (address, backward) => {
      // The opened unit comes last of what made it, and first of what came of it.
      const there = () => {
        const own = stations().at(backward ? 0 : -1);
        return own?.dataset.address === address && (own.dataset.kind === 'backward') === backward;
      };
      for (const end = performance.now() + 20000; !there(); await new Promise((resolve) => setTimeout(resolve))) {
        if (performance.now() > end) throw new Error(`${address} is not shown.`);
      }
      return stations().map((element) => ({
        .../** @type {{kind: string, address: string, result: string}} */ ({ ...element.dataset }),
        output: texts(element, 'output')[0],
        rows: [...element.querySelectorAll('.terms tr')].map((row) => [...texts(row, 'th'), ...texts(row, 'td')]),
        tables: [...element.querySelectorAll('table.numbers')].map((table) => ({
          label: table.getAttribute('aria-label') ?? '',
          rows: [...table.querySelectorAll('tr')].map((row) => texts(row, 'td')),
        })),
        notes: texts(element, 'p'),
      }));
    };
    const read = [];
    for (const { address, hash, both } of list) {
      location.hash = hash;
      const forward = await told(address, false);
      if (both) document.getElementById('aspect-backward')?.click();
      read.push({ forward, backward: both ? await told(address, true) : [] });
    }
    return read;
  }, list);

/** A number as it is written on the page. @param {string} text */
const number = (text) => Number(text.replace(/^[×=→] /, '').replaceAll('−', '-'));

/** @param {string} text @param {number} expected @param {number} tolerance @param {string} what */
const close = (text, expected, tolerance, what) =>
  assert.ok(Math.abs(number(text) - expected) <= tolerance, `${what}: ${text} is shown for ${expected}`);

/** @typedef {Awaited<ReturnType<typeof opened>>} Opened */

/** Every number of a station that is one of the net's, and their sum. @param {Told} told @param {Opened} net */
function check({ kind, address, result, output, rows, tables, notes }, { layers, at, largest }) {
  const backward = kind === 'backward';
  const source = backward ? 'gradient' : 'activation';
  const what = `${source} of ${address}`;
  const { node, place } = parts(address);
  const expected = at(source, node, place);
  if (!backward || layerOf(layers, node).role !== 'head') assert.equal(Number(result), expected, what);
  close(output, Number(result), 1e-3 * Math.abs(Number(result)), what);

  // Three digits at least are shown. A fast algorithm (Winograd) rounds by the size of all that its tile holds, even where the
  // exact sum is 0.
  const rounding = (/** @type {number} */ size) => 6e-3 * size + 1e-8 + 1e-6 * largest(source, node);
  const products = rows.map(([, , , product]) => number(product || '0'));
  if (rows.length && (backward || kind === 'products')) {
    const [sum, size] = [products, products.map(Math.abs)].map((each) => each.reduce((a, b) => a + b));
    close(String(sum), expected, rounding(size), `terms of the ${what}`);
  }
  for (const [name, value] of rows.filter(([, value]) => value)) {
    const from = parts(name);
    const own = at(source, from.node, from.place);
    close(value, own, 6e-3 * Math.abs(own), `${name} for the ${what}`);
  }

  const sum = find(notes, /sum of products (\S+)(?: \+ bias (\S+))? = \S+$/)?.map((text) => number(text ?? '0'));
  const size = Math.abs(sum?.[0] ?? 0) + Math.abs(sum?.[1] ?? 0);
  if (sum) close(String(sum[0] + sum[1]), expected, rounding(size), `sum of the ${what}`);

  const window = find(notes, /^(\S+): rows (\S+) to (\S+), columns (\S+) to (\S+?)\./);
  if (window && tables.length) checkWindow(window, tables[0], (from, spot) => at(source, from, spot), what);
}

/** The groups of the first text that fits. @param {string[]} notes @param {RegExp} pattern */
const find = (notes, pattern) => notes.map((note) => pattern.exec(note)?.slice(1)).find(Boolean);

/**
 * @param {string[]} window  node, first and last row, first and last column
 * @param {Told['tables'][number]} table  its numbers in one channel
 * @param {(node: string, place: number[]) => number} at @param {string} what
 */
function checkWindow([node, ...edges], { label, rows }, at, what) {
  const [top, bottom, left, right] = edges.map(number);
  const channel = Number(/channel (\d+)/.exec(label)?.[1]);
  // Two decimals, one where the window has large values; one digit and a power of ten where it has tiny ones.
  const last = rows.flat().some((text) => /\.\d\d$/.test(text)) ? 0.01 : 0.1;
  rows.forEach((row, i) =>
    row.forEach((text, j) => {
      if (text === '') return;
      const y = top + (i * (bottom - top)) / Math.max(1, rows.length - 1);
      const x = left + (j * (right - left)) / Math.max(1, row.length - 1);
      const own = at(node, [channel, y, x]);
      const unit = text.includes('e') ? number(text.replace(/.*e/, '1e')) : last;
      close(text, own, 0.501 * unit, `${node}/${channel}@${y},${x} for the ${what}`);
    }),
  );
}

for (const kind of kinds) {
  test(kind, async (t) => {
    // Addresses are changed more often than Chromium allows a page that has run wild.
    const args = [...chromiumArgs, '--disable-ipc-flooding-protection'];
    const browser = await launch(kind, kind === 'chromium' ? { args } : {});
    t.after(() => browser.close());
    for (const [name, start] of nets) {
      await t.test(name, async (sub) => {
        const net = await opened(name, start);
        const hash = `#v1&net=${name}&start=${start}&ink=${ink}`;
        const { page, errors, close } = await openPage(browser, `${server.url}?module=simd128&lang=en${hash}`);
        sub.after(close);
        await ready(page);
        const next = random(7);
        const below = (/** @type {number} */ end) => Math.floor(next() * end);
        const list = Array.from({ length: counts[kind] }, () => {
          const { name: node, shape, role } = net.layers[below(net.layers.length)];
          const [row, column, channel] = shape.map(below);
          const address = `${node}/${channel}@${row},${column}`;
          return { address, hash: `${hash}&unit=${address}`, both: role !== 'head' };
        });
        const told = await visit(page, list);
        const stations = told.flatMap(({ forward, backward }) => [...forward, ...backward]);
        for (const station of stations) check(station, net);
        sub.diagnostic(`${list.length} positions, ${stations.length} results`);
        assert.deepEqual(errors, []);
      });
    }
  });
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kHalf, tableOf } from '../../web/widgets/colour.js';
import {
  extent,
  fittingGrid,
  gridOf,
  locate,
  mapBox,
  normaliser,
  paintMaps,
  windowBox,
} from '../../web/widgets/maps.js';

const table = tableOf('light', 'signed');
const entry = (/** @type {number} */ value) => table[kHalf + 1 + Math.round(value * kHalf)];

test('a grid holds all maps, with gaps between them only', () => {
  const grid = gridOf([4, 5, 7], { columns: 3, cell: 2, gap: 3 });
  assert.deepEqual([grid.columns, grid.rows], [3, 3]);
  assert.deepEqual([grid.width, grid.height], [3 * 10 + 2 * 3, 3 * 8 + 2 * 3]);
  assert.deepEqual(mapBox(grid, 4), { x: 13, y: 11, width: 10, height: 8 });
});

test('every pixel of every value has its colour; gaps stay as they were', () => {
  const [h, w, c] = [3, 2, 5];
  const grid = gridOf([h, w, c], { columns: 2, cell: 3, gap: 2 });
  const values = Float32Array.from({ length: h * w * c }, (_, i) => ((i * 7) % 13) / 12 - 0.5);
  const pixels = new Uint32Array(grid.width * grid.height);
  paintMaps(pixels, grid, values, table, normaliser(...extent(values)));
  const reach = Math.max(...values.map(Math.abs));
  for (let y = 0; y < grid.height; y++) {
    for (let x = 0; x < grid.width; x++) {
      const inMap = x % 8 < 6 && y % 11 < 9;
      const channel = Math.floor(y / 11) * 2 + Math.floor(x / 8);
      const expected =
        inMap && channel < c
          ? entry(values[(Math.floor((y % 11) / 3) * w + Math.floor((x % 8) / 3)) * c + channel] / reach)
          : 0;
      assert.equal(pixels[y * grid.width + x], expected, `pixel ${x},${y}`);
    }
  }
});

test('zero is neutral, infinities are the ends, NaN has its own colour', () => {
  const grid = gridOf([1, 5, 1], { columns: 1, cell: 1, gap: 0 });
  const pixels = new Uint32Array(5);
  paintMaps(pixels, grid, [0, Infinity, -Infinity, NaN, -0], table, 1);
  assert.deepEqual([...pixels], [entry(0), entry(1), entry(-1), table[0], entry(0)]);
});

test('extent tells NaN, and normaliser never divides by nothing', () => {
  assert.deepEqual(extent([1, -2, 0.5]), [-2, 1]);
  assert.deepEqual(extent([1, NaN, 2]), [NaN, NaN]);
  assert.deepEqual(extent([Infinity, -Infinity]), [-Infinity, Infinity]);
  assert.deepEqual(extent([]), [NaN, NaN]);
  assert.equal(normaliser(0, 0), 1);
  assert.equal(normaliser(-4, 2), 0.25);
  assert.equal(normaliser(NaN, NaN), 1);
  assert.equal(normaliser(0, Infinity), 1);
});

test('locate is the inverse of the boxes', () => {
  const grid = gridOf([4, 5, 7], { columns: 3, cell: 2, gap: 3 });
  for (let channel = 0; channel < 7; channel++) {
    for (const [row, column] of [
      [0, 0],
      [3, 4],
      [1, 2],
    ]) {
      const box = windowBox(grid, channel, { row, column });
      assert.ok(box);
      assert.deepEqual(locate(grid, box.x + 0.5, box.y + 1.5), { channel, row, column });
    }
  }
  assert.equal(locate(grid, -1, 0), null);
  assert.equal(locate(grid, grid.width + 3, 0), null);
  assert.equal(locate(grid, grid.width - 1, grid.height - 1), null, 'the last row is not full');
});

test('a window is cut off at the edges of its map, and nothing is left of one outside', () => {
  const grid = gridOf([6, 6, 2], { columns: 2, cell: 2, gap: 1 });
  assert.deepEqual(windowBox(grid, 1, { row: -2, column: 4, h: 5, w: 5 }), { x: 13 + 8, y: 0, width: 4, height: 6 });
  assert.equal(windowBox(grid, 0, { row: 6, column: 0, h: 2, w: 2 }), null);
});

test('60 000 values are painted in a few milliseconds at most', (t) => {
  const grid = gridOf([24, 24, 104], { columns: 8, cell: 2, gap: 4 });
  const values = Float32Array.from({ length: 24 * 24 * 104 }, (_, i) => Math.sin(i));
  const pixels = new Uint32Array(grid.width * grid.height);
  const times = [];
  for (let i = 0; i < 40; i++) {
    const begin = performance.now();
    paintMaps(pixels, grid, values, table, normaliser(...extent(values)));
    times.push(performance.now() - begin);
  }
  const median = times.sort((a, b) => a - b)[20];
  t.diagnostic(`${values.length} values: median ${median.toFixed(2)} ms`);
  assert.ok(median < 5, `${median} ms`);
});

test('an enlarged picture fills its square and never leaves it', () => {
  for (const shape of [
    [28, 28, 1],
    [5, 5, 6],
    [3, 3, 64],
    [1, 1, 10],
    [28, 28, 32],
    [400, 3, 2],
  ]) {
    const grid = fittingGrid(/** @type {[number, number, number]} */ (shape), 272, 2);
    assert.ok(grid.width <= 544 && (grid.height <= 544 || grid.cell === 1), `${shape}: ${grid.width}×${grid.height}`);
    assert.ok(grid.columns * grid.rows >= shape[2]);
  }
  assert.equal(fittingGrid([28, 28, 1], 272, 1).cell, 9);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { align, sample, smooth, thin } from '../../web/widgets/series.js';
import { histogram, statistics } from '../../web/widgets/plots.js';

test('thinning keeps every spike and the order', () => {
  const xs = Array.from({ length: 10000 }, (_, i) => i);
  const ys = xs.map((x) => Math.sin(x / 500));
  ys[4321] = 9;
  ys[8888] = -9;
  const { x, y } = thin(xs, ys, 300);
  assert.ok(x.length <= 600);
  assert.ok(x.every((v, i) => i === 0 || v > x[i - 1]));
  assert.equal(y[x.indexOf(4321)], 9);
  assert.equal(y[x.indexOf(8888)], -9);
  assert.deepEqual(thin([1, 2], [3, 4], 300), { x: [1, 2], y: [3, 4] });
});

test('sampling ends with the last point', () => {
  const xs = Array.from({ length: 1003 }, (_, i) => i);
  const { x, y } = sample(xs, xs, 100);
  assert.ok(x.length <= 101);
  assert.equal(x.at(-1), 1002);
  assert.deepEqual(x, y);
});

test('smoothing of a constant is the constant, from the first point on', () => {
  for (const v of smooth(new Array(50).fill(3), 0.95)) assert.ok(Math.abs(v - 3) < 1e-9);
  assert.deepEqual(smooth([1, 5, 2], 0), [1, 5, 2]);
  const noisy = Array.from({ length: 400 }, (_, i) => (i % 2 ? 1 : -1));
  assert.ok(Math.abs(/** @type {number} */ (smooth(noisy, 0.99).at(-1))) < 0.05);
});

test('series with their own steps share one axis', () => {
  const [x, a, b] = align([
    { x: [1, 3, 5], y: [10, 30, 50] },
    { x: [2, 3], y: [-2, -3] },
  ]);
  assert.deepEqual(x, [1, 2, 3, 5]);
  assert.deepEqual(a, [10, null, 30, 50]);
  assert.deepEqual(b, [null, -2, -3, null]);
});

test('statistics of one channel among several', () => {
  const values = Float32Array.from([1, 100, 0, 100, -3, 100, 0, 100]);
  const { low, high, mean, zeros, count } = statistics(values, 0, 2);
  assert.deepEqual([low, high, mean, zeros, count], [-3, 1, -0.5, 0.5, 4]);
  assert.ok(Number.isNaN(statistics([1, NaN]).low));
});

test('the histogram counts each value that is not zero once', () => {
  const values = [0, 0, 1, 0.99, -1, 0.5, NaN];
  const counts = histogram(values, -1, 1, 4);
  assert.deepEqual([...counts], [1, 0, 0, 3]);
  assert.equal(
    histogram([2, 2], 2, 2, 4).reduce((a, b) => a + b),
    2,
    'also where there is no width',
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { colourOf, contrast, decode, inkOn, kHalf, linearToLab, tableOf } from '../../web/widgets/colour.js';

// Machado, Oliveira & Fernandes 2009, severity 1, for linear RGB.
const deficiencies = {
  protan: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deutan: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritan: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};
const themes = /** @type {const} */ (['light', 'dark']);

/** @param {number[]} rgb */
const toLinear = (rgb) => rgb.map(decode);
/** @param {number[]} rgb @param {number[][]} matrix */
const seen = (rgb, matrix) => matrix.map((row) => row.reduce((sum, k, i) => sum + k * toLinear(rgb)[i], 0));
/** Distance in OKLab; 0.02 is about the smallest that side by side can be told apart. @param {number[]} a @param {number[]} b */
const distance = (a, b) => {
  const [x, y] = [linearToLab(a), linearToLab(b)];
  return Math.hypot(x[0] - y[0], x[1] - y[1], x[2] - y[2]);
};

for (const theme of themes) {
  test(`${theme}: zero is exactly grey, and the same for both signs`, () => {
    const zero = colourOf(theme, 'signed', 0);
    assert.equal(zero[0], zero[1]);
    assert.equal(zero[1], zero[2]);
    assert.deepEqual(colourOf(theme, 'signed', -0), zero);
    assert.deepEqual(colourOf(theme, 'unsigned', 0), zero);
  });

  for (const [name, matrix] of Object.entries(deficiencies)) {
    test(`${theme}: the signs stay apart for ${name} eyes`, () => {
      for (const value of [0.25, 0.5, 0.75, 1]) {
        const [minus, plus] = [colourOf(theme, 'signed', -value), colourOf(theme, 'signed', value)];
        const apart = distance(seen(minus, matrix), seen(plus, matrix));
        assert.ok(apart > 0.09 * Math.min(1, value * 2), `±${value}: ${apart.toFixed(3)}`);
      }
    });

    test(`${theme}: a larger value is always further from zero for ${name} eyes`, () => {
      const zero = seen(colourOf(theme, 'signed', 0), matrix);
      for (const sign of [-1, 1]) {
        let before = 0;
        for (let i = 1; i <= 8; i++) {
          const now = distance(seen(colourOf(theme, 'signed', (sign * i) / 8), matrix), zero);
          assert.ok(now > before + 0.02, `${(sign * i) / 8}: ${now.toFixed(3)} after ${before.toFixed(3)}`);
          before = now;
        }
      }
    });
  }

  test(`${theme}: the ends stand out from zero by 3 : 1, and both alike`, () => {
    const zero = colourOf(theme, 'signed', 0);
    const [minus, plus] = [-1, 1].map((v) => contrast(colourOf(theme, 'signed', v), zero));
    assert.ok(minus >= 3 && plus >= 3, `${minus} ${plus}`);
    assert.ok(Math.abs(Math.log(minus / plus)) < 0.25, `${minus} ${plus}`);
    assert.ok(contrast(colourOf(theme, 'unsigned', 1), zero) >= 7);
  });

  for (const [scale, from] of /** @type {const} */ ([
    ['signed', -1],
    ['unsigned', 0],
  ])) {
    test(`${theme} ${scale}: equal steps of the value are equal steps of the colour`, () => {
      const steps = 24;
      const colours = Array.from({ length: steps + 1 }, (_, i) =>
        toLinear(colourOf(theme, scale, from + ((1 - from) * i) / steps)),
      );
      const lengths = colours.slice(1).map((colour, i) => distance(colour, colours[i]));
      const ratio = Math.max(...lengths) / Math.min(...lengths);
      assert.ok(ratio < 1.35, `largest step is ${ratio.toFixed(2)} × the smallest`);
    });
  }

  test(`${theme}: numbers are readable on every tone of the sequential scale`, () => {
    for (let v = 0; v <= 1; v += 0.02) {
      const ground = colourOf(theme, 'unsigned', v);
      assert.ok(contrast(ground, inkOn(ground)) >= 4.5, `at ${v.toFixed(2)}`);
    }
  });
}

test('the table is the scale, with its own colour for NaN', () => {
  const table = tableOf('light', 'signed');
  assert.equal(table.length, 2 * kHalf + 2);
  const unpack = (/** @type {number} */ packed) => [packed & 255, (packed >> 8) & 255, (packed >> 16) & 255];
  assert.deepEqual(unpack(table[1]), colourOf('light', 'signed', -1));
  assert.deepEqual(unpack(table[kHalf + 1]), colourOf('light', 'signed', 0));
  assert.deepEqual(unpack(table[2 * kHalf + 1]), colourOf('light', 'signed', 1));
  assert.ok(table.slice(1).every((packed) => packed !== table[0]));
});

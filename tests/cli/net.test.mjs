import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { deflateSync } from 'node:zlib';
import { cnn, folder, json, one, put, root, seven, shell } from './program.mjs';

test('summary counts the presets', () => {
  /** @type {Record<string, number>} */
  const counts = { softmax: 7850, lenet5: 61706, 'keras-mnist': 421642, 'convnetjs-mnist': 5994 };
  for (const [id, parameters] of Object.entries(counts)) assert.equal(json('summary', id).parameters, parameters);
  const keras = json('summary', 'keras-mnist');
  let macs = 0;
  for (const layer of keras.layers) macs += layer.macs;
  assert.equal(keras.macs, macs);
  assert.match(cnn('summary', 'keras-mnist').out, /Total params: 421,642/);
});

test('describing a large net takes neither time nor memory', () => {
  for (const id of ['resnet152', 'vgg19']) {
    // All of it, code and libraries included, has room in 50 MB of addresses; the parameters alone would be hundreds.
    const { code, out, err } = shell(`ulimit -v 51200; "$CNN" summary ${id} > /dev/null && times`);
    assert.equal(code, 0, `${id}: ${err}`);
    // The second line is the child's time on the processor; 50 ms on an idle machine, four times that here.
    const [user, system] = out.trim().split('\n')[1].split(' ').map(seconds);
    assert.ok(user + system < 0.2, `${id} took ${user + system} s`);
  }
});

test('train learns, tells its speed, and the same seed gives the same file', () => {
  const recipe = ['train', 'softmax', '--data', 'mnist', '--limit', '2000', '--epochs', '2', '--validation', '0.1'];
  const [first, second] = ['a.cnn', 'b.cnn'].map((name) => join(folder, name));
  const result = json(...recipe, '--out', first);
  assert.ok(result.accuracy > 0.7 && result.accuracy < 0.95, `accuracy ${result.accuracy}`);
  assert.equal(result.errors, Math.round(10000 * (1 - result.accuracy)));
  assert.equal(result.epochs.length, 2);
  assert.ok(result.epochs[1].loss < result.epochs[0].loss);
  assert.ok(result.epochs[1].validation_accuracy > 0.6);
  assert.ok(result.images_per_second > 0);
  assert.ok(Math.abs(result.images_per_second * result.seconds - 3600) < 1);
  assert.equal(json(...recipe, '--out', second).accuracy, result.accuracy);
  assert.deepEqual(readFileSync(first), readFileSync(second));

  // The file is a net: it can be described, measured and trained further.
  assert.equal(json('summary', first).parameters, 7850);
  const score = json('eval', first);
  assert.equal(score.accuracy, result.accuracy);
  assert.equal(score.total, 10000);
  let [sum, hits] = [0, 0];
  score.confusion.forEach((/** @type {number[]} */ row, /** @type {number} */ label) =>
    row.forEach((count, said) => {
      sum += count;
      if (label === said) hits += count;
    }),
  );
  assert.equal(sum, 10000);
  assert.equal(hits, 10000 - score.errors);
  const further = json('train', first, '--limit', '2000', '--epochs', '1');
  assert.ok(further.epochs[0].loss < result.epochs[0].loss);
});

test('a schedule ends with the training, and patience ends it early', () => {
  const limits = ['--limit', '600', '--validation', '0.5', '--quiet'];
  const recipe = ['train', 'softmax', ...limits, '--epochs', '9', '--batch', '10', '--lr', '0'];
  const result = json(...recipe, '--lr-schedule', 'one_cycle', '--patience', '2');
  assert.equal(result.recipe.schedule_steps, 9 * 30);
  assert.equal(result.recipe.images, 300);
  assert.equal(result.epochs.length, 3, 'a rate of 0 makes nothing better');
});

test('training that explodes stops with a sentence and leaves good weights', () => {
  const path = join(folder, 'exploded.cnn');
  const recipe = ['--limit', '2000', '--epochs', '3', '--optimizer', 'sgd', '--lr', '1000'];
  const { code, err } = cnn('train', 'mlp', ...recipe, '--out', path);
  assert.equal(code, 1);
  assert.match(err, /\[training\] /);
  assert.ok(json('eval', path, '--limit', '100').accuracy >= 0);
});

test('drawings are classified and measured', () => {
  const list = [{ ...seven, label: 7 }, { ...one, label: 1, writer: 3 }, { strokes: [] }];
  const drawings = put('drawings.json', JSON.stringify(list));
  const answers = json('classify', 'lenet5', '--strokes', drawings);
  assert.deepEqual(answers.slice(0, 2).map((/** @type {any} */ answer) => answer.class), [7, 1]);
  for (const { probabilities } of answers) {
    assert.equal(probabilities.length, 10);
    assert.ok(Math.abs(probabilities.reduce((/** @type {number} */ a, /** @type {number} */ b) => a + b) - 1) < 1e-5);
  }
  assert.match(cnn('classify', 'lenet5', '--strokes', drawings).out, /^drawing 0: 7 \(\d+\.\d\d %\)$/m);

  const labelled = put('labelled.json', JSON.stringify([{ ...seven, label: 7 }, { ...one, label: 7 }]));
  const score = json('eval', 'lenet5', '--strokes', labelled);
  assert.equal(score.accuracy, 0.5);
  assert.equal(score.confusion[7][1], 1);

  const wrong = put('wrong.json', JSON.stringify([seven, { strokes: [[[1, 2], [3]]] }]));
  const { code, err } = cnn('classify', 'lenet5', '--strokes', wrong);
  assert.equal(code, 1);
  assert.match(err, /wrong\.json: .*a point must be \[x, y\]. \(at \/1\/strokes\/0\/1\)/);
});

// ---- pictures

/**
 * A 7 of bars: `ink` on `paper`, w × h.
 * @param {number} w @param {number} h @param {number} ink @param {number} paper
 */
function drawSeven(w, h, ink, paper) {
  const pixels = new Uint8Array(w * h).fill(paper);
  const pen = w / 14;
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      const bar = Math.abs(y - h * 0.2) < pen && x > w * 0.25 && x < w * 0.75;
      const along = (y - h * 0.2) / (h * 0.6);
      const stem = along > 0 && along < 1 && Math.abs(x - w * (0.75 - 0.3 * along)) < pen;
      if (bar || stem) pixels[y * w + x] = ink;
    }
  }
  return pixels;
}

/** @param {Uint8Array} bytes */
function crc32(bytes) {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

/** @param {string} type @param {Uint8Array} data */
function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/**
 * A PNG of grey (one channel), or of grey and alpha (two).
 * @param {number} w @param {number} h @param {Uint8Array} pixels
 */
function png(w, h, pixels, channels = 1) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(w, 0);
  header.writeUInt32BE(h, 4);
  header.set([8, channels === 1 ? 0 : 4, 0, 0, 0], 8);
  const row = w * channels;
  const rows = Buffer.alloc(h * (row + 1));
  for (let y = 0; y < h; y++) rows.set(pixels.subarray(y * row, (y + 1) * row), y * (row + 1) + 1);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]);
  const end = chunk('IEND', Buffer.alloc(0));
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), end]);
}

/** @param {number} w @param {number} h @param {Uint8Array} pixels */
const pgm = (w, h, pixels) => Buffer.concat([Buffer.from(`P5\n# a seven\n${w} ${h}\n255\n`), pixels]);

test('pictures of any size, polarity and kind are classified', () => {
  const alpha = new Uint8Array(2 * 200 * 240);
  drawSeven(200, 240, 255, 0).forEach((value, i) => (alpha[2 * i + 1] = value)); // black ink on nothing
  const pictures = [
    put('dark.png', png(200, 240, drawSeven(200, 240, 20, 250))),
    put('light.png', png(200, 240, drawSeven(200, 240, 255, 0))),
    put('alpha.png', png(200, 240, alpha, 2)),
    put('dark.pgm', pgm(300, 400, drawSeven(300, 400, 60, 200))),
    put('exact.pgm', pgm(28, 28, drawSeven(28, 28, 255, 0))),
    put('text.pgm', `P2 56 56 255 ${[...drawSeven(56, 56, 255, 0)].join(' ')}\n`),
  ];
  const answers = json('classify', 'lenet5', ...pictures);
  answers.forEach((/** @type {any} */ answer, /** @type {number} */ i) => {
    assert.equal(answer.class, 7, pictures[i]);
    assert.equal(answer.file, pictures[i]);
  });
});

test('a test picture is classified as eval counts it', () => {
  const images = readFileSync(join(root, 'build/data/mnist/test-images.idx3'));
  const labels = readFileSync(join(root, 'build/data/mnist/test-labels.idx1'));
  const picture = put('first.pgm', pgm(28, 28, images.subarray(16, 16 + 784)));
  assert.equal(json('classify', 'lenet5', picture)[0].class, labels[8]);
});

test('broken pictures are refused', () => {
  const good = png(40, 40, drawSeven(40, 40, 255, 0));
  const flipped = Buffer.from(good);
  flipped[good.length - 30] ^= 0x55;
  /** @type {[string, string | Uint8Array, RegExp][]} */
  const cases = [
    ['cut.png', good.subarray(0, good.length - 40), /damaged PNG|no PNG/],
    ['flipped.png', flipped, /damaged PNG|no PNG/],
    ['empty.png', '', /neither PNG nor PGM/],
    ['colour.ppm', 'P6 1 1 255 abc', /neither PNG nor PGM/],
    ['cut.pgm', 'P5 10 10 255\nabc', /is cut off/],
    ['large.pgm', 'P5 99999 99999 255\n', /1 to 16384 pixels/],
    ['zero.pgm', 'P5 0 10 255\n', /1 to 16384 pixels/],
    ['white.pgm', 'P5 1 1 0\na', /its white must be/],
    ['bright.pgm', 'P2 1 1 10 11', /brighter than its white/],
    ['word.pgm', 'P2 1 x', /a number was expected/],
  ];
  for (const [name, content, message] of cases) {
    const { code, out, err } = cnn('classify', 'lenet5', put(name, content));
    assert.equal(code, 1, name);
    assert.equal(out, '');
    assert.match(err, message);
  }
});

/** "0m0.010s" @param {string} text */
function seconds(text) {
  const [, minutes, rest] = /^(\d+)m([\d.]+)s$/.exec(text) ?? [];
  return 60 * Number(minutes) + Number(rest);
}

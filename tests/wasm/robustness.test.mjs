// What must never harm the page: absurd sizes, broken bytes, a growing heap, handles made and destroyed for hours.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { EngineError, loadEngine } from '../../wasm/js/index.js';
import {
  absurdNet,
  architecture,
  makeIdx,
  noise,
  runnableModules,
  sameBits,
  smallData,
  smallNet,
  thrown,
} from './support.mjs';

/** @typedef {import('../../wasm/js/index.js').Engine} Engine */

/** Refused with a sentence; anything else (a trap, a hang) is a fault. @param {() => unknown} work */
function refused(work) {
  const error = thrown(work);
  assert.ok(error instanceof EngineError, String(error?.stack ?? error));
  assert.notEqual(error.code, 'internal', error.message);
  assert.ok(error.message.length > 10);
  return error;
}

/** Refused with a sentence, or taken; whatever is made is destroyed. @param {() => any} work */
function survives(work) {
  try {
    work()?.destroy?.();
    return true;
  } catch (error) {
    assert.ok(error instanceof EngineError, String(/** @type {any} */ (error)?.stack ?? error));
    assert.notEqual(error.code, 'internal', error.message);
    return false;
  }
}

/** @param {Engine} engine */
function stillWorks(engine) {
  const net = engine.createNet(smallNet, { seed: 1 });
  net.forward(new Float32Array(64).fill(0.5), 1);
  const sum = net.tensor('activation', 'prediction').reduce((a, b) => a + b);
  assert.ok(Math.abs(sum - 1) < 1e-5);
  net.destroy();
}

for (const module of runnableModules) {
  test(`${module}: absurd sizes are refused and the engine goes on`, () => {
    const engine = loadEngine({ module });
    refused(() => engine.createNet(absurdNet));
    stillWorks(engine);
    const net = engine.createNet(smallNet);
    assert.match(refused(() => net.forward(new Float32Array(64), 2 ** 31 - 1)).message, /values/);
    refused(() => engine.createDataset({ shape: [16384, 16384, 1], classes: 10 }));
    refused(() => engine.createDataset({ shape: [28, 28], classes: 10 }));
    refused(() => engine.createDataset({ shape: [28, 28, 1], classes: 1e6 }));
    refused(() => engine.createDataset({ shape: [28, 28, 1], classes: 10, expected: 1e15 }));
    survives(() => engine.createDataset({ shape: [28, 28, 1], classes: 10, expected: 2 ** 32 - 1 }));
    refused(() => engine.createTrainer(net, smallData(engine, 3), { batch_size: 1e6 }));
    const deep = `${'['.repeat(1e6)}`;
    refused(() => engine.summarize(deep));
    refused(() => engine.rasterize(/** @type {any} */ (deep)));
    refused(() => net.save(/** @type {any} */ (`{"a":${'['.repeat(1e5)}${']'.repeat(1e5)}}`)));
    refused(() => engine.summarize(' '.repeat(6e6)));
    stillWorks(engine);
    net.destroy();
  });

  test(`${module}: each size field at its extremes`, () => {
    const engine = loadEngine({ module });
    const most = 2147483647;
    const pieces = [
      { type: 'conv2d', filters: 8192, kernel: 64, padding: 'full' },
      { type: 'conv2d', filters: 1, kernel: 1, padding: [most, most, most, most] },
      { type: 'conv2d', filters: 1, kernel: 64, dilation: 64, padding: 'same' },
      { type: 'conv2d', filters: 8192, groups: 8192 },
      { type: 'conv2d', filters: 1, kernel: most, stride: most },
      { type: 'pool2d', kernel: 64, stride: 64, padding: 4096 },
      { type: 'dense', units: 1 << 20 },
    ];
    for (const shape of [[1, 1, 1], [4096, 4096, 1], [4096, 4096, 4096], [1, 1, 4096], [64, 64, 64]]) {
      for (const piece of pieces) {
        const input = { type: 'input', shape };
        for (const layers of [[input, piece], [input, piece, piece], [input, piece, { type: 'flatten' }, { type: 'dense', units: 1 << 20 }]]) {
          survives(() => void engine.summarize({ layers }));
          // Only what is too large for the module; making hundreds of megabytes of weights would take minutes.
          let small = false;
          try {
            small = engine.summarize({ layers }).parameters < 1e6;
          } catch {
            small = true;
          }
          if (!small) continue;
          survives(() => {
            const net = engine.createNet({ layers });
            try {
              if (engine.summarize({ layers }).macs < 1e8) net.forward(new Float32Array(shape[0] * shape[1] * shape[2]), 1);
            } finally {
              net.destroy();
            }
          });
        }
      }
    }
    stillWorks(engine);
  });

  test(`${module}: a batch that does not fit leaves the last pass readable`, () => {
    const engine = loadEngine({ module });
    const wide = {
      layers: [
        { type: 'input', shape: [64, 64, 1] },
        { type: 'conv2d', name: 'conv', filters: 256, kernel: 1 },
      ],
    };
    const net = engine.createNet(wide);
    const image = new Float32Array(64 * 64).fill(0.25);
    net.forward(image, 1);
    const before = net.tensor('activation', 'conv');
    // 1 000 images of 4 MB each: more than the module may ever have.
    assert.equal(refused(() => net.forward(new Float32Array(1000 * 64 * 64), 1000)).code, 'out_of_memory');
    assert.ok(sameBits(net.tensor('activation', 'conv'), before));
    net.forward(image, 1);
    assert.ok(sameBits(net.tensor('activation', 'conv'), before));
    stillWorks(engine);
  });

  test(`${module}: what was copied out before the heap grew is still right`, () => {
    const engine = loadEngine({ module });
    const net = engine.createNet(smallNet);
    net.forward(new Float32Array(64).fill(0.5), 1);
    const before = net.tensor('activation', 'conv1');
    const kept = before.slice();
    const heap = engine.heapBytes;
    const large = [];
    const idx = makeIdx(20000);
    while (engine.heapBytes === heap) {
      const data = engine.createDataset({ shape: [8, 8, 1], classes: 3, expected: 20000 });
      data.append(idx);
      large.push(data);
    }
    assert.ok(sameBits(before, kept));
    assert.ok(sameBits(net.tensor('activation', 'conv1'), kept));
    // Growth in the middle of a call: the text that goes in is larger than all that is free.
    const name = 'x'.repeat(3e6);
    const error = refused(() => engine.summarize({ layers: [{ type: name }] }));
    assert.equal(error.code, 'invalid_definition');
    assert.deepEqual(large[0].image(1).pixels, idx.slice(16 + 64, 16 + 128));
  });

  test(`${module}: 500 rounds of making and destroying everything do not grow the heap`, () => {
    const engine = loadEngine({ module });
    const round = (/** @type {number} */ i) => {
      const net = engine.createNet(smallNet, { seed: i });
      const data = smallData(engine, 30);
      const trainer = engine.createTrainer(net, data, { batch_size: 8 });
      trainer.step();
      net.forwardBytes(data.image(i % 30).pixels, 1);
      net.backward(Uint8Array.of(1));
      net.tensor('gradient', 'input');
      net.info();
      const copy = engine.loadNet(net.save({ i }));
      trainer.restore(trainer.checkpoint());
      const evaluation = engine.createEvaluation(copy, data);
      evaluation.step(30);
      refused(() => net.tensor('activation', 'none'));
      refused(() => engine.createNet({ layers: [{ type: 'input', shape: [8, 8, 1] }, { type: 'conv' }] }));
      for (const object of [net, data, trainer, copy, evaluation]) object.destroy();
    };
    for (let i = 0; i < 20; i++) round(i);
    const heap = engine.heapBytes;
    for (let i = 0; i < 500; i++) round(i);
    assert.equal(engine.heapBytes, heap);
  });

  test(`${module}: damaged model files are refused, each of them`, () => {
    const engine = loadEngine({ module });
    const net = engine.createNet(smallNet);
    const file = net.save({ note: 'fuzz' });
    const random = noise(11);
    const below = (/** @type {number} */ bound) => Math.floor(random() * bound);
    for (let i = 0; i < 2000; i++) {
      const bytes = file.slice(0, i % 4 === 0 ? below(file.length) : file.length);
      const edits = 1 + below(8);
      for (let e = 0; e < edits && bytes.length; e++) bytes[below(i % 3 ? bytes.length : Math.min(64, bytes.length))] = below(256);
      if (sameBits(bytes, file)) continue;
      refused(() => engine.loadNet(bytes));
    }
    refused(() => engine.loadNet(new Uint8Array(1e6)));
    const again = engine.loadNet(file);
    assert.ok(sameBits(again.save(), file));
    stillWorks(engine);
  });

  test(`${module}: mutilated definitions and drawings never stop the engine`, () => {
    const engine = loadEngine({ module });
    const random = noise(12);
    const below = (/** @type {number} */ bound) => Math.floor(random() * bound);
    const words = ['-1', '0', '1e308', '1e999', 'null', '[]', '{}', '"same"', 'true', '2147483648', '"\\ud800"', '0.5', '64'];
    const texts = [JSON.stringify(smallNet), JSON.stringify(architecture('mini-resnet'))];
    const drawing = JSON.stringify({ strokes: [[[1, 2], [3, 4.5], [100, 200]], [[7, 7]]], pad: [280, 280], pen: 2, size: 28, box: 20 });
    const damage = (/** @type {string} */ text) => {
      const values = [...text.matchAll(/-?\d+(\.\d+)?|"[^"]*"|true|false|null/g)];
      for (let e = below(3); e >= 0; e--) {
        const { 0: old, index } = values[below(values.length)];
        // Half of the edits keep numbers numbers, so that some definitions stay whole enough to be made and run.
        const number = /^[\d-]/.test(old) && random() < 0.8;
        const word = number ? String(1 + below(9)) : random() < 0.8 ? words[below(words.length)] : '';
        text = text.slice(0, index) + word + text.slice(index + old.length);
      }
      return text;
    };
    let taken = 0;
    for (let i = 0; i < 1500; i++) {
      const text = damage(texts[i % 2]);
      if (!survives(() => void engine.summarize(text))) continue;
      taken++;
      if (engine.summarize(text).parameters > 1e5) continue;
      survives(() => engine.createNet(text));
    }
    assert.ok(taken > 50, `${taken} taken`);
    for (let i = 0; i < 1500; i++) survives(() => void engine.rasterize(/** @type {any} */ (damage(drawing))));
    stillWorks(engine);
  });
}

test('an engine that has trapped says so ever after', () => {
  const engine = loadEngine({ module: 'simd128' });
  const net = engine.createNet(smallNet);
  // A handle that points outside the memory is the one thing the module cannot check.
  net.pointer = 0x7fffff00;
  const first = thrown(() => net.info());
  assert.ok(first instanceof EngineError);
  assert.equal(first.code, 'internal');
  assert.match(first.message, /^\[engine\] stopped in cnn_net_info .* has to be loaded again\.$/);
  assert.equal(thrown(() => engine.createNet(smallNet)), first);
});

// Nets through the bindings: create, run, look inside, save, load.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { EngineError } from '../../wasm/js/index.js';
import { noise, runnableModules, sameBits, sharedEngine, smallNet, thrown } from './support.mjs';

const images = (/** @type {number} */ batch) => {
  const random = noise(7);
  return Float32Array.from({ length: batch * 64 }, random);
};

for (const module of runnableModules) {
  const engine = sharedEngine(module);
  /** @param {string} name @param {(net: import('../../wasm/js/handles.js').Net) => void} body @param {any} [definition] */
  const withNet = (name, body, definition = smallNet) =>
    test(`${module}: ${name}`, () => {
      const net = engine.createNet(definition, { seed: 1 });
      try {
        body(net);
      } finally {
        net.destroy();
      }
    });

  test(`${module}: summary without a net`, () => {
    const summary = engine.summarize(smallNet);
    assert.deepEqual(summary.input, [8, 8, 1]);
    assert.equal(summary.output, 'prediction');
    assert.equal(summary.parameters, 4 * 9 + 4 + 36 * 3 + 3);
    const conv = summary.layers.find((layer) => layer.name === 'conv1');
    assert.deepEqual(conv?.shape, [6, 6, 4]);
    assert.equal(conv?.role, 'convolution');
    assert.equal(conv?.macs, 6 * 6 * 4 * 9);
    assert.deepEqual(engine.summarize(JSON.stringify(smallNet)), summary);
  });

  withNet('info gives definition, record and summary', (net) => {
    const { definition, record, summary } = net.info();
    assert.deepEqual(definition, smallNet);
    assert.deepEqual(record, {});
    assert.deepEqual(summary, engine.summarize(smallNet));
  });

  withNet('forward gives probabilities, for one image as for many', (net) => {
    const batch = images(5);
    net.forward(batch, 5);
    const many = net.tensor('activation', 'prediction');
    assert.equal(many.length, 15);
    for (let i = 0; i < 5; i++) {
      net.forward(batch.subarray(64 * i, 64 * (i + 1)), 1);
      const one = net.tensor('activation', 'prediction');
      const sum = one.reduce((a, b) => a + b);
      assert.ok(Math.abs(sum - 1) < 1e-5);
      one.forEach((value, c) => assert.ok(Math.abs(value - many[3 * i + c]) < 1e-5));
    }
  });

  withNet('predict gives the same answers and leaves the activations', (net) => {
    const batch = images(5);
    net.forward(batch, 5);
    const answers = net.tensor('activation', 'prediction');
    net.forward(batch.subarray(0, 64), 1);
    const predicted = net.predict(batch, 5);
    assert.equal(predicted.length, 15);
    predicted.forEach((value, i) => assert.ok(Math.abs(value - answers[i]) < 1e-5));
    assert.equal(net.tensor('activation', 'prediction').length, 3);
    assert.equal(net.predict(batch.subarray(64, 128), 1).length, 3);
    assert.equal(thrown(() => net.predict(batch, 4)).code, 'shape_mismatch');
  });

  withNet('a convolution is what its kernel says', (net) => {
    const picture = images(1);
    net.forward(picture, 1);
    const kernel = net.tensor('parameter', 'conv1/kernel'); // [3, 3, 1, 4]
    const output = net.tensor('activation', 'conv1'); // [6, 6, 4]
    for (let y = 0; y < 6; y++) {
      for (let x = 0; x < 6; x++) {
        for (let o = 0; o < 4; o++) {
          let sum = 0;
          for (let ky = 0; ky < 3; ky++) {
            for (let kx = 0; kx < 3; kx++) sum += picture[(y + ky) * 8 + x + kx] * kernel[(ky * 3 + kx) * 4 + o];
          }
          assert.ok(Math.abs(output[(y * 6 + x) * 4 + o] - sum) < 1e-5);
        }
      }
    }
  });

  withNet('bytes are preprocessed as the definition says', (net) => {
    const bytes = Uint8Array.from({ length: 64 }, (_, i) => 4 * i);
    net.forwardBytes(bytes, 1);
    const input = net.tensor('activation', 'input');
    input.forEach((value, i) => assert.ok(Math.abs(value - (4 * i) / 255) < 1e-6));
  });

  withNet(
    'a net that crops takes larger pictures',
    (net) => {
      const bytes = Uint8Array.from({ length: 100 }, (_, i) => i);
      net.forwardBytes(bytes, 1);
      assert.equal(net.tensor('activation', 'input')[0], 11);
      net.forwardBytes(bytes, 1, [10, 10]);
      assert.equal(net.tensor('activation', 'input')[63], 88);
      assert.equal(thrown(() => net.forwardBytes(bytes, 1, [9, 10])).code, 'shape_mismatch');
      assert.equal(thrown(() => net.forwardBytes(bytes.subarray(0, 99), 1)).code, 'shape_mismatch');
    },
    { ...smallNet, preprocessing: { divide: 1, crop_h: 8, crop_w: 8 } },
  );

  withNet('a drawing runs through all stages', (net) => {
    const { stages } = net.forwardDrawing({ strokes: [[[10, 10], [200, 210]]] });
    assert.deepEqual(stages.map((stage) => stage.name), ['ink', 'box', 'image']);
    for (const { h, w, pixels } of stages) assert.equal(pixels.length, h * w);
    const [, , image] = stages;
    assert.deepEqual([image.h, image.w], [8, 8]);
    const input = net.tensor('activation', 'input');
    input.forEach((value, i) => assert.ok(Math.abs(value - image.pixels[i]) < 1e-6));
    assert.ok(Math.max(...input) > 0.5);
  });

  test(`${module}: a drawing without a net`, () => {
    const { stages } = engine.rasterize({ strokes: [[[140, 20], [140, 260]]] });
    const [ink, box, image] = stages;
    assert.ok(Math.max(...ink.pixels) > 0.9);
    assert.deepEqual([box.h, box.w], [20, 20]);
    assert.deepEqual([image.h, image.w], [28, 28]);
    // Its centre of mass is the middle.
    let mass = 0;
    let x = 0;
    let y = 0;
    image.pixels.forEach((value, i) => {
      mass += value;
      x += value * ((i % 28) + 0.5);
      y += value * (Math.floor(i / 28) + 0.5);
    });
    assert.ok(Math.abs(x / mass - 14) <= 0.75, `x ${x / mass}`);
    assert.ok(Math.abs(y / mass - 14) <= 0.75, `y ${y / mass}`);
  });

  withNet('gradients agree with finite differences of the loss', (net) => {
    const batch = images(3);
    const labels = Uint8Array.of(0, 2, 1);
    net.forward(batch, 3);
    const loss = net.backward(labels);
    assert.ok(loss > 0);
    const lossWith = (/** @type {string} */ address, /** @type {Float32Array} */ values) => {
      net.setParameter(address, values);
      net.forward(batch, 3);
      return net.backward(labels);
    };
    const address = 'dense1/kernel';
    const values = net.tensor('parameter', address);
    const gradient = net.tensor('parameter_gradient', address);
    const step = 1e-2;
    for (const i of [0, 17, 50, 107]) {
      const changed = values.slice();
      changed[i] = values[i] + step;
      const up = lossWith(address, changed);
      changed[i] = values[i] - step;
      const down = lossWith(address, changed);
      assert.ok(Math.abs((up - down) / (2 * step) - gradient[i]) < 2e-3, `${i}`);
    }
    lossWith(address, values);
    assert.equal(net.tensor('gradient', 'input').length, 3 * 64);
    assert.ok(net.tensor('gradient', 'input').some((value) => value !== 0));
  });

  withNet('what is copied out stays as it was', (net) => {
    net.forward(images(1), 1);
    const before = net.tensor('activation', 'conv1');
    const kept = before.slice();
    net.initialize(99);
    net.forward(images(1), 1);
    assert.ok(sameBits(before, kept));
    assert.ok(!sameBits(net.tensor('activation', 'conv1'), kept));
    before.fill(0);
    assert.ok(net.tensor('activation', 'conv1').some((value) => value !== 0));
  });

  withNet('save and load give the same net to the bit', (net) => {
    const record = { classes: ['один', '二', 'three'], accuracy: 0.5 };
    const file = net.save(record);
    const loaded = engine.loadNet(file);
    try {
      assert.deepEqual(loaded.info(), { ...net.info(), record });
      for (const address of ['conv1/kernel', 'conv1/bias', 'dense1/kernel', 'dense1/bias']) {
        assert.ok(sameBits(loaded.tensor('parameter', address), net.tensor('parameter', address)));
      }
      assert.ok(sameBits(loaded.save(), file));
      net.forward(images(2), 2);
      loaded.forward(images(2), 2);
      assert.ok(sameBits(loaded.tensor('activation', 'prediction'), net.tensor('activation', 'prediction')));
    } finally {
      loaded.destroy();
    }
  });

  test(`${module}: the seed decides the parameters`, () => {
    const kernels = [1, 1, 2, 2 ** 40].map((seed) => {
      const net = engine.createNet(smallNet, { seed });
      const kernel = net.tensor('parameter', 'conv1/kernel');
      net.destroy();
      return kernel;
    });
    assert.ok(sameBits(kernels[0], kernels[1]));
    assert.ok(!sameBits(kernels[0], kernels[2]));
    assert.ok(!sameBits(kernels[0], kernels[3]));
  });

  withNet('refusals name code, subject and place', (net) => {
    const cases = [
      [() => net.tensor('activation', 'conv1'), 'invalid_value', /has not run yet/],
      [() => net.tensor('parameter', 'conv1/kernal'), 'not_found', /Did you mean "conv1\/kernel"/],
      [() => net.tensor(/** @type {any} */ ('weight'), 'conv1'), 'not_found', /no kind of tensor/],
      [() => net.forward(images(1), 2), 'shape_mismatch', /must be 128 values\. Got 64/],
      [() => net.forward(images(1), 0), 'invalid_value', /at least 1/],
      [() => net.forward(images(1), 1.5), 'invalid_value', /whole number.*Got 1\.5/],
      [() => net.forward(/** @type {any} */ ([1, 2]), 1), 'invalid_value', /Float32Array/],
      [() => net.forwardBytes(/** @type {any} */ ('abc'), 1), 'invalid_value', /Uint8Array/],
      [() => net.setParameter('conv1/bias', Float32Array.of(1, NaN, 1, 1)), 'invalid_value', /finite/],
      [() => net.initialize(-1), 'invalid_value', /\[seed\]/],
      [() => net.backward(Uint8Array.of(1)), 'invalid_value', /has not run yet/],
      [() => engine.createNet(smallNet, { seed: NaN }), 'invalid_value', /Got NaN/],
      [() => net.forwardDrawing({ strokes: /** @type {any} */ ([[[1]]]) }), 'invalid_value', /at \/strokes\/0\/0/],
    ];
    for (const [work, code, message] of /** @type {[() => void, string, RegExp][]} */ (cases)) {
      const error = thrown(work);
      assert.ok(error instanceof EngineError, String(error?.stack));
      assert.equal(error.code, code, error.message);
      assert.match(error.message, message);
    }
    const { layers } = structuredClone(smallNet);
    /** @type {any} */ (layers[1]).kernal = 3;
    const error = thrown(() => engine.createNet({ layers }));
    assert.equal(error.subject, 'conv2d');
    assert.match(error.path, /^\/layers\/1/);
    assert.match(error.message, /kernel/);
  });

  test(`${module}: a destroyed net says so`, () => {
    const net = engine.createNet(smallNet);
    net.destroy();
    net.destroy();
    const error = thrown(() => net.info());
    assert.equal(error.message, '[net] has been destroyed.');
  });
}

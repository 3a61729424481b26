// Questions about a net through the bindings.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { noise, runnableModules, sharedEngine, smallData, smallNet, thrown } from './support.mjs';

const picture = Float32Array.from({ length: 64 }, noise(7));

for (const module of runnableModules) {
  const engine = sharedEngine(module);

  /** @param {string} name @param {(net: import('../../wasm/js/handles.js').Net) => void} body */
  const withNet = (name, body) =>
    test(`${module}: ${name}`, () => {
      const net = engine.createNet(smallNet, { seed: 1 });
      net.forward(picture, 1);
      try {
        body(net);
      } finally {
        net.destroy();
      }
    });

  withNet('the terms of a position make the number of the map', (net) => {
    const map = net.tensor('activation', 'conv1');
    const kernel = net.tensor('parameter', 'conv1/kernel');
    for (let row = 0; row < 6; row++) {
      const place = { row, column: 5 - row, channel: row % 4 };
      const { answer, arrays } = net.explain({ about: 'position', node: 'conv1', ...place });
      assert.equal(answer.kind, 'products');
      assert.deepEqual(answer.tensors, ['conv1/kernel', 'conv1/bias']);
      assert.equal(Math.fround(answer.result), map[(place.row * 6 + place.column) * 4 + place.channel]);
      assert.equal(arrays.value.length, 10);
      let sum = 0;
      arrays.value.forEach((value, t) => {
        sum += value * arrays.weight[t];
        if (arrays.input[t] < 0) return;
        assert.equal(value, picture[arrays.row[t] * 8 + arrays.column[t]]);
        assert.equal(arrays.weight[t], kernel[arrays.element[t]]);
      });
      assert.ok(Math.abs(sum - answer.result) < 1e-5);
    }
  });

  withNet('statistics of nodes and parameters', (net) => {
    const { answer } = net.explain({ about: 'statistics', bins: 8 });
    assert.deepEqual(
      answer.nodes.map((/** @type {any} */ entry) => entry.node),
      net.info().summary.layers.map((layer) => layer.name),
    );
    const dense = answer.parameters.find((/** @type {any} */ entry) => entry.parameter === 'dense1/kernel');
    assert.equal(dense.value.max, Math.max(...net.tensor('parameter', 'dense1/kernel')));
    assert.equal(
      dense.value.histogram.reduce((/** @type {number} */ a, /** @type {number} */ b) => a + b),
      36 * 3,
    );
  });

  withNet('backward, field and saliency speak of the same gradient', (net) => {
    net.backward(Uint8Array.of(1));
    const gradient = net.tensor('gradient', 'conv1');
    const { answer, arrays } = net.explain({ about: 'backward', node: 'conv1', row: 4, column: 1, channel: 3, label: 1 });
    assert.equal(Math.fround(answer.gradient), gradient[(4 * 6 + 1) * 4 + 3]);
    assert.ok(Math.abs(arrays.product.reduce((a, b) => a + b, 0) - answer.gradient) < 1e-6);
    const field = net.explain({ about: 'receptive_field', node: 'conv1', row: 4, column: 1, channel: 3 });
    assert.deepEqual(field.answer.boxes.at(-1), { top: 4, left: 1, bottom: 6, right: 3, node: 'input' });
    assert.equal(Math.max(...field.arrays.field), 1);
    assert.equal(field.arrays.field.filter((value) => value > 0).length, 9);
    const map = net.explain({ about: 'occlusion', size: 4, stride: 4 }).arrays.map;
    assert.equal(map.length, 4);
    const grown = net.explain({ about: 'ascent', node: 'conv1', channel: 0, steps: 8 });
    assert.ok(grown.answer.value > grown.arrays.path[0]);
    assert.equal(grown.arrays.picture.length, 64);
  });

  test(`${module}: the update of a weight that is told is the one that comes`, () => {
    const net = engine.createNet(smallNet, { seed: 1 });
    const data = smallData(engine, 96);
    const trainer = engine.createTrainer(net, data, { batch_size: 16 });
    for (let step = 0; step < 3; step++) {
      const query = { parameter: 'dense1/kernel', element: 17 };
      const { answer } = trainer.explain({ about: 'update', ...query });
      const statistics = trainer.explain({ about: 'statistics' }).answer;
      assert.equal(Math.fround(answer.before), net.tensor('parameter', 'dense1/kernel')[17]);
      const { loss } = trainer.step();
      assert.equal(statistics.loss, loss);
      assert.equal(Math.fround(answer.after), net.tensor('parameter', 'dense1/kernel')[17]);
      assert.equal(answer.moments.length, 2);
    }
    const { answer, arrays } = trainer.explain({ about: 'batch' });
    assert.equal(answer.labels.length, 16);
    assert.equal(arrays.images.length, 16 * 64);
    const top = net.explain({ about: 'top_patches', node: 'conv1', count: 3, images: 50 }, data).answer;
    assert.equal(top.patches.length, 3);
    assert.ok(top.patches[0].value >= top.patches[2].value);
    for (const handle of [trainer, data, net]) handle.destroy();
  });

  withNet('a query that points nowhere is refused with its place', (net) => {
    const error = thrown(() => net.explain({ about: 'position', node: 'conv1', row: 6 }));
    assert.equal(error.code, 'invalid_value');
    assert.match(error.message, /points outside of "conv1"\. Got row 6/);
    assert.equal(thrown(() => net.explain({ about: 'position', node: 'conw1' })).code, 'not_found');
    assert.equal(thrown(() => net.explain(/** @type {any} */ ({ about: 'all' }))).path, '/about');
  });
}

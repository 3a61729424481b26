// Questions about a net through the bindings.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { noise, runnableModules, sharedEngine, smallNet, thrown } from './support.mjs';

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

  withNet('a query that points nowhere is refused with its place', (net) => {
    const error = thrown(() => net.explain({ about: 'position', node: 'conv1', row: 6 }));
    assert.equal(error.code, 'invalid_value');
    assert.match(error.message, /points outside of "conv1"\. Got row 6/);
    assert.equal(thrown(() => net.explain({ about: 'position', node: 'conw1' })).code, 'not_found');
    assert.equal(thrown(() => net.explain(/** @type {any} */ ({ about: 'all' }))).path, '/about');
  });
}

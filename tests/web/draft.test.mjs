import assert from 'node:assert/strict';
import test from 'node:test';
import { addLayer, freeName, layerOfPath, moveLayer, removeLayer, setAttribute } from '../../web/state/draft.js';
import { loadEngine } from '../../wasm/js/engine.js';
import { architecture, moduleBytes } from '../wasm/support.mjs';

const chain = () => ({
  name: 'chain',
  layers: [
    { type: 'input', name: 'input' },
    { type: 'conv2d', name: 'conv1', filters: 8 },
    { type: 'relu', name: 'relu1' },
    { type: 'add', name: 'sum', inputs: ['conv1', 'relu1'] },
  ],
});

test('a new layer has a free name and what its type demands', () => {
  const kind = {
    type: 'conv2d',
    fields: [
      { key: 'filters', kind: 'integer', required: true, least: 1, most: 8 },
      { key: 'kernel', kind: 'extent', default: 3 },
    ],
  };
  const before = chain();
  const { layers } = addLayer(before, 1, kind);
  assert.deepEqual(layers[2], { type: 'conv2d', name: 'conv2d1', filters: 8 });
  assert.deepEqual(before, chain(), 'the old one is left alone');
  assert.equal(freeName({ layers }, 'conv2d'), 'conv2d2');
});

test('who read a layer that goes reads what it read', () => {
  assert.deepEqual(removeLayer(chain(), 2).layers.at(-1), { type: 'add', name: 'sum', inputs: ['conv1'] });
  assert.deepEqual(removeLayer(chain(), 1).layers.at(-1)?.inputs, ['input', 'relu1']);
});

test('a layer moves; a new name is followed; an attribute goes', () => {
  assert.deepEqual(
    moveLayer(chain(), 2, 1).layers.map(({ name }) => name),
    ['input', 'relu1', 'conv1', 'sum'],
  );
  const renamed = setAttribute(chain(), 1, 'name', 'first');
  assert.deepEqual(renamed.layers[3].inputs, ['first', 'relu1']);
  assert.deepEqual(setAttribute(chain(), 1, 'filters', undefined).layers[1], { type: 'conv2d', name: 'conv1' });
  assert.equal(layerOfPath('/layers/12/kernel'), 12);
  assert.equal(layerOfPath('/name'), -1);
});

test('every kind of the catalogue can be added, and is refused for its place alone, never for its attributes', () => {
  const engine = loadEngine({ bytes: moduleBytes('simd128') });
  const { layers, blocks } = engine.describe();
  for (const kind of [...layers.filter(({ role }) => role !== 'input'), ...blocks]) {
    const draft = addLayer(architecture('lenet5'), 1, kind);
    try {
      engine.summarize(draft);
    } catch (error) {
      assert.notEqual(/** @type {any} */ (error).code, 'invalid_value', `${kind.type}: ${/** @type {any} */ (error).message}`);
    }
  }
});

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import test from 'node:test';
import { loadEngine } from '../../wasm/js/index.js';
import { definitionText, fromScript, fromSummary, isConvNetJs, parsed, placeOf } from '../../web/state/definition-text.js';

const engine = loadEngine({ module: 'simd128' });
const folder = new URL('../../assets/architectures/', import.meta.url);
const presets = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')));

const script = `
// layers of a demo
layer_defs = [];
layer_defs.push({type:'input', out_sx:24, out_sy:24, out_depth:1});
layer_defs.push({type:'conv', sx:5, filters:8, stride:1, pad:2, activation:'relu'}); /* two
  of these */
layer_defs.push({type:'pool', sx:2, stride:2,});
layer_defs.push({type:'softmax', num_classes:10});
net = new convnetjs.Net();`;

test('a text says the same net that it was written from', () => {
  assert.ok(presets.length > 10);
  for (const preset of presets) {
    const text = definitionText(preset);
    assert.deepEqual(JSON.parse(text), preset);
    assert.deepEqual(parsed(text), preset);
    const list = text.slice(text.indexOf('"layers"')).split('\n');
    assert.equal(list.length, preset.layers.length + 3, 'one layer a line');
  }
});

test('a ConvNetJS script becomes the list that the engine reads', () => {
  const definition = fromScript(script);
  assert.deepEqual(definition, {
    layer_defs: [
      { type: 'input', out_sx: 24, out_sy: 24, out_depth: 1 },
      { type: 'conv', sx: 5, filters: 8, stride: 1, pad: 2, activation: 'relu' },
      { type: 'pool', sx: 2, stride: 2 },
      { type: 'softmax', num_classes: 10 },
    ],
  });
  const text = definitionText(definition);
  assert.ok(isConvNetJs(text));
  assert.equal(parsed(text), null, 'blocks do not show it');
  assert.ok(engine.summarize(text).layers.some((/** @type {any} */ { type }) => type === 'conv2d'));
});

test('what is no such script is left alone', () => {
  for (const text of ['', 'layers', '[1, 2]', 'layer_defs', 'layer_defs.push({type: alert()})', definitionText(presets[0])]) {
    assert.equal(fromScript(text), null, text);
  }
  assert.equal(fromScript(JSON.stringify({ layer_defs: [{ type: 'input' }] })), null, 'JSON is read as it is');
});

test('a net written from its table is the same net', () => {
  const catalogue = engine.describe();
  const nets = [...presets, /** @type {any} */ (fromScript(script))];
  const ofLayers = (/** @type {any} */ summary) =>
    summary.layers.map((/** @type {any} */ { path, ...layer }) => layer);
  for (const net of nets) {
    const summary = engine.summarize(net);
    assert.deepEqual(ofLayers(engine.summarize(fromSummary(summary, catalogue))), ofLayers(summary), summary.name);
  }
});

test('an error finds its layer in the text', () => {
  const text = '{ "layers": [\n  { "type": "input" },\n  { "name": "}", "type": "dense" }\n] }';
  const place = /** @type {{start: number, end: number}} */ (placeOf(text, { path: '/layers/1/units', line: 0 }));
  assert.equal(text.slice(place.start, place.end), '{ "name": "}", "type": "dense" }');
  assert.equal(placeOf(text, { path: '/name', line: 0 }), null);
  const line = /** @type {{start: number, end: number}} */ (placeOf(text, { path: '', line: 2 }));
  assert.equal(text.slice(line.start, line.end), '  { "type": "input" },');
});

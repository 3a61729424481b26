// The two modules themselves: what they import and export, and how they are chosen.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { build } from 'esbuild';

import { EngineError, loadEngine } from '../../wasm/js/index.js';
import { wasmImportsAndExports } from '../../scripts/lib/wasm-sections.mjs';
import { fileUrl, moduleBytes, runnableModules, thrown } from './support.mjs';

const header = readFileSync(fileUrl('wasm/cnn_api.h'), 'utf8');
const declared = [...header.matchAll(/^CNN_API\((\w+)\)/gm)].map((match) => match[1]);

for (const module of /** @type {const} */ (['simd128', 'relaxed'])) {
  test(`${module}: no imports, and exactly the functions of the header`, () => {
    const { imports, exports } = wasmImportsAndExports(moduleBytes(module));
    assert.deepEqual(imports, []);
    assert.ok(declared.length > 20);
    assert.deepEqual([...exports].sort(), [...declared, '_initialize', 'memory'].sort());
  });
}

test('every function of the header is called by the bindings', () => {
  const sources = ['bridge.js', 'handles.js', 'engine.js']
    .map((name) => readFileSync(fileUrl(`wasm/js/${name}`), 'utf8'))
    .join('');
  const nouns = ['net', 'dataset', 'trainer', 'evaluation'];
  for (const name of declared) {
    const [, noun, verb] = /** @type {RegExpMatchArray} */ (name.match(/^cnn_([a-z]+)_?(\w*)$/));
    const byVerb = nouns.includes(noun) && (verb === 'destroy' || sources.includes(`call('${verb}'`));
    assert.ok(byVerb || sources.includes(`'${name}'`), `${name} is never called`);
  }
});

test('both modules run here', () => {
  assert.deepEqual(runnableModules, ['simd128', 'relaxed']);
});

for (const module of runnableModules) {
  test(`${module}: can be forced and says what it is`, () => {
    const engine = loadEngine({ module });
    assert.equal(engine.module, module);
    assert.equal(loadEngine({ bytes: moduleBytes(module) }).module, module);
  });
}

test('the fastest module that runs is the default', () => {
  assert.equal(loadEngine().module, runnableModules.includes('relaxed') ? 'relaxed' : 'simd128');
});

test('bytes that are no module are an EngineError', () => {
  const error = thrown(() => loadEngine({ bytes: new Uint8Array([0, 97, 115, 109, 9, 9, 9, 9]) }));
  assert.ok(error instanceof EngineError);
  assert.equal(error.code, 'unsupported');
  assert.match(error.message, /^\[WebAssembly module\] this machine cannot run it/);
  const other = thrown(() => loadEngine({ module: 'relaxed', bytes: moduleBytes('simd128') }));
  assert.equal(other.message, '[WebAssembly module] is simd128, not relaxed.');
});

test('the catalogue lists what the engine offers', () => {
  const engine = loadEngine({ module: 'simd128' });
  const { version, layers, trainer, drawing, errors } = engine.describe();
  assert.match(version, /^\d+\.\d+/);
  const types = layers.map((layer) => layer.type);
  for (const type of ['input', 'conv2d', 'pool2d', 'dense', 'relu', 'batch_norm', 'softmax']) assert.ok(types.includes(type));
  const conv = layers.find((layer) => layer.type === 'conv2d');
  assert.equal(conv?.role, 'convolution');
  assert.ok(conv?.fields.some((field) => field.key === 'filters' && field.required));
  assert.ok(trainer.some((field) => field.key === 'learning_rate' && field.default === 0.001));
  assert.ok(drawing.some((field) => field.key === 'pen'));
  assert.ok(errors.includes('bad_file'));
  // A copy each time: what a caller does to it stays with the caller.
  layers.length = 0;
  assert.ok(engine.describe().layers.length > 0);
});

test('engine.js can be bundled for a browser', async () => {
  const { outputFiles, warnings } = await build({
    entryPoints: [fileUrl('wasm/js/engine.js').pathname],
    bundle: true,
    format: 'iife',
    platform: 'browser',
    minify: true,
    write: false,
    logLevel: 'silent',
  });
  assert.deepEqual(warnings, []);
  assert.ok(!/require\(|import\(|node:/.test(outputFiles[0].text));
});

// The table of broken definitions that the engine's own tests read too: same code, place and words in JavaScript.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { EngineError } from '../../wasm/js/index.js';
import { fileUrl, runnableModules, sharedEngine, thrown } from './support.mjs';

/** @type {{name: string, definition: any, code: string, path: string, text: string}[]} */
const cases = JSON.parse(readFileSync(fileUrl('tests/golden/errors.json'), 'utf8'));

for (const module of runnableModules) {
  const engine = sharedEngine(module);
  for (const { name, definition, code, path, text } of cases) {
    test(`${module}: ${name}`, () => {
      for (const work of [() => engine.summarize(definition), () => engine.createNet(definition)]) {
        const error = thrown(work);
        assert.ok(error instanceof EngineError);
        assert.deepEqual({ code: error.code, path: error.path, text: error.message }, { code, path, text });
      }
    });
  }
}
